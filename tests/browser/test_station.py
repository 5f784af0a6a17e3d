"""The sampling station on a phone: what is sealed without a network is there after a reload, and is handed in once."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from ringfence.reports.code128 import code128
from ringfence.reports.labels import qr
from ringfence.science.check_digits import check_character, is_misread, label_code
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.station_world import GATE, ROUND, Desk, fingerprint, serving
from tests.console.conftest import world
from tests.console.world import World

__all__ = ["world"]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SMALL = """[...document.querySelectorAll(".st button, .st a, .st input:not([type=hidden])")]
  .map((one) => [one.id || one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.height && (box.height < 48 || box.width < 44))
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Phone:
    """A phone in the hand of the sampler, and the network it is on."""

    def __init__(self, playwright: Playwright, session: str, desk: Desk, folder: str, language: str = "en") -> None:
        self.playwright, self.session, self.desk, self.folder, self.language = (
            playwright,
            session,
            desk,
            folder,
            language,
        )
        self.more: list[str] = []  # arguments of Chromium
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
            self.folder, executable_path=chromium(), args=[*ARGUMENTS, *self.more], **PHONE, locale="en"
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
        page.on("console", lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None)
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


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def people(page: Page, n: int) -> list[str]:
    """Who is in the open tube, first scanned first, once there are so many."""
    counted(page, n)
    return list(reversed(page.locator("#st-people li span").all_inner_texts()))


def counted(page: Page, n: int) -> None:
    expect(page.locator("#st-people li")).to_have_count(n)


def waits(page: Page, n: int) -> None:
    expect(page.locator("#st-count")).to_have_text(str(n))


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
    expect(page.locator("#st-state-text")).to_have_text(re.compile("1 tube waits .* offline"))
    desk.next = ["answer lost", "down"]
    phone.connect()
    for left in (1, 0):
        hand_in(page)
        until(lambda left=left: len(desk.next) == left)
        expect(page.locator("#st-state-text")).to_contain_text("offline")
    hand_in(page)
    expect(page.locator("#st-state-text")).to_have_text(
        re.compile(r"nothing waits .* last handed in \d\d:\d\d .* online")
    )
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


def test_two_tabs_work_on_one_tube_and_hand_in_one_at_a_time(phone: Phone, desk: Desk) -> None:
    one = phone.set_up()
    other = phone.open()
    scan(one, "T1", "P1")
    counted(other, 1)
    scan(other, "P2")
    counted(one, 2)
    press(other, "Seal · 2 of 10")
    for tube in ("T2", "T3"):
        scan(one, tube, f"{tube}-A")
        press(one, "Seal · 1 of 10")
    waits(other, 3)
    desk.slow = 0.4
    hand_in(one)
    hand_in(other)
    for page in (one, other):
        expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
    keys = [tube["key"] for letter in desk.letters for tube in letter["tubes"]]
    assert len(keys) == len(set(keys)) == 3
    assert [tube["tube"] for tube in desk.tubes] == ["T1", "T2", "T3"]


def test_a_scanner_types_wherever_the_focus_is(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    assert page.evaluate("document.activeElement.id") == "st-code"
    assert page.locator("#st-code").get_attribute("inputmode") == "none"  # the keyboard of the screen stays down
    scan(page, "T1", "P1", "P1")
    expect(said(page)).to_have_text("Read twice, counted once")
    page.locator("#st-undo").focus()
    scan(page, "P2")  # its Enter does not press what had the focus
    counted(page, 2)
    page.locator("[data-go=queue]").click()
    scan(page, "P3")
    expect(page.locator("#st-tube")).to_be_visible()
    assert people(page, 3) == ["P1", "P2", "P3"]
    page.wait_for_timeout(2100)
    scan(page, "P1")
    expect(said(page)).to_have_text("This person is in this tube already")
    tone(page, "warn")
    scan(page, "T1")  # the tube once more: sealed without a finger
    tone(page, "sealed")
    scan(page, "x" * 201)
    tone(page, "bad")
    waits(page, 1)


def test_wrong_tubes_and_doubles_are_said_before_they_count(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "P1", label_code("TN", 1))  # the tube comes first here, so P1 was taken for it
    expect(said(page)).to_have_text("P1 was taken for the tube. Was it a person?")
    press(page, "It was a person")
    scan(page, "P2")
    assert people(page, 2) == ["P1", "P2"]
    scan(page, label_code("TN", 2))
    expect(said(page)).to_have_text(re.compile("is still open, with 2 people"))
    press(page, "Seal it, open the new one")
    expect(page.locator("#st-tube-code")).to_have_text(label_code("TN", 2))
    scan(page, "P2")
    expect(said(page)).to_have_text(f"Sampled before, in tube {label_code('TN', 1)}. Counted here too.")
    page.locator("#st-asks button").click()
    counted(page, 0)
    page.locator("#st-undo").click()
    expect(page.locator("#st-tube-code")).to_have_text("no tube yet")
    scan(page, label_code("TN", 1))
    expect(said(page)).to_have_text(re.compile("was sealed on this phone at .* with 2 people"))
    wrong = label_code("TN", 3)[:-1] + "?".replace("?", "0" if label_code("TN", 3)[-1] != "0" else "1")
    scan(page, wrong)
    expect(said(page)).to_have_text(f"The check digit does not fit: {wrong}")
    scan(page, "P3", "P4", "P5")
    page.locator('[data-remove="P4"]').click()
    assert people(page, 2) == ["P3", "P5"]
    page.locator("#st-undo").click()
    assert people(page, 3) == ["P3", "P4", "P5"]
    page.locator("[data-expect=tube]").click()
    scan(page, label_code("P", 1))
    expect(said(page)).to_have_text("This looks like a person, not a tube")
    counted(page, 3)
    page.locator("[data-expect=person]").click()
    scan(page, *(f"Q{n}" for n in range(8)))
    expect(said(page)).to_have_text("The tube is full: 10. Not counted.")
    assert people(page, 10)[-1] == "Q6"


def test_people_under_measures_get_a_tube_alone_and_the_open_one_comes_back(phone: Phone, desk: Desk) -> None:
    desk.measures = [fingerprint("M1"), fingerprint("M2")]
    page = phone.set_up()
    scan(page, "T1", "P1", "M1")
    expect(said(page)).to_have_text("This person must be sampled alone")
    assert people(page, 1) == ["P1"]
    press(page, "A tube alone here")
    expect(page.locator("#st-shelf")).to_contain_text("A tube with 1 people is set aside")
    scan(page, "T2", "P9")
    expect(said(page)).to_have_text("This tube is for one person alone. Not counted.")
    press(page, "Seal · 1 of 1")
    expect(page.locator("#st-tube-code")).to_have_text("T1")
    scan(page, "P2")
    press(page, "Seal · 2 of 10")
    scan(page, "T3", "M2")  # tube first: it becomes theirs alone
    expect(page.locator("#st-tube")).to_have_attribute("data-alone", "one person alone")
    press(page, "Seal · 1 of 1")
    hand_in(page)
    until(lambda: len(desk.tubes) == 3)
    told = [(tube["tube"], [one["code"] for one in tube["people"]], tube["alone"], tube["lane"]) for tube in desk.tubes]
    assert told == [
        ("T2", ["M1"], True, "separate"), ("T1", ["P1", "P2"], False, "general"), ("T3", ["M2"], True, "separate")
    ]  # fmt: skip


STORED = """async () => {
  const db = await new Promise((done) => { const asked = indexedDB.open("ringfence-station"); asked.onsuccess = () => done(asked.result); });
  const found = [];
  for (const name of db.objectStoreNames) {
    const rows = await new Promise((done) => { const asked = db.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
    found.push(...rows);
  }
  db.close();
  const bytes = (value) => value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value instanceof CryptoKey ? `key extractable=${value.extractable}` : value;
  return JSON.stringify(found, (_, value) => bytes(value));
}"""


def test_a_walk_in_is_never_turned_away_and_unreadable_on_the_phone(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "T1")
    page.locator("#st-no-papers").click()
    page.locator("[name=name]").fill("王小明")
    page.locator("[name=phone]").fill("13800138000")
    page.keyboard.press("Enter")  # a scanner's Enter adds nobody
    expect(page.locator("#st-walk-in")).to_be_visible()
    press(page, "Add to the tube")
    slip = people(page, 1)[0]
    assert re.fullmatch(r"W[A-Z2-9]{7}-0001-[0-9A-Z]", slip)
    expect(said(page)).to_contain_text(f"Write on the slip: {slip}")
    page.locator("#st-no-papers").click()
    press(page, "Add to the tube")  # nothing told at all
    counted(page, 2)
    stored = page.evaluate(STORED)
    assert slip in stored
    assert "extractable=false" in stored
    assert "王" not in stored
    assert "138001" not in stored
    page.reload()
    counted(page, 2)
    press(page, "Seal · 2 of 10")
    hand_in(page)
    until(lambda: len(desk.tubes) == 1)
    first, second = desk.tubes[0]["people"]
    assert first == {
        "code": slip, "walk_in": True, "name": "王小明", "phone": "13800138000", "id_number": "", "note": ""
    }  # fmt: skip
    assert (second["walk_in"], second["name"]) == (True, "")
    expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
    assert "secret" not in page.evaluate(STORED)


def test_signed_out_goes_on_and_hands_in_afterwards(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1")
    press(page, "Seal · 1 of 10")
    desk.next = ["signed out"]
    hand_in(page)
    expect(page.locator("#st-banners")).to_contain_text("You are signed out")
    assert page.locator("#st-banners a").get_attribute("href") == "/sign-in/?next=/testing/station/"
    waits(page, 1)
    phone.context.clear_cookies(name="sessionid")
    page.reload()  # the sign-in page does not take the station's place
    waits(page, 1)
    scan(page, "T2", "P2")
    page.locator("[data-opens=st-menu]").click()
    expect(page.locator("#st-leave")).to_contain_text("Not handed in yet: 2.")
    page.locator("#st-menu [data-closes]").click()
    phone.context.add_cookies([{"name": "sessionid", "value": phone.session, "url": phone.base}])
    page.reload()
    hand_in(page)
    until(lambda: len(desk.tubes) == 1)
    expect(page.locator("#st-banners")).not_to_contain_text("signed out")
    counted(page, 1)


def test_a_wrong_clock_is_named_and_too_large_a_letter_is_halved(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    expect(page.locator("#st-banners p")).to_have_count(0)
    desk.clock_off = timedelta(hours=-24)
    desk.most_tubes = 2
    for n in range(5):
        scan(page, f"T{n}", f"P{n}")
        press(page, "Seal · 1 of 10")
    waits(page, 5)
    scan(page, "TKEPT", "P9")
    press(page, "Seal · 1 of 10")
    waits(page, 6)
    hand_in(page)
    expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
    expect(page.locator("#st-banners")).to_contain_text("The clock of this phone is wrong by 24 h")
    assert max(len(letter["tubes"]) for letter in desk.letters) <= 2
    assert sorted(tube["tube"] for tube in desk.tubes) == ["T0", "T1", "T2", "T3", "T4", "TKEPT"]
    page.locator("[data-go=kept]").click()
    expect(page.locator("#st-history .st-row-warn")).to_contain_text("Sealed twice. At 10:00. Ask.")


def test_the_last_tube_is_reopened_before_and_voided_after_it_was_handed_in(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1", "P2")
    press(page, "Seal · 2 of 10")
    page.locator("#st-last button").click()
    expect(page.locator("#st-tube-code")).to_have_text("T1")
    scan(page, "P3")
    press(page, "Seal · 3 of 10")
    hand_in(page)
    until(lambda: len(desk.tubes) == 1)
    assert [one["code"] for one in desk.tubes[0]["people"]] == ["P1", "P2", "P3"]
    page.locator("[data-go=kept]").click()
    page.locator("#st-history [data-row=reopen]").click()
    expect(said(page)).to_have_text("Tube T1 is void. Its 3 people are here: take a new tube.")
    scan(page, "T2")
    page.locator("[data-expect=tube]").click()
    scan(page, "T2")
    page.wait_for_timeout(2100)
    scan(page, "T2")
    tone(page, "sealed")
    page.locator("[data-go=kept]").click()
    page.locator("#st-waiting [data-row=void_it]").first.click()
    page.locator("[data-reason=leaking]").click()
    page.locator("[data-go=kept]").click()
    hand_in(page)
    expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
    voids = [(item["tube"], item["reason"]) for item in desk.known.values() if "reason" in item]
    assert voids == [("T1", "mistake"), ("T2", "leaking")]
    assert [one["code"] for one in desk.tubes[1]["people"]] == ["P1", "P2", "P3"]
    expect(page.locator("#st-history [data-row]")).to_have_count(0)


def test_boxes_and_queues_are_handed_in_too(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1")
    press(page, "Seal · 1 of 10")
    page.locator("[data-go=box]").click()
    scan(page, label_code("TN", 5))
    expect(said(page)).to_have_text("Scan the box first")
    scan(page, label_code("BN", 1), "T1", "T1", label_code("TN", 5), "T9")
    expect(page.locator("#st-packed li")).to_have_count(3)
    expect(said(page)).to_have_text("3 in the box. This tube was not sealed on this phone.")
    page.locator("#st-unpack").click()
    press(page, "Close box · 2 tubes")
    page.locator("[data-go=queue]").click()
    press(page, "+10 ten more")
    press(page, "+ one more")
    press(page, "+ one lane more")
    press(page, "Report the queue")
    until(lambda: len(desk.known) == 3)
    told = list(desk.known.values())
    assert (told[1]["box"], told[1]["tubes"]) == (label_code("BN", 1), ["T1", label_code("TN", 5)])
    assert (told[2]["people"], told[2]["lanes"], told[2]["site"]) == (11, 2, GATE["id"])


LANGUAGES = [("en", "light"), ("zh-hans", "dark")]


@pytest.mark.parametrize(("language", "scheme"), LANGUAGES, ids=["en", "zh"])
def test_within_reach_of_everyone_on_every_panel(phone: Phone, desk: Desk, language: str, scheme: str) -> None:
    phone.context.add_cookies([{"name": "ringfence_language", "value": language, "url": phone.base}])
    desk.measures = [fingerprint("M1")]
    page = phone.set_up()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert page.locator("html").get_attribute("lang") == language

    def look(where: str) -> None:
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], where
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, where
        small = page.evaluate(SMALL)
        assert small == [], where

    scan(page, label_code("TN", 1), "P1", "P2")
    counted(page, 2)
    look("good")
    scan(page, "M1")
    tone(page, "bad")
    look("bad")
    scan(page, *(f"Q{n}" for n in range(8)))
    tone(page, "full")
    look("full")
    page.locator("#st-seal").click()
    scan(page, label_code("TN", 2), "P1")
    tone(page, "warn")
    look("warn")
    for opened in ("st-menu", "st-choose"):
        page.locator(f"[data-opens={opened}]").first.click()
        look(opened)
        page.locator(f"#{opened} [data-closes]").click()
    page.locator("#st-no-papers").click()
    look("walk-in")
    page.keyboard.press("Escape")
    for panel in ("box", "queue", "kept"):
        page.locator(f"[data-go={panel}]").click()
        look(panel)


TWIN = """async (texts) => {
  const { check_character, is_misread } = await import("/static/ringfence/station/check_digits.js");
  return texts.map(([text, code]) => [check_character(text), is_misread(code)]);
}"""
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_page_knows_the_same_check_digits(phone: Phone) -> None:
    page = phone.open()
    digest = hashlib.shake_256(b"check digits").digest(12_000)
    texts = ["".join(SIGNS[byte % 36] for byte in digest[n : n + 1 + digest[n] % 20]) for n in range(0, 12_000, 24)]
    codes = [f"T{text[:8]}-{int.from_bytes(text.encode()) % 10**6:06d}-{SIGNS[len(text) % 36]}" for text in texts]
    codes[::2] = [label_code(code[: code.index("-")], n) for n, code in enumerate(codes[::2])]
    expected = [[check_character(text), is_misread(code)] for text, code in zip(texts, codes, strict=True)]
    assert {each[1] for each in expected} == {True, False}
    assert page.evaluate(TWIN, list(zip(texts, codes, strict=True))) == expected


WALK = """async ({ steps, pool }) => {
  const { scan, undo, remove, fresh } = await import("/static/ringfence/station/rack.js");
  let tube = fresh({ site: "s", round: "r", lane: "general", pool, order: "tube" }, "key");
  const trail = [];
  steps.forEach(([did, n], at) => {
    const code = `C${n}`;
    const told = { code, kind: n > 12 ? "tube" : n > 8 ? "" : "person", now: at * 5000 };
    const answer = did === "scan" ? scan(tube, told) : did === "undo" ? undo(tube) : remove(tube, code);
    const back = did === "scan" && answer.tube !== tube ? undo(answer.tube).tube : tube;
    trail.push({
      did, code, what: answer.what, before: [tube.tube, ...tube.people.map((one) => one.code)],
      after: [answer.tube.tube, ...answer.tube.people.map((one) => one.code)], undone: [back.tube, ...back.people.map((one) => one.code)],
    });
    tube = answer.seal ? fresh({ site: "s", round: "r", lane: "general", pool, order: at % 2 ? "tube" : "person" }, "key") : answer.tube;
  });
  return trail;
}"""


def test_however_one_scans_and_undoes_nobody_is_lost_or_doubled(phone: Phone) -> None:
    page = phone.open()
    digest = hashlib.shake_256(b"a walk").digest(4000)
    steps = [
        (("scan", "scan", "scan", "undo", "remove")[a % 5], b % 15) for a, b in zip(digest, digest[2000:], strict=False)
    ]
    trail = page.evaluate(WALK, {"steps": steps, "pool": 5})
    assert len({each["what"] for each in trail}) >= 12
    for each in trail:
        tube, *inside = each["after"]
        assert len(inside) == len(set(inside)) <= 5
        assert tube not in inside or not tube
        assert each["undone"] == each["before"], each  # what a scan did, one undo takes back
        if each["did"] == "scan" and each["what"] in {"added", "seal_now", "tube_now"} and each["code"] != tube:
            assert inside == [*each["before"][1:], each["code"]]
        if each["did"] == "scan" and each["what"] not in {"added", "seal_now", "tube_now", "tube_set", "sealed"}:
            assert each["after"] == each["before"], each  # what was refused or warned of here changed nothing


READ = """async ({ pictures, zxing }) => {
  const { zxing_reader } = await import("/static/ringfence/station/camera.js");
  const read = await zxing_reader(zxing);
  const found = [];
  for (const { svg, wide, high } of pictures) {
    const picture = new Image();
    picture.src = `data:image/svg+xml,${encodeURIComponent(svg.replace("<svg ", `<svg width="${wide}" height="${high}" `))}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [960, 540];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ddd";
    pen.fillRect(0, 0, 960, 540);
    pen.translate(480, 270);
    pen.rotate(0.06);
    pen.fillStyle = "#fff";
    pen.fillRect(-wide / 2 - 10, -high / 2 - 10, wide + 20, high + 20);
    pen.drawImage(picture, -wide / 2, -high / 2);
    found.push((await read(canvas))[0] ?? "");
  }
  return found;
}"""


def test_the_camera_reads_the_labels_that_are_printed(phone: Phone) -> None:
    page = phone.set_up()
    codes = [label_code("TN", 1), label_code("TAB12CD", 987_654_321), "230102199003070013", "p-0007/x"]
    pictures = [{"svg": code128(code), "wide": 640, "high": 160} for code in codes]
    pictures += [{"svg": qr(code), "wide": 240, "high": 240} for code in [*codes, "住户-3单元"]]
    phone.disconnect()  # the library lies on the phone
    read = page.evaluate(READ, {"pictures": pictures, "zxing": page.locator("#main").get_attribute("data-zxing")})
    assert read == [*codes, *codes, "住户-3单元"]


def film(code: str, path: Path) -> Path:
    """What a camera sees that is held over a QR code: two grey frames of 640 by 480."""
    rows = [list(row) for row in segno.make(code, error="m", micro=False).matrix_iter(scale=8, border=4)]
    top, left = (480 - len(rows)) // 2, (640 - len(rows)) // 2
    grey = bytearray([200]) * (640 * 480)
    for n, row in enumerate(rows):
        at = (top + n) * 640 + left
        grey[at : at + len(row)] = bytes(20 if dark else 235 for dark in row)
    frame = b"FRAME\n" + grey + bytes([128]) * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 2)
    return path


def test_the_camera_scans_without_a_network(phone: Phone, tmp_path: Path) -> None:
    phone.context.close()
    seen = film(label_code("TN", 42), tmp_path / "film.y4m")
    phone.more = [
        "use-fake-ui-for-media-stream",
        "use-fake-device-for-media-stream",
        f"use-file-for-fake-video-capture={seen}",
    ]
    phone.more = [f"--{each}" for each in phone.more]
    phone.switch_on()
    page = phone.set_up()
    phone.disconnect()
    page.locator("#st-look").click()
    expect(page.locator("#st-tube-code")).to_have_text(label_code("TN", 42), timeout=15_000)
    page.locator("#st-camera-off").click()
    expect(page.locator("#st-camera")).to_be_hidden()
    scan(page, "P1")  # the scanner goes on beside it
    counted(page, 1)


def test_a_newer_version_comes_by_itself_and_loses_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1")
    counted(page, 1)
    monkeypatch.setattr("ringfence.console.station.version", lambda: "newer")
    page.reload()  # still the old page with its old files, while the new ones are fetched
    press(page, "Reload")
    counted(page, 1)
    assert page.evaluate("caches.keys()") == ["station-newer"]
    phone.disconnect()
    page.reload()
    counted(page, 1)
    expect(page.locator("#st-state-text")).to_contain_text("offline")


def test_the_return_of_the_network_is_enough(phone: Phone, desk: Desk) -> None:
    page = phone.set_up()
    phone.context.set_offline(True)
    expect(page.locator("#st-state-text")).to_contain_text("offline")
    scan(page, "T1", "P1")
    press(page, "Seal · 1 of 10")
    waits(page, 1)
    assert desk.letters == []
    phone.context.set_offline(False)
    expect(page.locator("#st-state-text")).to_contain_text("nothing waits")
    assert [tube["tube"] for tube in desk.tubes] == ["T1"]


def test_what_the_phone_cannot_keep_is_not_counted(phone: Phone) -> None:
    page = phone.set_up()
    scan(page, "T1", "P1")
    counted(page, 1)
    page.evaluate("() => { window.put = IDBObjectStore.prototype.put; }")
    page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    scan(page, "P2")
    expect(said(page)).to_have_text("This phone could not keep it. Not counted.")
    tone(page, "bad")
    page.evaluate("() => { IDBObjectStore.prototype.put = window.put; }")
    scan(page, "P3")
    assert people(page, 2) == ["P1", "P3"]
