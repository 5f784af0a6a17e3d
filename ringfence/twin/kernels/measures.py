"""What prevents contacts: measures by day, zones by cell and area, quarantine and isolation of people."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.contacts import CITY, FRIEND, HOME, NEAR, SITE, TEAM
from ringfence.twin.kernels.layout import CLASS, NONE, WARD
from ringfence.twin.kernels.plan import DAYS, GATHERING, SCHOOL, TRANSIT, WORKING, C

FIRST = C["first_detected"]


@inner
def measure(plan, out, which, day):
    """The share that a measure leaves on a day, counted from the first day or from the first case found."""
    p = plan[0]
    since = day if p.measures_absolute else day - out[FIRST]
    if since < 0 or since > DAYS or (not p.measures_absolute and out[FIRST] < 0):
        return 1.0
    return p.measures[which, since]


@inner
def group_of(layer, kind):
    """Which measure governs the contacts of a layer; -1 for none."""
    if layer == TEAM or layer == SITE:
        return SCHOOL if kind == CLASS else (-1 if kind == WARD else WORKING)
    if layer == FRIEND or layer == NEAR:
        return GATHERING
    return TRANSIT if layer == CITY else -1


@inner
def in_force(span, day):
    """Whether a day lies in [from, until)."""
    return span[0] <= day < span[1]


@inner
def zone_share(city, space, plan, cell, day):
    """The share of contacts outside the household that the zones leave somebody of a cell."""
    p = plan[0]
    if in_force(space.zone[cell], day):
        return p.cell_open
    if p.area_zones and in_force(space.area[city.cells[cell].area], day):
        return p.area_open
    return 1.0


@inner
def cell_of(city, person):
    """The cell of a person from the cells' ranges: a few near look-ups instead of a far one into the people."""
    last = city.cells.size - 1
    cell = min(person * city.cells.size // city.people.size, last)
    while cell > 0 and person < city.cells[cell].start:
        cell -= 1
    while cell < last and person >= city.cells[cell + 1].start:
        cell += 1
    return cell


@inner
def left_open(city, space, plan, out, person, other, layer, day):
    """The share of such contacts that still take place: the same seen from both sides."""
    if layer == HOME:
        return 1.0
    one = city.people[person]
    kind = city.teams[one.team].kind if (layer == TEAM or layer == SITE) and one.team != NONE else 0
    which = group_of(layer, kind)
    share = measure(plan, out, which, day) if which >= 0 else 1.0
    if plan[0].zones and out[FIRST] >= 0 and day >= out[FIRST] + plan[0].zone_after:
        zoned = zone_share(city, space, plan, np.int64(one.cell), day)
        if zoned == 1.0 or layer >= SITE:
            zoned = min(zoned, zone_share(city, space, plan, cell_of(city, other), day))
        share *= zoned
    return share


@inner
def presence(space, plan, who, layer, day):
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
