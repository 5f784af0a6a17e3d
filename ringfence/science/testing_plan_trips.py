"""Trips of vehicles that fetch tubes from stations and bring them to labs: a compiled list scheduler.

The vehicle that is free first goes next; each stop is the one that brings the most tubes for the time it costs; a trip
ends when the lab would stand idle meanwhile for more than one more stop is worth. What a stop is worth: the time
that its tubes would take at the trip's own rate, less its own (the marginal value theorem, Charnov 1976, Theor Popul Biol
9(2): 129-136), at the tubes that a lab needs of each of its vehicles in that time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ringfence.science.compiled import compiled
from ringfence.science.testing_plan import HOUR, Floats, Ints
from ringfence.science.testing_plan_labs import Labs

LONG_WAIT_S = 1800
"""A vehicle that would stand longer than this before its first tube waits at the lab instead and is asked again."""
RECHECK_S = 600


@dataclass(frozen=True, slots=True)
class Nodes:
    """n stations as a lab sees them: the tubes [first, last) of a station that go to one lab.

    `x`, `y` float[n]; `lab`, `first`, `last` int64[n], the latter as places in `Sealed.at`.
    """

    x: Floats
    y: Floats
    lab: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The fleet, n vehicles.

    Where they are (`x`, `y` float[n]), free from when (`free` int64[n]), metres a second on the straight line (`speed`
    float[n], detours taken off), `boxes` int64[n] they hold, and the lab they serve first (`home` int64[n], or -1).
    """

    x: Floats
    y: Floats
    free: Ints
    speed: Floats
    boxes: Ints
    home: Ints


@dataclass(frozen=True, slots=True)
class Handling:
    """Tubes to a box, seconds to load at a stop and to unload at a lab, the longest a tube should be on its way."""

    box: int
    load_s: int
    unload_s: int
    limit_s: int


@dataclass(frozen=True, slots=True)
class Manner:
    """How vehicles are sent: what the search turns. All but `keen` in seconds.

    `keen` float[n_labs]: a trip takes one more stop if the tubes that its lab could have done meanwhile are fewer than `keen` times the
    tubes that the stop gains. `linger_s`: how long to stand at a station that is about to finish. `hold_s`: a vehicle waits
    while its lab has work for longer than this.
    """

    keen: Floats
    linger_s: int
    hold_s: int


@dataclass(frozen=True, slots=True)
class Trips:
    """Trips and their stops.

    `vehicle`, `lab`, `begin` (leaves), `arrive` (unloaded), `stops` (end in the lists of stops), int64[n_trips]; `node`, `reach`, `leave`, `first`, `tubes` int64[n_stops], `first` as a place in `Sealed.at`.
    """

    vehicle: Ints
    lab: Ints
    begin: Ints
    arrive: Ints
    stops: Ints
    node: Ints
    reach: Ints
    leave: Ints
    first: Ints
    tubes: Ints

    @property
    def load(self) -> Ints:
        """Tubes of each trip, int64[n_trips]."""
        whole = np.concatenate(([0], np.cumsum(self.tubes)))
        return whole[self.stops] - whole[np.concatenate(([0], self.stops[:-1]))]


def send(  # noqa: PLR0913 (what there is, and how to send it)
    nodes: Nodes, sealed_at: Ints, labs: Labs, queued: Ints, vehicles: Vehicles, handling: Handling, manner: Manner
) -> Trips:
    """Send vehicles until every tube is at its lab. `queued` int64[n_labs]: work (`TUBE`ths) each lab has from before."""
    order = np.argsort(nodes.lab, kind="stable")
    start = np.searchsorted(nodes.lab[order], np.arange(len(labs.x) + 1))
    done = np.concatenate((np.zeros((len(labs.x), 1), np.int64), np.cumsum(labs.rate, axis=1)), axis=1) * HOUR
    homes = np.maximum(np.bincount(vehicles.home[vehicles.home >= 0], minlength=len(labs.x)), 1)
    need = labs.rate.max(axis=1) / HOUR / homes
    trips, stops, *found = _send(
        nodes.x, nodes.y, nodes.lab, nodes.first.copy(), nodes.last, sealed_at, order, start,
        labs.x, labs.y, labs.rate, done, queued.copy(),
        vehicles.x.copy(), vehicles.y.copy(), vehicles.free.copy(), vehicles.speed, vehicles.boxes, vehicles.home,
        handling.box, handling.load_s, handling.unload_s, handling.limit_s,
        manner.keen, manner.linger_s, manner.hold_s, need,
    )  # fmt: skip
    return Trips(*(each[:trips].copy() for each in found[:5]), *(each[:stops].copy() for each in found[5:]))


