"""The plan of a round under way: what is on record now, made into what a plan is worked out from.

Hours count from the whole hour in which the round was opened, so that hour 0 is the round's first. The record has no
vehicles of its own: they are told, else those that were seen on a trip within a day.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ringfence.core.access import Scope
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.policy import Number
from ringfence.desks.testing.plans.figures import DEFAULTS, OWN, Figure
from ringfence.desks.testing.plans.layout import Point, lay_out
from ringfence.desks.testing.plans.on_record import (
    CellOnRecord,
    OnRecord,
    RoundOnRecord,
    on_record,
    round_on_record,
    serving,
)
from ringfence.desks.testing.plans.standing import Remark, Standing
from ringfence.desks.testing.plans.told import About, Cell, Lab, Site, Told, Underway, VehicleGroup
from ringfence.facts.ids import OutbreakId, PlaceId, RoundId
from ringfence.registry.queries.areas import place_points, zone_at
from ringfence.science.testing_plan_shares import apportion

LONGEST = timedelta(days=4)
"""Of a round opened longer ago, hours count from now: a plan looks two weeks ahead of its first hour."""
HELD_H = 24.0
"""Where the deadline has passed, a plan is held against so many hours from now."""
MOST_HOURS = 240
MOST_VEHICLES = 10_000
UNPLACED_MIN = 15.0

FROM_PACK: Mapping[str, tuple[str, float]] = {
    "people_per_sampler": ("people_per_sampler", 1),
    "swabs_per_hour": ("swabs_per_hour", 1),
    "box_tubes": ("tubes_per_box", 1),
    "sampling_hours": ("sampling_within", 3600),
    "queue_minutes": ("queue_at_most", 60),
    "transport_hours": ("transport_within", 3600),
}
"""Figure of the plan -> the pack's number, and how many of the number's units (seconds of a span) make one of the figure's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What a plan is made from, and how it came about. Hour 0 of the plan begins at `begins_at`."""

    round: RoundId
    begins_at: datetime
    as_of: datetime
    deadline_at: datetime
    deadline_passed: bool
    standing: Standing
    remarks: tuple[Remark, ...]
    told: Told


def gather(  # noqa: PLR0913 (each may be told)
    scope: Scope,
    numbers: Mapping[str, Number],
    *,
    outbreak: OutbreakId,
    round_id: RoundId | None,
    now: datetime,
    vehicles: int | None = None,
    within_hours: float | None = None,
) -> Gathered:
    """A round as it stands at the asker's places. Raises `Refused` where there is nothing to plan or nobody to do it.

    `within_hours`: the plan is held against so many hours from now instead of the round's deadline.
    """
    known = round_on_record(scope, outbreak, round_id)
    if known is None:
        raise Refused("not_known_here", what="round", id=round_id) if round_id else Refused("plan_no_round")
    if known.closed_at is not None:
        raise Refused("plan_round_closed", number=known.number, closed_at=from_micros(known.closed_at))
    figures = figures_of(numbers)
    found = on_record(scope, known, to_micros(now), round(figures["transport_hours"].value * 3600e6))
    _there_is_something(found, vehicles, within_hours)
    return _Gathering(found, figures, now, within_hours, vehicles).done()


def figures_of(numbers: Mapping[str, Number]) -> dict[str, Figure]:
    """The plan's figures with a pack's numbers in their place, each with its own source."""
    found = dict(DEFAULTS)
    for name, (field, unit) in FROM_PACK.items():
        if (number := numbers.get(field)) is not None:
            value = number.value.total_seconds() if isinstance(number.value, timedelta) else float(number.value)
            found[name] = _sourced(found[name], value / unit, [number])
    ends = [numbers[name] for name in ("people_per_site_min", "people_per_site_max") if name in numbers]
    if ends:
        found["people_per_site"] = _sourced(
            found["people_per_site"], sum(float(each.value) for each in ends) / len(ends), ends
        )
    found["unplaced_minutes"] = replace(
        found["move_minutes"],
        value=UNPLACED_MIN,
        source=f"{OWN}: a place without coordinates, from the middle of the jurisdiction above it",
    )
    return found


def _sourced(figure: Figure, value: float, numbers: Sequence[Number]) -> Figure:
    source = "; ".join(dict.fromkeys(f"{each.source} [{each.from_pack}]" for each in numbers))
    sure = next((each.certainty.value for each in numbers if each.certainty), "K")
    return replace(figure, value=value, source=source, certainty=sure)


def _there_is_something(found: OnRecord, vehicles: int | None, within_hours: float | None) -> None:
    if not found.laboratories:
        raise Refused("plan_no_laboratory", number=found.round.number)
    if vehicles is not None and not 1 <= vehicles <= MOST_VEHICLES:
        raise Refused("plan_vehicles_unfit", told=vehicles, most=MOST_VEHICLES)
    if within_hours is not None and not 0 < within_hours <= MOST_HOURS:
        raise Refused("plan_hours_unfit", hours=within_hours, most=MOST_HOURS)
    if not any(each.left for each in found.cells) and not any(each.waiting for each in found.sites):
        on_road = sum(each.tubes for each in found.trips)
        waiting = sum(each.queue for each in found.laboratories)
        raise Refused("plan_nothing_left", number=found.round.number, on_road=on_road, waiting=waiting)


