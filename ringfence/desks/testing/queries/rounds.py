"""Rounds as pages show them: who is to be tested, how many of them were, where the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.facts.ids import JurisdictionId, OutbreakId, RoundId
from ringfence.registry.queries.areas import narrowed_to

MISSING = "people - swabbed - excused"
COLUMNS = (
    "id", "seq", "outbreak", "path", "number", "title", "campaign", "groups", "pool_size", "opened_at", "due_at",
    "closed_at", "counted",
)  # fmt: skip
MOST = 200


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round; `counted` says whether a register counted its roster, else it is the population on record."""

    id: RoundId
    seq: int
    outbreak: OutbreakId
    path: str
    number: int
    title: str
    campaign: str
    groups: tuple[str, ...]
    pool_size: int
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    counted: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a roster gave a swab. `beyond`: people swabbed who live in a cell without a roster."""

    people: int
    swabbed: int
    excused: int
    missing: int
    beyond: int
    cells: int
    cells_missing: int


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell of a round's roster."""

    path: str
    people: int
    swabbed: int
    excused: int

    @property
    def missing(self) -> int:
        """Who of the roster has neither a swab nor an excuse."""
        return max(self.people - self.swabbed - self.excused, 0)


@dataclass(frozen=True, slots=True)
class PoolSizeRow:
    """How many share a tube in a part of a round's area."""

    path: str
    size: int
    zone: str


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A round, how far it is at the asker's places, and the sizes of pools set in it."""

    row: RoundRow
    coverage: Coverage
    sizes: list[PoolSizeRow]


_ROUND = f"SELECT {', '.join(COLUMNS)} FROM testing_round"


def read_round(row: Sequence[Any]) -> RoundRow:
    """A row of `testing_round`, read."""
    told = dict(zip(COLUMNS, row, strict=True))
    told["groups"] = tuple(filter(None, told["groups"].split(",")))
    for name in ("opened_at", "due_at", "closed_at"):
        told[name] = None if told[name] is None else from_micros(told[name])
    told["counted"] = bool(told["counted"])
    return RoundRow(**told)


def round_row(scope: Scope, round_id: RoundId) -> RoundRow | None:
    """A round that touches the asker's places."""
    row = db.ask_one(f"{_ROUND} WHERE id = %s", (round_id,))
    found = read_round(row) if row else None
    return found if found is not None and scope.touches(found.path) else None


def chosen(scope: Scope, outbreak: OutbreakId, round_id: RoundId | None) -> RoundRow | None:
    """The round asked for; else the newest open one, else the newest."""
    if round_id:
        return round_row(scope, round_id)
    listed = _rounds(scope, outbreak)
    return next((each for each in listed if each.closed_at is None), next(iter(listed), None))


def _rounds(scope: Scope, outbreak: OutbreakId, under: JurisdictionId | None = None) -> list[RoundRow]:
    within = narrowed_to(scope, under)
    rows = db.ask(f"{_ROUND} WHERE outbreak = %s ORDER BY seq DESC LIMIT {MOST}", (outbreak,))
    return [found for found in map(read_round, rows) if within.touches(found.path)]


@query(may="see")
def rounds(
    scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None, open_only: bool = False
) -> list[RoundRow]:
    """The rounds of an outbreak, newest first."""
    return [each for each in _rounds(scope, outbreak, under) if not open_only or each.closed_at is None]


@query(may="see")
def round_coverage(scope: Scope, *, round: RoundId, under: JurisdictionId | None = None) -> Coverage:
    """How much of a round's roster gave a swab at the asker's places."""
    within, ends = narrowed_to(scope, under).sql("path")
    row = db.ask_one(
        "SELECT coalesce(sum(people), 0), coalesce(sum(CASE WHEN people > 0 THEN swabbed ELSE 0 END), 0),"
        f" coalesce(sum(excused), 0), coalesce(sum(CASE WHEN {MISSING} > 0 THEN {MISSING} ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN people > 0 THEN 0 ELSE swabbed END), 0),"
        " coalesce(sum(CASE WHEN people > 0 THEN 1 ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN {MISSING} > 0 THEN 1 ELSE 0 END), 0) FROM testing_cover WHERE round = %s AND {within}",
        (round, *ends),
    )
    return Coverage(*(int(each) for each in row or (0,) * 7))


@query(may="see")
def round_file(scope: Scope, *, round: RoundId, under: JurisdictionId | None = None) -> RoundFile | None:
    """A round with its coverage and the sizes of its pools; None where it is not known here."""
    row = round_row(scope, round)
    if row is None:
        return None
    return RoundFile(row, round_coverage(scope, round=round, under=under), pool_sizes(scope, round=round))


@query(may="see")
def pool_sizes(scope: Scope, *, round: RoundId) -> list[PoolSizeRow]:
    """Where in a round's area another number of people shares a tube."""
    rows = db.ask(
        f"SELECT path, size, zone FROM testing_pool_size WHERE round = %s ORDER BY path LIMIT {MOST}", (round,)
    )
    return [PoolSizeRow(*row) for row in rows if scope.touches(row[0])]


@query(may="see")
def round_cells(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    round: RoundId | None = None,
    under: JurisdictionId | None = None,
    missing_only: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[CellRow]:
    """The cells of a round's roster, those with the most missing people first."""
    found = chosen(scope, outbreak, round)
    if found is None:
        return Page()
    only = f" AND {MISSING} > 0" if missing_only else ""
    return page(
        f"SELECT path, people, swabbed, excused, {MISSING} FROM testing_cover WHERE round = %s{only}",
        (found.id,),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("testing_cover WHERE round = %s", (found.id,)),
        sort=Sort(MISSING, "path", descending=True),
        after=after,
        limit=limit,
        read=lambda row: CellRow(*row[:4]),
        columns=("path", "people", "swabbed", "excused", MISSING),
    )


def round_places(scope: Scope, round_id: RoundId, paths: Sequence[str]) -> dict[str, CellRow]:
    """The cells of a round at these paths."""
    if not paths:
        return {}
    marks = ", ".join(["%s"] * len(paths))
    rows = db.ask(
        f"SELECT path, people, swabbed, excused FROM testing_cover WHERE round = %s AND path IN ({marks})",
        (round_id, *paths),
    )
    return {row[0]: CellRow(*row) for row in rows if scope.covers(row[0])}
