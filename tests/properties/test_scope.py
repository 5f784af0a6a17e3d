"""Whatever places an account is granted, no address shows it anything of another place, and no id opens one."""

from __future__ import annotations

import itertools

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.desks.cases import actions as case_actions
from ringfence.desks.cases import queries as cases
from ringfence.desks.command import queries as tasks
from ringfence.registry import account_keeping
from ringfence.registry import actions as registry
from ringfence.registry.models import Account
from tests.console.world import World

COUNTIES = ("Asterby", "Birchwick", "Cedarholm", "Dahliford")
PAGES = (
    "/", "/cases/", "/tasks/", "/people/", "/workload/", "/units/", "/places/", "/reporting/", "/log/", "/accounts/",
    "/cases/?sort=onset", "/tasks/?state=done", "/ask/cases/line_list/", "/ask/command/tasks/", "/api/v1/registry/units",
)  # fmt: skip
ROLES = ("duty_officer", "investigator", "supervisor", "administrator")


class Land:
    """Four counties in two cities, with two cases, a unit and a task in each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.numbers = itertools.count()
        cities = [
            world._area(world.province, code, name, name) for code, name in (("e", "Eastport"), ("w", "Westmoor"))
        ]
        self.places = {
            name: world._area(cities[n // 2], name.lower()[:4], name, name) for n, name in enumerate(COUNTIES)
        }
        for name, place in self.places.items():
            world._unit(place, f"{name} office")
        self.cases = {
            name: [world.case(place, 100 * n + k) for k in range(2)]
            for n, (name, place) in enumerate(self.places.items(), 1)
        }

    def account(self, role: str, counties: tuple[str, ...]) -> str:
        """A new account with a role over these counties and nothing else."""
        name = f"scope{next(self.numbers)}"
        first, *others = counties
        self.world._tell(
            registry.open_account, name=name, shown_name=name, password_hash="!", role=role, jurisdiction=self.places[first]
        )  # fmt: skip
        for other in others:
            account = account_keeping.account_named(name)
            self.world._tell(registry.grant_role, account=account, role=role, jurisdiction=self.places[other])
        return name


@pytest.fixture
def land(centre: Centre, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> Land:
    monkeypatch.setattr(app, "centre", lambda: centre)
    return Land(World(centre, clock))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(ROLES),
    counties=st.lists(st.sampled_from(COUNTIES), min_size=1, max_size=3, unique=True).map(tuple),
)
def test_nothing_of_another_place_is_shown_or_opened(land: Land, role: str, counties: tuple[str, ...]) -> None:
    name = land.account(role, counties)
    centre, now = land.world.centre, land.world.clock.now()
    who = account_keeping.who_is(account_keeping.account_named(name), now)
    inside = {case for county in counties for case in land.cases[county]}
    outside = [case for county in COUNTIES if county not in counties for case in land.cases[county]]
    listed = centre.ask(who, cases.line_list, outbreak=land.world.outbreak, limit=1000).rows
    assert {row.id for row in listed} == inside
    assert {row.about for row in centre.ask(who, tasks.tasks, limit=1000).rows} <= inside
    browser = Client()
    browser.force_login(Account.objects.get(name=name), "django.contrib.auth.backends.ModelBackend")
    hidden = [county for county in COUNTIES if county not in counties]
    for page in PAGES:
        answer = browser.get(page)
        assert answer.status_code in {200, 403, 409}, page
        shown = answer.content.decode()
        assert not [county for county in hidden if county in shown], page
        assert not [case for case in outside if case in shown], page
        if page == "/cases/":  # what is theirs is there: the silence above means something
            assert all(case in shown for case in inside)
    for case in outside:
        assert browser.get(f"/cases/{case}/").status_code == 404
        assert browser.get("/api/v1/cases/case_file", {"case": case}).status_code == 404
        with pytest.raises(Refused, match=r"not_known_here|not_allowed"):
            centre.tell(who, case_actions.set_case_aside, case=case, reason="not mine")
