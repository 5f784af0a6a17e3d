"""The four stages of a round: how much is where, since when, and how fast it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.desks.testing.queries.rounds import round_row
from ringfence.facts.ids import JurisdictionId, OutbreakId, RoundId
from ringfence.registry.queries.areas import narrowed_to

HOUR = 3_600_000_000
STAGES = {
    "sampling": ("sealed",),
    "delivery": ("packed", "underway"),
    "testing": ("received",),
    "reporting": ("read",),
}
"""The four stages and where a tube stands in each; 采送检报."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage: what is in it now. `oldest` is the id of its oldest tube or box, `oldest_code` its barcode."""

    stage: str
    tubes: int
    people: int
    boxes: int | None
    oldest_at: datetime | None
    oldest: str
    oldest_code: str


@dataclass(frozen=True, slots=True)
class HourRow:
    """What came to a stage and left it in one hour."""

    stage: str
    hour: datetime
    came: int
    went: int
    people_came: int
    people_went: int


@dataclass(frozen=True, slots=True)
class FourStages:
    """A round's stages and their hours; `voided` tubes are in none of them."""

    stages: list[StageRow]
    hours: list[HourRow]
    voided: int


@query(may="see")
def four_stages(scope: Scope, *, round: RoundId, under: JurisdictionId | None = None) -> FourStages | None:
    """What is in each of the four stages of a round, and what came and went by the hour."""
    row = round_row(scope, round)
    if row is None:
        return None
    scope = narrowed_to(scope, under)
    kept, places = scope.kept("path")
    rows = db.ask(
        "SELECT stage, hour, sum(came), sum(went), sum(people_came), sum(people_went) FROM testing_flow"
        f" WHERE round = %s AND {kept} GROUP BY stage, hour ORDER BY hour, stage",
        (round, *places),
    )
    flow = [(stage, int(hour), *(int(each) for each in counts)) for stage, hour, *counts in rows]
    boxes = _boxes(scope, round, to_micros(row.opened_at))
    stages = [_stage(scope, round, name, steps, flow, boxes) for name, steps in STAGES.items()]
    return FourStages(stages, _hours(flow), sum(row[2] - row[3] for row in flow if row[0] == "voided"))


def _hours(flow: Sequence[tuple[str, int, int, int, int, int]]) -> list[HourRow]:
    """By the four stages; between packing and the journey a tube stays in its stage."""
    counted: dict[tuple[int, str], list[int]] = {}
    for name, steps in STAGES.items():
        for stage, hour, came, went, people_came, people_went in flow:
            if stage in steps:
                inner = stage != steps[0]
                leaves = stage == steps[-1]
                told = (
                    0 if inner else came,
                    went if leaves else 0,
                    0 if inner else people_came,
                    people_went if leaves else 0,
                )
                kept = counted.setdefault((hour, name), [0, 0, 0, 0])
                counted[hour, name] = [one + more for one, more in zip(kept, told, strict=True)]
    return [HourRow(name, from_micros(hour * HOUR), *told) for (hour, name), told in sorted(counted.items())]


def _stage(  # noqa: PLR0913 (what a stage is made of)
    scope: Scope,
    round_id: RoundId,
    name: str,
    steps: tuple[str, ...],
    flow: Sequence[tuple[str, int, int, int, int, int]],
    boxes: dict[str, int],
) -> StageRow:
    tubes = sum(row[2] - row[3] for row in flow if row[0] in steps)
    people = sum(row[4] - row[5] for row in flow if row[0] in steps)
    oldest: tuple[str, str, int] | None = None
    if tubes and name == "delivery":
        oldest = _oldest_box(scope, round_id)
    elif tubes and name != "reporting":
        oldest = _oldest_tube(scope, round_id, steps[0])
    kept = None if name != "delivery" else sum(boxes.get(each, 0) for each in steps)
    at = from_micros(oldest[2]) if oldest else None
    return StageRow(name, tubes, people, kept, at, oldest[0] if oldest else "", oldest[1] if oldest else "")


