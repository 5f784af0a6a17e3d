"""The command line as its users meet it: a process, its exit code, and what stands on either stream."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringfence.commands.telling import told_in


@pytest.fixture
def state(template: Path, tmp_path: Path) -> Path:
    """An installation's folder over a fresh database."""
    shutil.copy(template, tmp_path / "ringfence.sqlite3")
    return tmp_path


def _run(state: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RINGFENCE_HOME": str(state), "LANG": "C", "LC_ALL": "C", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "ringfence.cli", *words],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def _json(state: Path, *words: str) -> Any:
    ran = _run(state, *words, "--json")
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) == 1
    return json.loads(ran.stdout)


def test_an_outbreak_from_the_command_line(state: Path) -> None:
    told = ("--code", "land", "--level", "nation", "--name_en", "Land", "--zone", "Asia/Shanghai")
    land = _json(state, "do", "registry", "declare_jurisdiction", *told)["facts"][0]["told"]["jurisdiction"]
    opened = _json(state, "account", "open", "duty", "--role", "duty_officer", "--at", "land")
    assert opened["jurisdiction"] == land
    assert len(opened["password"]) >= 16
    issued = _json(state, "token", "issue", "--as", "duty", "--may", "see", "--may", "report")
    assert issued["secret"].startswith("rf_")
    assert issued["mays"] == ["see", "report"]
    rows = _json(state, "ask", "registry", "jurisdictions", "--as", "duty")["answer"]
    assert [row["code"] for row in rows] == ["land"]

    refused = _run(state, "do", "registry", "declare_jurisdiction", *told)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[0] == "land. is already declared."
    assert len(refused.stderr.splitlines()) == 3
    assert _run(state, "do", "registry").returncode == 2
    assert _run(state, "do", "registry", "declare_team", "loose").returncode == 2

    assert _json(state, "seal")["sealed"] == 0  # each command sealed what it told
    proof = _json(state, "verify")
    before = proof["lines"]
    assert (proof["whole"], proof["unsealed"]) == (True, 0)
    assert before >= 4
    assert _json(state, "rebuild")["facts"] == before

    once = _run(state, "work", "--once")
    assert once.returncode == 0, once.stderr
    assert _json(state, "verify")["lines"] == before + 1  # the clock struck, for what belongs to no outbreak

    with sqlite3.connect(state / "ringfence.sqlite3") as tampering:
        for (name,) in tampering.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tampering.execute(f'DROP TRIGGER "{name}"')
        tampering.execute("UPDATE log SET told_by = 'account:other' WHERE seq = 2")
    broken = _run(state, "verify")
    assert broken.returncode == 1
    assert "2" in broken.stderr.splitlines()[1]


def test_the_worker_ends_cleanly_when_it_is_told_to(state: Path) -> None:
    environment = {**os.environ, "RINGFENCE_HOME": str(state), "RINGFENCE_STRIKE": "0.2"}
    worker = subprocess.Popen([sys.executable, "-m", "ringfence.cli", "work"], env=environment)
    struck = 0
    for _ in range(600):
        with sqlite3.connect(state / "ringfence.sqlite3") as reader:
            struck = reader.execute("SELECT count(*) FROM seal").fetchone()[0]
        if struck >= 2:
            break
        signal.sigtimedwait([], 0.1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    assert struck >= 2


def test_what_can_be_done_is_listed(state: Path) -> None:
    listed = {row["name"]: row for row in _json(state, "actions", "cases")["rows"]}
    takes = {each["name"]: each for each in listed["cases.classify_case"]["takes"]}
    assert takes["case"] == {"name": "case", "kind": "id:CaseId", "required": True}
    assert takes["at"]["required"] is False
    wrong = _run(state, "do", "cases", "reprot_case")
    assert wrong.returncode == 1
    assert "cases.report_case" in wrong.stderr


def test_policy_packs_are_checked(state: Path) -> None:
    assert _json(state, "policy", "check")["problems"] == []
    (state / "policies").mkdir()
    (state / "policies" / "own.toml").write_text("nothing = 1\n", encoding="utf-8")
    ran = _run(state, "policy", "check")
    assert ran.returncode == 1
    assert "own.toml" in ran.stderr


def test_options_become_names_and_texts() -> None:
    words = ["--case", "C1", "--findings=fever", "--findings", "cough", "--imported", "--reason", "no news"]
    assert told_in(words) == {
        "case": ["C1"],
        "findings": ["fever", "cough"],
        "imported": ["yes"],
        "reason": ["no news"],
    }
