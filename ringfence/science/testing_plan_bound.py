"""Lower bounds on the finish of a whole-city testing round: no plan of the same means can end sooner.

Each is a relaxation solved exactly; the largest holds. Seconds from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python import max_flow

from ringfence.science.testing_plan import HOUR, Floats, Ints
from ringfence.science.testing_plan_labs import TUBE, Labs


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the bounds know: a round without vehicles' limits, in which tubes may go anywhere and be split.

    `moments` int64[k], ascending, and `after` int64[k]: no plan seals its last `after` new tubes before a moment; the first
    counts all. `waiting`: tubes that labs or the road hold already at `now`. `reach` int64[n_labs]: the least seconds from a seal to a lab's door; `opens`
    int64[n_labs]: before that moment no vehicle can have brought a lab a new tube.
    `report_s`, `report_h`: delay and rate (0: none) of reports.
    """

    moments: Ints
    after: Ints
    waiting: int
    now: int
    reach: Ints
    opens: Ints
    report_s: int
    report_h: int

    @property
    def tubes(self) -> int:
        """All of them, new and waiting."""
        return self.waiting + int(self.after.max(initial=0))


def least(possible: Callable[[int], bool], low: int, high: int) -> int:
    """The least whole number in (low, high] for which a condition that stays true holds; `high` is taken to hold."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if possible(middle) else (middle, high)
    return high


def loosened(labs: Labs) -> Labs:
    """The labs as the bounds may see them: a machine of runs makes no more than a full run in each run's time.

    A run that has begun goes on when the lab shuts, so from the first opening on the hours do not count.
    """
    opens = np.argmax(labs.rate > 0, axis=1)
    whole = -(-(labs.machines * labs.batch * HOUR) // np.maximum(labs.run_s, 1))
    always = np.where(np.arange(labs.rate.shape[1])[None, :] >= opens[:, None], whole[:, None], 0)
    return replace(labs, rate=np.where(labs.batch[:, None] > 0, always, labs.rate))


def by_labs(labs: Labs, known: Relaxed, last: int) -> int:
    """The least finish that leaves labs enough time for every tube; `last` where there is none before it.

    Tubes released from a moment on reach lab l only after it has run without them until `reach[l]` later. These sets
    are nested in the moment, so Hall's condition over the release times is exact for this relaxation (Hall 1935).
    """
    spent = np.stack(
        [labs.work(lab, np.maximum(known.moments + known.reach[lab], known.opens[lab])) for lab in range(len(labs.x))]
    )
    begun = np.array([labs.work(lab, np.array([known.now]))[0] for lab in range(len(labs.x))])

    def possible(finish: int) -> bool:
        could = _could(labs, finish - known.report_s)
        room = np.maximum(could[:, None] - spent, 0).sum(axis=0)
        return bool((room >= known.after * TUBE).all() and np.maximum(could - begun, 0).sum() >= known.tubes * TUBE)

    return least(possible, known.now, last)


def _could(labs: Labs, result_by: int) -> Ints:
    """The most work whose results can be known by a moment, int64[n_labs].

    A run of r seconds on m machines is m x batch tubes in r: by a moment, as much as the rate gives with no wait for the
    result, which its own run already holds.
    """
    waits = np.where(labs.batch > 0, 0, labs.run_s)
    return np.array([labs.work(lab, np.array([result_by - int(waits[lab])]))[0] for lab in range(len(labs.x))])


def by_reports(known: Relaxed, labs: Labs) -> int:
    """The least finish that leaves the office enough time for every report; 0 where its rate has no limit."""
    if not known.report_h:
        return 0
    first = known.now if known.waiting else int(known.moments[0] + (known.reach + labs.run_s).min())
    return first + -(-known.tubes * HOUR // known.report_h) + known.report_s


def by_visits(  # noqa: PLR0913 (one array for each property of a station)
    sealed_last: Ints, service_s: int, leg_s: Ints, home_s: Ints, visits: Ints, vehicles: int, after_s: int, now: int
) -> int:
    """The least finish that lets so many vehicles make the visits that are left to make after each moment.

    A station whose last tube is sealed at a moment is visited after it at least once: each such visit costs loading and
    a way on to the nearest other point (`leg_s` int64[n]), the last of a vehicle the way to its nearest lab (`home_s`).
    `visits` int64[n]: the fewest visits its tubes need, over the whole round. `after_s`: from a lab's door to the report.
    """
    if not len(sealed_last):
        return 0
    order = np.argsort(-sealed_last, kind="stable")
    cost = service_s + np.minimum(leg_s, home_s)
    after = np.cumsum(cost[order]) // vehicles + sealed_last[order]
    one = sealed_last + service_s + home_s
    whole = now + int((visits * cost).sum()) // vehicles
    return int(max(after.max(), one.max(), whole)) + after_s


def by_flow(  # noqa: PLR0913 (a network's parts)
    labs: Labs, release: Ints, group: Ints, delay: Ints, known: Relaxed, low: int, high: int, step: int = 600
) -> int:
    """A bound that knows who is far from which lab: a flow over time, for the least finish at which all tubes get through.

    `release` int64[n_tubes] and `group` int64[n_tubes] of tubes; `delay` int64[n_groups, n_labs] the least seconds from a
    seal in a group to a lab's door. Time is cut into steps and rounded down, so the answer stays a bound. Answers `low`
    where the flow shows no more. Source: Ford and Fulkerson 1958, Oper Res 6(3): 419-433.
    """
    slots = np.unique(np.stack((group, release // step), axis=1), axis=0, return_counts=True)
    parts, tubes = slots

    def possible(finish: int) -> bool:
        return _through(labs, parts, tubes, delay, finish - known.report_s, step) == int(tubes.sum())

    return low if possible(low) else least(possible, low, high) - 1


def _through(labs: Labs, parts: Ints, tubes: Ints, delay: Ints, result_by: int, step: int) -> int:  # noqa: PLR0913
    """Tubes that can have a result by a moment: the largest flow."""
    n, m = len(parts), len(labs.x)
    steps = max(result_by // step + 1, 1)
    graph = max_flow.SimpleMaxFlow()
    source, sink = n + m * steps, n + m * steps + 1
    graph.add_arcs_with_capacity(np.full(n, source), np.arange(n), tubes)
    reach = parts[:, 1][:, None] + delay[parts[:, 0]] // step
    at = np.nonzero(reach < steps)
    graph.add_arcs_with_capacity(at[0], n + at[1] * steps + reach[at], tubes[at[0]])
    edges = np.append(np.arange(steps) * step, result_by)
    waits = np.where(labs.batch > 0, 0, labs.run_s)
    for lab in range(m):
        own = n + lab * steps + np.arange(steps)
        work = labs.work(lab, np.minimum(edges, result_by - waits[lab]))
        # Whole tubes of a step, rounded up: what is cut by a step's edge counts in both.
        graph.add_arcs_with_capacity(own, np.full(steps, sink), -(-np.diff(work) // TUBE))
        graph.add_arcs_with_capacity(own[:-1], own[1:], np.full(steps - 1, int(tubes.sum())))
    graph.solve(source, sink)
    return int(graph.optimal_flow())


def nearest_other(x: Floats, y: Floats, others_x: Floats, others_y: Floats) -> Floats:
    """Metres from each point to the nearest other point of its kind or of the others, float[n]."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 (slow to load)

    points = np.stack((x, y), axis=1)
    others = np.stack((others_x, others_y), axis=1)
    found, _ = cKDTree(np.concatenate((points, others))).query(points, k=2)
    return np.asarray(found[:, 1], np.float64)
