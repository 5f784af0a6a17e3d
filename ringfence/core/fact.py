"""Facts: what happened. Immutable, past tense, kept for ever; and the form in which they are written down."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any, ClassVar, NewType, dataclass_transform

import orjson

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Sealed = NewType("Sealed", str)
"""Personal text under that person's own key (base64). Destroying the key erases the text; the log stays whole."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened. A subclass is named noun + past participle, and may only ever gain fields with defaults."""

    at: datetime  # when it happened in the world; aware

    kinds: ClassVar[dict[str, type[Fact]]] = {}

    def __init_subclass__(cls) -> None:
        """Make each subclass a frozen dataclass and give it its wire name, which is its class name."""
        dataclass(frozen=True, kw_only=True)(cls)
        if cls.__name__ in Fact.kinds:
            message = f"two facts are called {cls.__name__}: wire names are unique"
            raise TypeError(message)
        Fact.kinds[cls.__name__] = cls


Facts = Iterator[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the log knows of a fact: its place, who told it and what it follows from."""

    seq: int
    heard_at: datetime
    by: str  # "account:…" for a person, "rule:desk.name" for a rule, "feed:…" for a feed
    because: int | None = None  # the line this one follows from
    outbreak: str | None = None
    jurisdiction: str | None = None
    pack: str | None = None  # the policy pack in force, with its version

    @property
    def by_rule(self) -> bool:
        """Whether a rule concluded this, rather than a person or a feed telling it."""
        return self.by.startswith("rule:")


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly; a naive moment is refused."""
    if moment.tzinfo is None:
        message = f"{moment!r} has no time zone"
        raise ValueError(message)
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


# -- the written form -------------------------------------------------------------------------------------------------

Convert = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _span(value: timedelta) -> int:
    return value // MICROSECOND


def _of_args(hint: Any) -> tuple[Any, bool]:
    """The hint without its None, and whether None was allowed."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        kept = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        if len(kept) != 1:
            message = f"{hint}: a field of a fact has one type, or one type and None"
            raise TypeError(message)
        return kept[0], True
    return hint, False


def _plain(hint: Any) -> Any:
    """The type beneath a NewType."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


def converters(hint: Any) -> tuple[Convert, Convert]:
    """(to JSON, from JSON) for one field's type."""
    hint, optional = _of_args(_plain(hint))
    to, of = _bare_converters(_plain(hint))
    if optional and to is not _same:
        inner_to = to
        to = lambda value: None if value is None else inner_to(value)  # noqa: E731
    if optional and of is not _same:
        inner_of = of
        of = lambda value: None if value is None else inner_of(value)  # noqa: E731
    return to, of


_BARE: dict[Any, tuple[Convert, Convert]] = {
    str: (_same, _same),
    int: (_same, _same),
    float: (_same, float),
    bool: (_same, _same),
    datetime: (to_micros, from_micros),
    date: (date.isoformat, date.fromisoformat),
    timedelta: (_span, lambda micros: timedelta(microseconds=micros)),
}


def _bare_converters(hint: Any) -> tuple[Convert, Convert]:
    if hint in _BARE:
        return _BARE[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004
        to, of = converters(args[0])
        if to is _same and of is _same:
            return list, tuple
        return (lambda values: [to(value) for value in values]), (lambda values: tuple(of(value) for value in values))
    if origin is dict and _plain(args[0]) is str:
        to, of = converters(args[1])
        return (
            lambda pairs: {key: to(value) for key, value in pairs.items()},
            lambda pairs: {key: of(value) for key, value in pairs.items()},
        )
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return (lambda member: member.value), hint
    message = f"{hint!r} cannot be written in a fact"
    raise TypeError(message)


@dataclass(frozen=True)
class Form:
    """How one kind of fact is written: each field's name, its converters and whether absence means a default."""

    kind: type[Fact]
    fields: tuple[tuple[str, Convert, Convert, Any], ...]

    @cached_property
    def written(self) -> tuple[tuple[str, Convert, Any], ...]:
        """(name, to JSON, default), by name: the order of canonical JSON."""
        return tuple((name, to, default) for name, to, _, default in sorted(self.fields, key=itemgetter(0)))

    @cached_property
    def read(self) -> tuple[tuple[str, Convert], ...]:
        """(name, from JSON), in the order of the fields."""
        return tuple((name, of) for name, _, of, _ in self.fields)


_forms: dict[type[Fact], Form] = {}


def form(kind: type[Fact]) -> Form:
    """The written form of a kind of fact; `at` is a column of the log, not part of the body."""
    known = _forms.get(kind)
    if known is None:
        known = _forms[kind] = _form(kind)
    return known


def _form(kind: type[Fact]) -> Form:
    hints = typing.get_type_hints(kind)
    return Form(
        kind,
        tuple(
            (field.name, *converters(hints[field.name]), field.default)
            for field in dataclasses.fields(kind)
            if field.name != "at"
        ),
    )


def encode(fact: Fact) -> bytes:
    """A fact's body as canonical JSON; fields that hold their default are left out."""
    body = {}
    told = fact.__dict__
    for name, to, default in form(type(fact)).written:
        value = told[name]
        if value is default or (value == default and type(value) is type(default)):
            continue
        body[name] = value if to is _same else to(value)
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def decode(kind: str, at: int, body: bytes | str) -> Fact:
    """The fact once written; fields of a newer version that this one does not know stay in the log, unread."""
    known = Fact.kinds.get(kind)
    if known is None:
        message = f"no fact is called {kind}: this log was written by a newer version"
        raise LookupError(message)
    told = orjson.loads(body)
    values = {name: told[name] if of is _same else of(told[name]) for name, of in form(known).read if name in told}
    return known(at=from_micros(at), **values)
