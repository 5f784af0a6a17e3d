"""Units and teams of a command, and which unit carries a function at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import locates, query
from ringfence.facts.ids import TeamId, UnitId


def unit_for(function: str, path: str | None) -> tuple[UnitId, str] | None:
    """The unit that carries a function at a place, or else at the nearest place above; with that unit's path."""
    steps = (path or "").split(".")[:-1]
    above = [".".join(steps[:n]) + "." for n in range(len(steps), 0, -1)]
    if not above:
        return None
    marks = ", ".join(["%s"] * len(above))
    row = db.ask_one(
        f"SELECT unit, path FROM registry_unit_function WHERE function = %s AND path IN ({marks})"
        " ORDER BY length(path) DESC, unit LIMIT 1",
        (function, *above),
    )
    return (UnitId(row[0]), row[1]) if row else None


def unit_above(unit: UnitId) -> UnitId | None:
    """The unit above a unit."""
    row = db.ask_one("SELECT above FROM registry_unit WHERE id = %s", (unit,))
    return UnitId(row[0]) if row and row[0] else None


@locates(UnitId)
def place_of_unit(unit: str) -> str | None:
    """Where a unit is."""
    row = db.ask_one("SELECT path FROM registry_unit WHERE id = %s", (unit,))
    return str(row[0]) if row else None


def unit_of_team(team: TeamId) -> UnitId | None:
    """The unit a team belongs to."""
    row = db.ask_one("SELECT unit FROM registry_team WHERE id = %s", (team,))
    return UnitId(row[0]) if row else None


@locates(TeamId)
def place_of_team(team: str) -> str | None:
    """Where a team's unit is."""
    row = db.ask_one(
        "SELECT u.path FROM registry_team t JOIN registry_unit u ON u.id = t.unit WHERE t.id = %s", (team,)
    )
    return str(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of a command."""

    id: UnitId
    path: str
    names: dict[str, str]
    above: UnitId | None
    functions: tuple[str, ...] = ()

    def name(self, language: str = "en") -> str:
        """Its name in a language, or in whichever it has."""
        return self.names.get(language) or next(iter(self.names.values()), self.id)


@query(may="see")
def units(scope: Scope) -> list[UnitRow]:
    """The units at the asker's places."""
    condition, values = scope.sql("path")
    carried: dict[str, list[str]] = {}
    for unit, function in db.ask(
        f"SELECT unit, function FROM registry_unit_function WHERE {condition} ORDER BY unit, function", values
    ):
        carried.setdefault(unit, []).append(function)
    rows = db.ask(f"SELECT id, path, names, above FROM registry_unit WHERE {condition} ORDER BY path, id", values)
    return [
        UnitRow(id_, path, orjson.loads(names), above, tuple(carried.get(id_, ()))) for id_, path, names, above in rows
    ]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team within a unit."""

    id: TeamId
    unit: UnitId
    name: str
    members: int


@query(may="see")
def teams(scope: Scope) -> list[TeamRow]:
    """The teams of the units at the asker's places."""
    condition, values = scope.sql("u.path")
    rows = db.ask(
        "SELECT t.id, t.unit, t.name, (SELECT count(*) FROM registry_team_member m WHERE m.team = t.id)"
        f" FROM registry_team t JOIN registry_unit u ON u.id = t.unit WHERE {condition} ORDER BY t.name",
        values,
    )
    return [TeamRow(*row) for row in rows]


@query(may="see")
def team_members(scope: Scope) -> dict[str, list[tuple[str, str]]]:
    """Team id -> its members as (account id, shown name), for the teams at the asker's places."""
    condition, values = scope.sql("u.path")
    rows = db.ask(
        "SELECT m.team, a.id, a.shown_name FROM registry_team_member m JOIN registry_team t ON t.id = m.team"
        " JOIN registry_unit u ON u.id = t.unit JOIN registry_account a ON a.id = m.account"
        f" WHERE {condition} ORDER BY m.team, a.shown_name LIMIT 5000",
        values,
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for team, account, name in rows:
        found.setdefault(team, []).append((account, name))
    return found


def team_names(ids: Sequence[str]) -> dict[str, str]:
    """Team id -> its name."""
    wanted = sorted({each for each in ids if each})
    marks = ", ".join(["%s"] * len(wanted))
    return dict(db.ask(f"SELECT id, name FROM registry_team WHERE id IN ({marks})", wanted)) if wanted else {}


def unit_names(ids: Sequence[str], language: str = "en") -> dict[str, str]:
    """Unit id -> its name."""
    return _names("registry_unit", ids, language)


def _names(table: str, ids: Sequence[str], language: str) -> dict[str, str]:
    wanted = sorted({each for each in ids if each})
    if not wanted:
        return {}
    marks = ", ".join(["%s"] * len(wanted))
    found = {}
    for id_, names in db.ask(f"SELECT id, names FROM {table} WHERE id IN ({marks})", wanted):
        by_language = orjson.loads(names)
        found[id_] = by_language.get(language) or next(iter(by_language.values()), id_)
    return found
