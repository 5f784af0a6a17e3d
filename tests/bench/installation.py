"""An installation of its own for a benchmark: a folder under the temporary files, SQLite or PostgreSQL, a small city."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from ringfence.app import open_centre, start
from ringfence.core import db
from ringfence.core.access import Who, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.core.home import home
from ringfence.facts.ids import JurisdictionId, OutbreakId, PersonId, derive
from ringfence.facts.registry import (
    JurisdictionDeclared,
    OutbreakDeclared,
    PersonRegistered,
    UnitDeclared,
)

NOON = datetime(2021, 9, 25, 4, 0, tzinfo=UTC)
FUNCTIONS = ("investigation", "reporting", "supervision", "sampling", "command")
BEGAN = date(2021, 6, 1)


class StepClock(ToldClock):
    """A clock that moves on by a second each time it is read, so that every action has a moment of its own."""

    def now(self) -> datetime:
        """The next second."""
        self.pass_by(timedelta(seconds=1))
        return super().now()


def migrated() -> None:
    """Django set up over the database that the environment names, with its tables made."""
    home().mkdir(parents=True, exist_ok=True)
    start()
    call_command("migrate", verbosity=0)


def area_id(path: str) -> JurisdictionId:
    """The id of the place at a path."""
    return JurisdictionId(derive("place", path))


def areas_and_units(paths: list[str], carrying: int = 9) -> list[JurisdictionDeclared | UnitDeclared]:
    """Places at these paths, parents first; those at most so deep have a unit that carries every function."""
    facts: list[JurisdictionDeclared | UnitDeclared] = []
    for path in paths:
        above, _, code = path.rstrip(".").rpartition(".")
        parent = area_id(f"{above}.") if above else None
        names = {"en": f"Area {path}", "zh": f"地区 {path}"}
        facts.append(
            JurisdictionDeclared(
                jurisdiction=area_id(path), code=code, level="area", names=names, parent=parent,
                zone="Asia/Shanghai", at=NOON,
            )
        )  # fmt: skip
        if path.count(".") > carrying:
            continue
        facts.append(
            UnitDeclared(
                unit=derive("unit", path), jurisdiction=area_id(path), names=names, functions=FUNCTIONS,
                above=derive("unit", f"{above}.") if above else None, at=NOON,
            )
        )  # fmt: skip
    return facts


def outbreak(path: str, code: str = "COV") -> OutbreakDeclared:
    """An outbreak of covid-19 under a pack that came with the product."""
    return OutbreakDeclared(
        outbreak=OutbreakId(derive("outbreak", code)), code=code, title="Covid 2021", disease="covid-19",
        pack="cn-covid-2021", jurisdiction=area_id(path), begins_on=BEGAN, at=NOON,
    )  # fmt: skip


def person_id(n: int) -> PersonId:
    """The id of the n-th person."""
    return PersonId(derive("person", "bench", str(n)))


def person(n: int, path: str) -> PersonRegistered:
    """The n-th person, who lives at a path."""
    return PersonRegistered(
        person=person_id(n), source="bench", code=f"P{n:07d}", sex="female" if n % 2 else "male",
        age_years=float(n % 90), office=area_id(path), residence=area_id(path), at=NOON,
    )  # fmt: skip


def small_city(people: int) -> tuple[Centre, Who, list[str]]:
    """A city of three districts with some registered people; its centre, a feed, and the districts' paths."""
    migrated()
    centre = open_centre(StepClock(NOON), home())
    god = feed("bench")
    districts = ["c.a.", "c.b.", "c.d."]
    facts = [*areas_and_units(["c.", *districts]), outbreak("c.")]
    facts += [person(n, districts[n % 3]) for n in range(people)]
    for begin in range(0, len(facts), 1000):
        centre.hear(god, facts[begin : begin + 1000])
    return centre, god, districts


def point_at(database: str) -> None:
    """Let Django's connection and the registry's remembered paths belong to another database."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = database


def copies(names: list[str]) -> list[str]:
    """Exact copies of the database now open, under these names: files beside it, or databases of the same server."""
    if connection.vendor == "sqlite":
        db.ask("PRAGMA wal_checkpoint(TRUNCATE)")
        source = str(connection.settings_dict["NAME"])
        connection.close()
        return [shutil.copy(source, Path(source).with_name(f"{name}.sqlite3")) for name in names]
    source = str(connection.settings_dict["NAME"])
    connection.close()
    point_at("postgres")
    connection.ensure_connection()
    connection.connection.autocommit = True
    made = [f"{source}_{name}" for name in names]
    for name in made:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return made


def sqlite_as_ours(path: str) -> sqlite3.Connection:
    """A plain connection with the same durability and cache as ours, and room for every prepared statement."""
    raw = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "cache_size=-65536",
                    "mmap_size=1073741824", "temp_store=MEMORY"):  # fmt: skip
        raw.execute(f"PRAGMA {setting}")
    return raw


def database_url() -> str:
    """The URL of the server, where the benchmark is run on PostgreSQL."""
    return os.environ.get("DATABASE_URL", "")
