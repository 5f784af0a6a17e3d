"""A tube and a box with their whole chain of custody, and what a result set off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ringfence.core import db, log
from ringfence.core.access import Scope
from ringfence.core.declare import locates, query
from ringfence.core.fact import from_micros
from ringfence.core.log import Told
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries.holds import HoldRow, holds_about
from ringfence.facts.ids import BoxId, OutbreakId, PersonId, PlaceId, RoundId, TripId, TubeId
from ringfence.facts.testing import CustodyGapFound, Result, TripBegun, box_of, tube_of

MOST_IN_BOX = 1000
LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class TubeRow:
    """A tube, as its page shows it."""

    id: TubeId
    seq: int
    code: str
    round: RoundId | None
    outbreak: OutbreakId
    site: PlaceId
    path: str
    people: tuple[PersonId, ...]
    alone: bool
    lane: str
    station: str
    told_by: str
    sealed_at: datetime
    stage: str
    since: datetime
    box: BoxId | None
    laboratory: PlaceId | None
    plate: str | None
    received_at: datetime | None
    result: Result | None
    ct: float | None
    read_at: datetime | None


_NAMES = tuple(name for name in TubeRow.__slots__)
_TUBE = f"SELECT {', '.join(_NAMES)} FROM testing_tube"
_MOMENTS = ("sealed_at", "since", "received_at", "read_at")


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _tube(row: Sequence[Any]) -> TubeRow:
    told = dict(zip(_NAMES, row, strict=True))
    told |= {name: _moment(told[name]) for name in _MOMENTS}
    told["people"], told["alone"] = tuple(told["people"].split()), bool(told["alone"])
    told["result"] = told["result"] and Result(told["result"])
    return TubeRow(**told)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box on its way."""

    id: BoxId
    seq: int
    code: str
    site: PlaceId
    path: str
    tubes: int
    state: str
    packed_at: datetime
    trip: TripId | None
    left_at: datetime | None
    laboratory: PlaceId | None
    received_at: datetime | None
    late: bool
    missing: int
    leaking: int
    extra: int
    unlabelled: int


_BOX_NAMES = tuple(name for name in BoxRow.__slots__)
_BOX = f"SELECT {', '.join(_BOX_NAMES)} FROM testing_box"


def _box(row: Sequence[Any]) -> BoxRow:
    told = dict(zip(_BOX_NAMES, row, strict=True))
    told |= {name: _moment(told[name]) for name in ("packed_at", "left_at", "received_at")}
    told["late"] = bool(told["late"])
    return BoxRow(**told)


