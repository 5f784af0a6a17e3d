"""Sequential Monte Carlo without a likelihood: weights, moves and what a weighted sample says. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Floats = npt.NDArray[np.float64]

WIDER = 2.0
"""A move's covariance in those of the sample. Source: Beaumont et al. 2009 (doi:10.1093/biomet/asp052)."""
NARROWEST = 1e-3
"""The smallest variance of a move, so that a parameter on which all particles agree can still move."""


def moves(particles: Floats, weights: Floats) -> Floats:
    """The lower triangular factor of a move's covariance, float[n_parameters, n_parameters].

    particles: float[n, n_parameters], weights: float[n] adding up to 1. Twice the weighted covariance of the sample.
    Source: Filippi et al. 2013 (doi:10.1515/sagmb-2012-0069).
    """
    mean = weights @ particles
    off = particles - mean
    covariance = WIDER * (off * weights[:, None]).T @ off
    return np.asarray(np.linalg.cholesky(covariance + NARROWEST * np.eye(len(mean))), np.float64)


def new_weights(particles: Floats, before: Floats, weights: Floats, factor: Floats) -> Floats:
    """Weights of a new generation, float[n], adding up to 1, where the prior of every parameter is standard normal.

    particles: float[n, k], the new ones; before: float[m, k] and weights: float[m], those that were moved by `factor`.
    Source: Toni et al. 2009 (doi:10.1098/rsif.2008.0172).
    """
    prior = -0.5 * (particles**2).sum(1)
    apart = np.linalg.solve(factor, (particles[:, None, :] - before[None, :, :]).reshape(-1, before.shape[1]).T)
    near = -0.5 * (apart**2).sum(0).reshape(len(particles), len(before))
    log = prior - logsumexp(near, axis=1, b=np.maximum(weights, 1e-300)[None, :])
    return np.asarray(np.exp(log - logsumexp(log)), np.float64)


def effective_size(weights: Floats) -> float:
    """How many equally weighted particles say as much: 1 / Σ w², for weights float[n] that add up to 1.

    Source: Kong, Liu and Wong 1994 (doi:10.1080/01621459.1994.10476469).
    """
    return float(1.0 / (weights**2).sum())


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Quantiles float[n_shares] of values float[n] with weights float[n]: each value stands in the middle of its weight."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) - weights[order] / 2
    return np.asarray(np.interp(shares, reached / weights.sum(), values[order]), np.float64)


def resampled(weights: Floats, n: int, start: float) -> npt.NDArray[np.int64]:
    """Places in a sample, int[n], each as often as its weight says, by one comb begun at `start` of [0, 1).

    Source: Carpenter, Clifford and Fearnhead 1999 (doi:10.1049/ip-rsn:19990255), systematic resampling.
    """
    comb = (start + np.arange(n)) / n
    return np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), comb, side="right"), len(weights) - 1)


def covered(value: float, sample: Floats, share: float) -> bool:
    """Whether a value lies in the central interval of a sample float[n] that holds this share of it, its ends included."""
    low, high = np.quantile(sample, [(1 - share) / 2, (1 + share) / 2])
    return bool(low <= value <= high)


def contraction(particles: Floats, weights: Floats) -> Floats:
    """How much narrower than a standard normal prior each parameter is: 1 - variance, float[k] of particles float[n, k].

    0: nothing was learnt; 1: known exactly. Source: Betancourt 2018 (arXiv:1803.08393), posterior contraction.
    """
    mean = weights @ particles
    return np.asarray(1.0 - weights @ (particles - mean) ** 2, np.float64)
