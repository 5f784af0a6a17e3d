"""What a row adds to what is on record, and the facts that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.desks.cases import queries
from ringfence.desks.cases.feeds.told import CaseTold, Terms, described
from ringfence.facts.cases import (
    CaseClassified,
    CaseCorrected,
    CaseDescribed,
    CaseReported,
    Certainty,
    Classification,
    CourseEvent,
    CourseNoted,
    ExposureNoted,
)
from ringfence.facts.ids import ExposureId, derive
from ringfence.facts.registry import IdentityKept, PersonMoved, PersonRegistered
from ringfence.registry import enrolment, identities
from ringfence.registry.identities import Identity
from ringfence.registry.queries import areas, people
from ringfence.registry.queries.people import PersonRow
from ringfence.registry.vaults import vault_of

_CORRECTABLE = ("sex", "age_years", "facility", "imported", "quarantined_before", "cluster")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row tells that is not on record of its case."""

    new: bool
    person: PersonRow | None
    registered: dict[str, Any]
    moved: bool
    identity: Identity
    was_class: Classification | None
    corrected: dict[str, Any]
    stations: dict[CourseEvent, date]
    exposed: bool
    described: dict[str, str]
    first: bool = False  # nothing was ever kept of who the person is

    @property
    def nothing(self) -> bool:
        """Whether all of the row is on record."""
        told = (self.new, self.moved, self.exposed, self.was_class is not None)
        return not (any(told) or self.registered or self.identity.fields() or self.corrected or self.stations or self.described)  # fmt: skip


def difference(told: CaseTold) -> Difference:
    """Hold a row against what is on record; a value that the row leaves empty says nothing."""
    person = people.person(told.person)
    row = queries.case_row(told.case)
    if row is None:
        exposed = _window(told, {}) is not None
        identity = _identity(told, person)
        return Difference(
            True, person, _person_columns(told), False, identity, None, {}, told.stations, exposed, told.described,  # noqa: FBT003
            first=person is None and identity is told.identity,
        )  # fmt: skip
    course = {CourseEvent(name): station.day for name, station in queries.course(told.case).items()}
    stations = {event: day for event, day in told.stations.items() if course.get(event) != day}
    known = queries.extras_of(told.case)
    of_case = _case_columns(told)
    return Difference(
        new=False,
        person=person,
        registered=_unlike(_person_columns(told), person) if person else _person_columns(told),
        moved=_moved(told, person),
        identity=_identity(told, person),
        was_class=_was_class(told, row.classification),
        corrected={name: value for name, value in of_case.items() if getattr(row, name) != value},
        stations=stations,
        exposed=bool({CourseEvent.EXPOSED_FROM, CourseEvent.EXPOSED_UNTIL} & set(stations))
        and _window(told, course) is not None,
        described={name: text for name, text in told.described.items() if known.get(name) != text},
    )


def _was_class(told: CaseTold, now: str) -> Classification | None:
    return Classification(now) if told.classified and told.classification.value != now else None


