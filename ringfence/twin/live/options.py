"""OPTIONS.toml: what is to be compared, and the measures from which the smallest sufficient set is searched."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.twin.declared import File, check_sections, number, opened, section, text
from ringfence.twin.kernels.plan import DAYS
from ringfence.twin.live.standing import FIRST
from ringfence.twin.scenario import SECTIONS, Scenario

SHIPPED = Path(__file__).parent / "options.toml"
OPEN = {name: kind for name, kind in SECTIONS.items() if name not in {"scenario", "vaccination"}}
"""Sections that an option may change; the run itself and who is vaccinated are as they are."""
AT_MOST, AT_MOST_MEASURES, TOGETHER = 20, 10, 4
BY_DAY = ("schools", "work", "gatherings", "transit", "masks")


@dataclass(frozen=True, slots=True)
class Asked:
    """Section [whatif]: what all options are held against."""

    days: int = number("how many days are followed", least=3, most=120, default=30)
    probability: float = number("the wanted probability of the objective", least=0.01, most=0.999, default=0.9)
    by: str = text("the day of the objective, YYYY-MM-DD; empty: the registry's", default="")


@dataclass(frozen=True)
class Option:
    """An option or a measure: which numbers of the scenario it changes."""

    code: str
    title: str
    changes: Mapping[str, Mapping[str, Any]]

    def numbers(self) -> set[tuple[str, str]]:
        """The numbers that it changes."""
        return {(name, key) for name, told in self.changes.items() for key in told}

    def of(self, scenario: Scenario) -> Scenario:
        """The scenario under this option."""
        return scenario.but(**self.changes)


@dataclass(frozen=True)
class Options:
    """A file of options, read."""

    asked: Asked
    options: tuple[Option, ...]
    measures: tuple[Option, ...]
    file: str


def read_options(path: Path, scenario: Scenario) -> Options:
    """Read OPTIONS.toml over the response of today; refused by the key at fault."""
    file = opened(path, needs_sources=False)
    rows = {name: file.told.pop(name, []) for name in ("option", "measure")}
    check_sections(file, {"whatif": Asked, "option": Option, "measure": Option})
    asked = section(file, "whatif", Asked)
    made = {name: tuple(_rows(file, name, told, scenario)) for name, told in rows.items()}
    for name, most in (("option", AT_MOST), ("measure", AT_MOST_MEASURES)):
        if len(made[name]) > most:
            raise Refused("options_too_many", file=file.name, what=name, many=len(made[name]), most=most)
    if not made["option"] and not made["measure"]:
        raise Refused("options_none", file=file.name)
    return Options(asked, made["option"], made["measure"], file.name)


def _rows(file: File, what: str, told: Any, scenario: Scenario) -> list[Option]:
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise Refused(
            "twin_value_unfit", file=file.name, key=what, value=str(told)[:80], expected=f"[[{what}]] entries"
        )
    found = []
    for n, each in enumerate(told, 1):
        title = each.pop("title", "")
        code = each.pop("code", "") or f"{what}-{n}"
        if not isinstance(title, str) or not title or not isinstance(code, str):
            raise Refused("twin_key_missing", file=file.name, key=f"{what}[{n}].title", means="what the page calls it")
        inner = File(file.path, each, needs_sources=False)
        check_sections(inner, OPEN)
        changes = {name: _changed(inner, name, each[name], scenario) for name in each}
        found.append(Option(code, title, changes))
    return found


def _changed(file: File, name: str, told: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """What a section changes, its days counted as the twin counts them."""
    whole: Any = section(file, name, OPEN[name], dataclasses.asdict(getattr(scenario, name)))
    changes = {key: getattr(whole, key) for key in told if key not in {"source", "certainty"}}
    if name == "rounds":
        changes["counted_from"] = "start"
        changes["first_day"] = min(FIRST + int(changes.get("first_day", 0)), DAYS)
        if whole.takes_days > whole.every_days:
            bounds = {"value": whole.takes_days, "expected": "at most rounds.every_days"}
            raise Refused("twin_value_unfit", file=file.name, key="rounds.takes_days", **bounds)
    if name == "measures":
        changes["counted_from"] = "start"
        for key in BY_DAY:
            if key in changes:
                changes[key] = tuple((first + FIRST, last + FIRST, share) for first, last, share in changes[key])
    return changes


def sets_of(measures: Sequence[Option], together: int = TOGETHER) -> list[Option]:
    """Every set of up to so many measures, none first; two that change the same number never stand together."""
    found = []
    for size in range(min(together, len(measures)) + 1):
        for chosen in itertools.combinations(measures, size):
            keys = [key for each in chosen for key in each.numbers() if key[1] != "counted_from"]
            if len(keys) == len(set(keys)):
                found.append(together_(chosen))
    return found


def together_(chosen: Sequence[Option]) -> Option:
    """Several measures as one option."""
    changes: dict[str, dict[str, Any]] = {}
    for each in chosen:
        for name, told in each.changes.items():
            changes.setdefault(name, {}).update(told)
    return Option("+".join(each.code for each in chosen), " + ".join(each.title for each in chosen), changes)
