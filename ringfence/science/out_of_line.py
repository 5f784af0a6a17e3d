"""Laboratories held against each other: shares of positive or invalid tubes, and Ct values, that stand out.

What stands out is a reason to look, no proof: laboratories read the tubes of different places, and where infection is
common more of them are positive. The differences that are usual among the others are therefore measured first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SURE = 1e-300
"""Probabilities are not told smaller than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Each laboratory against all the others together: float[n_labs], NaN where too little was read to compare."""

    share: Floats  # its own
    others: Floats  # of all the others together
    low: Floats  # the funnel: a laboratory of this size in line with the others lies between these shares
    high: Floats
    overdispersion: Floats  # correlation within a laboratory among the others; 0: they differ by chance alone
    z: Floats  # standard deviations out of line, above 0 where its share is higher; as exact as p
    p: Floats  # two-sided
    q: Floats  # p with the number of laboratories allowed for: of those called out below q, so many are false alarms


def compare_shares(
    counts: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    least: int = 1,
    limit: float = 3.0,
    overdispersion: float | None = None,
) -> Shares:
    """Compare shares counts/totals, int[n_labs] each, one laboratory against all the others.

    The number a laboratory would count, were it like the others, is beta-binomial: with the others' share, their
    overdispersion (measured by its moments without the laboratory itself, or given; 0: binomial), and the uncertainty
    of their share. p is the exact tail, doubled. Laboratories with fewer than `least` tubes are not compared, though
    they stand among the others; `limit` sets the funnel, in standard deviations (drawn by a beta of the same spread).
    Sources: funnel and overdispersion: Spiegelhalter 2005, Stat Med 24(8): 1185-1202, doi:10.1002/sim.1970; moments:
    Kleinman 1973, J Am Stat Assoc 68: 46-54; q: Benjamini and Hochberg 1995, J R Stat Soc B 57(1): 289-300.
    """
    seen, read = np.asarray(counts, dtype=np.int64), np.asarray(totals, dtype=np.int64)
    rest, rest_read = seen.sum() - seen, read.sum() - read
    compared = (read >= max(1, least)) & (rest_read > 0)
    within = _overdispersion(seen, read) if overdispersion is None else np.full(read.shape, float(overdispersion))
    mean = (rest + 0.5) / (rest_read + 1)
    crowd = _without_each(read.astype(np.float64) ** 2) / np.maximum(rest_read, 1) ** 2
    unsure = np.minimum(within * (1 + crowd) + 1 / (rest_read + 2), 0.999)
    p = np.full(read.shape, np.nan)
    for lab in np.flatnonzero(compared):
        p[lab] = _two_sided(int(seen[lab]), int(read[lab]), float(mean[lab]), float(unsure[lab]))
    share = _ratio(seen, read)
    low, high = _funnel(np.maximum(read, 1), mean, unsure, limit)
    z = np.sign(share - mean) * stats.norm.isf(p / 2)
    return Shares(
        share=share,
        others=_ratio(rest, rest_read),
        low=np.where(compared, low, np.nan),
        high=np.where(compared, high, np.nan),
        overdispersion=within,
        z=np.where(compared, z, np.nan),
        p=p,
        q=false_discovery(p),
    )


def _ratio(part: Ints, whole: Ints) -> Floats:
    """Shares, NaN of nothing."""
    result: Floats = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return result


def _without_each(values: Floats) -> Floats:
    """The sum of all but one, for each: float[n]."""
    result: Floats = values.sum() - values
    return result


def _overdispersion(seen: Ints, read: Ints) -> Floats:
    """Correlation of tubes within a laboratory, measured among all the others: float[n_labs], at least 0.

    The weighted squares of shares about their common share exceed those of chance in proportion to it.
    """
    there = read > 0
    size = read.astype(np.float64)
    share = np.divide(seen, read, out=np.zeros(size.shape), where=there)
    others = ~np.eye(size.size, dtype=bool) & there
    total = others @ size
    common = np.divide(others @ seen.astype(np.float64), total, out=np.zeros(size.shape), where=total > 0)
    squares = np.sum(others * size * (share - common[:, None]) ** 2, axis=1)
    chance = common * (1 - common)
    excess = np.divide(squares, chance, out=np.zeros(size.shape), where=chance > 0) - (others.sum(axis=1) - 1)
    weight = np.sum(
        others
        * (size - 1)
        * (1 - np.divide(size, total[:, None], out=np.zeros(others.shape), where=total[:, None] > 0)),
        axis=1,
    )
    found = np.divide(excess, weight, out=np.zeros(size.shape), where=(weight > 0) & (chance > 0))
    result: Floats = np.clip(found, 0.0, 0.99)
    return result


def _log_pmf(count: Ints, n: int, a: float, b: float) -> Floats:
    """Logarithm of the beta-binomial probability of each count."""
    ways = special.gammaln(n + 1) - special.gammaln(count + 1) - special.gammaln(n - count + 1)
    result: Floats = ways + special.betaln(count + a, n - count + b) - special.betaln(a, b)
    return result


def _two_sided(count: int, n: int, mean: float, unsure: float) -> float:
    """Twice the smaller tail of a beta-binomial with this mean and correlation; that tail is summed, term by term."""
    ends = 1 / unsure - 1
    a, b = mean * ends, (1 - mean) * ends
    upper = count >= mean * n
    counts = np.arange(count, n + 1) if upper else np.arange(count + 1)
    tail = float(np.exp(special.logsumexp(_log_pmf(counts, n, a, b))))
    return min(1.0, max(SURE, 2 * tail))


def _funnel(n: Ints, mean: Floats, unsure: Floats, limit: float) -> tuple[Floats, Floats]:
    """Shares at `limit` standard deviations below and above, by a beta with the beta-binomial's mean and variance."""
    spread = 1 / n + (1 - 1 / n) * unsure
    ends = np.maximum(1 / spread - 1, 1e-9)
    tail = stats.norm.sf(limit)
    around = stats.beta(mean * ends, (1 - mean) * ends)
    return around.ppf(tail), around.isf(tail)


