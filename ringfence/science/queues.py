"""How long people wait at a sampling site: now, on average, and through a day whose peaks exceed its lanes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MINUTES = 60.0


def minutes_to_last(waiting: npt.ArrayLike, lanes: npt.ArrayLike, swabs_per_hour: npt.ArrayLike) -> Floats:
    """Minutes until the last of the people waiting now is swabbed: float, the broadcast shape.

    `swabs_per_hour` is of one lane. Nobody waiting is 0 minutes; people waiting without a lane is infinite.
    """
    people = np.asarray(waiting, dtype=np.float64)
    hourly = np.asarray(lanes, dtype=np.float64) * np.asarray(swabs_per_hour, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(people == 0, 0.0, MINUTES * people / hourly)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """A queue that has settled; all arrays have the broadcast shape. Where more come than are swabbed it never does."""

    busy: Floats  # share of the time a lane is at work; 1 and more: the queue grows without end
    p_wait: Floats  # share of people who wait at all
    wait_minutes: Floats  # mean wait of all people
    share_above: Floats  # share who wait longer than the limit


def erlang_c(
    arrivals_per_hour: npt.ArrayLike, lanes: npt.ArrayLike, swabs_per_hour: npt.ArrayLike, limit_minutes: float
) -> Steady:
    """Waiting where people come at random, at a constant rate, to a common queue before `lanes` lanes.

    Swabs are taken to vary in length as much as their mean; they vary less, so that the true wait is shorter, about
    half where lanes are busy. Fair for a calm hour; for a day with peaks see `wait_through_day`.
    Source: Erlang 1917, Post Office Electrical Engineers' Journal 10: 189-197; Cooper 1981, Introduction to Queueing
    Theory, 2nd ed., section 3.5.
    """
    arrivals, servers, hourly = np.broadcast_arrays(
        np.asarray(arrivals_per_hour, dtype=np.float64),
        np.asarray(lanes, dtype=np.int64),
        np.asarray(swabs_per_hour, dtype=np.float64),
    )
    load = arrivals / hourly
    blocked = np.ones(load.shape)  # Erlang B for 0, 1, … lanes: no factorials, so nothing overflows
    for lane in range(1, int(servers.max(initial=0)) + 1):
        blocked = np.where(lane <= servers, load * blocked / (lane + load * blocked), blocked)
    with np.errstate(divide="ignore", invalid="ignore"):
        busy = np.where(servers > 0, load / np.maximum(servers, 1), np.where(load > 0, np.inf, 0.0))
        settles = busy < 1
        p_wait = np.where(settles, blocked / (1 - busy * (1 - blocked)), 1.0)
        spare = hourly * servers - arrivals
        wait = np.where(settles, MINUTES * p_wait / spare, np.inf)
        above = np.where(settles, p_wait * np.exp(-spare * limit_minutes / MINUTES), 1.0)
    none = arrivals == 0
    return Steady(
        busy=busy,
        p_wait=np.where(none, 0.0, p_wait),
        wait_minutes=np.where(none, 0.0, wait),
        share_above=np.where(none, 0.0, above),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day at a site, as a flow of people."""

    waiting: Floats  # float[n_hours + 1]: people in the queue at the start of each hour, and at the end
    longest_minutes: float  # wait of whoever waits longest
    mean_minutes: float
    share_above: float  # share of the day's people who wait longer than the limit
    done_after_hours: float  # until everybody who came is swabbed, from the first hour's start


