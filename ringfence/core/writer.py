"""One fair writer: taken before an action reads, so that the log's order is the order of commits.

Beside SQLite stands a file lock, with a ticket queue for processes and one for the threads of each; on PostgreSQL an advisory lock of the
transaction, whose queue is the server's own.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from ringfence.core import db

_NUMBERS = 1 << 30  # tickets before they begin again; far more than ever wait at once
_LOG_LOCK = 0x52494E47  # "RING": any number will do, as long as every process takes the same


class _Tickets:
    """A lock whose waiters are served in the order they came; `threading.Lock` promises no order."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._held = False

    def take(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = threading.Event()
            self._queue.append(mine)
        mine.wait()

    def give(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._held = False


_tickets = _Tickets()
_lock_files: dict[str, int] = {}


def taken() -> None:
    """Called when a writer's turn has come: the benchmark of waiting listens here."""


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that nobody else writes beside; all of it is kept, or nothing."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            db.ask("SELECT pg_advisory_xact_lock(%s)", (_LOG_LOCK,))
            taken()
            yield
        return
    _tickets.take()
    try:
        database = str(connection.settings_dict["NAME"])
        lock_file, queue = _lock_file(f"{database}.writer"), _lock_file(f"{database}.queue")
        mine = _wait_in_line(queue)
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        try:
            with transaction.atomic():
                taken()
                yield
        finally:
            fcntl.flock(lock_file, fcntl.LOCK_UN)
            fcntl.lockf(queue, fcntl.LOCK_UN, 1, mine)
    finally:
        _tickets.give()


def _wait_in_line(queue: int) -> int:
    """Draw a number and wait for whoever drew the one before; returns the byte that stands for ours.

    `flock` wakes all who wait and lets them race. Here each holds the byte of its own number and waits for its
    predecessor's, which the system frees too when that process dies. Only the order hangs on this: whoever comes out of
    turn, after such a death, still has to take the lock itself.
    """
    fcntl.flock(queue, fcntl.LOCK_EX)
    try:
        number = int.from_bytes(os.pread(queue, 8, 0), "little") % _NUMBERS
        os.pwrite(queue, (number + 1).to_bytes(8, "little"), 0)
        mine = 8 + number
        fcntl.lockf(queue, fcntl.LOCK_EX, 1, mine)
    finally:
        fcntl.flock(queue, fcntl.LOCK_UN)
    before = 8 + (number - 1) % _NUMBERS
    fcntl.lockf(queue, fcntl.LOCK_EX, 1, before)
    fcntl.lockf(queue, fcntl.LOCK_UN, 1, before)
    return mine


def _lock_file(path: str) -> int:
    """An open lock file beside a database; one for each process, as a fork must not share it."""
    key = f"{os.getpid()}:{path}"
    if key not in _lock_files:
        _lock_files[key] = os.open(Path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return _lock_files[key]
