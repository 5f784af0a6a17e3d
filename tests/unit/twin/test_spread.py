"""Replicates: the same on any number of cores and by either engine, and a response that does what it says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ringfence.core.errors import Refused
from ringfence.twin import replies
from ringfence.twin.kernels.plan import NEVER
from ringfence.twin.scenario import Scenario
from ringfence.twin.spread import Replicate, Twin, run
from tests.unit.twin.places import city, plain, scenario, well_mixed


def _same(one: list[Replicate], other: list[Replicate]) -> None:
    for a, b in zip(one, other, strict=True):
        assert a.counts == b.counts
        assert (a.daily == b.daily).all()


def test_any_number_of_threads_gives_the_same_numbers() -> None:
    everything = scenario("everything")
    one = run(Twin(city(), everything), 12, seed=3, workers=1)
    _same(one, run(Twin(city(), everything), 12, seed=3, workers=3))
    assert [each.number for each in one] == list(range(12))
    assert run(Twin(city(), everything), 1, seed=4)[0].counts != one[0].counts


def test_a_replicate_leaves_nothing_behind() -> None:
    twin = Twin(city(), scenario("everything"))
    alone = [Twin(city(), scenario("everything")).one(number) for number in (5, 2)]
    _same(alone, [twin.one(5), twin.one(2)])


def test_the_dense_engine_gives_what_the_sparse_one_gives() -> None:
    """The table takes over from the map where one in a hundred is known; forced on, it changes nothing."""
    told = scenario("test-trace-isolate").but(scenario={"r0": 1.2})
    sparse, dense = Twin(city(), told), Twin(city(), told)
    dense._space()
    dense._enlarge(table=True)
    _same([sparse.one(n) for n in range(6)], [dense.one(n) for n in range(6)])
    assert not sparse._own.table
    large = Twin(city(), scenario("none").but(scenario={"r0": 4.0, "days": 90}))
    assert large.one(0).infections > city().people // 100
    assert large._own.table


def _mean(told: Scenario, replicates: int = 24) -> dict[str, float]:
    runs = run(Twin(city(), told), replicates)
    found = {name: float(np.mean([each.counts[name] for each in runs])) for name in runs[0].counts}
    return {**found, "restricted": float(np.mean([each.restricted_days for each in runs]))}


def test_without_chains_there_are_only_the_first() -> None:
    found = _mean(scenario().but(scenario={"r0": 0.0, "seeds": 7}), 3)
    assert found["infections"] == found["imported"] == 7
    assert found["tests"] == found["restricted"] == 0
    assert Twin(city(), plain(0.0)).one(0).days_to_control is None  # nobody was ever found


def test_each_measure_lowers_infections_on_common_random_numbers() -> None:
    bare = scenario("test-trace-isolate").but(tracing={"cases_per_day": 0}, scenario={"r0": 3.0})
    before = _mean(bare)["infections"]
    for name, told in {
        "tracing": {"tracing": {"cases_per_day": 500}},
        "zones": {"zones": {"on": True}},
        "rounds": {"rounds": {"how_many": 6}},
        "masks": {"measures": {"masks": ((0.0, 60.0, 0.6),)}},
        "schools": {"measures": {"schools": ((0.0, 60.0, 0.0),)}},
        "gatherings": {"measures": {"gatherings": ((0.0, 60.0, 0.0),), "transit": ((0.0, 60.0, 0.0),)}},
        "vaccination": {"vaccination": {"coverage": ((12.0, 100.0, 0.8),)}},
        "home": {"people": {"sick_at_home": 0.9}},
    }.items():
        assert _mean(bare.but(**told))["infections"] < 0.97 * before, name


def test_second_contacts_limits_of_rooms_and_of_tracers_show() -> None:
    told = scenario("test-trace-isolate").but(scenario={"r0": 4.0})
    free = _mean(told, 12)
    assert free["without_room"] == free["waited_for_tracing"] == free["second_contacts"] == 0
    assert free["contacts"] > 5 * free["detected"]
    tight = _mean(told.but(quarantine={"rooms": 50, "moves_per_day": 10}), 12)
    assert 45 <= tight["rooms_most"] <= 52  # who is in a room keeps it when the stay is prolonged
    assert tight["without_room"] > 0
    assert _mean(told.but(tracing={"cases_per_day": 2}), 12)["waited_for_tracing"] > 0
    second = _mean(told.but(tracing={"second_order": 0.8}), 12)
    assert second["second_contacts"] > free["contacts"] / 2
    assert second["restricted"] > 1.3 * free["restricted"]


def test_a_round_swabs_those_who_come_and_few_laboratories_are_late() -> None:
    told = scenario("test-trace-isolate").but(scenario={"r0": 4.0}, rounds={"how_many": 2}, testing={"background": 0.0})
    found = _mean(told, 8)
    swabs = 2 * 0.95 * city().people
    assert swabs * 0.99 < found["tests"] < swabs * 1.1
    assert found["found_in_rounds"] > 0
    late = _mean(told.but(laboratories={"testing_staff": 5}), 8)  # 2,000 tubes a day for 10,000
    assert late["late_results"] > 0
    assert late["infections"] >= found["infections"]


def test_false_positives_are_as_many_as_the_specificity_says() -> None:
    told = scenario("test-trace-isolate").but(scenario={"r0": 0.0}, rounds={"how_many": 6, "counted_from": "start"})
    disease = dataclasses.replace(
        told.disease, detection=dataclasses.replace(told.disease.detection, specificity=0.999)
    )
    found = _mean(dataclasses.replace(told, disease=disease), 20)
    expected = 6 * 0.95 * city().people / 10 * 0.001
    assert found["false_tubes"] == pytest.approx(expected, abs=4 * np.sqrt(expected / 20))


def test_what_is_counted_adds_up() -> None:
    for each in run(Twin(city(), scenario("everything").but(scenario={"r0": 8.0})), 10):
        c = each.counts
        ways = c["found_ill"] + c["found_in_quarantine"] + c["found_in_zone"] + c["found_in_rounds"]
        assert ways == c["detected"] <= c["infections"]
        assert each.daily[0].sum() == c["infections"]
        assert each.daily[1].sum() == c["detected"]
        assert min(c["quarantine_days"], c["isolation_days"], c["zone_days"], c["hold_days"], c["tests"]) >= 0


def test_secondary_attack_rates_follow_the_force_of_each_setting() -> None:
    """A contact of force h infects with 1 - e^(-h): the household's share is worked out from the rate itself."""
    told = plain(3.0, days=25, seeds=400)
    force = dataclasses.replace(
        told.disease.settings, home=3.0, class_=0.6, work=0.6, ward=0.6, friend=0.6, near=0.3, city=0.3
    )
    twin = Twin(city(), dataclasses.replace(told, disease=dataclasses.replace(told.disease, settings=force)))
    expected = 1 - np.exp(-3.0 * float(twin.plan["rate"][0]))
    at_home, hit, settings = 0, 0, np.zeros(8)
    for number in range(8):
        twin.one(number)
        states = twin.states()
        states = states[states["infected"] != NEVER]
        seeds = {int(n): int(s["person"]) for n, s in enumerate(states) if s["setting"] == 0 and s["infected"] == 0}
        for n, person in seeds.items():
            at_home += int(city().map.people["home"][person] >> 4) - 1
            hit += int(((states["infector"] == n) & (states["setting"] == 1)).sum())
        settings += np.bincount(states["setting"], minlength=8)
    rate = hit / at_home
    assert rate == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / at_home) + 0.02)
    assert settings[1] > 0 and settings[2] > 0 and settings[3] > settings[4] > 0 and settings[6] > 0


