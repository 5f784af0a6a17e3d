"""How a round stood when it was planned, and what must be known of what the plan rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Something a reader must know of what the plan rests on: `planremark.CODE`, filled in with `told`."""

    code: str
    told: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far a round is, as it was put into the plan: people of the roster, tubes by where they are."""

    roster: int
    excused: int
    swabbed: int
    left: int
    tubes_at_sites: int
    tubes_on_road: int
    tubes_in_laboratories: int
    sites: int
    lanes: int
    laboratories: int
    vehicles: int
    vehicles_seen: int
    without_coordinates: int
    places: int
