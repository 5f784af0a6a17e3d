"""What a round is expected to find and to miss, what one more would find, and whether the rule for stopping is met."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.fact import to_micros
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries.forecast import HOUSEHOLD
from ringfence.desks.testing.queries.rounds import COLUMNS, Coverage, RoundRow, read_round, round_coverage
from ringfence.facts.ids import OutbreakId, RoundId
from ringfence.science import yields
from ringfence.science.pooling import RoundExpected, expected_of_a_round, loss_in_pool, sensitivity_by_day
from ringfence.science.yields import Course, Rounds, Yield

DAY = 86_400_000_000
INFECTED_DAYS = 14
"""People are held to have been infected on the days since a fortnight before the first round, and likewise before one round."""
MOST_ROUNDS = 6
PER = 100_000
PREVALENCES = (1, 10, 100)
"""Infected people in 100,000 for which a round is reckoned: what holds is not known, so several are shown."""


def course(policy: Policy, size: int) -> Course | None:
    """What is known of an infection by day in tubes of a size; None where the pack tells no false negatives."""
    told = policy.missed_by_day
    if not told:
        return None
    days = np.arange(0, told[-1].day + 1)
    sizes = sorted((int(each), lost) for each, lost in policy.pool_loss.items())
    loss = float(loss_in_pool(size, [each for each, _ in sizes], [lost for _, lost in sizes]))
    if math.isnan(loss):
        return None
    seen = sensitivity_by_day(days, [each.day for each in told], [each.missed for each in told]) * (1 - loss)
    return Course(sensitivity=seen, noticed=np.zeros(days.size))


def expected_results(row: RoundRow, coverage: Coverage, policy: Policy) -> list[tuple[int, RoundExpected]]:
    """(infected in 100,000, what the round comes to) for each of `PREVALENCES`; nothing where nothing can be reckoned."""
    people, size = coverage.people - coverage.excused, row.pool_size or HOUSEHOLD
    known = course(policy, size)
    if known is None or people <= 0:
        return []
    seen = known.sensitivity[1 : INFECTED_DAYS + 1]
    made = []
    for per in PREVALENCES:
        infected = np.full(seen.size, people * per / PER / seen.size)
        made.append(
            (per, expected_of_a_round(people, infected, seen, size=size, specificity=policy.specificity))
        )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class RoundDone:
    """A round that counts for what the next would find. `found`: people found by it who were not under measures."""

    row: RoundRow
    people: int
    swabbed: int
    found: int
    unread: int

    @property
    def coverage(self) -> float:
        """The share of its roster that gave a swab."""
        return min(self.swabbed / self.people, 1.0) if self.people else 0.0


def found_in(scope: Scope, outbreak: OutbreakId, round_id: RoundId) -> int:
    """People found by a round who stood in the general lane: the pool that named them counts, else their own tube."""
    within, ends = scope.sql("f.path")
    row = db.ask_one(
        "SELECT count(DISTINCT f.person) FROM testing_found f JOIN testing_tube t ON t.id = coalesce(f.pool, f.tube)"
        f" WHERE f.outbreak = %s AND f.mended = FALSE AND t.round = %s AND t.lane <> 'separate' AND {within}",
        (outbreak, round_id, *ends),
    )
    return int(row[0]) if row else 0


def _unread(scope: Scope, round_id: RoundId) -> int:
    """Tubes of a round that are still on their way to a result."""
    kept, places = scope.kept("path")
    row = db.ask_one(
        "SELECT coalesce(sum(came - went), 0) FROM testing_flow WHERE round = %s"
        f" AND stage IN ('sealed', 'packed', 'underway', 'received') AND {kept}",
        (round_id, *places),
    )
    return int(row[0]) if row else 0


def rounds_done(scope: Scope, outbreak: OutbreakId, path: str, until: int) -> list[RoundDone]:
    """The last rounds of an area up to a number, oldest first, as far as anybody was swabbed in them."""
    rows = db.ask(
        f"SELECT {', '.join(COLUMNS)} FROM testing_round WHERE outbreak = %s AND path = %s AND number <= %s"
        f" ORDER BY number DESC LIMIT {MOST_ROUNDS}",
        (outbreak, path, until),
    )
    made = []
    for row in map(read_round, reversed(rows)):
        cover = round_coverage(scope, round=row.id)
        if cover.swabbed and cover.people:
            found = found_in(scope, outbreak, row.id)
            made.append(RoundDone(row, cover.people, cover.swabbed, found, _unread(scope, row.id)))
    return made


def one_more_round(done: list[RoundDone], policy: Policy) -> Yield | None:
    """What one more round would find, by the rounds done; None where they say nothing."""
    known = course(policy, (done[-1].row.pool_size or HOUSEHOLD) if done else 1)
    if known is None or not done:
        return None
    days = np.array([to_micros(each.row.opened_at) // DAY for each in done], dtype=np.int64)
    begin = int(days[0])
    days = days - begin
    following = int(days[-1]) + max(round((policy.repeat_every or timedelta(days=1)) / timedelta(days=1)), 1)
    share = np.array([each.coverage for each in done])
    return yields.expected_yield(
        Rounds(days=days, coverage=share, found=np.array([each.found for each in done], dtype=np.int64)),
        known,
        infected_from=-INFECTED_DAYS,
        infected_until=int(days[-1]),
        next_day=following,
        next_coverage=float(share.mean()),
    )


def clean_in_a_row(done: list[RoundDone]) -> int:
    """How many rounds at the end of these are closed, wholly read, and found nobody outside measures."""
    n = 0
    for each in reversed(done):
        if each.row.closed_at is None or each.found or each.unread:
            break
        n += 1
    return n


def pools_open(outbreak: OutbreakId, scope: Scope) -> int:
    """Positive pools whose members are still held: what they turn into is not known yet."""
    within, ends = scope.sql("path")
    row = db.ask_one(
        f"SELECT count(DISTINCT pool) FROM testing_hold WHERE outbreak = %s AND ended_at IS NULL AND {within}",
        (outbreak, *ends),
    )
    return int(row[0]) if row else 0
