"""The console's templates in a real browser: nothing breaks the policy, leaves the house or bars a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SMALL = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
TABLET = {"viewport": {"width": 800, "height": 1100}}
DESK = {"viewport": {"width": 1400, "height": 900}}
PAGES = ["board", "list", "list/?density=wall", "empty", "case", "form/?wrong=1", "login", "error", "sheet", "notes"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()


def visit(browser: Browser, gallery: str, name: str, **context: Any) -> tuple[Page, list[str]]:
    """A page, and what it complained of: refused scripts and styles, foreign addresses, errors."""
    page = browser.new_context(**context).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(gallery) else complaints.append(asked.url))
    page.on("response", lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.goto(f"{gallery}/{name}{'' if '?' in name else '/'}", wait_until="load")
    return page, complaints


@pytest.mark.parametrize(
    ("screen", "locale", "scheme"),
    [pytest.param(DESK, "en-GB", "light", id="desk"), pytest.param(PHONE, "zh-CN", "dark", id="phone")],
)
def test_every_page_is_within_reach_of_everyone(
    browser: Browser, gallery: str, screen: dict[str, Any], locale: str, scheme: str
) -> None:
    for name in PAGES:
        page, complaints = visit(browser, gallery, name, locale=locale, color_scheme=scheme, **screen)
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
        assert told == [], name
        assert complaints == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["viewport"]["width"], name
        page.context.close()


@pytest.mark.parametrize("screen", [SMALL, TABLET], ids=["phone", "tablet"])
def test_nothing_is_cut_off_in_between(browser: Browser, gallery: str, screen: dict[str, Any]) -> None:
    for name in ("board", "list", "case", "form/?wrong=1"):
        page, _complaints = visit(browser, gallery, name, **screen)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["viewport"]["width"], name
        assert page.evaluate("document.querySelector('.rf-bar').scrollWidth") <= screen["viewport"]["width"], name
        page.context.close()


def test_a_finger_meets_44_pixels(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list", **PHONE)
    touched = ".btn, .rf-bottom a, .rf-bar summary, .rf-pick label, .rf-views a"
    small = page.evaluate(
        """(touched) => [...document.querySelectorAll(touched)]
        .map((one) => [one.className, one.getBoundingClientRect()]).filter(([, box]) => box.height && box.height < 44)
        .map(([name, box]) => `${name} ${box.height}`)""",
        touched,
    )
    assert small == []


def test_the_keys_move_pick_and_open(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list", **DESK)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tr.rf-at").get_attribute("id") == "row-t1"
    assert page.locator("[name=picked]:checked").count() == 1
    assert page.locator("[data-picked-count]").inner_text() == "1"
    page.keyboard.press("?")
    assert page.locator("#rf-keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("jx")
    assert page.locator("tr.rf-at").get_attribute("id") == "row-t1"
    page.locator("tr.rf-at").focus()
    page.keyboard.press("e")
    page.wait_for_url("**/form/")


def test_one_box_picks_the_page(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list", **DESK)
    page.locator("[data-pick-all]").check()
    assert page.locator("[name=picked]:checked").count() == 24
    page.locator("[name=picked]").first.uncheck()
    assert page.locator("[data-pick-all]").evaluate("box => box.indeterminate")


def test_without_scripts_everything_still_opens(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list", java_script_enabled=False, **PHONE)
    page.locator(".rf-sheet-menu > summary").click()
    assert page.locator(".rf-sheet-menu a").nth(8).is_visible()
    page.locator(".rf-bar .rf-menu > summary").first.click()
    assert page.locator(".rf-bar .rf-menu a").first.is_visible()
    page.locator(".rf-fold + label").click()
    assert page.locator(".rf-filters [name=q]").is_visible()


def test_the_language_is_switched_and_kept(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list/?density=comfortable", locale="en-GB", **DESK)
    page.locator(".rf-bar-end > .rf-language button").click()
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert page.url.endswith("/list/?density=comfortable")
    assert page.locator(".rf-filter-end button").first.inner_text() == "筛选"


def test_paper_carries_the_list_and_not_the_bars(browser: Browser, gallery: str) -> None:
    page, _complaints = visit(browser, gallery, "list", **DESK)
    page.emulate_media(media="print")
    assert not page.locator(".rf-bar").is_visible()
    assert not page.locator(".rf-bulk-bar").is_visible()
    assert page.locator("#row-t23").is_visible()
    assert page.locator(".rf-foot").is_visible()
