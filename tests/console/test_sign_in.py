"""Signing in: passwords, lock-out, second factors, sessions that end, providers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from ringfence.console.sign_in import account_for
from ringfence.core import db
from tests.console.world import PASSWORD, World


@pytest.fixture(autouse=True)
def _fresh(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No attempts of an earlier test; keys in this test's own folder."""
    monkeypatch.setenv("RINGFENCE_HOME", str(home))
    cache.clear()


def sign_in(browser: Client, name: str = "tracer", password: str = PASSWORD) -> Any:
    """Send the sign-in form."""
    return browser.post("/sign-in/?next=/cases/", {"login": name, "password": password, "next": "/cases/"})


def code(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_password_opens_the_page_that_was_asked_for(world: World) -> None:
    browser = Client()
    answer = sign_in(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out/").status_code == 302
    assert browser.get("/").status_code == 302


def test_a_wrong_password_says_so_and_the_fifth_locks_out(world: World) -> None:
    browser = Client()
    for _ in range(4):
        answer = sign_in(browser, password="guess")
        assert answer.status_code == 200
    assert sign_in(browser, password="guess").status_code == 429
    answer = sign_in(browser, "Tracer")
    assert answer.status_code == 429, "even the right one, for a while, in any case"
    assert "What to do next" in answer.content.decode()
    assert sign_in(Client(), "planner").status_code == 302, "others from here are not locked out"


def test_a_closed_account_is_out_at_once(world: World) -> None:
    browser = world.browser("tracer")
    assert browser.get("/").status_code == 200
    account = world.who("tracer").id
    world._tell(world.centre.actions["registry.close_account"].function, account=account, reason="left")
    assert browser.get("/").status_code == 302
    again = Client()
    sign_in(again)
    assert again.get("/").status_code == 302


def test_a_session_ends_eight_hours_after_it_began(world: World) -> None:
    browser = world.browser("tracer")
    browser.get("/")
    session = browser.session
    session["begun_at"] -= 8 * 3600 * 1_000_000
    session.save()
    assert browser.get("/").status_code == 302


def test_a_second_factor_is_set_up_asked_for_and_recovered(world: World) -> None:
    browser = Client()
    sign_in(browser)
    activate = "/account/second/totp/activate/"
    assert browser.get(activate)["Location"].startswith("/account/again/"), "the password once more"
    assert browser.post(f"/account/again/?next={activate}", {"password": PASSWORD}).status_code == 302
    page = browser.get(activate)
    assert page.status_code == 200, page["Location"]
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', page.content.decode())[1]
    assert browser.post("/account/second/totp/activate/", {"code": "000000"}).status_code == 200
    assert browser.post("/account/second/totp/activate/", {"code": code(secret)}).status_code == 302
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept, "sealed"
    listed = browser.get("/account/second/recovery-codes/").content.decode()
    codes = re.search(r"<textarea[^>]*>([^<]*)<", listed)[1].split()
    assert len(codes) >= 10

    later = Client()
    assert sign_in(later)["Location"].startswith("/account/second/authenticate/")
    assert later.get("/").status_code == 302, "a password alone does not do"
    assert later.post("/account/second/authenticate/", {"code": "123456"}).status_code == 200
    cache.clear()  # the app's code was used a moment ago and counts once
    answer = later.post("/account/second/authenticate/", {"code": code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")

    lost = Client()
    sign_in(lost)
    assert lost.post("/account/second/authenticate/", {"code": codes[0]}).status_code == 302
    assert lost.get("/").status_code == 200


def test_a_password_is_changed_through_the_log(world: World) -> None:
    browser = Client()
    sign_in(browser)
    new = {"old": PASSWORD, "new": "another long secret", "again": "another long secret"}
    assert browser.post("/account/password/", {**new, "old": "wrong"}).status_code == 200
    assert browser.post("/account/password/", {**new, "new": "short", "again": "short"}).status_code == 200
    assert browser.post("/account/password/", new).status_code == 302
    assert browser.get("/").status_code == 200, "this session goes on"
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password="another long secret").status_code == 302
    (body,) = db.ask_one("SELECT body FROM log WHERE kind = 'OwnAccountChanged'") or ("",)
    assert "secret" not in body


def test_nobody_signs_up(world: World) -> None:
    answer = Client().post("/account/sign-up/", {"username": "mallory", "password1": "a long enough secret"})
    assert b"closed" in answer.content.lower()
    assert db.ask("SELECT 1 FROM registry_account WHERE name = 'mallory'") == []


def test_a_language_is_kept_on_the_account(world: World) -> None:
    browser = world.browser("tracer")
    del browser.cookies["ringfence_language"]
    assert "总览" not in browser.get("/").content.decode()
    answer = browser.post("/language/", {"language": "zh-hans", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert world.who("tracer").language == "zh-hans"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"preferred_username": "Tracer"}, "tracer"),
        ({"userinfo": {"email": "planner@example.org", "email_verified": True}}, "planner"),
        ({"email": "planner@example.org", "email_verified": False}, None),
        ({"email": "stranger@example.org"}, None),
        ({}, None),
    ],
)
def test_a_providers_user_must_match_an_open_account(world: World, told: dict[str, Any], name: str | None) -> None:
    found = account_for(told)
    assert (found.name if found else None) == name
