"""Whatever happens, in whatever order: the tables are what the log says, on both databases, whichever desk hears first."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from tests import stores
from tests.conftest import NOON
from tests.properties.world import World, lines, steps, tables

EXAMPLES = settings(
    max_examples=int(os.environ.get("RINGFENCE_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ONE_OF_EACH = [("report", n, n % 6, 2) for n in range(6)]
_count = itertools.count()


@contextmanager
def sqlite_world(template: Path, folder: Path) -> Iterator[World]:
    state = folder / f"world{next(_count)}"
    state.mkdir()
    clock = ToldClock(NOON)
    with stores.sqlite(template, state / "ringfence.sqlite3"):
        yield World(app.open_centre(clock, state), clock).begin()


@EXAMPLES
@given(what=steps)
def test_a_rebuild_gives_the_same_tables_row_for_row(what: list, template: Path, tmp_path: Path) -> None:
    with sqlite_world(template, tmp_path) as world:
        world.take([*ONE_OF_EACH, *what])
        live = tables(world.centre)
        assert world.centre.rebuild() == len(lines())
        assert tables(world.centre) == live
        assert live["cases_case"]
        assert live["command_task"]


@settings(EXAMPLES, max_examples=8)
@given(what=steps)
def test_postgresql_gives_the_same_tables_as_sqlite(what: list, template: Path, tmp_path: Path, server: str) -> None:
    stores.need_postgres(server)
    with sqlite_world(template, tmp_path) as world:
        world.take([*ONE_OF_EACH, *what])
        told, kept, refused = lines(), tables(world.centre), world.refused
    state = tmp_path / f"server{next(_count)}"
    state.mkdir()
    clock = ToldClock(NOON)
    with stores.postgres(server):
        world = World(app.open_centre(clock, state), clock).begin().take([*ONE_OF_EACH, *what])
        assert world.refused == refused
        assert lines() == told
        assert tables(world.centre) == kept
        world.centre.rebuild()
        assert tables(world.centre) == kept


@settings(EXAMPLES, max_examples=8)
@given(what=steps, seed=st.integers(0, 999))
def test_the_order_of_desks_does_not_matter(what: list, seed: int, template: Path, tmp_path: Path) -> None:
    with sqlite_world(template, tmp_path) as world:
        live = tables(world.take([*ONE_OF_EACH, *what]).centre)
        told = sorted((kind, at, body) for _, kind, at, *_, body in lines())
        _shuffle(world, seed).centre.rebuild()
        assert tables(world.centre) == live
    with sqlite_world(template, tmp_path) as world:
        _shuffle(world, seed).take([*ONE_OF_EACH, *what])
        assert sorted((kind, at, body) for _, kind, at, *_, body in lines()) == told


def _shuffle(world: World, seed: int) -> World:
    """The same world with its desks in another order."""
    before = list(world.centre.desks)
    desks = random.Random(seed).sample(before, len(before))
    desks = desks if desks != before else desks[::-1]
    world.centre = Centre(desks, world.centre.book, world.centre.geography, world.centre.home, world.clock)
    return world
