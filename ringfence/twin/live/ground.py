"""A synthetic city for a real place: as many people, and for each jurisdiction a stretch of its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ringfence.registry.queries.areas import Area
from ringfence.twin.city import META, City, Heard, build, load, write
from ringfence.twin.city_file import SHIPPED, CityFile, find, read_city
from ringfence.twin.kept import folder_of

CELL, AREA = 250, 40_000
"""People of a cell (a few buildings) and of an area (a street or township), where the place is large enough."""
MOST_CELLS = 60_000
SEED = 1


@dataclass(frozen=True)
class Ground:
    """A city, and where in it each jurisdiction lies: path -> first cell and the one behind the last."""

    city: City
    cells: dict[str, tuple[int, int]]

    def cells_of(self, path: str) -> tuple[int, int]:
        """The cells of a place: those of the nearest place above it that has some."""
        while path and path not in self.cells:
            path = ".".join(path.split(".")[:-2]) + "." if path.count(".") > 1 else ""
        return self.cells.get(path, (0, len(self.city.map.cells)))


def file_for(people: int, name: str = "china") -> CityFile:
    """The marginals of a shipped city for so many people, with cells and areas that fit their number.

    The number is kept to three figures, so that a registry's small corrections do not build a city anew.
    """
    told = read_city(find(name, SHIPPED, "city"))
    digits = max(len(str(people)) - 3, 0)
    people = round(people, -digits)
    cell = max(min(CELL, people // 16), -(-people // MOST_CELLS))
    area = max(min(AREA, people // 4), cell)
    return replace(told, space=replace(told.space, cell_people=cell, area_people=area)).sized(people)


def ground_of(top: Area, places: Sequence[Area], people: int, home: Path, heard: Heard = lambda _: None) -> Ground:
    """The city of a place, built once and kept under `home`/twin, with its jurisdictions laid into it."""
    file = file_for(people)
    folder = folder_of(file, SEED, home / "twin")
    if not (folder / META).is_file():
        write(build(file, SEED, heard), folder)
    city = load(folder)
    return Ground(city, laid(top, places, len(city.map.cells), people))


def laid(top: Area, places: Sequence[Area], n_cells: int, people: int) -> dict[str, tuple[int, int]]:
    """A stretch of cells for each place: within that of the place above, in the order of paths, by population.

    A place whose population is not on record has an equal part of what the others leave; where the parts together are
    more than the place above, all shrink alike; what is left over belongs to the place above alone.
    """
    below: dict[str, list[Area]] = defaultdict(list)
    for each in sorted(places, key=lambda area: area.path):
        if each.path != top.path and each.path.startswith(top.path):
            below[".".join(each.path.split(".")[:-2]) + "."].append(each)
    found = {top.path: (0, n_cells)}
    waiting = [(top.path, people)]
    while waiting:
        path, size = waiting.pop()
        first, last = found[path]
        parts = below.get(path, [])
        told = sum(each.population or 0 for each in parts)
        gaps = sum(each.population is None for each in parts)
        whole = max(size, told)
        gap = (whole - told) / gaps if gaps else 0.0
        taken = 0.0
        for each in parts:
            share = (gap if each.population is None else each.population) / max(whole, 1)
            begins = first + int(taken * (last - first))
            taken += share
            ends = max(first + int(taken * (last - first)), begins + 1)
            found[each.path] = (min(begins, last - 1), min(ends, last))
            waiting.append((each.path, round(share * whole)))
    return found
