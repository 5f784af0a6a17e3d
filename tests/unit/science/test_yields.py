"""Marginal yield: against integration by hand, against simulated outbreaks, and in the direction it must move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science import yields
from ringfence.science.pooling import sensitivity_by_day

SENSITIVITY = sensitivity_by_day(np.arange(22), (1, 4, 5, 8, 21), (1.0, 0.67, 0.38, 0.20, 0.66))
NOTICED = yields.noticed_by_day(22, 6.0, 14.0, 0.5)
COURSE = yields.Course(sensitivity=SENSITIVITY, noticed=NOTICED)


def rounds(days: list[int], coverage: list[float], found: list[int]) -> yields.Rounds:
    return yields.Rounds(days=np.array(days), coverage=np.array(coverage), found=np.array(found))


def test_onset_has_the_median_and_the_long_end_that_were_told() -> None:
    fell_ill = yields.noticed_by_day(20, 5.0, 12.0, 0.8)
    assert fell_ill[[0, 5, 12]] == pytest.approx([0, 0.4, 0.78])
    assert (np.diff(fell_ill) >= 0).all()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(0.3, 0.99), st.integers(0, 9)), min_size=1, max_size=4),
    st.floats(-0.4, 0.3),
    st.floats(0, 0.2),
)
def test_it_is_what_integration_over_the_size_gives(
    told: list[tuple[int, float, int]], rate: float, never: float
) -> None:
    """The plain twin: infections day by day in loops, the size of the outbreak on a fine grid."""
    days = list(np.cumsum([5 + gap for gap, _, _ in told]))
    done = rounds(days, [each[1] for each in told], [each[2] for each in told])
    nxt = days[-1] + 2
    found = yields.expected_yield(
        done,
        COURSE,
        infected_from=0,
        infected_until=6,
        next_day=nxt,
        next_coverage=0.9,
        never=never,
        growth=(rate, rate),
    )
    share = np.exp(rate * np.arange(7))
    share /= share.sum()
    seen, by_next, left = np.zeros(len(days)), 0.0, 0.0
    for infected_on in range(7):
        for comes, weight in ((True, 1 - never), (False, never)):
            alive = share[infected_on] * weight
            for number, (day, coverage) in enumerate(zip(days, done.coverage, strict=True)):
                age = day - infected_on
                caught = min(1, coverage / (1 - never)) * SENSITIVITY[min(age, 21)] if comes and age >= 0 else 0
                seen[number] += alive * (1 - NOTICED[min(max(age, 0), 21)]) * caught
                alive *= 1 - caught
            still = alive * (1 - NOTICED[min(nxt - infected_on, 21)])
            left += still
            by_next += still * min(1, 0.9 / (1 - never)) * SENSITIVITY[min(nxt - infected_on, 21)] if comes else 0
    size = np.exp(np.linspace(np.log(1e-12), np.log(1e6), 40_001))
    log_density = (0.5 + done.found.sum()) * np.log(size) - size * seen.sum()  # times size, for the step of the grid
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    assert found is not None
    assert found.undetected.p_none == pytest.approx(float(density @ np.exp(-size * left)), abs=1e-3)
    assert found.next_round.p_none == pytest.approx(float(density @ np.exp(-size * by_next)), abs=1e-3)
    assert found.next_round.mean == pytest.approx(float(density @ size) * by_next, rel=1e-2)


@given(st.integers(1, 6), st.floats(-0.4, 0.2), st.floats(0.6, 0.99))
def test_one_more_clean_round_speaks_for_an_end(k: int, rate: float, coverage: float) -> None:
    chances = []
    for number in (k, k + 1):
        done = rounds(list(range(8, 8 + number)), [coverage] * number, [0] * number)
        told = yields.expected_yield(
            done,
            COURSE,
            infected_from=0,
            infected_until=8,
            next_day=20,
            next_coverage=coverage,
            growth=(rate, rate),
        )
        assert told is not None
        chances.append(told.undetected.p_none)
    assert chances[1] > chances[0]


def test_rounds_that_find_less_and_less_promise_less() -> None:
    coverage = [0.97] * 5
    days = [8, 10, 12, 14, 16]
    asked = {"infected_from": 0, "infected_until": 14, "next_day": 18, "next_coverage": 0.97}
    ended = yields.expected_yield(rounds(days, coverage, [29, 12, 4, 0, 0]), COURSE, **asked)
    going_on = yields.expected_yield(rounds(days, coverage, [29, 12, 4, 6, 9]), COURSE, **asked)
    assert ended is not None
    assert going_on is not None
    assert ended.next_round.mean < 0.5
    assert going_on.next_round.mean > 3
    assert ended.growth < going_on.growth
    assert ended.undetected.p_none > 0.3
    assert going_on.undetected.p_none < 0.02
    assert ended.next_round.mean < ended.undetected.mean


def test_people_who_never_come_stay_undetected() -> None:
    done = rounds([8, 10, 12], [0.9, 0.9, 0.9], [10, 2, 0])
    asked = {"infected_from": 0, "infected_until": 8, "next_day": 14, "next_coverage": 0.9}
    all_come = yields.expected_yield(done, COURSE, **asked)
    some_never = yields.expected_yield(done, COURSE, never=0.1, **asked)
    assert all_come is not None
    assert some_never is not None
    assert some_never.undetected.mean > all_come.undetected.mean
    assert some_never.next_round.mean < all_come.next_round.mean


def test_rounds_that_could_find_nothing_say_nothing() -> None:
    asked = {"infected_from": 0, "infected_until": 3, "next_day": 9, "next_coverage": 0.9}
    assert yields.expected_yield(rounds([], [], []), COURSE, **asked) is None
    assert yields.expected_yield(rounds([1], [0.0], [0]), COURSE, **asked) is None


def _outbreak(draw: np.random.Generator, days: list[int], coverage: float) -> tuple[list[int], int, int]:
    """(found by each round, found by the next, undetected by its day) of one outbreak told person by person."""
    rate, size = draw.uniform(-0.5, 0.3), np.exp(draw.uniform(np.log(2), np.log(300)))
    chance = np.exp(rate * np.arange(13))
    infected_on = draw.choice(13, draw.poisson(size), p=chance / chance.sum())
    noticed_at = draw.random(infected_on.size)
    left = np.ones(infected_on.size, dtype=bool)
    found = []
    for day in days:
        age = day - infected_on
        known = (age >= 0) & (noticed_at < np.where(age < 0, 0, NOTICED[np.clip(age, 0, 21)]))
        left &= ~known
        seen = left & (age >= 0) & (draw.random(age.size) < coverage * SENSITIVITY[np.clip(age, 0, 21)])
        undetected = int(left.sum())
        left &= ~seen
        found.append(int(seen.sum()))
    return found[:-1], found[-1], undetected


def test_its_intervals_hold_what_they_promise_over_simulated_outbreaks() -> None:
    draw = np.random.Generator(np.random.Philox(11))
    days, coverage = [8, 10, 12, 14, 16], 0.95
    ninety = half = 0
    promised, ended, next_error, n = 0.0, 0, [], 160
    for _ in range(n):
        found, next_found, undetected = _outbreak(draw, days, coverage)
        told = yields.expected_yield(
            rounds(days[:-1], [coverage] * 4, found),
            COURSE,
            infected_from=0,
            infected_until=12,
            next_day=16,
            next_coverage=coverage,
        )
        assert told is not None
        ninety += told.undetected.ninety[0] <= undetected <= told.undetected.ninety[1]
        half += told.next_round.half[0] <= next_found <= told.next_round.half[1]
        promised += told.undetected.p_none
        ended += undetected == 0
        next_error.append((told.next_round.mean - next_found) / max(1.0, told.next_round.mean) ** 0.5)
    assert ninety / n > 0.85
    assert half / n > 0.45
    assert promised / n == pytest.approx(ended / n, abs=0.06)
    assert abs(float(np.mean(next_error))) < 0.5
