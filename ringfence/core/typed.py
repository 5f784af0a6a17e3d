"""Text to typed value and back, by type hint: one reading for forms, addresses, commands and stories.

What cannot be read is refused by name: the parameter, what was told, and what is expected there.
"""

from __future__ import annotations

import enum
import math
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.declare import Declared
from ringfence.core.errors import Refused
from ringfence.core.policy_values import parse_span
from ringfence.core.shown import show_value

LONGEST = 14_000_000  # characters in one text: a file of ten megabytes in base64
LARGEST = 2**53 - 1  # what every reader of JSON holds exactly, and both databases
EARLIEST, LATEST = 1800, 2299  # years; a date beyond them is a slip, and its arithmetic would leave the calendar

_YES = frozenset({"true", "yes", "on", "1", "y", "是"})
_NO = frozenset({"false", "no", "off", "0", "n", "否"})
_INT = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_HOUR = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?\Z", re.ASCII)
_UNFIT = re.compile("[\x00\ud800-\udfff]")  # no database keeps these

Told = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """Which widget asks for a value.

    `name` is text, number, decimal, date, datetime, time, span, choice, flag, id, pairs or list; a choice has `options`,
    an id says `of` what (`CaseId`), a choice `of` which enum, and a list has its `item`.
    """

    name: str
    options: tuple[str, ...] = ()
    of: str = ""
    item: Kind | None = None
    optional: bool = False

    def __str__(self) -> str:
        """As one word: `id:CaseId`, `choice:Classification`, `list-of:text`."""
        if self.item is not None:
            return f"list-of:{self.item}"
        return f"{self.name}:{self.of}" if self.of else self.name


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a text stands: its parameter, the time zone of naive moments, and the present for `now` and `today`.

    With the zone "" a naive moment stays naive: where it counts may only be known from what else is told (`in_zone`).
    """

    parameter: str = "value"
    zone: str = "UTC"
    now: datetime | None = None

    @property
    def here(self) -> tzinfo:
        """The time zone in which naive moments count."""
        return UTC if self.zone in {"UTC", ""} else ZoneInfo(self.zone)


# -- hints ------------------------------------------------------------------------------------------------------------


def bare(hint: Any) -> tuple[Any, bool]:
    """A hint without its None, and whether None was allowed. A NewType stays what it is."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        kept = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        if len(kept) == 1:
            return kept[0], True
        message = f"{hint}: a parameter has one type, or one type and None"
        raise TypeError(message)
    return hint, False


def item_of(hint: Any) -> Any | None:
    """X of `tuple[X, ...]`, else None."""
    args = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004
        return args[0]
    return None


