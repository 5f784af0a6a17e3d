"""Pooled tests: what a tube of several people's swabs finds, what it misses, and what it costs.

Throughout: each infected member of a tube is detected independently of the others, with the sensitivity of a person's
own swab less what the pool loses; the tube is positive if any is detected, or falsely with probability 1 - specificity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRANGERS = 1e-6
"""A correlation below this makes no difference, and would lose the beta-binomial its digits."""


def sensitivity_by_day(days: npt.ArrayLike, told_days: npt.ArrayLike, missed: npt.ArrayLike) -> Floats:
    """Sensitivity of one person's own swab so many days after infection: float, the shape of `days`.

    `told_days` (ascending) and `missed` (shares, the same length) are the published false negatives. Straight lines run
    between them; outside them the first and the last hold, so an infection of today is as invisible as on the first
    day told. Nothing told gives NaN: what is not known is not reckoned with.
    Source of the COVID-19 values: Kucirka et al. 2020, Ann Intern Med 173(4): 262-267, doi:10.7326/M20-1495.
    """
    asked = np.asarray(days, dtype=np.float64)
    known = np.asarray(told_days, dtype=np.float64)
    if known.size == 0:
        return np.full(asked.shape, np.nan)
    return 1.0 - np.interp(asked, known, np.asarray(missed, dtype=np.float64))


def loss_in_pool(sizes: npt.ArrayLike, told_sizes: npt.ArrayLike, losses: npt.ArrayLike) -> Floats:
    """Share of the sensitivity that a tube of so many loses by dilution: float, the shape of `sizes`.

    A tube of one loses nothing; between the told sizes (ascending) the loss runs straight over the logarithm of the
    size, as Ct values rise by one for each doubling. Above the largest told size it is NaN: nobody validated it.
    """
    asked = np.asarray(sizes, dtype=np.float64)
    known = np.asarray(told_sizes, dtype=np.float64)
    lost = np.asarray(losses, dtype=np.float64)
    if known.size == 0 or known[0] > 1:
        known, lost = np.append(1.0, known), np.append(0.0, lost)
    found = np.interp(np.log2(asked), np.log2(known), lost)
    return np.where(asked > known[-1], np.nan, found)


def p_tube_positive(
    size: npt.ArrayLike, prevalence: npt.ArrayLike, sensitivity: npt.ArrayLike, specificity: npt.ArrayLike
) -> Floats:
    """Probability that a tube of `size` unrelated people is positive: float, the broadcast shape.

    1 - specificity x (1 - prevalence x sensitivity)^size; `sensitivity` is that in the tube.
    Source: Dorfman 1943, Ann Math Stat 14(4): 436-440, with imperfect tests as Graff and Roeloffs 1972,
    Technometrics 14(1): 113-122.
    """
    clean = -np.asarray(prevalence, dtype=np.float64) * np.asarray(sensitivity, dtype=np.float64)
    nothing_seen = _power_of_rest(clean, np.asarray(size, dtype=np.float64))
    result: Floats = 1.0 - np.asarray(specificity, dtype=np.float64) * nothing_seen
    return result


def _power_of_rest(less: Floats, power: Floats) -> Floats:
    """(1 + less)^power, exact for a tiny `less` and for -1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(power == 0, 1.0, np.exp(power * np.log1p(less)))
    return result


def p_household_undetected(
    members: npt.ArrayLike, prevalence: float, attack: float, sensitivity: npt.ArrayLike
) -> Floats:
    """Probability that no member of a household is detected in a tube: float, the broadcast shape.

    `attack` is the chance that another member is infected where one is (the household's secondary attack rate); the
    number infected is beta-binomial with mean `prevalence` and the correlation that gives this chance. With
    `attack` = `prevalence` the members are strangers to each other.
    Source: Skellam 1948, J R Stat Soc B 10(2): 257-261 (beta-binomial).
    """
    from scipy import stats  # noqa: PLC0415 (SciPy takes a second to load, and few ask this)

    size, seen = np.broadcast_arrays(np.asarray(members, dtype=np.int64), np.asarray(sensitivity, dtype=np.float64))
    together = (attack - prevalence) / (1 - prevalence) if prevalence < 1 else 0.0
    if together < STRANGERS or prevalence in (0.0, 1.0):
        return _power_of_rest(-prevalence * seen, size.astype(np.float64))
    ends = max(1 / together - 1, 1e-9)  # an attack rate of 1: all of a household or nobody
    a, b = prevalence * ends, (1 - prevalence) * ends
    infected = np.arange(int(size.max(initial=0)) + 1)
    chances = stats.betabinom.pmf(infected, size[..., None], a, b)
    result: Floats = np.sum(chances * (1 - seen[..., None]) ** infected, axis=-1)
    return result


