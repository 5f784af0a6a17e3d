"""Who is held because of a positive tube, since when, until when, and how their own swab stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.facts.ids import JurisdictionId, OutbreakId, PersonId, TubeId
from ringfence.registry.queries.areas import narrowed_to

COLUMNS = ("person", "pool", "outbreak", "path", "held_at", "until", "state", "own_tube", "ended_at", "reason")
IN_FORCE = ("held", "swabbed")
STATES = ("held", "swabbed", "released", "found")


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Somebody held, or who was."""

    person: PersonId
    pool: TubeId
    outbreak: OutbreakId
    path: str
    held_at: datetime
    until: datetime
    state: str
    own_tube: TubeId | None
    ended_at: datetime | None
    reason: str | None

    @property
    def id(self) -> str:
        """How a list names it: the person and the pool."""
        return f"{self.person} {self.pool}"


def _read(row: Sequence[Any]) -> HoldRow:
    person, pool, outbreak, path, held_at, until, state, own_tube, ended_at, reason = row
    ended = None if ended_at is None else from_micros(ended_at)
    return HoldRow(
        person, pool, outbreak, path, from_micros(held_at), from_micros(until), state, own_tube, ended, reason
    )


_HOLD = f"SELECT {', '.join(COLUMNS)} FROM testing_hold"


@query(may="see")
def holds(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    hold: str = "",
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[HoldRow]:
    """People held for positive tubes, the longest held first; those released or found by their state, newest first."""
    over = hold in {"released", "found"}
    states = (hold,) if hold in STATES else IN_FORCE
    marks = ", ".join(["%s"] * len(states))
    where = f"outbreak = %s AND state IN ({marks})" + ("" if over else " AND ended_at IS NULL")
    return page(
        f"{_HOLD} WHERE {where}",
        (outbreak, *states),
        scope=narrowed_to(scope, under),
        path="path",
        roots=(f"testing_hold WHERE outbreak = %s AND state IN ({marks})", (outbreak, *states)),
        sort=Sort("held_at", "person", "pool", descending=over),
        after=after,
        limit=limit,
        read=_read,
        columns=COLUMNS,
    )


@dataclass(frozen=True, slots=True)
class HoldNumbers:
    """How many people were ever held, and how they stand. `longest_at`: since when the one held longest is."""

    held: int
    swabbed: int
    released: int
    found: int
    pools: int
    longest_at: datetime | None

    @property
    def in_force(self) -> int:
        """How many are held now."""
        return self.held + self.swabbed

    @property
    def all(self) -> int:
        """How many were ever held."""
        return self.held + self.swabbed + self.released + self.found


@query(may="see")
def hold_numbers(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> HoldNumbers:
    """How many people are held for positive tubes, swabbed, released and found."""
    within, ends = narrowed_to(scope, under).sql("path")
    told = (outbreak, *ends)
    rows = db.ask(f"SELECT state, count(*) FROM testing_hold WHERE outbreak = %s AND {within} GROUP BY state", told)
    counts = {state: int(n) for state, n in rows}
    row = db.ask_one(
        "SELECT count(DISTINCT pool), min(held_at) FROM testing_hold WHERE outbreak = %s AND ended_at IS NULL"
        f" AND state IN ('held', 'swabbed') AND {within}",
        told,
    )
    pools, longest = row or (0, None)
    held, swabbed, released, found = (counts.get(state, 0) for state in STATES)
    return HoldNumbers(held, swabbed, released, found, int(pools), None if longest is None else from_micros(longest))


def holds_about(scope: Scope, pool: TubeId) -> list[HoldRow]:
    """Everybody who was held for a tube, as far as the asker may see them."""
    rows = db.ask(f"{_HOLD} WHERE pool = %s ORDER BY held_at, person LIMIT 200", (pool,))
    return [found for found in map(_read, rows) if scope.covers(found.path)]
