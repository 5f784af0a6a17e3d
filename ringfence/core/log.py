"""The log of facts: one line each, in the order of commits, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.fact import Fact, Line, decode, encode, from_micros, to_micros

COLUMNS = "seq, kind, at, heard_at, told_by, because, outbreak, jurisdiction, pack, body"
_APPEND = f"INSERT INTO log ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_SELECT = f"SELECT {COLUMNS} FROM log"


_BYTES = {  # the stored bytes of a line: its columns as text, apart by 0x1f, an absent one as 0x00
    "sqlite": "CAST(seq || char(31) || kind || char(31) || at || char(31) || heard_at || char(31) || told_by || char(31)"
    " || coalesce(because, char(0)) || char(31) || coalesce(outbreak, char(0)) || char(31)"
    " || coalesce(jurisdiction, char(0)) || char(31) || coalesce(pack, char(0)) || char(31) || body AS BLOB)",
    "postgresql": r"convert_to(concat_ws(chr(31), seq, kind, at, heard_at, told_by), 'UTF8')"
    r" || '\x1f'::bytea || coalesce(convert_to(because::text, 'UTF8'), '\x00'::bytea)"
    r" || '\x1f'::bytea || coalesce(convert_to(outbreak, 'UTF8'), '\x00'::bytea)"
    r" || '\x1f'::bytea || coalesce(convert_to(jurisdiction, 'UTF8'), '\x00'::bytea)"
    r" || '\x1f'::bytea || coalesce(convert_to(pack, 'UTF8'), '\x00'::bytea)"
    r" || '\x1f'::bytea || convert_to(body, 'UTF8')",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with its line."""

    line: Line
    fact: Fact

    @property
    def kind(self) -> str:
        """The fact's wire name."""
        return type(self.fact).__name__


def last_seq() -> int:
    """The number of the newest line; 0 in an empty log."""
    row = db.ask_one("SELECT max(seq) FROM log")
    return int(row[0]) if row and row[0] is not None else 0


def first_kind() -> str | None:
    """The kind of the first line; None in an empty log, and where its table has not been laid yet."""
    if "log" not in connection.introspection.table_names():
        return None
    row = db.ask_one("SELECT kind FROM log WHERE seq = 1")
    return str(row[0]) if row else None


def append(fact: Fact, line: Line) -> None:
    """Write a line; it leaves with the telling's other rows."""
    row = (
        line.seq,
        type(fact).__name__,
        to_micros(fact.at),
        to_micros(line.heard_at),
        line.by,
        line.because,
        line.outbreak,
        line.jurisdiction,
        line.pack,
        encode(fact).decode(),
    )
    db.write("log", _APPEND, row)


def told(row: Sequence[Any]) -> Told:
    """A row of the log, read."""
    seq, kind, at, heard_at, by, because, outbreak, jurisdiction, pack, body = row
    line = Line(
        seq=seq,
        heard_at=from_micros(heard_at),
        by=by,
        because=because,
        outbreak=outbreak,
        jurisdiction=jurisdiction,
        pack=pack,
    )
    return Told(line, decode(kind, at, body))


def rows(after: int = 0, until: int | None = None, page: int = 5000) -> Iterator[Sequence[Any]]:
    """Stored rows in order, a page at a time."""
    until = last_seq() if until is None else until
    while after < until:
        found = db.ask_past(f"{_SELECT} WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT {page}", (after, until))
        if not found:
            return
        yield from found
        after = found[-1][0]


def stored(after: int, until: int, page: int = 10_000) -> Iterator[tuple[int, bytes]]:
    """(number, stored bytes) of each line in order: what a seal is made of. Put together where they lie, as it is faster."""
    columns = f"seq, {_BYTES[connection.vendor]} FROM log"
    while after < until:
        found = db.ask_past(f"SELECT {columns} WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT {page}", (after, until))
        if not found:
            return
        yield from found
        after = found[-1][0]


def lines(seqs: Sequence[int]) -> list[Told]:
    """The lines with these numbers, in order."""
    if not seqs:
        return []
    marks = ", ".join(["%s"] * len(seqs))
    return [told(row) for row in db.ask(f"{_SELECT} WHERE seq IN ({marks}) ORDER BY seq", tuple(seqs))]


def between(first: int, last: int) -> list[Told]:
    """The lines of one telling."""
    return [told(row) for row in db.ask(f"{_SELECT} WHERE seq >= %s AND seq <= %s ORDER BY seq", (first, last))]


def seen(scope: Scope, after: int, limit: int = 200) -> tuple[list[Told], int | None]:
    """Lines after a number that lie in a scope, and the number to go on from (None: the log ends here).

    So many lines are looked at, not so many found: a page costs the same in a log of any length and for any scope.
    """
    stored = db.ask(f"{_SELECT} WHERE seq > %s ORDER BY seq LIMIT {limit + 1}", (after,))
    looked_at = stored[:limit]
    found = [told(row) for row in looked_at if scope.covers(row[7] or "")]
    return found, looked_at[-1][0] if len(stored) > limit else None


def why(seq: int) -> list[Told]:
    """The chain of `because` behind a line, from that line up to what a person or a feed told."""
    chain: list[Told] = []
    while found := lines([seq]):
        chain.append(found[0])
        if found[0].line.because is None:
            break
        seq = found[0].line.because
    return chain


def followed(seq: int) -> list[Told]:
    """What followed directly from a line."""
    return [told(row) for row in db.ask(f"{_SELECT} WHERE because = %s ORDER BY seq LIMIT 200", (seq,))]
