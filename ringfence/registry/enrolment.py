"""The step from a register's column to a person of the response, with a row of their own."""

from __future__ import annotations

from datetime import datetime

from ringfence.facts.ids import PersonId
from ringfence.facts.registry import PersonRegistered
from ringfence.registry.queries import areas
from ringfence.registry.registers import register

SEX_NAMES = {1: "male", 2: "female"}


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
