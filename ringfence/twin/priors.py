"""What is believed of a scenario's numbers before an outbreak is looked at, each with its source; and putting values in."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from ringfence.core.errors import Refused
from ringfence.twin import scenario as scenarios
from ringfence.twin.declared import CERTAINTIES, NOTHING_NEAR, File, nearest, opened
from ringfence.twin.disease import Course, Name
from ringfence.twin.scenario import Scenario

SHAPES = ("uniform", "loguniform", "normal", "whole")
NEEDED = {"uniform": (), "loguniform": (), "whole": (), "normal": ("mean", "sd")}
KEYS = ("shape", "least", "most", "mean", "sd", "source", "certainty")
COURSE = ("latent_days", "latent_sd", "gap_days", "gap_sd", "infectious_days", "infectious_sd")
TOGETHER: dict[str, tuple[float, float]] = {"tracing.outside": (0.0, 1.0), "measures.left": (0.0, 1.0)}
"""Several numbers at once: shares traced outside the household, times this; what measures leave outside schools."""
OUTSIDE = ("class_", "work", "ward", "friend", "near", "city")
MEASURED = ("work", "gatherings", "transit")


@dataclass(frozen=True, slots=True)
class Prior:
    """One number before the outbreak is looked at."""

    of: str
    shape: str
    least: float
    most: float
    mean: float = 0.0
    sd: float = 1.0
    source: str = ""
    certainty: str = "K"

    def value(self, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The quantiles at shares of (0, 1): float[n] from float[n]."""
        if self.shape == "loguniform":
            return np.asarray(self.least * (self.most / self.least) ** shares, np.float64)
        if self.shape == "whole":
            return np.asarray(
                np.minimum(self.least + np.floor(shares * (self.most - self.least + 1)), self.most), float
            )
        if self.shape == "normal":
            ends = stats.norm.cdf([self.least, self.most], self.mean, self.sd)
            found = stats.norm.ppf(ends[0] + shares * (ends[1] - ends[0]), self.mean, self.sd)
            return np.clip(np.asarray(found, np.float64), self.least, self.most)
        return self.least + shares * (self.most - self.least)


