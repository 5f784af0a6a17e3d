"""Laboratories: what they can read, what waits there, what they read, how long it took and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.desks.testing.queries import custody
from ringfence.facts.ids import JurisdictionId, PlaceId
from ringfence.registry.queries.areas import narrowed_to

HOUR = 3_600_000_000
DAY = 24 * HOUR
QUARTER = 15  # minutes
MOST = 500


@dataclass(frozen=True, slots=True)
class LaboratoryRow:
    """A laboratory with what waits there now; `flags` are what it was called out for within a day."""

    id: PlaceId
    path: str
    tubes_per_hour: int
    mobile: bool
    from_at: datetime | None
    until_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    flags: tuple[str, ...] = ()

    @property
    def hours_to_read(self) -> float | None:
        """How long it takes to read what waits; None while it reads nothing."""
        return self.waiting / self.tubes_per_hour if self.tubes_per_hour else None


_LABORATORY = "SELECT l.id, l.path, l.tubes_per_hour, l.mobile, l.from_at, l.until_at"
_OLDEST = (
    "(SELECT t.since FROM testing_tube t WHERE t.laboratory = l.id AND t.stage = 'received' ORDER BY t.since LIMIT 1)"
)


def laboratories_on_record(scope: Scope) -> list[LaboratoryRow]:
    """Every laboratory of the scope, without what waits there."""
    within, ends = scope.sql("l.path")
    rows = db.ask(f"{_LABORATORY} FROM testing_laboratory l WHERE {within} ORDER BY l.path, l.id LIMIT 5000", ends)
    return [_row((*row, None)) for row in rows]


def _row(row: Sequence[Any], waiting: int = 0, flags: tuple[str, ...] = ()) -> LaboratoryRow:
    id_, path, per_hour, mobile, begins, ends, oldest = row
    moments = [None if each is None else from_micros(each) for each in (begins, ends, oldest)]
    return LaboratoryRow(id_, path, per_hour, bool(mobile), moments[0], moments[1], waiting, moments[2], flags)


@query()
def laboratories(
    scope: Scope, *, under: JurisdictionId | None = None, now: datetime, limit: int = 200
) -> list[LaboratoryRow]:
    """Laboratories, place by place, with what waits in each."""
    within, ends = narrowed_to(scope, under).sql("l.path")
    rows = db.ask(
        f"{_LABORATORY}, {_OLDEST} FROM testing_laboratory l WHERE {within} ORDER BY l.path, l.id LIMIT %s",
        (*ends, min(max(limit, 1), MOST)),
    )
    return _with_counts(rows, now)


@query()
def laboratory_file(scope: Scope, *, laboratory: PlaceId, now: datetime) -> LaboratoryRow | None:
    """One laboratory, with what waits in it."""
    within, ends = scope.sql("l.path")
    sql = f"{_LABORATORY}, {_OLDEST} FROM testing_laboratory l WHERE l.id = %s AND {within}"
    return next(iter(_with_counts(db.ask(sql, (laboratory, *ends)), now)), None)


def _with_counts(rows: Sequence[Sequence[Any]], now: datetime) -> list[LaboratoryRow]:
    """Rows with their queues and flags, one question each for all."""
    if not rows:
        return []
    ids = tuple(row[0] for row in rows)
    marks = ", ".join(["%s"] * len(ids))
    waiting: dict[str, Any] = dict(
        db.ask(
            "SELECT laboratory, sum(came) - sum(went) FROM testing_laboratory_hour"
            f" WHERE laboratory IN ({marks}) GROUP BY laboratory",
            ids,
        )
    )
    flags: dict[str, tuple[str, ...]] = {}
    sql = f"SELECT about, what FROM testing_flag WHERE about IN ({marks}) AND at > %s ORDER BY what"
    for about, what in db.ask(sql, (*ids, to_micros(now) - DAY)):
        if what.startswith("out_of_line:"):
            flags[about] = (*flags.get(about, ()), what.partition(":")[2])
    return [_row(row, max(int(waiting.get(row[0]) or 0), 0), flags.get(row[0], ())) for row in rows]


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of a laboratory."""

    hour: datetime
    received: int
    negative: int
    positive: int
    unclear: int
    invalid: int
    waiting: int  # at its end

    @property
    def read(self) -> int:
        """Tubes with a result, valid or not."""
        return self.negative + self.positive + self.unclear + self.invalid


@query()
def laboratory_hours(*, laboratory: PlaceId, now: datetime, hours: int = 48) -> list[HourRow]:
    """What came to a laboratory and what it read, hour by hour up to now; every hour is there."""
    last = to_micros(now) // HOUR
    first = last - min(max(hours, 1), 24 * 14) + 1
    rows = db.ask(
        "SELECT hour, received, negative, positive, unclear, invalid, came - went FROM testing_laboratory_hour"
        " WHERE laboratory = %s AND hour <= %s ORDER BY hour",
        (laboratory, last),
    )
    waiting = sum(row[6] for row in rows if row[0] < first)
    there = {row[0]: row[1:] for row in rows if row[0] >= first}
    made = []
    for hour in range(first, last + 1):
        received, negative, positive, unclear, invalid, change = there.get(hour, (0,) * 6)
        waiting += change
        at = from_micros(hour * HOUR)
        made.append(HourRow(at, received, negative, positive, unclear, invalid, max(waiting, 0)))
    return made


