"""`ringfence people` as its users meet it: a small register loaded, people found, merged, erased, and erased for good."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import _json, _run

REGISTER = (
    "code,name,sex,birth_on,phone,jurisdiction\n"
    "1,Ana Silva,female,1980-02-03,13912345678,land\n"
    "2,Ana Silva,female,1980-02-03,13912345678,land\n"
    "3,Bo Haddad,male,1990-05-06,13812345678,land\n"
)


@pytest.fixture
def state(template: Path, tmp_path: Path) -> Path:
    """An installation with one place and a register of three, of whom two may be one."""
    shutil.copy(template, tmp_path / "ringfence.sqlite3")
    told = ("--code", "land", "--level", "nation", "--name_en", "Land", "--zone", "Asia/Shanghai")
    _json(tmp_path, "do", "registry", "declare_jurisdiction", *told)
    assert loaded(tmp_path, REGISTER)["people"] == 3
    return tmp_path


def loaded(state: Path, text: str) -> Any:
    file = state / "register.csv"
    file.write_text(text)
    return _json(state, "people", "load", str(file), "--source", "census")


def found(state: Path, phone: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _json(state, "people", "find", "--phone", phone, "--purpose", "call them")["people"]
    return rows


def test_the_same_register_again_changes_nothing(state: Path) -> None:
    again = loaded(state, REGISTER)
    assert (again["new"], again["people"]) == (False, 3)


def test_a_person_is_found_with_the_purpose_on_record(state: Path) -> None:
    assert [row["name"] for row in found(state, "13812345678")] == ["Bo Haddad"]
    assert found(state, "13700000000") == []
    nothing = _run(state, "people", "find", "--purpose", "x")
    assert nothing.returncode == 2


def test_duplicates_are_found_shown_and_merged(state: Path) -> None:
    assert _json(state, "people", "duplicates", "find")["listed"] == 1
    pairs = _json(state, "people", "duplicates", "show")["pairs"]
    both = {row["person"] for row in found(state, "13912345678")}
    assert [{pair["one"], pair["other"]} for pair in pairs] == [both]
    one, other = sorted(both)
    merged = _json(state, "people", "merge", one, other, "--reason", "the same telephone and birth")
    assert merged["line"] > 0


def test_an_erased_person_stays_erased_when_the_register_comes_again(state: Path) -> None:
    (gone,) = found(state, "13812345678")
    assert _run(state, "people", "erase", gone["person"], "--reason", " ").returncode == 1
    assert _json(state, "people", "erase", gone["person"], "--reason", "asked for it")["erased"]
    assert found(state, "13812345678") == []
    newer = loaded(state, REGISTER + "4,Cy Rossi,male,1970-01-01,13712345678,land\n")
    assert (newer["new"], newer["erased_again"] > 0) == (True, True)
    assert found(state, "13812345678") == []
    assert [row["name"] for row in found(state, "13712345678")] == ["Cy Rossi"]


def test_what_a_command_tells_is_sealed_at_its_end(state: Path) -> None:
    file = state / "list.csv"
    file.write_text("case_id,sex,age,date of onset\nA,f,30,2021-09-20\nB,m,41,2021-09-21\n")
    dry = _json(state, "linelist", "import", str(file), "--outbreak", "Flu 2021", "--dry-run")
    assert (dry["new"], dry["new_outbreak"], dry["cases"]) == (2, True, 0)
    assert _json(state, "ask", "registry", "outbreaks")["answer"] == []
    assert _json(state, "linelist", "import", str(file), "--outbreak", "Flu 2021")["new"] == 2
    proof = _json(state, "verify")
    assert (proof["unsealed"], proof["lines"] > 4) == (0, True)
