"""CITY.toml: the marginals from which a city is built, each with its source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.twin.declared import (
    Row,
    Rows,
    Sourced,
    by_age,
    check_sections,
    nearest,
    number,
    opened,
    rows,
    section,
    text,
)
from ringfence.twin.kernels.layout import KINDS

SHIPPED = Path(__file__).parent / "cities"
AGES = 101
LARGEST = 15
ADULT = 18
MOST_CELLS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Name:
    """Section [city]."""

    code: str = text("the city's code, before the numbers of its people")
    title: str = text("its name")
    people: int = number("how many people it has", least=100, most=4e9)
    lon: float = number("longitude of its centre", least=-180, most=180)
    lat: float = number("latitude of its centre", least=-80, most=80)


@dataclass(frozen=True, slots=True)
class Space:
    """Section [space]."""

    cell_people: int = number("people in a cell", least=20, most=60_000)
    area_people: int = number("people in an area", least=100)
    district_areas: int = number("areas in a district", least=1)
    people_per_km2: float = number("people for each square kilometre", least=1)
    shops_per_thousand: float = number("shops for each 1,000 people", least=0.1, most=100)
    transit_lines: int = number("bus and metro lines of the city", least=1, most=60_000)
    site_rooms: int = number("rooms of a quarantine site", least=1)
    sites_per_area: int = number("quarantine sites of an area")


@dataclass(frozen=True, slots=True)
class Ages:
    """Section [ages]."""

    bands: Rows = rows("people by age, [from, to, how many]", row=3)
    male: float = number("share of men and boys", most=1)


@dataclass(frozen=True, slots=True)
class Households:
    """Section [households]."""

    sizes: Row = number("households of 1, 2, … people")
    generations: Rows = rows("[size, share of one, of two, of three generations]", row=4, most=1)
    generation_gap: float = number("years between parent and child", least=14, most=45)
    generation_gap_sd: float = number("their standard deviation", most=10)


@dataclass(frozen=True, slots=True)
class Schools:
    """Section [schools]."""

    enrolled: Rows = rows("share in a class by age", row=3, most=1)
    stages: Rows = rows("stage of schooling by age", row=3)
    class_size: int = number("pupils in a class", least=2, most=200)
    school_classes: int = number("classes in a school", least=1, most=200)
    teachers: int = number("teachers of a class", most=10)


@dataclass(frozen=True, slots=True)
class Work:
    """Section [work]."""

    employed: Rows = rows("share at work by age, of those who are in no class", row=3, most=1)
    exponent: float = number("exponent of the sizes of workplaces", least=0.5, most=3)
    largest: int = number("people in the largest workplace", least=2, most=60_000)
    team_size: int = number("people in a team", least=2, most=200)
    ward_share: float = number("share of those at work who work in wards", most=0.5)
    ward_size: int = number("staff of a ward", least=2, most=200)
    hospital_wards: int = number("wards of a hospital", least=1, most=200)
    local: float = number("share who work in their own area", most=1)
    reach_areas: float = number("areas between home and work, in each direction, for the others", most=100)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Section [contacts]."""

    class_slots: int = number("contacts a school day in the class", most=60)
    school_slots: int = number("contacts a school day in the rest of the school", most=60)
    team_slots: int = number("contacts a working day in the team", most=60)
    work_slots: int = number("contacts a working day in the rest of the workplace", most=60)
    ward_slots: int = number("contacts a day in the ward", most=60)
    hospital_slots: int = number("contacts a day in the rest of the hospital", most=60)
    weekend_work: float = number("share of teams at work on a day of the weekend", most=1)
    friends: int = number("people met again and again outside", most=60)
    friend_active: float = number("share of days on which a friend is met", most=1)
    near_slots: int = number("chances a day of a contact in the neighbourhood", most=60)
    city_slots: int = number("chances a day of a contact across the city", most=60)
    sociability_least: float = number("the least sociable, where the most sociable are 1", least=0.01, most=1)


