"""What could not be accepted, kept as it came until it has been dealt with, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from ringfence.core import db
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.writer import writing

AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Something kept: the door it came by (with what it is about), why it was refused, and its content, sealed."""

    door: str
    code: str
    content: str


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Something kept that nobody has dealt with yet."""

    id: int
    door: str
    code: str
    content: str
    told_by: str
    heard_at: datetime


def keep(rows: Sequence[KeptRow], told_by: str, at: datetime) -> int:
    """Keep what is not kept already (the same door and code, still open); returns how many were."""
    kept = 0
    for begin in range(0, len(rows), AT_A_TIME):
        with writing():
            for row in rows[begin : begin + AT_A_TIME]:
                if db.ask_one(_THERE, (row.door, row.code)) is None:
                    db.send(_KEEP, [(row.door, row.code, row.content, told_by, to_micros(at))])
                    kept += 1
    return kept


def keep_row(row: KeptRow, told_by: str, at: datetime) -> int:
    """Keep one thing, inside a telling; returns its number."""
    db.send(_KEEP, [(row.door, row.code, row.content, told_by, to_micros(at))])
    found = db.ask_one("SELECT max(id) FROM quarantine WHERE door = %s", (row.door,))
    return int(found[0]) if found else 0


def content_of(row: int) -> tuple[str, str]:
    """(door, sealed content) of one thing kept, settled or not; empty where there is none."""
    found = db.ask_one("SELECT door, content FROM quarantine WHERE id = %s", (row,))
    return (str(found[0]), str(found[1])) if found else ("", "")


_THERE = "SELECT 1 FROM quarantine WHERE door = %s AND code = %s AND settled_at IS NULL LIMIT 1"
_KEEP = "INSERT INTO quarantine (door, code, content, told_by, heard_at) VALUES (%s, %s, %s, %s, %s)"


def settle(doors: Collection[str], at: datetime) -> None:
    """What came by these doors has been dealt with."""
    asked = sorted(doors)
    for begin in range(0, len(asked), AT_A_TIME):
        some = asked[begin : begin + AT_A_TIME]
        marks = ", ".join(["%s"] * len(some))
        sql = f"UPDATE quarantine SET settled_at = %s WHERE settled_at IS NULL AND door IN ({marks})"
        with writing():
            db.send(sql, [(to_micros(at), *some)])


def settle_row(row: int, at: datetime) -> None:
    """One thing kept has been dealt with; inside a telling."""
    db.write("quarantine", "UPDATE quarantine SET settled_at = %s WHERE id = %s", (to_micros(at), row))


def open_row(row: int) -> OpenRow | None:
    """One thing that nobody has dealt with yet."""
    found = db.ask(f"SELECT {_OPEN} FROM quarantine WHERE id = %s AND settled_at IS NULL", (row,))
    rows = [OpenRow(id_, door, code, content, by, from_micros(at)) for id_, door, code, content, by, at in found]
    return rows[0] if rows else None


_OPEN = "id, door, code, content, told_by, heard_at"


def open_doors(prefix: str) -> set[str]:
    """The doors beginning so that have something open."""
    sql = "SELECT DISTINCT door FROM quarantine WHERE settled_at IS NULL AND door >= %s AND door < %s"
    return {door for (door,) in db.ask(sql, (prefix, prefix + "\U0010ffff"))}


def open_rows(prefix: str = "", limit: int = 200) -> list[OpenRow]:
    """What is open, oldest first."""
    rows = db.ask(
        "SELECT id, door, code, content, told_by, heard_at FROM quarantine"
        " WHERE settled_at IS NULL AND door >= %s AND door < %s ORDER BY heard_at, id LIMIT %s",
        (prefix, prefix + "\U0010ffff", limit),
    )
    return [OpenRow(id_, door, code, content, by, from_micros(at)) for id_, door, code, content, by, at in rows]
