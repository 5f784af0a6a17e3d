"""Files of the twin: TOML sections read into typed dataclasses, every number with its source, refused by the name of the key.

A field's metadata says what it means (`means`), its bounds (`least`, `most`) and, for a list, how many numbers a row has
(`row`). A list of numbers is written `[0.2, 0.8]`, a list of rows `[[0, 4, 77.9], [5, 9, 90.2]]`.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ringfence.core.errors import Refused

T = TypeVar("T")
NOTHING_NEAR = "–"
SPAN = 3  # a row [from, to, value]
KEPT_ASIDE = ("source", "certainty")
CERTAINTIES = ("S", "F1", "F2", "F3", "D", "K")
"""As in the policy packs: S, F1, F2 published; F3 seen once; D derived; K not verified."""

Row = tuple[float, ...]
Rows = tuple[Row, ...]


def number(means: str, *, least: float = 0.0, most: float = math.inf, default: Any = dataclasses.MISSING) -> Any:
    """A field: one number, or a list of them, within bounds."""
    return field(default=default, metadata={"means": means, "least": least, "most": most})


def rows(  # noqa: PLR0913 (what a field may say of itself)
    means: str,
    *,
    row: int,
    first: float = 0.0,
    least: float = 0.0,
    most: float = math.inf,
    default: Any = dataclasses.MISSING,
) -> Any:
    """A field: rows of so many numbers, the last of them within bounds, the others not below `first`."""
    return field(default=default, metadata={"means": means, "least": least, "most": most, "row": row, "first": first})


def switch(means: str) -> Any:
    """A field: true or false."""
    return field(metadata={"means": means})


def text(means: str, *, options: tuple[str, ...] = (), default: Any = dataclasses.MISSING) -> Any:
    """A field: a text, or one of some options."""
    return field(default=default, metadata={"means": means, "options": options})


@dataclass(frozen=True, slots=True)
class Sourced:
    """One number as it was told: where it stands and where it comes from."""

    key: str
    value: Any
    source: str
    certainty: str
    file: str


@dataclass(slots=True)
class File:
    """A TOML file, as far as it has been read."""

    path: Path
    told: dict[str, Any]
    sourced: list[Sourced] = field(default_factory=list)
    needs_sources: bool = True

    @property
    def name(self) -> str:
        """The file's name, for refusals."""
        return self.path.name


def opened(path: Path, *, needs_sources: bool = True) -> File:
    """Read a TOML file; refused where there is none, or where it is not TOML."""
    if not path.is_file():
        raise Refused("twin_file_missing", file=str(path))
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Refused("twin_file_unreadable", file=path.name, fault=str(fault)) from None
    return File(path, told, needs_sources=needs_sources)


def check_sections(file: File, known: Mapping[str, Any]) -> None:
    """Refuse a section that nobody reads: a misspelt one would be a silent default."""
    for name, told in file.told.items():
        if name in known and not isinstance(told, dict):
            raise _unfit(file, name, told, f"a section [{name}]")
        if name not in known:
            raise Refused(
                "twin_key_unknown", file=file.name, key=f"[{name}]", nearest=nearest(name, known),
                known=", ".join(f"[{each}]" for each in known),
            )  # fmt: skip


