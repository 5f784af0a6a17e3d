"""The plan of a whole-city testing round: labs shared out by flow, vehicles sent by list, improved until it stands still.

Each turn gives labs that end early the tubes of labs that end late and sends the vehicles anew; the best turn is kept.
Two rules share everything but the choice of a tube's lab: `balanced`, ours, and `nearest`, the plain one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from ringfence.science.testing_plan import HOUR, Floats, Ints, far
from ringfence.science.testing_plan_bound import Relaxed, by_labs, least
from ringfence.science.testing_plan_labs import NEVER, TUBE, Tested, report, test
from ringfence.science.testing_plan_means import STAGES, Means, Sampling, sampling
from ringfence.science.testing_plan_shares import apportion, least_travel
from ringfence.science.testing_plan_trips import Manner, Nodes, Trips, Vehicles, send

KEEN = (0.5, 1.0, 3.0, 16.0)
"""How much a stop may gain over a lab's idle time, tried for all labs alike and then for each lab by itself."""
QUICK = (1.0, 16.0)
TURNS = 6
CALMER = ((0, 3600), (900, -1), (3600, -1))
SAME_S = 60
"""Finishes closer than this are the same: then the plan with fewer trips is better."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan: sampling, the stations as labs see them, trips, what each lab did, and when each stage ends (seconds).

    `tested[lab]` is None for a lab that gets nothing. `finish` by stage; the round ends with `reporting`.
    """

    means: Means
    sampling: Sampling
    nodes: Nodes
    trips: Trips
    tested: tuple[Tested | None, ...]
    finish: dict[str, int]
    manner: Manner

    @property
    def end(self) -> int:
        """When the last tube is reported."""
        return self.finish["reporting"]


def relaxed(means: Means, release: Ints) -> Relaxed:
    """The round as the bounds see it, from the earliest moments at which new tubes can be sealed (ascending)."""
    own, labs, fleet, handling = means.stations, means.labs, means.fleet, means.handling
    speed = float(fleet.speed.max())
    way = far(labs.x, labs.y, own.x, own.y)
    handled = handling.load_s + handling.unload_s
    reach = np.floor(way.min(axis=1) / speed).astype(np.int64) + handled
    first = int(release[0]) if len(release) else means.now
    there = np.full(len(own.x), first)
    if not means.roads_only:
        places, which = np.unique(np.stack((fleet.x, fleet.y), axis=1), axis=0, return_inverse=True)
        free = np.array([fleet.free[which.ravel() == each].min() for each in range(len(places))])
        drive = (far(places[:, 0], places[:, 1], own.x, own.y) / speed + free[:, None]).min(axis=0)
        there = np.maximum(first, np.floor(drive).astype(np.int64))
    there = np.where(own.waiting > 0, np.minimum(there, means.now), there) if means.roads_only else there
    opens = (there[None, :] + np.floor(way / speed).astype(np.int64)).min(axis=1) + handled
    held = int(means.before[2].sum()) + int(own.waiting.sum())
    begins = np.flatnonzero(np.diff(release, prepend=-1))
    return Relaxed(
        release[begins], len(release) - begins, held, means.now, reach, opens, means.report_s, means.report_h or 0
    )


