"""The testing pages over a told round: every page opens, numbers are those told, nobody sees beyond their places."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.desks.testing.queries.board import boxes_late, four_stages, laboratories_behind
from ringfence.desks.testing.queries.forecast import finish_of_round
from ringfence.desks.testing.queries.holds import hold_numbers, holds
from ringfence.desks.testing.queries.missing import excused, missing, missing_count
from ringfence.desks.testing.queries.rounds import round_cells, round_coverage, round_file, rounds
from ringfence.desks.testing.queries.sites import site_file, sites
from ringfence.desks.testing.queries.tubes import box_coded, chain, tube_coded
from tests.console.swabbing import EACH, Swabbing
from tests.console.test_many import hidden, sent, text_of
from tests.console.world import World


def pages(told: Swabbing) -> list[str]:
    cell = told.cells["n1"]
    return [
        "/testing/", "/testing/?density=wall", "/testing/now/?since=1", "/testing/rounds/", "/testing/rounds/new/",
        f"/testing/rounds/{told.round}/", f"/testing/cells/?round={told.round}", "/testing/missing/",
        f"/testing/missing/?cell={cell}", "/testing/excused/", "/testing/sites/", f"/testing/sites/{told.site['north']}/",
        "/testing/tubes/", "/testing/tubes/T1/", "/testing/tubes/A1/", "/testing/tubes/T3/", "/testing/boxes/B1/",
        "/testing/boxes/B2/", "/testing/holds/", "/testing/holds/?state=found", "/export/testing_missing/",
        "/export/testing_cells/", "/export/testing_holds/", "/export/testing_sites/", "/export/testing_excused/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "language"),
    [
        ("duty_officer", "en"),
        ("duty_officer", "zh-hans"),
        ("sampler", "zh-hans"),
        ("lab", "en"),
        ("administrator", "en"),
    ],
)
def test_every_page_opens_or_refuses_in_three_parts(told: Swabbing, role: str, language: str) -> None:
    browser = told.world.browser(role, language)
    for page in pages(told):
        answer = browser.get(page)
        assert answer.status_code in {200, 403}, (page, answer.status_code)
        if answer.status_code == 403:
            assert 'class="rf-refused"' in text_of(answer), page


def asked(told: Swabbing, query: Any, name: str = "duty_officer", **more: Any) -> Any:
    return told.world.centre.ask(told.world.who(name), query, **more)


def test_the_numbers_are_those_that_were_told(told: Swabbing) -> None:
    god = told.world.god
    found = told.world.centre.ask(god, round_coverage, round=told.round)
    assert (found.people, found.swabbed, found.excused, found.missing, found.cells) == (90, 40, 1, 49, 3)
    stages = {each.stage: each for each in told.world.centre.ask(god, four_stages, round=told.round).stages}
    counts = {name: (each.tubes, each.people, each.boxes) for name, each in stages.items()}
    assert counts == {
        "sampling": (1, 10, None), "delivery": (1, 10, 1), "testing": (1, 10, None), "reporting": (1, 10, None)
    }  # fmt: skip
    assert (stages["sampling"].oldest_code, stages["delivery"].oldest_code, stages["testing"].oldest_code) == (
        "S1",
        "B2",
        "T2",
    )
    held = told.world.centre.ask(god, hold_numbers, outbreak=told.world.outbreak)
    assert (held.held, held.swabbed, held.released, held.found, held.pools) == (9, 1, 0, 0, 1)
    assert told.world.centre.ask(god, finish_of_round, round=told.round, now=told.world.clock.now()).done == 10


def test_a_county_sees_its_own_part_only(told: Swabbing) -> None:
    found = asked(told, round_coverage, round=told.round)
    assert (found.people, found.swabbed, found.missing) == (60, 30, 29)
    stages = {each.stage: each.tubes for each in asked(told, four_stages, round=told.round).stages}
    assert stages == {"sampling": 0, "delivery": 1, "testing": 1, "reporting": 1}
    assert [row.path for row in asked(told, sites).rows] == ["p.n.n1."]
    assert asked(told, tube_coded, code="S1") is None
    south = told.site["south"]
    browser = told.world.browser()
    for page in (f"/testing/sites/{south}/", "/testing/tubes/S1/", f"/testing/missing/?cell={told.cells['s1']}"):
        assert browser.get(page).status_code in {403, 404, 409}, page
    for page in pages(told):
        shown = text_of(browser.get(page))
        for secret in ("South County", "Cell s1", "south gate", told.people["s1"][0]):
            assert secret not in shown, (page, secret)


def test_the_list_of_the_missing_is_the_roster_less_the_swabbed_and_the_excused(told: Swabbing) -> None:
    outbreak = told.world.outbreak
    for cell, first in (("n1", 20), ("n2", 10)):
        rows = asked(told, missing, outbreak=outbreak, cell=told.cells[cell]).rows
        left = set(told.people[cell][first:]) - ({told.people["n2"][29]} if cell == "n2" else set())
        assert {row.person for row in rows} == left
        count = asked(told, missing_count, outbreak=outbreak, cell=told.cells[cell])
        assert (count.listed, count.counted, count.people) == (len(left), len(left), EACH)
    assert [row.reason for row in asked(told, excused, outbreak=outbreak).rows] == ["away"]


def test_the_missing_are_paged_by_key_across_cells(told: Swabbing) -> None:
    every = [row.person for row in asked(told, missing, outbreak=told.world.outbreak, limit=1000).rows]
    paged, after = [], None
    for _ in range(50):
        found = asked(told, missing, outbreak=told.world.outbreak, limit=4, after=after)
        paged += [row.person for row in found.rows]
        after = found.next
        if after is None:
            break
    assert paged == every and len(every) == 29


def test_who_is_registered_since_is_named_beyond_the_roster(told: Swabbing) -> None:
    told.world.person(told.cells["n1"], 7)
    count = asked(told, missing_count, outbreak=told.world.outbreak, cell=told.cells["n1"])
    assert (count.counted, count.listed, count.beyond) == (10, 10, 1)
    page = text_of(told.world.browser().get(f"/testing/missing/?cell={told.cells['n1']}"))
    assert "1 more were registered here" in page


def test_many_are_excused_at_once_and_taken_back(told: Swabbing) -> None:
    browser, asked_for = told.world.browser(), {"outbreak": told.world.outbreak, "cell": told.cells["n1"]}
    picked = [f"{told.round} {person}" for person in told.people["n1"][20:23]]
    form = {"action": "testing.excuse_person", "picked": picked}
    page = text_of(browser.post("/many/testing_missing/", form))
    assert "Tested elsewhere" in page, "the reasons are offered"
    page = text_of(browser.post("/many/testing_missing/", {**form, "preview": "1", "told-reason": "away"}))
    fields = sent(hidden(page, "/many/testing_missing/tell/"))
    done = text_of(browser.post("/many/testing_missing/tell/", fields))
    assert "Recorded for 3 rows." in done
    assert asked(told, missing_count, **asked_for).excused == 3
    assert len(asked(told, missing, **asked_for).rows) == 7
    browser.post("/many/testing_missing/undo/", sent(hidden(done, "/many/testing_missing/undo/")))
    assert asked(told, missing_count, **asked_for).excused == 0


def test_people_are_released_by_hand_with_a_reason(told: Swabbing) -> None:
    browser = told.world.browser()
    rows = asked(told, holds, outbreak=told.world.outbreak).rows
    assert {row.person for row in rows} == set(told.people["n1"][:10])
    form = {
        "action": "testing.release_person",
        "picked": [row.id for row in rows[:2]],
        "preview": "1",
        "told-reason": "mix-up",
    }
    page = text_of(browser.post("/many/testing_holds/", form))
    assert "Recorded for 2 rows." in text_of(
        browser.post("/many/testing_holds/tell/", sent(hidden(page, "/many/testing_holds/tell/")))
    )
    found = asked(told, hold_numbers, outbreak=told.world.outbreak)
    assert (found.in_force, found.released) == (8, 2)


def test_a_list_shows_what_its_address_asks_for(told: Swabbing) -> None:
    browser = told.world.browser("duty_officer")
    for hold, n in (("held", 9), ("swabbed", 1), ("released", 0), ("found", 0)):
        shown = text_of(browser.get(f"/testing/holds/?hold={hold}"))
        assert shown.count('name="picked"') == n, hold
    cell = told.cells["n2"]
    for asked_for in (cell, "n2", "Cell n2"):
        shown = text_of(browser.get("/testing/missing/", {"cell": asked_for}))
        assert shown.count('name="picked"') == 19, asked_for
        assert f'value="{"Cell n2" if asked_for == cell else asked_for}"' in shown
        assert "rf-error" not in shown


def test_a_tubes_chain_names_every_step_with_its_clock(told: Swabbing) -> None:
    file = asked(told, tube_coded, code="t1")
    policy = told.world.centre.policy("testing", told.world.centre.geography.place(told.world.outbreak, None))
    steps = {each.name: each for each in chain(file, policy, told.world.clock.now())}
    assert list(steps) == ["sealed", "packed", "left", "received", "read"]
    spent = {name: int(each.took.total_seconds() // 60) for name, each in steps.items() if each.took is not None}
    assert spent == {"packed": 40, "left": 0, "received": 60, "read": 120}
    assert not any(each.gap for each in steps.values())
    page = unescape(text_of(told.world.browser().get("/testing/tubes/T1/")))
    for said in ("Chain of custody", "vehicle V7", "First laboratory", "Positive", "Why do I have this?", "Swab alone"):
        assert said in page, said
    assert page.count("•••") >= 10
    assert len(asked(told, box_coded, code="B1").tubes) == 2


def test_a_tube_read_before_its_receipt_shows_its_gap(told: Swabbing) -> None:
    from ringfence.desks.testing.actions import laboratories as labs
    from ringfence.facts.testing import Result

    told.tell(labs.read_tube, laboratory=told.lab, tube="T3", result=Result.NEGATIVE)
    page = text_of(told.world.browser().get("/testing/tubes/T3/"))
    assert "Read, but never taken in" in page
    assert "not on record" in page


def test_a_site_shows_its_wait_in_text_and_sign(told: Swabbing) -> None:
    file = asked(told, site_file, site=told.site["north"], now=told.world.clock.now())
    assert (file.row.people_per_hour, file.row.queue, file.row.unpacked) == (120, 100, 1)
    assert file.row.wait.total_seconds() == 3000
    assert sum(each.people for each in file.hours) == 31
    page = text_of(told.world.browser().get(f"/testing/sites/{told.site['north']}/"))
    assert "too long" in page and "50 min, limit" in page


def test_a_slot_is_given_and_its_room_counted(told: Swabbing) -> None:
    browser, site = told.world.browser(), told.site["north"]
    form = {
        "fix.site": site, "round": told.round, "about": told.cells["n1"], "people": "40",
        "begins_at": "2021-09-25T20:00", "next": f"/testing/sites/{site}/",
    }  # fmt: skip
    answer = browser.post("/tell/testing.give_slot/", form)
    assert answer.status_code == 302, text_of(answer)[-3000:]
    file = asked(told, site_file, site=site, now=told.world.clock.now())
    assert [(each.people, each.left) for each in file.slots] == [(40, 20)]


def test_a_round_is_opened_with_the_packs_numbers_and_closed(told: Swabbing) -> None:
    browser = told.world.browser()
    page = unescape(text_of(browser.get("/testing/rounds/new/")))
    assert re.search(r'name="pool_size"[^>]*value="10"|value="10"[^>]*name="pool_size"', page)
    assert "JPCM, testing guide" in page
    form = {
        "fix.outbreak": told.world.outbreak, "jurisdiction": told.world.north, "due_at": "2021-09-28T12:00", "pool_size": "5",
        "next": "/testing/rounds/",
    }  # fmt: skip
    assert browser.post("/tell/testing.open_round/", form).status_code == 302
    newest = asked(told, rounds, outbreak=told.world.outbreak)[0]
    assert (newest.pool_size, newest.number, newest.counted) == (5, 1, True)
    assert browser.post("/tell/testing.close_round/", {"fix.round": newest.id, "next": "/"}).status_code == 302
    assert asked(told, rounds, outbreak=told.world.outbreak)[0].closed_at is not None


def test_the_station_is_offered_to_those_who_sample(told: Swabbing) -> None:
    for role, offered in (("sampler", True), ("planner", False)):
        main = text_of(told.world.browser(role).get("/testing/")).partition("<main")[2]
        assert ('href="/testing/station/"' in main) is offered, role


def test_the_search_leads_to_tubes_and_boxes(told: Swabbing) -> None:
    browser = told.world.browser()
    assert browser.post("/testing/tubes/", {"code": "t1"})["Location"] == "/testing/tubes/T1/"
    assert browser.post("/testing/tubes/", {"code": "b1"})["Location"] == "/testing/boxes/B1/"
    assert browser.post("/testing/tubes/", {"code": "nothing"}).status_code == 404


def test_the_missing_of_a_cell_are_printed(told: Swabbing) -> None:
    url = f"/testing/missing/sheet.pdf?round={told.round}&cell={told.cells['n1']}"
    answer = told.world.browser("grid_worker").get(url)
    assert answer.content.startswith(b"%PDF")


def test_without_a_register_or_a_round_the_pages_say_what_to_do_first(world: World) -> None:
    browser = world.browser()
    assert "No round is open" in text_of(browser.get("/testing/"))
    for page, said in (
        ("/testing/rounds/", "No round yet"), ("/testing/missing/", "No register is loaded here"),
        ("/testing/sites/", "No sampling site is open here"), ("/testing/holds/", "Nobody is held here"),
    ):  # fmt: skip
        assert said in text_of(browser.get(page)), page


def test_the_queries_answer_alike_on_both_databases(on_both: Centre, clock: ToldClock) -> None:
    told = Swabbing(World(on_both, clock))
    told.a_day()
    god, outbreak = told.world.god, told.world.outbreak

    def ask(query: Any, **more: Any) -> Any:
        return on_both.ask(god, query, **more)

    assert [row.number for row in ask(rounds, outbreak=outbreak)] == [1]
    assert ask(round_coverage, round=told.round).missing == 49
    assert ask(round_file, round=told.round).coverage.cells_missing == 3
    assert [row.missing for row in ask(round_cells, outbreak=outbreak).rows] == [20, 19, 10]
    first = ask(round_cells, outbreak=outbreak, limit=2)
    assert [row.path for row in ask(round_cells, outbreak=outbreak, limit=2, after=first.next).rows] == ["p.n.n1."]
    stages = ask(four_stages, round=told.round)
    assert [each.oldest_code for each in stages.stages] == ["S1", "B2", "T2", ""]
    assert ask(finish_of_round, round=told.round, now=clock.now()).people == 89
    assert len(ask(missing, outbreak=outbreak, limit=1000).rows) == 49
    assert len(ask(excused, outbreak=outbreak).rows) == 1
    assert [row.unpacked for row in ask(sites).rows] == [1, 1]
    assert len(ask(site_file, site=told.site["north"], now=clock.now()).boxes) == 2
    assert ask(tube_coded, code="T1").box.code == "B1"
    assert len(ask(box_coded, code="B1").tubes) == 2
    assert len(ask(holds, outbreak=outbreak).rows) == 10
    assert ask(hold_numbers, outbreak=outbreak).in_force == 10
    assert [row.code for row in ask(boxes_late, outbreak=outbreak, packed_before=clock.now())] == ["B2"]
    assert [row.waiting for row in ask(laboratories_behind, received_before=clock.now())] == [1]
