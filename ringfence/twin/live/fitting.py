"""How much of the disease's transmission is left today: tried on the last days, which the record tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from ringfence.twin.live.futures import LEVELS, ROWS, Future, Futures, Heard, futures, quiet
from ringfence.twin.live.ground import Ground
from ringfence.twin.live.standing import FEWEST, TODAY, Known, Standing
from ringfence.twin.scenario import Scenario

DAYS = 7
"""Days of the record that the fit is held against."""
TRIED = 32
"""Replicates for each level."""
EQUAL = tuple(1 / len(LEVELS) for _ in LEVELS)
NOT_FITTED = tuple(1 / 4 if level in {0.3, 0.45, 0.6, 0.8} else 0.0 for level in LEVELS)
"""Weights where there is too little to fit on: a third to four fifths, all alike."""


@dataclass(frozen=True)
class Fit:
    """Weights of LEVELS, and what the past week was held against; `fitted` is False where it was too thin."""

    weights: tuple[float, ...]
    fitted: bool
    observed: tuple[int, int]  # cases, community cases of the last DAYS days
    mean: float


def past(standing: Standing, days: int) -> Standing:
    """The record as it stood so many days ago, by the days on which cases were found; held people and rounds left out."""

    def moved(each: Known) -> Known:
        onset = None if each.onset is None else each.onset + days
        return replace(
            each, onset=onset, found=each.found + days, ended=None if each.ended is None else each.ended + days
        )

    cases = tuple(moved(each) for each in standing.cases if each.found <= TODAY - days)
    return replace(standing, cases=cases, today=standing.today - timedelta(days=days), held=(), rounds=())


def fit(standing: Standing, ground: Ground, scenario: Scenario, *, seed: int, heard: Heard = quiet) -> Fit:
    """Weights of LEVELS by how well a week foretold from a week ago meets the cases and community cases found since.

    Each level's totals are taken as normal with the mean and variance of its replicates, the variance widened by a tenth
    of the mean and one, for what the twin leaves out.
    Source: synthetic likelihood, Wood 2010, Nature 466: 1102-1104 (doi:10.1038/nature09319).
    """
    last = [each for each in standing.cases if each.found > TODAY - DAYS]
    observed = (len(last), sum(not each.in_quarantine for each in last))
    then = past(standing, DAYS)
    if then.recent < FEWEST:
        return Fit(NOT_FITTED, fitted=False, observed=observed, mean=float(np.dot(NOT_FITTED, LEVELS)))
    told = scenario.but(scenario={"days": TODAY + 1 + DAYS})
    tried = futures(then, ground, told, replicates=TRIED, seed=seed + 1, weights=EQUAL)
    scores = []
    for n in range(len(LEVELS)):
        runs = at_level(tried, n).run(told, range(TRIED))
        scores.append(sum(_score([each.total(name) for each in runs], seen) for name, seen in zip(("cases", "community"), observed, strict=True)))  # fmt: skip
        heard(n + 1, len(LEVELS))
    likely = np.exp(np.array(scores) - max(scores))
    weights = likely / likely.sum()
    return Fit(tuple(weights.tolist()), fitted=True, observed=observed, mean=float(weights @ np.array(LEVELS)))


def at_level(told: Futures, level: int) -> Futures:
    """The same with one level for all replicates."""
    return replace(told, weights=tuple(float(n == level) for n in range(len(LEVELS))))


def _score(totals: list[int], seen: int) -> float:
    mean, spread = float(np.mean(totals)), float(np.var(totals))
    wide = spread + 0.1 * mean + 1.0
    return float(-0.5 * (np.log(wide) + (seen - mean) ** 2 / wide))


@dataclass(frozen=True)
class Held:
    """A week foretold from a week ago beside what came, and beside “as in the week before”: mean distance a day (CRPS)."""

    days: int
    inside: int  # days on which the cases found lay within the middle 90 percent
    twin: float
    naive: float


def held_against(
    standing: Standing, ground: Ground, scenario: Scenario, *, seed: int, replicates: int = 64
) -> Held | None:
    """Foretell the last week from what was known before it, fitted on the week before that; None where that is too thin.

    Source of the score: Gneiting and Raftery 2007, J Am Stat Assoc 102: 359-378 (continuous ranked probability score).
    """
    then = past(standing, DAYS)
    if then.recent < FEWEST or past(then, DAYS).recent < FEWEST:
        return None
    before = fit(then, ground, scenario, seed=seed + 7)
    told = scenario.but(scenario={"days": TODAY + 1 + DAYS})
    tried = futures(then, ground, told, replicates=replicates, seed=seed + 11, weights=before.weights)
    runs = np.array([_cases(each) for each in tried.run(told, range(replicates))], np.float64)
    came = np.array([sum(each.found == TODAY - DAYS + 1 + day for each in standing.cases) for day in range(DAYS)])
    week = np.array([sum(each.found == TODAY - back for each in then.cases) for back in range(DAYS)], np.float64)
    low, high = np.quantile(runs, (0.05, 0.95), axis=0)
    return Held(
        days=DAYS, inside=int(((low <= came) & (came <= high)).sum()), twin=_crps(runs, came),
        naive=_crps(np.repeat(week[:, None], DAYS, axis=1), came),
    )  # fmt: skip


def _cases(each: Future) -> list[int]:
    return [int(n) for n in each.daily[list(ROWS).index("cases")]]


def _crps(runs: np.ndarray, came: np.ndarray) -> float:
    spread = np.abs(runs[:, None, :] - runs[None, :, :]).mean(axis=(0, 1))
    return float((np.abs(runs - came).mean(axis=0) - spread / 2).mean())
