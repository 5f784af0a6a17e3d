"""Where a drill stands: its folder, its city, and how days of the twin and moments of the drill belong together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.drill import Mark, mark_of
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.facts.drill import DrillForm
from ringfence.facts.ids import OutbreakId, PersonId, PlaceId, derive
from ringfence.twin import city as cities
from ringfence.twin.city import City
from ringfence.twin.drill.plan import Drill, read_drill, span
from ringfence.twin.drill.world import World

DRILL = "drill"
"""The feed that tells what the simulation does."""
REGISTER = "drill"
"""Whose codes the register's are."""
FOLDER = "drill"
SCENARIO = "scenario.toml"
FILES = "results"
NOON = 12


@dataclass(frozen=True)
class Workspace:
    """A drill's home, opened."""

    home: Path
    mark: Mark
    drill: Drill

    @property
    def form(self) -> DrillForm:
        """How it is held."""
        return DrillForm(self.mark.form)

    @property
    def outbreak(self) -> OutbreakId:
        """The outbreak that is played."""
        return OutbreakId(self.mark.told["outbreak"])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its days count."""
        return ZoneInfo(self.mark.told["zone"])

    @property
    def begins_at(self) -> datetime:
        """When it begins, in its own time."""
        return from_micros(self.mark.told["begins_at"])

    @property
    def ends_at(self) -> datetime:
        """When its timetable is over."""
        return self.begins_at + span(self.drill.settings.lasts)

    @property
    def clinics(self) -> list[PlaceId]:
        """Fever clinics."""
        return [PlaceId(each) for each in self.mark.told["clinics"]]

    @property
    def sites(self) -> list[PlaceId]:
        """Sampling sites, one for each township."""
        return [PlaceId(each) for each in self.mark.told["sites"]]

    @property
    def laboratories(self) -> list[PlaceId]:
        """Laboratories."""
        return [PlaceId(each) for each in self.mark.told["laboratories"]]

    @property
    def files(self) -> Path:
        """Where files for the players lie: results of laboratories."""
        return self.home / FOLDER / FILES

    @cached_property
    def city(self) -> City:
        """The synthetic city, mapped from disk."""
        return cities.load(self.home / FOLDER / "city")

    @cached_property
    def cell_of_path(self) -> dict[str, int]:
        """Path of a cell -> its number in the city."""
        return {path: n for n, path in enumerate(self.mark.told["cells"])}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Id of a person -> their number in the city."""
        return {person_id(n): n for n in range(self.city.people)}

    def world(self) -> World:
        """The outbreak, as nobody has done anything about it yet."""
        return World(self.city, self.drill.scenario, self.drill.settings.replicate, self.mark.told["seed"])

    def moment(self, day: int, hour: float) -> datetime:
        """A day of the twin and an hour of it, as a moment of the drill."""
        first = self.begins_at.astimezone(self.zone).date()
        on = first + timedelta(days=day - self.drill.settings.smoulders_days)
        return datetime.combine(on, time(), self.zone) + timedelta(hours=hour)

    def day(self, moment: datetime) -> int:
        """The day of the twin in which a moment lies."""
        first = self.begins_at.astimezone(self.zone).date()
        return (moment.astimezone(self.zone).date() - first).days + self.drill.settings.smoulders_days

    def from_day(self, moment: datetime) -> int:
        """The first day on which somebody kept apart at a moment infects nobody: the same day before noon, else the next."""
        return self.day(moment) + (moment.astimezone(self.zone).hour >= NOON)


def person_id(number: int) -> PersonId:
    """The id of a person of the synthetic city."""
    return PersonId(derive("person", REGISTER, f"P{number:09d}"))


def open_workspace(home: Path, book: Any) -> Workspace:
    """Open a drill's home; refused where the folder is none."""
    mark = mark_of(home)
    if mark is None:
        raise Refused("drill_not_here", home=str(home))
    return Workspace(home, mark, read_drill(str(home / FOLDER / SCENARIO), book))
