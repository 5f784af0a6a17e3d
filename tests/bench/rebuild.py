"""Rebuilding every desk's tables from the log, and proving the log whole against its seals."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db import connection

from ringfence.app import open_centre
from ringfence.core import db, seal
from ringfence.core.home import home
from tests.bench.installation import NOON, StepClock, small_city, sqlite_as_ours
from tests.bench.measure import Row, faster_than, interleaved, seconds
from tests.bench.record import every_kind

NAME = "rebuild"
BOTH = True
ROUNDS = 5


def run(quick: bool) -> list[Row]:
    """Facts a second."""
    n = 600 if quick else 3000
    _, god, districts = small_city(n)
    centre = open_centre(StepClock(NOON + timedelta(days=1)), home())
    for work in every_kind(centre, god, districts, n):
        work()
    seal.seal(home(), NOON)
    facts = centre.rebuild()
    rebuilt, read = interleaved(lambda: seconds(centre.rebuild), _read_and_hash, ROUNDS)
    verified, again = interleaved(lambda: seconds(lambda: _whole(facts)), _read_and_hash, ROUNDS)
    where, yardstick = connection.vendor, "yardstick: the log's rows read and hashed (SHA-256)"
    return [
        faster_than(f"rebuild, {where}", facts / rebuilt, 10_000, "facts/s", facts / read, f"{facts:,} facts; {yardstick}"),
        faster_than(f"verify, {where}", facts / verified, 200_000, "facts/s", facts / again, yardstick),
    ]  # fmt: skip


def _whole(facts: int) -> None:
    proof = seal.verify(home())
    if not proof.whole or proof.lines != facts:
        message = f"{proof} of {facts}"
        raise AssertionError(message)


def _read_and_hash() -> float:
    """Reading every row of the log and hashing its text, with nothing else done."""

    def work() -> None:
        sql = "SELECT * FROM log ORDER BY seq"
        rows = sqlite_as_ours(str(connection.settings_dict["NAME"])).execute(sql) if _sqlite() else db.ask(sql)
        for row in rows:
            sha256(repr(row).encode()).digest()

    return seconds(work)


def _sqlite() -> bool:
    return bool(connection.vendor == "sqlite")
