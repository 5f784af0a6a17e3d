"""Calibration to an outbreak: approximate Bayesian computation, generation after generation (ABC-SMC).

A parameter set is tried by one replicate of its own and kept where the replicate is near what was seen. Each generation
moves the last one's sets a little and asks for half its distance. Parameters live where their priors are standard normal, so
that no move leaves a prior. Every draw is keyed by (seed, generation, try): tries may be made anywhere, in any order.
Sources: Toni et al. 2009 (doi:10.1098/rsif.2008.0172); Del Moral et al. 2012 (doi:10.1007/s11222-011-9271-y) for the
tolerance by quantile.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ringfence.core.errors import Refused
from ringfence.science import smc
from ringfence.twin.city import City
from ringfence.twin.kernels.keyed import key, mix, unit
from ringfence.twin.priors import Priors, put
from ringfence.twin.scenario import Scenario
from ringfence.twin.seen import Seen
from ringfence.twin.spread import Twin
from ringfence.twin.spreading import spread_over
from ringfence.twin.watched import Watched, watch

Floats = npt.NDArray[np.float64]

BATCH = 512
"""Tries at a time; the same for any number of workers, or their number would change what is kept."""
TRIES_OF_ONE = 1 << 22
"""Replicates are numbered generation * TRIES_OF_ONE + try."""
PICKED, MOVED, FRESH = 401, 409, 419
HOPELESS, HOPELESS_AT_LEAST = 10, 200
"""A replicate with so many times as many infections as cases were seen, and so many more, is given up."""
GIVEN_UP = 100_000
"""Infections at which a replicate of `Futures` is given up: out of hand, and slow."""
FIRST_TRIES = 5
"""Tries for each particle of the first generation, of which the nearest are kept."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to go on."""

    particles: int = 200
    generations: int = 12
    least_accepted: float = 0.02
    most_runs: int = 60_000
    seed: int = 1
    workers: int = 1
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one generation came to."""

    tolerance: float
    tries: int
    accepted: float
    effective: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed after the outbreak has been looked at."""

    names: list[str]
    points: Floats = field(repr=False)  # [n, k], where the prior is standard normal
    values: Floats = field(repr=False)  # [n, k]
    weights: Floats = field(repr=False)  # [n], adding up to 1
    distances: Floats = field(repr=False)  # [n]
    generations: tuple[Generation, ...] = ()

    @property
    def runs(self) -> int:
        """Replicates that were run for it."""
        return sum(each.tries for each in self.generations)

    def summary(self) -> list[dict[str, Any]]:
        """Each number: mean, quantiles, and how much narrower than its prior it has become."""
        shares = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
        narrower = smc.contraction(self.points, self.weights)
        return [
            {
                "of": name, "mean": float(self.weights @ self.values[:, n]), "contraction": float(narrower[n]),
                **dict(zip(("0.05", "0.25", "0.5", "0.75", "0.95"),
                           smc.weighted_quantiles(self.values[:, n], self.weights, shares).tolist(), strict=True)),
            }
            for n, name in enumerate(self.names)
        ]  # fmt: skip


@dataclass(frozen=True)
class Tries:
    """The tries of one generation; each depends on its number alone."""

    twin: Twin  # at an r0 of 1
    priors: Priors
    seen: Seen
    seed: int
    generation: int
    before: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    weights: Floats = field(default_factory=lambda: np.zeros(0))
    factor: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def one(self, number: int) -> tuple[Floats, float]:
        """The point tried, float[k], and the distance of its replicate."""
        base = np.uint64(key(np.uint64(mix(np.uint64(self.seed))), self.generation * TRIES_OF_ONE + number, FRESH))
        point = normals(base, len(self.priors.each))
        if len(self.before):
            reached = np.cumsum(self.weights)
            at = min(int(np.searchsorted(reached, unit(key(base, 0, PICKED)) * reached[-1])), len(self.before) - 1)
            point = self.before[at] + self.factor @ point
        values = dict(zip(self.priors.names, self.priors.values(point[None, :])[0], strict=True))
        twin = with_values(self.twin, values)
        twin.plan["stop_above"] = HOPELESS * self.seen.total + HOPELESS_AT_LEAST
        deep = self.seen.delay is not None
        watched = watch(twin, self.generation * TRIES_OF_ONE + number, self.seed, self.seen.days, deep=deep)
        return point, self.seen.distance(watched)


def normals(base: np.uint64, n: int) -> Floats:
    """Standard normal draws float[n] of a key."""
    shares = np.array([unit(key(base, each, MOVED)) for each in range(n)])
    return np.asarray(ndtri(np.clip(shares, 1e-12, 1 - 1e-12)), np.float64)


