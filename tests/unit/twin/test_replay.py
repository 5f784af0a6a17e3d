"""Replays: published figures stand as published, the answer is the same everywhere, and its table keeps its layout."""

from __future__ import annotations

import dataclasses
import io
import re
from functools import cache
from pathlib import Path

import numpy as np
import orjson
import pytest
from rich.console import Console
from typer.testing import CliRunner

from ringfence.commands import twin, twin_replay
from ringfence.core.errors import Refused
from ringfence.twin import replay as replays
from ringfence.twin.calibrate import Effort, calibrate
from ringfence.twin.priors import read_priors
from ringfence.twin.replay import Line, Told, as_json, kept_posterior, tell_again
from ringfence.twin.replay_file import BELIEFS, SHIPPED, read_replay
from ringfence.twin.scenario import SHIPPED as SCENARIOS
from ringfence.twin.scenario import read_scenario
from tests.unit.twin.places import city

GOLDEN = """\
                      Harbin, September and October 2021: 10,009,854 people, 40 replicates of 40
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━┳━━━━━━┳━━━━━━━━┳━━━━━━┳━━━━━━┳━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━┓
┃                     ┃ days          ┃ observed ┃ 5 % ┃ 25 % ┃ median ┃ 75 % ┃ 95 % ┃ in 50 % ┃ in 90 % ┃ use       ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━╇━━━━━━╇━━━━━━━━╇━━━━━━╇━━━━━━╇━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━┩
│ cases found         │ 09-21         │        3 │   1 │    2 │      3 │    4 │    5 │     yes │     yes │ fitted    │
│ cases found         │ 10-03 – 10-06 │        2 │   1 │    2 │      3 │    4 │    5 │     yes │     yes │ fitted    │
│ in quarantine or    │ 10-01 – 10-06 │     100% │ 20% │  40% │    60% │  80% │  90% │      no │      no │ predicted │
│ sealed off, share   │               │          │     │      │        │      │      │         │         │           │
└─────────────────────┴───────────────┴──────────┴─────┴──────┴────────┴──────┴──────┴─────────┴─────────┴───────────┘
cases found, fitted: 2 of 2 within the 50 % interval (100%), 2 within the 90 % interval (100%)
other figures, predicted: 0 of 1 within the 50 % interval (0%), 0 within the 90 % interval (0%)
replicates without a case found in time, or out of hand: 3 of 40
"""


@cache
def small():
    """Harbin's figures and response, in a city of 200,000."""
    told = read_replay(SHIPPED / "harbin-2021.toml")
    scenario = read_scenario(SCENARIOS / "harbin-2021.toml").but(scenario={"seed_areas": (1.0,), "people": 200_000})
    priors = read_priors(BELIEFS / "outbreak.toml")
    effort = Effort(particles=30, generations=2, most_runs=1500)
    return told, scenario, priors, effort, calibrate(city(), scenario, priors, told.seen, effort)


def test_published_counts_add_up_as_published():
    harbin, gansu = (read_replay(SHIPPED / f"{name}.toml") for name in ("harbin-2021", "gansu-2021"))
    assert harbin.seen.total == 96 - 1  # one asymptomatic infection stands on no day
    assert harbin.seen.days == 23
    assert gansu.seen.total == 105 + 2
    assert gansu.carries == "harbin-2021" and "scenario.seeds" not in gansu.carried
    for told in (harbin, gansu):
        assert all(each.source for each in (*told.found, *told.measured))
        scenario = read_scenario(SCENARIOS / f"{told.scenario}.toml")
        own = [each for each in scenario.sourced if each.file == f"{told.scenario}.toml"]
        assert all(each.source for each in own if not isinstance(each.value, str))


def test_the_posterior_that_is_shipped_follows_from_what_is_shipped():
    told = read_replay(SHIPPED / "harbin-2021.toml")
    found = kept_posterior(told)
    assert found.names == read_priors(BELIEFS / "outbreak.toml").names
    assert found.weights.sum() == pytest.approx(1)
    assert len(found.weights) >= 200
    head = orjson.loads((SHIPPED / "harbin-2021.json").read_bytes())
    assert head["generations"][-1][0] < 1.6  # two series of chance alone are √2 apart


def test_a_posterior_is_kept_and_found_again(tmp_path: Path):
    told, _, _, effort, posterior = small()
    (tmp_path / "harbin-2021.json").write_bytes(as_json(posterior, told, effort))
    again = kept_posterior(told, tmp_path)
    assert again.values == pytest.approx(posterior.values, rel=1e-3)
    assert again.weights == pytest.approx(posterior.weights, rel=1e-4)
    other = dataclasses.replace(told, found=told.found[:-1])
    with pytest.raises(Refused, match="replay_calibrated_otherwise"):
        kept_posterior(other, tmp_path)
    with pytest.raises(Refused, match="replay_not_calibrated"):
        kept_posterior(told, tmp_path / "elsewhere")


def test_a_replay_is_the_same_on_any_number_of_workers():
    told, scenario, priors, effort, posterior = small()
    one = tell_again(told, city(), scenario, posterior, priors, 30, effort)
    two = tell_again(told, city(), scenario, posterior, priors, 30, dataclasses.replace(effort, workers=2))
    assert one == two
    assert len(one.lines) == len(told.found) + len(told.measured)
    for each in one.lines:
        low, lower, _, upper, high = each.predicted
        assert each.within_50 == (lower <= each.observed <= upper)
        assert each.within_90 == (low <= each.observed <= high)
    covered = one.coverage("fitted", counts=True)
    assert covered is not None and covered["figures"] == len(told.found)
    assert covered["within_50"] <= covered["within_90"] <= covered["figures"]


