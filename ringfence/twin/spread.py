"""Run a scenario in a city: replicates side by side on as many cores as are given, the same numbers on any of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.twin.city import City
from ringfence.twin.city_file import ages_of, slots
from ringfence.twin.declared import Rows
from ringfence.twin.disease import day_quantiles, heat_quantiles, sensitivities
from ringfence.twin.kernels.contacts import Habits
from ringfence.twin.kernels.course import run_one
from ringfence.twin.kernels.keyed import key, mix
from ringfence.twin.kernels.plan import COUNTS, DAYS, DUE, FITS, NEEDS_TABLE, PLAN, STATE, Space, Start
from ringfence.twin.kernels.rate import reach
from ringfence.twin.kernels.states import new_space
from ringfence.twin.scenario import Scenario
from ringfence.twin.spreading import spread_over

ROOM = 1 << 14
"""States for which there is room at first; four times as many each time they do not suffice."""
NOBODY = Start(np.zeros(0, STATE), np.zeros(0, DUE))
"""The start of a run whose first day is day 0."""
QUIET_DAYS = 7
"""Days without a case in the community at the end of a run, for control to count."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """What came of one replicate."""

    number: int
    counts: dict[str, int]
    days_to_control: int | None
    cpu_seconds: float
    daily: npt.NDArray[np.int64] = field(repr=False)  # [len(DAILY), days]

    @property
    def infections(self) -> int:
        """How many were infected."""
        return self.counts["infections"]

    @property
    def restricted_days(self) -> int:
        """Person-days of quarantine, isolation, zones and holds together; sealed cells lie within areas under control."""
        counts = self.counts
        zoned = max(counts["zone_days"], counts["area_days"])
        return counts["quarantine_days"] + counts["isolation_days"] + counts["hold_days"] + zoned


class Twin:
    """A scenario made ready for a city: its numbers as the kernels take them, and room for replicates to write in."""

    def __init__(self, city: City, scenario: Scenario, *, rate: float | None = None) -> None:
        """Work out the rate of transmission from r0, unless it is given; refuses a scenario that the city cannot take."""
        run = scenario.scenario
        if run.seeds > city.people // 2:
            raise Refused("scenario_seeds_too_many", seeds=run.seeds, people=city.people)
        for area in run.seed_areas:
            if not 0 <= area < len(city.map.areas) or area != int(area):
                told = {"key": "scenario.seed_areas", "area": area, "last": len(city.map.areas) - 1}
                raise Refused("scenario_area_unknown", **told)
        self.city, self.scenario = city, scenario
        self.habits = habits(city, run.first_weekday)
        self.plan = plan(scenario)
        self.plan["rate"] = self._rate() if rate is None else rate
        self._own = local()

    def __getstate__(self) -> dict[str, Any]:
        """All but the room of this process's threads: what another machine needs."""
        return {name: value for name, value in self.__dict__.items() if name != "_own"}

    def __setstate__(self, told: dict[str, Any]) -> None:
        """With room to be made."""
        self.__dict__.update(told)
        self._own = local()

    def like(self, scenario: Scenario, *, level: float = 1.0) -> Twin:
        """The same city and disease under another scenario, with so much of all transmission; room is shared."""
        return self.instead(scenario, float(self.plan["rate"][0]) * level)

    def instead(self, scenario: Scenario, rate: float) -> Twin:
        """Another scenario in the same city at a rate already worked out, in the room that this one has made."""
        other = copy(self)
        other.scenario, other.plan, other._own = scenario, plan(scenario), self._own  # noqa: SLF001 (one of its own kind)
        other.plan["rate"], other.plan["first"] = rate, self.plan["first"]
        return other

    def _rate(self) -> float:
        own, told = self.scenario.disease.disease.r0, self.scenario.scenario.r0
        wanted = own if told < 0 else told
        found = np.zeros(2)
        reach(self.city.map, self.habits, self.plan, np.uint64(mix(np.uint64(self.city.seed))), np.zeros(6), found)
        met, infectious = found
        if wanted and met * infectious <= 0:
            raise Refused("scenario_rate_impossible", wanted=wanted, contacts=0)
        return wanted / (met * infectious) if wanted else 0.0

    def one(self, number: int, seed: int = 1, start: Start = NOBODY) -> Replicate:
        """Run one replicate; the same for the same number, seed and start, whatever else is run."""
        out = np.zeros(len(COUNTS), np.int64)
        rep = np.uint64(key(np.uint64(mix(np.uint64(seed))), number, 0))
        begun = time.thread_time()
        while (fits := run_one(self.city.map, self.habits, self._space(), self.plan, start, out, rep)) != FITS:
            self._enlarge(table=fits == NEEDS_TABLE)
        spent = time.thread_time() - begun
        days = int(self.plan["days"][0])
        counts = dict(zip(COUNTS, out.tolist(), strict=True))
        return Replicate(number, counts, self._control(counts, days), spent, self._space().days[:, :days].copy())

    def _control(self, counts: dict[str, int], days: int) -> int | None:
        """Days from the first case found to the last one in the community; None where the end is not quiet."""
        first, last = counts["first_detected"], counts["last_community"]
        return None if first < 0 or last >= days - QUIET_DAYS else last - first

    def _space(self) -> Space:
        if not hasattr(self._own, "space"):
            self._own.room, self._own.table = ROOM, False
            self._own.space = self._new_space()
        space: Space = self._own.space
        return space

    def _new_space(self) -> Space:
        people = self.city.people if self._own.table else 0
        room = min(self._own.room, self.city.people + 2)
        return new_space(len(self.city.map.cells), len(self.city.map.areas), room, people)

    def _enlarge(self, *, table: bool) -> None:
        self._own.table = self._own.table or table
        self._own.room *= 4
        self._own.space = None
        self._own.space = self._new_space()

    def states(self) -> npt.NDArray[Any]:
        """Everybody on record in the replicate that this thread ran last: STATE[n]."""
        space = self._space()
        return space.state[: space.used[0]]

    def sealed(self) -> npt.NDArray[np.int16]:
        """From when until when each cell was sealed (last) in the replicate that this thread ran last: int16[n_cells, 2]."""
        return self._space().zone


