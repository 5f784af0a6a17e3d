"""A desk and a phone, and signing in on them."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

DESK: dict[str, Any] = {"viewport": {"width": 1400, "height": 900}, "locale": "en"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "is_mobile": True}


def signed_in(browser: Browser, demo: dict[str, Any], device: dict[str, Any], name: str = "duty") -> Page:
    """Somebody's board, in the language of the device."""
    account = next(each for each in demo["accounts"] if each["name"] == name)
    page = browser.new_context(**device).new_page()
    page.goto(demo["address"])
    page.fill("input[name=login]", account["name"])
    page.fill("input[name=password]", account["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(demo["address"])
    wanted = device["locale"][:2]
    if not (page.locator("html").get_attribute("lang") or "").startswith(
        wanted
    ):  # the account's own language is another
        if device is PHONE:
            page.locator(".rf-menu-end summary").click()
        page.locator("button[name=language]:visible").first.click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{wanted}"))
    return page
