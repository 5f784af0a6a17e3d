"""Parquet and JSON: typed or nested values laid out flat, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ringfence.core.errors import Refused
from ringfence.core.tables.table import (
    CELL_AT_MOST,
    COLUMNS_AT_MOST,
    ROWS_AT_A_TIME,
    BadRow,
    Filled,
    Table,
    clean_names,
)
from ringfence.core.tables.text import encoding_of, lines_of

_USUAL_NAMES = ("cases", "data", "rows", "records", "items", "results", "features", "links")
_NUMBERS = (int, float)


def flat(value: Any, under: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a nested value, each named by its path with dots; lists of plain values stay one leaf."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from flat(inner, f"{under}.{name}" if under else str(name))
    else:
        yield under, value


def as_text(value: Any) -> str | None:
    """A leaf as text: numbers without a needless fraction, dates ISO, lists joined by `; `, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) and value.tzinfo is None else value.isoformat()
    if isinstance(value, (int, date, time)):
        return str(value)
    if isinstance(value, (list, tuple)) and not any(isinstance(part, (dict, list)) for part in value):
        return "; ".join(text for part in value if (text := as_text(part)) is not None)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return orjson.dumps(value, default=str).decode() if value else None


def read_parquet(path: Path, limit: int | None) -> Table:
    """Read a Parquet file group by group; structs are laid out with dots."""
    try:
        with pq.ParquetFile(path) as file:
            names = _parquet_names(file.schema_arrow)
            header, notes = clean_names(names)
            if not header:
                raise Refused("table_no_columns")
            filled, number = Filled(header), 1
            for batch in file.iter_batches(batch_size=ROWS_AT_A_TIME):
                columns = [as_text_column(array) for array in _leaves(batch)]
                if limit is not None:
                    columns = [column.head(limit - filled.taken) for column in columns]
                frame = pl.DataFrame([column.alias(name) for name, column in zip(header, columns, strict=True)])
                numbers = pl.int_range(number, number + frame.height, dtype=pl.UInt32, eager=True)
                filled.take_frame(numbers, frame)
                number += batch.num_rows
                if limit is not None and filled.taken >= limit:
                    break
    except (pa.ArrowException, OSError):
        raise Refused("table_broken", name=path.name, format="Parquet") from None
    return filled.table(notes)


def _parquet_names(schema: pa.Schema) -> list[str]:
    def leaves(field: pa.Field, under: str) -> Iterator[str]:
        name = f"{under}.{field.name}" if under else field.name
        if pa.types.is_struct(field.type):
            for place in range(field.type.num_fields):
                yield from leaves(field.type.field(place), name)
        else:
            yield name

    return [name for field in schema for name in leaves(field, "")]


def _leaves(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    def leaves(array: pa.Array) -> Iterator[pa.Array]:
        if pa.types.is_struct(array.type):
            for inner in array.flatten():
                yield from leaves(inner)
        else:
            yield array

    for array in batch.columns:
        yield from leaves(array)


def as_text_column(array: pa.Array) -> pl.Series:
    """One column as text, vectorised where the type is plain."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_date(kind)
    ):
        return pl.Series(pl.from_arrow(array)).cast(pl.String)
    return pl.Series([as_text(value) for value in array.to_pylist()], dtype=pl.String)


def read_json(path: Path, limit: int | None) -> Table:
    """Read an array of objects, an object that holds one (`{"cases": […]}`), or one object a line."""
    encoding = encoding_of(path)
    bad: list[BadRow] = []
    text = "".join(lines_of(path, encoding)).lstrip("\ufeff")
    try:
        objects: Iterator[tuple[int, Any]] = enumerate(_rows_of(_parsed(text)), 1)
    except orjson.JSONDecodeError as error:
        objects = _by_line(text, bad, error)
    filled = _columns(objects, limit, bad)
    filled.bad = bad
    return filled.table(encoding.notes)


def _parsed(text: str) -> Any:
    """JSON, also with the `NaN` and `Infinity` that many programs write though JSON has none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if "NaN" not in text and "Infinity" not in text:
            raise
        try:
            return json.loads(text, parse_constant=lambda _: None)
        except RecursionError:
            raise orjson.JSONDecodeError("nested too deeply", text, 0) from None  # noqa: TRY003 (its own form)


def _by_line(text: str, bad: list[BadRow], whole: orjson.JSONDecodeError) -> Iterator[tuple[int, Any]]:
    """One JSON object a line; a line that is none is kept aside, unless the file is no such thing at all."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in lines if line]
    if not any(line.startswith("{") and line.endswith("}") for _, line in lines[:3]):
        raise Refused("table_json_broken", line=whole.lineno, column=whole.colno)
    for number, line in lines:
        try:
            yield number, _parsed(line)
        except orjson.JSONDecodeError:
            bad.append(BadRow(number, line[:CELL_AT_MOST], "line_is_not_json"))


def _rows_of(told: Any) -> Sequence[Any]:
    """The list of rows within a JSON document."""
    if isinstance(told, list):
        return told
    if isinstance(told, dict):
        lists = {name: inner for name, inner in told.items() if isinstance(inner, list)}
        tables = {name: inner for name, inner in lists.items() if any(isinstance(row, dict) for row in inner)}
        for name in (*_USUAL_NAMES, *tables):
            if name in tables:
                return tables[name]
        if lists and len(lists) == len(told) and len({len(inner) for inner in lists.values()}) == 1:
            return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        if told and not lists:
            return [told]
    raise Refused("table_json_no_rows")


def _columns(objects: Iterator[tuple[int, Any]], limit: int | None, bad: list[BadRow]) -> Filled:
    numbers: list[int] = []
    rows: list[dict[str, str | None]] = []
    names: dict[str, None] = {}
    for number, told in objects:
        if limit is not None and len(rows) >= limit:
            break
        if not isinstance(told, dict):
            bad.append(BadRow(number, orjson.dumps(told).decode()[:CELL_AT_MOST], "row_is_not_an_object"))
            continue
        row = {name: as_text(leaf) for name, leaf in flat(told)}
        if any(cell is not None and len(cell) > CELL_AT_MOST for cell in row.values()):
            bad.append(BadRow(number, orjson.dumps(told).decode()[:CELL_AT_MOST], "cell_too_long"))
            continue
        names.update(dict.fromkeys(row))
        if len(names) > COLUMNS_AT_MOST:
            raise Refused("table_too_many_columns", columns=len(names), at_most=COLUMNS_AT_MOST)
        numbers.append(number)
        rows.append(row)
    if not rows:
        raise Refused("table_empty")
    header, notes = clean_names(list(names))
    filled = Filled(header)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        part = rows[start : start + ROWS_AT_A_TIME]
        filled.take(numbers[start : start + ROWS_AT_A_TIME], [[row.get(name) for name in names] for row in part])
    filled.notes.extend(notes)
    return filled
