"""The yardstick of `record`: the very statements that the loop sent, sent again by hand to a copy of the database.

Same reads, same rows, same durable commits; prepared statements, no Python between one and the next but a loop.
Savepoints and the writer's lock are left out, as one who writes by hand would do without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from django.db import connection

from ringfence.core import db
from tests.bench.installation import database_url, sqlite_as_ours

READ, WRITE = "read", "write"
_NOT_BY_HAND = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT pg_advisory_xact_lock")


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement as it was sent, with one row of parameters, or with many at once."""

    kind: str
    sql: str
    rows: list[Sequence[Any]]


@contextmanager
def recording() -> Iterator[list[Sent]]:
    """Every statement that the loop sends meanwhile, in order."""
    sent: list[Sent] = []
    select, send = db._select, db._send

    def selected(raw: object, sql: str, params: Sequence[Any]) -> list[db.Row]:
        if not sql.startswith(_NOT_BY_HAND):
            sent.append(Sent(READ, sql, [params]))
        return select(raw, sql, params)

    def was_sent(raw: object, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if not sql.startswith(_NOT_BY_HAND):
            sent.append(Sent(WRITE, sql, list(rows)))
        send(raw, sql, rows)

    db._select, db._send = selected, was_sent
    try:
        yield sent
    finally:
        db._select, db._send = select, send


class Hand(Protocol):
    """One who sends statements by hand."""

    def commit(self, statements: Sequence[Sent]) -> None:
        """Send these in one transaction, durable when it returns."""

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """Every row of a table, sorted."""


class SqliteHand:
    """By hand on SQLite."""

    def __init__(self, database: str) -> None:
        """Open a copy."""
        self.raw: sqlite3.Connection = sqlite_as_ours(database)

    def commit(self, statements: Sequence[Sent]) -> None:
        """Send these in one transaction."""
        raw = self.raw
        raw.execute("BEGIN IMMEDIATE")
        for sent in statements:
            if sent.kind == READ:
                raw.execute(sent.sql, sent.rows[0]).fetchall()
            elif len(sent.rows) == 1:
                raw.execute(sent.sql, sent.rows[0])
            else:
                raw.executemany(sent.sql, sent.rows)
        raw.execute("COMMIT")

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """Every row, sorted."""
        return sorted(self.raw.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)


class PostgresHand:
    """By hand on PostgreSQL."""

    def __init__(self, database: str) -> None:
        """Open a copy."""
        base = database_url().rpartition("/")[0]
        self.raw = psycopg.connect(f"{base}/{database}", autocommit=True, prepare_threshold=0)
        self.cursor = self.raw.cursor()

    def commit(self, statements: Sequence[Sent]) -> None:
        """Send these in one transaction."""
        cursor = self.cursor
        cursor.execute("BEGIN")
        for sent in statements:
            if sent.kind == READ:
                cursor.execute(sent.sql, sent.rows[0]).fetchall()
            elif len(sent.rows) == 1:
                cursor.execute(sent.sql, sent.rows[0])
            else:
                cursor.executemany(sent.sql, sent.rows)
        cursor.execute("COMMIT")

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """Every row, sorted."""
        return sorted(self.cursor.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)


def hand_over(database: str) -> Hand:
    """A hand over a copy, of whichever kind it is."""
    return SqliteHand(database) if connection.vendor == "sqlite" else PostgresHand(database)


def as_sent(statements: Sequence[Sent], vendor: str) -> list[Sent]:
    """The statements in the driver's own parameter style."""
    if vendor != "sqlite":
        return list(statements)
    return [Sent(each.kind, each.sql.replace("%s", "?").replace("%%", "%"), each.rows) for each in statements]


def recorded(works: Sequence[Callable[[], object]]) -> list[list[Sent]]:
    """For each piece of work, the statements that it sent."""
    found = []
    for work in works:
        with recording() as sent:
            work()
        found.append(as_sent(sent, connection.vendor))
    return found
