"""Tubes on their way: sealed, packed, under way, received, read; and who is in them."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.testing.memory.flow import about, came, laboratory_hour, moved
from ringfence.desks.testing.memory.rounds import COVER, FLAG
from ringfence.desks.testing.queries import keys
from ringfence.facts.ids import TubeId
from ringfence.facts.testing import (
    BoxPacked,
    BoxRanLate,
    BoxReceived,
    CustodyGapFound,
    HandInRanLate,
    StationClockFound,
    TripBegun,
    TubeSealed,
    TubesLeftUnpacked,
    TubesReceived,
    TubeVoided,
)

_TUBE = (
    "INSERT INTO testing_tube (seq, id, code, round, outbreak, site, path, people, n, cells, alone, lane, station, told_by,"
    " sealed_at, stage, since)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'sealed', %s)"
)
_MEMBER = "INSERT INTO testing_member (person, round, tube) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


@keeps(TubeSealed)
def a_sealed_tube(fact: TubeSealed, line: Line) -> None:
    """Who is in it, and whom of its cells it covers."""
    if keys.tube(fact.tube) is not None:
        return
    found = keys.round_key(fact.round) if fact.round else None
    path = line.jurisdiction or ""
    at = to_micros(fact.at)
    row = (line.seq, fact.tube, fact.code, fact.round, fact.outbreak, fact.site, path, " ".join(fact.people))
    rest = (len(fact.people), keys.cells_written(fact.cells), fact.alone, fact.lane.value, fact.station, line.by, at)
    db.write("testing_tube", _TUBE, (*row, *rest, at))
    round_seq = found.seq if found else 0
    for person in fact.people:
        db.write("testing_member", _MEMBER, (keys.person_number(person), round_seq, line.seq))
    came(fact.round, path, "sealed", at, len(fact.people))
    if fact.round:
        for cell, n in fact.cells.items():
            db.write("testing_cover", COVER, (fact.round, cell, 0, n, 0))
    if fact.alone or len(fact.people) == 1:
        _own_swab(fact)


def _own_swab(fact: TubeSealed) -> None:
    for person in fact.people:
        for hold in keys.holds_of(person):
            if hold.held_at <= to_micros(fact.at) and hold.pool != fact.tube:
                db.write(
                    "testing_hold",
                    "UPDATE testing_hold SET state = 'swabbed', own_tube = %s WHERE person = %s AND pool = %s",
                    (fact.tube, person, hold.pool),
                )


@keeps(TubeVoided)
def a_voided_tube(fact: TubeVoided, line: Line) -> None:
    """Its people count as not tested; who is held is to be swabbed anew."""
    tube = keys.tube(fact.tube)
    if tube is None or tube.stage == "voided":
        return
    moved(tube, "voided", to_micros(fact.at))
    for cell, n in tube.cells:
        if tube.round:
            db.write("testing_cover", COVER, (tube.round, cell, 0, -n, 0))
    for person in tube.people:
        again = (
            "UPDATE testing_hold SET state = 'held', own_tube = NULL WHERE person = %s AND own_tube = %s"
            " AND ended_at IS NULL"
        )
        db.write("testing_hold", again, (person, tube.id))
    about(tube.id, line.seq)


def _move(tubes: Sequence[TubeId], stage: str, at: int, sets: str, values: tuple[object, ...]) -> None:
    """Move tubes forward; what is further on already keeps its stage, and is only told more of."""
    rank = {name: n for n, name in enumerate(keys.WAITING)}
    for tube in keys.tubes(tubes).values():
        further = rank.get(tube.stage, 9) > rank[stage]
        if further:
            column = sets.removeprefix(", ")
            db.write("testing_tube", f"UPDATE testing_tube SET {column} WHERE id = %s", (*values, tube.id))
        else:
            moved(tube, stage, at, sets, values, laboratory=str(values[0]) if stage == "received" else "")


@keeps(BoxPacked)
def a_packed_box(fact: BoxPacked, line: Line) -> None:
    """Its tubes go where it goes."""
    if keys.box(fact.box) is not None:
        return
    at = to_micros(fact.at)
    row = (fact.box, line.seq, fact.code, fact.site, line.jurisdiction or "", line.outbreak, len(fact.tubes), at)
    db.write(
        "testing_box",
        "INSERT INTO testing_box (id, seq, code, site, path, outbreak, tubes, packed_at, state, late, missing, leaking,"
        " extra, unlabelled) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'packed', FALSE, 0, 0, 0, 0)",
        row,
    )
    for tube in keys.tubes(fact.tubes).values():
        if tube.box is not None and (before := keys.box(tube.box)) is not None:
            about(tube.id, before.seq)
    _move(fact.tubes, "packed", at, ", box = %s", (fact.box,))


@keeps(TripBegun)
def a_trip(fact: TripBegun, line: Line) -> None:
    """Its boxes, and the tubes in them, are under way."""
    at = to_micros(fact.at)
    expected = fact.expected_at and to_micros(fact.expected_at)
    db.write(
        "testing_trip",
        "INSERT INTO testing_trip (id, vehicle, laboratory, begun_at, expected_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (fact.trip, fact.vehicle, fact.laboratory, at, expected),
    )
    for box in fact.boxes:
        db.write(
            "testing_box",
            "UPDATE testing_box SET state = 'underway', trip = %s, left_at = %s, laboratory = %s"
            " WHERE id = %s AND state <> 'received'",
            (fact.trip, at, fact.laboratory, box),
        )
        about(box, line.seq)
        _move([tube.id for tube in keys.tubes_in(box)], "underway", at, ", laboratory = %s", (fact.laboratory,))


@keeps(BoxReceived)
def a_received_box(fact: BoxReceived, line: Line) -> None:
    """Its tubes wait in the laboratory, but for those that were not in it."""
    at = to_micros(fact.at)
    counts = (len(fact.missing), len(fact.leaking), len(fact.extra), fact.unlabelled)
    db.write(
        "testing_box",
        "UPDATE testing_box SET state = 'received', received_at = %s, laboratory = %s, missing = %s, leaking = %s,"
        " extra = %s, unlabelled = %s WHERE id = %s",
        (at, fact.laboratory, *counts, fact.box),
    )
    box = keys.box(fact.box)
    if box is not None and box.trip is not None:
        sql = "UPDATE testing_trip SET arrived_at = coalesce(arrived_at, %s) WHERE id = %s"
        db.write("testing_trip", sql, (at, box.trip))
    about(fact.box, line.seq)
    missing = set(fact.missing)
    inside = [tube.id for tube in keys.tubes_in(fact.box) if tube.id not in missing]
    _received([*inside, *fact.extra], fact.laboratory, at)


@keeps(TubesReceived)
def received_tubes(fact: TubesReceived, line: Line) -> None:
    """They wait in the laboratory."""
    for tube in fact.tubes:
        about(tube, line.seq)
    _received(fact.tubes, fact.laboratory, to_micros(fact.at))


def _received(tubes: Sequence[TubeId], laboratory: str, at: int) -> None:
    _move(tubes, "received", at, ", laboratory = %s, received_at = %s", (laboratory, at))
    laboratory_hour(laboratory, at, received=len(tubes))


@keeps(BoxRanLate)
def a_late_box(fact: BoxRanLate, line: Line) -> None:
    """Named once."""
    db.write("testing_box", "UPDATE testing_box SET late = TRUE WHERE id = %s", (fact.box,))
    about(fact.box, line.seq)


@keeps(CustodyGapFound)
def a_gap(fact: CustodyGapFound, line: Line) -> None:
    """It shows in the tube's chain."""
    about(fact.tube, line.seq)


@keeps(TubesLeftUnpacked)
def tubes_left(fact: TubesLeftUnpacked, line: Line) -> None:
    """Asked about once for the oldest of them."""
    what = f"unpacked:{to_micros(fact.oldest_at)}"
    db.write("testing_flag", FLAG, (fact.site, what, line.seq, line.jurisdiction or "", to_micros(fact.at)))


@keeps(StationClockFound)
def a_wrong_clock(fact: StationClockFound, line: Line) -> None:
    """Asked about once a day."""
    row = (fact.station, "clock", line.seq, line.jurisdiction or "", to_micros(fact.at))
    db.write("testing_flag", FLAG, row)


@keeps(HandInRanLate)
def a_late_hand_in(fact: HandInRanLate, line: Line) -> None:
    """On record with the station."""
    row = (fact.station, "late_hand_in", line.seq, line.jurisdiction or "", to_micros(fact.at))
    db.write("testing_flag", FLAG, row)
