"""Cities kept under RINGFENCE_HOME, so that each is built once."""

from __future__ import annotations

from pathlib import Path

from ringfence.twin.city import META, City, Heard, build, digest, load, write
from ringfence.twin.city_file import SHIPPED, CityFile, find, read_city


def city_file(name: str, people: int | None = None) -> CityFile:
    """A shipped city by its name, or CITY.toml, with another number of people where one is told."""
    return read_city(find(name, SHIPPED, "city")).sized(people)


def folder_of(file: CityFile, seed: int, home: Path) -> Path:
    """Where a city of this file and seed is kept."""
    return home / "cities" / f"{file.city.code}-{file.city.people}-{digest(file, seed)[:12]}"


def city_of(name: str, people: int | None, seed: int, home: Path, heard: Heard = lambda _: None) -> City:
    """A city by the folder it was written to, or by its file: built and kept where it is not there yet."""
    if (Path(name) / META).is_file():
        return load(Path(name))
    file = city_file(name, people)
    folder = folder_of(file, seed, home)
    if not (folder / META).is_file():
        write(build(file, seed, heard), folder)
    return load(folder)
