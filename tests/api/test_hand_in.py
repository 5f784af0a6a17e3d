"""Stations hand in through the real door: on record once, whatever is sent, however often, in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.facts.ids import RoundId
from ringfence.facts.rounds import RosterDrawn, RoundOpened
from tests.api.conftest import Town

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