def run(  # noqa: PLR0913 (what is run, and where)
    twin: Twin,
    replicates: int,
    seed: int = 1,
    workers: int = 1,
    heard: Callable[[int], None] = lambda _: None,
    *,
    cluster: str = "",
) -> list[Replicate]:
    """Run replicates 0..n-1 on some threads or a cluster; neither their number nor their order changes a result."""
    work = partial(twin.one, seed=seed)
    return list(spread_over(range(replicates), work, workers=workers, cluster=cluster, heard=heard))


# -- told as the kernels take it --------------------------------------------------------------------------------------


def habits(city: City, first_weekday: int) -> Habits:
    """The city's contacts, for the kernels."""
    told = city.contacts
    return Habits(
        slots(told), told.friends, told.friend_active, told.near_slots, told.city_slots, told.sociability_least,
        told.weekend_work, first_weekday, np.uint64(mix(np.uint64(city.seed))),
    )  # fmt: skip


def _by_day(told: Rows) -> npt.NDArray[np.float64]:
    shares = np.ones(DAYS + 1)
    for first, last, share in told:
        shares[max(int(first), 0) : max(int(last) + 1, 0)] = share
    return shares


def plan(scenario: Scenario) -> npt.NDArray[Any]:
    """PLAN[1] of a scenario, its rate of transmission still 0."""
    made = np.zeros(1, PLAN)
    p = made[0]
    for told in (_of_the_run(scenario), _of_the_disease(scenario), _of_testing(scenario), _of_restrictions(scenario)):
        for name, value in told.items():
            p[name] = value
    run, days = scenario.scenario, scenario.quarantine.test_days
    p["seed_area"][: len(run.seed_areas)] = run.seed_areas
    p["q_test"][: len(days)] = days
    rows = scenario.measures
    for n, row in enumerate((rows.schools, rows.work, rows.gatherings, rows.transit, rows.masks)):
        p["measures"][n] = _by_day(row)
    return made


