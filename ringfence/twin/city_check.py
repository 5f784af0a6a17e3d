"""A built city measured against its file, and its contacts against what is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.twin.city import City
from ringfence.twin.kernels.contacts import LAYERS, WEEK, Habits, contacts_of
from ringfence.twin.kernels.keyed import key, mix
from ringfence.twin.kernels.layout import KINDS, MALE, NONE, YEARS
from ringfence.twin.spread import habits

ASKED = 3_000
ROOM = 512
SAMPLED = 151
BANDS = 16
"""Five-year bands of age; the last is 75 and older."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How the people of a city meet, over a sample asked on every day of a week."""

    degree: float  # different people met on a day
    degree_sd: float
    by_layer: dict[str, float]  # contacts a day
    clustering: float  # share of pairs of a day's contacts that meet each other on the same day
    repeated: float  # share of a day's contacts who are met again on one of the six days after
    mixing: npt.NDArray[np.float64]  # [16, 16]: contacts a day of somebody of a band with each band


def people(city: City) -> dict[str, Any]:
    """Marginals as they came out: ages, sexes, households, groups."""
    everybody, teams = city.map.people, city.map.teams
    ages = everybody["age"] & YEARS
    first = (everybody["home"] & 15) == 0
    sizes = np.bincount(everybody["home"][first] >> 4)[1:]
    busy = everybody["team"] != NONE
    kinds = np.bincount(teams["kind"][everybody["team"][busy]], minlength=len(KINDS))
    return {
        "people": city.people,
        "households": int(first.sum()),
        "household_sizes": (sizes / sizes.sum()).round(5).tolist(),
        "male": float((everybody["age"] >= MALE).mean()),
        "under_15": float((ages < 15).mean()),  # noqa: PLR2004
        "60_and_over": float((ages >= 60).mean()),  # noqa: PLR2004
        **{f"in_{kind}": int(each) for kind, each in zip(KINDS, kinds, strict=True)},
        "teams": len(teams),
        "sites": len(city.map.sites),
        "cells": len(city.map.cells),
        "areas": len(city.map.areas),
        "megabytes": round(city.bytes / 1e6, 1),
    }


class _Asked:
    """Contacts of people, one after the other."""

    def __init__(self, city: City, seed: int) -> None:
        self.city = city
        self.habits: Habits = habits(city, 0)
        self.rep = np.uint64(key(np.uint64(mix(np.uint64(seed))), SAMPLED, 0))
        self.found, self.where = np.zeros(ROOM, np.int64), np.zeros(ROOM, np.int64)
        self.bits = np.zeros(ROOM, np.uint64)

    def on(self, person: int, day: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(people met, layers) of somebody on a day."""
        n = contacts_of(self.city.map, self.habits, self.rep, person, day, self.found, self.where, self.bits)
        return self.found[:n].copy(), self.where[:n].copy()


def meetings(city: City, seed: int = 1, asked: int = ASKED) -> Measured:
    """Measure contacts over `asked` people, each on one day of the week and the days after it."""
    ask = _Asked(city, seed)
    persons = np.random.default_rng([seed, SAMPLED]).integers(0, city.people, asked)
    ages = city.map.people["age"] & YEARS
    layers, degrees = np.zeros(len(LAYERS)), np.zeros(asked)
    mixing, of_band = np.zeros((BANDS, BANDS)), np.zeros(BANDS)
    closed = pairs = again = met_in_all = 0
    for n, person in enumerate(persons.tolist()):
        day = n % WEEK
        found, where = ask.on(person, day)
        layers += np.bincount(where, minlength=len(LAYERS))
        others = np.unique(found)
        degrees[n] = len(others)
        band = min(int(ages[person]) // 5, BANDS - 1)
        of_band[band] += 1
        np.add.at(mixing[band], np.minimum(ages[found] // 5, BANDS - 1), 1)
        if n % 10 == 0:  # the dearer questions, to fewer
            later = {each for after in range(1, WEEK) for each in ask.on(person, day + after)[0].tolist()}
            met_in_all, again = met_in_all + len(others), again + len(later & set(others.tolist()))
            known = set(others.tolist())
            closed += sum(len(known & set(ask.on(each, day)[0].tolist())) for each in known)
            pairs += len(known) * (len(known) - 1)
    return Measured(
        float(degrees.mean()), float(degrees.std()), dict(zip(LAYERS, (layers / asked).tolist(), strict=True)), closed / max(pairs, 1),
        again / max(met_in_all, 1), mixing / np.maximum(of_band, 1)[:, None],
    )  # fmt: skip


def assortativity(mixing: npt.NDArray[np.float64]) -> float:
    """Share of contacts with people of the same or a neighbouring band of five years, in all contacts of [n, n]."""
    n = len(mixing)
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= 1
    return float(mixing[near].sum() / mixing.sum())