def unit_twin(city: City, scenario: Scenario) -> Twin:
    """The scenario at the rate of an r0 of 1: what others of the same contacts are scaled from."""
    twin = Twin(city, scenario.but(scenario={"r0": 1.0}))
    return twin.instead(scenario, float(twin.plan["rate"][0]))


def with_values(twin: Twin, values: dict[str, float]) -> Twin:
    """A twin of `unit_twin` with values of a prior; r0 as they say, else as the scenario or its disease does."""
    scenario = put(twin.scenario, values)
    own = scenario.scenario.r0
    return twin.instead(scenario, float(twin.plan["rate"][0]) * (own if own >= 0 else scenario.disease.disease.r0))


def calibrate(  # noqa: PLR0913 (what is asked, and who listens)
    city: City,
    scenario: Scenario,
    priors: Priors,
    seen: Seen,
    effort: Effort,
    heard: Callable[[str], None] = lambda _: None,
) -> Posterior:
    """The posterior of the priors' numbers, given what was seen; refused where no try comes near at all."""
    if scenario.scenario.days <= seen.days:
        raise Refused("calibration_too_short", days=scenario.scenario.days, seen=seen.days)
    twin = unit_twin(city, scenario)
    found = _first(Tries(twin, priors, seen, effort.seed, 0), effort)
    heard(_line(0, found.generations[-1]))
    for number in range(1, effort.generations):
        following = _next(found, Tries(twin, priors, seen, effort.seed, number), effort)
        if following is None:
            break
        found = following
        heard(_line(number, found.generations[-1]))
        if found.generations[-1].accepted < effort.least_accepted:
            break
    return found


def _line(number: int, told: Generation) -> str:
    return f"generation {number}: within {told.tolerance:.3f}, {told.accepted:.1%} of {told.tries} tries"


def _tried(tries: Tries, first: int, many: int, effort: Effort) -> list[tuple[Floats, float]]:
    return list(spread_over(range(first, first + many), tries.one, workers=effort.workers, cluster=effort.cluster))


def _first(tries: Tries, effort: Effort) -> Posterior:
    many = FIRST_TRIES * effort.particles
    found = [each for each in _tried(tries, 0, many, effort) if math.isfinite(each[1])]
    if len(found) < max(10, effort.particles // 10):
        raise Refused("calibration_nothing_near", tries=many, found=len(found))
    found = sorted(found, key=lambda each: each[1])[: effort.particles]
    points = np.array([point for point, _ in found])
    weights = np.full(len(found), 1 / len(found))
    distances = np.array([distance for _, distance in found])
    told = Generation(float(distances.max()), many, len(found) / many, float(len(found)))
    return Posterior(tries.priors.names, points, tries.priors.values(points), weights, distances, (told,))


def _next(last: Posterior, tries: Tries, effort: Effort) -> Posterior | None:
    """The generation within half of the last one's distances; None where the runs do not suffice for it."""
    tolerance = float(smc.weighted_quantiles(last.distances, last.weights, np.array([0.5]))[0])
    factor = smc.moves(last.points, last.weights)
    tries = Tries(tries.twin, tries.priors, tries.seen, tries.seed, tries.generation, last.points, last.weights, factor)
    kept: list[tuple[Floats, float]] = []
    tried = 0
    while len(kept) < effort.particles and last.runs + tried < effort.most_runs:
        for each in _tried(tries, tried, BATCH, effort):
            tried += 1
            if each[1] <= tolerance:
                kept.append(each)
                if len(kept) == effort.particles:
                    break
    if len(kept) < effort.particles:
        return None
    points = np.array([point for point, _ in kept])
    weights = smc.new_weights(points, last.points, last.weights, factor)
    distances = np.array([distance for _, distance in kept])
    told = Generation(tolerance, tried, len(kept) / tried, smc.effective_size(weights))
    values = tries.priors.values(points)
    return Posterior(last.names, points, values, weights, distances, (*last.generations, told))


# -- what follows from it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Futures:
    """Replicates of chosen values with fresh chance; each depends on its number alone."""

    twin: Twin
    names: list[str]
    values: Floats  # [n, k]
    seed: int
    days: int

    def one(self, number: int) -> Watched | None:
        """The replicate of a number, with the values of that place."""
        row = self.values[number % len(self.values)]
        twin = with_values(self.twin, dict(zip(self.names, row, strict=True)))
        twin.plan["stop_above"] = GIVEN_UP
        return watch(twin, number, self.seed, self.days)


def chosen(posterior: Posterior, many: int, seed: int) -> Floats:
    """Values of a posterior, float[many, k], each as often as its weight says."""
    start = float(unit(key(np.uint64(mix(np.uint64(seed))), many, PICKED)))
    return posterior.values[smc.resampled(posterior.weights, many, start)]
