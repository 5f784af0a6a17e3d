"""From today's real state to what may come: what is read, what is drawn, what is told, and what is refused."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.facts.cases import Classification
from ringfence.facts.ids import JurisdictionId
from ringfence.registry.queries.areas import Area
from ringfence.twin.kernels.plan import NEVER
from ringfence.twin.live import answers, fitting, results
from ringfence.twin.live.answers import Question
from ringfence.twin.live.comparing import Objective, wilson
from ringfence.twin.live.futures import as_is, futures
from ringfence.twin.live.ground import file_for, ground_of, laid
from ringfence.twin.live.options import SHIPPED, read_options, sets_of
from ringfence.twin.live.standing import FIRST, TODAY, Standing, standing
from tests.unit.twin.told import GOD, PEOPLE, Told

FEW = 24


def asked(told: Told, **more: Any) -> Question:
    return Question(outbreak=told.outbreak, **{"replicates": FEW, "days": 10, "workers": 1, **more})


def refused(code: str, centre: Centre, question: Question) -> Refused:
    with pytest.raises(Refused) as caught:
        answers.place_of(centre, GOD, question)
    assert caught.value.code == code
    return caught.value


@pytest.fixture
def told(centre: Centre) -> Told:
    return Told(centre)


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_standing_is_what_the_desks_know(told: Told, centre: Centre) -> None:
    told.case(100, days_ago=0, classification=Classification.SUSPECT)
    now = standing(centre, GOD, told.outbreak)
    assert (now.people, len(now.cases), now.left_out, now.recent) == (PEOPLE, 24, 1, 24)
    assert now.today == told.today
    assert now.pack.startswith("cn-covid-2021@")
    newest = max(now.cases, key=lambda each: each.found)
    assert newest.found == TODAY
    assert now.day(newest.found) == told.today
    assert sum(each.in_quarantine for each in now.cases) == 8
    assert sum(each.onset is None for each in now.cases) == 5
    under = standing(centre, GOD, told.outbreak, under=told.counties[0])
    assert (under.people, len(under.cases)) == (PEOPLE // 3, 12)


def test_the_past_is_the_record_of_then(told: Told, centre: Centre) -> None:
    now = standing(centre, GOD, told.outbreak)
    then = fitting.past(now, 7)
    assert then.today == now.today - timedelta(days=7)
    assert len(then.cases) == sum(each.found <= TODAY - 7 for each in now.cases)
    assert {then.day(each.found) for each in then.cases} <= {now.day(each.found) for each in now.cases}


def _area(path: str, population: int | None) -> Area:
    return Area(JurisdictionId(path), path, path.split(".")[-2], "x", {}, None, "UTC", population, closed=False)


@given(st.lists(st.one_of(st.none(), st.integers(0, 9000)), min_size=1, max_size=12), st.integers(1, 60))
def test_places_lie_side_by_side_within_the_place_above(people: list[int | None], cells: int) -> None:
    top = _area("t.", 10_000)
    below = [_area(f"t.{n:02d}.", each) for n, each in enumerate(people)]
    deeper = [_area(f"t.00.{n}.", 50) for n in range(3)]
    found = laid(top, [top, *below, *deeper], cells, 10_000)
    assert found["t."] == (0, cells)
    for each in below:
        first, last = found[each.path]
        assert 0 <= first < last <= cells
    for one, other in itertools.pairwise(below):
        assert found[one.path][0] <= found[other.path][0]
    for each in deeper:
        assert found["t.00."][0] <= found[each.path][0] < found[each.path][1] <= found["t.00."][1]


def test_a_place_has_the_cells_of_its_population() -> None:
    found = laid(_area("t.", 1000), [_area("t.a.", 250), _area("t.b.", 500), _area("t.c.", None)], 100, 1000)
    assert found == {"t.": (0, 100), "t.a.": (0, 25), "t.b.": (25, 75), "t.c.": (75, 100)}
    over = laid(_area("t.", 100), [_area("t.a.", 300), _area("t.b.", 100)], 100, 100)
    assert over == {"t.": (0, 100), "t.a.": (0, 75), "t.b.": (75, 100)}


@pytest.mark.parametrize("people", [1_000, 4_999, 123_456, 3_400_000, 50_000_000])
def test_a_city_fits_any_number_of_people(people: int) -> None:
    file = file_for(people)
    assert abs(file.city.people - people) < 0.01 * people
    assert file.space.cell_people <= file.space.area_people <= people


# -- what is drawn ----------------------------------------------------------------------------------------------------


def _begun(centre: Centre, told: Told, home: Path) -> tuple[Standing, Any]:
    now = standing(centre, GOD, told.outbreak)
    scenario = as_is(now, centre.book, days=10)
    ground = ground_of(now.place, now.places, now.people, home)
    return now, futures(now, ground, scenario, replicates=6, seed=3, weights=fitting.EQUAL)


def test_a_start_has_everybody_once_and_the_hidden_unfound(told: Told, centre: Centre, home: Path) -> None:
    now, made = _begun(centre, told, home)
    for start, drawn in zip(made.starts, made.drawn, strict=True):
        people = start.people
        assert len(np.unique(people["person"])) == len(people)
        infected = people[people["infected"] < NEVER]
        assert infected["infected"].min() >= 0
        assert (infected["infected"] < FIRST).all()
        found = people[people["detected"] < NEVER]
        assert len(found) == sum(each.found > TODAY - 28 for each in now.cases)
        assert (found["detected"] > found["infected"]).all()
        assert len(people) == len(found) + len(drawn.hidden)
        assert (people["onset"] > people["infected"])[people["onset"] < NEVER].all()
        assert (start.due["who"] < len(people)).all()
    ages = made.ground.city.map.people["age"][made.starts[0].people["person"][: len(now.cases)]] & 0x7F
    wanted = np.array([each.age for each in now.cases if each.found > TODAY - 28])
    assert np.abs(ages.astype(int) - wanted).mean() < 5


def test_the_same_seed_gives_the_same_futures_on_any_number_of_threads(told: Told, centre: Centre, home: Path) -> None:
    _, made = _begun(centre, told, home)
    one, other = made.run(made.scenario, range(6), workers=1), made.run(made.scenario, range(6), workers=3)
    again = _begun(centre, told, home)[1].run(made.scenario, range(6), workers=1)
    for a, b, c in zip(one, other, again, strict=True):
        assert (a.daily == b.daily).all()
        assert (a.daily == c.daily).all()
        assert a.by_area.sum() == a.total("infections")


# -- what is told -----------------------------------------------------------------------------------------------------


def test_a_forecast_tells_its_quantiles_its_denominators_and_what_it_assumed(told: Told, centre: Centre) -> None:
    heard: list[str] = []
    answer = answers.forecast(centre, GOD, asked(told), lambda what, _done, _of: heard.append(what))
    assert orjson.loads(orjson.dumps(answer))["replicates"] == FEW
    assert set(heard) == {"city", "fit", "starts", "replicates"}
    assert len(answer["days"]) == 20  # until the objective's day
    for row in answer["daily"].values():
        quantiles = np.array([row[share] for share in ("0.05", "0.25", "0.5", "0.75", "0.95")])
        assert (np.diff(quantiles, axis=0) >= 0).all()
        assert quantiles.shape == (5, 20)
    aim = answer["objective"]
    assert aim["by"] == (told.today + timedelta(days=20)).isoformat()
    assert aim["since"] == (told.today + timedelta(days=18)).isoformat()
    assert aim["probability"] == aim["met"] / FEW
    assert aim["interval"][0] <= aim["probability"] <= aim["interval"][1]
    assert aim["probability"] == pytest.approx(answer["clear_from"][17])  # the last three days
    assert sum(answer["past"]["cases"]) == answer["cases"] == 24
    codes = {each["code"] for each in answer["assumed"]}
    assert {"hidden", "contacts", "zones", "no_round", "city", "disease", "fitted"} <= codes
    assert answer["seq"] > 0
    assert sum(area["known"] for area in answer["map"]["areas"]) == 17  # found within two weeks
    assert answer["map"]["areas"][0]["name"]["en"] == "Place n"


def test_options_meet_the_same_futures(told: Told, centre: Centre, tmp_path: Path) -> None:
    file = tmp_path / "o.toml"
    file.write_text(
        '[[option]]\ntitle = "as is"\n[[option]]\ntitle = "the same"\n[option.zones]\non = true\n'
        '[[option]]\ntitle = "all closed"\n[option.measures]\n'
        "schools = [[0, 60, 0]]\nwork = [[0, 60, 0]]\ngatherings = [[0, 60, 0]]\ntransit = [[0, 60, 0]]\n"
    )
    answer = answers.whatif(centre, GOD, asked(told), file)
    first, same, closed = answer["options"]
    for told_of in same["measured"].values():
        assert told_of["difference"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "less": 0.0}
    assert closed["measured"]["infections"]["difference"]["mean"] < 0
    assert first["frontier"] == same["frontier"]
    assert answer["smallest"] is None
    assert answer["runs"] == 3 * FEW


def test_the_smallest_set_is_the_smallest_that_is_enough(told: Told, centre: Centre, tmp_path: Path) -> None:
    file = tmp_path / "o.toml"
    measure = '[[measure]]\ntitle = "{}"\ncode = "{}"\n[measure.measures]\n{} = [[0, 60, {}]]\n'
    body = measure.format("Schools", "a", "schools", 0.9) + measure.format("Masks", "b", "masks", 0.0)
    easy = answers.whatif(centre, GOD, replace(asked(told), days=40), _written(file, 0.01, body))["smallest"]
    assert easy["reached"]
    assert easy["best"]["size"] == 0
    assert easy["rungs"][0] == {"sets": 4, "replicates": 8}
    likely = max(each["probability"] for each in (easy["best"], *easy["others"]))
    never = answers.whatif(
        centre, GOD, replace(asked(told), by=told.today + timedelta(days=2)), _written(file, 0.999, body)
    )
    assert not never["smallest"]["reached"] or likely == 1.0


def _written(file: Path, wanted: float, body: str) -> Path:
    file.write_text(f"[whatif]\nprobability = {wanted}\n{body}")
    return file


def test_a_community_case_on_record_in_the_window_spoils_the_objective(told: Told, centre: Centre, home: Path) -> None:
    now, made = _begun(centre, told, home)
    runs = made.run(made.scenario, range(6), workers=1)
    tomorrow = now.today + timedelta(days=1)
    assert not Objective(tomorrow, 20).met(now, runs).any()
    quiet = replace(now, cases=tuple(replace(each, in_quarantine=True) for each in now.cases))
    expected = [each.daily[2, 0] == 0 for each in runs]
    assert Objective(tomorrow, 20).met(quiet, runs).tolist() == expected


def test_the_interval_of_a_probability_is_wilsons() -> None:
    low, high = wilson(3, 250)
    assert (round(low, 4), round(high, 4)) == (0.0041, 0.0347)
    assert wilson(0, 0) == (0.0, 1.0)


# -- what is refused --------------------------------------------------------------------------------------------------


def test_what_cannot_be_foretold_says_what_would_be_needed(centre: Centre) -> None:
    told = Told(centre, cases=3)
    assert refused("forecast_too_thin", centre, asked(told)).told["cases"] == 3


def test_an_objective_in_the_past_is_refused(told: Told, centre: Centre) -> None:
    refused("objective_past", centre, asked(told, by=told.today))
    refused("forecast_too_long", centre, asked(told, by=told.today + timedelta(days=200)))


def test_a_place_without_people_and_an_unknown_disease_are_refused(centre: Centre) -> None:
    refused("forecast_without_population", centre, asked(Told(centre, people=None)))


def test_another_disease_is_refused_by_name(centre: Centre) -> None:
    told = Told(centre, disease="measles")
    assert refused("forecast_without_disease", centre, asked(told)).told["disease"] == "measles"
    assert answers.place_of(centre, GOD, asked(told, disease="covid-delta")) == "p."
    refused("forecast_place_unfit", centre, asked(told, people=500))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "options_none"),
        ("[[option]]\n[option.zones]\non = true\n", "twin_key_missing"),
        ('[[option]]\ntitle = "x"\n[option.zone]\non = true\n', "twin_key_unknown"),
        ('[[option]]\ntitle = "x"\n[option.zones]\nopen = 2\n', "twin_key_unknown"),
        ('[[option]]\ntitle = "x"\n[option.zones]\narea_open = 2\n', "twin_value_unfit"),
        ('[[option]]\ntitle = "x"\n[option.rounds]\nhow_many = 1\ntakes_days = 9\n', "twin_value_unfit"),
        ('[[option]]\ntitle = "x"\n[option.scenario]\nr0 = 1\n', "twin_key_unknown"),
        ("option = 3\n", "twin_value_unfit"),
        ("".join(f'[[option]]\ntitle = "{n}"\n' for n in range(21)), "options_too_many"),
        ('[whatif]\nprobability = 2\n[[option]]\ntitle = "x"\n', "twin_value_unfit"),
    ],
)
def test_a_file_of_options_is_refused_by_the_key(
    told: Told, centre: Centre, tmp_path: Path, body: str, code: str
) -> None:
    file = tmp_path / "o.toml"
    file.write_text(body)
    base = as_is(standing(centre, GOD, told.outbreak), centre.book, days=10)
    with pytest.raises(Refused) as caught:
        read_options(file, base)
    assert caught.value.code == code


def test_measures_that_change_the_same_number_never_stand_together(told: Told, centre: Centre) -> None:
    base = as_is(standing(centre, GOD, told.outbreak), centre.book, days=10)
    shipped = read_options(SHIPPED, base)
    codes = [each.code for each in sets_of(shipped.measures)]
    assert codes[0] == ""
    assert len(codes) == len(set(codes))
    assert "one-round+seal-township" in codes
    assert not any("one-round" in code and "three-rounds" in code for code in codes)
    assert {each.code for each in shipped.options} == {"as-is", "one-more-round", "building"}


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_run_is_kept_with_what_came_of_it(home: Path) -> None:
    made = results.new("forecast", "account_1", "outbreak_1", "p.", 5)
    assert results.run(made.id).busy
    results.finish(made, lambda heard: heard("fit", 1, 9) or {"kind": "forecast"})  # type: ignore[func-returns-value]
    assert results.run(made.id).answer() == {"kind": "forecast"}
    assert results.run(made.id).what == "fit"
    later = results.new("forecast", "account_1", "outbreak_1", "p.", 6)
    assert [each.id for each in results.runs_of("outbreak_1", "forecast")] == [later.id, made.id]
    assert results.runs_of("outbreak_1", "whatif") == results.runs_of("outbreak_2", "forecast") == []

    def refuse(_heard: results.Progress) -> dict[str, Any]:
        raise Refused("objective_past", by="x", today="y", outbreak="z")

    results.finish(later, refuse)
    with pytest.raises(Refused) as caught:
        results.run(later.id).answer()
    assert caught.value.code == "objective_past"
    for unknown in ("0" * 16, "../etc", ""):
        with pytest.raises(Refused):
            results.run(unknown)
