"""Where the people of a drill were: the visits that its tracers search, day after day as the drill goes on.

Whoever meets in the twin is in the same place at the same time in these visits. They are loaded a day at a time, the
past week before the drill begins, then each night the day that is over.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringfence.desks.tracing.visits.load import load_visits
from ringfence.facts.tracing import VisitsLoaded
from ringfence.twin.drill.workspace import Workspace, person_id
from ringfence.twin.drill.world import World

BEFORE = 7  # days on record when a drill begins
SOURCE = "drill"
DAY = 86_400  # seconds: a record of a longer stay is not taken


def load_days(
    workspace: Workspace, world: World, days: range, hear: Callable[[list[Any]], object], at: datetime
) -> None:
    """Write the visits of some days of the run, load them, and tell that they were loaded."""
    days = range(max(days.start, 0), max(days.stop, 0))
    if not days:
        return
    with tempfile.TemporaryDirectory(dir=workspace.home) as folder:
        path = Path(folder) / "visits.parquet"
        world.write_visits(path, [(day, int(workspace.moment(day, 0).timestamp())) for day in days])
        pq.write_table(_ours(pq.read_table(path), world.city.people), path, compression="zstd")
        done = load_visits(path, home=workspace.home, now=at, source=SOURCE, zone=str(workspace.zone))
    if done.new:
        told = [date.fromisoformat(each) for each in done.days]
        hear([
            VisitsLoaded(
                sha256=done.sha256, visits=done.taken, refused=done.refused, repeated=done.repeated, joined=done.joined,
                first_on=min(told, default=None), last_on=max(told, default=None), sources=tuple(done.sources),
                told=tuple(done.sources.values()), at=at,
            )
        ])  # fmt: skip


def _ours(rows: Any, people: int) -> pa.Table:
    """The visits with the ids under which the register knows the people; a night at home ends after 24 hours."""
    ids = pa.array([person_id(n) for n in range(people)])
    numbers = pc.cast(pc.utf8_slice_codeunits(rows["person"], 1), pa.int64())
    ours = rows.set_column(0, "person", pc.take(ids, numbers))
    last = pc.min_element_wise(pc.cast(rows["end"], pa.int64()), pc.add(pc.cast(rows["start"], pa.int64()), DAY))
    return ours.set_column(ours.schema.get_field_index("end"), "end", pc.cast(last, rows["end"].type))
