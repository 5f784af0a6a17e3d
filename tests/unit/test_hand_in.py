"""A hand-in of many leaves what its items would leave told one by one, whatever is refused, and however late."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from ringfence.core import db, log, seal
from ringfence.core.access import Who, feed
from ringfence.core.centre import Centre, Item
from ringfence.core.clock import ToldClock
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.desks.command import queries
from ringfence.facts.command import TasksSet, TaskStarted
from ringfence.facts.ids import AccountId, JurisdictionId
from ringfence.registry import actions as registry

FEED = feed("test")


@action(may="work")
def set_and_start(who: Who, *, about: str, read: bool, refuse: bool, area: JurisdictionId, at: datetime) -> Facts:
    """Yield two facts, perhaps read what they left, and refuse after all of it where told to."""
    del who
    told = TasksSet(kind="walk", about=(about,), unit="command", due_at=at, jurisdiction=area, at=at)
    yield told
    if read:
        assert queries.task_row(told.tasks()[0]) is not None
    yield TaskStarted(task=told.tasks()[0], account=AccountId("a"), at=at)
    if refuse:
        raise Refused("task_unknown", task=about)


def _kept(prefix: str) -> list[object]:
    """What the items of one way left: tasks, counts, and how many lines and keys."""
    return [
        db.ask("SELECT about, state, account FROM command_task WHERE path = %s ORDER BY about", (f"{prefix}.",)),
        db.ask("SELECT unit, team, state, n FROM command_load WHERE path = %s AND n <> 0 ORDER BY state", (f"{prefix}.",)),
        [(kind, body.count("walk")) for kind, body in db.ask("SELECT kind, body FROM log WHERE jurisdiction = %s ORDER BY seq", (f"{prefix}.",))],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_many_at_once_are_as_many_one_by_one(centre: Centre, clock: ToldClock, seed: int) -> None:
    """The slow twin tells each item in a transaction of its own."""
    dice = random.Random(seed)
    picks = [(dice.choice("abcdef"), dice.random() < 0.5, dice.random() < 0.4) for _ in range(30)]
    answers = {}
    for prefix in ("one", "many"):
        declared = centre.tell(FEED, registry.declare_jurisdiction, code=prefix, level="city", name_en=prefix)
        area = declared.facts[0].jurisdiction  # type: ignore[attr-defined]
        items = [
            Item(
                {"about": f"{prefix}{about}", "read": read, "refuse": refuse, "area": area, "at": clock.now()},
                f"{prefix}{n}",
            )
            for n, (about, read, refuse) in enumerate(picks)
        ]
        groups = [[item] for item in items] if prefix == "one" else [items]
        answers[prefix] = [
            isinstance(each, Refused)
            for group in groups
            for each in centre.tell_many(FEED, set_and_start, group).answers
        ]
    assert answers["one"] == answers["many"] == [refuse for _, _, refuse in picks]
    one, many = (repr(_kept(prefix)).replace(prefix, "") for prefix in ("one", "many"))
    assert one == many


def test_a_key_told_twice_in_one_hand_in_is_answered_once(centre: Centre, clock: ToldClock) -> None:
    """Though its first telling may not have been sent yet."""
    told = {"code": "x", "level": "city", "name_en": "X", "at": clock.now()}
    first, second = centre.tell_many(FEED, registry.declare_jurisdiction, [Item(told, "k"), Item(told, "k")]).answers
    assert not isinstance(first, Refused)
    assert not isinstance(second, Refused)
    assert second.again
    assert second.facts == first.facts


def test_a_seal_is_made_of_the_bytes_as_stored(centre: Centre) -> None:
    """Put together by the database or column by column, they are the same bytes."""
    centre.tell(FEED, registry.declare_jurisdiction, code="x", level="city", name_en="Harbin", name_zh="哈尔滨")
    by_column = ["\x1f".join("\x00" if value is None else str(value) for value in row).encode() for row in log.rows()]
    assert [stored for _, stored in log.stored(0, log.last_seq())] == by_column
    assert seal.leaf(by_column[0]) != seal.leaf(by_column[0] + b" ")
