"""Outbreaks: a disease in an area, and the policy in force there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.centre import Place
from ringfence.core.declare import query
from ringfence.facts.ids import JurisdictionId, OutbreakId


@dataclass(frozen=True, slots=True)
class OutbreakRow:
    """A disease in an area."""

    id: OutbreakId
    code: str
    title: str
    disease: str
    pack: str
    overlays: tuple[str, ...]
    jurisdiction: JurisdictionId
    path: str
    begins_on: date | None
    by_on: date | None
    clear_days: int | None
    closed: bool


_OUTBREAK = (
    "SELECT id, code, title, disease, pack, overlays, jurisdiction, path, begins_on, by_on, clear_days, closed"
    " FROM registry_outbreak"
)


def as_day(stored: Any) -> date | None:
    """A day as a `date`: SQLite keeps days as text."""
    return date.fromisoformat(stored) if isinstance(stored, str) else stored


def _outbreak(row: Sequence[Any]) -> OutbreakRow:
    *first, overlays, jurisdiction, path, begins_on, by_on, clear_days, closed = row
    id_, code, title, disease, pack = first
    listed = tuple(overlays.split(",")) if overlays else ()
    days = as_day(begins_on), as_day(by_on)
    return OutbreakRow(id_, code, title, disease, pack, listed, jurisdiction, path, *days, clear_days, bool(closed))


def outbreak_row(outbreak: OutbreakId) -> OutbreakRow | None:
    """An outbreak by its id."""
    row = db.ask_one(f"{_OUTBREAK} WHERE id = %s", (outbreak,))
    return _outbreak(row) if row else None


@query(may="see")
def outbreaks(scope: Scope, *, closed: bool = False) -> list[OutbreakRow]:
    """Outbreaks that touch the asker's places: beneath them, or above."""
    found = [_outbreak(row) for row in db.ask(f"{_OUTBREAK} ORDER BY closed, begins_on DESC, code")]
    return [
        each
        for each in found
        if (closed or not each.closed)
        and (scope.covers(each.path) or any(path.startswith(each.path) for path in scope.paths))
    ]


def newest_over(path: str) -> OutbreakId | None:
    """The open outbreak that began last among those whose area holds a place."""
    rows = db.ask("SELECT id, path, begins_on FROM registry_outbreak WHERE closed = FALSE")
    over = [(str(begins_on or ""), id_) for id_, area, begins_on in rows if path.startswith(area)]
    return OutbreakId(max(over)[1]) if over else None


def place(outbreak: str | None, path: str | None) -> Place:
    """The policy in force for an outbreak at a path."""
    if outbreak is None:
        return Place(None, path, "base", ())
    found = outbreak_row(OutbreakId(outbreak))
    if found is None:
        return Place(outbreak, path, "base", ())
    return Place(outbreak, path or found.path, found.pack, found.overlays)
