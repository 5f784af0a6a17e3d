"""A result file read and checked whole, before anything of it is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.errors import Refused
from ringfence.core.fact import to_micros
from ringfence.core.tables import Table, read
from ringfence.desks.testing.results.columns import Columns, columns_of, is_header, preamble_of
from ringfence.desks.testing.results.folding import Calling, Plate, Reading, Well, add_row, fold, plates_of
from ringfence.desks.testing.results.moments import moments
from ringfence.desks.testing.results.values import INTERNAL, control_of, ct_of, result_of, target_of

LONGEST_CODE = 64
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?")
RESULT_SHEETS = ("results", "result", "结果", "检测结果", "data")


class Severity(StrEnum):
    """What became of a cell or row."""

    REFUSED = "refused"
    REPEATED = "repeated"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell or row that was not taken as it stands, and why."""

    row: int
    column: str
    value: str
    code: str
    severity: Severity = Severity.REFUSED
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sheet:
    """What a file holds: a reading a tube, its plates, and whatever was not taken as it stands."""

    sha256: str
    name: str
    table: Table
    columns: Columns
    rows: int
    readings: list[Reading]
    plates: list[Plate]
    bad: list[BadCell]
    folded: int  # rows that were made one with another
    controls: int


@dataclass(frozen=True)
class Choices:
    """What is told beside a file."""

    zone: ZoneInfo
    now: datetime
    calling: Calling = field(default_factory=Calling)
    despite_controls: bool = False
    good_rows: bool = False


