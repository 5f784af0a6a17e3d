"""Writing rows, and reading them back."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.errors import Refused
from ringfence.core.tables import read, write_rows
from ringfence.core.tables.writing import guarded

ROWS = [["A1", '=HYPERLINK("http://x")', -3, "-3.5"], ["A2", "@cmd", None, "+8613800000000"], ["A3", "-x, y", 2.5, "–"]]
HEADER = ["code", "=note", "n", "text"]


def test_csv_carries_no_formula_and_keeps_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_rows(path, HEADER, [ROWS[:2], ROWS[2:]], "csv") == 3
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))
    assert cells[0] == ["code", "'=note", "n", "text"]
    assert [row[1] for row in cells[1:]] == ['\'=HYPERLINK("http://x")', "'@cmd", "'-x, y"]
    assert [row[3] for row in cells[1:]] == ["-3.5", "+8613800000000", "–"]
    write_rows(path, HEADER, [ROWS], "csv", bom=False)
    assert path.read_bytes().startswith(b"code")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "jsonl"])
def test_what_is_written_is_read_back_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    write_rows(path, ["code", "text", "on", "n"], [[[r[0], r[1], date(2020, 1, 21), r[2]] for r in ROWS]], kind)  # type: ignore[arg-type]
    table = read(path)
    assert table.header == ("code", "text", "on", "n")
    assert table.frame["text"].to_list() == [r[1] for r in ROWS]
    assert table.frame["on"].to_list() == ["2020-01-21"] * 3
    assert table.frame["n"].to_list() == ["-3", None, "2.5"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "jsonl"])
def test_data_frames_are_batches_too_and_no_rows_leave_a_header(tmp_path: Path, kind: str) -> None:
    frame = pl.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    assert write_rows(tmp_path / "a", ["A", "B"], [frame, frame], kind) == 4  # type: ignore[arg-type]
    assert read(tmp_path / "a").frame.rows() == [("x", "1"), ("y", "2")] * 2
    assert write_rows(tmp_path / "b", ["A", "B"], [], kind) == 0  # type: ignore[arg-type]
    assert not list(tmp_path.glob("*.part"))


def test_a_text_too_long_for_a_workbook_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        write_rows(tmp_path / "a.xlsx", ["a"], [[["x" * 40_000]]], "xlsx")
    assert caught.value.told == {"row": 2, "column": "a"}
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=12))
def test_no_guarded_text_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    told = guarded(text)
    if told[:1] in set("=+-@\t\r\n＝＋－＠"):
        assert float(told.rstrip("%").replace(",", ".")) is not None
    assert told in (text, f"'{text}")
