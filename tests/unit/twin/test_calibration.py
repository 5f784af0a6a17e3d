"""Calibration: what was put in comes out, the same on any number of workers and on a cluster; what cannot be is refused."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ringfence.core.errors import Refused
from ringfence.twin.calibrate import Effort, Futures, Tries, calibrate, unit_twin, with_values
from ringfence.twin.priors import Prior, Priors, known, put, read_priors
from ringfence.twin.replay_file import BELIEFS
from ringfence.twin.seen import Seen, seen_in, spans_of
from ringfence.twin.watched import watch
from tests.unit.twin.places import city, scenario

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.date(2021, 9, 21)
DAYS = 21
PRIORS = Priors(
    (
        Prior("scenario.r0", "uniform", 2.0, 9.0, source="a test"),
        Prior("testing.ill_tested_before", "loguniform", 0.02, 0.6, source="a test"),
    )
)


def told():
    return scenario("everything").but(
        scenario={"days": 70, "seeds": 4, "imports_per_day": 0.0}, rounds={"how_many": 2}, vaccination={"coverage": ()}
    )


@cache
def twin():
    return unit_twin(city(), told())


def outbreak(values: dict[str, float], number: int) -> Seen | None:
    """An outbreak of these values, as it would have been seen."""
    watched = watch(with_values(twin(), values), number, 99, DAYS)
    if watched is None or watched.found.sum() < 12:
        return None
    spans = np.column_stack([np.arange(DAYS), np.arange(DAYS)])
    return Seen(DAY, spans, watched.found.copy())


def test_known_numbers_are_recovered():
    """Simulation-based calibration (Talts et al. 2018) on a handful of runs: truths of the prior lie where the posterior says."""
    loose = scenario("test-trace-isolate").but(scenario={"days": 40, "seeds": 12})
    priors = Priors(
        (
            Prior("scenario.r0", "uniform", 1.0, 4.0, source="a test"),
            Prior("testing.ill_tested", "uniform", 0.2, 1.0, source="a test"),
        )
    )
    made = unit_twin(city(), loose)
    inside, truths, means, narrowed = 0, [], [], []
    for number, share in enumerate((0.1, 0.3, 0.5, 0.7, 0.9)):
        values = {"scenario.r0": 1.0 + 3.0 * share, "testing.ill_tested": 0.2 + 0.8 * ((share * 7) % 1)}
        watched = watch(with_values(made, values), 1000 + number, 9, 25)
        assert watched is not None
        days = np.arange(25)
        seen = Seen(DAY, np.column_stack([days, days]), watched.found)
        found = calibrate(city(), loose, priors, seen, Effort(particles=50, generations=4, most_runs=2000, workers=2))
        for each in found.summary():
            inside += each["0.05"] <= values[each["of"]] <= each["0.95"]
        truths.append(values["scenario.r0"])
        means.append(found.summary()[0]["mean"])
        narrowed.append(found.summary()[0]["contraction"])
    assert inside >= 8  # of 10 expected 9
    assert np.corrcoef(truths, means)[0, 1] > 0.8
    assert min(narrowed[3:]) > 0.3, narrowed  # those that grew; one that hardly spreads tells little of its r0


def seen_once() -> Seen:
    return next(each for number in range(50) if (each := outbreak({"scenario.r0": 6.0}, number)))


def test_the_posterior_is_the_same_on_any_number_of_workers():
    effort = {"particles": 30, "generations": 3, "most_runs": 3000, "seed": 5}
    one = calibrate(city(), told(), PRIORS, seen_once(), Effort(**effort))
    two = calibrate(city(), told(), PRIORS, seen_once(), Effort(**effort, workers=2))
    assert (one.points == two.points).all()
    assert (one.weights == two.weights).all()
    assert one.generations == two.generations
    other = calibrate(city(), told(), PRIORS, seen_once(), Effort(**{**effort, "seed": 6}))
    assert (one.points != other.points).any()


def test_each_generation_is_nearer_and_weights_are_whole():
    found = calibrate(city(), told(), PRIORS, seen_once(), Effort(particles=40, generations=4, most_runs=6000))
    tolerances = [each.tolerance for each in found.generations]
    assert tolerances == sorted(tolerances, reverse=True) and len(set(tolerances)) == len(tolerances) > 1
    assert (found.distances <= tolerances[-1]).all()
    assert found.weights.sum() == pytest.approx(1)
    assert found.runs == sum(each.tries for each in found.generations)


def test_a_distance_is_that_of_chance_between_two_outbreaks_of_one_kind():
    """Two Poisson series of one mean are about √2 standard deviations apart."""
    means = np.full(400, 12.0)
    draws = np.random.default_rng(1).poisson(means, (2, 400))
    spans = np.column_stack([np.arange(400), np.arange(400)])
    seen = Seen(DAY, spans, draws[0])
    blank = watch(twin(), 1, 1, 5)
    assert blank is not None
    other = type(blank)(**{name: getattr(blank, name) for name in blank.__slots__} | {"found": draws[1]})
    assert seen.distance(other) == pytest.approx(np.sqrt(2), abs=0.15)
    assert seen.distance(None) == np.inf


def test_what_is_watched_adds_up():
    futures = Futures(twin(), ["scenario.r0"], np.array([[6.0]]), 3, DAYS)
    kept = [each for number in range(30) if (each := futures.one(number))]
    assert len(kept) > 20
    for each in kept:
        assert each.found[0] > 0 and each.silent_days >= 0
        assert (each.community <= each.found).all() and (each.in_rounds <= each.community).all()
        assert (np.diff(each.contacts) >= 0).all() and (each.rooms >= 0).all()
        assert each.rooms.max() <= each.contacts[-1]
    assert sum(each.second_contacts[-1] for each in kept) > sum(each.contacts[-1] for each in kept)


def test_fewer_are_tested_while_nobody_knows():
    silent = {
        share: np.median([
            each.silent_days for number in range(40)
            if (each := watch(with_values(twin(), {"scenario.r0": 4.0, "testing.ill_tested_before": share}), number, 1, 10))
        ])
        for share in (0.05, 1.0)
    }  # fmt: skip
    assert silent[0.05] > silent[1.0] + 2


def test_values_go_where_they_belong():
    made = put(told(), {"tracing.outside": 0.5, "measures.left": 0.2, "disease.dispersion": 0.7, "scenario.seeds": 9.0,
                        "course.latent_days": 3.0, "zones.cell_open": 0.3})  # fmt: skip
    assert made.tracing.work == told().tracing.work * 0.5 and made.tracing.home == told().tracing.home
    assert made.measures.transit[0][-1] == 0.2 and made.measures.schools == told().measures.schools
    assert made.disease.disease.dispersion == 0.7 and made.disease.course.latent_days == 3.0
    assert made.scenario.seeds == 9 and isinstance(made.scenario.seeds, int) and made.zones.cell_open == 0.3


@pytest.mark.parametrize("shape", ["uniform", "loguniform", "normal", "whole"])
def test_a_prior_stays_within_its_bounds_and_reaches_them(shape: str):
    prior = Prior("scenario.r0", shape, 1.0, 6.0, mean=3.0, sd=2.0)
    values = prior.value(np.linspace(1e-9, 1 - 1e-9, 1001))
    assert values.min() == pytest.approx(1, abs=0.02) and values.max() == pytest.approx(6, abs=0.02)
    assert (np.diff(values) >= 0).all()
    if shape == "whole":
        assert set(values) == {1, 2, 3, 4, 5, 6}


def refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_priors(path)
    return refusal.value.code


def test_impossible_priors_are_refused(tmp_path: Path):
    file = tmp_path / "p.toml"
    head = '[prior."scenario.r0"]\nsource = "x"\n'
    assert refused(file, "") == "priors_none"
    assert refused(file, '[prior."zones.nothing"]\n') == "prior_of_nothing"
    assert refused(file, '[prior."scenario.people"]\n') == "prior_of_nothing"
    assert refused(file, head + 'shape = "uniform"\nleast = 5\nmost = 2') == "prior_impossible"
    assert refused(file, head + 'shape = "uniform"\nleast = 1\nmost = 99') == "prior_impossible"
    assert refused(file, head + 'shape = "loguniform"\nleast = 0\nmost = 9') == "prior_impossible"
    assert refused(file, head + 'shape = "whole"\nleast = 1\nmost = 9') == "prior_impossible"
    assert refused(file, head + 'shape = "normal"\nleast = 1\nmost = 2\nmean = 40\nsd = 0.5') == "prior_impossible"
    assert refused(file, head + 'shape = "normal"\nleast = 1\nmost = 2') == "twin_key_missing"
    assert refused(file, head + 'shape = "flat"\nleast = 1\nmost = 2') == "twin_value_unfit"
    assert refused(file, head + 'shape = "uniform"\nleast = true\nmost = 2') == "twin_value_unfit"
    assert refused(file, head + 'shape = "uniform"\nleast = 1\nmost = 2\nlow = 1') == "twin_key_unknown"
    assert refused(file, '[prior."scenario.r0"]\nshape = "uniform"\nleast = 1\nmost = 2') == "twin_source_missing"
    assert read_priors(BELIEFS / "outbreak.toml").names[0] == "scenario.r0"
    assert "quarantine.rooms" in known()


def file_of(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def code_of(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        seen_in(path, NOW, ZoneInfo("UTC"))
    return refusal.value.code


def test_a_series_is_read_from_days_and_counts(tmp_path: Path):
    rows = "\n".join(f"2021-09-{18 + n:02},{count}" for n, count in enumerate([0, 0, 3, 8, 0, 15]))
    seen = seen_in(file_of(tmp_path / "s.csv", f"date,count\n{rows}\n2021-09-26,4\n"), NOW, ZoneInfo("UTC"))
    assert seen.zero_on == dt.date(2021, 9, 20) and seen.total == 30 and seen.days == 7
    assert seen.spans[:, 0].tolist() == [0, 1, 2, 3, 6]  # of the days between nothing is known
    assert seen.told_by(np.arange(7)).tolist() == [0, 1, 2, 3, 6]


def test_a_line_list_tells_of_quarantine_and_delay(tmp_path: Path):
    rows = [f"C{n},2021-09-{10 + n // 3},2021-09-{12 + n // 2},{'yes' if n % 2 else 'no'}" for n in range(14)]
    text = "case_id,onset_date,confirm_date,quarantined\n" + "\n".join(rows)
    seen = seen_in(file_of(tmp_path / "l.csv", text), NOW, ZoneInfo("UTC"))
    assert seen.total == 14 and seen.zero_on == dt.date(2021, 9, 12)
    assert seen.quarantined == (7, 14)
    assert seen.delay is not None and seen.delay[0] == pytest.approx(np.mean([2 + n // 2 - n // 3 for n in range(14)]))


def test_what_cannot_be_calibrated_on_is_refused(tmp_path: Path):
    thin = "date,count\n2021-09-20,3\n2021-09-21,1\n"
    assert code_of(file_of(tmp_path / "a.csv", thin)) == "series_too_thin"
    assert code_of(file_of(tmp_path / "b.csv", "date,count\n2021-09-20,0\n2021-09-21,0\n")) == "series_too_thin"
    assert code_of(file_of(tmp_path / "c.csv", "date,count\n2021-09-20,3\n2021-09-20,4\n")) == "series_cell_unreadable"
    assert code_of(file_of(tmp_path / "d.csv", "date,count\n2021-09-20,-3\n2021-09-21,4\n")) == "series_cell_unreadable"
    assert code_of(file_of(tmp_path / "e.csv", "date,count\nsoon,3\n2021-09-21,4\n")) == "series_cell_unreadable"
    long = "date,count\n" + "\n".join(f"{dt.date(2020, 1, 1) + dt.timedelta(n)},5" for n in range(500))
    assert code_of(file_of(tmp_path / "f.csv", long)) == "series_too_long"
    onsets = "case_id,onset_date,sex\n" + "\n".join(f"C{n},2021-09-{10 + n},f" for n in range(15))
    assert code_of(file_of(tmp_path / "g.csv", onsets)) == "series_no_days"


def test_an_outbreak_beyond_the_priors_or_the_run_is_refused():
    seen = Seen(DAY, spans_of(DAY, [(DAY + dt.timedelta(n),) * 2 for n in range(75)]), np.full(75, 5))
    with pytest.raises(Refused, match="calibration_too_short"):
        calibrate(city(), told(), PRIORS, seen, Effort(particles=20))
    never = Priors((Prior("testing.ill_tested", "uniform", 0.0, 0.0, source="a test"),))
    asleep = told().but(testing={"ill_tested": 0.0}, rounds={"how_many": 0})
    with pytest.raises(Refused, match="calibration_nothing_near"):
        calibrate(city(), asleep, never, seen_once(), Effort(particles=20))


def test_tries_depend_on_their_number_alone():
    tries = Tries(twin(), PRIORS, seen_once(), 1, 0)
    forth = [tries.one(number)[1] for number in range(6)]
    assert [tries.one(number)[1] for number in reversed(range(6))] == forth[::-1]
