"""Files of people as they come: Parquet, or CSV in any usual encoding, read in batches of text columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from ringfence.core.errors import Refused

BATCH = 50_000
PIECE = 1 << 24

HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("code", "person", "person_id", "personid", "id", "编号", "人员编号", "个人编号"),
    "name": ("name", "full_name", "fullname", "姓名"),
    "sex": ("sex", "gender", "性别"),
    "birth_on": ("birth_on", "birth", "birthdate", "birth_date", "date_of_birth", "dob", "出生日期", "生日"),
    "age": ("age", "age_years", "年龄"),
    "id_number": ("id_number", "idnumber", "national_id", "id_card", "身份证号", "身份证号码", "证件号码", "证件号"),
    "phone": ("phone", "mobile", "telephone", "tel", "手机", "手机号", "手机号码", "联系电话", "电话"),
    "address": ("address", "地址", "住址", "详细地址", "家庭住址"),
    "household": ("household", "household_id", "户号", "家庭编号"),
    "jurisdiction": ("jurisdiction", "jurisdiction_code", "residence", "行政区划代码", "区划代码", "居住地", "辖区"),
    "stay": ("stay", "place_of_stay", "stay_jurisdiction", "现住地", "现居地", "现住址区划"),
    "group": ("group", "population_group", "人群分类", "人群"),
    "occupation": ("occupation", "job", "职业"),
}
"""Each field of a register -> the headings it is known by."""

NEEDED = ("code", "name", "jurisdiction")


@dataclass
class Bad:
    """One value that could not be taken."""

    file: str
    row: int  # from 1, the heading not counted
    column: str
    value: str
    reason: str


@dataclass
class Told:
    """What a file says of itself before its rows are read."""

    path: Path
    sha256: str
    rows: int  # exact for Parquet, lines for CSV
    mapping: dict[str, str]
    bad_lines: list[Bad] = field(default_factory=list)


def sha256_and_lines(path: Path) -> tuple[str, int]:
    """(SHA-256 in hex, line ends) of a file; lines of a Parquet file are not counted."""
    digest, lines = hashlib.sha256(), 0
    counted = not is_parquet(path)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            lines += piece.count(b"\n") if counted else 0
    return digest.hexdigest(), lines


def told(path: Path, mapping: Mapping[str, str] | None) -> Told:
    """The file's hash, size and columns. Refused: `people_file_…` and `people_column_…`, `people_field_unknown`."""
    if not path.is_file():
        raise Refused("people_file_missing", file=path)
    sha256, lines = sha256_and_lines(path)
    try:
        if is_parquet(path):
            known = pa.parquet.ParquetFile(path)
            names, rows = known.schema_arrow.names, known.metadata.num_rows
        else:
            with _csv(path, _skip, BATCH) as reader:
                names, rows = reader.schema.names, max(lines - 1, 0)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as broken:
        raise Refused("people_file_broken", file=path.name, why=str(broken)) from None
    return Told(path, sha256, rows, checked_mapping(path, names, mapping))


def checked_mapping(path: Path, names: Sequence[str], mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Field -> column of this file, as given or guessed from the headings."""
    if doubled := {name for name in names if names.count(name) > 1}:
        raise Refused("people_column_doubled", file=path.name, column=", ".join(sorted(doubled)))
    found = guessed_mapping(names) | dict(mapping or {})
    for name in NEEDED:
        if name not in found:
            raise Refused("people_column_missing", file=path.name, column=name, found=", ".join(names))
    for name, column in found.items():
        if name not in HEADINGS:
            raise Refused("people_field_unknown", field=name, known=", ".join(HEADINGS))
        if column not in names:
            raise Refused("people_column_missing", file=path.name, column=column, found=", ".join(names))
    return found


def guessed_mapping(names: Sequence[str]) -> dict[str, str]:
    """Field -> column for every heading that is known."""
    plain = {name.strip().lower().replace(" ", "_"): name for name in names}
    return {
        name: plain[heading]
        for name, headings in HEADINGS.items()
        for heading in [next((heading for heading in headings if heading in plain), None)]
        if heading is not None
    }


def batches(file: Told, size: int = BATCH) -> Iterator[pa.RecordBatch]:
    """The file's rows in order as batches of trimmed text columns named by field; empty text is null.

    Lines of a CSV with too few or too many values go to `file.bad_lines`. Refused: `people_file_broken`.
    """

    def skip(row: pa.csv.InvalidRow) -> str:
        line = 0 if row.number is None else row.number - 1
        file.bad_lines.append(Bad(file.path.name, line, "", (row.text or "")[:200], "number_of_values"))
        return "skip"

    try:
        if is_parquet(file.path):
            columns = list(file.mapping.values())
            for batch in pa.parquet.ParquetFile(file.path).iter_batches(size, columns=columns):
                yield _as_text(batch, file.mapping)
        else:
            with _csv(file.path, skip, size) as reader:
                for batch in reader:
                    yield _as_text(batch, file.mapping)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as broken:
        raise Refused("people_file_broken", file=file.path.name, why=str(broken)) from None


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-8 where its first megabyte is that, else GB18030."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start.decode()
    except UnicodeDecodeError as wrong:
        if wrong.end < len(start) - 3:
            return "gb18030"
    return "utf8"


def _skip(_: pa.csv.InvalidRow) -> str:
    return "skip"


def _csv(path: Path, skip: Callable[[pa.csv.InvalidRow], str], size: int) -> pa.csv.CSVStreamingReader:
    """A reader that gives every column as text; the first opening only learns the headings."""
    read = pa.csv.ReadOptions(encoding=encoding_of(path), use_threads=False, block_size=size * 100)
    parse = pa.csv.ParseOptions(delimiter=_delimiter(path), invalid_row_handler=skip)
    with pa.csv.open_csv(path, read_options=read, parse_options=parse) as first:
        types = dict.fromkeys(first.schema.names, pa.string())
    convert = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return pa.csv.open_csv(path, read_options=read, parse_options=parse, convert_options=convert)


def _heading(path: Path) -> str:
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        return file.readline()


def _delimiter(path: Path) -> str:
    heading = _heading(path)
    return max(",;\t|", key=heading.count)


def _as_text(batch: pa.RecordBatch, mapping: Mapping[str, str]) -> pa.RecordBatch:
    columns = {}
    for name, column in mapping.items():
        values = batch.column(batch.schema.get_field_index(column))
        trimmed = pc.utf8_trim_whitespace(pc.cast(values, pa.string()))
        columns[name] = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    return pa.RecordBatch.from_pydict(columns)
