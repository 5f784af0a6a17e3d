"""Files of the store: mapped into memory to read, replaced whole to write."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ringfence.science.contacts_index import U8


def mapped(path: Path, *, scattered: bool = False) -> tuple[U8, mmap.mmap | None]:
    """A file's bytes where they lie. `scattered` tells the system to read single pages and not whole stretches around."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return np.empty(0, np.uint8), None
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if scattered and hasattr(held, "madvise"):
        held.madvise(mmap.MADV_RANDOM)  # read-ahead of 128 KiB made one cold search fifty times as long
    return np.frombuffer(held, np.uint8), held


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when all of it is on the disk; else nothing has happened."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".new-{path.name}")
    try:
        with new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        new.unlink(missing_ok=True)  # on a full disk it would take what little room there is
        raise
    new.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """See that a folder's own entries are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def only_one(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """One writer at a time; the lock goes with the process that holds it. False where another has it and `wait` is not set."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
