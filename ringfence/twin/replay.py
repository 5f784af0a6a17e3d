"""An outbreak of the past told again: what was published beside what the twin would have said, with the coverage as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from ringfence.core.errors import Refused
from ringfence.science import smc
from ringfence.twin.calibrate import Effort, Futures, Posterior, chosen, normals, unit_twin
from ringfence.twin.city import City
from ringfence.twin.city_file import find
from ringfence.twin.declared import opened
from ringfence.twin.kernels.keyed import key, mix
from ringfence.twin.priors import Priors, read_priors
from ringfence.twin.replay_file import BELIEFS, FRACTIONS, SHIPPED, Measured, Replay
from ringfence.twin.scenario import SHIPPED as SCENARIOS
from ringfence.twin.scenario import Scenario
from ringfence.twin.seen import Seen
from ringfence.twin.spreading import spread_over
from ringfence.twin.watched import Watched, in_quarantine, under_control

Floats = npt.NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
INNER, OUTER = 0.5, 0.9
LIKE = 2.0
"""A start is like another where it has at least a half and at most twice as many cases."""
TRIED = 40
"""Replicates tried for each one that is kept for its start, at most."""
OWN = 431


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: as it was published, and quantiles of what was predicted."""

    what: str
    first: str
    last: str
    observed: float
    predicted: tuple[float, ...]  # at QUANTILES
    within_50: bool
    within_90: bool
    use: str  # fitted, start, predicted
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Told:
    """A replay's answer."""

    lines: list[Line]
    kept: int
    tried: int
    unseen: int
    """Replicates in which nobody was found in time, or that were given up because of their size."""

    def coverage(self, use: str, *, counts: bool) -> dict[str, Any] | None:
        """How many figures lie in the 50 % and the 90 % interval; None where there is none of this use."""
        lines = [each for each in self.lines if each.use == use and (each.what == "found") == counts]
        if not lines:
            return None
        return {
            "figures": len(lines),
            "within_50": sum(each.within_50 for each in lines),
            "within_90": sum(each.within_90 for each in lines),
        }


# -- posteriors that are kept -----------------------------------------------------------------------------------------


def fingerprint(replay: Replay) -> str:
    """What a posterior follows from, as one word: the published counts, the scenario and the priors."""
    found = hashlib.sha256()
    for path in (find(replay.scenario, SCENARIOS, "scenario"), find(replay.priors, BELIEFS, "priors")):
        found.update(repr(_numbers(opened(path, needs_sources=False).told)).encode())
    found.update(repr([(str(each.first), str(each.last), each.count) for each in replay.found]).encode())
    return found.hexdigest()[:16]


def _numbers(told: Any) -> Any:
    """What a file tells without where it comes from, in the order of names."""
    if not isinstance(told, dict):
        return told
    return [(name, _numbers(told[name])) for name in sorted(told) if name not in ("source", "certainty", "title")]


def as_json(posterior: Posterior, replay: Replay, effort: Effort) -> bytes:
    """A posterior as a file: rounded to five digits, one line a particle."""
    head = {
        "of": replay.name, "fingerprint": fingerprint(replay), "seed": effort.seed, "runs": posterior.runs,
        "names": posterior.names,
        "generations": [[round(each.tolerance, 4), each.tries, round(each.accepted, 4), round(each.effective, 1)]
                        for each in posterior.generations],
    }  # fmt: skip
    rows = [
        [float(f"{value:.5g}") for value in (weight, distance, *point)]
        for weight, distance, point in zip(posterior.weights, posterior.distances, posterior.points, strict=True)
    ]
    particles = b",\n  ".join(orjson.dumps(row) for row in rows)
    return orjson.dumps(head)[:-1] + b',"particles":[\n  ' + particles + b"\n]}\n"


def kept_posterior(replay: Replay, folder: Path = SHIPPED) -> Posterior:
    """The posterior that was kept for a replay; refused where there is none, or where it follows from other figures."""
    path = folder / f"{replay.name}.json"
    if not path.is_file():
        raise Refused("replay_not_calibrated", name=replay.name)
    told = orjson.loads(path.read_bytes())
    if told["fingerprint"] != fingerprint(replay):
        raise Refused("replay_calibrated_otherwise", name=replay.name)
    rows = np.array(told["particles"], np.float64)
    points, weights = rows[:, 2:], rows[:, 0] / rows[:, 0].sum()
    priors = read_priors(find(replay.priors, BELIEFS, "priors")).but(told["names"])
    return Posterior(told["names"], points, priors.values(points), weights, rows[:, 1])


# -- telling again ----------------------------------------------------------------------------------------------------


def values_for(replay: Replay, posterior: Posterior, priors: Priors, many: int, seed: int) -> tuple[list[str], Floats]:
    """Names and values float[many, k]: those carried over as the posterior says, the others as the priors of this outbreak."""
    drawn = chosen(posterior, many, seed)
    if not replay.carries:
        return posterior.names, drawn
    over = [posterior.names.index(name) for name in replay.carried]
    own = priors.but([name for name in priors.names if name not in replay.carried])
    base = np.uint64(mix(np.uint64(seed)))
    points = np.array([normals(np.uint64(key(base, n, OWN)), len(own.each)) for n in range(many)])
    order = np.argsort(
        [int(key(base, n, OWN + 1)) for n in range(many)]
    )  # why not as drawn: the comb goes through in order
    return [*replay.carried, *own.names], np.column_stack([drawn[order][:, over], own.values(points)])


