"""What is told, made into the arrays that the plan is worked out from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ringfence.core.errors import Refused
from ringfence.desks.testing.plans.reading import DAY_S, clock_hours
from ringfence.desks.testing.plans.told import Cell, Lab, Place, Told
from ringfence.science.testing_plan import HOUR, Floats, Ints, Windows, far, plane
from ringfence.science.testing_plan_labs import Labs
from ringfence.science.testing_plan_means import Fleet, Means, Stations
from ringfence.science.testing_plan_shares import least_travel, place_sites
from ringfence.science.testing_plan_trips import Handling

HORIZON_HOURS = 24 * 14
"""A round that is not over after two weeks is refused."""
ANY_LANES = 10**6


@dataclass(frozen=True, kw_only=True)
class Built:
    """The means, and who is who in their arrays: a station is one pool size at one site (or cell, where sites are placed).

    `site`: its name, by station; `cell`: the cell that most of its people come from; `supply`: (depot, station, tubes).
    """

    means: Means
    site: tuple[str, ...]
    cell: tuple[str, ...]
    people_in_all: int
    supply: tuple[tuple[str, int, int], ...]


def build(told: Told) -> Built:
    """Raises `Refused` where no plan can come of it."""
    where = _Where(told)
    stations, site, cell = _stations(told, where)
    labs = _labs(told, where)
    fleet = _fleet(told, where)
    _labs_are_within_reach(told, stations, labs, fleet)
    windows = _windows(told)
    samplers = _samplers(told, stations)
    id_of = {lab.id: n for n, lab in enumerate(told.labs)}
    now = round(told.round.now_hour * HOUR)
    before = [(n, now, lab.queue) for n, lab in enumerate(told.labs) if lab.queue]
    before += [(id_of[each.lab], max(round(each.eta_hour * HOUR), now), each.tubes) for each in told.underway]
    means = Means(
        stations=stations,
        samplers=samplers,
        move_s=round(told.figure("move_minutes") * 60),
        windows=windows,
        labs=labs,
        fleet=fleet,
        handling=_handling(told),
        before=tuple(np.array([each[n] for each in before], np.int64) for n in range(3)),  # type: ignore[arg-type]
        report_s=round(told.figure("report_minutes") * 60),
        report_h=told.round.reports_per_hour,
        now=now,
    )
    _it_can_end(means)
    supply = _supply(told, where, stations)
    people = sum(each.population for each in told.cells)
    return Built(means=means, site=site, cell=cell, people_in_all=people, supply=supply)


class _Where:
    """Every place in metres of one plane, about the middle of the cells."""

    def __init__(self, told: Told) -> None:
        known = [each for each in told.cells if each.lat is not None and each.lon is not None]
        self.middle = (
            (float(np.mean([each.lat for each in known])), float(np.mean([each.lon for each in known])))
            if known
            else (0.0, 0.0)
        )

    def of(self, places: Sequence[Place]) -> tuple[Floats, Floats]:
        """Metres east and north, float[n] twice."""
        if places and places[0].lat is not None:
            lat = np.array([each.lat for each in places], float)
            lon = np.array([each.lon for each in places], float)
            return plane(lat, lon, self.middle)
        return np.array([each.x for each in places], float), np.array([each.y for each in places], float)


def _pool(told: Told, cell: Cell) -> float:
    pool = told.round.pool if cell.pool is None else cell.pool
    return told.figure("household_size") if pool == "household" else float(pool)


def _stations(told: Told, where: _Where) -> tuple[Stations, tuple[str, ...], tuple[str, ...]]:
    x, y = where.of(told.cells)
    left = np.array([each.population - each.sampled for each in told.cells], np.int64)
    pools = np.array([_pool(told, each) for each in told.cells])
    if told.sites:
        return _at_sites(told, where, (x, y), left, pools)
    cell, site_x, site_y = place_sites(x, y, left, told.figure("people_per_site"), told.figure("site_spread_m"))
    count = np.bincount(cell, minlength=len(left))
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    people = left[cell] // count[cell] + (nth < left[cell] % count[cell])
    n = len(cell)
    stations = Stations(
        site_x, site_y, people, pools[cell], np.full(n, told.figure("swabs_per_hour")),
        np.full(n, ANY_LANES), np.zeros(n, np.int64), np.zeros(n, np.int64),
    )  # fmt: skip
    names = tuple(f"{told.cells[c].id}-{k + 1}" for c, k in zip(cell, nth, strict=True))
    return stations, names, tuple(told.cells[c].id for c in cell)


def _at_sites(
    told: Told, where: _Where, cells: tuple[Floats, Floats], left: Ints, pools: Floats
) -> tuple[Stations, tuple[str, ...], tuple[str, ...]]:
    """Everybody goes to the nearest site; a site that serves two pool sizes is two stations, its samplers shared."""
    x, y = where.of(told.sites)
    goes = far(*cells, x, y).argmin(axis=1)
    keys = sorted({(int(site), float(pool)) for site, pool, n in zip(goes, pools, left, strict=True) if n})
    keys += [
        (n, float(pools[0])) for n, each in enumerate(told.sites) if each.waiting and n not in {k for k, _ in keys}
    ]
    people = np.array([left[(goes == site) & (pools == pool)].sum() for site, pool in keys], np.int64)
    cell = []
    for site, pool in keys:
        there = np.flatnonzero((goes == site) & (pools == pool))
        cell.append(told.cells[there[left[there].argmax()]].id if len(there) else "")
    index = np.array([site for site, _ in keys], np.int64)
    first = np.diff(index, prepend=-1) > 0
    samplers, lanes = _shared_at(told, index, people)
    stations = Stations(
        x[index], y[index], people, np.array([pool for _, pool in keys]),
        np.array([told.sites[n].swabs_per_hour or told.figure("swabs_per_hour") for n in index], float), lanes, samplers,
        np.where(first, np.array([told.sites[n].waiting for n in index], np.int64), 0),
    )  # fmt: skip
    return stations, tuple(told.sites[n].id for n in index), tuple(cell)


def _shared_at(told: Told, index: Ints, people: Ints) -> tuple[Ints, Ints]:
    """Samplers who stand at a site already, and its lanes, over the stations there, by people."""
    samplers, lanes = np.zeros(len(index), np.int64), np.full(len(index), ANY_LANES)
    for n, site in enumerate(told.sites):
        own = np.flatnonzero(index == n)
        some = own[people[own] > 0]
        if site.samplers is not None and len(some):
            if site.samplers < len(some):
                raise Refused(
                    "plan_site_without_samplers",
                    key=f"sites ({site.id}).samplers",
                    found=site.samplers,
                    wanted=len(some),
                )
            samplers[some] = _in_parts(site.samplers, people[some])
        if site.lanes is not None and len(some):
            lanes[some] = np.maximum(_in_parts(max(site.lanes, len(some)), people[some]), samplers[some])
    return samplers, lanes


def _in_parts(whole: int, people: Ints) -> Ints:
    """A whole number in parts of at least one, by people."""
    parts = np.ones(len(people), np.int64)
    for _ in range(whole - len(people)):
        parts[int((people / parts).argmax())] += 1
    return parts


def _samplers(told: Told, stations: Stations) -> int:
    """Samplers to be shared out among stations whose file says nothing: the round's, less those who stand somewhere."""
    there = int(stations.samplers.sum())
    needy = int(stations.people[stations.samplers == 0].sum())
    if told.round.samplers is not None:
        free = told.round.samplers - there
        if free < 0:
            raise Refused("plan_more_samplers_at_sites", there=there, whole=told.round.samplers)
        if needy and not free:
            raise Refused("plan_no_samplers", people=needy)
        return free
    return math.ceil(needy / told.figure("people_per_sampler"))


