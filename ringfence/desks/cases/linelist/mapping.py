"""Which column is what: guessed from names and values, shown, saved as TOML and used again."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from ringfence.core.errors import Refused
from ringfence.core.tables import Table
from ringfence.desks.cases.linelist.fields import CASES, EXTRA, LINKS, SKIP, Field
from ringfence.science.dates import ORDERS, Order

FileKind = Literal["cases", "links"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Column:
    """What one column is: a field, `extra` (kept as it is) or `skip` (left out)."""

    column: str
    field: str = EXTRA
    order: Order | None = None  # of day, month, year; None: the column decides, row by row where it cannot
    mend: bool = False  # take the suggested day where a date falls outside the possible days
    values: dict[str, str] = dataclasses.field(default_factory=dict)  # as written -> as meant; "" for no value
    confidence: float = 1.0
    reason: str = "told"  # told name_same name_alike values_look_like not_known weaker_than_another


@dataclass(frozen=True, slots=True)
class Mapping:
    """What every column of a file is, and what holds for all its rows."""

    columns: tuple[Column, ...]
    kind: FileKind = "cases"
    constants: dict[str, str] = dataclasses.field(default_factory=dict)

    def of(self, name: str) -> tuple[Column, ...]:
        """The columns that feed a field."""
        return tuple(column for column in self.columns if column.field == name)

    def column_of(self, name: str) -> str | None:
        """The first column that feeds a field."""
        return next((column.column for column in self.columns if column.field == name), None)

    @property
    def extra(self) -> tuple[str, ...]:
        """The columns kept as they are."""
        return tuple(column.column for column in self.columns if column.field == EXTRA)

    def checked_for(self, table: Table) -> Mapping:
        """The mapping as it fits a table: columns that it does not name are kept as extra.

        Raises Refused (`map_names_missing_column`) where it names a column that the table lacks.
        """
        missing = [column.column for column in self.columns if column.column not in table.header]
        if missing:
            raise Refused("map_names_missing_column", column=", ".join(missing), header=", ".join(table.header))
        known = {column.column: column for column in self.columns}
        return Mapping(tuple(known.get(name, Column(name)) for name in table.header), self.kind, self.constants)

    def to_toml(self) -> str:
        """The mapping as TOML, to be read by `from_toml` or changed by hand."""
        lines = [
            '# Which column of the file is which field. field = "extra" keeps a column as it is, "skip" leaves it out.'
        ]
        lines += [f"format = {FORMAT}", f"kind = {_quoted(self.kind)}"]
        if self.constants:
            lines += [
                "",
                "[constants]",
                *(f"{_quoted(name)} = {_quoted(told)}" for name, told in self.constants.items()),
            ]
        for column in self.columns:
            lines += ["", "[[columns]]", f"column = {_quoted(column.column)}", f"field = {_quoted(column.field)}"]
            if column.order:
                lines.append(f"order = {_quoted(column.order)}")
            if column.mend:
                lines.append("mend = true")
            if column.values:
                pairs = ", ".join(f"{_quoted(written)} = {_quoted(meant)}" for written, meant in column.values.items())
                lines.append(f"values = {{ {pairs} }}")
            if column.reason != "told":
                lines.append(f"# guessed: {column.reason}, {column.confidence:.2f}")
        return "\n".join(lines) + "\n"

    def save(self, path: Path) -> None:
        """Write the mapping to a file."""
        path.write_text(self.to_toml(), encoding="utf-8")


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's, except that TOML forbids a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises Refused (`map_missing`, `map_not_toml`, `map_names_unknown_field`, `map_unknown_order`, `map_field_twice`,
    `map_badly_formed`).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refused("map_missing", name=path.name) from None
    except (OSError, UnicodeDecodeError):
        raise Refused("map_not_toml", name=path.name, why="UTF-8") from None
    return from_toml(text, path.name)


def from_toml(text: str, name: str = "MAP.toml") -> Mapping:
    """Read a mapping from TOML text; see `load` for the refusals."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("map_not_toml", name=name, why=str(error)) from None
    kind = told.get("kind", "cases")
    if (
        kind not in ("cases", "links")
        or told.get("format", FORMAT) != FORMAT
        or not isinstance(told.get("columns", []), list)
    ):
        raise Refused("map_badly_formed", name=name, what="format, kind, columns")
    known = CASES if kind == "cases" else LINKS
    columns = tuple(_column(entry, known, name) for entry in told.get("columns", []))
    constants = told.get("constants", {})
    if not isinstance(constants, dict):
        raise Refused("map_badly_formed", name=name, what="constants")
    for constant in constants:
        _must_be_known(str(constant), known)
    _each_once(columns, known)
    return Mapping(columns, cast("FileKind", kind), {str(key): str(value) for key, value in constants.items()})


def _column(entry: Any, known: dict[str, Field], name: str) -> Column:
    if not isinstance(entry, dict) or not isinstance(entry.get("column"), str):
        raise Refused("map_badly_formed", name=name, what="columns: column = …")
    strange = set(entry) - {"column", "field", "order", "mend", "values"}
    if strange:
        raise Refused("map_badly_formed", name=name, what=", ".join(sorted(strange)))
    target = str(entry.get("field", EXTRA))
    if target not in (EXTRA, SKIP):
        _must_be_known(target, known)
    order = entry.get("order")
    if order is not None and order not in ORDERS:
        raise Refused("map_unknown_order", order=order, column=entry["column"], known=", ".join(ORDERS))
    values = entry.get("values", {})
    if not isinstance(values, dict) or not isinstance(entry.get("mend", False), bool):
        raise Refused("map_badly_formed", name=name, what="values, mend")
    meant = {str(written): str(told) for written, told in values.items()}
    return Column(entry["column"], target, order, entry.get("mend", False), meant)


def _must_be_known(target: str, known: dict[str, Field]) -> None:
    if target not in known:
        raise Refused("map_names_unknown_field", field=target, known=", ".join([*known, EXTRA, SKIP]))


def _each_once(columns: Sequence[Column], known: dict[str, Field]) -> None:
    seen: dict[str, str] = {}
    named: set[str] = set()
    for column in columns:
        if column.column in named:
            raise Refused("map_column_twice", column=column.column)
        named.add(column.column)
        if column.field in known and not known[column.field].many:
            if column.field in seen:
                raise Refused("map_field_twice", field=column.field, one=seen[column.field], other=column.column)
            seen[column.field] = column.column
