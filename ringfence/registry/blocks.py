"""Blocks: the few exact texts under which a person is found again. Only their keyed hashes are stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ringfence.science.names import normal_name, phonetic_key

KINDS = ("id_number", "phone", "name_birth", "name_year", "birth_place", "name_place")
"""The kinds of block, the most telling first.

`id_number` and `phone` hold the normalised number; `name_birth` the exact name with the day of birth; `name_year` the
sound of the name with the year of birth; `birth_place` the day of birth and sex with the jurisdiction; `name_place`
the sound of the name with it.
"""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A person as handed in or unsealed. Numbers as `registry.checks` writes them; `jurisdiction` is a code."""

    name: str
    birth_on: date | None = None
    birth_exact: bool = True  # False where only the year is known, and `birth_on` is its 1 January
    sex: int = 0  # ISO/IEC 5218
    id_number: str | None = None  # as `checks.id_number(...).normal`
    phone: str | None = None  # as `checks.phone(...)`
    address: str | None = None
    jurisdiction: str | None = None


def blocks(person: Described) -> Iterator[tuple[str, str]]:
    """(kind, text) of each block a person lies in: what is stored, as `vault.blind(kind, text)`."""
    if person.id_number:
        yield "id_number", person.id_number
    if person.phone:
        yield "phone", person.phone
    sound, place = phonetic_key(person.name), person.jurisdiction
    if person.birth_on is not None:
        if person.birth_exact:
            day = (person.birth_on - _EPOCH).days
            yield "name_birth", name_birth(person.name, day)
            if place:
                yield "birth_place", birth_place(day, person.sex, place)
        if sound:
            yield "name_year", name_year(sound, person.birth_on.year)
    if place and sound:
        yield "name_place", name_place(sound, place)


def probes(person: Described) -> Iterator[tuple[str, str]]:
    """(kind, text) of each block to look into, most telling first: also years beside, and day and month swapped."""
    own = list(blocks(person))
    if person.birth_on is not None and (sound := phonetic_key(person.name)):
        own += [("name_year", name_year(sound, person.birth_on.year + years)) for years in (-1, 1)]
    if person.birth_on is not None and person.birth_exact and person.jurisdiction and person.sex == 0:
        day = (person.birth_on - _EPOCH).days
        own += [("birth_place", birth_place(day, sex, person.jurisdiction)) for sex in (1, 2)]
    if (
        person.birth_on is not None
        and person.birth_exact
        and (swapped := day_month_swapped(person.birth_on)) is not None
    ):
        own.append(("name_birth", name_birth(person.name, (swapped - _EPOCH).days)))
    yield from sorted(own, key=lambda found: KINDS.index(found[0]))


def day_month_swapped(born: date) -> date | None:
    """The date with day and month changed about, where that is another date."""
    if born.day > 12 or born.day == born.month:  # noqa: PLR2004 (months of a year)
        return None
    return date(born.year, born.day, born.month)


def name_birth(name: str, day: int) -> str:
    """The exact name with the day of birth (days since 1970)."""
    return f"{normal_name(name)}|{day}"


def name_year(sound: str, year: int) -> str:
    """A phonetic key with a year of birth."""
    return f"{sound}|{year}"


def birth_place(day: int, sex: int, place: str) -> str:
    """A day of birth (days since 1970) and a sex with a jurisdiction."""
    return f"{day}|{sex}|{place}"


def name_place(sound: str, place: str) -> str:
    """A phonetic key with a jurisdiction."""
    return f"{sound}|{place}"
