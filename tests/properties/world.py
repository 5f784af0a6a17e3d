"""A small world in which anything may happen in any order, and what its tables come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ringfence.core import db
from ringfence.core.access import EPOCH, Grant, Who, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.desks.cases import actions as cases
from ringfence.desks.command import actions as command
from ringfence.desks.testing.actions import laboratories, rounds, stations
from ringfence.facts.cases import Certainty, Classification, CourseEvent
from ringfence.facts.ids import derive
from ringfence.facts.registry import (
    JurisdictionDeclared,
    OutbreakDeclared,
    PlaceDeclared,
    TeamDeclared,
    UnitDeclared,
)
from ringfence.facts.rounds import SiteOpened
from ringfence.facts.testing import LaboratoryEnrolled, Result, tube_of
from ringfence.facts.time import TimeStruck
from ringfence.registry import actions as registry
from tests.properties.following import FOLLOWING, Following

PLACES = ("site_a", "site_b", "lab_c")
KINDS = (
    "report", "classify", "course", "strike_course", "findings", "move", "aside", "restore", "start", "hand_over",
    "finish", "verify", "reopen", "drop", "change_due", "merge", "part", "infector", "exposure", "complete", "positive",
    "facility", "daily", "set_task", "time",
)  # fmt: skip

TESTING = (
    "round", "seal", "seal", "seal", "seal_alone", "pack", "trip", "receive", "read", "read", "read", "correct", "void",
    "plate", "run", "queue", "excuse", "release", "lanes", "time", "merge", "part", "size",
)  # fmt: skip

Step = tuple[str, int, int, int]


def _steps(kinds: tuple[str, ...]) -> st.SearchStrategy[list[Step]]:
    each = st.tuples(st.sampled_from(kinds), st.integers(0, 7), st.integers(0, 7), st.integers(0, 40))
    return st.lists(each, min_size=1, max_size=25)


BEGUN: list[Step] = [("begin", 0, 5, 1), ("begin", 3, 4, 1)]
steps = st.one_of(_steps(KINDS), _steps(TESTING), _steps(FOLLOWING).map(lambda rest: [*BEGUN, *rest]))
"""What, about which, which other, and how many hours later."""


@dataclass
class World(Following):
    """An outbreak in a city with two districts, and whatever has happened in it."""

    centre: Centre
    clock: ToldClock
    people: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    outbreak: str = derive("outbreak", "W1")
    districts: tuple[str, str] = ("place_a", "place_b")
    facilities: tuple[str, ...] = ("F0", "F1", "F2")

    def begin(self) -> World:
        at = self.clock.now()
        place = {"level": "county", "zone": "Asia/Shanghai", "at": at}
        unit = {"functions": ("investigation", "reporting", "supervision"), "at": at}
        self.centre.hear(
            feed("world"),
            [
                JurisdictionDeclared(jurisdiction="place_c", code="c", names={"en": "City"}, **place),
                JurisdictionDeclared(jurisdiction="place_a", code="a", names={"en": "A"}, parent="place_c", population=9, **place),
                JurisdictionDeclared(jurisdiction="place_b", code="b", names={"en": "B"}, parent="place_c", population=5, **place),
                UnitDeclared(unit="unit_c", jurisdiction="place_c", names={"en": "Office"}, **unit),
                UnitDeclared(unit="unit_a", jurisdiction="place_a", names={"en": "A"}, above="unit_c", **unit),
                TeamDeclared(team="team_a", unit="unit_a", name="A1", at=at),
                *(PlaceDeclared(place=p, jurisdiction=f"place_{p[-1]}", name=p, kind="site", at=at) for p in PLACES),
                SiteOpened(site="site_a", jurisdiction="place_a", lanes=2, swabs_per_hour=60, at=at),
                SiteOpened(site="site_b", jurisdiction="place_b", lanes=1, swabs_per_hour=60, at=at),
                LaboratoryEnrolled(laboratory="lab_c", jurisdiction="place_c", tubes_per_hour=50, at=at),
                OutbreakDeclared(
                    outbreak=self.outbreak, code="W1", title="W", disease="covid-19", pack="cn-covid-2021",
                    jurisdiction="place_c", at=at,
                ),
            ],
        )  # fmt: skip
        return self

    def who(self, n: int) -> Who:
        grants = tuple(Grant(role, "", EPOCH) for role in ("duty_officer", "lab", "administrator"))
        return Who(id=f"account_{n % 3}", grants=grants)

    def take(self, what: Sequence[Step]) -> World:
        """Take every step; what is refused changes nothing."""
        for kind, one, other, hours in what:
            self.clock.pass_by(timedelta(hours=hours))
            try:
                getattr(self, f"_{kind}")(one, other)
            except Refused as refusal:
                self.refused.append(refusal.code)
            self.tasks = [task for (task,) in db.ask("SELECT id FROM command_task ORDER BY seq, id")]
        return self

    def _tell(self, n: int, action: Callable[..., Any], **told: Any) -> Any:
        return self.centre.tell(self.who(n), action, **told)

    def _any(self, listed: Sequence[str], n: int) -> str:
        if not listed:
            raise Refused("nothing_there")
        return listed[n % len(listed)]

    def _day(self, n: int) -> date:
        return (self.clock.now() - timedelta(days=n)).date()

    # -- cases --------------------------------------------------------------------------------------------------------

    def _report(self, one: int, other: int) -> None:
        place = self.districts[one % 2]
        if other > 5 and self.people:
            person = self._any(self.people, one)
        else:
            code = f"R{len(self.people)}"
            told = {"office": place, "sex": ("female", "male", None)[one % 3], "age_years": float(other * 9)}
            person = self._tell(one, registry.register_person, code=code, **told).facts[0].person
            self.people.append(person)
        positive_at = self.clock.now() - timedelta(hours=other) if one % 2 else None
        onset_on = self._day(other) if other % 2 else None
        told = {"person": person, "jurisdiction": place, "positive_at": positive_at, "onset_on": onset_on}
        answer = self._tell(one, cases.report_case, outbreak=self.outbreak, **told)
        self.cases.append(answer.facts[0].case)

    def _classify(self, one: int, other: int) -> None:
        what = list(Classification)[other % 5]
        self._tell(one, cases.classify_case, case=self._any(self.cases, one), classification=what, basis="seen")

    def _course(self, one: int, other: int) -> None:
        event = list(CourseEvent)[(3 * one + other) % 16]
        self._tell(one, cases.note_course, case=self._any(self.cases, one), event=event, day=self._day(other))

    def _strike_course(self, one: int, other: int) -> None:
        event = list(CourseEvent)[(3 * one + other) % 16]
        self._tell(one, cases.strike_course, case=self._any(self.cases, one), event=event)

    def _findings(self, one: int, other: int) -> None:
        sets = (
            ("pcr_positive", "no_symptoms"),
            ("fever", "contact_positive", "ct_typical"),
            ("pcr_positive",),
            ("cough",),
        )
        self._tell(one, cases.note_findings, case=self._any(self.cases, one), findings=sets[other % 4])

    def _move(self, one: int, other: int) -> None:
        self._tell(one, cases.move_case, case=self._any(self.cases, one), jurisdiction=self.districts[other % 2])

    def _aside(self, one: int, other: int) -> None:
        self._tell(other, cases.set_case_aside, case=self._any(self.cases, one), reason="twice")

    def _restore(self, one: int, other: int) -> None:
        self._tell(other, cases.restore_case, case=self._any(self.cases, one))

    def _infector(self, one: int, other: int) -> None:
        told = {"case": self._any(self.cases, one), "infector": self._any(self.cases, other)}
        self._tell(one, cases.name_infector, certainty=list(Certainty)[other % 3], **told)

    def _exposure(self, one: int, other: int) -> None:
        begins = self.clock.now() - timedelta(days=other + 1)
        told = {"case": self._any(self.cases, one), "begins_at": begins, "ends_at": begins + timedelta(hours=other)}
        self._tell(one, cases.note_exposure, infectious=bool(other % 2), **told)

    def _complete(self, one: int, other: int) -> None:
        self._tell(one, cases.complete_investigation, case=self._any(self.cases, one), source_found=bool(other % 2))

    def _positive(self, one: int, other: int) -> None:
        told = {"person": self._any(self.people, one), "jurisdiction": self.districts[other % 2]}
        self._tell(one, cases.hear_positive, outbreak=self.outbreak, laboratory="L", **told)

    def _facility(self, one: int, other: int) -> None:
        told = {"jurisdiction": self.districts[other % 2], "facility": self._any(self.facilities, one), "name_en": "F"}
        self._tell(one, cases.enrol_facility, outbreak=self.outbreak, **told)

    def _daily(self, one: int, other: int) -> None:
        told = {"facility": self._any(self.facilities, one), "on": self._day(other), "count": other}
        self._tell(one, cases.make_daily_report, outbreak=self.outbreak, **told)

    # -- testing ------------------------------------------------------------------------------------------------------

    def _round(self, one: int, other: int) -> None:
        told = {
            "jurisdiction": ("place_c", "place_a")[one % 2],
            "due_at": self.clock.now() + timedelta(hours=other + 1),
        }
        self._tell(one, rounds.open_round, outbreak=self.outbreak, **told)

    def _a_round(self, n: int) -> str | None:
        found = [row[0] for row in db.ask("SELECT id FROM testing_round ORDER BY seq")]
        return found[n % len(found)] if found else None

    def _size(self, one: int, other: int) -> None:
        told = {"round": self._a_round(one) or "round_x", "jurisdiction": self.districts[one % 2], "size": other}
        self._tell(one, rounds.set_pool_size, **told)

    def _seal(self, one: int, other: int, *, alone: bool = False) -> None:
        people = tuple(derive("person", "world", (one + n) % 8) for n in range(1 if alone else other % 4 + 1))
        told = {"code": f"T{one}{other}{int(alone)}", "site": ("site_a", "site_b")[one % 2], "people": people}
        at = self.clock.now() - timedelta(hours=other)
        self._tell(
            one, stations.seal_tube, round=self._a_round(other), outbreak=self.outbreak, alone=alone, at=at, **told
        )

    def _seal_alone(self, one: int, other: int) -> None:
        self._seal(one, other, alone=True)

    def _code(self, n: int) -> str:
        return self._any([row[0] for row in db.ask("SELECT code FROM testing_tube ORDER BY seq")], n)

    def _pack(self, one: int, other: int) -> None:
        told = {"code": f"B{one}", "site": "site_a", "tubes": (self._code(one), self._code(other), "T-unknown")}
        self._tell(one, stations.pack_box, **told)

    def _trip(self, one: int, other: int) -> None:
        self._tell(one, stations.begin_trip, vehicle="V", laboratory="lab_c", boxes=(f"B{one}", f"B{other}"))

    def _receive(self, one: int, other: int) -> None:
        told = {"missing": (self._code(other),) if other > 4 else (), "leaking": (self._code(one),) if one > 5 else ()}
        told["extra"] = (self._code(one + other),) if one == 3 else ()
        self._tell(one, laboratories.receive_box, laboratory="lab_c", box=f"B{one}", unlabelled=other % 2, **told)

    def _read(self, one: int, other: int) -> None:
        result = list(Result)[other % 4]
        code = f"T{one}{other}0" if one > 5 else self._code(one)
        told = {"laboratory": "lab_c", "tube": code, "result": result, "ct": float(20 + other)}
        self._tell(one, laboratories.read_tube, outbreak=self.outbreak, **told)

    def _correct(self, one: int, other: int) -> None:
        told = {"laboratory": "lab_c", "tube": self._code(one), "result": list(Result)[other % 4], "reason": "looked"}
        self._tell(one, laboratories.correct_tube, **told)

    def _void(self, one: int, other: int) -> None:
        reason = stations.VOID_REASONS[other % 6]
        self._tell(one, stations.void_tube, tube=tube_of(self._code(one)), reason=reason)

    def _plate(self, one: int, other: int) -> None:
        tubes = (self._code(one), self._code(other))
        self._tell(one, laboratories.load_plate, laboratory="lab_c", plate=f"P{one}", tubes=tubes)

    def _run(self, one: int, other: int) -> None:
        self._tell(one, laboratories.run_plate, laboratory="lab_c", plate=f"P{one}", valid=bool(other % 2))

    def _queue(self, one: int, other: int) -> None:
        self._tell(one, rounds.count_queue, site="site_a", people=40 * other)

    def _lanes(self, one: int, other: int) -> None:
        self._tell(one, rounds.change_lanes, site="site_a", lanes=other)

    def _excuse(self, one: int, other: int) -> None:
        told = {"round": self._a_round(one) or "round_x", "person": self._any(self.people, other)}
        action = rounds.excuse_person if one % 3 else rounds.withdraw_excuse
        self._tell(one, action, **told, **({"reason": "away"} if one % 3 else {}))

    def _release(self, one: int, other: int) -> None:
        held = [tuple(row) for row in db.ask("SELECT person, pool FROM testing_hold ORDER BY person, pool")]
        if not held:
            raise Refused("nothing_there")
        person, pool = held[other % len(held)]
        self._tell(one, laboratories.release_person, person=person, pool=pool, reason="seen")

    # -- people and tasks ---------------------------------------------------------------------------------------------

    def _merge(self, one: int, other: int) -> None:
        told = {"kept": self._any(self.people, one), "merged": self._any(self.people, other)}
        self._tell(one, registry.merge_people, **told)

    def _part(self, one: int, other: int) -> None:
        told = {"kept": self._any(self.people, one), "merged": self._any(self.people, other)}
        self._tell(one, registry.part_people, **told)

    def _start(self, one: int, other: int) -> None:
        self._tell(other, command.start_task, task=self._any(self.tasks, one))

    def _hand_over(self, one: int, other: int) -> None:
        unit, team = (("unit_c", None), ("unit_a", None), ("unit_a", "team_a"))[other % 3]
        self._tell(other, command.hand_over, task=self._any(self.tasks, one), unit=unit, team=team)

    def _finish(self, one: int, other: int) -> None:
        self._tell(other, command.finish_task, task=self._any(self.tasks, one), evidence="seen")

    def _verify(self, one: int, other: int) -> None:
        self._tell(other, command.verify_task, task=self._any(self.tasks, one))

    def _reopen(self, one: int, other: int) -> None:
        self._tell(other, command.reopen_task, task=self._any(self.tasks, one))

    def _drop(self, one: int, other: int) -> None:
        self._tell(other, command.drop_task, task=self._any(self.tasks, one), reason="gone")

    def _change_due(self, one: int, other: int) -> None:
        due = self.clock.now() + timedelta(hours=other)
        self._tell(one, command.change_due, task=self._any(self.tasks, one), due_at=due)

    def _set_task(self, one: int, other: int) -> None:
        due = self.clock.now() + timedelta(hours=other)
        told = {"kind": "inspect", "about": self.districts[0], "unit": "unit_a", "jurisdiction": self.districts[0]}
        self._tell(one, command.set_task, due_at=due, outbreak=self.outbreak, **told)

    def _time(self, one: int, other: int) -> None:
        outbreak = self.outbreak if (one + other) % 4 else None
        place = self.centre.geography.place(outbreak, None)
        self.centre.hear(feed("clock"), [TimeStruck(outbreak=outbreak, at=self.clock.now())], place)


def tables(centre: Centre) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every desk's tables, as both databases would write it, sorted."""
    found = {}
    for desk in centre.desks:
        for table in desk.tables:
            columns = [f'"{column}"' for (column,) in _columns(table)]
            rows = db.ask(f"SELECT {', '.join(columns)} FROM {table}")
            found[table] = sorted((tuple(_plain(value) for value in row) for row in rows), key=repr)
    return found


def lines() -> list[tuple[Any, ...]]:
    """The log as written."""
    return [
        tuple(row)
        for row in db.ask("SELECT seq, kind, at, told_by, because, outbreak, jurisdiction, body FROM log ORDER BY seq")
    ]


def _columns(table: str) -> list[tuple[str]]:
    from django.apps import apps

    model = next(each for each in apps.get_models() if each._meta.db_table == table)
    return [(f.column,) for f in model._meta.concrete_fields if f.get_internal_type() != "BigAutoField"]


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value
