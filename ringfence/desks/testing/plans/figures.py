"""The numbers a plan falls back on, each with its source and certainty; a policy pack or the plan's file may give others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GUIDE = "State Council, regional testing guide, 3rd ed., 2022-03-22"
OWN = "own choice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number: what it is measured in, where it comes from, how sure it is (codes of the policy packs), its range."""

    value: float
    unit: str
    source: str
    certainty: str
    least: float = 0.0
    most: float = 1e9


def _own(value: float, unit: str, least: float, most: float, why: str = "") -> Figure:
    source = f"{OWN}: {why}" if why else OWN
    return Figure(value=value, unit=unit, source=source, certainty="K", least=least, most=most)


DEFAULTS: Mapping[str, Figure] = {
    "deadline_hours": Figure(value=24, unit="h", source=GUIDE, certainty="F1", least=1, most=240),
    "people_per_site": Figure(
        value=2500, unit="people", source=f"middle of 2,000 to 3,000; {GUIDE}", certainty="F2", least=1, most=1e6
    ),
    "people_per_sampler": Figure(value=360, unit="people", source=GUIDE, certainty="F2", least=1, most=1e6),
    "sampling_hours": Figure(value=6, unit="h", source=GUIDE, certainty="F2", least=0.1, most=240),
    "swabs_per_hour": Figure(
        value=60, unit="people/h", source=f"360 people in 6 h; {GUIDE}", certainty="D", least=1, most=1000
    ),
    "queue_minutes": Figure(value=20, unit="min", source=GUIDE, certainty="F2", least=1, most=1440),
    "transport_hours": Figure(
        value=4, unit="h", source="2 to 4 h is asked for; no published rule at hand", certainty="K", least=0.1, most=240
    ),
    "run_minutes": Figure(
        value=240, unit="min", source="result time aimed at in fever clinics, 4 h", certainty="F2", least=1, most=2880
    ),
    "household_size": _own(2.62, "people", 1, 20, "mean of the census of 2020"),
    "report_minutes": _own(15, "min", 0, 1440),
    "speed_kmh": _own(30, "km/h", 1, 200, "city traffic"),
    "detour": _own(1.3, "road/straight", 1, 5, "roads are longer than the straight line"),
    "box_tubes": _own(100, "tubes", 1, 10_000),
    "vehicle_boxes": _own(20, "boxes", 1, 10_000),
    "loading_minutes": _own(3, "min", 0, 240, "each stop"),
    "unloading_minutes": _own(5, "min", 0, 240, "each arrival at a lab"),
    "move_minutes": _own(30, "min", 0, 1440, "a team moves to its next site"),
    "site_spread_m": _own(400, "m", 0, 100_000, "sites of one cell lie within this distance of its middle"),
    "sampler_cost": _own(1, "relative", 0, 1e9, "one more sampler"),
    "vehicle_cost": _own(3, "relative", 0, 1e9, "one more vehicle with its driver"),
    "lab_cost": _own(0.5, "relative", 0, 1e9, "one more tube an hour of lab capacity"),
}
