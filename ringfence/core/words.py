"""Sentences that a code stands for. Facts and refusals carry codes and parameters; both languages are made when shown.

English texts are the message ids of the translation catalogue; `N_` marks them for extraction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ringfence.core.errors import Refused

T = TypeVar("T")


def N_(text: str) -> str:  # noqa: N802
    """Mark a text for translation without translating it yet."""
    return text


REFUSALS: dict[str, tuple[str, str, str]] = {}
"""code -> what is wrong, what is on record, what to do next; each with {named} places."""

LABELS: dict[str, str] = {}
"""`fact.CaseReported`, `task.investigate_case`, `sex.female`, … -> the label or sentence shown for it."""


def told_as(
    refusal: Refused, translate: Callable[[str], str] = str, show: Callable[[Any], str] = str
) -> tuple[str, str, str]:
    """The three sentences of a refusal, translated and filled in."""
    parts = REFUSALS.get(refusal.code)
    if parts is None:
        message = f"no words for the refusal {refusal.code}"
        raise LookupError(message)
    values = {name: show(value) for name, value in refusal.told.items()}
    wrong, record, next_step = (translate(part).format(**values) for part in parts)
    return wrong, record, next_step


def label(code: str, translate: Callable[[str], str] = str, **values: Any) -> str:
    """The label of a code, translated and filled in; an unknown code is shown as itself, so that nothing is hidden."""
    text = LABELS.get(code)
    return translate(text).format(**values) if text is not None else code.rpartition(".")[2].replace("_", " ")


def learn(refusals: Mapping[str, tuple[str, str, str]], labels: Mapping[str, str]) -> None:
    """Take in one desk's words; two desks cannot mean different things by one code."""
    _learn(REFUSALS, refusals)
    _learn(LABELS, labels)


def _learn(known: dict[str, T], new: Mapping[str, T]) -> None:
    for code, text in new.items():
        if known.setdefault(code, text) != text:
            message = f"the code {code} has two texts"
            raise ValueError(message)
