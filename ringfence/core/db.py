"""Plain SQL on the hot path: the same text on both databases, rows buffered until somebody reads their table.

Inside a telling, memory's rows and the log's lines wait in a buffer and go out together, at the latest before the next
read that names their table. A statement's text is its own key, so that equal statements travel as one `executemany`.
What was read is not read again until a row of a table that it names is written: nobody else writes meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from itertools import chain
from typing import Any

import psycopg
from django.db import connection

from ringfence.core.statements import AT_A_TIME, qmark, reaches_its_own, wide, words_of

Row = tuple[Any, ...]
Waiting = dict[str, list[tuple[str, list[Sequence[Any]]]]]
"""table -> statements in order, each with its rows."""

FEW_ROWS = 16  # a longer answer is not remembered
MOST_READS = 16_384  # answers remembered at once: some of each person of 200 tubes
_ALONE = nullcontext()
SAVEPOINT, BACK, RELEASE = "SAVEPOINT alone", "ROLLBACK TO SAVEPOINT alone", "RELEASE SAVEPOINT alone"


class Buffer:
    """Rows on their way out, by table and in order; those of one item of many apart, until the item is settled.

    A savepoint is taken only when a row of the item must go out before the item is settled: most items that are refused
    have written nothing by then, and most that are accepted are not read before the hand-in is whole.
    """

    def __init__(self, raw: Any = None) -> None:
        """Begin empty; over another connection than Django's where one is given."""
        self.raw = _raw() if raw is None else raw
        self._on_server = not isinstance(self.raw, sqlite3.Connection)
        self.settled: Waiting = {}
        self.waiting: Waiting = {}
        self._item = self._guarded = False
        self._read: dict[tuple[str, Row], tuple[int, list[Row]]] = {}
        self._changed: dict[str, int] = {}  # table -> how many rows had been written when its newest one was
        self._written = 0
        self._bearing: dict[str, dict[Any, int]] = {}  # table -> values of the rows written, and at which write last
        self._unsure: dict[str, int] = {}  # tables with a statement that reaches rows other than those of its values
        self._about: dict[tuple[str, Row], tuple[int, list[Row]]] = {}  # as of which write
        self.worked_out: dict[str, dict[Any, Any]] = {}

    def add(self, table: str, sql: str, params: Sequence[Any]) -> None:
        """Let one row wait; runs of the same statement on a table gather."""
        self._written += 1
        self._changed[table] = self._written
        bearing = self._bearing.get(table)
        if bearing is not None:
            self._note(table, bearing, sql, (params,))
        statements = self.waiting.get(table)
        if statements is None:
            self.waiting[table] = [(sql, [params])]
        elif statements[-1][0] == sql:
            statements[-1][1].append(params)
        else:
            statements.append((sql, [params]))

    def ask(self, sql: str, params: Row) -> list[Row]:
        """The rows of a SELECT, remembered or read; what waits for a table that it names goes out first."""
        words = words_of(sql)
        known = self._read.get((sql, params))
        if known is not None and self._unchanged(words, known[0]):
            return list(known[1])
        if words.isdisjoint(self.waiting) and words.isdisjoint(self.settled):
            rows = _select(self.raw, sql, params)
        else:
            with self._together:
                self._out([table for table in (*self.settled, *self.waiting) if table in words])
                rows = _select(self.raw, sql, params)
        if len(rows) > FEW_ROWS:
            return rows
        if len(self._read) >= MOST_READS:
            self._read.clear()
        self._read[sql, params] = (self._written, rows)
        return list(rows)

    def ask_about(self, table: str, keys: Row, sql: str, params: Row) -> list[Row]:
        """As `ask`, but nothing need go out first while no row with one of these keys was written."""
        bearing = self._bearing_of(table)
        changed = max([bearing.get(key, -1) for key in keys], default=-1)
        changed = max(changed, self._unsure.get(table, -1))
        known = self._about.get((sql, params))
        if known is not None and known[0] >= changed:
            return list(known[1])
        if changed >= 0:
            return self.ask(sql, params)
        rows = _select(self.raw, sql, params)
        if len(self._about) >= MOST_READS:
            self._about.clear()
        self._about[sql, params] = (self._written, rows)
        return list(rows)

    def foretell(self, table: str, sql: str, answers: Mapping[Row, list[Row]]) -> None:
        """Answers to `ask_about` as of now; a key that is written from here on is asked anew."""
        self._bearing_of(table)
        if len(self._about) + len(answers) > MOST_READS:
            self._about.clear()
        for params, rows in answers.items():
            self._about[sql, params] = (self._written, rows)

    def _bearing_of(self, table: str) -> dict[Any, int]:
        """The values of the rows of a table that were written in this telling, each with its last write's number."""
        bearing = self._bearing.get(table)
        if bearing is None:
            bearing = self._bearing[table] = {}
            for waiting in (self.settled, self.waiting):
                for told, rows in waiting.get(table, ()):
                    self._note(table, bearing, told, rows)
        return bearing

    def _note(self, table: str, bearing: dict[Any, int], sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Which values the rows of a statement bear; one that may reach further makes its table unsure."""
        if not reaches_its_own(sql):
            self._unsure[table] = self._written
        for row in rows:
            bearing.update(dict.fromkeys(row, self._written))

    def _unchanged(self, words: frozenset[str], since: int) -> bool:
        """Whether no row of a table among these words was written since."""
        for table, at in self._changed.items():  # noqa: SIM110 (a generator costs twice the time here)
            if at > since and table in words:
                return False
        return True

    def flush(self) -> None:
        """Send everything that waits."""
        if self.waiting or self.settled:
            with self._together:
                self._out((*self.settled, *self.waiting))

    def _out(self, tables: Sequence[str]) -> None:
        """Send what waits for these tables."""
        if self._item and any(table in self.waiting for table in tables):
            self._guard()
        for waiting in (self.settled, self.waiting):
            for table in tables:
                for sql, rows in waiting.pop(table, ()):
                    _send(self.raw, sql, _summed(sql, rows))

    @property
    def _together(self) -> AbstractContextManager[Any]:
        """Statements that need not wait for each other: on a server they make one journey."""
        return self.raw.pipeline() if self._on_server else _ALONE

    # -- one item of many --

    def begin_item(self) -> None:
        """What is written from now on belongs to one item."""
        self._item = True

    def _guard(self) -> None:
        """Something of the item is about to go out: what was settled goes first, then a savepoint is taken."""
        if self._guarded:
            return
        self._guarded = True
        for statements in self.settled.values():
            for sql, rows in statements:
                _send(self.raw, sql, _summed(sql, rows))
        self.settled = {}
        _send(self.raw, SAVEPOINT, [()])

    def settle(self) -> None:
        """The item stands."""
        self._over(RELEASE)
        for table, statements in self.waiting.items():
            before = self.settled.setdefault(table, [])
            for sql, rows in statements:
                if before and before[-1][0] == sql:
                    before[-1][1].extend(rows)
                else:
                    before.append((sql, rows))
        self.waiting = {}

    def take_back(self) -> None:
        """Nothing of the item stands."""
        self._over(BACK, RELEASE)
        self.waiting = {}
        self._read.clear()
        self._about.clear()

    def _over(self, *statements: str) -> None:
        if self._guarded:
            for each in statements:
                _send(self.raw, each, [()])
        self._item = self._guarded = False

    def step_aside(self) -> None:
        """Something is about to be written past this buffer: what waits goes first, and what was read may not stand."""
        self.flush()
        if self._item:
            self._guard()
        self._read.clear()
        self._about.clear()


_buffer: ContextVar[Buffer | None] = ContextVar("buffer", default=None)


@contextmanager
def buffering(raw: Any = None) -> Iterator[Buffer]:
    """A telling or a rebuild: writes are allowed and wait in a buffer; a rebuild may keep them elsewhere (`raw`)."""
    buffer = Buffer(raw)
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


def count(table: str, sql: str, key: Row, counts: Row) -> None:
    """Memory adds to counters by an upsert of `(*key, *counts)`; additions to the same key go out as one sum."""
    _KEYS[sql] = len(key)
    write(table, sql, (*key, *counts))


_KEYS: dict[str, int] = {}
"""How many parameters of a counting upsert are its key."""


def _summed(sql: str, rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """The rows of a statement; those of a counting upsert with each key once."""
    width = _KEYS.get(sql)
    if width is None or len(rows) == 1:
        return rows
    sums: dict[Row, Row] = {}
    for row in rows:
        key, counts = tuple(row[:width]), tuple(row[width:])
        before = sums.get(key)
        sums[key] = counts if before is None else tuple(one + other for one, other in zip(before, counts, strict=True))
    return [(*key, *counts) for key, counts in sums.items()]


def ask(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """The rows of a SELECT; what waits for a table that it names goes out first."""
    buffer = _buffer.get()
    return _select(_raw(), sql, params) if buffer is None else buffer.ask(sql, tuple(params))


def ask_one(sql: str, params: Sequence[Any] = ()) -> Row | None:
    """The first row of a SELECT, or None."""
    rows = ask(sql, params)
    return rows[0] if rows else None


def ask_about(table: str, keys: Sequence[Any], sql: str, params: Sequence[Any]) -> list[Row]:
    """The rows of a SELECT that reads one table, by one column, for these keys alone.

    Rows of other keys that wait to be written need not go out for it. The caller answers for this: each row that the
    SELECT can see bears one of the keys as a value, and whoever writes such a row tells its key.
    """
    buffer = _buffer.get()
    return _select(_raw(), sql, params) if buffer is None else buffer.ask_about(table, tuple(keys), sql, tuple(params))


def foretell(table: str, sql: str, answers: Mapping[Row, list[Row]]) -> None:
    """Remember the answers that `ask_about` would get; nothing outside a telling.

    They were read for many keys in one statement, or follow from the row that memory has just written.
    """
    buffer = _buffer.get()
    if buffer is not None:
        buffer.foretell(table, sql, answers)


def worked_out(what: str) -> dict[Any, Any]:
    """What was worked out ahead for many and is asked of each; kept as long as a telling, and empty outside one."""
    buffer = _buffer.get()
    return {} if buffer is None else buffer.worked_out.setdefault(what, {})


def ask_stored(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """The rows of a SELECT as they are stored, whatever waits: for one who knows that what waits does not matter."""
    buffer = _buffer.get()
    return _select(_raw() if buffer is None else buffer.raw, sql, params)


def ask_past(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """The rows of a SELECT in the database itself, past any buffer: a rebuild may remember elsewhere."""
    return _select(_raw(), sql, params, binary=True)


def send(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement at once, for each row of parameters; inside a telling, what waits goes out first."""
    buffer = _buffer.get()
    if buffer is not None:
        buffer.step_aside()
    _send(_raw(), sql, rows)


def run(sql: str) -> None:
    """Execute one statement without parameters."""
    send(sql, [()])


# -- the two databases ------------------------------------------------------------------------------------------------


def _raw() -> Any:
    """The driver's own connection."""
    raw = connection.connection
    if raw is None:
        connection.ensure_connection()
        raw = connection.connection
    return raw


def _select(raw: Any, sql: str, params: Sequence[Any], *, binary: bool = False) -> list[Row]:
    """The rows of a SELECT; `binary` lets a server send them as they lie, which spares stored bytes their hexadecimals."""
    if isinstance(raw, sqlite3.Connection):
        found: list[Row] = raw.execute(qmark(sql), params).fetchall()
        return found
    cursor = _server_cursor(raw)
    cursor.execute(sql, params, binary=binary)
    return cursor.fetchall()


def _send(raw: Any, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement once for each row of parameters."""
    if isinstance(raw, sqlite3.Connection):
        if len(rows) == 1:
            raw.execute(qmark(sql), rows[0])
        else:
            raw.executemany(qmark(sql), rows)
        return
    cursor = _server_cursor(raw, "ringfence_writer")
    many = wide(sql) if len(rows) >= AT_A_TIME else None
    if many is not None:
        whole = len(rows) - len(rows) % AT_A_TIME
        cursor.executemany(many, [list(chain(*rows[n : n + AT_A_TIME])) for n in range(0, whole, AT_A_TIME)])
        rows = rows[whole:]
    if len(rows) == 1:
        cursor.execute(sql, rows[0])
    elif rows:
        cursor.executemany(sql, rows)


def _server_cursor(raw: Any, name: str = "ringfence_reader") -> psycopg.Cursor[Row]:
    """A cursor that binds on the server, so that hot statements are prepared there.

    Reading and writing have one each: in a pipeline, answers to a long `executemany` may still be on their way when a
    SELECT is sent, and would be taken for its own.
    """
    cursor: psycopg.Cursor[Row] | None = getattr(raw, name, None)
    if cursor is None or cursor.closed:
        cursor = psycopg.Cursor(raw)
        setattr(raw, name, cursor)
    return cursor


def _flush_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
    """The ORM reads and writes too: whatever waits goes out before its statement."""
    buffer = _buffer.get()
    if buffer is not None:
        buffer.step_aside()
    return execute(sql, params, many, context)
