"""The spread against theory. Tolerances are three standard errors of the replicates themselves."""

from __future__ import annotations

import numpy as np
import pytest

from ringfence.science.epidemics import final_size, growth_rate, renewal
from ringfence.twin.disease import generation_interval
from ringfence.twin.kernels.plan import INFECTED_ON
from ringfence.twin.spread import Twin, run
from tests.unit.twin.places import plain, well_mixed


def test_growth_solves_its_own_equation() -> None:
    interval = np.array([0.0, 0.2, 0.5, 0.3])
    r = growth_rate(1.7, interval)
    assert 1.7 * (interval * np.exp(-r * np.arange(4))).sum() == pytest.approx(1)
    assert growth_rate(1.0, interval) == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match="adds up to 1"):
        growth_rate(1.7, interval / 2)


def test_the_final_size_of_textbooks() -> None:
    assert final_size(2.0) == pytest.approx(0.7968, abs=1e-4)
    assert final_size(0.9) == 0.0


@pytest.mark.parametrize("r0", [0.8, 1.3, 1.8])
def test_cases_follow_the_renewal_equation_and_grow_as_euler_and_lotka_say(r0: float) -> None:
    days, seeds = 40, 100
    twin = Twin(well_mixed(1_000_000), plain(r0, days=days, seeds=seeds))
    daily = np.array([each.daily[INFECTED_ON] for each in run(twin, 60)], float)
    begun = np.zeros(days)
    begun[0] = seeds
    interval = generation_interval(plain(r0).disease)
    expected = renewal(r0, interval, begun, days)
    # susceptibles run short by the share already infected, half of it on average over the run
    short = 1.0 - daily.sum(1).mean() / 1_000_000
    for until in (15, 25, days):
        sizes = daily[:, :until].sum(1)
        error = 3 * sizes.std(ddof=1) / np.sqrt(len(sizes))
        assert expected[:until].sum() * short**4 - error <= sizes.mean() <= expected[:until].sum() + error
    mean = daily.mean(0)
    slope = np.polyfit(np.arange(20, days), np.log(mean[20:days]), 1)[0]
    halves = [np.polyfit(np.arange(20, days), np.log(daily[n::6].mean(0)[20:days] + 1e-9), 1)[0] for n in range(6)]
    assert slope == pytest.approx(growth_rate(r0, interval), abs=3 * np.std(halves, ddof=1) / np.sqrt(6) + 0.003)


@pytest.mark.parametrize("r0", [1.5, 2.5])
def test_the_final_size_is_that_of_kermack_and_mckendrick(r0: float) -> None:
    people, seeds = 40_000, 200
    twin = Twin(well_mixed(people), plain(r0, days=300, seeds=seeds))
    sizes = np.array([each.infections for each in run(twin, 6)]) / people
    error = 3 * sizes.std(ddof=1) / np.sqrt(len(sizes)) + 0.005
    assert sizes.mean() == pytest.approx(final_size(r0, seeds / people), abs=error)
