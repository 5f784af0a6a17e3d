"""Clocks from the swab to the result: what lies too long is named, and somebody goes to see."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries import custody, keys
from ringfence.facts.command import TaskDone, TasksSet, task_of
from ringfence.facts.ids import BoxId, JurisdictionId, PlaceId
from ringfence.facts.registry import KeptRowSettled
from ringfence.facts.rounds import QueueCounted
from ringfence.facts.testing import (
    BoxPacked,
    BoxRanLate,
    BoxReceived,
    CustodyGapFound,
    HandInKept,
    HandInRanLate,
    LaboratoryOutOfLine,
    StationClockFound,
    TubesLeftUnpacked,
    TubesWaitedLong,
    TubeVoided,
)
from ringfence.facts.time import TimeStruck
from ringfence.registry.queries import areas

MOST = 100
"""Answers of one rule to one strike of the clock."""


@when(TimeStruck)
def tubes_are_not_left_at_a_site(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """A swab does not get better by lying there."""
    until = to_micros(struck.at - policy.pack_within)
    for site, path, n, oldest in custody.left_unpacked(line.outbreak, until, MOST):
        yield TubesLeftUnpacked(
            site=PlaceId(site), jurisdiction=_at(path), tubes=n, oldest_at=from_micros(oldest), at=struck.at
        )


@when(TubesLeftUnpacked)
def tubes_left_at_a_site_are_fetched(left: TubesLeftUnpacked, line: Line, policy: Policy) -> Facts:
    """Somebody packs them, and asks for a vehicle."""
    del line
    yield _task("fetch_tubes", left.site, "sampling", left.at, policy.pack_within, "tubes_unpacked", left.oldest_at)


@when(TimeStruck)
def a_box_on_its_way_too_long_is_late(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Each box has its own clock, from the site's table to the laboratory's hatch."""
    until = to_micros(struck.at - policy.transport_within)
    for box, path, packed_at in custody.boxes_late(line.outbreak, until, MOST):
        yield BoxRanLate(
            box=BoxId(box),
            jurisdiction=_at(path),
            due_at=from_micros(packed_at) + policy.transport_within,
            at=struck.at,
        )


@when(BoxRanLate)
def a_late_box_is_looked_for(late: BoxRanLate, line: Line, policy: Policy) -> Facts:
    """A lost box is two thousand people who have to come again; it is found while it can be."""
    del line
    yield _task("find_box", late.box, "transport", late.at, policy.pack_within, "box_late", urgent=True)


@when(BoxReceived)
def a_received_box_is_no_longer_looked_for(received: BoxReceived, line: Line) -> Facts:
    """It is there."""
    del line
    box = keys.box(received.box)
    if box is not None and box.late:
        yield TaskDone(task=task_of("find_box", received.box), evidence=box.code, at=received.at)


@when(BoxReceived)
def a_leaking_tube_is_void(received: BoxReceived, line: Line) -> Facts:
    """Nobody's result comes out of a puddle; its people are swabbed again."""
    del line
    known = keys.tubes(received.leaking)
    for tube in received.leaking:
        if tube in known and (known[tube].result is not None or known[tube].stage == "voided"):
            continue  # read before it was taken in, or void already
        yield TubeVoided(tube=tube, reason="leaking", at=received.at)


@when(BoxReceived)
def a_tube_missing_from_its_box_is_looked_for(received: BoxReceived, line: Line, policy: Policy) -> Facts:
    """It was packed and it is not there: the site looks again before anybody is called back."""
    del line
    if received.missing:
        yield TasksSet(
            kind="find_tube",
            about=received.missing,
            unit="sampling",
            due_at=received.at + policy.pack_within,
            key=received.box,
            reason="tube_missing",
            at=received.at,
        )


@when(BoxReceived)
def a_tube_without_a_label_is_asked_about(received: BoxReceived, line: Line, policy: Policy) -> Facts:
    """Whose swab is it? The site that packed the box knows, if anybody does."""
    del line
    if received.unlabelled:
        yield _task("name_unlabelled", received.box, "sampling", received.at, policy.pack_within, "tubes_unlabelled")


@when(BoxReceived)
def a_tube_that_was_not_packed_has_a_gap(received: BoxReceived, line: Line) -> Facts:
    """It came, but nobody wrote down how."""
    del line
    for tube in received.extra:
        yield CustodyGapFound(tube=tube, gap="received_without_box", at=received.at)


@when(BoxPacked)
def a_tube_in_two_boxes_has_a_gap(packed: BoxPacked, line: Line) -> Facts:
    """One of the two boxes is short; which one, the laboratory will see."""
    del line
    for tube in custody.packed_twice(packed.box):
        yield CustodyGapFound(tube=tube, gap="in_two_boxes", at=packed.at)


