"""Triggers that refuse to change what was written: the log and its seals, on both databases."""

from __future__ import annotations

from django.db import connection

GUARDED = ("log", "seal")

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON "{table}"
BEGIN SELECT RAISE(ABORT, 'the {table} is for ever: {verb} refused'); END
"""

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the {table} is for ever: % refused', TG_OP; END $$
"""

_POSTGRES_TRIGGER = """
CREATE OR REPLACE TRIGGER {table}_no_{lower} BEFORE {verb} ON "{table}"
FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_for_ever()
"""


_NOT_BYTEWISE = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
"""


def compare_bytewise() -> None:
    """On PostgreSQL, compare text by bytes, as SQLite does: a scope is a range over paths, whatever the server's locale."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOT_BYTEWISE)
        for table, column in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C"')


def lay() -> None:
    """Lay every guard that is missing."""
    compare_bytewise()
    with connection.cursor() as cursor:
        for table in GUARDED:
            if connection.vendor == "sqlite":
                for verb in ("UPDATE", "DELETE"):
                    cursor.execute(_SQLITE.format(table=table, verb=verb))
                continue
            cursor.execute(_POSTGRES_FUNCTION.format(table=table).replace("%", "%%"), [])
            for verb in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(_POSTGRES_TRIGGER.format(table=table, verb=verb, lower=verb.lower()))
