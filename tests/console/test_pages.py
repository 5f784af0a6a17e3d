"""Every page of this slice for every role in both languages; and nobody sees beyond their places."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from html import unescape

import pytest

from ringfence.core.access import ROLES
from ringfence.core.declare import Declared
from tests.console.test_many import text_of
from tests.console.world import World

PAGES = (
    "/",
    "/board/now/?since=1",
    "/cases/",
    "/cases/?classification=suspect&sort=onset&col=number&col=stay",
    "/everything/",
    "/views/cases/?classification=suspect",
    "/export/cases/?classification=suspect",
    "/many/cases/",
    "/account/password/",
    "/account/second/",
)
LANGUAGES = ("en", "zh-hans")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_or_refuses_in_three_parts(world: World, role: str) -> None:
    for language in LANGUAGES:
        browser = world.browser(role, language)
        for page in PAGES:
            answer = browser.get(page)
            assert answer.status_code in {200, 302, 403, 404, 409}, (page, answer.status_code)
            if answer.status_code >= 400:
                assert 'class="rf-refused"' in text_of(answer), page


@pytest.mark.parametrize("role", ["duty_officer", "administrator", "lab"])
def test_every_action_and_query_has_a_door(world: World, role: str) -> None:
    browser = world.browser(role)
    doors: list[tuple[str, Declared]] = [("do", each) for each in world.centre.actions.values()]
    doors += [("ask", each) for each in world.centre.queries.values()]
    for door, declared in doors:
        answer = browser.get(f"/{door}/{declared.desk}/{declared.name}/")
        allowed = bool(world.who(role).scope(declared.may).paths)
        assert answer.status_code in ({200, 404} if allowed else {403, 404}), declared.name


def test_an_action_told_through_its_door_is_recorded(world: World) -> None:
    browser = world.browser()
    case = world.cases["north"][0]
    answer = browser.post("/do/cases/classify_case/", {"case": case, "classification": "confirmed"})
    assert answer.status_code == 302
    world.clock.pass_by(timedelta(minutes=1))
    again = browser.post("/do/cases/classify_case/", {"case": case, "classification": "confirmed"})
    assert again.status_code == 409
    assert "What to do next" in text_of(again)
    missing = browser.post("/do/cases/classify_case/", {"case": case})
    assert missing.status_code == 200
    assert "rf-error" in text_of(missing)


def test_nothing_of_the_other_county_is_shown_picked_told_or_exported(world: World) -> None:
    """`south` lies beside the accounts' own county: neither its cases nor its names may come through any address."""
    elsewhere = world.cases["south"][0]
    for role in ROLES:
        browser = world.browser(role)
        for page in (*PAGES, f"/?under={world.south}", f"/cases/?under={world.south}", "/ask/cases/line_list/",
                     f"/ask/cases/line_list/?under={world.south}", f"/ask/cases/case_file/?case={elsewhere}",
                     f"/ask/command/tasks/?under={world.south}", "/ask/command/tasks/", "/ask/registry/units/",
                     f"/do/cases/classify_case/?case={elsewhere}"):  # fmt: skip
            shown = text_of(browser.get(page)).replace(f"under={world.south}", "").replace(f"case={elsewhere}", "")
            known = () if elsewhere in page else (elsewhere,)  # what the address itself told may be told back
            for secret in (*known, "South County", "P0010", "CDC south", "FLU-0004"):
                assert secret not in shown, (role, page, secret)
    browser = world.browser()
    rows = text_of(browser.post("/export/cases/", {"purpose": "x", "form": "csv"}))
    assert "P0010" not in rows
    told = browser.post("/do/cases/classify_case/", {"case": elsewhere, "classification": "confirmed"})
    assert told.status_code == 409


def test_the_poll_is_silent_until_something_happens(world: World) -> None:
    browser = world.browser()
    page = text_of(browser.get("/"))
    poll = unescape(re.search(r'hx-get="([^"]+)"', page)[1])
    assert browser.get(poll).status_code == 204
    world.case(world.north, 50)
    answer = browser.get(poll)
    assert answer.status_code == 200
    assert poll not in unescape(text_of(answer))


def test_a_filter_that_cannot_be_read_marks_its_field(world: World) -> None:
    page = text_of(world.browser().get("/cases/?onset_from=yesterday"))
    assert "rf-error" in page
    assert "FLU-0003" in page, "the list is still there"


def test_a_spoilt_page_key_is_refused(world: World) -> None:
    answer = world.browser().get("/cases/?after=nonsense")
    assert answer.status_code == 409


def test_a_page_is_light(world: World) -> None:
    for n in range(100, 160):
        world.case(world.north, n)
    browser = world.browser()
    for page in ("/", "/cases/"):
        assert len(gzip.compress(browser.get(page).content)) < 40_000, page


ENGLISH = re.compile(r"\b[A-Z][a-z]+(?: [a-z]+)+\b")
ALLOWED = ("Flu 2021", "duty_officer shown")


def test_chinese_pages_are_chinese(world: World) -> None:
    browser = world.browser("duty_officer", "zh-hans")
    for page in ("/", "/cases/", "/views/cases/?classification=suspect", "/export/cases/", "/account/password/"):
        shown = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text_of(browser.get(page)), flags=re.DOTALL)
        assert ENGLISH.findall(unescape(shown)) == [], page
