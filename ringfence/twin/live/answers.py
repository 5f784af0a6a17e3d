"""The forecast and the comparison as they are told: plain values with their denominators, and what was assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from ringfence.core.access import Who
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.fact import to_micros
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.twin.kernels.layout import AREA
from ringfence.twin.live import comparing, fitting
from ringfence.twin.live.comparing import QUANTILES, Objective, quantiles, wilson
from ringfence.twin.live.futures import LEVELS, ROWS, Future, Futures, as_is, disease_of, futures
from ringfence.twin.live.ground import Ground, ground_of
from ringfence.twin.live.hidden import ASCERTAINED
from ringfence.twin.live.opening import Opening
from ringfence.twin.live.options import SHIPPED, Option, read_options, sets_of
from ringfence.twin.live.standing import FIRST, TODAY, Standing, standing
from ringfence.twin.scenario import Scenario

LONGEST = 120
PAST_SHOWN = 21
Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _of: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Question:
    """What is asked of the twin."""

    outbreak: OutbreakId
    under: JurisdictionId | None = None
    days: int = 14
    replicates: int = 250
    seed: int = 1
    by: date | None = None
    people: int | None = None
    disease: str = ""
    as_is: Path | None = None
    workers: int = 0
    score: bool = False


@dataclass(frozen=True)
class _Begun:
    """What both answers begin with."""

    asked: Question
    standing: Standing
    ground: Ground
    scenario: Scenario
    objective: Objective | None
    fit: fitting.Fit
    told: Futures


def _begin(centre: Centre, who: Who, asked: Question, heard: Progress, *, by: date | None) -> _Begun:
    now = standing(centre, who, asked.outbreak, under=asked.under, people=asked.people)
    objective = objective_of(now, by)
    days = asked.days
    if objective is not None:
        days = max(days, now.index(objective.by) - TODAY)
    if days > LONGEST:
        raise Refused("forecast_too_long", days=days, most=LONGEST)
    scenario = as_is(now, centre.book, disease=asked.disease, days=days, file=asked.as_is)
    heard("city", 0, 1)
    ground = ground_of(now.place, now.places, now.people, centre.home)
    fitted = fitting.fit(now, ground, scenario, seed=asked.seed, heard=lambda done, of: heard("fit", done, of))
    told = futures(
        now, ground, scenario, replicates=asked.replicates, seed=asked.seed, weights=fitted.weights,
        heard=lambda done, of: heard("starts", done, of),
    )  # fmt: skip
    return _Begun(asked, now, ground, scenario, objective, fitted, told)


def objective_of(now: Standing, by: date | None) -> Objective | None:
    """The objective told, else the one set in the registry; refused where its day is not to come."""
    day = by or now.outbreak.by_on
    if day is None:
        return None
    if day <= now.today:
        raise Refused("objective_past", by=day.isoformat(), today=now.today.isoformat(), outbreak=now.outbreak.title)
    return Objective(day, now.outbreak.clear_days or 1)


def place_of(centre: Centre, who: Who, asked: Question) -> str:
    """The path of the place that a question is about; what cannot be answered is refused, before anything long begins."""
    now = standing(centre, who, asked.outbreak, under=asked.under, people=asked.people)
    objective = objective_of(now, asked.by)
    disease_of(now, asked.disease)
    if objective is not None and (days := now.index(objective.by) - TODAY) > LONGEST:
        raise Refused("forecast_too_long", days=days, most=LONGEST)
    return now.place.path


def forecast(centre: Centre, who: Who, asked: Question, heard: Progress = silent) -> dict[str, Any]:
    """From today's real state to quantiles by day, the probability of the objective, and what all of it assumed."""
    begun = _begin(centre, who, asked, heard, by=asked.by)
    counted = _Counter(heard, "replicates", asked.replicates)
    runs = begun.told.run(begun.scenario, range(asked.replicates), asked.workers, counted)
    now = begun.standing
    extra = _round_tests(begun)
    daily = np.array([each.daily for each in runs])
    daily[:, list(ROWS).index("tests")] += extra
    answer = {
        "kind": "forecast", **_about(begun),
        "days": [now.day(FIRST + n).isoformat() for n in range(daily.shape[2])],
        "daily": {name: _by_day(daily[:, n]) for n, name in enumerate(ROWS)},
        "past": _past(now), "objective": _objective(begun, runs), "clear_from": _clear_from(runs),
        "restricted": quantiles([each.restricted for each in runs]),
        "totals": {name: quantiles([each.total(name) for each in runs]) for name in ("infections", "cases", "community")},
        "map": _map(begun, runs), "score": None,
    }  # fmt: skip
    if asked.score:
        held = fitting.held_against(now, begun.ground, begun.scenario, seed=asked.seed)
        answer["score"] = None if held is None else asdict(held)
    return answer


