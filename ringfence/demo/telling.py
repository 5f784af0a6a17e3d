"""The demonstration told into an empty log: the city, its staff, and eighteen days of an outbreak up to the present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import connection

from ringfence.app import open_centre
from ringfence.core import db
from ringfence.core.access import feed
from ringfence.core.clock import ToldClock
from ringfence.demo import register, visits
from ringfence.demo.city import drawn
from ringfence.demo.course import HOUR, NAMED, Course
from ringfence.demo.days import Days
from ringfence.demo.outbreak import infections
from ringfence.demo.response import respond
from ringfence.demo.staff import appoint
from ringfence.demo.testing_round import test_everybody
from ringfence.demo.tracers import trace
from ringfence.desks.command.actions import make_decision
from ringfence.facts.ids import CaseId, OutbreakId, derive
from ringfence.registry.actions import declare_outbreak

TOLD = "demo:told"
"""The key of the last thing told: where it is on record, the demonstration is complete."""

BUILT_BEFORE = timedelta(days=20)


def stands(key: str) -> bool:
    """Whether this key of the demonstration is on record."""
    return db.ask_one("SELECT 1 FROM hand_in WHERE key = %s", (key,)) is not None


def begun() -> bool:
    """Whether what stands in the log is the demonstration's beginning."""
    row = db.ask_one("SELECT told_by FROM log WHERE seq = 1")
    return row is not None and row[0] == feed("demo").by


@contextmanager
def _not_waiting_for_the_disk() -> Iterator[None]:
    """What can be told again from the start need not be durable line by line; the last telling is, and all before it."""
    if connection.vendor == "sqlite":
        db.run("PRAGMA synchronous = OFF")
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            db.run("PRAGMA synchronous = FULL")
            db.ask("PRAGMA wal_checkpoint(TRUNCATE)")


def _declare(days: Days) -> None:
    days.tell(
        NAMED["duty"],
        declare_outbreak,
        jurisdiction=days.city.city,
        code=f"YT{days.until:%y}",
        title="Yunting 云汀",
        disease="covid-19",
        pack="cn-covid-2021",
        begins_on=days.now.date(),
    )


def tell(
    home: Path,
    now: datetime,
    password_hash: str,
    progress: Callable[[float], None] = lambda _: None,
    searchable: Callable[[], object] = lambda: None,
) -> int:
    """Tell everything up to `now`; returns the number of cases.

    `progress` hears the share done, 0 to 1; `searchable` returns once the search is compiled, if somebody does that.
    """
    found = infections(now)
    begun = found[0].sampled_at - 2 * HOUR
    clock = ToldClock(now - BUILT_BEFORE)
    centre = open_centre(clock, home)
    city, us = drawn(clock.now()), feed("demo")
    centre.hear(us, city.facts)
    appoint(centre, us, city, password_hash, clock.now())
    clock.set(begun)
    days = Days(centre, clock, city, OutbreakId(derive("outbreak", f"YT{now:%y}")), now)
    _declare(days)
    register.load(days)
    register.load_accounts(days)
    visits.load(days, found)
    cases: dict[int, CaseId] = {}
    for each in found:
        Course(days, each, cases).begin()
    respond(days, begun)
    trace(days, begun)
    test_everybody(days)
    for n in range(1, 101):
        days.at(begun + (now - begun) * (n / 101), partial(progress, n / 101))
    searchable()
    with _not_waiting_for_the_disk():
        days.pass_by()
    clock.set(now)
    _brief(days)
    return len(cases)


def _brief(days: Days) -> None:
    """What was decided this morning: with it the demonstration is told."""
    days.centre.tell(
        days.who(NAMED["duty"]),
        make_decision,
        key=TOLD,
        outbreak=days.outbreak,
        text="早会 Morning briefing: overdue investigations first",
        reason="late investigations are where the next cases come from",
    )
