"""Stations hand in through the real door: on record once, whatever is sent, however often, in whatever order."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.facts.ids import PersonId, RoundId, derive
from ringfence.facts.rounds import RosterDrawn, RoundOpened
from ringfence.facts.testing import Result
from ringfence.registry import identities, registers
from ringfence.registry.models import Account
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import opened_apart, site_vault
from tests.api.conftest import Town
from tests.bench.people import ON, write_people

URL = "/api/v1/testing/hand-in"
FEED = feed("test")


class Desk:
    """A town with a site, a laboratory and an open round."""

    def __init__(self, town: Town) -> None:
        self.town, self.centre = town, town.centre
        self.site = self._place("Gate", "site")
        self.lab = self._place("Lab", "laboratory")
        self.tell("open_site", site=self.site, lanes=2, swabs_per_hour=60)
        self.tell("enrol_laboratory", laboratory=self.lab, tubes_per_hour=100)
        self.round = RoundId("round_one")
        told = {"round": self.round, "at": self.now}
        place = {"outbreak": town.outbreak, "jurisdiction": town.city, "number": 1}
        opened = RoundOpened(**told, **place, due_at=self.now + timedelta(days=1))
        roster = RosterDrawn(**told, cells=(town.city,), people=(30,))
        self.centre.hear(FEED, [opened, roster])
        self.client = town.client()
        self.made = 0

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def _place(self, name: str, kind: str) -> str:
        action = self.centre.actions["registry.declare_place"].function
        return self.centre.tell(FEED, action, jurisdiction=self.town.city, name=name, kind=kind).facts[0].place

    def tell(self, name: str, **told: Any) -> Any:
        return self.centre.tell(FEED, self.centre.actions[f"testing.{name}"].function, **told)

    def tube(self, tube: str, *people: Any, **more: Any) -> dict[str, Any]:
        self.made += 1
        codes = [each if isinstance(each, dict) else {"code": each} for each in people]
        told = {"key": f"key-{self.made}", "tube": tube, "site": self.site, "round": self.round, "people": codes}
        return {**told, "sealed_at": self.now.isoformat(), "alone": False, "lane": "general", **more}

    def letter(self, *tubes: Any, **more: Any) -> dict[str, Any]:
        return {"station": "phone-1", "sent_at": self.now.isoformat(), "tubes": list(tubes), **more}

    def post(self, *tubes: Any, client: Client | None = None, **more: Any) -> list[dict[str, Any]]:
        return self.answers(self.letter(*tubes, **more), client)

    def answers(self, letter: Any, client: Client | None = None) -> list[dict[str, Any]]:
        told = (client or self.client).post(URL, letter, content_type="application/json")
        assert told.status_code == 200, told.content
        return orjson.loads(told.content)["answers"]


def counts() -> dict[str, Any]:
    kinds = dict(db.ask("SELECT kind, count(*) FROM log GROUP BY kind"))
    return {kind: kinds.get(kind, 0) for kind in ("TubeSealed", "PersonRegistered", "HandInKept")}


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def test_a_tube_is_on_record_once_and_answered_the_same_again(desk: Desk) -> None:
    ana, bo = desk.town.person("Ana"), desk.town.person("Bo")
    tube = desk.tube("T-1", ana, "Bo", "who knows")
    first = desk.post(tube)
    assert first == [{"key": tube["key"], "ok": True, "again": False, "warnings": [
        {"code": "who knows", "what": "unknown_person", "tube": "T-1"}]}]  # fmt: skip
    before = log.last_seq()
    assert desk.post(tube) == [{**first[0], "again": True}]
    assert log.last_seq() == before
    row = db.ask_one("SELECT people, n FROM testing_tube")
    assert row is not None and row[0].split()[:2] == [ana, bo] and row[1] == 3


def test_tubes_voids_boxes_and_queues_of_one_request_find_each_other(desk: Desk) -> None:
    at = desk.now.isoformat()
    void = {"key": "v", "tube": "T-2", "reason": "leaking", "at": at}
    box = {"key": "b", "box": "BX-1", "site": desk.site, "tubes": ["T-1", "t-2 "], "packed_at": at}
    queue = {"key": "q", "site": desk.site, "people": 200, "lanes": 2, "at": at}
    tubes = [desk.tube("T-1", "Ana"), desk.tube("T-2", "Bo")]
    told = desk.post(*tubes, voids=[void], boxes=[box], queues=[queue])
    assert [(each["key"], each["ok"]) for each in told] == [
        (key, True) for key in (tubes[0]["key"], tubes[1]["key"], "v", "b", "q")
    ]
    assert db.ask("SELECT code, stage, box IS NOT NULL FROM testing_tube ORDER BY code") == [
        ("T-1", "packed", 1),
        ("T-2", "voided", 1),
    ]
    again = desk.post(*tubes, voids=[{**void, "key": "v2"}], boxes=[{**box, "key": "b2"}])
    assert [each["again"] for each in again] == [True] * 4
    assert counts()["HandInKept"] == 0
    assert log.between(1, log.last_seq())[-1].kind != "HandInKept"


def test_the_same_tube_by_another_station_is_on_record_and_other_people_in_it_are_kept(desk: Desk) -> None:
    first = desk.tube("T-1", "Ana", "Bo")
    desk.post(first)
    same = desk.post({**first, "key": "other", "people": first["people"][::-1], "sealed_at": desk.now.isoformat()})
    assert (same[0]["ok"], same[0]["again"]) == (True, True)
    other = desk.post(desk.tube("T-1", "Ana", "Cy"))[0]
    assert (other["ok"], other["kept"], other["problem"]["code"]) == (False, True, "tube_already_sealed")
    changed = desk.post({**first, "people": [{"code": "Di"}]})[0]
    assert (changed["kept"], changed["problem"]["code"]) == (True, "key_means_other")
    assert counts()["TubeSealed"] == 1
    assert counts()["HandInKept"] == 2
    assert db.ask("SELECT count(*) FROM testing_member") == [(2,)]


def test_what_is_kept_is_kept_once_sealed_and_answered_by_whoever_settles_it(desk: Desk) -> None:
    half = {"key": "half", "tube": "T-9", "site": desk.site}
    unknown = desk.tube("T-3", "Ana", site="place_nowhere")
    empty = desk.tube("T-4")
    future = desk.tube("T-5", "Bo", sealed_at=(desk.now + timedelta(hours=2)).isoformat())
    letter = desk.letter(half, "what", unknown, empty, future, desk.tube("T-6", "Cy"))
    told = desk.answers(letter)
    assert [each.get("problem", {}).get("code") for each in told] == [
        *("handed_in_unfit", "handed_in_unfit", "not_known_here", "tube_people_unfit", "sealed_in_future", None),
    ]
    assert all(each["problem"]["next"] for each in told[:5])
    assert desk.answers(letter) == [*told[:5], {**told[5], "again": True}]
    assert counts()["HandInKept"] == 5
    rows = db.ask("SELECT id, door, content FROM quarantine ORDER BY id")
    assert len(rows) == 5 and not any("T-" in content for _, _, content in rows)
    assert orjson.loads(opened_apart(*rows[3][1:]))["sent"] == empty
    tasks = "SELECT count(*) FROM command_task WHERE kind = 'mend_hand_in' AND state = 'open'"
    assert db.ask(tasks) == [(5,)]
    settle = desk.centre.actions["registry.settle_kept_row"].function
    desk.centre.tell(FEED, settle, row=rows[0][0], reason="typed in from the paper")
    assert db.ask(tasks) == [(4,)]


def test_a_person_in_two_tubes_counts_once_and_the_first_tube_is_named(desk: Desk) -> None:
    desk.post(desk.tube("T-1", "Ana", "Bo"))
    told = desk.post(desk.tube("T-2", "Ana", "Cy"))
    assert {"code": "Ana", "what": "tested_already", "tube": "T-1"} in told[0]["warnings"]
    assert db.ask("SELECT sum(swabbed) FROM testing_cover") == [(3,)]
    together = desk.post(desk.tube("T-3", "Di"), desk.tube("T-4", "Di"))
    assert {"code": "Di", "what": "tested_already", "tube": "T-3"} in together[1]["warnings"]


def test_people_without_papers_are_registered_and_what_they_said_is_sealed(desk: Desk) -> None:
    said = {"name": "Li Lei", "id_number": "230103199001012", "phone": "13945678901", "note": "stays under the bridge"}
    walk_in = {"code": "W-0000-7", "walk_in": True, **said}
    slip_alone = {"code": "W-0000-8", "walk_in": True}
    passport = {"code": "E12345678"}
    told = desk.post(desk.tube("T-1", walk_in, slip_alone, passport))
    assert [(each["code"], each["what"]) for each in told[0]["warnings"]] == [("E12345678", "unknown_person")]
    everything = repr(db.ask("SELECT body FROM log")) + repr(db.ask("SELECT * FROM registry_person"))
    for text in ("Li Lei", "13945678901", "bridge", "E12345678", "2301031990"):
        assert text not in everything
    people = dict(db.ask("SELECT code, id FROM registry_person WHERE source = 'station'"))
    known = identities.opened(people["W-0000-7"])
    assert known is not None and (known.name, known.phone) == ("Li Lei", "+8613945678901")
    note = next(each.fact.note for each in log.between(1, log.last_seq()) if getattr(each.fact, "note", None))
    assert identities.unsealed(people["W-0000-7"], note) == "stays under the bridge\n230103199001012"
    assert desk.post(desk.tube("T-2", passport))[0]["warnings"][0]["what"] == "tested_already"
    assert identities.holding("id_number", "E12345678") == desk_people("T-2")


def desk_people(tube: str) -> list[str]:
    return db.ask("SELECT people FROM testing_tube WHERE code = %s", (tube,))[0][0].split()


def test_an_id_number_finds_the_person_on_record(desk: Desk) -> None:
    number = "11010519491231002X"
    register = desk.centre.actions["registry.register_person"].function
    ana = (
        desk.centre.tell(FEED, register, office=desk.town.city, code="A", name="Ana", id_number=number).facts[0].person
    )
    assert desk.post(desk.tube("T-1", "１１０１０５19491231002x"))[0]["warnings"] == []
    assert desk_people("T-1") == [ana]


def test_a_wrong_clock_is_set_right_and_named_once_a_day(desk: Desk) -> None:
    yesterday = desk.now - timedelta(days=1)
    letter = {**desk.letter(desk.tube("T-1", "Ana", sealed_at=yesterday.isoformat())), "sent_at": yesterday.isoformat()}
    told = orjson.loads(desk.client.post(URL, letter, content_type="application/json").content)
    assert told["clock_off_s"] == pytest.approx(-86400, abs=5)
    desk.answers({**desk.letter(desk.tube("T-2", "Bo")), "sent_at": (yesterday + timedelta(hours=1)).isoformat()})
    sealed = next(each.fact for each in log.between(1, log.last_seq()) if each.kind == "TubeSealed")
    assert abs(sealed.at - desk.now) < timedelta(seconds=10)
    assert sealed.told_at == yesterday
    assert db.ask("SELECT count(*) FROM log WHERE kind = 'StationClockFound'") == [(1,)]
    assert db.ask("SELECT count(*) FROM log WHERE kind = 'HandInRanLate'") == [(0,)]


def test_tubes_handed_in_after_three_days_are_taken_and_asked_about_once(desk: Desk) -> None:
    old = (desk.now - timedelta(days=3)).isoformat()
    letter = desk.letter(desk.tube("T-1", "Ana", sealed_at=old), desk.tube("T-2", "Bo", sealed_at=old))
    assert [each["ok"] for each in desk.answers(letter)] == [True, True]
    desk.answers(letter)
    late = [each.fact for each in log.between(1, log.last_seq()) if each.kind == "HandInRanLate"]
    assert [each.tubes for each in late] == [2]


def test_a_result_that_came_first_waits_for_its_tube(desk: Desk) -> None:
    desk.tell("read_tube", laboratory=desk.lab, tube="T-1", result=Result.POSITIVE, outbreak=desk.town.outbreak)
    assert desk.post(desk.tube("T-1", "Ana", "Bo"))[0]["ok"]
    assert db.ask("SELECT state, count(*) FROM testing_hold GROUP BY state") == [("held", 2)]
    set_up = desk.client.get("/testing/station/set-up/", {"site": desk.site}).json()
    ana = desk_people("T-1")[0]
    assert sha256(ana.encode()).hexdigest()[:16] in set_up["measures"]
    warned = desk.post(desk.tube("T-2", "Ana", "Cy"))[0]["warnings"]
    assert {"code": "Ana", "what": "under_measures", "tube": "T-2"} in warned
    assert "under_measures" not in repr(desk.post(desk.tube("T-3", "Ana", alone=True, lane="separate"))[0])


def test_the_set_up_says_what_a_station_must_know(desk: Desk) -> None:
    desk.tell("count_queue", site=desk.site, people=40, at=desk.now)
    told = desk.client.get("/testing/station/set-up/", {"site": desk.site}).json()
    assert told["site"] == {"id": desk.site, "name": "Gate"}
    assert told["sites"] == [told["site"]]
    assert [(each["id"], each["pool_size"]) for each in told["rounds"]] == [(desk.round, 10)]
    assert (told["lanes"], told["queue_minutes"], told["measures"]) == (2, 20.0, [])
    assert datetime.fromisoformat(told["server_now"]).tzinfo is not None
    assert desk.client.get("/testing/station/set-up/").json()["site"] is None
    assert desk.client.get("/testing/station/set-up/", {"site": "place_x"}).status_code == 404
    assert Client().get("/testing/station/set-up/").status_code == 401


def test_who_may_not_what_is_too_much_and_what_cannot_be_read(desk: Desk) -> None:
    letter = desk.letter(desk.tube("T-1", "Ana"))
    assert Client().post(URL, letter, content_type="application/json").status_code == 401
    desk.town.open_account("clerk", "planner", desk.town.city)
    assert desk.town.client("clerk").post(URL, letter, content_type="application/json").status_code == 403
    many = desk.letter(*[desk.tube(f"M-{n}", "Ana") for n in range(201)])
    assert desk.client.post(URL, many, content_type="application/json").status_code == 413
    for body in (orjson.dumps(letter)[:200], b"", b"[]", b'{"station": 3}', orjson.dumps({**letter, "tubes": {}})):
        refused = desk.client.post(URL, body, content_type="application/json")
        assert refused.status_code == 422
        assert refused.json()["error"]["next"]
    assert counts() == {"TubeSealed": 0, "PersonRegistered": 0, "HandInKept": 0}


def test_a_session_needs_the_proof_of_its_own_page(desk: Desk) -> None:
    letter = desk.letter(desk.tube("T-1", "Ana"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="duty"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(URL, letter, content_type="application/json").status_code == 403
    client.get("/")
    proof = {"X-CSRFToken": client.cookies["csrftoken"].value} if "csrftoken" in client.cookies else {}
    assert proof
    sent = client.post(URL, letter, content_type="application/json", headers=proof)
    assert sent.status_code == 200
    assert client.get("/testing/station/set-up/").status_code == 200


def test_a_tube_of_another_place_is_kept_and_tells_nothing_of_it(desk: Desk) -> None:
    desk.town.open_account("afar", "sampler", desk.town.elsewhere)
    told = desk.post(desk.tube("T-1", "Ana"), client=desk.town.client("afar"))
    assert told[0]["problem"]["code"] == "not_known_here"
    assert desk.town.client("afar").get("/testing/station/set-up/", {"site": desk.site}).status_code == 404
    path = db.ask("SELECT jurisdiction FROM log WHERE kind = 'HandInKept'")[0][0]
    assert desk.centre.geography.path_of(desk.town.elsewhere) == path


def test_a_full_disk_is_said_and_what_was_acknowledged_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = desk.tube("T-1", "Ana"), desk.tube("T-2", "Bo")
    assert desk.post(first)[0]["ok"]
    with monkeypatch.context() as patched:
        patched.setattr(db, "_send", _no_room)
        refused = desk.client.post(URL, desk.letter(second), content_type="application/json")
    assert refused.status_code == 507
    assert refused.json()["error"]["code"] == "disk_full"
    assert [row[0] for row in db.ask("SELECT code FROM testing_tube")] == ["T-1"]
    assert [each["again"] for each in desk.post(first, second)] == [True, False]


def _no_room(*_: Any) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def test_a_code_of_a_register_finds_its_person_where_they_live(desk: Desk, home: Path) -> None:
    path = desk.centre.geography.path_of(desk.town.city)
    load_people(
        [write_people(home / "people.parquet", 300)], home=home, vault=site_vault(), source="police", on=ON,
        places={"2301000000": path}, workers=1,
    )  # fmt: skip
    told = desk.post(desk.tube("T-1", *[f"P{n:09d}" for n in range(10)]))
    assert told[0]["warnings"] == []
    assert desk_people("T-1") == [derive("person", "police", f"P{n:09d}") for n in range(10)]
    assert counts()["PersonRegistered"] == 0
    assert db.ask("SELECT path, swabbed FROM testing_cover") == [(path, 10)]
    held = registers.register()
    number = held.identity(0, site_vault()).id_number
    person = held.person_of(0)
    assert number is not None
    desk.post(desk.tube("T-2", number, person))
    assert desk_people("T-2") == [person]
    desk.tell("read_tube", laboratory=desk.lab, tube="T-1", result=Result.POSITIVE, at=desk.now)
    code = held.identity(held.dense_of(PersonId(desk_people("T-1")[3])), site_vault()).code
    measures = desk.client.get("/testing/station/set-up/", {"site": desk.site}).json()["measures"]
    assert sha256(code.encode()).hexdigest()[:16] in measures
    assert len(measures) == 20
