"""Which fields are asked, given the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringfence.desks.cases.interview_answers import NoAnswer
from ringfence.desks.cases.interview_form import Condition, Field, Form


def holds(condition: Condition | None, answers: Mapping[str, Any]) -> bool:
    """Whether a condition holds of typed answers. What has no answer is, includes and exceeds nothing."""
    if condition is None:
        return True
    if condition.parts:
        each = (holds(part, answers) for part in condition.parts)
        return any(each) if condition.test == "any" else all(each) if condition.test == "all" else not all(each)
    answer = answers.get(condition.field)
    if condition.test == "answered":
        return (answer is not None) is condition.value
    if answer is None or isinstance(answer, NoAnswer):
        return False
    wanted: Any = condition.value
    if condition.test in {"at_least", "at_most"}:
        return bool(answer >= wanted if condition.test == "at_least" else answer <= wanted)
    if condition.test in {"in", "includes"}:
        return bool(answer in wanted if condition.test == "in" else wanted in answer)
    return bool(answer == wanted) == (condition.test == "is")


def asked(form: Form, answers: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields that are asked, given typed answers; a field hangs only on answers that are asked themselves."""
    found: list[Field] = []
    seen: dict[str, Any] = {}
    for section in form.sections:
        if not holds(section.when, seen):
            continue
        for field in section.fields:
            if holds(field.when, seen):
                found.append(field)
                if answers.get(field.name) is not None:
                    seen[field.name] = answers[field.name]
    return tuple(found)
