"""`ringfence plan` as a planner meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from ringfence.commands.plan import headline
from ringfence.desks.testing.plans import EXAMPLE, make, read_file, read_text


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LANG": "C", "LC_ALL": "C", "COLUMNS": "120"}
    command = [sys.executable, "-m", "ringfence.cli", "plan", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_example_is_printed_planned_and_refused_when_spoilt(tmp_path: Path) -> None:
    printed = run("example")
    assert printed.stdout == EXAMPLE.read_text(encoding="utf-8")
    file = tmp_path / "PLAN.toml"
    file.write_text(printed.stdout, encoding="utf-8")
    told = run("testing", str(file), "--json")
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) == 1
    made = json.loads(told.stdout)
    assert made["bottleneck"] == "testing"
    assert len(made["hours"]) == len(made["labs"][0]["waiting"])
    assert {used["certainty"] for used in made["figures"]} >= {"F2", "D", "K"}
    file.write_text(printed.stdout.replace("population = 31000", "population = -31000"), encoding="utf-8")
    refused = run("testing", str(file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        "cells[2] (Station).population cannot be -31000.",
        "It lies between 0 and 1000000000.",
        "Check the number and its unit.",
    ]


def test_the_first_lines_say_when_why_and_what_would_help() -> None:
    told = read_file(EXAMPLE)
    in_time = headline(make(told))
    assert in_time[0].startswith("Finish at hour 15.")
    assert in_time[1] == "The deadline of 24 hours is met."
    assert in_time[2].startswith("Bottleneck: testing.")
    late = headline(make(read_text(EXAMPLE.read_text("utf-8").replace("deadline_hours = 24", "deadline_hours = 13"))))
    assert late[1].startswith("The deadline of 13 hours is missed by ")
    assert late[3] == "To be under 13 hours you need one of:"
    assert late[4].startswith("  - ") and "more tubes an hour in the labs: finish at hour 1" in late[4]
    hopeless = replace(told.figures["deadline_hours"], value=4.0)
    assert any(
        "do not bring it under 4 hours" in line
        for line in headline(make(replace(told, figures={**told.figures, "deadline_hours": hopeless})))
    )