def nearest(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """The known name that looks most like it."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), NOTHING_NEAR)


def section(file: File, name: str, kind: type[T], under: Mapping[str, Any] | None = None) -> T:
    """One section as its dataclass; what it leaves out comes from `under` or the field's default.

    Refuses an unknown or missing key, a value that does not fit, and a number without a source where sources are
    needed.
    """
    told = file.told.get(name, {})
    for beside in KEPT_ASIDE:
        if not isinstance(told.get(beside, {}), dict):
            raise _unfit(file, f"{name}.{beside}", told[beside], f"a section [{name}.{beside}]")
    hints = typing.get_type_hints(kind)
    fields = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in told:
        if key not in fields and key not in KEPT_ASIDE:
            raise Refused(
                "twin_key_unknown", file=file.name, key=f"{name}.{key}", nearest=nearest(key, fields),
                known=", ".join(fields),
            )  # fmt: skip
    values = dict(under or {})
    for key, each in fields.items():
        if key in told:
            values[key] = _value(file, f"{name}.{key}", told[key], hints[key], each.metadata)
            _note_source(file, name, key, values[key])
        elif key not in values and each.default is dataclasses.MISSING:
            raise Refused(
                "twin_key_missing", file=file.name, key=f"{name}.{key}", means=each.metadata.get("means", key)
            )
    return kind(**values)


def _note_source(file: File, name: str, key: str, value: Any) -> None:
    told = file.told[name]
    source = told.get("source", {}).get(key, "")
    if not isinstance(source, str):
        raise _unfit(file, f"{name}.source.{key}", source, "a text")
    certainty = told.get("certainty", {}).get(key, "F1" if source else "K")
    if certainty not in CERTAINTIES:
        raise _unfit(file, f"{name}.certainty.{key}", certainty, ", ".join(CERTAINTIES))
    if file.needs_sources and not source and not isinstance(value, str):
        raise Refused("twin_source_missing", file=file.name, key=f"{name}.{key}", section=name, name=key)
    file.sourced.append(Sourced(f"{name}.{key}", value, source, certainty, file.name))


def _value(file: File, key: str, told: Any, hint: Any, meta: Mapping[str, Any]) -> Any:
    if hint is str:
        options = meta.get("options", ())
        if not isinstance(told, str) or (options and told not in options):
            raise _unfit(file, key, told, ", ".join(options) or "a text")
        return told
    if hint is bool:
        if not isinstance(told, bool):
            raise _unfit(file, key, told, "true or false")
        return told
    if typing.get_origin(hint) is tuple:
        return _list(file, key, told, hint, meta)
    return _number(file, key, told, hint, meta)


def _number(file: File, key: str, told: Any, hint: Any, meta: Mapping[str, Any]) -> float:
    least, most = meta.get("least", 0.0), meta.get("most", math.inf)
    whole = hint is int
    fits = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    if not fits or not least <= told <= most or (whole and told != int(told)):
        raise _unfit(file, key, told, _expected(least, most, whole=whole))
    return int(told) if whole else float(told)


def _list(file: File, key: str, told: Any, hint: Any, meta: Mapping[str, Any]) -> Any:
    if not isinstance(told, list):
        raise _unfit(file, key, told, "a list in square brackets")
    if hint == tuple[str, ...]:
        return tuple(_value(file, f"{key}[{n}]", each, str, meta) for n, each in enumerate(told))
    if "row" not in meta:
        inner = typing.get_args(hint)[0]
        return tuple(_number(file, f"{key}[{n}]", each, inner, meta) for n, each in enumerate(told))
    wide = meta["row"]
    for n, each in enumerate(told):
        if not isinstance(each, list) or len(each) != wide:
            raise _unfit(file, f"{key}[{n}]", each, f"a row of {wide} numbers")
        for number_ in each[:-1]:
            _number(file, f"{key}[{n}]", number_, float, {"least": meta["first"]})
        if wide == SPAN and each[0] > each[1]:
            raise _unfit(file, f"{key}[{n}]", each, "[from, to, value] with from no greater than to")
        _number(file, f"{key}[{n}]", each[-1], float, meta)
    return tuple(tuple(float(each) for each in row) for row in told)


def _expected(least: float, most: float, *, whole: bool) -> str:
    kind = "a whole number" if whole else "a number"
    if math.isfinite(most):
        return f"{kind} from {least:g} to {most:g}"
    return f"{kind}, {least:g} or more"


def _unfit(file: File, key: str, told: Any, expected: str) -> Refused:
    return Refused("twin_value_unfit", file=file.name, key=key, value=str(told)[:80], expected=expected)


def by_age(rows_told: Rows, ages: int = 101) -> list[float]:
    """Rows [from, to, value] as one value a year of age, 0 where no row tells of it."""
    values = [0.0] * ages
    for first, last, value in rows_told:
        for age in range(int(first), min(int(last), ages - 1) + 1):
            values[age] = value
    return values