@dataclass(frozen=True, slots=True)
class Priors:
    """All numbers that are to be learnt, in the order of the file."""

    each: tuple[Prior, ...]

    @property
    def names(self) -> list[str]:
        """What they are of."""
        return [prior.of for prior in self.each]

    def values(self, normal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Values float[n, k] of points whose prior is standard normal, float[n, k]."""
        shares = stats.norm.cdf(normal)
        return np.column_stack([prior.value(shares[:, n]) for n, prior in enumerate(self.each)])

    def but(self, names: Sequence[str]) -> Priors:
        """Those of these names alone."""
        return Priors(tuple(prior for prior in self.each if prior.of in names))


def bounds_of(name: str) -> tuple[float, float, bool] | None:
    """(least, most, whether whole) of a number of a scenario that can be learnt; None where there is none of this name."""
    if name in TOGETHER:
        return (*TOGETHER[name], False)
    return known().get(name)


@cache
def known() -> dict[str, tuple[float, float, bool]]:
    """Every single number of a scenario and the course of a disease: name -> (least, most, whether whole).

    Left out is what the rate of transmission is worked out from: r0 alone says how much is transmitted.
    """
    found: dict[str, tuple[float, float, bool]] = {}
    kinds: dict[str, tuple[type, Sequence[str] | None]] = {
        name: (kind, None) for name, kind in scenarios.SECTIONS.items()
    }
    for section, (kind, only) in {**kinds, "course": (Course, COURSE), "disease": (Name, ("dispersion",))}.items():
        hints = typing.get_type_hints(kind)
        for each in dataclasses.fields(kind):
            if hints[each.name] in (int, float) and (only is None or each.name in only):
                meta = each.metadata
                found[f"{section}.{each.name}"] = (meta["least"], meta["most"], hints[each.name] is int)
    return {name: found[name] for name in found if name not in ("scenario.people", "scenario.days")}


def read_priors(path: Path) -> Priors:
    """Read a file of priors, `[prior."scenario.r0"]` and so on; refused by the key at fault, or where a prior is impossible."""
    file = opened(path)
    told = file.told.get("prior")
    if not isinstance(told, dict) or not told:
        raise Refused("priors_none", file=file.name)
    for section in file.told:
        if section != "prior":
            raise Refused("twin_key_unknown", file=file.name, key=f"[{section}]", nearest="prior", known="[prior]")
    return Priors(tuple(_prior(file, name, each) for name, each in told.items()))


def _prior(file: File, name: str, told: Any) -> Prior:
    if not isinstance(told, dict) or bounds_of(name) is None:
        names = [*known(), *TOGETHER]
        raise Refused(
            "prior_of_nothing", file=file.name, key=name, nearest=nearest(name, names), known=", ".join(sorted(names))
        )
    for key in told:
        if key not in KEYS:
            at = {"file": file.name, "key": f"{name}.{key}", "nearest": nearest(key, list(KEYS))}
            raise Refused("twin_key_unknown", **at, known=", ".join(KEYS))
    shape = told.get("shape", NOTHING_NEAR)
    if shape not in SHAPES:
        raise _unfit(file, name, "shape", shape, ", ".join(SHAPES))
    numbers: dict[str, float] = {}
    for key in ("least", "most", *NEEDED[shape]):
        if key not in told:
            raise Refused("twin_key_missing", file=file.name, key=f"{name}.{key}", means=f"a prior of shape {shape}")
        if isinstance(told[key], bool) or not isinstance(told[key], int | float) or not np.isfinite(told[key]):
            raise _unfit(file, name, key, told[key], "a number")
        numbers[key] = float(told[key])
    source, certainty = told.get("source", ""), told.get("certainty", "F1")
    if not isinstance(source, str) or not source:
        raise Refused("twin_source_missing", file=file.name, key=name, section=f'prior."{name}"', name="source")
    if certainty not in CERTAINTIES:
        raise _unfit(file, name, "certainty", certainty, ", ".join(CERTAINTIES))
    made = Prior(name, shape, source=source, certainty=certainty, **numbers)
    _check(file, made)
    return made


def _check(file: File, prior: Prior) -> None:
    least, most, whole = typing.cast("tuple[float, float, bool]", bounds_of(prior.of))
    fault = ""
    if prior.least > prior.most:
        fault = "least above most"
    elif prior.least < least or prior.most > most:
        fault = "beyond what the number can be"
    elif prior.shape == "loguniform" and prior.least <= 0:
        fault = "a logarithm of what is not above 0"
    elif whole != (prior.shape == "whole"):
        fault = "whole numbers need shape whole" if whole else "shape whole is for whole numbers"
    elif prior.shape == "normal" and (prior.sd <= 0 or not _any_mass(prior)):
        fault = "no chance at all between least and most"
    if fault:
        told = {"file": file.name, "key": prior.of, "from_": prior.least, "to": prior.most, "fault": fault}
        raise Refused("prior_impossible", **told, least=least, most=most)


def _any_mass(prior: Prior) -> bool:
    ends = stats.norm.cdf([prior.least, prior.most], prior.mean, prior.sd)
    return bool(ends[1] - ends[0] > 1e-9)  # noqa: PLR2004 (below it a quantile is noise)


def _unfit(file: File, name: str, key: str, value: Any, expected: str) -> Refused:
    return Refused("twin_value_unfit", file=file.name, key=f"{name}.{key}", value=str(value)[:80], expected=expected)


def put(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with these values: `{"scenario.r0": 4.2, "disease.dispersion": 0.3, "tracing.outside": 0.8}`."""
    sections: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, key = name.partition(".")
        if name == "tracing.outside":
            shares = {each: getattr(scenario.tracing, each) * value for each in OUTSIDE}
            sections.setdefault("tracing", {}).update(shares)
        elif name == "measures.left":
            rows = {each: tuple((*row[:-1], value) for row in getattr(scenario.measures, each)) for each in MEASURED}
            sections.setdefault("measures", {}).update(rows)
        else:
            bounds = bounds_of(name)
            sections.setdefault(section, {})[key] = int(value) if bounds and bounds[2] else float(value)
    disease = scenario.disease
    for part in ("disease", "course"):
        if told := sections.pop(part, {}):
            disease = dataclasses.replace(disease, **{part: dataclasses.replace(getattr(disease, part), **told)})
    return dataclasses.replace(scenario.but(**sections), disease=disease)
