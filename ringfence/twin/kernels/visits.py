"""A day of everybody's visits: home, class or work, and the shops and lines where contacts take place."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import door, inner
from ringfence.twin.kernels.contacts import CITY, NEAR, Habits, is_open, partner
from ringfence.twin.kernels.keyed import S32, below, key, mix
from ringfence.twin.kernels.layout import NONE, Array, Map

HOUR = 60
MINUTES = 24 * HOUR
HOME, SHOP, TRANSIT = 0, 4, 5
HOURS = 227


@inner
def _visit(rows, n, person, kind, place, start, end):
    rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = person, kind, place, start, end
    return n + 1


@door
def visits_of_day(
    city: Map, habits: Habits, rep: np.uint64, first: int, until: int, day: int, shop_first: Array, lines: int, rows: Array
) -> int:  # fmt: skip
    """Visits of a range of people on a day into int64[room, 5]: person, kind, place, start and end in minutes."""
    n = 0
    for person in range(first, until):
        p = city.people[person]
        bits = key(rep, person, HOURS)
        rises = 6 * HOUR + below(bits, 90)
        home = person - (p.home & 15)
        begins = 0
        if p.team != NONE:
            team = city.teams[p.team]
            if is_open(habits, rep, np.int64(p.team), team.kind, day):
                comes = 8 * HOUR + below(mix(bits), 45)
                leaves = comes + (7 if team.kind == 0 else 9) * HOUR
                n = _visit(rows, n, person, HOME, home, begins, comes - 30)
                n = _visit(rows, n, person, 1 + team.kind, np.int64(team.site), comes, leaves)
                begins = leaves + 30
        n = _visit(rows, n, person, HOME, home, begins, MINUTES + rises)
        for layer in (NEAR, CITY):
            for slot in range(habits.near if layer == NEAR else habits.city):
                other, met = partner(city, habits, rep, person, layer, slot, day)
                if other < 0:
                    continue
                met = mix(met)
                starts = 17 * HOUR + below(met, 4 * HOUR)
                stays = 10 + below(mix(met), 50)
                if layer == NEAR:
                    area = city.cells[p.cell].area
                    place = shop_first[area] + below(met ^ (met >> S32), shop_first[area + 1] - shop_first[area])
                    n = _visit(rows, n, person, SHOP, place, starts, starts + stays)
                else:
                    n = _visit(rows, n, person, TRANSIT, below(met ^ (met >> S32), lines), starts, starts + stays // 2)
    return n