@when(TimeStruck)
def tubes_wait_no_longer_than_the_limit(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """A laboratory that falls behind says so late; its oldest tube says it in time."""
    if line.outbreak is None:
        return
    until = to_micros(struck.at - policy.read_within)
    for laboratory, path, n, oldest in custody.waiting_long(until, MOST):
        yield TubesWaitedLong(
            laboratory=PlaceId(laboratory), jurisdiction=_at(path), tubes=n, oldest_at=from_micros(oldest), at=struck.at
        )


@when(TubesWaitedLong)
def a_laboratory_that_falls_behind_is_helped(waited: TubesWaitedLong, line: Line, policy: Policy) -> Facts:
    """Send the next boxes elsewhere, or send a mobile laboratory."""
    del line
    due = policy.read_within_urgent
    yield _task(
        "relieve_laboratory", waited.laboratory, "laboratory", waited.at, due, "tubes_waiting", waited.oldest_at
    )


@when(TimeStruck)
def a_laboratory_out_of_line_is_named(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Too many positives are a contamination as often as an outbreak, and too few invalid ones a missing control."""
    if line.outbreak is None:
        return
    since = to_micros(struck.at - timedelta(days=1))
    for found in custody.out_of_line(since, policy):
        yield LaboratoryOutOfLine(
            laboratory=PlaceId(found.laboratory),
            jurisdiction=_at(found.path),
            what=found.what,
            found=found.found,
            of=found.of,
            expected=found.expected,
            at=struck.at,
        )


@when(LaboratoryOutOfLine)
def a_laboratory_out_of_line_is_looked_at(flagged: LaboratoryOutOfLine, line: Line, policy: Policy) -> Facts:
    """Ten tubes are read again elsewhere before anybody acts on the next hundred."""
    del line
    due = policy.read_within_urgent
    reason = f"out_of_line_{flagged.what}"
    yield _task("check_laboratory", flagged.laboratory, "laboratory", flagged.at, due, reason, flagged.at)


@when(StationClockFound)
def a_wrong_clock_is_set_right(found: StationClockFound, line: Line, policy: Policy) -> Facts:
    """Its times were corrected by what it was off at the hand-in; the next ones should not need it."""
    del line
    yield _task("set_clock", found.station, "sampling", found.at, policy.hand_in_within, "clock_wrong", found.at)


@when(HandInRanLate)
def a_late_hand_in_is_asked_about(late: HandInRanLate, line: Line, policy: Policy) -> Facts:
    """Tubes that nobody knew of for hours: no network, no charger, or no time? Each has a remedy."""
    del line
    yield _task("ask_station", late.station, "sampling", late.at, policy.hand_in_within, "hand_in_late", late.oldest_at)


@when(HandInKept)
def what_could_not_be_accepted_is_dealt_with(kept: HandInKept, line: Line, policy: Policy) -> Facts:
    """There are people behind it: it is mended by somebody, not forgotten by everybody."""
    del line
    yield _task("mend_hand_in", str(kept.row), "sampling", kept.at, policy.hand_in_within, "hand_in_kept", urgent=True)


@when(KeptRowSettled)
def a_settled_row_answers_its_task(settled: KeptRowSettled, line: Line) -> Facts:
    """What was kept has been dealt with."""
    del line
    if settled.door.startswith("station"):
        yield TaskDone(task=task_of("mend_hand_in", str(settled.row)), evidence=settled.reason, at=settled.at)


@when(QueueCounted)
def a_long_queue_gets_another_lane(counted: QueueCounted, line: Line, policy: Policy) -> Facts:
    """People who wait long in a crowd infect each other at the place that was set up against it."""
    del line
    site = keys.site(counted.site)
    if site is None:
        return
    if custody.wait(counted.people, counted.lanes or site.lanes, site.swabs_per_hour) > policy.queue_at_most:
        yield _task("open_lane", counted.site, "sampling", counted.at, policy.queue_at_most, "queue_long", counted.at)


def _task(  # noqa: PLR0913 (a task has these fields)
    kind: str,
    about: str,
    unit: str,
    at: datetime,
    within: timedelta,
    reason: str,
    key: datetime | None = None,
    *,
    urgent: bool = False,
) -> TasksSet:
    """One task; with a moment as its key where the same thing may happen again."""
    told = str(to_micros(key)) if key else ""
    return TasksSet(
        kind=kind, about=(about,), unit=unit, due_at=at + within, key=told, reason=reason, urgent=urgent, at=at
    )


def _at(path: str) -> JurisdictionId:
    area = areas.area_at(path)
    return area.id if area else JurisdictionId("")
