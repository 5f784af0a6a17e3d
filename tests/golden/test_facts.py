"""A fact is for ever: every kind has a line that was written once and must be read as the same fact for ever."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from ringfence.core.fact import decode, encode
from tools.golden import kinds

LINES = [
    orjson.loads(line) for line in (Path(__file__).parent / "facts.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_every_kind_of_fact_has_a_line() -> None:
    assert sorted(kinds()) == sorted({line["kind"] for line in LINES}), (
        "run tools/golden.py, which appends what is missing"
    )


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["kind"])
def test_a_line_written_once_is_read_as_the_same_fact(line: dict[str, object]) -> None:
    known = kinds()[str(line["kind"])]
    fact = decode(str(line["kind"]), int(str(line["at"])), str(line["body"]))
    assert type(fact) is known
    said = repr(fact)
    assert said == line["is"] or all(
        part in said for part in str(line["is"])[:-1].split(", ")[1:]
    )  # fields are only added
    body = orjson.loads(encode(fact))
    assert body == orjson.loads(str(line["body"]))
