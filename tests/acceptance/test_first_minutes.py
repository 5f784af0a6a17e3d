"""The demonstration as a new user meets it: what is overdue, the case, why it is theirs; then a real line list goes in.

In Chromium, in both languages, on a desk and on a phone, against the served program itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.devices import DESK, PHONE, signed_in
from tests.acceptance.shared import shared

SHARED = shared()
ENGLISH = {
    "overdue": "Overdue",
    "why": "Why do I have this?",
    "columns": "Look at its columns",
    "check": "Check the rows",
    "take": "Take the 1,038 good rows",
    "title": "Hong Kong 2020",
}
CHINESE = {
    "overdue": "逾期",
    "why": "为何由我负责？",
    "columns": "查看各列",
    "check": "核对各行",
    "take": "1,038",
    "title": "香港 2020",
}


@pytest.mark.parametrize(("device", "words"), [(DESK, ENGLISH), (PHONE, CHINESE)], ids=["english", "chinese"])
def test_the_board_leads_to_what_is_overdue_to_a_case_and_to_why(
    browser: Browser, demo: dict[str, Any], device: dict[str, Any], words: dict[str, str]
) -> None:
    page = signed_in(browser, demo, device)
    foreign: list[str] = []
    page.on("request", lambda asked: foreign.append(asked.url) if not asked.url.startswith(demo["address"]) else None)
    tile = page.locator(".rf-numbers").first.locator("a").first
    expect(page.locator(".rf-numbers").first).to_contain_text(words["overdue"])
    tile.click()
    row = page.locator("tr", has=page.locator('a[href^="/cases/case_"]')).first
    row.locator('a[href^="/tasks/task_"]').first.click()
    expect(page.get_by_text(words["why"]).first).to_be_visible()
    expect(page.locator("#why")).to_contain_text("because" if words is ENGLISH else "因为")
    page.locator('main a[href^="/cases/case_"]').first.click()
    expect(page.locator("h1")).to_contain_text("YT26-")
    assert not [url for url in foreign if not url.startswith("data:")]


@pytest.mark.skipif(SHARED is None, reason="no shared/data folder beside or above the repository")
@pytest.mark.parametrize(("device", "words"), [(DESK, ENGLISH), (PHONE, CHINESE)], ids=["english", "chinese"])
def test_the_hong_kong_line_list_goes_in_and_shows_its_curve(
    browser: Browser, demo: dict[str, Any], device: dict[str, Any], words: dict[str, str]
) -> None:
    page = signed_in(browser, demo, device)
    page.goto(demo["address"] + "import/")
    page.set_input_files("input[type=file]", Path(str(SHARED)) / "linelist_hongkong2020" / "case_data.csv")
    page.get_by_role("button", name=words["columns"]).click()
    page.select_option("select[name=outbreak]", "new")
    page.fill("input[name=new_title]", words["title"])
    page.get_by_role("button", name=words["check"]).click()
    page.get_by_role("button", name=words["take"]).click()
    expect(page.locator("main")).to_contain_text("1,038", timeout=90_000)
    page.goto(demo["address"])
    expect(page.locator("header")).to_contain_text(words["title"])
    expect(page.locator("main")).to_contain_text("1,038")
    curve = page.locator("figure svg[role=img]:visible").first
    expect(curve).to_be_visible()
    assert page.locator("figure svg rect").count() > 50
