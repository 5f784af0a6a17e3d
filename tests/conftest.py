"""A fresh database for each test, copied from one that was migrated once; never flushed, as the log cannot be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

_STATE = Path(tempfile.mkdtemp(prefix="ringfence-tests-"))
os.environ["RINGFENCE_HOME"] = str(_STATE)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringfence.settings")
POSTGRES = os.environ.pop("RINGFENCE_TEST_POSTGRES", "")  # a server's URL, whose user may create databases
os.environ.pop("DATABASE_URL", None)

from ringfence.app import open_centre, start  # noqa: E402 (after the environment is set)

start()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from ringfence.core.centre import Centre  # noqa: E402
from ringfence.core.clock import ToldClock  # noqa: E402
from tests import stores  # noqa: E402

hypothesis_settings.register_profile("house", deadline=None)  # a machine may be busy: no timed tests
hypothesis_settings.load_profile("house")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
NOON = datetime(2021, 9, 25, 4, 0, tzinfo=UTC)  # noon in Harbin


@pytest.fixture(scope="session")
def template() -> Path:
    """A migrated SQLite database."""
    path = _STATE / "template.sqlite3"
    stores.use_sqlite(path)
    call_command("migrate", verbosity=0)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Iterator[Path]:
    """An installation's state in a folder of its own, over a fresh database."""
    state = tmp_path / "home"
    state.mkdir()
    os.environ["RINGFENCE_HOME"] = str(state)
    with stores.sqlite(template, state / "ringfence.sqlite3"):
        yield state


@pytest.fixture
def clock() -> ToldClock:
    """A clock that shows noon of 25 September 2021 in Harbin until it is told otherwise."""
    return ToldClock(NOON)


@pytest.fixture
def centre(home: Path, clock: ToldClock) -> Centre:
    """An open centre over a fresh database."""
    return open_centre(clock, home)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server whose user may create databases; empty where there is none."""
    yield POSTGRES
    stores.drop_templates(POSTGRES)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, clock: ToldClock, server: str
) -> Iterator[Centre]:
    """An open centre over a fresh database, once on SQLite and once on PostgreSQL."""
    state = tmp_path / "home"
    state.mkdir()
    os.environ["RINGFENCE_HOME"] = str(state)
    if request.param == "postgresql":
        stores.need_postgres(server)
        with stores.postgres(server):
            yield open_centre(clock, state)
        return
    with stores.sqlite(template, state / "ringfence.sqlite3"):
        yield open_centre(clock, state)
