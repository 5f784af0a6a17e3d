"""A run that begins in the middle of an outbreak: who is infected, found or in quarantine already, and what is due for them."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.infection import spread_from
from ringfence.twin.kernels.plan import (
    AS_CONTACT,
    BEDS_ON,
    COMMUNITY_ON,
    DETECTED_ON,
    INFECTED_ON,
    N_ACTIVE,
    NEVER,
    ONE,
    ROOMS_ON,
    SWAB_MASS,
    SWAB_QUARANTINE,
    SWAB_ZONE,
    TESTS_ON,
    TODAY,
    TRACE,
    TRACED_ON,
    C,
)
from ringfence.twin.kernels.response import control, occupy, seal
from ringfence.twin.kernels.states import push_event, state_of
from ringfence.twin.kernels.tracing import trace

FIRST, LAST, TESTS, TUBES = C["first_detected"], C["last_community"], C["tests"], C["tubes"]
Q_DAYS, I_DAYS, H_DAYS = C["quarantine_days"], C["isolation_days"], C["hold_days"]


@inner
def take_up(city, habits, space, plan, start, out, rep, weights):
    """Enter everybody of `start` as they stand before the first day; what is counted is counted from that day on."""
    p = plan[0]
    space.used[TODAY] = p.first - 1
    for n in range(start.people.size):
        told = start.people[n]
        who = state_of(space, np.int64(told.person), city.people.size)
        s = space.state[who]
        s.infector, s.infected, s.ready, s.onset = told.infector, told.infected, told.ready, told.onset
        s.detected, s.isolated, s.trace, s.last_test = told.detected, told.isolated, told.trace, told.last_test
        s.q_from, s.moved, s.q_until = told.q_from, told.moved, told.q_until
        s.setting, s.order, s.found_as = told.setting, told.order, told.found_as
        if s.detected != NEVER:
            was_found(city, space, plan, out, who)
        else:
            is_held(space, plan, out, who)
        if s.infected != NEVER:
            space.days[INFECTED_ON, s.infected] += 1
            if s.detected == NEVER:
                space.active[space.used[N_ACTIVE]] = who
                space.used[N_ACTIVE] += 1
    # why not above: whoever is entered later may be a contact of somebody entered before
    for n in range(start.people.size):
        s = space.state[n]
        if s.infected != NEVER and (s.isolated >= p.first or p.isolation_leak > 0.0):
            spread_from(city, habits, space, plan, out, rep, n, weights)
    for n in range(start.due.size):
        d = start.due[n]
        who, kind, day = np.int64(d.who), np.int64(d.kind), np.int64(d.day)
        if day < p.first:
            if kind == TRACE:
                trace(city, habits, space, plan, out, rep, day, who)
            continue
        push_event(space, day, who, kind, np.int64(d["with"]))
        if kind == TRACE:
            space.days[TRACED_ON, day] += 1
        elif kind == SWAB_QUARANTINE or kind == SWAB_ZONE or kind == SWAB_MASS:
            out[TESTS] += 1
            space.days[TESTS_ON, day] += 1
            out[TUBES] += kind != SWAB_MASS


@inner
def was_found(city, space, plan, out, who):
    """Somebody found before: the bed they lie in, and the zone around their home where zones are in force."""
    p = plan[0]
    s = space.state[who]
    day = np.int64(s.detected)
    until = np.int64(s.isolated) + p.isolation_days
    if until > p.first:
        occupy(space, plan, out, BEDS_ON, np.int64(s.isolated), until, ONE)
        out[I_DAYS] += min(until, p.days) - max(np.int64(s.isolated), p.first)
    space.days[DETECTED_ON, day] += 1
    if out[FIRST] < 0 or day < out[FIRST]:
        out[FIRST] = day
    if s.found_as == AS_CONTACT:
        return
    space.days[COMMUNITY_ON, day] += 1
    out[LAST] = max(out[LAST], day)
    if day + p.zone_after + p.zone_days <= p.first:
        return
    if p.round_local or (p.zones and p.area_zones):
        control(city, space, plan, out, day, np.int64(s.person))
    if p.zones:
        seal(city, space, plan, out, day, np.int64(s.person))


@inner
def is_held(space, plan, out, who):
    """Somebody in quarantine or held for a positive tube: the days left of it, and their room."""
    p = plan[0]
    s = space.state[who]
    if s.q_until == NEVER or s.q_until <= p.first:
        return
    left = min(np.int64(s.q_until), p.days) - max(np.int64(s.q_from), p.first)
    out[Q_DAYS if s.order > 0 else H_DAYS] += max(0, left)
    if s.moved < s.q_until:
        occupy(space, plan, out, ROOMS_ON, np.int64(s.moved), np.int64(s.q_until), ONE)
