"""Whether control holds: cases known before their diagnosis, delays, attack rates, follow-up; each with its denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.registry.queries.areas import narrowed_to, zone_at
from ringfence.science.proportions import quantile, wilson

QUARTER = 900_000_000  # µs: every zone of the world is a whole number of quarters of an hour from UTC
MINUTE = 60_000_000
NEWEST = 50_000
"""Delays are told of so many newest contacts: of more, the older ones say little of how it goes now."""


@dataclass(frozen=True, slots=True)
class ControlDay:
    """Cases confirmed on a day: how many were known contacts before, in quarantine before, and linked to nobody."""

    on: date
    cases: int
    known: int
    in_quarantine: int
    unlinked: int


@dataclass(frozen=True, slots=True)
class Control:
    """The same by day, oldest first, and in all."""

    days: list[ControlDay]
    cases: int
    known: int
    in_quarantine: int
    unlinked: int
    contacts: int  # of first order, listed for these cases
    searched: int  # cases whose contacts were searched for
    low: float | None  # 95 % interval of the share in quarantine
    high: float | None


@query(may="see")
def control_by_day(
    scope: Scope, *, outbreak: OutbreakId, since: datetime | None = None, under: JurisdictionId | None = None
) -> Control:
    """Share of new cases that were known contacts in quarantine before their diagnosis, by day of confirmation."""
    scope = narrowed_to(scope, under)
    within, ends = scope.sql("path")
    rows = db.ask(
        f"SELECT confirmed_at / {QUARTER}, count(*), sum(CASE WHEN was_contact IS NOT NULL THEN 1 ELSE 0 END),"
        " sum(CASE WHEN was_quarantined = TRUE THEN 1 ELSE 0 END), sum(CASE WHEN linked = FALSE THEN 1 ELSE 0 END),"
        " sum(contacts), sum(CASE WHEN search = 'done' THEN 1 ELSE 0 END) FROM tracing_source"
        f" WHERE outbreak = %s AND confirmed = TRUE AND confirmed_at >= %s AND {within} GROUP BY confirmed_at / {QUARTER}",
        (outbreak, to_micros(since) if since else 0, *ends),
    )
    zone = ZoneInfo(zone_at(scope.paths[0] if len(scope.paths) == 1 else None))
    by_day: dict[date, list[int]] = {}
    for quarter, *counts in rows:
        day = from_micros(int(quarter) * QUARTER).astimezone(zone).date()
        kept = by_day.setdefault(day, [0] * 6)
        by_day[day] = [one + int(more) for one, more in zip(kept, counts, strict=True)]
    cases, known, kept_apart, unlinked, contacts, searched = (
        sum(each[n] for each in by_day.values()) for n in range(6)
    )
    low, high = wilson(kept_apart, cases) if cases else (None, None)
    days = [ControlDay(day, *by_day[day][:4]) for day in sorted(by_day)]
    return Control(days, cases, known, kept_apart, unlinked, contacts, searched, low, high)


@dataclass(frozen=True, slots=True)
class DelayRow:
    """How long a step took: of `of` that should have gone through it `done` have; spans of those that have.

    `within` counts those done inside the clock of the policy; None where no clock is told.
    """

    step: str
    of: int
    done: int
    median: timedelta | None
    p90: timedelta | None
    within: int | None
    clock: timedelta | None


@query(may="see")
def delays(  # noqa: PLR0913 (each clock is told)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    list_within: timedelta | None = None,
    reach_within: timedelta | None = None,
    quarantine_within: timedelta | None = None,
    under: JurisdictionId | None = None,
) -> list[DelayRow]:
    """How long it took from a case to its first listed contact, from there to reaching and to quarantine.

    Close contacts alone; the newest 50,000 of them.
    """
    within, ends = narrowed_to(scope, under).sql("path")
    listed = db.ask(
        f"SELECT (listed_at - confirmed_at) / {MINUTE}, count(*) FROM tracing_source WHERE outbreak = %s AND confirmed = TRUE"
        f" AND {within} GROUP BY (listed_at - confirmed_at) / {MINUTE}",
        (outbreak, *ends),
    )
    newest = " UNION ALL ".join(
        "SELECT * FROM (SELECT listed_at, reached_at, quarantined_at FROM tracing_contact WHERE outbreak = %s"
        f" AND closeness = 'close' AND alive = {alive} AND {within} ORDER BY seq DESC LIMIT {NEWEST}) {name}"
        for alive, name in (("TRUE", "one"), ("FALSE", "other"))
    )
    twice = (outbreak, *ends, outbreak, *ends)

    def since_listed(column: str) -> list[db.Row]:
        span = f"({column} - listed_at) / {MINUTE}"
        return db.ask(f"SELECT {span}, count(*) FROM ({newest}) AS few GROUP BY {span}", twice)

    return [
        _delay("listed", listed, list_within),
        _delay("reached", since_listed("reached_at"), reach_within),
        _delay("quarantined", since_listed("quarantined_at"), quarantine_within),
    ]


def _delay(step: str, rows: Iterable[db.Row], clock: timedelta | None) -> DelayRow:
    """From rows of (minutes or None, how many). Late facts may put a step before the one it follows: that took nothing."""
    counts: Counter[int] = Counter()
    of = 0
    for minutes, n in rows:
        of += int(n)
        if minutes is not None:
            counts[max(int(minutes), 0)] += int(n)
    done = sum(counts.values())
    middle, late = (quantile(counts, share) for share in (0.5, 0.9))
    inside = None
    if clock is not None:
        inside = sum(n for minutes, n in counts.items() if timedelta(minutes=minutes) <= clock)
    return DelayRow(
        step, of, done, None if middle is None else timedelta(minutes=middle), None if late is None else timedelta(minutes=late),
        inside, clock,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttackRow:
    """Contacts of a category, and how many of them became cases; the share with its 95 % interval."""

    category: str
    contacts: int
    cases: int
    share: float
    low: float
    high: float


@query(may="see")
def attack_rates(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> list[AttackRow]:
    """Secondary attack rate by category of contact: cases among contacts, with a 95 % interval by Wilson's score."""
    within, ends = narrowed_to(scope, under).sql("path")
    told = (outbreak, *ends)
    contacts = db.ask(
        f"SELECT category, count(*) FROM tracing_contact WHERE outbreak = %s AND {within} GROUP BY category", told
    )
    became: dict[str, int] = dict(
        db.ask(
            f'SELECT category, count(*) FROM tracing_contact WHERE outbreak = %s AND "case" IS NOT NULL AND {within}'
            " GROUP BY category",
            told,
        )
    )
    rows = [(category, int(n), int(became.get(category, 0))) for category, n in contacts]
    made = [AttackRow(name, n, cases, cases / n, *wilson(cases, n)) for name, n, cases in rows]
    return sorted(made, key=lambda each: (-each.share, -each.contacts, each.category))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Contacts followed up who should tell of a day: how many were heard of, and how many missed their last one."""

    due: int
    heard: int
    missed: int


@query(may="see")
def follow_up_heard(scope: Scope, *, outbreak: OutbreakId, day: date, under: JurisdictionId | None = None) -> FollowUp:
    """How many of the contacts who should tell of a day were heard of."""
    within, ends = narrowed_to(scope, under).sql("path")
    told = (outbreak, *ends)
    heard = "coalesce(heard_on >= %s, FALSE)"
    row = db.ask_one(
        f"SELECT sum(CASE WHEN {heard} OR due_on <= %s THEN 1 ELSE 0 END), sum(CASE WHEN {heard} THEN 1 ELSE 0 END)"
        f" FROM tracing_contact WHERE alive = TRUE AND outbreak = %s AND {within}",
        (*(day.isoformat() for _ in range(3)), *told),
    )
    missed = db.ask_one(
        f"SELECT count(*) FROM tracing_contact WHERE outbreak = %s AND missed_in_row > 0 AND alive = TRUE AND {within}",
        told,
    )
    due, known = row or (0, 0)
    return FollowUp(int(due or 0), int(known or 0), int(missed[0]) if missed else 0)
