"""One letter with everything in it, told twice, on both databases: the same answers, and the same rows after a rebuild."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ringfence.core import db
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.desks.testing.feeds.hand_in import Answered, hand_in
from ringfence.facts.ids import derive
from ringfence.facts.registry import JurisdictionDeclared, OutbreakDeclared, PersonRegistered, PlaceDeclared
from ringfence.facts.rounds import RosterDrawn, RoundOpened, SiteOpened

STATION = feed("station")
TABLES = ("testing_tube", "testing_member", "testing_flow", "testing_cover", "testing_box", "testing_flag")


def _letter(centre: Centre) -> dict[str, Any]:
    at = centre.clock.now()
    slow = (at - timedelta(hours=26)).isoformat()  # by the station's clock, which is a day and two hours behind

    def tube(n: int, *people: Any, **more: Any) -> dict[str, Any]:
        codes = [each if isinstance(each, dict) else {"code": each} for each in people]
        told = {"key": f"k{n}", "tube": f"T-{n}", "site": "place_s", "round": "round_1", "people": codes}
        return {**told, "sealed_at": slow, **more}

    walk_in = {"code": "W-1", "walk_in": True, "name": "李雷", "phone": "13945678901", "note": "no papers"}
    tubes = [
        tube(1, *[f"P{n}" for n in range(60)]),
        tube(2, "P1", "stranger 17", walk_in),
        tube(3, "P2", site="place_x"),
        tube(4, "P3", round="round_x"),
        tube(5, "P4", people=7),
        tube(6, "P5", "P5"),
        {**tube(7, "P6"), "tube": "T-1"},
        "half a th",
    ]
    void = {"key": "v", "tube": "T-6", "reason": "leaking", "at": slow}
    box = {"key": "b", "box": "B-1", "site": "place_s", "tubes": ["T-1", "T-2"], "packed_at": slow}
    queue = {"key": "q", "site": "place_s", "people": 10, "lanes": 2, "at": slow}
    return {"station": "s", "sent_at": slow, "tubes": tubes, "voids": [void], "boxes": [box], "queues": [queue]}


def _prepared(centre: Centre) -> None:
    told: dict[str, Any] = {"jurisdiction": "place_d", "at": centre.clock.now()}
    outbreak = derive("outbreak", "D1")
    due_at = centre.clock.now() + timedelta(days=1)
    facts = [
        JurisdictionDeclared(code="d", level="city", names={"en": "D"}, **told),
        OutbreakDeclared(outbreak=outbreak, code="D1", title="D", disease="x", pack="base", **told),
        PlaceDeclared(place="place_s", name="S", kind="site", **told),
        SiteOpened(site="place_s", lanes=2, swabs_per_hour=60, **told),
        RoundOpened(round="round_1", outbreak=outbreak, number=1, due_at=due_at, **told),
        RosterDrawn(round="round_1", cells=("place_d",), people=(90,), at=centre.clock.now()),
    ]
    people = [
        PersonRegistered(person=derive("person", n), source="t", code=f"P{n}", office="place_d", at=centre.clock.now())
        for n in range(60)
    ]
    centre.hear(STATION, [*facts, *people])


def _said(each: Answered) -> tuple[str | None, str, list[str]]:
    return each.key, each.problem.code if each.problem else "", [one.what for one in each.warnings]


def test_one_letter_told_twice_leaves_what_it_left_once(on_both: Centre) -> None:
    _prepared(on_both)
    letter = _letter(on_both)
    first = hand_in(on_both, STATION, letter).answers
    assert [_said(each) for each in first] == [
        ("k1", "", []),
        ("k2", "", ["tested_already", "unknown_person"]),
        ("k3", "not_known_here", []),
        ("k4", "round_unknown", []),
        ("k5", "handed_in_unfit", []),
        ("k6", "", ["tested_already"]),
        ("k7", "tube_already_sealed", []),
        (None, "handed_in_unfit", []),
        ("v", "", []),
        ("b", "", []),
        ("q", "", []),
    ]
    assert first[1].warnings[0].tube == "T-1"
    rows = {table: sorted(db.ask(f"SELECT * FROM {table}"), key=repr) for table in TABLES}
    lines = db.ask("SELECT kind, count(*) FROM log GROUP BY kind ORDER BY kind")
    on_both.clock.pass_by(timedelta(seconds=30))  # type: ignore[attr-defined]
    again = hand_in(on_both, STATION, letter).answers
    assert [_said(each) for each in again] == [_said(each) for each in first]
    assert all(each.again for each in again if each.problem is None)
    assert db.ask("SELECT kind, count(*) FROM log GROUP BY kind ORDER BY kind") == lines
    assert db.ask("SELECT count(*) FROM quarantine") == [(5,)]
    assert db.ask("SELECT sum(swabbed) FROM testing_cover") == [(62,)]
    on_both.rebuild()
    assert {table: sorted(db.ask(f"SELECT * FROM {table}"), key=repr) for table in TABLES} == rows
