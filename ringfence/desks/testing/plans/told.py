"""What a plan is made from: a round, its people, sites, vehicles and labs, and how far it has come already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ringfence.desks.testing.plans.figures import Figure

POOLS = (1, "household", 5, 10, 20)
"""Swabs in one tube: what the guides name."""


def _number(least: float, most: float, **given: Any) -> Any:
    return field(metadata={"least": least, "most": most}, **given)


_FAR = 1e8  # metres


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is: metres in a plane (`x` east, `y` north), or degrees (`lat`, `lon`)."""

    x: float | None = _number(-_FAR, _FAR, default=None)
    y: float | None = _number(-_FAR, _FAR, default=None)
    lat: float | None = _number(-90, 90, default=None)
    lon: float | None = _number(-180, 180, default=None)


@dataclass(frozen=True, kw_only=True)
class Cell(Place):
    """People who live together in a grid cell or a community; `sampled` of them already are."""

    id: str
    population: int = _number(0, 10**9)
    pool: int | str | None = field(default=None, metadata={"choices": POOLS})
    sampled: int = _number(0, 10**9, default=0)


@dataclass(frozen=True, kw_only=True)
class Site(Place):
    """A sampling site. `samplers` who stand there; left out, the plan sends some. `waiting`: sealed tubes there now."""

    id: str
    samplers: int | None = _number(0, 10**5, default=None)
    lanes: int | None = _number(1, 10**5, default=None)
    swabs_per_hour: float | None = _number(1, 1000, default=None)
    waiting: int = _number(0, 10**7, default=0)


@dataclass(frozen=True, kw_only=True)
class Depot(Place):
    """Where vehicles stand and empty tubes lie; `tubes` left out: enough."""

    id: str
    tubes: int | None = _number(0, 10**9, default=None)


@dataclass(frozen=True, kw_only=True)
class VehicleGroup:
    """Vehicles alike at one depot, or, `at_lab`, at a lab; from an hour of the round on."""

    count: int = _number(1, 10**5)
    depot: str | None = None
    at_lab: str | None = None
    speed_kmh: float | None = _number(1, 200, default=None)
    boxes: int | None = _number(1, 10**4, default=None)
    from_hour: float = _number(0, 240, default=0.0)


@dataclass(frozen=True, kw_only=True)
class Lab(Place):
    """A laboratory.

    Either `tubes_per_hour` (one number, or one for each hour of the round, the last for all after it),
    or runs: `machines` that take `batch_tubes` each for `run_minutes`. `open` in the clock's hours, past midnight if the
    end is before the begin. `from_hour`, `until_hour` of the round: a mobile lab comes and goes. `queue`: tubes there now.
    """

    id: str
    tubes_per_hour: int | tuple[int, ...] | None = _number(0, 10**7, default=None)
    machines: int | None = _number(1, 10**4, default=None)
    batch_tubes: int | None = _number(1, 10**5, default=None)
    run_minutes: float | None = _number(1, 2880, default=None)
    open: str = "00:00-24:00"
    from_hour: float = _number(0, 240, default=0.0)
    until_hour: float | None = _number(0, 240, default=None)
    mobile: bool = False
    queue: int = _number(0, 10**8, default=0)


@dataclass(frozen=True, kw_only=True)
class Underway:
    """Tubes on their way to a lab, and the hour of the round at which they come."""

    lab: str
    tubes: int = _number(1, 10**7)
    eta_hour: float = _number(0, 240)


@dataclass(frozen=True, kw_only=True)
class About:
    """The round.

    When it starts (local time), its usual pool, samplers for the whole area (left out: by the formula), the clock's hours of sampling, an office's reports an hour (left out: as many as come), and the hour it is now.
    """

    name: str
    start: datetime = datetime(2000, 1, 1)  # noqa: DTZ001 (the place's own clock)
    pool: int | str = field(default=10, metadata={"choices": POOLS})
    samplers: int | None = _number(1, 10**6, default=None)
    sampling: str = "00:00-24:00"
    reports_per_hour: int | None = _number(1, 10**8, default=None)
    now_hour: float = _number(0, 240, default=0.0)
    reported: int = _number(0, 10**9, default=0)


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """How uncertain things are, for the replay with noise: coefficients of variation and shares (own choice)."""

    sampling_cv: float = _number(0, 2, default=0.15)
    travel_cv: float = _number(0, 2, default=0.25)
    lab_stops_a_day: float = _number(0, 1, default=0.1)
    stop_minutes: float = _number(0, 2880, default=60.0)
    invalid: float = _number(0, 0.5, default=0.01)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Everything a plan is made from. No `sites`: the plan places them. `given`: figures that the file itself gives."""

    round: About
    cells: tuple[Cell, ...]
    vehicles: tuple[VehicleGroup, ...]
    labs: tuple[Lab, ...]
    figures: Mapping[str, Figure]
    depots: tuple[Depot, ...] = ()
    sites: tuple[Site, ...] = ()
    underway: tuple[Underway, ...] = ()
    noise: Uncertain = field(default_factory=Uncertain)

    def figure(self, name: str) -> float:
        """A figure's value."""
        return self.figures[name].value
