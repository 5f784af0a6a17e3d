"""Who of a round's roster has no swab, person by person: the registers' people less those in tubes and those excused."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.among import ask_among
from ringfence.core.declare import query
from ringfence.core.errors import Refused
from ringfence.core.paging import Page
from ringfence.desks.testing.queries.keys import person_number
from ringfence.desks.testing.queries.rounds import MISSING, RoundRow, chosen, round_places
from ringfence.facts.ids import HouseholdId, JurisdictionId, OutbreakId, PersonId, RoundId
from ringfence.registry import registers
from ringfence.registry.queries import people
from ringfence.registry.queries.areas import narrowed_to, path_of

BEYOND = 2**62  # sorts people without a dense integer behind those of the registers
MOST_CELLS = 100  # looked through for one page


@dataclass(frozen=True, slots=True)
class MissingRow:
    """Somebody without a swab. `on_roster`: counted when the round was opened; others were registered since."""

    round: RoundId
    person: PersonId
    path: str
    code: str
    household: HouseholdId | None
    sex: str | None
    birth_on: date | None
    group: str | None
    on_roster: bool

    @property
    def id(self) -> str:
        """How a list names it: the round and the person."""
        return f"{self.round} {self.person}"


@dataclass(frozen=True, slots=True)
class MissingCount:
    """A cell's missing people: `listed` one by one, `counted` by the round's own numbers, `beyond` the roster.

    `register` says whether a register is loaded: without one there are counts only.
    """

    people: int
    swabbed: int
    excused: int
    counted: int
    listed: int
    beyond: int
    register: bool


Found = tuple[int, PersonId, bool]
"""(dense integer or BEYOND, person, on the roster)."""


def _of_cell(row: RoundRow, path: str) -> list[Found]:
    """Everybody of a cell who is missing, those of the registers first, each in a fixed order."""
    living = registers.living_at(path, row.groups)
    numbers = (living.heads >> np.uint64(1)).astype(np.int64)
    gone = np.isin(numbers, np.array(sorted(_swabbed(row.seq, numbers.tolist())), np.int64))
    held = registers.register()
    left = [(int(dense), held.person_of(int(dense)), True) for dense in living.denses[~gone]]
    left = [
        each for each, away in zip(left, _elsewhere([person for _, person, _ in left], path), strict=True) if not away
    ]
    known = {person for _, person, _ in left}
    others = [] if row.groups else [each for each in _registered_since(row, path) if each not in known]
    found: list[Found] = [*left, *((BEYOND, person, False) for person in others)]
    excused = _excused(row.id, path)
    return [each for each in found if each[1] not in excused]


def _swabbed(round_seq: int, numbers: Sequence[int]) -> set[int]:
    sql = "SELECT person FROM testing_member WHERE person IN ({marks}) AND round = %s"
    return {person for (person,) in ask_among(sql, numbers, round_seq)}


def _elsewhere(asked: Sequence[PersonId], path: str) -> list[bool]:
    """Whether each of these people is on record as staying at another place than the register tells."""
    own = people.own_paths_of(asked)
    return [own.get(person, path) != path for person in asked]


def _registered_since(row: RoundRow, path: str) -> list[PersonId]:
    """People of the cell's own office who stay there, stand in no register and have no swab in the round."""
    rows = db.ask(
        "SELECT id FROM registry_person WHERE office = %s AND coalesce(stay, residence, office) = %s AND canonical = id"
        " ORDER BY id LIMIT 5000",
        (path, path),
    )
    ids = [PersonId(id_) for (id_,) in rows]
    stays = registers.register().stays_of(ids) if registers.loaded() else [None] * len(ids)
    found = [person for person, stay in zip(ids, stays, strict=True) if stay is None]
    numbers = {person: person_number(person) for person in found}
    there = _swabbed(row.seq, list(numbers.values()))
    return [person for person in found if numbers[person] not in there]


def _excused(round_id: RoundId, path: str) -> set[str]:
    rows = db.ask("SELECT person FROM testing_excuse WHERE round = %s AND path = %s", (round_id, path))
    return {person for (person,) in rows}


def _cells(row: RoundRow, scope: Scope, beyond: str) -> list[str]:
    """Cells of a round with somebody missing by its own numbers, in order, from one on."""
    within, ends = scope.sql("path")
    rows = db.ask(
        f"SELECT path FROM testing_cover WHERE round = %s AND path >= %s AND {MISSING} > 0 AND people > 0 AND {within}"
        f" ORDER BY path LIMIT {MOST_CELLS}",
        (row.id, beyond, *ends),
    )
    return [path for (path,) in rows]


