"""Asking whom on record a person may be: each such question is itself put on record, as it opens identities."""

from __future__ import annotations

from datetime import date, datetime

from ringfence.core.access import Scope, Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import JurisdictionId, PersonId
from ringfence.facts.registry import PeopleLookedFor
from ringfence.registry import identities
from ringfence.registry.blocks import Described
from ringfence.registry.duplicates import Candidate
from ringfence.registry.identities import Identity
from ringfence.registry.queries import areas, people

NUMBERS = ("id_number", "phone")
MOST = 10  # candidates offered
LIKELY = 0.05  # the probability from which somebody is offered


@action(may="reveal", many=False)
def look_for_person(who: Who, *, how: str, text: str, purpose: str, at: datetime) -> Facts:
    """Find who has an identity number or telephone number; the purpose goes on record first."""
    if how not in NUMBERS:
        raise Refused("number_kind_unknown", how=how)
    if len(purpose.strip()) < 3:  # noqa: PLR2004 (a word)
        raise Refused("purpose_missing", what="look_for_person")
    told = identities.checked(Identity(**{how: text}))
    found = _within(who.scope("reveal"), identities.holding(how, getattr(told, how) or ""))
    yield PeopleLookedFor(how=how, people=tuple(found), purpose=purpose.strip(), at=at)


@action(may="report", many=False)
def look_for_alike(  # noqa: PLR0913 (a person is described by these)
    who: Who,
    *,
    office: JurisdictionId,
    residence: JurisdictionId | None = None,
    sex: str | None = None,
    birth_on: date | None = None,
    age_years: float | None = None,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    at: datetime,
) -> Facts:
    """Ask who on record may be someone about to be registered; nothing is recorded where nobody is alike."""
    told = identities.checked(Identity(name, id_number or None, phone or None))
    if not told.fields():
        return
    born, path = birth_on, areas.path_of(residence or office)
    if born is None and age_years is not None:
        born = date(at.year - int(age_years), 1, 1)
    asked = Described(
        name=told.name, birth_on=born, birth_exact=birth_on is not None, sex=identities.SEXES.get(sex or "", 0),
        id_number=told.id_number, phone=told.phone, jurisdiction=path,
    )  # fmt: skip
    yield from _likely(who.scope("report"), identities.alike(asked), at)


@action(may="merge", many=False)
def look_for_duplicates(who: Who, *, person: PersonId, at: datetime) -> Facts:
    """Ask which other records may be the same person."""
    known = identities.opened(person)
    if known is None:
        raise Refused("identity_unknown", person=person)
    found = identities.alike(identities.described(person, known))
    joined = people.canonical(person)
    others = [each for each in found if people.canonical(each.person) != joined]
    yield from _likely(who.scope("merge"), others, at)


def _likely(scope: Scope, found: list[Candidate], at: datetime) -> Facts:
    """The likely ones at the asker's places; a record merged into another stands under that one."""
    best: dict[PersonId, float] = {}
    for each in found:
        if each.probability >= LIKELY:
            best.setdefault(people.canonical(each.person), round(each.probability, 4))
    kept = _within(scope, list(best))[:MOST]
    if kept:
        odds = tuple(best[person] for person in kept)
        yield PeopleLookedFor(how="likeness", people=tuple(kept), probabilities=odds, at=at)


def _within(scope: Scope, found: list[PersonId]) -> list[PersonId]:
    """Those at these places; somebody elsewhere is unknown here."""
    placed = [(each, people.place_of_person(each)) for each in dict.fromkeys(found)]
    return [each for each, path in placed if path is not None and scope.covers(path)]
