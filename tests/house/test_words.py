"""Every refusal has its three sentences, filled in from what is told; every code shown has a label."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import ringfence.commands  # its own words are learnt with it
from ringfence.app import learn_words
from ringfence.core.access import MAYS, ROLES
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.fact import Fact
from ringfence.core.shown import spoken
from ringfence.core.words import LABELS, REFUSALS
from ringfence.facts.cases import Certainty, Classification, CourseEvent

SOURCE = Path(__file__).resolve().parents[2] / "ringfence"
learn_words()
assert ringfence.commands.words.REFUSALS


def _raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """(where, code, names given) of each refusal written out in the source; None where `**` brings more names."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Refused"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                names = {keyword.arg for keyword in node.keywords}
                where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                yield where, str(node.args[0].value), None if None in names else {name for name in names if name}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


ADDED_LATER = {"pack", "section", "line", "file"}
"""Where in which file: what reads a policy pack adds these to a refusal on its way out."""


def test_every_refusal_has_three_sentences_filled_in_from_what_is_told() -> None:
    raised = list(_raised())
    assert len({code for _, code, _ in raised}) > 60
    faults = []
    for where, code, names in raised:
        if code not in REFUSALS:
            faults.append(f"{where}: {code} has no words")
            continue
        if len(REFUSALS[code]) != 3 or not all(REFUSALS[code]):
            faults.append(f"{where}: {code} has not three sentences")
        missing = set().union(*map(_places, REFUSALS[code])) - (names or set())
        if names is not None and missing - (ADDED_LATER if code.startswith("policy_") else set()):
            faults.append(f"{where}: {code} speaks of {sorted(missing)}, which is not told")
    assert not faults, "\n".join(faults)


def test_no_words_are_left_over() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if "words" not in path.name)
    assert not [code for code in REFUSALS if f'"{code}"' not in text]


def test_every_code_shown_has_a_label(centre: Centre) -> None:
    declared = {f"action.{name}": each for name, each in centre.actions.items()}
    declared |= {f"query.{name}": each for name, each in centre.queries.items()}  # type: ignore[dict-item]
    codes = {*declared, *(f"role.{role}" for role in ROLES), *(f"may.{may}" for may in MAYS)}
    codes |= {f"field.{parameter.name}" for each in declared.values() for parameter in each.parameters}
    codes |= {f"fact.{kind}" for kind, fact in Fact.kinds.items() if fact.__module__.startswith("ringfence.")}
    codes |= {f"rule.{rule.desk}.{rule.function.__name__}" for rules in centre.rules.values() for rule in rules}
    codes |= {f"class.{each}" for each in Classification} | {f"event.{each}" for each in CourseEvent}
    codes |= {f"certainty.{each}" for each in Certainty}
    assert not sorted(codes - set(LABELS))


KEYWORDS = {"kind": "task", "reason": "reason"}


def test_every_task_that_a_rule_or_a_pack_sets_has_a_label(centre: Centre) -> None:
    codes = set()
    for path in [*SOURCE.glob("desks/*/rules.py"), *SOURCE.glob("desks/*/rules/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"TasksSet", "TaskDropped", "_task"}
            ):
                codes |= {f"task.{each.value}" for each in node.args[:1] if isinstance(each, ast.Constant)}
                codes |= {
                    f"{KEYWORDS[keyword.arg]}.{keyword.value.value}"
                    for keyword in node.keywords
                    if keyword.arg in KEYWORDS and isinstance(keyword.value, ast.Constant)
                }
    assert len(codes) > 8
    for pack in centre.book.packs():
        if pack.header is not None and pack.header.kind.value != "overlay":
            numbers = centre.book.numbers("command", pack.header.id)
            codes |= {
                f"task.{kind}" for kind in (*numbers.first_actions, *numbers.task_limits, *numbers.verify_required)
            }
    assert not sorted(codes - set(LABELS))


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_can_be_said(code: str) -> None:
    names = set().union(*map(_places, REFUSALS[code]))
    sentences = spoken(Refused(code, **dict.fromkeys(names, "…")))
    assert all(sentences)
    assert not re.search(r"\{\w+\}", "".join(sentences))


def test_codes_inside_a_refusal_are_said_in_words() -> None:
    refusal = Refused("course_contradicts", first="onset", day="2021-09-25", then="died", then_day="2021-09-20")
    assert spoken(refusal)[0] == "Died cannot come before Onset."
    assert spoken(Refused("not_allowed", what="action.cases.report_case"))[0] == "You may not do this: Report a case."