def whatif(  # noqa: PLR0913 (each may be told)
    centre: Centre,
    who: Who,
    asked: Question,
    file: Path | None = None,
    heard: Progress = silent,
    *,
    search: bool = True,
) -> dict[str, Any]:
    """Options on common random numbers, the frontier, and the smallest set of measures that is enough."""
    base = as_is(standing(centre, who, asked.outbreak, under=asked.under, people=asked.people), centre.book,
                 disease=asked.disease, days=asked.days, file=asked.as_is)  # fmt: skip
    options = read_options(file or SHIPPED, base)
    by = asked.by or _day(options.asked.by, options.file)
    begun = _begin(centre, who, _with_days(asked, options.asked.days), heard, by=by)
    objective = begun.objective or Objective(begun.standing.day(begun.scenario.scenario.days - 1), 1)
    of, counted = max(len(options.options), 1) * asked.replicates, 0
    made = []
    counter = _Counter(heard, "options", of)
    for each in options.options or (Option("as-is", "As is", {}),):
        runs = begun.told.run(each.of(begun.scenario), range(asked.replicates), asked.workers, counter)
        made.append(comparing.ran(begun.told, each, runs, objective))
        counted += len(runs)
    answer = {
        "kind": "whatif", **_about(begun), "objective": _told_objective(begun, objective), "wanted": options.asked.probability,
        "options": comparing.compared(made, begun.standing, options.asked.probability),
        "until": begun.standing.day(begun.scenario.scenario.days - 1).isoformat(),
        "file": options.file, "smallest": None, "runs": counted,
    }  # fmt: skip
    if search and options.measures:
        sets = sets_of(options.measures)
        likely = comparing.RUNG * len(sets) * 4
        answer["smallest"] = comparing.smallest(
            begun.told, sets, objective, options.asked.probability, workers=asked.workers,
            heard=lambda done: heard("search", min(done, likely), likely),
        )  # fmt: skip
    return answer


@dataclass
class _Counter:
    """Counts replicates from whichever thread they come."""

    heard: Progress
    what: str
    of: int
    done: int = field(default=0)

    def __call__(self) -> None:
        """One more."""
        self.done += 1
        self.heard(self.what, self.done, self.of)


def _with_days(asked: Question, days: int) -> Question:
    return replace(asked, days=max(asked.days, days))


def _day(told: str, file: str) -> date | None:
    if not told:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise Refused("twin_value_unfit", file=file, key="whatif.by", value=told, expected="YYYY-MM-DD") from None


# -- what it is about -------------------------------------------------------------------------------------------------


def _about(begun: _Begun) -> dict[str, Any]:
    now, asked = begun.standing, begun.asked
    drawn = begun.told.drawn
    return {
        "outbreak": now.outbreak.id, "code": now.outbreak.code, "title": now.outbreak.title,
        "place": now.place.names, "path": now.place.path, "people": now.people, "city_people": begun.ground.city.people,
        "as_of": to_micros(now.as_of), "zone": now.place.zone, "today": now.today.isoformat(),
        "first": (now.today + timedelta(days=1)).isoformat(), "seq": now.seq, "pack": now.pack, "seed": asked.seed,
        "replicates": asked.replicates, "disease": begun.scenario.disease.disease.title,
        "cases": len(now.cases), "recent": now.recent, "held": len(now.held),
        "hidden": quantiles([len(each.hidden) for each in drawn]), "reproduction": quantiles([each.r for each in drawn]),
        "transmission": {"mean": begun.fit.mean, "fitted": begun.fit.fitted, "levels": list(LEVELS), "weights": list(begun.fit.weights)},
        "assumed": assumed(begun),
        "unverified": sorted(each.key for each in begun.scenario.sourced if each.source and each.certainty == "K"),
    }  # fmt: skip


def assumed(begun: _Begun) -> list[dict[str, Any]]:
    """What no desk knows, or is left out: a code with its values, made a sentence where it is shown."""
    now, told = begun.standing, begun.scenario
    found: list[dict[str, Any]] = [
        {"code": "hidden", "share": ASCERTAINED, "delay": begun.told.belief.median_delay},
        {"code": "contacts", "days": told.tracing.after_days, "second": told.tracing.second_order},
        {"code": "in_quarantine", "share": begun.told.belief.in_quarantine},
        {"code": "zones", "open": told.zones.area_open, "cell": told.zones.cell_open, "days": told.zones.days}
        if told.zones.on
        else {"code": "no_zones"},
        {"code": "beds", "days": told.isolation.days},
        {"code": "rooms", "rooms": told.quarantine.rooms} if told.quarantine.rooms < 10**6 else {"code": "no_limit"},
        {"code": "fitted", "days": fitting.DAYS, "cases": begun.fit.observed[0], "community": begun.fit.observed[1], "mean": begun.fit.mean}
        if begun.fit.fitted
        else {"code": "not_fitted", "days": fitting.DAYS},
        {"code": "disease", "disease": told.disease.disease.title, "outbreak": now.outbreak.disease},
        {"code": "city", "people": begun.ground.city.people, "areas": len(begun.ground.city.map.areas)},
    ]  # fmt: skip
    if now.rounds:
        people, swabbed = sum(each.people for each in now.rounds), sum(each.swabbed for each in now.rounds)
        found.append({"code": "round", "swabbed": swabbed, "people": people, "rounds": len(now.rounds)})
    else:
        found.append({"code": "no_round"})
    if now.left_out:
        found.append({"code": "left_out", "cases": now.left_out})
    if now.undated:
        found.append({"code": "undated", "cases": now.undated})
    return found


