"""Marginal yield: what one more round of testing is expected to find, and how sure it is that nothing is left.

The model. People of an area were infected on the days `infected_from` to `infected_until`, on average in proportion to
exp(growth x day): a Poisson number each day. Each round swabs a share of the area and sees an infection of that age
with the sensitivity of its day; rounds miss independently of each other, but `never` is the share of people who come
to none. An infected person may also be noticed outside the rounds, by symptoms or by tracing. What each round found
then is Poisson too, and so is what is left. The size of the outbreak has Jeffreys' prior, the growth a flat one over
a range; both are worked out from the rounds, so that rounds that find less and less, and then nothing, speak for an
end, and a first clean round alone does not.

What it leaves out: one rate of growth holds for all the days, so a turn within them is smoothed over (ask for the
days since the turn alone); infections come in households, which makes the intervals too narrow; people noticed outside the
rounds are not counted as evidence; a sensitivity that is lower in some people than in others is not known of.
Source: Gamma-Poisson with a thinned Poisson process: Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., section 2.6;
Kingman 1993, Poisson Processes, section 5.1; prior: Jeffreys 1946, Proc R Soc A 186: 453-461.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

JEFFREYS = 0.5
GROWTHS = 49
"""So many rates of growth, evenly over their range, stand for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Rounds done in one area, in order of time; each array is [n_rounds]."""

    days: Ints  # the day of each, from any origin
    coverage: Floats  # share of all people of the area whose tube was read
    found: Ints  # infected people found by it who were not known and not in quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is known of an infection by days since infection; arrays are [n_days], the last entry holds ever after."""

    sensitivity: Floats  # of one round, in the tubes it uses
    noticed: Floats  # share found by then outside the rounds, never falling


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A number of people that is not known: its mean, the middle half, 90 in 100, and the chance that it is none."""

    mean: float
    half: tuple[int, int]
    ninety: tuple[int, int]
    p_none: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What the rounds done say of the one to come."""

    next_round: Reckoned  # infected people whom it would find
    undetected: Reckoned  # infected people whom nobody has found by its day, found by it or not
    growth: float  # new infections a day: the mean rate of growth, falling where negative


def noticed_by_day(n_days: int, median: float, longest: float, share: float) -> Floats:
    """Share of the infected whom their illness has made known by day 0, 1, … after infection: float[n_days].

    Onset is log-normal with this median and 97.5 in 100 by `longest`, both in days; `share` of the infected fall ill
    and seek care at once. Form: Lauer et al. 2020, Ann Intern Med 172(9): 577-582, doi:10.7326/M20-0504.
    """
    from scipy import stats  # noqa: PLC0415 (SciPy takes a second to load, and few ask this)

    spread = math.log(longest / median) / stats.norm.ppf(0.975)
    result: Floats = share * stats.lognorm.cdf(np.arange(n_days), spread, scale=median)
    return result


def _at(course: Floats, age: Ints) -> Floats:
    """The course at these ages: nothing before infection, the last entry after its end."""
    return np.where(age < 0, 0.0, course[np.clip(age, 0, course.size - 1)])


def _chances(
    rounds: Rounds, course: Course, infected_on: Ints, never: float, following: tuple[int, float]
) -> tuple[Floats, Floats, Floats]:
    """For infections of each day: (found first by each round [n_rounds, n_days], by the next, undetected by then)."""
    by_round = np.empty((rounds.days.size, infected_on.size))
    left = np.ones(infected_on.size)  # among those who come to rounds
    for row, (day, coverage) in enumerate(zip(rounds.days, rounds.coverage, strict=True)):
        age = day - infected_on
        seen = min(1.0, coverage / (1 - never)) * _at(course.sensitivity, age)
        by_round[row] = (1 - never) * left * (1 - _at(course.noticed, age)) * seen
        left = left * (1 - seen)
    day, coverage = following
    age = day - infected_on
    unnoticed = np.where(age < 0, 0.0, 1 - _at(course.noticed, age))
    seen = min(1.0, coverage / (1 - never)) * _at(course.sensitivity, age)
    return by_round, (1 - never) * left * unnoticed * seen, (never + (1 - never) * left) * unnoticed


def expected_yield(  # noqa: PLR0913 (each is a number of its own)
    rounds: Rounds,
    course: Course,
    *,
    infected_from: int,
    infected_until: int,
    next_day: int,
    next_coverage: float,
    never: float = 0.0,
    growth: tuple[float, float] = (-0.5, 0.3),
) -> Yield | None:
    """What a round on `next_day` would find, and what is undetected by then.

    Days count from the origin of `rounds.days`; people infected after `infected_until` (both ends count) are not
    reckoned with. `never`, below 1, is the share of people who come to no round; `growth` the range of rates a day
    that are held possible. None where the rounds could have found nothing, and so say nothing.
    """
    from scipy import special  # noqa: PLC0415 (SciPy takes a second to load, and few ask this)

    infected_on = np.arange(infected_from, infected_until + 1, dtype=np.int64)
    by_round, by_next, left = _chances(rounds, course, infected_on, never, (next_day, next_coverage))
    rates = np.linspace(*growth, GROWTHS) if growth[0] < growth[1] else np.array(growth[:1])
    weights = special.softmax(rates[:, None] * (infected_on - infected_from), axis=1)
    expected = weights @ by_round.T  # [n_rates, n_rounds], for one infection
    reach = expected.sum(axis=1)
    shape = JEFFREYS + rounds.found.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = special.xlogy(rounds.found, expected).sum(axis=1) - shape * np.log(reach)
    fit = np.where(reach > 0, fit, -np.inf)
    if not np.isfinite(fit.max()):
        return None
    trust = special.softmax(fit)
    kept = trust > 0
    told = (float(shape), reach[kept], trust[kept])
    return Yield(
        next_round=_reckoned(*told, (weights @ by_next)[kept]),
        undetected=_reckoned(*told, (weights @ left)[kept]),
        growth=float(trust @ rates),
    )


def _reckoned(shape: float, reach: Floats, trust: Floats, share: Floats) -> Reckoned:
    """A Poisson count of mean size x share, the size being Gamma(shape, reach): negative binomial for each rate."""
    from scipy import stats  # noqa: PLC0415 (SciPy takes a second to load, and few ask this)

    ratio = reach / (reach + share)

    def at_most(count: int) -> float:
        return float(trust @ stats.nbinom.cdf(count, shape, ratio))

    def quantile(level: float) -> int:
        low, high = -1, 1
        while at_most(high) < level:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if at_most(middle) < level else (low, middle)
        return high

    return Reckoned(
        mean=float(trust @ (shape * share / reach)),
        half=(quantile(0.25), quantile(0.75)),
        ninety=(quantile(0.05), quantile(0.95)),
        p_none=float(trust @ ratio**shape),
    )