def read_sheet(path: Path, told: Choices) -> Sheet:
    """Read a file. Raises Refused (`results_half_file`, `results_no_tubes`, `results_no_results`, and `table_…`)."""
    table = _table(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    columns = columns_of(table)
    reader = _Reader(table, columns, told, f"F{sha256[:10].upper()}")
    wells = reader.wells()
    if not told.good_rows and (row := _half(table, reader.bad)):
        raise Refused("results_half_file", name=path.name, row=row)
    plates = plates_of(wells, told.calling)
    failed = frozenset(plate.name for plate in plates if plate.held is False)
    readings, unlike, silent = fold(wells, frozenset() if told.despite_controls else failed, told.calling)
    bad = [*reader.bad, *_bad_rows(table)]
    for each in unlike:
        results = ", ".join(dict.fromkeys(each.results))
        bad += [
            BadCell(row, columns.of["tube"], each.tube, "two_results", told={"results": results}) for row in each.rows
        ]
    bad += [BadCell(row, columns.of.get("result", ""), "", "result_missing") for row in silent]
    bad += [
        BadCell(plate.row, "", plate.name, "controls_failed", Severity.NOTED, {"plate": plate.name, "tubes": len(plate.tubes)})
        for plate in plates if plate.name in failed
    ]  # fmt: skip
    ours = [well for well in wells if well.control is None]
    folded = sum(well.rows for well in ours) - len(readings) - sum(len(each.rows) for each in unlike) - len(silent)
    controls = sum(well.control in ("negative", "positive") for well in wells)
    return Sheet(sha256, path.name, table, columns, table.read, readings, plates, bad, folded, controls)


def _table(path: Path) -> Table:
    """The table in a file; of a workbook with several sheets, the one called results."""
    table = read(path, limit_rows=1, is_header=is_header) if path.suffix.lower() in (".xlsx", ".xls", ".xlsb") else None
    wanted = next((each for each in table.sheets if each.strip().casefold() in RESULT_SHEETS), None) if table else None
    return _without_foot(read(path, sheet=wanted, is_header=is_header))


def _without_foot(table: Table) -> Table:
    """Leave out what stands below the results: instruments write further blocks there: `[Name]`, `Name = value`."""
    feet = (bad for bad in table.bad_rows if bad.text.lstrip().startswith(("[", "*")) or " = " in bad.text)
    foot = next((bad.row for bad in feet), None)
    if foot is None:
        return table
    kept = table.rows < foot
    bad = tuple(each for each in table.bad_rows if each.row < foot)
    return replace(table, frame=table.frame.filter(kept), rows=table.rows.filter(kept), bad_rows=bad)


def _bad_rows(table: Table) -> list[BadCell]:
    return [BadCell(bad.row, "", bad.text[:200], f"table.{bad.code}") for bad in table.bad_rows]


def _half(table: Table, bad: list[BadCell]) -> int | None:
    """The last row, where a text file ends in the middle of it: it cannot be read, and no line end follows."""
    if not table.open_ended:
        return None
    broken = max([*(each.row for each in table.bad_rows), *(each.row for each in bad)], default=0)
    if broken == 0 or (len(table.rows) and broken < int(table.rows[-1])):
        return None
    return broken


class _Reader:
    """Rows into wells."""

    def __init__(self, table: Table, columns: Columns, told: Choices, unnamed: str) -> None:
        self.table, self.columns, self.told = table, columns, told
        self.bad: list[BadCell] = []
        above = [str(note.values["text"]) for note in table.notes if note.code == "title_row_passed_over"]
        self.above = preamble_of(above)
        texts = self._times()
        self.times = moments({*filter(None, texts), *self._run_time()}, told.zone, told.now)
        self.texts = texts
        self.unnamed = self.above.get("plate", "" if "plate" in columns.of else unnamed)

    def _run_time(self) -> list[str]:
        text = self.above.get("at") or self.above.get("on")
        return [text] if text else []

    def _column(self, name: str) -> list[str | None]:
        column = self.columns.of.get(name)
        return [None] * self.table.frame.height if column is None else self.table.frame[column].to_list()

    def _times(self) -> list[str | None]:
        """The moment of each row, as written: a day and a time in two columns are put together."""
        at, on = self._column("at"), self._column("on")
        if "on" not in self.columns.of:
            return at
        if "at" not in self.columns.of:
            return on
        return [
            f"{day} {clock}" if day and clock and _CLOCK.fullmatch(clock) else clock or day
            for day, clock in zip(on, at, strict=True)
        ]

    def wells(self) -> list[Well]:
        """One for each tube and well, in the order of the file."""
        found: dict[tuple[str, str, str] | int, Well] = {}
        numbers = self.table.rows.to_list()
        names = ("tube", "kind", "plate", "well", "instrument", "target", "ct", "result")
        columns = [self._column(name) for name in names]
        cts = [(name, target, self.table.frame[name].to_list()) for name, target in self.columns.cts]
        run, lowest = next(iter(self._run_time()), None), self.columns.of.get("ct")
        for n, (row, tube, kind, plate, well, instrument, target, ct, call) in enumerate(
            zip(numbers, *columns, strict=True)
        ):
            made = self._well(row, tube or "", kind, plate)
            if made is None:
                continue
            made.well, made.instrument = well or "", instrument or self.above.get("instrument", "")
            made.at = self._at(row, self.texts[n] or run)
            if made.at == -1:
                continue
            there = self._known(found, made)
            values = [(of, told[n], column) for column, of, told in cts]
            if lowest:
                values.append(("", ct, lowest))
            if not self._filled(there, row, target, values, call) and there is made:
                found.pop(self._key(made), None)
        made_of = list(found.values())
        if not any(well.control in ("negative", "positive") for well in made_of) and "plate" not in self.above:
            for each in made_of:
                each.plate = "" if each.plate == self.unnamed else each.plate
        return made_of

    def _key(self, well: Well) -> tuple[str, str, str] | int:
        return (well.plate, well.well, well.tube) if self.columns.by_target else well.row

    def _known(self, found: dict[tuple[str, str, str] | int, Well], made: Well) -> Well:
        key = self._key(made)
        there = found.get(key)
        if there is None:
            found[key] = made
            return made
        there.rows += 1
        return there

    def _well(self, row: int, tube: str, kind: str | None, plate: str | None) -> Well | None:
        """A well of this row; None where its tube cannot be told."""
        control = (control_of(kind) if kind else None) or control_of(tube)
        code = tube.strip().upper()
        if control is None and (not code or len(code) > LONGEST_CODE or " " in code or not code.isprintable()):
            if code or self._says_something(row):
                self.bad.append(
                    BadCell(row, self.columns.of["tube"], tube[:80], "tube_unfit" if code else "tube_missing")
                )
            return None
        return Well(row, code, control, plate="-".join((plate or self.unnamed).upper().split())[:LONGEST_CODE])

    def _says_something(self, row: int) -> bool:
        """Whether a row without a tube holds a result: empty wells of a plate are passed over."""
        del row
        return not self.columns.by_target and "well" not in self.columns.of

    def _at(self, row: int, text: str | None) -> int | None:
        """The moment of a row in microseconds; None where none is told, -1 where it cannot be taken."""
        if not text:
            return None
        moment = self.times[text]
        if isinstance(moment, str):
            column = self.columns.of.get("at") or self.columns.of.get("on") or ""
            self.bad.append(BadCell(row, column, text, moment, told={"zone": self.told.zone.key}))
            return -1
        return to_micros(moment)

    def _filled(self, well: Well, row: int, target: str | None, values: Any, call: str | None) -> bool:
        """Put a row's thresholds and call into its well; False where one of them cannot be read."""
        named = (target_of(target) or target) if target else ""
        result = result_of(call) if call else None
        if call and result is None:
            self.bad.append(BadCell(row, self.columns.of["result"], call[:80], "result_unreadable"))
            return False
        told = list(self._thresholds(row, named, values))
        if any(isinstance(ct, str) for _, ct in told):
            return False
        for of, ct in told:
            add_row(well, of, ct, None)  # type: ignore[arg-type]
        if result is not None and named != INTERNAL:
            well.calls.append(result)
        return True

    def _thresholds(self, row: int, named: str, values: Any) -> Iterator[tuple[str, float | str | None]]:
        for of, text, column in values:
            ct = ct_of(text) if text else None
            if isinstance(ct, str):
                self.bad.append(BadCell(row, column, text[:80], ct))
            yield of or named, ct
