"""The start of a replicate: everybody infected, found or held, as people of the synthetic city, and what is due for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ringfence.twin.kernels.layout import YEARS
from ringfence.twin.kernels.plan import (
    AS_CONTACT,
    AS_ILL,
    DUE,
    FOUND,
    NEVER,
    QUANTILES,
    STATE,
    SWAB_ILL,
    SWAB_MASS,
    SWAB_MATE,
    SWAB_QUARANTINE,
    TRACE,
    Start,
)
from ringfence.twin.live.ground import Ground
from ringfence.twin.live.hidden import TRIES, Belief, Course, Unseen, draws, unseen
from ringfence.twin.live.standing import FIRST, TODAY, Known, Standing
from ringfence.twin.scenario import Scenario

HOME, NEAR, CITY = 1, 6, 7
KEPT_DAYS = 28
"""Cases found so long ago are over: no bed, no zone, no contact in quarantine is left of them."""
BEFORE = 2
"""Days in quarantine before a case found there was found, where the record does not say."""
ALIKE = 32
Due = list[tuple[int, int, int, int]]


@dataclass
class Homes:
    """Homes given out in the city: nobody twice."""

    ground: Ground
    draw: np.random.Generator
    taken: set[int]

    def in_cells(self, first: int, last: int, age: int | None) -> int:
        """Somebody of a stretch of cells, as old as told or nearly."""
        cells, people = self.ground.city.map.cells, self.ground.city.map.people
        low = int(cells[first]["start"])
        high = int(cells[last - 1]["start"]) + int(cells[last - 1]["people"])
        some = low + (self.draw.random(ALIKE if age is not None else 1) * (high - low)).astype(np.int64)
        if age is not None:
            years = (people["age"][some] & YEARS).astype(np.int64)
            some = some[np.argsort(np.abs(years - age), kind="stable")]
        return self._free(int(some[0]))

    def at_home(self, person: int) -> int | None:
        """Somebody of the same household whom nobody has been given."""
        home = int(self.ground.city.map.people[person]["home"])
        first, size = person - (home & 15), home >> 4
        free = [each for each in range(first, first + size) if each not in self.taken]
        if not free:
            return None
        return self._free(free[int(self.draw.integers(len(free)))])

    def near(self, person: int) -> int:
        """Somebody of the same area."""
        city = self.ground.city.map
        area = city.areas[city.cells[city.people[person]["cell"]]["area"]]
        return self._free(int(area["start"]) + int(self.draw.integers(int(area["people"]))))

    def anywhere(self) -> int:
        """Anybody."""
        return self._free(int(self.draw.integers(self.ground.city.people)))

    def _free(self, person: int) -> int:
        while person in self.taken:
            person = (person + 1) % self.ground.city.people
        self.taken.add(person)
        return person


@dataclass(frozen=True)
class Opening:
    """Makes the start of each replicate from what is on record."""

    standing: Standing
    ground: Ground
    scenario: Scenario
    belief: Belief
    seed: int

    @cached_property
    def homes(self) -> npt.NDArray[np.int64]:
        """The person of the city who stands for each case: the same in all replicates."""
        homes = Homes(self.ground, draws(self.seed, 2), set())
        by_code: dict[str, int] = {}
        found = []
        for each in sorted(self.standing.cases, key=lambda case: (case.found, case.id)):
            mate = by_code.get(each.infector) if each.setting == "home" else None
            person = homes.at_home(mate) if mate is not None else None
            if person is None:
                person = homes.in_cells(*self.ground.cells_of(each.path), each.age)
            by_code[each.code] = person
            found.append((each.id, person))
        of = dict(found)
        return np.array([of[each.id] for each in self.standing.cases], np.int64)

    @cached_property
    def missing(self) -> npt.NDArray[np.float64]:
        """Share of each cell's people whom the rounds under way still miss: float[n_cells], NaN where none runs."""
        shares = np.full(len(self.ground.city.map.cells), np.nan)
        for each in self.standing.rounds:
            for path, share in each.missing:
                first, last = self.ground.cells_of(path)
                shares[first:last] = share
        return shares

    @property
    def round_days(self) -> int:
        """Days until the last of the rounds under way is due."""
        return max((each.days_left for each in self.standing.rounds), default=1)

    def draw(self, number: int) -> tuple[Start, Unseen]:
        """The start of one replicate, and the draw of the hidden that it rests on."""
        draw = draws(self.seed, 3, number)
        told = unseen(self.standing, self.belief, draw)
        homes = Homes(self.ground, draw, set(self.homes.tolist()))
        rows, due = self._known(told)
        _Hidden(self, homes, draw, rows, due).add(told)
        self._held(homes, draw, rows, due)
        return Start(_states(rows), np.array(due, DUE) if due else np.zeros(0, DUE)), told

    def _known(self, told: Unseen) -> tuple[list[dict[str, int]], Due]:
        rows: list[dict[str, int]] = []
        due: Due = []
        traced_after, kept = self.scenario.tracing.after_days, self.scenario.quarantine.days
        for n, each in enumerate(self.standing.cases):
            if each.found <= TODAY - KEPT_DAYS or (each.ended is not None and each.ended <= TODAY):
                continue
            rows.append(_case(each, int(self.homes[n]), int(told.infected[n]), int(told.ready[n])))
            if self.scenario.tracing.cases_per_day and each.found > TODAY - kept:
                due.append((each.found + traced_after, len(rows) - 1, int(TRACE), 0))
        return rows, due

    def _held(self, homes: Homes, draw: np.random.Generator, rows: list[dict[str, int]], due: Due) -> None:
        """Who is held for a positive tube; one of each pool is infected, and swabbed alone tomorrow."""
        pools: set[str] = set()
        course = self.belief.course
        for path, pool in self.standing.held:
            row = {"person": homes.in_cells(*self.ground.cells_of(path), None), "q_from": TODAY, "q_until": FIRST + 1}
            if pool not in pools:
                pools.add(pool)
                latent = int(course.latent[draw.integers(QUANTILES)])
                since = max(int(np.searchsorted(course.since, draw.random())) - 8, 0)
                row |= {"infected": TODAY - latent - since, "ready": TODAY - since, "setting": CITY}
            rows.append(row)
            due.append((FIRST, len(rows) - 1, int(SWAB_MATE), 0))


