"""Who lives with whom, by the rows of the response and by the registers."""

from __future__ import annotations

from ringfence.facts.ids import HouseholdId, PersonId
from ringfence.registry import registers
from ringfence.registry.queries import people

MOST = 50
"""Of more people than this under one roof, a household is none: a home or a dormitory is searched like any place."""


def living_with(person: PersonId) -> list[PersonId]:
    """Those who live with a person, each under the id that their records are joined by; not the person themselves."""
    own = {row.id: row for row in people.records_of(person)}
    own_ids = {person, people.canonical(person), *own}
    households = {row.household for row in own.values() if row.household}
    found: set[PersonId] = set()
    for each in sorted(own_ids):
        found |= {row.canonical for row in people.household_of(each)}
    held = registers.register()
    for household in sorted(households):
        found |= {held.person_of(int(dense)) for dense in held.of_household(HouseholdId(household))}
    joined = people.canonical_among(found)
    others = {joined.get(each, each) for each in found} - own_ids
    return sorted(others) if len(others) <= MOST else []
