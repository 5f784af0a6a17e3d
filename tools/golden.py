"""Golden facts: `python tools/golden.py` appends a line for each kind of fact that has none. Lines are never changed.

A line is what the log would hold of a fact with every field filled in: whatever is written today must be read for ever.
"""

from __future__ import annotations

import dataclasses
import enum
import sys
import typing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ringfence.app import FACTS  # noqa: E402
from ringfence.core.fact import Fact, encode, to_micros  # noqa: E402
from ringfence.core.typed import bare, item_of, plain  # noqa: E402

GOLDEN = ROOT / "tests" / "golden" / "facts.jsonl"
_PLAIN: dict[Any, Any] = {
    str: "text 文",
    int: 7,
    float: 36.5,
    bool: True,
    date: date(2021, 9, 25),
    datetime: datetime(2021, 9, 25, 4, 30, 15, 250, tzinfo=UTC),
    timedelta: timedelta(days=1, hours=2, microseconds=3),
}


def sample(hint: Any, name: str) -> Any:
    """A value of a field's type, unlike any default."""
    hint, _ = bare(hint)
    if (item := item_of(hint)) is not None:
        return (sample(item, name),)
    if typing.get_origin(hint) is dict:
        return {"en": "name", "zh": "名称"}
    hint = plain(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return list(hint)[-1]
    return f"{name}_7kq2" if hint is str and name != "text" else _PLAIN[hint]


def golden(kind: type[Fact]) -> Fact:
    """A fact of a kind with every field filled in."""
    hints = typing.get_type_hints(kind)
    return kind(**{each.name: sample(hints[each.name], each.name) for each in dataclasses.fields(kind)})


def kinds() -> dict[str, type[Fact]]:
    """Every kind of fact that the product knows."""
    for each in FACTS:
        __import__(f"ringfence.facts.{each}")
    return {name: kind for name, kind in Fact.kinds.items() if kind.__module__.startswith("ringfence.facts.")}


def main() -> int:
    """Append what is missing."""
    held = (
        {orjson.loads(line)["kind"] for line in GOLDEN.read_text(encoding="utf-8").splitlines()}
        if GOLDEN.exists()
        else set()
    )
    with GOLDEN.open("a", encoding="utf-8") as file:
        for name, kind in kinds().items():
            if name in held:
                continue
            fact = golden(kind)
            line = {"kind": name, "at": to_micros(fact.at), "body": encode(fact).decode(), "is": repr(fact)}
            file.write(orjson.dumps(line).decode() + "\n")
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
