"""Sequential Monte Carlo's arithmetic beside its slow, obvious twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ringfence.science import smc

NUMBERS = st.floats(-3, 3, allow_nan=False)


@given(arrays(float, (5, 2), elements=NUMBERS), arrays(float, (7, 2), elements=NUMBERS),
       arrays(float, 7, elements=st.floats(0.01, 1)))  # fmt: skip
def test_new_weights_are_prior_over_mixture(new, before, weights):
    weights = weights / weights.sum()
    factor = smc.moves(before, weights)
    slow = []
    for point in new:
        prior = np.prod(stats.norm.pdf(point))
        mixture = sum(
            w * stats.multivariate_normal.pdf(point, mean=one, cov=factor @ factor.T)
            for w, one in zip(weights, before, strict=True)
        )
        slow.append(prior / mixture if mixture > 1e-250 else np.nan)
    if np.isnan(slow).any():
        return  # beyond the slow twin's numbers
    assert smc.new_weights(new, before, weights, factor) == pytest.approx(np.array(slow) / sum(slow), rel=1e-6)


def test_a_sample_of_equal_weights_is_worth_itself_and_one_of_one_weight_is_worth_one():
    assert smc.effective_size(np.full(40, 1 / 40)) == pytest.approx(40)
    assert smc.effective_size(np.array([1.0, 0.0, 0.0])) == 1.0


@given(st.lists(st.integers(0, 5), min_size=2, max_size=8).filter(any), st.floats(0, 0.999))
def test_resampling_takes_each_as_often_as_its_weight_says(parts, start):
    weights = np.array(parts, float) / sum(parts)
    taken = np.bincount(smc.resampled(weights, 1000, start), minlength=len(parts))
    assert taken.sum() == 1000
    assert np.abs(taken - 1000 * weights).max() <= 1 + 1e-6


def test_weighted_quantiles_of_equal_weights_are_those_of_the_sample():
    values = np.random.default_rng(3).normal(size=2001)
    shares = np.array([0.05, 0.5, 0.95])
    found = smc.weighted_quantiles(values, np.full(2001, 1 / 2001), shares)
    assert found == pytest.approx(np.quantile(values, shares), abs=0.01)
    heavy = smc.weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.01, 0.01, 0.98]), np.array([0.5]))
    assert 2.9 < heavy[0] <= 3.0


def test_contraction_is_nothing_for_the_prior_and_nearly_one_for_a_point():
    draws = np.random.default_rng(4).normal(size=(20_000, 1))
    weights = np.full(20_000, 1 / 20_000)
    assert smc.contraction(draws, weights)[0] == pytest.approx(0, abs=0.05)
    assert smc.contraction(draws * 0.01, weights)[0] == pytest.approx(1, abs=0.001)


def test_an_interval_covers_its_ends_and_nothing_beyond():
    sample = np.arange(101.0)
    assert smc.covered(25.0, sample, 0.5) and smc.covered(75.0, sample, 0.5)
    assert not smc.covered(24.0, sample, 0.5) and smc.covered(24.0, sample, 0.9)
