"""The tracing desk's facts: visits loaded and forgotten, searches for contacts, and whom they found.

Visits themselves are no facts: they lie in columnar files beside the log, and a fact names the file they came from.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from ringfence.core.fact import Fact, Sealed
from ringfence.facts.cases import Certainty
from ringfence.facts.ids import CaseId, ContactId, JurisdictionId, OutbreakId, PersonId, derive


class Closeness(StrEnum):
    """What kind of contact somebody is, nearest first."""

    CLOSE = "close"  # 密接
    SECONDARY = "secondary"  # 次密接: a close contact of a close contact
    GENERAL = "general"  # 一般接触者: shared a space, does not meet the rule for close
    COMPANION = "companion"  # 时空伴随: their telephones shared a grid cell; weak evidence


class Evidence(StrEnum):
    """How it is known that two people met."""

    VISITS = "visits"  # records of stays, searched
    SEATS = "seats"  # a seat list of a plane, train or coach
    GRID = "grid"  # telephones in one grid cell
    INTERVIEW = "interview"  # told by the case or the contact
    HOUSEHOLD = "household"  # on record as living together
    IMPORT = "import"  # a list from elsewhere


def contact_of(outbreak: str, person: str) -> ContactId:
    """The id of a person as a contact in an outbreak: one record however many cases they met."""
    return ContactId(derive("contact", outbreak, person))


def person_of(told: str) -> PersonId:
    """The id of whom a visit names: an id of ours as it is; another agency's is not written down, only what derives from it."""
    return PersonId(told if told.startswith("person_") else derive("person", "visits", told))


class VisitsLoaded(Fact):
    """Visits were loaded from a file; the days that they belong to hold them, and the file has this SHA-256."""

    sha256: str
    visits: int  # rows taken
    refused: int  # rows that cannot be, listed in a report
    repeated: int  # rows told before, word for word
    joined: int  # rows that told of a stay which another row told of too
    first_on: date | None = None  # in the zone of the store
    last_on: date | None = None
    sources: tuple[str, ...] = ()  # who told them, and beside it how many rows each
    told: tuple[int, ...] = ()


class VisitsForgotten(Fact):
    """Every visit before a day was deleted, and the ids of people and places that no other day names."""

    before_on: date
    days: int
    visits: int
    people: int  # ids erased
    places: int


class ContactsSearched(Fact):
    """Someone searched for the contacts of a person, in a window, for a purpose. Whom they found is not here."""

    person: PersonId
    begins_at: datetime
    ends_at: datetime
    purpose: str
    order: int  # 1: contacts; 2: their contacts too
    named: int  # people named by it
    minutes: int | None = None  # from which an encounter counted; None: as the table of categories says
    place_kinds: tuple[str, ...] = ()  # where not all
    close: int | None = None  # minutes from which a contact's own contacts were searched for
    cap: int | None = None  # of how many contacts at most
    case: CaseId | None = None  # the case it was made for; None: at the command line, for none
    outbreak: OutbreakId | None = None


class ContactsFound(Fact):
    """Contacts of a person, in columns beside each other, at most 1,000 of them; more are told by several facts."""

    person: PersonId  # whose contacts they are
    contacts: tuple[PersonId, ...]
    minutes: tuple[int, ...]  # summed over encounters
    encounters: tuple[int, ...]
    categories: tuple[str, ...]  # home, work, class, meal, ride, …
    first_at: tuple[datetime, ...]
    last_at: tuple[datetime, ...]
    order: int = 1
    through: tuple[PersonId, ...] = ()  # second order: the contact who met them first
    case: CaseId | None = None  # the case they are contacts of; None: a search that was not about a case
    outbreak: OutbreakId | None = None
    evidence: Evidence = Evidence.VISITS
    closeness: tuple[Closeness, ...] = ()  # by the pack's definition, beside `contacts`
    certainty: Certainty = Certainty.LIKELY


class SearchLeftOpen(Fact):
    """The search for a case's contacts could not be made by itself: a person makes it, with what is missing."""

    case: CaseId
    outbreak: OutbreakId
    reason: str  # no_visits, person_not_in_visits, too_many (more than the pack lets a rule name), no_threshold
    named: int = 0  # people it would have named


class ContactNamed(Fact):
    """Somebody told of a contact: the case, a relative, a list from elsewhere. A person may name one without a known case."""

    contact: ContactId
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId  # responsible for the contact
    case: CaseId | None = None
    through: PersonId | None = None  # second order: the contact they met
    order: int = 1
    category: str = "other"
    closeness: Closeness = Closeness.CLOSE
    first_at: datetime | None = None
    last_at: datetime | None = None
    minutes: int | None = None
    certainty: Certainty = Certainty.LIKELY
    evidence: Evidence = Evidence.INTERVIEW
    protection: str | None = None  # what kept them apart: mask, distance, protective clothing
    note: Sealed | None = None


class ContactLinkStruck(Fact):
    """That a contact met a case was told wrongly; other links of the contact stand."""

    contact: ContactId
    case: CaseId
    reason: str


class ContactClassed(Fact):
    """A person set what kind of contact somebody is, with a reason; searches do not change it again."""

    contact: ContactId
    closeness: Closeness
    was_closeness: Closeness
    reason: str


class ContactBecameCase(Fact):
    """A contact turned out to be infected; their record stays and leads to the case."""

    contact: ContactId
    case: CaseId
    outbreak: OutbreakId
    in_quarantine: bool  # in quarantine before the diagnosis: the number that says whether control holds
    first_case: CaseId | None = None  # whose contact they were, by the earliest link


class ContactReturned(Fact):
    """Somebody taken for a case is a contact again: the case was discarded or set aside."""

    contact: ContactId
    case: CaseId
