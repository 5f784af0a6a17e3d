"""Columns of text to columns of values, each distinct text read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ringfence.core.tables import Table
from ringfence.desks.cases.linelist.fields import Field
from ringfence.desks.cases.linelist.guessing import EARLIEST
from ringfence.desks.cases.linelist.mapping import Column
from ringfence.desks.cases.linelist.records import BadCell, Severity
from ringfence.science import linelist_values as words
from ringfence.science.dates import read_dates

_CODES_BETWEEN = re.compile(r"[,;，；、\n|]|\s+(?:and|or|和|及)\s+")
_NONE_CODES = frozenset({"0", "#"})
_REFUSING_DATES = frozenset({"after_window"})
_LAT, _LON = 90.0, 180.0


@dataclass(slots=True)
class Values:
    """One column: a value (or None) for each row, and the cells that were not taken."""

    told: list[Any]
    bad: dict[int, BadCell] = field(default_factory=dict)  # by index of the row


def read_column(table: Table, column: Column, target: Field, not_before: date, not_after: date) -> Values:
    """The values of one column as its field wants them."""
    cells = _translated(table.frame[column.column].to_list(), column.values)
    rows = table.rows.to_list()
    if target.kind == "date":
        return _dates(cells, rows, column, EARLIEST if target.name == "birth_on" else not_before, not_after)
    read = _READERS.get(target.kind, _text)
    seen: dict[str, tuple[Any, str]] = {}
    made = Values([])
    for index, cell in enumerate(cells):
        if cell is None:
            made.told.append(None)
            continue
        found = seen.get(cell)
        if found is None:
            found = seen[cell] = _one(cell, target, read)
        made.told.append(found[0])
        if found[1]:
            severity = Severity.ROW_REFUSED if found[1] == "age_impossible" else Severity.VALUE_LEFT_OUT
            made.bad[index] = BadCell(rows[index], column.column, cell, found[1], severity)
    return made


def _one(cell: str, target: Field, read: Callable[[str, Field], tuple[Any, str]]) -> tuple[Any, str]:
    """One distinct text; `无` means no where yes or no is asked, and no value elsewhere."""
    if target.kind in ("enum", "yesno"):
        found = read(cell, target)
        return (None, "") if found[1] and words.missing(cell) else found
    return (None, "") if words.missing(cell) else read(cell, target)


def _translated(cells: list[str | None], meant: dict[str, str]) -> list[str | None]:
    if not meant:
        return cells
    return [(meant.get(cell, cell) or None) if cell is not None else None for cell in cells]


def _dates(cells: Sequence[str | None], rows: list[int], column: Column, not_before: date, not_after: date) -> Values:
    """Days; one after the last possible day refuses its row, any other bad date is only left out."""
    read = read_dates(cells, not_before=not_before, not_after=not_after, order=column.order)
    made = Values(list(read.days))
    for bad in read.bad:
        told = {"suggestion": bad.suggestion.isoformat() if bad.suggestion else ""}
        severity = Severity.ROW_REFUSED if bad.reason in _REFUSING_DATES else Severity.VALUE_LEFT_OUT
        if column.mend and bad.suggestion:
            made.told[bad.index] = bad.suggestion
            severity = Severity.VALUE_MENDED
        made.bad[bad.index] = BadCell(rows[bad.index], column.column, bad.text, f"date_{bad.reason}", severity, told)
    return made


def _text(cell: str, target: Field) -> tuple[Any, str]:
    if target.name in ("code", "person_code"):
        return " ".join(cell.split()), ""
    if target.name in ("cluster", "household", "infector", "infectee") and cell in _NONE_CODES:
        return None, ""
    return cell, ""


def _age(cell: str, target: Field) -> tuple[Any, str]:  # noqa: ARG001
    age = words.age(cell)
    if age is None:
        return None, "age_unreadable"
    highest = age.years if age.years is not None else float(age.band[1] or age.band[0]) if age.band else 0.0
    return (None, "age_impossible") if highest > words.OLDEST else (age, "")


def _number(cell: str, target: Field) -> tuple[Any, str]:
    try:
        number = float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
    except ValueError:
        return None, "number_unreadable"
    limit = _LAT if target.name == "lat" else _LON
    return (number, "") if abs(number) <= limit else (None, "coordinate_impossible")


def _enum(cell: str, target: Field) -> tuple[Any, str]:
    known = dict(target.words or {})
    found = words.word(cell, known)
    return (found, "") if found else (None, "word_not_known")


def _yes_no(cell: str, target: Field) -> tuple[Any, str]:  # noqa: ARG001
    found = words.yes_no(cell)
    return (found, "") if found is not None else (None, "neither_yes_nor_no")


def _codes(cell: str, target: Field) -> tuple[Any, str]:  # noqa: ARG001
    parts = (" ".join(part.split()) for part in _CODES_BETWEEN.split(cell))
    return tuple(
        dict.fromkeys(part for part in parts if part and part not in _NONE_CODES and not words.missing(part))
    ) or None, ""


_READERS: dict[str, Callable[[str, Field], tuple[Any, str]]] = {
    "age": _age,
    "band": _age,
    "number": _number,
    "enum": _enum,
    "yesno": _yes_no,
    "codes": _codes,
}
