"""The laboratories' pages: queues, hours and flags as told; boxes, plates and results by form; a file brought and taken."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ringfence.core.access import feed
from ringfence.core.centre import Place
from ringfence.desks.testing.actions import stations
from ringfence.desks.testing.queries import keys, laboratories
from ringfence.desks.testing.queries.laboratories import turnaround
from ringfence.facts.testing import LaboratoryOutOfLine, Result, tube_of
from tests.console.swabbing import Swabbing
from tests.console.test_many import hidden, sent


def shown(browser: Client, url: str, status: int = 200) -> str:
    answer = browser.get(url)
    assert answer.status_code == status, url
    return re.sub(r"\s+", " ", answer.content.decode())


def told_by_form(browser: Client, page_url: str, action: str, **entered: Any) -> Any:
    """Fill in the form of an action on a page."""
    url = f"/tell/testing.{action}/"
    fields = sent(hidden(browser.get(page_url).content.decode(), url))
    return browser.post(url, {**fields, **entered})


def test_the_list_and_the_page_show_what_waits_and_what_was_read(told: Swabbing) -> None:
    browser = told.world.browser("lab")
    listed = shown(browser, "/testing/labs/")
    assert "First laboratory" in listed
    assert "1 laboratory; 1 tubes wait for a result" in listed
    assert "half within 2 h 15 min" in listed
    page = shown(browser, f"/testing/labs/{told.lab}/")
    assert "In 48 hours 2 tubes came and 1 were read." in page
    assert "<svg" in page
    assert "1 / 1" in page  # positive here
    assert "No box is on its way here." in page
    expected = told.world.clock.now() + timedelta(hours=1)
    told.tell(stations.begin_trip, vehicle="V9", laboratory=told.lab, boxes=("B2",), expected_at=expected)
    page = shown(browser, f"/testing/labs/{told.lab}/")
    assert "V9" in page
    assert "/testing/boxes/B2/" in page


def test_queue_and_hours_are_those_of_the_tubes(told: Swabbing) -> None:
    world, now = told.world, told.world.clock.now()
    row = world.centre.ask(world.god, laboratories.laboratory_file, laboratory=told.lab, now=now)
    assert (row.waiting, row.oldest_at is not None, row.flags) == (1, True, ())
    hours = world.centre.ask(world.god, laboratories.laboratory_hours, laboratory=told.lab, now=now, hours=6)
    assert [(each.received, each.read, each.waiting) for each in hours if each.received or each.read] == [
        (2, 0, 2),
        (0, 1, 1),
    ]
    assert turnaround([(0, 5), (3, 4), (40, 1)]).median_minutes == 15
    assert turnaround([(0, 5), (3, 4), (40, 1)]).p90_minutes == 60


def test_a_flag_is_shown_in_words(told: Swabbing) -> None:
    world = told.world
    flag = LaboratoryOutOfLine(
        laboratory=told.lab,
        jurisdiction=world.north,
        what="invalid",
        found=30,
        of=300,
        expected=2.0,
        at=world.clock.now(),
    )
    world.centre.hear(feed("test"), [flag], Place(world.outbreak, None))
    assert "invalid tubes out of line" in shown(world.browser("lab"), "/testing/labs/")
    assert "invalid tubes out of line" in shown(world.browser("lab"), f"/testing/labs/{told.lab}/")
    world.centre.hear(feed("test"), [replace(flag, what="positive")], Place(world.outbreak, None))
    both = shown(world.browser("lab"), "/testing/labs/")
    assert "invalid tubes out of line" in both and "positives out of line" in both


def test_boxes_plates_and_results_are_told_by_form(told: Swabbing) -> None:
    browser, url = told.world.browser("lab"), f"/testing/labs/{told.lab}/"
    answer = told_by_form(browser, url, "receive_box", box="b2", missing="", leaking="", extra="", unlabelled="0")
    assert answer.status_code == 302
    told_by_form(browser, url, "load_plate", plate="P1", tubes="T2, T3", wells="A1,A2")
    told_by_form(browser, url, "run_plate", plate="P1", valid="on", instrument="Cycler 5", negative_control_ct="", positive_control_ct="27.5")  # fmt: skip
    page = shown(browser, url)
    assert "controls held" in page
    assert "27.5" in page
    told_by_form(browser, url, "read_tube", tube="T2", result="negative", ct="", plate="P1")
    assert keys.tube(tube_of("T2")).result is Result.NEGATIVE  # type: ignore[union-attr]
    again = told_by_form(browser, url, "read_tube", tube="T2", result="positive", ct="", plate="")
    assert again.status_code == 409
    told_by_form(browser, url, "correct_tube", tube="T2", result="unclear", ct="36.5", reason="read again")
    assert keys.tube(tube_of("T2")).result is Result.UNCLEAR  # type: ignore[union-attr]
    told_by_form(browser, url, "change_capacity", tubes_per_hour="0", reason="down")
    assert "⊘" in shown(browser, url)


FILE = b"Tube,Result,Ct\nT2,Negative,\nT1,Negative,\nT3,Positive,31\nT9,perhaps,\n"


def test_a_file_is_checked_then_taken_and_its_report_downloaded(told: Swabbing) -> None:
    browser, url = told.world.browser("lab"), f"/testing/labs/{told.lab}/results/"
    answer = browser.post(url, {"file": SimpleUploadedFile("run.csv", FILE), "correct": ""})
    assert answer.status_code == 302
    page = shown(browser, answer["Location"])
    assert "Nothing is recorded yet" in page
    assert "Take the 2 good results" in page
    assert "On record is Positive, the file says Negative" in page
    assert keys.tube(tube_of("T3")).result is None  # type: ignore[union-attr]
    taken = browser.post(answer["Location"])
    assert taken.status_code == 302
    page = shown(browser, taken["Location"])
    assert "The good rows are on record." in page
    assert keys.tube(tube_of("T3")).result is Result.POSITIVE  # type: ignore[union-attr]
    report = browser.get(f"{answer['Location']}report.csv")
    lines = report.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["row", "3", "4", "5"]
    assert "run.csv-report.csv" in report["Content-Disposition"]
    assert "<td" in shown(browser, f"/testing/labs/{told.lab}/")
    other = told.world.browser("duty_officer").get(answer["Location"])
    assert other.status_code in (403, 404, 409)


def test_half_a_file_is_refused_on_the_page(told: Swabbing) -> None:
    browser, url = told.world.browser("lab"), f"/testing/labs/{told.lab}/results/"
    answer = browser.post(url, {"file": SimpleUploadedFile("run.csv", b"Tube,Result,Ct\nT2,Negative,\nT3,Posi")})
    assert "is only a part" in shown(browser, answer["Location"], 409)
    assert browser.post(url, {}).status_code == 422


def test_nobody_reports_for_a_laboratory_elsewhere(told: Swabbing) -> None:
    world = told.world
    world.account("south_lab", "lab", world.south)
    browser = world.browser("south_lab")
    assert "First laboratory" not in shown(browser, "/testing/labs/")
    assert browser.get(f"/testing/labs/{told.lab}/").status_code in (404, 409)
    answer = browser.post(f"/testing/labs/{told.lab}/results/", {"file": SimpleUploadedFile("a.csv", FILE)})
    assert answer.status_code in (404, 409)
    sampler = world.browser("sampler")
    assert "Read in a file of results" not in shown(sampler, f"/testing/labs/{told.lab}/")
    assert sampler.get(f"/testing/labs/{told.lab}/results/").status_code in (403, 409)
