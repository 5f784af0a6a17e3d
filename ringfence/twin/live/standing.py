"""Today's real state, as far as the desks know it: cases, people held, rounds under way, places and how many live there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ringfence.core import log
from ringfence.core.access import Scope, Who
from ringfence.core.centre import Centre
from ringfence.core.declare import Query
from ringfence.core.errors import Refused
from ringfence.desks.cases.queries.whole_list import WholeCase, whole_list
from ringfence.desks.testing.queries.holds import HoldRow, holds
from ringfence.desks.testing.queries.rounds import CellRow, RoundRow, round_cells, rounds
from ringfence.facts.ids import JurisdictionId, OutbreakId, RoundId
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area, areas_within
from ringfence.registry.queries.outbreaks import OutbreakRow, outbreak_row

TODAY = 60
"""The index of today: so many days of the past are kept, and day 0 lies before them."""
FIRST = TODAY + 1
"""The first day of a forecast: tomorrow."""
FEWEST, RECENT = 5, 28
"""Cases found within so many days that a forecast needs."""
SMALLEST, LARGEST = 1_000, 50_000_000
"""People of a place that the twin can build a city for."""
MOST_PLACES, MOST_HELD, MOST_CELLS = 60_000, 20_000, 60_000
COUNTED = ("confirmed", "asymptomatic", "probable")
FOUND = ("positive", "diagnosed", "reported")
ENDS = ("discharged", "recovered", "died")


@dataclass(frozen=True, slots=True)
class Known:
    """A case on record; days are indices, `TODAY` is today."""

    id: str
    path: str
    age: int | None
    onset: int | None
    found: int
    in_quarantine: bool
    ended: int | None
    imported: bool
    infector: str  # code of the likeliest, empty where none is named
    setting: str
    code: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A round under way: cells with who of them is still missing, and days until its deadline."""

    people: int
    swabbed: int
    missing: tuple[tuple[str, float], ...]  # path, share of its people not swabbed yet
    days_left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record about an outbreak at the asker's places, as of a moment and a line of the log."""

    outbreak: OutbreakRow
    place: Area
    as_of: datetime
    today: date
    seq: int
    pack: str
    people: int
    cases: tuple[Known, ...]
    left_out: int  # suspect or discarded
    undated: int
    held: tuple[tuple[str, str], ...]  # (path, pool) of each person held for a positive tube
    rounds: tuple[UnderWay, ...]
    places: tuple[Area, ...]

    def day(self, index: int) -> date:
        """The date of an index."""
        return self.today + timedelta(days=index - TODAY)

    def index(self, day: date) -> int:
        """The index of a date."""
        return TODAY + (day - self.today).days

    @property
    def recent(self) -> int:
        """Cases found within the last four weeks."""
        return sum(each.found > TODAY - RECENT for each in self.cases)


@dataclass(frozen=True, slots=True)
class _Gathered:
    cases: list[WholeCase]
    places: list[Area]
    cells: dict[RoundId, list[CellRow]]
    rounds: list[RoundRow]
    held: list[HoldRow]


def _gather(scope: Scope, *, outbreak: OutbreakId, path: str) -> _Gathered:
    """All that the desks know at one place, asked in one go."""
    within = scope.within(path)
    cases = [each for page in whole_list(within, outbreak) for each in page]
    under_way = rounds(within, outbreak=outbreak, open_only=True)
    cells = {
        each.id: round_cells(within, outbreak=outbreak, round=each.id, limit=MOST_CELLS).rows for each in under_way
    }
    held = holds(within, outbreak=outbreak, limit=MOST_HELD).rows
    return _Gathered(cases, areas_within(within, limit=MOST_PLACES), cells, under_way, held)


GATHER = Query(_gather, "see")
"""No door has this: it hands out what the twin starts from, and only the twin asks it."""


