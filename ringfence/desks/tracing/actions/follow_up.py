"""What tracers do: they call, reach, order quarantine and lift it, close a follow-up and open it again.

Each is told of one contact, or with `household` of everybody followed up who lives with them; many rows at once go
through the console's bulk edits. Actions told of several `contacts` take another one's telling back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, from_micros
from ringfence.desks.tracing.queries import keys
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.follow_up import (
    Channel,
    ContactsQuarantined,
    ContactsReached,
    ContactsSetFree,
    ContactTried,
    FollowUpsClosed,
    FollowUpsReopened,
    Stay,
)
from ringfence.facts.ids import AccountId, ContactId

TRIED = ("no_answer", "wrong_number", "refused", "away", "not_found")
CLOSED = ("completed", "link_struck", "case_discarded", "moved", "died", "refused", "not_found", "by_hand")
FREED = ("by_hand", "ended", "case_discarded", "moved")
LONGEST = timedelta(days=60)  # of one order


def ahead(items: Sequence[Mapping[str, Any]]) -> None:
    """Read for many at once the contacts that each telling asks for."""
    keys.contacts_ahead(ContactId(item["contact"]) for item in items if item.get("contact"))


def one(contact: ContactId, *, alive: bool = True) -> ContactKey:
    """A contact on record, or a refusal."""
    found = keys.contact(contact)
    if found is None:
        raise Refused("contact_unknown", contact=contact)
    if alive and not found.alive:
        raise Refused("follow_up_over", contact=contact, reason=f"closed.{found.closed_reason}")
    return found


def them(contact: ContactId, *, household: bool = False) -> list[ContactKey]:
    """A contact who is followed up, and on demand everybody followed up who lives with them and has the same office."""
    found = one(contact)
    if not household or found.household is None:
        return [found]
    home = keys.contacts_of_household(found.household, found.outbreak)
    return [found, *(each for each in home if each.alive and each.path == found.path and each.id != found.id)]


def ids(found: Iterable[ContactKey]) -> tuple[ContactId, ...]:
    """Their ids."""
    return tuple(each.id for each in found)


def code(name: str, told: str, known: Sequence[str]) -> str:
    """A code of a list, or a refusal that names the list."""
    if told not in known:
        raise Refused("follow_up_code_unknown", parameter=f"field.{name}", told=told, known=", ".join(known))
    return told


@action(may="work", ahead=ahead)
def try_contact(who: Who, *, contact: ContactId, reason: str, channel: Channel = Channel.PHONE, at: datetime) -> Facts:
    """Note that a contact could not be spoken to, and why."""
    del who
    one(contact)
    yield ContactTried(contact=contact, channel=channel, reason=code("reason", reason, TRIED), at=at)


@action(may="work", ahead=ahead)
def reach_contact(
    who: Who, *, contact: ContactId, channel: Channel = Channel.PHONE, household: bool = False, at: datetime
) -> Facts:
    """Note that a contact was spoken to and knows; with the household, everybody followed up there."""
    del who
    found = [each for each in them(contact, household=household) if each.reached_at is None]
    if not found:
        raise Refused("contact_reached_already", contact=contact)
    yield ContactsReached(contacts=ids(found), channel=channel, at=at)


@action(may="decide", many=False)
def set_contacts_free(who: Who, *, contacts: tuple[ContactId, ...], reason: str = "by_hand", at: datetime) -> Facts:
    """Lift the quarantine of several contacts."""
    del who
    found = [each for each in (one(contact, alive=False) for contact in contacts) if each.stay is not None]
    if not found:
        raise Refused("contact_not_apart", contact=", ".join(contacts))
    told = code("reason", reason, FREED)
    yield ContactsSetFree(outbreak=found[0].outbreak, contacts=ids(found), reason=told, at=at)


@action(may="decide", ahead=ahead)
def set_contact_free(who: Who, *, contact: ContactId, reason: str = "by_hand", at: datetime) -> Facts:
    """Lift a contact's quarantine, with the reason."""
    yield from set_contacts_free(who, contacts=(contact,), reason=reason, at=at)


@action(may="decide", undo=set_contacts_free, ahead=ahead)
def quarantine_contact(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    contact: ContactId,
    basis: str,
    until_at: datetime | None = None,
    stay: Stay = Stay.CENTRAL,
    household: bool = False,
    at: datetime,
) -> Facts:
    """Order a contact to keep apart, on a legal basis, until a moment; untold, until their follow-up ends."""
    if len(basis.strip()) < 2:  # noqa: PLR2004 (a word)
        raise Refused("basis_missing", what="action.tracing.quarantine_contact")
    found = them(contact, household=household)
    until = until_at or _until(found[0])
    if until is None or until <= at:
        raise Refused("quarantine_end_missing", contact=contact)
    if until - at > LONGEST:
        raise Refused("quarantine_too_long", days=LONGEST.days)
    yield ContactsQuarantined(
        outbreak=found[0].outbreak, contacts=ids(found), stay=stay, until_at=until, basis=basis.strip(),
        account=AccountId(who.id), at=at,
    )  # fmt: skip


def _until(contact: ContactKey) -> datetime | None:
    return from_micros(contact.until_at) if contact.until_at else None


@action(may="work", many=False)
def reopen_follow_ups(who: Who, *, contacts: tuple[ContactId, ...], at: datetime) -> Facts:
    """Follow contacts up again whose follow-up was closed by mistake."""
    del who
    found = [each for each in (one(contact, alive=False) for contact in contacts) if not each.alive]
    if not found:
        raise Refused("follow_up_open", contact=", ".join(contacts))
    yield FollowUpsReopened(outbreak=found[0].outbreak, contacts=ids(found), at=at)


@action(may="work", ahead=ahead)
def reopen_follow_up(who: Who, *, contact: ContactId, at: datetime) -> Facts:
    """Follow a contact up again whose follow-up was closed by mistake."""
    yield from reopen_follow_ups(who, contacts=(contact,), at=at)


@action(may="work", undo=reopen_follow_ups, ahead=ahead)
def close_follow_up(who: Who, *, contact: ContactId, reason: str, household: bool = False, at: datetime) -> Facts:
    """End a follow-up before its time, with the reason."""
    del who
    found = them(contact, household=household)
    told = code("reason", reason, CLOSED)
    yield FollowUpsClosed(outbreak=found[0].outbreak, contacts=ids(found), reason=told, at=at)
