"""Which lab tests whose tubes, and whose vehicles serve which lab: flows of least travel under limits."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from ringfence.science.testing_plan import Floats, Ints

NEAR = 10
"""Labs looked at for each station at first; all of them where that leaves tubes without a lab."""


def least_travel(supply: Ints, room: Ints, cost: Ints) -> Ints | None:
    """Whole units from n sources to m places at the least cost: int64[n, m], or None where the room does not suffice.

    `supply` int64[n], `room` int64[m], `cost` int64[n, m]. Network simplex by cost scaling (Goldberg and Tarjan 1990).
    """
    n, m = cost.shape
    if supply.sum() > room.sum():
        return None
    for near in dict.fromkeys((min(NEAR, m), m)):
        closest = np.argpartition(cost, near - 1, axis=1)[:, :near] if near < m else np.tile(np.arange(m), (n, 1))
        found = _flow(supply, room, cost, closest)
        if found is not None:
            return found
    return None


def _flow(supply: Ints, room: Ints, cost: Ints, closest: Ints) -> Ints | None:
    n, m = cost.shape
    graph = min_cost_flow.SimpleMinCostFlow()
    tail = np.repeat(np.arange(n), closest.shape[1])
    head = closest.ravel()
    arcs = graph.add_arcs_with_capacity_and_unit_cost(tail, n + head, supply[tail], cost[tail, head])
    sink = n + m
    graph.add_arcs_with_capacity_and_unit_cost(
        n + np.arange(m), np.full(m, sink), np.minimum(room, supply.sum()), np.zeros(m, np.int64)
    )
    graph.set_nodes_supplies(np.arange(n), supply)
    graph.set_node_supply(sink, -int(supply.sum()))
    if graph.solve() != graph.OPTIMAL:
        return None
    flow = np.zeros((n, m), np.int64)
    flow[tail, head] = graph.flows(arcs)
    return flow


def apportion(weight: Floats, seats: int) -> Ints:
    """Whole seats in proportion to weights, int64[n]: Webster's method, at least one for each weight above 0 if enough."""
    given = np.zeros(len(weight), np.int64)
    wanted = weight > 0
    if seats >= wanted.sum():
        given[wanted] = 1
    else:
        given[np.argsort(-weight, kind="stable")[:seats]] = 1
    spare = seats - int(given.sum())
    if spare > len(weight):  # most seats at once: no weight's part is ever less than its floor of a few seats fewer
        given += np.floor(np.where(wanted, weight, 0.0) / weight[wanted].sum() * (spare - len(weight))).astype(np.int64)
    while given.sum() < seats and wanted.any():
        given[int(np.argmax(np.where(wanted, weight / (2 * given + 1), -1.0)))] += 1
    return given


def place_sites(x: Floats, y: Floats, people: Ints, per_site: float, spread_m: float) -> tuple[Ints, Floats, Floats]:
    """Sites for cells of a size: (cell, x, y), int64[k] and float[k] twice; each cell people / per_site, at least one.

    The sites of a cell lie on a sunflower about its middle (Vogel 1979), within `spread_m` metres of it.
    """
    count = np.where(people > 0, np.maximum(np.ceil(people / per_site), 1), 0).astype(np.int64)
    cell = np.repeat(np.arange(len(x)), count)
    k = np.arange(len(cell)) - np.repeat(np.concatenate(([0], np.cumsum(count)[:-1])), count)
    n = count[cell]
    radius = np.where(n > 1, spread_m * np.sqrt((k + 0.5) / np.maximum(n, 1)), 0.0)
    angle = k * np.pi * (3 - np.sqrt(5))
    return cell, x[cell] + radius * np.cos(angle), y[cell] + radius * np.sin(angle)
