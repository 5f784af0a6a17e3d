"""The gallery as a fixture: a process of its own, so that its settings touch no other test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of a running gallery, without a slash at the end."""
    command = [sys.executable, "-m", "tests.console.gallery"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.terminate()
