"""What people do about people: registering, identities, moving, merging and telling apart."""

from __future__ import annotations

from datetime import date, datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.facts.ids import HouseholdId, JurisdictionId, PersonId, derive
from ringfence.facts.registry import (
    IdentityErased,
    IdentityKept,
    IdentityRevealed,
    PeopleMerged,
    PeopleParted,
    PeopleToldApart,
    PersonMoved,
    PersonRegistered,
)
from ringfence.registry import enrolment, identities
from ringfence.registry.identities import Identity
from ringfence.registry.queries import areas, people


@action(may="report", many=False)
def register_person(  # noqa: PLR0913 (a person has these fields)
    who: Who,
    *,
    office: JurisdictionId,
    residence: JurisdictionId | None = None,
    stay: JurisdictionId | None = None,
    sex: str | None = None,
    birth_on: date | None = None,
    age_years: float | None = None,
    household: HouseholdId | None = None,
    occupation: str | None = None,
    code: str = "",
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    apart_from: tuple[PersonId, ...] = (),
    at: datetime,
) -> Facts:
    """Register someone, as an id; who they are is kept apart, under their own key.

    `apart_from`: alike people on record that were looked at and are somebody else.
    """
    code = code.strip() or derive("P", who.by, to_micros(at)).rpartition("_")[2][:8].upper()
    if people.person_coded(who.by, code) is not None:
        raise Refused("person_there", code=code)
    person = PersonId(derive("person", who.by, code))
    yield PersonRegistered(
        person=person, source=who.by, code=code, sex=sex, birth_on=birth_on, age_years=age_years, residence=residence,
        stay=stay, office=office, household=household, occupation=occupation, at=at,
    )  # fmt: skip
    told = Identity(name, id_number or None, phone or None, address or None)
    if told.fields():
        yield IdentityKept(person=person, fields=identities.keep(person, told).fields(), at=at)
    for other in apart_from:
        yield PeopleToldApart(one=person, other=other, at=at)


@action(may="investigate", many=False)
def keep_identity(  # noqa: PLR0913 (an identity has these fields)
    who: Who,
    *,
    person: PersonId,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    at: datetime,
) -> Facts:
    """Keep or correct who a person is; what is left empty stays as it was."""
    del who
    told = Identity(name, id_number or None, phone or None, address or None)
    if not told.fields():
        raise Refused("identity_empty", person=person)
    identities.keep(person, told)
    yield IdentityKept(person=person, fields=told.fields(), at=at)


@action(may="reveal", many=False)
def reveal_identity(who: Who, *, person: PersonId, purpose: str, at: datetime) -> Facts:
    """Look at who a person is; the purpose goes on record first."""
    del who
    if len(purpose.strip()) < 3:  # noqa: PLR2004 (a word)
        raise Refused("purpose_missing", what="reveal_identity")
    known = identities.opened(person)
    if known is None:
        raise Refused("identity_unknown", person=person)
    yield IdentityRevealed(person=person, purpose=purpose.strip(), fields=known.fields(), at=at)


@action(may="erase", many=False)
def erase_identity(who: Who, *, person: PersonId, reason: str, at: datetime) -> Facts:
    """Destroy a person's key: nobody can read who they are any more. There is no way back."""
    del who
    if not reason.strip():
        raise Refused("reason_missing", what="erase_identity")
    if identities.opened(person) is None:
        raise Refused("identity_unknown", person=person)
    identities.erase(person)
    yield IdentityErased(person=person, reason=reason.strip(), at=at)


@action(may="investigate", undo="itself")
def move_person(  # noqa: PLR0913 (three fields and what stood before)
    who: Who,
    *,
    person: PersonId,
    residence: JurisdictionId | None = None,
    stay: JurisdictionId | None = None,
    office: JurisdictionId | None = None,
    at: datetime,
) -> Facts:
    """Change where a person lives, stays, or which office is responsible."""
    del who
    known = people.person(person)
    if known is None:
        raise Refused("person_unknown", person=person)
    yield PersonMoved(
        person=person,
        residence=residence,
        was_residence=_id_at(known.residence),
        stay=stay,
        was_stay=_id_at(known.stay),
        office=office,
        was_office=_id_at(known.office),
        at=at,
    )


def _id_at(path: str | None) -> JurisdictionId | None:
    there = areas.area_at(path) if path else None
    return there.id if there else None


@action(may="merge")
def part_people(who: Who, *, kept: PersonId, merged: PersonId, reason: str = "", at: datetime) -> Facts:
    """Part two records that were merged wrongly."""
    del who
    if people.canonical(merged) != kept:
        raise Refused("not_merged", kept=kept, merged=merged)
    yield PeopleParted(kept=kept, merged=merged, reason=reason, at=at)


@action(may="merge", undo=part_people)
def merge_people(who: Who, *, kept: PersonId, merged: PersonId, reason: str = "", at: datetime) -> Facts:
    """Merge two records of one person; raw ids stay as they are."""
    del who
    if kept == merged or people.canonical(kept) == people.canonical(merged):
        raise Refused("already_one", kept=kept, merged=merged)
    for person in (kept, merged):
        if people.person(person) is None and (registered := enrolment.as_fact(person, at)) is not None:
            yield registered
    yield PeopleMerged(kept=people.canonical(kept), merged=people.canonical(merged), reason=reason, at=at)


@action(may="merge")
def tell_apart(who: Who, *, one: PersonId, other: PersonId, at: datetime) -> Facts:
    """Put on record that two alike records are two people."""
    del who
    yield PeopleToldApart(one=one, other=other, at=at)
