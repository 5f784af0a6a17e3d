"""Loading a register of people: checked, sealed and indexed in one go; all of it appears, or nothing does."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import multiprocessing
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import wait
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused
from ringfence.core.vault import Vault
from ringfence.registry.register import build
from ringfence.registry.register.files import BATCH, Bad, Told, batches, told
from ringfence.registry.register.layout import META
from ringfence.registry.register.rows import Batch, Terms, take
from ringfence.registry.register.segments import Register

Progress = Callable[[int, int], None]
"""(rows read, rows in the files; lines for CSV)."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to; `sha256` is the file's own, or the hash of the hashes of several."""

    sha256: str
    people: int
    base: int  # the dense integer of the first row
    refused: int  # rows not taken
    refused_report: (
        Path | None
    )  # CSV: file, row, column, value, reason; holds personal values, readable by its owner alone
    seconds: float
    new: bool  # False when this file had been loaded already, and nothing changed


def load_people(  # noqa: PLR0913 (each is a choice the person at the door makes)
    files: Sequence[Path],
    *,
    home: Path,
    vault: Vault,
    source: str,
    on: date,
    mapping: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    country: str = "CN",
    take_good: bool = False,
    progress: Progress | None = None,
    workers: int = 2,
    batch: int = BATCH,
) -> Loaded:
    """Load a register from Parquet or CSV into a new segment under `home/people/<sha256>/`.

    `source` names who the codes are from; `on` is the day at which ages are counted; `mapping` gives field -> column
    where the headings do not; `places` turns the file's codes of places into ours (ids or paths), and a place it lacks
    is a bad value. Without `take_good`, one bad row refuses the load (the report is written either way). `workers` = 0
    works in this process. A segment half built by a killed load is swept away by the next one. Refused:
    `people_rows_bad`, `people_loaded_as_another_source`, and those of `files.told` and `files.batches`.
    """
    begun = elapsed()
    asked = [told(Path(path), mapping) for path in files]
    place = home / "people" / _sha256_of(asked)
    place.parent.mkdir(parents=True, exist_ok=True)
    with _only_load(place.parent):
        if (known := _known(place, source, begun)) is not None:
            return known
        terms = Terms(source, on, country, vault.folder, places)
        done = _taken(asked, terms, vault, workers, batch, progress)
        return _load_new(place, asked, source, begun, done, take_good=take_good)


def _sha256_of(asked: Sequence[Told]) -> str:
    """One file's own hash; the hash of the hashes of several, in their order."""
    if len(asked) == 1:
        return asked[0].sha256
    return hashlib.sha256("".join(one.sha256 for one in asked).encode()).hexdigest()


def _load_new(  # noqa: PLR0913
    place: Path, asked: Sequence[Told], source: str, begun: float, done: Iterator[Batch], *, take_good: bool
) -> Loaded:
    """Spool the batches in a folder beside and finish the segment; whatever goes wrong, nothing of it stays."""
    folder = place.with_name(f".building-{place.name}")
    folder.mkdir(mode=0o700)
    try:
        report = Report(place.parent / "reports" / f"{place.name}.csv")
        spool = build.Spool(folder)
        for one in done:
            spool.add(one)
            report.add(one.bad)
        report.add([bad for one in asked for bad in one.bad_lines])
        return _finished(spool, report, place, source, begun, take_good=take_good)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _finished(  # noqa: PLR0913
    spool: build.Spool, report: Report, place: Path, source: str, begun: float, *, take_good: bool
) -> Loaded:
    """Index, sync and move the segment into place, unless bad rows forbid it."""
    spool.close()
    twice = build.told_twice(spool)
    report.add(_twice(spool, twice))
    report.close()
    if report.rows and not take_good:
        raise Refused("people_rows_bad", rows=report.rows, good=spool.rows - len(twice), report=report.path)
    build.drop(spool, twice)
    build.index(spool, twice)
    register = Register.open(place.parent.parent)
    base = register.next_dense
    for older, rows in register.also_in(spool.column("id_head"), spool.column("id_tail")):
        rows.tofile(spool.folder / f"newer-than-{older}.rows")
    facts = {"sha256": place.name, "source": source, "people": spool.rows - len(twice), "base": base}
    build.finish(spool, {**facts, "refused": report.rows})
    spool.folder.replace(place)
    build.sync(place.parent)
    return Loaded(
        place.name,
        spool.rows - len(twice),
        base,
        report.rows,
        report.path if report.rows else None,
        elapsed() - begun,
        new=True,
    )


