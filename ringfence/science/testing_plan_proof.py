"""How far from the best a plan of a testing round can be at most: its lower bound, the largest of several."""

from __future__ import annotations

import numpy as np

from ringfence.science.testing_plan import HOUR, Ints, earliest_release, far
from ringfence.science.testing_plan_bound import by_flow, by_labs, by_reports, by_visits, loosened, nearest_other
from ringfence.science.testing_plan_means import Means, Sampling
from ringfence.science.testing_plan_solve import relaxed

GROUPS = 40
"""Stations are gathered in so many groups, at most, for the flow."""
FLOW_SLOTS = 60_000
"""The flow is left out where it would have more than so many beginnings: the other bounds hold without it."""


def fixed(means: Means) -> bool:
    """Whether the file says who stands where, so that the sealing of every tube is given."""
    return means.samplers == 0


def releases(means: Means, sampled: Sampling) -> Ints:
    """No plan of these means has its k-th new tube sealed before the k-th of these, int64[n], ascending."""
    own = means.stations
    new = sampled.sealed.people > 0
    if fixed(means):
        return np.sort(sampled.sealed.at[new])
    everyone = means.samplers + int(own.samplers.sum())
    return earliest_release(own.people, own.pool, everyone, float(own.swabs_h.max()), means.windows, means.now)


def quick_bound(means: Means, sampled: Sampling) -> int:
    """The bounds that take no time: labs, reports, visits, the last tube. Seconds from the start."""
    own, labs, fleet, handling = means.stations, loosened(means.labs), means.fleet, means.handling
    known = relaxed(means, releases(means, sampled))
    last = labs.rate.shape[1] * HOUR
    found = [by_labs(labs, known, last), by_reports(known, labs)]
    sealed = sampled.sealed
    has = np.diff(sealed.offset) > 0
    speed = float(fleet.speed.max())
    home = np.floor(far(own.x, own.y, labs.x, labs.y).min(axis=1) / speed).astype(np.int64)
    after = handling.unload_s + int(labs.run_s.min()) + means.report_s
    if has.any() and not means.roads_only:
        ends = np.where(has, sealed.at[np.maximum(sealed.offset[1:] - 1, 0)], means.now)
        if not fixed(means):
            # The latest end is the least that whole samplers allow; which site it falls to is the plan's choice.
            latest = int(releases(means, sampled)[-1]) if (sampled.team >= 0).any() else int(ends.max())
            found.append(latest + handling.load_s + int(home[has].min()) + after)
            ends = np.full(len(ends), means.now)
        leg = np.floor(nearest_other(own.x, own.y, labs.x, labs.y) / speed).astype(np.int64)
        room = handling.box * int(fleet.boxes.max())
        visits = -(-np.diff(sealed.offset) // room)
        load = handling.load_s
        args = ends[has], load, leg[has], home[has], visits[has], len(fleet.x), after, means.now
        found.append(by_visits(*args))
    return max(found)


def bound(means: Means, sampled: Sampling, end: int) -> int:
    """The largest lower bound, at most a plan's own end: no plan of the same means ends sooner. Seconds from the start."""
    low = quick_bound(means, sampled)
    if low >= end:
        return end
    return min(max(low, _flow(means, sampled, low, end)), end)


def _flow(means: Means, sampled: Sampling, low: int, end: int) -> int:
    """The bound of the flow, with stations gathered by where they are."""
    own, labs, handling = means.stations, loosened(means.labs), means.handling
    sealed = sampled.sealed
    station = np.repeat(np.arange(len(own.x)), np.diff(sealed.offset))
    if fixed(means):
        release = sealed.at
    else:
        first = int(releases(means, sampled)[0]) if (sealed.people > 0).any() else means.now
        release = np.where(sealed.people > 0, first, sealed.at)
    cells = [np.floor((each - each.min()) / max(float(np.ptp(each)), 1.0) * (GROUPS**0.5)) for each in (own.x, own.y)]
    _, group = np.unique(np.stack(cells, axis=1), axis=0, return_inverse=True)
    group = group.ravel()
    way = far(own.x, own.y, labs.x, labs.y)
    near = np.full((int(group.max(initial=0)) + 1, len(labs.x)), np.inf)
    np.minimum.at(near, group, way)
    delay = np.floor(near / float(means.fleet.speed.max())).astype(np.int64) + handling.load_s + handling.unload_s
    if len(np.unique(release // 600)) * len(near) * len(labs.x) > FLOW_SLOTS * 10 or len(station) == 0:
        return low
    known = relaxed(means, np.sort(release))
    return by_flow(labs, release, group[station], delay, known, low, end)
