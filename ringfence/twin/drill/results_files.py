"""Files of results that laboratories send to the players: to be read in as any laboratory's file is."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import orjson

from ringfence.facts.testing import Result
from ringfence.twin.drill.simulation import Simulation
from ringfence.twin.drill.workspace import Workspace

INDEX = "index.json"
HEADS = ("采样管号", "检测结果", "Ct值", "检测时间")
SAID = {Result.NEGATIVE: "阴性", Result.POSITIVE: "阳性"}
PLAIN, ODD = "utf-8-sig", "utf-16"
"""The encoding of an ordinary file, and of one that comes as a trouble."""


def kept(workspace: Workspace) -> dict[str, str]:
    """Tube -> the file in which its result waits for somebody to read it in."""
    path = workspace.files / INDEX
    found: dict[str, str] = orjson.loads(path.read_bytes()) if path.exists() else {}
    return found


def files(workspace: Workspace) -> list[Path]:
    """The files, newest first."""
    return sorted((each for each in workspace.files.glob("*.csv")), key=lambda each: each.name, reverse=True)


def write(teller: Simulation, laboratory: str, tubes: Sequence[str], at: datetime, encoding: str = PLAIN) -> str:
    """Write the results of tubes as a laboratory would; returns the SHA-256 of the file."""
    workspace = teller.workspace
    zone, told = workspace.zone, io.StringIO(newline="")
    rows = csv.writer(told, delimiter=";" if encoding == ODD else ",")
    rows.writerow(HEADS)
    for tube in tubes:
        found = teller.reading(laboratory, tube, at)
        rows.writerow(
            (found["tube"], SAID[found["result"]], found.get("ct", ""), f"{at.astimezone(zone):%Y-%m-%d %H:%M}")
        )
    content = told.getvalue().encode(encoding)
    workspace.files.mkdir(parents=True, exist_ok=True)
    number = workspace.laboratories.index(laboratory) + 1 if laboratory in workspace.laboratories else 0  # type: ignore[arg-type]
    name = f"DRILL-{at.astimezone(zone):%m%d-%H%M%S}-laboratory-{number}.csv"
    (workspace.files / name).write_bytes(content)
    known = kept(workspace) | dict.fromkeys(tubes, name)
    partial = workspace.files / f"{INDEX}.part"
    partial.write_bytes(orjson.dumps(known))
    partial.replace(workspace.files / INDEX)
    return hashlib.sha256(content).hexdigest()
