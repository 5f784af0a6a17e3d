"""The plan's page over a told round: its numbers are the engine's, in both languages; what cannot be planned says why."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ringfence.desks.testing.actions import rounds
from ringfence.desks.testing.planned import RoundPlan, plan_of_round
from ringfence.desks.testing.plans import EXAMPLE, make, read_file
from tests.console.swabbing import Swabbing
from tests.console.test_many import text_of


def words(browser: Client, address: str, status: int = 200) -> str:
    """What a page says, without its tags."""
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.status_code, text_of(answer)[-2000:])
    body = re.sub(r"<(script|style|desc|title)\b.*?</\1>", " ", text_of(answer), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def planned(told: Swabbing, **more: object) -> RoundPlan:
    asked = {"outbreak": told.world.outbreak, "now": told.world.clock.now(), **more}
    made: RoundPlan = told.world.centre.ask(told.world.who("duty_officer"), plan_of_round, **asked)
    return made


def clock(made: RoundPlan, hours: float) -> str:
    at = (made.begins_at + timedelta(hours=hours)).astimezone(ZoneInfo("Asia/Shanghai"))
    now = made.as_of.astimezone(ZoneInfo("Asia/Shanghai"))
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


def test_the_page_says_what_the_engine_says(told: Swabbing) -> None:
    made = planned(told)
    plan = made.plan
    said = words(told.world.browser(), "/testing/plan/")
    assert f"The round ends at {clock(made, plan.finish_h)}. With what there is no plan can end before" in said
    gained = 100 * (plan.finish_h - plan.bound_h) / (plan.bound_h - plan.now_h)
    assert f"before {clock(made, plan.bound_h)}: at most " in said
    assert f"could be gained, {gained:.1f} % of the time until then." in said
    assert f"The deadline, {clock(made, plan.deadline_h)}, is met with" in said
    for stage in plan.stages:
        assert clock(made, stage.finish_h) in said
    assert f"{plan.totals.people_left} of {plan.totals.people} to be tested" in said
    for row in plan.hours[int(plan.now_h) :]:
        numbers = (
            row.samplers,
            row.people,
            row.sealed,
            row.at_sites,
            row.on_road,
            row.received,
            row.in_labs,
            row.results,
        )
        assert " ".join([clock(made, row.hour), *map(str, numbers), str(row.reported)]) in said
    for trip in plan.trips[:20]:
        stop = trip.stops[0]
        assert f"north gate {clock(made, stop.reach_h)} to {clock(made, stop.leave_h)}" in said
    assert f"{clock(made, plan.plain.finish_h)}" in said
    assert plan.noise is not None
    assert f"95 of 100 end by {clock(made, plan.noise.finish_h['p95'])}" in said
    assert "JPCM, testing guide, 1st ed., 2021-02" in said
    assert (
        f"{sum(each.certainty == 'K' for each in plan.figures)} of {len(plan.figures)} figures have no published source"
        in said
    )
    assert "2 of 2 places have no coordinates" in said


def test_a_late_plan_says_what_would_bring_it_in_time(told: Swabbing) -> None:
    made = planned(told, within_hours=4.6)
    said = words(told.world.browser(), "/testing/plan/?within_hours=4.6")
    assert "too late" in said and "is missed by" in said
    if made.plan.mix is None:
        assert "alone do not" in said
    else:
        assert clock(made, made.plan.mix.finish_h) in said and "cheapest" in said
    assert "own choice: hours from now" in said


def test_both_languages_the_drawings_and_the_ways_there(told: Swabbing) -> None:
    for language in ("en", "zh-hans"):
        browser = told.world.browser(language=language)
        page = text_of(browser.get("/testing/plan/"))
        assert '<html lang="zh' in page if language == "zh-hans" else '<html lang="en' in page
        assert page.count('role="img"') >= 6  # three widths of the stages, and of one laboratory
        assert "style=" not in page.split("<main", 1)[-1]
        assert 'href="/testing/plan/"' in text_of(browser.get("/testing/"))
        assert f'href="/testing/plan/?round={told.round}"' in text_of(browser.get(f"/testing/rounds/{told.round}/"))


def test_long_lists_are_paged_and_keep_the_question(told: Swabbing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.console.plan_rows.AT_ONCE", 1)
    told.world.account("whole", "duty_officer", told.world.province)
    browser = told.world.browser("whole")
    page = text_of(browser.get("/testing/plan/?vehicles=3"))
    assert 'href="?vehicles=3&amp;sites=1#sites"' in page
    second = words(browser, "/testing/plan/?vehicles=3&sites=1")
    assert "2 to 2 of 2" in second and "Back to the start" in second


def test_a_file_is_planned_as_the_command_line_does(told: Swabbing) -> None:
    browser = told.world.browser()
    file = SimpleUploadedFile("PLAN.toml", EXAMPLE.read_bytes())
    answer = browser.post("/testing/plan/file/", {"file": file})
    assert answer.status_code == 302
    said = words(browser, answer["Location"])
    made = make(read_file(EXAMPLE))
    minutes = round(60 * (6 + made.finish_h) - 0.5)
    assert f"The round ends at {minutes // 60:02d}:{minutes % 60:02d}." in said
    assert "Riverside, round 1" in said and "the bottleneck is testing" in said.lower()
    assert words(told.world.browser("sampler"), answer["Location"], 404)  # one's own file only


def test_what_is_wrong_with_a_file_is_said_in_three_parts(told: Swabbing) -> None:
    browser = told.world.browser()

    def brought(text: str) -> str:
        answer = browser.post("/testing/plan/file/", {"file": SimpleUploadedFile("PLAN.toml", text.encode())})
        return words(browser, answer["Location"], 409)

    said = brought(EXAMPLE.read_text("utf-8").replace("population = 31000", "population = -31000"))
    assert "cells[2] (Station).population cannot be -31000." in said
    assert "It lies between 0 and 1000000000." in said and "Check the number and its unit." in said
    large = brought(EXAMPLE.read_text("utf-8").replace("population = 31000", "population = 3100000"))
    assert "too large to be made while a page waits" in large and "ringfence plan testing PLAN.toml" in large


def test_without_an_open_round_it_says_what_to_do_first(told: Swabbing) -> None:
    browser = told.world.browser()
    told.tell(rounds.close_round, round=told.round)
    said = words(browser, "/testing/plan/", 404)
    assert "There is no open round to plan." in said and "Open a round first" in said
    assert 'href="/testing/rounds/new/"' in text_of(browser.get("/testing/plan/"))
    closed = words(browser, f"/testing/plan/?round={told.round}", 409)
    assert "Round 1 is closed" in closed and "reopen it" in closed
    assert "Plan from a file" in closed


def test_a_county_without_a_laboratory_is_told_so(told: Swabbing) -> None:
    told.world.account("southern", "duty_officer", told.world.south)
    said = words(told.world.browser("southern"), "/testing/plan/", 409)
    assert "no laboratory takes part" in said
    assert "First laboratory" not in said
