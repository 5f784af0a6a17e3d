"""How likely two records are the same person: Fellegi and Sunter's weights over name, birth, sex, numbers and place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


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
SEX = {"same": Level(0.985, 0.5), "other": Level(0.015, 0.5)}
ID_NUMBER = {"same": Level(0.96, 1e-9), "slip": Level(0.025, 1e-6), "other": Level(0.015, 1 - 1e-6)}
PHONE = {"same": Level(0.55, 1e-6), "slip": Level(0.02, 1e-5), "other": Level(0.43, 1 - 1.1e-5)}
PLACE = {"same": Level(0.80, 0.002), "other": Level(0.20, 0.998)}
"""Levels of agreement, field by field; each field's m and each field's u sum to 1 over its levels (to rounding).

m: exact agreement in true pairs is 0.9-0.98 for birth and sex and about 0.85-0.9 for names in hospital and population registers
(Sayers et al. 2016, Int J Epidemiol 45(3): 954-964, doi:10.1093/ije/dyv322; Zhu et al. 2015, J Biomed Inform 56: 80-86).
u: chance agreement, as 1/365.25/70 for a birth date, 1/2 for sex, 1/1000 order for a full Chinese or Latin name; a number guarded by a
check digit or of eleven digits agrees by chance about never. These are starting values for a register of a city; a site that has reviewed
pairs should replace them by its own counts.
"""

NAME_NEAR, NAME_ALIKE = 0.92, 0.80
"""Likeness from which a name is `near` (same sound, other script, one letter) or `alike`."""

CERTAIN, POSSIBLE = 18.0, 6.0
"""Bits: from CERTAIN a pair is offered as the same person, from POSSIBLE for review; below, it is not offered."""


@dataclass(frozen=True, slots=True)
class Match:
    """What comparing two records came to."""

    weight: float  # bits, the sum over the fields told on both sides
    fields: tuple[tuple[str, str, float], ...]  # (field, level, bits)

    def probability(self, prior: float) -> float:
        """The probability of one person, from the probability before anything was compared."""
        odds = prior / (1 - prior) * 2.0**self.weight
        return odds / (1 + odds)


def name_level(likeness: float) -> str:
    """The level of a name's likeness, 0 to 1 (`names.likeness`)."""
    if likeness == 1.0:
        return "same"
    return "near" if likeness >= NAME_NEAR else "alike" if likeness >= NAME_ALIKE else "other"


def birth_level(one: tuple[int, int, int], other: tuple[int, int, int]) -> str:
    """The level of two birth dates (year, month, day): `slip` is day and month swapped or one part wrong, `year` within a year."""
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

    Fields: name, birth, sex, id_number, phone, place. Source: Fellegi & Sunter 1969, J Am Stat Assoc 64(328): 1183-1210.
    """
    fields = tuple((name, level, TABLES[name][level].weight) for name, level in levels.items())
    return Match(sum(weight for _, _, weight in fields), fields)


TABLES: dict[str, dict[str, Level]] = {
    "name": NAME, "birth": BIRTH, "sex": SEX, "id_number": ID_NUMBER, "phone": PHONE, "place": PLACE,
}  # fmt: skip


def most_it_can_be(
    birth: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    sex: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    same_place: npt.NDArray[np.bool_],
    numbers: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The most bits that pairs can come to, float[n_pairs], by what is known without opening an identity; names may yet be the same.

    `birth`: days since 1970, most negative for unknown; `sex`: ISO/IEC 5218; `numbers`: bits already certain from equal keyed hashes
    of numbers. A pair that cannot reach POSSIBLE need not be opened.
    """
    one, other = birth
    unknown = np.iinfo(np.int32).min
    told = (one != unknown) & (other != unknown)
    best = np.where(one == other, BIRTH["same"].weight, BIRTH["slip"].weight)
    years = [days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) for days in birth]
    months = [days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) for days in birth]
    days = [days - month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for days, month in zip(birth, months, strict=True)]
    month_of = [month % 12 for month in months]
    alike = (years[0] == years[1]).astype(int) + (month_of[0] == month_of[1]) + (days[0] == days[1])
    swapped = (years[0] == years[1]) & (month_of[0] == days[1]) & (month_of[1] == days[0])
    no_slip = (alike < 2) & ~swapped  # noqa: PLR2004 (two of three parts)
    close = np.where(np.abs(years[0] - years[1]) <= 1, BIRTH["year"].weight, BIRTH["other"].weight)
    best = np.where(no_slip, close, best)
    sexes = np.where(sex[0] == sex[1], SEX["same"].weight, SEX["other"].weight)
    sexes = np.where((sex[0] == 0) | (sex[1] == 0), 0.0, sexes)
    places = np.where(same_place, PLACE["same"].weight, PLACE["other"].weight)
    return NAME["same"].weight + np.where(told, best, 0.0) + sexes + places + numbers  # type: ignore[no-any-return]