def _narrowed(scope: Scope, under: JurisdictionId | None, cell: JurisdictionId | None) -> Scope:
    scope = narrowed_to(scope, under)
    return scope if cell is None else scope.within(path_of(cell) or "?")


@query(may="see")
def missing(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    round: RoundId | None = None,
    cell: JurisdictionId | None = None,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[MissingRow]:
    """People of a round's roster without a swab or an excuse, cell by cell; nobody where no register is loaded."""
    row = chosen(scope, outbreak, round)
    if row is None or not (registers.loaded() or cell):
        return Page()
    limit = max(1, min(limit, 1000))
    key = _key(after) if after else ("", -1, "")
    rows: list[MissingRow] = []
    last = None
    for path, found in _walked(row, _narrowed(scope, under, cell), key, alone=cell is not None):
        if len(rows) == limit:
            return Page(rows, last)
        rows.append(_row(row, path, found))
        last = _as_key(path, found)
    return Page(rows)


def _walked(row: RoundRow, scope: Scope, key: tuple[str, int, str], *, alone: bool) -> Iterator[tuple[str, Found]]:
    """Everybody missing beyond a key, cell by cell; cells of which no register knows anybody only where asked for alone."""
    begin, counted = key[0], registers.register().counts("stay")
    while paths := _cells(row, scope, begin):
        for path in paths if alone else [path for path in paths if path in counted]:
            for each in sorted(_of_cell(row, path)):
                if (path, each[0], each[1]) > key:
                    yield path, each
        if len(paths) < MOST_CELLS:
            return
        begin = paths[-1] + "\x00"


def _row(row: RoundRow, path: str, found: Found) -> MissingRow:
    dense, person, on_roster = found
    own = people.person(person)
    public = registers.register().public(dense) if dense < BEYOND else None
    code = own.code if own else f"R{dense}"
    if public is not None:
        sex = {1: "male", 2: "female"}.get(public.sex)
        return MissingRow(row.id, person, path, code, public.household, sex, public.birth_on, public.group, on_roster)
    household, sex, born = (own.household, own.sex, own.birth_on) if own else (None, None, None)
    return MissingRow(row.id, person, path, code, household, sex, born, None, on_roster)


@query(may="see")
def missing_count(
    scope: Scope, *, outbreak: OutbreakId, cell: JurisdictionId, round: RoundId | None = None
) -> MissingCount | None:
    """How many people of a cell are missing: by the round's numbers, and one by one."""
    row, path = chosen(scope, outbreak, round), path_of(cell) or "?"
    if row is None or not scope.covers(path):
        return None
    kept = round_places(scope, row.id, [path]).get(path)
    if kept is None:
        return None
    found = _of_cell(row, path)
    on_roster = sum(each[2] for each in found)
    return MissingCount(
        kept.people, kept.swabbed, kept.excused, kept.missing, on_roster, len(found) - on_roster, registers.loaded()
    )


@dataclass(frozen=True, slots=True)
class ExcusedRow:
    """Somebody excused from a round."""

    round: RoundId
    person: PersonId
    path: str
    reason: str

    @property
    def id(self) -> str:
        """How a list names it: the round and the person."""
        return f"{self.round} {self.person}"


@query(may="see")
def excused(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    round: RoundId | None = None,
    cell: JurisdictionId | None = None,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ExcusedRow]:
    """People excused from a round, with the reason, cell by cell."""
    row = chosen(scope, outbreak, round)
    if row is None:
        return Page()
    limit = max(1, min(limit, 1000))
    within, ends = _narrowed(scope, under, cell).sql("path")
    path, _, person = _key(after) if after else ("", 0, "")
    rows = db.ask(
        f"SELECT path, person, reason FROM testing_excuse WHERE round = %s AND (path, person) > (%s, %s) AND {within}"
        f" ORDER BY path, person LIMIT {limit + 1}",
        (row.id, path, person, *ends),
    )
    found = [ExcusedRow(row.id, person, path, reason) for path, person, reason in rows[:limit]]
    more = _as_key(found[-1].path, (0, found[-1].person, False)) if len(rows) > limit else None
    return Page(found, more)


def _as_key(path: str, found: Found) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([path, found[0], found[1]])).decode()


def _key(text: str) -> tuple[str, int, str]:
    """A key as told by `next`; anything else is refused, as it would skip people silently."""
    try:
        path, dense, person = orjson.loads(base64.urlsafe_b64decode(text.encode()))
        return str(path), int(dense), str(person)
    except (ValueError, TypeError) as fault:
        raise Refused("key_unreadable", key=text) from fault
