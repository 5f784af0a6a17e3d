"""The plan of a round under way, as it can be asked. The engine loads its solvers only when a plan is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ringfence.core.access import Scope
from ringfence.core.declare import Query, query
from ringfence.core.errors import Refused
from ringfence.core.policy import Number
from ringfence.desks.testing.plans import Plan, Told, make
from ringfence.desks.testing.plans.standing import Remark, Standing
from ringfence.facts.ids import JurisdictionId, OutbreakId, RoundId
from ringfence.registry.queries.areas import narrowed_to

if TYPE_CHECKING:
    from ringfence.desks.testing.plans.from_round import Gathered

MOST_TUBES = 60_000
MOST_SITES = 400
"""Above either a plan takes longer than somebody waits for a page; the command line makes it all the same."""
SEED, REPLAYS = 1, 100
MOST_REPLAYS = 1000  # for one who waits before a page


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundPlan:
    """The plan of a round as it stands at a moment. Hour 0 of `plan` begins at `begins_at`; sites and labs are place ids."""

    round: RoundId
    begins_at: datetime
    as_of: datetime
    deadline_at: datetime
    deadline_passed: bool
    standing: Standing
    remarks: tuple[Remark, ...]
    plan: Plan


@query(may="see")
def plan_of_round(  # noqa: PLR0913 (each may be told)
    scope: Scope,
    numbers: Mapping[str, Number],
    *,
    outbreak: OutbreakId,
    round: RoundId | None = None,
    under: JurisdictionId | None = None,
    now: datetime,
    vehicles: int | None = None,
    within_hours: float | None = None,
    replays: int = REPLAYS,
) -> RoundPlan:
    """Plan what is left of a round: finish, bottleneck, what would help, who does what by the hour."""
    from ringfence.desks.testing.plans.from_round import gather  # noqa: PLC0415 (loads the solvers)

    gathered = gather(
        narrowed_to(scope, under), numbers, outbreak=outbreak, round_id=round, now=now, vehicles=vehicles,
        within_hours=within_hours,
    )  # fmt: skip
    small_enough(gathered.told)
    return planned(gathered, min(replays, MOST_REPLAYS))


def plan_at_any_size(  # noqa: PLR0913 (each may be told)
    scope: Scope,
    numbers: Mapping[str, Number],
    *,
    outbreak: OutbreakId,
    round: RoundId | None = None,
    now: datetime,
    vehicles: int | None = None,
    within_hours: float | None = None,
    replays: int = REPLAYS,
) -> RoundPlan:
    """As `plan_of_round`, however long it takes."""
    from ringfence.desks.testing.plans.from_round import gather  # noqa: PLC0415 (loads the solvers)

    gathered = gather(
        scope, numbers, outbreak=outbreak, round_id=round, now=now, vehicles=vehicles, within_hours=within_hours
    )
    return planned(gathered, replays)


AT_ANY_SIZE = Query(plan_at_any_size, "see")
"""No door but the command line's has this: it may take minutes."""


def planned(gathered: Gathered, replays: int = REPLAYS) -> RoundPlan:
    """Make the plan of what was gathered, replayed with noise so many times."""
    return RoundPlan(
        round=gathered.round,
        begins_at=gathered.begins_at,
        as_of=gathered.as_of,
        deadline_at=gathered.deadline_at,
        deadline_passed=gathered.deadline_passed,
        standing=gathered.standing,
        remarks=gathered.remarks,
        plan=make(gathered.told, seed=SEED if replays > 0 else None, replicates=max(replays, 1)),
    )


def small_enough(told: Told) -> None:
    """Refuse a plan for which nobody should wait before a page."""
    household = told.figure("household_size")
    tubes = 0.0
    for each in told.cells:
        pool = told.round.pool if each.pool is None else each.pool
        tubes += (each.population - each.sampled) / (household if pool == "household" else float(pool))
    tubes += sum(each.waiting for each in told.sites)
    sites = len(told.sites) or round(sum(each.population for each in told.cells) / told.figure("people_per_site"))
    if tubes > MOST_TUBES or sites > MOST_SITES:
        raise Refused(
            "plan_too_large_here", tubes=round(tubes), sites=sites, most_tubes=MOST_TUBES, most_sites=MOST_SITES
        )