class _Gathering:
    """One round on its way into a plan."""

    def __init__(
        self,
        found: OnRecord,
        figures: dict[str, Figure],
        now: datetime,
        within_hours: float | None,
        vehicles: int | None,
    ) -> None:
        self.found, self.figures, self.now = found, figures, now
        self.known: RoundOnRecord = found.round
        self.zone = ZoneInfo(zone_at(self.known.path))
        opened = max(from_micros(self.known.opened_at), now - LONGEST)
        self.begins_at = opened.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        due = from_micros(self.known.due_at)
        self.passed = due <= now
        held = HELD_H if within_hours is None and self.passed else within_hours
        self.deadline_at = due if held is None else now + timedelta(hours=held)
        self.told_hours = within_hours
        self.count = max(found.vehicles, 1) if vehicles is None else vehicles
        self.vehicles_told = vehicles is not None
        self.remarks: list[Remark] = []
        self.points, self.unplaced = self._places()

    def hour(self, micros: int) -> float:
        """A moment as an hour of the plan."""
        return (from_micros(micros) - self.begins_at).total_seconds() / 3600

    def remark(self, code: str, **told: Any) -> None:
        """Keep what a reader must know."""
        self.remarks.append(Remark(code=code, told=told))

    def _places(self) -> tuple[dict[str, Point], int]:
        found = self.found
        paths: dict[str, str] = {each.id: each.path for each in found.sites} | {
            each.id: each.path for each in found.laboratories
        }
        if not found.sites:
            paths |= {each.path: each.path for each in found.cells}
        known = place_points(list(paths))
        speed = self.figures["speed_kmh"].value / 3.6 / self.figures["detour"].value
        reach = speed * 60 * self.figures["unplaced_minutes"].value
        return lay_out(paths, known, reach), len(paths) - len(known)

    def done(self) -> Gathered:
        """All of it."""
        self.figures["deadline_hours"] = self._deadline()
        sites, cells = self._sites(), self._cells()
        told = Told(
            round=self._about(),
            cells=cells,
            sites=sites,
            labs=self._labs(),
            vehicles=self._vehicles(),
            underway=tuple(self._underway()),
            figures=self.figures,
        )
        self._remarks()
        return Gathered(
            round=self.known.id,
            begins_at=self.begins_at,
            as_of=self.now,
            deadline_at=self.deadline_at,
            deadline_passed=self.passed,
            standing=self._standing(),
            remarks=tuple(self.remarks),
            told=told,
        )

    def _about(self) -> About:
        return About(
            name=self.known.title or str(self.known.number),
            start=self.begins_at.replace(tzinfo=None),
            sampling=self._hours_of_sampling(),
            now_hour=self.hour(to_micros(self.now)),
        )

    def _deadline(self) -> Figure:
        hours = (self.deadline_at - self.begins_at).total_seconds() / 3600
        given = self.told_hours is not None or self.passed
        source = f"{OWN}: hours from now" if given else "the round's own deadline, on record"
        return replace(
            self.figures["deadline_hours"], value=round(hours, 4), source=source, certainty="K" if given else "-"
        )

    def _hours_of_sampling(self) -> str:
        """The clock's hours in which sites take people: from the first that opens to the last that shuts."""
        sites = self.found.sites
        spans = [(each.opens_at, each.closes_at) for each in sites if each.opens_at and each.closes_at]
        if not spans or len(spans) < len(sites):
            return "00:00-24:00"
        begin = min(self._clock(opens) for opens, _ in spans)
        end = max(self._clock(closes) for _, closes in spans)
        if len(set(spans)) > 1:
            self.remark("hours_differ", begin=begin, end=end, n=len(sites))
        return f"{begin}-{end}" if begin != end else "00:00-24:00"

    def _clock(self, micros: int) -> str:
        return f"{from_micros(micros).astimezone(self.zone):%H:%M}"

    def _at(self, id_: str) -> dict[str, Any]:
        x, y = self.points[id_]
        return {"x": x, "y": y}

    # -- who samples where --------------------------------------------------------------------------------------------

    def _sites(self) -> tuple[Site, ...]:
        """A sampler stands at each lane, and one for each size of pool: more lanes can be opened."""
        self.sizes: dict[str, set[int]] = defaultdict(set)
        self.going = [(cell, serving(cell, self.found.sites)) for cell in self.found.cells]
        for cell, sites in self.going:
            for each in sites if cell.left else ():
                self.sizes[each.id].add(cell.pool)
        return tuple(
            Site(
                id=each.id,
                samplers=max(each.lanes, len(self.sizes[each.id])),
                swabs_per_hour=each.swabs_per_hour,
                waiting=each.waiting,
                **self._at(each.id),
            )
            for each in self.found.sites
        )

    def _cells(self) -> tuple[Cell, ...]:
        """The people of each site and pool size stand where their site does: the record says which cells it serves."""
        if not self.found.sites:
            self.remark("no_site", people=sum(each.left for each in self.found.cells))
            return tuple(
                Cell(id=c.path, population=max(c.to_test, c.left), sampled=c.to_test - c.left, pool=_pool(c.pool), **self._at(c.path))
                for c in self.found.cells
            )  # fmt: skip
        left: Counter[tuple[str, int]] = Counter()
        sampled: Counter[tuple[str, int]] = Counter()
        largest: dict[tuple[str, int], tuple[int, str]] = {}
        for cell, sites in self.going:
            shares = _shares(cell, [each.lanes * each.swabs_per_hour for each in sites])
            for n, (site, people) in enumerate(zip(sites, shares, strict=True)):
                key = (str(site.id), cell.pool)
                left[key] += people
                sampled[key] += 0 if n else cell.to_test - cell.left
                largest[key] = max(largest.get(key, (-1, "")), (people, cell.path))
        return tuple(
            Cell(id=largest[key][1], population=left[key] + sampled[key], sampled=sampled[key], pool=_pool(key[1]), **self._at(key[0]))
            for key in sorted(left)
        )  # fmt: skip

    # -- who fetches and tests ----------------------------------------------------------------------------------------

    def _labs(self) -> tuple[Lab, ...]:
        return tuple(
            Lab(
                id=each.id,
                tubes_per_hour=each.tubes_per_hour,
                mobile=each.mobile,
                queue=each.queue,
                from_hour=max(self.hour(each.from_at), 0.0) if each.from_at else 0.0,
                until_hour=self.hour(each.until_at) if each.until_at else None,
                **self._at(each.id),
            )
            for each in self.found.laboratories
        )

    def _vehicles(self) -> tuple[VehicleGroup, ...]:
        """Those under way are free where they arrive; the others stand at the laboratories, by what these can test."""
        labs, now = self.found.laboratories, to_micros(self.now)
        first: dict[str, tuple[int, PlaceId]] = {}
        for each in self.found.trips:
            first[each.vehicle] = max(first.get(each.vehicle, (0, each.laboratory)), (each.at, each.laboratory))
        busy = sorted(first.values())[: self.count]
        groups = [VehicleGroup(count=1, at_lab=lab, from_hour=self.hour(max(at, now))) for at, lab in busy]
        seats = apportion(np.array([each.tubes_per_hour for each in labs], float), self.count - len(busy))
        groups += [VehicleGroup(count=int(n), at_lab=lab.id) for n, lab in zip(seats.tolist(), labs, strict=True) if n]
        self.remark(
            "vehicles_told" if self.vehicles_told else "vehicles_seen" if self.found.vehicles else "vehicles_none",
            n=self.count, seen=self.found.vehicles, busy=len(busy),
        )  # fmt: skip
        return tuple(groups)

    def _underway(self) -> list[Underway]:
        now, known = to_micros(self.now), {each.id for each in self.found.laboratories}
        return [
            Underway(lab=each.laboratory, tubes=each.tubes, eta_hour=self.hour(max(each.at, now)))
            for each in self.found.trips
            if each.laboratory in known
        ]

    # -- what a reader must know --------------------------------------------------------------------------------------

    def _remarks(self) -> None:
        places = len(self.points)
        if self.unplaced:
            minutes = f"{self.figures['unplaced_minutes'].value:g}"
            self.remark("unplaced", n=self.unplaced, of=places, minutes=minutes)
        if self.passed and self.told_hours is None:
            self.remark("deadline_passed", hours=f"{HELD_H:g}")
        held = sum(len(sizes) > each.lanes for each in self.found.sites if (sizes := self.sizes[each.id]))
        if held:
            self.remark("sampler_added", n=held)
        if any(each.queue for each in self.found.laboratories):
            self.remark("queues", n=sum(each.queue for each in self.found.laboratories))

    def _standing(self) -> Standing:
        found = self.found
        return Standing(
            roster=sum(each.people for each in found.cells),
            excused=sum(each.excused for each in found.cells),
            swabbed=sum(each.swabbed for each in found.cells),
            left=sum(each.left for each in found.cells),
            tubes_at_sites=sum(each.waiting for each in found.sites),
            tubes_on_road=sum(each.tubes for each in found.trips),
            tubes_in_laboratories=sum(each.queue for each in found.laboratories),
            sites=len(found.sites),
            lanes=sum(each.lanes for each in found.sites),
            laboratories=len(found.laboratories),
            vehicles=self.count,
            vehicles_seen=found.vehicles,
            without_coordinates=self.unplaced,
            places=len(self.points),
        )


def _pool(size: int) -> int | str:
    return size or "household"


def _shares(cell: CellOnRecord, weights: Sequence[int]) -> list[int]:
    """A cell's people left over the sites that serve it, by what these can take."""
    whole = max(sum(weights), 1)
    parts = [math.floor(cell.left * each / whole) for each in weights]
    for n in range(cell.left - sum(parts)):
        parts[n % len(parts)] += 1
    return parts
