"""Shares with their uncertainty: numbers in, numbers out."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: an interval of 95 % lies this many deviations either side."""


def wilson(part: int, whole: int, z: float = Z_95) -> tuple[float, float]:
    """Lower and upper bound of a share (0 to 1) of which `part` of `whole` were seen, by the score interval.

    It keeps inside 0 and 1 and near its nominal cover for few observations and shares near the ends, where the usual
    estimate plus or minus its standard error does not. Raises ValueError unless 0 <= part <= whole and whole > 0.
    Source: Wilson 1927, J Am Stat Assoc 22(158): 209-212 (doi:10.1080/01621459.1927.10502953).
    """
    if whole <= 0 or not 0 <= part <= whole:
        message = "a share is of at least one, and no more of them than there are"
        raise ValueError(message)
    share, squared = part / whole, z * z
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    half = z / (1 + squared / whole) * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole))
    low = 0.0 if part == 0 else max(middle - half, 0.0)
    return low, 1.0 if part == whole else min(middle + half, 1.0)


def quantile(counts: dict[int, int], share: float) -> int | None:
    """The smallest value that at least a share (0 to 1) of all do not exceed, from value -> how many; None without any."""
    total = sum(counts.values())
    reached = 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= share * total:
            return value
    return None