def p_tube_of_households_positive(
    members: npt.ArrayLike, prevalence: float, attack: float, sensitivity: float, specificity: float
) -> float:
    """Probability that a tube holding whole households, int[n_households] members each, is positive."""
    undetected = p_household_undetected(members, prevalence, attack, sensitivity)
    return float(1.0 - specificity * np.prod(undetected))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundExpected:
    """What one round is expected to come to, in people and tubes (not whole numbers)."""

    infected: float  # people infected when swabbed
    found: float  # infected people in a positive tube whom their own swab confirms
    missed: float  # infected people not found: false negatives of the round
    tubes: float
    tubes_positive: float
    tubes_false: float  # positive tubes without an infected member
    singles: float  # members of positive tubes, all to be swabbed again singly and held until then
    held_needlessly: float  # of these, not infected
    called_falsely: float  # not infected, and positive in the tube and in their own swab


def expected_of_a_round(  # noqa: PLR0913 (each is a number of its own)
    people: float,
    infected_by_day: npt.ArrayLike,
    sensitivity: npt.ArrayLike,
    *,
    size: int,
    specificity: float,
    confirmed: float = 1.0,
) -> RoundExpected:
    """Expected true and false results of a round of `people` in tubes of `size` unrelated members.

    `infected_by_day`: float[n_days], infected people by days since infection; `sensitivity`: float[n_days], of a swab
    in the tube on that day. `confirmed` is the share of infected members of positive tubes whom their own swab, taken
    anew, confirms (1: who was seen in the tube is seen alone). In tubes of one the first swab is their own, and nobody
    is swabbed again. The last, smaller tube is left out of account.
    Source: Dorfman 1943, Ann Math Stat 14(4): 436-440; Graff and Roeloffs 1972, Technometrics 14(1): 113-122.
    """
    infected = np.asarray(infected_by_day, dtype=np.float64)
    seen = np.asarray(sensitivity, dtype=np.float64)
    total = float(infected.sum())
    prevalence = total / people if people else 0.0
    detected = float(np.sum(infected * seen)) / people if people else 0.0
    others_quiet = specificity * (1 - detected) ** (size - 1)  # of the tube, without one member of it
    in_positive = float(np.sum(infected * (1 - (1 - seen) * others_quiet)))
    needlessly = (people - total) * (1 - others_quiet)
    tubes = people / size
    found = in_positive * (confirmed if size > 1 else 1.0)
    return RoundExpected(
        infected=total,
        found=found,
        missed=total - found,
        tubes=tubes,
        tubes_positive=tubes * (1 - specificity * (1 - detected) ** size),
        tubes_false=tubes * (1 - prevalence) ** size * (1 - specificity),
        singles=in_positive + needlessly if size > 1 else 0.0,
        held_needlessly=needlessly,
        called_falsely=needlessly * (1 - specificity) if size > 1 else needlessly,
    )


def readings_per_person(
    sizes: npt.ArrayLike, prevalence: npt.ArrayLike, sensitivity: npt.ArrayLike = 1.0, specificity: npt.ArrayLike = 1.0
) -> Floats:
    """Expected readings in the laboratory for each person, of tubes and of single re-swabs: float, the broadcast shape.

    1/size + P(tube positive), and 1 for a tube of one.
    Source: Dorfman 1943, Ann Math Stat 14(4): 436-440.
    """
    size = np.asarray(sizes, dtype=np.float64)
    positive = p_tube_positive(size, prevalence, sensitivity, specificity)
    result: Floats = np.where(size == 1, 1.0, 1 / size + positive)
    return result


def best_size(prevalence: float, most: int, sensitivity: npt.ArrayLike = 1.0, specificity: float = 1.0) -> int:
    """The size of tube, 1 to `most`, that needs the fewest tests for each person; the smaller where two are equal.

    `sensitivity` may be float[most], of tubes of 1, 2, … people; sizes where it is NaN are not considered.
    Source: Dorfman 1943, Ann Math Stat 14(4): 436-440.
    """
    costs = readings_per_person(np.arange(1, most + 1), prevalence, sensitivity, specificity)
    return int(np.nanargmin(costs)) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdTubes:
    """What tubes of one household each are expected to come to."""

    tubes: int
    tubes_positive: float
    singles: float  # members of positive households, to be swabbed singly
    readings_per_person: float


def expected_of_household_tubes(
    members: npt.ArrayLike, prevalence: float, attack: float, sensitivity: npt.ArrayLike, specificity: float
) -> HouseholdTubes:
    """Expected tubes and re-swabs where each household, int[n_households] members, has one tube.

    `sensitivity` is a float, or float[n_households] for the size of each. A household of one needs no second swab.
    Infected people of one household share a tube, so that fewer tubes are positive than among strangers.
    """
    size = np.asarray(members, dtype=np.int64)
    positive = 1 - specificity * p_household_undetected(size, prevalence, attack, sensitivity)
    singles = float(np.sum(np.where(size > 1, size * positive, 0.0)))
    people = int(size.sum())
    return HouseholdTubes(
        tubes=int(size.size),
        tubes_positive=float(positive.sum()),
        singles=singles,
        readings_per_person=(size.size + singles) / people if people else float("nan"),
    )
