"""Every page of the case file, tasks, places, people and log: for every role, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from ringfence import app
from ringfence.core.access import ROLES
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.registry.models import Account
from tests.console.city import City, build


@pytest.fixture
def city(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """The city, served by the pages."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    monkeypatch.setattr(app, "centre", lambda: centre)
    yield build(centre, clock)


def signed_in(name: str, language: str = "en") -> Client:
    """Somebody at their screen."""
    client = Client(headers={"accept-language": language})
    client.cookies["ringfence_language"] = language
    client.force_login(Account.objects.get(name=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(city: City) -> dict[str, str | None]:
    """Address -> what one must be allowed to see it (None: everyone)."""
    case, task = city.ids["cases"][1], city.ids["tasks"][0]
    return {
        f"/cases/{case}/": None,
        f"/cases/{case}/forms/covid/": "investigate",
        f"/cases/{case}/forms/covid/form.pdf?blank=1": None,
        f"/cases/{case}/dossier.pdf": None,
        f"/cases/{case}/label.svg": None,
        f"/cases/{case}/reveal/": "reveal",
        "/cases/new/": "report",
        f"/tasks/{task}/": None,
        "/tasks/": None,
        "/workload/": None,
        "/decisions/": None,
        "/places/": None,
        f"/places/{city.ids['province']}/": None,
        "/units/": None,
        "/outbreaks/": None,
        "/accounts/": "admit",
        "/me/": None,
        "/log/": "audit",
        "/log/seals/": "audit",
        "/quarantine/": "audit",
        "/why/30/": None,
        "/policy/": None,
        "/reporting/": None,
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_for_every_role_that_may(city: City, language: str) -> None:
    for role, (_name, mays) in ROLES.items():
        client = signed_in(role, language)
        for address, may in pages(city).items():
            answer = client.get(address)
            wanted = 200 if may is None or may in mays else 403
            if address.startswith("/why/") and wanted == 200:
                assert answer.status_code in (200, 404), (role, address)
                continue
            assert answer.status_code == wanted, (role, address, answer.content[:2000].decode(errors="replace"))
