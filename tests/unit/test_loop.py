"""The loop's promises: depth first, all or nothing, one answer for one key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ringfence.core import log
from ringfence.core.access import feed
from ringfence.core.centre import Centre, Item
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.desks.cases import actions as cases
from ringfence.desks.command import actions as command
from ringfence.desks.command import queries
from ringfence.facts.cases import CaseReported
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, TaskId
from ringfence.registry import actions as registry

DEMO = feed("test")


@pytest.fixture
def city(centre: Centre) -> JurisdictionId:
    told = centre.tell(DEMO, registry.declare_jurisdiction, code="linhai", level="city", name_en="Linhai")
    place = told.facts[0].jurisdiction
    centre.tell(
        DEMO, registry.declare_unit, jurisdiction=place, code="all", name_en="Office", functions=("investigation",)
    )
    return place


@pytest.fixture
def outbreak(centre: Centre, city: JurisdictionId) -> OutbreakId:
    told = centre.tell(
        DEMO,
        registry.declare_outbreak,
        jurisdiction=city,
        code="LH21",
        title="Linhai",
        disease="covid-19",
        pack="cn-covid-2021",
    )
    return told.facts[0].outbreak


def reported(centre: Centre, outbreak: OutbreakId, city: JurisdictionId, code: str) -> CaseId:
    person = centre.tell(DEMO, registry.register_person, office=city, code=code).facts[0].person
    answer = centre.tell(DEMO, cases.report_case, outbreak=outbreak, person=person, jurisdiction=city)
    return next(fact.case for fact in answer.facts if isinstance(fact, CaseReported))


def the_task(centre: Centre, case: CaseId) -> TaskId:
    return centre.ask(DEMO, queries.tasks, about=case).rows[0].id


def test_what_follows_stands_before_the_next_fact(centre: Centre, outbreak: OutbreakId, city: JurisdictionId) -> None:
    reported(centre, outbreak, city, "P1")
    kinds = [row[1] for row in log.rows()]
    begun = kinds.index("CaseReported")
    assert kinds[begun : begun + 4] == ["CaseReported", "InvestigationOpened", "TasksSet", "CourseNoted"]


def test_every_line_says_what_it_follows_from(centre: Centre, outbreak: OutbreakId, city: JurisdictionId) -> None:
    case = reported(centre, outbreak, city, "P1")
    line = centre.ask(DEMO, queries.task_file, task=the_task(centre, case)).lines[0]
    assert [told.kind for told in log.why(line)] == ["TasksSet", "CaseReported"]
    assert log.why(line)[0].line.by == "rule:cases.a_reported_case_is_investigated"
    assert log.why(line)[1].line.pack == centre.book.version("cn-covid-2021")


def test_a_key_is_answered_once(centre: Centre, city: JurisdictionId) -> None:
    first = centre.tell(DEMO, registry.register_person, key="k1", office=city, code="P1")
    again = centre.tell(DEMO, registry.register_person, key="k1", office=city, code="P1")
    assert (again.first_seq, again.again, again.facts) == (first.first_seq, True, first.facts)
    with pytest.raises(Refused, match="key_means_other"):
        centre.tell(DEMO, registry.register_person, key="k1", office=city, code="P2")


def test_a_task_finished_reopened_and_finished_again_is_finished(
    centre: Centre, clock: ToldClock, outbreak: OutbreakId, city: JurisdictionId
) -> None:
    task = the_task(centre, reported(centre, outbreak, city, "P1"))
    for action, told in (
        (command.finish_task, {"evidence": "called"}),
        (command.reopen_task, {"reason": "not answered"}),
        (command.finish_task, {"evidence": "called"}),
    ):
        clock.pass_by(timedelta(minutes=1))
        centre.tell(DEMO, action, task=task, **told)
    assert centre.ask(DEMO, queries.task_file, task=task).row.state == "done"


def test_one_refused_of_many_undoes_itself_alone(centre: Centre, city: JurisdictionId) -> None:
    items = [Item({"office": city, "code": code}) for code in ("P1", "P1", "P2")]
    items[1] = Item({"office": city, "code": "P1", "sex": "female"})
    outcome = centre.tell_many(DEMO, registry.register_person, items, batch="b1")
    assert [number for number, _ in outcome.refused] == [1]
    assert [row[0] for row in log.rows()] == list(range(1, log.last_seq() + 1))


def test_an_undone_batch_is_taken_back_by_facts(centre: Centre, outbreak: OutbreakId, city: JurisdictionId) -> None:
    tasks = [the_task(centre, reported(centre, outbreak, city, code)) for code in ("P1", "P2")]
    centre.tell_many(
        DEMO, command.finish_task, [Item({"task": task, "evidence": "called"}) for task in tasks], batch="b"
    )
    before = log.last_seq()
    centre.undo(DEMO, "b")
    assert {centre.ask(DEMO, queries.task_file, task=task).row.state for task in tasks} == {"open"}
    assert log.last_seq() == before + 2
