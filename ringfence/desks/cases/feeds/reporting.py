"""The report of an import, and what is kept of rows that were refused."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from ringfence.core import quarantine
from ringfence.core.fact import EPOCH
from ringfence.core.tables.writing import guarded
from ringfence.core.words import label
from ringfence.desks.cases.feeds.sheets import Sheet
from ringfence.desks.cases.feeds.told import Terms
from ringfence.desks.cases.linelist.records import BadCell, Severity
from ringfence.facts.ids import derive
from ringfence.registry.vaults import sealed_apart

KEPT_FOR = timedelta(days=30)
"""How long reports and uploaded files stay: both hold personal values."""

HEADER = ("row", "column", "value", "what happened", "reason")


def said(cell: BadCell, translate: Callable[[str], str] = str) -> str:
    """Why a cell or row was not taken as it stands."""
    code = cell.code if cell.code.startswith("table.") else f"linelist.{cell.code}"
    text = label(code, translate, **cell.told)
    suggestion = cell.told.get("suggestion")
    return f"{text} {label('linelist.suggestion', translate, suggestion=suggestion)}" if suggestion else text


def write_report(path: Path, bad: Iterable[BadCell], translate: Callable[[str], str] = str) -> Path:
    """Write every such cell to a CSV file that only its owner may read; it appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for cell in bad:
            what = label(f"linelist.severity.{cell.severity.value}", translate)
            lines.writerow([guarded(each) for each in (cell.row, cell.column, cell.value, what, said(cell, translate))])
    unfinished.replace(path)
    return path


def forget_old(folder: Path, now: datetime) -> None:
    """Remove what has lain in a folder for longer than `KEPT_FOR`."""
    limit = (now - KEPT_FOR - EPOCH).total_seconds()
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < limit:
            for inner in path.iterdir() if path.is_dir() else ():
                inner.unlink()
            path.rmdir() if path.is_dir() else path.unlink()


def keep_refused(sheet: Sheet, bad: Sequence[BadCell], terms: Terms, told_by: str) -> int:
    """Keep each refused row, sealed, until a row with its code is taken; returns how many were not kept already."""
    why: dict[int, str] = {}
    for cell in bad:
        if cell.severity is Severity.ROW_REFUSED:
            why.setdefault(cell.row, cell.code)
    if not why:
        return 0
    code = sheet.mapping.column_of("code")
    lines = dict(zip(sheet.table.rows.to_list(), sheet.table.frame.iter_rows(), strict=True))
    aside = {row.row: row.text for row in sheet.table.bad_rows}
    place = sheet.table.header.index(code) if code else None
    kept = []
    for row, reason in why.items():
        cells = lines.get(row)
        text = aside.get(row, "") if cells is None else "\n".join(f"{n}\t{c}" for n, c in zip(sheet.table.header, cells, strict=True) if c)  # fmt: skip
        own = cells[place] if cells is not None and place is not None else None
        case = terms.case(" ".join(own.split())) if own else derive("row", terms.outbreak, sheet.sha256, row)
        door = f"linelist:{case}"
        kept.append(quarantine.KeptRow(door, reason, sealed_apart(door, text)))
    return quarantine.keep(kept, told_by, terms.now)


def settle_taken(taken: Iterable[str], now: datetime) -> None:
    """Refused rows whose case has now been taken are dealt with."""
    doors = quarantine.open_doors("linelist:")
    if doors:
        quarantine.settle(doors & {f"linelist:{case}" for case in taken}, now)