def wait_through_day(arrivals: npt.ArrayLike, hourly: npt.ArrayLike, limit_minutes: float, waiting: float = 0.0) -> Day:
    """Waits when `arrivals` people come in each hour and at most `hourly` are swabbed: float[n_hours] each.

    People flow evenly within an hour and are served in order; chance is left out, which is small where queues are
    long. After the last hour the site goes on at that hour's pace until nobody waits (never, if that is nothing).
    `waiting` people stand there when the day begins; they count from then on.
    Source: Newell 1982, Applications of Queueing Theory, 2nd ed., chapter 2.
    """
    come = np.asarray(arrivals, dtype=np.float64)
    pace = np.broadcast_to(np.asarray(hourly, dtype=np.float64), come.shape)
    served, queue = _flow(come, pace, waiting)
    hours = np.arange(come.size + 1, dtype=np.float64)
    came = _Curve(np.append(0.0, hours), np.append(0.0, waiting + np.append(0.0, np.cumsum(come))))
    longest, mean, above = _waits(came, served, limit_minutes / MINUTES)
    all_served = served.people[-1] >= came.people[-1]
    done = float(served.at(served.people[-1:], last=False)[0]) if all_served else math.inf
    return Day(
        waiting=queue,
        longest_minutes=MINUTES * longest,
        mean_minutes=MINUTES * mean,
        share_above=above,
        done_after_hours=done if came.people[-1] > 0 else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Curve:
    """People so far over time, in straight pieces; neither ever falls."""

    hours: Floats
    people: Floats

    def at(self, people: Floats, *, last: bool) -> Floats:
        """When the curve reaches so many; where it stands still there, the last such moment or the first."""
        side: Literal["left", "right"] = "right" if last else "left"
        place = np.clip(np.searchsorted(self.people, people, side=side), 1, self.people.size - 1)
        low, high = self.people[place - 1], self.people[place]
        share = np.divide(people - low, high - low, out=np.zeros(people.shape), where=high > low)
        begin = self.hours[place - 1]
        result: Floats = begin + np.clip(share, 0.0, 1.0) * (self.hours[place] - begin)
        return result


def _flow(come: Floats, pace: Floats, waiting: float) -> tuple[_Curve, Floats]:
    """(people swabbed over time, queue at the start of each hour and at the end)."""
    hours, served, queue = [0.0], [0.0], [waiting]
    for hour, (people, most) in enumerate(zip(come, pace, strict=True)):
        if 0 < queue[-1] < most - people:  # the queue is gone within the hour
            share = queue[-1] / (most - people)
            hours.append(hour + share)
            served.append(served[-1] + most * share)
        queue.append(max(0.0, queue[-1] + people - most))
        hours.append(hour + 1.0)
        served.append(waiting + float(come[: hour + 1].sum()) - queue[-1])
    if queue[-1] > 0 and pace.size and pace[-1] > 0:
        hours.append(hours[-1] + queue[-1] / pace[-1])
        served.append(served[-1] + queue[-1])
    return _Curve(np.array(hours), np.maximum.accumulate(np.array(served))), np.array(queue)


def _waits(came: _Curve, served: _Curve, limit: float) -> tuple[float, float, float]:
    """(longest wait, mean wait, share above the limit), in hours, over everybody who came.

    Between two corners of either curve the wait is a straight line in the person's place in the queue. Its ends are
    taken just inside each piece: who comes last before a closed hour waits otherwise than who comes first after it.
    """
    people = float(came.people[-1])
    if people <= 0:
        return 0.0, 0.0, 0.0
    corners = np.unique(np.concatenate([came.people, served.people]))
    low, high = corners[:-1], corners[1:]
    real = high - low > 1e-9 * people  # rounding leaves slivers between corners that are one
    low, high = low[real], high[real]
    starts = served.at(low, last=True) - came.at(low, last=True)
    ends = served.at(high, last=False) - came.at(high, last=False)
    spread = np.abs(ends - starts)
    never = high > served.people[-1] * (1 + 1e-12)
    starts, ends = (np.where(never, np.inf, np.maximum(each, 0.0)) for each in (starts, ends))
    worst, width = np.maximum(starts, ends), high - low
    over = np.divide(worst - limit, spread, out=np.ones(worst.shape), where=spread > 0)
    above = np.where(worst > limit, np.minimum(over, 1.0), 0.0)
    mean = float(np.sum(width * (starts + ends) / 2) / people)
    return float(worst.max()), mean, float(np.sum(width * above) / people)


def lanes_for_queue(waiting: npt.ArrayLike, swabs_per_hour: npt.ArrayLike, limit_minutes: float) -> Ints:
    """Fewest lanes that swab everybody who waits now within the limit: int, the broadcast shape."""
    people = np.asarray(waiting, dtype=np.float64)
    needed = MINUTES * people / (np.asarray(swabs_per_hour, dtype=np.float64) * limit_minutes)
    return np.ceil(needed - 1e-9).astype(np.int64)


def lanes_for_rate(arrivals_per_hour: float, swabs_per_hour: float, limit_minutes: float, share: float = 0.05) -> int:
    """Fewest lanes with at most `share` of people waiting longer than the limit where people come steadily."""
    if arrivals_per_hour <= 0:
        return 0
    lanes = math.floor(arrivals_per_hour / swabs_per_hour) + 1
    while float(erlang_c(arrivals_per_hour, lanes, swabs_per_hour, limit_minutes).share_above) > share:
        lanes += 1
    return lanes


def lanes_for_day(arrivals: npt.ArrayLike, swabs_per_hour: float, limit_minutes: float, waiting: float = 0.0) -> int:
    """Fewest lanes, the same all day, with which nobody waits longer than the limit: arrivals float[n_hours]."""
    come = np.asarray(arrivals, dtype=np.float64)
    low, high = 0, math.ceil((float(come.max(initial=0)) + waiting * MINUTES / limit_minutes) / swabs_per_hour)
    while low < high:
        middle = (low + high) // 2
        fits = wait_through_day(come, middle * swabs_per_hour, limit_minutes, waiting).longest_minutes <= limit_minutes
        low, high = (low, middle) if fits else (middle + 1, high)
    return low
