"""What the twin's runs are told as: one line a replicate, and quantiles over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ringfence.twin.kernels.plan import DETECTED_ON, INFECTED_ON, SETTINGS
from ringfence.twin.spread import Replicate, Twin

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
KINDS = ("quarantine_days", "isolation_days", "zone_days", "area_days", "hold_days")
WITHIN = ("symptomatic", "admitted", "deaths", "imported", "detected", "found_ill", "found_in_quarantine", "found_in_zone",
          "found_in_rounds", "contacts", "second_contacts", "rooms_most", "beds_most", "without_room", "late_results",
          "waited_for_tracing", "false_tubes", "first_detected")  # fmt: skip


def told(each: Replicate, *, daily: bool = False) -> dict[str, Any]:
    """One replicate as names and values: persons, person-days, swabs, days, seconds."""
    counts = each.counts
    found: dict[str, Any] = {
        "replicate": each.number,
        "infections": each.infections,
        "person_days_restricted": each.restricted_days,
        "tests": counts["tests"],
        "tubes": counts["tubes"],
        "days_to_control": each.days_to_control,
        "cpu_seconds": round(each.cpu_seconds, 6),
        "restricted": {kind.removesuffix("_days"): counts[kind] for kind in KINDS},
        **{name: counts[name] for name in WITHIN},
    }
    if found["first_detected"] < 0:
        found["first_detected"] = None
    if daily:
        found["daily"] = {
            "infections": each.daily[INFECTED_ON].tolist(), "detected": each.daily[DETECTED_ON].tolist()
        }  # fmt: skip
    return found


def summary(runs: Sequence[Replicate]) -> dict[str, Any]:
    """Quantiles over the replicates, and the share of them under control by the end."""
    if not runs:
        return {}
    measured: dict[str, list[float]] = {
        "infections": [each.infections for each in runs],
        "person_days_restricted": [each.restricted_days for each in runs],
        "tests": [each.counts["tests"] for each in runs],
        "cpu_seconds": [each.cpu_seconds for each in runs],
    }
    found: dict[str, Any] = {
        name: {
            f"{share:g}": float(value) for share, value in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
        }
        for name, values in measured.items()
    }
    controlled = [each.days_to_control for each in runs if each.days_to_control is not None]
    found["controlled"] = len(controlled) / len(runs)
    found["days_to_control"] = float(np.median(controlled)) if controlled else None
    return found


def by_setting(twin: Twin) -> dict[str, int]:
    """Where people were infected, in the replicate that this thread ran last."""
    states = twin.states()
    infected = states[states["infected"] < twin.plan["days"][0]]
    counted = np.bincount(infected["setting"], minlength=len(SETTINGS))
    return dict(zip(SETTINGS, counted.tolist(), strict=True))
