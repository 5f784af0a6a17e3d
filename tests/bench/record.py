"""Actions through the whole loop, beside the same statements sent by hand: one commit an action, and hand-ins of 50."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter

from django.db import connection

from ringfence.app import desks, open_centre
from ringfence.core import centre as loop
from ringfence.core.access import Who
from ringfence.core.centre import Centre, Item
from ringfence.core.fact import to_micros
from ringfence.core.home import home
from ringfence.desks.cases import actions as cases
from ringfence.desks.command import actions as command
from ringfence.facts.command import task_of
from ringfence.facts.ids import CaseId, derive
from tests.bench.by_hand import Hand, hand_over, recorded
from tests.bench.installation import NOON, StepClock, area_id, copies, outbreak, person_id, point_at, small_city
from tests.bench.measure import Row, at_least

NAME = "record"
BOTH = True  # on SQLite and on PostgreSQL
CHUNK, HANDED_IN = 50, 50
Work = Callable[[], object]


def run(quick: bool) -> list[Row]:
    """Actions a second as a share of the same reads, rows and commits by hand."""
    n = 200 if quick else 600
    _, god, districts = small_city(2 * n)
    to_record, by_hand, ours = copies(["recorded", "hand", "ours"])
    loop.PIECE_SECONDS = 60.0  # a hand-in is one piece here, however slow the machine
    point_at(to_record)
    works = _works(open_centre(StepClock(NOON + timedelta(days=1)), home()), god, districts, n, n)
    sent = {what: recorded(each) for what, each in works.items()}
    point_at(ours)
    works = _works(open_centre(StepClock(NOON + timedelta(days=1)), home()), god, districts, n, n)
    hand = hand_over(by_hand)
    rows = []
    for what, each in works.items():
        size = HANDED_IN if "hand-in" in what else 1
        loop_s, hand_s = _turn_by_turn(each, [partial(hand.commit, one) for one in sent[what]], CHUNK // size)
        bar = 0.15 if size > 1 else 0.40
        statements = sum(len(one) for one in sent[what]) / len(sent[what]) / size
        note = f"{statements:.1f} statements an action"
        rows.append(at_least(f"{what}, {connection.vendor}", size / loop_s, size / hand_s, bar, "actions/s", note))
    _same(hand, hand_over(ours))
    return rows


def _turn_by_turn(ours: list[Work], by_hand: list[Work], chunk: int) -> tuple[float, float]:
    """Median seconds of one piece of work, ours and by hand, chunk by chunk in turn; the first chunk warms up."""
    spent: tuple[list[float], list[float]] = ([], [])
    for begin in range(0, len(ours), chunk):
        for works, times in zip((ours, by_hand), spent, strict=True):
            begun = perf_counter()
            for work in works[begin : begin + chunk]:
                work()
            times.append((perf_counter() - begun) / len(works[begin : begin + chunk]))
    return median(spent[0][1:]), median(spent[1][1:])


def _works(centre: Centre, god: Who, districts: list[str], n: int, many: int) -> dict[str, list[Work]]:
    """Each kind of action, one commit each for the first n people, and in hand-ins of 50 for those after them."""
    at = NOON + timedelta(days=2)
    the_outbreak = outbreak("c.").outbreak

    def report(i: int) -> dict[str, object]:
        return {"outbreak": the_outbreak, "person": person_id(i), "jurisdiction": area_id(districts[i % 3]),
                "onset_on": at.date(), "at": at}  # fmt: skip

    def task(i: int) -> dict[str, object]:
        case = CaseId(derive("case", the_outbreak, "ringfence", person_id(i), to_micros(at)))
        return {"task": task_of("investigate_case", case)}

    def done(i: int) -> dict[str, object]:
        return {**task(i), "evidence": "visited"}

    kinds = (
        ("report a case", cases.report_case, report),
        ("start a task", command.start_task, task),
        ("finish a task", command.finish_task, done),
    )
    works: dict[str, list[Work]] = {}
    for what, action, told in kinds:
        works[what] = [partial(centre.tell, god, action, key=f"{what} {i}", **told(i)) for i in range(n)]
    for what, action, told in kinds:
        works[f"{what}, hand-ins of {HANDED_IN}"] = [
            partial(
                centre.tell_many, god, action,
                [Item(told(i), f"{what} {i}") for i in range(begin, begin + HANDED_IN)], batch=f"{what} {begin}",
            )
            for begin in range(n, n + many, HANDED_IN)
        ]  # fmt: skip
    return works


def every_kind(centre: Centre, god: Who, districts: list[str], n: int) -> list[Work]:
    """n cases reported, their tasks started and finished, in hand-ins."""
    works = _works(centre, god, districts, 0, n)
    return [work for what, each in works.items() if "hand-ins" in what for work in each]


def _same(hand: Hand, ours: Hand) -> None:
    """Both databases must hold the same rows, or the yardstick was not one."""
    for table in ("log", "hand_in", *(table for desk in desks() for table in desk.tables)):
        if ours.table(table) != hand.table(table):
            message = f"{table}: the loop and the hand did not write the same rows"
            raise AssertionError(message)