@pytest.mark.parametrize("dispersion", [0.3, 1.0])
def test_offspring_are_as_unlike_as_the_dispersion_says(dispersion: float) -> None:
    """Well mixed, offspring are negative binomial: variance = mean + mean² / k (Lloyd-Smith et al. 2005)."""
    told = plain(1.5, days=20, seeds=500)
    disease = dataclasses.replace(
        told.disease, disease=dataclasses.replace(told.disease.disease, dispersion=dispersion)
    )
    twin = Twin(well_mixed(1_000_000), dataclasses.replace(told, disease=disease))
    offspring = []
    for number in range(10):
        twin.one(number)
        states = twin.states()
        offspring += states["offspring"][(states["infected"] == 0)].tolist()
    mean, variance = np.mean(offspring), np.var(offspring)
    assert mean == pytest.approx(1.5, abs=4 * np.sqrt(variance / len(offspring)))
    assert mean**2 / (variance - mean) == pytest.approx(dispersion, rel=0.2)


def test_a_city_refuses_what_it_cannot_take() -> None:
    for told, code in (
        ({"seeds": 150_000}, "scenario_seeds_too_many"),
        ({"seed_areas": (99.0,)}, "scenario_area_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            Twin(city(), scenario().but(scenario=told))
        assert refused.value.code == code
    empty = dataclasses.replace(scenario(), disease=dataclasses.replace(scenario().disease, settings=dataclasses.replace(
        scenario().disease.settings, home=0.0, class_=0.0, work=0.0, ward=0.0, friend=0.0, near=0.0, city=0.0)))  # fmt: skip
    with pytest.raises(Refused, match="scenario_rate_impossible"):
        Twin(city(), empty)


def test_the_seeds_live_where_they_are_told_to() -> None:
    twin = Twin(city(), scenario().but(scenario={"seed_areas": (2.0,), "r0": 0.0}))
    twin.one(0)
    area = city().map.areas[2]
    assert all(area["start"] <= each["person"] < area["start"] + area["people"] for each in twin.states())


def test_the_summary_is_that_of_the_replicates() -> None:
    twin = Twin(city(), scenario("test-trace-isolate"))
    runs = run(twin, 9)
    told = replies.summary(runs)
    assert told["infections"]["0.5"] == np.median([each.infections for each in runs])
    one = replies.told(runs[0], daily=True)
    assert sum(one["daily"]["infections"]) == one["infections"]
    assert sum(replies.by_setting(twin).values()) == runs[8].infections
