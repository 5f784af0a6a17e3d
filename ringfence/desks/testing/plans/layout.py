"""Where places stand, in metres: by their coordinates, else laid out by the jurisdictions that they lie in."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ringfence.science.testing_plan import plane

GOLDEN = math.pi * (3 - math.sqrt(5))
"""Turning by this angle from one place to the next keeps any number of them apart."""

Point = tuple[float, float]


def lay_out(paths: Mapping[str, str], known: Mapping[str, Point], reach_m: float) -> dict[str, Point]:
    """Metres east and north of each place. `paths`: id -> jurisdiction; `known`: id -> (latitude, longitude).

    A place without coordinates stands beside those with some that share most jurisdictions with it, else about (0, 0): a
    jurisdiction is `reach_m` from the middle of the one above it, the next one within it half as far from its middle, and so on.
    """
    there = _in_metres(known)
    anchors: dict[str, list[Point]] = {}
    for id_, point in there.items():
        for prefix in _prefixes(paths[id_]):
            anchors.setdefault(prefix, []).append(point)
    lost = {id_: path for id_, path in paths.items() if id_ not in there}
    top = _in_common(list(lost.values())) if not there else ""
    turns = _turns(lost)
    for id_, path in sorted(lost.items()):
        anchor = next((each for each in reversed(_prefixes(path)) if each in anchors), top)
        x, y = np.mean(anchors[anchor], axis=0).tolist() if anchor in anchors else (0.0, 0.0)
        steps = [each for each in _prefixes(path) if len(each) > len(anchor)]
        for k, step in enumerate([*steps, f"{path}{id_}"]):
            far = reach_m * 0.5**k
            x, y = x + far * math.cos(turns[step]), y + far * math.sin(turns[step])
        there[id_] = (x, y)
    return there


def _in_metres(known: Mapping[str, Point]) -> dict[str, Point]:
    if not known:
        return {}
    lat, lon = (np.array([each[n] for each in known.values()], float) for n in (0, 1))
    x, y = plane(lat, lon, (float(lat.mean()), float(lon.mean())))
    return dict(zip(known, zip(x.tolist(), y.tolist(), strict=True), strict=True))


def _prefixes(path: str) -> list[str]:
    """`a.b.` -> ``, `a.`, `a.b.`."""
    return ["", *(path[: n + 1] for n, sign in enumerate(path) if sign == ".")]


def _in_common(paths: list[str]) -> str:
    """The deepest jurisdiction that holds all of them."""
    return next(
        (each for each in reversed(_prefixes(min(paths, default=""))) if all(path.startswith(each) for path in paths)),
        "",
    )


def _turns(lost: Mapping[str, str]) -> dict[str, float]:
    """The direction of each jurisdiction, and each place, from the middle of the one above it."""
    steps = {step for path in lost.values() for step in _prefixes(path)[1:]} | {f"{p}{id_}" for id_, p in lost.items()}
    within: dict[str, int] = {}
    found = {}
    for step in sorted(steps):
        over = step.rstrip(".").rpartition(".")[0]
        found[step] = GOLDEN * within.setdefault(over, 0)
        within[over] += 1
    return found
