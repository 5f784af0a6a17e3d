"""Contacts who stay elsewhere: another place answers for them, and is told so (协查)."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.desks.tracing.actions.follow_up import ahead, ids, one, them
from ringfence.desks.tracing.queries.days import local_day
from ringfence.facts.command import notice_of
from ringfence.facts.follow_up import ContactsHandedOver
from ringfence.facts.ids import ContactId, JurisdictionId
from ringfence.registry.queries import areas


@action(may="investigate", many=False)
def call_back_contacts(
    who: Who, *, contacts: tuple[str, ...], jurisdiction: JurisdictionId, reason: str = "", at: datetime
) -> Facts:
    """Answer again for contacts who were handed over to another place by mistake."""
    found = [one(ContactId(contact), alive=False) for contact in contacts]
    path = areas.path_of(jurisdiction)
    if not found or any(not each.away or each.from_path != path for each in found):
        raise Refused("contact_not_handed_over", contact=", ".join(contacts))
    if not who.scope("investigate").covers(path or "?"):
        raise Refused("not_known_here", what="jurisdiction", id=jurisdiction)
    there = areas.area_at(found[0].path)
    if there is None or len({each.path for each in found}) > 1:
        raise Refused("contacts_of_two_places", contacts=len(found))
    yield ContactsHandedOver(
        outbreak=found[0].outbreak, contacts=ids(found), jurisdiction=jurisdiction, was_jurisdiction=there.id,
        reason=reason.strip() or "called_back", at=at,
    )  # fmt: skip


@action(may="investigate", undo=call_back_contacts, ahead=ahead)
def hand_over_contact(  # noqa: PLR0913 (each is told by name)
    who: Who, *, contact: ContactId, to_place: str, reason: str = "", household: bool = False, at: datetime
) -> Facts:
    """Hand a contact over to the place where they stay; a place of the tree is told by its name, code or id."""
    del who
    found = them(contact, household=household)
    told = to_place.strip()
    there = JurisdictionId(told) if areas.path_of(told) is not None else areas.area_called(told)
    here = areas.area_at(found[0].path)
    if there is None:
        raise Refused("place_not_in_tree", place=to_place)
    if here is None or here.id == there:
        raise Refused("contact_there_already", contact=contact, place=to_place)
    yield ContactsHandedOver(
        outbreak=found[0].outbreak, contacts=ids(found), jurisdiction=there, was_jurisdiction=here.id,
        notice=notice_of(found[0].outbreak, here.id, there, local_day(at, here.path).isoformat()),
        reason=reason.strip(), at=at,
    )  # fmt: skip
