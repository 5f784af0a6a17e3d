"""Tracing: the contacts of a case, and theirs, made again from the hash and put into quarantine."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.contacts import (
    FRIEND,
    HOME,
    SITE,
    TEAM,
    friend_of,
    goes_to,
    is_open,
    meets_friend,
    partner,
    setting_of,
    slots_of,
    team_day,
    team_mate,
)
from ringfence.twin.kernels.keyed import high, key, low, mix
from ringfence.twin.kernels.measures import left_open
from ringfence.twin.kernels.plan import FIRST_ORDER, NEVER, NOTHING, ONE, SECOND_ORDER, C
from ringfence.twin.kernels.response import restrict
from ringfence.twin.kernels.states import find, state_of

RECALLED = 103
CONTACTS = C["contacts"]
SECONDS = C["second_contacts"]


@inner
def recalled(plan, rep, person, layer, kind, day, slot):
    """Whether the tracers learn of a contact: drawn before the contact is looked up, as most are not learnt of.

    Those whom a person meets every day are recalled or not once for all, strangers each time anew.
    """
    often = layer == HOME or layer == FRIEND
    base = key(rep, np.int64(person) * 64 + slot, RECALLED + layer)
    share = plan[0].traced[kind]
    return low(base if often else mix(base + np.uint64(day))) < share


@inner
def trace(city, habits, space, plan, out, rep, day, who):
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
                            tell(city, habits, space, plan, out, rep, day, other, at)


@inner
def trace_home(city, habits, space, plan, out, rep, day, person, slots, last):
    """The household: met every day."""
    here = np.int64(city.people[person].home & 15)
    for slot in range(slots):
        if recalled(plan, rep, person, np.int64(HOME), ONE, NOTHING, slot):
            other = person - here + (slot if slot < here else slot + 1)
            tell(city, habits, space, plan, out, rep, day, other, last)


@inner
def trace_friends(city, habits, space, plan, out, rep, day, person, slots, first, last):
    """Friends: looked up once, asked for the last day on which they met."""
    for slot in range(slots):
        if not recalled(plan, rep, person, np.int64(FRIEND), np.int64(FRIEND + 2), NOTHING, slot):
            continue
        other, pair = friend_of(city, habits, person, slot)
        for back in range(last - first + 1 if other >= 0 else 0):
            at = last - back
            meet, bits = meets_friend(habits, rep, pair, at)
            if meet and high(bits) < left_open(city, space, plan, out, person, other, np.int64(FRIEND), at):
                tell(city, habits, space, plan, out, rep, day, other, at)
                break


@inner
def trace_team(city, habits, space, plan, out, rep, day, person, slots, kind, first, last):
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
                    tell(city, habits, space, plan, out, rep, day, other, at)


@inner
def tell(city, habits, space, plan, out, rep, day, other, last):
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
    restrict(space, plan, out, rep, who, begins, last + p.q_days, FIRST_ORDER)
    if not known:
        out[CONTACTS] += 1
        if p.second > 0.0:
            second_contacts(city, habits, space, plan, out, rep, day, other, last)


@inner
def second_contacts(city, habits, space, plan, out, rep, day, person, since):
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
            restrict(space, plan, out, rep, who, begins, until, SECOND_ORDER)
            out[SECONDS] += 1
