"""Every page of tracing for every role: what stands on it, what may be told, what is masked, what is searched and at what cost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse

from ringfence.core.access import ROLES
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.desks.tracing.actions.follow_up import quarantine_contact, reach_contact, try_contact
from ringfence.desks.tracing.actions.reports import report_day
from ringfence.desks.tracing.queries.board import contact_counts, tracing_waiting
from ringfence.desks.tracing.queries.file import case_traced, cases_traced, contact_file
from ringfence.desks.tracing.queries.indicators import attack_rates, control_by_day, delays, follow_up_heard
from ringfence.desks.tracing.queries.lists import Need, contacts_listed, contacts_matching, contacts_of_case
from ringfence.desks.tracing.queries.shared import places_shared
from tests.console.tracing import Tracing
from tests.console.world import World

PAGES = ("/tracing/", "/tracing/contacts/", "/tracing/cases/", "/tracing/indicators/", "/tracing/visits/")


@pytest.fixture
def traced(world: World) -> Tracing:
    return Tracing(world)


def text_of(answer: HttpResponse) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return unescape(content.decode())


def test_a_confirmed_cases_contacts_are_there_by_themselves_with_why(traced: Tracing) -> None:
    page = text_of(traced.world.browser().get(f"/cases/{traced.case}/contacts/"))
    assert page.count('href="/tracing/contacts/contact_') >= 3
    for said in ("records of stays", "Why are they on the list?", "Every hour between the confirmation and the list"):
        assert said in page, said
    file = text_of(traced.world.browser().get(f"/cases/{traced.case}/"))
    assert "contacts of first order, closest first" in file
    assert "P0060" in page and "P0060" in file


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_opens_what_it_may(traced: Tracing, role: str) -> None:
    browser = traced.world.browser(role)
    for page in PAGES:
        assert browser.get(page).status_code == 200, page
    contact = traced.row(traced.people[0]).id
    assert browser.get(f"/tracing/contacts/{contact}/").status_code == 200
    mays = ROLES[role][1]
    for page, may in (
        ("/tracing/day/", "work"), (f"/tracing/home/{contact}/", "work"), ("/tracing/search/", "investigate"),
        ("/tracing/searches/", "audit"), (f"/cases/{traced.case}/contacts/?view=map", "investigate"),
        (f"/cases/{traced.case}/contacts/?view=timeline", "investigate"), ("/tracing/visits/forget/", "erase"),
    ):  # fmt: skip
        expected = 200 if may in mays and page != "/tracing/visits/forget/" else 403
        if page == "/tracing/visits/forget/" and may in mays:
            continue  # a county's administrator does not answer for everybody's visits
        assert browser.get(page).status_code == expected, page


def test_contacts_are_masked_and_shown_to_their_own_office_alone(traced: Tracing) -> None:
    away = traced.row(traced.people[3])
    north = traced.world.browser()
    page = text_of(north.get("/tracing/contacts/"))
    assert away.id not in page
    assert traced.row(traced.people[0]).id in page
    assert north.get(f"/tracing/contacts/{away.id}/").status_code == 404
    assert "•••" in page


def test_the_places_shared_are_drawn_with_hours_and_on_a_map(traced: Tracing) -> None:
    found = traced.world.centre.ask(traced.world.god, places_shared, case=traced.case, now=traced.world.clock.now())
    met = {each.place: {one.contact for one in each.met} for each in found.stays}
    assert len(met[traced.shop]) == 3
    assert met["home 1"] == {traced.row(traced.people[0]).id}
    page = text_of(traced.world.browser().get(f"/cases/{traced.case}/contacts/?view=timeline"))
    assert "Corner shop" in page and "<svg" in page
    page = text_of(traced.world.browser().get(f"/cases/{traced.case}/contacts/?view=map"))
    assert "1 of 2 places of the case have no coordinates on record" in page
    assert "36.2000, 98.4000" in page


def test_a_tracer_reaches_a_household_with_one_button_and_asks_it_with_another(traced: Tracing) -> None:
    browser = traced.world.browser("tracer")
    page = text_of(browser.get("/tracing/day/"))
    assert "Speak to them" in page and "Reached" in page and "No answer" in page
    row = traced.row(traced.people[0])
    told = {"what": "no_answer", "contact": row.id, "next": "/tracing/day/"}
    assert browser.post("/tracing/day/told/", told).status_code == 302
    assert traced.row(traced.people[0]).tried_reason == "no_answer"
    assert browser.post("/tracing/day/told/", {**told, "what": "reached"}).status_code == 302
    assert traced.row(traced.people[0]).reached_at is not None
    form = {f"asked.{row.id}": "1", f"symptoms.{row.id}": "fever", f"temp.{row.id}": "38,1"}
    assert browser.post(f"/tracing/home/{row.id}/", form).status_code == 302
    file = traced.world.centre.ask(traced.world.god, contact_file, contact=row.id)
    assert [(each.symptoms, each.temp_c) for each in file.days if each.channel] == [(("fever",), 38.1)]
    assert "Look into symptoms" in text_of(browser.get("/tracing/day/"))


def test_a_household_of_which_nobody_was_asked_is_refused_in_three_parts(traced: Tracing) -> None:
    row = traced.row(traced.people[0])
    answer = traced.world.browser("tracer").post(f"/tracing/home/{row.id}/", {})
    assert answer.status_code == 409
    assert "Nobody of the household is ticked as spoken of." in text_of(answer)
    answer = traced.world.browser("tracer").post(
        f"/tracing/home/{row.id}/", {f"asked.{row.id}": "1", f"temp.{row.id}": "warm"}
    )
    assert "warm is no temperature." in text_of(answer)


def search(traced: Tracing, **more: str) -> dict[str, str]:
    begins = (traced.world.clock.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    ends = (traced.world.clock.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    return {"case": traced.case, "begins_at": begins, "ends_at": ends, "order": "1", "purpose": "", **more}


def test_a_search_shows_its_cost_before_it_names_anybody(traced: Tracing) -> None:
    browser = traced.world.browser()
    assert 'value="FLU-' in text_of(browser.get(f"/tracing/search/?case={traced.case}"))
    page = text_of(browser.post("/tracing/search/", search(traced, cost="1")))
    assert "People it would name" in page and "stays of" in page
    assert not re.search(r"P006\d", page)
    answer = browser.post("/tracing/search/", search(traced, search="1"))
    assert answer.status_code == 409, "a purpose is asked for"
    answer = browser.post(
        "/tracing/search/", search(traced, search="1", purpose="the case remembered a meal", min_minutes="30")
    )
    assert answer.status_code == 302, text_of(answer)[-2000:]
    found = text_of(browser.get(answer["Location"]))
    assert "P0061" in found and "Corner shop" in found
    assert browser.post(f"{answer['Location']}list/", {"all": "1"}).status_code == 302
    made = text_of(traced.world.browser("supervisor").get("/tracing/searches/"))
    assert "the case remembered a meal" in made and "from 30 min" in made


def test_second_order_demands_a_threshold_or_a_cap(traced: Tracing) -> None:
    browser = traced.world.browser()
    answer = browser.post("/tracing/search/", search(traced, cost="1", order="2"))
    assert answer.status_code == 422
    assert "Second order needs a threshold or a cap" in text_of(answer)
    assert browser.post("/tracing/search/", search(traced, cost="1", order="2", cap="10")).status_code == 200


def test_contacts_are_handled_many_at_once(traced: Tracing) -> None:
    browser = traced.world.browser()
    rows = [traced.row(each).id for each in traced.people[:2]]
    told = {
        "action": "tracing.try_contact",
        "picked": rows,
        "preview": "1",
        "told-reason": "wrong_number",
        "told-channel": "phone",
    }
    page = text_of(browser.post("/many/tracing_contacts/", told))
    assert "wrong number" in page and "2" in page
    batch = re.search(r'name="batch" value="(batch:[0-9a-f]+)"', page)
    assert batch
    text_of(browser.post("/many/tracing_contacts/tell/", {**told, "batch": batch[1]}))
    assert {traced.row(each).tries for each in traced.people[:2]} == {1}


def test_without_visits_or_contacts_pages_say_what_to_do_first(world: World) -> None:
    browser = world.browser()
    for page, said in (
        ("/tracing/", "A confirmed case's contacts are listed by themselves"), ("/tracing/contacts/", "No contact here yet"),
        ("/tracing/day/", "Nobody needs you now"), ("/tracing/visits/", "ringfence visits load FILE"),
        ("/tracing/indicators/", "there is nothing to judge by"), ("/tracing/searches/", "No search by a person is on record"),
    ):  # fmt: skip
        assert said in text_of(browser.get(page)), page


def test_the_queries_answer_alike_on_both_databases(on_both: Centre, clock: ToldClock) -> None:
    traced = Tracing(World(on_both, clock))
    god, outbreak = traced.world.god, traced.world.outbreak
    first, second = (traced.row(each).id for each in traced.people[:2])
    clock.pass_by(timedelta(hours=2))
    traced.tell(reach_contact, contact=first, at=clock.now())
    traced.tell(quarantine_contact, contact=first, basis="the law", at=clock.now())
    traced.tell(report_day, contact=first, symptoms=("fever",), at=clock.now())
    traced.tell(try_contact, contact=second, reason="away", at=clock.now())

    def ask(query: Any, **more: Any) -> Any:
        return on_both.ask(god, query, **more)

    today = clock.now().date()
    assert {each.person for each in ask(contacts_listed, outbreak=outbreak).rows} == set(traced.people)
    page = ask(contacts_listed, outbreak=outbreak, limit=3)
    rest = ask(contacts_listed, outbreak=outbreak, limit=3, after=page.next)
    assert len({each.id for each in (*page.rows, *rest.rows)}) == 4
    assert [each.id for each in ask(contacts_listed, outbreak=outbreak, need=Need.SYMPTOMS).rows] == [first]
    assert len(ask(contacts_listed, outbreak=outbreak, need=Need.UNREACHED).rows) == 3
    assert ask(contacts_listed, outbreak=outbreak, need=Need.UNHEARD, day=today).rows == []
    assert len(ask(contacts_listed, outbreak=outbreak, need=Need.SWAB, day=today + timedelta(days=30)).rows) == 4
    assert [each.id for each in ask(contacts_listed, outbreak=outbreak, standing="kept_apart").rows] == [first]
    assert ask(contacts_matching, outbreak=outbreak, standing="reached") == 1
    of_case = ask(contacts_of_case, case=traced.case).rows
    assert of_case[0].contact.id == first, "most minutes first"
    assert {each.contact.id for each in ask(contacts_of_case, case=traced.case, need=Need.UNREACHED).rows} == {
        each.contact.id for each in of_case
    } - {first}
    after = ask(contacts_of_case, case=traced.case, limit=2)
    assert len(ask(contacts_of_case, case=traced.case, limit=2, after=after.next).rows) == 2
    assert ask(case_traced, case=traced.case).contacts == 4
    assert traced.case in {each.case for each in ask(cases_traced, outbreak=outbreak, search="done").rows}
    assert sum(each.listed for each in ask(contact_counts, outbreak=outbreak)) == 4
    waiting = ask(
        tracing_waiting, outbreak=outbreak, day=today, late_before=clock.now(), secondary_late_before=clock.now()
    )
    assert (waiting.unreached, waiting.overdue, waiting.ill) == (3, 3, 1)
    control = ask(control_by_day, outbreak=outbreak)
    assert (control.cases, control.known) == (1, 0)
    steps = {each.step: each for each in ask(delays, outbreak=outbreak, reach_within=timedelta(hours=24))}
    assert (steps["reached"].done, steps["reached"].median, steps["reached"].within) == (1, timedelta(hours=2), 1)
    assert sum(each.contacts for each in ask(attack_rates, outbreak=outbreak)) == 4
    assert ask(follow_up_heard, outbreak=outbreak, day=today).heard == 1