def _known(place: Path, source: str, begun: float) -> Loaded | None:
    """What the same files came to when they were loaded before."""
    if not (place / META).exists():
        return None
    known = json.loads((place / META).read_text())
    if known["source"] != source:
        raise Refused("people_loaded_as_another_source", sha256=place.name, source=known["source"], asked=source)
    report = place.parent / "reports" / f"{place.name}.csv"
    return Loaded(
        place.name, known["people"], known["base"], known["refused"], report if report.exists() else None,
        elapsed() - begun, new=False,
    )  # fmt: skip


@contextmanager
def _only_load(people: Path) -> Iterator[None]:
    """One load at a time; what a killed one left is removed. The lock goes with the process that holds it."""
    with (people / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in people.glob(".building-*"):
            shutil.rmtree(left)
        yield


def _twice(spool: build.Spool, rows: npt.NDArray[np.int32]) -> list[Bad]:
    """A line for the report for each row that names a person told before."""
    source_rows = spool.column("source_row")
    return [Bad(spool.file_of(row), int(source_rows[row]), "code", "", "code_told_twice") for row in rows]


# -- the report of bad rows -------------------------------------------------------------------------------------------


class Report:
    """Every value that could not be taken, in a CSV file that only its owner may read; no file where all was good."""

    def __init__(self, path: Path) -> None:
        """Write to `path` once there is something to write."""
        self.path = path
        self.rows = 0
        self._last: tuple[str, int] | None = None
        self._file: TextIO | None = None

    def add(self, bad: Sequence[Bad]) -> None:
        """Append values; rows are counted once each."""
        if not bad:
            return
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            self.path.unlink(missing_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(("file", "row", "column", "value", "reason"))
        lines = csv.writer(self._file)
        for one in sorted(bad, key=lambda one: (one.file, one.row)):
            if (one.file, one.row) != self._last:
                self.rows += 1
                self._last = (one.file, one.row)
            lines.writerow((one.file, one.row, one.column, one.value, one.reason))

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()


# -- the work, shared out ---------------------------------------------------------------------------------------------


def _taken(  # noqa: PLR0913
    asked: Sequence[Told], terms: Terms, vault: Vault, workers: int, size: int, progress: Progress | None
) -> Iterator[Batch]:
    """The batches of all files, in order, each checked and sealed."""
    total, read = sum(one.rows for one in asked), 0
    parts = ((batch, one.path.name, first) for one in asked for batch, first in _numbered(one, size))
    done = _in_turn(parts, terms, vault) if workers == 0 else _in_processes(parts, terms, workers)
    for taken in done:
        yield taken
        read += taken.read
        if progress:
            progress(read, max(total, read))


def _numbered(file: Told, size: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    first = 1
    for batch in batches(file, size):
        yield batch, first
        first += batch.num_rows


Part = tuple[pa.RecordBatch, str, int]


def _in_turn(parts: Iterator[Part], terms: Terms, vault: Vault) -> Iterator[Batch]:
    for batch, file, first in parts:
        yield take(batch, file, first, terms, vault)


def _in_processes(parts: Iterator[Part], terms: Terms, workers: int) -> Iterator[Batch]:
    """The same by worker processes, two batches ahead of each at most, so that memory stays bounded."""
    waiting: deque[Future[Batch]] = deque()
    context = multiprocessing.get_context("spawn")  # a server that loads has threads, which a fork would not survive
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(terms,)) as pool:
        for part in parts:
            waiting.append(pool.submit(_take_here, part))
            if len(waiting) > workers + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_here: tuple[Terms, Vault] | None = None


def _begin(terms: Terms) -> None:
    """Open the vault in a worker, and end the worker when its parent is killed."""
    global _here  # noqa: PLW0603 (a worker process serves one load, and has no other place to keep its keys)
    _here = terms, Vault.open(terms.vault_folder)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _take_here(part: Part) -> Batch:
    if _here is None:
        message = "this process was not begun as a worker of a load"
        raise RuntimeError(message)
    return take(*part, *_here)
