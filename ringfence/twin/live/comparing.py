"""Options beside each other on common random numbers, and the smallest set of measures that is enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.twin.live.futures import ROWS, Future, Futures
from ringfence.twin.live.options import Option
from ringfence.twin.live.standing import FIRST, Standing

COMMUNITY = list(ROWS).index("community")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
Z = 1.96
MEASURED = ("infections", "cases", "community", "tests")
RUNG = 8
"""Replicates of the first rung of the search; twice as many on each further one."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """No community case on any of the `clear` days that end with a day."""

    by: date
    clear: int

    def met(self, standing: Standing, runs: Sequence[Future]) -> npt.NDArray[np.bool_]:
        """Whether each future meets it: bool[n]; days before tomorrow are read from the record."""
        last = standing.index(self.by)
        first = last - self.clear + 1
        before = any(first <= each.found < FIRST and not each.in_quarantine for each in standing.cases)
        if before:
            return np.zeros(len(runs), np.bool_)
        begins, ends = max(first, FIRST) - FIRST, last - FIRST + 1
        return np.array([each.daily[COMMUNITY, begins:ends].sum() == 0 for each in runs], np.bool_)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 percent interval of a probability (Wilson 1927, J Am Stat Assoc 22: 209-212)."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def quantiles(values: Sequence[float] | Floats) -> dict[str, float]:
    """Five quantiles by their share."""
    found = np.quantile(np.asarray(values, np.float64), QUANTILES)
    return {f"{share:g}": float(value) for share, value in zip(QUANTILES, found, strict=True)}


@dataclass(frozen=True)
class Ran:
    """An option with what each of its replicates came to: float[n] by name."""

    option: Option
    by_name: dict[str, Floats]
    met: npt.NDArray[np.bool_]
    clear: Floats  # share of futures without a community case in the window that ends on each day

    @property
    def mean(self) -> tuple[float, float]:
        """Mean infections and mean person-days restricted."""
        return float(self.by_name["infections"].mean()), float(self.by_name["restricted"].mean())


def ran(told: Futures, option: Option, runs: Sequence[Future], objective: Objective) -> Ran:
    """What an option's replicates came to."""
    by_name = {name: np.array([each.total(name) for each in runs], np.float64) for name in MEASURED}
    by_name["restricted"] = np.array([each.restricted for each in runs], np.float64)
    rows = list(ROWS)
    for name in ("rooms", "beds"):
        by_name[name] = np.array([each.daily[rows.index(name)].max() for each in runs], np.float64)
    return Ran(option, by_name, objective.met(told.standing, runs), clear_by(told.standing, runs, objective.clear))


def clear_by(standing: Standing, runs: Sequence[Future], clear: int) -> Floats:
    """Share of futures without a community case on any of so many days that end with each day: float[days]."""
    days = runs[0].daily.shape[1]
    ends = (Objective(standing.day(FIRST + n), clear) for n in range(days))
    return np.array([each.met(standing, runs).mean() for each in ends])


def compared(all_of: Sequence[Ran], standing: Standing, wanted: float) -> list[dict[str, Any]]:
    """Each option's means and quantiles, its paired differences from the first, and whether it lies on the frontier."""
    first = all_of[0]
    found = []
    for each in all_of:
        hits = int(each.met.sum())
        told = {
            name: {"mean": float(values.mean()), "quantiles": quantiles(values), "difference": _paired(values - first.by_name[name])}
            for name, values in each.by_name.items()
        }  # fmt: skip
        share = each.met.astype(np.float64)
        found.append({
            "code": each.option.code, "title": each.option.title, "measured": told,
            "probability": hits / len(each.met), "interval": wilson(hits, len(each.met)), "met": hits,
            "replicates": len(each.met), "difference": _paired(share - first.met.astype(np.float64)),
            "likely_by": _first_day(standing, each.clear, wanted), "frontier": not any(_beats(other, each) for other in all_of),
        })  # fmt: skip
    return found


