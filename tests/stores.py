"""Fresh databases of both kinds, copied from ones that were migrated once; never flushed, as the log cannot be."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from ringfence.core.home import database

_count = itertools.count()


def use(settings: dict[str, object]) -> None:
    """Point Django's one connection at another database."""
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": dict(settings)})["default"]


def use_sqlite(path: Path) -> None:
    use({**database(), "NAME": str(path)})


def use_postgres(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    try:
        use({**database(), "CONN_MAX_AGE": 0})
    finally:
        del os.environ["DATABASE_URL"]


def need_postgres(server: str) -> None:
    """Skip with the reason where there is no server; in CI there must be one."""
    if server:
        return
    reason = "no PostgreSQL server: set RINGFENCE_TEST_POSTGRES=postgresql://user@host:port/postgres"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _beside(server: str, name: str) -> str:
    parts = urlsplit(server)
    return parts._replace(path=f"/{name}").geturl()


def _on_server(server: str, sql: str) -> None:
    with psycopg.connect(server, autocommit=True) as raw:
        raw.execute(sql)


@cache
def _postgres_template(server: str) -> str:
    name = f"ringfence_template_{os.getpid()}"
    _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    use_postgres(_beside(server, name))
    call_command("migrate", verbosity=0)
    connection.close()
    return name


@contextmanager
def postgres(server: str) -> Iterator[str]:
    """A fresh PostgreSQL database, its URL; gone afterwards."""
    template, name = _postgres_template(server), f"ringfence_{os.getpid()}_{next(_count)}"
    connection.close()
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = _beside(server, name)
    use_postgres(url)
    try:
        yield url
    finally:
        connections["default"].close()
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def sqlite(template: Path, path: Path) -> Iterator[Path]:
    """A fresh SQLite database at a path."""
    shutil.copy(template, path)
    use_sqlite(path)
    try:
        yield path
    finally:
        connections["default"].close()


def drop_templates(server: str) -> None:
    """Leave nothing on the server."""
    if server:
        _on_server(server, f"DROP DATABASE IF EXISTS ringfence_template_{os.getpid()} WITH (FORCE)")
