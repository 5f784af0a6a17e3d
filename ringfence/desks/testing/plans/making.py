"""A plan made: worked out, proven, compared with the plain rule, and written down hour by hour."""

from __future__ import annotations

import numpy as np

from ringfence.core.errors import Refused
from ringfence.desks.testing.plans.answer import FigureUsed, NoiseTold, Plain, Plan, Supply
from ringfence.desks.testing.plans.building import HORIZON_HOURS, build
from ringfence.desks.testing.plans.needs import Wanted, hours, stages
from ringfence.desks.testing.plans.rows import Rows
from ringfence.desks.testing.plans.told import Told
from ringfence.science.testing_plan import HOUR
from ringfence.science.testing_plan_labs import NEVER
from ringfence.science.testing_plan_means import STAGES, sampling
from ringfence.science.testing_plan_noise import Noise, Round, replay
from ringfence.science.testing_plan_proof import bound
from ringfence.science.testing_plan_solve import QUICK, Solved, solve

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def make(told: Told, *, seed: int | None = None, replicates: int = 200) -> Plan:
    """Make a plan. With a `seed` it is also replayed with noise. Raises `Refused` where no plan can come of it."""
    built = build(told)
    means = built.means
    sampled = sampling(means)
    best = solve(means, given=sampled)
    if best.end >= NEVER:
        raise Refused("plan_no_finish", days=HORIZON_HOURS // 24)
    plain = solve(means, "nearest", keens=QUICK, given=sampled)
    best = min(best, plain, key=lambda each: each.end)
    low = bound(means, sampled, best.end)
    rows, bottleneck = stages(means, best)
    wanted = _wanted(told, best, low)
    late = best.end > wanted.deadline
    alone = list(wanted.alone()) if late else []
    written = Rows(told, built, best)
    return Plan(
        name=told.round.name,
        start=told.round.start.isoformat(sep=" ", timespec="minutes"),
        now_h=told.round.now_hour,
        deadline_h=told.figure("deadline_hours"),
        finish_h=hours(best.end),
        bound_h=hours(low),
        gap=round(best.end / low - 1, 6),
        on_time=not late,
        bottleneck=bottleneck,
        stages=rows,
        alone=tuple(need for _, need in alone),
        mix=wanted.mix(alone) if late else None,
        plain=_plain(told, plain),
        noise=None if seed is None else noisy(told, best, seed, replicates),
        totals=written.totals(),
        figures=_figures(told),
        hours=written.hours(),
        labs=written.labs(),
        sites=written.sites(),
        trips=written.trips(),
        supply=tuple(Supply(depot=depot, site=built.site[n], tubes=tubes) for depot, n, tubes in built.supply),
    )


def _wanted(told: Told, plan: Solved, low: int) -> Wanted:
    costs = told.figure("sampler_cost"), told.figure("vehicle_cost"), told.figure("lab_cost")
    return Wanted(plan.means, plan, low, round(told.figure("deadline_hours") * HOUR), costs)


def _figures(told: Told) -> tuple[FigureUsed, ...]:
    return tuple(
        FigureUsed(name=name, value=each.value, unit=each.unit, source=each.source, certainty=each.certainty)
        for name, each in told.figures.items()
    )


def _plain(told: Told, plan: Solved) -> Plain:
    load = np.array([0 if each is None else int(each.tubes.sum()) for each in plan.tested])
    busiest = int(load.argmax())
    return Plain(
        finish_h=hours(plan.end),
        stages_h={stage: hours(plan.finish[stage]) for stage in STAGES},
        trips=len(plan.trips.lab),
        busiest_lab=told.labs[busiest].id,
        busiest_lab_tubes=int(load[busiest]),
    )


def as_round(plan: Solved) -> Round:
    """A plan as the replay takes it."""
    means = plan.means
    return Round(
        sealed=plan.sampling.sealed,
        nodes=plan.nodes,
        trips=plan.trips,
        labs=means.labs,
        before=means.before,
        load_s=means.handling.load_s,
        unload_s=means.handling.unload_s,
        report_s=means.report_s,
        report_h=means.report_h,
        now=means.now,
    )


def noisy(told: Told, plan: Solved, seed: int, replicates: int) -> NoiseTold:
    """The plan replayed so many times, each with its own draws."""
    each = told.noise
    noise = Noise(each.sampling_cv, each.travel_cv, each.lab_stops_a_day, each.stop_minutes * 60, each.invalid)
    replayed = as_round(plan)
    ends = [replay(replayed, noise, seed, n) for n in range(replicates)]
    finish = np.array([end["reporting"] for end in ends])
    middle = {stage: round(float(np.median([end[stage] for end in ends])) / HOUR, 3) for stage in STAGES}
    deadline = told.figure("deadline_hours") * HOUR
    return NoiseTold(
        seed=seed,
        replicates=replicates,
        finish_h={name: round(float(np.quantile(finish, share)) / HOUR, 3) for name, share in QUANTILES.items()},
        stages_p50_h=middle,
        on_time=round(float((finish <= deadline).mean()), 4),
        without_noise_h=hours(replay(replayed, Noise(), seed, 0)["reporting"]),
    )
