"""What is ever written into a finished segment: a person's erasure, and the rewrapping of keys."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ringfence.core.vault import DESTROYED, WRAPPED_BYTES, Vault, overwrite
from ringfence.facts.ids import PersonId
from ringfence.registry.blocks import KINDS
from ringfence.registry.register.layout import GONE, IDENTITIES, KEYS, NO_BIRTH, opened
from ringfence.registry.register.segments import Register, Segment

PIECE = 4096
"""Keys rewrapped between two syncs."""


def erase(home: Path, person: PersonId) -> int:
    """Erase a person from every segment that names them; returns how many rows were erased (0: not registered).

    Their key and sealed identity are overwritten, they are unlinked from every keyed hash, and their birth is left to
    the year. Place, household and sex stay, so that counts and households do. Done again, or after a crash, it
    finishes the same.
    """
    erased = 0
    with _only_writer(home):
        for segment in Register.open(home).segments:
            row = segment.row_of_person(person)
            if row is not None:
                _erase_row(segment, row)
                erased += 1
    return erased


def rewrap(home: Path, vault: Vault, progress: Callable[[int, int], None] | None = None) -> int:
    """Bring every key under the current wrapping key, in place; returns how many were changed.

    Each record is whole in itself and names its wrapping key, so that a crash in the middle leaves both kinds
    readable; run again.
    """
    changed = done = 0
    with _only_writer(home):
        register = Register.open(home)
        total = sum(segment.rows for segment in register.segments)
        for segment in register.segments:
            for begin in range(0, segment.rows, PIECE):
                changed += _rewrap_piece(segment, vault, begin, min(begin + PIECE, segment.rows))
                done = min(done + PIECE, total)
                if progress:
                    progress(done, total)
    return changed


@contextmanager
def _only_writer(home: Path) -> Iterator[None]:
    """The lock that loads take too: nothing is rewrapped while someone is erased."""
    (home / "people").mkdir(parents=True, exist_ok=True)
    with (home / "people" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _erase_row(segment: Segment, row: int) -> None:
    """Unlink first: without a key nobody could find the entries again if the machine stopped in between."""
    for kind in KINDS:
        path = segment.folder / f"{kind}.rows"
        for place in np.flatnonzero(opened(path, "<i4") == row):
            overwrite(path, int(place) * 4, GONE.to_bytes(4, "little", signed=True))
    overwrite(segment.folder / KEYS, row * WRAPPED_BYTES, DESTROYED)
    begin, end = segment.sealed_span(row)
    overwrite(segment.folder / IDENTITIES, begin, bytes(end - begin))
    birth = int(segment.column("birth")[row])
    if birth != NO_BIRTH:
        year = np.datetime64(birth, "D").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
        overwrite(segment.folder / "birth.column", row * 4, int(year).to_bytes(4, "little", signed=True))
        overwrite(segment.folder / "birth_exact.column", row, b"\x01")


def _rewrap_piece(segment: Segment, vault: Vault, begin: int, end: int) -> int:
    old = [segment.wrapped_key(row) for row in range(begin, end)]
    if all(map(vault.is_current, old)):
        return 0
    new = [vault.rewrap(key, segment.owner(row)) for row, key in zip(range(begin, end), old, strict=True)]
    overwrite(segment.folder / KEYS, begin * WRAPPED_BYTES, b"".join(new))
    return sum(before != after for before, after in zip(old, new, strict=True))
