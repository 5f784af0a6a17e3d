"""The worker of a drill's workspace: it tells the simulation's facts and the time, as fast as the workspace's clock goes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.core import drill as drills
from ringfence.core.centre import Centre
from ringfence.core.clock import Clock, ToldClock, elapsed

if TYPE_CHECKING:
    from ringfence.twin.drill.teller import Teller

LOOKS_EVERY = 0.5  # seconds of the wall
SEALS_EVERY = 5.0

logger = logging.getLogger("ringfence.work")


def play(
    home: Path,
    ended: threading.Event,
    strike: Callable[[Centre, datetime, threading.Event], int],
    seal: Callable[[Centre], None],
    *,
    once: bool = False,
) -> None:
    """Tell the drill until stopped, or until it is over; the clock stands from then on."""
    from ringfence.app import book, open_centre  # noqa: PLC0415 (needs Django set up)
    from ringfence.twin.drill.teller import Teller  # noqa: PLC0415 (compiled code is loaded where it is used)
    from ringfence.twin.drill.workspace import open_workspace  # noqa: PLC0415

    workspace = open_workspace(home, book())
    centre = open_centre(ToldClock(workspace.begins_at))
    teller = Teller(centre, workspace, lambda at: strike(centre, at, ended))
    clock = drills.DrillClock(home)
    _serve(home)
    try:
        _until(ended, teller, clock, seal, once=once)
    finally:
        drills.set_pace(home, Clock().now(), served=False)
        seal(centre)


def _serve(home: Path) -> None:
    """From here on the clock may run. Where another worker went away without stopping it, it goes on from the last line told."""
    from ringfence.core import log  # noqa: PLC0415 (needs Django set up)

    pace = drills.pace_of(home)
    last = log.lines([log.last_seq()])
    stale = pace is not None and pace.served and bool(last)
    begin_at = max(pace.told_at, last[0].line.heard_at) if stale and pace is not None else None
    drills.set_pace(home, Clock().now(), served=True, begin_at=begin_at)


def _until(
    ended: threading.Event, teller: Teller, clock: drills.DrillClock, seal: Callable[[Centre], None], *, once: bool
) -> None:
    """Look at the clock, tell what has happened by then, look again."""
    home, centre = teller.workspace.home, teller.centre
    sealed = elapsed() - SEALS_EVERY
    while not ended.is_set():
        try:
            teller.tell_until(clock.now())
        except Exception:
            logger.exception("the drill could not be told at %s", clock.now().isoformat())
            ended.wait(SEALS_EVERY)
        if teller.heard.ended is not None and clock.speed:
            drills.set_pace(home, Clock().now(), running=False)
        if elapsed() - sealed >= SEALS_EVERY or once:
            seal(centre)
            sealed = elapsed()
        if once:
            return
        ended.wait(LOOKS_EVERY)
