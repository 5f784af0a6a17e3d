"""Who meets whom on a day: a symmetric function of two people and the day, so that no diary is kept.

A contact is a slot of a layer. In each slot the people of a household, team, site, area or city are paired by a keyed
involution; each pair has a hash of its own, which thins it by both people's sociability and by measures. Both sides see the
same pair and the same hash, and so do spread and tracing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.twin.kernels.compiled import door, inner
from ringfence.twin.kernels.keyed import GOLDEN, ODD_1, ODD_3, below, key, low, mix, placed, taken_back
from ringfence.twin.kernels.layout import CLASS, NONE, WORK, Array, Map

HOME, TEAM, SITE, FRIEND, NEAR, CITY = range(6)
LAYERS = ("home", "team", "site", "friend", "near", "city")
WEEK, WORKDAYS = 7, 5
SALT = 1000003
NOBODY = -1
SOCIABLE, KNOWN, AT_WORK = 41, 43, 47


class Habits(NamedTuple):
    """How often people meet, by layer."""

    slots: npt.NDArray[np.int64]  # [3, 2]: in the team and in the rest of the site, by kind
    friends: int
    friend_active: float
    near: int
    city: int
    sociability_least: float
    weekend_work: float
    weekday: int  # of day 0; 0 is Monday
    town: np.uint64  # key of what never changes: friends, sociability


@inner
def sociability(habits, person):
    """How often somebody goes out, from the least sociable to 1."""
    least = habits.sociability_least
    return least + (1.0 - least) * low(key(habits.town, person, SOCIABLE))


@inner
def slots_of(city, habits, person, layer):
    """How many slots somebody has in a layer on a day on which it is open."""
    p = city.people[person]
    if layer == HOME:
        return (p.home >> 4) - 1
    if layer == FRIEND:
        return habits.friends
    if layer == NEAR:
        return habits.near
    if layer == CITY:
        return habits.city
    if p.team == NONE:
        return 0
    team = city.teams[p.team]
    if layer == TEAM:
        return min(habits.slots[team.kind, 0], np.int64(team.size) - 1)
    site = city.sites[team.site]
    return habits.slots[team.kind, 1] if site.size > team.size else 0


@inner
def setting_of(city, person, layer):
    """The setting of a contact in a layer: household 1, class 2, work 3, ward 4, friends 5, neighbourhood 6, transit 7."""
    if layer == HOME:
        return 1
    if layer == TEAM or layer == SITE:
        return 2 + city.teams[city.people[person].team].kind
    return layer + 2


@inner
def is_open(habits, rep, team, kind, day):
    """Whether a team meets on a day: schools on school days, a part of the others at the weekend, wards always."""
    if (day + habits.weekday) % WEEK < WORKDAYS:
        return True
    if kind == CLASS:
        return False
    return kind != WORK or low(key(rep, team * SALT + day, AT_WORK)) < habits.weekend_work


@inner
def goes_to(city, habits, rep, person, day):
    """Whether the team of somebody who has one meets on a day."""
    team = np.int64(city.people[person].team)
    return is_open(habits, rep, team, city.teams[team].kind, day)


@inner
def friend_of(city, habits, person, slot):
    """(the friend in a slot, the pair's hash): the same on all days; (-1, …) for nobody."""
    where = city.cells[city.people[person].cell].area
    area = city.areas[where]
    first, n = np.int64(area.start), np.int64(area.people)
    base = key(habits.town, np.int64(where), KNOWN + slot * SALT)
    other, bits = _paired(person - first, n, base)
    return (first + taken_back(other, n, base) if other >= 0 else np.int64(NOBODY)), bits


@inner
def meets_friend(habits, rep, pair, day):
    """(whether two friends meet on a day, the contact's hash)."""
    bits = mix((pair ^ rep) + np.uint64(day) * ODD_3)
    return low(bits) < habits.friend_active, bits


@inner
def team_day(rep, team, n, day):
    """(key of a team's day, the sum of seats that meet in slot 0)."""
    base = key(rep, team * SALT + day, TEAM)
    return base, below(base, n)


@inner
def team_mate(base, turn, n, seat, slot):
    """(the seat met in a slot, the contact's hash); one's own for nobody."""
    other = turn + slot + n - seat
    while other >= n:
        other -= n
    pair = min(seat, other) * n + max(seat, other)
    return other, mix(base + np.uint64(pair) * GOLDEN)


@inner
def _paired(x, n, base):
    """(who x of 0..n-1 is paired with, the pair's hash); nobody where n is odd and x is left over.

    Returns the partner's place in the permutation, not yet taken back: that is the dearer half.
    """
    y = placed(x, n, base)
    other = y ^ 1
    return (other if other < n else NOBODY), mix(base + np.uint64(y >> 1) * ODD_1)


@door
def partner(city, habits, rep, person, layer, slot, day):
    """(whom somebody meets in a slot on a day, the contact's hash); (-1, 0) for nobody.

    The upper 32 bits of the hash are free for measures that prevent contacts; the lower have been used.
    """
    nobody = (np.int64(NOBODY), np.uint64(0))
    p = city.people[person]
    if layer == HOME:
        here = p.home & 15
        other = slot if slot < here else slot + 1
        start = np.int64(person) - here
        pair = min(here, other) * 16 + max(here, other)
        return start + other, key(rep, start * SALT + day, pair)
    if layer == TEAM or layer == SITE:
        if p.team == NONE:
            return nobody
        team = city.teams[p.team]
        if not is_open(habits, rep, np.int64(p.team), team.kind, day):
            return nobody
        if layer == TEAM:
            n = np.int64(team.size)
            base, turn = team_day(rep, np.int64(p.team), n, day)
            seat = np.int64(p.seat)
            other, bits = team_mate(base, turn, n, seat, slot)
            if other == seat:
                return nobody
            return np.int64(city.members[team.start + other]), bits
        site = city.sites[team.site]
        base = key(rep, np.int64(team.site) * SALT + day, 8 + slot)
        other, bits = _paired(np.int64(p.site_seat), np.int64(site.size), base)
        if other < 0:
            return nobody
        found = np.int64(city.members[site.start + taken_back(other, np.int64(site.size), base)])
        theirs = city.people[found].team
        if theirs != p.team and not is_open(habits, rep, np.int64(theirs), team.kind, day):
            return nobody
        return found, bits
    if layer == FRIEND:
        other, pair = friend_of(city, habits, person, slot)
        meet, bits = meets_friend(habits, rep, pair, day)
        return (other, bits) if other >= 0 and meet else nobody
    if layer == CITY:
        first, n = np.int64(0), np.int64(city.people.size)
        base = key(rep, day, 64 + slot)
    else:
        where = city.cells[p.cell].area
        area = city.areas[where]
        first, n = np.int64(area.start), np.int64(area.people)
        base = key(rep, np.int64(where) * SALT + day, 128 + slot)
    other, bits = _paired(person - first, n, base)
    mine = sociability(habits, person)
    if other < 0 or low(bits) >= mine:
        return nobody
    found = first + taken_back(other, n, base)
    if low(bits) >= mine * sociability(habits, found):
        return nobody
    return found, bits


@door
def contacts_of(
    city: Map, habits: Habits, rep: np.uint64, person: int, day: int, found: Array, where: Array, bits: Array
) -> int:
    """All contacts of somebody on a day: people into int64[room], their layers into int64[room], hashes into uint64[room].

    Returns how many there are; what does not fit is left out.
    """
    n = 0
    for layer in range(6):
        for slot in range(slots_of(city, habits, person, layer)):
            other, each = partner(city, habits, rep, person, layer, slot, day)
            if other >= 0 and n < found.size:
                found[n], where[n], bits[n] = other, layer, each
                n += 1
    return n
