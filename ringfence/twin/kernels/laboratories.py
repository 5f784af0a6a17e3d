"""Swabs and their way through the laboratories; rounds of everybody, of which only the few are followed."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.contacts import SALT
from ringfence.twin.kernels.keyed import high, key, low, poisson, unit
from ringfence.twin.kernels.measures import in_force
from ringfence.twin.kernels.plan import FOUND, N_AREAS, NEVER, POOL, SWAB_MASS, SWAB_QUARANTINE, SWAB_ZONE, TESTS_ON, C
from ringfence.twin.kernels.states import push_event

SWABBED = 101
QUEUED = 109
FALSE = 113
SAMPLED = 127
TESTS = C["tests"]
TUBES = C["tubes"]
H_DAYS = C["hold_days"]
FIRST = C["first_detected"]
FALSE_TUBES = C["false_tubes"]
LATE = C["late_results"]


@inner
def laboratory_day(plan, queue, singles, mass):
    """One day's work: four stages in a row at steady rates pass what the slowest of them passes.

    queue: float[3], people waiting in the lane of single swabs, in that of pools, and today's rate in people. Rates of
    sampling are swabs a day, of delivery, testing and reporting tubes a day; 0 stands for no limit.
    """
    p = plan[0]
    people = singles + mass
    tubes = singles + mass / max(p.pool, 1)
    rate = 1e18
    for stage in range(4):
        if p.stages[stage] > 0:
            units = people if stage == 0 else tubes
            rate = min(rate, p.stages[stage] * (people / units if units > 0 else 1.0))
    left = rate
    served = min(left, queue[0] + singles)
    queue[0] += singles - served
    left -= served
    queue[1] = max(0.0, queue[1] + mass - left)
    queue[2] = rate


@inner
def wait_days(queue, pooled, bits):
    """Days that a swab of today waits behind those before it, at today's rate."""
    ahead = queue[0] + (queue[1] if pooled else 0.0)
    return min(int(ahead * unit(bits) / queue[2]), 60) if queue[2] < 1e17 else 0


@inner
def turns_positive(space, plan, rep, who, day, share):
    """Whether a swab of somebody infected, taken on a day, is read as positive."""
    s = space.state[who]
    if s.infected > day:
        return False
    since = min(max(day - s.ready + 8, 0), 63)
    sure = plan[0].sensitivity[since] * share
    return low(key(rep, np.int64(s.person) * SALT + day, SWABBED)) < sure


@inner
def swab(space, plan, out, rep, queue, day, who, kind):
    """Take a swab of somebody who is on record; a positive one is read after the turnaround and the wait."""
    s = space.state[who]
    p = plan[0]
    if s.detected <= day or s.last_test == day:
        return
    s.last_test = day
    pooled = kind == SWAB_MASS
    if kind != SWAB_QUARANTINE and kind != SWAB_ZONE and not pooled:  # those were counted when they were planned
        out[TESTS] += 1
        out[TUBES] += 1
        space.days[TESTS_ON, day] += 1
    if not turns_positive(space, plan, rep, who, day, p.pooled if pooled else 1.0):
        return
    wait = wait_days(queue, pooled, key(rep, np.int64(s.person) * SALT + day, QUEUED))
    if wait > 0:
        out[LATE] += 1
    push_event(space, day + p.turnaround + wait, who, POOL if pooled else FOUND, kind)


@inner
def round_of(plan, out, day):
    """(which round of mass testing runs on a day, its first day); (-1, 0) for none."""
    p = plan[0]
    origin = p.round_first if p.round_absolute else out[FIRST] + p.round_first
    if p.rounds == 0 or (not p.round_absolute and out[FIRST] < 0) or day < origin:
        return -1, 0
    which = (day - origin) // p.round_every
    begins = origin + which * p.round_every
    if which >= p.rounds or day >= begins + p.round_takes:
        return -1, 0
    return which, begins


@inner
def people_in_round(city, space, plan):
    """How many people a round asks: everybody, or those of areas with a case."""
    if not plan[0].round_local:
        return np.int64(city.people.size)
    n = np.int64(0)
    for each in range(space.used[N_AREAS]):
        n += np.int64(city.areas[space.touched[1, each]].people)
    return n


@inner
def count_round(space, plan, out, rep, day, asked):
    """Swabs of a day of a round, with the false positives among them: counted, as nobody of them is in danger."""
    p = plan[0]
    swabs = asked * p.participation / p.round_takes
    tubes = swabs / max(p.pool, 1)
    out[TESTS] += int(swabs)
    space.days[TESTS_ON, day] += int(swabs)
    out[TUBES] += int(tubes)
    wrong = poisson(key(rep, day, FALSE), tubes * (1.0 - p.specificity))
    out[FALSE_TUBES] += wrong
    out[TESTS] += wrong * p.pool
    space.days[TESTS_ON, day] += wrong * p.pool
    out[TUBES] += wrong * p.pool
    out[H_DAYS] += wrong * p.pool * max(1, p.retest_after)
    return swabs


@inner
def swab_everybody(city, space, plan, out, rep, queue, day, n_active, which, begins):
    """Rounds and the tests of zones, as far as they concern somebody infected and not found; returns how many are left.

    `active` is kept short: who has been found, or was infected four weeks ago, is dropped.
    """
    p = plan[0]
    kept = 0
    for n in range(n_active):
        who = np.int64(space.active[n])
        s = space.state[who]
        if s.detected != NEVER or day - s.infected > 28:
            continue
        space.active[kept] = who
        kept += 1
        cell = np.int64(city.people[s.person].cell)
        if p.zones and p.zone_test_every > 0:
            span = space.zone[cell]
            if in_force(span, day) and (day - span[0]) % p.zone_test_every == 0:
                swab(space, plan, out, rep, queue, day, who, SWAB_ZONE)
        if which < 0 or s.isolated <= day or (p.round_local and space.area[city.cells[cell].area, 0] == NEVER):
            continue
        bits = key(rep, np.int64(s.person) * SALT + which, SAMPLED)
        if begins + np.int64(high(bits) * p.round_takes) == day and low(bits) < p.participation:
            swab(space, plan, out, rep, queue, day, who, SWAB_MASS)
    return kept
