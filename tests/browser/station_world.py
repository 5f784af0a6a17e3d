"""The console with a sampling desk that is told what to answer: the station's two addresses, and nothing else, are stood in for."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
from django.core.wsgi import get_wsgi_application
from django.db import connections

ROUND = {"id": "round_1", "title": "Round 1 · 第1轮", "pool_size": 10, "closes_at": "2099-01-01T00:00:00Z"}
GATE, SCHOOL = {"id": "place_gate", "name": "East Gate"}, {"id": "place_school", "name": "东门小学"}


def fingerprint(code: str) -> str:
    """As the set-up tells who is under measures."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]


class Desk:
    """What the server side keeps, and how it behaves next: `answers` are used up one by one, then it is well."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.known: dict[str, dict[str, Any]] = {}
        self.next: list[str] = []
        self.sites = [GATE, SCHOOL]
        self.measures: list[str] = []
        self.clock_off = timedelta(0)
        self.most_tubes = 50
        self.slow = 0.0  # seconds before a letter is looked at

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_off

    def set_up(self, query: str) -> tuple[str, dict[str, Any]]:
        chosen = next((each for each in self.sites if query == f"site={each['id']}"), None)
        told = {
            "sites": self.sites, "site": chosen, "rounds": [ROUND] if chosen else [], "lanes": 2, "queue_minutes": 12,
            "measures": self.measures if chosen else [], "server_now": self.now().isoformat().replace("+00:00", "Z"),
        }  # fmt: skip
        return "200 OK", told

    def hand_in(self, body: bytes, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        time.sleep(self.slow)
        how = self.next.pop(0) if self.next else "well"
        if how == "signed out":
            return "401 Unauthorized", {"detail": "sign in"}
        if how == "down":
            return "503 Service Unavailable", {}
        letter = orjson.loads(body)
        cookie = environ.get("HTTP_COOKIE", "")
        assert f"csrftoken={environ['HTTP_X_CSRFTOKEN']}" in cookie
        if len(letter["tubes"]) > self.most_tubes:
            return "413 Content Too Large", {}
        self.letters.append(letter)
        items = [item for kind in ("tubes", "voids", "boxes", "queues") for item in letter[kind]]
        answers = [self.take(item) for item in items]
        if how == "answer lost":
            raise ConnectionAbortedError
        off = (datetime.fromisoformat(letter["sent_at"]) - self.now()).total_seconds()
        return "200 OK", {"server_now": self.now().isoformat(), "clock_off_s": off, "answers": answers}

    def take(self, item: dict[str, Any]) -> dict[str, Any]:
        again = item["key"] in self.known
        self.known.setdefault(item["key"], item)
        if item.get("tube") == "TKEPT":
            problem = {"code": "x", "wrong": "Sealed twice.", "on_record": "At 10:00.", "next": "Ask."}
            return {"key": item["key"], "ok": False, "kept": True, "problem": problem}
        return {"key": item["key"], "ok": True, "again": again, "warnings": []}

    @property
    def tubes(self) -> list[dict[str, Any]]:
        """Each tube once, as first told."""
        return [item for item in self.known.values() if "people" in item and "tube" in item]


class Quiet(WSGIRequestHandler):
    """Says nothing of each request, nor of those broken off."""

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


class Threads(ThreadingMixIn, WSGIServer):
    """Several requests at a time; it may come back on the port it had."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_args: Any) -> None:
        """A phone that went away."""


def standing_in(desk: Desk) -> Callable[..., Iterable[bytes]]:
    """The console, with the desk's two addresses answered by `desk`."""
    console = get_wsgi_application()

    def served(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in {"/testing/station/set-up/", "/api/v1/testing/hand-in"}:
            return console(environ, start)  # type: ignore[no-any-return]
        if path.endswith("set-up/"):
            status, told = desk.set_up(environ["QUERY_STRING"])
        else:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            status, told = desk.hand_in(body, environ)
        start(status, [("Content-Type", "application/json")])
        return [orjson.dumps(told)]

    return served


@contextmanager
def serving(desk: Desk, port: int = 0) -> Iterator[int]:
    """The port it is served at, until the end."""
    server = make_server("127.0.0.1", port, standing_in(desk), Threads, Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        connections.close_all()
