"""The tracing board: how many contacts are at each step, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import to_micros
from ringfence.desks.tracing.queries.rows import moment
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.facts.tracing import Closeness
from ringfence.registry.queries.areas import narrowed_to

STEPS = ("listed", "reached", "quarantined", "became_case", "completed", "closed", "alive")
COUNTED = 5000
"""What waits is counted up to here: beyond it the exact number changes nothing that anybody does."""


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many contacts of one kind were ever at each step; `alive` are followed up now."""

    closeness: str
    listed: int
    reached: int
    quarantined: int
    became_case: int
    completed: int
    closed: int
    alive: int


@query(may="see")
def contact_counts(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> list[StepCount]:
    """How many contacts of each kind are at each step, the nearest kind first; from counts kept as they change."""
    kept, places = narrowed_to(scope, under).kept("path")
    rows = db.ask(
        f"SELECT closeness, step, sum(n) FROM tracing_count WHERE outbreak = %s AND {kept} GROUP BY closeness, step",
        (outbreak, *places),
    )
    counted: dict[str, dict[str, int]] = {}
    for closeness, step, n in rows:
        counted.setdefault(closeness, {})[step] = int(n)
    known = [each.value for each in Closeness if each.value in counted]
    return [StepCount(each, *(counted[each].get(step, 0) for step in STEPS)) for each in known]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person, each counted up to a bound; `oldest_at` is when the first unreached one was listed."""

    unreached: int
    overdue: int
    oldest_at: datetime | None
    ill: int
    missed: int
    unheard: int
    swab: int
    left_open: int
    most: int = COUNTED


@query(may="see")
def tracing_waiting(  # noqa: PLR0913 (what is late depends on these)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    day: date,
    late_before: datetime,
    secondary_late_before: datetime,
    under: JurisdictionId | None = None,
) -> Waiting:
    """What waits for a person: unreached, ill, not heard of, to be swabbed, searches left open.

    `late_before`: a close contact listed before it should have been reached; the other for contacts of contacts.
    """
    within, ends = narrowed_to(scope, under).sql("path")

    def counted(table: str, where: str, *values: object) -> int:
        row = db.ask_one(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE outbreak = %s AND {where} AND {within} LIMIT {COUNTED}) AS few",
            (outbreak, *values, *ends),
        )
        return int(row[0]) if row else 0

    late = "state = 'listed' AND ((closeness <> 'secondary' AND listed_at < %s) OR (closeness = 'secondary' AND listed_at < %s))"
    oldest = db.ask_one(
        f"SELECT listed_at FROM tracing_contact WHERE outbreak = %s AND state = 'listed' AND {within} ORDER BY seq LIMIT 1",
        (outbreak, *ends),
    )
    people = "tracing_contact"
    return Waiting(
        unreached=counted(people, "state = 'listed'"),
        overdue=counted(people, late, to_micros(late_before), to_micros(secondary_late_before)),
        oldest_at=moment(oldest[0]) if oldest else None,
        ill=counted(people, "alive = TRUE AND symptoms_on IS NOT NULL"),
        missed=counted(people, "alive = TRUE AND missed_in_row > 0"),
        unheard=counted(people, "alive = TRUE AND due_on <= %s AND state = 'reached'", day.isoformat()),
        swab=counted(people, "alive = TRUE AND next_test_on <= %s", day.isoformat()),
        left_open=counted("tracing_source", "search = 'left_open' AND confirmed = TRUE"),
    )
