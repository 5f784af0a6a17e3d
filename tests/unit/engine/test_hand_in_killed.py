"""Fifty stations hand in while the server is killed again and again: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from django.db import connection

from ringfence.core import db, log
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.core.seal import seal, verify
from ringfence.facts.ids import AccountId, derive
from ringfence.facts.registry import JurisdictionDeclared, OutbreakDeclared, PersonRegistered, PlaceDeclared
from ringfence.facts.rounds import RosterDrawn, RoundOpened, SiteOpened
from ringfence.registry import account_keeping, actions

ROOT = Path(__file__).resolve().parents[3]
STATIONS, LETTERS, TUBES, PEOPLE = 50, 5, 3, 3
KILLS = 2
KEPT = ("testing_tube", "testing_member", "testing_flow", "testing_cover", "registry_person")


def _prepared(centre: Centre) -> str:
    """A site, a round and people; the secret of the stations' account."""
    at, test = centre.clock.now(), feed("test")
    outbreak = derive("outbreak", "D1")
    told = {"jurisdiction": "place_d", "at": at}
    facts = [
        JurisdictionDeclared(code="d", level="city", names={"en": "D"}, **told),
        OutbreakDeclared(outbreak=outbreak, code="D1", title="D", disease="x", pack="base", **told),
        PlaceDeclared(place="place_s", name="S", kind="site", **told),
        SiteOpened(site="place_s", lanes=2, swabs_per_hour=60, **told),
        RoundOpened(round="round_1", outbreak=outbreak, number=1, due_at=at + timedelta(days=9), **told),
        RosterDrawn(round="round_1", cells=("place_d",), people=(900,), at=at),
    ]
    everybody = [
        PersonRegistered(person=derive("person", n), source="test", code=f"P{n}", office="place_d", at=at)
        for n in range(STATIONS * LETTERS * TUBES * PEOPLE // 2)  # so that most are in two tubes
    ]
    centre.hear(test, [*facts, *everybody])
    account = {
        "name": "stations",
        "shown_name": "S",
        "password_hash": "!",
        "role": "sampler",
        "jurisdiction": "place_d",
    }
    opened: AccountId = centre.tell(test, actions.open_account, **account).facts[0].account
    who, secret = account_keeping.who_is(opened, at), account_keeping.new_secret()
    hashed, ends_at = account_keeping.secret_hash(secret), datetime.now(UTC) + timedelta(days=1)
    centre.tell(who, actions.issue_token, secret_hash=hashed, mays=("sample",), ends_at=ends_at)
    return secret


def _letter(station: int, n: int) -> bytes:
    first = (station * LETTERS + n) * TUBES
    now = datetime.now(UTC).isoformat()
    tubes = []
    for tube in range(first, first + TUBES):
        people = [
            {"code": f"P{(tube * PEOPLE + k) % (STATIONS * LETTERS * TUBES * PEOPLE // 2)}"} for k in range(PEOPLE)
        ]
        told = {"key": f"key-{tube}", "tube": f"T-{tube}", "site": "place_s", "round": "round_1", "people": people}
        tubes.append({**told, "sealed_at": now, "alone": False, "lane": "general"})
    return orjson.dumps({"station": f"phone-{station}", "sent_at": now, "tubes": tubes})


class Stations:
    """Fifty threads; each sends its letters one after another, and each until it is answered, as a phone does."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.secret = port, secret
        self.acknowledged: dict[str, int] = {}
        self.retried = 0
        self.until = time.monotonic() + 100
        self.threads = [threading.Thread(target=self._go, args=(n,), daemon=True) for n in range(STATIONS)]

    def _go(self, station: int) -> None:
        for n in range(LETTERS):
            body = _letter(station, n)  # the same bytes each time, as they lie on the phone
            while time.monotonic() < self.until and not self._sent(body):
                self.retried += 1
                time.sleep(0.05)

    def _sent(self, body: bytes) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            head = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
            line.request("POST", "/api/v1/testing/hand-in", body, head)
            answer = line.getresponse()
            told = orjson.loads(answer.read()) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        if told is None:
            return False
        for each in told["answers"]:
            assert each["ok"], each
            self.acknowledged[each["key"]] = self.acknowledged.get(each["key"], 0) + 1
        return True


@contextmanager
def _server(centre: Centre, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "RINGFENCE_HOME": str(centre.home), "PYTHONPATH": str(ROOT)}
    told = connection.settings_dict
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = (
            f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
        )
    command = [sys.executable, "-m", "ringfence.cli", "serve", "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers too
        process.wait()


def _answered(stations: Stations, more: int) -> None:
    """Wait until so many more tubes were acknowledged, or until nobody sends any more."""
    goal = len(stations.acknowledged) + more
    while len(stations.acknowledged) < goal and any(each.is_alive() for each in stations.threads):
        time.sleep(0.01)


def _rows() -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(db.ask(f"SELECT * FROM {table}"), key=repr) for table in KEPT}


def test_a_killed_server_loses_no_tube_and_doubles_none(on_both: Centre) -> None:
    secret, chance = _prepared(on_both), random.Random(5)
    connection.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stations = Stations(port, secret)
    for thread in stations.threads:
        thread.start()
    for _ in range(KILLS):
        with _server(on_both, port):
            _answered(stations, more=60)
            time.sleep(chance.uniform(0, 0.05))  # somewhere in the middle of the next ones
    with _server(on_both, port):
        for thread in stations.threads:
            thread.join()
    tubes = STATIONS * LETTERS * TUBES
    assert stations.retried >= KILLS
    assert len(stations.acknowledged) == tubes
    sealed = [each.fact for each in log.between(1, log.last_seq()) if each.kind == "TubeSealed"]
    assert sorted(fact.code for fact in sealed) == sorted(f"T-{n}" for n in range(tubes))
    assert db.ask("SELECT count(*), sum(n) FROM testing_tube") == [(tubes, tubes * PEOPLE)]
    assert db.ask("SELECT sum(people_came) FROM testing_flow WHERE path = ''") == [(tubes * PEOPLE,)]
    assert db.ask("SELECT sum(swabbed) FROM testing_cover") == [(len({p for fact in sealed for p in fact.people}),)]
    seal(on_both.home, on_both.clock.now())
    proof = verify(on_both.home)
    assert proof.whole
    assert proof.lines == log.last_seq()
    before = _rows()
    on_both.rebuild()
    assert _rows() == before
