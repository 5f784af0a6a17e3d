"""Which stage holds a round up, and what would bring it under its deadline: found by planning again, not by a label."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from ringfence.desks.testing.plans.answer import Need, Stage
from ringfence.science.testing_plan import HOUR
from ringfence.science.testing_plan_means import STAGES, Means, Sampling, more, sampling, without_limit
from ringfence.science.testing_plan_proof import Ground, by_fetching, by_testing, ground
from ringfence.science.testing_plan_solve import QUICK, Solved, solve

QUICK_TURNS = 2
THREADS = 2
ENOUGH_S = 60
"""A stage that saves less than this when its limit is lifted is not what holds the round up."""
MOST = 9
"""No more than so many times what there is, is looked at."""
TRIES = 4
LEVELS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)

Amount = tuple[int, int, int]
"""More samplers, vehicles, lab tubes an hour."""


def stages(means: Means, plan: Solved) -> tuple[tuple[Stage, ...], str]:
    """Each stage planned again without its limit, and the one that saves most (`""`: none saves anything)."""

    def end_without(stage: str) -> int:
        if stage == "reporting" and means.report_h is None:
            return plan.end
        keens = (*QUICK, 1e9) if stage == "testing" else (float(np.median(plan.manner.keen)),)
        return min(solve(without_limit(means, stage), keens=keens, turns=QUICK_TURNS).end, plan.end)

    with ThreadPoolExecutor(THREADS) as pool:
        ends = list(pool.map(end_without, STAGES))
    rows = tuple(
        Stage(
            stage=stage, finish_h=hours(plan.finish[stage]), without_limit_h=hours(end), saves_h=hours(plan.end - end)
        )
        for stage, end in zip(STAGES, ends, strict=True)
    )
    most = max(rows, key=lambda row: row.saves_h)
    return rows, most.stage if most.saves_h * HOUR >= ENOUGH_S else ""


def hours(seconds: int) -> float:
    """Seconds as hours, to the nearest ten-thousandth."""
    return round(seconds / HOUR, 4)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would help: the deadline in seconds, the cost of one more of each, and the plan that is too late.

    `grounds` (by samplers) and `tested` (by samplers and lab capacity) keep what many amounts have in common.
    """

    means: Means
    plan: Solved
    bound: int
    deadline: int
    costs: tuple[float, float, float]
    grounds: dict[int, Ground] = field(default_factory=dict)
    tested: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def have(self) -> Amount:
        """What there is of each."""
        there = self.means.samplers + int(self.means.stations.samplers.sum())
        return max(there, 1), len(self.means.fleet.x), max(int(self.means.labs.rate.max(axis=1).sum()), 1)

    def cost(self, amount: Amount) -> float:
        """The price of an amount."""
        return sum(each * price for each, price in zip(amount, self.costs, strict=True))

    def likely(self, amount: Amount) -> bool:
        """Whether the deadline can be met, reckoned from the bound and how far the plan lies above its own."""
        samplers, _, lab = amount
        means = more(self.means, *amount)
        if samplers not in self.grounds:
            self.grounds[samplers] = ground(means, self.sampled(means, samplers))
        there = self.grounds[samplers]
        latest = self.deadline - (self.plan.end - self.bound)
        if by_fetching(means, there) > latest:
            return False
        if (samplers, lab) not in self.tested:
            self.tested[samplers, lab] = by_testing(means, there)
        return self.tested[samplers, lab] <= latest

    def sampled(self, means: Means, samplers: int) -> Sampling:
        """The sampling of the means with so many more samplers: the plan's own where there are no more."""
        return sampling(means) if samplers else self.plan.sampling

    def least(self, others: Amount, kind: int) -> Amount | None:
        """The least of one kind that is likely to do beside the others; None where no amount looked at is."""

        def with_(n: int) -> Amount:
            return (*others[:kind], n, *others[kind + 1 :])  # type: ignore[return-value]

        high = MOST * self.have[kind]
        if self.likely(with_(0)):
            return with_(0)
        if not self.likely(with_(high)):
            return None
        low, fine = 0, max(self.have[kind] // 200, 1)
        while high - low > fine:
            middle = (low + high) // 2
            low, high = (low, middle) if self.likely(with_(middle)) else (middle, high)
        return with_(high)

    def planned(self, amount: Amount, kind: int) -> Need | None:
        """The amount proven by a plan with it, raised a little where it does not quite do; None where it never does."""
        keens = tuple(sorted({*QUICK, *np.unique(self.plan.manner.keen).tolist()}))[-3:]
        for _ in range(TRIES):
            means = more(self.means, *amount)
            end = solve(means, keens=keens, turns=QUICK_TURNS, given=self.sampled(means, amount[0])).end
            if end <= self.deadline:
                samplers, vehicles, lab = amount
                cost = round(self.cost(amount), 2)
                return Need(
                    samplers=samplers, vehicles=vehicles, lab_tubes_per_hour=lab, finish_h=hours(end), cost=cost
                )
            raised = amount[kind] + max(-(-self.have[kind] // 33), amount[kind] // 10, 1)
            amount = (*amount[:kind], raised, *amount[kind + 1 :])  # type: ignore[assignment]
        return None

    def alone(self) -> Iterator[tuple[int, Need]]:
        """Each kind by itself, where it can do it."""
        for kind in range(3):
            amount = self.least((0, 0, 0), kind)
            if amount is not None and (need := self.planned(amount, kind)) is not None:
                yield kind, need

    def mix(self, alone: list[tuple[int, Need]]) -> Need | None:
        """The cheapest amounts together: the rest filled up with the kind that is cheapest alone."""
        fill = min(alone, key=lambda each: each[1].cost)[0] if alone else 2
        best = min((need.cost for _, need in alone), default=float("inf"))
        found: Amount | None = None
        others = [kind for kind in range(3) if kind != fill]
        levels = [[int(level * self.have[kind]) for level in LEVELS] for kind in others]
        tried = sorted(
            product(*levels), key=lambda each: sum(n * self.costs[k] for n, k in zip(each, others, strict=True))
        )
        for each in tried[1:]:
            amount = [0, 0, 0]
            for n, kind in zip(each, others, strict=True):
                amount[kind] = n
            if self.cost((amount[0], amount[1], amount[2])) >= best:
                break
            filled = self.least((amount[0], amount[1], amount[2]), fill)
            if filled is not None and self.cost(filled) < best:
                best, found = self.cost(filled), filled
        need = self.planned(found, fill) if found else None
        singles = [each for _, each in alone]
        return min([*singles, *([need] if need else [])], key=lambda each: each.cost, default=None)
