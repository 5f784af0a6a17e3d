"""What was published of an outbreak: REPLAY.toml, every figure with its source and certainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ringfence.core.errors import Refused
from ringfence.twin.declared import CERTAINTIES, File, nearest, opened
from ringfence.twin.seen import Seen, spans_of

SHIPPED = Path(__file__).parent / "replays"
BELIEFS = Path(__file__).parent / "beliefs"
FRACTIONS = ("in_quarantine", "under_control", "first_area")
MEASURES = (
    *FRACTIONS, "contacts", "second_contacts", "rooms", "in_rounds", "last_day_at_large"
)  # fmt: skip
"""What else of an outbreak can be held beside a replicate; names of `replay.measured`."""

HEAD = {
    "title": str,
    "scenario": str,
    "priors": str,
    "zero_on": date,
    "carries": str,
    "carried": list,
    "start_days": int,
}
HEAD_NEEDED = ("title", "scenario", "priors", "zero_on")
FOUND = {"from": date, "to": date, "confirmed": int, "asymptomatic": int, "source": str, "certainty": str}
MEASURED = {"what": str, "from": date, "to": date, "value": float, "source": str, "certainty": str}
NEEDED = {"found": ("from", "confirmed", "source"), "measured": ("what", "value", "source")}


@dataclass(frozen=True, slots=True)
class Found:
    """Infections found from one day to another."""

    first: date
    last: date
    count: int
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Another published figure, of some days or up to a day."""

    what: str
    first: date
    last: date
    value: float
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A published outbreak, and how it is told again."""

    name: str
    title: str
    scenario: str
    priors: str
    zero_on: date
    found: tuple[Found, ...]
    measured: tuple[Measured, ...]
    carries: str = ""
    """The replay whose posterior is used; empty: its own."""
    carried: tuple[str, ...] = ()
    """The numbers that are taken from there."""
    start_days: int = 0
    """The first days, in which a replicate must be like the outbreak to be kept; they do not count as predicted."""

    @property
    def seen(self) -> Seen:
        """Its counts, to calibrate on."""
        spans = spans_of(self.zero_on, [(each.first, each.last) for each in self.found])
        return Seen(self.zero_on, spans, np.array([each.count for each in self.found], np.int64))

    def day(self, on: date) -> int:
        """Days since the first case."""
        return (on - self.zero_on).days


def read_replay(path: Path) -> Replay:
    """Read a replay; refused by the key that is wrong, missing or without a source."""
    file = opened(path)
    for section in file.told:
        if section not in ("replay", "found", "measured"):
            told = {"file": file.name, "key": f"[{section}]", "known": "[replay], [[found]], [[measured]]"}
            raise Refused("twin_key_unknown", **told, nearest=nearest(section, ["replay", "found", "measured"]))
    head = _row(file, "replay", file.told.get("replay", {}), HEAD, HEAD_NEEDED)
    zero = head["zero_on"]
    found = [_row(file, f"found[{n}]", each, FOUND, NEEDED["found"]) for n, each in _rows(file, "found")]
    measured = [_row(file, f"measured[{n}]", each, MEASURED, NEEDED["measured"]) for n, each in _rows(file, "measured")]
    if not found:
        raise Refused("twin_key_missing", file=file.name, key="[[found]]", means="the cases found, day by day")
    return Replay(
        path.stem, head["title"], head["scenario"], head["priors"], zero,
        tuple(_found(file, n, each, zero) for n, each in enumerate(found)),
        tuple(_measured(file, n, each, zero) for n, each in enumerate(measured)),
        head.get("carries", ""), tuple(head.get("carried", ())), head.get("start_days", 0),
    )  # fmt: skip


def _rows(file: File, name: str) -> list[tuple[int, Any]]:
    told = file.told.get(name, [])
    if not isinstance(told, list):
        raise Refused("twin_value_unfit", file=file.name, key=name, value=str(told)[:80], expected=f"rows [[{name}]]")
    return list(enumerate(told))


def _row(file: File, at: str, told: Any, kinds: Mapping[str, type], needed: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise Refused("twin_value_unfit", file=file.name, key=at, value=str(told)[:80], expected="names and values")
    for key, value in told.items():
        if key not in kinds:
            known = ", ".join(kinds)
            raise Refused(
                "twin_key_unknown", file=file.name, key=f"{at}.{key}", nearest=nearest(key, kinds), known=known
            )
        fits = isinstance(value, (int, float) if kinds[key] is float else kinds[key]) and not isinstance(value, bool)
        if not fits or (isinstance(value, int | float) and value < 0):
            expected = {date: "a date, as 2021-09-21", int: "a whole number, 0 or more", float: "a number, 0 or more"}
            fit = expected.get(kinds[key], f"a {kinds[key].__name__}")
            raise Refused("twin_value_unfit", file=file.name, key=f"{at}.{key}", value=str(value)[:80], expected=fit)
    for key in needed:
        if not told.get(key, "") and told.get(key) != 0:
            code = "twin_source_missing" if key == "source" else "twin_key_missing"
            raise Refused(code, file=file.name, key=f"{at}.{key}", section=at, name=key, means=f"every row of {at}")
    if told.get("certainty", "F1") not in CERTAINTIES:
        at_ = {"file": file.name, "key": f"{at}.certainty", "value": told["certainty"]}
        raise Refused("twin_value_unfit", **at_, expected=", ".join(CERTAINTIES))
    return told


def _span(file: File, at: str, first: date, last: date, zero: date) -> None:
    if not zero <= first <= last:
        told = {"file": file.name, "key": at, "value": f"{first} to {last}"}
        raise Refused("twin_value_unfit", **told, expected=f"days from {zero} on, the first not after the last")


def _found(file: File, n: int, told: dict[str, Any], zero: date) -> Found:
    first, last = told["from"], told.get("to", told["from"])
    _span(file, f"found[{n}]", first, last, zero)
    count = told["confirmed"] + told.get("asymptomatic", 0)
    return Found(first, last, count, told["source"], told.get("certainty", "F1"))


def _measured(file: File, n: int, told: dict[str, Any], zero: date) -> Measured:
    what = told["what"]
    if what not in MEASURES:
        at = {"file": file.name, "key": f"measured[{n}].what", "value": what}
        raise Refused("twin_value_unfit", **at, expected=", ".join(MEASURES))
    last = told.get("to", zero)
    first = told.get("from", zero)
    _span(file, f"measured[{n}]", first, last, zero)
    return Measured(what, first, last, float(told["value"]), told["source"], told.get("certainty", "F1"))