class _Search:
    """One search for a plan: what does not change between its turns."""

    def __init__(self, means: Means, sampled: Sampling) -> None:
        self.means = means
        self.sampled = sampled
        own, labs, fleet = means.stations, means.labs, means.fleet
        self.speed = float(np.median(fleet.speed))
        self.cost = np.ceil(far(own.x, own.y, labs.x, labs.y) / self.speed).astype(np.int64)
        where = np.stack((fleet.x, fleet.y), axis=1)
        places, self.depot = np.unique(where, axis=0, return_inverse=True)
        self.depot = self.depot.ravel()
        self.depot_count = np.bincount(self.depot, minlength=len(places)).astype(np.int64)
        self.depot_cost = np.ceil(far(places[:, 0], places[:, 1], labs.x, labs.y) / self.speed).astype(np.int64)
        self.driving: Floats | None = None
        self.tubes = np.diff(sampled.sealed.offset)
        self.held = np.bincount(means.before[0], weights=means.before[2], minlength=len(labs.x)).astype(np.int64)
        self.reach = relaxed(means, sampled.sealed.at[:1]).reach

    # -- whose tubes go where ------------------------------------------------------------------------------------------

    def room(self, finish: int) -> Ints:
        """Tubes that each lab can still take on and report by a moment, int64[n_labs]."""
        labs = self.means.labs
        first = int(self.sampled.sealed.at.min(initial=self.means.now))
        found = np.zeros(len(labs.x), np.int64)
        for lab in range(len(labs.x)):
            waits = 0 if labs.batch[lab] else int(labs.run_s[lab])
            edge = np.array([finish - self.means.report_s - waits, first + self.reach[lab], self.means.now])
            until, begun, now = labs.work(lab, edge)
            found[lab] = max((until - max(begun, now + self.held[lab] * TUBE)) // TUBE, 0)
        return found

    def nodes(self, shares: Ints) -> Nodes:
        """Stations as labs see them: the tubes of a shared station go by the order of their sealing, largest share first."""
        station, lab = np.nonzero(shares)
        count = shares[station, lab]
        order = np.lexsort((-count, station))
        station, lab, count = station[order], lab[order], count[order]
        before = np.cumsum(count) - count
        starts = np.searchsorted(station, station, side="left")
        first = self.sampled.sealed.offset[station] + before - before[starts]
        own = self.means.stations
        return Nodes(own.x[station], own.y[station], lab.astype(np.int64), first, first + count)

    def nearest(self) -> Ints:
        """Each station's tubes to the nearest lab that ever works, int64[n, n_labs]."""
        works = self.means.labs.rate.sum(axis=1) > 0
        cost = np.where(works, self.cost, NEVER)
        shares = np.zeros_like(self.cost)
        shares[np.arange(len(cost)), cost.argmin(axis=1)] = self.tubes
        return shares

    # -- sending and testing -------------------------------------------------------------------------------------------

    def vehicles(self, nodes: Nodes) -> Vehicles:
        """The fleet with the lab that each vehicle serves first: by the driving each lab needs, from depots near by."""
        fleet, labs = self.means.fleet, self.means.labs
        weight = self.driving if self.driving is not None else self.guessed_driving(nodes)
        weight = np.where(np.bincount(nodes.lab, minlength=len(labs.x)) > 0, np.maximum(weight, 1.0), 0.0)
        seats = apportion(weight, len(fleet.x))
        home = np.full(len(fleet.x), -1, np.int64)
        if (seats[weight > 0] > 0).all() and len(nodes.x):
            flow = least_travel(self.depot_count, seats, self.depot_cost)
            if flow is not None:
                for depot in range(len(flow)):
                    home[self.depot == depot] = np.repeat(np.arange(len(labs.x)), flow[depot])
        return Vehicles(fleet.x, fleet.y, fleet.free, fleet.speed, fleet.boxes, home)

    def guessed_driving(self, nodes: Nodes) -> Floats:
        """Vehicle seconds that each lab's stations may need, float[n_labs]: stops, and ways there and back."""
        labs = self.means.labs
        way = np.hypot(nodes.x - labs.x[nodes.lab], nodes.y - labs.y[nodes.lab]) / self.speed
        box = self.means.handling.box * float(np.median(self.means.fleet.boxes))
        effort = self.means.handling.load_s + 2 * way * np.minimum((nodes.last - nodes.first) / box + 0.1, 1)
        return np.bincount(nodes.lab, weights=effort, minlength=len(labs.x)).astype(np.float64)

    def sent(self, nodes: Nodes, keen: Floats, linger_s: int = 0, hold_s: int = -1) -> Solved:
        """One plan."""
        means, sealed, manner = self.means, self.sampled.sealed, Manner(keen, linger_s, hold_s)
        if means.roads_only:
            trips = self.direct(nodes)
        else:
            queued = np.array([
                means.labs.work(lab, np.array([means.now]))[0] + self.held[lab] * TUBE for lab in range(len(self.held))
            ])  # fmt: skip
            trips = send(nodes, sealed.at, means.labs, queued, self.vehicles(nodes), means.handling, manner)
        lab = np.concatenate((means.before[0], trips.lab))
        at = np.concatenate((means.before[1], trips.arrive))
        tubes = np.concatenate((means.before[2], trips.load))
        order = np.argsort(lab, kind="stable")
        cut = np.searchsorted(lab[order], np.arange(len(self.held) + 1))
        tested = tuple(
            test(means.labs, each, at[order[lo:hi]], tubes[order[lo:hi]]) if hi > lo else None
            for each, (lo, hi) in enumerate(pairwise(cut))
        )
        return Solved(means, self.sampled, nodes, trips, tested, self.finish(at, tested), manner)

    def direct(self, nodes: Nodes) -> Trips:
        """Every wave of tubes driven at once, as if a vehicle stood waiting for it."""
        sealed, handling = self.sampled.sealed.at, self.means.handling
        count = nodes.last - nodes.first
        node = np.repeat(np.arange(len(count)), count)
        place = nodes.first[node] + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        new = np.flatnonzero(np.diff(node, prepend=-1) | np.diff(sealed[place], prepend=-1))
        node, first, at = node[new], place[new], sealed[place[new]]
        tubes = np.diff(np.append(new, len(place)))
        leave = at + handling.load_s
        labs = self.means.labs
        lab = nodes.lab[node]
        way = np.hypot(nodes.x[node] - labs.x[lab], nodes.y[node] - labs.y[lab]) / float(self.means.fleet.speed.max())
        arrive = leave + np.ceil(way).astype(np.int64) + handling.unload_s
        trip = np.arange(len(node))
        return Trips(trip, lab, at, arrive, trip + 1, node, at, leave, first, tubes)

    def finish(self, at: Ints, tested: tuple[Tested | None, ...]) -> dict[str, int]:
        """When each stage ends."""
        means, now = self.means, self.means.now
        there = [each for each in tested if each is not None]
        ended = np.concatenate([each.ended for each in there]) if there else np.zeros(0, np.int64)
        count = np.concatenate([each.tubes for each in there]) if there else np.zeros(0, np.int64)
        order = np.argsort(ended, kind="stable")
        reported = report(ended[order], count[order], means.report_s, means.report_h)
        sealed = self.sampled.sealed
        new = sealed.at[sealed.people > 0]
        last = (new.max(initial=now), at.max(initial=now), ended.max(initial=now), reported.max(initial=now))
        return {stage: int(each) for stage, each in zip(STAGES, last, strict=True)}

    # -- better and better ---------------------------------------------------------------------------------------------

    def shifted(self, plan: Solved, target: int) -> Ints | None:
        """Shares in which labs that ended late give to labs that ended early, or None where no room is left."""
        labs = self.means.labs
        ended = np.array([-1 if each is None else int(each.ended.max()) for each in plan.tested])
        load = np.bincount(plan.nodes.lab, weights=plan.nodes.last - plan.nodes.first, minlength=len(labs.x))
        empty = self.room(target)

        def room(finish: int) -> Ints:
            found = np.zeros(len(labs.x), np.int64)
            for lab in range(len(labs.x)):
                if ended[lab] < 0:
                    found[lab] = empty[lab]
                    continue
                waits = 0 if labs.batch[lab] else int(labs.run_s[lab])
                could, used = labs.work(lab, np.array([finish - self.means.report_s, int(ended[lab])]) - waits)
                found[lab] = max(int(load[lab]) + (could - used) // TUBE, 0)
            return found

        high = self.means.labs.rate.shape[1] * HOUR
        wanted = max(target, least(lambda t: bool(room(t).sum() >= self.tubes.sum()), self.means.now, high))
        return least_travel(self.tubes, room(wanted), self.cost)

    def turns(self, shares: Ints, keens: tuple[float, ...], turns: int, target: int) -> Iterator[Solved]:
        """Plans: every `keen` for all labs, each lab's own best, then shifted shares and vehicles where they are used."""
        nodes, n = self.nodes(shares), len(self.held)
        first = [self.sent(nodes, np.full(n, keen)) for keen in keens]
        yield from first
        now = min(first, key=lambda each: each.end)
        if len(first) > 1:
            ends = np.array([[_end(tested) for tested in each.tested] for each in first])
            now = self.sent(nodes, np.array(keens)[ends.argmin(axis=0)])
            yield now
        for _ in range(turns):
            shifted = self.shifted(now, target)
            if shifted is None:
                return
            trips = now.trips
            self.driving = np.bincount(trips.lab, weights=trips.arrive - trips.begin, minlength=n).astype(np.float64)
            now = self.sent(self.nodes(shifted), now.manner.keen)
            yield now

    def calmer(self, plan: Solved) -> Iterator[Solved]:
        """The same shares with vehicles that wait: at a station about to finish, or at a lab that has enough to do."""
        for linger_s, hold_s in CALMER:
            yield self.sent(plan.nodes, plan.manner.keen, linger_s, hold_s)


def _end(tested: Tested | None) -> int:
    return 0 if tested is None else int(tested.ended.max())


def better(one: Solved, other: Solved) -> bool:
    """Whether a plan is better than another: sooner, or as soon with fewer trips."""
    if abs(one.end - other.end) >= SAME_S:
        return one.end < other.end
    return len(one.trips.lab) < len(other.trips.lab)


def solve(
    means: Means,
    rule: str = "balanced",
    keens: tuple[float, ...] = KEEN,
    turns: int = TURNS,
    given: Sampling | None = None,
) -> Solved:
    """The best plan found under a rule: `balanced` or `nearest`. `given`: a sampling worked out before."""
    search = _Search(means, given or sampling(means))
    keens = (1.0,) if means.roads_only else keens
    last = means.labs.rate.shape[1] * HOUR
    if rule == "nearest":
        shares, turns, target = search.nearest(), 0, 0
    else:
        sealed = search.sampled.sealed
        known = relaxed(means, np.sort(sealed.at[sealed.people > 0]))
        tail = sealed.at.max(initial=0) + known.reach.min() + means.labs.run_s.min() + means.report_s
        target = max(by_labs(means.labs, known, last), int(tail))
        wanted = max(target, least(lambda t: bool(search.room(t).sum() >= search.tubes.sum()), means.now, last))
        found = least_travel(search.tubes, search.room(wanted), search.cost)
        shares = search.nearest() if found is None else found
    best = _best(search.turns(shares, keens, turns, target))
    return best if means.roads_only or turns < TURNS else _best(chain((best,), search.calmer(best)))


def _best(plans: Iterator[Solved]) -> Solved:
    best = next(plans)
    for each in plans:
        if better(each, best):
            best = each
    return best
