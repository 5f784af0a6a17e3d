"""A drill as it is held: a workspace is opened, a player handles a positive, a trouble comes, the controller ends it, the report scores it.

In Chromium, against the served program itself; the control room without JavaScript.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.devices import DESK, PHONE, signed_in
from tests.acceptance.served import served


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The shipped drill, opened in a folder of its own, its clock at the wall's pace: the controller moves it on."""
    folder = tmp_path_factory.mktemp("drill")
    words = ("twin", "drill", "first-days", "--home", str(folder / "drill"), "--speed", "1")
    with served(folder, *words, RINGFENCE_HOME=str(folder / "real"), LC_ALL="C.UTF-8") as told:
        yield told
    assert not (folder / "real" / "ringfence.sqlite3").exists(), "the real home is not touched"


def press(control: Page, drill: dict[str, Any], name: str) -> None:
    """One button of the control room."""
    control.goto(drill["address"] + "drill/control/")
    control.get_by_role("button", name=name, exact=True).click()
    expect(control.locator("main")).to_contain_text("Done.")


def waits_for(page: Page, address: str, text: str) -> None:
    """Until the simulation has told it."""
    for _ in range(60):
        page.goto(address)
        if page.locator("main", has_text=text).count():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"{text!r} did not come on {address}")


def test_a_drill_is_played_and_scored(browser: Browser, drill: dict[str, Any], tmp_path: Path) -> None:
    address = drill["address"]
    control = signed_in(browser, drill, {**DESK, "java_script_enabled": False}, "control")
    duty = signed_in(browser, drill, DESK)
    for page in (control, duty):
        expect(page).to_have_title("DRILL 演练 · Board · Ringfence")
        expect(page.locator(".rf-drill")).to_contain_text("DRILL · First days · nothing here is real")
        expect(page.locator(".rf-drill")).to_contain_text("演练 · 疫情初现 · 内容均非真实")

    # the controller moves the clock on, until a fever clinic's tube is positive
    press(control, drill, "On by 4 h")
    press(control, drill, "On by 4 h")
    waits_for(duty, address + "tasks/?kind=report_case", "Report the case")

    # the player handles it
    duty.locator('main a[href^="/tasks/task_"]').first.click()
    finish = duty.locator("details", has=duty.locator("summary", has_text="Finish"))
    finish.locator("summary").first.click()
    finish.locator("[name=evidence]").fill("direct report 1")
    finish.get_by_role("button").first.click()
    expect(duty.locator("main")).to_contain_text("Recorded")

    # the control room is not for players, and the report not yet
    assert duty.goto(address + "drill/control/").status == 403
    assert duty.goto(address + "drill/report/").status >= 400

    # a trouble comes; the player answers its card
    press(control, drill, "Throw in: A card")
    waits_for(duty, address + "drill/", "The provincial command asks")
    duty.locator("#inject-minister [name=text]").fill("Shen Yongkang answers for it, at eight")
    duty.locator("#inject-minister").get_by_role("button").click()
    expect(duty.locator("main")).to_contain_text("Shen Yongkang answers for it")
    waits_for(control, address + "drill/control/", "Shen Yongkang answers for it")

    # the controller ends it, and the report shows the score
    press(control, drill, "End the drill")
    duty.goto(address + "drill/report/")
    expect(duty.locator("#clocks")).to_contain_text("Report the case")
    told = duty.context.request.get(address + "drill/report.json").json()
    reported = next(row for row in told["clocks"] if row["code"] == "task.report_case")
    assert reported["met"] + reported["late"] == 1
    assert reported["of"] >= 1
    row = duty.locator("#clocks tr", has_text="Report the case")
    expect(row).to_contain_text(f"{reported['met']} of {reported['of']}")
    expect(duty.locator("#troubles tr", has_text="The provincial command asks")).to_contain_text("noticed")
    expect(duty.locator("#people")).to_contain_text("Shen Yongkang")
    assert told["ended"]

    pdf = duty.context.request.get(address + "drill/report.pdf")
    assert pdf.body().startswith(b"%PDF")
    assert 'filename="DRILL-' in pdf.headers["content-disposition"]
    assert pdf.headers["ringfence-drill"] == "First%20days"


def test_the_same_report_in_chinese_on_a_phone(browser: Browser, drill: dict[str, Any]) -> None:
    phone = signed_in(browser, drill, PHONE, "planner")
    expect(phone.locator(".rf-drill")).to_contain_text("演练")
    phone.goto(drill["address"] + "drill/report/")
    expect(phone.locator("main")).to_contain_text("疫情初现")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_report_by_command_says_the_same(drill: dict[str, Any], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ringfence.cli", "twin", "drill", "report", "--home", drill["home"], "--json", "--pdf", str(tmp_path / "report.pdf"), "--chinese"],
        env={**os.environ, "RINGFENCE_HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told = orjson.loads(done.stdout)
    assert told["ended"]
    assert next(row for row in told["clocks"] if row["code"] == "clock.inject")["met"] == 1
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
