"""Bulk edits: preview, tell, take back; exports; saved views."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from ringfence.core import db
from tests.console.world import World

CLASSIFY = "cases.classify_case"


def text_of(answer: Any) -> str:
    """A page's text, streamed or not."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def hidden(page: str, action: str) -> list[tuple[str, str]]:
    """The hidden fields of the form that posts to an address."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return [
        (name, unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    ]


def sent(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Fields as a browser would send them."""
    told: dict[str, list[str]] = {}
    for name, value in fields:
        told.setdefault(name, []).append(value)
    return told


def classes() -> dict[str, int]:
    """How many cases of each class."""
    return dict(db.ask("SELECT classification, count(*) FROM cases_case GROUP BY classification"))


def preview(browser: Client, **more: Any) -> HttpResponse:
    """The preview of classifying as confirmed."""
    return browser.post(
        "/many/cases/",
        {"action": CLASSIFY, "preview": "1", "told-classification": "confirmed", "told-basis": "lab", **more},
    )


def test_a_preview_records_nothing_and_telling_and_undoing_go_round(world: World) -> None:
    browser = world.browser()
    before = db.ask_one("SELECT max(seq) FROM log")
    page = preview(browser, all_matching="1", filter="classification=suspect")
    shown = text_of(page)
    assert page.status_code == 200
    assert "3 rows picked" in shown
    assert db.ask_one("SELECT max(seq) FROM log") == before
    fields = sent(hidden(shown, "/many/cases/tell/"))
    told = text_of(browser.post("/many/cases/tell/", fields))
    assert "Recorded for 3 rows." in told
    assert classes() == {"confirmed": 3, "suspect": 1}, "the other county's case was left alone"
    lines = db.ask_one("SELECT max(seq) FROM log")
    text_of(browser.post("/many/cases/tell/", fields))
    assert db.ask_one("SELECT max(seq) FROM log") == lines, "sent twice, told once"
    undone = text_of(browser.post("/many/cases/undo/", {"batch": fields["batch"][0]}))
    assert "Taken back: 3 rows." in undone
    assert classes() == {"suspect": 4}


def test_rows_that_would_be_refused_are_named_and_the_rest_goes_through(world: World) -> None:
    browser = world.browser()
    first, second, _ = world.cases["north"]
    elsewhere = world.cases["south"][0]
    text_of(
        browser.post("/many/cases/tell/", sent(hidden(text_of(preview(browser, picked=[first])), "/many/cases/tell/")))
    )
    shown = text_of(preview(browser, picked=[first, second, elsewhere]))
    assert "Record this for 1 row" in shown
    fields = sent(hidden(shown, "/many/cases/tell/"))
    told = text_of(browser.post("/many/cases/tell/", fields))
    assert "Recorded for 1 row." in told
    assert "FLU-0001" in told, "the refused row by its number"
    assert classes() == {"confirmed": 2, "suspect": 2}


def test_nothing_picked_is_refused_in_three_parts(world: World) -> None:
    answer = world.browser().post("/many/cases/", {"action": CLASSIFY})
    assert answer.status_code == 409
    assert "What to do next" in text_of(answer)


def test_an_action_that_the_role_may_not_is_refused(world: World) -> None:
    answer = world.browser("planner").post("/many/cases/", {"action": CLASSIFY, "picked": world.cases["north"]})
    assert answer.status_code == 403


def test_an_export_is_whole_and_on_record(world: World) -> None:
    browser = world.browser()
    answer = browser.post("/export/cases/?classification=suspect", {"purpose": "handover", "form": "csv"})
    rows = list(csv.reader(io.StringIO(text_of(answer).removeprefix("\ufeff"))))
    assert len(rows) == 4
    assert rows[1][0] == "FLU-0003"
    (body,) = db.ask_one("SELECT body FROM log WHERE kind = 'ListExported'") or ("",)
    assert '"rows":3' in body
    assert "handover" in body
    answer = browser.post("/export/cases/", {"purpose": "handover", "form": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(book.get_sheet_by_index(0).to_python()) == 4


def test_an_export_without_purpose_or_permission_gives_nothing(world: World) -> None:
    answer = world.browser().post("/export/cases/", {"purpose": "", "form": "csv"})
    assert "text/html" in answer["Content-Type"]
    assert world.browser("tracer").post("/export/cases/", {"purpose": "x", "form": "csv"}).status_code == 403
    assert db.ask("SELECT 1 FROM log WHERE kind = 'ListExported'") == []


def test_a_view_is_saved_shown_and_dropped(world: World) -> None:
    browser = world.browser()
    browser.post("/views/cases/?classification=suspect&sort=onset", {"name": "New ones"})
    assert "New ones" in text_of(browser.get("/cases/"))
    assert "New ones" not in text_of(world.browser("tracer").get("/cases/")), "one's own"
    browser.post("/views/cases/", {"drop": "New ones"})
    assert "New ones" not in text_of(browser.get("/cases/"))
