"""One value of a policy pack: how its text becomes a typed value, and what is known of where it came from."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any

from ringfence.core.errors import Refused

NOTHING_NEAR = "–"
OWN_CHOICE = "Ringfence default: "
"""How the source of a setting begins that the product chose itself; what follows is the reason."""


class Certainty(enum.StrEnum):
    """How well a number is founded."""

    STATED = "S"  # stated in a source article of the response
    OFFICIAL = "F1"  # official text, agency page or peer-reviewed paper
    AGREED = "F2"  # secondary source that agrees with another
    SEEN_ONCE = "F3"  # one low-grade page: advisory until a named person signs it off
    UNVERIFIED = "K"  # no published source: always shown as unverified
    DERIVED = "D"  # arithmetic on other rows; shows its formula


WEAKEST_LAST = (
    Certainty.STATED,
    Certainty.OFFICIAL,
    Certainty.DERIVED,
    Certainty.AGREED,
    Certainty.SEEN_ONCE,
    Certainty.UNVERIFIED,
)


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds of a number, both allowed; written `Annotated[float, Between(0, 1)]`."""

    least: float | timedelta
    most: float | timedelta


class Wording(enum.Enum):
    """Marks a field that holds words or codes rather than a number; it needs no source: `Annotated[…, WORDING]`."""

    WORDING = enum.auto()


