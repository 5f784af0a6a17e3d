"""What reading a laboratory's file asks of what is on record, for many tubes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ringfence.core import db
from ringfence.core.among import ask_among
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.facts.ids import PlaceId, TubeId
from ringfence.facts.testing import Result


def file_read_before(sha256: str, laboratory: PlaceId) -> int | None:
    """When this file of a laboratory was last read in, in microseconds."""
    sql = "SELECT max(at) FROM testing_results_file WHERE sha256 = %s AND laboratory = %s"
    row = db.ask_one(sql, (sha256, laboratory))
    return None if row is None or row[0] is None else int(row[0])


def strays_of(ids: Sequence[TubeId]) -> dict[TubeId, tuple[Result, float | None]]:
    """(result, Ct) of those of these tubes whose result waits for the tube."""
    sql = "SELECT tube, result, ct FROM testing_stray WHERE tube IN ({marks}) AND matched_at IS NULL"
    return {tube: (Result(result), ct) for tube, result, ct in ask_among(sql, ids)}


@dataclass(frozen=True, slots=True)
class PlateRow:
    """A plate on record."""

    id: str
    laboratory: PlaceId
    loaded_at: int
    run_at: int | None
    valid: bool | None


def plates_called(names: Sequence[str]) -> dict[str, PlateRow]:
    """Those of these plates that are on record."""
    found: dict[str, PlateRow] = {}
    sql = "SELECT id, laboratory, loaded_at, run_at, valid FROM testing_plate WHERE id IN ({marks})"
    for name, laboratory, loaded_at, run_at, valid in ask_among(sql, names):
        held = None if valid is None else bool(valid)
        found[name] = PlateRow(name, laboratory, loaded_at, run_at, held)
    return found


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of results that was read in."""

    read_at: datetime
    sha256: str
    rows: int
    new: int
    unchanged: int
    corrected: int
    stray: int
    refused: int


@query()
def result_files(*, laboratory: PlaceId, limit: int = 20) -> list[FileRow]:
    """The files of results that a laboratory handed in, newest first."""
    rows = db.ask(
        "SELECT at, sha256, rows, new, unchanged, corrected, stray, refused FROM testing_results_file"
        " WHERE laboratory = %s ORDER BY at DESC, seq DESC LIMIT %s",
        (laboratory, min(max(limit, 1), 1000)),
    )
    return [FileRow(from_micros(at), *rest) for at, *rest in rows]
