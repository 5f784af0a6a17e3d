"""The demonstration's city and outbreak are the same each time, and hold what a newcomer is led to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ringfence.core import db
from ringfence.core.seal import seal, verify
from ringfence.demo import city, outbreak, telling
from ringfence.demo.names import somebody
from ringfence.facts.registry import JurisdictionDeclared, UnitDeclared

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_the_outbreak_is_the_same_each_time() -> None:
    found = outbreak.infections(NOW)
    assert found == outbreak.infections(NOW)
    assert 100 <= len(found) <= 150
    by_n = {each.n: each for each in found}
    assert all(each.infector in by_n for each in found if each.n)
    assert all(by_n[each.infector].infected_at < each.infected_at for each in found if each.infector is not None)
    assert all(each.infected_at < each.sampled_at < each.positive_at < each.reported_at for each in found)
    assert any(each.late for each in found)
    assert any(each.onset_at is None for each in found)


def test_people_are_invented_by_key() -> None:
    assert somebody(7) == somebody(7)
    assert len({somebody(n).name for n in range(200)}) > 120
    assert {somebody(n).sex for n in range(50)} == {"female", "male"}


def test_the_city_has_one_office_and_sixteen_groups() -> None:
    drawn = city.drawn(NOW)
    places = [fact for fact in drawn.facts if isinstance(fact, JurisdictionDeclared)]
    assert len({fact.jurisdiction for fact in places}) == len(places) == 1 + 2 + 6 + 18 + 36 + 144
    assert len({fact.names["zh"] for fact in places}) == len(places)
    units = [fact for fact in drawn.facts if isinstance(fact, UnitDeclared)]
    assert len([unit for unit in units if unit.jurisdiction == drawn.city]) == 17
    assert all(unit.names["zh"] and unit.names["en"] for unit in units)


def test_what_is_told_leads_to_overdue_tasks_and_to_why(home: Path) -> None:
    cases = telling.tell(home, NOW, "!")
    assert telling.stands(telling.TOLD)
    assert telling.begun()
    count = dict(db.ask("SELECT kind, count(*) FROM log GROUP BY kind"))
    suspects = count["SymptomsFound"]  # contacts who fell ill: looked into before a laboratory says
    assert cases + count["PersonFound"] + suspects == count["CaseReported"] > 100
    assert count["PersonFound"] == 1
    for kind in (
        "TaskEscalated", "TaskVerified", "TaskReopened", "TaskDropped", "TaskDueChanged", "ReportMissed", "ReportFoundLate",
        "FacilityFellSilent", "InfectorNamed", "ExposureNoted", "InterviewKept", "DecisionMade", "ObjectiveSet", "IdentityKept",
    ):  # fmt: skip
        assert count[kind] > 0, kind
    now = (NOW - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    late = db.ask("SELECT seq FROM command_task WHERE alive = TRUE AND due_at < %s AND level > 0", (now,))
    assert len(late) >= 5
    assert db.ask("SELECT 1 FROM log WHERE seq = %s AND because IS NOT NULL", late[0])
    assert seal(home, NOW) == sum(count.values())
    assert verify(home).whole
