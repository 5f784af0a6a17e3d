"""Contacts that somebody tells of: naming them, taking a name back, saying what kind of contact they are, reporting them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.tracing.queries import keys, links
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.desks.tracing.queries.numbers import policy_of
from ringfence.facts.cases import CaseReported, CaseSetAside, Certainty, Classification, CourseEvent, CourseNoted
from ringfence.facts.ids import CaseId, ContactId, HouseholdId, JurisdictionId, OutbreakId, PersonId, derive
from ringfence.facts.tracing import (
    Closeness,
    ContactClassed,
    ContactLinkStruck,
    ContactNamed,
    Evidence,
    contact_of,
)
from ringfence.registry import enrolment, identities
from ringfence.registry.actions.people import register_person
from ringfence.registry.queries import areas, people
from ringfence.registry.queries.outbreaks import outbreak_row

BY_HAND = (Evidence.INTERVIEW, Evidence.IMPORT, Evidence.HOUSEHOLD, Evidence.SEATS)


def _contact(contact: ContactId) -> ContactKey:
    found = keys.contact(contact)
    if found is None:
        raise Refused("contact_unknown", contact=contact)
    return found


@action(may="investigate")
def strike_link(who: Who, *, contact: ContactId, case: CaseId | None = None, reason: str = "", at: datetime) -> Facts:
    """Strike that a contact met a case, or, without one, that they are a contact at all; other links stand."""
    del who
    _contact(contact)
    known = [each for each in links.links_of([contact]).get(contact, []) if each.case == case and not each.struck]
    if not known:
        raise Refused("contact_link_unknown", contact=contact, case=case or "—")
    yield ContactLinkStruck(
        contact=contact, case=case or CaseId(""), reason=reason.strip() or "named_by_mistake", at=at
    )


@action(may="investigate", undo=strike_link, many=False)
def name_contact(  # noqa: PLR0913 (an exposure has these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    person: PersonId,
    case: CaseId | None = None,
    through: PersonId | None = None,
    jurisdiction: JurisdictionId | None = None,
    category: str = "other",
    closeness: Closeness | None = None,
    first_at: datetime | None = None,
    last_at: datetime | None = None,
    minutes: int | None = None,
    certainty: Certainty = Certainty.LIKELY,
    evidence: Evidence = Evidence.INTERVIEW,
    protection: str = "",
    note: str = "",
    at: datetime,
) -> Facts:
    """Name somebody as a contact: of a case, of a contact (`through`), or of a case that nobody knows yet."""
    del who
    _open(outbreak)
    policy = policy_of(outbreak)
    if category not in policy.settings:
        raise Refused("category_unknown", category=category, known=", ".join(policy.settings))
    if evidence not in BY_HAND:
        raise Refused("evidence_not_by_hand", evidence=f"evidence.{evidence.value}")
    _check_days(first_at, last_at, at)
    source = links.source(case) if case else None
    if source is not None and source.outbreak != outbreak:
        raise Refused("case_of_other_outbreak", case=case)
    if people.person(person) is None and (registered := enrolment.as_fact(person, at)) is not None:
        yield registered
    known = people.person(person)
    if known is None:
        raise Refused("person_unknown", person=person)
    if source is not None and people.canonical(source.person) == known.canonical:
        raise Refused("contact_is_the_case", case=case)
    order = 2 if through else 1
    yield ContactNamed(
        contact=contact_of(outbreak, known.canonical), outbreak=outbreak, person=known.canonical,
        jurisdiction=jurisdiction or _answers_for(known.canonical, outbreak), case=case, through=through, order=order,
        category=category, closeness=closeness or (Closeness.SECONDARY if order > 1 else policy.settings[category].closeness),
        first_at=first_at, last_at=last_at or first_at, minutes=minutes, certainty=certainty, evidence=evidence,
        protection=protection.strip() or None,
        note=identities.seal(person, note.strip()) if note.strip() else None, at=at,
    )  # fmt: skip


def _open(outbreak: OutbreakId) -> None:
    row = outbreak_row(outbreak)
    if row is None or row.closed:
        raise Refused("outbreak_unknown", outbreak=outbreak)


def _check_days(first_at: datetime | None, last_at: datetime | None, at: datetime) -> None:
    if first_at and last_at and last_at < first_at:
        raise Refused("exposure_ends_first", first=first_at, last=last_at)
    latest = last_at or first_at
    if latest and latest > at:
        raise Refused("exposure_ahead", told=latest)


def _answers_for(person: PersonId, outbreak: OutbreakId) -> JurisdictionId:
    """Where they stay; else where the outbreak is."""
    path = people.paths_of([person]).get(person)
    area = areas.area_at(path) if path else None
    row = outbreak_row(outbreak)
    if area is not None:
        return area.id
    if row is None:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    return row.jurisdiction


@action(may="investigate", many=False)
def name_new_contact(  # noqa: PLR0913 (a person and an exposure have these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    case: CaseId | None = None,
    through: PersonId | None = None,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    sex: str | None = None,
    birth_on: date | None = None,
    age_years: float | None = None,
    stay: JurisdictionId | None = None,
    household: HouseholdId | None = None,
    occupation: str | None = None,
    category: str = "other",
    closeness: Closeness | None = None,
    first_at: datetime | None = None,
    last_at: datetime | None = None,
    minutes: int | None = None,
    certainty: Certainty = Certainty.LIKELY,
    evidence: Evidence = Evidence.INTERVIEW,
    protection: str = "",
    note: str = "",
    at: datetime,
) -> Facts:
    """Register someone and name them as a contact: both, or neither."""
    person = PersonId("")
    for fact in register_person(
        who, office=jurisdiction, stay=stay, sex=sex, birth_on=birth_on, age_years=age_years, household=household,
        occupation=occupation, name=name, id_number=id_number, phone=phone, address=address, at=at,
    ):  # fmt: skip
        yield fact
        person = getattr(fact, "person", person)
    yield from name_contact(
        who, outbreak=outbreak, person=person, case=case, through=through, jurisdiction=stay or jurisdiction,
        category=category, closeness=closeness, first_at=first_at, last_at=last_at, minutes=minutes,
        certainty=certainty, evidence=evidence, protection=protection, note=note, at=at,
    )  # fmt: skip


@action(may="investigate", undo="itself")
def class_contact(who: Who, *, contact: ContactId, closeness: Closeness, reason: str, at: datetime) -> Facts:
    """Say what kind of contact somebody is, with a reason; searches do not change it again."""
    del who
    row = _contact(contact)
    if not reason.strip():
        raise Refused("reason_missing", what="class_contact")
    if row.closeness == closeness.value and row.set_by_hand:
        raise Refused("closeness_already", contact=contact, closeness=f"closeness.{closeness.value}")
    was = Closeness(row.closeness)
    yield ContactClassed(contact=contact, closeness=closeness, was_closeness=was, reason=reason.strip(), at=at)


@action(may="report", many=False)
def take_back_case_of_contact(who: Who, *, contact: ContactId, reason: str = "", at: datetime) -> Facts:
    """Take back that a contact was reported as a case: the case is set aside, and they are followed up as before."""
    del who
    row = _contact(contact)
    if row.reported is None:
        raise Refused("contact_no_case", contact=contact)
    yield CaseSetAside(case=row.reported, reason=reason.strip() or "reported_by_mistake", at=at)


@action(may="report", many=False)
def make_case_of_contact(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    contact: ContactId,
    classification: Classification = Classification.SUSPECT,
    onset_on: date | None = None,
    sampled_on: date | None = None,
    positive_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Report a contact as a case, with what is known of them as a contact."""
    row = _contact(contact)
    there = row.case or row.reported or next(iter(_cases_of(row)), None)
    if there is not None:
        raise Refused("case_already_reported", case=there, outbreak=row.outbreak)
    area, known = areas.area_at(row.path), people.person(row.person)
    if area is None or known is None:
        raise Refused("person_unknown", person=row.person)
    case = CaseId(derive("case", row.outbreak, "contact", contact, to_micros(at)))
    yield CaseReported(
        case=case, outbreak=row.outbreak, person=row.person, jurisdiction=area.id, code=known.code, source=who.by,
        classification=classification, sex=known.sex, age_years=known.age_years, found_by="contact",
        quarantined_before=row.stay is not None, at=at,
    )  # fmt: skip
    today = at.astimezone(ZoneInfo(areas.zone_at(row.path)))
    told: list[tuple[CourseEvent, date, datetime | None]] = [(CourseEvent.REPORTED, today.date(), at)]
    if onset_on:
        told.append((CourseEvent.ONSET, onset_on, None))
    if sampled_on:
        told.append((CourseEvent.SAMPLED, sampled_on, None))
    if positive_at:
        told.append((CourseEvent.POSITIVE, positive_at.astimezone(today.tzinfo).date(), positive_at))
    for event, day, _ in told:
        if day > today.date():
            raise Refused("course_in_future", event=event.value, day=day, today=today.date())
    yield CourseNoted(
        case=case,
        events=tuple(event for event, _, _ in told),
        days=tuple(day for _, day, _ in told),
        moments=tuple(moment for _, _, moment in told),
        at=at,
    )


def _cases_of(row: ContactKey) -> list[CaseId]:
    return [each.case for each in links.sources_of([row.person], row.outbreak).values()]
