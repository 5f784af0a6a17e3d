"""Infections that nobody has found yet: delays from what was found so far, and the renewal of infections until today."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def share_found(
    delays: Ints, limits: Ints, longest: int, prior: Floats | None = None, weight: float = 0.0
) -> npt.NDArray[np.float64]:
    """Share of the infections ever found that are found within d days: float[longest + 1], the last of them 1.

    `delays`: int[n], days from infection to being found, of those found so far. `limits`: int[n], days from infection until
    today: a delay beyond it cannot have been seen yet. `prior`: float[longest + 1], shares of delays that count as `weight`
    cases seen to the end. With g(d) the share of those at risk of a delay of d or less whose delay is d, the shares are
    the product of 1 - g(u) over u > d.
    Source: Lagakos, Barraj and De Gruttola 1988, Biometrika 75: 515-523 (reverse-time hazard of right-truncated delays).
    """
    days = np.arange(longest + 1)
    at = np.bincount(np.clip(delays, 0, longest), minlength=longest + 1).astype(np.float64)
    seen = (delays[:, None] <= days) & (days <= limits[:, None])
    at_risk = seen.sum(axis=0).astype(np.float64)
    if prior is not None and weight > 0:
        at = at + weight * prior
        at_risk = at_risk + weight * np.cumsum(prior)
    hazard = np.divide(at, at_risk, out=np.zeros(longest + 1), where=at_risk > 0)
    left = np.clip(1.0 - hazard, 0.0, 1.0)
    found = np.ones(longest + 1)
    found[:-1] = np.cumprod(left[:0:-1])[::-1]
    return found


def hidden(  # noqa: PLR0913 (each is told by name)
    draw: np.random.Generator, found: Floats, imported: Floats, seen: Floats, generation: Floats, *,
    dispersion: float, most: float, days: int, memory: float = 0.85, before: tuple[float, float] = (1.0, 0.5),
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:  # fmt: skip
    """One draw of infections that are not found by the last day, int[n_days], and of each day's reproduction number.

    `found`: infections of each day found so far, float[n_days], `imported` those of them brought in; `seen`: share of each
    day's infections found by today; `generation`: share of transmissions on each day after infection; `days`: how many of
    the last days may hide infections. Day after day, everybody infected so far, found or not, presses with
    P = sum of infections * generation. The reproduction number has a gamma whose shape grows by the found and whose rate
    grows by P * seen, both forgotten by `memory` a day from `before` on (shape, rate); it is never above `most`. Offspring
    vary by a gamma of shape `dispersion` for each infector, gammas of many infectors add up, and what was found of a day
    speaks for what was not: with found ~ Poisson(m * seen), m is drawn from its own gamma given the found.
    Sources: back-calculation, Brookmeyer and Gail 1988, J Am Stat Assoc 83: 301-308, with the renewal equation in place of a
    free curve (Fraser 2007, doi:10.1371/journal.pone.0000758); the gamma of the reproduction number, Cori et al. 2013
    (doi:10.1093/aje/kwt133), with forgetting in place of a window.
    """
    n = len(found)
    all_of = found.astype(np.float64).copy()
    made, r = np.zeros(n, np.int64), np.zeros(n)
    shape, rate = before
    for day in range(1, n):
        reach = min(day, len(generation) - 1)
        pressed = float(all_of[day - reach : day] @ generation[reach:0:-1])
        own = max(float(found[day] - imported[day]), 0.0)
        shape = before[0] + memory * (shape - before[0]) + own
        rate = before[1] + memory * (rate - before[1]) + pressed * seen[day]
        r[day] = min(draw.gamma(shape, 1.0 / rate), most)
        if day < n - days or pressed <= 0:
            continue
        spread = dispersion * pressed
        mean = draw.gamma(spread + own, 1.0 / (dispersion / max(r[day], 1e-9) + seen[day]))
        made[day] = draw.poisson(mean * (1.0 - seen[day]))
        all_of[day] += made[day]
    return made, r