WORDING = Wording.WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A value with its origin, as a page shows it."""

    field: str  # "report_within", or "task_limits.investigate_case" inside a table
    value: Any
    source: str
    certainty: Certainty | None  # None for wording, which is not a number
    from_pack: str  # "hlj-2021@1"
    formula: str | None = None
    signed_off: str | None = None  # who accepted an advisory number, and when
    own_choice: bool = False  # the product's own setting: it claims no published rule, so nothing is enforced wrongly

    @property
    def advisory(self) -> bool:
        """Whether it is too weakly founded to be taken for a published rule, and nobody has signed it off."""
        return self.certainty in (Certainty.SEEN_ONCE, Certainty.UNVERIFIED) and self.signed_off is None

    @property
    def off(self) -> bool:
        """Whether it may only be shown, never enforced: advisory, and not a setting of the product."""
        return self.advisory and not self.own_choice

    @property
    def unverified(self) -> bool:
        """Whether pages must say "unverified" beside it, signed off or not."""
        return self.certainty is Certainty.UNVERIFIED


def weakest(codes: Iterable[Certainty]) -> Certainty:
    """The weakest of several certainties; of none, unverified."""
    return max(codes, key=WEAKEST_LAST.index, default=Certainty.UNVERIFIED)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like this one, or a dash."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.5)), NOTHING_NEAR)


# -- spans of time ----------------------------------------------------------------------------------------------------

_SPAN = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?P<time>T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,6}))?S)?)?"
)


def parse_span(text: str) -> timedelta:
    """The span that an ISO 8601 duration of weeks, days, hours, minutes and seconds stands for.

    Years and months are not spans (their length depends on the day they start) and raise ValueError, as does anything
    else that is not exact to the microsecond.
    """
    found = _SPAN.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        message = f"{text!r} is not a duration such as PT24H or P14D"
        raise ValueError(message)
    parts = {name: int(found[name] or 0) for name in ("weeks", "days", "hours", "minutes", "seconds")}
    micros = int((found["fraction"] or "0").ljust(6, "0"))
    try:
        span = timedelta(**parts, microseconds=micros)
    except OverflowError as error:
        message = f"{text!r} is longer than any span can be"
        raise ValueError(message) from error
    return -span if found["sign"] else span


def write_span(span: timedelta) -> str:
    """The shortest ISO 8601 duration of a span: days, then hours, minutes and seconds; `PT0S` for none."""
    if span < timedelta():
        return "-" + write_span(-span)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}D" if span.days else ""
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{seconds}{fraction}S" if seconds or fraction else ""
    return f"P{days}" + (f"T{time}" if time else "") if days or time else "PT0S"


# -- types ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a policy: its type without None and notes, and whether it may be absent."""

    name: str  # the name in Python; the key in the pack lacks a closing underscore (`from_` is `from`)
    hint: Any
    optional: bool
    between: Between | None
    wording: bool

    @property
    def key(self) -> str:
        """The name in the pack."""
        return self.name.rstrip("_")


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A hint without its `| None` and its notes, and the notes."""
    if typing.get_origin(hint) is typing.Annotated:
        inner, *notes = typing.get_args(hint)
        bare, more = _bare(inner)
        return bare, (*notes, *more)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        kept = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        if len(kept) == 1:
            return _bare(kept[0])
    return hint, ()


@cache
def slots(kind: type) -> dict[str, Slot]:
    """The fields of a frozen dataclass by their key in a pack."""
    hints = typing.get_type_hints(kind, include_extras=True)
    found = {}
    for field in dataclasses.fields(kind):
        hint, notes = _bare(hints[field.name])
        optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        between = next((note for note in notes if isinstance(note, Between)), None)
        slot = Slot(field.name, hint, optional, between, WORDING in notes)
        found[slot.key] = slot
    return found


def is_table(hint: Any) -> bool:
    """Whether a field is a table, whose entries are overridden one by one and sourced one by one."""
    return dataclasses.is_dataclass(hint) or typing.get_origin(hint) is dict


# -- conversion -------------------------------------------------------------------------------------------------------


def _wrong(field: str, found: Any, wanted: str) -> Refused:
    return Refused("policy_wrong_type", field=field, found=found, wanted=wanted)


def _span_of(field: str, found: Any) -> timedelta:
    if not isinstance(found, str):
        raise _wrong(field, found, 'a duration in text, such as "PT24H" or "P14D"')
    try:
        span = parse_span(found)
    except ValueError:
        raise _wrong(field, found, 'a duration such as "PT24H" or "P14D", without years or months') from None
    if span < timedelta():
        raise Refused("policy_out_of_range", field=field, found=found, least="PT0S", most="any")
    return span


def _float_of(field: str, found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise _wrong(field, found, "a number")
    return float(found)


def _int_of(field: str, found: Any) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise _wrong(field, found, "a whole number")
    return found


def _date_of(field: str, found: Any) -> date:
    if not isinstance(found, date) or isinstance(found, datetime):
        raise _wrong(field, found, "a day, such as 2021-10-17, without quotes")
    return found


def _text_of(field: str, found: Any) -> str:
    if not isinstance(found, str) or not found.strip():
        raise _wrong(field, found, "a text that is not empty")
    return found


def _bool_of(field: str, found: Any) -> bool:
    if not isinstance(found, bool):
        raise _wrong(field, found, "true or false")
    return found


_CONVERT: dict[Any, Callable[[str, Any], Any]] = {
    str: _text_of,
    int: _int_of,
    float: _float_of,
    bool: _bool_of,
    date: _date_of,
    timedelta: _span_of,
}


def _member_of(kind: type[enum.Enum], field: str, found: Any) -> enum.Enum:
    known = [str(member.value) for member in kind]
    try:
        return kind(found)
    except ValueError:
        raise Refused(
            "policy_choice_unknown",
            field=field,
            found=found,
            nearest=nearest(str(found), known),
            known=", ".join(known),
        ) from None


def _dataclass_of(kind: type, field: str, found: Any) -> Any:
    if not isinstance(found, Mapping):
        raise _wrong(field, found, "a table")
    wanted = slots(kind)
    for key in found:
        if key not in wanted:
            raise Refused("policy_field_unknown", field=f"{field}.{key}", nearest=nearest(key, wanted))
    values = {}
    for key, slot in wanted.items():
        if key in found:
            values[slot.name] = convert(slot, f"{field}.{key}", found[key])
        elif not slot.optional:
            raise Refused("policy_entry_incomplete", field=f"{field}.{key}")
    return kind(**values)


def convert(slot: Slot, field: str, found: Any) -> Any:
    """The typed value of what a pack says, within its bounds; refuses by the field's name."""
    value = convert_bare(slot.hint, field, found)
    if slot.between is not None and not slot.between.least <= value <= slot.between.most:
        raise Refused("policy_out_of_range", field=field, found=found, least=slot.between.least, most=slot.between.most)
    return value


def convert_bare(hint: Any, field: str, found: Any) -> Any:
    """The typed value of what a pack says; refuses by the field's name when it is of another type."""
    hint, _ = _bare(hint)
    if hint in _CONVERT:
        return _CONVERT[hint](field, found)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _member_of(hint, field, found)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_of(hint, field, found)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004
        if not isinstance(found, list):
            raise _wrong(field, found, "a list")
        return tuple(convert_bare(args[0], f"{field}[{place}]", item) for place, item in enumerate(found))
    if origin is dict:
        if not isinstance(found, Mapping):
            raise _wrong(field, found, "a table")
        return {key: convert_bare(args[1], f"{field}.{key}", item) for key, item in found.items()}
    message = f"{hint!r} cannot be written in a policy pack"
    raise TypeError(message)
