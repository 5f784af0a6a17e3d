"""People, as ids with what is needed to count and place them. Who they are is in `identities`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.among import ask_among, foretell_among
from ringfence.core.declare import locates, query
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


_PLACE = "coalesce(office, stay, residence, '')"


def _person(row: Sequence[Any]) -> PersonRow:
    values = list(row)
    values[4] = as_day(values[4])
    return PersonRow(*values)


@locates(PersonId)
def place_of_person(person: str) -> str | None:
    """Where a person's responsible office is; else where they stay or live, by the registers too."""
    row = db.ask_one("SELECT coalesce(office, stay, residence, '') FROM registry_person WHERE id = %s", (person,))
    return str(row[0]) if row else registers.place_of(PersonId(person))


_STAYS = "SELECT coalesce(stay, residence, office, '') FROM registry_person WHERE id = %s"
_STAYS_OF = "SELECT id, coalesce(stay, residence, office, '') FROM registry_person WHERE id IN ({marks})"


def look_ahead(asked: Sequence[PersonId]) -> None:
    """Read in few statements what `paths_of` will ask of each of these people."""
    wanted = sorted(set(asked))
    held = registers.register()
    if held.segments:
        db.worked_out("stays").update(zip(wanted, held.stays_of(wanted), strict=True))
    foretell_among("registry_person", _STAYS, _STAYS_OF, wanted)


def own_paths_of(asked: Sequence[PersonId]) -> dict[str, str]:
    """Where each of these people stays by their own row; those who stand in a register alone are left out."""
    return dict(ask_among(_STAYS_OF, asked))


def _stays(asked: Sequence[PersonId]) -> list[str | None]:
    """Where each of these people stays by the registers, as worked out ahead or as they say now."""
    ahead = db.worked_out("stays")
    if ahead and all(person_id in ahead for person_id in asked):
        return [ahead[person_id] for person_id in asked]
    held = registers.register()
    return held.stays_of(asked) if held.segments else [None] * len(asked)


def paths_of(asked: Sequence[PersonId]) -> dict[PersonId, str]:
    """Where each of these people stays: by their own row where there is one, else by a register; others are left out."""
    registered = _stays(asked)
    found: dict[PersonId, str] = {}
    for person_id, path in zip(asked, registered, strict=True):
        rows = db.ask_about("registry_person", (person_id,), _STAYS, (person_id,))
        if rows:
            found[person_id] = str(rows[0][0])
        elif path is not None:
            found[person_id] = path
    return found


def person(person_id: PersonId) -> PersonRow | None:
    """A person by id."""
    rows = db.ask_about("registry_person", (person_id,), f"{_PERSON} WHERE id = %s", (person_id,))
    return _person(rows[0]) if rows else None


def known_person(person_id: PersonId) -> PersonRow | None:
    """A person by id, also one who so far stands only in a register."""
    found = person(person_id)
    public = None if found else registers.public(person_id)
    if public is None:
        return found
    sex = {1: "male", 2: "female"}.get(public.sex)
    born = public.birth_on if public.birth_exact else None
    code = f"R{public.dense}"
    return PersonRow(
        person_id, "register", code, sex, born, None, public.jurisdiction, public.stay, public.stay, public.household,
        public.occupation, person_id, 0,
    )  # fmt: skip


@query(may="see")
def people_masked(*, people: tuple[PersonId, ...]) -> list[PersonRow]:
    """People by id, without their identities."""
    return [row for each in people if (row := known_person(each)) is not None]


