"""The tracing desk's facts of follow-up: contacts listed, reached, watched day by day, tested, and let go.

Following up somebody and restricting somebody are two facts: `FollowUpsBegun` follows from a rule, `ContactsQuarantined`
is a named person's decision, with its basis and its end.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from ringfence.core.fact import Fact
from ringfence.facts.ids import AccountId, ContactId, JurisdictionId, NoticeId, OutbreakId, PersonId, ReportLinkId
from ringfence.facts.tracing import Closeness


class Stay(StrEnum):
    """Where a contact keeps apart."""

    CENTRAL = "central"  # a room of a quarantine site
    HOME = "home"
    HOSPITAL = "hospital"


class Channel(StrEnum):
    """How somebody was spoken to, or told of their day."""

    PHONE = "phone"
    VISIT = "visit"
    LINK = "link"  # their own answer, by a link
    SITE = "site"  # staff of a quarantine site
    NOTICE = "notice"  # word from another place


class FollowUpsBegun(Fact):
    """Contacts are followed up from now on, in columns, at most 1,000; told again when a later exposure prolongs it."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    people: tuple[PersonId, ...]
    paths: tuple[str, ...]  # who answers for each; "" where nobody knows where they stay
    closeness: tuple[Closeness, ...]
    last_at: tuple[datetime, ...]  # last exposure known
    until_at: tuple[datetime, ...]  # the follow-up ends by itself
    test_on: tuple[tuple[date, ...], ...] = ()  # days on which each is to be swabbed


class ContactTried(Fact):
    """Somebody tried to speak to a contact and did not."""

    contact: ContactId
    channel: Channel
    reason: str = ""  # no_answer, wrong_number, refused, away, not_found


class ContactsReached(Fact):
    """Contacts were spoken to, and know."""

    contacts: tuple[ContactId, ...]
    channel: Channel = Channel.PHONE


class ContactsQuarantined(Fact):
    """A named person ordered contacts to keep apart, on a legal basis, until a moment."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    stay: Stay
    until_at: datetime
    basis: str = ""  # the rule it rests on
    account: AccountId | None = None  # who ordered it


class ContactsSetFree(Fact):
    """Contacts need not keep apart any longer, before their time or at its end."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    reason: str  # ended, by_hand, case_discarded, moved


class SymptomsReported(Fact):
    """How contacts were on a day, in columns: by a link, a telephone call or a visit. One answer may tell of a household."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    on: date
    symptoms: tuple[str, ...]  # codes of the pack's findings, space between; "" for none
    temps_c: tuple[float | None, ...] = ()
    channel: Channel = Channel.PHONE
    link: ReportLinkId | None = None


class SymptomsFound(Fact):
    """A contact has symptoms that the pack asks about: they are looked into as a suspect case."""

    contact: ContactId
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId
    symptoms: tuple[str, ...]
    on: date


class DaysMissed(Fact):
    """Contacts were not heard of on a day on which they should have been."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    on: date


class ContactTested(Fact):
    """A contact's swab of the protocol was taken, or read."""

    contact: ContactId
    on: date  # the day of the protocol it answers
    tube: str = ""
    result: str | None = None


class FollowUpsClosed(Fact):
    """Contacts are no longer followed up."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    reason: str  # completed, became_case, link_struck, case_discarded, moved, died, refused, not_found, by_hand


class FollowUpsReopened(Fact):
    """Contacts closed by mistake are followed up again."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]


class ContactsHandedOver(Fact):
    """Contacts stay elsewhere: another place answers for them from now on, and is told so."""

    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    jurisdiction: JurisdictionId  # who answers for them now
    was_jurisdiction: JurisdictionId
    notice: NoticeId | None = None
    reason: str = ""


class ReportLinkGiven(Fact):
    """Contacts of one household may tell of their days by a link, until it ends. The link's secret is nowhere here."""

    link: ReportLinkId
    outbreak: OutbreakId
    contacts: tuple[ContactId, ...]
    until_at: datetime


class ReportLinkWithdrawn(Fact):
    """A link is no longer good: lost, or sent to the wrong person."""

    link: ReportLinkId
    reason: str = ""
