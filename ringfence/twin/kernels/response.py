"""A case is found: pools are opened, contacts housed, cells sealed. All of it touches only the few."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.keyed import key, unit
from ringfence.twin.kernels.plan import (
    AS_CONTACT,
    AS_ILL,
    AS_MASS,
    AS_ZONE,
    BEDS_NOW,
    BEDS_ON,
    COMMUNITY_ON,
    DETECTED_ON,
    MOVES_ON,
    N_AREAS,
    N_CELLS,
    NEVER,
    NOTHING,
    ONE,
    ROOMS_NOW,
    ROOMS_ON,
    SWAB_MATE,
    SWAB_QUARANTINE,
    SWAB_ZONE,
    TESTS_ON,
    TODAY,
    TRACE,
    TRACED_ON,
    C,
)
from ringfence.twin.kernels.states import push_event, state_of

HOUSED = 107
LATER = 3
"""Days that a contact waits at home for a place in a vehicle, at most."""
DETECTED = C["detected"]
ILL = C["found_ill"]
CONTACT = C["found_in_quarantine"]
IN_ZONE = C["found_in_zone"]
IN_ROUND = C["found_in_rounds"]
TESTS = C["tests"]
TUBES = C["tubes"]
Q_DAYS = C["quarantine_days"]
I_DAYS = C["isolation_days"]
Z_DAYS = C["zone_days"]
H_DAYS = C["hold_days"]
A_DAYS = C["area_days"]
ROOMS_MOST = C["rooms_most"]
BEDS_MOST = C["beds_most"]
FIRST = C["first_detected"]
LAST = C["last_community"]
WAITED = C["waited_for_tracing"]
NO_ROOM = C["without_room"]


@inner
def open_pool(city, space, plan, out, day, who):
    """A positive tube: a pool cannot say who, so all its members are held and swabbed alone."""
    p = plan[0]
    person = np.int64(space.state[who].person)
    first = person // p.pool * p.pool
    for mate in range(first, min(first + p.pool, city.people.size)):
        there = state_of(space, mate, city.people.size)
        hold(space, plan, out, there, day)
        if space.state[there].infected <= day:
            push_event(space, day, there, SWAB_MATE, NOTHING)
        else:
            out[TESTS] += 1
            out[TUBES] += 1
            space.days[TESTS_ON, day] += 1


@inner
def hold(space, plan, out, who, day):
    """Hold somebody at home until their own result; a longer quarantine stays as it is."""
    s = space.state[who]
    until = day + max(1, plan[0].retest_after)
    if s.detected <= day or (s.q_until != NEVER and s.q_until >= until):
        return
    if not s.q_from <= day < s.q_until:
        s.q_from, s.moved = day, NEVER
    out[H_DAYS] += max(0, min(until, plan[0].days) - day)
    s.q_until = until


@inner
def restrict(space, plan, out, rep, who, begins, until, order):
    """Put a contact into quarantine, in a room where there is one and a seat to get there, else at home."""
    s = space.state[who]
    p = plan[0]
    if s.detected <= begins:
        return
    held = s.q_from <= begins and s.q_until != NEVER and s.q_until > begins
    if held and s.order > 0 and s.q_until >= until:
        return
    start = max(begins, np.int64(s.q_until)) if held else begins
    out[Q_DAYS] += max(0, min(until, p.days) - max(start, p.first))
    if not held:
        s.q_from, s.moved = begins, NEVER
    s.q_until = until
    if s.order == 0 or order < s.order:
        s.order = order
    if s.moved == NEVER and order == 1 and unit(key(rep, np.int64(s.person), HOUSED)) < p.central:
        give_room(space, plan, out, who, begins, until)
    elif s.moved != NEVER and s.moved < start:
        occupy(space, plan, out, ROOMS_ON, start, until, ONE)
    plan_swabs(space, plan, out, who, begins, start, until)


@inner
def give_room(space, plan, out, who, begins, until):
    """The first day within reach on which there is a room and a seat in a vehicle."""
    p = plan[0]
    s = space.state[who]
    taken = space.used[ROOMS_NOW]
    for day in range(space.used[TODAY] + 1, begins):
        taken += space.days[ROOMS_ON, day]
    for day in range(begins, min(begins + LATER, until, p.days)):
        if day > space.used[TODAY]:
            taken += space.days[ROOMS_ON, day]
        if taken < p.rooms and space.days[MOVES_ON, day] < p.moves:
            space.days[MOVES_ON, day] += 1
            s.moved = day
            occupy(space, plan, out, ROOMS_ON, day, until, ONE)
            return
    out[NO_ROOM] += 1


@inner
def occupy(space, plan, out, row, begins, until, change):
    """One room or bed more (or less) from one day until another: kept as changes, summed up day by day."""
    if until <= space.used[TODAY] or begins >= plan[0].days:
        return
    now, most = (ROOMS_NOW, ROOMS_MOST) if row == ROOMS_ON else (BEDS_NOW, BEDS_MOST)
    if begins <= space.used[TODAY]:
        space.used[now] += change
        out[most] = max(out[most], space.used[now])
    else:
        space.days[row, begins] += change
    if until < plan[0].days:
        space.days[row, until] -= change


@inner
def new_day(space, out, day):
    """Who moves in and out today."""
    space.used[TODAY] = day
    space.used[ROOMS_NOW] += space.days[ROOMS_ON, day]
    space.used[BEDS_NOW] += space.days[BEDS_ON, day]
    out[ROOMS_MOST] = max(out[ROOMS_MOST], space.used[ROOMS_NOW])
    out[BEDS_MOST] = max(out[BEDS_MOST], space.used[BEDS_NOW])


@inner
def plan_swabs(space, plan, out, who, begins, start, until):
    """Swabs of a quarantine on its days; counted for everybody, taken from those who are infected."""
    p = plan[0]
    s = space.state[who]
    for n in range(p.q_tests):
        day = begins + p.q_test[n]
        if max(start, p.first) <= day < min(until, p.days):
            out[TESTS] += 1
            out[TUBES] += 1
            space.days[TESTS_ON, day] += 1
            if s.infected != NEVER and s.detected == NEVER:
                push_event(space, day, who, SWAB_QUARANTINE, NOTHING)


@inner
def swabs_to_come(space, plan, who, day):
    """The swabs left in the quarantine of somebody who has been infected in it, or just before."""
    p = plan[0]
    s = space.state[who]
    if s.order == 0 or s.q_until == NEVER or s.q_until <= day:
        return
    for n in range(p.q_tests):
        at = s.q_from + p.q_test[n]
        if day <= at < s.q_until:
            push_event(space, at, who, SWAB_QUARANTINE, NOTHING)


@inner
def found(city, space, plan, out, day, who, kind):
    """A positive result: isolation, tracing and zones follow."""
    s = space.state[who]
    p = plan[0]
    if s.detected != NEVER:
        return
    restricted = s.q_from <= day and s.q_until != NEVER and day <= s.q_until and s.order > 0
    s.detected = day
    s.isolated = day if s.moved <= day < s.q_until else day + p.isolate_after
    if s.q_until != NEVER and s.q_until > day:
        out[Q_DAYS] -= max(0, min(np.int64(s.q_until), p.days) - max(day, np.int64(s.q_from))) if s.order > 0 else 0
        if s.moved < s.q_until:
            occupy(space, plan, out, ROOMS_ON, max(day, np.int64(s.moved)), np.int64(s.q_until), -ONE)
    out[I_DAYS] += max(0, min(s.isolated + p.isolation_days, p.days) - day)
    occupy(space, plan, out, BEDS_ON, np.int64(s.isolated), np.int64(s.isolated) + p.isolation_days, ONE)
    out[DETECTED] += 1
    space.days[DETECTED_ON, day] += 1
    if out[FIRST] < 0:
        out[FIRST] = day
    s.found_as = (
        AS_CONTACT if restricted else (AS_ZONE if kind == SWAB_ZONE else (AS_MASS if kind == SWAB_MATE else AS_ILL))
    )
    if restricted:
        out[CONTACT] += 1
    else:
        space.days[COMMUNITY_ON, day] += 1
        out[LAST] = day
        if s.found_as == AS_ZONE:
            out[IN_ZONE] += 1
        elif s.found_as == AS_MASS:
            out[IN_ROUND] += 1
        else:
            out[ILL] += 1
    call_tracers(space, plan, out, day, who)
    if not restricted and (p.round_local or (p.zones and p.area_zones)):
        control(city, space, plan, out, day, np.int64(s.person))
    if p.zones and not restricted:
        seal(city, space, plan, out, day, np.int64(s.person))


@inner
def call_tracers(space, plan, out, day, who):
    """Tracing of a case, on the first day on which the tracers have time for one more."""
    p = plan[0]
    if p.trace_cases == 0:
        return
    at = day + p.trace_after
    while at < p.days and space.days[TRACED_ON, at] >= p.trace_cases:
        at += 1
    if at >= p.days:
        return
    if at > day + p.trace_after:
        out[WAITED] += 1
    space.days[TRACED_ON, at] += 1
    push_event(space, at, who, TRACE, NOTHING)


@inner
def seal(city, space, plan, out, day, person):
    """The case's cell is sealed; a further case begins the count of days again."""
    p = plan[0]
    cell = np.int64(city.people[person].cell)
    begins = day + p.zone_after
    until = begins + p.zone_days
    span = space.zone[cell]
    fresh = span[0] == NEVER or span[1] <= begins
    if span[0] == NEVER:
        space.touched[0, space.used[N_CELLS]] = cell
        space.used[N_CELLS] += 1
    start = begins if fresh else np.int64(span[1])
    sealed = max(0, min(until, p.days) - max(start, p.first))
    out[Z_DAYS] += sealed * np.int64(city.cells[cell].people)
    if fresh:
        span[0] = begins
    span[1] = max(until, np.int64(span[1])) if span[1] != NEVER else until
    if p.zone_test_every > 0:
        n = 0
        for each in range(max(start, p.first), min(until, p.days)):
            if (each - span[0]) % p.zone_test_every == 0:
                n += 1
                space.days[TESTS_ON, each] += np.int64(city.cells[cell].people)
        out[TESTS] += n * np.int64(city.cells[cell].people)
        out[TUBES] += n * (np.int64(city.cells[cell].people) // max(p.pool, 1))


@inner
def control(city, space, plan, out, day, person):
    """The area of a case counts as affected from the day on which zones begin: it is controlled, and local rounds ask it."""
    p = plan[0]
    area = np.int64(city.cells[city.people[person].cell].area)
    begins = day + p.zone_after
    span = space.area[area]
    if span[0] == NEVER:
        space.touched[1, space.used[N_AREAS]] = area
        space.used[N_AREAS] += 1
    until = begins + p.zone_days
    fresh = span[0] == NEVER or span[1] <= begins
    start = begins if fresh else np.int64(span[1])
    if p.zones and p.area_zones:
        out[A_DAYS] += max(0, min(until, p.days) - max(start, p.first)) * np.int64(city.areas[area].people)
    if fresh:
        span[0] = begins
        span[1] = until
    span[1] = max(until, np.int64(span[1]))
