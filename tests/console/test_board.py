"""The board."""

from __future__ import annotations

import pytest
from django.test import Client

from ringfence.core.access import ROLES
from tests.console.world import World


@pytest.mark.parametrize("role", ROLES)
def test_the_board_opens_for_every_role(world: World, role: str) -> None:
    answer = world.browser(role).get("/")
    assert answer.status_code == 200, answer.content.decode()[-2000:]


def test_nobody_sees_it_without_signing_in(world: World) -> None:
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")
