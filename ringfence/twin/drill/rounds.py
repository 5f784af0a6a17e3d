"""Rounds that players open, swabbed by the simulation: who comes, in which tube, at which site, when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ringfence.facts.rounds import RoundOpened
from ringfence.registry.queries import areas
from ringfence.twin.drill.heard import Heard
from ringfence.twin.drill.workspace import Workspace, person_id
from ringfence.twin.drill.world import World

SET_UP = timedelta(minutes=30)
COMES = 503
LARGEST = 50


@dataclass(frozen=True, slots=True)
class Pool:
    """A tube of a round, before it is sealed."""

    code: str
    site: int
    people: tuple[int, ...]
    at: datetime


@dataclass
class Rounds:
    """The rounds that are under way."""

    workspace: Workspace
    _planned: dict[str, list[Pool]] = field(default_factory=dict)

    def sealed_by(self, heard: Heard, world: World, at: datetime) -> list[dict[str, Any]]:
        """The tubes that are sealed by a moment and not told yet; who is kept apart or found does not stand in a queue."""
        told = []
        for id_, (opened, by_player) in heard.rounds.items():
            if not by_player:
                continue
            if id_ not in self._planned:
                self._planned[id_] = self._plan(opened, world)
            for pool in self._planned[id_]:
                site = self.workspace.sites[pool.site]
                if pool.at > at or pool.code in heard.codes or not heard.lanes.get(site, 0):
                    continue
                people = tuple(
                    each
                    for each in map(person_id, pool.people)
                    if each not in heard.found and not heard.is_apart(each, at)
                )
                if people:
                    told.append({
                        "code": pool.code, "site": site, "people": people, "round": opened.round,
                        "station": f"drill-{pool.site + 1}", "at": pool.at,
                    })  # fmt: skip
        return told

    def _plan(self, opened: RoundOpened, world: World) -> list[Pool]:
        """Everybody of the area who comes, in the order of their homes, so many to a tube, over the hours of sampling."""
        path = areas.path_of(opened.jurisdiction) or ""
        settings = self.workspace.drill.settings
        size = min(max(opened.pool_size, 1), LARGEST)
        pools: list[tuple[int, tuple[int, ...]]] = []
        for cell_path, cell in self.workspace.cell_of_path.items():
            if not cell_path.startswith(path):
                continue
            row = world.city.map.cells[cell]
            numbers = range(int(row["start"]), int(row["start"]) + int(row["people"]))
            come = [n for n in numbers if world.chance(n * 1009 + opened.number, COMES) < settings.participation]
            site = int(row["area"]) % len(self.workspace.sites)
            pools += [(site, tuple(come[n : n + size])) for n in range(0, len(come), size)]
        step = timedelta(hours=settings.sampling_hours) / max(len(pools), 1)
        first = opened.at + SET_UP
        tail = opened.round.rpartition("_")[2][:5].upper()
        ordered = sorted(range(len(pools)), key=lambda n: world.chance(n, COMES + 1))  # all sites at the same time
        return [
            Pool(f"DR{tail}{place:05d}", pools[place][0], pools[place][1], first + step * n)
            for n, place in enumerate(ordered)
        ]
