"""XLSX, XLSB, XLS and ODS: values as shown, dates as ISO text, formulas by their last value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
    load_workbook,
)

from ringfence.core.errors import Refused
from ringfence.core.tables.delimited import without_unnamed
from ringfence.core.tables.header import IsHeader, find_header, passed_over
from ringfence.core.tables.table import CELL_AT_MOST, BadRow, Note, Table, fill

_HEAD_RECORDS = 60
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]|table:formula=")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb"<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>)?</(?:\w+:)?c>"
)
_EXACT = 1 << 53


def read_workbook(path: Path, sheet: str | None, limit: int | None, is_header: IsHeader | None = None) -> Table:
    """Read one sheet: the named one, or the first visible sheet that has anything in it.

    Raises Refused (`table_password`, `table_broken`, `table_no_such_sheet`, `table_empty`, …).
    """
    try:
        with load_workbook(path) as book:
            names = tuple(book.sheet_names)
            chosen = _sheet(book, sheet, names)
            notes = [Note("sheet_read", {"sheet": chosen.name, "others": ", ".join(set(names) - {chosen.name})})]
            if len(names) == 1:
                notes = []
            told = [*notes, *_formulas(path, names.index(chosen.name))]
            table = _table(chosen, limit, told, is_header)
    except PasswordError:
        raise Refused("table_password", name=path.name) from None
    except (CalamineError, ZipError, OSError) as error:
        if "assword" in str(error) or "ncrypted" in str(error):
            raise Refused("table_password", name=path.name) from None
        raise Refused("table_broken", name=path.name, format="workbook") from None
    return Table(table.header, table.frame, table.rows, table.notes, table.bad_rows, chosen.name, names)


def _sheet(book: CalamineWorkbook, wanted: str | None, names: tuple[str, ...]) -> CalamineSheet:
    if wanted is not None:
        if wanted not in names:
            raise Refused("table_no_such_sheet", sheet=wanted, sheets=", ".join(names))
        return book.get_sheet_by_name(wanted)
    known = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    for meta in sorted(known, key=lambda meta: meta.visible != SheetVisibleEnum.Visible):
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.start is not None and sheet.height > 0:
            return sheet
    raise Refused("table_empty")


def _table(sheet: CalamineSheet, limit: int | None, notes: list[Note], is_header: IsHeader | None) -> Table:
    above = _rows_above(sheet, is_header) if is_header is not None else 0
    told = sheet.to_python(skip_empty_area=False, nrows=above + _HEAD_RECORDS)
    texts = [(number, [_text(cell) for cell in row]) for number, row in enumerate(told, 1)]
    merged = sheet.merged_cell_ranges or []
    header = find_header(texts[above:], merged)
    notes = [*notes, *passed_over(texts[:above])]
    bad: list[BadRow] = []
    filled = fill(_records(sheet, header.last_row, len(header.names), bad), header.names, limit, "\t")
    filled.bad = sorted([*filled.bad, *bad], key=lambda row: row.row)
    below = sum(1 for (first, _), _ in merged if first >= header.last_row)
    lost = [Note("merged_cells_in_data", {"count": below})] if below else []
    return without_unnamed(filled.table([*notes, *header.notes, *lost]))


def _rows_above(sheet: CalamineSheet, is_header: IsHeader) -> int:
    """How many rows stand above the header; 0 where it is the first, or none is found."""
    for number, row in enumerate(sheet.to_python(skip_empty_area=False)):
        if is_header([_text(cell) or "" for cell in row]):
            return number
    return 0


def _records(
    sheet: CalamineSheet, header_row: int, width: int, bad: list[BadRow]
) -> Iterator[tuple[int, list[str | None]]]:
    rows = iter(sheet.to_python(skip_empty_area=False)) if sheet.start != (0, 0) else sheet.iter_rows()
    for number, row in enumerate(rows, 1):
        if number <= header_row:
            continue
        cells = [_text(cell) for cell in row]
        if any(cell is not None and len(cell) > CELL_AT_MOST for cell in cells):
            bad.append(BadRow(number, "\t".join(cell or "" for cell in cells)[:CELL_AT_MOST], "cell_too_long"))
            continue
        yield number, cells if len(cells) >= width else [*cells, *[None] * (width - len(cells))]


def _text(cell: Any) -> str | None:
    """A cell as text: dates ISO, whole numbers without a fraction, midnight without a time."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return None if cell is None else str(cell)


def _formulas(path: Path, place: int) -> Iterator[Note]:
    """Count the formula cells of a sheet, and those saved without a value: these read as empty, which must be told."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        names.sort(key=lambda name: int(re.sub(r"\D", "", name)))
        part = names[place] if place < len(names) else "content.xml"
        if part not in archive.namelist():
            return
        found = empty = 0
        with archive.open(part) as file:
            rest = b""
            while block := file.read(1 << 20):
                text = rest + block
                cut = text.rfind(b"<c ") if len(text) > 3 else 0  # noqa: PLR2004
                text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
                found += len(_FORMULA.findall(text))
                empty += len(_FORMULA_WITHOUT_VALUE.findall(text))
            found += len(_FORMULA.findall(rest))
            empty += len(_FORMULA_WITHOUT_VALUE.findall(rest))
    if found:
        yield Note("formulas_read_as_values", {"count": found})
    if empty:
        yield Note("formulas_without_value", {"count": empty})
