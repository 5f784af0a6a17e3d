"""What the loop promises: depth first, all or nothing, no rules without end, late facts like any others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.core.declare import Rule
from ringfence.core.errors import RulesAnswerForEver
from ringfence.core.fact import Fact, Facts, Line
from ringfence.facts.cases import CaseRestored, CaseSetAside
from ringfence.facts.ids import CaseId
from tests.stories.story import Story


def test_each_fact_is_answered_before_the_next_is_looked_at() -> None:
    story = Story("""
        10:00  report_case person=Ana classification=confirmed by=duty
    """)
    assert story.facts() == [
        "CaseReported",
        "InvestigationOpened < a_reported_case_is_investigated",
        "TasksSet < a_reported_case_is_investigated",
        "CourseNoted",
        "CaseConfirmed < an_infection_is_confirmed_with_its_window",
        "SearchLeftOpen < a_confirmed_cases_contacts_are_found",
        "TasksSet < a_search_left_open_is_made_by_a_person",
    ]


def test_a_late_fact_keeps_when_it_happened_and_when_it_was_heard() -> None:
    story = Story("""
        03 10:00  CaseReported case=C1 person=Ana at=-2d
    """)
    told = story.lines()[0]
    assert (story.when(told.fact.at), story.when(told.line.heard_at)) == ("01 10:00", "03 10:00")
    assert story.tasks() == ["investigate_case | C1 | investigation | 02 10:00"]


def _counts() -> tuple[int, ...]:
    tables = ("log", "cases_case", "command_task", "hand_in")
    return tuple(int(db.ask(f"SELECT count(*) FROM {table}")[0][0]) for table in tables)


def test_all_of_a_telling_is_recorded_or_nothing() -> None:
    story = Story("""
        10:00  CaseReported case=C1 person=Ana
    """)
    before = _counts()

    def facts() -> Iterator[Fact]:
        yield CaseSetAside(case=CaseId(story.names[CaseId, "C1"]), reason="x", at=story.clock.now())
        message = "the line broke"
        raise ConnectionError(message)

    with pytest.raises(ConnectionError):
        story.centre.hear(feed("story"), facts(), story.place)
    assert _counts() == before
    assert story.tasks() == ["investigate_case | C1 | investigation | 02 10:00"]


def test_rules_that_answer_each_other_for_ever_are_refused_by_name() -> None:
    story = Story("""
        10:00  CaseReported case=C1 person=Ana
    """)

    def what_is_aside_comes_back(aside: CaseSetAside, line: Line) -> Facts:
        yield CaseRestored(case=aside.case, at=aside.at)

    def what_is_back_goes_aside(back: CaseRestored, line: Line) -> Facts:
        yield CaseSetAside(case=back.case, reason="again", at=back.at)

    story.centre.rules[CaseSetAside].append(Rule(what_is_aside_comes_back, (CaseSetAside,)))
    story.centre.rules[CaseRestored].append(Rule(what_is_back_goes_aside, (CaseRestored,)))
    before = log.last_seq()
    aside = CaseSetAside(case=CaseId(story.names[CaseId, "C1"]), reason="x", at=story.clock.now())
    with pytest.raises(RulesAnswerForEver) as refused:
        story.centre.hear(feed("story"), [aside], story.place)
    named = [rule.rpartition(".")[2] for rule in refused.value.chain]
    assert named[:2] == ["what_is_aside_comes_back", "what_is_back_goes_aside"]
    assert log.last_seq() == before
