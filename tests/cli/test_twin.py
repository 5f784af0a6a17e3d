"""`ringfence city` and `ringfence twin`, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import polars as pl
import pytest

PEOPLE = "50000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("twin")


def told(home: Path, *words: str, refused: bool = False) -> str:
    environment = {**os.environ, "RINGFENCE_HOME": str(home), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "ringfence.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if refused else 0), done.stderr
    return done.stderr if refused else done.stdout


def test_a_city_is_built_run_and_written_out(home: Path, tmp_path: Path) -> None:
    built = json.loads(told(home, "city", "build", "china", "--people", PEOPLE, "--json"))
    assert built["people"] == 50_000
    assert built["contacts_a_day"] > 5
    words = ("twin", "run", "test-trace-isolate", "--people", PEOPLE, "--replicates", "6", "--json")
    answer = json.loads(told(home, *words))
    assert (
        json.loads(told(home, *words, "--workers", "1"))["replicates"][3]["infections"]
        == answer["replicates"][3]["infections"]
    )
    for each in answer["replicates"]:
        assert {"infections", "person_days_restricted", "tests", "days_to_control", "cpu_seconds"} <= set(each)
    assert answer["people"] == 50_000
    assert "testing.ill_tested" not in answer["unverified"]  # told by the scenario itself
    assert "quarantine.home_leak" in answer["unverified"]
    rows = json.loads(told(home, "city", "export", built["folder"], str(tmp_path), "--days", "2", "--json"))
    visits = pl.read_parquet(tmp_path / "visits.parquet")
    assert rows["visits"] == len(visits)
    assert visits.columns == ["person", "place", "start", "end", "source", "kind"]
    assert (visits["end"] > visits["start"]).all()
    assert visits["start"].min().astimezone(UTC).isoformat().startswith("2021-09-06")
    people = pl.read_parquet(tmp_path / "people.parquet")
    assert people["code"].n_unique() == 50_000
    assert set(visits["person"].unique()) <= set(people["code"])
    places = set(pl.read_parquet(tmp_path / "places.parquet")["place"])
    assert set(visits.filter(pl.col("kind") != "home")["place"].unique()) <= places
    together = visits.filter(pl.col("kind") == "shop").group_by("place", "start", "end").len()
    assert (together["len"] % 2 == 0).mean() > 0.99  # a contact in a shop is two visits at the same time


def test_examples_run_as_they_are(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "SCENARIO.toml"
    told(home, "twin", "example", str(path))
    answer = json.loads(told(home, "twin", "run", str(path), "--people", PEOPLE, "--replicates", "2", "--json"))
    assert len(answer["replicates"]) == 2
    numbers = json.loads(told(home, "twin", "numbers", str(path), "--json"))["numbers"]
    assert all(each["source"] or each["file"] == "SCENARIO.toml" or isinstance(each["value"], str) for each in numbers)
    city = tmp_path / "CITY.toml"
    told(home, "city", "example", str(city))
    assert json.loads(told(home, "city", "build", str(city), "--people", PEOPLE, "--json"))["people"] == 50_000


def test_numbers_come_from_the_policy_pack_that_is_named(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "S.toml"
    path.write_text('[scenario]\ntitle = "T"\npack = "cn-covid-2022"\n', encoding="utf-8")
    numbers = json.loads(told(home, "twin", "numbers", str(path), "--json"))["numbers"]
    lookback = next(each for each in numbers if each["key"] == "tracing.lookback_days")
    assert (lookback["value"], lookback["file"].partition("@")[0]) == (2, "cn-covid-2022")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("[testing]\nill_tested = 1.5\n", "testing.ill_tested in S.toml cannot be 1.5."),
        ("[tracing]\nafter_days = -1\n", "tracing.after_days in S.toml cannot be -1."),
        ("[tracking]\nhome = 1\n", "S.toml has [tracking], which nothing reads."),
        ("[tracing]\nhom = 1\n", "S.toml has tracing.hom, which nothing reads."),
        ('[scenario]\ndisease = "plaque"\n', "Disease: there is none called plaque."),
        ("[scenario]\ndays = 9999\n", "9999 days are more than the twin can follow."),
        ("[rounds]\ntakes_days = 5\n", "rounds.takes_days in S.toml cannot be 5."),
        ("scenario = 3\n", "scenario in S.toml cannot be 3."),
        ('[tracing]\nhome = 1\nsource = "x"\n', "tracing.source in S.toml cannot be x."),
        ("[tracing]\nhome = 1\nsource.home = 3\n", "tracing.source.home in S.toml cannot be 3."),
        ("\ufeff[tracing]\nhome = 2\n", "tracing.home in S.toml cannot be 2."),
        ("[scenario\n", "S.toml is not readable as TOML."),
    ],
)  # fmt: skip
def test_a_bad_scenario_is_refused_in_three_parts(home: Path, tmp_path: Path, lines: str, says: str) -> None:
    path = tmp_path / "S.toml"
    path.write_text(lines, encoding="utf-8")
    said = told(home, "twin", "run", str(path), refused=True).splitlines()
    assert said[0] == says
    assert len(said) == 3


def test_a_forecast_without_an_outbreak_and_options_to_begin_with(home: Path, tmp_path: Path) -> None:
    said = told(home, "twin", "options", str(tmp_path / "o.toml"))
    assert "Building instead of township" in Path(said.strip()).read_text(encoding="utf-8")
    wrong = told(home, "twin", "forecast", refused=True)
    assert "There is no outbreak to foretell." in wrong
    assert "Declare one" in wrong
