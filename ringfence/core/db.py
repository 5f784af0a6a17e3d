"""Plain SQL on the hot path: the same text on both databases, rows buffered until somebody reads their table.

Inside a telling, memory's rows and the log's lines wait in a buffer and go out together, at the latest before the next
read that names their table. A statement's text is its own key, so that equal statements travel as one `executemany`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]


class Buffer:
    """Rows on their way out, by table and in order."""

    def __init__(self) -> None:
        """Begin empty."""
        self.waiting: dict[str, list[tuple[str, list[Sequence[Any]]]]] = {}

    def add(self, table: str, sql: str, params: Sequence[Any]) -> None:
        """Let one row wait; runs of the same statement on a table gather."""
        statements = self.waiting.setdefault(table, [])
        if statements and statements[-1][0] == sql:
            statements[-1][1].append(params)
        else:
            statements.append((sql, [params]))

    def flush(self, tables: Sequence[str] | None = None) -> None:
        """Send what waits for these tables, or everything."""
        for table in list(self.waiting) if tables is None else tables:
            for sql, rows in self.waiting.pop(table, ()):
                send(sql, rows)


_buffer: ContextVar[Buffer | None] = ContextVar("buffer", default=None)


@contextmanager
def buffering() -> Iterator[Buffer]:
    """A telling or a rebuild: writes are allowed and wait in a buffer."""
    buffer = Buffer()
    token = _buffer.set(buffer)
    try:
        with connection.execute_wrapper(_flush_first):
            yield buffer
    finally:
        _buffer.reset(token)


def write(table: str, sql: str, params: Sequence[Any]) -> None:
    """Memory keeps a row: it waits in the telling's buffer. Outside a telling there is nothing to remember."""
    buffer = _buffer.get()
    if buffer is None:
        message = f"a row of {table} was written outside a telling"
        raise RuntimeError(message)
    buffer.add(table, sql, params)


def ask(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """The rows of a SELECT; what waits for a table that it names goes out first."""
    buffer = _buffer.get()
    if buffer is not None and buffer.waiting:
        named = [table for table in buffer.waiting if table in sql]
        if named:
            buffer.flush(named)
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        rows: list[Row] = connection.connection.execute(_qmark(sql), params).fetchall()
        return rows
    cursor = _server_cursor()
    cursor.execute(sql, params)
    return cursor.fetchall()


def ask_one(sql: str, params: Sequence[Any] = ()) -> Row | None:
    """The first row of a SELECT, or None."""
    rows = ask(sql, params)
    return rows[0] if rows else None


def send(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement once for each row of parameters."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        raw = connection.connection
        if len(rows) == 1:
            raw.execute(_qmark(sql), rows[0])
        else:
            raw.executemany(_qmark(sql), rows)
        return
    cursor = _server_cursor()
    if len(rows) == 1:
        cursor.execute(sql, rows[0])
    else:
        cursor.executemany(sql, rows)


def run(sql: str) -> None:
    """Execute one statement without parameters."""
    send(sql, [()])


@lru_cache(maxsize=2048)
def _qmark(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")


def _server_cursor() -> psycopg.Cursor[Row]:
    """A cursor that binds on the server, so that hot statements are prepared there."""
    import psycopg  # noqa: PLC0415 (an embedded database starts without it)

    connection.ensure_connection()
    raw = connection.connection
    cursor = getattr(raw, "ringfence_cursor", None)
    if cursor is None or cursor.closed:
        cursor = psycopg.Cursor(raw)
        raw.ringfence_cursor = cursor
    return cursor


def _flush_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
    """The ORM reads too: whatever waits goes out before its statement."""
    buffer = _buffer.get()
    if buffer is not None and buffer.waiting:
        buffer.flush()
    return execute(sql, params, many, context)
