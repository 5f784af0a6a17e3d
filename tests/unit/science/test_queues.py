"""Queues at a site: known answers, a simulated queue, and a day walked through in small steps."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science import queues


def test_the_last_of_a_queue_waits_for_all_before() -> None:
    found = queues.minutes_to_last([120, 0, 0, 5], [4, 4, 0, 0], 60)
    assert found.tolist() == [30.0, 0.0, 0.0, math.inf]


def test_erlangs_formula_gives_the_textbook_values() -> None:
    """One lane: the load itself. Two lanes half busy: a third. Five lanes with a load of four: 0.5541."""
    found = queues.erlang_c([30, 60, 240], [1, 2, 5], 60, 20)
    assert found.p_wait == pytest.approx([0.5, 1 / 3, 0.5541], abs=5e-5)
    assert found.busy == pytest.approx([0.5, 0.5, 0.8])
    assert found.wait_minutes[0] == pytest.approx(1.0)
    assert found.share_above[0] == pytest.approx(0.5 * math.exp(-10))


def test_a_queue_that_never_settles_is_endless_and_an_empty_one_is_none() -> None:
    found = queues.erlang_c([60, 61, 0, 5], [1, 1, 2, 0], 60, 20)
    assert found.wait_minutes.tolist() == [math.inf, math.inf, 0.0, math.inf]
    assert found.share_above.tolist() == [1.0, 1.0, 0.0, 1.0]
    assert found.p_wait.tolist() == [1.0, 1.0, 0.0, 1.0]


def test_many_lanes_do_not_overflow() -> None:
    found = queues.erlang_c(59_000, 1000, 60, 20)
    assert 0 < float(found.p_wait) < 1


def test_erlangs_formula_holds_in_a_simulated_queue() -> None:
    draw = np.random.Generator(np.random.Philox(3))
    arrivals = np.cumsum(draw.exponential(60 / 150, 120_000))
    lengths = draw.exponential(1.0, arrivals.size)
    free = [0.0] * 3
    waits = []
    for came, length in zip(arrivals.tolist(), lengths.tolist(), strict=True):
        begun = max(came, heapq.heappop(free))
        heapq.heappush(free, begun + length)
        waits.append(begun - came)
    told = queues.erlang_c(150, 3, 60, 2.0)
    assert float(np.mean(waits)) == pytest.approx(float(told.wait_minutes), rel=0.1)
    assert float(np.mean(np.array(waits) > 2)) == pytest.approx(float(told.share_above), abs=0.02)


def test_a_morning_peak_waits_as_long_as_the_drawing_says() -> None:
    """Two hours of 300 before lanes for 200: 200 wait at the end, an hour each; then nobody comes."""
    day = queues.wait_through_day([300, 300, 0], 200, 20)
    assert day.waiting.tolist() == [0, 100, 200, 0]
    assert day.longest_minutes == pytest.approx(60)
    assert day.mean_minutes == pytest.approx(30)
    assert day.share_above == pytest.approx(2 / 3)
    assert day.done_after_hours == pytest.approx(3)


def test_who_stands_there_already_waits_from_the_start() -> None:
    day = queues.wait_through_day([0, 0], [60, 60], 20, waiting=60)
    assert (day.longest_minutes, day.mean_minutes) == (pytest.approx(60), pytest.approx(30))
    assert (day.share_above, day.done_after_hours) == (pytest.approx(2 / 3), pytest.approx(1))


def test_a_closed_site_keeps_people_waiting_for_ever() -> None:
    day = queues.wait_through_day([10, 10], [20, 0], 20)
    assert (day.longest_minutes, day.mean_minutes, day.done_after_hours) == (math.inf, math.inf, math.inf)
    assert day.share_above == pytest.approx(0.5)
    empty = queues.wait_through_day([0, 0], 20, 20)
    assert (empty.longest_minutes, empty.share_above, empty.done_after_hours) == (0, 0, 0)


def _in_small_steps(arrivals: list[int], pace: list[int], limit: float, waiting: int) -> tuple[float, float, float]:
    """The plain twin: everybody in the queue as a number, moved on every 36 seconds."""
    steps, after = 100, 40
    come = [people / steps for people in arrivals for _ in range(steps)] + [0.0] * (steps * after)
    most = [each / steps for each in pace for _ in range(steps)] + [pace[-1] / steps] * (steps * after)
    came, served = [float(waiting)], [0.0]
    for people, each in zip(come, most, strict=True):
        came.append(came[-1] + people)
        served.append(min(served[-1] + each, came[-1]))
    time = np.arange(len(came)) / steps
    places = (np.arange(4000) + 0.5) / 4000 * came[-1]
    small = 1e-9 * np.arange(len(came))  # so that each place is reached once
    waits = np.interp(places, np.array(served) + small, time) - np.where(
        places <= waiting, 0, np.interp(places, np.array(came) + small, time)
    )
    return 60 * waits.max(), 60 * waits.mean(), float(np.mean(waits > limit / 60))


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(20, 300)), min_size=1, max_size=6),
    st.integers(0, 150),
    st.integers(5, 60),
)
def test_a_day_is_what_small_steps_through_it_give(told: list[tuple[int, int]], waiting: int, limit: int) -> None:
    arrivals, pace = [each[0] for each in told], [each[1] for each in told]
    if sum(arrivals) + waiting == 0 or sum(arrivals) / pace[-1] > 30:
        return
    day = queues.wait_through_day(arrivals, pace, limit, waiting)
    longest, mean, above = _in_small_steps(arrivals, pace, limit, waiting)
    assert day.longest_minutes == pytest.approx(longest, abs=1.5)
    assert day.mean_minutes == pytest.approx(mean, abs=1.0)
    near = queues.wait_through_day(arrivals, pace, limit - 1, waiting).share_above
    far = queues.wait_through_day(arrivals, pace, limit + 1, waiting).share_above
    assert far - 0.01 <= above <= near + 0.01


def test_lanes_hold_the_limit_and_one_fewer_does_not() -> None:
    assert queues.lanes_for_queue([120, 121, 0], 60, 20).tolist() == [6, 7, 0]
    lanes = queues.lanes_for_rate(300, 60, 20)
    assert float(queues.erlang_c(300, lanes, 60, 20).share_above) <= 0.05
    assert float(queues.erlang_c(300, lanes - 1, 60, 20).share_above) > 0.05
    assert queues.lanes_for_rate(0, 60, 20) == 0


@given(st.lists(st.integers(0, 900), min_size=1, max_size=8), st.integers(0, 200))
def test_lanes_for_a_day_are_the_fewest(arrivals: list[int], waiting: int) -> None:
    lanes = queues.lanes_for_day(arrivals, 60, 20, waiting)
    assert queues.wait_through_day(arrivals, lanes * 60, 20, waiting).longest_minutes <= 20
    assert lanes == 0 or queues.wait_through_day(arrivals, (lanes - 1) * 60, 20, waiting).longest_minutes > 20
