"""Stations hand in over HTTP to a real server: tubes of ten a second, beside plain inserts of the same rows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

import orjson
from django.db import connection, connections

from ringfence.app import open_centre
from ringfence.core.clock import Clock
from ringfence.core.home import home
from ringfence.desks.testing.feeds.hand_in import hand_in
from ringfence.registry.account_keeping import who_holds
from tests.bench.by_hand import WRITE, hand_over, recorded
from tests.bench.installation import copies, point_at
from tests.bench.measure import Row, below, faster_than, percentile
from tests.bench.round import City, city, letters

NAME = "hand_in"
BOTH = True  # on SQLite and on PostgreSQL
BAR = 1000.0  # tubes of ten a second
WARM_UP = 500


def run(quick: bool) -> list[Row]:
    """Tubes a second while fifty stations send as fast as they are answered; the wait while they send at the bar."""
    where = city(100_000 if quick else 1_000_000)
    tubes, seconds = (8_000, 8) if quick else (60_000, 40)
    by_hand = _plain_inserts(where, 2_000)
    rows = []
    with _server() as (port, spent):
        _send(port, where, letters(where, 0, WARM_UP, 50), 0.0)
        first = WARM_UP
        for in_a_letter in (50, 20):
            before = spent()
            told = _send(port, where, letters(where, first, tubes, in_a_letter), 0.0)
            first += tubes
            cpu = (spent() - before) / told["tubes"] * 1000
            rate = told["tubes"] / told["seconds"]
            note = (
                f"{told['tubes']:,} tubes of ten, 50 stations at once; p50 {_ms(told, 0.5):,.0f} ms, p99"
                f" {_ms(told, 0.99):,.0f} ms; server {cpu:.2f} CPU s a 1,000 tubes; yardstick: plain inserts of the same rows"
            )
            what = f"hand-ins of {in_a_letter} tubes, {connection.vendor}"
            rows.append(faster_than(what, rate, BAR, "tubes/s", by_hand, note))
        at_the_bar = letters(where, first, int(BAR * seconds), 50)
        told = _send(port, where, at_the_bar, 50 / BAR)
        note = f"{BAR:,.0f} tubes/s sent for {seconds} s, {told['tubes'] / told['seconds']:,.0f} taken; p50 {_ms(told, 0.5):,.0f} ms"
        rows.append(below(f"wait for the answer, p99, {connection.vendor}", _ms(told, 0.99), 1000, "ms", note=note))
    return rows


def _ms(told: dict[str, Any], share: float) -> float:
    return 1000 * percentile(told["waited"], share)


def _send(port: int, where: City, sent: list[bytes], every: float) -> dict[str, Any]:
    """Let the stations send these letters, and check that every tube was taken."""
    plan = home() / "plan.json"
    plan.write_bytes(
        orjson.dumps({"secret": where.secret, "every": every, "letters": [each.decode() for each in sent]})
    )
    command = [sys.executable, "-m", "tests.bench.stations", str(port), str(plan)]
    told: dict[str, Any] = orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    expected = sum(each.count(b'"tube":') for each in sent)
    if told["tubes"] != expected:
        message = f"{told['tubes']} of {expected} tubes were taken"
        raise AssertionError(message)
    return told


def _plain_inserts(where: City, tubes: int) -> float:
    """Tubes a second where the rows of the same hand-ins are written by hand, one commit a hand-in, on a copy."""
    original = str(connection.settings_dict["NAME"])
    to_record, by_hand = copies(["recorded", "hand"])
    point_at(to_record)
    centre = open_centre(Clock(), home())
    who = who_holds(where.secret, centre.clock.now())
    bodies = [orjson.loads(each) for each in letters(where, 0, tubes, 50)]
    sent = recorded([partial(hand_in, centre, who, body) for body in bodies])
    hand = hand_over(by_hand)
    writes = [[each for each in one if each.kind == WRITE] for one in sent]
    begun = perf_counter()
    for one in writes:
        hand.commit(one)
    spent = perf_counter() - begun
    point_at(original)
    return tubes / spent


@contextmanager
def _server() -> Iterator[tuple[int, Any]]:
    """`ringfence serve` as it is; its port, and a count of the CPU seconds that it and its workers have used."""
    connections.close_all()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ringfence.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, partial(_cpu_seconds, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    message = "the server did not come up"
    raise RuntimeError(message)


def _cpu_seconds(process: int) -> float:
    """Processor time of a process and of its children, by the system's own count."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == process or int(told[1]) == process:
            ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")