def false_discovery(p: Floats) -> Floats:
    """Benjamini and Hochberg's q of p-values, float[n]; NaN stays, and does not count.

    Source: Benjamini and Hochberg 1995, J R Stat Soc B 57(1): 289-300.
    """
    result = np.full(p.shape, np.nan)
    told = np.isfinite(p)
    if told.any():
        result[told] = stats.false_discovery_control(p[told])
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Cts:
    """Each laboratory's Ct values against all the others': arrays of [n_labs], NaN where too few were told."""

    told: Ints  # values of the laboratory
    median: Floats
    others: Floats  # median of all the others' values
    higher: Floats  # chance that a value of the laboratory is above one of another, ties halved; 0.5: in line
    z: Floats  # above 0 where its values are higher
    p: Floats  # two-sided
    q: Floats  # p with the number of laboratories allowed for


def compare_cts(lab: npt.ArrayLike, ct: npt.ArrayLike, n_labs: int, *, least: int = 10) -> Cts:
    """Compare cycle thresholds `ct` float[n_tubes] (NaN: not told) by laboratory, `lab` int[n_tubes] from 0.

    Values of one laboratory against all the others', by rank (Mann-Whitney, normal approximation with ties and
    continuity corrected). Higher values mean less found in a like tube: kits and cut-offs differ, machines drift.
    Laboratories with fewer than `least` values are not compared, nor where all the others have fewer.
    One that is far out pulls the others' values with it, so that those in line look a little off the other way.
    For drift, number one laboratory's days or runs in place of laboratories.
    Source: Mann and Whitney 1947, Ann Math Stat 18(1): 50-60.
    """
    value = np.asarray(ct, dtype=np.float64)
    known = np.isfinite(value)
    value, of = value[known], np.asarray(lab, dtype=np.int64)[known]
    own = np.bincount(of, minlength=n_labs).astype(np.float64)
    rest = value.size - own
    compared = (own >= max(1, least)) & (rest >= max(1, least))
    wins = np.bincount(of, weights=stats.rankdata(value), minlength=n_labs) - own * (own + 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        higher = np.where(compared, wins / (own * rest), np.nan)
        above = wins - own * rest / 2
        z = np.sign(above) * np.maximum(np.abs(above) - 0.5, 0) / np.sqrt(own * rest / 12 * _tied(value))
    z = np.where(compared & np.isfinite(z), z, np.where(compared, 0.0, np.nan))
    p = np.clip(2 * stats.norm.sf(np.abs(z)), SURE, 1.0)
    medians = np.full((2, n_labs), np.nan)
    for each in np.flatnonzero(compared):
        mine = of == each
        medians[:, each] = np.median(value[mine]), np.median(value[~mine])
    return Cts(
        told=own.astype(np.int64), median=medians[0], others=medians[1], higher=higher, z=z, p=p, q=false_discovery(p)
    )


def _tied(value: Floats) -> float:
    """One more than their number, less what ties take from the variance of ranks."""
    n = value.size
    if n < 2:  # noqa: PLR2004 (one value has no ranks to vary)
        return 1.0
    _, alike = np.unique(value, return_counts=True)
    repeated = alike.astype(np.float64)
    return n + 1 - float(np.sum(repeated**3 - repeated)) / (n * (n - 1))
