"""When a round will be through, by the pace that its stages have lately kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.desks.testing.queries.board import FourStages, HourRow, four_stages
from ringfence.desks.testing.queries.rounds import Coverage, RoundRow, round_coverage, round_row
from ringfence.facts.ids import JurisdictionId, RoundId
from ringfence.registry.queries.areas import narrowed_to
from ringfence.science.finish_forecast import forecast_finish

STEPS = ("sampling", "delivery", "testing")
"""What is forecast: swabbed, taken in by a laboratory, read."""
MOST_HOURS = 96
HOUSEHOLD = 3  # people to a tube where each household has its own
LONG = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StepForecast:
    """One stage: when it is through (None: not at this pace within a week), its pace in people an hour, what waits."""

    stage: str
    middle_at: datetime | None
    early_at: datetime | None
    late_at: datetime | None
    per_hour: float | None
    waiting: int


@dataclass(frozen=True, slots=True)
class RoundForecast:
    """When a round is through, counted by whole hours until `as_of`; nine in ten paths end between early and late."""

    as_of: datetime
    people: int
    done: int
    steps: list[StepForecast]
    bottleneck: str | None

    @property
    def finish(self) -> StepForecast:
        """The last stage: results."""
        return self.steps[-1]


@query(may="see")
def finish_of_round(
    scope: Scope, *, round: RoundId, now: datetime, under: JurisdictionId | None = None
) -> RoundForecast | None:
    """When a round will be through at the asker's places, by the pace of its stages."""
    row = round_row(scope, round)
    found = four_stages(scope, round=round, under=under)
    if row is None or found is None:
        return None
    return forecast_of(scope, row, found, round_coverage(scope, round=round, under=under), now, under)


def forecast_of(  # noqa: PLR0913 (what a board has gathered already)
    scope: Scope,
    row: RoundRow,
    found: FourStages,
    coverage: Coverage,
    now: datetime,
    under: JurisdictionId | None = None,
) -> RoundForecast | None:
    """The forecast from what is known; None before the first whole hour of swabs."""
    as_of = now.replace(minute=0, second=0, microsecond=0)
    done = _done(found.hours, as_of)
    if done is None:
        return None
    total = coverage.people - coverage.excused + coverage.beyond
    told = _capacity(narrowed_to(scope, under), row.pool_size or HOUSEHOLD)
    made = forecast_finish(done, total, capacity=told, quantiles=(0.05, 0.5, 0.95), paths=200)
    steps = []
    for n, name in enumerate(STEPS):
        early, middle, late = (_at(as_of, float(hours)) for hours in made.finish_hours[n])
        pace = float(made.pace[n])
        steps.append(StepForecast(name, middle, early, late, pace if np.isfinite(pace) else None, int(made.waiting[n])))
    bottleneck = STEPS[made.bottleneck] if made.bottleneck is not None else None
    return RoundForecast(as_of, total, int(done[-1].sum()), steps, bottleneck)


def _at(as_of: datetime, hours: float) -> datetime | None:
    return as_of + timedelta(hours=hours) if np.isfinite(hours) and hours < LONG.total_seconds() / 3600 else None


def _done(hours: Sequence[HourRow], as_of: datetime) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    """People through each stage in each whole hour: float[n_stages, n_hours]; a stage never ahead of the one before it."""
    seen = [row for row in hours if row.hour < as_of and row.people_came]
    if not seen:
        return None
    first = max(min(row.hour for row in seen), as_of - timedelta(hours=MOST_HOURS))
    n = int((as_of - first).total_seconds() // 3600)
    did = np.zeros((len(STEPS), n))
    for row in seen:
        place = {"sampling": 0, "testing": 1, "reporting": 2}.get(row.stage)
        if place is not None:
            did[place, max(int((row.hour - first).total_seconds() // 3600), 0)] += row.people_came
    so_far = np.cumsum(did, axis=1)
    for place in (1, 0):  # a tube read before its receipt was delivered all the same
        so_far[place] = np.maximum(so_far[place], so_far[place + 1])
    return np.diff(so_far, axis=1, prepend=0.0)


def _capacity(scope: Scope, pool_size: int) -> list[float]:
    """People an hour of each stage by what its sites and laboratories say of themselves; NaN where nothing is known."""
    within, ends = scope.sql("path")
    lanes = db.ask_one(
        f"SELECT sum(lanes * swabs_per_hour) FROM testing_site WHERE closed = FALSE AND {within}",
        ends,
    )
    labs = db.ask_one(f"SELECT sum(tubes_per_hour) FROM testing_laboratory WHERE {within}", ends)
    sampling = float(lanes[0]) if lanes and lanes[0] else float("nan")
    testing = float(labs[0]) * pool_size if labs and labs[0] else float("nan")
    return [sampling, float("nan"), testing]
