"""Jurisdictions: a tree whose paths never change, so that they are remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from ringfence.core import db
from ringfence.core.access import Scope, ends
from ringfence.core.among import ask_among
from ringfence.core.declare import Declared, locates, locator, query
from ringfence.facts.ids import JurisdictionId, PlaceId


@dataclass(frozen=True, slots=True)
class Area:
    """A place in the tree."""

    id: JurisdictionId
    path: str
    code: str
    level: str
    names: dict[str, str]
    parent: JurisdictionId | None
    zone: str
    population: int | None
    closed: bool

    def name(self, language: str = "en") -> str:
        """Its name in a language, or in whichever it has."""
        return self.names.get(language) or next(iter(self.names.values()), self.code)


_AREA = "SELECT id, path, code, level, names, parent, zone, population, closed FROM registry_jurisdiction"


def _area(row: Sequence[Any]) -> Area:
    id_, path, code, level, names, parent, zone, population, closed = row
    return Area(id_, path, code, level, orjson.loads(names), parent, zone, population, bool(closed))


_paths: dict[str, str] = {}


def forget_paths() -> None:
    """Another database is open now."""
    _paths.clear()
    zone_at.cache_clear()


@locates(JurisdictionId)
def path_of(jurisdiction: str) -> str | None:
    """The path of a jurisdiction, or None."""
    if jurisdiction in _paths:
        return _paths[jurisdiction]
    row = db.ask_one("SELECT path FROM registry_jurisdiction WHERE id = %s", (jurisdiction,))
    if row is None:
        return None
    _paths[jurisdiction] = row[0]
    return str(row[0])


def narrowed_to(scope: Scope, under: str | None) -> Scope:
    """The part of a scope at and beneath a jurisdiction; all of it where none is named, nothing where it is unknown."""
    return scope if under is None else scope.within(path_of(under) or "?")


def area(jurisdiction: JurisdictionId) -> Area | None:
    """A place by its id."""
    row = db.ask_one(f"{_AREA} WHERE id = %s", (jurisdiction,))
    return _area(row) if row else None


def area_at(path: str) -> Area | None:
    """A place by its path."""
    row = db.ask_one(f"{_AREA} WHERE path = %s", (path,))
    return _area(row) if row else None


@lru_cache(maxsize=4096)
def zone_at(path: str | None) -> str:
    """The time zone in which days count at a path."""
    row = db.ask_one("SELECT zone FROM registry_jurisdiction WHERE path = %s", (path or "",))
    return str(row[0]) if row else "UTC"


def a_place_of_each_zone() -> list[str]:
    """For each time zone that a place has, the path of one such place."""
    return [path for (path,) in db.ask("SELECT min(path) FROM registry_jurisdiction GROUP BY zone")]


def zone_told(declared: Declared, told: Mapping[str, Any], scope: Scope) -> str:
    """The time zone in which naive moments of a telling count: that of the deepest place told, else the asker's own."""
    deepest = scope.paths[0] if len(scope.paths) == 1 else ""
    for parameter in declared.parameters:
        value = told.get(parameter.name)
        where = locator(parameter.hint) if value else None
        if where is None:
            continue
        for each in value if isinstance(value, tuple) else (value,):
            path = where(each)
            if path is not None and scope.covers(path) and len(path) > len(deepest):
                deepest = path
    return zone_at(deepest)


def area_called(text: str, source: str = "any") -> JurisdictionId | None:
    """The place that a source calls by this code or name."""
    row = db.ask_one(
        "SELECT id_of FROM registry_alias WHERE what = 'jurisdiction' AND source IN (%s, 'any') AND code = %s LIMIT 1",
        (source, text.strip().lower()),
    )
    return JurisdictionId(row[0]) if row else None


@query(may="see")
def jurisdictions(scope: Scope, *, under: JurisdictionId | None = None) -> list[Area]:
    """Places one step beneath a place, or the tops of the asker's scope."""
    condition, values = scope.sql("path")
    if under is not None:
        rows = db.ask(f"{_AREA} WHERE parent = %s AND {condition} ORDER BY path LIMIT 2000", (under, *values))
    elif "" in scope.paths:
        rows = db.ask(f"{_AREA} WHERE parent IS NULL ORDER BY path")
    else:
        marks = ", ".join(["%s"] * len(scope.paths))
        rows = db.ask(f"{_AREA} WHERE path IN ({marks}) ORDER BY path", scope.paths)
    return [_area(row) for row in rows]


@query(may="see")
def areas_within(scope: Scope, *, limit: int = 500) -> list[Area]:
    """Open places of the asker's scope with all beneath them, as a tree: each before those beneath it."""
    condition, values = scope.sql("path")
    return [
        _area(row)
        for row in db.ask(f"{_AREA} WHERE {condition} AND closed = FALSE ORDER BY path LIMIT {int(limit)}", values)
    ]


