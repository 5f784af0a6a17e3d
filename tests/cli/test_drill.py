"""`ringfence twin drill`, as a user runs it: listed, opened, kept away from the real thing, ended, reported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.drill.conftest import VILLAGE


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RINGFENCE_HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
    command = [sys.executable, "-m", "ringfence.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def told(home: Path, *words: str) -> Any:
    ran = run(home, *words, "--json")
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) == 1
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drill made ready in a folder of its own."""
    folder = tmp_path_factory.mktemp("village")
    (folder / "village.toml").write_text(VILLAGE.replace("{drill}", ""), encoding="utf-8")
    made = told(
        folder / "real", "twin", "drill", str(folder / "village.toml"), "--home", str(folder / "drill"), "--no-serve"
    )
    assert made["people"] == 2000
    assert (folder / "drill" / "drill.json").is_file()
    return folder


def test_shipped_drills_are_listed(tmp_path: Path) -> None:
    (first,) = told(tmp_path, "twin", "drill", "--list")["drills"]
    assert first["name"] == "first-days"
    assert first["people"] == 20_000
    assert "疫情初现" in run(tmp_path, "twin", "drill", "--list").stdout


def test_a_home_in_use_is_no_drill_and_stays_as_it_was(tmp_path: Path, village: Path) -> None:
    home = tmp_path / "real"
    home.mkdir()
    assert run(home, "migrate").returncode == 0
    land = (
        "do",
        "registry",
        "declare_jurisdiction",
        "--code",
        "land",
        "--level",
        "nation",
        "--name_en",
        "Land",
        "--zone",
        "UTC",
    )
    assert run(home, *land).returncode == 0
    refused = run(home, "twin", "drill", str(village / "village.toml"), "--home", str(home), "--no-serve")
    assert refused.returncode == 1
    assert "holds something else" in refused.stderr
    assert not (home / "drill.json").exists()
    refused = run(home, "twin", "drill", "stop")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is not a drill's workspace" in refused.stderr


def test_a_drill_opened_as_real_is_refused(village: Path) -> None:
    home = village / "drill"
    mark = (home / "drill.json").read_bytes()
    (home / "drill.json").unlink()
    refused = run(home, "ask", "registry", "jurisdictions")
    (home / "drill.json").write_bytes(mark)
    assert refused.returncode == 1
    assert "holds the log of a drill" in refused.stderr


def test_wrong_use_is_refused_in_three_sentences(village: Path) -> None:
    scenario, home = str(village / "village.toml"), ("--home", str(village / "drill"))
    for words, says in (
        (("twin", "drill", scenario, *home, "--form", "tabletop"), "is not held as tabletop"),
        (("twin", "drill", scenario, *home, "--form", "full-scale", "--speed", "60"), "cannot run 60"),
        (("twin", "drill", "first-days", *home, "--no-serve"), "already holds the drill Village"),
        (("twin", "drill", scenario, *home, "--host", "0.0.0.0"), "needs a password of its own"),
        (("twin", "drill", "last-days", *home), "there is none called last-days"),
    ):
        refused = run(village / "real", *words)
        assert refused.returncode == 1, refused.stdout
        assert says in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 3


def test_its_worker_tells_it_and_it_is_ended_and_reported_by_command(village: Path, tmp_path: Path) -> None:
    home = village / "drill"
    clock = json.loads((home / "drill-clock.json").read_text())
    clock["told_at"] += 6 * 3600 * 1_000_000  # as if the controller had moved it on by six hours
    (home / "drill-clock.json").write_text(json.dumps(clock))
    worked = run(home, "work", "--once")
    assert worked.returncode == 0, worked.stderr
    report = told(home, "twin", "drill", "report")
    assert report["tubes"] > 0
    assert report["infections"]["now"] == report["infections"]["nobody_acting"] > 0
    assert not report["ended"]
    ended = told(village / "real", "twin", "drill", "stop", "--home", str(home))
    assert ended["ended_at"]
    again = run(home, "twin", "drill", "stop")
    assert again.returncode == 1
    assert "This drill is over" in again.stderr
    pdf = tmp_path / "report.pdf"
    report = told(home, "twin", "drill", "report", "--pdf", str(pdf), "--chinese")
    assert report["ended"]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert json.loads((home / "drill-clock.json").read_text())["running"] is False
    shown = run(home, "twin", "drill", "report").stdout
    assert "of" in shown and "infections" in shown


def test_what_leaves_a_drill_by_command_says_so(village: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    ran = run(village / "drill", "linelist", "export", str(out), "--purpose", "to see the mark")
    assert ran.returncode == 0, ran.stderr
    assert out.read_text(encoding="utf-8-sig").splitlines()[0].endswith(",drill")
    verified = run(village / "drill", "verify")
    assert verified.returncode == 0, verified.stderr
