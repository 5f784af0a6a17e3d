"""A plan replayed event by event with noise: sampling rates, travel, labs that stop, invalid runs.

Random numbers are a function of (seed, replicate, what, which), so any draw can be made again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ringfence.science.testing_plan import HOUR, Floats, Ints, Sealed
from ringfence.science.testing_plan_labs import Labs, Tested, report, test
from ringfence.science.testing_plan_trips import Nodes, Trips


@dataclass(frozen=True, slots=True)
class Noise:
    """How uncertain a round is. All zero: none.

    `sampling_cv`, `travel_cv`: coefficient of variation (lognormal, mean 1) of a station's rate and of each leg.
    `lab_stops_a_day`: mean number of stops of a lab a day (at most one is drawn), each of `stop_s` seconds on average
    (exponential). `invalid`: share of tubes whose run is invalid and is made again.
    """

    sampling_cv: float = 0.0
    travel_cv: float = 0.0
    lab_stops_a_day: float = 0.0
    stop_s: float = 0.0
    invalid: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """A plan to be replayed: its tubes, nodes, trips, labs, and what labs receive from before (lab, at, tubes)."""

    sealed: Sealed
    nodes: Nodes
    trips: Trips
    labs: Labs
    before: tuple[Ints, Ints, Ints]
    load_s: int
    unload_s: int
    report_s: int
    report_h: int | None
    now: int


_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))


def chance(seed: int, replicate: int, what: int, n: int) -> Floats:
    """Numbers, n of them, evenly in (0, 1), float[n], one for each counter 0..n-1: SplitMix64 (Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        key = np.array([seed & (2**64 - 1)], np.uint64)
        for each in (replicate, what):
            key = _mixed(key + _MIX[2] * np.uint64(each + 1))
        drawn = _mixed(key + _MIX[2] * np.arange(1, n + 1, dtype=np.uint64))
    even: Floats = ((drawn >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return even


def _mixed(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * _MIX[0]
    z = (z ^ (z >> np.uint64(27))) * _MIX[1]
    return z ^ (z >> np.uint64(31))


def _factor(cv: float, drawn: Floats) -> Floats:
    """Lognormal factors of mean 1 and this coefficient of variation; exactly 1 where it is 0."""
    if cv == 0:
        return np.ones(len(drawn))
    spread = np.log1p(cv * cv)
    factor: Floats = np.exp(np.sqrt(spread) * ndtri(drawn) - spread / 2)
    return factor


def replay(plan: Round, noise: Noise, seed: int, replicate: int) -> dict[str, int]:
    """The second each stage ends: `sampling`, `delivery`, `testing`, `reporting`. Without noise: the plan's own."""
    stations = len(plan.sealed.offset) - 1
    slow = _factor(noise.sampling_cv, chance(seed, replicate, 0, stations))
    station = np.repeat(np.arange(stations), np.diff(plan.sealed.offset))
    sealed = plan.now + np.rint((plan.sealed.at - plan.now) * slow[station]).astype(np.int64)
    arrive = _driven(plan, sealed, _factor(noise.travel_cv, chance(seed, replicate, 1, 2 * len(plan.trips.node) + 1)))
    labs = _stopped(plan.labs, noise, seed, replicate)
    lab = np.concatenate((plan.before[0], plan.trips.lab))
    at = np.concatenate((plan.before[1], arrive))
    tubes = np.concatenate((plan.before[2], plan.trips.load))
    ended = [
        _tested(labs, each, at[lab == each], tubes[lab == each], noise, seed, replicate) for each in np.unique(lab)
    ]
    last = np.concatenate([each.ended for each in ended]) if ended else np.array([plan.now])
    count = np.concatenate([each.tubes for each in ended]) if ended else np.array([0])
    order = np.argsort(last, kind="stable")
    reported = report(last[order], count[order], plan.report_s, plan.report_h)
    return {
        "sampling": int(sealed.max(initial=plan.now)),
        "delivery": int(at.max(initial=plan.now)),
        "testing": int(last.max(initial=plan.now)),
        "reporting": int(reported.max(initial=plan.now)),
    }


def _driven(plan: Round, sealed: Ints, factor: Floats) -> Ints:
    """When each trip is unloaded, int64[n_trips]: each vehicle's trips one after another, none before its planned hour.

    At a stop the vehicle waits for the tubes that the plan has it take.
    """
    trips = plan.trips
    last = sealed[trips.first + trips.tubes - 1] if len(trips.node) else trips.node
    arrive = np.zeros(len(trips.lab), np.int64)
    free: dict[int, int] = {}
    begin_stop = 0
    leg = 0
    for k in range(len(trips.lab)):
        vehicle = int(trips.vehicle[k])
        now = max(int(trips.begin[k]), free.get(vehicle, 0))
        left = int(trips.begin[k])
        for stop in range(begin_stop, int(trips.stops[k])):
            now += round((int(trips.reach[stop]) - left) * factor[leg])
            now = max(now, int(last[stop])) + plan.load_s
            left = int(trips.leave[stop])
            leg += 1
        now += round((int(trips.arrive[k]) - plan.unload_s - left) * factor[leg]) + plan.unload_s
        leg += 1
        begin_stop = int(trips.stops[k])
        arrive[k] = free[vehicle] = now
    return arrive


def _stopped(labs: Labs, noise: Noise, seed: int, replicate: int) -> Labs:
    """The labs with some hours lost, the same labs where nothing stops."""
    if not noise.lab_stops_a_day:
        return labs
    n, hours = labs.rate.shape
    days = -(-hours // 24)
    rate = labs.rate.astype(np.float64)
    drawn = chance(seed, replicate, 2, 3 * n * days).reshape(3, n, days)
    for lab, day in zip(*np.nonzero(drawn[0] < noise.lab_stops_a_day), strict=True):
        begin = (day + drawn[1, lab, day]) * 24
        end = begin - np.log(drawn[2, lab, day]) * noise.stop_s / HOUR
        hour = np.arange(hours)
        lost = np.clip(np.minimum(end, hour + 1) - np.maximum(begin, hour), 0, 1)
        rate[lab] *= 1 - lost
    return replace(labs, rate=np.floor(rate).astype(np.int64))


def _tested(  # noqa: PLR0913
    labs: Labs, lab: int, at: Ints, tubes: Ints, noise: Noise, seed: int, replicate: int
) -> Tested:
    """First come first served; tubes of invalid runs come back to the end of the queue with their result."""
    done = test(labs, lab, at, tubes)
    if not noise.invalid:
        return done
    drawn = chance(seed, replicate, 3 + int(lab), len(done.tubes))
    mean = done.tubes * noise.invalid
    again = np.rint(np.maximum(mean + np.sqrt(mean * (1 - noise.invalid)) * ndtri(drawn), 0)).astype(np.int64)
    again = np.minimum(again, done.tubes)
    back = again > 0
    return test(labs, lab, np.concatenate((at, done.ended[back])), np.concatenate((tubes, again[back])))