def _first_day(standing: Standing, clear: Floats, wanted: float) -> str | None:
    """The first day from which on the objective is met as surely as wanted; None where none is within reach."""
    late = np.flatnonzero(clear < wanted)
    first = int(late[-1]) + 1 if len(late) else 0
    return standing.day(FIRST + first).isoformat() if first < len(clear) else None


def _paired(differences: Floats) -> dict[str, float]:
    """Mean of paired differences with its 95 percent interval, and in how many replicates it is below 0."""
    mean, n = float(differences.mean()), len(differences)
    half = Z * float(differences.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return {"mean": mean, "low": mean - half, "high": mean + half, "less": float((differences < 0).mean())}


def _beats(one: Ran, other: Ran) -> bool:
    """Whether one has no more of either infections or restriction, and less of one."""
    (a, b), (c, d) = one.mean, other.mean
    return a <= c and b <= d and (a < c or b < d)


# -- the smallest set that is enough ----------------------------------------------------------------------------------


@dataclass
class Tried:
    """A set of measures on its way through the rungs."""

    option: Option
    size: int
    met: list[bool] = field(default_factory=list)
    infections: list[int] = field(default_factory=list)
    restricted: list[int] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How often the objective was met."""
        return sum(self.met) / len(self.met) if self.met else 0.0

    def rank(self, wanted: float) -> tuple[float, int, float, float]:
        """Those that reach what is wanted by their size and restriction, then the others by how near they come."""
        reached = self.share >= wanted
        return (
            0.0 if reached else wanted - self.share,
            self.size,
            float(np.mean(self.restricted)) if reached else 0.0,
            float(np.mean(self.infections)),
        )


def smallest(  # noqa: PLR0913 (each is told by name)
    told: Futures,
    sets: Sequence[Option],
    objective: Objective,
    wanted: float,
    *,
    workers: int = 0,
    heard: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """The smallest set of measures that meets the objective with the wanted probability, by successive halving.

    All sets run the first `RUNG` replicates; the better half goes on to twice as many, until one is left or all replicates
    are used. Every set sees the same replicates. Of sets that reach what is wanted the smallest ranks first, then the one
    with the fewest person-days restricted.
    Source: Karnin, Koren and Somekh 2013, ICML 30: 1238-1246 (sequential halving).
    """
    left = [Tried(each, each.code.count("+") + bool(each.code)) for each in sets]
    done, runs_made, rungs = 0, 0, []
    until = min(RUNG, told.replicates)
    while True:
        for each in left:
            runs = told.run(each.option.of(told.scenario), range(done, until), workers)
            each.met += objective.met(told.standing, runs).tolist()
            each.infections += [run.total("infections") for run in runs]
            each.restricted += [run.restricted for run in runs]
            runs_made += len(runs)
            heard(runs_made)
        left.sort(key=lambda each: each.rank(wanted))
        rungs.append({"sets": len(left), "replicates": until})
        done = until
        if done >= told.replicates or len(left) == 1:
            break
        left = left[: max(1, -(-len(left) // 2))]
        until = told.replicates if len(left) == 1 else min(2 * done, told.replicates)
    return _answer(left, wanted, rungs, runs_made)


def _answer(left: Sequence[Tried], wanted: float, rungs: list[dict[str, int]], made: int) -> dict[str, Any]:
    best = left[0]
    return {
        "wanted": wanted, "reached": best.share >= wanted, "best": _told(best), "rungs": rungs, "runs": made,
        "others": [_told(each) for each in left[1:6]],
    }  # fmt: skip


def _told(each: Tried) -> dict[str, Any]:
    hits = sum(each.met)
    return {
        "code": each.option.code, "measures": each.option.title.split(" + ") if each.option.title else [],
        "size": each.size, "probability": each.share, "interval": wilson(hits, len(each.met)), "met": hits,
        "replicates": len(each.met), "infections": float(np.mean(each.infections)),
        "restricted": float(np.mean(each.restricted)),
    }  # fmt: skip
