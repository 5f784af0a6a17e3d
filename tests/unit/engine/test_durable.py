"""What was acknowledged is kept: a killed process loses nothing, eight writers leave no gap, and nobody changes the log."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.core.seal import seal, verify
from ringfence.facts.ids import derive
from ringfence.facts.registry import JurisdictionDeclared, OutbreakDeclared

LOOP = Path(__file__).with_name("telling_in_a_loop.py")
ROOT = Path(__file__).resolve().parents[3]
OUTBREAK = derive("outbreak", "D1")


@pytest.fixture
def declared(on_both: Centre) -> Centre:
    at = on_both.clock.now()
    on_both.hear(
        feed("test"),
        [
            JurisdictionDeclared(jurisdiction="place_d", code="d", level="city", names={"en": "D"}, at=at),
            OutbreakDeclared(
                outbreak=OUTBREAK, code="D1", title="D", disease="x", pack="base", jurisdiction="place_d", at=at
            ),
        ],
    )
    connection.close()
    return on_both


def _loop(centre: Centre, name: str, times: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "RINGFENCE_HOME": str(centre.home), "PYTHONPATH": str(ROOT)}
    told = connection.settings_dict
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = (
            f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
        )
    command = [sys.executable, str(LOOP), str(centre.home), name, OUTBREAK, str(times)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _acknowledged(told: str) -> list[tuple[int, str]]:
    whole = [line.split(" ", 1) for line in told.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(seq), text.strip()) for seq, text in whole]


def test_a_killed_process_loses_nothing_it_acknowledged(declared: Centre) -> None:
    chance = random.Random(11)
    kept: list[tuple[int, str]] = []
    for round_ in range(2):
        child = _loop(declared, "sealer" if round_ else "teller", 1_000_000)
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.6))
        child.send_signal(signal.SIGKILL)
        kept += _acknowledged(first + child.stdout.read())
        child.wait()
        child.stdout.close()
    assert len(kept) > 2
    texts = dict(db.ask("SELECT seq, text FROM command_decision"))
    assert all(texts[seq] == text for seq, text in kept)
    seal(declared.home, declared.clock.now())
    proof = verify(declared.home)
    assert proof.whole
    assert proof.lines == log.last_seq()
    before = db.ask("SELECT id, seq, text FROM command_decision ORDER BY seq")
    declared.rebuild()
    assert db.ask("SELECT id, seq, text FROM command_decision ORDER BY seq") == before


def test_eight_writers_leave_no_gap_and_keep_their_order(declared: Centre) -> None:
    writers = [_loop(declared, f"w{n}", 12) for n in range(8)]
    heard = [_acknowledged(each.communicate(timeout=120)[0]) for each in writers]
    assert all(each.returncode == 0 for each in writers)
    assert [len(each) for each in heard] == [12] * 8
    assert all([seq for seq, _ in each] == sorted(seq for seq, _ in each) for each in heard)
    assert [seq for (seq,) in db.ask("SELECT seq FROM log ORDER BY seq")] == list(range(1, 2 + 8 * 12 + 1))
    moments = [moment for (moment,) in db.ask("SELECT heard_at FROM log WHERE kind = 'DecisionMade' ORDER BY seq")]
    assert moments == sorted(moments)


@pytest.mark.parametrize("table", ["log", "seal"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
def test_nobody_changes_what_was_written(declared: Centre, table: str, statement: str) -> None:
    seal(declared.home, declared.clock.now())
    other = "TRUNCATE" if connection.vendor == "sqlite" else "REPLACE"
    if statement.startswith(other):
        pytest.skip(f"{connection.vendor} knows no {other}")
    before = db.ask(f"SELECT * FROM {table}")
    column = "seq" if table == "log" else "n"
    with pytest.raises(DatabaseError, match="for ever"), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, column=column))
    assert before
    assert db.ask(f"SELECT * FROM {table}") == before


def test_a_changed_line_is_named(declared: Centre) -> None:
    seal(declared.home, declared.clock.now())
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER log_no_UPDATE" + ("" if connection.vendor == "sqlite" else " ON log"))
        cursor.execute("UPDATE log SET body = '{}' WHERE seq = 2")
    proof = verify(declared.home)
    assert (proof.fault, proof.fault_seq) == ("line_changed", 2)