SECTIONS = {
    "city": Name, "space": Space, "ages": Ages, "households": Households, "schools": Schools, "work": Work,
    "contacts": Contacts,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CityFile:
    """All that a city is built from."""

    city: Name
    space: Space
    ages: Ages
    households: Households
    schools: Schools
    work: Work
    contacts: Contacts
    sourced: tuple[Sourced, ...] = ()

    def sized(self, people: int | None) -> CityFile:
        """The same city with another number of people; refuses one that its areas and cells cannot hold."""
        city = self if people is None else replace(self, city=replace(self.city, people=people))
        n, space = city.city.people, city.space
        if n < space.area_people:
            raise Refused("city_too_small", people=n, area_people=space.area_people)
        if n // space.cell_people > MOST_CELLS:
            told = {"people": n, "cell_people": space.cell_people, "cells": n // space.cell_people, "most": MOST_CELLS}
            raise Refused("city_too_fine", **told)
        return city


def find(name: str, folder: Path, what: str) -> Path:
    """The path of a shipped file by its name, or the path that was given."""
    if name.endswith(".toml") or "/" in name:
        return Path(name)
    shipped = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in shipped:
        told = {"known": ", ".join(shipped), "nearest": nearest(name, shipped)}
        raise Refused("scenario_name_unknown", what=what, name=name, **told)
    return folder / f"{name}.toml"


def read_city(path: Path) -> CityFile:
    """Read CITY.toml; refused by the key that is wrong, missing or without a source."""
    file = opened(path)
    check_sections(file, SECTIONS)
    parts: dict[str, Any] = {name: section(file, name, kind) for name, kind in SECTIONS.items()}
    city = CityFile(**parts, sourced=tuple(file.sourced))
    shares = household_shares(city.households)
    if not 0 < len(shares) <= LARGEST or not shares.sum():
        expected = f"1 to {LARGEST} numbers, not all of them 0"
        raise Refused(
            "twin_value_unfit", file=file.name, key="households.sizes", value=str(list(shares)), expected=expected
        )
    ages = wanted_ages(city.ages, 1_000_000)
    if not ages.sum():
        raise Refused("twin_value_unfit", file=file.name, key="ages.bands", value="0", expected="people at some age")
    households = 1000 / (shares @ np.arange(1, len(shares) + 1))
    adults = 1000 * ages[ADULT:].sum() / ages.sum()
    if adults < households:
        raise Refused("city_marginals_unmet", file=file.name, households=round(float(households)), adults=round(adults))
    return city


# -- as arrays --------------------------------------------------------------------------------------------------------


def household_shares(told: Households) -> npt.NDArray[np.float64]:
    """Share of households of 1, 2, … people: float[at most 15]."""
    sizes = np.array(told.sizes, np.float64)
    return np.asarray(sizes / max(sizes.sum(), 1e-12), np.float64)


def household_tables(told: Households) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Cumulative shares by size float[15] and, for each size, of one, two and three generations float[15, 3].

    A size without a row of its own has the generations of the nearest smaller one that has one.
    """
    sizes = np.zeros(LARGEST)
    shares = household_shares(told)
    sizes[: len(shares)] = shares
    by_size = {int(row[0]): np.array(row[1:]) for row in told.generations}
    kinds = np.zeros((LARGEST, 3))
    last = np.array([1.0, 0.0, 0.0])
    for size in range(1, LARGEST + 1):
        last = by_size.get(size, last)
        kinds[size - 1] = np.cumsum(last / max(last.sum(), 1e-12))
    return np.cumsum(sizes), kinds


def wanted_ages(told: Ages, people: int) -> npt.NDArray[np.int64]:
    """How many people of each age int64[101], exactly `people` in all; a band is spread evenly over its years."""
    weights = np.zeros(AGES)
    for first, last, many in told.bands:
        years = np.arange(int(first), min(int(last), AGES - 1) + 1)
        weights[years] += many / max(len(years), 1)
    until = np.round(np.cumsum(weights) / max(weights.sum(), 1e-12) * people).astype(np.int64)
    return np.asarray(np.diff(until, prepend=0), np.int64)


def site_sizes(told: Work) -> npt.NDArray[np.float64]:
    """Quantiles of the size of a workplace: float[1024] of a discrete power law cut off at `largest`."""
    sizes = np.arange(1, told.largest + 1)
    until = np.cumsum(sizes ** -(1.0 + told.exponent))
    return np.asarray(np.searchsorted(until / until[-1], (np.arange(1024) + 0.5) / 1024) + 1, np.float64)


def slots(told: Contacts) -> npt.NDArray[np.int64]:
    """Daily slots in the team and in the rest of the site, by kind: int64[3, 2]."""
    by_kind = {
        "class": (told.class_slots, told.school_slots),
        "work": (told.team_slots, told.work_slots),
        "ward": (told.ward_slots, told.hospital_slots),
    }
    return np.array([by_kind[kind] for kind in KINDS], np.int64)


def ages_of(told: Rows) -> npt.NDArray[np.float64]:
    """A table by age: float[101]."""
    return np.array(by_age(told, AGES))
