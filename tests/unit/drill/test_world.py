"""The outbreak of a drill: what players order changes what comes after, and nothing that came before."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.app import book
from ringfence.twin import city as cities
from ringfence.twin.drill.plan import read_drill
from ringfence.twin.drill.world import Order, World
from ringfence.twin.kernels.plan import NEVER, SETTINGS
from tests.unit.drill.conftest import VILLAGE

SEED = 1


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("world") / "village.toml"
    path.write_text(VILLAGE.replace("{drill}", ""), encoding="utf-8")
    told = read_drill(str(path), book())
    return World(cities.build(told.city(), SEED), told.scenario, 2, SEED)


def _all(world: World) -> dict[int, tuple[int, ...]]:
    names = ("infected", "ready", "onset")
    return {int(each["person"]): tuple(int(each[name]) for name in names) for each in world.states}


orders = st.lists(
    st.builds(
        Order, day=st.integers(3, 14), person=st.integers(0, 1999), kind=st.sampled_from(["home", "room", "isolated", "free"]),
        until=st.integers(4, 20) | st.just(NEVER),
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(told=orders)
def test_what_happened_before_an_order_stays_as_it_was(world: World, told: list[Order]) -> None:
    world.obey(())
    before = _all(world)
    world.obey(told)
    first = min((each.day for each in told), default=99)
    after = _all(world)
    past = {person: each for person, each in before.items() if each[0] < first}
    assert past.items() <= after.items()
    assert {n for n, each in after.items() if each[0] < first} == set(past)
    world.obey(())
    assert _all(world) == before


def test_whoever_is_isolated_infects_nobody_from_that_day_on(world: World) -> None:
    world.obey(())
    free = len(world.states)
    kept = [int(each["person"]) for each in world.states if each["infected"] <= 7]
    leak = world._plan["isolation_leak"][0]
    world._plan["isolation_leak"] = 0.0
    world.obey([Order(8, person, "isolated") for person in kept])
    infected = {int(each["person"]): int(each["infected"]) for each in world.states}
    after = [day for person, day in infected.items() if person not in kept]
    assert all(day < 8 for day in after), "everybody infectious is isolated: nobody is left to infect"
    assert len(infected) < free
    world._plan["isolation_leak"] = leak
    world.obey(())


def test_the_same_swab_says_the_same_and_not_before_the_infection(world: World) -> None:
    world.obey(())
    for person in [int(each["person"]) for each in world.states][:40]:
        infected = world.infected_on(person)
        said = [world.shows(person, day) for day in range(16)]
        assert said == [world.shows(person, day) for day in range(16)]
        assert not any(said[:infected])
        assert all(18 <= world.ct(person, day) <= 36 for day in range(16))
    assert not world.shows(next(n for n in range(2000) if world.infected_on(n) is None), 9)


def test_patients_come_in_the_hours_of_a_clinic_and_after_their_onset(world: World) -> None:
    world.obey(())
    found = world.patients()
    assert len(found) > 5
    for each in found:
        assert 8 <= each.hour < 18
        assert each.onset is None or each.day >= each.onset


def test_whoever_was_infected_is_in_the_same_place_as_their_infector_on_that_day(world: World, tmp_path: Path) -> None:
    world.obey(())
    path = tmp_path / "visits.parquet"
    world.write_visits(path, [(day, day * 86_400) for day in range(world.days)])
    stays: dict[tuple[str, int], list[tuple[str, int, int]]] = defaultdict(list)
    for person, place, start, end in pl.read_parquet(path).select("person", "place", "start", "end").iter_rows():
        begins = int(start.timestamp())
        stays[person, begins // 86_400].append((place, begins, int(end.timestamp())))
    looked = 0
    for each in world.states:
        if each["infector"] < 0 or SETTINGS[each["setting"]] == "friend":  # friends meet wherever they like
            continue
        one, other = (stays[f"P{int(each[who]):09d}", int(each["infected"])] for who in ("person", "infector"))
        met = [a for a in one for b in other if a[0] == b[0] and max(a[1], b[1]) < min(a[2], b[2])]
        assert met, (int(each["person"]), int(each["infector"]), SETTINGS[each["setting"]])
        looked += 1
    assert looked > 10
