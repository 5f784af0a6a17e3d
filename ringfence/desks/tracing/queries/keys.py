"""What actions, rules and memory ask on the way: one row by its key, in plain SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from ringfence.core import db
from ringfence.core.among import ask_among, foretell_among
from ringfence.core.declare import belongs, locates
from ringfence.facts.ids import CaseId, ContactId, HouseholdId, OutbreakId, PersonId
from ringfence.facts.tracing import Closeness
from ringfence.registry.queries import people
from ringfence.registry.queries.outbreaks import as_day

NEAREST_FIRST = tuple(Closeness)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactKey:
    """A person as a contact in an outbreak, as they stand: the columns of `tracing_contact`, in order."""

    id: ContactId
    seq: int
    outbreak: OutbreakId
    person: PersonId
    household: HouseholdId | None = None
    path: str
    away: bool = False
    from_path: str = ""
    closeness: str
    set_by_hand: bool = False
    category: str
    minutes: int = 0
    links: int = 0
    first_case: CaseId | None = None
    first_at: int | None = None
    last_at: int | None = None
    state: str = "listed"
    alive: bool = True
    listed_at: int
    reached_at: int | None = None
    tries: int = 0
    tried_at: int | None = None
    tried_reason: str = ""
    stay: str | None = None
    quarantined_at: int | None = None
    quarantined_until: int | None = None
    until_at: int | None = None
    test_on: str = ""
    next_test_on: date | None = None
    swab_on: date | None = None
    tested: str = ""
    due_on: date | None = None
    heard_on: date | None = None
    missed: int = 0
    missed_in_row: int = 0
    symptoms_on: date | None = None
    case: CaseId | None = None
    reported: CaseId | None = None
    closed_at: int | None = None
    closed_reason: str = ""

    def steps(self) -> frozenset[str]:
        """What boards count this contact under."""
        told = {
            "listed": True,
            "alive": self.alive,
            "reached": self.reached_at is not None,
            "quarantined": self.stay is not None,
            "became_case": self.case is not None,
            "completed": self.closed_reason == "completed",
            "closed": not self.alive,
        }
        return frozenset(name for name, holds in told.items() if holds)


COLUMNS = tuple(each.name for each in fields(ContactKey))
NAMES = ", ".join(f'"{name}"' if name == "case" else name for name in COLUMNS)
CONTACT = f"SELECT {NAMES} FROM tracing_contact"
"""Selects all columns in their order, for `read_contact`."""
_ONE = f"{CONTACT} WHERE id = %s"
_DAYS = [COLUMNS.index(name) for name in ("next_test_on", "swab_on", "due_on", "heard_on", "symptoms_on")]
_FLAGS = [COLUMNS.index(name) for name in ("away", "set_by_hand", "alive")]


def read_contact(row: Sequence[Any]) -> ContactKey:
    """A row of all columns, in their order."""
    values = list(row)
    for place in _DAYS:
        values[place] = as_day(values[place])
    for place in _FLAGS:
        values[place] = bool(values[place])
    return ContactKey(**dict(zip(COLUMNS, values, strict=True)))


"""What selects a contact, and reads such a row: for lists."""


def contact(contact_id: ContactId) -> ContactKey | None:
    """A contact by its id."""
    rows = db.ask_about("tracing_contact", (contact_id,), _ONE, (contact_id,))
    return read_contact(rows[0]) if rows else None


def contacts(ids: Iterable[ContactId]) -> dict[ContactId, ContactKey]:
    """Contacts by their ids; those not on record are left out."""
    found = (read_contact(row) for row in ask_among(f"{CONTACT} WHERE id IN ({{marks}})", ids))
    return {each.id: each for each in found}


def contacts_ahead(ids: Iterable[ContactId]) -> None:
    """Read in few statements what `contact` will ask for each of these."""
    foretell_among("tracing_contact", _ONE, f"SELECT id, {NAMES} FROM tracing_contact WHERE id IN ({{marks}})", ids)


def contacts_of_person(person: str) -> list[ContactKey]:
    """Every record of a person as a contact, of any outbreak, under whichever of their records they are listed."""
    found = (
        read_contact(row)
        for row in ask_among(f"{CONTACT} WHERE person IN ({{marks}})", people.together([PersonId(person)]))
    )
    return sorted(found, key=lambda row: (row.seq, row.id))


def contacts_reported(case: str) -> list[ContactKey]:
    """Those who were reported as this case."""
    return [read_contact(row) for row in db.ask(f"{CONTACT} WHERE reported = %s ORDER BY seq", (case,))]


def contacts_of_household(household: str, outbreak: str) -> list[ContactKey]:
    """Contacts who live together."""
    asked = (household, outbreak)
    return [
        read_contact(row) for row in db.ask(f"{CONTACT} WHERE household = %s AND outbreak = %s ORDER BY seq", asked)
    ]


@locates(ContactId)
def place_of_contact(contact_id: str) -> str | None:
    """Who answers for a contact."""
    found = contact(ContactId(contact_id))
    return found.path if found else None


@belongs(ContactId)
def outbreak_of_contact(contact_id: str) -> str | None:
    """The outbreak in which somebody is a contact."""
    found = contact(ContactId(contact_id))
    return found.outbreak if found else None
