"""A case's contacts are there before anybody asked for them, with why; they are reached from a phone, and searched for at a known cost.

In Chromium, against the served demonstration.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.acceptance.devices import DESK, PHONE, signed_in

LANGUAGE = re.compile("zh")


def a_searched_case(desk: Page, demo: dict[str, Any]) -> str:
    """The address of the contacts of the case on the first page that has most of them."""
    desk.goto(f"{demo['address']}tracing/cases/?search=done")
    links = desk.locator('main a[href^="/cases/"][href$="/contacts/"]')
    counted = [(int(each.inner_text().replace(",", "")), each.get_attribute("href") or "") for each in links.all()]
    most, address = max(counted)
    assert most > 2
    return address.lstrip("/")


def test_a_cases_contacts_appeared_by_themselves_with_why(browser: Browser, demo: dict[str, Any]) -> None:
    desk = signed_in(browser, demo, DESK)
    address = a_searched_case(desk, demo)
    desk.goto(demo["address"] + address)
    main = desk.locator("main")
    expect(main.locator('tbody a[href^="/tracing/contacts/contact_"]').first).to_be_visible()
    expect(main.locator("#why")).to_contain_text("Every hour between the confirmation and the list of contacts")
    desk.goto(f"{demo['address']}{address}?view=timeline")
    expect(desk.locator("figure.rf-chart svg:visible").first).to_be_visible()
    desk.goto(f"{demo['address']}{address}?view=map")
    expect(desk.locator("main")).to_contain_text("Map")
    desk.goto(demo["address"] + address)
    desk.locator('main tbody a[href^="/tracing/contacts/contact_"]').first.click()
    expect(desk.locator("#why")).to_contain_text("minutes together")
    expect(desk.locator("#history")).to_contain_text("Contacts of a person were found")


def test_a_household_is_reached_from_a_phone_in_chinese(browser: Browser, demo: dict[str, Any]) -> None:
    phone = signed_in(browser, demo, PHONE)
    phone.goto(demo["address"] + "tracing/day/")
    expect(phone.locator("html")).to_have_attribute("lang", LANGUAGE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    home = phone.locator("section#unreached form.rf-home").first
    contact = home.locator("input[name=contact]").first.get_attribute("value")
    home.locator('button[value="reached"]').click()
    expect(phone.locator(f'section#unreached input[value="{contact}"]')).to_have_count(0)
    phone.goto(f"{demo['address']}tracing/home/{contact}/")
    phone.locator("main form.rf-asked button.btn-primary").click()
    phone.goto(f"{demo['address']}tracing/contacts/{contact}/")
    expect(phone.locator("#days .rf-tone-good").first).to_be_visible()


def test_the_cost_of_a_search_is_shown_before_it_runs(browser: Browser, demo: dict[str, Any]) -> None:
    desk = signed_in(browser, demo, DESK)
    case = a_searched_case(desk, demo).split("/")[1]
    desk.goto(f"{demo['address']}tracing/search/?case={case}")
    assert desk.input_value("input[name=begins_at]")
    desk.fill("input[name=min_minutes]", "1")
    desk.click("button[name=cost]")
    cost = desk.locator("#cost")
    expect(cost).to_contain_text("People it would name")
    expect(cost).to_contain_text("stays of")
    expect(desk.locator("main")).not_to_contain_text("•••")
    desk.fill("textarea[name=purpose]", "the case remembered somebody")
    desk.click("button[name=search]")
    expect(desk.locator("h1")).to_contain_text("Found for")
    expect(desk.locator("main tbody")).to_contain_text("•••")
    desk.goto(demo["address"] + "tracing/searches/")
    expect(desk.locator("main")).to_contain_text("the case remembered somebody")


def test_indicators_say_whether_control_holds(browser: Browser, demo: dict[str, Any]) -> None:
    desk = signed_in(browser, demo, DESK)
    desk.goto(demo["address"] + "tracing/indicators/?days=all")
    control = desk.locator("#control")
    expect(control).to_contain_text("Already in quarantine when diagnosed")
    expect(control).to_contain_text("cases confirmed")
    expect(desk.locator("#delays")).to_contain_text("Case confirmed → first contact listed")
    expect(desk.locator("#attack")).to_contain_text("Living together")
