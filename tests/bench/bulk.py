"""A bulk edit of 10,000 rows as the console does it: preview, telling in pieces, undo."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from django.db import connection

from ringfence.core import db
from ringfence.core.access import feed
from ringfence.core.centre import Item
from ringfence.desks.command import actions as command
from ringfence.facts.ids import derive
from tests.bench import scale
from tests.bench.measure import Row, below

NAME = "bulk"
BOTH = True
KEPT = True
TURNS = 3


def run(quick: bool) -> list[Row]:
    """Seconds for 10,000 tasks handed over; each turn is taken back, so that the tables stay as they were."""
    centre = scale.kept(scale.QUICK if quick else scale.FULL)
    n = 1_000 if quick else 10_000
    god = feed("bench")
    unit = derive("unit", "n.c3.")
    tasks = db.ask(
        "SELECT id FROM command_task WHERE alive = TRUE AND unit <> %s AND team IS NULL AND account IS NULL ORDER BY due_at, id LIMIT %s",
        (unit, n),
    )
    preview, told, undone = [], [], []
    for turn in range(TURNS):
        batch = f"bench:{turn}:{perf_counter()}"
        items = [Item({"task": task, "unit": unit, "at": centre.clock.now()}, f"{batch}:{task}") for (task,) in tasks]
        begun = perf_counter()
        centre.preview(god, command.hand_over, items)
        preview.append(perf_counter() - begun)
        begun = perf_counter()
        refused = centre.tell_many(god, command.hand_over, items, batch=batch).refused
        told.append(perf_counter() - begun)
        begun = perf_counter()
        refused += centre.undo(god, batch).refused
        undone.append(perf_counter() - begun)
        if refused:
            raise refused[0][1]
    spent, back = median(preview) + median(told), median(undone)
    note = f"{n:,} tasks; preview {median(preview):.1f} s, telling {median(told):.1f} s"
    in_proportion = 10_000 / n
    return [
        below(f"bulk edit of 10,000 rows, {connection.vendor}", spent * in_proportion, 10, "s", note=note),
        below(f"its undo, {connection.vendor}", back * in_proportion, 10, "s"),
    ]
