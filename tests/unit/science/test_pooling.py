"""Pools: known answers, enumeration of every tube, and a simulated round."""

from __future__ import annotations

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science import pooling

DAYS, MISSED = (1, 4, 5, 8, 21), (1.0, 0.67, 0.38, 0.20, 0.66)
shares = st.floats(0, 1)


def test_sensitivity_by_day_is_kucirkas_and_straight_between() -> None:
    found = pooling.sensitivity_by_day([1, 4, 5, 8, 21, 6.5, 0, 40], DAYS, MISSED)
    assert found == pytest.approx([0, 0.33, 0.62, 0.80, 0.34, 0.71, 0, 0.34])


def test_nothing_told_is_not_reckoned_with() -> None:
    assert np.isnan(pooling.sensitivity_by_day([1, 5], [], [])).all()
    assert np.isnan(pooling.loss_in_pool([2], [], []))
    assert pooling.loss_in_pool(1, [], []) == 0


def test_the_loss_of_a_pool_runs_over_doublings() -> None:
    found = pooling.loss_in_pool([1, 2, 4, 8, 16, 17], [4, 16], [0.02, 0.10])
    assert found[:5] == pytest.approx([0, 0.01, 0.02, 0.06, 0.10])
    assert np.isnan(found[5])


@pytest.mark.parametrize(
    ("prevalence", "size", "percent"),
    [(0.01, 11, 20), (0.02, 8, 27), (0.03, 6, 33), (0.05, 5, 43), (0.10, 4, 59), (0.15, 3, 72), (0.20, 3, 82)],
)
def test_the_best_sizes_are_those_of_dorfmans_table(prevalence: float, size: int, percent: int) -> None:
    assert pooling.best_size(prevalence, 50) == size
    assert round(100 * float(pooling.readings_per_person(size, prevalence))) == percent


def test_where_infection_is_common_a_tube_for_each_person_is_best() -> None:
    assert pooling.best_size(0.4, 50) == 1
    assert pooling.best_size(0.01, 50, pooling.loss_in_pool(np.arange(1, 51), [5], [0.0]) + 1.0) == 5


def _tube_by_hand(infected_chance: list[float], sensitivity: float, specificity: float) -> float:
    """Every way the members can be infected, one by one."""
    positive = 0.0
    for state in product((0, 1), repeat=len(infected_chance)):
        chance = np.prod([p if ill else 1 - p for p, ill in zip(infected_chance, state, strict=True)])
        positive += chance * (1 - specificity * (1 - sensitivity) ** sum(state))
    return float(positive)


@given(st.integers(1, 7), shares, shares, shares)
def test_a_tube_of_strangers_is_the_sum_over_all_its_states(n: int, p: float, s: float, spec: float) -> None:
    assert float(pooling.p_tube_positive(n, p, s, spec)) == pytest.approx(_tube_by_hand([p] * n, s, spec), abs=1e-12)


def test_a_rare_infection_is_not_lost_in_rounding() -> None:
    assert float(pooling.p_tube_positive(10, 1e-12, 0.8, 1.0)) == pytest.approx(8e-12, rel=1e-3)


@given(st.integers(1, 6), st.floats(0.01, 0.6), st.floats(0, 1), shares)
def test_a_household_is_the_mixture_over_how_heavily_it_was_hit(n: int, p: float, more: float, s: float) -> None:
    """The plain twin: (1 - hit x s)^n multiplied out, with the moments of the beta distribution of the hit."""
    attack = p + more * (0.95 - p)
    together = (attack - p) / (1 - p)
    a, b = (p * (1 / together - 1), (1 - p) * (1 / together - 1)) if together > 1e-6 else (p * 1e9, (1 - p) * 1e9)
    wanted = sum(comb(n, k) * (-s) ** k * prod((a + j) / (a + b + j) for j in range(k)) for k in range(n + 1))
    assert float(pooling.p_household_undetected(n, p, attack, s)) == pytest.approx(wanted, abs=2e-6)


