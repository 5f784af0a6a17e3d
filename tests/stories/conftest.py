"""Each story happens in an installation of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.story import Story


@pytest.fixture(autouse=True)
def stage(home: Path) -> None:
    """A fresh log for the next story."""
    Story.home = home
