"""Rows out to a file: CSV, XLSX, Parquet, JSON lines; never a formula that somebody typed into a form."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ringfence.core.drill import COLUMN, export_mark
from ringfence.core.errors import Refused
from ringfence.core.tables.table import FORMULA_STARTS

Format = Literal["csv", "xlsx", "parquet", "jsonl"]
Batch = pl.DataFrame | Iterable[Sequence[Any]]

_RISKY = frozenset(FORMULA_STARTS)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?%?")
_SHEET_ROWS = 1_048_575
_SHEET_CELL = 32_767


def guarded(cell: Any) -> Any:
    """The cell, with an apostrophe before it if a spreadsheet program would take it for a formula; numbers stay."""
    if type(cell) is str and cell and cell[0] in _RISKY and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def write_rows(
    path: Path,
    header: Sequence[str],
    batches: Iterable[Batch],
    format: Format,  # noqa: A002 (what a caller would call it)
    *,
    bom: bool = True,
) -> int:
    """Write rows (batches of sequences, or data frames) under a header; returns how many rows were written.

    The file appears under its name only when whole. CSV is UTF-8, with a BOM unless `bom` is false, so that
    spreadsheet programs take it for UTF-8. CSV and XLSX cells that look like formulas get an apostrophe, which `read`
    takes off again. In a drill's workspace every row ends with a column that says so. Raises Refused
    (`table_cell_too_long_for_workbook`).
    """
    if mark := export_mark():
        header, batches = [*header, COLUMN], (_marked(batch, mark) for batch in batches)
    unfinished = path.with_name(f"{path.name}.part")
    write = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "jsonl": _jsonl}[format]
    try:
        rows = write(unfinished, list(header), batches, bom)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _marked(batch: Batch, mark: str) -> Batch:
    """Rows with the mark of a drill behind them."""
    if isinstance(batch, pl.DataFrame):
        return batch.with_columns(pl.lit(mark).alias(COLUMN))
    return [(*row, mark) for row in batch]


def _rows(batches: Iterable[Batch]) -> Iterator[Sequence[Any]]:
    for batch in batches:
        yield from batch.iter_rows() if isinstance(batch, pl.DataFrame) else batch


def _csv(path: Path, header: list[str], batches: Iterable[Batch], bom: bool) -> int:  # noqa: FBT001
    count = 0
    risky, number = _RISKY, _NUMBER.fullmatch  # `guarded`, written out: a call for each cell would double the time

    def safe() -> Iterator[list[Any]]:
        nonlocal count
        for row in _rows(batches):
            count += 1
            yield [
                f"'{cell}" if type(cell) is str and cell and cell[0] in risky and not number(cell) else cell
                for cell in row
            ]

    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guarded(name) for name in header])
        writer.writerows(safe())
    return count


def _xlsx(path: Path, header: list[str], batches: Iterable[Batch], bom: bool) -> int:  # noqa: ARG001, FBT001
    settings = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    count = 0
    with xlsxwriter.Workbook(path, settings) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for row in _rows(batches):
            at = count % _SHEET_ROWS
            if at == 0:
                sheet = _sheet(book, header, bold)
            for place, cell in enumerate(row):
                if type(cell) is str:
                    if len(cell) >= _SHEET_CELL:
                        raise Refused("table_cell_too_long_for_workbook", row=count + 2, column=header[place])
                    sheet.write_string(at + 1, place, guarded(cell))
                elif isinstance(cell, date):
                    sheet.write_datetime(at + 1, place, cell, moment if isinstance(cell, datetime) else day)
                elif cell is not None:
                    sheet.write(at + 1, place, cell)
            count += 1
        if count == 0:
            _sheet(book, header, bold)
    return count


def _sheet(book: xlsxwriter.Workbook, header: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(header):
        sheet.write_string(0, place, guarded(name), bold)
    return sheet


def _jsonl(path: Path, header: list[str], batches: Iterable[Batch], bom: bool) -> int:  # noqa: ARG001, FBT001
    count = 0
    with path.open("wb") as file:
        for row in _rows(batches):
            file.write(orjson.dumps(dict(zip(header, row, strict=True)), default=str, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def _parquet(path: Path, header: list[str], batches: Iterable[Batch], bom: bool) -> int:  # noqa: ARG001, FBT001
    """Batch by batch under the schema of the first; a column that is empty there is text."""
    count, writer, schema = 0, None, None
    try:
        for batch in batches:
            arrow = _arrow(batch, header, schema)
            if writer is None:
                schema = arrow.schema
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(arrow)
            count += arrow.num_rows
        if writer is None:
            writer = pq.ParquetWriter(path, pa.schema([(name, pa.string()) for name in header]), compression="zstd")
    finally:
        if writer is not None:
            writer.close()
    return count


def _arrow(batch: Batch, header: list[str], schema: pa.Schema | None) -> pa.Table:
    if isinstance(batch, pl.DataFrame):
        made = batch.rename(dict(zip(batch.columns, header, strict=True))).to_arrow()
    else:
        columns = list(zip(*batch, strict=True)) or [() for _ in header]
        made = pa.table({name: pa.array(cells) for name, cells in zip(header, columns, strict=True)})
    if schema is None:
        fields = [pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in made.schema]
        schema = pa.schema(fields)
    return made.cast(schema)