def _windows(told: Told) -> Windows:
    """Sampling hours from the clock's, from now on."""
    begin, end = clock_hours(told.round.sampling, "round.sampling")
    start = told.round.start.hour * HOUR + told.round.start.minute * 60 + told.round.start.second
    days = np.arange(-1, HORIZON_HOURS // 24 + 1) * DAY_S - start
    lo, hi = np.maximum(days + begin, 0), days + end
    keep = hi > 0
    if end - begin >= DAY_S:
        return Windows(np.array([0]), np.array([HORIZON_HOURS * HOUR]))
    return Windows(lo[keep].astype(np.int64), hi[keep].astype(np.int64))


def _labs(told: Told, where: _Where) -> Labs:
    x, y = where.of(told.labs)
    run = np.array([_run_s(told, each) for each in told.labs], np.int64)
    rate = np.stack([_rate(told, each) for each in told.labs])
    batch = np.array([each.batch_tubes or 0 for each in told.labs], np.int64)
    return Labs(x, y, rate, run, batch, np.array([each.machines or 0 for each in told.labs], np.int64))


def _run_s(told: Told, lab: Lab) -> int:
    return round((told.figure("run_minutes") if lab.run_minutes is None else lab.run_minutes) * 60)


def _rate(told: Told, lab: Lab) -> Ints:
    """Tubes that a lab may start in each hour of the round, int64[hours]; an hour it opens or shuts in counts in part."""
    hours = np.arange(HORIZON_HOURS)
    if lab.tubes_per_hour is None:
        full = np.full(HORIZON_HOURS, (lab.machines or 0) * (lab.batch_tubes or 0) * HOUR // _run_s(told, lab))
    else:
        given = lab.tubes_per_hour if isinstance(lab.tubes_per_hour, tuple) else (lab.tubes_per_hour,)
        full = np.array(given)[np.minimum(hours, len(given) - 1)]
    begin, end = clock_hours(lab.open, f"labs ({lab.id}).open")
    start = told.round.start.hour * HOUR + told.round.start.minute * 60
    spans = [(day * DAY_S - start + begin, day * DAY_S - start + end) for day in range(-1, HORIZON_HOURS // 24 + 1)]
    share = np.zeros(HORIZON_HOURS)
    since = max(lab.from_hour, told.round.now_hour) * HOUR
    until = HORIZON_HOURS * HOUR if lab.until_hour is None else lab.until_hour * HOUR
    for lo, hi in spans:
        inside = np.minimum((hours + 1) * HOUR, min(hi, until)) - np.maximum(hours * HOUR, max(lo, since))
        share += np.maximum(inside, 0) / HOUR
    share = np.minimum(share, 1.0)
    if lab.tubes_per_hour is None:  # a run begins within an hour that is open from end to end
        share = np.floor(share + 1e-9)
    rate: Ints = np.floor(full * share).astype(np.int64)
    if not rate.any():
        raise Refused("plan_lab_never_works", key=f"labs ({lab.id})", open=lab.open, from_hour=lab.from_hour)
    return rate


def _fleet(told: Told, where: _Where) -> Fleet:
    places = {each.id: each for each in told.depots}, {each.id: each for each in told.labs}
    count = np.array([group.count for group in told.vehicles])
    there = [places[0][g.depot] if g.depot is not None else places[1][g.at_lab or ""] for g in told.vehicles]
    x, y = where.of(there)
    speed = np.array([g.speed_kmh or told.figure("speed_kmh") for g in told.vehicles]) / 3.6 / told.figure("detour")
    boxes = np.array([g.boxes or int(told.figure("vehicle_boxes")) for g in told.vehicles], np.int64)
    free = np.array([round(max(g.from_hour, told.round.now_hour) * HOUR) for g in told.vehicles], np.int64)
    all_ = np.repeat(np.arange(len(count)), count)
    return Fleet(x[all_], y[all_], free[all_], speed[all_], boxes[all_])


def _handling(told: Told) -> Handling:
    load, unload = (round(told.figure(name) * 60) for name in ("loading_minutes", "unloading_minutes"))
    return Handling(int(told.figure("box_tubes")), load, unload, round(told.figure("transport_hours") * HOUR))


# -- what cannot come to anything -------------------------------------------------------------------------------------


def _labs_are_within_reach(told: Told, stations: Stations, labs: Labs, fleet: Fleet) -> None:
    """A lab further from every site than a day's driving is a slip of a coordinate."""
    if not len(stations.x):
        return
    hours = far(labs.x, labs.y, stations.x, stations.y).min(axis=1) / float(fleet.speed.max()) / HOUR
    most = told.figure("deadline_hours")
    for n in np.flatnonzero(hours > most):
        raise Refused(
            "plan_lab_out_of_reach", key=f"labs ({told.labs[n].id})", hours=round(float(hours[n]), 1), most=most
        )


def _it_can_end(means: Means) -> None:
    """The labs can do all of it within the hours that are looked at."""
    own = means.stations
    tubes = int(np.ceil(own.people / own.pool).sum() + own.waiting.sum() + means.before[2].sum())
    room = int(means.labs.rate.sum())
    if room < 2 * tubes and room // 2 < tubes:
        raise Refused("plan_labs_too_small", tubes=tubes, room=room, days=HORIZON_HOURS // 24)
    working = np.ceil(own.people / own.swabs_h).sum() / max(means.samplers + int(own.samplers.sum()), 1)
    if working * HOUR > float((means.windows.end - means.windows.begin).sum()) / 2:
        raise Refused("plan_samplers_too_few", hours=round(float(working)), days=HORIZON_HOURS // 24)


def _supply(told: Told, where: _Where, stations: Stations) -> tuple[tuple[str, int, int], ...]:
    """Empty tubes from depots to stations by the least way; every tube that will be sealed is there before it is needed."""
    stocked = [each for each in told.depots if each.tubes is not None]
    need = np.ceil(stations.people / stations.pool - 1e-9).astype(np.int64)
    if not stocked:
        return ()
    unlimited = [each for each in told.depots if each.tubes is None]
    room = np.array([each.tubes or 0 for each in stocked] + [int(need.sum())] * len(unlimited), np.int64)
    if room.sum() < need.sum():
        raise Refused(
            "plan_tubes_short", need=int(need.sum()), stock=int(room.sum()), missing=int(need.sum() - room.sum())
        )
    x, y = where.of([*stocked, *unlimited])
    cost = np.ceil(far(stations.x, stations.y, x, y)).astype(np.int64)
    flow = least_travel(need, room, cost)
    if flow is None:  # the rooms suffice, so there is a flow
        raise AssertionError
    names = [each.id for each in (*stocked, *unlimited)]
    return tuple((names[d], int(s), int(flow[s, d])) for s, d in zip(*np.nonzero(flow), strict=True))