def test_what_is_carried_over_comes_from_there_and_the_rest_from_the_priors():
    told, _, priors, _, posterior = small()
    other = dataclasses.replace(told, carries="x", carried=("scenario.r0", "measures.left"))
    names, values = replays.values_for(other, posterior, priors, 4000, 1)
    assert sorted(names) == sorted(priors.names)
    r0 = posterior.values[:, posterior.names.index("scenario.r0")]
    assert set(values[:, 0]) <= set(r0)
    seeds = values[:, names.index("scenario.seeds")]
    assert seeds.mean() == pytest.approx(20.5, abs=0.8)  # 1 to 40, whatever Harbin says
    pair = posterior.values[:, [posterior.names.index(name) for name in other.carried]]
    assert {tuple(row) for row in values[:, :2]} <= {tuple(row) for row in pair}  # they stay together


def test_only_replicates_that_begin_alike_are_kept():
    told, scenario, priors, effort, posterior = small()
    begun = dataclasses.replace(told, start_days=3)
    found = tell_again(begun, city(), scenario, posterior, priors, 20, effort)
    assert found.tried > found.kept > 0
    assert {each.use for each in found.lines[:3]} == {"start"}
    early = sum(each.observed for each in found.lines[:3])
    assert sum(each.predicted[2] for each in found.lines[:3]) == pytest.approx(early, rel=0.8)
    never = dataclasses.replace(begun, found=tuple(dataclasses.replace(each, count=9000) for each in told.found))
    with pytest.raises(Refused, match="replay_nothing_alike"):
        tell_again(never, city(), scenario, posterior, priors, 20, effort)


def test_the_table_keeps_its_layout():
    told = read_replay(SHIPPED / "harbin-2021.toml")
    line = Line("found", "2021-09-21", "2021-09-21", 3, (1, 2, 3, 4, 5), True, True, "fitted", "x", "F1")
    lines = [
        line, dataclasses.replace(line, first="2021-10-03", last="2021-10-06", observed=2),
        Line("under_control", "2021-10-01", "2021-10-06", 1.0, (0.2, 0.4, 0.6, 0.8, 0.9), False, False, "predicted", "x", "F1"),
    ]  # fmt: skip
    out = io.StringIO()
    twin_replay.show(Console(file=out, width=118), told, Told(lines, 40, 40, 3), 10_009_854)
    assert re.sub(r" +\n", "\n", out.getvalue()) == GOLDEN


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("zero_on = 2021-09-21\n", ""), "twin_key_missing"),
        (("zero_on = 2021-09-21", "zero_on = 5"), "twin_value_unfit"),
        (("confirmed = 15", "confirmed = -15"), "twin_value_unfit"),
        (("confirmed = 15", "confirmd = 15"), "twin_key_unknown"),
        (('source = "HNTV"', 'source = ""'), "twin_source_missing"),
        (('what = "in_rounds"', 'what = "in_rows"'), "twin_value_unfit"),
        (("to = 2021-10-10", "to = 2021-10-01"), "twin_value_unfit"),
        (("[[measured]]", "[[weighed]]"), "twin_key_unknown"),
    ],
)
def test_a_replay_that_is_wrong_is_refused_by_the_key(tmp_path: Path, change: tuple[str, str], code: str):
    text = (SHIPPED / "harbin-2021.toml").read_text()
    assert change[0] in text
    (tmp_path / "r.toml").write_text(text.replace(*change))
    with pytest.raises(Refused) as refusal:
        read_replay(tmp_path / "r.toml")
    assert refusal.value.code == code


def test_the_command_calibrates_on_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path))
    rows = "\n".join(f"2021-09-{21 + n},{count}" for n, count in enumerate([2, 5, 8, 6, 5, 3, 2, 1]))
    (tmp_path / "cases.csv").write_text(f"date,count\n{rows}\n")
    command = ["calibrate", str(tmp_path / "cases.csv"), "--scenario", "test-trace-isolate", "--people", "100000",
               "--particles", "20", "--runs", "600", "--replicates", "20"]  # fmt: skip
    told = CliRunner().invoke(twin.app, [*command, "--json"], catch_exceptions=False)
    answer = orjson.loads(told.stdout)
    assert answer["cases"] == 32 and answer["days"] == 8
    assert {each["of"] for each in answer["posterior"]} == set(read_priors(BELIEFS / "outbreak.toml").names)
    assert 1 <= answer["effective_size"] <= 20
    assert answer["checks"]["within_50"] <= answer["checks"]["within_90"] <= 8
    shown = CliRunner().invoke(twin.app, command, catch_exceptions=False)
    assert "scenario.r0" in shown.stdout and "worth" in shown.stdout


def test_a_replay_that_carries_over_is_not_calibrated():
    told = CliRunner().invoke(twin.app, ["replay", "gansu-2021", "--calibrate", "--people", "9000000"])
    assert isinstance(told.exception, Refused) and told.exception.code == "replay_carries"


def test_quantiles_of_a_line_are_those_of_the_replicates():
    line = replays._line("found", ("a", "b"), 3, np.array([1.0, 2.0, 3.0, 4.0, np.nan]), ("fitted", "s", "K"))
    assert line.predicted[2] == 2.5 and line.within_50
