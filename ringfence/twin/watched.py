"""A replicate as those who fought it would have seen it: day by day since the first case found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringfence.twin.kernels.plan import AS_CONTACT, AS_MASS, COMMUNITY_ON, DETECTED_ON, NEVER
from ringfence.twin.spread import Twin

Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Watched:
    """One replicate from the day of its first case found on: arrays int[n_days], day 0 that of the first case."""

    number: int
    found: Days
    community: Days
    """Cases found who were not in quarantine."""
    rooms: Days
    """People in rooms on each day."""
    contacts: Days
    """Close contacts put into quarantine up to each day."""
    second_contacts: Days
    at_large: Days
    """Cases found who were neither in quarantine nor in a sealed cell."""
    in_rounds: Days
    """Cases found by mass testing."""
    first_area: Days
    """Cases found who live in the areas where it began."""
    delay_days: float
    """Mean days from onset to being found, of those with symptoms; not a number where there is none."""
    silent_days: int
    """Days from the first infection to the first case found."""


def watch(twin: Twin, number: int, seed: int, days: int, *, deep: bool = True) -> Watched | None:
    """Run a replicate and look at it for so many days; without `deep` what is read person by person is left at 0.

    None where nobody is found, or too late to see as many days, or where it was stopped because of its size.
    """
    run = twin.one(number, seed)
    first = run.counts["first_detected"]
    stopped = 0 < int(twin.plan["stop_above"][0]) < run.infections
    if stopped or first < 0 or first + days > run.daily.shape[1]:
        return None
    seen = slice(first, first + days)
    own = _by_person(twin, first, days) if deep else (np.zeros((6, days), np.int64), np.nan)
    (contacts, second, rooms, in_rounds, first_area, at_large), delay = own
    found, community = run.daily[DETECTED_ON][seen], run.daily[COMMUNITY_ON][seen]
    return Watched(number, found, community, rooms, contacts, second, at_large, in_rounds, first_area, delay, first)


def _by_person(twin: Twin, first: int, days: int) -> tuple[Days, float]:
    """Contacts and second contacts so far, people in rooms, found in rounds, in the first areas, at large; and the mean delay."""
    states = twin.states()
    begun = states["q_from"].astype(np.int64) - first
    order, found = states["order"], states["detected"].astype(np.int64) - first
    told = np.zeros((6, days), np.int64)
    for row, wanted in ((0, 1), (1, 2)):
        told[row] = np.cumsum(_on(np.maximum(begun[(order == wanted) & (begun < days)], 0), days))
    moved = states["moved"].astype(np.int64) - first
    leaves = np.minimum(states["q_until"].astype(np.int64) - first, found)
    stays = (moved < days) & (leaves > moved) & (leaves > 0)
    told[2] = np.cumsum(_on(np.maximum(moved[stays], 0), days) - _on(np.minimum(leaves[stays], days), days + 1)[:days])
    here = (found >= 0) & (found < days)
    told[3] = _on(found[here & (states["found_as"] == AS_MASS)], days)
    areas = twin.scenario.scenario.seed_areas
    city = twin.city.map
    cell = city.people["cell"][states["person"][here]]
    sealed = twin.sealed()[cell].astype(np.int64) - first
    shut = (sealed[:, 0] <= found[here]) & (found[here] < sealed[:, 1])
    told[5] = _on(found[here][~shut & (states["found_as"][here] != AS_CONTACT)], days)
    if areas:
        area = city.cells["area"][cell]
        told[4] = _on(found[here][np.isin(area, areas)], days)
    ill = here & (states["onset"] < NEVER)
    delays = states["detected"][ill].astype(np.int64) - states["onset"][ill]
    return told, float(delays.mean()) if delays.size else float("nan")


def _on(days_of: Days, days: int) -> Days:
    return np.bincount(days_of, minlength=days)[:days]


def under_control(watched: Watched, first: int, last: int) -> float:
    """The share of cases found from one day to another who were in quarantine or in a sealed cell (社会面清零 where it is 1)."""
    found = watched.found[first : last + 1].sum()
    return float(1.0 - watched.at_large[first : last + 1].sum() / found) if found else float("nan")


def in_quarantine(watched: Watched, first: int, last: int) -> float:
    """The share of cases found from one day to another who were in quarantine already; not a number without a case."""
    found = watched.found[first : last + 1].sum()
    return float(1.0 - watched.community[first : last + 1].sum() / found) if found else float("nan")
