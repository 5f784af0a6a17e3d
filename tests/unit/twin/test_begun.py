"""A run that begins in the middle: it goes on with the outbreak it was taken from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ringfence.twin.kernels.plan import (
    BEDS_TAKEN,
    COMMUNITY_ON,
    DETECTED_ON,
    DUE,
    INFECTED_ON,
    NEVER,
    ROOMS_TAKEN,
    STATE,
    TESTS_ON,
    TRACE,
    Start,
)
from ringfence.twin.scenario import Scenario
from ringfence.twin.spread import Twin, run
from tests.unit.twin.places import city, scenario

CUT = 25


def _stopped(told: Scenario, number: int) -> tuple[Twin, Start]:
    """A replicate run until a day, and all that a run from that day on must be told."""
    until = Twin(city(), told.but(scenario={"days": CUT}))
    until.one(number)
    space = until._space()
    due: list[tuple[int, int, int, int]] = []
    for day in range(CUT, CUT + 60):
        at, of_day = int(space.heads[1, day]), []
        while at >= 0:
            event = space.events[at]
            of_day.append((day, int(event["who"]), int(event["kind"]), int(event["with"])))
            at = int(event["next"])
        due += reversed(of_day)  # the newest stands first, as it was put in
    people = until.states().copy()
    for who, each in enumerate(people):
        traced = int(each["detected"]) + int(until.plan["trace_after"][0])
        if each["detected"] != NEVER and each["trace"] == NEVER and until.plan["trace_cases"][0] and traced >= CUT:
            due.append((traced, who, int(TRACE), 0))
    return until, Start(people, np.array(due, DUE))


def _later(told: Scenario) -> Twin:
    twin = Twin(city(), told)
    twin.plan["first"] = CUT
    return twin


@pytest.mark.parametrize("measures", [{}, {"zones": {"on": True, "areas": True}}, {"rounds": {"how_many": 9}}])
def test_it_goes_on_to_the_person(measures: dict[str, Any]) -> None:
    """Without quarantine nothing is left to chance anew: the same people are infected and found on the same days."""
    told = scenario("test-trace-isolate").but(
        scenario={"r0": 3.0, "seeds": 30, "days": 60}, tracing={"cases_per_day": 0}, **measures
    )
    whole, later = Twin(city(), told), _later(told)
    after = 0
    for number in range(3):
        _, start = _stopped(told, number)
        one, other = whole.one(number), later.one(number, start=start)
        after += int(one.daily[INFECTED_ON, CUT:].sum())
        for row in (INFECTED_ON, DETECTED_ON, COMMUNITY_ON):
            assert (one.daily[row] == other.daily[row]).all()
        assert one.counts["last_community"] == other.counts["last_community"]
        fields = ["person", "infected", "ready", "onset", "detected", "isolated"]
        assert (np.sort(whole.states()[fields]) == np.sort(later.states()[fields])).all()
    assert after > 10


def test_with_tracing_it_goes_on_in_distribution() -> None:
    told = scenario("test-trace-isolate").but(scenario={"r0": 5.0, "seeds": 40, "days": 50})
    whole, later = Twin(city(), told), _later(told)
    ours, theirs = [], []
    for number in range(60):
        theirs.append(whole.one(number).daily[:, CUT:].sum(axis=1))
        ours.append(later.one(number + 1000, start=_stopped(told, number)[1]).daily[:, CUT:].sum(axis=1))
    for row in (INFECTED_ON, DETECTED_ON):
        one, other = np.array(ours)[:, row], np.array(theirs)[:, row]
        error = np.sqrt((one.var() + other.var()) / len(one))
        assert abs(one.mean() - other.mean()) < 4 * error
        assert other.mean() > 30


def test_what_was_due_before_is_done_as_of_then() -> None:
    """A case found ten days ago and traced nine days ago: contacts have four days of their quarantine left, or fewer."""
    told = scenario("test-trace-isolate").but(scenario={"r0": 0.0, "days": CUT + 30})
    people = np.zeros(1, STATE)
    for name in people.dtype.names or ():
        people[name] = NEVER if people.dtype[name] == np.dtype("i2") else 0
    people["infector"], people["person"], people["found_as"] = -1, 777, 1
    for name, day in {"infected": 8, "ready": 11, "onset": 13, "detected": 15, "isolated": 15, "last_test": 14}.items():
        people[name] = day
    later = _later(told)
    found = later.one(0, start=Start(people, np.array([(16, 0, int(TRACE), 0)], DUE)))
    counts = found.counts
    assert counts["contacts"] > 5
    assert 0 < counts["quarantine_days"] <= 4 * counts["contacts"]  # last met on day 14 at the latest
    assert counts["isolation_days"] == 4  # in a bed since day 15, for a fortnight
    assert counts["beds_most"] == 1
    assert counts["first_detected"] == counts["last_community"] == 15
    assert found.daily[INFECTED_ON, CUT:].sum() == 0


def test_nobody_at_the_start_is_the_run_from_day_0() -> None:
    told = scenario("everything")
    plain = run(Twin(city(), told), 2)
    assert all((each.daily == Twin(city(), told).one(each.number).daily).all() for each in plain)


def test_tests_and_rooms_and_beds_are_told_day_by_day() -> None:
    """The days' tests add up to all tests but those planned beyond the end; rooms and beds never exceed the most."""
    told = scenario("everything").but(scenario={"r0": 3.0})
    found = Twin(city(), told).one(1)
    assert found.daily[TESTS_ON].sum() == found.counts["tests"] > 100_000
    assert found.daily[ROOMS_TAKEN].max() == found.counts["rooms_most"] > 0
    assert found.daily[BEDS_TAKEN].max() == found.counts["beds_most"] > 0
    assert found.counts["area_days"] >= found.counts["zone_days"] > 0