def _of_the_run(scenario: Scenario) -> dict[str, Any]:
    run = scenario.scenario
    return {
        "days": run.days, "seeds": run.seeds, "seed_areas": len(run.seed_areas), "imports": run.imports_per_day,
        "sick_at_home": scenario.people.sick_at_home, "covered": ages_of(scenario.vaccination.coverage),
        "measures_absolute": scenario.measures.counted_from == "start",
    }  # fmt: skip


def _of_the_disease(scenario: Scenario) -> dict[str, Any]:
    told, course, force = scenario.disease, scenario.disease.course, scenario.disease.settings
    susceptible = ages_of(course.susceptible)
    weights = [0.0, force.home, force.class_, force.work, force.ward, force.friend, force.near, force.city]
    return {
        "weight": weights, "home_exponent": force.home_exponent, "heat": heat_quantiles(told.disease.dispersion),
        "latent": day_quantiles(course.latent_days, course.latent_sd), "gap": day_quantiles(course.gap_days, course.gap_sd),
        "profile": day_quantiles(course.infectious_days, course.infectious_sd),
        "asymptomatic": ages_of(course.asymptomatic), "asymptomatic_infectious": course.asymptomatic_infectious,
        "susceptible": susceptible / max(susceptible.max(), 1e-12),
        "severe": ages_of(told.severity.hospital), "fatal": ages_of(told.severity.fatal),
        "hospital_after": told.severity.hospital_after, "hospital_days": told.severity.hospital_days,
        "sensitivity": sensitivities(told.detection.sensitivity), "specificity": told.detection.specificity,
        "ve_infection": told.vaccine.infection, "ve_transmission": told.vaccine.transmission,
        "ve_severe": told.vaccine.severe,
    }  # fmt: skip


def _of_testing(scenario: Scenario) -> dict[str, Any]:
    testing, rounds, labs = scenario.testing, scenario.rounds, scenario.laboratories
    return {
        "tested": testing.ill_tested, "tested_before": testing.ill_tested_before,
        "test_after": day_quantiles(testing.after_days, testing.after_sd),
        "turnaround": testing.turnaround_days, "background": testing.background if testing.ill_tested else 0.0,
        "rounds": rounds.how_many, "round_first": rounds.first_day, "round_every": rounds.every_days,
        "round_takes": rounds.takes_days, "participation": rounds.participation, "pool": rounds.pool,
        "pooled": rounds.pooled_sensitivity, "retest_after": rounds.retest_days,
        "round_local": rounds.where != "city", "round_absolute": rounds.counted_from == "start",
        "stages": [
            labs.sampling_staff * labs.sampling_rate, labs.delivery_staff * labs.delivery_rate,
            labs.testing_staff * labs.testing_rate, labs.reporting_staff * labs.reporting_rate,
        ],
    }  # fmt: skip


def _of_restrictions(scenario: Scenario) -> dict[str, Any]:
    tracing, quarantine, isolation, zones = scenario.tracing, scenario.quarantine, scenario.isolation, scenario.zones
    return {
        "traced": [0.0, tracing.home, tracing.class_, tracing.work, tracing.ward, tracing.friend, tracing.near, tracing.city],
        "trace_after": tracing.after_days, "notice_after": tracing.notice_days, "lookback": tracing.lookback_days,
        "trace_cases": tracing.cases_per_day, "second": tracing.second_order, "second_days": quarantine.second_days,
        "q_days": quarantine.days, "central": quarantine.central, "rooms": quarantine.rooms,
        "moves": quarantine.moves_per_day, "home_leak": quarantine.home_leak, "central_leak": quarantine.central_leak,
        "q_tests": len(quarantine.test_days), "isolate_after": isolation.after_days, "isolation_days": isolation.days,
        "isolation_leak": isolation.leak, "zones": zones.on, "zone_after": zones.after_days, "zone_days": zones.days,
        "cell_open": zones.cell_open, "area_open": zones.area_open, "area_zones": zones.areas,
        "zone_test_every": zones.test_every_days,
    }  # fmt: skip
