"""A file read, mapped and checked whole, before anything of it is told."""

from __future__ import annotations

import hashlib
import statistics
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ringfence.core.tables import Table, read
from ringfence.desks.cases.linelist.fields import CASES
from ringfence.desks.cases.linelist.guessing import EARLIEST, guess, kind_of
from ringfence.desks.cases.linelist.mapping import Column, FileKind, Mapping
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, LinkRecord, Severity
from ringfence.desks.cases.linelist.rows import links, records
from ringfence.science.dates import ORDERS, Order, read_dates

YEARS_BEFORE = 2
"""Days up to so many whole years before the usual year of a file are possible; an older one is a slip of the pen."""


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its cases or links, and every cell that was not taken as it stands."""

    sha256: str
    table: Table
    mapping: Mapping
    kind: FileKind
    cases: list[CaseRecord]
    links: list[LinkRecord]
    bad: list[BadCell]
    window: tuple[date, date]  # the first and last possible day
    outside: int = 0  # dates outside the possible days, where they are most of the file's dates; else 0

    @property
    def refused(self) -> set[int]:
        """The rows that are not taken."""
        return {cell.row for cell in self.bad if cell.severity is Severity.ROW_REFUSED}

    @property
    def repeated(self) -> set[int]:
        """The rows that say the same as an earlier one."""
        return {cell.row for cell in self.bad if cell.severity is Severity.ROW_REPEATED}


def window_of(table: Table, begins_on: date | None, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and last possible day: from two years before the outbreak (or the file's usual year) until today."""
    today = now.astimezone(zone).date()
    if begins_on is not None:
        return date(max(begins_on.year - YEARS_BEFORE, EARLIEST.year), 1, 1), today
    return _own_window(table, guess(table, not_after=today), today)


def _own_window(table: Table, mapping: Mapping, today: date) -> tuple[date, date]:
    """From two years before the file's usual year until today."""
    years = [
        day.year
        for column in mapping.columns
        if column.field in CASES and CASES[column.field].kind == "date" and column.field != "birth_on"
        for day in read_dates(
            table.frame[column.column].to_list()[:20_000], not_before=EARLIEST, not_after=today, order=column.order
        ).days
        if day is not None
    ]
    return (date(int(statistics.median(years)) - YEARS_BEFORE, 1, 1) if years else EARLIEST), today


def guessed(table: Table, window: tuple[date, date]) -> Mapping:
    """What each column probably is, given the possible days."""
    return guess(table, not_before=window[0], not_after=window[1])


def sheet_of(path: Path, table: Table, mapping: Mapping, window: tuple[date, date]) -> Sheet:
    """The records of a table. Raises Refused (`map_names_missing_column`)."""
    mapping = mapping.checked_for(table)
    kind = kind_of(table, mapping)
    outside = 0
    made_cases: list[CaseRecord] = []
    made_links: list[LinkRecord] = []
    if kind == "links":
        made_links, bad = links(table, mapping)
    else:
        settled = _with_orders(table, mapping, window[1])
        made_cases, bad = records(table, settled, not_before=window[0], not_after=window[1])
        outside = _outside(made_cases, bad, mapping)
    if outside:  # then it is the outbreak that is wrong, and every guess at another day would be too
        bad = [replace(cell, told={"suggestion": ""}) if cell.code in OUTSIDE else cell for cell in bad]
    return Sheet(sha256_of(path), table, mapping, kind, made_cases, made_links, bad, window, outside)


OUTSIDE = ("date_before_window", "date_after_window")
DAYS = tuple(name for name, target in CASES.items() if target.kind == "date" and name != "birth_on")


def _with_orders(table: Table, mapping: Mapping, today: date) -> Mapping:
    """Where day, month and year stand in a column is settled by the file's own years, whatever the outbreak's are."""
    window = _own_window(table, mapping, today)
    columns = [
        replace(column, order=_order_of(table, column, window))
        if column.order is None and column.field in DAYS
        else column
        for column in mapping.columns
    ]
    return replace(mapping, columns=tuple(columns))


def _order_of(table: Table, column: Column, window: tuple[date, date]) -> Order | None:
    read = read_dates(table.frame[column.column].to_list(), not_before=window[0], not_after=window[1])
    return next((order for order in ORDERS if read.order == order), None)


def _outside(made: list[CaseRecord], bad: list[BadCell], mapping: Mapping) -> int:
    """How many dates lie outside the possible days, if they are more than those within."""
    named = {column.column for column in mapping.columns if column.field in DAYS}
    outside = sum(cell.code in OUTSIDE and cell.column in named for cell in bad)
    within = sum(getattr(record, name) is not None for record in made for name in DAYS) if outside else 0
    return outside if outside > within else 0


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sheet(path: Path, begins_on: date | None, now: datetime, zone: ZoneInfo, mapping: Mapping | None) -> Sheet:
    """Read, guess what is not told, and check. Raises Refused (codes of tables and maps)."""
    table = read(path)
    mapping = mapping or guessed(table, window_of(table, None, now, zone))
    return sheet_of(path, table, mapping, window_of(table, begins_on, now, zone))
