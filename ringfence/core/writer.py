"""One fair writer: taken before an action reads, so that the log's order is the order of commits.

Beside SQLite stands a file lock, with a ticket queue for the threads of one process; on PostgreSQL an advisory lock of the
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


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that nobody else writes beside; all of it is kept, or nothing."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            db.ask("SELECT pg_advisory_xact_lock(%s)", (_LOG_LOCK,))
            yield
        return
    _tickets.take()
    try:
        lock_file = _lock_file(str(connection.settings_dict["NAME"]))
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        try:
            with transaction.atomic():
                yield
        finally:
            fcntl.flock(lock_file, fcntl.LOCK_UN)
    finally:
        _tickets.give()


def _lock_file(database: str) -> int:
    """The open lock file beside a database; one for each process, as a fork must not share it."""
    key = f"{os.getpid()}:{database}"
    if key not in _lock_files:
        _lock_files[key] = os.open(Path(f"{database}.writer"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return _lock_files[key]
