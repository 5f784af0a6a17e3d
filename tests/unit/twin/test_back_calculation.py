"""Infections not found yet: known delays are got back, and the hidden are as many as were hidden."""

from __future__ import annotations

import numpy as np
import pytest

from ringfence.science.back_calculation import hidden, share_found


def _slow_share(delays: list[int], limits: list[int], longest: int) -> list[float]:
    """The product of 1 - g(u) over u > d, counted one by one."""
    found = []
    for day in range(longest + 1):
        left = 1.0
        for later in range(day + 1, longest + 1):
            at_risk = sum(a <= later <= b for a, b in zip(delays, limits, strict=True))
            if at_risk:
                left *= 1 - sum(a == later for a in delays) / at_risk
        found.append(left)
    return found


def test_shares_found_are_those_counted_one_by_one() -> None:
    draw = np.random.default_rng(1)
    limits = draw.integers(0, 20, 60)
    delays = np.minimum(draw.integers(0, 12, 60), limits)
    made = share_found(delays, limits, 15)
    assert made == pytest.approx(_slow_share(delays.tolist(), limits.tolist(), 15))
    assert made[-1] == 1.0
    assert (np.diff(made) >= 0).all()


def test_truncated_delays_are_got_back() -> None:
    """Infections grow, so that long delays have mostly not been seen yet; the plain share would be far too quick."""
    draw = np.random.default_rng(2)
    infected = np.repeat(np.arange(40), np.exp(0.12 * np.arange(40)).astype(int) * 8)
    delays = draw.binomial(12, 0.5, len(infected))
    seen = infected + delays <= 39
    made = share_found(delays[seen], (39 - infected)[seen], 12)
    truth = np.cumsum(np.bincount(delays, minlength=13)) / len(delays)
    plain = np.cumsum(np.bincount(delays[seen], minlength=13)) / seen.sum()
    assert np.abs(made - truth).max() < 0.04
    assert plain[5] - truth[5] > 0.05


def test_without_cases_the_prior_stands() -> None:
    prior = np.array([0.0, 0.5, 0.25, 0.25])
    nobody = np.zeros(0, np.int64)
    assert share_found(nobody, nobody, 3, prior, 4.0) == pytest.approx([0.0, 0.5, 0.75, 1.0])


def test_the_hidden_are_as_many_as_were_hidden() -> None:
    """A renewal process of known R, found after known delays: the truth lies within the draws, not beside them."""
    generation = np.array([0.0, 0.1, 0.3, 0.3, 0.2, 0.1])
    chance, inside, ratio = np.cumsum([0.0, 0.05, 0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.05]), 0, []
    for outbreak in range(20):
        draw = np.random.default_rng([3, outbreak])
        infections = np.zeros(30)
        infections[0] = 12
        for day in range(1, 30):
            reach = min(day, 5)
            infections[day] = draw.poisson(1.15 * infections[day - reach : day] @ generation[reach:0:-1])
        seen = chance[np.minimum(29 - np.arange(30), 8)]
        found = draw.binomial(infections.astype(int), seen).astype(float)
        imported = np.zeros(30)
        imported[0] = found[0]
        told = {"dispersion": 50.0, "most": 5.0, "days": 12}
        sums = [hidden(draw, found, imported, seen, generation, **told)[0].sum() for _ in range(60)]
        truth = (infections - found).sum()
        inside += np.quantile(sums, 0.05) <= truth <= np.quantile(sums, 0.95)
        ratio.append((np.mean(sums) + 1) / (truth + 1))
    assert inside >= 14
    assert 0.6 < np.median(ratio) < 1.6


def test_nobody_hides_where_everybody_is_found_or_nobody_was_infected() -> None:
    draw, generation = np.random.default_rng(4), np.array([0.0, 0.5, 0.5])
    told = {"dispersion": 0.3, "most": 5.0, "days": 20}
    made, _ = hidden(draw, np.full(30, 5.0), np.zeros(30), np.ones(30), generation, **told)
    assert made.sum() == 0
    made, r = hidden(draw, np.zeros(30), np.zeros(30), np.zeros(30), generation, **told)
    assert made.sum() == 0
    assert r.max() <= 5.0
