"""One replicate: day after day, first what the response does, then who arrives, then the hits of the day."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.begun import take_up
from ringfence.twin.kernels.compiled import door, inner
from ringfence.twin.kernels.contacts import Habits
from ringfence.twin.kernels.infection import arrive, seeks_test_unwarned, strike
from ringfence.twin.kernels.laboratories import (
    count_round,
    laboratory_day,
    people_in_round,
    round_of,
    swab,
    swab_everybody,
)
from ringfence.twin.kernels.layout import Array, Map
from ringfence.twin.kernels.plan import (
    ADMITTED,
    BEDS_NOW,
    BEDS_TAKEN,
    FITS,
    FOUND,
    N_ACTIVE,
    NEVER,
    OVERFLOW,
    POOL,
    ROOMS_NOW,
    ROOMS_TAKEN,
    SWAB_ILL,
    TESTS_ON,
    TRACE,
    C,
    Space,
    Start,
)
from ringfence.twin.kernels.response import found, new_day, open_pool
from ringfence.twin.kernels.states import forget
from ringfence.twin.kernels.tracing import trace

FIRST, LAST, TESTS, TUBES, STATES = C["first_detected"], C["last_community"], C["tests"], C["tubes"], C["states"]
INFECTIONS = C["infections"]


@inner
def respond(city, habits, space, plan, out, rep, queue, day):
    """All that is due on a day, and what it brings on the same day."""
    while space.heads[1, day] >= 0:
        at = space.heads[1, day]
        e = space.events[at]
        space.heads[1, day] = e.next
        who = np.int64(e.who)
        kind = np.int64(e.kind)
        if kind == FOUND:
            found(city, space, plan, out, day, who, np.int64(e["with"]))
        elif kind == TRACE:
            trace(city, habits, space, plan, out, rep, day, who)
        elif kind == POOL:
            open_pool(city, space, plan, out, day, who)
        elif kind == SWAB_ILL and out[FIRST] < 0 and not seeks_test_unwarned(space, plan, rep, who):
            continue
        elif kind == ADMITTED:
            if plan[0].tested > 0.0 and space.state[who].detected == NEVER:
                swab(space, plan, out, rep, queue, day, who, SWAB_ILL)
        else:
            swab(space, plan, out, rep, queue, day, who, kind)


@door
def run_one(city: Map, habits: Habits, space: Space, plan: Array, start: Start, out: Array, rep: np.uint64) -> int:
    """Run one replicate into int64[len(COUNTS)] and `space.days`; returns FITS, or what there was not enough of.

    What it wrote stays to be read until the next one begins. With `stop_above` it ends on the day on which more were infected.
    """
    p = plan[0]
    forget(space)
    out[:] = 0
    out[FIRST] = out[LAST] = -1
    queue, weights = space.floats[:3], space.floats[3:]
    queue[:] = 0.0
    queue[2] = 1e18
    background = p.background * city.people.size
    take_up(city, habits, space, plan, start, out, rep, weights)
    before = out[TESTS]
    for day in range(p.first, p.days):
        new_day(space, out, day)
        which, begins = round_of(plan, out, day)
        mass = 0.0
        singles = background + (out[TESTS] - before)
        if which >= 0:
            mass = count_round(space, plan, out, rep, day, people_in_round(city, space, plan))
        laboratory_day(plan, queue, singles, mass)
        out[TESTS] += np.int64(background)
        out[TUBES] += np.int64(background)
        space.days[TESTS_ON, day] += np.int64(background)
        before = out[TESTS]
        if p.zones or p.rounds:
            space.used[N_ACTIVE] = swab_everybody(
                city, space, plan, out, rep, queue, day, space.used[N_ACTIVE], which, begins
            )
        respond(city, habits, space, plan, out, rep, queue, day)
        arrive(city, habits, space, plan, out, rep, day, weights)
        hit = space.heads[0, day]
        while hit >= 0:
            strike(city, habits, space, plan, out, rep, day, hit, weights)
            hit = space.hits[hit].next
        space.days[ROOMS_TAKEN, day], space.days[BEDS_TAKEN, day] = space.used[ROOMS_NOW], space.used[BEDS_NOW]
        if space.used[OVERFLOW] != FITS:
            return space.used[OVERFLOW]
        if p.stop_above > 0 and out[INFECTIONS] > p.stop_above:
            break
    out[STATES] = space.used[0]
    return FITS
