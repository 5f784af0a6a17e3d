"""The twin's pages: what to do first, a run on its way, the answer with its denominators, and who may see it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from ringfence import app
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.facts.ids import JurisdictionId
from ringfence.registry import actions as registry
from ringfence.registry.models import Account
from ringfence.twin.live import results
from tests.unit.twin.told import Told

SMALL = {"days": "5", "replicates": "50", "seed": "4", "by": ""}


class Console(Told):
    """The told outbreak with accounts in it."""

    def browser(self, area: JurisdictionId, name: str) -> Client:
        self.centre.tell(
            feed("test"), registry.open_account, name=name, shown_name=name, password_hash="!", role="planner",
            jurisdiction=area, language="en", email=f"{name}@example.org",
        )  # fmt: skip
        client = Client()
        client.force_login(Account.objects.get(name=name), "django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def told(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setattr(app, "centre", lambda: centre)
    monkeypatch.setattr(results, "in_background", results.finish)
    return Console(centre, by=6)


def words(answer: object, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[-2000:]
    body = re.sub(r"<(script|style|desc|title)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_a_forecast_is_asked_for_kept_and_shown_again(told: Console) -> None:
    browser = told.browser(told.top, "planner")
    first = words(browser.get("/twin/"))
    assert "Nothing has been asked yet." in first
    assert "Foretell" in first
    answer = browser.post("/twin/ask/forecast/", SMALL)
    assert answer.status_code == 302
    run = answer.url.split("/")[-2]
    said = words(browser.get(answer.url))
    assert said == words(browser.get("/twin/runs/" + run + "/"))
    found = results.run(run).answer()
    aim = found["objective"]
    assert f"No community case from {aim['since']} to {aim['by']}" in said
    assert f"({aim['met']} of 50;" in said
    assert "50 futures from 24 cases on record in Place p (60,000 people)." in said
    assert "Zones are not read from the record" in said
    for part in (
        run,
        found["pack"],
        f"Line of the log {found['seq']:,}",
        "Seed 4",
        "What it assumed",
        "City map over time",
    ):
        assert part in said
    middle = found["daily"]["cases"]["0.5"]
    assert f"{found['days'][0]} {found['daily']['cases']['0.05'][0]:,.0f} " in said
    assert len(middle) == 6
    page = browser.get("/twin/").content.decode()
    assert page.count("<svg") >= 24  # six fans and two maps at three widths
    assert " style=" not in page.split("<main")[1]
    other = words(browser.get(f"/twin/runs/{run}/?day=2"))
    assert f"Day 2: {found['days'][1]}" in other


def test_options_are_compared_on_a_page(told: Console) -> None:
    browser = told.browser(told.top, "planner")
    assert "Nothing has been asked yet." in words(browser.get("/twin/what-if/"))
    answer = browser.post("/twin/ask/whatif/", SMALL)
    said = words(browser.get(answer.url))
    for part in (
        "1. As is",
        "2. One more round",
        "3. Building instead of township",
        "Policy frontier",
        "on the frontier",
    ):
        assert part in said
    found = results.run(answer.url.split("/")[-2]).answer()
    assert f"{found['smallest']['rungs'][0]['sets']} sets were tried in {found['smallest']['runs']:,} futures" in said
    assert "The smallest set of measures that is enough" in said


def test_a_run_on_its_way_says_how_far_it_is_without_javascript(told: Console) -> None:
    browser = told.browser(told.top, "planner")
    made = results.new("forecast", "x", told.outbreak, "p.", 1)
    made.what, made.done, made.of = "replicates", 30, 250
    made.save()
    page = browser.get(f"/twin/runs/{made.id}/").content.decode()
    assert '<meta http-equiv="refresh" content="2">' in page
    assert '<progress max="250" value="30">' in page
    made.beat -= 100.0
    made.save()
    said = words(browser.get(f"/twin/runs/{made.id}/"))
    assert "It has stopped before the end." in said
    assert 'http-equiv="refresh"' not in browser.get(f"/twin/runs/{made.id}/").content.decode()


def test_a_run_is_for_those_who_may_see_its_place(told: Console) -> None:
    made = results.new("forecast", "x", told.outbreak, "p.", 1)
    within = told.browser(told.counties[0], "county")
    assert "There is no such run of the twin here." in words(within.get(f"/twin/runs/{made.id}/"), 404)
    assert "There is no such run" in words(within.get("/twin/runs/nothing/"), 404)
    assert "There is no such run" in words(within.post("/twin/ask/else/", SMALL), 404)


def test_what_cannot_be_foretold_is_said_before_anything_begins(told: Console, home: Path) -> None:
    browser = told.browser(told.top, "planner")
    said = words(browser.post("/twin/ask/forecast/", {**SMALL, "by": "2021-01-01"}), 409)
    assert "lies in the past: 2021-01-01." in said
    assert "Set a new objective" in said
    assert not (home / "twin" / "runs").exists()
    assert "Days ahead" in words(browser.post("/twin/ask/forecast/", {**SMALL, "days": "0"}), 422)


def test_without_an_outbreak_the_page_says_what_to_do_first(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "centre", lambda: centre)
    told = object.__new__(Console)
    told.centre = centre
    area = told._area(None, "p", 1000)
    assert "outbreak" in words(told.browser(area, "planner").get("/twin/")).lower()
