"""The only place where the time is read. Rules and memory never read it: time is told, as `TimeStruck`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class ToldClock(Clock):
    """A clock that shows what it was told: for stories, drills and replays."""

    def __init__(self, now: datetime) -> None:
        """Begin at a moment."""
        self._now = now

    def now(self) -> datetime:
        """The moment last told."""
        return self._now

    def set(self, now: datetime) -> None:
        """Tell the time."""
        self._now = now

    def pass_by(self, span: timedelta) -> None:
        """Let a span pass."""
        self._now += span


def elapsed() -> float:
    """Seconds on a steady clock, for measuring how long work took; never a moment of the world."""
    return time.monotonic()


def rest(seconds: float) -> None:
    """Wait, in a worker's loop."""
    time.sleep(seconds)
