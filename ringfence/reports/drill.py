"""A drill's report as a document, from its score as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.words import LABELS
from ringfence.reports.pdf import Pdf, render, words

STATES = ("met", "of", "late", "open_late", "running", "simulated")
NONE = "–"


def report(
    told: Mapping[str, Any],
    *,
    language: str,
    made_at: datetime,
    zone: str = "UTC",
    say: Callable[[str], str] | None = None,
) -> Pdf:
    """The report in `en` or `zh-hans`; `told` is `Score.told`, `say` gives a label's text in that language."""
    key = "zh" if language.startswith("zh") else "en"
    speak = say or _plain
    w, clock = words(key), _Moments(ZoneInfo(zone))
    sent = {
        "title": told["title"].get(key) or next(iter(told["title"].values())),
        "facts": _facts(told, w, clock, speak),
        "clocks": [[speak(row["code"]), *_row(row)] for row in told["clocks"]],
        "functions": [[row["function"], *_row(row)] for row in told["functions"]],
        "accounts": [
            [row["account"], ", ".join(speak(f"role.{each}") for each in row["roles"]), *(str(row[name]) for name in ("of", "met", "late"))]
            for row in told["accounts"]
        ],
        "troubles": [
            [row["names"].get(key, row["inject"]) + _expected(row, key), clock(row["took_at"]), _number(row["minutes"]), _number(row["within_minutes"]),
             row["by"] or NONE, _how(row, speak)]
            for row in told["injects"]
        ],
        "late": [
            [speak(row["code"]), row["about"], clock(row["due_at"]), clock(row["came_at"]), _number(row["late_minutes"]), row["by"] or NONE]
            for row in told["late"]
        ],
        "questions": [
            [row["names"].get(key, row["question"]), row["answer"] or w["drill_open_question"]] for row in told["questions"]
        ],
    }  # fmt: skip
    return render("drill", sent, language=language, made_at=made_at, tagged=False)


def _facts(
    told: Mapping[str, Any], w: Mapping[str, str], clock: _Moments, speak: Callable[[str], str]
) -> list[list[str]]:
    """What stands over the report."""
    of = told["infections"]
    infections = (
        f"{of['now']:,} ({w['drill_without']}: {of['nobody_acting']:,}; {w['drill_infected_at_begin']}: {of['at_begin']:,};"
        f" {w['drill_found']}: {told['found']:,})"
    )
    return [
        [w["drill_form"], speak(f"form.{told['form']}")],
        [w["drill_people"], f"{told['people']:,}"],
        [w["drill_begun"], clock(told["begins_at"])],
        [w["drill_until"], clock(told["as_of"])],
        [w["drill_pack"], told["pack"]],
        [w["drill_infections"], infections],
    ]


def _plain(code: str) -> str:
    return LABELS.get(code, code.rpartition(".")[2].replace("_", " "))


def _row(row: Mapping[str, Any]) -> list[str]:
    return [*(str(row[name]) for name in STATES), _number(row["median_late_minutes"])]


def _number(told: float | None) -> str:
    return NONE if told is None else f"{told:,.0f}"


def _expected(row: Mapping[str, Any], key: str) -> str:
    """What a good answer would have been, as the scenario says."""
    told = row["expected"].get(key, "")
    return f" — {told}" if told else ""


def _how(row: Mapping[str, Any], speak: Callable[[str], str]) -> str:
    how = row["how"]
    if how is None:
        return NONE
    return row["text"] or speak(f"answered.{how}" if how in {"card", "seen"} else f"fact.{how}")


class _Moments:
    """Moments as a person of that zone reads them."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __call__(self, at: datetime | None) -> str:
        return NONE if at is None else f"{at.astimezone(self._zone):%m-%d %H:%M}"
