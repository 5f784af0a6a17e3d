"""The sampling station on a phone: what is sealed without a network is there after a reload, and is handed in once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from ringfence.science.check_digits import label_code
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.station_world import GATE, ROUND, Desk, fingerprint, serving
from tests.console.conftest import world
from tests.console.world import World

__all__ = ["world"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Phone:
    """A phone in the hand of the sampler, and the network it is on."""

    def __init__(self, playwright: Playwright, session: str, desk: Desk, folder: str, language: str = "en") -> None:
        self.playwright, self.session, self.desk, self.folder, self.language = playwright, session, desk, folder, language
        self.network = ExitStack()
        self.port = 0
        self.complaints: list[str] = []
        self.connect()
        self.context = self.switch_on()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def switch_on(self) -> BrowserContext:
        """The browser with all that it kept; its folder outlives it."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=chromium(), args=ARGUMENTS, **PHONE, locale="en"
        )
        for name, value in (("sessionid", self.session), ("ringfence_language", self.language)):
            self.context.add_cookies([{"name": name, "value": value, "url": self.base}])
        return self.context

    def connect(self) -> None:
        """The server is there, at the address it had."""
        self.port = self.network.enter_context(serving(self.desk, self.port))

    def disconnect(self) -> None:
        """Nobody answers any more."""
        self.network.close()

    def open(self) -> Page:
        """The station, ready to scan."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None
        )
        page.goto(f"{self.base}/testing/station/")
        expect(page.locator("#main")).to_have_attribute("data-ready", "yes")
        return page

    def set_up(self) -> Page:
        """The station at the gate, kept for a time without a network."""
        page = self.open()
        page.locator(f'[data-site="{GATE["id"]}"]').click()
        expect(page.locator("#st-round")).to_contain_text("10")
        page.locator("#st-choose [data-closes]").click()
        expect(page.locator("#main")).to_have_attribute("data-offline", "ready")
        return page


def scan(page: Page, *codes: str) -> None:
    """As a scanner does: signs as fast as they come, then Enter; whatever has the focus."""
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def said(page: Page) -> Any:
    return page.locator("#st-said-text")


def tone(page: Page, wanted: str) -> None:
    expect(page.locator("#st-said")).to_have_attribute("data-tone", wanted)


def hand_in(page: Page) -> None:
    page.locator("#st-state").click()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what happens in the server, not on the page."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def phone(world: World, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    session = world.browser("sampler").cookies["sessionid"].value
    with sync_playwright() as playwright:
        held = Phone(playwright, session, desk, str(tmp_path_factory.mktemp("phone")))
        yield held
        held.context.close()
        held.disconnect()
        assert held.complaints == []


def test_sealed_without_a_network_there_after_a_crash_and_handed_in_once(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1", "P2")
    expect(said(page)).to_have_text("2 of 10 in the tube")
    phone.disconnect()
    page.reload()
    expect(page.locator("#st-people li")).to_have_count(2)
    expect(page.locator("#st-state-text")).to_contain_text("offline")
    scan(page, "P3")
    page.locator("#st-seal").click()
    tone(page, "sealed")
    phone.context.close()  # the browser is gone, with everything that it had not written down
    phone.switch_on()
    page = phone.open()
    expect(page.locator("#st-state-text")).to_have_text(re.compile("tubes waiting on this phone: 1 .* offline"))
    desk.next = ["answer lost", "down"]
    phone.connect()
    for n in range(3):
        hand_in(page)
        until(lambda n=n: len(desk.next) == max(0, 1 - n))
        expect(page.locator("#st-state")).not_to_have_attribute("data-net", "busy")
    expect(page.locator("#st-state-text")).to_have_text(re.compile(r"nothing waits .* last handed in \d\d:\d\d .* online"))
    assert len(desk.letters) == 2
    assert desk.letters[0]["tubes"] == desk.letters[1]["tubes"]  # the same keys, word for word
    (tube,) = desk.tubes
    assert [one["code"] for one in tube["people"]] == ["P1", "P2", "P3"]
    assert (tube["tube"], tube["site"], tube["round"], tube["lane"], tube["alone"]) == (
        "T1", GATE["id"], ROUND["id"], "general", False
    )  # fmt: skip
    page.locator("[data-go=kept]").click()
    expect(page.locator("#st-history li")).to_have_count(1)
    expect(page.locator("#st-history")).to_contain_text("T1 · 3 people")
