"""Where the header stands: below blank rows and titles, sometimes over two rows with merged cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ringfence.core.errors import Refused
from ringfence.core.tables.table import Note, clean_names

Record = tuple[int, Sequence[str | None]]
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]
"""Merged ranges of a sheet: ((row, column), (row, column)), both ends within, counted from 0."""

IsHeader = Callable[[Sequence[str]], bool]
"""Whether the cells of a row are the header."""

PASSED_AT_MOST = 200
"""Rows above a header that the notes tell of."""

_NUMBER_OR_DATE = re.compile(
    r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"
)


@dataclass(frozen=True, slots=True)
class Header:
    """The names, the row of the file below which the data begin, and what was decided."""

    names: tuple[str, ...]
    last_row: int
    notes: tuple[Note, ...]


def passed_over(rows: Iterable[Record]) -> list[Note]:
    """What stands above a header, as notes."""
    told = ((number, " ".join(cell.strip() for cell in cells if cell and cell.strip())) for number, cells in rows)
    return [Note("title_row_passed_over", {"row": number, "text": text}) for number, text in told if text][
        :PASSED_AT_MOST
    ]


def find_header(sample: Sequence[Record], merged: Merged = ()) -> Header:
    """The header of a table, from its first rows (a few dozen suffice).

    Blank rows above are passed over; a row with a single cell above a wider table is a title. Two header rows become
    `Group / Name` where cells of the upper row are merged or left empty beside the group they continue.
    """
    rows = [(number, [(cell or "").strip() for cell in cells]) for number, cells in sample]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise Refused("table_empty")
    notes: list[Note] = []
    usual = Counter(_count(cells) for _, cells in rows).most_common(1)[0][0]
    titles = 0
    while titles + 1 < len(rows) and _is_title(rows[titles][1], usual, _count(rows[titles + 1][1])):
        notes.append(Note("title_row_passed_over", {"row": rows[titles][0], "text": " ".join(rows[titles][1]).strip()}))
        titles += 1
    number, top = rows[titles]
    names, last_row = list(top), number
    below = rows[titles + 1 : titles + 3]
    if below and _two_rows(number, top, below, merged):
        names = _joined(number, top, below[0][1], merged)
        last_row = below[0][0]
        notes.append(Note("header_rows_joined", {"first": number, "last": last_row}))
    names = _with_row_names(names, rows[titles + 1 :], notes)
    if all(_NUMBER_OR_DATE.fullmatch(name) for name in names if name):
        raise Refused("table_no_header", row=number, text=", ".join(name for name in names if name)[:200])
    unique, told = clean_names(names)
    return Header(unique, last_row, (*notes, *told))


def _is_title(cells: Sequence[str], usual: int, next_count: int) -> bool:
    """A single cell above a wider table, or a row that ends before half of the usual width."""
    if _count(cells) == 1:
        return max(usual, next_count) > 2  # noqa: PLR2004
    return len(cells) * 2 <= usual


def _count(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _two_rows(number: int, top: list[str], below: Sequence[tuple[int, list[str]]], merged: Merged) -> bool:
    """Whether the row under the header is its second half."""
    lower = below[0][1]
    if merged:
        return any(
            first == number - 1 and last >= first and right > left and any(lower[left : right + 1])
            for (first, left), (last, right) in merged
            if last == first
        )
    gaps = [place for place, cell in enumerate(top) if not cell and place < len(lower)]
    if not gaps or not top[0] or len(below) < 2:  # noqa: PLR2004
        return False
    named = [cell for cell in lower if cell]
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in named) or len(set(named)) < len(named):
        return False
    continued = all(lower[place] and (lower[place - 1] or not top[place - 1]) for place in gaps)
    data = below[1][1]
    return continued and any(_NUMBER_OR_DATE.fullmatch(cell) for cell in data if cell)


def _joined(number: int, top: list[str], lower: list[str], merged: Merged) -> list[str]:
    """`Group / Name` for each column."""
    width = max(len(top), len(lower))
    upper = [*top, *[""] * (width - len(top))]
    under = [*lower, *[""] * (width - len(lower))]
    groups = list(upper)
    if merged:
        for (first, left), (_, right) in merged:
            if first == number - 1:
                for place in range(left, min(right, width - 1) + 1):
                    groups[place] = upper[left]
    else:
        for place in range(1, width):
            if not groups[place] and under[place]:
                groups[place] = groups[place - 1]
    return [
        f"{group} / {name}" if group and name and group != name else group or name
        for group, name in zip(groups, under, strict=True)
    ]


def _with_row_names(names: list[str], rows: Sequence[tuple[int, list[str]]], notes: list[Note]) -> list[str]:
    """R writes one name fewer than it has columns: the first column holds the row names."""
    wider = sum(1 for _, cells in rows if len(cells) == len(names) + 1 and cells[-1])
    if len(rows) > 1 and wider >= 0.9 * len(rows) and all(names):
        notes.append(Note("row_names_column", {"column": "row name"}))
        return ["row name", *names]
    return names
