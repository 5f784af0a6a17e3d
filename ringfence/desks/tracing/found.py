"""How the contacts of a case are looked for, and in which facts they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ringfence.core.fact import Fact, Facts, from_micros, to_micros
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.queries import links, named
from ringfence.desks.tracing.queries.links import ExposureRow, SourceRow
from ringfence.facts.cases import Certainty
from ringfence.facts.ids import OutbreakId, PersonId
from ringfence.facts.registry import PersonRegistered
from ringfence.facts.tracing import Closeness, ContactsFound, Evidence, SearchLeftOpen, contact_of
from ringfence.registry import enrolment
from ringfence.registry.queries import households, people

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.meetings import Met, Search
    from ringfence.desks.tracing.visits.store import Visits

MOST = 1000  # contacts in one fact


class Listed(NamedTuple):
    """A contact as a fact tells of them."""

    person: PersonId
    minutes: int
    encounters: int
    category: str
    first_at: datetime
    last_at: datetime
    closeness: Closeness
    through: PersonId | None = None


class Manner(NamedTuple):
    """How contacts are known."""

    evidence: Evidence
    order: int = 1
    certainty: Certainty = Certainty.LIKELY


def contacts_of(source: SourceRow, now: datetime, policy: Policy) -> Facts:
    """Everyone on record who met a case in its window; what could not be searched is left open, with its reason."""
    yield from _at_home(source, now)
    if not policy.search_by_itself:
        yield _left_open(source, "not_by_itself", now)
        return
    yield from _in_visits(source, now, policy)
    exposures = [each.id for each in links.exposures(source.case)]
    if exposures:
        yield from at_places(source, exposures, now, policy)


def _at_home(source: SourceRow, now: datetime) -> Facts:
    """Those who live with the case are contacts, whatever any record of visits says."""
    first_at, last_at = _window(source, now)
    at_home = [
        Listed(person, 0, 0, "home", first_at, last_at, Closeness.CLOSE)
        for person in households.living_with(source.person)
    ]
    if at_home:
        yield from enrolled({each.person: "" for each in at_home}, now)
        yield from told(source, at_home, Manner(Evidence.HOUSEHOLD, certainty=Certainty.CERTAIN), now)


def _window(source: SourceRow, now: datetime) -> tuple[datetime, datetime]:
    first_at = from_micros(source.infectious_from)
    last_at = now if source.infectious_until is None else from_micros(source.infectious_until)
    return first_at, max(first_at, min(last_at, now))


def _left_open(source: SourceRow, reason: str, now: datetime, named_: int = 0) -> SearchLeftOpen:
    return SearchLeftOpen(case=source.case, outbreak=OutbreakId(source.outbreak), reason=reason, named=named_, at=now)


def _in_visits(source: SourceRow, now: datetime, policy: Policy) -> Facts:
    visits = visits_if_any()
    if visits is None:
        yield _left_open(source, "no_visits", now)
        return
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    begins_at, ends_at = _window(source, now)
    told_by = meetings.sources_told(visits)
    called = named.called(source.person, told_by)
    if not len(meetings.codes_of(visits, called)):
        yield _left_open(source, "person_not_in_visits", now)
        return
    if begins_at >= ends_at:
        yield _nobody(source, now)
        return
    asked = meetings.Search(
        called=called, begins_at=begins_at, ends_at=ends_at, until=now, policy=policy,
        order=2 if policy.second_order else 1,
    )  # fmt: skip
    met = meetings.search(visits, asked, policy.name_at_most)
    if not met.counted.days:
        yield _left_open(source, "no_visits", now)
        return
    yield from _listed(source, met.first, met.second, told_by, now)
    over = [n for n in (met.counted.first, met.counted.second) if n > policy.name_at_most]
    if over:
        yield _left_open(source, "too_many", now, over[0])
    elif policy.grid_companions:
        yield from _in_squares(source, visits, asked, {each.person for each in (*met.first, *met.second)}, now)


def _in_squares(source: SourceRow, visits: Visits, asked: Search, met: set[str], now: datetime) -> Facts:
    """Grid companions whom nothing else shows: weak evidence, and told as no more than possible."""
    from ringfence.desks.tracing import companions  # noqa: PLC0415 (loads the compiled loops)
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415

    there = [each for each in companions.companions_of(visits, asked) if each.person not in met]
    if len(there) > asked.policy.name_at_most:
        yield _left_open(source, "too_many", now, len(there))
        return
    persons = named.stand_for([each.person for each in there], meetings.sources_told(visits))
    yield from enrolled({persons[each.person]: each.person for each in there}, now)
    rows = merged(there, persons, people.canonical(source.person))
    yield from told(source, rows, Manner(Evidence.GRID, certainty=Certainty.POSSIBLE), now)


def visits_if_any() -> Visits | None:
    """The visits of this installation; where there are none, nothing is compiled or loaded for them."""
    from ringfence.core.home import home  # noqa: PLC0415

    if not (home() / "visits" / "store.json").exists():
        return None
    from ringfence.desks.tracing.visits.meetings import visits_here  # noqa: PLC0415 (loads the compiled loops)

    return visits_here()


def _listed(
    source: SourceRow, first: Sequence[Met], second: Sequence[Met], told_by: Sequence[str], now: datetime
) -> Facts:
    """First order by what shows it, then second order; people whom nobody but the visits knows are registered."""
    ids = dict.fromkeys(each.person for each in (*first, *second))
    persons = named.stand_for(list(ids), told_by)
    own = people.canonical(source.person)
    yield from enrolled({persons[told_id]: told_id for told_id in ids}, now)
    by_seat = merged((each for each in first if each.by_seat), persons, own)
    sure = {persons[each.person] for each in first if not each.by_seat and not each.unsure}
    others = merged((each for each in first if not each.by_seat and persons[each.person] in sure), persons, own)
    unsure = merged((each for each in first if each.unsure and persons[each.person] not in sure), persons, own)
    beyond = merged(second, persons, own)
    if by_seat:
        yield from told(source, by_seat, Manner(Evidence.SEATS), now)
    if unsure:
        yield from told(source, unsure, Manner(Evidence.VISITS, certainty=Certainty.POSSIBLE), now)
    yield from told(source, others, Manner(Evidence.VISITS), now, always=True)
    near = {each.person for each in (*by_seat, *unsure, *others)}
    if beyond := [each for each in beyond if each.person not in near]:
        yield from told(source, beyond, Manner(Evidence.VISITS, order=2), now)


def merged(met: Iterable[Met], persons: dict[str, PersonId], own: PersonId) -> list[Listed]:
    """One row a person, whatever number of ids visits have for them; most minutes first."""
    found: dict[PersonId, Listed] = {}
    for each in met:
        person = persons[each.person]
        if person == own:
            continue
        row = Listed(
            person, each.minutes, each.encounters, each.category, each.first_at, each.last_at, each.closeness,
            persons.get(each.through) if each.through else None,
        )  # fmt: skip
        known = found.get(person)
        found[person] = row if known is None else _joined(known, row)
    return sorted(found.values(), key=lambda row: (-row.minutes, row.person))


def _joined(one: Listed, other: Listed) -> Listed:
    """What two ids of one person come to."""
    longer, nearest = max(one, other, key=lambda row: row.minutes), list(Closeness)
    first = min(one, other, key=lambda row: row.first_at)
    return Listed(
        one.person, one.minutes + other.minutes, one.encounters + other.encounters, longer.category, first.first_at,
        max(one.last_at, other.last_at), min(one.closeness, other.closeness, key=nearest.index), first.through,
    )  # fmt: skip


def enrolled(persons: dict[PersonId, str], now: datetime) -> Iterator[Fact]:
    """A row of the registry for each person who has none: from a register, else under the id that visits have."""
    there = people.canonical_among(persons)
    for person, told_id in persons.items():
        if person in there:
            continue
        registered = enrolment.as_fact(person, now)
        if registered is not None:
            yield registered
        elif told_id:
            yield PersonRegistered(person=person, source=named.VISITS, code=told_id, at=now)


def at_places(source: SourceRow, exposures: Sequence[str], now: datetime, policy: Policy) -> Facts:
    """Everyone on record at a place where the case says it was, while it was there."""
    visits = visits_if_any()
    if visits is None:
        return
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    told_by = meetings.sources_told(visits)
    for each in links.exposures(source.case):
        if each.id not in exposures:
            continue
        met = _there(visits, each, policy)
        if len(met) > policy.name_at_most:
            yield _left_open(source, "too_many", now, len(met))
            continue
        persons = named.stand_for([one.person for one in met], told_by)
        yield from enrolled({persons[one.person]: one.person for one in met}, now)
        rows = merged(met, persons, people.canonical(source.person))
        if rows:
            manner = Manner(Evidence.INTERVIEW, certainty=Certainty(each.certainty))
            yield from told(source, rows, manner, now)


def _there(visits: Visits, exposure: ExposureRow, policy: Policy) -> list[Met]:
    """Whom visits name at the place, with the closeness that the pack makes of the category."""
    from dataclasses import replace  # noqa: PLC0415

    from ringfence.desks.tracing.categories import category_of  # noqa: PLC0415
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    category = category_of(exposure.kind, policy.settings)
    setting = policy.settings[category]
    begins_at, ends_at = from_micros(exposure.begins_at), from_micros(exposure.ends_at)
    found: list[Met] = []
    for place in named.places_called(exposure.place):
        found += meetings.at_a_place(visits, place, begins_at, ends_at, setting.minutes)
    return [
        replace(
            each,
            category=category,
            closeness=setting.closeness if each.minutes >= (setting.close_from or 0) else Closeness.GENERAL,
        )
        for each in found
    ]


def told(source: SourceRow, rows: Sequence[Listed], manner: Manner, now: datetime, *, always: bool = False) -> Facts:
    """The facts that list these people, leaving out what was told of them before; `always` at least one, for the search."""
    new = _news(source, rows, manner)
    if not new and always:
        yield _nobody(source, now)
    for begin in range(0, len(new), MOST):
        some = new[begin : begin + MOST]
        yield ContactsFound(
            person=source.person,
            contacts=tuple(each.person for each in some),
            minutes=tuple(each.minutes for each in some),
            encounters=tuple(each.encounters for each in some),
            categories=tuple(each.category for each in some),
            first_at=tuple(each.first_at for each in some),
            last_at=tuple(each.last_at for each in some),
            order=manner.order,
            through=tuple(each.through or source.person for each in some) if manner.order > 1 else (),
            case=source.case,
            outbreak=OutbreakId(source.outbreak),
            evidence=manner.evidence,
            closeness=tuple(each.closeness for each in some),
            certainty=manner.certainty,
            at=now,
        )


def _nobody(source: SourceRow, now: datetime) -> ContactsFound:
    """It was searched, and there was nobody, or nobody new."""
    return ContactsFound(
        person=source.person, contacts=(), minutes=(), encounters=(), categories=(), first_at=(), last_at=(),
        case=source.case, outbreak=OutbreakId(source.outbreak), at=now,
    )  # fmt: skip


def _news(source: SourceRow, rows: Sequence[Listed], manner: Manner) -> list[Listed]:
    """Those of whom something else was told before, or nothing."""
    ids = {contact_of(source.outbreak, each.person): each for each in rows}
    known = links.links_of(ids)

    def before(each: Listed) -> bool:
        met = (each.through or source.person) if manner.order > 1 else source.person
        return any(
            link.met == met and link.case == source.case and link.evidence == manner.evidence.value and link.minutes == each.minutes
            and link.closeness == each.closeness.value and link.last_at == to_micros(each.last_at)
            for link in known.get(contact_of(source.outbreak, each.person), ())
        )  # fmt: skip

    return [each for each in rows if not before(each)]
