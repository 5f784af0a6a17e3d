"""People, as ids with what is needed to count and place them. Who they are is in `identities`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ringfence.core import db
from ringfence.core.declare import locates
from ringfence.facts.ids import HouseholdId, PersonId
from ringfence.registry import registers
from ringfence.registry.queries.outbreaks import as_day


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Someone known to the response, without their identity."""

    id: PersonId
    source: str
    code: str
    sex: str | None
    birth_on: date | None
    age_years: float | None
    residence: str | None
    stay: str | None
    office: str | None
    household: HouseholdId | None
    occupation: str | None
    canonical: PersonId
    registered_at: int


_PERSON = (
    "SELECT id, source, code, sex, birth_on, age_years, residence, stay, office, household, occupation, canonical,"
    " registered_at FROM registry_person"
)


def _person(row: Sequence[Any]) -> PersonRow:
    values = list(row)
    values[4] = as_day(values[4])
    return PersonRow(*values)


@locates(PersonId)
def place_of_person(person: str) -> str | None:
    """Where a person's responsible office is; else where they stay or live, by the registers too."""
    row = db.ask_one("SELECT coalesce(office, stay, residence, '') FROM registry_person WHERE id = %s", (person,))
    return str(row[0]) if row else registers.place_of(PersonId(person))


def person(person_id: PersonId) -> PersonRow | None:
    """A person by id."""
    rows = db.ask_about("registry_person", (person_id,), f"{_PERSON} WHERE id = %s", (person_id,))
    return _person(rows[0]) if rows else None


def person_coded(source: str, code: str) -> PersonRow | None:
    """A person by somebody's code for them."""
    row = db.ask_one(f"{_PERSON} WHERE source = %s AND code = %s", (source, code))
    return _person(row) if row else None


def erased() -> list[PersonId]:
    """Everyone whose identity was erased."""
    return [PersonId(row[0]) for row in db.ask("SELECT person FROM registry_erased")]


def canonical(person_id: PersonId) -> PersonId:
    """The id under which a merged person's records are joined."""
    row = db.ask_one("SELECT canonical FROM registry_person WHERE id = %s", (person_id,))
    return PersonId(row[0]) if row else person_id


def household_of(person_id: PersonId) -> list[PersonRow]:
    """Those who live with a person, themselves included."""
    return [
        _person(row)
        for row in db.ask(
            f"{_PERSON} WHERE household = (SELECT household FROM registry_person WHERE id = %s) ORDER BY id LIMIT 200",
            (person_id,),
        )
    ]


def public_columns(ids: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
    """Person -> (day of birth as ISO text, occupation), for a page of rows."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for begin in range(0, len(ids), 500):
        some = ids[begin : begin + 500]
        marks = ", ".join(["%s"] * len(some))
        sql = f"SELECT id, birth_on, occupation FROM registry_person WHERE id IN ({marks})"
        found |= {id_: (birth and str(birth), occupation) for id_, birth, occupation in db.ask(sql, some)}
    return found
