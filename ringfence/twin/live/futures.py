"""Futures from today's state: the response as it is or an option, run in replicates that begin alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.twin.city_file import find
from ringfence.twin.disease import SHIPPED as DISEASES
from ringfence.twin.disease import Disease, read_disease
from ringfence.twin.kernels.plan import (
    BEDS_TAKEN,
    COMMUNITY_ON,
    DETECTED_ON,
    INFECTED_ON,
    NEVER,
    ROOMS_TAKEN,
    TESTS_ON,
    Start,
)
from ringfence.twin.live.ground import Ground
from ringfence.twin.live.hidden import Belief, Unseen, belief
from ringfence.twin.live.opening import Opening
from ringfence.twin.live.standing import FIRST, TODAY, Standing
from ringfence.twin.scenario import Scenario, read_scenario
from ringfence.twin.spread import Replicate, Twin

AS_IS = Path(__file__).parent / "as-is.toml"
ROWS = {
    "infections": INFECTED_ON, "cases": DETECTED_ON, "community": COMMUNITY_ON, "beds": BEDS_TAKEN, "rooms": ROOMS_TAKEN,
    "tests": TESTS_ON,
}  # fmt: skip
"""What is told by day -> its row in a replicate's daily counts."""
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3)
"""Shares of the disease's own transmission that are tried against the last days."""
GOLDEN = 0.6180339887498949
Heard = Callable[[int, int], None]


def quiet(_done: int, _of: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Future:
    """One replicate from tomorrow on: daily counts int[len(ROWS), days], infections by area int[n_areas, days]."""

    daily: npt.NDArray[np.int64]
    by_area: npt.NDArray[np.int32]
    restricted: int
    contacts: int

    def total(self, name: str) -> int:
        """The sum of a daily count."""
        return int(self.daily[list(ROWS).index(name)].sum())


def as_is(standing: Standing, book: Any, *, disease: str = "", days: int, file: Path | None = None) -> Scenario:
    """The response of today over the numbers of the outbreak's pack, from the day 0 that the starts count from."""
    told = read_scenario(file or AS_IS, book, pack=standing.outbreak.pack)
    weekday = (standing.today.weekday() - TODAY) % 7
    told = replace(told, disease=disease_of(standing, disease))
    return told.but(scenario={"days": FIRST + days, "first_weekday": weekday, "seeds": 0})


def disease_of(standing: Standing, told: str) -> Disease:
    """The disease told, else the shipped one whose name begins like the outbreak's."""
    if told:
        return read_disease(find(told, DISEASES, "disease"))
    shipped = sorted(path.stem for path in DISEASES.glob("*.toml"))
    name = standing.outbreak.disease.split("-")[0]
    fits = [each for each in shipped if each.split("-")[0] == name]
    if not fits:
        raise Refused("forecast_without_disease", disease=standing.outbreak.disease, shipped=", ".join(shipped))
    return read_disease(DISEASES / f"{fits[0]}.toml")


@dataclass(frozen=True)
class Futures:
    """All that replicates begin with: the city, the starts of each, and what share of transmission each takes."""

    standing: Standing
    ground: Ground
    scenario: Scenario
    belief: Belief
    seed: int
    replicates: int
    weights: tuple[float, ...]  # of LEVELS
    starts: tuple[Start, ...]
    drawn: tuple[Unseen, ...]

    @cached_property
    def twin(self) -> Twin:
        """The city under the response of today, with all of the disease's transmission."""
        return _twin(self.ground, self.scenario)

    def level(self, number: int) -> int:
        """Which of LEVELS a replicate takes: the same for every option."""
        at = (0.5 + number * GOLDEN) % 1.0
        return min(int(np.searchsorted(np.cumsum(self.weights), at)), len(LEVELS) - 1)

    def run(
        self, scenario: Scenario, numbers: Sequence[int], workers: int = 0, heard: Callable[[], None] = lambda: None
    ) -> list[Future]:
        """These replicates under a scenario, in order; neither the number of threads nor their order changes one."""
        twins = [self.twin.like(scenario, level=level) for level in LEVELS]

        def one(number: int) -> Future:
            twin = twins[self.level(number)]
            made = twin.one(number, self.seed, self.starts[number])
            heard()
            return _future(twin, made)

        workers = workers or os.cpu_count() or 1
        if workers == 1:
            return [one(number) for number in numbers]
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, numbers))


def _twin(ground: Ground, scenario: Scenario) -> Twin:
    twin = Twin(ground.city, scenario)
    twin.plan["first"] = FIRST
    return twin


def _future(twin: Twin, made: Replicate) -> Future:
    states, city = twin.states(), twin.city.map
    days = made.daily.shape[1] - FIRST
    new = states[(states["infected"] >= FIRST) & (states["infected"] < NEVER)]
    areas = city.cells["area"][city.people["cell"][new["person"]]].astype(np.int64)
    at = np.bincount(areas * days + new["infected"] - FIRST, minlength=len(city.areas) * days)
    daily = made.daily[list(ROWS.values()), FIRST:].copy()
    return Future(daily, at.reshape(-1, days).astype(np.int32), made.restricted_days, made.counts["contacts"])


def futures(  # noqa: PLR0913 (each may be told)
    standing: Standing,
    ground: Ground,
    scenario: Scenario,
    *,
    replicates: int,
    seed: int,
    weights: tuple[float, ...],
    heard: Heard = quiet,
) -> Futures:
    """Draw the starts of so many replicates."""
    held = belief(standing, scenario, seed)
    opening = Opening(standing, ground, scenario, held, seed)
    starts, drawn = [], []
    for number in range(replicates):
        start, told = opening.draw(number)
        starts.append(start)
        drawn.append(told)
        heard(number + 1, replicates)
    return Futures(standing, ground, scenario, held, seed, replicates, weights, tuple(starts), tuple(drawn))
