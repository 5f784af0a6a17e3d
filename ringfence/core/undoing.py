"""What takes a telling back: the undoing action, told of each of its facts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ringfence.core import log
from ringfence.core.answers import Item
from ringfence.core.fact import Fact, Facts


def taken_back(undo: Callable[..., Facts], key: str, first: int, last: int) -> list[Item]:
    """What undoes one telling."""
    own = [each.fact for each in log.between(first, last) if each.line.because is None]
    return [Item(_taking_back(undo, fact), f"undo:{key}:{i}") for i, fact in enumerate(own)]


def _taking_back(undo: Callable[..., Facts], fact: Fact) -> dict[str, Any]:
    """What the undoing action is told: `was_x` of the fact where it has one (what stood before), else its `x`."""
    told: dict[str, Any] = {}
    for name in inspect.signature(undo).parameters:
        if hasattr(fact, f"was_{name}"):
            told[name] = getattr(fact, f"was_{name}")
        elif name != "at" and hasattr(fact, name):
            told[name] = getattr(fact, name)
    return told
