"""Visits are opened ahead of the first case, and an installation without visits loads nothing for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.desks.tracing.visits import meetings
from ringfence.desks.tracing.visits.warm import warm, warm_aside
from tests.unit.tracing.test_visits import SOME, loaded


def test_visits_are_open_once_warm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path))
    before = meetings._opened.cache_info().misses
    warm()
    assert meetings._opened.cache_info().misses == before
    loaded(tmp_path, SOME)
    warm_aside().join(60)
    assert meetings._opened.cache_info().misses == before + 1
    assert meetings.visits_here() is not None
    assert meetings._opened.cache_info().misses == before + 1
