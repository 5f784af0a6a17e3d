"""Reporting a case, of someone on record or of someone who is registered with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.cases import queries
from ringfence.facts.cases import CaseReported, Classification, CourseEvent, CourseNoted
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, PersonId, derive
from ringfence.registry import enrolment
from ringfence.registry.actions.people import register_person
from ringfence.registry.queries import areas, outbreaks, people

Told = tuple[CourseEvent, date, datetime | None]
"""A station as told: what, the day, and the moment where the hour is known."""

ORDER = (  # a later station cannot come before an earlier one
    (CourseEvent.ONSET, CourseEvent.RECOVERED),
    (CourseEvent.ONSET, CourseEvent.DIED),
    (CourseEvent.ONSET, CourseEvent.DISCHARGED),
    (CourseEvent.INFECTED, CourseEvent.ONSET),
    (CourseEvent.EXPOSED_FROM, CourseEvent.EXPOSED_UNTIL),
    (CourseEvent.EXPOSED_FROM, CourseEvent.ONSET),
    (CourseEvent.SAMPLED, CourseEvent.POSITIVE),
    (CourseEvent.ADMITTED, CourseEvent.DISCHARGED),
    (CourseEvent.ADMITTED, CourseEvent.DIED),
    (CourseEvent.RECOVERED, CourseEvent.REPOSITIVE),
)


@action(may="report", many=False)
def report_case(  # noqa: PLR0913 (a report form has these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    person: PersonId,
    jurisdiction: JurisdictionId,
    code: str = "",
    classification: Classification = Classification.SUSPECT,
    onset_on: date | None = None,
    sampled_on: date | None = None,
    positive_at: datetime | None = None,
    facility: str | None = None,
    found_by: str | None = None,
    imported: bool | None = None,
    quarantined_before: bool | None = None,
    at: datetime,
) -> Facts:
    """Report a case to an outbreak."""
    row = _open_outbreak(outbreak)
    if people.person(person) is None and (registered := enrolment.as_fact(person, at)) is not None:
        yield registered
    known = people.person(person)
    if known is None:
        raise Refused("person_unknown", person=person)
    if (there := queries.case_of_person(known.canonical, outbreak)) is not None:
        raise Refused("case_already_reported", case=there, outbreak=row.title)
    case = CaseId(derive("case", outbreak, "ringfence", person, to_micros(at)))
    yield CaseReported(
        case=case, outbreak=outbreak, person=person, jurisdiction=jurisdiction, code=code or known.code, source=who.by,
        classification=classification, sex=known.sex, age_years=known.age_years, facility=facility, found_by=found_by,
        imported=imported, quarantined_before=quarantined_before, at=at,
    )  # fmt: skip
    zone = ZoneInfo(areas.zone_at(areas.path_of(jurisdiction)))
    told = stations(zone, at, onset_on, sampled_on, positive_at)
    check_course({event: day for event, day, _ in told}, today=at.astimezone(zone).date())
    yield course_noted(case, told, at)


@action(may="report", many=False)
def report_new_case(  # noqa: PLR0913 (a report form has these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    sex: str | None = None,
    birth_on: date | None = None,
    age_years: float | None = None,
    residence: JurisdictionId | None = None,
    stay: JurisdictionId | None = None,
    occupation: str | None = None,
    classification: Classification = Classification.SUSPECT,
    onset_on: date | None = None,
    sampled_on: date | None = None,
    positive_at: datetime | None = None,
    facility: str | None = None,
    found_by: str | None = None,
    imported: bool | None = None,
    quarantined_before: bool | None = None,
    apart_from: tuple[PersonId, ...] = (),
    at: datetime,
) -> Facts:
    """Register someone and report them as a case: both, or neither."""
    person = PersonId("")
    for fact in register_person(
        who, office=jurisdiction, residence=residence, stay=stay, sex=sex, birth_on=birth_on, age_years=age_years, at=at,
        occupation=occupation, name=name, id_number=id_number, phone=phone, address=address, apart_from=apart_from,
    ):  # fmt: skip
        yield fact
        person = getattr(fact, "person", person)  # each fact of a registration names its person, but for telling apart
    yield from report_case(
        who, outbreak=outbreak, person=person, jurisdiction=jurisdiction, classification=classification, at=at,
        onset_on=onset_on, sampled_on=sampled_on, positive_at=positive_at, facility=facility, found_by=found_by,
        imported=imported, quarantined_before=quarantined_before,
    )  # fmt: skip


def _open_outbreak(outbreak: OutbreakId) -> outbreaks.OutbreakRow:
    row = outbreaks.outbreak_row(outbreak)
    if row is None or row.closed:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    return row


def stations(
    zone: ZoneInfo, at: datetime, onset_on: date | None, sampled_on: date | None, positive_at: datetime | None
) -> list[Told]:
    """The stations that come with a report, with the report itself last."""
    told: list[Told] = [(CourseEvent.REPORTED, at.astimezone(zone).date(), at)]
    if onset_on:
        told.insert(0, (CourseEvent.ONSET, onset_on, None))
    if sampled_on:
        told.insert(0, (CourseEvent.SAMPLED, sampled_on, None))
    if positive_at:
        told.insert(0, (CourseEvent.POSITIVE, positive_at.astimezone(zone).date(), positive_at))
    return told


def course_noted(case: CaseId, told: Sequence[Told], at: datetime) -> CourseNoted:
    """Stations as one fact in columns."""
    return CourseNoted(
        case=case,
        events=tuple(event for event, _, _ in told),
        days=tuple(day for _, day, _ in told),
        moments=tuple(moment for _, _, moment in told),
        at=at,
    )


def check_course(days: dict[CourseEvent, date], *, today: date) -> None:
    """Refuse a course that contradicts itself or lies in the future."""
    for event, day in days.items():
        if day > today:
            raise Refused("course_in_future", event=event.value, day=day, today=today)
    for first, then in ORDER:
        if first in days and then in days and days[then] < days[first]:
            raise Refused(
                "course_contradicts", first=first.value, day=days[first], then=then.value, then_day=days[then]
            )