def _oldest_tube(scope: Scope, round_id: RoundId, step: str) -> tuple[str, str, int] | None:
    """(id, barcode, since when) of the tube that has stood longest in a step: the first of each site, by an index."""
    within, ends = scope.sql("s.path")
    row = db.ask_one(
        "SELECT o.id, o.code, o.since FROM (SELECT (SELECT t.seq FROM testing_tube t WHERE t.site = s.id AND t.stage = %s"
        " AND t.round = %s ORDER BY t.since LIMIT 1) AS seq FROM testing_site s"
        f" WHERE s.closed IN (TRUE, FALSE) AND {within}) f JOIN testing_tube o ON o.seq = f.seq ORDER BY o.since, o.seq LIMIT 1",
        (step, round_id, *ends),
    )
    return (row[0], row[1], row[2]) if row else None


_OF_ROUND = "(SELECT t.round FROM testing_tube t WHERE t.box = b.id LIMIT 1) = %s"
"""A box counts for the round of its first tube."""


def _oldest_box(scope: Scope, round_id: RoundId) -> tuple[str, str, int] | None:
    within, ends = scope.sql("b.path")
    rows = [
        db.ask_one(
            f"SELECT b.id, b.code, b.packed_at FROM testing_box b WHERE b.state = %s AND {within} AND {_OF_ROUND}"
            " ORDER BY b.packed_at LIMIT 1",
            (state, *ends, round_id),
        )
        for state in ("packed", "underway")
    ]
    return min(((row[0], row[1], row[2]) for row in rows if row), key=lambda row: row[2], default=None)


def _boxes(scope: Scope, round_id: RoundId, since: int) -> dict[str, int]:
    """State -> boxes of a round that are on their way; a laboratory opens those that it takes in."""
    within, ends = scope.sql("b.path")
    rows = db.ask(
        "SELECT b.state, count(*) FROM testing_box b WHERE b.state IN ('packed', 'underway')"
        f" AND b.packed_at >= %s AND {within} AND {_OF_ROUND} GROUP BY b.state",
        (since, *ends, round_id),
    )
    return {state: int(n) for state, n in rows}


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box that is late, or on its way."""

    id: str
    code: str
    site: str
    path: str
    tubes: int
    state: str
    packed_at: datetime
    late: bool


@query(may="see")
def boxes_late(
    scope: Scope, *, outbreak: OutbreakId, packed_before: datetime, under: JurisdictionId | None = None, limit: int = 20
) -> list[BoxRow]:
    """Boxes that were packed before a moment and that no laboratory has taken in, oldest first."""
    within, ends = narrowed_to(scope, under).sql("path")
    rows = db.ask(
        "SELECT id, code, site, path, tubes, state, packed_at, late FROM testing_box WHERE state IN ('packed', 'underway')"
        f" AND packed_at < %s AND {within} AND outbreak = %s ORDER BY packed_at, id LIMIT {int(limit)}",
        (to_micros(packed_before), *ends, outbreak),
    )
    return [
        BoxRow(id_, code, site, path, tubes, state, from_micros(packed_at), bool(late))
        for id_, code, site, path, tubes, state, packed_at, late in rows
    ]


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A laboratory with tubes that wait longer than they may."""

    laboratory: str
    path: str
    waiting: int
    tubes_per_hour: int
    oldest_at: datetime


@query(may="see")
def laboratories_behind(
    scope: Scope, *, received_before: datetime, under: JurisdictionId | None = None
) -> list[BehindRow]:
    """Laboratories with a tube that was taken in before a moment and is not read yet, the longest wait first."""
    within, ends = narrowed_to(scope, under).sql("l.path")
    rows = db.ask(
        "SELECT l.id, l.path, l.tubes_per_hour, (SELECT min(t.since) FROM testing_tube t WHERE t.laboratory = l.id"
        f" AND t.stage = 'received') AS oldest FROM testing_laboratory l WHERE {within} ORDER BY oldest, l.id",
        ends,
    )
    late = [row for row in rows if row[3] is not None and row[3] < to_micros(received_before)]
    return [
        BehindRow(row[0], row[1], _waiting(row[0]), row[2], from_micros(row[3]))
        for row in late[:20]
    ]  # fmt: skip


def _waiting(laboratory: str) -> int:
    row = db.ask_one(
        "SELECT count(*) FROM testing_tube WHERE laboratory = %s AND stage = 'received'",
        (laboratory,),
    )
    return int(row[0]) if row else 0


def read_in(hours: Sequence[HourRow], until: datetime, span: timedelta) -> int:
    """People whose tubes were read in the whole hours before a moment."""
    end = until.replace(minute=0, second=0, microsecond=0)
    return sum(row.people_came for row in hours if row.stage == "reporting" and end - span <= row.hour < end)
