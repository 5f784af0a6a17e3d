"""When a round will be finished: work flowing through its stages at the pace each has lately kept.

The stages are in line: sampled, delivered, received, read. What a stage has done is in front of the next one, at the
earliest `least_hours` later. A stage works at its pace as long as something is in front of it; its pace is seen only
in hours in which work was left over at the end, as otherwise it waited for the stage before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP_HOURS = 0.25
"""The flow is moved on by so much; ends within a step are interpolated."""

LEFT_OVER = 0.1
"""A stage was short of time in an hour if this share of what it did was still in front of it at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How the stages stand now, and when each will be through with everybody."""

    finish_hours: Floats  # float[n_stages, n_quantiles], hours from now; infinite: not at this pace
    pace: Floats  # float[n_stages], an hour; infinite where a stage has always kept up and no capacity was told
    waiting: Floats  # float[n_stages], in front of each stage now, on its way included
    oldest_hours: Floats  # float[n_stages], since what is longest in front of it came there; 0 where nothing is
    alone_hours: Floats  # float[n_stages], what a stage needs for all it has yet to do, were it there already
    bottleneck: int | None  # the stage that needs longest so; None where all is done or every stage keeps up


def forecast_finish(  # noqa: PLR0913 (each is a number of its own)
    done: npt.ArrayLike,
    total: float,
    *,
    capacity: npt.ArrayLike | None = None,
    least_hours: npt.ArrayLike | None = None,
    recent: int = 6,
    quantiles: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95),
    seed: int = 0,
    paths: int = 400,
    at_most_hours: float = 168.0,
) -> Forecast:
    """Forecast the end of every stage from `done`, float[n_stages, n_hours]: done in each past hour, the last up to now.

    `total` is how many are expected in all, in the unit of `done` (people, or tubes; more where more have come
    already). `capacity` float[n_stages], an hour, is used where a stage has not lately been short of time; infinite or
    NaN where not known. `least_hours` float[n_stages] is the least time from the stage before (the first is not
    looked at). Pace is taken from the last `recent` hours: each path draws its level by resampling them, and each hour
    of it one of them, so that the quantiles hold what the past hours' differences leave open, and no more: shifts,
    nights and more teams are not foreseen. The seed fixes the draws. Beyond `at_most_hours` a finish is infinite.
    Sources: fluid tandem queues: Newell 1982, Applications of Queueing Theory, 2nd ed., chapter 2; resampling: Efron
    1979, Ann Stat 7(1): 1-26.
    """
    so_far = np.cumsum(np.pad(np.asarray(done, dtype=np.float64), ((0, 0), (1, 0))), axis=1)
    stages = so_far.shape[0]
    all_in = max(float(total), float(so_far[0, -1]))
    least, told = _each(least_hours, stages, 0.0), _each(capacity, stages, math.inf)
    seen = [_paces(stage, so_far, all_in, float(least[stage]), recent) for stage in range(stages)]
    pace = np.array([float(each.mean()) if each.size else told[stage] for stage, each in enumerate(seen)])
    ends = _flow(so_far, all_in, least, _drawn(seen, told, paths, math.ceil(at_most_hours), seed))
    left = all_in - so_far[:, -1]
    alone = np.divide(left, pace, out=np.where(left > 0, np.inf, 0.0), where=pace > 0)
    return Forecast(
        finish_hours=np.quantile(ends, quantiles, axis=1, method="higher").T,
        pace=pace,
        waiting=np.append(all_in, so_far[:-1, -1]) - so_far[:, -1],
        oldest_hours=np.array([_oldest(stage, so_far) for stage in range(stages)]),
        alone_hours=alone,
        bottleneck=int(np.argmax(alone)) if alone.max(initial=0.0) > 0 else None,
    )


def _each(told: npt.ArrayLike | None, stages: int, otherwise: float) -> Floats:
    """A number for every stage, where NaN and nothing told are `otherwise`."""
    values = np.full(stages, np.nan) if told is None else np.asarray(told, dtype=np.float64)
    return np.where(np.isnan(values), otherwise, values)


def _past(so_far: Floats, hours: npt.ArrayLike) -> Floats:
    """What one stage had done at these hours from now, at most 0: straight within each hour, nothing before them."""
    n_hours = so_far.size - 1
    return np.interp(np.asarray(hours, dtype=np.float64), np.arange(-n_hours, 1), so_far)


def _paces(stage: int, so_far: Floats, total: float, least: float, recent: int) -> Floats:
    """What a stage did in each recent hour in which it was short of time, from its first work on: float[n]."""
    ends = np.arange(2 - so_far.shape[1], 1)
    did = np.diff(so_far[stage])
    before = _past(so_far[stage - 1], ends - least) if stage else np.full(did.size, total)
    over = before - so_far[stage, 1:]
    short = (over > 0) & (over >= LEFT_OVER * did) & (so_far[stage, 1:] > 0)
    short[: max(0, did.size - recent)] = False
    result: Floats = did[short]
    return result


def _drawn(seen: list[Floats], told: Floats, paths: int, hours: int, seed: int) -> Floats:
    """Paces for every path and hour to come: float[n_stages, n_hours, n_paths]."""
    result = np.empty((len(seen), hours, paths))
    for stage, each in enumerate(seen):
        draw = np.random.Generator(np.random.Philox(key=[seed, stage]))
        if each.size == 0 or each.mean() == 0:
            result[stage] = told[stage] if each.size == 0 else 0.0
            continue
        level = each[draw.integers(each.size, size=(each.size, paths))].mean(axis=0)
        result[stage] = level * each[draw.integers(each.size, size=(hours, paths))] / each.mean()
    return result


def _flow(so_far: Floats, total: float, least: Floats, drawn: Floats) -> Floats:
    """Hours from now until each stage is through, on each path: float[n_stages, n_paths]."""
    stages, hours, paths = drawn.shape
    steps = int(hours / STEP_HOURS)
    done = np.empty((stages, steps + 1, paths))
    done[:, 0] = so_far[:, -1:]
    ends = np.where(so_far[:, -1:] >= total, 0.0, np.full((stages, paths), np.inf))
    enough = total * (1 - 1e-9)
    for step in range(1, steps + 1):
        for stage in range(stages):
            at = step * STEP_HOURS - least[stage]
            before = np.where(stage and ends[stage - 1] <= at, total, _in_front(stage, at, so_far, total, done))
            was, pace = done[stage, step - 1], drawn[stage, int((step - 1) * STEP_HOURS)]
            done[stage, step] = np.minimum(was + pace * STEP_HOURS, np.maximum(before, was))
            through = np.isinf(ends[stage]) & (done[stage, step] >= enough)
            if through.any():
                came = np.where(ends[stage - 1] > 0, ends[stage - 1] + least[stage], 0.0) if stage else np.zeros(paths)
                ends[stage, through] = _within(
                    step, (total - was[through]) / np.maximum(pace[through], 1e-9), came[through]
                )
        if np.isfinite(ends).all():
            break
    return np.maximum.accumulate(ends, axis=0)


def _within(step: int, needed: Floats, came: Floats) -> Floats:
    """The moment in a step by which the rest is done: what it needs, and not before the last of it came."""
    begin, end = (step - 1) * STEP_HOURS, step * STEP_HOURS
    return np.clip(np.maximum(begin + needed, came), begin, end)


def _in_front(stage: int, at: float, so_far: Floats, total: float, done: Floats) -> Floats | float:
    """What the stage before had done at an hour from now, past or to come (straight within a step)."""
    if stage == 0:
        return total
    if at <= 0:
        return float(_past(so_far[stage - 1], at))
    place = at / STEP_HOURS
    step = int(place)
    if step == place:
        return np.asarray(done[stage - 1, step])
    low, high = done[stage - 1, step], done[stage - 1, step + 1]
    result: Floats = low + (place - step) * (high - low)
    return result


def _oldest(stage: int, so_far: Floats) -> float:
    """Hours since what is longest in front of a stage was done by the stage before; for the first stage 0."""
    if stage == 0 or so_far[stage - 1, -1] <= so_far[stage, -1]:
        return 0.0
    before, own = so_far[stage - 1], so_far[stage, -1]
    after = int(np.searchsorted(before, own, side="right"))
    part = (own - before[after - 1]) / (before[after] - before[after - 1])
    return float(before.size - after - part)
