"""The natural history of a disease, each number with its source, and its tables of quantiles for the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from ringfence.core.errors import Refused
from ringfence.twin.declared import Rows, Sourced, check_sections, number, opened, rows, section, text
from ringfence.twin.kernels.plan import QUANTILES

SHIPPED = Path(__file__).parent / "diseases"
LONGEST = 40
"""Days after which nobody is infectious any more."""


@dataclass(frozen=True, slots=True)
class Name:
    """Section [disease]."""

    code: str = text("the disease's code")
    title: str = text("its name")
    r0: float = number("mean hits of one case where all are susceptible", most=50)
    dispersion: float = number("shape of the gamma by which cases differ; large: all alike", least=0.02)


@dataclass(frozen=True, slots=True)
class Course:
    """Section [course]."""

    latent_days: float = number("mean days from infection to infectiousness", least=0.1, most=60)
    latent_sd: float = number("their standard deviation", most=60)
    gap_days: float = number(
        "mean days from infectiousness to symptoms; negative where symptoms come first", least=-20, most=60
    )
    gap_sd: float = number("their standard deviation", most=60)
    infectious_days: float = number("mean days from the begin of infectiousness to a transmission", least=0.0, most=60)
    infectious_sd: float = number("their standard deviation", most=60)
    asymptomatic: Rows = rows("share without symptoms by age", row=3, most=1)
    asymptomatic_infectious: float = number("their infectiousness, where those with symptoms have 1", most=1)
    susceptible: Rows = rows("relative susceptibility by age", row=3, most=100)


@dataclass(frozen=True, slots=True)
class Settings:
    """Section [settings]."""

    home: float = number("relative force of a day's contact in the household")
    class_: float = number("… in a school")
    work: float = number("… at work")
    ward: float = number("… in a ward")
    friend: float = number("… with friends")
    near: float = number("… in the neighbourhood")
    city: float = number("… across the city")
    home_exponent: float = number(
        "0: each member of a large household is as exposed as in a small one; 1: shared out", most=1
    )


@dataclass(frozen=True, slots=True)
class Severity:
    """Section [severity]."""

    hospital: Rows = rows("share of infected who come to need a hospital, by age", row=3, most=1)
    fatal: Rows = rows("share of infected who die, by age", row=3, most=1)
    hospital_after: int = number("days from onset to hospital", most=60)
    hospital_days: int = number("days in hospital", most=200)


@dataclass(frozen=True, slots=True)
class Detection:
    """Section [detection]."""

    sensitivity: Rows = rows(
        "share of swabs read as positive, [from, to, share], by days since infectiousness began",
        row=3,
        first=-8,
        most=1,
    )
    specificity: float = number("share of tubes without the germ that are read as negative", least=0.5, most=1)


@dataclass(frozen=True, slots=True)
class Vaccine:
    """Section [vaccine]."""

    infection: float = number("protection from infection", most=1)
    transmission: float = number("protection from passing it on", most=1)
    severe: float = number("protection from severe illness, of those infected", most=1)


SECTIONS = {
    "disease": Name, "course": Course, "settings": Settings, "severity": Severity, "detection": Detection, "vaccine": Vaccine,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease as the twin knows it."""

    disease: Name
    course: Course
    settings: Settings
    severity: Severity
    detection: Detection
    vaccine: Vaccine
    sourced: tuple[Sourced, ...] = ()


def read_disease(path: Path) -> Disease:
    """Read a disease's file; refused by the key that is wrong, missing or without a source."""
    file = opened(path)
    check_sections(file, SECTIONS)
    parts: dict[str, Any] = {name: section(file, name, kind) for name, kind in SECTIONS.items()}
    found = Disease(**parts, sourced=tuple(file.sourced))
    if found.course.latent_days + found.course.infectious_days > LONGEST:
        told = f"{found.course.latent_days + found.course.infectious_days:g}"
        expected = f"a generation of at most {LONGEST} days with course.latent_days"
        raise Refused("twin_value_unfit", file=file.name, key="course.infectious_days", value=told, expected=expected)
    return found


# -- tables -----------------------------------------------------------------------------------------------------------

MIDDLES = (np.arange(QUANTILES) + 0.5) / QUANTILES


@lru_cache(256)
def day_quantiles(mean: float, sd: float) -> npt.NDArray[np.int16]:
    """1,024 quantiles, in whole days, of a gamma with this mean and standard deviation; a negative mean is mirrored.

    A draw takes one of them: the distribution is what stands here, so that theory can be worked out from it exactly.
    A day is rounded by chance (quantile by quantile), which keeps the mean.
    """
    if mean < 0:
        return np.negative(day_quantiles(-mean, sd))
    if sd <= 0 or mean == 0:
        spread = np.full(QUANTILES, mean)
    else:
        shape = (mean / sd) ** 2
        spread = stats.gamma.ppf(MIDDLES, shape, scale=mean / shape)
    # why not np.round: with an sd below a day it would move the mean by up to half a day
    golden = (np.arange(QUANTILES) * 0.6180339887498949) % 1.0
    return np.asarray(np.clip(np.floor(spread + golden), 0, 120), np.int16)


@lru_cache(256)
def heat_quantiles(dispersion: float) -> npt.NDArray[np.float64]:
    """1,024 quantiles of a gamma with mean 1 and this shape, scaled so that their mean is 1 exactly."""
    if dispersion >= 100:  # noqa: PLR2004 (all alike)
        return np.ones(QUANTILES)
    spread = stats.gamma.ppf(MIDDLES, dispersion, scale=1 / dispersion)
    return np.asarray(spread / spread.mean(), np.float64)


def generation_interval(disease: Disease) -> npt.NDArray[np.float64]:
    """Share of transmissions on each day after infection: float[161], from the very tables that the kernels draw from."""
    latent = np.maximum(day_quantiles(disease.course.latent_days, disease.course.latent_sd), 1)
    profile = day_quantiles(disease.course.infectious_days, disease.course.infectious_sd)
    one = np.bincount(latent, minlength=161) / QUANTILES
    other = np.bincount(profile, minlength=161) / QUANTILES
    shares: npt.NDArray[np.float64] = np.convolve(one, other)[:161]
    return shares


def sensitivities(told: Rows) -> npt.NDArray[np.float64]:
    """Sensitivity by days since infectiousness began, from 8 days before: float[64]."""
    table = np.zeros(64)
    for first, last, share in told:
        begins, ends = max(int(first) + 8, 0), min(int(last) + 8, 63)
        table[begins : ends + 1] = share
    return table
