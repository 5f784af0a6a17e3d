"""The response inside the twin: swabs, laboratories, tracing, quarantine, isolation, zones. All of it touches only the few."""

from __future__ import annotations

import numpy as np

from ringfence.twin.compiled import inner
from ringfence.twin.contacts import (
    CITY,
    FRIEND,
    HOME,
    NEAR,
    SITE,
    TEAM,
    friend_of,
    goes_to,
    is_open,
    meets_friend,
    partner,
    slots_of,
    team_day,
    team_mate,
)
from ringfence.twin.keyed import high, key, low, mix, poisson, unit
from ringfence.twin.layout import CLASS, NONE, WARD
from ringfence.twin.plan import (
    AS_CONTACT,
    AS_ILL,
    AS_MASS,
    AS_ZONE,
    BEDS_NOW,
    BEDS_ON,
    COMMUNITY_ON,
    DAYS,
    DETECTED_ON,
    FIRST_ORDER,
    FOUND,
    GATHERING,
    MOVES_ON,
    N_AREAS,
    N_CELLS,
    NEVER,
    NOTHING,
    POOL,
    ROOMS_NOW,
    ROOMS_ON,
    SCHOOL,
    SECOND_ORDER,
    SWAB_MASS,
    SWAB_MATE,
    SWAB_QUARANTINE,
    SWAB_ZONE,
    TODAY,
    TRACE,
    TRACED_ON,
    TRANSIT,
    WORKING,
    C,
)
from ringfence.twin.states import find, push_event, state_of

SALT = 1000003
SWABBED, RECALLED, HOUSED, QUEUED, FALSE, SAMPLED = 101, 103, 107, 109, 113, 127
LATER = 3
"""Days that a contact waits at home for a place in a vehicle, at most."""

ONE = np.int64(1)
(
    DETECTED, ILL, CONTACT, IN_ZONE, IN_ROUND, TESTS, TUBES, CONTACTS, SECONDS, Q_DAYS, I_DAYS, Z_DAYS, H_DAYS, ROOMS_MOST, BEDS_MOST, FIRST, LAST,
    FALSE_TUBES, LATE, WAITED, NO_ROOM,
) = (
    C["detected"], C["found_ill"], C["found_in_quarantine"], C["found_in_zone"], C["found_in_rounds"], C["tests"], C["tubes"],
    C["contacts"], C["second_contacts"], C["quarantine_days"], C["isolation_days"], C["zone_days"], C["hold_days"],
    C["rooms_most"], C["beds_most"], C["first_detected"], C["last_community"], C["false_tubes"], C["late_results"],
    C["waited_for_tracing"], C["without_room"],
)  # fmt: skip


# -- measures ---------------------------------------------------------------------------------------------------------


@inner
def measure(plan, out, which, day):  # type: ignore[no-untyped-def]
    """The share that a measure leaves on a day, counted from the first day or from the first case found."""
    p = plan[0]
    since = day if p.measures_absolute else day - out[FIRST]
    if since < 0 or since > DAYS or (not p.measures_absolute and out[FIRST] < 0):
        return 1.0
    return p.measures[which, since]


@inner
def group_of(layer, kind):  # type: ignore[no-untyped-def]
    """Which measure governs the contacts of a layer; -1 for none."""
    if layer == TEAM or layer == SITE:  # noqa: PLR1714 (numba)
        return SCHOOL if kind == CLASS else (-1 if kind == WARD else WORKING)
    if layer == FRIEND or layer == NEAR:  # noqa: PLR1714
        return GATHERING
    return TRANSIT if layer == CITY else -1


@inner
def in_force(span, day):  # type: ignore[no-untyped-def]
    """Whether a day lies in [from, until)."""
    return span[0] <= day < span[1]


@inner
def zone_share(city, space, plan, cell, day):  # type: ignore[no-untyped-def]
    """The share of contacts outside the household that the zones leave somebody of a cell."""
    p = plan[0]
    if in_force(space.zone[cell], day):
        return p.cell_open
    if p.area_zones and in_force(space.area[city.cells[cell].area], day):
        return p.area_open
    return 1.0


