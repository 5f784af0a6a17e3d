"""Where a case was while infectious, and whom of its listed contacts it met at each stay: read from the visits anew.

It names nobody who is not listed already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.desks.tracing.queries.file import SourceRow, case_traced
from ringfence.desks.tracing.queries.named import called, stand_for
from ringfence.facts.ids import CaseId, ContactId
from ringfence.facts.tracing import contact_of

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.store import Visits

MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Met:
    """A listed contact at a place: minutes in all there, from the first meeting to the last."""

    contact: ContactId
    minutes: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StayShared:
    """A stay of the case, and its listed contacts who were there meanwhile, most minutes first."""

    place: str
    kind: str
    begins_at: datetime
    ends_at: datetime
    met: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class PlacesShared:
    """The stays of a case in its window; `why_not` says why there are none (no_visits, person_not_in_visits)."""

    begins_at: datetime
    ends_at: datetime
    stays: tuple[StayShared, ...]
    why_not: str = ""


@query(may="investigate")
def places_shared(scope: Scope, *, case: CaseId, now: datetime) -> PlacesShared | None:
    """Stays of a case while infectious, with its listed contacts who were there; None where the case is not known here."""
    row = case_traced(scope, case=case)
    if row is None:
        return None
    begins, ends = _window(row, now)
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    visits = meetings.visits_here()
    if visits is None:
        return PlacesShared(begins, ends, (), "no_visits")
    sources = meetings.sources_told(visits)
    codes = meetings.codes_of(visits, called(row.person, sources))
    if not len(codes):
        return PlacesShared(begins, ends, (), "person_not_in_visits")
    return PlacesShared(begins, ends, _stays(visits, codes, row, (begins, ends), sources))


def _window(row: SourceRow, now: datetime) -> tuple[datetime, datetime]:
    """From when the case was infectious until it no longer was, or now."""
    begins = row.searched_from or row.infectious_from
    return begins, max(begins, min(row.searched_until or row.infectious_until or now, now))


def _stays(
    visits: Visits, codes: Any, row: SourceRow, window: tuple[datetime, datetime], sources: Sequence[str]
) -> tuple[StayShared, ...]:
    from ringfence.science.contacts import least_minutes  # noqa: PLC0415 (loads the compiled loops)
    from ringfence.science.contacts_search import stays_of  # noqa: PLC0415

    begins, ends = (np.full(len(codes), to_micros(each) // MINUTE) for each in window)
    _, place, came, left = stays_of(visits.city.table, codes, begins, ends)
    met = _listed(visits, row, visits.shared(codes, begins, ends, least_minutes(1)), sources)
    names = visits.places.shown(place)
    made = [
        StayShared(
            name, _kind(visits, here), from_micros(start * MINUTE), from_micros(until * MINUTE),
            tuple(each for first, last, each in met.get(here, ()) if first < until and last > start),
        )
        for name, here, start, until in zip(names, place.tolist(), came.tolist(), left.tolist(), strict=True)
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda each: (each.begins_at, each.place)))


def _kind(visits: Visits, place: int) -> str:
    known = visits.places.kinds
    return str(visits.names.kinds[int(known[place])]) if place < len(known) else ""


def _listed(
    visits: Visits, row: SourceRow, shared: Any, sources: Sequence[str]
) -> Mapping[int, list[tuple[int, int, Met]]]:
    """Place -> (first, last, whom) of the contacts that are listed for this case."""
    listed = {
        contact
        for (contact,) in db.ask(
            'SELECT contact FROM tracing_link WHERE "case" = %s AND struck = FALSE AND "order" = 1', (row.case,)
        )
    }
    found: dict[int, list[tuple[int, int, Met]]] = {}
    people = visits.people.shown(shared.person)
    persons = stand_for(list(dict.fromkeys(people)), sources)
    columns = zip(
        people, *(each.tolist() for each in (shared.place, shared.minutes, shared.first, shared.last)), strict=True
    )
    for told, place, minutes, first, last in columns:
        contact = contact_of(row.outbreak, persons[told])
        if contact in listed:
            met = Met(contact, minutes, from_micros(first * MINUTE), from_micros(last * MINUTE))
            found.setdefault(place, []).append((first, last, met))
    for each in found.values():
        each.sort(key=lambda one: (-one[2].minutes, one[2].contact))
    return found