def _past(now: Standing) -> dict[str, Any]:
    """Cases by the day on which they were found, and those of the community among them."""
    days = range(TODAY - PAST_SHOWN + 1, TODAY + 1)
    cases = [sum(each.found == day for each in now.cases) for day in days]
    community = [sum(each.found == day and not each.in_quarantine for each in now.cases) for day in days]
    return {"days": [now.day(day).isoformat() for day in days], "cases": cases, "community": community}


def _by_day(values: np.ndarray) -> dict[str, list[float]]:
    """Quantiles of each day: from [replicates, days]."""
    found = np.quantile(values, QUANTILES, axis=0)
    return {f"{share:g}": row.tolist() for share, row in zip(QUANTILES, found, strict=True)} | {
        "mean": values.mean(axis=0).tolist()
    }


def _round_tests(begun: _Begun) -> np.ndarray:
    """Swabs that the rounds under way still take: spread over the days until they are due."""
    extra = np.zeros(begun.scenario.scenario.days - FIRST, np.int64)
    for each in begun.standing.rounds:
        days = min(each.days_left, len(extra))
        left = (each.people - each.swabbed) * begun.scenario.rounds.participation
        extra[:days] += round(left / days)
    return extra


def _told_objective(begun: _Begun, objective: Objective) -> dict[str, Any]:
    return {
        "by": objective.by.isoformat(), "clear": objective.clear, "since": (objective.by - timedelta(days=objective.clear - 1)).isoformat(),
        "set": begun.objective is not None, "registry": begun.asked.by is None and begun.standing.outbreak.by_on == objective.by,
    }  # fmt: skip


def _objective(begun: _Begun, runs: list[Future]) -> dict[str, Any] | None:
    if begun.objective is None:
        return None
    met = int(begun.objective.met(begun.standing, runs).sum())
    told = _told_objective(begun, begun.objective)
    return told | {"met": met, "probability": met / len(runs), "interval": wilson(met, len(runs))}


def _clear_from(runs: list[Future]) -> list[float]:
    """Share of futures with no community case from a day until the end, for each day."""
    community = np.array([each.daily[comparing.COMMUNITY] for each in runs])
    later = np.cumsum(community[:, ::-1], axis=1)[:, ::-1]
    return (later == 0).mean(axis=0).tolist()  # type: ignore[no-any-return]


# -- the map ----------------------------------------------------------------------------------------------------------


def _map(begun: _Begun, runs: list[Future]) -> dict[str, Any]:
    """Areas of the city with where they lie, the mean of new infections by day, and cases found before."""
    areas = begun.ground.city.map.areas
    mean = np.mean([each.by_area for each in runs], axis=0)
    some = np.mean([np.cumsum(each.by_area, axis=1) > 0 for each in runs], axis=0)
    known = _known_by_area(begun)
    return {
        "areas": [
            {"x": int(area["x"]), "y": int(area["y"]), "people": int(area["people"]), "name": name, "known": int(known[n]),
             "mean": np.round(mean[n], 4).tolist(), "any": np.round(some[n], 4).tolist()}
            for n, (area, name) in enumerate(zip(areas, _names(begun), strict=True))
        ],
    }  # fmt: skip


def _known_by_area(begun: _Begun) -> np.ndarray:
    city, cases = begun.ground.city.map, begun.standing.cases
    recent = np.array([each.found > TODAY - 14 for each in cases], np.bool_)
    homes = np.array(_homes(begun), np.int64)[recent]
    return np.bincount(city.cells["area"][city.people["cell"][homes]], minlength=len(city.areas))


def _homes(begun: _Begun) -> list[int]:
    told = begun.told
    return Opening(begun.standing, begun.ground, begun.scenario, told.belief, told.seed).homes.tolist()  # type: ignore[no-any-return]


def _names(begun: _Begun) -> list[dict[str, str]]:
    """For each area the place, one step beneath the top, that holds most of its cells; empty where none does."""
    city, depth = begun.ground.city.map, begun.standing.place.path.count(".") + 1
    below = [each for each in begun.standing.places if each.path.count(".") == depth]
    owner = np.full(len(city.cells), -1)
    for n, each in enumerate(below):
        if each.path in begun.ground.cells:
            first, last = begun.ground.cells[each.path]
            owner[first:last] = n
    found = []
    for area in city.areas.astype(AREA):
        own = owner[int(area["first_cell"]) : int(area["first_cell"]) + int(area["cells"])]
        most = int(np.bincount(own[own >= 0]).argmax()) if (own >= 0).any() else -1
        found.append(below[most].names if most >= 0 else {})
    return found
