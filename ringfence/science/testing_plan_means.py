"""What a whole-city testing round has to work with, as arrays, and the same means with more of something."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ringfence.science.testing_plan import Floats, Ints, Sealed, Windows, seal, share_samplers, share_teams
from ringfence.science.testing_plan_labs import Labs
from ringfence.science.testing_plan_shares import apportion
from ringfence.science.testing_plan_trips import Handling

NO_LIMIT = np.int64(10**7)
STAGES = ("sampling", "delivery", "testing", "reporting")


@dataclass(frozen=True, slots=True)
class Stations:
    """n stations, each a site's lanes for one pool size.

    `x`, `y` float[n]; `people` int64[n] still to be swabbed; `pool` float[n]; `swabs_h` float[n] of one sampler; `lanes`
    int64[n] the most samplers at once; `samplers` int64[n] who stand there already; `waiting` int64[n] sealed tubes there.
    """

    x: Floats
    y: Floats
    people: Ints
    pool: Floats
    swabs_h: Floats
    lanes: Ints
    samplers: Ints
    waiting: Ints


@dataclass(frozen=True, slots=True)
class Fleet:
    """n vehicles: `x`, `y` float[n], `free` int64[n], `speed` float[n] (straight metres a second), `boxes` int64[n]."""

    x: Floats
    y: Floats
    free: Ints
    speed: Floats
    boxes: Ints


@dataclass(frozen=True, slots=True)
class Means:
    """Everything that a round has.

    `samplers`: more than those who stand at stations, to be shared out. `before`: (lab, at, tubes), int64[n] each, of what
    labs hold or the road brings them. `report_h`: reports an hour of the whole round's office, None without a limit.
    """

    stations: Stations
    samplers: int
    move_s: int
    windows: Windows
    labs: Labs
    fleet: Fleet
    handling: Handling
    before: tuple[Ints, Ints, Ints]
    report_s: int
    report_h: int | None
    now: int
    roads_only: bool = False  # a vehicle waits for every tube: delivery without a limit


@dataclass(frozen=True, slots=True)
class Sampling:
    """Who stands where: `samplers` int64[n], `team` int64[n] (-1: they stay), `begin` int64[n] worked seconds; the tubes."""

    samplers: Ints
    team: Ints
    begin: Ints
    sealed: Sealed


def sampling(means: Means) -> Sampling:
    """Share the samplers out and seal every tube."""
    own = means.stations
    n = len(own.x)
    team, begin = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    needy = int(((own.people > 0) & (own.samplers == 0)).sum())
    if means.samplers >= needy:
        given = share_samplers(own.people, means.samplers + int(own.samplers.sum()), own.lanes, own.samplers)
    else:
        given = own.samplers.copy()
        alone = np.flatnonzero((own.people > 0) & (own.samplers == 0))
        work = np.ceil(own.people[alone] / own.swabs_h[alone] * 3600).astype(np.int64)
        team[alone], begin[alone] = share_teams(work, means.samplers, means.move_s)
        given[alone] = 1
    sealed = seal(own.people, own.pool, given, own.swabs_h, begin, means.windows, own.waiting, means.now)
    return Sampling(given, team, begin, sealed)


def more(means: Means, samplers: int = 0, vehicles: int = 0, lab_tubes_h: int = 0) -> Means:
    """The same means with more samplers, more vehicles (like those there are), more tubes an hour in the labs.

    Lab capacity is added to the labs in proportion to what they have, in their hours of work; machines in labs of runs.
    """
    fleet, labs = means.fleet, means.labs
    if vehicles:
        like = np.arange(vehicles) % len(fleet.x)
        all_ = np.concatenate((np.arange(len(fleet.x)), like))
        fleet = Fleet(fleet.x[all_], fleet.y[all_], fleet.free[all_], fleet.speed[all_], fleet.boxes[all_])
    if lab_tubes_h:
        share = apportion(labs.rate.max(axis=1).astype(np.float64), lab_tubes_h)
        per_machine = np.where(labs.batch > 0, labs.batch * 3600 // np.maximum(labs.run_s, 1), 1)
        machines = np.where(labs.batch > 0, -(-share // np.maximum(per_machine, 1)), 0)
        extra = np.where(labs.batch > 0, machines * labs.batch * 3600 // np.maximum(labs.run_s, 1), share)
        rate = labs.rate + np.where(labs.rate > 0, extra[:, None], 0)
        labs = replace(labs, rate=rate, machines=labs.machines + machines)
    return replace(means, samplers=means.samplers + samplers, fleet=fleet, labs=labs)


def without_limit(means: Means, stage: str) -> Means:
    """The same means where one stage has as much as it can use; the times of filling, driving, testing stay."""
    if stage == "sampling":
        own = means.stations
        everyone = np.maximum(np.ceil(own.people / own.pool).astype(np.int64), 1)
        return replace(means, stations=replace(own, samplers=everyone, lanes=everyone), samplers=0)
    if stage == "delivery":
        return replace(means, roads_only=True)
    if stage == "testing":
        labs = means.labs
        rate = np.where(labs.rate > 0, NO_LIMIT, 0)
        none = np.zeros_like(labs.batch)
        return replace(means, labs=replace(labs, rate=rate, batch=none, machines=none))
    return replace(means, report_h=None)
