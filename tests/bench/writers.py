"""Eight processes that write without a pause: how long one of them waits for its turn."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from time import perf_counter

import orjson
from django.db import connection

from ringfence.app import open_centre
from ringfence.core import writer
from ringfence.core.access import feed
from ringfence.core.home import home
from ringfence.desks.cases import actions as cases
from tests.bench.installation import NOON, StepClock, area_id, outbreak, person_id, small_city
from tests.bench.measure import Row, below, percentile

NAME = "writers"
BOTH = True
WRITERS = 8


def run(quick: bool) -> list[Row]:
    """Milliseconds from wanting to write until the turn comes, and until the action is durable; p99 of all writers."""
    each = 40 if quick else 150
    small_city(WRITERS * each)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.writers", str(n * each), str(each)], stdout=subprocess.PIPE, text=False
        )
        for n in range(WRITERS)
    ]
    found = [orjson.loads(process.communicate()[0].splitlines()[-1]) for process in started]
    waits = [1000 * one for waited, _, _ in found for one in waited]
    whole = [1000 * one for _, told, _ in found for one in told]
    alone = max(max(told) for _, told, _ in found)
    rate = sum(len(told) for _, told, _ in found) / max(end - begin for _, _, (begin, end) in found)
    note = f"{WRITERS} writers, {rate:,.0f} actions/s together; max {max(waits):,.0f} ms; longest action {1000 * alone:,.0f} ms"
    where = connection.vendor
    return [
        below(f"wait of a writer, p99, {where}", percentile(waits, 0.99), 100, "ms", note=note),
        below(f"wait and action, p99, {where}", percentile(whole, 0.99), 200, "ms"),
    ]


def write(first: int, n: int) -> None:
    """One writer: so many cases reported one after another. Prints how long each waited and took."""
    centre = open_centre(StepClock(NOON + timedelta(days=1)), home())
    waits: list[float] = []
    turn = writer.taken

    def taken() -> None:
        waits.append(perf_counter() - begun[-1])
        turn()

    writer.taken = taken
    begun: list[float] = []
    told: list[float] = []
    for i in range(first, first + n):
        begun.append(perf_counter())
        centre.tell(
            feed("bench"), cases.report_case, outbreak=outbreak("c.").outbreak, person=person_id(i),
            jurisdiction=area_id("c.a."), at=NOON + timedelta(days=1, seconds=i),
        )  # fmt: skip
        told.append(perf_counter() - begun[-1])
    sys.stdout.buffer.write(orjson.dumps([waits, told, [begun[0], perf_counter()]]) + b"\n")


if __name__ == "__main__":
    from ringfence.app import start

    start()
    write(int(sys.argv[1]), int(sys.argv[2]))