def _case(each: Known, person: int, infected: int, ready: int) -> dict[str, int]:
    row = {
        "person": person, "infected": infected, "ready": ready, "detected": each.found, "isolated": each.found,
        "last_test": each.found, "found_as": AS_CONTACT if each.in_quarantine else AS_ILL,
    }  # fmt: skip
    if each.onset is not None:
        row["onset"] = max(each.onset, infected + 1)
    if each.in_quarantine:
        row |= {"q_from": max(each.found - BEFORE, infected), "q_until": each.found, "order": 1}
    return row


@dataclass
class _Hidden:
    """Enters the hidden: where they live, how their illness goes on, and when somebody may find them."""

    opening: Opening
    homes: Homes
    draw: np.random.Generator
    rows: list[dict[str, int]]
    due: Due

    def add(self, told: Unseen) -> None:
        """All hidden infections of a draw."""
        known = self.opening.homes
        persons = [*known.tolist()]
        for day, infector in zip(told.hidden.tolist(), told.infector.tolist(), strict=True):
            person, setting = self._home(persons[infector] if infector >= 0 else -1)
            persons.append(person)
            row = self._course(day, person, self.opening.belief.course)
            row["setting"] = setting
            self.rows.append(row)
            who = len(self.rows) - 1
            found = self.opening.standing.cases[infector].found if 0 <= infector < len(known) else None
            if found is not None and self.draw.random() < self.opening.belief.in_quarantine:
                self._quarantined(who, day, found)
            self._looked_for(who)

    def _home(self, infector: int) -> tuple[int, int]:
        home, near = self.opening.belief.settings
        at = self.draw.random()
        if infector >= 0 and at < home and (mate := self.homes.at_home(infector)) is not None:
            return mate, HOME
        if infector >= 0 and at < home + near:
            return self.homes.near(infector), NEAR
        return self.homes.anywhere(), CITY

    def _course(self, day: int, person: int, course: Course) -> dict[str, int]:
        """A course of illness that has not led to a result yet; drawn anew where it has."""
        age = int(self.opening.ground.city.map.people[person]["age"]) & YEARS
        latent, incubated = course.incubation(self.draw, TRIES)
        ill = self.draw.random(TRIES) >= course.asymptomatic[age]
        swab = day + incubated + course.after[self.draw.integers(0, QUANTILES, TRIES)]
        swabbed = ill & (self.draw.random(TRIES) < course.tested)
        fits = ~swabbed | (swab + course.turnaround >= FIRST)
        best = int(np.argmax(fits))
        row = {"person": person, "infected": day, "ready": day + int(latent[best])}
        if ill[best]:
            row["onset"] = day + int(incubated[best])
        if swabbed[best]:
            row["swab"] = int(swab[best]) if fits[best] else FIRST
        return row

    def _quarantined(self, who: int, day: int, found: int) -> None:
        """In quarantine since the infector was traced, with its swabs."""
        scenario = self.opening.scenario
        begins = max(found + scenario.tracing.after_days + scenario.tracing.notice_days, day)
        until = day + scenario.quarantine.days
        if until <= max(begins, TODAY):
            return
        self.rows[who] |= {"q_from": begins, "q_until": until, "order": 1}
        if self.draw.random() < scenario.quarantine.central:
            self.rows[who]["moved"] = begins
        for each in scenario.quarantine.test_days:
            if FIRST <= begins + int(each) < until:
                self.due.append((begins + int(each), who, int(SWAB_QUARANTINE), 0))
            elif day < begins + int(each) < min(until, FIRST):
                self._pending(who, begins + int(each))

    def _pending(self, who: int, at: int) -> None:
        """A swab of the last days in quarantine whose result is still to come."""
        course = self.opening.belief.course
        since = min(max(at - self.rows[who]["ready"] + 8, 0), 63)
        if at + course.turnaround >= FIRST and self.draw.random() < course.sensitivity[since]:
            self.due.append((at + course.turnaround, who, int(FOUND), int(SWAB_QUARANTINE)))

    def _looked_for(self, who: int) -> None:
        """A swab that they will seek, or whose result is still to come; the round under way."""
        row, course = self.rows[who], self.opening.belief.course
        swab = row.pop("swab", NEVER)
        if swab < FIRST:
            row["last_test"] = swab
            self.due.append((swab + course.turnaround, who, int(FOUND), int(SWAB_ILL)))
        elif swab < NEVER:
            self.due.append((swab, who, int(SWAB_ILL), 0))
        share = self.opening.missing[self.opening.ground.city.map.people[row["person"]]["cell"]]
        if not np.isnan(share) and self.draw.random() < share * self.opening.scenario.rounds.participation:
            self.due.append((FIRST + int(self.draw.integers(self.opening.round_days)), who, int(SWAB_MASS), 0))


def _states(rows: list[dict[str, int]]) -> npt.NDArray[np.void]:
    """STATE[n] from what is told of each; days not told do not come."""
    made = np.zeros(len(rows), STATE)
    for name in STATE.names or ():
        if STATE[name] == np.dtype("i2"):
            made[name] = NEVER
    made["infector"], made["last_test"] = -1, -NEVER
    for n, row in enumerate(rows):
        for name, value in row.items():
            made[n][name] = value
    return made
