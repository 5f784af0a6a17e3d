"""Rows to records: what each row of a line list says, and what is wrong with it, by row and column.

What refuses a row: a contradiction within it (onset after death, recovered before onset, admitted after discharge,
born after onset, …), a day after the last possible one, an impossible age, a code that another, different row has
too, and a row that could not be taken apart. What only leaves a value out: a cell that cannot be read, a date before
the first possible day (with the likely reading as a suggestion), a date that could be read two ways, a word that is
not known, an impossible coordinate. A row that repeats an earlier one cell by cell is one with it. Every such thing
is reported; nothing is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from ringfence.core.tables import Table
from ringfence.desks.cases.linelist.cells import Values, read_column
from ringfence.desks.cases.linelist.contradictions import contradictions
from ringfence.desks.cases.linelist.fields import CASES, LINKS, Field
from ringfence.desks.cases.linelist.guessing import EARLIEST, LATEST
from ringfence.desks.cases.linelist.mapping import Column, Mapping
from ringfence.desks.cases.linelist.personal import personal
from ringfence.desks.cases.linelist.records import (
    BadCell,
    CaseRecord,
    LinkRecord,
    Severity,
)
from ringfence.facts.ids import derive
from ringfence.science.linelist_values import Age, missing


def records(
    table: Table, mapping: Mapping, *, not_before: date, not_after: date
) -> tuple[list[CaseRecord], list[BadCell]]:
    """The cases of a table, in its order, and every cell or row that was not taken as it stands.

    Rows met = records + rows with a `ROW_REFUSED` or `ROW_REPEATED` (each row counted once). A row without a code
    gets one derived from its content and from how many equal rows stand before it, so that a second reading gives the
    same codes. Raises Refused (`map_names_missing_column`).
    """
    mapping = mapping.checked_for(table)
    bad = _kept_aside(table)
    columns = _columns(table, mapping, CASES, not_before, not_after)
    constants = _constants(mapping, CASES, not_before, not_after)
    lines = table.frame.rows()
    rows = table.rows.to_list()
    extra, left = _extra(table, mapping)
    bad += left
    codes = _Codes(table, mapping, columns, lines)
    made: list[CaseRecord] = []
    for index, row in enumerate(rows):
        told: dict[str, Any] = dict(constants)
        found = _gather(index, columns, told)
        found += codes.check(index)
        found += _contradictions(row, told, mapping)
        bad += found
        if not any(cell.severity in (Severity.ROW_REFUSED, Severity.ROW_REPEATED) for cell in found):
            made.append(_record(row, told, codes.of(index), extra(index)))
    return made, sorted(bad, key=lambda cell: cell.row)


def links(table: Table, mapping: Mapping) -> tuple[list[LinkRecord], list[BadCell]]:
    """The links of a table, in its order; a row without both ends is refused, one end given twice is a refusal too."""
    mapping = mapping.checked_for(table)
    bad = _kept_aside(table)
    columns = _columns(table, mapping, LINKS, EARLIEST, LATEST)
    constants = _constants(mapping, LINKS, EARLIEST, LATEST)
    extra, left = _extra(table, mapping)
    bad += left
    made: list[LinkRecord] = []
    for index, row in enumerate(table.rows.to_list()):
        told: dict[str, Any] = dict(constants)
        found = _gather(index, columns, told)
        code = _link_fault(told)
        if code:
            value = f"{told.get('infector') or ''} → {told.get('infectee') or ''}"
            found.append(BadCell(row, "", value, code, Severity.ROW_REFUSED))
        else:
            made.append(LinkRecord(row=row, extra=extra(index), **told))
        bad += found
    return made, sorted(bad, key=lambda cell: cell.row)


def _link_fault(told: dict[str, Any]) -> str:
    if not told.get("infector") or not told.get("infectee"):
        return "link_without_an_end"
    return "link_to_itself" if told["infector"] == told["infectee"] else ""


def _kept_aside(table: Table) -> list[BadCell]:
    return [BadCell(bad.row, "", bad.text, f"table.{bad.code}", Severity.ROW_REFUSED) for bad in table.bad_rows]


_Columns = list[tuple[Field, Column, Values]]


def _columns(table: Table, mapping: Mapping, known: dict[str, Field], not_before: date, not_after: date) -> _Columns:
    return [
        (known[column.field], column, read_column(table, column, known[column.field], not_before, not_after))
        for column in mapping.columns
        if column.field in known
    ]


def _constants(mapping: Mapping, known: dict[str, Field], not_before: date, not_after: date) -> dict[str, Any]:
    """The values that hold for all rows, read like cells."""
    told: dict[str, Any] = {}
    for name, text in mapping.constants.items():
        frame = pl.DataFrame({name: [text]})
        one = Table((name,), frame, pl.Series("row", [0], dtype=pl.UInt32))
        value = read_column(one, Column(name, name), known[name], not_before, not_after).told[0]
        _put(told, known[name], value)
    return told


def _gather(index: int, columns: _Columns, told: dict[str, Any]) -> list[BadCell]:
    """Put the values of one row into `told`; returns its bad cells."""
    found = []
    for target, _, values in columns:
        value = values.told[index]
        if value is not None:
            _put(told, target, value)
        bad = values.bad.get(index)
        if bad is not None:
            found.append(bad)
    return found


def _put(told: dict[str, Any], target: Field, value: Any) -> None:
    if isinstance(value, Age):
        if value.years is not None:
            told["age"] = value.years
        elif value.band is not None:
            told["age_band"] = value.band
    elif target.many:
        told[target.name] = tuple(dict.fromkeys((*told.get(target.name, ()), *value)))
    else:
        told[target.name] = value


def _contradictions(row: int, told: dict[str, Any], mapping: Mapping) -> list[BadCell]:
    return [
        BadCell(
            row,
            mapping.column_of(one) or one,
            f"{told[one]} / {told[other]}",
            code,
            Severity.ROW_REFUSED,
            {"one": str(told[one]), "other": str(told[other])},
        )
        for code, one, other in contradictions(told)
    ]


def _record(row: int, told: dict[str, Any], code: tuple[str, bool], extra: dict[str, str]) -> CaseRecord:
    told["code"], derived = code
    if told.get("outcome") is None and told.get("died_on") is not None:
        told["outcome"] = "died"
    if told.get("outcome") == "died" and told.get("died_on") is None and told.get("outcome_on") is not None:
        told["died_on"] = told["outcome_on"]
    return CaseRecord(row=row, code_derived=derived, extra=extra, **told)


def _extra(table: Table, mapping: Mapping) -> tuple[Any, list[BadCell]]:
    """A function of the index: the columns without a field, where they have a value (not `NA`, `unknown`, …).

    And a line of the report for each that is left out, as it seems to tell who people are.
    """
    private = [name for name in mapping.extra if personal(name, table.frame[name].head(5_000).to_list())]
    left = [BadCell(0, name, "", "column_personal", Severity.VALUE_LEFT_OUT) for name in private]
    names = [name for name in mapping.extra if name not in private]
    if not names:
        return (lambda _: {}), left
    pairs = [(name, _without_missing(table.frame[name].to_list())) for name in names]

    def of(index: int) -> dict[str, str]:
        return {name: cell for name, cells in pairs if (cell := cells[index]) is not None}

    return of, left


def _without_missing(cells: list[str | None]) -> list[str | None]:
    absent = {cell for cell in set(cells) if cell is not None and missing(cell)}
    return [None if cell in absent else cell for cell in cells] if absent else cells


_NAMED = 20


class _Codes:
    """The code of each row: given, or derived; and which rows share one."""

    def __init__(
        self, table: Table, mapping: Mapping, columns: _Columns, lines: Sequence[tuple[str | None, ...]]
    ) -> None:
        self.lines = lines
        self.header = table.header
        self.rows = table.rows.to_list()
        self.column = mapping.column_of("code") or ""
        given = next((values.told for target, _, values in columns if target.name == "code"), None)
        self.given: Sequence[str | None] = given if given is not None else [None] * table.frame.height
        shared = {code for code, count in Counter(self.given).items() if code is not None and count > 1}
        self.shared: dict[str, list[int]] = {}
        for index, code in enumerate(self.given):
            if code in shared and code is not None:
                self.shared.setdefault(code, []).append(index)
        self.same = {
            code: all(lines[place] == lines[places[0]] for place in places) for code, places in self.shared.items()
        }
        self.equal: Counter[tuple[Any, ...]] = Counter()
        self.order = sorted(range(len(self.header)), key=lambda place: self.header[place])

    def check(self, index: int) -> list[BadCell]:
        """Rows with one code: the same cell by cell are one, different ones are refused, each naming the others."""
        code = self.given[index]
        places = self.shared.get(code) if code is not None else None
        if places is None or code is None:
            return []
        if self.same[code]:
            if index == places[0]:
                return []
            told = {"row": self.rows[places[0]]}
            return [BadCell(self.rows[index], self.column, code, "row_repeated", Severity.ROW_REPEATED, told)]
        others = [place for place in places[: _NAMED + 1] if place != index][:_NAMED]
        told = {"rows": ", ".join(str(self.rows[place]) for place in others)}
        return [BadCell(self.rows[index], self.column, code, "code_of_different_rows", Severity.ROW_REFUSED, told)]

    def of(self, index: int) -> tuple[str, bool]:
        """(code, whether it was derived)."""
        code = self.given[index]
        if code is not None:
            return code, False
        cells = tuple(
            f"{self.header[place]}={cell}"
            for place in self.order
            if (cell := self.lines[index][place]) is not None and not missing(cell)
        )
        self.equal[cells] += 1
        return derive("row", *cells, self.equal[cells]), True
