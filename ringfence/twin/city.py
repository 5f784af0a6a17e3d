"""A synthetic city: built once from its file, kept as memory-mapped arrays, opened in a moment."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.twin.city_file import (
    ADULT,
    CityFile,
    Contacts,
    ages_of,
    household_tables,
    site_sizes,
    wanted_ages,
)
from ringfence.twin.kernels import city as kernels
from ringfence.twin.kernels.keyed import mix
from ringfence.twin.kernels.layout import AREA, CELL, DTYPES, FORMAT, PERSON, SITE, TEAM, Map

META = "city.json"
TRIED = 30_000
Heard = Callable[[str], None]


@dataclass(frozen=True)
class City:
    """A city in memory or mapped from disk; nobody writes to it any more."""

    map: Map
    code: str
    title: str
    seed: int
    households: int
    contacts: Contacts
    digest: str
    lines: int
    shops_per_thousand: float
    site_rooms: int
    sites_per_area: int

    @property
    def people(self) -> int:
        """How many live there."""
        return len(self.map.people)

    @property
    def bytes(self) -> int:
        """Size of all its arrays."""
        return sum(array.nbytes for array in self.map)


def _quiet(_: str) -> None:
    """Nobody listens."""


def build(file: CityFile, seed: int = 1, heard: Heard = _quiet) -> City:
    """Build a city in memory: the same for the same file, number of people and seed.

    Takes about half a microsecond and, while it builds, 30 bytes a person.
    """
    key = np.uint64(mix(np.uint64(seed)))
    heard("households")
    people, cells, areas, households = _homes(file, key)
    heard("days")
    teams, sites, members = _days(file, key, people, cells, areas)
    arrays = Map(people, teams, sites, cells, areas, members)
    for array in arrays:
        array.setflags(write=False)
    return City(
        arrays, file.city.code, file.city.title, seed, households, file.contacts, digest(file, seed),
        file.space.transit_lines, file.space.shops_per_thousand, file.space.site_rooms, file.space.sites_per_area,
    )  # fmt: skip


def _homes(file: CityFile, key: np.uint64) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], int]:
    n, space = file.city.people, file.space
    n_cells = max(1, round(n / space.cell_people))
    area_cells = max(1, round(space.area_people / space.cell_people))
    people = np.zeros(n, PERSON)
    cells, areas = np.zeros(n_cells, CELL), np.zeros(n_cells // area_cells + 1, AREA)
    raw = np.zeros(n, np.uint16)
    told = file.households
    sizes, generations = household_tables(told)
    parents_age = _parents_age(file, key)
    n_cells, n_areas, households = kernels.settle(
        people, raw, cells, areas, n_cells, sizes, generations, told.generation_gap, told.generation_gap_sd,
        parents_age, space.cell_people, area_cells, key,
    )  # fmt: skip
    kernels.give_ages(people, raw, wanted_ages(file.ages, n), key)
    kernels.give_sexes(people, file.ages.male, key)
    cells, areas = cells[:n_cells].copy(), areas[:n_areas].copy()
    area_km = math.sqrt(space.area_people / space.people_per_km2)
    kernels.place_cells(
        cells, areas, n_cells, n_areas, file.city.lon, file.city.lat, area_km, space.district_areas, key
    )
    return people, cells, areas, households


def _parents_age(file: CityFile, key: np.uint64) -> float:
    """The mean age of parents at which as many people are under 18 as the pyramid wants, tried on 30,000 people.

    With it the fitting of ages to the pyramid hardly has to move anybody: children stay children.
    """
    told = file.households
    sizes, generations = household_tables(told)
    wanted = wanted_ages(file.ages, TRIED)[:ADULT].sum()
    low, high = 25.0, 75.0
    for _ in range(12):
        middle = (low + high) / 2
        raw = np.zeros(TRIED, np.uint16)
        people, cells, areas = np.zeros(TRIED, PERSON), np.zeros(1, CELL), np.zeros(2, AREA)
        kernels.settle(
            people,
            raw,
            cells,
            areas,
            1,
            sizes,
            generations,
            told.generation_gap,
            told.generation_gap_sd,
            middle,
            TRIED,
            1,
            key,
        )
        low, high = (middle, high) if (raw < ADULT * kernels.RAW).sum() > wanted else (low, middle)
    return (low + high) / 2


def _days(
    file: CityFile, key: np.uint64, people: npt.NDArray[Any], cells: npt.NDArray[Any], areas: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.uint32]]:
    schools, work = file.schools, file.work
    doing = np.zeros(len(people), np.uint32)
    side = math.ceil(math.sqrt(len(areas)))
    kernels.occupations(
        people, cells, areas, ages_of(schools.enrolled), ages_of(work.employed), side, work.local, work.reach_areas,
        doing, key,
    )  # fmt: skip
    busy = int(np.count_nonzero(doing))
    gathered, members = np.zeros(busy, np.uint32), np.zeros(busy, np.uint32)
    starts = np.zeros((len(areas) + 1, 2), np.int64)
    kernels.gather(doing, areas, people, starts, gathered, key)
    teams, sites = np.zeros(busy, TEAM), np.zeros(busy, SITE)
    n_teams, n_sites, _ = kernels.seat_everybody(
        people, areas, starts, gathered, members, teams, sites, ages_of(schools.stages).astype(np.int64),
        schools.class_size, schools.school_classes, schools.teachers, work.ward_share, work.ward_size,
        work.hospital_wards, work.team_size, site_sizes(work), key,
    )  # fmt: skip
    return teams[:n_teams].copy(), sites[:n_sites].copy(), members


def digest(file: CityFile, seed: int) -> str:
    """SHA-256 of all that the city follows from."""
    told = {name: asdict(getattr(file, name)) for name in ("city", "space", "ages", "households", "schools", "work")}
    return hashlib.sha256(json.dumps([told, seed, FORMAT], sort_keys=True).encode()).hexdigest()


# -- on disk ----------------------------------------------------------------------------------------------------------


def write(city: City, folder: Path) -> Path:
    """Write a city's arrays and, last, the file that says it is whole; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / META).unlink(missing_ok=True)
    for name, array in zip(Map._fields, city.map, strict=True):
        array.tofile(folder / f"{name}.bin")
    meta = {key: value for key, value in vars(city).items() if key not in {"map", "contacts"}}
    meta |= {"format": FORMAT, "contacts": asdict(city.contacts), "people": city.people}
    meta |= {"rows": {name: len(array) for name, array in zip(Map._fields, city.map, strict=True)}}
    partial = folder / f"{META}.part"
    partial.write_text(json.dumps(meta, indent=1), encoding="utf-8")
    partial.replace(folder / META)
    return folder


def load(folder: Path) -> City:
    """Open a city that was written; its arrays are mapped, not read."""
    if not (folder / META).is_file():
        raise Refused("city_not_there", folder=str(folder), name=folder.name)
    meta = json.loads((folder / META).read_text(encoding="utf-8"))
    if meta["format"] != FORMAT:
        raise Refused("city_of_another_kind", folder=str(folder), found=meta["format"], known=FORMAT, name=folder.name)
    arrays = []
    for name in Map._fields:
        rows = meta["rows"][name]
        mapped = (
            np.memmap(folder / f"{name}.bin", DTYPES[name], "r", shape=(rows,)) if rows else np.zeros(0, DTYPES[name])
        )
        mapped.setflags(write=False)
        arrays.append(np.asarray(mapped))
    names = (
        "code",
        "title",
        "seed",
        "households",
        "digest",
        "lines",
        "shops_per_thousand",
        "site_rooms",
        "sites_per_area",
    )
    return City(map=Map(*arrays), contacts=Contacts(**meta["contacts"]), **{name: meta[name] for name in names})
