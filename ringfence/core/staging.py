"""Where a rebuild remembers: in the tables themselves on SQLite; for a server in a file of its own, copied over at the end.

Memory asks something for nearly every fact, and on a server each question is a journey. The SQL of memory is the same
text on both databases, so what it keeps in the file is what it would have kept on the server; a property holds that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from ringfence.core import db

_AFFINITIES = {"integer": "INTEGER", "bigint": "INTEGER", "smallint": "INTEGER", "boolean": "INTEGER",
               "double precision": "REAL"}  # fmt: skip
_COLUMNS = (
    "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL), a.attnotnull FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid WHERE c.oid = ANY (%s::text[]::regclass[]) AND a.attnum > 0"
    " AND NOT a.attisdropped ORDER BY a.attnum"
)
_INDEXES = (  # the long ones, and those over a part of a table, serve lists: memory looks by key
    "SELECT c.relname::text, i.indisunique, array_agg(a.attname::text ORDER BY k.n) FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indrelid"
    " CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(number, n)"
    " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
    " WHERE i.indrelid = ANY (%s::text[]::regclass[]) AND i.indpred IS NULL AND i.indexprs IS NULL"
    " AND (i.indisunique OR i.indnkeyatts < 4)"
    " GROUP BY c.relname, i.indexrelid, i.indisunique"
)


@contextmanager
def emptied(tables: Sequence[str], folder: Path) -> Iterator[sqlite3.Connection | None]:
    """These tables, empty, to be remembered anew inside a transaction; a connection where that is not the database's own.

    The file lies in a folder of its own under `folder` and is gone afterwards. The server's rows give way at the end, all
    at once.
    """
    if connection.vendor == "sqlite":
        for table in tables:
            db.run(f'DELETE FROM "{table}"')
        yield None
        return
    with TemporaryDirectory(prefix="rebuild-", dir=folder) as beside:
        raw = sqlite3.connect(Path(beside) / "memory.sqlite3", isolation_level=None, cached_statements=512)
        try:
            for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144", "temp_store=MEMORY"):
                raw.execute(f"PRAGMA {setting}")
            columns = _laid(raw, tables)
            raw.execute("BEGIN")
            yield raw
            for table, names in columns.items():
                db.run(f'DELETE FROM "{table}"')
                _copy(raw, table, names)
        finally:
            raw.close()


def _laid(raw: sqlite3.Connection, tables: Sequence[str]) -> dict[str, list[str]]:
    """Tables like the server's, with their keys and indexes; returns their columns."""
    wanted = ([f'"{table}"' for table in tables],)
    columns: dict[str, list[tuple[str, str]]] = {table: [] for table in tables}
    for table, name, kind, needed in db.ask(_COLUMNS, wanted):
        columns[table].append((name, f'"{name}" {_AFFINITIES.get(kind, "TEXT")}{" NOT NULL" if needed else ""}'))
    for table, told in columns.items():
        raw.execute(f'CREATE TABLE "{table}" ({", ".join(each for _, each in told)})')
    for n, (table, unique, names) in enumerate(db.ask(_INDEXES, wanted)):
        listed = ", ".join(f'"{name}"' for name in names)
        raw.execute(f'CREATE {"UNIQUE " if unique else ""}INDEX "{table}_{n}" ON "{table}" ({listed})')
    return {table: [name for name, _ in told] for table, told in columns.items()}


def _copy(raw: sqlite3.Connection, table: str, names: Sequence[str]) -> None:
    listed = ", ".join(f'"{name}"' for name in names)
    server: Any = connection.connection
    with server.cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
        for row in raw.execute(f'SELECT {listed} FROM "{table}" ORDER BY rowid'):
            copy.write_row(row)
