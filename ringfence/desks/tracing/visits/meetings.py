"""Whom a case met, as a policy pack defines a contact: what rules, actions, pages and the command line search with.

Visits name people by ids of their own; one person may have several. Nothing is looked up in the database here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.desks.tracing.categories import base_policy, category_of, least_by_kind
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.visits.load import FOLDER
from ringfence.desks.tracing.visits.seated import NOT_ASKED, judged, rule_of
from ringfence.desks.tracing.visits.store import Visits
from ringfence.facts.tracing import Closeness
from ringfence.science.contacts import Followed, People, Shared, by_person, followed, least_minutes
from ringfence.science.seats import CLOSE, GENERAL, UNKNOWN, SeatRule

NEAREST = (Closeness.CLOSE, Closeness.SECONDARY, Closeness.GENERAL, Closeness.COMPANION)
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody whom the case, or one of its contacts, met; named as visits name them."""

    person: str
    minutes: int  # summed over encounters
    encounters: int
    category: str  # of the places where most of the minutes were spent
    first_at: datetime
    last_at: datetime
    places: tuple[str, ...]  # where most minutes were spent first
    closeness: Closeness
    by_seat: bool = False  # their seat decided it
    unsure: bool = False  # a seat would have decided it, and none is told that can be read
    through: str | None = None  # second order: the contact who met them first


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is searched: whom visits call by these ids met between two moments, by a pack's definition."""

    called: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    until: datetime  # second order: contacts go on meeting others until then
    policy: Policy = field(default_factory=base_policy)
    order: int = 1
    minutes: int | None = None  # from which an encounter counts; None: as the pack's settings say
    kinds: tuple[str, ...] = ()  # kinds of place or categories; none: all
    close: int | None = None  # second order: contacts of so many minutes are followed; None: as the pack says
    cap: int | None = None  # second order: so many, the closest; None: as the pack says

    def window(self) -> tuple[int, int]:
        """Minutes since 1970 UTC. Refused: `visits_window_empty`."""
        if self.begins_at >= self.ends_at:
            raise Refused("visits_window_empty", begins=self.begins_at, ends=self.ends_at)
        return minute(self.begins_at), minute(self.ends_at)


class Counted(NamedTuple):
    """What a search comes to before anybody is named."""

    first: int  # people of first order
    second: int
    followed: int  # contacts whose own contacts were searched for
    days: int  # looked through
    visits: int


class Found(NamedTuple):
    """What a search found: first order most minutes first, then second order likewise."""

    first: list[Met]
    second: list[Met]
    counted: Counted


def visits_here() -> Visits | None:
    """The visits of this installation, opened once until a load or a forgetting changes them; None where there are none."""
    folder = home() / FOLDER
    stamps = tuple(_stamp(path) for path in (folder, folder / "loads", folder / "store.json"))
    found = _opened(home(), stamps) if stamps[-1] else None
    return found if found is not None and found.days else None


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=2)
def _opened(state: Path, stamps: tuple[int, ...]) -> Visits:
    del stamps  # another load is another store to open
    return Visits.open(state)


def codes_of(visits: Visits, called: Sequence[str]) -> U32:
    """The numbers by which the index names a person who has these ids; none where visits do not know them."""
    found = {code for told in called if (code := visits.people.code(told)) is not None}
    return np.array(sorted(found), np.uint32)


def search(visits: Visits, asked: Search, most: int | None = None) -> Found:
    """Whom the person met; nobody of an order is named of whom there are more than `most`.

    Refused: `visits_window_empty`, `visits_kind_unknown`, `visits_order_unknown`, `visits_person_unknown`.
    """
    if asked.order not in {1, 2}:
        raise Refused("visits_order_unknown", order=asked.order)
    codes = codes_of(visits, asked.called)
    if not len(codes):
        raise Refused("visits_person_unknown", person=asked.called[0] if asked.called else "", days=len(visits.days))
    began, ended = asked.window()
    least = _least(visits, asked, asked.kinds)
    shared = visits.shared(codes, np.full(len(codes), began), np.full(len(codes), ended), least)
    shared, people = _people(visits, asked, _without(shared, codes))
    first = _Named(visits, asked, shared, people, codes)
    n_first, n_second, n_followed = len(people.person), 0, 0
    listed = first.told() if most is None or n_first <= most else []
    second: list[Met] = []
    if asked.order == 2 and (most is None or n_first <= most):  # noqa: PLR2004 (second order)
        close = _followed(asked, people, first.nearest)
        known = people._replace(person=np.concatenate((people.person, codes)))
        beyond = _least(visits, asked, asked.policy.second_settings or asked.kinds)
        further = visits.shared_second(int(codes[0]), known, close, minute(asked.until), beyond)
        further, others = _people(visits, asked, further)
        n_second, n_followed = len(others.person), len(close.person)
        if most is None or n_second <= most:
            second = _Named(visits, asked, further, others, codes, close).told()
    return Found(listed, second, Counted(n_first, n_second, n_followed, *visits.on_record(began, ended)))