def test_members_a_hair_less_than_strangers_are_reckoned_as_strangers() -> None:
    found = float(pooling.p_household_undetected(3, 0.5, 0.5 + 1e-15, 0.5))
    assert found == pytest.approx(0.75**3)
    assert float(pooling.p_household_undetected(3, 0.5, 0.5 + 2e-6, 0.5)) == pytest.approx(0.75**3, rel=1e-5)


def test_households_share_their_infections_so_that_fewer_tubes_are_positive() -> None:
    strangers = pooling.p_tube_of_households_positive([3, 3, 4], 0.01, 0.01, 0.8, 1.0)
    family = pooling.p_tube_of_households_positive([3, 3, 4], 0.01, 0.30, 0.8, 1.0)
    assert strangers == pytest.approx(float(pooling.p_tube_positive(10, 0.01, 0.8, 1.0)))
    assert family < strangers
    all_or_none = pooling.p_household_undetected([5], 0.01, 1.0, 1.0)
    assert all_or_none == pytest.approx([0.99], abs=1e-6)


def test_the_second_member_of_a_household_is_infected_as_often_as_the_attack_rate_says() -> None:
    p, attack = 0.02, 0.25
    nobody = float(pooling.p_household_undetected(2, p, attack, 1.0))
    both = 2 * p - (1 - nobody)
    assert both / p == pytest.approx(attack)


def test_a_round_comes_to_what_a_simulated_one_does() -> None:
    draw = np.random.Generator(np.random.Philox(7))
    people, size, spec, rounds = 4_000, 10, 0.995, 300
    infected_by_day = np.array([0.0, 30.0, 50.0])
    sensitivity = np.array([0.0, 0.4, 0.8])
    told = pooling.expected_of_a_round(people, infected_by_day, sensitivity, size=size, specificity=spec, confirmed=0.9)
    tally = np.zeros(8)
    for _ in range(rounds):
        kind = draw.choice(4, people, p=[*(infected_by_day / people), 1 - infected_by_day.sum() / people])
        ill = kind < 3
        seen = draw.random(people) < np.append(sensitivity, 0)[kind]
        false = draw.random(people // size) > spec
        tube = seen.reshape(-1, size).any(axis=1) | false
        held = np.repeat(tube, size)
        found = ill & held & (draw.random(people) < 0.9)
        called = ~ill & held & (draw.random(people) > spec)
        none_ill = ~ill.reshape(-1, size).any(axis=1)
        tally += [
            ill.sum(),
            found.sum(),
            (ill & ~found).sum(),
            tube.sum(),
            (tube & none_ill).sum(),
            held.sum(),
            (held & ~ill).sum(),
            called.sum(),
        ]
    wanted = [told.infected, told.found, told.missed, told.tubes_positive, told.tubes_false]
    wanted += [told.singles, told.held_needlessly, told.called_falsely]
    assert tally / rounds == pytest.approx(wanted, rel=0.03, abs=0.15)
    assert told.tubes == 400


def test_a_tube_for_each_person_needs_no_second_swab() -> None:
    told = pooling.expected_of_a_round(1000, [10.0], [0.7], size=1, specificity=0.99)
    assert (told.found, told.missed, told.singles) == (pytest.approx(7.03), pytest.approx(2.97), 0)
    assert told.called_falsely == pytest.approx(9.9)
    nobody = pooling.expected_of_a_round(0, [0.0], [0.7], size=10, specificity=0.99)
    assert (nobody.tubes, nobody.found) == (0, 0)


def test_tubes_of_households_count_only_households_of_more_than_one_again() -> None:
    told = pooling.expected_of_household_tubes([1, 2, 4], 0.0, 0.0, 0.8, 0.9)
    assert (told.tubes, told.tubes_positive, told.singles) == (3, pytest.approx(0.3), pytest.approx(0.6))
    assert told.readings_per_person == pytest.approx(3.6 / 7)


def test_an_unknown_sensitivity_leaves_a_tube_for_each_person() -> None:
    assert pooling.best_size(0.01, 10, np.nan) == 1