def _person_columns(told: CaseTold) -> dict[str, Any]:
    record = told.record
    columns = {
        "sex": record.sex,
        "birth_on": record.birth_on,
        "age_years": record.age if record.birth_on is None else None,
        "household": told.household,
        "occupation": record.occupation,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _case_columns(told: CaseTold) -> dict[str, Any]:
    record = told.record
    age = record.age
    if age is None and record.birth_on is not None:
        age = float((told.at.date() - record.birth_on).days // 365.2425)
    columns = {
        "sex": record.sex,
        "age_years": age,
        "facility": record.hospital,
        "imported": record.imported,
        "quarantined_before": record.quarantined,
        "cluster": record.cluster,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _unlike(told: dict[str, Any], row: Any) -> dict[str, Any]:
    return {name: value for name, value in told.items() if getattr(row, name) != value}


def _moved(told: CaseTold, person: PersonRow | None) -> bool:
    return person is not None and told.residence is not None and areas.path_of(told.residence) != person.residence


def _identity(told: CaseTold, person: PersonRow | None) -> Identity:
    """The fields that are not on record; none where the person's key was destroyed: erased stays erased."""
    fields = told.identity.fields()
    if not fields:
        return Identity()
    if person is None and not identities.is_on_record(told.person):
        return told.identity
    try:
        vault_of(told.person)
    except Refused:
        return Identity()
    known = identities.opened(told.person) or Identity()
    fresh = {name: value for name in fields if (value := getattr(told.identity, name)) != getattr(known, name)}
    return Identity(**fresh)


def _window(told: CaseTold, course: dict[CourseEvent, date]) -> tuple[date, date] | None:
    """The days of exposure, where both ends are known."""
    days = course | told.stations
    first, last = days.get(CourseEvent.EXPOSED_FROM), days.get(CourseEvent.EXPOSED_UNTIL)
    return (first, last) if first and last and first <= last else None


# -- as facts ---------------------------------------------------------------------------------------------------------


def facts(told: CaseTold, terms: Terms, found: Difference) -> Facts:
    """The facts of a row: the whole case where it is new, else only what differs."""
    at = told.at if found.new else terms.now
    yield from _person_facts(told, terms, found, at)
    if found.new:
        yield _reported(told, terms)
    elif found.corrected:
        row = queries.case_row(told.case)
        was = {f"was_{name}": getattr(row, name) for name in found.corrected}
        yield CaseCorrected(case=told.case, **found.corrected, **was, at=at)
    if found.was_class is not None:
        yield CaseClassified(
            case=told.case,
            classification=told.classification,
            was_classification=found.was_class,
            basis="linelist",
            at=at,
        )
    if found.stations:
        yield CourseNoted(case=told.case, events=tuple(found.stations), days=tuple(found.stations.values()), at=at)
    if found.exposed:
        yield from _exposure(told, terms, at)
    if found.described:
        columns, values = tuple(found.described), tuple(found.described.values())
        yield CaseDescribed(case=told.case, columns=columns, values=values, at=at)


def _person_facts(told: CaseTold, terms: Terms, found: Difference, at: datetime) -> Facts:
    if found.person is None and (registered := enrolment.as_fact(told.person, at)) is not None:
        yield registered
    if found.person is None or (found.registered and not found.new):
        yield PersonRegistered(
            person=told.person,
            source=terms.source,
            code=told.person_code,
            residence=told.residence if found.person is None else None,
            office=told.jurisdiction,
            **found.registered,
            at=at,
        )
    if found.moved and found.person is not None:
        was = areas.area_at(found.person.residence) if found.person.residence else None
        yield PersonMoved(person=told.person, residence=told.residence, was_residence=was.id if was else None, at=at)
    if found.identity.fields():
        if found.first:
            identities.keep_first(told.person, found.identity, described(told))
        else:
            identities.keep(told.person, found.identity)
        yield IdentityKept(person=told.person, fields=found.identity.fields(), at=at)


def _reported(told: CaseTold, terms: Terms) -> CaseReported:
    return CaseReported(
        case=told.case,
        outbreak=terms.outbreak,
        person=told.person,
        jurisdiction=told.jurisdiction,
        code=told.record.code,
        source=terms.source,
        classification=told.classification,
        residence=told.residence,
        found_by=None,
        **_case_columns(told),
        at=told.at,
    )


def _exposure(told: CaseTold, terms: Terms, at: datetime) -> Facts:
    """The window of exposure, under an id of its own, so that another telling corrects it."""
    course = {CourseEvent(name): station.day for name, station in queries.course(told.case).items()}
    window = _window(told, course)
    if window is not None:
        yield ExposureNoted(
            exposure=ExposureId(derive("exposure", told.case, "linelist")),
            case=told.case,
            infectious=False,
            begins_at=datetime.combine(window[0], time(), terms.zone),
            ends_at=datetime.combine(window[1] + timedelta(days=1), time(), terms.zone),
            certainty=Certainty.LIKELY,
            at=at,
        )
