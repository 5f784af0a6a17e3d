"""The finish of a round: rounds that can be reckoned by hand, one tube after the other, and simulated ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.science.finish_forecast import forecast_finish

STEADY = np.array([[100.0] * 5, [100.0] * 5, [100.0] * 5, [100.0] * 5])


def test_a_round_that_keeps_up_ends_when_the_last_is_swabbed_and_carried_and_read() -> None:
    done = np.array([[100.0] * 5, [0, 100, 100, 100, 100], [0, 100, 100, 100, 100], [0, 0, 0, 100, 100]])
    told = forecast_finish(done, 1000, least_hours=[0, 1, 0, 2])
    assert told.finish_hours[:, 2] == pytest.approx([5, 6, 6, 8])
    assert told.finish_hours[:, 0] == pytest.approx(told.finish_hours[:, -1])
    assert told.waiting.tolist() == [500, 100, 0, 200]
    assert told.oldest_hours == pytest.approx([0, 1, 0, 2])
    assert (told.bottleneck, told.pace.tolist()) == (0, [100, math.inf, math.inf, math.inf])


def test_the_stage_with_work_left_over_is_the_bottleneck_and_sets_the_end() -> None:
    done = np.array([[100.0] * 5, [100.0] * 5, [100.0] * 5, [40.0] * 5])
    told = forecast_finish(done, 1000)
    assert (told.bottleneck, told.pace[3]) == (3, 40)
    assert told.finish_hours[:, 2] == pytest.approx([5, 5, 5, 20])
    assert told.alone_hours == pytest.approx([5, 0, 0, 20])
    assert told.oldest_hours[3] == pytest.approx(3)


def test_a_capacity_counts_where_the_stage_has_not_been_short_of_time() -> None:
    told = forecast_finish(STEADY, 1000, capacity=[math.nan, math.inf, 100, 25])
    assert told.finish_hours[:, 2] == pytest.approx([5, 5, 5, 20])
    assert told.bottleneck == 3


def test_what_is_finished_is_finished_and_what_stands_still_never_ends() -> None:
    over = forecast_finish(np.full((4, 3), 50.0), 150)
    assert (over.finish_hours == 0).all()
    assert over.bottleneck is None
    more_came = forecast_finish(np.full((4, 3), 50.0), 120)
    assert (more_came.finish_hours == 0).all()
    still = forecast_finish(np.array([[100.0, 100, 0, 0], [100.0, 0, 0, 0]]), 200, recent=2)
    assert still.finish_hours[:, 2].tolist() == [0, math.inf]
    assert still.bottleneck == 1


def test_a_round_that_has_not_begun_takes_its_capacities() -> None:
    told = forecast_finish(np.zeros((4, 2)), 600, capacity=[100, 200, 200, 50], least_hours=[0, 1, 0, 3])
    assert told.bottleneck == 3
    assert told.finish_hours[:, 2] == pytest.approx([6, 7, 7, 16], abs=0.3)
    assert forecast_finish(np.zeros((4, 0)), 10).finish_hours.shape == (4, 5)


def _tube_by_tube(total: int, paces: list[float], least: list[float]) -> list[float]:
    """The plain twin, from a fresh start: each tube leaves a stage once it is there and the one before has left."""
    ready = [0.0] * total
    ends = []
    for stage, pace in enumerate(paces):
        free, left = 0.0, []
        for each in ready:
            free = max(free, each + (least[stage] if stage else 0.0)) + 1 / pace
            left.append(free)
        ready = left
        ends.append(ready[-1])
    return ends


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(20, 300), min_size=4, max_size=4),
    st.lists(st.sampled_from([0.0, 0.5, 1.3]), min_size=4, max_size=4),
)
def test_the_flow_ends_when_the_last_tube_does(paces: list[int], least: list[float]) -> None:
    total = 1500
    told = forecast_finish(np.zeros((4, 1)), total, capacity=paces, least_hours=least, paths=1)
    wanted = _tube_by_tube(total, [float(each) for each in paces], least)
    assert told.finish_hours[:, 2] == pytest.approx(wanted, abs=0.35, rel=0.01)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 200), min_size=3, max_size=3), min_size=4, max_size=8),
    st.integers(20, 3000),  # a tenth of an hour's work and more, so that no hour of the past changes its meaning
)
def test_stages_end_in_their_order_and_more_work_ends_later(hours: list[list[int]], more: int) -> None:
    raw = np.cumsum(np.array(hours, dtype=float).T, axis=1)
    so_far = np.minimum.accumulate(raw, axis=0)  # no stage is ahead of the one before
    done = np.diff(so_far, axis=1, prepend=0)
    told = forecast_finish(done, so_far[0, -1] + more, paths=50)
    later = forecast_finish(done, so_far[0, -1] + more + 100, paths=50)
    ends = np.nan_to_num(told.finish_hours, posinf=1e9)
    assert (np.diff(ends, axis=0) >= 0).all()
    assert (np.diff(ends, axis=1) >= 0).all()
    assert (later.finish_hours[0] >= told.finish_hours[0] - 1e-6).all()
    assert told.waiting.sum() == pytest.approx(so_far[0, -1] + more - so_far[-1, -1])


def test_the_same_seed_draws_the_same_and_steadier_hours_promise_more() -> None:
    wild = np.array([[20.0, 180, 60, 140, 20, 180]] * 2)
    wild[1] *= 0.8
    one, two = forecast_finish(wild, 3000, seed=4), forecast_finish(wild, 3000, seed=4)
    assert (one.finish_hours == two.finish_hours).all()
    calm = forecast_finish(np.array([[100.0] * 6, [80.0] * 6]), 3000, seed=4)
    width = [each.finish_hours[1, -1] - each.finish_hours[1, 0] for each in (calm, one)]
    assert width[0] == pytest.approx(0, abs=1e-9)
    assert width[1] > 5


def test_its_quantiles_hold_over_simulated_rounds() -> None:
    """Reading is short; its pace has a level of the round and differs from hour to hour."""
    draw = np.random.Generator(np.random.Philox(13))
    inside, errors, n = 0, [], 60
    for _ in range(n):
        level = draw.lognormal(0, 0.2)
        paces = np.minimum(80 * level * draw.lognormal(0, 0.3, 200), 119)
        done = np.array([[120.0] * 8, paces[:8]])
        told = forecast_finish(done, 2000, recent=8, paths=200)
        end = 8 + int(np.searchsorted(np.cumsum(paces[8:]), 2000 - paces[:8].sum())) + 0.5 - 8
        inside += told.finish_hours[1, 0] - 1 <= end <= told.finish_hours[1, -1] + 1
        errors.append(end / told.finish_hours[1, 2] - 1)
    assert inside / n > 0.8
    assert abs(float(np.median(errors))) < 0.06


def test_the_last_tube_is_followed_exactly_where_later_stages_keep_up() -> None:
    told = forecast_finish(np.zeros((3, 1)), 1500, capacity=[110, math.inf, math.inf], least_hours=[0, 1.3, 1.3])
    assert told.finish_hours[:, 2] == pytest.approx([1500 / 110, 1500 / 110 + 1.3, 1500 / 110 + 2.6], abs=1e-6)