@compiled
def _when(done: Any, rate: Any, lab: int, work: int) -> int:
    """The first second by which a lab can have done so much work."""
    hours = rate.shape[1]
    if work <= 0:
        return 0
    if work > done[lab, hours]:
        return 1 << 40
    hour = np.searchsorted(done[lab], work) - 1
    return int(hour * HOUR + -(-(work - done[lab, hour]) // max(rate[lab, hour], 1)))


@compiled
def _work(done: Any, rate: Any, lab: int, at: int) -> int:
    """The work a lab can have done by a second."""
    hours = rate.shape[1]
    hour = min(at // HOUR, hours - 1)
    return int(done[lab, hour] + rate[lab, hour] * (min(at, hours * HOUR) - hour * HOUR))


@compiled
def _dry(  # noqa: PLR0913
    done: Any, rate: Any, lab: int, after: int, work: int, count: int, due: Any, tubes: Any
) -> int:
    """The first second from `after` on at which a lab has nothing to do, given what is under way to it."""
    for k in range(count):
        could = _work(done, rate, lab, due[lab, k])
        if could > work:
            if due[lab, k] > after:
                return max(int(_when(done, rate, lab, work)), after)
            work = could
        work += tubes[lab, k] * HOUR
    return max(int(_when(done, rate, lab, work)), after)


@compiled
def _idle(  # noqa: PLR0913
    done: Any, rate: Any, lab: int, begin: int, end: int, work: int, count: int, due: Any, tubes: Any
) -> int:
    """Work that a lab could do between two moments and has no tubes for, given what is under way to it."""
    idle = 0
    at, k = begin, 0
    while k < count and due[lab, k] <= begin:
        work = max(work, _work(done, rate, lab, due[lab, k])) + tubes[lab, k] * HOUR
        k += 1
    while at < end:
        until = min(due[lab, k], end) if k < count else end
        could = _work(done, rate, lab, until)
        idle += max(could - max(work, _work(done, rate, lab, at)), 0)
        if k < count and due[lab, k] <= end:
            work = max(work, could) + tubes[lab, k] * HOUR
            k += 1
        at = until
        if k >= count and until == end:
            break
    return int(idle)


@compiled
def _visit(  # noqa: PLR0913
    first: Any, last: Any, sealed: Any, node: int, reach: int, linger: int, room: int
) -> tuple[int, int]:
    """(tubes taken, second at which loading may begin) of a visit that reaches a node at a second."""
    ready = max(reach, sealed[first[node]])
    if sealed[last[node] - 1] <= ready + linger:
        ready = max(ready, sealed[last[node] - 1])
        tubes = last[node] - first[node]
    else:
        tubes = np.searchsorted(sealed[first[node] : last[node]], ready, side="right")
    if tubes > room:  # what does not fit is left: no need to wait for it
        tubes = room
        ready = max(reach, sealed[first[node] + room - 1])
    return int(tubes), int(ready)


@compiled
def _send(  # noqa: PLR0913, PLR0912, PLR0915, C901 (a compiled kernel)
    node_x: Any, node_y: Any, node_lab: Any, first: Any, last: Any, sealed: Any, order: Any, start: Any,
    lab_x: Any, lab_y: Any, rate: Any, done: Any, work: Any,
    at_x: Any, at_y: Any, free: Any, speed: Any, boxes: Any, home: Any,
    box: int, load_s: int, unload_s: int, limit_s: int, keen: Any, linger_s: int, hold_s: int, need: Any,
) -> Any:  # fmt: skip
    """The loop over free vehicles."""
    labs, vehicles, nodes = len(lab_x), len(free), len(node_x)
    left = 0
    left_at = np.zeros(labs, np.int64)
    for j in range(nodes):
        left += last[j] - first[j]
        left_at[node_lab[j]] += last[j] - first[j]
    most = left  # each trip has a stop and each stop takes a tube; what is never written takes no memory
    t_vehicle, t_lab, t_begin, t_arrive, t_stops = (
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
    )
    s_node, s_reach, s_leave, s_first, s_tubes = (
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
    )
    trips, stops = 0, 0
    count = np.zeros(labs, np.int64)
    active = start[1:].copy()
    due, tubes_due = np.zeros((labs, vehicles + 1), np.int64), np.zeros((labs, vehicles + 1), np.int64)
    while left > 0:
        v = int(np.argmin(free))
        now = int(free[v])
        own = home[v]
        narrow = own >= 0 and left_at[own] > 0
        if narrow:
            while count[own] > 0 and due[own, 0] <= now:
                work[own] = max(work[own], _work(done, rate, own, due[own, 0])) + tubes_due[own, 0] * HOUR
                for k in range(count[own] - 1):
                    due[own, k], tubes_due[own, k] = due[own, k + 1], tubes_due[own, k + 1]
                count[own] -= 1
            if hold_s >= 0 and _dry(done, rate, own, now, work[own], count[own], due, tubes_due) > now + hold_s:
                oldest, open_still = now, False
                for i in range(start[own], active[own]):
                    j = order[i]
                    if first[j] < last[j]:
                        oldest = min(oldest, sealed[first[j]])
                        open_still = open_still or sealed[last[j] - 1] > now
                if open_still and now - oldest < limit_s // 2:
                    free[v] = now + RECHECK_S
                    continue
        lo, hi = (own, own + 1) if narrow else (0, labs)
        here_x, here_y, here, lab, load, room = at_x[v], at_y[v], now, -1, 0, boxes[v]
        begun, arrive, oldest, stop_begin = now, now, 1 << 40, stops
        while room > 0:
            best, best_rate, best_tubes, best_reach, best_ready, best_back = -1, -1.0, 0, 0, 0, 0
            for goal in range(lo, hi):
                i = start[goal]
                while i < active[goal]:
                    j = order[i]
                    if first[j] >= last[j]:
                        active[goal] -= 1
                        order[i] = order[active[goal]]
                        continue
                    i += 1
                    reach = here + math.ceil(math.hypot(node_x[j] - here_x, node_y[j] - here_y) / speed[v])
                    back = math.ceil(math.hypot(node_x[j] - lab_x[goal], node_y[j] - lab_y[goal]) / speed[v])
                    cost = max(reach + load_s + back + unload_s - arrive, 1)
                    if min(last[j] - first[j], room * box) <= best_rate * cost:
                        continue
                    tubes, ready = _visit(first, last, sealed, j, reach, linger_s, room * box)
                    if lab >= 0 and ready > reach + linger_s:
                        continue
                    rated = tubes / (cost + ready - reach)
                    if rated > best_rate:
                        best, best_rate, best_tubes = j, rated, tubes
                        best_reach, best_ready, best_back = reach, ready, back
            if best < 0:
                break
            over = best_ready + load_s + best_back + unload_s
            if lab < 0:
                if best_ready - best_reach > LONG_WAIT_S:
                    begun = -1
                    free[v] = best_ready - (best_reach - now) - LONG_WAIT_S // 2
                    break
                lab = node_lab[best]
                lo, hi = lab, lab + 1
                while count[lab] > 0 and due[lab, 0] <= now:
                    work[lab] = max(work[lab], _work(done, rate, lab, due[lab, 0])) + tubes_due[lab, 0] * HOUR
                    for k in range(count[lab] - 1):
                        due[lab, k], tubes_due[lab, k] = due[lab, k + 1], tubes_due[lab, k + 1]
                    count[lab] -= 1
            else:
                if over - min(oldest, sealed[first[best]]) > limit_s and arrive - oldest <= limit_s:
                    break
                gained = (best_tubes * (arrive - begun) / load - (over - arrive)) * need[lab]
                idle = _idle(done, rate, lab, arrive, over, work[lab], count[lab], due, tubes_due) / HOUR
                if min(idle, load) > keen[lab] * gained:
                    break
            oldest = min(oldest, sealed[first[best]])
            s_node[stops], s_reach[stops], s_leave[stops] = best, best_reach, best_ready + load_s
            s_first[stops], s_tubes[stops] = first[best], best_tubes
            stops += 1
            first[best] += best_tubes
            load += best_tubes
            room -= -(-best_tubes // box)
            here_x, here_y, here, arrive = node_x[best], node_y[best], best_ready + load_s, over
        if begun < 0:
            continue
        if load == 0:
            free[v] = 1 << 41
            continue
        t_vehicle[trips], t_lab[trips], t_begin[trips], t_arrive[trips], t_stops[trips] = v, lab, now, arrive, stops
        trips += 1
        left -= load
        left_at[lab] -= load
        k = count[lab]
        while k > 0 and due[lab, k - 1] > arrive:
            due[lab, k], tubes_due[lab, k] = due[lab, k - 1], tubes_due[lab, k - 1]
            k -= 1
        due[lab, k], tubes_due[lab, k] = arrive, load
        count[lab] += 1
        at_x[v], at_y[v], free[v] = lab_x[lab], lab_y[lab], arrive
        if stop_begin == stops:
            break
    return trips, stops, t_vehicle, t_lab, t_begin, t_arrive, t_stops, s_node, s_reach, s_leave, s_first, s_tubes
