"""How likely two records are the same person: Fellegi and Sunter's weights over name, birth, sex, numbers and place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int32]
NO_BIRTH = np.iinfo(np.int32).min


class Level(NamedTuple):
    """How far two values agree: how often that is so among true pairs (m) and among strangers (u)."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """log2(m / u): bits of evidence for (positive) or against (negative) one person."""
        return math.log2(self.m / self.u)


NAME = {
    "same": Level(0.86, 0.0008),
    "near": Level(0.09, 0.0012),
    "alike": Level(0.03, 0.008),
    "other": Level(0.02, 0.99),
}
BIRTH = {
    "same": Level(0.93, 1 / 25_000),
    "slip": Level(0.03, 1 / 2_500),
    "year": Level(0.025, 1 / 30),
    "other": Level(0.015, 0.966),
}
BIRTH_YEAR = {"same": Level(0.9, 1 / 70), "year": Level(0.08, 1 / 35), "other": Level(0.02, 0.957)}
SEX = {"same": Level(0.985, 0.5), "other": Level(0.015, 0.5)}
ID_NUMBER = {"same": Level(0.96, 1e-9), "slip": Level(0.025, 1e-6), "other": Level(0.015, 1 - 1e-6)}
PHONE = {"same": Level(0.55, 1e-6), "slip": Level(0.02, 1e-5), "other": Level(0.43, 1 - 1.1e-5)}
PLACE = {"same": Level(0.80, 0.002), "other": Level(0.20, 0.998)}
"""Levels of agreement, field by field; each field's m and each field's u sum to 1 over its levels (to rounding).

m: exact agreement in true pairs is 0.9-0.98 for birth and sex and about 0.85-0.9 for names in hospital and population
registers (Sayers et al. 2016, Int J Epidemiol 45(3): 954-964, doi:10.1093/ije/dyv322; Zhu et al. 2015, J Biomed Inform
56: 80-86). u: chance agreement, as 1/365.25/70 for a birth date, 1/2 for sex, 1/1000 order for a full Chinese or Latin
name; a number guarded by a check digit or of eleven digits agrees by chance about never. These are starting values for
a register of a city; a site that has reviewed pairs should replace them by its own counts.
"""

NAME_NEAR, NAME_ALIKE = 0.92, 0.80
"""Likeness from which a name is `near` (same sound, other script, one letter) or `alike`."""

POSSIBLE, REVIEW, CERTAIN = 6.0, 14.0, 20.0
"""Bits from which a pair is offered.

POSSIBLE where someone is entered and asked about; REVIEW in lists over a whole register, where chance has a million
tries; from CERTAIN on a pair is called the same person unless a look says otherwise.
"""


@dataclass(frozen=True, slots=True)
class Match:
    """What comparing two records came to."""

    weight: float  # bits, the sum over the fields told on both sides
    fields: tuple[tuple[str, str, float], ...]  # (field, level, bits)

    def probability(self, prior: float) -> float:
        """The probability of one person, from the probability before anything was compared."""
        odds = prior / (1 - prior) * math.exp2(self.weight)
        return odds / (1 + odds)


def name_level(likeness: float) -> str:
    """The level of a name's likeness, 0 to 1 (`names.likeness`)."""
    if likeness == 1.0:
        return "same"
    return "near" if likeness >= NAME_NEAR else "alike" if likeness >= NAME_ALIKE else "other"


def birth_level(one: tuple[int, int, int], other: tuple[int, int, int]) -> str:
    """The level of two births (year, month, day): `slip` is day and month swapped or one part wrong."""
    if one == other:
        return "same"
    swapped = one[0] == other[0] and one[1] == other[2] and one[2] == other[1]
    if swapped or sum(a == b for a, b in zip(one, other, strict=True)) == 2:  # noqa: PLR2004 (two of three parts)
        return "slip"
    return "year" if abs(one[0] - other[0]) <= 1 else "other"


def number_level(one: str, other: str) -> str:
    """The level of two numbers: `slip` is one digit wrong or two neighbours swapped."""
    if one == other:
        return "same"
    if len(one) != len(other):
        return "other"
    apart = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) == 1:
        return "slip"
    first, second = (apart[0], apart[1]) if len(apart) == 2 else (0, 0)  # noqa: PLR2004 (a swap touches two)
    return "slip" if second - first == 1 and one[first] == other[second] and one[second] == other[first] else "other"


def match(levels: dict[str, str]) -> Match:
    """The sum of weights over `field -> level`; fields not told on both sides are left out and weigh nothing.

    Fields: those of `TABLES`; `birth_year` stands in for `birth` where one side knows only the year. Source: Fellegi &
    Sunter 1969, J Am Stat Assoc 64(328): 1183-1210.
    """
    fields = tuple((name, level, TABLES[name][level].weight) for name, level in levels.items())
    return Match(sum(weight for _, _, weight in fields), fields)


TABLES: dict[str, dict[str, Level]] = {
    "name": NAME, "birth": BIRTH, "birth_year": BIRTH_YEAR, "sex": SEX, "id_number": ID_NUMBER,
    "phone": PHONE, "place": PLACE,
}  # fmt: skip


def most_it_can_be(
    birth: tuple[Days, Days],
    exact: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    sex: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    same_place: npt.NDArray[np.bool_],
    certain: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The most bits that pairs can come to, float[n_pairs], before identities are opened: names may yet be the same.

    `birth`: days since 1970, NO_BIRTH for unknown, `exact` where known to the day; `sex`: ISO/IEC 5218; `certain`:
    bits of numbers whose keyed hashes are equal. Phones and numbers not known to be equal count 0 here, although a
    slip in one would still weigh for a pair. A pair that cannot reach REVIEW is not worth opening.
    """
    sexes = np.where(sex[0] == sex[1], SEX["same"].weight, SEX["other"].weight)
    sexes = np.where((sex[0] == 0) | (sex[1] == 0), 0.0, sexes)
    places = np.where(same_place, PLACE["same"].weight, PLACE["other"].weight)
    return NAME["same"].weight + birth_bits(birth, exact) + sexes + places + certain


def birth_bits(
    birth: tuple[Days, Days], exact: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
) -> npt.NDArray[np.float64]:
    """The bits of pairs of births, float[n_pairs], by `birth_level` or the year alone; 0 where one is unknown."""
    (years, months, days), (other_years, other_months, other_days) = map(_parts, birth)
    same_year, apart = years == other_years, np.abs(years - other_years)
    parts = same_year.astype(int) + (months == other_months) + (days == other_days)
    slip = (parts == 2) | (same_year & (months == other_days) & (days == other_months))  # noqa: PLR2004 (two of three)
    to_day = np.select(
        [parts == 3, slip, apart <= 1],  # noqa: PLR2004 (all three)
        [BIRTH[level].weight for level in ("same", "slip", "year")],
        BIRTH["other"].weight,
    )
    to_year = np.select(
        [same_year, apart <= 1], [BIRTH_YEAR[level].weight for level in ("same", "year")], BIRTH_YEAR["other"].weight
    )
    told = (birth[0] != NO_BIRTH) & (birth[1] != NO_BIRTH)
    return np.where(told, np.where(exact[0] & exact[1], to_day, to_year), 0.0)


def _parts(born: Days) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(years since 1970, month and day from 1) of days since 1970."""
    dates = born.astype(np.int64).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return dates.astype("datetime64[Y]").astype(np.int64), months.astype(np.int64) % 12 + 1, day
