"""What cases on record say about those not found yet: when each was infected, how long finding takes, who is still hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfence.science.back_calculation import hidden, share_found
from ringfence.twin.city_file import ages_of
from ringfence.twin.disease import day_quantiles, generation_interval, sensitivities
from ringfence.twin.kernels.plan import QUANTILES
from ringfence.twin.live.standing import FIRST, TODAY, Known, Standing
from ringfence.twin.scenario import Scenario

LONGEST = 30
"""Days from infection after which nobody is found any more."""
BACK = 20
"""Days of the past on which infections still hidden are drawn."""
ASCERTAINED = 0.95
"""Share of infections that are ever found: not known to the desks."""
PRIOR_WEIGHT = 5.0
TRIES = 8
ENOUGH = 10
"""Cases with an onset from which the others are learnt."""
POOLED = 20
Ints = npt.NDArray[np.int64]


def draws(seed: int, *of: int) -> np.random.Generator:
    """Random numbers that depend on the seed and on what they are for alone."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *of])))


@dataclass(frozen=True)
class Course:
    """A disease's and a scenario's tables, as the kernels draw from them."""

    latent: Ints  # [1024]
    gap: Ints  # [1024]
    after: Ints  # [1024]: days from onset to a swab
    sensitivity: npt.NDArray[np.float64]  # [64], from 8 days before infectiousness
    since: npt.NDArray[np.float64]  # [64], its running share
    generation: npt.NDArray[np.float64]
    asymptomatic: npt.NDArray[np.float64]  # [101]
    r0: float
    dispersion: float
    tested: float
    turnaround: int

    @classmethod
    def of(cls, scenario: Scenario) -> Course:
        """The tables of a scenario."""
        told, testing = scenario.disease, scenario.testing
        sure = sensitivities(told.detection.sensitivity)
        return cls(
            latent=np.maximum(day_quantiles(told.course.latent_days, told.course.latent_sd), 1).astype(np.int64),
            gap=day_quantiles(told.course.gap_days, told.course.gap_sd).astype(np.int64),
            after=day_quantiles(testing.after_days, testing.after_sd).astype(np.int64),
            sensitivity=sure,
            since=np.cumsum(sure) / max(sure.sum(), 1e-12),
            generation=generation_interval(told),
            asymptomatic=ages_of(told.course.asymptomatic),
            r0=told.disease.r0,
            dispersion=told.disease.dispersion,
            tested=testing.ill_tested,
            turnaround=testing.turnaround_days,
        )

    def incubation(self, draw: np.random.Generator, size: int | tuple[int, ...]) -> tuple[Ints, Ints]:
        """Days from infection to infectiousness, and to onset."""
        latent = self.latent[draw.integers(0, QUANTILES, size)]
        return latent, np.maximum(latent + self.gap[draw.integers(0, QUANTILES, size)], 1)


def infected_on(draw: np.random.Generator, course: Course, cases: tuple[Known, ...]) -> tuple[Ints, Ints]:
    """A draw of each case's day of infection and of infectiousness: int[n] each, indices of days.

    With an onset, before or after the case was found, the incubation period is taken back from it. Who has none is taken to
    have been found as long after infection as somebody who has one; where hardly anybody has, the latent period and a day
    since infectiousness are drawn, in proportion to a swab's sensitivity. A draw that ends on or after the day on which
    the case was found is drawn anew.
    """
    found = np.array([each.found for each in cases], np.int64)
    onset = np.array([-1 if each.onset is None else each.onset for each in cases], np.int64)
    latent, incubated = course.incubation(draw, (TRIES, len(cases)))
    since = np.searchsorted(course.since, draw.random((TRIES, len(cases)))) - 8
    infected = np.where(onset >= 0, onset - incubated, found - course.turnaround - since - latent)
    fits = (infected < found) & (infected >= found - LONGEST)
    best = np.argmax(fits, axis=0), np.arange(len(cases))
    day = np.clip(np.where(fits[best], infected[best], found - 2), 0, found - 1)
    told = np.flatnonzero(onset >= 0)
    if len(told) >= ENOUGH:
        like = told[draw.integers(0, len(told), len(cases))]
        day = np.where(onset >= 0, day, np.maximum(found - (found[like] - day[like]), 0))
    return np.maximum(day, 0), np.maximum(day, 0) + latent[best]


