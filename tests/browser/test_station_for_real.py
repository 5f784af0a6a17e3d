"""The station and the real desk: what is sealed without a network is in the log once, and its answer on the phone."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from ringfence.core import db
from ringfence.registry.models import Account
from ringfence.science.check_digits import label_code
from tests.api.conftest import Town, town
from tests.api.test_hand_in import Desk, desk
from tests.browser.test_station import Phone, counted, hand_in, people, press, scan, waits

__all__ = ["desk", "town"]


def served(environ, start):
    """The console as it is."""
    return get_wsgi_application()(environ, start)


def test_a_tube_sealed_offline_is_in_the_log_once(
    town: Town, desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.browser.station_world.standing_in", lambda _desk: served)
    town.person("Ana")
    client = Client()
    client.force_login(Account.objects.get(name="duty"), "django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    tube = label_code("TN", 1)
    with sync_playwright() as playwright, ExitStack() as network:
        phone = Phone(playwright, session, desk, str(tmp_path_factory.mktemp("phone")))  # type: ignore[arg-type]
        network.callback(phone.disconnect)
        page = phone.open()
        expect(page.locator("#st-site")).to_have_text("Gate")  # the only site and round are chosen by themselves
        page.locator("#main[data-offline=ready]").wait_for()
        phone.disconnect()
        scan(page, tube, "Ana")
        page.locator("#st-no-papers").click()
        page.locator("[name=name]").fill("王小明")
        press(page, "Add to the tube")
        slip = people(page, 2)[1]
        page.locator("#st-seal").click()
        waits(page, 1)
        page.reload()
        waits(page, 1)
        phone.connect()
        hand_in(page)
        expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
        counted(page, 0)
        page.locator("[data-go=kept]").click()
        expect(page.locator("#st-history")).to_contain_text(f"{tube} · 2 people")
        expect(page.locator("#st-banners p")).to_have_count(0)
        phone.context.close()
    assert db.ask("SELECT code, n FROM testing_tube") == [(tube, 2)]
    assert phone.complaints == []
    assert slip.startswith("W")
