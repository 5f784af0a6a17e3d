"""The demonstration, served as a new user serves it, and a browser to look at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The demonstration, served in a folder of its own: its address and accounts, as the command prints them."""
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "messages").open("w") as messages:
        served = subprocess.Popen(
            [sys.executable, "-m", "ringfence.cli", "demo", "--no-browser", "--json"],
            env={**os.environ, "RINGFENCE_HOME": str(folder / "home")},
            stdout=subprocess.PIPE,
            stderr=messages,
        )
        assert served.stdout is not None
        try:
            line = served.stdout.readline()
            assert line, (folder / "messages").read_text()
            yield orjson.loads(line)
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(30)
            served.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()
