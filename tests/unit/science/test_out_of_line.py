"""Laboratories compared: exact tails, false alarms at the rate promised, and one that is out of line found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ringfence.science import out_of_line as line


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0.02, 0.98), st.floats(0.001, 0.5))
def test_p_is_twice_the_smaller_exact_tail(n: int, part: float, mean: float, unsure: float) -> None:
    """The plain twin: SciPy's beta-binomial, summed over every count."""
    count = round(part * n)
    ends = 1 / unsure - 1
    chances = stats.betabinom.pmf(np.arange(n + 1), n, mean * ends, (1 - mean) * ends)
    tail = chances[count:].sum() if count >= mean * n else chances[: count + 1].sum()
    assert line._two_sided(count, n, mean, unsure) == pytest.approx(min(1, 2 * tail), rel=1e-6)


def test_against_very_many_others_it_is_the_binomial_test() -> None:
    found = line.compare_shares([14, 1_000_000], [200, 50_000_000], overdispersion=0)
    exact = 2 * stats.binomtest(14, 200, 0.02, alternative="greater").pvalue
    assert found.p[0] == pytest.approx(exact, rel=1e-3)
    assert found.z[0] == pytest.approx(stats.norm.isf(exact / 2), rel=1e-3)
    assert found.others[0] == pytest.approx(0.02)


def test_two_laboratories_alone_come_near_fishers_test() -> None:
    found = line.compare_shares([30, 12], [1000, 1000])
    fisher = stats.fisher_exact([[30, 970], [12, 988]]).pvalue
    assert found.p[0] == pytest.approx(fisher, rel=0.5)
    assert found.z[0] > 0 > found.z[1]


def _labs(draw: np.random.Generator, n_labs: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    totals = draw.integers(300, 6000, n_labs)
    share = np.full(n_labs, 0.02) if rho == 0 else draw.beta(0.02 * (1 / rho - 1), 0.98 * (1 / rho - 1), n_labs)
    return draw.binomial(totals, share), totals


def test_laboratories_that_differ_by_chance_raise_few_alarms() -> None:
    draw = np.random.Generator(np.random.Philox(5))
    found = [line.compare_shares(*_labs(draw, 20, 0)) for _ in range(100)]
    p = np.concatenate([each.p for each in found])
    assert 0.02 < np.mean(p < 0.05) < 0.06
    assert np.mean([(each.q < 0.05).any() for each in found]) < 0.08


def test_differences_that_are_usual_are_allowed_for() -> None:
    draw = np.random.Generator(np.random.Philox(6))
    alarms, plain, measured = [], [], []
    for _ in range(100):
        counts, totals = _labs(draw, 25, 0.01)
        found = line.compare_shares(counts, totals)
        alarms.append(np.mean(np.abs(found.z) > 3))
        plain.append(np.mean(np.abs(line.compare_shares(counts, totals, overdispersion=0).z) > 3))
        measured.append(found.overdispersion.mean())
    assert np.mean(measured) == pytest.approx(0.01, rel=0.2)
    assert np.mean(alarms) < 0.02
    assert np.mean(plain) > 0.2


def test_one_laboratory_out_of_line_is_found_and_lies_outside_the_funnel() -> None:
    draw = np.random.Generator(np.random.Philox(8))
    totals = np.full(12, 4000)
    counts = draw.binomial(totals, 0.01)
    counts[3] = 110
    found = line.compare_shares(counts, totals, least=200)
    assert np.flatnonzero(found.q < 0.01).tolist() == [3]
    assert found.z[3] > 5
    assert np.flatnonzero((found.share > found.high) | (found.share < found.low)).tolist() == [3]
    assert found.overdispersion[3] < 0.002 < found.overdispersion[0]


def test_the_funnel_is_narrower_for_more_tubes() -> None:
    found = line.compare_shares([20, 200, 20, 20], [1000, 10_000, 1000, 1000], overdispersion=0)
    assert found.low[0] < found.low[1] < 0.02 < found.high[1] < found.high[0]
    in_line = stats.betabinom(10_000, *(0.02 * 3000, 0.98 * 3000)).sf(found.high[1] * 10_000)
    assert in_line == pytest.approx(stats.norm.sf(3), rel=0.6)


def test_too_few_tubes_are_not_compared() -> None:
    found = line.compare_shares([5, 0, 3], [50, 0, 400], least=100)
    assert np.isnan(found.p[:2]).all()
    assert np.isnan(found.share[1])
    assert found.p[2] == found.q[2]
    alone = line.compare_shares([5], [500])
    assert np.isnan(alone.p).all()
    assert np.isnan(alone.others).all()
    nothing = line.compare_shares([0, 0], [500, 700])
    assert nothing.p.tolist() == [1.0, 1.0]
    assert line.compare_shares([], []).p.size == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(15, 40)), min_size=12, max_size=80))
def test_ranks_taken_once_give_mann_and_whitneys_test_for_each(told: list[tuple[int, int]]) -> None:
    lab, ct = np.array([each[0] for each in told]), np.array([each[1] for each in told], dtype=float)
    found = line.compare_cts(lab, ct, 4, least=3)
    for each in range(4):
        mine, others = ct[lab == each], ct[lab != each]
        if len(mine) < 3 or len(others) < 3:
            assert np.isnan(found.p[each])
            continue
        if len(set(ct)) == 1:
            assert (found.p[each], found.higher[each]) == (1, 0.5)
            continue
        wanted = stats.mannwhitneyu(mine, others, method="asymptotic")
        assert found.p[each] == pytest.approx(wanted.pvalue, rel=1e-9)
        assert found.higher[each] == pytest.approx(wanted.statistic / (len(mine) * len(others)))
        assert found.median[each] == np.median(mine)
        assert found.others[each] == np.median(others)


def test_a_laboratory_whose_values_drift_up_is_found() -> None:
    draw = np.random.Generator(np.random.Philox(9))
    lab = np.repeat(np.arange(8), 120)
    ct = draw.normal(30, 4, lab.size)
    ct[lab == 5] += 2.5
    ct[::50] = np.nan
    found = line.compare_cts(lab, ct, 9)
    assert int(np.nanargmax(np.abs(found.z))) == 5
    assert (found.z[5] > 4, found.q[5] < 0.001, (found.z[:5] < 2).all()) == (True, True, True)
    assert found.median[5] - found.others[5] == pytest.approx(2.5, abs=1.2)
    assert (found.told[8], np.isnan(found.z[8])) == (0, True)


def test_the_others_are_uncertain_by_their_number_their_tubes_and_their_differences() -> None:
    found = line.compare_shares([30, 20, 20], [1000, 1000, 1000], overdispersion=0.01)
    assert found.p[0] == pytest.approx(line._two_sided(30, 1000, 40.5 / 2001, 0.01 * (1 + 1 / 2) + 1 / 2002))
