"""A run under orders from outside: who was kept apart when, as the players of a drill decided; the model itself does nothing."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import door, inner
from ringfence.twin.kernels.contacts import Habits
from ringfence.twin.kernels.infection import arrive, strike
from ringfence.twin.kernels.layout import Array, Map
from ringfence.twin.kernels.plan import ADMITTED, FITS, NEVER, OVERFLOW, SWAB_ILL, C, Space
from ringfence.twin.kernels.response import new_day
from ringfence.twin.kernels.states import forget, state_of

FREE, HOME, ROOM, ISOLATED = 0, 1, 2, 3
ORDER = np.dtype([("day", "i4"), ("until", "i4"), ("person", "u4"), ("kind", "u4")])
"""From a day on, until another, somebody is free, kept at home, in a room, or isolated."""
FIRST, LAST = C["first_detected"], C["last_community"]


@inner
def obey(city, space, order):
    """Somebody is kept apart, or set free; the last order counts."""
    who = state_of(space, np.int64(order.person), city.people.size)
    s = space.state[who]
    s.q_from = s.moved = s.q_until = NEVER
    s.isolated = NEVER
    if order.kind == ISOLATED:
        s.isolated = order.day
    elif order.kind != FREE:
        s.q_from, s.q_until = order.day, order.until
        if order.kind == ROOM:
            s.moved = order.day


@inner
def seek_help(space, day):
    """Who of the ill comes to a clinic on a day, by themselves or because they are gravely ill: `last_test`, the first time."""
    while space.heads[1, day] >= 0:
        at = space.heads[1, day]
        e = space.events[at]
        space.heads[1, day] = e.next
        s = space.state[e.who]
        if (e.kind == SWAB_ILL or e.kind == ADMITTED) and s.last_test == -NEVER:
            s.last_test = day


@door
def run_drilled(city: Map, habits: Habits, space: Space, plan: Array, orders: Array, out: Array, rep: np.uint64) -> int:
    """Run the outbreak under ORDER[n], by day, into `space` and int64[len(COUNTS)]; FITS, or what there was not enough of.

    Orders of a day count from that day on: whatever happened before it is the same with and without them.
    """
    p = plan[0]
    forget(space)
    out[:] = 0
    out[FIRST] = out[LAST] = -1
    weights = space.floats[3:]
    at = 0
    for day in range(p.days):
        new_day(space, out, day)
        while at < orders.size and orders[at].day <= day:
            obey(city, space, orders[at])
            at += 1
        seek_help(space, day)
        arrive(city, habits, space, plan, out, rep, day, weights)
        hit = space.heads[0, day]
        while hit >= 0:
            strike(city, habits, space, plan, out, rep, day, hit, weights)
            hit = space.hits[hit].next
        if space.used[OVERFLOW] != FITS:
            return space.used[OVERFLOW]
    return FITS
