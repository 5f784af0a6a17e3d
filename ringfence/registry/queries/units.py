"""Units and teams of a command, and which unit carries a function at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.among import ask_among
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


def called(id_column: str, name_column: str, text: str | None) -> tuple[str, list[str]]:
    """The condition of being called so: the id itself, or a name that holds the text, in any case."""
    if not text:
        return "1 = 1", []
    low = text.strip().lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"({id_column} = %s OR lower({name_column}) LIKE %s ESCAPE '!')", [text.strip(), f"%{low}%"]


@query(may="see")
def units(scope: Scope, *, text: str | None = None, beneath: UnitId | None = None, limit: int = 5000) -> list[UnitRow]:
    """The units at the asker's places, by place: all, those that a text names, or those right beneath another."""
    condition, values = scope.sql("path")
    like, told = called("id", "names", text)
    below, above_them = ("above = %s", [beneath]) if beneath else ("1 = 1", [])
    rows = db.ask(
        f"SELECT id, path, names, above FROM registry_unit WHERE {condition} AND {like} AND {below}"
        f" ORDER BY path, id LIMIT {int(limit)}",
        (*values, *told, *above_them),
    )
    carried = _functions([row[0] for row in rows])
    return [
        UnitRow(id_, path, orjson.loads(names), above, tuple(carried.get(id_, ()))) for id_, path, names, above in rows
    ]


def _functions(found: Sequence[str]) -> dict[str, list[str]]:
    """Unit id -> the functions it carries."""
    carried: dict[str, list[str]] = {}
    sql = "SELECT unit, function FROM registry_unit_function WHERE unit IN ({marks}) ORDER BY unit, function"
    for unit, function in ask_among(sql, found):
        carried.setdefault(unit, []).append(function)
    return carried


@query(may="see")
def top_units(scope: Scope, *, limit: int = 100) -> list[UnitRow]:
    """The units at the asker's places that stand beneath none of the others there."""
    condition, values = scope.sql("u.path")
    beside, places = scope.sql("a.path")
    rows = db.ask(
        f"SELECT u.id, u.path, u.names, u.above FROM registry_unit u WHERE {condition} AND NOT EXISTS"
        f" (SELECT 1 FROM registry_unit a WHERE a.id = u.above AND {beside}) ORDER BY u.path, u.id LIMIT {int(limit)}",
        (*values, *places),
    )
    carried = _functions([row[0] for row in rows])
    return [
        UnitRow(id_, path, orjson.loads(names), above, tuple(carried.get(id_, ()))) for id_, path, names, above in rows
    ]


def units_at(paths: Sequence[str]) -> dict[str, int]:
    """Path -> how many units there are right there."""
    marks = ", ".join(["%s"] * len(paths))
    sql = f"SELECT path, count(*) FROM registry_unit WHERE path IN ({marks}) GROUP BY path"
    return dict(db.ask(sql, list(paths))) if paths else {}


def beneath_units(found: Sequence[str]) -> dict[str, int]:
    """Unit id -> how many units stand right beneath it."""
    marks = ", ".join(["%s"] * len(found))
    sql = f"SELECT above, count(*) FROM registry_unit WHERE above IN ({marks}) GROUP BY above"
    return dict(db.ask(sql, list(found))) if found else {}


def teams_of_units(found: Sequence[str]) -> dict[str, int]:
    """Unit id -> how many teams it has."""
    marks = ", ".join(["%s"] * len(found))
    sql = f"SELECT unit, count(*) FROM registry_team WHERE unit IN ({marks}) GROUP BY unit"
    return dict(db.ask(sql, list(found))) if found else {}


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team within a unit."""

    id: TeamId
    unit: UnitId
    name: str
    members: int


@query(may="see")
def teams(scope: Scope, *, text: str | None = None, limit: int = 5000) -> list[TeamRow]:
    """The teams of the units at the asker's places, by name: all, or those that a text names."""
    condition, values = scope.sql("u.path")
    like, told = called("t.id", "t.name", text)
    rows = db.ask(
        "SELECT t.id, t.unit, t.name, (SELECT count(*) FROM registry_team_member m WHERE m.team = t.id)"
        f" FROM registry_team t JOIN registry_unit u ON u.id = t.unit WHERE {condition} AND {like} ORDER BY t.name"
        f" LIMIT {int(limit)}",
        (*values, *told),
    )
    return [TeamRow(*row) for row in rows]


@query(may="see")
def team_members(scope: Scope, *, teams: tuple[TeamId, ...] = ()) -> dict[str, list[tuple[str, str]]]:
    """Team id -> its members as (account id, shown name), for these teams or all at the asker's places."""
    condition, values = scope.sql("u.path")
    if teams:
        condition, values = f"{condition} AND m.team IN ({', '.join(['%s'] * len(teams))})", [*values, *teams]
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
