"""A segment under construction: spooled to files in a folder of its own, then indexed, synced and moved into place."""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ringfence.core.vault import DESTROYED, WRAPPED_BYTES
from ringfence.registry.blocks import KINDS
from ringfence.registry.register.layout import (
    COLUMNS,
    DICTIONARIES,
    FORMAT,
    IDENTITIES,
    INDEXES,
    KEYS,
    META,
    NONE,
    PLACES,
    opened,
)
from ringfence.registry.register.rows import Batch

Ints = npt.NDArray[np.int64]


@dataclass
class Spool:
    """Open files that grow batch by batch."""

    folder: Path
    rows: int = 0
    sealed_bytes: int = 0

    def __post_init__(self) -> None:
        """Open every file of the segment for writing."""
        spooled = [f"{name}.{part}" for name in KINDS for part in ("values", "rows")]
        names = [*(f"{name}.column" for name in COLUMNS), *spooled, IDENTITIES, KEYS]
        self.files: dict[str, BinaryIO] = {name: (self.folder / name).open("wb") for name in names}
        self._starts: list[int] = []
        self._files: list[str] = []
        self.dictionaries: dict[str, dict[str, int]] = {name: {} for name in set(DICTIONARIES.values())}

    def add(self, batch: Batch) -> None:
        """Append one batch; its rows and codes become rows and codes of the segment."""
        if not batch.columns:
            return
        self._starts.append(self.rows)
        self._files.append(batch.file)
        for name, dtype in COLUMNS.items():
            values = batch.columns[name]
            if name in DICTIONARIES:
                values = self._recoded(values, batch.dictionaries[name], self.dictionaries[DICTIONARIES[name]])
            if name == "blob_end":
                values = values + np.uint64(self.sealed_bytes)
            self.files[f"{name}.column"].write(values.astype(dtype).tobytes())
        for kind, (values, rows) in batch.blinds.items():
            self.files[f"{kind}.values"].write(values.tobytes())
            self.files[f"{kind}.rows"].write((rows + np.int32(self.rows)).tobytes())
        self.files[IDENTITIES].write(batch.sealed)
        self.files[KEYS].write(batch.keys)
        self.sealed_bytes += len(batch.sealed)
        self.rows += len(batch.columns["id_head"])

    def file_of(self, row: int) -> str:
        """The name of the file a row came from."""
        return self._files[bisect_right(self._starts, row) - 1]

    @staticmethod
    def _recoded(codes: npt.NDArray[Any], texts: list[str], known: dict[str, int]) -> npt.NDArray[np.uint32]:
        of_code = np.array([known.setdefault(text, len(known)) for text in texts] + [NONE], np.uint32)
        return of_code[np.where(codes == NONE, len(texts), codes)]

    def close(self) -> None:
        """Close every file; the disk may not have it all yet."""
        for file in self.files.values():
            file.close()

    def column(self, name: str) -> npt.NDArray[Any]:
        """One finished column, memory-mapped."""
        return opened(self.folder / f"{name}.column", COLUMNS[name])


def told_twice(spool: Spool) -> npt.NDArray[np.int32]:
    """The rows whose person stands in an earlier row of the same load already."""
    heads = spool.column("id_head")
    order = np.argsort(heads, kind="stable").astype(np.int32)
    ranked = heads[order]
    same = np.flatnonzero(ranked[1:] == ranked[:-1])
    tails = spool.column("id_tail")
    same = same[tails[order[same]] == tails[order[same + 1]]]
    return np.sort(order[same + 1])


def drop(spool: Spool, rows: npt.NDArray[np.int32]) -> None:
    """Take rows out again before the segment is indexed: no place, no index entry, no key."""
    if not len(rows):
        return
    for name in PLACES:
        opened(spool.folder / f"{name}.column", COLUMNS[name], "r+")[rows] = NONE
    opened(spool.folder / KEYS, f"V{WRAPPED_BYTES}", "r+")[rows] = np.void(DESTROYED)


def index(spool: Spool, dropped: npt.NDArray[np.int32]) -> None:
    """Write the sorted indexes of keyed hashes, people and households, and the rows of each place."""
    kept = np.ones(spool.rows, bool)
    kept[dropped] = False
    for kind in KINDS:
        values = np.fromfile(spool.folder / f"{kind}.values", "<i8")
        rows = np.fromfile(spool.folder / f"{kind}.rows", "<i4")
        _write_index(spool.folder, kind, values[kept[rows]], rows[kept[rows]])
    rows = np.flatnonzero(kept).astype(np.int32)
    _write_index(spool.folder, "person", spool.column("id_head")[rows].view(np.int64), rows)
    housed = rows[spool.column("household_head")[rows] != 0]
    _write_index(spool.folder, "household", spool.column("household_head")[housed].view(np.int64), housed)
    for name in PLACES:
        _write_places(spool, name, kept)


def _write_index(folder: Path, kind: str, values: Ints, rows: npt.NDArray[np.int32]) -> None:
    order = np.argsort(values, kind="stable")
    values[order].tofile(folder / f"{kind}.values")
    rows[order].tofile(folder / f"{kind}.rows")


def _write_places(spool: Spool, name: str, kept: npt.NDArray[np.bool_]) -> None:
    codes = np.array(spool.column(name))
    if name == "stay":
        codes = np.where(codes == NONE, spool.column("jurisdiction"), codes)
    codes[~kept] = NONE
    rows = np.flatnonzero(codes != NONE).astype(np.int32)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    counts = np.bincount(codes[rows], minlength=len(spool.dictionaries["place"]))
    rows.tofile(spool.folder / f"{name}.place_rows")
    np.concatenate([[0], np.cumsum(counts)]).astype("<i8").tofile(spool.folder / f"{name}.place_ends")


def finish(spool: Spool, told: dict[str, Any]) -> None:
    """Write the segment's own description and wait until the disk has every file."""
    dictionaries = {name: list(texts) for name, texts in spool.dictionaries.items()}
    described = {"format": FORMAT, "rows": spool.rows, "indexes": INDEXES, "key_bytes": WRAPPED_BYTES, **told}
    (spool.folder / META).write_text(json.dumps({**described, "dictionaries": dictionaries}, ensure_ascii=False))
    for path in spool.folder.iterdir():
        sync(path)
    sync(spool.folder)


def sync(path: Path) -> None:
    """Wait until the disk has a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
