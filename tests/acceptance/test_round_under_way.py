"""A round of testing under way, from the phone of a sampler without a network to nine people who go free.

In Chromium, against the served demonstration: ten swabs are sealed offline and handed in; a laboratory's file finds the
tube positive; all ten are held; their own swabs are read; one becomes a case, nine are released; board and plan show it.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from playwright.sync_api import Browser, Page, expect

from ringfence.demo.draws import happens, pick
from ringfence.demo.register import HOUSEHOLDS
from ringfence.demo.testing_round import LABORATORIES, STAYS_AWAY
from tests.acceptance.devices import DESK, PHONE, signed_in
from tests.browser.test_station import scan, waits

POOL = "ACCEPT0001"


def still_at_home(n: int) -> list[str]:
    """Register codes of people of one cell who have not been swabbed in the round under way."""
    codes = (f"Y182{k:04d}" for k in range(300))
    return [code for code in codes if happens(STAYS_AWAY[1], 2, code, "stays away")][:n]


def with_others(codes: Sequence[str]) -> int:
    """Which of these is the first who does not live alone."""
    lives_with: list[int] = []
    for household in range(300):
        size = pick(HOUSEHOLDS, 18, 1, household)
        lives_with += [size] * size
    return next(n for n, code in enumerate(codes) if lives_with[int(code[4:])] > 1)


def read_file(demo: dict[str, Any], folder: Path, rows: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """A laboratory's file goes in at the command line; what the command says came of it."""
    file = folder / f"{rows[0][0]}.csv"
    with file.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([("管号", "检测结果", "Ct值"), *rows])
    done = subprocess.run(
        [sys.executable, "-m", "ringfence.cli", "results", "read", str(file), "--lab", LABORATORIES[2][0], "--json"],
        env={**os.environ, "RINGFENCE_HOME": demo["home"]},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return orjson.loads(done.stdout)  # type: ignore[no-any-return]


def at_the_site(phone: Page, demo: dict[str, Any]) -> None:
    """The station's page, at a site and in the round that are open."""
    phone.goto(demo["address"] + "testing/station/")
    expect(phone.locator("#main")).to_have_attribute("data-ready", "yes")
    phone.locator("#st-sites [data-site]").nth(1).click()
    expect(phone.locator("#st-round")).to_contain_text("2")
    phone.locator("#st-choose [data-closes]").click()
    expect(phone.locator("#main")).to_have_attribute("data-offline", "ready")


def handed_in(phone: Page) -> None:
    """Everything on the phone was handed in."""
    phone.locator("#st-state").click()
    expect(phone.locator("#st-count")).to_be_hidden(timeout=15_000)


def contacts_appeared(desk: Page) -> None:
    """From a case's file: before anybody asked about symptoms, whoever lives or works with it is listed, with why."""
    main = desk.locator("main")
    desk.goto(f"{desk.url.partition('?')[0].partition('#')[0].rstrip('/')}/contacts/")
    expect(main.locator('tbody a[href^="/tracing/contacts/contact_"]').first).to_be_visible()
    expect(main.locator("#why")).to_contain_text("Every hour between the confirmation and the list of contacts")
    main.locator('tbody a[href^="/tracing/contacts/contact_"]').first.click()
    expect(desk.locator("#history")).to_contain_text("Contacts of a person were found")


def test_ten_are_held_for_one_and_nine_go_free(browser: Browser, demo: dict[str, Any], tmp_path: Path) -> None:
    ten = still_at_home(10)
    phone = signed_in(browser, demo, PHONE, "sampler")
    at_the_site(phone, demo)

    phone.context.set_offline(True)
    scan(phone, POOL, *ten)
    phone.locator("#st-seal").click()
    waits(phone, 1)
    phone.reload()  # nothing answers, and nothing is lost
    waits(phone, 1)
    phone.context.set_offline(False)
    handed_in(phone)

    assert read_file(demo, tmp_path, [(POOL, "阳性", "31.2")])["new"] == 1
    desk = signed_in(browser, demo, DESK)
    desk.goto(f"{demo['address']}testing/tubes/{POOL}/")
    expect(desk.locator("main")).to_contain_text("Positive")
    expect(desk.get_by_text("Held, not yet swabbed")).to_have_count(10)

    phone.reload()
    expect(phone.locator("#main")).to_have_attribute("data-ready", "yes")
    for n, code in enumerate(ten):
        scan(phone, f"ACCEPTS{n:03d}", code)
        phone.locator("#st-seal").click()
    handed_in(phone)
    ill = with_others(ten)
    results = [(f"ACCEPTS{n:03d}", "阳性" if n == ill else "阴性", "24.6" if n == ill else "") for n in range(10)]
    assert read_file(demo, tmp_path, results)["new"] == 10

    desk.reload()
    main = desk.locator("main")
    expect(main.locator(".rf-chip", has_text="Found positive")).to_have_count(1)
    expect(main.locator(".rf-chip", has_text="Released")).to_have_count(9)
    desk.locator('main a[href^="/cases/case_"]').first.click()
    expect(desk.locator("h1")).to_contain_text("YT26-")
    contacts_appeared(desk)
    desk.goto(demo["address"] + "testing/")
    expect(desk.locator("main")).to_contain_text("of 20 ever held")
    desk.goto(demo["address"] + "testing/plan/")
    expect(desk.locator("main")).to_contain_text("The bottleneck is", timeout=60_000)
    expect(desk.locator("main")).to_contain_text("Beside the plain rule")