def _least(visits: Visits, asked: Search, kinds: Sequence[str]) -> npt.NDArray[np.int32]:
    settings = asked.policy.settings
    known = {*settings, *(kind.lower() for kind in visits.names.kinds)}
    for kind in kinds:
        if kind.strip().lower() not in known:
            raise Refused("visits_kind_unknown", kind=kind, known=", ".join(sorted(known - {""})))
    return least_minutes(least_by_kind(visits.names.kinds, kinds, asked.minutes, settings))


def _without(shared: Shared, codes: U32) -> Shared:
    """All ids of the person are one person, who is no contact of their own."""
    kept = ~np.isin(shared.person, codes)
    rows = Shared._make(column[kept] for column in shared)
    return rows._replace(case=np.zeros(len(rows.person), np.int32))


def _people(visits: Visits, asked: Search, shared: Shared) -> tuple[Shared, People]:
    return shared, by_person(shared, visits.places.kinds, visits.ranks(asked.policy.settings))


def _followed(asked: Search, people: People, nearest: npt.NDArray[np.int64]) -> Followed:
    """Contacts whose own contacts count: close ones, and of these the closest. There is always a threshold."""
    policy = asked.policy
    minutes = policy.second_from_minutes if asked.close is None and asked.cap is None else asked.close
    most = policy.second_at_most if asked.cap is None else asked.cap
    close = nearest == NEAREST.index(Closeness.CLOSE)
    return followed(People._make([*(column[close] for column in people[:8]), people.row]), minutes=minutes, most=most)


