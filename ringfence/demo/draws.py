"""Random numbers by key: the same key gives the same draw, whatever else is drawn before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
SEED = 4  # an outbreak of some 130 cases that is past its peak and not over


def share(*key: object) -> float:
    """A number in (0, 1), uniform over keys."""
    told = "\x1f".join(str(part) for part in (SEED, *key)).encode()
    return (int.from_bytes(blake2b(told, digest_size=6).digest()) + 0.5) / 2**48


def happens(p: float, *key: object) -> bool:
    """True with probability `p`."""
    return share(*key) < p


def between(low: float, high: float, *key: object) -> float:
    """Uniform in (low, high)."""
    return low + (high - low) * share(*key)


def lognormal(mean: float, sd: float, *key: object) -> float:
    """Log-normal with this mean and standard deviation, in the mean's unit."""
    variance = math.log(1 + (sd / mean) ** 2)
    return math.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * NormalDist().inv_cdf(share(*key)))


def poisson(mean: float, *key: object) -> int:
    """A Poisson count, by inversion; for means of at most a few dozen."""
    left, n, p = share(*key), 0, math.exp(-mean)
    while left > p and n < 200:  # noqa: PLR2004 (rounding could keep it going)
        left -= p
        n += 1
        p *= mean / n
    return n


def pick(options: Sequence[T], *key: object) -> T:
    """One of them, each as likely."""
    return options[int(share(*key) * len(options))]


def weighted(options: Sequence[tuple[T, float]], *key: object) -> T:
    """One of them, by weight."""
    left = share(*key) * sum(weight for _, weight in options)
    for option, weight in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][0]
