"""Laboratories in a whole-city testing round: queue, throughput and reports. Seconds from the start, whole tubes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringfence.science.testing_plan import HOUR, Floats, Ints

TUBE = HOUR
"""Work of one tube, in tube-seconds an hour: a lab of c tubes an hour does c of these a second, so all stays whole."""


@dataclass(frozen=True, slots=True)
class Labs:
    """n labs over so many hours.

    `x`, `y` float[n] in metres; `rate` int64[n, hours] tubes that may be started in each hour from the start (0 when
    closed); `run_s` int64[n] from the start of a tube's test to its result; `batch` int64[n] tubes to a run and
    `machines` int64[n], both 0 where tubes go in one by one. In a lab of runs `rate` is machines x batch x 3600 / run_s.
    """

    x: Floats
    y: Floats
    rate: Ints
    run_s: Ints
    batch: Ints
    machines: Ints

    def work(self, lab: int, at: Ints) -> Ints:
        """Work that could have been done by a moment, int64[n], in `TUBE`ths."""
        row = self.rate[lab]
        done = np.concatenate(([0], np.cumsum(row))) * HOUR
        at = np.clip(at, 0, len(row) * HOUR)
        hour = np.minimum(at // HOUR, len(row) - 1)
        found: Ints = done[hour] + row[hour] * (at - hour * HOUR)
        return found

    def when(self, lab: int, work: Ints) -> Ints:
        """The first moment by which so much work can be done, int64[n]; `NEVER` beyond the hours known."""
        row = self.rate[lab]
        done = np.concatenate(([0], np.cumsum(row))) * HOUR
        hour = np.searchsorted(done, work, side="left") - 1
        inside = np.clip(hour, 0, len(row) - 1)
        at = inside * HOUR - (-(work - done[inside]) // np.maximum(row[inside], 1))
        return np.where(work > done[-1], NEVER, np.where(work <= 0, 0, at))


NEVER = np.int64(2**40)


@dataclass(frozen=True, slots=True)
class Tested:
    """What a lab did with what it received: groups of tubes in the order of their results.

    `received`, `begun`, `ended` (results known) and `tubes`: int64[n_groups]. Within a group of a lab without runs,
    tubes go in evenly over the hours' rates.
    """

    received: Ints
    begun: Ints
    ended: Ints
    tubes: Ints


def test(labs: Labs, lab: int, at: Ints, tubes: Ints) -> Tested:
    """First come first served, from deliveries int64[n] twice (any order)."""
    order = np.argsort(at, kind="stable")
    at, tubes = at[order], tubes[order]
    if labs.batch[lab]:
        return _in_runs(labs, lab, at, tubes)
    need = np.cumsum(tubes) * TUBE
    ready = labs.work(lab, at)
    done = need + np.maximum.accumulate(ready - (need - tubes * TUBE))
    begun = np.maximum(labs.when(lab, done - tubes * TUBE), at)
    return Tested(at, begun, labs.when(lab, done) + labs.run_s[lab], tubes)


def _in_runs(labs: Labs, lab: int, at: Ints, tubes: Ints) -> Tested:
    """Runs of a fixed size on machines alike: only the first run is not full, each goes when its last tube is there.

    With equal run times and known arrivals no other grouping ends sooner (Ikura and Gimple 1986, Oper Res Lett 5(2):
    61-65, doi:10.1016/0167-6377(86)90104-5).
    """
    total, size = int(tubes.sum()), int(labs.batch[lab])
    ends = np.arange(total, 0, -size)[::-1]
    sizes = np.diff(np.concatenate(([0], ends)))
    received = at[np.searchsorted(np.cumsum(tubes), ends, side="left")] if total else at[:0]
    machines, run = int(labs.machines[lab]), int(labs.run_s[lab])
    free = np.zeros(machines, np.int64)
    begun = np.zeros(len(ends), np.int64)
    for j, ready in enumerate(received):
        first = int(np.argmin(free))
        begun[j] = _when_open(labs.rate[lab], max(int(free[first]), int(ready)))
        free[first] = begun[j] + run
    return Tested(received, begun, begun + run, sizes)


def _when_open(rate: Ints, at: int) -> int:
    """The moment itself if the lab is open then, else the next opening."""
    hour = at // HOUR
    if hour >= len(rate):
        return int(NEVER)
    if rate[hour] > 0:
        return at
    later = np.flatnonzero(rate[hour:] > 0)
    return (hour + int(later[0])) * HOUR if len(later) else int(NEVER)


def results_by(labs: Labs, lab: int, tested: Tested, moments: Ints) -> Ints:
    """Tubes with a result by each moment, int64[n_moments]."""
    if labs.batch[lab]:
        done = np.concatenate(([0], np.cumsum(tested.tubes)))
        whole: Ints = done[np.searchsorted(tested.ended, moments, side="right")]
        return whole
    last = labs.work(lab, np.minimum(tested.ended - labs.run_s[lab], NEVER))
    first = last - tested.tubes * TUBE
    # A group's last tube may end within the second that its work ends in: counted when the second is over.
    done = (labs.work(lab, moments - labs.run_s[lab])[:, None] - first[None, :]) // TUBE
    over = tested.ended[None, :] <= moments[:, None]
    found: Ints = np.where(over, tested.tubes, np.clip(done, 0, np.maximum(tested.tubes - 1, 0))).sum(axis=1)
    return found


def report(at: Ints, tubes: Ints, delay_s: int, rate_h: int | None) -> Ints:
    """When each group of results is reported: int64[n] from results' times and tubes, ascending in time.

    One office for the whole city that reports `rate_h` tubes an hour (None: as many as come), `delay_s` after a result.
    """
    if rate_h is None:
        return at + delay_s
    need = np.cumsum(tubes) * TUBE
    done = need + np.maximum.accumulate(at * rate_h - (need - tubes * TUBE))
    reported: Ints = -(-done // rate_h) + delay_s
    return reported
