"""Files of visits as they come, Parquet or CSV: batches of columns, checked, with a reason for every row that is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits import times
from ringfence.registry.register.files import Bad, encoding_of, is_parquet, sha256_and_lines
from ringfence.science.contacts_index import I64, U8

BATCH = 1 << 18
HEADINGS: dict[str, tuple[str, ...]] = {
    "person": ("person", "person_id", "personid", "user", "user_id", "人员", "人员编号"),
    "place": ("place", "place_id", "placeid", "venue", "venue_id", "location", "location_id", "场所", "场所编号"),
    "start": ("start", "start_at", "start_time", "begin", "arrived_at", "check_in", "开始时间", "进入时间"),
    "end": ("end", "end_at", "end_time", "left_at", "check_out", "结束时间", "离开时间"),
    "source": ("source", "来源", "数据来源"),
    "kind": ("kind", "category", "type", "类型", "场所类型"),
    "seat": ("seat", "seat_no", "座位", "座位号"),
}
"""Each column of visits -> the headings it is known by."""
NEEDED = ("person", "place", "start", "end")


@dataclass
class File:
    """What a file says of itself before its rows are read."""

    path: Path
    sha256: str
    rows: int  # exact for Parquet, lines for CSV
    columns: dict[str, str]
    state: tuple[int, int, int]  # inode, bytes, moment of the last change: another state is another file
    bad_lines: list[Bad] = field(default_factory=list)

    def still(self) -> None:
        """Refuse a file that was changed while it was read: `visits_file_changed`."""
        if not self.path.is_file() or state_of(self.path) != self.state:
            raise Refused("visits_file_changed", file=self.path.name)


@dataclass
class Rows:
    """A batch: ids as they are told, milliseconds since 1970 UTC, and for each row why it is refused (0: it is not)."""

    person: pa.Array
    place: pa.Array
    start: I64
    end: I64
    source: pa.Array | None
    kind: pa.Array | None
    why: U8
    column: U8  # of `NEEDED` and then source, the column that a refusal speaks of
    first: int  # number of the first row in the file, from 1
    told: pa.RecordBatch

    def bad(self, file: str) -> list[Bad]:
        """The refused rows for the report."""
        names = (*NEEDED, "source")
        found = []
        for i in np.flatnonzero(self.why).tolist():
            column = names[self.column[i]]
            value = self.told.column(column)[i].as_py() if column in self.told.schema.names else ""
            reason = times.REASONS[self.why[i]]
            found.append(Bad(file, self.first + i, column, "" if value is None else str(value)[:200], reason))
        return found


def state_of(path: Path) -> tuple[int, int, int]:
    """What changes when a file does."""
    known = path.stat()
    return known.st_ino, known.st_size, known.st_mtime_ns


def opened(path: Path, *, source: str) -> File:
    """The file's hash, size and columns. Refused: `visits_file_missing`, `_broken`, `_changed`, `visits_column_missing`."""
    if not path.is_file():
        raise Refused("visits_file_missing", file=str(path))
    state = state_of(path)
    try:
        sha256, lines = sha256_and_lines(path)
        if is_parquet(path):
            known = pa.parquet.ParquetFile(path)
            names, rows = known.schema_arrow.names, known.metadata.num_rows
        else:
            with _csv(path, _skip) as reader:
                names, rows = reader.schema.names, max(lines - 1, 0)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeError, OSError) as broken:
        raise Refused("visits_file_broken", file=path.name, why=_first_line(broken)) from None
    file = File(path, sha256, rows, _columns(path, names, source=source), state)
    file.still()
    return file


def _first_line(broken: Exception) -> str:
    return (str(broken).strip() or type(broken).__name__).splitlines()[0][:200]


def _columns(path: Path, names: Sequence[str], *, source: str) -> dict[str, str]:
    """Column of visits -> column of the file."""
    plain = {name.strip().lstrip("\ufeff").lower().replace(" ", "_"): name for name in reversed(names)}
    found = {}
    for name, headings in HEADINGS.items():
        heading = next((heading for heading in headings if heading in plain), None)
        if heading is not None:
            if list(names).count(plain[heading]) > 1:
                raise Refused("visits_column_doubled", file=path.name, column=plain[heading])
            found[name] = plain[heading]
        elif name in NEEDED:
            raise Refused("visits_column_missing", file=path.name, column=name, found=", ".join(names)[:300])
    if "source" not in found and not source:
        raise Refused("visits_source_missing", file=path.name)
    return found


