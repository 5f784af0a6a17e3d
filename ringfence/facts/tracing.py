"""The tracing desk's facts: visits loaded and forgotten, searches for contacts, and whom they found.

Visits themselves are no facts: they lie in columnar files beside the log, and a fact names the file they came from.
"""

from __future__ import annotations

from datetime import date, datetime

from ringfence.core.fact import Fact
from ringfence.facts.ids import PersonId, derive


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
