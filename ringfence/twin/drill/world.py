"""What is true in a drill's city: who is infected since when, and what a swab of theirs would say.

The outbreak is one replicate of the twin with nothing done against it by the model. What the players do is handed in as
orders (who is kept apart, from which day until which), and the whole run is made again: by the twin's keyed randomness
everything before the first new order stays as it was, and what follows differs only by what the orders prevent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.twin.city import City
from ringfence.twin.city_export import write_days
from ringfence.twin.kernels.contacts import SALT
from ringfence.twin.kernels.drilled import FREE, HOME, ISOLATED, ORDER, ROOM, run_drilled
from ringfence.twin.kernels.keyed import key, low, mix, unit
from ringfence.twin.kernels.laboratories import SWABBED
from ringfence.twin.kernels.plan import COUNTS, FITS, NEEDS_TABLE, NEVER
from ringfence.twin.kernels.states import new_space
from ringfence.twin.scenario import Scenario
from ringfence.twin.spread import ROOM as FIRST_ROOM
from ringfence.twin.spread import Twin

CT_LEAST, CT_MOST = 18.0, 36.0
HOURS, BY_CHANCE, CT = 301, 307, 311
KINDS = {"free": FREE, "home": HOME, "room": ROOM, "isolated": ISOLATED}
OPENS, CLOSES = 8, 18
"""Hours of a day in which people come to a clinic."""
POOLED = -0.1
"""A pool finds this share less of those whom a single swab finds, for each ten people in it (of 1)."""


@dataclass(frozen=True, slots=True)
class Order:
    """From a day of the twin on (until another), somebody is kept `home`, in a `room`, `isolated`, or set `free`."""

    day: int
    person: int
    kind: str
    until: int = NEVER


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody infected who seeks help: on which day, and since when ill (None: without symptoms until then)."""

    person: int
    day: int
    hour: float  # of the day
    onset: int | None


class World:
    """A drill's city and its outbreak as it is now."""

    def __init__(self, city: City, scenario: Scenario, replicate: int, seed: int) -> None:
        """Make the outbreak without any order."""
        self.city = city
        self._twin = Twin(city, scenario)
        self._rep = np.uint64(key(np.uint64(mix(np.uint64(seed))), replicate, 0))
        self._room, self._table = FIRST_ROOM, False
        self._space = self._new_space()
        self.orders: tuple[Order, ...] = ()
        self._first_weekday = scenario.scenario.first_weekday
        self.days = int(self._twin.plan["days"][0])
        self._plan = self._twin.plan
        self._of: dict[int, Any] = {}
        self._run(())

    def _new_space(self) -> Any:
        people = self.city.people if self._table else 0
        room = min(self._room, self.city.people + 2)
        return new_space(len(self.city.map.cells), len(self.city.map.areas), room, people)

    def _run(self, orders: tuple[Order, ...]) -> None:
        told = np.zeros(len(orders), ORDER)
        for n, each in enumerate(sorted(orders, key=lambda each: each.day)):
            told[n] = (each.day, min(each.until, NEVER), each.person, KINDS[each.kind])
        out = np.zeros(len(COUNTS), np.int64)
        while (
            fits := run_drilled(self.city.map, self._twin.habits, self._space, self._plan, told, out, self._rep)
        ) != FITS:
            self._table = self._table or fits == NEEDS_TABLE
            self._room *= 4
            self._space = self._new_space()
        self.orders = orders
        states = self._space.state[: self._space.used[0]].copy()
        by = states["infector"]
        states["infector"] = np.where(
            by >= 0, states["person"][by].astype(np.int64), -1
        )  # a person, not a place in the table
        self.states: npt.NDArray[Any] = states[states["infected"] < self.days]
        self._of = {int(each["person"]): each for each in self.states}

    def obey(self, orders: Iterable[Order]) -> None:
        """Make the run again under these orders, all that were ever given; nothing is done where they are the same."""
        wanted = tuple(orders)
        if wanted != self.orders:
            self._run(wanted)

    def infected_by(self, day: int) -> int:
        """How many were infected on this day or before it."""
        return int((self.states["infected"] <= day).sum())

    def infected_on(self, person: int) -> int | None:
        """The day on which somebody was infected; None if they were not."""
        found = self._of.get(person)
        return int(found["infected"]) if found is not None else None

    def infectious(self, day: int) -> list[int]:
        """Who is past the latent period on a day and has not been ill for more than a week, latest first."""
        ready = self.states[(self.states["ready"] <= day) & (self.states["ready"] > day - 10)]
        return [int(each) for each in ready["person"][np.argsort(-ready["ready"].astype(int), kind="stable")]]

    def patients(self) -> list[Patient]:
        """Who of the infected seeks help, and when: by their own course, and during the hours of a clinic."""
        ill = self.states[(self.states["last_test"] >= 0) & (self.states["last_test"] < self.days)]
        found = []
        for each in ill:
            person, day, onset = int(each["person"]), int(each["last_test"]), int(each["onset"])
            hour = OPENS + (CLOSES - OPENS) * self.chance(person, HOURS)
            found.append(Patient(person, day, hour, onset if onset < NEVER else None))
        return sorted(found, key=lambda each: (each.day, each.hour, each.person))

    def others(self, day: int) -> list[Patient]:
        """People ill with something else who come to a clinic on a day: as many as the scenario's background says."""
        expected = float(self._plan["background"][0]) * self.city.people
        n = int(expected) + (self.chance(day, BY_CHANCE) < expected % 1)
        found = []
        for each in range(n):
            bits = self.chance(day * 100_003 + each, BY_CHANCE + 1)
            hour = OPENS + (CLOSES - OPENS) * self.chance(day * 100_003 + each, HOURS)
            person = int(bits * self.city.people)
            if person not in self._of:
                found.append(Patient(person, day, hour, None))
        return sorted(found, key=lambda each: each.hour)

    def write_visits(self, path: Path, days: Sequence[tuple[int, int]]) -> int:
        """Where everybody was on days of the run (each with the second of its midnight), by the contacts that infect."""
        return write_days(self.city, path, days, self._rep, self._first_weekday)

    def chance(self, of: int, purpose: int) -> float:
        """A number of [0, 1) for somebody and a purpose: the same in every run of this drill."""
        return float(unit(key(self._rep, of, purpose)))

    def shows(self, person: int, day: int, pool: int = 1) -> bool:
        """Whether a swab of somebody, taken on a day into a tube with so many, is read as positive."""
        state = self._of.get(person)
        if state is None or state["infected"] > day:
            return False
        since = min(max(day - int(state["ready"]) + 8, 0), 63)
        sure = float(self._plan["sensitivity"][0][since]) * (1 + POOLED * (pool - 1) / 10)
        return bool(low(key(self._rep, person * int(SALT) + day, int(SWABBED))) < sure)

    def ct(self, person: int, day: int, pool: int = 1) -> float:
        """The cycle threshold that goes with it: lowest around onset, higher in a pool (3.3 cycles for each tenfold)."""
        state = self._of[person]
        away = abs(day - int(state["ready"]) - 2)
        told = CT_LEAST + 1.4 * away + 4 * self.chance(person + day, CT) + 3.3 * float(np.log10(pool))
        return round(min(told, CT_MOST), 1)
