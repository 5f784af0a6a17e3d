"""The worker of a drill's workspace: it tells the simulation's facts and the time, as fast as the workspace's clock goes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ringfence.core import drill as drills
from ringfence.core.centre import Centre
from ringfence.core.clock import Clock, ToldClock, elapsed

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
    sealed = elapsed() - SEALS_EVERY
    while not ended.is_set():
        try:
            teller.tell_until(clock.now())
        except Exception:
            logger.exception("the drill could not be told at %s", clock.now().isoformat())
        if teller.heard.ended is not None and clock.speed:
            drills.set_pace(home, Clock().now(), running=False)
        if elapsed() - sealed >= SEALS_EVERY or once:
            seal(centre)
            sealed = elapsed()
        if once:
            return
        ended.wait(LOOKS_EVERY)
    seal(centre)
