"""Where the invented city's people were: homes, workplaces, and the places where the virus was passed on.

Written as the agencies of a city would hand them in, and loaded as their files are. Who infected whom met there; people
who happened to be there too are the contacts that nobody would have named.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ringfence.core.access import feed
from ringfence.demo import register
from ringfence.demo.city import ZONE
from ringfence.demo.course import HOUR, NAMED
from ringfence.demo.days import Days
from ringfence.demo.draws import between, happens, pick, share
from ringfence.demo.outbreak import DAYS, Infection
from ringfence.facts.ids import PersonId, derive
from ringfence.facts.tracing import VisitsLoaded

DAY = timedelta(days=1)
BEFORE = 3 * DAY  # visits begin so long before the first case was found
AT_WORK = {"infection": 0.25, "resident": 0.1}  # share that has a workplace with others
ON_RECORD = 0.72  # share of infections whose meeting stands in somebody's records
BYSTANDERS = (0, 2.5)
SOURCES = ("场所码 Venue check-ins", "门禁 Door records", "流调 Interviews")


@dataclass
class Stays:
    """Columns of a file of visits."""

    person: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=list)
    start: list[datetime] = field(default_factory=list)
    end: list[datetime] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, person: str, place: str, start: datetime, hours: float, kind: str) -> None:
        """One stay, told by whoever keeps such records."""
        self.person.append(person)
        self.place.append(place)
        self.start.append(start)
        self.end.append(start + hours * HOUR)
        self.source.append(SOURCES[1 if kind in {"home", "work"} else 0])
        self.kind.append(kind)


@dataclass(frozen=True, slots=True)
class Dweller:
    """Somebody with a home, and perhaps a workplace; nobody sees them outside once they are shut in."""

    person: str
    home: str
    work: str | None
    until: datetime


def person_of_infection(n: int) -> PersonId:
    """The id under which the laboratory registers an infection's person."""
    return PersonId(derive("person", f"account:{NAMED['lab']}", f"R{n:05d}"))


def shut_in(each: Infection) -> datetime:
    """From when somebody infected meets nobody any more."""
    return min(each.quarantined_at or each.sampled_at, each.sampled_at)


def dwellers(days: Days, found: Sequence[Infection]) -> list[Dweller]:
    """Everybody of the registers, and everybody infected."""
    listed = list(register.listed(days))
    homes: dict[int, list[str]] = {}
    people = []
    for code, household, community, source in listed:
        home = f"家 Home {household}"
        if home not in homes.setdefault(community, [])[-1:]:
            homes[community].append(home)
        person = PersonId(derive("person", source, code))
        people.append(Dweller(person, home, _workplace(community, "resident", code), days.until))
    lives: dict[int, str] = {}
    for each in found:
        same = each.infector is not None and each.setting == "home" and each.infector in lives
        lives[each.n] = lives[each.infector] if same and each.infector is not None else pick(homes[each.community], each.n, "home")  # fmt: skip
        work = _workplace(each.community, "infection", each.n)
        people.append(Dweller(person_of_infection(each.n), lives[each.n], work, shut_in(each)))
    return people


def _workplace(community: int, what: str, key: object) -> str | None:
    """A small workplace of the community; those in the two communities of the register have more of them."""
    if not happens(AT_WORK[what], what, key, "works"):
        return None
    n = 150 if community in register.COMMUNITIES else 4
    return f"单位 Workplace {community + 1:02d}-{int(between(0, n, what, key, 'where')) + 1}"


def written(days: Days, found: Sequence[Infection]) -> Stays:
    """Every stay from three days before the first case was found until now."""
    zone = ZoneInfo(ZONE)
    first = (days.until - DAYS * DAY - BEFORE).astimezone(zone).date()
    mornings = [datetime.combine(first + n * DAY, time(), zone) for n in range(DAYS + 4)]
    stays, people = Stays(), dwellers(days, found)
    for n, who in enumerate(people):
        leaves = 7.5 + 2 * share(n, "leaves")
        for k, morning in enumerate(mornings):
            _a_day(stays, who, morning, leaves, at_work=who.work is not None and morning.weekday() < 6 and share(n, k) < 0.9)  # noqa: PLR2004 (Sunday, and a day off now and then)  # fmt: skip
    for each in found:
        _meetings(stays, days, each, found, people)
    return stays


