"""`ringfence work`: tells the time every five minutes and seals the log every few seconds."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import datetime, timedelta
from types import FrameType
from typing import Annotated

import typer

from ringfence.app import centre as opened
from ringfence.app import start
from ringfence.commands.drill_work import play
from ringfence.core import log
from ringfence.core.access import EVERYWHERE, feed
from ringfence.core.centre import Centre
from ringfence.core.drill import mark_of
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.seal import seal
from ringfence.desks.tracing.visits.warm import warm_aside
from ringfence.facts.time import BITE, TimeStruck

STRIKES_EVERY = timedelta(seconds=float(os.environ.get("RINGFENCE_STRIKE", "300")))
SEALS_EVERY = 5.0  # seconds
MOST_STRIKES = 2000  # of one outbreak in one round: a hundred thousand answers; what is left waits for the next round

logger = logging.getLogger("ringfence.work")


def work(
    *, once: Annotated[bool, typer.Option("--once", help="One round, then end: for a timer of your own.")] = False
) -> None:
    """Tell the time and seal the log, until stopped. A round begun is finished before it ends."""
    start()
    centre = opened()
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if mark_of(centre.home) is not None:
        play(centre.home, ended, strike, _sealed, once=once)
        return
    if not once:
        warm_aside()
    struck: datetime | None = None
    while not ended.is_set():
        now = centre.clock.now()
        if struck is None or now - struck >= STRIKES_EVERY:
            _round(centre, now, ended)
            struck = now
        _sealed(centre)
        if once:
            return
        ended.wait(min(SEALS_EVERY, STRIKES_EVERY.total_seconds()))
    _sealed(centre)


def _round(centre: Centre, now: datetime, ended: threading.Event) -> None:
    """A strike that fails is logged: the next one finds what it left, and the seals must go on."""
    try:
        strike(centre, now, ended)
    except Exception:
        logger.exception("the strike of %s failed", now.isoformat())
    try:
        forget_old_visits(centre, now)
    except Exception:
        logger.exception("forgetting old visits failed")


def _sealed(centre: Centre) -> None:
    try:
        seal(centre.home, centre.clock.now())
    except Exception:
        logger.exception("sealing failed")


def strike(centre: Centre, now: datetime, ended: threading.Event | None = None) -> int:
    """Tell the time to every open outbreak, and to what belongs to none; returns how many facts answered.

    A strike is answered with at most the pack's `answers_per_strike` facts a rule, so that nobody waits; one that was
    answered by `BITE` facts, after which a rule may have stopped, is struck again at the same moment.
    """
    from ringfence.registry.queries.outbreaks import outbreaks  # noqa: PLC0415 (needs Django set up)

    now = from_micros(to_micros(now))
    answered = 0
    for outbreak in (None, *(row.id for row in outbreaks(EVERYWHERE))):
        place = centre.geography.place(outbreak, None)
        full = min(BITE, centre.policy("command", place).answers_per_strike)
        for _ in range(MOST_STRIKES):
            told = centre.hear(feed("clock"), [TimeStruck(outbreak=outbreak, at=now)], place)
            answers = log.last_seq() - told[0].line.seq
            answered += answers
            if answers < full or (ended is not None and ended.is_set()):
                break
    return answered


def forget_old_visits(centre: Centre, now: datetime) -> int:
    """Delete visits older than every open outbreak's pack keeps them for; returns how many days went."""
    if not (centre.home / "visits").is_dir():
        return 0
    from ringfence.desks.tracing.visits.retention import forgotten, outlived  # noqa: PLC0415 (loads the compiled loops)
    from ringfence.registry.queries.outbreaks import outbreaks  # noqa: PLC0415 (needs Django set up)

    open_now = [None, *(row.id for row in outbreaks(EVERYWHERE))]
    spans = [centre.policy("tracing", centre.geography.place(each, None)).keep_visits_for for each in open_now]
    before = outlived(centre.home, spans, now)
    if before is None:
        return 0
    gone, fact = forgotten(centre.home, before, now)
    if fact is not None:
        centre.hear(feed("clock"), [fact])
    return len(gone.days)
