"""What was read from a file: columns of text, where each row stood, and what had to be decided on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ringfence.core.errors import Refused

CELL_AT_MOST = 131_072
"""Characters of one cell; a longer one is a broken file (a quote never closed, a picture as text), not a value."""

COLUMNS_AT_MOST = 1_000

ROWS_AT_A_TIME = 50_000

_BLANKS = " \t\r\n\v\f\u00a0\u1680\u2007\u202f\u3000\ufeff\u200b\u200e\u200f"

FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""Signs at which spreadsheet programs take a cell for a formula (the last four are the full-width ones)."""

_GUARDED = "^'[=+\\-@\uff1d\uff0b\uff0d\uff20]"


@dataclass(frozen=True, slots=True)
class Note:
    """Something decided while reading; `words.label("table." + code, **values)` tells it."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be taken apart: kept aside with its text, never lost."""

    row: int  # as the user counts rows in this file, from 1
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Table:
    """A user's table: every column is text, trimmed, with null for an empty cell."""

    header: tuple[str, ...]  # unique
    frame: pl.DataFrame  # the columns of `header`, all String
    rows: pl.Series  # UInt32: the row of the file that each row of the frame came from, counted from 1
    notes: tuple[Note, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    open_ended: bool = False  # of text: no line end follows its last line

    @property
    def first_row(self) -> int:
        """The file's row number of the first data row; 0 where there is none."""
        return int(self.rows[0]) if len(self.rows) else 0

    @property
    def read(self) -> int:
        """Rows met: those taken apart and those kept aside."""
        return self.frame.height + len(self.bad_rows)


@dataclass(slots=True)
class Filled:
    """Rows gathered into columns, batch by batch, so that a large file is never held twice."""

    header: tuple[str, ...]
    frames: list[pl.DataFrame] = field(default_factory=list)
    numbers: list[pl.Series] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    blank: int = 0
    blank_at_end: int = 0
    trimmed: int = 0
    unguarded: int = 0
    taken: int = 0
    notes: list[Note] = field(default_factory=list)

    def take(self, numbers: Sequence[int], rows: Sequence[Sequence[str | None]]) -> None:
        """Take a batch of rows, each exactly as wide as the header."""
        if not rows:
            return
        columns = [
            pl.Series(name, cells, dtype=pl.String)
            for name, cells in zip(self.header, zip(*rows, strict=True), strict=True)
        ]
        self.take_frame(pl.Series("row", numbers, dtype=pl.UInt32), pl.DataFrame(columns))

    def take_frame(self, numbers: pl.Series, frame: pl.DataFrame) -> None:
        """Take a batch of columns: trimmed, empty cells made null, blank rows left out and counted."""
        text = frame.select(pl.all().str.strip_chars(_BLANKS).replace("", None))
        text = self._without_guards(text)
        blank = text.select(pl.all_horizontal(pl.all().is_null())).to_series()
        if blank.any():
            filled = ~blank
            last = filled.arg_true()
            at_end = len(blank) - (int(last[-1]) + 1 if len(last) else 0)
            self.blank += int(blank.sum())
            self.blank_at_end = at_end if len(last) else self.blank_at_end + at_end
            text, numbers = text.filter(filled), numbers.filter(filled)
        else:
            self.blank_at_end = 0
        self.frames.append(text)
        self.numbers.append(numbers)
        self.taken += text.height

    def _without_guards(self, text: pl.DataFrame) -> pl.DataFrame:
        """Take off the apostrophe that `write_rows` puts before what looks like a formula."""
        guarded = text.select(pl.all().str.contains(_GUARDED).sum()).row(0)
        names = [name for name, count in zip(text.columns, guarded, strict=True) if count]
        if not names:
            return text
        self.unguarded += sum(count or 0 for count in guarded)
        return text.with_columns(
            pl.when(pl.col(name).str.contains(_GUARDED)).then(pl.col(name).str.slice(1)).otherwise(pl.col(name))
            for name in names
        )

    def table(self, notes: Iterable[Note], sheet: str | None = None, sheets: tuple[str, ...] = ()) -> Table:
        """The finished table; unnamed columns without any value are left out."""
        empty = pl.DataFrame(schema=dict.fromkeys(self.header, pl.String))
        frame = pl.concat([empty, *self.frames], rechunk=False)
        numbers = pl.concat([pl.Series("row", [], dtype=pl.UInt32), *self.numbers])
        told = [*notes, *self.notes, *self._counts()]
        return Table(tuple(frame.columns), frame, numbers, tuple(told), tuple(self.bad), sheet, sheets)

    def _counts(self) -> Iterator[Note]:
        inside = self.blank - self.blank_at_end
        if inside:
            yield Note("blank_rows_left_out", {"count": inside})
        if self.blank_at_end:
            yield Note("empty_rows_at_end_left_out", {"count": self.blank_at_end})
        if self.trimmed:
            yield Note("empty_cells_beyond_header", {"count": self.trimmed})
        if self.unguarded:
            yield Note("apostrophe_guard_taken_off", {"count": self.unguarded})
        if self.bad:
            yield Note("rows_kept_aside", {"count": len(self.bad)})


def fill(
    records: Iterable[tuple[int, Sequence[str | None]]], header: tuple[str, ...], limit: int | None, delimiter: str
) -> Filled:
    """Gather (row number, cells) into columns; rows of another width are kept aside with their text."""
    filled, width = Filled(header), len(header)
    numbers: list[int] = []
    rows: list[Sequence[str | None]] = []
    for number, cells in records:
        if len(cells) != width:
            fitted = _fitted(filled, number, cells, delimiter)
            if fitted is None:
                continue
            cells = fitted  # noqa: PLW2901
        numbers.append(number)
        rows.append(cells)
        if len(rows) >= ROWS_AT_A_TIME or (limit is not None and filled.taken + len(rows) >= limit):
            filled.take(numbers, rows)
            numbers, rows = [], []
            if limit is not None and filled.taken >= limit:
                break
    filled.take(numbers, rows)
    return filled


def _fitted(filled: Filled, number: int, cells: Sequence[str | None], delimiter: str) -> Sequence[str | None] | None:
    """A row made as wide as the header where nothing is at stake; otherwise None, and the row is kept aside."""
    width = len(filled.header)
    if not any(cell and cell.strip(_BLANKS) for cell in cells):
        filled.blank += 1
        filled.blank_at_end += 1
        return None
    if len(cells) > width and not any(cell and cell.strip(_BLANKS) for cell in cells[width:]):
        filled.trimmed += 1
        return cells[:width]
    code = "row_has_too_many_cells" if len(cells) > width else "row_has_too_few_cells"
    filled.bad.append(BadRow(number, delimiter.join(cell or "" for cell in cells)[:CELL_AT_MOST], code))
    return None


def clean_names(cells: Sequence[str | None]) -> tuple[tuple[str, ...], list[Note]]:
    """Unique column names from header cells: blanks joined, repeated names numbered ` (2)`, empty ones `column N`."""
    if len(cells) > COLUMNS_AT_MOST:
        raise Refused("table_too_many_columns", columns=len(cells), at_most=COLUMNS_AT_MOST)
    names: list[str] = []
    repeated: list[str] = []
    taken = {" ".join((cell or "").strip(_BLANKS).split()) for cell in cells}
    for place, cell in enumerate(cells, 1):
        name = " ".join((cell or "").strip(_BLANKS).split()) or f"column {place}"
        if name in names:
            count = 2
            while (fresh := f"{name} ({count})") in names or fresh in taken:
                count += 1
            name = fresh
            repeated.append(name)
        names.append(name)
    return tuple(names), [Note("columns_repeated", {"columns": ", ".join(repeated)})] if repeated else []