def plain(hint: Any) -> Any:
    """The type beneath a NewType."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


PAIRS = dict[str, str]

_KINDS: dict[Any, str] = {
    PAIRS: "pairs",
    str: "text",
    int: "number",
    float: "decimal",
    bool: "flag",
    date: "date",
    datetime: "datetime",
    time: "time",
    timedelta: "span",
}


def kind_of(hint: Any) -> Kind:
    """The widget for a hint; a type that no door can read is a TypeError."""
    hint, optional = bare(hint)
    if (item := item_of(hint)) is not None:
        return Kind("list", item=kind_of(item), optional=optional)
    if hasattr(hint, "__supertype__"):
        return Kind("id", of=hint.__name__, optional=optional)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return Kind("choice", tuple(str(each.value) for each in hint), hint.__name__, optional=optional)
    if hint not in _KINDS:
        message = f"{hint!r} cannot be told as text"
        raise TypeError(message)
    return Kind(_KINDS[hint], optional=optional)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_value(
    hint: Any, text: Told, *, zone: str = "UTC", now: datetime | None = None, parameter: str = "value"
) -> Any:
    """The value that a text, or several for a list, stands for. Raises `Refused` naming the parameter."""
    return _read(hint, text, Reading(parameter, zone, now))


def read_told(
    declared: Declared, told: Mapping[str, Told], *, zone: str = "UTC", now: datetime | None = None
) -> dict[str, Any]:
    """Everything told of an action, or asked of a query, typed. What was left empty is left out, and so defaults.

    Raises `Refused`: a name that is not a parameter, a value that cannot be read, a required one that is missing. `at` may
    be missing: the centre fills it in.
    """
    names = {parameter.name: parameter for parameter in declared.parameters}
    if unknown := sorted(set(told) - set(names)):
        raise Refused("told_unknown", action=declared.name, unknown=", ".join(unknown))
    ready = {}
    for name, text in told.items():
        empty = not (text.strip() if isinstance(text, str) else any(each.strip() for each in text))
        if empty and not (plain(names[name].hint) is str and names[name].required):
            continue
        ready[name] = read_value(names[name].hint, text, zone=zone, now=now, parameter=name)
    missing = [name for name, each in names.items() if each.required and name not in ready and name != "at"]
    if missing:
        raise Refused("told_too_little", action=declared.name, missing=", ".join(missing))
    return ready


def _read(hint: Any, text: Told, at: Reading) -> Any:
    hint, optional = bare(hint)
    item = item_of(hint)
    if item is not None:
        parts = [text] if isinstance(text, str) else list(text)
        split = [part.strip() for each in parts for part in each.replace("，", ",").split(",")]
        if optional and not any(split):
            return None
        return tuple(_read(item, part, at) for part in split if part)
    if hint == PAIRS:
        return dict(_pair(each, at) for each in ([text] if isinstance(text, str) else text) if each.strip())
    if not isinstance(text, str):
        if len(text) != 1:
            raise Refused("value_told_twice", parameter=at.parameter, value=", ".join(text))
        text = text[0]
    if optional and not text.strip():
        return None
    base = plain(hint)
    if base is str:
        return read_text(text, at)
    if isinstance(base, type) and issubclass(base, enum.Enum):
        return _member(base, text.strip(), at)
    if base not in _READERS:
        message = f"{hint!r} cannot be told as text"
        raise TypeError(message)
    return _READERS[base](text.strip(), at)


def read_text(text: str, at: Reading) -> str:
    """A text that a database can keep."""
    if _UNFIT.search(text) or len(text) > LONGEST:
        raise Refused("value_text_unfit", parameter=at.parameter, longest=LONGEST)
    return text


def read_json(hint: Any, value: Any, *, zone: str = "UTC", parameter: str = "value") -> Any:
    """The value that JSON holds: numbers and booleans as themselves, lists as lists, everything else as text."""
    inner, optional = bare(hint)
    if value is None and optional:
        return None
    item = item_of(inner)
    if item is not None:
        if not isinstance(value, list):
            raise Refused("value_not_list", parameter=parameter, value=show_value(value))
        return tuple(read_json(item, each, zone=zone, parameter=parameter) for each in value)
    if inner == PAIRS:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise Refused("value_not_pair", parameter=parameter, value=show_value(value)[:200])
        return dict(_pair(f"{name}={each}", Reading(parameter)) for name, each in value.items())
    base = plain(inner)
    if base is bool and isinstance(value, bool):
        return value
    if base in {int, float} and isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, int) or (base is int and value.is_integer())
        return _read(base, str(int(value)) if whole else repr(value), Reading(parameter, zone))
    if base in {bool, int, float} or not isinstance(value, str):
        raise Refused(_WRONG.get(base, "value_not_text"), parameter=parameter, value=show_value(value)[:200])
    if isinstance(base, type) and issubclass(base, enum.Enum):
        return _member(base, value, Reading(parameter, zone))
    return _read(base, value, Reading(parameter, zone))


_WRONG: dict[Any, str] = {
    bool: "value_not_flag",
    int: "value_not_number",
    float: "value_not_decimal",
    date: "value_not_date",
    datetime: "value_not_moment",
    time: "value_not_time",
    timedelta: "value_not_span",
}


def _pair(text: str, at: Reading) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise Refused("value_not_pair", parameter=at.parameter, value=text)
    return read_text(name.strip(), at), read_text(value, at)


def _int(text: str, at: Reading) -> int:
    if not _INT.match(text) or abs(int(text)) > LARGEST:
        raise Refused("value_not_number", parameter=at.parameter, value=text)
    return int(text)


def _float(text: str, at: Reading) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused("value_not_decimal", parameter=at.parameter, value=text)
    return value


def _bool(text: str, at: Reading) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Refused("value_not_flag", parameter=at.parameter, value=text)


def _date(text: str, at: Reading) -> date:
    if at.now is not None and text in {"today", "yesterday", "今天", "昨天"}:
        today = at.now.astimezone(at.here).date()
        return today if text in {"today", "今天"} else today - timedelta(days=1)
    try:
        value = date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        value = None
    if value is None or not EARLIEST <= value.year <= LATEST:
        raise Refused("value_not_date", parameter=at.parameter, value=text)
    return value


def _datetime(text: str, at: Reading) -> datetime:
    if at.now is not None and text in {"now", "现在"}:
        return at.now
    try:
        if at.now is not None and _HOUR.match(text):
            value = datetime.combine(at.now.astimezone(at.here).date(), time.fromisoformat(text))
        else:
            value = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("value_not_moment", parameter=at.parameter, value=text) from None
    return placed(value, at, text)


def placed(value: datetime, at: Reading, text: object = "") -> datetime:
    """A moment with its zone; one without counts in the jurisdiction's. In UTC, as the log keeps it."""
    if not EARLIEST <= value.year <= LATEST:
        raise Refused("value_not_moment", parameter=at.parameter, value=text or value.isoformat())
    if value.tzinfo is None and not at.zone:
        return value
    return (value if value.tzinfo else value.replace(tzinfo=at.here)).astimezone(UTC)


def in_zone(told: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """What was read with the zone "": its naive moments, placed in the zone where they count."""
    return {
        name: placed(value, Reading(name, zone)) if isinstance(value, datetime) else value
        for name, value in told.items()
    }


def _time(text: str, at: Reading) -> time:
    try:
        value = time.fromisoformat(text) if _HOUR.match(text) else None
    except ValueError:
        value = None
    if value is None:
        raise Refused("value_not_time", parameter=at.parameter, value=text)
    return value


def _span(text: str, at: Reading) -> timedelta:
    try:
        return parse_span(text)
    except ValueError:
        raise Refused("value_not_span", parameter=at.parameter, value=text) from None


def _member(kind: type[enum.Enum], text: str, at: Reading) -> enum.Enum:
    for each in kind:
        if text == str(each.value) or text.lower() == str(each.value).lower():
            return each
    options = ", ".join(str(each.value) for each in kind)
    raise Refused("value_not_option", parameter=at.parameter, value=text, options=options)


_READERS: dict[Any, Callable[[str, Reading], Any]] = {
    int: _int,
    float: _float,
    bool: _bool,
    date: _date,
    datetime: _datetime,
    time: _time,
    timedelta: _span,
}