@dataclass(frozen=True)
class Belief:
    """What is the same for all replicates."""

    course: Course
    seen: npt.NDArray[np.float64]  # share of each day's infections found by today: [FIRST]
    in_quarantine: float  # share of the recent cases that were found in quarantine
    settings: tuple[float, float]  # of household, of neighbourhood, among settings on record

    @property
    def median_delay(self) -> int:
        """Days from infection until half of those ever found are found."""
        return int(np.searchsorted(self.seen[::-1] / ASCERTAINED, 0.5))


def belief(standing: Standing, scenario: Scenario, seed: int) -> Belief:
    """Delays and shares from the cases on record, pooled over draws of their days of infection."""
    course = Course.of(scenario)
    draw, delays, limits = draws(seed, 1), [], []
    found = np.array([each.found for each in standing.cases], np.int64)
    for _ in range(POOLED):
        infected, _ready = infected_on(draw, course, standing.cases)
        recent = infected > TODAY - LONGEST
        delays.append((found - infected)[recent])
        limits.append((TODAY - infected)[recent])
    _, incubated = course.incubation(draw, 4000)
    usual = incubated + course.after[draw.integers(0, QUANTILES, 4000)] + course.turnaround
    prior = np.bincount(np.minimum(usual, LONGEST), minlength=LONGEST + 1) / 4000
    shares = share_found(np.concatenate(delays), np.concatenate(limits), LONGEST, prior, PRIOR_WEIGHT * POOLED)
    seen = np.full(FIRST, ASCERTAINED)
    seen[TODAY - LONGEST :] = ASCERTAINED * shares[::-1]
    last = [each for each in standing.cases if each.found > TODAY - 7]
    quarantined = (sum(each.in_quarantine for each in last) + 1) / (len(last) + 2)
    return Belief(course, seen, quarantined, _settings(standing.cases))


def _settings(cases: tuple[Known, ...]) -> tuple[float, float]:
    told = [each.setting for each in cases if each.setting]
    home, near = told.count("home"), sum(told.count(each) for each in ("shop", "meal", "leisure"))
    return (home + 3) / (len(told) + 10), (near + 4) / (len(told) + 10)


@dataclass(frozen=True)
class Unseen:
    """One draw: the cases' infections, and the hidden ones. `infector` counts cases first, then the hidden."""

    r: float
    infected: Ints  # [n cases]
    ready: Ints
    hidden: Ints  # [n hidden]: day of infection
    infector: Ints


def unseen(standing: Standing, held: Belief, draw: np.random.Generator) -> Unseen:
    """Draw when the cases were infected, the recent reproduction number, and who is infected and not found."""
    course = held.course
    infected, ready = infected_on(draw, course, standing.cases)
    counts = np.bincount(infected, minlength=FIRST).astype(np.float64)[:FIRST]
    own = np.bincount(infected[[each.imported for each in standing.cases]], minlength=FIRST).astype(np.float64)[:FIRST]
    made, r = hidden(
        draw, counts, own, held.seen, course.generation, dispersion=course.dispersion, most=course.r0, days=BACK
    )
    days = np.repeat(np.arange(FIRST), made)
    return Unseen(float(r[-1]), infected, ready, days, _infectors(draw, infected, days, course.generation))


def _infectors(
    draw: np.random.Generator, infected: Ints, days: Ints, generation: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Who infected each of the hidden, by how infectious each was on that day: int[n], -1 where nobody was."""
    everybody = np.concatenate([infected, days])
    infector = np.full(len(days), -1, np.int64)
    for day in np.unique(days):
        age = day - everybody
        weight = np.where(age > 0, generation[np.clip(age, 0, len(generation) - 1)], 0.0)
        until = np.cumsum(weight)
        those = np.flatnonzero(days == day)
        if until[-1] > 0:
            infector[those] = np.searchsorted(until, draw.random(len(those)) * until[-1], side="right")
    return infector