@query(may="see")
def people_coded(scope: Scope, *, code: str) -> list[PersonRow]:
    """The people whom anybody calls by this code, without their identities."""
    condition, values = scope.sql(_PLACE)
    return [
        _person(row)
        for row in db.ask(f"{_PERSON} WHERE code = %s AND {condition} ORDER BY id LIMIT 50", (code.strip(), *values))
    ]


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What is on record of a person, identity apart; others only where the asker may see them."""

    row: PersonRow
    identity: str  # kept, register, erased, none
    household: list[PersonRow]
    records: list[PersonRow]  # joined with this one by merging, the kept one included
    apart: list[PersonRow]  # told apart from this one


@query(may="see")
def person_file(scope: Scope, *, person: PersonId) -> PersonFile | None:
    """What is on record of a person, identity apart."""
    row = known_person(person)
    if row is None:
        return None
    home = [each for each in household_of(person) if each.id != person]
    joined = [each for each in records_of(person) if each.id != person]
    apart = [found for each in told_apart_from(person) if (found := known_person(each)) is not None]
    seen = [[each for each in some if scope.covers(_where(each))] for some in (home, joined, apart)]
    return PersonFile(row, identity_state(person), *seen)


def _where(row: PersonRow) -> str:
    return row.office or row.stay or row.residence or ""


def identity_state(person_id: PersonId) -> str:
    """Whether it is on record who someone is: kept here, in a register, erased, or nowhere (`none`)."""
    row = db.ask_one("SELECT wrapped_key, sealed FROM registry_identity WHERE person = %s", (person_id,))
    if row is not None and row[0] is None:
        return "erased"
    if row is not None and row[1]:
        return "kept"
    return "register" if registers.public(person_id) is not None else "none"


def records_of(person_id: PersonId) -> list[PersonRow]:
    """Every record of one person: the kept one and those merged into it."""
    found = [
        _person(row) for row in db.ask(f"{_PERSON} WHERE canonical = %s ORDER BY id LIMIT 200", (canonical(person_id),))
    ]
    alone = None if found else known_person(person_id)
    return [alone] if alone else found


def told_apart_from(person_id: PersonId) -> list[PersonId]:
    """Alike records that were looked at and are somebody else."""
    rows = db.ask(
        "SELECT other FROM registry_told_apart WHERE one = %s UNION SELECT one FROM registry_told_apart WHERE other = %s",
        (person_id, person_id),
    )
    return sorted(PersonId(other) for (other,) in rows)


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


def codes_of(ids: Sequence[str]) -> dict[str, str]:
    """Person -> the code shown for them, for a page of rows."""
    wanted = sorted(set(ids))
    marks = ", ".join(["%s"] * len(wanted))
    return dict(db.ask(f"SELECT id, code FROM registry_person WHERE id IN ({marks})", wanted)) if wanted else {}


def records_among(asked: Iterable[PersonId]) -> dict[PersonId, list[PersonId]]:
    """Each record of any of these people -> whom it was asked for; whoever has no row of their own stands for themselves."""
    wanted = sorted(set(asked))
    joined: dict[PersonId, PersonId] = dict(
        ask_among("SELECT id, canonical FROM registry_person WHERE id IN ({marks})", wanted)
    )
    asked_by: dict[PersonId, list[PersonId]] = {}
    for each in wanted:
        asked_by.setdefault(joined.get(each, each), []).append(each)
    records = ask_among("SELECT id, canonical FROM registry_person WHERE canonical IN ({marks})", sorted(asked_by))
    return {each: [each] for each in wanted} | {PersonId(id_): asked_by[PersonId(kept)] for id_, kept in records}


_MERGED = (
    "SELECT p.id, r.id FROM registry_person p JOIN registry_person r ON r.canonical = p.canonical AND r.id <> p.id"
    " WHERE p.id IN ({marks})"
)


def merged_among(asked: Iterable[PersonId]) -> dict[PersonId, list[PersonId]]:
    """Person -> the other records that were merged with theirs; few people have any, the others are left out."""
    found: dict[PersonId, list[PersonId]] = {}
    for one, other in ask_among(_MERGED, sorted(set(asked))):
        found.setdefault(PersonId(one), []).append(PersonId(other))
    return found


def together_ahead(asked: Iterable[PersonId]) -> None:
    """Read in few statements what `together` will ask for any of these people, in this telling."""
    wanted = set(asked)
    db.worked_out("together").update({each: [] for each in wanted} | merged_among(wanted))


def together(asked: Iterable[PersonId]) -> tuple[PersonId, ...]:
    """Every record of any of these people, in the order of their ids: a person is who they were before a merger, too."""
    wanted = set(asked)
    ahead = db.worked_out("together")
    merged = ahead if ahead and all(each in ahead for each in wanted) else merged_among(wanted)
    return tuple(sorted(wanted.union(*(merged[each] for each in wanted if merged.get(each)))))


def canonical_among(asked: Iterable[PersonId]) -> dict[PersonId, PersonId]:
    """Person -> the id under which their records are joined; those without a row of their own are left out."""
    rows = ask_among("SELECT id, canonical FROM registry_person WHERE id IN ({marks})", sorted(set(asked)))
    return {PersonId(id_): PersonId(kept) for id_, kept in rows}


def households_among(asked: Iterable[PersonId]) -> dict[PersonId, HouseholdId]:
    """Person -> their household; those of whom none is on record are left out."""
    sql = "SELECT id, household FROM registry_person WHERE id IN ({marks}) AND household IS NOT NULL"
    return {PersonId(id_): HouseholdId(household) for id_, household in ask_among(sql, sorted(set(asked)))}
