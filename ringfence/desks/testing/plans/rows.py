"""A worked-out plan written down: hours, labs, sites, trips, totals."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np

from ringfence.desks.testing.plans.answer import HourRow, LabPlan, SitePlan, Stop, Totals, Trip
from ringfence.desks.testing.plans.building import Built
from ringfence.desks.testing.plans.told import Told
from ringfence.science.testing_plan import HOUR, Ints, by_hour
from ringfence.science.testing_plan_labs import report, results_by
from ringfence.science.testing_plan_solve import Solved

HOUR_COLUMNS = tuple(each.name for each in fields(HourRow))


class Rows:
    """One plan being written down; `n_hours` whole hours until the last report."""

    def __init__(self, told: Told, built: Built, plan: Solved) -> None:
        self.told, self.built, self.plan = told, built, plan
        self.n_hours = max(-(-plan.end // HOUR), 1)
        self.edges = (np.arange(self.n_hours) + 1) * HOUR
        sealed = plan.sampling.sealed
        self.station = np.repeat(np.arange(len(built.site)), np.diff(sealed.offset))
        self.new = sealed.people > 0
        trips = plan.trips
        self.trip_of = np.repeat(np.arange(len(trips.lab)), np.diff(np.concatenate(([0], trips.stops))))
        self.boxes = -(-trips.tubes // plan.means.handling.box)
        self.node_station = np.searchsorted(sealed.offset, plan.nodes.first, side="right") - 1

    def _by_station(self, weight: Ints) -> Ints:
        """A weight of tubes by station and hour of sealing: int64[n_stations, n_hours]."""
        hour = np.maximum(-(-self.plan.sampling.sealed.at[self.new] // HOUR) - 1, 0)
        place = self.station[self.new] * self.n_hours + hour
        found = np.bincount(place, weights=weight[self.new], minlength=len(self.built.site) * self.n_hours)
        return found.astype(np.int64).reshape(len(self.built.site), self.n_hours)

    def hours(self) -> tuple[HourRow, ...]:
        """The whole round, hour by hour."""
        plan, sealed, trips, n = self.plan, self.plan.sampling.sealed, self.plan.trips, self.n_hours
        people = self._by_station(sealed.people)
        samplers = np.where(people > 0, plan.sampling.samplers[:, None], 0).sum(axis=0)
        collected = by_hour(trips.leave, trips.tubes, n)
        held, (_, at, tubes) = self._held_and_coming()
        received = by_hour(np.concatenate((trips.arrive, at)), np.concatenate((trips.load, tubes)), n)
        results = np.diff(self._results(self.edges), prepend=0)
        reported = np.diff(self._reported(), prepend=0)
        new = by_hour(sealed.at[self.new], None, n)
        at_sites = np.cumsum(new) + int((~self.new).sum()) - np.cumsum(collected)
        on_road = np.cumsum(collected) + int(tubes.sum()) - np.cumsum(received)
        in_labs = int(held.sum()) + np.cumsum(received) - np.cumsum(results)
        to_report = np.cumsum(results) - np.cumsum(reported)
        happens = (samplers, people.sum(axis=0), new, collected, received, results, reported)
        columns = np.stack((*happens, at_sites, on_road, in_labs, to_report), axis=1)
        return tuple(
            HourRow(**dict(zip(HOUR_COLUMNS, (hour, *row), strict=True))) for hour, row in enumerate(columns.tolist())
        )

    def _held_and_coming(self) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
        """Tubes that each lab holds from the start, int64[n_labs]; (lab, at, tubes) of those on the road, int64[n] each."""
        held = np.array([each.queue for each in self.told.labs], np.int64)
        lab, at, tubes = (each[int((held > 0).sum()) :] for each in self.plan.means.before)  # queues stand first
        return held, (lab, at, tubes)

    def _results(self, moments: Ints) -> Ints:
        total = np.zeros(len(moments), np.int64)
        for lab, tested in enumerate(self.plan.tested):
            if tested is not None:
                total += results_by(self.plan.means.labs, lab, tested, moments)
        return total

    def _reported(self) -> Ints:
        """Tubes reported by the end of each hour, int64[n_hours]."""
        means = self.plan.means
        if means.report_h is None:
            return self._results(self.edges - means.report_s)
        there = [each for each in self.plan.tested if each is not None]
        ended = np.concatenate([each.ended for each in there])
        count = np.concatenate([each.tubes for each in there])
        order = np.argsort(ended, kind="stable")
        done = report(ended[order], count[order], means.report_s, means.report_h)
        whole = np.concatenate(([0], np.cumsum(count[order])))
        return whole[np.searchsorted(done, self.edges, side="right")]

    def labs(self) -> tuple[LabPlan, ...]:
        """Every lab, also those that get nothing."""
        plan, means = self.plan, self.plan.means
        held, road = self._held_and_coming()
        found = []
        for n, lab in enumerate(self.told.labs):
            tested = plan.tested[n]
            none = (0,) * self.n_hours
            received = waiting = results = none
            if tested is not None:
                mine, coming = plan.trips.lab == n, road[0] == n
                at = np.concatenate((plan.trips.arrive[mine], road[1][coming]))
                come = by_hour(at, np.concatenate((plan.trips.load[mine], road[2][coming])), self.n_hours)
                begun = results_by(means.labs, n, tested, self.edges + means.labs.run_s[n])
                received, waiting = _whole(come), _whole(held[n] + np.cumsum(come) - begun)
                results = _whole(np.diff(results_by(means.labs, n, tested, self.edges), prepend=0))
            found.append(
                LabPlan(
                    id=lab.id,
                    mobile=lab.mobile,
                    tubes=0 if tested is None else int(tested.tubes.sum()),
                    sites=len(np.unique(self.node_station[plan.nodes.lab == n])),
                    vehicles=len(np.unique(plan.trips.vehicle[plan.trips.lab == n])),
                    first_h=None if tested is None else _hours(int(tested.received.min())),
                    last_h=None if tested is None else _hours(int(tested.received.max())),
                    finish_h=None if tested is None else _hours(int(tested.ended.max())),
                    capacity=_whole(means.labs.rate[n, : self.n_hours]),
                    received=received,
                    waiting=waiting,
                    results=results,
                )
            )
        return tuple(found)

    def sites(self) -> tuple[SitePlan, ...]:
        """Every site."""
        plan, own, sealed = self.plan, self.plan.means.stations, self.plan.sampling.sealed
        people, tubes = self._by_station(sealed.people), self._by_station(np.ones(len(sealed.at), np.int64))
        labs: list[list[str]] = [[] for _ in self.built.site]
        for station, lab in zip(self.node_station, plan.nodes.lab, strict=True):
            labs[station].append(self.told.labs[lab].id)
        queue_h = self.told.figure("queue_minutes") / 60
        found = []
        for n, site in enumerate(self.built.site):
            busy = np.flatnonzero(tubes[n])
            lo, hi = (int(busy[0]), int(busy[-1]) + 1) if len(busy) else (0, 0)
            samplers, team = int(plan.sampling.samplers[n]), int(plan.sampling.team[n])
            window = plan.means.windows
            after = window.clock(window.worked(np.array([plan.means.now])) + plan.sampling.begin[n] + 1)
            found.append(
                SitePlan(
                    site=site,
                    cell=self.built.cell[n],
                    x=round(float(own.x[n]), 1),
                    y=round(float(own.y[n]), 1),
                    pool=float(own.pool[n]),
                    people=int(own.people[n]),
                    tubes=int(tubes[n].sum()),
                    waiting=int(own.waiting[n]),
                    samplers=samplers,
                    lanes=samplers,
                    team=None if team < 0 else team + 1,
                    from_h=_hours(int(after[0]) - 1) if len(busy) else None,
                    until_h=_hours(int(sealed.at[sealed.offset[n + 1] - 1])) if len(busy) else None,
                    slot_people=math.floor(samplers * float(own.swabs_h[n]) * queue_h),
                    labs=tuple(dict.fromkeys(labs[n])),
                    hour=lo,
                    people_by_hour=_whole(people[n, lo:hi]),
                    tubes_by_hour=_whole(tubes[n, lo:hi]),
                )
            )
        return tuple(found)

    def trips(self) -> tuple[Trip, ...]:
        """Every trip with its stops; boxes are numbered within their site, in the order in which they are fetched."""
        trips = self.plan.trips
        station = self.node_station[trips.node] if len(trips.node) else trips.node
        site = np.unique(np.array(self.built.site, dtype=object).astype(str), return_inverse=True)[1][station]
        order = np.lexsort((trips.leave, site))
        begins = np.searchsorted(site[order], site[order], side="left")
        counted = np.cumsum(self.boxes[order]) - self.boxes[order]
        first = np.empty(len(order), np.int64)
        first[order] = counted - counted[begins] + 1
        begin, found = 0, []
        for n, end in enumerate(trips.stops):
            stops = tuple(
                Stop(
                    site=self.built.site[station[k]],
                    reach_h=_hours(int(trips.reach[k])),
                    leave_h=_hours(int(trips.leave[k])),
                    tubes=int(trips.tubes[k]),
                    boxes=int(self.boxes[k]),
                    first_box=int(first[k]),
                )
                for k in range(begin, int(end))
            )
            found.append(
                Trip(
                    trip=n + 1,
                    vehicle=int(trips.vehicle[n]) + 1,
                    lab=self.told.labs[int(trips.lab[n])].id,
                    begin_h=_hours(int(trips.begin[n])),
                    arrive_h=_hours(int(trips.arrive[n])),
                    tubes=sum(stop.tubes for stop in stops),
                    boxes=sum(stop.boxes for stop in stops),
                    stops=stops,
                )
            )
            begin = int(end)
        return tuple(found)

    def totals(self) -> Totals:
        """How large it all is."""
        plan, means, told, trips = self.plan, self.plan.means, self.told, self.plan.trips
        sealed = plan.sampling.sealed
        left = int(means.stations.people.sum())
        road = np.repeat(trips.arrive[self.trip_of], trips.tubes) - sealed.at[_places(trips.first, trips.tubes)]
        return Totals(
            people=self.built.people_in_all,
            people_left=left,
            tubes=len(sealed.at),
            sites=len(set(self.built.site)),
            samplers=means.samplers + int(means.stations.samplers.sum()),
            samplers_by_formula=math.ceil(left / told.figure("people_per_sampler")),
            sites_by_formula=math.ceil(self.built.people_in_all / told.figure("people_per_site")),
            vehicles=len(means.fleet.x),
            vehicles_used=len(np.unique(trips.vehicle)),
            labs=len(told.labs),
            labs_used=sum(each is not None for each in plan.tested),
            trips=len(trips.lab),
            boxes=int(self.boxes.sum()),
            lab_tubes_per_hour=int(means.labs.rate.max(axis=1).sum()),
            late_tubes=int((road > means.handling.limit_s).sum()),
            slowest_tube_h=_hours(int(road.max(initial=0))),
        )


def _places(first: Ints, count: Ints) -> Ints:
    """first[k], first[k] + 1, … count[k] of them, for each k after another."""
    return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))


def _whole(numbers: Ints) -> tuple[int, ...]:
    return tuple(int(each) for each in numbers)


def _hours(seconds: int) -> float:
    return round(seconds / HOUR, 4)