@dataclass(frozen=True, slots=True)
class Turnaround:
    """From receipt to result, of tubes with both; exact to a quarter of an hour."""

    tubes: int
    median_minutes: int | None
    p90_minutes: int | None


@query()
def turnarounds(
    scope: Scope, *, since: datetime, under: JurisdictionId | None = None, laboratory: PlaceId | None = None
) -> dict[str, Turnaround]:
    """Laboratory -> how long its tubes of late waited from receipt to result; of one laboratory, or of all."""
    within, ends = narrowed_to(scope, under).sql("l.path")
    if laboratory is not None:
        within, ends = f"{within} AND l.id = %s", [*ends, laboratory]
    rows = db.ask(
        "SELECT w.laboratory, w.quarters, sum(w.tubes) FROM testing_laboratory l JOIN testing_laboratory_wait w"
        f" ON w.laboratory = l.id AND w.hour >= %s WHERE {within} GROUP BY w.laboratory, w.quarters ORDER BY w.quarters",
        (to_micros(since) // HOUR, *ends),
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for each, quarters, tubes in rows:
        found.setdefault(each, []).append((int(quarters), int(tubes)))
    return {each: turnaround(counted) for each, counted in found.items()}


def turnaround(counted: Sequence[tuple[int, int]]) -> Turnaround:
    """Median and 90th percentile of (quarters of an hour begun, tubes), in order of the quarters."""
    total = sum(n for _, n in counted)

    def minutes(share: float) -> int | None:
        below = 0
        for quarters, n in counted:
            below += n
            if below >= share * total:
                return (quarters + 1) * QUARTER
        return None

    return Turnaround(total, minutes(0.5), minutes(0.9)) if total else Turnaround(0, None, None)


@dataclass(frozen=True, slots=True)
class BoxOnItsWay:
    """A box bound for a laboratory."""

    id: str
    code: str
    site: PlaceId
    tubes: int
    packed_at: datetime
    left_at: datetime | None
    vehicle: str
    expected_at: datetime | None
    late: bool


@query()
def boxes_bound_for(*, laboratory: PlaceId, limit: int = 50) -> list[BoxOnItsWay]:
    """Boxes on their way to a laboratory, the one expected first in front."""
    rows = db.ask(
        "SELECT b.id, b.code, b.site, b.tubes, b.packed_at, b.left_at, t.vehicle, t.expected_at, b.late"
        " FROM testing_box b LEFT JOIN testing_trip t ON t.id = b.trip"
        " WHERE b.laboratory = %s AND b.received_at IS NULL AND b.state = 'underway'"
        " ORDER BY coalesce(t.expected_at, b.packed_at), b.id LIMIT %s",
        (laboratory, min(max(limit, 1), MOST)),
    )
    return [
        BoxOnItsWay(id_, code, site, tubes, from_micros(packed), left and from_micros(left), vehicle or "",
                    expected and from_micros(expected), bool(late))
        for id_, code, site, tubes, packed, left, vehicle, expected, late in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlateShown:
    """A plate and its run; `valid` None before it ran."""

    id: str
    tubes: int
    loaded_at: datetime
    run_at: datetime | None
    valid: bool | None
    instrument: str
    negative_control_ct: float | None
    positive_control_ct: float | None


@query()
def plates(*, laboratory: PlaceId, limit: int = 20) -> list[PlateShown]:
    """The plates of a laboratory, newest first."""
    rows = db.ask(
        "SELECT p.id, (SELECT count(*) FROM testing_tube t WHERE t.plate = p.id), p.loaded_at, p.run_at, p.valid, p.instrument,"
        " p.negative_control_ct, p.positive_control_ct FROM testing_plate p WHERE p.laboratory = %s"
        " ORDER BY p.loaded_at DESC, p.id LIMIT %s",
        (laboratory, min(max(limit, 1), MOST)),
    )
    return [
        PlateShown(id_, tubes, from_micros(loaded), run and from_micros(run), None if valid is None else bool(valid), *rest)
        for id_, tubes, loaded, run, valid, *rest in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SharesRow:
    """A laboratory's share of a kind of result beside all the others'."""

    what: str
    found: int
    of: int
    others_found: int
    others_of: int


@query()
def laboratory_shares(*, laboratory: PlaceId, since: datetime) -> list[SharesRow]:
    """Positive and invalid tubes of a laboratory since a moment, and of all the other laboratories."""
    read = custody.read_since(to_micros(since))
    own = next((row for row in read if row.laboratory == laboratory), None)
    rest = [row for row in read if row.laboratory != laboratory]
    others = sum(row.of for row in rest)
    return [
        SharesRow(
            "positive", own.positive if own else 0, own.of if own else 0, sum(row.positive for row in rest), others
        ),
        SharesRow("invalid", own.invalid if own else 0, own.of if own else 0, sum(row.invalid for row in rest), others),
    ]
