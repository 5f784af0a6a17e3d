"""CSV and its kin: the delimiter found out, rows taken apart, broken ones kept aside."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ringfence.core.errors import Refused
from ringfence.core.tables.header import IsHeader, find_header, passed_over
from ringfence.core.tables.table import CELL_AT_MOST, BadRow, Note, Table, fill
from ringfence.core.tables.text import Encoding, encoding_of, lines_of

_DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEAD_LINES = 200
_HEAD_RECORDS = 60


def read_delimited(path: Path, limit: int | None, is_header: IsHeader | None = None) -> Table:
    """Read delimited text: any delimiter of `, ; tab |`, quotes, line ends within cells, any encoding.

    A quote that is never closed spoils its own line, not the rest of the file.
    """
    encoding = encoding_of(path)
    declared = next(lines_of(path, encoding), "").strip().lower()
    skip = 1 if declared.startswith("sep=") and len(declared) == len("sep=;") else 0
    delimiter, above = declared[-1] if skip else "", list[Note]()
    if is_header is not None and (found := _header_line(path, encoding, is_header)):
        skip, delimiter = found, ""
        above = passed_over(enumerate(([line] for line in islice(lines_of(path, encoding), found)), 1))
    head = list(islice(lines_of(path, encoding), skip, skip + _HEAD_LINES))
    delimiter = delimiter or _delimiter(head)
    header = find_header(list(_sample(head, delimiter, skip)))
    lines = islice(lines_of(path, encoding), skip, None)
    records = _Records(lines, delimiter, len(header.names), header.last_row, skip)
    filled = fill(records, header.names, limit, delimiter)
    filled.bad = sorted([*filled.bad, *records.bad], key=lambda bad: bad.row)
    notes = [*encoding.notes, *above, Note("delimiter", {"name": _NAMES.get(delimiter, delimiter)}), *header.notes]
    return replace(without_unnamed(filled.table(notes)), open_ended=records.last[-1:] not in ("\r", "\n"))


def _header_line(path: Path, encoding: Encoding, is_header: IsHeader) -> int:
    """How many lines stand above the header; 0 where it is the first, or none is found."""
    for number, line in enumerate(lines_of(path, encoding)):
        for sign in _DELIMITERS:
            if sign in line and is_header([cell.strip().strip('"') for cell in line.split(sign)]):
                return number
    return 0


def _sample(head: list[str], delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The first records, as far as they can be taken apart."""
    reader = csv.reader(head, delimiter=delimiter)
    for number in range(1 + skipped, _HEAD_RECORDS + 1):
        try:
            cells = next(reader, None)
        except csv.Error:
            if number == 1 + skipped:
                raise Refused("table_not_text") from None
            return
        if cells is None:
            return
        if number == 1 + skipped and _never_closed(head, delimiter, reader.line_num):
            raise Refused("table_quote_in_header", text=head[0].strip()[:200])
        yield number, cells


def _never_closed(head: list[str], delimiter: str, lines: int) -> bool:
    """Whether the first record runs over several lines because a quote in it is not closed."""
    if lines == 1:
        return False
    try:
        list(csv.reader(head[:lines], delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def without_unnamed(table: Table) -> Table:
    """Drop the columns that have neither a name (they are called `column N`) nor any value."""
    names = [
        name
        for place, name in enumerate(table.header, 1)
        if name != f"column {place}" or table.frame[name].null_count() < table.frame.height
    ]
    unnamed = [name for place, name in enumerate(table.header, 1) if name == f"column {place}" and name in names]
    told = (Note("columns_without_name", {"columns": ", ".join(unnamed)}),) if unnamed else ()
    return replace(table, header=tuple(names), frame=table.frame.select(names), notes=(*table.notes, *told))


def _delimiter(head: list[str]) -> str:
    """The sign that cuts the first rows into the same number of cells most often; more cells win a tie."""
    best, found = (0.0, 0), ","
    for sign in _DELIMITERS:
        try:
            widths = [len(cells) for cells in islice(csv.reader(head, delimiter=sign), _HEAD_RECORDS) if cells]
        except csv.Error:
            continue
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if width > 1:
            agree = round(count / len(widths), 1)
            named = widths[0] == width or width in widths[:3]
            score = (agree if named else agree / 2, width)
            if score > best:
                best, found = score, sign
    return found


class _Records:
    """(row number, cells) of the data rows; the lines of the record under way are held, to start again after it."""

    def __init__(self, lines: Iterator[str], delimiter: str, width: int, header_row: int, skipped: int) -> None:
        self.lines, self.delimiter, self.width = lines, delimiter, width
        self.header_row, self.number = header_row, skipped
        self.held: list[str] = []
        self.last = "\n"
        self.again: list[str] = []
        self.bad: list[BadRow] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        going = True
        while going:
            going = False
            for number, cells in self._run():
                if number:
                    yield number, cells
                else:
                    going = True

    def _feed(self) -> Iterator[str]:
        while True:
            line = self.again.pop() if self.again else next(self.lines, None)
            if line is None:
                return
            self.last = line
            self.held.append(line)
            yield line

    def _run(self) -> Iterator[tuple[int, list[str]]]:
        """Records until one is broken; then (0, []) after its first line was kept aside and the rest put back."""
        reader = csv.reader(self._feed(), delimiter=self.delimiter)
        while True:
            try:
                cells = next(reader, None)
            except csv.Error:
                cells = []
                self._set_aside()
                yield 0, cells
                return
            if cells is None:
                return
            self.number += 1
            if self.number > self.header_row:
                if len(self.held) > 1 and (len(cells) != self.width or self._broken()):
                    self.number -= 1
                    self._set_aside()
                    yield 0, cells
                    return
                yield self.number, cells
            self.held.clear()

    def _broken(self) -> bool:
        """Whether the quotes of a record over several lines do not match: a forgotten one swallowed other rows."""
        try:
            list(csv.reader(self.held, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return True
        return False

    def _set_aside(self) -> None:
        first, *rest = self.held
        self.number += 1
        code = "quote_never_closed" if '"' in first else "cell_too_long"
        self.bad.append(BadRow(self.number, first.rstrip("\r\n")[:CELL_AT_MOST], code))
        self.again.extend(reversed(rest))
        self.held.clear()
