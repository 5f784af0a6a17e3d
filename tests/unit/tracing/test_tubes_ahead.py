"""Tubes told together find the same contacts as tubes told one by one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ringfence.core.centre import Item
from ringfence.core.errors import Refused
from ringfence.desks.testing.actions.stations import seal_tube
from ringfence.facts.ids import OutbreakId, PersonId, PlaceId
from ringfence.registry.queries import people
from tests.stories.story import Story

STAGE = """
    21 15:00  FollowUpsBegun contacts=Ana,Bo people=Ana,Bo paths= closeness=close,close last_at=20T11:00,20T11:00 until_at=29T11:00,29T11:00 test_on=2021-09-23+2021-09-25,2021-09-23
    22 10:00  PeopleMerged kept=Ana merged=Anna reason=same
    23 10:00  seal_tube code=T0 site=Gate people=Zoe by=sampler
"""


@pytest.fixture(autouse=True)
def stage(home: Path) -> None:
    """A fresh log for the next story."""
    Story.home = home


def swabs_counted(story: Story) -> list[tuple[str, str, str]]:
    found = [each.fact for each in story.lines() if each.kind == "ContactTested"]
    return [(story.name(fact.contact), fact.on.isoformat(), fact.tube) for fact in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("together", [True, False])
def test_contacts_are_found_alike(together: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(STAGE)
    who, site = story._who("sampler"), PlaceId(story.names[PlaceId, "Gate"])
    names = (("T1", ("Anna", "Zoe")), ("T2", ("Bo", "Cy")), ("T3", ("Anna", "Bo")), ("T4", ("Cy",)))
    told: list[dict[str, Any]] = [
        {"code": code, "site": site, "people": tuple(PersonId(story._id(PersonId, name)) for name in inside),
         "outbreak": OutbreakId(story.names[OutbreakId, "HB"]), "alone": len(inside) == 1}
        for code, inside in names
    ]  # fmt: skip
    asked: list[int] = []
    real = people.merged_among

    def counted(some: Iterable[PersonId]) -> dict[PersonId, list[PersonId]]:
        asked.append(1)
        return real(some)

    monkeypatch.setattr(people, "merged_among", counted)
    if together:
        answers = story.centre.tell_many(who, seal_tube, [Item(each) for each in told]).answers
        assert not [each for each in answers if isinstance(each, Refused)]
        assert len(asked) == 1  # once for all of them
    else:
        for each in told:
            story.centre.tell(who, seal_tube, **each)
        assert len(asked) == 4
    first = swabs_counted(story)
    assert [(name, on) for name, on, _ in first] == [("Ana", "2021-09-23"), ("Bo", "2021-09-23")]