class _Named:
    """People found, with what the pack makes of them."""

    def __init__(  # noqa: PLR0913 (what was found, of whom, and how)
        self, visits: Visits, asked: Search, shared: Shared, people: People, codes: U32, close: Followed | None = None
    ) -> None:
        self.visits, self.asked, self.shared, self.people, self.codes, self.close = (
            visits, asked, shared, people, codes, close,
        )  # fmt: skip
        settings = asked.policy.settings
        self.settings = list(settings)
        of_kind = [self.settings.index(category_of(kind, settings)) for kind in visits.names.kinds]
        kinds = np.zeros(len(shared.place), np.int64)
        known = shared.place < len(visits.places.kinds)
        kinds[known] = visits.places.kinds[shared.place[known]]
        self.kind = kinds
        self.category = np.array(of_kind, np.int64)[kinds]
        self.rules = self._rules() if close is None else {}
        rules = {kind: rule for kind, (rule, _) in self.rules.items()}
        self.judged = judged(visits, rules, set(codes.tolist()), shared, kinds)
        by_minutes, by_seat = self._by_minutes(self.judged <= UNKNOWN), self._by_seat()
        self.nearest = np.minimum(by_minutes, by_seat)
        self.seated = by_seat < by_minutes
        self.unsure = ~self.seated & (self._by_minutes(self.judged == NOT_ASKED) > self.nearest)

    def _rules(self) -> dict[int, tuple[SeatRule, int]]:
        """Kind of place -> the pack's rule of seats for it, and what those are who sat further away."""
        found = {}
        for code, kind in enumerate(self.visits.names.kinds):
            seating = self.asked.policy.seating.get(kind.strip().lower())
            rule = rule_of(seating) if seating is not None else None
            if seating is not None and rule is not None:
                found[code] = rule, NEAREST.index(seating.others)
        return found

    def _by_minutes(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Of each person the nearest kind of contact that the minutes in one category make of them: a place in `NEAREST`.

        Only these rows count; whoever has none of them is beyond the last place.
        """
        nearest = np.full(len(self.people.person), len(NEAREST))
        word, at = np.unique((self.people.row * len(self.settings) + self.category)[rows], return_inverse=True)
        minutes = np.bincount(at, weights=self.shared.minutes[rows], minlength=len(word))
        settings, general = list(self.asked.policy.settings.values()), NEAREST.index(Closeness.GENERAL)
        made = np.array([min(NEAREST.index(each.closeness), general) for each in settings])
        from_minutes = np.array([each.close_from or 0 for each in settings])
        category = word % len(self.settings)
        rank = np.where(minutes >= from_minutes[category], made[category], general)
        np.minimum.at(nearest, word // len(self.settings), rank)
        return nearest

    def _by_seat(self) -> npt.NDArray[np.int64]:
        """The same by where they sat."""
        nearest = np.full(len(self.people.person), len(NEAREST))
        for kind, (_, others) in self.rules.items():
            for verdict, rank in ((CLOSE, NEAREST.index(Closeness.CLOSE)), (GENERAL, others)):
                here = (self.kind == kind) & (self.judged == verdict)
                np.minimum.at(nearest, self.people.row[here], rank)
        return nearest

    def told(self) -> list[Met]:
        """The people with their ids, most minutes first; of second order only those whose meeting was close."""
        visits, people, shared = self.visits, self.people, self.shared
        nearest = self.nearest
        ids = visits.people.shown(people.person)
        by_minutes = np.lexsort((shared.place, -shared.minutes, people.row))
        places = visits.places.shown(shared.place[by_minutes])
        limits = np.searchsorted(people.row[by_minutes], np.arange(len(ids) + 1)).tolist()
        through = (
            visits.people.shown(self.close.person[people.through]) if self.close is not None and len(ids) else None
        )
        kinds = [category_of(kind, self.asked.policy.settings) for kind in visits.names.kinds]
        columns = zip(*(column.tolist() for column in people[2:7]), strict=True)
        found = []
        for i, (minutes, encounters, first, last, kind) in enumerate(columns):
            closeness = NEAREST[int(nearest[i])]
            if through and closeness is not Closeness.CLOSE:
                continue
            found.append(
                Met(
                    ids[i], minutes, encounters, kinds[kind], moment(first), moment(last),
                    tuple(places[limits[i] : limits[i + 1]]), Closeness.SECONDARY if through else closeness,
                    bool(self.seated[i]), bool(self.unsure[i]), through[i] if through else None,
                )
            )  # fmt: skip
        return found


def at_a_place(visits: Visits, place: str, begins_at: datetime, ends_at: datetime, least: int) -> list[Met]:
    """Everyone who was at a place between two moments for at least so many minutes, longest first; whatever their closeness.

    The place is named as visits name it. Read from the Parquet files: nobody on record need have been there.
    """
    import polars as pl  # noqa: PLC0415 (a few places a day are asked for)

    from ringfence.desks.tracing.visits import days  # noqa: PLC0415

    found: dict[str, tuple[int, int, datetime, datetime]] = {}
    for day in sorted(visits.days):
        if not begins_at.date() - timedelta(days=2) <= day <= ends_at.date() + timedelta(days=1):
            continue
        rows = pl.scan_parquet(days.folder_of(visits.folder, day) / days.PARQUET).filter(
            pl.col("place").cast(pl.String) == place, pl.col("start") < ends_at, pl.col("end") > begins_at
        )
        for person, start, end in rows.select("person", "start", "end").collect().iter_rows():
            first, last = max(start, begins_at), min(end, ends_at)
            minutes = int((last - first).total_seconds() // 60)
            if minutes < least:
                continue
            told = found.get(str(person), (0, 0, first, last))
            found[str(person)] = (told[0] + minutes, told[1] + 1, min(told[2], first), max(told[3], last))
    ordered = sorted(found.items(), key=lambda each: (-each[1][0], each[0]))
    return [
        Met(person, minutes, times, "other", first.astimezone(UTC), last.astimezone(UTC), (place,), Closeness.GENERAL)
        for person, (minutes, times, first, last) in ordered
    ]


def minute(at: datetime) -> int:
    """Whole minutes since 1970 UTC."""
    return int(at.timestamp() // 60)


def moment(at: int) -> datetime:
    """The moment of a minute since 1970 UTC."""
    return datetime.fromtimestamp(60 * at, UTC)


def sources_told(visits: Visits) -> tuple[str, ...]:
    """Who told visits: their own codes for people are codes that visits may use."""
    parts: Mapping[str, None] = dict.fromkeys(part for name in visits.names.sources for part in name.split(" + "))
    return tuple(name for name in parts if name)
