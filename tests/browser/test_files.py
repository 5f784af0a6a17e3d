"""The case file, tasks, places and log in a real browser: nothing bars a reader, on a desk and on a phone, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.registry.models import Account
from tests.browser.chromium import ARGUMENTS, chromium
from tests.console.city import City, build

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
DESK = {"viewport": {"width": 1400, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


class Threads(ThreadingMixIn, WSGIServer):
    """Several requests at a time."""

    daemon_threads = True


@pytest.fixture
def city(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city, served by the pages."""
    monkeypatch.setattr(app, "centre", lambda: centre)
    return build(centre, clock)


@pytest.fixture
def served(city: City) -> Iterator[tuple[str, str]]:
    """The console's address, and the session of the duty officer."""
    client = Client()
    client.force_login(Account.objects.get(name="duty_officer"), "django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    assert SessionStore(session).exists(session)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Threads, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", session
    server.shutdown()
    server.server_close()
    connections.close_all()


def addresses(city: City) -> list[str]:
    """The pages looked at."""
    case, task = city.ids["cases"][1], city.ids["tasks"][0]
    return [
        f"/cases/{case}/", f"/cases/{case}/forms/covid/", f"/cases/{case}/dossier.pdf", "/cases/new/", f"/tasks/{task}/",
        "/tasks/", "/workload/", "/decisions/", f"/places/{city.ids['province']}/", "/units/", "/outbreaks/", "/me/",
        "/log/", "/log/seals/", "/why/60/", "/policy/", "/reporting/",
    ]  # fmt: skip


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, every fold opened."""
    page.evaluate("document.querySelectorAll('details.rf-more').forEach((fold) => { fold.open = true; })")
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


@pytest.mark.parametrize(("screen", "language"), [(DESK, "en"), (PHONE, "zh-hans")], ids=["desk", "phone"])
def test_every_page_is_within_reach_of_everyone(
    city: City, served: tuple[str, str], screen: dict[str, Any], language: str
) -> None:
    base, session = served
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        context = browser.new_context(**screen)
        for name, value in (("sessionid", session), ("ringfence_language", language)):
            context.add_cookies([{"name": name, "value": value, "url": base}])
        for address in addresses(city):
            page = context.new_page()
            complaints: list[str] = []
            page.on("console", lambda said, told=complaints: told.append(said.text) if said.type == "error" else None)
            answer = page.goto(base + address)
            assert answer is not None
            assert answer.status == 200, address
            assert faults(page) == [], address
            assert complaints == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["viewport"]["width"], address
            page.close()
        browser.close()
