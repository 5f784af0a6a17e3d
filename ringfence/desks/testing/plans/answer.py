"""A plan as it is read: finish, bound, bottleneck, what would help, and who does what, hour by hour.

Hours count from the start of the round; lists by hour begin with hour 0 (the first sixty minutes). Everything is plain
numbers, texts and tuples, so that a page, a command and a programme show the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One of the four stages: when it ends, when the round would end had the stage no limit, and what that saves."""

    stage: str
    finish_h: float
    without_limit_h: float
    saves_h: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What brings the finish under the deadline: so many more of each, the finish then, the cost in the plan's units."""

    samplers: int
    vehicles: int
    lab_tubes_per_hour: int
    finish_h: float
    cost: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plain:
    """The plain rule (each box to the nearest lab, first come first served) under the same simulator."""

    finish_h: float
    stages_h: dict[str, float]
    trips: int
    busiest_lab: str
    busiest_lab_tubes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureUsed:
    """A figure that the plan rests on, with its source and how sure it is."""

    name: str
    value: float
    unit: str
    source: str
    certainty: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HourRow:
    """One hour of the whole round: what happens in it, and what stands in each stage at its end."""

    hour: int
    samplers: int
    people: int
    sealed: int
    collected: int
    received: int
    results: int
    reported: int
    at_sites: int  # tubes sealed and not yet fetched
    on_road: int
    in_labs: int  # tubes received that have no result yet
    to_report: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LabPlan:
    """One lab's round; lists by hour."""

    id: str
    mobile: bool
    tubes: int
    sites: int
    vehicles: int
    first_h: float | None
    last_h: float | None
    finish_h: float | None
    capacity: tuple[int, ...]
    received: tuple[int, ...]
    waiting: tuple[int, ...]  # at the hour's end, not yet begun
    results: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePlan:
    """One site (for one pool size): who samples there and when. `people_by_hour` and `tubes_by_hour` begin at `hour`.

    `team`: which samplers come, where fewer than the sites move from one to the next; `after_h` when they can begin.
    `slot_people`: how many to call for each stretch of the longest queue allowed. `labs`: where its tubes go.
    """

    site: str
    cell: str
    x: float
    y: float
    pool: float
    people: int
    tubes: int
    waiting: int
    samplers: int
    lanes: int
    team: int | None
    from_h: float | None
    until_h: float | None
    slot_people: int
    labs: tuple[str, ...]
    hour: int
    people_by_hour: tuple[int, ...]
    tubes_by_hour: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A vehicle at a site: it reaches and leaves it; `boxes` are numbered from `first_box` within the site: `SITE/1`."""

    site: str
    reach_h: float
    leave_h: float
    tubes: int
    boxes: int
    first_box: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """One vehicle's way past its stops to a lab; `arrive_h` when it is unloaded."""

    trip: int
    vehicle: int
    lab: str
    begin_h: float
    arrive_h: float
    tubes: int
    boxes: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """Empty tubes from a depot to a site, before they are needed there."""

    depot: str
    site: str
    tubes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseTold:
    """The plan replayed with noise: hours of the finish by share of replays, and the share that meets the deadline."""

    seed: int
    replicates: int
    finish_h: dict[str, float]  # p05, p25, p50, p75, p95
    stages_p50_h: dict[str, float]
    on_time: float
    without_noise_h: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """How large the round is, and what it needs by the guides' formulae beside what it has."""

    people: int
    people_left: int
    tubes: int
    sites: int
    samplers: int
    samplers_by_formula: int
    sites_by_formula: int
    vehicles: int
    vehicles_used: int
    labs: int
    labs_used: int
    trips: int
    boxes: int
    lab_tubes_per_hour: int
    late_tubes: int  # longer between seal and lab than the figure for transport
    slowest_tube_h: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The whole answer.

    `gap` is (finish - bound) / bound. `bottleneck`: the stage whose limit costs most; "" where lifting any one of them
    saves nothing. `alone`: one kind of means by itself; `mix`: the cheapest together.
    """

    name: str
    start: str
    now_h: float
    deadline_h: float
    finish_h: float
    bound_h: float
    gap: float
    on_time: bool
    bottleneck: str
    stages: tuple[Stage, ...]
    alone: tuple[Need, ...]
    mix: Need | None
    plain: Plain
    noise: NoiseTold | None
    totals: Totals
    figures: tuple[FigureUsed, ...]
    hours: tuple[HourRow, ...]
    labs: tuple[LabPlan, ...]
    sites: tuple[SitePlan, ...]
    trips: tuple[Trip, ...]
    supply: tuple[Supply, ...]
