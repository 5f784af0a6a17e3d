"""Typed values as people and programmes read them, and refusals said with their codes as labels."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.errors import Refused
from ringfence.core.policy_values import write_span
from ringfence.core.words import LABELS, told_as

# -- refusing ---------------------------------------------------------------------------------------------------------

_SPOKEN = {
    "parameter": "field",
    "what": "field",
    "event": "event",
    "first": "event",
    "then": "event",
    "classification": "class",
    "state": "state",
    "role": "role",
    "fault": "fault",
}
"""A refusal's value -> the kind of label that says it; a value that has no such label is shown as it is."""


def spoken(refusal: Refused, translate: Callable[[str], str] = str, zone: str = "UTC") -> tuple[str, str, str]:
    """The three sentences of a refusal: codes said in words, moments in a place's zone."""
    told = {name: _said(name, value, translate, zone) for name, value in refusal.told.items()}
    return told_as(Refused(refusal.code, **told), translate)


def _said(name: str, value: Any, translate: Callable[[str], str], zone: str) -> str:
    text = show_value(value, zone)
    for code in (text, f"{_SPOKEN.get(name, name)}.{text}", f"task.{text}" if name == "kind" else ""):
        if "." in code and code in LABELS:
            return translate(LABELS[code])
    return text


# -- showing ----------------------------------------------------------------------------------------------------------


def show_value(value: Any, zone: str = "UTC") -> str:
    """A value as the text that `read_value` would read back; absence is empty, a moment stands in the zone given."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        here = value if value.tzinfo is None else value.astimezone(ZoneInfo(zone))
        return here.isoformat(sep=" ", timespec="minutes" if here.second == here.microsecond == 0 else "auto")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return ("-" + write_span(-value)) if value < timedelta() else write_span(value)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, tuple | list | set | frozenset):
        parts = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return ", ".join(show_value(each, zone) for each in parts)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={show_value(each, zone)}" for key, each in value.items())
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def json_value(value: Any, zone: str = "UTC") -> Any:  # noqa: PLR0911 (one for each type)
    """A value as JSON holds it: days and moments in ISO 8601, enums by value, rows and pages as objects."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, enum.Enum):
        return json_value(value.value, zone)
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(ZoneInfo(zone)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return show_value(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: json_value(getattr(value, each.name), zone) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {show_value(key, zone): json_value(each, zone) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((json_value(each, zone) for each in value), key=str)
    if isinstance(value, Sequence):
        return [json_value(each, zone) for each in value]
    return str(value)