@locates(BoxId)
def place_of_box(box: str) -> str | None:
    """Where a box was packed."""
    row = db.ask_one("SELECT path FROM testing_box WHERE id = %s", (box,))
    return str(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class TripRow:
    """A vehicle's way to a laboratory."""

    id: TripId
    vehicle: str
    laboratory: PlaceId
    begun_at: datetime
    expected_at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlateRow:
    """The plate on which a tube was read."""

    id: str
    loaded_at: datetime
    run_at: datetime | None
    valid: bool | None
    instrument: str


@dataclass(frozen=True, slots=True)
class TubeFile:
    """A tube, its box, journey and plate, the lines of the log about it, and who was held for it."""

    row: TubeRow
    box: BoxRow | None
    trip: TripRow | None
    plate: PlateRow | None
    lines: list[int]
    box_lines: list[int]
    holds: list[HoldRow]


@query(may="see")
def tube_file(scope: Scope, *, tube: TubeId) -> TubeFile | None:
    """A tube with its whole chain of custody."""
    row = db.ask_one(f"{_TUBE} WHERE id = %s", (tube,))
    if row is None or not scope.covers((found := _tube(row)).path):
        return None
    box = _box_row(found.box) if found.box else None
    return TubeFile(
        found, box, _trip(box), _plate(found.plate), [found.seq, *_lines(found.id)],
        [box.seq, *_lines(box.id)] if box else [], holds_about(scope, found.id),
    )  # fmt: skip


@query(may="see")
def tube_coded(scope: Scope, *, code: str) -> TubeFile | None:
    """The tube with a barcode."""
    return tube_file(scope, tube=tube_of(_code(code)))


def _code(text: str) -> str:
    return text.strip().upper()[:LONGEST_CODE]


def _lines(about: str) -> list[int]:
    return [seq for (seq,) in db.ask("SELECT seq FROM testing_line WHERE about = %s ORDER BY seq LIMIT 200", (about,))]


def _box_row(box: BoxId) -> BoxRow | None:
    row = db.ask_one(f"{_BOX} WHERE id = %s", (box,))
    return _box(row) if row else None


def _trip(box: BoxRow | None) -> TripRow | None:
    if box is None or box.trip is None:
        return None
    row = db.ask_one(
        "SELECT id, vehicle, laboratory, begun_at, expected_at, arrived_at FROM testing_trip WHERE id = %s",
        (box.trip,),
    )
    if row is None:
        return None
    id_, vehicle, laboratory, begun_at, expected_at, arrived_at = row
    return TripRow(id_, vehicle, laboratory, from_micros(begun_at), _moment(expected_at), _moment(arrived_at))


def _plate(plate: str | None) -> PlateRow | None:
    row = plate and db.ask_one(
        "SELECT id, loaded_at, run_at, valid, instrument FROM testing_plate WHERE id = %s", (plate,)
    )
    if not row:
        return None
    valid = None if row[3] is None else bool(row[3])
    return PlateRow(row[0], from_micros(row[1]), _moment(row[2]), valid, row[4])


@dataclass(frozen=True, slots=True)
class InBox:
    """A tube in a box."""

    id: TubeId
    code: str
    people: int
    stage: str
    result: Result | None
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class BoxFile:
    """A box, its journey, the lines of the log about it, and its tubes."""

    row: BoxRow
    trip: TripRow | None
    lines: list[int]
    tubes: list[InBox]


@query(may="see")
def box_file(scope: Scope, *, box: BoxId) -> BoxFile | None:
    """A box with its whole chain of custody and its tubes."""
    row = _box_row(box)
    if row is None or not scope.covers(row.path):
        return None
    inside = db.ask(
        "SELECT id, code, n, stage, result, sealed_at FROM testing_tube WHERE box = %s ORDER BY seq"
        f" LIMIT {MOST_IN_BOX}",
        (row.id,),
    )
    tubes = [
        InBox(id_, code, n, stage, res and Result(res), from_micros(at)) for id_, code, n, stage, res, at in inside
    ]
    return BoxFile(row, _trip(row), [row.seq, *_lines(row.id)], tubes)


@query(may="see")
def box_coded(scope: Scope, *, code: str) -> BoxFile | None:
    """The box with a barcode."""
    return box_file(scope, box=box_of(_code(code)))


def tube_codes(ids: Sequence[str]) -> dict[str, str]:
    """Tube or box -> its barcode, for a page of rows."""
    found: dict[str, str] = {}
    for table, prefix in (("testing_tube", "tube_"), ("testing_box", "box_")):
        some = sorted({each for each in ids if each and each.startswith(prefix)})
        if some:
            marks = ", ".join(["%s"] * len(some))
            found |= dict(db.ask(f"SELECT id, code FROM {table} WHERE id IN ({marks})", some))
    return found


@dataclass(frozen=True, slots=True)
class OwnSwab:
    """A person's own tube: where it stands."""

    id: TubeId
    code: str
    stage: str
    result: Result | None


def own_swabs(ids: Sequence[str]) -> dict[str, OwnSwab]:
    """Tube -> how it stands, for a page of holds."""
    some = sorted({each for each in ids if each})
    if not some:
        return {}
    marks = ", ".join(["%s"] * len(some))
    rows = db.ask(f"SELECT id, code, stage, result FROM testing_tube WHERE id IN ({marks})", some)
    return {row[0]: OwnSwab(row[0], row[1], row[2], row[3] and Result(row[3])) for row in rows}


# -- the chain --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the chain. `took` since the step before, `limit` what the policy gives it; `at` None: not done, or a gap."""

    name: str
    at: datetime | None
    by: str = ""
    line: int | None = None
    took: timedelta | None = None
    limit: timedelta | None = None
    key: str = ""  # the number of the policy from which the limit comes
    gap: bool = False
    about: dict[str, str] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        """Whether it took longer than it may."""
        return self.took is not None and self.limit is not None and self.took > self.limit


def chain(file: TubeFile, policy: Policy, now: datetime) -> list[Step]:
    """Every step of a tube from the swab to the result, with its clock; a step passed over is a gap."""
    row, box, trip, plate = file.row, file.box, file.trip, file.plate
    told = {each.kind: each for each in log.lines([*file.lines, *file.box_lines])}
    read_in = "read_within_urgent" if row.alone else "read_within"
    steps = [
        _step("sealed", row.sealed_at, told.get("TubeSealed"), about={"site": row.site, "station": row.station}),
        _step(
            "packed", box.packed_at if box else None, told.get("BoxPacked"), key="pack_within", about={"box": box.id, "code": box.code} if box else {}
        ),
        _step(
            "left", box.left_at if box else None, told.get(TripBegun.__name__), about={"vehicle": trip.vehicle if trip else ""}
        ),
        _step(
            "received", row.received_at, told.get("BoxReceived") or told.get("TubesReceived"), key="transport_within",
            about={"laboratory": row.laboratory or ""},
        ),
        _step("loaded", plate.loaded_at if plate else None, None, about={"plate": row.plate or ""}),
        _step("run", plate.run_at if plate else None, None, about={"valid": _valid(plate)}),
        _step("read", row.read_at, told.get("TubeRead"), key=read_in, about={"laboratory": row.laboratory or "", "result": row.result.value if row.result else ""}),
    ]  # fmt: skip
    return _timed(steps, policy, now, voided=row.stage == "voided")


def box_chain(file: BoxFile, policy: Policy, now: datetime) -> list[Step]:
    """Every step of a box from the site's table to the laboratory's hatch, with its clock."""
    row, trip = file.row, file.trip
    told = {each.kind: each for each in log.lines(file.lines)}
    steps = [
        _step("packed", row.packed_at, told.get("BoxPacked"), about={"site": row.site}),
        _step("left", row.left_at, told.get("TripBegun"), about={"vehicle": trip.vehicle if trip else ""}),
        _step("received", row.received_at, told.get("BoxReceived"), key="transport_within",
              about={"laboratory": row.laboratory or ""}),
    ]  # fmt: skip
    return _timed(steps, policy, now, voided=False)


def _valid(plate: PlateRow | None) -> str:
    return "" if plate is None or plate.valid is None else "yes" if plate.valid else "no"


def _step(name: str, at: datetime | None, told: Told | None, *, key: str = "", about: dict[str, str]) -> Step:
    kept = {each: value for each, value in about.items() if value}
    return Step(name, at, told.line.by if told else "", told.line.seq if told else None, key=key, about=kept)


SINCE = {
    "packed": "sealed",
    "left": "packed",
    "received": "packed",
    "loaded": "received",
    "run": "loaded",
    "read": "received",
}
"""The step from which each one's clock runs."""
OPTIONAL = ("loaded", "run")
"""Steps that laboratories may leave untold."""


def _timed(steps: list[Step], policy: Policy, now: datetime, *, voided: bool) -> list[Step]:
    """The steps with how long each took, or has taken until now; one passed over is a gap."""
    at = {each.name: each.at for each in steps}
    made, waits = [], not voided
    for n, step in enumerate(steps):
        later = any(each.at for each in steps[n + 1 :])
        if step.at is None and step.name in OPTIONAL:
            continue
        since = at.get(SINCE.get(step.name, ""))
        limit: timedelta | None = getattr(policy, step.key) if step.key else None
        until = step.at or (now if waits and not later and limit is not None else None)
        took = until - since if until and since else None
        gap = step.at is None and later
        waits = waits and (step.at is not None or gap)
        made.append(
            Step(step.name, step.at, step.by, step.line, took, limit, step.key, gap, step.about)
        )  # fmt: skip
    return made


def gaps(lines: Sequence[Told]) -> list[tuple[str, datetime]]:
    """The holes in a chain that are on record."""
    return [(each.fact.gap, each.fact.at) for each in lines if isinstance(each.fact, CustodyGapFound)]
