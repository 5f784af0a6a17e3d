"""The plan of a whole-city testing round at Harbin's size, beside the plain rule and the bound."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from ringfence.desks.testing.plans import DEFAULTS, make
from ringfence.desks.testing.plans.told import About, Cell, Depot, Lab, Site, Told, VehicleGroup
from ringfence.science.testing_plan_noise import chance
from tests.bench.measure import Row, at_least, below

NAME = "plans"
PEOPLE, SITES, LABS, VEHICLES = 10_000_000, 4_000, 60, 600
COUNTIES = 9
CORE = 0.55  # share of people, labs and vehicles in the city itself; the rest in county towns 30 to 120 km away
TUBES_H = 62_000  # of all labs together


def run(quick: bool) -> list[Row]:
    """One round planned whole: bound, bottleneck and the plain rule with it. Quick: a tenth of everything."""
    told = city(0.1 if quick else 1.0)
    make(city(0.01))  # compiled before the clock runs
    begun = perf_counter()
    made = make(told)
    spent = perf_counter() - begun
    size = f"{made.totals.people:,} people, {made.totals.sites:,} sites, {made.totals.labs} labs, {made.totals.vehicles} vehicles"
    note = f"{size}; bottleneck {made.bottleneck}; {made.totals.trips:,} trips"
    ends = f"ends at {made.finish_h:.2f} h, bound {made.bound_h:.2f} h, plain rule {made.plain.finish_h:.2f} h"
    late = replace(told, figures={**told.figures, "deadline_hours": replace(DEFAULTS["deadline_hours"], value=18.0)})
    begun = perf_counter()
    helped = make(late)
    wanted = perf_counter() - begun
    needs = ", ".join(
        f"{n.samplers} samplers + {n.vehicles} vehicles + {n.lab_tubes_per_hour} tubes/h" for n in helped.alone
    )
    return [
        below("plan a round", spent, 30, "s", note=note),
        below("gap to the bound", 100 * made.gap, 2, "%", note=ends),
        at_least(
            "finish, the plain rule's over ours", made.plain.finish_h, made.finish_h, 1.0, "h", "yardstick: our finish"
        ),
        below(
            "plan a round that misses its deadline", wanted, 30, "s", note=f"under 18 h with: {needs or 'none alone'}"
        ),
    ]


def city(share: float) -> Told:
    """A made-up city of Harbin's size, or a share of it: the same for the same share."""
    sites, labs = round(SITES * share), max(round(LABS * share), 3)
    towns = max(round(COUNTIES * share), 1)
    x, y = _scattered(1, sites, towns)
    weight = 0.5 + chance(7, 0, 3, sites)
    people = np.floor(weight / weight.sum() * PEOPLE * share).astype(int)
    people[0] += round(PEOPLE * share) - int(people.sum())
    lab_x, lab_y = _scattered(2, labs, towns)
    size = np.exp(1.4 * (chance(7, 0, 5, labs) - 0.5))
    town = _town(labs, towns)
    share_of_town = np.bincount(_town(sites, towns), weights=people)[town] / np.bincount(town, weights=size)[town]
    rate = np.maximum(size * share_of_town / people.sum() * TUBES_H * share, 1).astype(int)
    depots = [Depot(id=f"depot {n}", x=float(lab_x[n]), y=float(lab_y[n])) for n in range(0, labs, 3)]
    each = round(VEHICLES * share) // len(depots)
    spare = round(VEHICLES * share) - each * len(depots)
    return Told(
        round=About(name="Harbin's size"),
        cells=tuple(
            Cell(id=f"cell {n}", population=int(people[n]), x=float(x[n]), y=float(y[n])) for n in range(sites)
        ),
        sites=tuple(Site(id=f"site {n}", x=float(x[n]), y=float(y[n])) for n in range(sites)),
        depots=tuple(depots),
        vehicles=tuple(VehicleGroup(depot=d.id, count=each + (n < spare)) for n, d in enumerate(depots)),
        labs=tuple(
            Lab(id=f"lab {n}", x=float(lab_x[n]), y=float(lab_y[n]), tubes_per_hour=int(rate[n])) for n in range(labs)
        ),
        figures=DEFAULTS,
    )


def _town(n: int, towns: int) -> np.ndarray:
    """The city (0) or a county town (1..towns) of each of n things, int[n]: each has its share of them."""
    share = (np.arange(n) + 0.5) / n
    return np.where(share < CORE, 0, 1 + np.floor((share - CORE) / (1 - CORE) * towns)).astype(int)


def _scattered(what: int, n: int, towns: int) -> tuple[np.ndarray, np.ndarray]:
    """Places in the city and its county towns, metres: float[n] twice."""
    drawn = chance(7, what, 0, 2 * n).reshape(2, n)
    town = _town(n, towns)
    angle, far = town * 2.4, np.where(town > 0, 30_000 + 10_000 * town, 0)
    radius = np.where(town > 0, 3_500, 9_000) * np.sqrt(drawn[0])
    turn = 2 * np.pi * drawn[1]
    return far * np.cos(angle) + radius * np.cos(turn), far * np.sin(angle) + radius * np.sin(turn)