def lowest(path: str) -> list[Area]:
    """Open places at or beneath a path that have none beneath them."""
    low, high = ends(path) if path else ("", "\U0010ffff")
    rows = db.ask(
        f"{_AREA} AS j WHERE path >= %s AND path < %s AND closed = FALSE"
        " AND NOT EXISTS (SELECT 1 FROM registry_jurisdiction c WHERE c.parent = j.id AND c.closed = FALSE) ORDER BY path",
        (low, high),
    )
    return [_area(row) for row in rows]


@query(may="see")
def jurisdictions_named(scope: Scope, *, text: str) -> list[Area]:
    """Places whose code or a name begins with a text."""
    condition, values = scope.sql("j.path")
    low = text.strip().lower()
    rows = db.ask(
        "SELECT DISTINCT j.id, j.path, j.code, j.level, j.names, j.parent, j.zone, j.population, j.closed"
        " FROM registry_alias a JOIN registry_jurisdiction j ON j.id = a.id_of"
        f" WHERE a.what = 'jurisdiction' AND a.code >= %s AND a.code < %s AND {condition} ORDER BY j.path LIMIT 50",
        (low, low + "\U0010ffff", *values),
    )
    return [_area(row) for row in rows]


def names_of(paths: Sequence[str], language: str = "en") -> dict[str, str]:
    """Path -> the place's name, for a page of rows."""
    wanted = sorted({path for path in paths if path})
    if not wanted:
        return {}
    marks = ", ".join(["%s"] * len(wanted))
    return {each.path: each.name(language) for each in map(_area, db.ask(f"{_AREA} WHERE path IN ({marks})", wanted))}


@locates(PlaceId)
def place_of_place(place_id: str) -> str | None:
    """Where a place of meeting lies."""
    row = db.ask_one("SELECT path FROM registry_place WHERE id = %s", (place_id,))
    return str(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where people meet, are tested or stay."""

    id: PlaceId
    path: str
    name: str
    kind: str


@query(may="see")
def places(scope: Scope, *, under: JurisdictionId | None = None) -> list[PlaceRow]:
    """Places of meeting at the asker's places, by name."""
    scope = narrowed_to(scope, under)
    condition, values = scope.sql("path")
    rows = db.ask(
        f"SELECT id, path, name, kind FROM registry_place WHERE {condition} ORDER BY path, name LIMIT 500", values
    )
    return [PlaceRow(*row) for row in rows]


def place_names(ids: Sequence[str]) -> dict[str, str]:
    """Place id -> its name."""
    wanted = sorted({each for each in ids if each})
    marks = ", ".join(["%s"] * len(wanted))
    return dict(db.ask(f"SELECT id, name FROM registry_place WHERE id IN ({marks})", wanted)) if wanted else {}


def place_points(ids: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Place id -> (latitude, longitude) in degrees, where both are on record."""
    wanted = sorted({each for each in ids if each})
    sql = "SELECT id, lat, lon FROM registry_place WHERE id IN ({marks}) AND lat IS NOT NULL AND lon IS NOT NULL"
    return {id_: (float(lat), float(lon)) for id_, lat, lon in ask_among(sql, wanted)}


def places_between(south: float, west: float, north: float, east: float) -> list[tuple[str, str, float, float]]:
    """(id, name, latitude, longitude) of the places between two corners, in degrees, by id."""
    sql = "SELECT id, name, lat, lon FROM registry_place WHERE lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s ORDER BY id"
    return [(id_, name, float(lat), float(lon)) for id_, name, lat, lon in db.ask(sql, (south, north, west, east))]


def points_called(told: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Id or name of a place -> (latitude, longitude) in degrees, where both are on record; a name of several is nobody's."""
    found: dict[str, tuple[float, float]] = {}
    named: dict[str, list[tuple[float, float]]] = {}
    sql = "SELECT name, lat, lon FROM registry_place WHERE name IN ({marks}) AND lat IS NOT NULL AND lon IS NOT NULL"
    for name, lat, lon in ask_among(sql, sorted(set(told))):
        named.setdefault(name, []).append((float(lat), float(lon)))
    found |= {name: points[0] for name, points in named.items() if len(points) == 1}
    return found | place_points(told)


def paths_by_code(source: str) -> dict[str, str]:
    """Every code and name by which a source, or anyone, calls a place -> its path; as written, in small and in capitals."""
    rows = db.ask(
        "SELECT a.code, j.path, j.code, j.names FROM registry_alias a JOIN registry_jurisdiction j ON j.id = a.id_of"
        " WHERE a.what = 'jurisdiction' AND a.source IN ('any', %s) ORDER BY j.path DESC",
        (source,),
    )
    found: dict[str, str] = {}
    for called, path, code, names in rows:
        own = {name: path for name in (code, *orjson.loads(names).values()) if name.lower() == called}
        found |= own | {called: path, called.upper(): path}
    return found