@inner
def cell_of(city, person):  # type: ignore[no-untyped-def]
    """The cell of a person from the cells' ranges: a few near look-ups instead of a far one into the people."""
    last = city.cells.size - 1
    cell = min(person * city.cells.size // city.people.size, last)
    while cell > 0 and person < city.cells[cell].start:
        cell -= 1
    while cell < last and person >= city.cells[cell + 1].start:
        cell += 1
    return cell


@inner
def left_open(city, space, plan, out, person, other, layer, day):  # type: ignore[no-untyped-def]
    """The share of such contacts that still take place: the same seen from both sides."""
    if layer == HOME:
        return 1.0
    one = city.people[person]
    kind = city.teams[one.team].kind if (layer == TEAM or layer == SITE) and one.team != NONE else 0  # noqa: PLR1714
    which = group_of(layer, kind)
    share = measure(plan, out, which, day) if which >= 0 else 1.0
    if plan[0].zones and out[FIRST] >= 0 and day >= out[FIRST] + plan[0].zone_after:
        zoned = zone_share(city, space, plan, np.int64(one.cell), day)
        if zoned == 1.0 or layer >= SITE:
            zoned = min(zoned, zone_share(city, space, plan, cell_of(city, other), day))
        share *= zoned
    return share


@inner
def presence(space, plan, who, layer, day):  # type: ignore[no-untyped-def]
    """The share of somebody's contacts in a layer that quarantine and isolation leave on a day."""
    s = space.state[who]
    p = plan[0]
    if s.isolated <= day:
        return p.isolation_leak
    if s.moved <= day < s.q_until:
        return p.central_leak
    if s.q_from <= day < s.q_until:
        return 1.0 if layer == HOME else p.home_leak
    return 1.0


# -- swabs and laboratories -------------------------------------------------------------------------------------------


@inner
def laboratory_day(plan, queue, singles, mass):  # type: ignore[no-untyped-def]
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
def wait_days(queue, pooled, bits):  # type: ignore[no-untyped-def]
    """Days that a swab of today waits behind those before it, at today's rate."""
    ahead = queue[0] + (queue[1] if pooled else 0.0)
    return min(int(ahead * unit(bits) / queue[2]), 60) if queue[2] < 1e17 else 0  # noqa: PLR2004


@inner
def turns_positive(space, plan, rep, who, day, share):  # type: ignore[no-untyped-def]
    """Whether a swab of somebody infected, taken on a day, is read as positive."""
    s = space.state[who]
    if s.infected > day:
        return False
    since = min(max(day - s.ready + 8, 0), 63)
    sure = plan[0].sensitivity[since] * share
    return low(key(rep, np.int64(s.person) * SALT + day, SWABBED)) < sure


@inner
def swab(space, plan, out, rep, queue, day, who, kind):  # type: ignore[no-untyped-def]
    """Take a swab of somebody who is on record; a positive one is read after the turnaround and the wait."""
    s = space.state[who]
    p = plan[0]
    if s.detected <= day or s.last_test == day:
        return
    s.last_test = day
    pooled = kind == SWAB_MASS
    if kind != SWAB_QUARANTINE and kind != SWAB_ZONE and not pooled:  # those were counted when they were planned  # noqa: PLR1714
        out[TESTS] += 1
        out[TUBES] += 1
    if not turns_positive(space, plan, rep, who, day, p.pooled if pooled else 1.0):
        return
    wait = wait_days(queue, pooled, key(rep, np.int64(s.person) * SALT + day, QUEUED))
    if wait > 0:
        out[LATE] += 1
    push_event(space, day + p.turnaround + wait, who, POOL if pooled else FOUND, kind)


@inner
def open_pool(city, space, plan, out, rep, queue, day, who):  # type: ignore[no-untyped-def]
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


@inner
def hold(space, plan, out, who, day):  # type: ignore[no-untyped-def]
    """Hold somebody at home until their own result; a longer quarantine stays as it is."""
    s = space.state[who]
    until = day + max(1, plan[0].retest_after)
    if s.detected <= day or s.q_until != NEVER and s.q_until >= until:
        return
    if not s.q_from <= day < s.q_until:
        s.q_from, s.moved = day, NEVER
    out[H_DAYS] += max(0, min(until, plan[0].days) - day)
    s.q_until = until


# -- quarantine -------------------------------------------------------------------------------------------------------


@inner
def restrict(city, space, plan, out, rep, who, begins, until, order):  # type: ignore[no-untyped-def]
    """Put a contact into quarantine, in a room where there is one and a seat to get there, else at home."""
    s = space.state[who]
    p = plan[0]
    if s.detected <= begins:
        return
    held = s.q_from <= begins and s.q_until != NEVER and s.q_until > begins
    if held and s.order > 0 and s.q_until >= until:
        return
    start = max(begins, np.int64(s.q_until)) if held else begins
    out[Q_DAYS] += max(0, min(until, p.days) - start)
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
def give_room(space, plan, out, who, begins, until):  # type: ignore[no-untyped-def]
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
def occupy(space, plan, out, row, begins, until, change):  # type: ignore[no-untyped-def]
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
def new_day(space, out, day):  # type: ignore[no-untyped-def]
    """Who moves in and out today."""
    space.used[TODAY] = day
    space.used[ROOMS_NOW] += space.days[ROOMS_ON, day]
    space.used[BEDS_NOW] += space.days[BEDS_ON, day]
    out[ROOMS_MOST] = max(out[ROOMS_MOST], space.used[ROOMS_NOW])
    out[BEDS_MOST] = max(out[BEDS_MOST], space.used[BEDS_NOW])


@inner
def plan_swabs(space, plan, out, who, begins, start, until):  # type: ignore[no-untyped-def]
    """Swabs of a quarantine on its days; counted for everybody, taken from those who are infected."""
    p = plan[0]
    s = space.state[who]
    for n in range(p.q_tests):
        day = begins + p.q_test[n]
        if start <= day < min(until, p.days):
            out[TESTS] += 1
            out[TUBES] += 1
            if s.infected != NEVER and s.detected == NEVER:
                push_event(space, day, who, SWAB_QUARANTINE, NOTHING)


@inner
def swabs_to_come(space, plan, who, day):  # type: ignore[no-untyped-def]
    """The swabs left in the quarantine of somebody who has been infected in it, or just before."""
    p = plan[0]
    s = space.state[who]
    if s.order == 0 or s.q_until == NEVER or s.q_until <= day:
        return
    for n in range(p.q_tests):
        at = s.q_from + p.q_test[n]
        if day <= at < s.q_until:
            push_event(space, at, who, SWAB_QUARANTINE, NOTHING)


# -- a case is found --------------------------------------------------------------------------------------------------


@inner
def found(city, space, plan, out, day, who, kind):  # type: ignore[no-untyped-def]
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
    s.found_as = AS_CONTACT if restricted else (AS_ZONE if kind == SWAB_ZONE else (AS_MASS if kind == SWAB_MATE else AS_ILL))
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
        control(city, space, plan, day, np.int64(s.person))
    if p.zones and not restricted:
        seal(city, space, plan, out, day, np.int64(s.person))


@inner
def call_tracers(space, plan, out, day, who):  # type: ignore[no-untyped-def]
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
def seal(city, space, plan, out, day, person):  # type: ignore[no-untyped-def]
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
    sealed = max(0, min(until, p.days) - start)
    out[Z_DAYS] += sealed * np.int64(city.cells[cell].people)
    if fresh:
        span[0] = begins
    span[1] = until
    if p.zone_test_every > 0:
        n = 0
        for each in range(start, min(until, p.days)):
            n += (each - span[0]) % p.zone_test_every == 0
        out[TESTS] += n * np.int64(city.cells[cell].people)
        out[TUBES] += n * (np.int64(city.cells[cell].people) // max(p.pool, 1))


@inner
def control(city, space, plan, day, person):  # type: ignore[no-untyped-def]
    """The area of a case counts as affected from the day on which zones begin: it is controlled, and local rounds ask it."""
    p = plan[0]
    area = np.int64(city.cells[city.people[person].cell].area)
    begins = day + p.zone_after
    span = space.area[area]
    if span[0] == NEVER:
        space.touched[1, space.used[N_AREAS]] = area
        space.used[N_AREAS] += 1
    if span[0] == NEVER or span[1] <= begins:
        span[0] = begins
    span[1] = begins + p.zone_days


# -- tracing ----------------------------------------------------------------------------------------------------------


@inner
def recalled(plan, rep, person, layer, kind, day, slot):  # type: ignore[no-untyped-def]
    """Whether the tracers learn of a contact: drawn before the contact is looked up, as most are not learnt of.

    Those whom a person meets every day are recalled or not once for all, strangers each time anew.
    """
    often = layer == HOME or layer == FRIEND  # noqa: PLR1714 (numba)
    base = key(rep, np.int64(person) * 64 + slot, RECALLED + layer)
    share = plan[0].traced[kind]
    return low(base if often else mix(base + np.uint64(day))) < share


@inner
def setting_of(city, person, layer):  # type: ignore[no-untyped-def]
    """The setting of a contact in a layer: household 1, class 2, work 3, ward 4, friends 5, neighbourhood 6, transit 7."""
    if layer == HOME:
        return 1
    if layer == TEAM or layer == SITE:  # noqa: PLR1714 (numba)
        return 2 + city.teams[city.people[person].team].kind
    return layer + 2


@inner
def trace(city, habits, space, plan, out, rep, day, who):  # type: ignore[no-untyped-def]
    """Find a case's contacts since the look-back, and put them into quarantine."""
    s = space.state[who]
    p = plan[0]
    s.trace = day
    person = np.int64(s.person)
    anchor = min(np.int64(s.onset), np.int64(s.detected))
    first = anchor - p.lookback
    last = min(day, np.int64(s.isolated) - 1)
    for layer in range(6):
        slots = slots_of(city, habits, person, layer)
        if layer == TEAM:
            last = min(last, np.int64(s.q_from) - 1)  # who was in quarantine met nobody else to speak of
        if slots == 0 or p.traced[setting_of(city, person, layer)] <= 0.0:
            continue
        kind = setting_of(city, person, layer)
        if layer == HOME:
            trace_home(city, habits, space, plan, out, rep, day, person, slots, last)
        elif layer == FRIEND:
            trace_friends(city, habits, space, plan, out, rep, day, person, slots, first, last)
        elif layer == TEAM:
            trace_team(city, habits, space, plan, out, rep, day, person, slots, kind, first, last)
        else:
            for back in range(last - first + 1):
                at = last - back
                if layer == SITE and not goes_to(city, habits, rep, person, at):
                    continue
                for slot in range(slots):
                    if recalled(plan, rep, person, layer, kind, at, slot):
                        other, bits = partner(city, habits, rep, person, layer, slot, at)
                        if other >= 0 and high(bits) < left_open(city, space, plan, out, person, other, layer, at):
                            tell(city, habits, space, plan, out, rep, day, other, at, FIRST_ORDER)


@inner
def trace_home(city, habits, space, plan, out, rep, day, person, slots, last):  # type: ignore[no-untyped-def]
    """The household: met every day."""
    here = np.int64(city.people[person].home & 15)
    for slot in range(slots):
        if recalled(plan, rep, person, np.int64(HOME), ONE, NOTHING, slot):
            other = person - here + (slot if slot < here else slot + 1)
            tell(city, habits, space, plan, out, rep, day, other, last, FIRST_ORDER)


@inner
def trace_friends(city, habits, space, plan, out, rep, day, person, slots, first, last):  # type: ignore[no-untyped-def]
    """Friends: looked up once, asked for the last day on which they met."""
    for slot in range(slots):
        if not recalled(plan, rep, person, np.int64(FRIEND), np.int64(FRIEND + 2), NOTHING, slot):
            continue
        other, pair = friend_of(city, habits, person, slot)
        for back in range(last - first + 1 if other >= 0 else 0):
            at = last - back
            meet, bits = meets_friend(habits, rep, pair, at)
            if meet and high(bits) < left_open(city, space, plan, out, person, other, np.int64(FRIEND), at):
                tell(city, habits, space, plan, out, rep, day, other, at, FIRST_ORDER)
                break


@inner
def trace_team(city, habits, space, plan, out, rep, day, person, slots, kind, first, last):  # type: ignore[no-untyped-def]
    """The class or team, the last day first: who is met again and again is told of once."""
    one = city.people[person]
    number, seat = np.int64(one.team), np.int64(one.seat)
    team = city.teams[number]
    n = np.int64(team.size)
    for back in range(last - first + 1):
        at = last - back
        if not is_open(habits, rep, number, team.kind, at):
            continue
        base, turn = team_day(rep, number, n, at)
        for slot in range(slots):
            if not recalled(plan, rep, person, np.int64(TEAM), kind, at, slot):
                continue
            mate, bits = team_mate(base, turn, n, seat, slot)
            if mate != seat:
                other = np.int64(city.members[team.start + mate])
                if high(bits) < left_open(city, space, plan, out, person, other, np.int64(TEAM), at):
                    tell(city, habits, space, plan, out, rep, day, other, at, FIRST_ORDER)


@inner
def tell(city, habits, space, plan, out, rep, day, other, last, order):  # type: ignore[no-untyped-def]
    """A contact is told; their own close contacts are second contacts."""
    p = plan[0]
    before = find(space, other)
    if before >= 0:
        s = space.state[before]
        if s.detected <= day or (s.order == 1 and s.q_until != NEVER and s.q_until >= last + p.q_days):
            return
    known = before >= 0 and space.state[before].order == 1
    who = state_of(space, other, city.people.size)
    begins = day + p.notice_after
    if last + p.q_days <= begins:
        return
    restrict(city, space, plan, out, rep, who, begins, last + p.q_days, FIRST_ORDER)
    if not known:
        out[CONTACTS] += 1
        if p.second > 0.0:
            second_contacts(city, habits, space, plan, out, rep, day, other, last)


@inner
def second_contacts(city, habits, space, plan, out, rep, day, person, since):  # type: ignore[no-untyped-def]
    """Household and team of a contact, met since the exposure: at home for a while."""
    p = plan[0]
    begins = day + p.notice_after
    until = begins + p.second_days
    for layer in range(2):
        slots = slots_of(city, habits, person, layer)
        for slot in range(slots):
            if low(key(rep, person * 64 + slot, RECALLED + 16 + layer)) >= p.second:
                continue
            at = since + slot % max(1, day - since + 1)
            other, _ = partner(city, habits, rep, person, layer, slot, at)
            if other < 0:
                continue
            before = find(space, other)
            if before >= 0 and (space.state[before].order > 0 or space.state[before].detected <= day):
                continue
            who = state_of(space, other, city.people.size)
            restrict(city, space, plan, out, rep, who, begins, until, SECOND_ORDER)
            out[SECONDS] += 1


# -- everybody's tests ------------------------------------------------------------------------------------------------


@inner
def round_of(plan, out, day):  # type: ignore[no-untyped-def]
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
def people_in_round(city, space, plan):  # type: ignore[no-untyped-def]
    """How many people a round asks: everybody, or those of areas with a case."""
    if not plan[0].round_local:
        return np.int64(city.people.size)
    n = np.int64(0)
    for each in range(space.used[N_AREAS]):
        n += np.int64(city.areas[space.touched[1, each]].people)
    return n


@inner
def count_round(space, plan, out, rep, day, asked):  # type: ignore[no-untyped-def]
    """Swabs of a day of a round, with the false positives among them: counted, as nobody of them is in danger."""
    p = plan[0]
    swabs = asked * p.participation / p.round_takes
    tubes = swabs / max(p.pool, 1)
    out[TESTS] += int(swabs)
    out[TUBES] += int(tubes)
    wrong = poisson(key(rep, day, FALSE), tubes * (1.0 - p.specificity))
    out[FALSE_TUBES] += wrong
    out[TESTS] += wrong * p.pool
    out[TUBES] += wrong * p.pool
    out[H_DAYS] += wrong * p.pool * max(1, p.retest_after)
    return swabs


@inner
def swab_everybody(city, space, plan, out, rep, queue, day, n_active, which, begins):  # type: ignore[no-untyped-def]
    """Rounds and the tests of zones, as far as they concern somebody infected and not found; returns how many are left.

    `active` is kept short: who has been found, or was infected four weeks ago, is dropped.
    """
    p = plan[0]
    kept = 0
    for n in range(n_active):
        who = np.int64(space.active[n])
        s = space.state[who]
        if s.detected != NEVER or day - s.infected > 28:  # noqa: PLR2004
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


