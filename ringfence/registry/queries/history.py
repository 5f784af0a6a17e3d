"""The log as it may be read: lines, seals, files kept beside it, and what could not be accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db, log
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.core.log import Told
from ringfence.facts.ids import JurisdictionId
from ringfence.registry.queries.areas import narrowed_to

STRETCH = 20_000  # lines looked through for one page, so that a rare filter costs no more than a common one


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines, the newest first; `next` is where to go on looking, None at the beginning of the log."""

    lines: list[Told]
    next: int | None


@query(may="audit")
def log_lines(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    kind: str | None = None,
    by: str | None = None,
    under: JurisdictionId | None = None,
    before: int | None = None,
    limit: int = 50,
) -> LogPage:
    """Lines of the log at the asker's places, the newest first."""
    scope = narrowed_to(scope, under)
    condition, values = scope.sql("jurisdiction")
    top = log.last_seq() + 1 if before is None else before
    bottom = max(top - STRETCH, 0)
    parts, told = [condition, "seq < %s", "seq >= %s"], [*values, top, bottom]
    for column, value in (("kind", kind), ("told_by", by)):
        if value:
            parts.append(f"{column} = %s")
            told.append(value)
    limit = max(1, min(limit, 200))
    rows = db.ask(f"SELECT {log.COLUMNS} FROM log WHERE {' AND '.join(parts)} ORDER BY seq DESC LIMIT {limit}", told)
    if len(rows) == limit:
        following: int | None = rows[-1][0]
    else:
        following = bottom if bottom > 1 else None
    return LogPage([log.told(row) for row in rows], following)


@query(may="audit")
def seals() -> list[dict[str, Any]]:
    """The newest seals of the log."""
    names = ("n", "first_seq", "last_seq", "root", "previous", "sealed_at", "signature")
    rows = db.ask(f"SELECT {', '.join(names)} FROM seal ORDER BY n DESC LIMIT 50")
    return [dict(zip(names, (*row[:5], from_micros(row[5]), row[6]), strict=True)) for row in rows]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file kept with a record; its name is sealed."""

    id: str
    about: str
    sealed_name: str
    media_type: str
    bytes: int
    kept_at: datetime


def kept_files(about: str) -> list[FileRow]:
    """The files kept with a record, the newest first."""
    rows = db.ask(
        "SELECT id, about, sealed_name, media_type, bytes, kept_at FROM registry_kept_file WHERE about = %s"
        " ORDER BY kept_at DESC LIMIT 200",
        (about,),
    )
    return [
        FileRow(id_, of, name, media_type, size, from_micros(kept)) for id_, of, name, media_type, size, kept in rows
    ]
