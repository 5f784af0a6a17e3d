"""Grid companions: told as weak evidence where a city switches them on, and otherwise not looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.app import book
from ringfence.facts.tracing import ContactsFound
from tests.stories.story import Story
from tests.stories.test_tracing import contact, listed


@pytest.fixture(autouse=True)
def stage(home: Path) -> None:
    """A fresh log for the next story."""
    Story.home = home


GRID = """
[pack]
id = "grid-city"
version = 1
kind = "overlay"
disease = "covid-19"
place = "city"
from = 2021-09-01
title = { en = "Grid companions", zh = "时空伴随" }

[tracing]
grid_companions = true

[tracing.source]
grid_companions = "A notice of the city"

[tracing.certainty]
grid_companions = "F2"
"""
IN_SQUARES = """
    01 08:00  declare_place name=Tower kind=office lat=45.75 lon=126.65 by=duty
    01 08:00  declare_place name=Stall kind=market lat=45.7501 lon=126.6501 by=duty
    01 08:00  declare_place name=Far kind=market lat=45.80 lon=126.65 by=duty
    05 08:00  visits people=Ana,Bo place=Tower from=03T01:00 to=03T20:00 kind=office
    05 08:00  visits people=Cy place=Stall from=03T09:00 to=03T19:00 kind=market
    05 08:00  visits people=Ana place=Tower from=04T01:00 to=04T20:00 kind=office
    05 08:00  visits people=Di place=Far from=03T09:00 to=03T19:00 kind=market
    05 08:00  visits people=Ed place=Stall from=03T09:00 to=03T09:10 kind=market
    05 10:00  report_case person=Ana classification=confirmed onset_on=2021-09-05 by=duty
"""


def test_grid_companions_are_told_as_weak_evidence_where_a_city_switches_them_on() -> None:
    """Thirty hours of Ana's own in the square; Ed stayed ten minutes, which is not more than ten."""
    folder = Story.home / "policies"
    folder.mkdir(parents=True)
    (folder / "grid-city.toml").write_text(GRID, encoding="utf-8")
    book.cache_clear()
    try:
        story = Story(IN_SQUARES, overlays=("grid-city",))
        found = [each.fact for each in story.lines() if isinstance(each.fact, ContactsFound)]
        weak = [fact for fact in found if fact.evidence == "grid"]
        assert [(fact.certainty.value, [story.name(each) for each in fact.contacts]) for fact in weak] == [
            ("possible", ["Cy"])
        ]
        assert sorted(listed(story)) == ["Bo 1140 work close", "Cy 600 other companion"]
        assert contact(story, "Cy", "closeness") == "companion"
    finally:
        book.cache_clear()


def test_grid_companions_are_off_where_nobody_switches_them_on() -> None:
    story = Story(IN_SQUARES)
    assert listed(story) == ["Bo 1140 work close"]
