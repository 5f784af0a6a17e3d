"""`ringfence twin drill`, as a user runs it: listed, opened, kept away from the real thing, ended, reported."""

from __future__ import annotations

import json
import os
import shutil
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
    assert first["title"]["zh"] == "疫情初现"


def test_a_home_in_use_is_no_drill_and_stays_as_it_was(template: Path, tmp_path: Path, village: Path) -> None:
    home = tmp_path / "real"
    home.mkdir()
    shutil.copy(template, home / "ringfence.sqlite3")
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


def test_its_worker_tells_it_and_it_is_ended_and_reported_by_command(village: Path, tmp_path: Path) -> None:
    home = village / "drill"
    clock = json.loads((home / "drill-clock.json").read_text())
    clock["told_at"] += 6 * 3600 * 1_000_000  # as if the controller had moved it on by six hours
    (home / "drill-clock.json").write_text(json.dumps(clock))
    worked = run(home, "work", "--once")
    assert worked.returncode == 0, worked.stderr
    ended = told(village / "real", "twin", "drill", "stop", "--home", str(home))
    assert ended["ended_at"]
    pdf = tmp_path / "report.pdf"
    report = told(home, "twin", "drill", "report", "--pdf", str(pdf), "--chinese")
    assert report["tubes"] > 0
    assert report["infections"]["now"] == report["infections"]["nobody_acting"] > 0
    assert report["ended"]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert json.loads((home / "drill-clock.json").read_text())["running"] is False


def test_what_leaves_a_drill_by_command_says_so(village: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    ran = run(village / "drill", "linelist", "export", "--out", str(out), "--purpose", "to see the mark")
    assert ran.returncode == 0, ran.stderr
    assert out.read_text(encoding="utf-8-sig").splitlines()[0].endswith(",drill")
    verified = run(village / "drill", "verify")
    assert verified.returncode == 0, verified.stderr
