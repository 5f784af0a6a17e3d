"""Sampling in a whole-city testing round: who swabs where, and when each tube is sealed.

Times are int64 seconds from the start of the round, distances metres in a plane, throughout `testing_plan*`.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HOUR = 3600
EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""


def plane(lat: Floats, lon: Floats, at: tuple[float, float]) -> tuple[Floats, Floats]:
    """Metres east and north of a point (lat, lon) in degrees: float[n] twice, equirectangular; good to 0.1 % in a city."""
    x = np.radians(lon - at[1]) * np.cos(np.radians(at[0])) * EARTH_M
    return x, np.radians(lat - at[0]) * EARTH_M


def far(x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Floats:
    """Straight distances in metres: float[n, m] from n points to m points."""
    return np.hypot(x[:, None] - to_x[None, :], y[:, None] - to_y[None, :])


@dataclass(frozen=True, slots=True)
class Windows:
    """When sampling may go on: int64[n] begins and ends, ascending, not touching."""

    begin: Ints
    end: Ints

    def clock(self, worked: Ints) -> Ints:
        """The moment by which so many seconds have been worked, int64[n]; beyond the last window it stands still."""
        done = np.cumsum(self.end - self.begin)
        which = np.minimum(np.searchsorted(done, worked, side="left"), len(done) - 1)
        before = done[which] - (self.end - self.begin)[which]
        found: Ints = np.minimum(self.begin[which] + worked - before, self.end[which])
        return found

    def worked(self, at: Ints) -> Ints:
        """Seconds worked by a moment, int64[n]."""
        spent = np.clip(at[:, None], self.begin, self.end) - self.begin
        found: Ints = spent.sum(axis=1)
        return found


def share_samplers(people: Ints, samplers: int, lanes: Ints, there: Ints) -> Ints:
    """How many samplers each site gets, int64[n], so that the longest work is as short as whole samplers allow.

    `people` int64[n]; `lanes` int64[n] is the most a site can hold; `there` int64[n] those who stay where they are,
    counted in `samplers`. One at a time to the site with the most people a
    sampler: for the smallest maximum of people/samplers this greedy is optimal (Federgruen and Groenevelt 1986,
    Oper Res 34(6): 909-918, doi:10.1287/opre.34.6.909). Needs samplers >= sites with people.
    """
    given = np.maximum(there, people > 0).astype(np.int64)
    heap = [(-int(p) / int(given[i]), i) for i, p in enumerate(people) if p > 0 and lanes[i] > given[i]]
    heapq.heapify(heap)
    for _ in range(samplers - int(given.sum())):
        if not heap:
            break
        _, i = heapq.heappop(heap)
        given[i] += 1
        if given[i] < lanes[i]:
            heapq.heappush(heap, (-int(people[i]) / int(given[i]), i))
    return given


def share_teams(work_s: Ints, teams: int, move_s: int) -> tuple[Ints, Ints]:
    """Sites shared among fewer samplers than sites: (team, worked seconds before the site begins), int64[n] twice.

    Longest work first to the team that is free first (Graham 1969: at most 4/3 of the shortest); moving costs `move_s`.
    """
    team, begin = np.zeros(len(work_s), np.int64), np.zeros(len(work_s), np.int64)
    heap = [(0, t) for t in range(teams)]
    for i in np.argsort(-work_s, kind="stable"):
        free, t = heapq.heappop(heap)
        team[i], begin[i] = t, free
        heapq.heappush(heap, (free + int(work_s[i]) + move_s, t))
    return team, begin


@dataclass(frozen=True, slots=True)
class Sealed:
    """All tubes of all stations, station by station, in the order in which they are sealed.

    `at` int64[n_tubes]; `people` int64[n_tubes]; tubes of station i are [offset[i], offset[i + 1]), int64[n + 1].
    """

    at: Ints
    people: Ints
    offset: Ints


def seal(  # noqa: PLR0913 (one array for each property of a station)
    people: Ints,
    pool: Floats,
    samplers: Ints,
    swabs_h: Floats,
    begin_s: Ints,
    windows: Windows,
    waiting: Ints,
    now: int,
) -> Sealed:
    """When each tube is sealed. All arguments are arrays over n stations, but `windows` and `now`.

    Each sampler fills a tube of `pool` people (a mean, for households) after another at `swabs_h` people an hour, from
    `begin_s` worked seconds on; the last tube of a station takes the people left over. `waiting` tubes are there at `now`.
    """
    full = np.floor(people / pool + 1e-9).astype(np.int64)
    rest = people - np.floor(full * pool + 1e-9).astype(np.int64)
    new = full + (rest > 0)
    offset = np.concatenate(([0], np.cumsum(waiting + new)))
    station = np.repeat(np.arange(len(people)), waiting + new)
    q = np.arange(offset[-1]) - offset[station] - waiting[station]
    lanes = np.maximum(samplers[station], 1)
    fill = pool[station] / swabs_h[station] * HOUR
    last = (q == full[station]) & (q % lanes == 0)
    spent = np.where(last, (q // lanes) * fill + rest[station] / swabs_h[station] * HOUR, (q // lanes + 1) * fill)
    worked = begin_s[station] + np.ceil(spent - 1e-6).astype(np.int64)
    first = windows.worked(np.array([now]))[0]
    at = np.where(q < 0, now, windows.clock(np.maximum(worked + first, 0)))
    size = pool[station]
    swabs = np.floor((q + 1) * size + 1e-9) - np.floor(q * size + 1e-9)
    held = np.where(q < 0, 0, np.where(q >= full[station], rest[station], swabs))
    return Sealed(at, held.astype(np.int64), offset)


def earliest_release(  # noqa: PLR0913 (one array for each property)
    people: Ints, pool: Floats, samplers: int, swabs_h: float, windows: Windows, now: int
) -> Ints:
    """No plan seals its k-th new tube before the k-th of these: int64[n_tubes], ascending.

    All samplers work from the first minute and no site ever lacks one; the smallest tubes come first.
    """
    order = np.argsort(pool, kind="stable")
    count = np.ceil(people / pool - 1e-9).astype(np.int64)
    if len({float(p) for p in pool[people > 0]}) == 1:
        fill = float(pool[people > 0][0]) / swabs_h * HOUR
        full = np.floor(people / pool + 1e-9).astype(np.int64)
        left = (count > full) & (full > 0)  # a left-over tube follows a full one of its site
        few = np.zeros(int(((count > full) & (full == 0)).sum()))
        spent = np.concatenate((few, np.full(int(left.sum()), fill), (np.arange(full.sum()) // samplers + 1) * fill))
    else:
        sizes = np.repeat(pool[order], np.maximum(count[order] - 1, 0))
        whole = np.cumsum(sizes) / (samplers * swabs_h) * HOUR
        spent = np.concatenate((np.zeros(int(count.sum()) - len(whole)), whole))
    first = windows.worked(np.array([now]))[0]
    return windows.clock(np.floor(spent + 1e-6).astype(np.int64) + first)


def by_hour(at: Ints, weight: Any = None, hours: int | None = None) -> Ints:
    """How much happens in each hour from the start: int64[hours]; what happens at 3600 s sharp belongs to the first."""
    hour = np.maximum(-(-at // HOUR) - 1, 0)
    return np.bincount(hour, weights=weight, minlength=hours or 0).astype(np.int64)
