"""`ringfence work`: tells the time every five minutes and seals the log every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringfence.app import centre as opened
from ringfence.app import start
from ringfence.core import clock as clocks
from ringfence.core.access import EVERYWHERE, feed
from ringfence.core.centre import Centre
from ringfence.core.fact import from_micros
from ringfence.core.seal import seal
from ringfence.facts.time import TimeStruck

STRIKES_EVERY = timedelta(minutes=5)
SEALS_EVERY = 5.0  # seconds


def work() -> None:
    """Tell the time and seal the log, until stopped."""
    start()
    centre = opened()
    struck: datetime | None = None
    while True:
        now = centre.clock.now()
        if struck is None or now - struck >= STRIKES_EVERY:
            strike(centre, now)
            struck = now
        seal(centre.home, centre.clock.now())
        clocks.rest(SEALS_EVERY)


def strike(centre: Centre, now: datetime) -> None:
    """Tell the time to every open outbreak, and to what belongs to none."""
    from ringfence.registry.queries.outbreaks import outbreaks  # noqa: PLC0415 (needs Django set up)

    now = from_micros(int(now.timestamp() * 1_000_000))
    for each in (None, *(row.id for row in outbreaks(EVERYWHERE))):
        centre.hear(feed("clock"), [TimeStruck(outbreak=each, at=now)], centre.geography.place(each, None))
