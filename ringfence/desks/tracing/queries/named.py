"""Whom the ids in visits stand for, and by which ids visits may name a person of ours.

Visits name people by our ids, by the codes of a register that is loaded here, or by the codes of whoever told the visits.
Codes of anybody else are not taken for theirs: a hospital's patient 17 is not the ticket office's customer 17.
"""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.core import db
from ringfence.core.among import ask_among
from ringfence.core.errors import Refused
from ringfence.facts.ids import PersonId, derive, number_of
from ringfence.facts.tracing import person_of
from ringfence.registry import registers
from ringfence.registry.queries import people
from ringfence.registry.vaults import site_vault

VISITS = "visits"
"""Whose codes the ids of people are whom nobody but visits knows."""


def called(person: PersonId, told_by: Sequence[str]) -> tuple[str, ...]:
    """The ids by which visits of these sources may name a person, all records that were merged into one."""
    found: list[str] = []
    for row in people.records_of(person) or []:
        found.append(row.id)
        if row.source == VISITS or row.source in told_by:
            found.append(row.code)
    found += [person, *filter(None, map(_code_in_register, dict.fromkeys([person, *found])))]
    return tuple(dict.fromkeys(found))


def _code_in_register(person: str) -> str | None:
    """The code by which a register calls somebody: compared with visits, and shown to nobody. None where it was erased."""
    held = registers.register()
    dense = held.dense_of(PersonId(person)) if person.startswith("person_") else None
    if dense is None:
        return None
    try:
        return held.identity(dense, site_vault()).code
    except Refused as refusal:
        if refusal.code == "identity_erased":
            return None
        raise


def stand_for(told: Sequence[str], told_by: Sequence[str]) -> dict[str, PersonId]:
    """Id as visits have it -> the person, under the id that merged records are joined by."""
    found = {each: PersonId(each) for each in told if each.startswith("person_")}
    left = [each for each in told if each not in found]
    found |= _in_registers(left)
    left = [each for each in left if each not in found]
    found |= _coded(left, (VISITS, *told_by))
    found |= {each: person_of(each) for each in left if each not in found}
    joined = people.canonical_among(found.values())
    return {each: joined.get(person, person) for each, person in found.items()}


def _in_registers(told: Sequence[str]) -> dict[str, PersonId]:
    held = registers.register()
    found: dict[str, PersonId] = {}
    for source in dict.fromkeys(segment.source for segment in held.segments):
        derived = [PersonId(derive("person", source, each)) for each in told]
        there = held.holds([number_of(each) for each in derived])
        found |= {each: person for each, person, known in zip(told, derived, there, strict=True) if known}
    return found


def _coded(told: Sequence[str], sources: Sequence[str]) -> dict[str, PersonId]:
    marks = ", ".join(["%s"] * len(sources))
    sql = f"SELECT code, id FROM registry_person WHERE code IN ({{marks}}) AND source IN ({marks}) ORDER BY id"
    return {code: PersonId(id_) for code, id_ in ask_among(sql, told, *sources)}


def places_called(place: str) -> tuple[str, ...]:
    """The ids by which visits may name a place of ours: its id, or its name."""
    row = db.ask_one("SELECT name FROM registry_place WHERE id = %s", (place,))
    return (place, str(row[0])) if row else (place,)
