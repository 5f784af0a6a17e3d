"""Codes and moments as people read them, in the active language and time zone."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from ringfence.console.codes import text_of
from ringfence.console.templatetags.console import moment
from ringfence.core import words
from ringfence.core.declare import Declared
from ringfence.core.errors import Refused
from ringfence.core.policy_file import Pack


def names_language(code: str | None = None) -> str:
    """The key under which names in a language are kept: `zh` for any Chinese, else `en`."""
    return "zh" if (code or get_language() or "en").startswith("zh") else "en"


def label(code: str, **values: Any) -> str:
    """The words for a code such as `classification.confirmed`."""
    text = text_of(code)
    return gettext(text).format(**values) if text else words.label(code, gettext, **values)


def choice(member: enum.Enum) -> str:
    """The words for one of a closed list, such as a class."""
    return label(f"{snake(type(member).__name__)}.{member.value}")


def called(what: str, declared: Declared) -> str:
    """What an action or a query is called: its own words, else the first line of what it says."""
    code = f"{what}.{declared.desk}.{declared.name}"
    return label(code) if text_of(code) else gettext(declared.says)


def snake(name: str) -> str:
    """`CourseEvent` -> `course_event`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")


def told(value: Any) -> str:
    """A value inside a sentence."""
    if isinstance(value, enum.Enum):
        return choice(value)
    if isinstance(value, datetime | date):
        return moment(value)
    if isinstance(value, Mapping):
        return str(value.get(names_language()) or next(iter(value.values()), ""))
    return str(value)


def three_parts(refusal: Refused) -> tuple[str, str, str]:
    """What is wrong, what is on record, what to do next."""
    try:
        return words.told_as(refusal, gettext, told)
    except LookupError:
        record = ", ".join(f"{label(f'field.{name}')}: {told(value)}" for name, value in refusal.told.items())
        return (
            gettext("This cannot be done: %(what)s.") % {"what": label(f"refusal.{refusal.code}")},
            record,
            gettext("Nothing was recorded. Check what was entered, or go back."),
        )


def how_long(seconds: float) -> str:
    """A span in its two largest units: `3 h 20 min`, `2 d 4 h`, `25 min`."""
    minutes = int(abs(seconds)) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    said = [
        gettext("%(n)s d") % {"n": days} if days else "",
        gettext("%(n)s h") % {"n": hours} if hours else "",
        gettext("%(n)s min") % {"n": minutes} if not days and (minutes or not hours) else "",
    ]
    return " ".join(part for part in said if part)


def due(at: datetime, now: datetime) -> str:
    """A deadline seen from now: `late by 3 h 20 min` or `in 25 min`."""
    seconds = (at - now).total_seconds()
    text = gettext("late by %(span)s") if seconds < 0 else gettext("in %(span)s")
    return text % {"span": how_long(seconds)}


def rows_said(n: int) -> str:
    """`1 row`, `12,345 rows`."""
    return ngettext("%(n)s row", "%(n)s rows", n) % {"n": f"{n:,}"}


def local_day(at: datetime) -> date:
    """The day of a moment in the active zone."""
    return timezone.localtime(at).date()


def pack_said(pack: Pack, language: str) -> str:
    """A policy pack by its title in a language, with its version."""
    title: Any = getattr(pack.header, "title", "") or pack.id
    said = title.get(language, "") if isinstance(title, dict) else str(title)
    return f"{said} ({pack.version})"