def standing(
    centre: Centre, who: Who, outbreak: OutbreakId, *, under: JurisdictionId | None = None, people: int | None = None
) -> Standing:
    """What is on record now; refused where it is too little to begin a forecast from."""
    row = outbreak_row(outbreak)
    if row is None:
        raise Refused("not_known_here", what="outbreak", id=outbreak)
    place = _place(who.scope("see"), row, under)
    now, seq = centre.clock.now(), log.last_seq()
    zone = ZoneInfo(place.zone)
    today = now.astimezone(zone).date()
    told: _Gathered = centre.ask(who, GATHER, outbreak=outbreak, path=place.path)
    counted = [each for each in told.cases if each.classification in COUNTED]
    known = [case for each in counted if (case := _known(each, today)) is not None]
    made = Standing(
        outbreak=row, place=place, as_of=now, today=today, seq=seq, pack=centre.book.version(row.pack, row.overlays),
        people=_population(place, told.places, people), cases=tuple(known), left_out=len(told.cases) - len(counted),
        undated=len(counted) - len(known), held=tuple((each.path, str(each.pool)) for each in told.held),
        rounds=tuple(_under_way(each, told.cells[each.id], now) for each in told.rounds), places=tuple(told.places),
    )  # fmt: skip
    if made.recent < FEWEST:
        raise Refused(
            "forecast_too_thin", cases=made.recent, on_list=len(told.cases), days=RECENT, fewest=FEWEST,
            place=place.name(), undated=made.undated,
        )  # fmt: skip
    return made


def _place(scope: Scope, row: OutbreakRow, under: JurisdictionId | None) -> Area:
    """The place told, where it lies in the outbreak's; else the outbreak's, or as much of it as the asker sees."""
    if under is not None:
        told = areas.area(under)
        if (
            told is None
            or not scope.covers(told.path)
            or not (told.path.startswith(row.path) or row.path.startswith(told.path))
        ):
            raise Refused("not_known_here", what="jurisdiction", id=under)
        if told.path.startswith(row.path):
            return told
    seen = scope.within(row.path).paths
    found = areas.area_at(seen[0]) if len(seen) == 1 else None
    if found is None:
        raise Refused("forecast_place_needed", outbreak=row.title, places=len(seen))
    return found


def _population(place: Area, below: Sequence[Area], told: int | None) -> int:
    depth = place.path.count(".") + 1
    beneath = sum(each.population or 0 for each in below if each.path.count(".") == depth)
    people = told or place.population or beneath
    if not people:
        raise Refused("forecast_without_population", place=place.name())
    if not SMALLEST <= people <= LARGEST:
        raise Refused("forecast_place_unfit", place=place.name(), people=people, least=SMALLEST, most=LARGEST)
    return people


def _known(case: WholeCase, today: date) -> Known | None:
    """A case by indices of days; None where no day says when it was found."""
    days = {event: date.fromisoformat(day) for event, day in case.course.items()}
    found = min((days[event] for event in FOUND if event in days), default=date.fromisoformat(case.listed_on))
    index = TODAY + min((found - today).days, 0)
    if index < 0:
        return None
    onset, ended = days.get("onset"), min((days[event] for event in ENDS if event in days), default=None)
    infector, _, setting, _ = case.infectors[0] if case.infectors else ("", "", "", "")
    return Known(
        id=case.id, path=case.residence or case.path, age=None if case.age_years is None else int(case.age_years),
        onset=None if onset is None else TODAY + (onset - today).days, found=index,
        in_quarantine=bool(case.quarantined_before), ended=None if ended is None else TODAY + (ended - today).days,
        imported=bool(case.imported), infector=infector, setting=setting, code=case.code,
    )  # fmt: skip


def _under_way(row: RoundRow, cells: Sequence[CellRow], now: datetime) -> UnderWay:
    missing = tuple((each.path, each.missing / each.people) for each in cells if each.people > 0)
    left = max(1, -(-(row.due_at - now) // timedelta(days=1)))
    people = sum(each.people for each in cells)
    return UnderWay(people, sum(min(each.swabbed, each.people) for each in cells), missing, left)


def names_of(standing: Standing, language: str) -> Mapping[str, str]:
    """Path -> name of every place of the standing."""
    return {each.path: each.name(language) for each in standing.places}
