"""Fixtures of this folder: the gallery, and a console over a small world of two counties."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from ringfence import app, urls
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from tests.console.gallery.serving import gallery
from tests.console.swabbing import Swabbing
from tests.console.world import World

__all__ = ["gallery", "urls"]  # the addresses take the centre by name: before a test puts its own in its place


@pytest.fixture
def world(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two counties under one province, a unit, an outbreak, cases in both, and an account for every role."""
    monkeypatch.setattr(app, "centre", lambda: centre)
    return World(centre, clock)


@pytest.fixture
def told(world: World) -> Swabbing:
    """A round in its first hours."""
    swabbing = Swabbing(world)
    swabbing.a_day()
    return swabbing


@pytest.fixture
def signed_in(world: World) -> Callable[..., Client]:
    """A browser in which an account is signed in: `signed_in("duty_officer", language="zh-hans")`."""
    return world.browser
