"""A drill in a village of two thousand, told in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ringfence.app import book, open_centre
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.demo.drill import BEFORE, fill
from ringfence.facts.drill import DrillForm
from ringfence.twin import city as cities
from ringfence.twin.city import City
from ringfence.twin.drill.plan import Drill, read_drill
from ringfence.twin.drill.teller import Teller
from ringfence.twin.drill.workspace import Workspace, open_workspace
from tests.conftest import NOON

VILLAGE = """
[scenario]
title = "Village"
people = 2000
days = 16
seeds = 6

[testing]
ill_tested = 0.9
background = 0.002

[drill]
title = "Village"
title_zh = "村庄"
smoulders_days = 7
lasts = "2d"
area_people = 1000
cell_people = 100
replicate = 2
read_minutes = 60
begins = "12:00"
{drill}

[injects.pool]
kind = "positive_pool"
after = "15min"
title = "A pool"
title_zh = "混采"
answer_within = "2h"

[injects.lab]
kind = "laboratory_down"
lasts = "2h"

[injects.box]
kind = "lost_box"

[injects.card]
kind = "card"
title = "A card"
announced = true

[injects.file]
kind = "wrong_file"

[injects.slow]
kind = "delayed_results"

[injects.power]
kind = "power_cut"
lasts = "1h"

[injects.calls]
kind = "calls"
size = 5

[injects.queue]
kind = "full_site"
size = 600

[injects.staff]
kind = "staff_outage"

[questions.first]
asks = "Who first?"
asks_zh = "谁先？"
after = "1h"
"""
DAY = timedelta(days=1)


class Played:
    """A drill under way: its centre, its simulation, and a way to go on in time."""

    def __init__(self, home: Path, clock: ToldClock, drill: Drill, city: City) -> None:
        self.clock = clock
        clock.set(NOON - BEFORE)
        self.centre: Centre = open_centre(clock, home)
        (home / "drill").mkdir()
        cities.write(city, home / "drill" / "city")
        (home / "drill" / "scenario.toml").write_bytes(drill.path.read_bytes())
        fill(self.centre, drill, DrillForm.FUNCTIONAL, city, NOON, "!")
        self.workspace: Workspace = open_workspace(home, book())
        self.teller = self.another_teller()

    def another_teller(self) -> Teller:
        """A worker that begins with the log as it is."""
        from ringfence.commands.work import strike

        return Teller(self.centre, self.workspace, lambda at: strike(self.centre, at))

    def on(self, **span: float) -> None:
        """Let the drill go on."""
        self.teller.tell_until(self.teller.told_until + timedelta(**span))


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[..., Path]:
    """The village's scenario, with further lines in its section [drill]."""

    def write(drill: str = "", text: str = VILLAGE) -> Path:
        path = tmp_path / "village.toml"
        path.write_text(text.replace("{drill}", drill), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def village() -> dict[str, City]:
    """The village, built once."""
    return {}


@pytest.fixture
def play(
    home: Path, clock: ToldClock, scenario: Callable[..., Path], village: dict[str, City]
) -> Callable[..., Played]:
    """A drill in the village, begun at noon."""

    def begin(drill: str = "", **_: Any) -> Played:
        told = read_drill(str(scenario(drill)), book())
        if "city" not in village:
            village["city"] = cities.build(told.city(), 1)
        return Played(home, clock, told, village["city"])

    return begin
