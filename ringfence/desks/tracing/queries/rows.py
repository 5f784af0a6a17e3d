"""Contacts as pages show them: a row of `tracing_contact` with moments in place of microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ringfence.core.fact import from_micros
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.ids import CaseId, ContactId, HouseholdId, OutbreakId, PersonId

MOMENTS = (
    "first_at", "last_at", "listed_at", "reached_at", "tried_at", "quarantined_at", "quarantined_until", "until_at",
    "closed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person as a contact in an outbreak; moments are aware, None is not known or not yet."""

    id: ContactId
    seq: int
    outbreak: OutbreakId
    person: PersonId
    household: HouseholdId | None
    path: str
    away: bool
    closeness: str
    set_by_hand: bool
    category: str
    minutes: int
    links: int
    first_case: CaseId | None
    first_at: datetime | None
    last_at: datetime | None
    state: str
    alive: bool
    listed_at: datetime
    reached_at: datetime | None
    tries: int
    tried_at: datetime | None
    tried_reason: str
    stay: str | None
    quarantined_at: datetime | None
    quarantined_until: datetime | None
    until_at: datetime | None
    test_on: tuple[date, ...]
    next_test_on: date | None
    due_on: date | None
    heard_on: date | None
    missed: int
    missed_in_row: int
    symptoms_on: date | None
    case: CaseId | None
    closed_at: datetime | None
    closed_reason: str


def row_of(key: ContactKey) -> ContactRow:
    """A contact's key as a row."""
    told = {name: getattr(key, name) for name in ContactRow.__slots__}
    told |= {name: moment(told[name]) for name in MOMENTS}
    told["test_on"] = tuple(date.fromisoformat(day) for day in key.test_on.split())
    return ContactRow(**told)


def moment(micros: int | None) -> datetime | None:
    """Microseconds as a moment."""
    return None if micros is None else from_micros(micros)
