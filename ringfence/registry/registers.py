"""The registers loaded here, and the step from a register's column to a person of the response.

A register's people are columns, not rows: one gets a row of their own when the response has something to do with them.
Codes of places in the columns are jurisdiction paths, translated when the file was loaded.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from ringfence.core.home import home
from ringfence.facts.ids import PersonId
from ringfence.facts.registry import PersonRegistered
from ringfence.registry.queries import areas
from ringfence.registry.register.segments import Public, Register

SEX_NAMES = {1: "male", 2: "female"}


@lru_cache(maxsize=8)
def _opened(folder: Path, stamp: tuple[str, ...]) -> Register:
    del stamp  # a new load is a new register to open
    return Register.open(folder)


def register() -> Register:
    """The registers loaded here, as they are now."""
    folder = home() / "people"
    stamp = tuple(sorted(each.name for each in folder.iterdir())) if folder.is_dir() else ()
    return _opened(home(), stamp)


def public(person: PersonId) -> Public | None:
    """What a register tells of a person without their key."""
    held = register()
    dense = held.dense_of(person)
    return None if dense is None else held.public(dense)


def place_of(person: PersonId) -> str | None:
    """The path where a registered person stays."""
    found = public(person)
    return found.stay if found else None


def as_fact(person: PersonId, at: datetime) -> PersonRegistered | None:
    """The registration of someone who is in a register and whom the response has to do with from now on."""
    held = register()
    dense = held.dense_of(person)
    if dense is None:
        return None
    segment, _ = held.located(dense)
    found = held.public(dense)
    residence, stay = areas.area_at(found.jurisdiction), areas.area_at(found.stay)
    exact = found.birth_on if found.birth_exact else None
    return PersonRegistered(
        person=person,
        source=segment.source,
        code=str(person),
        sex=SEX_NAMES.get(found.sex),
        birth_on=exact,
        age_years=float(at.year - found.birth_on.year) if found.birth_on and exact is None else None,
        residence=residence.id if residence else None,
        stay=stay.id if stay else None,
        office=stay.id if stay else None,
        household=found.household,
        occupation=found.occupation,
        at=at,
    )
