"""How far from the best a plan of a testing round can be at most: its lower bound, the largest of several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringfence.science.testing_plan import HOUR, Ints, earliest_release, far
from ringfence.science.testing_plan_bound import (
    Relaxed,
    by_flow,
    by_labs,
    by_reports,
    by_visits,
    loosened,
    nearest_other,
)
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What the quick bounds rest on that neither more vehicles nor more lab capacity changes.

    `latest`: before this second no vehicle has brought the last tube to a lab's door (0: not known). `ends`, `leg_s`,
    `home_s`, `visits`: int64[k] each, of the stations with tubes, as `by_visits` takes them.
    """

    known: Relaxed
    latest: int
    ends: Ints
    leg_s: Ints
    home_s: Ints
    visits: Ints


def ground(means: Means, sampled: Sampling) -> Ground:
    """Gather it, once for a sampling."""
    own, labs, fleet, handling = means.stations, means.labs, means.fleet, means.handling
    release, sealed = releases(means, sampled), sampled.sealed
    tubes = np.diff(sealed.offset)
    has = tubes > 0
    speed = float(fleet.speed.max())
    leg = np.floor(nearest_other(own.x, own.y, labs.x, labs.y) / speed).astype(np.int64)[has]
    home = np.floor(far(own.x, own.y, labs.x, labs.y).min(axis=1) / speed).astype(np.int64)[has]
    ends = sealed.at[sealed.offset[1:][has] - 1]
    latest = 0
    if has.any() and not fixed(means):
        # The latest end is the least that whole samplers allow; which site it falls to is the plan's choice.
        last = int(release[-1]) if (sampled.team >= 0).any() else int(ends.max())
        latest = last + handling.load_s + int(home.min())
        ends = np.full(len(ends), means.now)
    visits = -(-tubes[has] // (handling.box * int(fleet.boxes.max())))
    return Ground(relaxed(means, release), latest, ends, leg, home, visits)


def by_testing(means: Means, there: Ground) -> int:
    """The least finish that labs and the office for reports allow."""
    labs = loosened(means.labs)
    return max(by_labs(labs, there.known, labs.rate.shape[1] * HOUR), by_reports(there.known, labs))


def by_fetching(means: Means, there: Ground) -> int:
    """The least finish that the vehicles and the last tube allow; 0 where nothing is fetched, or without a limit."""
    if means.roads_only or not len(there.ends):
        return 0
    handling = means.handling
    after = handling.unload_s + int(means.labs.run_s.min()) + means.report_s
    args = there.ends, handling.load_s, there.leg_s, there.home_s, there.visits, len(means.fleet.x), after, means.now
    return max(there.latest + after, by_visits(*args))


def bound(means: Means, sampled: Sampling, end: int) -> int:
    """The largest lower bound, at most a plan's own end: no plan of the same means ends sooner. Seconds from the start."""
    there = ground(means, sampled)
    low = max(by_testing(means, there), by_fetching(means, there))
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