def _a_day(stays: Stays, who: Dweller, morning: datetime, leaves: float, *, at_work: bool) -> None:
    evening = morning + 19 * HOUR
    if at_work and who.work is not None:
        start = morning + leaves * HOUR
        if start < who.until:
            stays.add(who.person, who.work, start, min(8.0, (who.until - start) / HOUR), "work")
    if evening < who.until:
        stays.add(who.person, who.home, evening, min(12.0, (who.until - evening) / HOUR), "home")


def _meetings(stays: Stays, days: Days, each: Infection, found: Sequence[Infection], people: Sequence[Dweller]) -> None:
    """Where somebody was infected, and where they went while infectious; with people who happened to be there."""
    if each.infector is not None and each.setting != "home" and happens(ON_RECORD, each.n, "on record"):
        place = place_of(days, each.setting, each.n)
        start = each.infected_at - HOUR / 2
        infector = next(one for one in found if one.n == each.infector)
        for n, whose in ((each.n, each), (infector.n, infector)):
            hours = between(1.0, 2.5, each.n, n, "together")
            if start < shut_in(whose):
                stays.add(
                    person_of_infection(n), place, start, min(hours, (shut_in(whose) - start) / HOUR), each.setting
                )
        _bystanders(stays, people, place, start, each.setting, each.n)
    for k in range(2):
        kind = pick(("meal", "shop", "leisure", "ride"), each.n, k, "goes out")
        start = each.sampled_at - HOUR * between(14, 60, each.n, k, "when")
        if start + 2 * HOUR < shut_in(each):
            place = place_of(days, kind, each.n, k)
            stays.add(person_of_infection(each.n), place, start, between(0.6, 2.0, each.n, k, "stay"), kind)
            _bystanders(stays, people, place, start, kind, each.n, k)


def _bystanders(stays: Stays, people: Sequence[Dweller], place: str, start: datetime, kind: str, *key: object) -> None:
    for n in range(int(between(*BYSTANDERS, *key, "bystanders"))):
        who = pick(people, *key, n, "bystander")
        began = start + HOUR * between(-0.2, 0.4, *key, n, "came")
        if began < who.until:
            stays.add(who.person, place, began, between(0.4, 1.5, *key, n, "stayed"), kind)


def place_of(days: Days, kind: str, *key: object) -> str:
    """A place of a kind, of those that the city has on record."""
    return pick([place for place, of_kind in days.city.venues if of_kind == kind], *key, "venue")


def load(days: Days, found: Sequence[Infection]) -> None:
    """Load the file of visits, as those who hold them would."""
    import pyarrow as pa  # noqa: PLC0415 (needed for this alone)
    import pyarrow.parquet  # noqa: PLC0415

    from ringfence.desks.tracing.visits.load import load_visits  # noqa: PLC0415 (loads the compiled loops)

    stays = written(days, found)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "visits.parquet"
        moments = pa.timestamp("ms", tz=ZONE)
        columns = {
            "person": stays.person, "place": stays.place, "start": pa.array(stays.start, moments),
            "end": pa.array(stays.end, moments), "source": stays.source, "kind": stays.kind,
        }  # fmt: skip
        pyarrow.parquet.write_table(pa.table(columns), file)
        done = load_visits(file, home=days.centre.home, now=days.until, zone=ZONE)
    listed = sorted(done.days)
    fact = VisitsLoaded(
        sha256=done.sha256, visits=done.taken, refused=done.refused, repeated=done.repeated, joined=done.joined,
        first_on=datetime.fromisoformat(listed[0]).date(), last_on=datetime.fromisoformat(listed[-1]).date(),
        sources=tuple(done.sources), told=tuple(done.sources.values()), at=days.now,
    )  # fmt: skip
    days.centre.hear(feed("visits"), [fact])
