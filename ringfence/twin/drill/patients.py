"""Who comes to a clinic in a drill, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ringfence.twin.drill.heard import Heard
from ringfence.twin.drill.workspace import Workspace, person_id
from ringfence.twin.drill.world import Patient, World

COME_BACK = 3
"""Who sought help so many days before the drill began, and nobody tested them, comes again on its first day."""
FIRST_MORNING = 2.0  # hours in which they do
MORNING = 401


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who will come to a clinic; `infected` is what only the controller knows."""

    at: datetime
    code: str  # of their tube
    patient: Patient
    infected: bool


def expected(workspace: Workspace, world: World) -> list[Coming]:
    """Who comes, by the moment, as the outbreak stands now: the ill, and as many with something else as the scenario says."""
    first, last = workspace.drill.settings.smoulders_days, workspace.day(workspace.ends_at)
    ill = [each for each in world.patients() if first - COME_BACK <= each.day <= last]
    found = [Coming(_moment(workspace, world, each), code_of(each), each, infected=True) for each in ill]
    for day in range(first, last + 1):
        found += [
            Coming(workspace.moment(each.day, each.hour), code_of(each), each, infected=False)
            for each in world.others(day)
        ]
    return sorted(found, key=lambda each: (each.at, each.code))


def _moment(workspace: Workspace, world: World, each: Patient) -> datetime:
    """When a patient comes; those who came in vain before the drill are there on its first morning."""
    told = workspace.moment(each.day, each.hour)
    early = workspace.begins_at + timedelta(hours=FIRST_MORNING * world.chance(each.person, MORNING))
    return max(told, early)


def code_of(patient: Patient) -> str:
    """The code of a patient's tube."""
    return f"DC{patient.person:07d}D{patient.day:03d}"


def stays_away(heard: Heard, coming: Coming) -> bool:
    """Whether somebody has come already, is known to be infected, or is kept apart."""
    person = person_id(coming.patient.person)
    return coming.code in heard.codes or person in heard.found or heard.is_apart(person, coming.at)
