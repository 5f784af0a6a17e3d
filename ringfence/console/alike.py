"""Asking, before someone is registered, whether they are on record already: who is alike, masked, and the choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ringfence.console.context import Page
from ringfence.console.pieces import Chip, Choice
from ringfence.console.sentences import case_said
from ringfence.console.shown import label
from ringfence.desks.cases.queries import PersonCase, cases_of_person
from ringfence.facts.ids import JurisdictionId, PersonId
from ringfence.facts.registry import PeopleLookedFor
from ringfence.registry.actions.looking import look_for_alike
from ringfence.registry.queries.people import PersonRow, people_masked

DESCRIBED = ("residence", "sex", "birth_on", "age_years", "name", "id_number", "phone")
SALT = "ringfence.alike"
NOBODY = "nobody"


@dataclass(frozen=True)
class Offer:
    """Someone on record who may be the person, as the page shows them."""

    person: PersonId
    code: str
    about: str  # sex, age, place
    chance: str
    url: str
    reveal_url: str = ""
    case: Choice | None = None
    chip: Chip | None = None


@dataclass(frozen=True)
class Asked:
    """What came of asking: people to look at, or a choice that was made."""

    offers: tuple[Offer, ...] = ()
    seen: str = ""  # signed: who was offered, for which description
    same: PersonId | None = None
    apart: tuple[PersonId, ...] = ()


def asked_alike(here: Page, told: Mapping[str, Any], office: JurisdictionId) -> Asked:
    """Ask who is alike, unless a choice about this very description came with the form."""
    described = {name: told[name] for name in DESCRIBED if told.get(name) is not None}
    marked = salted_hmac(SALT, repr((here.who.id, office, sorted(described.items())))).hexdigest()
    known = _offered(here, marked)
    picked = here.request.POST.get("same_as", "")
    if known and picked == NOBODY:
        return Asked(apart=known)
    if picked in known:
        return Asked(same=PersonId(picked))
    answer = here.tell(look_for_alike, office=office, **described)
    found = next((each for each in answer.facts if isinstance(each, PeopleLookedFor)), None)
    if found is None:
        return Asked()
    seen = signing.dumps({"asked": marked, "people": list(found.people)}, salt=SALT)
    return Asked(offers=tuple(offers_of(here, found)), seen=seen)


def _offered(here: Page, marked: str) -> tuple[PersonId, ...]:
    """Who was offered for this description; nobody where the description has changed since."""
    try:
        seen = signing.loads(here.request.POST.get("seen", ""), salt=SALT)
    except signing.BadSignature:
        return ()
    return tuple(PersonId(each) for each in seen["people"]) if seen["asked"] == marked else ()


def offers_of(here: Page, found: PeopleLookedFor) -> list[Offer]:
    """The people of an answer, masked, likeliest first."""
    known = {each.id: each for each in here.ask(people_masked, people=found.people)}
    odds = dict(zip(found.people, found.probabilities, strict=True))
    names = here.area_names(each.residence or each.office for each in known.values())
    offers = []
    for person in (each for each in found.people if each in known):
        row = known[person]
        case = _case_here(here, person)
        path = row.office or row.stay or row.residence or ""
        offers.append(
            Offer(
                person=person,
                code=row.code,
                about=" · ".join(about(row, names)),
                chance=chance_said(odds[person]),
                url=reverse("person", args=[person]),
                reveal_url=reverse("reveal_person", args=[person]) if here.who.scope("reveal").covers(path) else "",
                case=Choice(case_said(here, case), reverse("case", args=[case.id])) if case else None,
                chip=Chip(case.classification, label(f"class.{case.classification}")) if case else None,
            )
        )
    return offers


def about(row: PersonRow, names: Mapping[str, str]) -> list[str]:
    """Sex, age and place of somebody, as far as they are known."""
    place = row.residence or row.office or ""
    said = [label(f"sex.{row.sex}") if row.sex else "", age_said(row), names.get(place, "")]
    return [each for each in said if each]


def age_said(row: PersonRow) -> str:
    """An age, or the year of birth."""
    if row.age_years is not None:
        return _("%(n)s years") % {"n": f"{row.age_years:g}"}
    return _("born %(year)s") % {"year": row.birth_on.year} if row.birth_on else ""


def chance_said(odds: float) -> str:
    """A probability in words and percent."""
    word = (
        _("almost certainly the same person")
        if odds >= 0.95  # noqa: PLR2004 (words for shares)
        else _("probably the same person")
        if odds >= 0.5  # noqa: PLR2004
        else _("possibly the same person")
    )
    share = ">99%" if odds > 0.99 else f"{odds:.0%}"  # noqa: PLR2004
    return f"{word} ({share})"


def _case_here(here: Page, person: PersonId) -> PersonCase | None:
    """Their case in the outbreak looked at."""
    outbreak = here.outbreak.id if here.outbreak else None
    found: list[PersonCase] = here.ask(cases_of_person, person=person)
    return next((each for each in found if each.outbreak == outbreak), None)
