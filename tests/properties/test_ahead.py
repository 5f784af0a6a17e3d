"""Looking ahead changes nothing: many told together are what they are one by one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.core.answers import Item
from ringfence.core.errors import Refused
from ringfence.desks.testing.actions.laboratories import read_tube
from ringfence.desks.testing.actions.rounds import open_round
from ringfence.desks.testing.actions.stations import seal_tube
from ringfence.facts.ids import derive
from ringfence.facts.testing import Result
from tests.properties.test_rebuild import EXAMPLES, sqlite_world
from tests.properties.world import World, lines, tables

tubes = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=14)
"""Which barcode, whose swab comes first, how many people."""
results = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(list(Result))), min_size=1, max_size=14)


def _told(world: World, sealed: list[Any], read: list[Any]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """A round, tubes sealed in it (some twice, people in several), and results (some of tubes nobody sealed)."""
    now = world.clock.now()
    opened = {"outbreak": world.outbreak, "jurisdiction": "place_c", "due_at": now + timedelta(days=1), "at": now}
    answer = world.centre.tell(world.who(0), open_round, **opened)
    round_id = answer.facts[0].round  # type: ignore[attr-defined]
    told = [
        {
            "code": f"T{code}",
            "site": "site_a",
            "people": tuple(derive("person", "w", first + k) for k in range(n)),
            "round": round_id,
            "at": now,
        }
        for code, first, n in sealed
    ]
    found = [
        {"laboratory": "lab_c", "tube": f"T{code}", "result": result, "outbreak": world.outbreak, "at": now}
        for code, result in read
    ]
    return [(seal_tube, told), (read_tube, found)]


def _one_by_one(world: World, action: Any, told: list[dict[str, Any]]) -> list[str]:
    codes = []
    for n, each in enumerate(told):
        try:
            world.centre.tell(world.who(0), action, key=f"{action.__name__}{n}", **each)
            codes.append("")
        except Refused as refusal:
            codes.append(refusal.code)
    return codes


def _together(world: World, action: Any, told: list[dict[str, Any]]) -> list[str]:
    items = [Item(each, f"{action.__name__}{n}") for n, each in enumerate(told)]
    answers = world.centre.tell_many(world.who(0), action, items).answers
    return [each.code if isinstance(each, Refused) else "" for each in answers]


@settings(EXAMPLES, max_examples=15)
@given(sealed=tubes, read=results)
def test_many_together_are_what_they_are_one_by_one(sealed: list, read: list, template: Path, tmp_path: Path) -> None:
    with sqlite_world(template, tmp_path) as world:
        refused = [_one_by_one(world, action, told) for action, told in _told(world, sealed, read)]
        one_by_one, kept = lines(), tables(world.centre)
    with sqlite_world(template, tmp_path) as world:
        assert [_together(world, action, told) for action, told in _told(world, sealed, read)] == refused
        assert lines() == one_by_one
        assert tables(world.centre) == kept