def tell_again(  # noqa: PLR0913 (what is told, and how often)
    replay: Replay,
    city: City,
    scenario: Scenario,
    posterior: Posterior,
    priors: Priors,
    replicates: int,
    effort: Effort,
    heard: Callable[[int], None] = lambda _: None,
) -> Told:
    """Replicates of the posterior with fresh chance, beside what was published.

    Where the replay has a start, replicates are tried until as many have one like it (within a half and twice of its
    cases), at most forty for each; refused where none has.
    """
    seen = replay.seen
    most = replicates * (TRIED if replay.start_days else 1)
    names, values = values_for(replay, posterior, priors, most, effort.seed)
    futures = Futures(unit_twin(city, scenario), names, values, effort.seed, seen.days)
    kept: list[Watched] = []
    tried = unseen = 0
    while len(kept) < replicates and tried < most:
        piece = range(tried, min(most, tried + replicates))
        for each in spread_over(piece, futures.one, workers=effort.workers, cluster=effort.cluster):
            tried += 1
            unseen += each is None
            if each is not None and _starts_alike(replay, each) and len(kept) < replicates:
                kept.append(each)
                heard(len(kept))
    if not kept:
        raise Refused("replay_nothing_alike", name=replay.name, tried=tried, days=replay.start_days)
    return Told(_lines(replay, kept), len(kept), tried, unseen)


def _starts_alike(replay: Replay, watched: Watched) -> bool:
    if not replay.start_days:
        return True
    wanted = sum(each.count for each in replay.found if replay.day(each.last) < replay.start_days)
    found = int(watched.found[: replay.start_days].sum())
    return wanted / LIKE <= found <= wanted * LIKE


def _lines(replay: Replay, kept: Sequence[Watched]) -> list[Line]:
    counts = np.array([replay.seen.told_by(each.found) for each in kept], np.float64)
    lines = []
    for n, each in enumerate(replay.found):
        began = replay.day(each.last) < replay.start_days
        use = "start" if began else ("predicted" if replay.carries else "fitted")
        ends = (str(each.first), str(each.last))
        lines.append(_line("found", ends, each.count, counts[:, n], (use, each.source, each.certainty)))
    for told in replay.measured:
        sample = np.array([measured(told, replay, each) for each in kept])
        use = "start" if replay.day(told.last) < replay.start_days else "predicted"
        ends = (str(told.first), str(told.last))
        lines.append(_line(told.what, ends, told.value, sample, (use, told.source, told.certainty)))
    return lines


def _line(what: str, ends: tuple[str, str], value: float, sample: Floats, beside: tuple[str, str, str]) -> Line:
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        sample = np.zeros(1)
    found = np.quantile(sample, QUANTILES)
    inner, outer = smc.covered(value, sample, INNER), smc.covered(value, sample, OUTER)
    return Line(what, *ends, float(value), tuple(found.tolist()), inner, outer, *beside)


def measured(told: Measured, replay: Replay, watched: Watched) -> float:
    """What a replicate has to say to a published figure; not a number where it has nothing to say."""
    first, last = replay.day(told.first), min(replay.day(told.last), len(watched.found) - 1)
    if told.what == "in_quarantine":
        return in_quarantine(watched, first, last)
    if told.what == "under_control":
        return under_control(watched, first, last)
    if told.what == "last_day_at_large":
        found = np.flatnonzero(watched.at_large)
        return float(found[-1]) if found.size else float("nan")
    if told.what == "first_area":
        total = watched.found[first : last + 1].sum()
        return float(watched.first_area[first : last + 1].sum() / total) if total else float("nan")
    if told.what == "in_rounds":
        return float(watched.in_rounds[first : last + 1].sum())
    by_day: npt.NDArray[np.int64] = getattr(watched, told.what)
    return float(by_day[last])


def check(  # noqa: PLR0913 (what is checked, and how often)
    city: City, scenario: Scenario, posterior: Posterior, seen: Seen, replicates: int, effort: Effort
) -> dict[str, Any]:
    """The posterior's own prediction with fresh chance, beside what it was calibrated on."""
    values = chosen(posterior, replicates, effort.seed)
    futures = Futures(unit_twin(city, scenario), posterior.names, values, effort.seed, seen.days)
    ran = spread_over(range(replicates), futures.one, workers=effort.workers, cluster=effort.cluster)
    kept = [each for each in ran if each is not None]
    if not kept:
        raise Refused("calibration_nothing_near", tries=replicates, found=0)
    counts = np.array([seen.told_by(each.found) for each in kept], np.float64)
    rows = [(float(value), counts[:, n]) for n, value in enumerate(seen.counts)]
    totals = counts.sum(1)
    return {
        "figures": len(rows), "within_50": sum(smc.covered(value, sample, INNER) for value, sample in rows),
        "within_90": sum(smc.covered(value, sample, OUTER) for value, sample in rows), "total": seen.total,
        "totals": {f"{share:g}": float(value) for share, value in zip(QUANTILES, np.quantile(totals, QUANTILES), strict=True)},
        "below_total": float((totals < seen.total).mean()), "unseen": replicates - len(kept),
    }  # fmt: skip


def shown(value: float, what: str) -> str:
    """A figure as a table shows it."""
    return f"{value:.0%}" if what in FRACTIONS else f"{value:,.0f}"
