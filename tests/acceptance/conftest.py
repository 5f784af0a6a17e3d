"""The demonstration, served as a new user serves it, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.acceptance.served import served
from tests.browser.chromium import ARGUMENTS, chromium


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The demonstration, served in a folder of its own: its address and accounts, as the command prints them."""
    folder = tmp_path_factory.mktemp("demo")
    with served(folder, "demo", "--no-browser", RINGFENCE_HOME=str(folder / "home")) as told:
        yield told


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()
