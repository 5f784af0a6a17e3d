"""A fact as a person reads it: what happened, and the values that it carries."""

from __future__ import annotations

import dataclasses
import enum
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from ringfence.console.shown import label, snake, told
from ringfence.core import words
from ringfence.core.fact import Fact

SILENT = frozenset({"at", "case", "task", "person", "outbreak", "findings", "key"})
"""Fields that the row itself already says."""


def said(fact: Fact) -> str:
    """`Case classified: class Confirmed (was Suspect)`."""
    parts = []
    for each in dataclasses.fields(fact):
        value = getattr(fact, each.name)
        if each.name in SILENT or each.name.startswith("was_") or value in (None, "", ()):
            continue
        was = getattr(fact, f"was_{each.name}", None)
        text = f"{label(f'field.{each.name}')} {_value(value)}"
        parts.append(f"{text} ({gettext('was')} {_value(was)})" if was not in (None, "") else text)
    name = kind_said(type(fact).__name__)
    return f"{name}: {', '.join(parts)}" if parts else name


def kind_said(kind: str) -> str:
    """The words for a kind of fact."""
    return label(f"fact.{kind}") if f"fact.{kind}" in words.LABELS else snake(kind).replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, enum.Enum | date | datetime):
        return told(value)
    return str(value)
