"""The report of a result file: every row that was not taken as it stands, and why; refused rows are kept."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from ringfence.core import quarantine
from ringfence.core.errors import Refused
from ringfence.core.tables.writing import guarded
from ringfence.core.words import REFUSALS, label, told_as
from ringfence.desks.testing.results.sheet import BadCell, Severity
from ringfence.facts.ids import PlaceId
from ringfence.registry.vaults import sealed_apart

HEADER = ("row", "column", "value", "what happened", "reason")
DOOR = "results"


def said(cell: BadCell, translate: Callable[[str], str] = str) -> str:
    """Why a cell or row was not taken as it stands."""
    if cell.code.startswith("table."):
        return label(cell.code, translate, **cell.told)
    if f"{cell.code}" in REFUSALS:
        return " ".join(told_as(Refused(cell.code, **cell.told), translate))
    told = {
        name: label(f"result.{value}", translate) if name in ("result", "was") else value
        for name, value in cell.told.items()
    }
    return label(f"results.{cell.code}", translate, **told)


def write_report(path: Path, bad: Iterable[BadCell], translate: Callable[[str], str] = str) -> Path:
    """Write every such cell to a CSV file that only its owner may read; it appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for cell in bad:
            what = label(f"results.severity.{cell.severity.value}", translate)
            lines.writerow([guarded(each) for each in (cell.row, cell.column, cell.value, what, said(cell, translate))])
    unfinished.replace(path)
    return path


def door_of(laboratory: PlaceId, what: str) -> str:
    """By which door something refused of a laboratory's file is kept."""
    return f"{DOOR}:{laboratory}:{what}"


def keep_refused(bad: Sequence[BadCell], laboratory: PlaceId, sha256: str, told_by: str, at: datetime) -> int:
    """Keep each refused row, sealed, until its tube is read; returns how many were not kept already."""
    kept: dict[str, quarantine.KeptRow] = {}
    for cell in bad:
        if cell.severity is Severity.REFUSED:
            door = door_of(laboratory, cell.value or f"{sha256[:12]}/{cell.row}")
            text = f"row {cell.row}\t{cell.column}\t{cell.value}"
            kept.setdefault(door, quarantine.KeptRow(door, cell.code, sealed_apart(door, text)))
    return quarantine.keep(list(kept.values()), told_by, at)


def settle_taken(laboratory: PlaceId, taken: Iterable[str], at: datetime) -> None:
    """Refused rows whose tube has now been read are dealt with."""
    doors = quarantine.open_doors(door_of(laboratory, ""))
    if doors:
        quarantine.settle(doors & {door_of(laboratory, code) for code in taken}, at)