def batches(file: File, zone: str, latest_ms: int) -> Iterator[Rows]:
    """The rows in order. Refused: `visits_file_broken`, `visits_file_changed`, `visits_times_…`, `visits_ids_other`."""

    def skip(row: pa.csv.InvalidRow) -> str:
        line = 0 if row.number is None else row.number - 1
        file.bad_lines.append(Bad(file.path.name, line, "", (row.text or "")[:200], "number_of_values"))
        return "skip"

    first = 1
    try:
        for batch in _record_batches(file, skip):
            rows = _checked(batch, file.columns, zone, latest_ms, first)
            if first == 1 and len(rows.why) and (rows.why == times.NO_ZONE).all():
                raise Refused("visits_times_naive", file=file.path.name)
            yield rows
            first += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeError, OSError) as broken:
        file.still()
        raise Refused("visits_file_broken", file=file.path.name, why=_first_line(broken)) from None
    file.still()


def _record_batches(file: File, skip: Callable[[pa.csv.InvalidRow], str]) -> Iterator[pa.RecordBatch]:
    if is_parquet(file.path):
        known = pa.parquet.ParquetFile(file.path)
        yield from known.iter_batches(BATCH, columns=list(file.columns.values()), use_threads=False)
        return
    with _csv(file.path, skip) as reader:
        yield from reader


def _skip(_: pa.csv.InvalidRow) -> str:
    return "skip"


def _csv(path: Path, skip: Callable[[pa.csv.InvalidRow], str]) -> pa.csv.CSVStreamingReader:
    """A reader that gives every column as text; the first opening only learns the headings."""
    encoding = encoding_of(path)
    read = pa.csv.ReadOptions(encoding=encoding, use_threads=False, block_size=1 << 25)
    with path.open(encoding=encoding, errors="replace") as file:
        heading = file.readline()
    delimiter = max(",;\t|", key=heading.count)
    headings = pa.csv.ParseOptions(delimiter=delimiter, invalid_row_handler=_skip)
    with pa.csv.open_csv(path, read_options=read, parse_options=headings) as known:
        types = dict.fromkeys(known.schema.names, pa.string())
    parse = pa.csv.ParseOptions(delimiter=delimiter, invalid_row_handler=skip)
    convert = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return pa.csv.open_csv(path, read_options=read, parse_options=parse, convert_options=convert)


def _checked(batch: pa.RecordBatch, columns: Mapping[str, str], zone: str, latest_ms: int, first: int) -> Rows:
    told = pa.RecordBatch.from_pydict(
        {name: batch.column(batch.schema.get_field_index(column)) for name, column in columns.items()}
    )
    n = batch.num_rows
    why, column = np.zeros(n, np.uint8), np.zeros(n, np.uint8)

    def refuse(wrong: U8, at: int) -> None:
        here = (wrong > 0) & (why == 0)
        if here.any():
            why[here], column[here] = wrong[here], at

    ids = [_id_column(told.column(name), name) for name in ("person", "place")]
    for at, each in enumerate(ids):
        if each.null_count:
            refuse(np.asarray(each.is_null()).astype(np.uint8) * np.uint8(times.MISSING), at)
    start, wrong_start = times.moments(told.column("start"), "start", zone)
    end, wrong_end = times.moments(told.column("end"), "end", zone)
    refuse(wrong_start, 2)
    refuse(wrong_end, 3)
    wrong = why.copy()
    times.checked(start, end, wrong, latest_ms)
    refuse(wrong, 3)
    source = _text(told, "source")
    return Rows(ids[0], ids[1], start, end, source, _text(told, "kind"), why, column, first, told)


def _id_column(column: pa.Array, name: str) -> pa.Array:
    """Whole numbers or texts; whole numbers that came with a decimal point (as where some are missing) are whole again."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _id_column(column.dictionary_decode(), name)
    if pa.types.is_uint64(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    if pa.types.is_floating(kind):
        whole = pc.if_else(pc.equal(pc.floor(column), column), column, pa.scalar(None, kind))
        return whole.cast(pa.int64(), safe=False)
    raise Refused("visits_ids_other", column=name, type=str(kind))


def _text(told: pa.RecordBatch, name: str) -> pa.Array | None:
    if name not in told.schema.names:
        return None
    column = told.column(name)
    if pa.types.is_dictionary(column.type):
        return column if pa.types.is_string(column.type.value_type) else column.cast(pa.string()).dictionary_encode()
    return pc.dictionary_encode(pc.utf8_trim_whitespace(column.cast(pa.string())))
