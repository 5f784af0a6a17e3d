"""Chance without a state: every draw is a hash of what it is for.

A draw is keyed by (replicate, person or group, day, purpose), so that it is the same whatever else happens: policies are
compared on common random numbers, and neither threads nor the order of work change a result.
Source: Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3 (SC11), for counter-based draws; Steele, Lea and
Flood 2014 (doi:10.1145/2660193.2660195) for the mixing function.
"""

from __future__ import annotations

import math

import numpy as np

from ringfence.twin.kernels.compiled import typed

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
ODD_1 = np.uint64(0xBF58476D1CE4E5B9)
ODD_2 = np.uint64(0x94D049BB133111EB)
ODD_3 = np.uint64(0xD6E8FEB86659FD93)
S30, S27, S31, S32, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32), np.uint64(11)
LOW = np.uint64(0xFFFFFFFF)
ONE, TWO = np.uint64(1), np.uint64(2)
UNIT_53 = 1.0 / 9007199254740992.0
UNIT_32 = 1.0 / 4294967296.0
POISSON_PIECE = 500.0  # e^-500 is still a number
Whole = int | np.int64


@typed("uint64(uint64)")
def mix(value: np.uint64) -> np.uint64:
    """A bijection of 64 bits in which every bit of the input moves every bit of the output."""
    z = np.uint64(value + GOLDEN)
    z = (z ^ (z >> S30)) * ODD_1
    z = (z ^ (z >> S27)) * ODD_2
    return z ^ (z >> S31)


@typed("uint64(uint64, int64, int64)")
def key(base: np.uint64, one: Whole, two: Whole) -> np.uint64:
    """64 bits from a base and two whole numbers."""
    return mix((base ^ (np.uint64(one) * ODD_3)) + np.uint64(two) * GOLDEN)


@typed("float64(uint64)")
def unit(bits: np.uint64) -> float:
    """A number of [0, 1) from 64 bits."""
    return np.int64(bits >> S11) * UNIT_53


@typed("float64(uint64)")
def low(bits: np.uint64) -> float:
    """A number of [0, 1) from the lower 32 bits."""
    return np.int64(bits & LOW) * UNIT_32


@typed("float64(uint64)")
def high(bits: np.uint64) -> float:
    """A number of [0, 1) from the upper 32 bits."""
    return np.int64(bits >> S32) * UNIT_32


@typed("int64(uint64, int64)")
def below(bits: np.uint64, n: Whole) -> Whole:
    """A whole number of 0..n-1, from the upper 32 bits (Lemire 2019, doi:10.1145/3230636, without its correction)."""
    return np.int64(((bits >> S32) * np.uint64(n)) >> S32)


@typed("int64(uint64, float64)")
def poisson(base: np.uint64, mean: float) -> Whole:
    """A Poisson number, by inversion; its draws are keyed by the base."""
    count = 0
    turn = 0
    while mean > 0.0:
        piece = min(mean, POISSON_PIECE)
        mean -= piece
        u = unit(mix(base + np.uint64(turn)))
        turn += 1
        p = math.exp(-piece)
        total = p
        n = 0
        while u >= total and n < 2000:
            n += 1
            p *= piece / n
            total += p
        count += n
    return count


@typed("UniTuple(uint64, 2)(uint64)")
def sides(n: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Two factors, at least 2 each, whose product is little more than n."""
    a = np.uint64(math.sqrt(float(n)))
    if a * a < n:
        a += ONE
    a = max(a, TWO)
    return a, max((n + a - ONE) // a, TWO)


@typed("uint64(uint64, uint64, uint64)")
def turned(x: np.uint64, base: np.uint64, n: np.uint64) -> np.uint64:
    """A hash of x in 0..n-1: what one round adds. Two products with a shift between them: not affine."""
    z = (x + base) * ODD_1
    z = (z ^ (z >> S31)) * ODD_2
    return ((z >> S32) * n) >> S32


@typed("int64(int64, int64, uint64)")
def placed(x: Whole, n: Whole, base: np.uint64) -> Whole:
    """Where x of 0..n-1 goes in a keyed permutation of n; what falls outside goes round again.

    Three rounds that are not affine, on a rectangle that holds n. An affine map would lead neighbours to neighbours, so
    that whole households meet whole households.
    """
    size = np.uint64(n)
    a, b = sides(size)
    y = np.uint64(x)
    while True:
        left, right = y // b, y % b
        left += turned(right, base, a)
        left = left - a if left >= a else left
        right += turned(left, base + ODD_3, b)
        right = right - b if right >= b else right
        left += turned(right, base + GOLDEN, a)
        left = left - a if left >= a else left
        y = left * b + right
        if y < size:
            return np.int64(y)


@typed("int64(int64, int64, uint64)")
def taken_back(y: Whole, n: Whole, base: np.uint64) -> Whole:
    """The x that `placed` leads to y."""
    size = np.uint64(n)
    a, b = sides(size)
    x = np.uint64(y)
    while True:
        left, right = x // b, x % b
        left += a - turned(right, base + GOLDEN, a)
        left = left - a if left >= a else left
        right += b - turned(left, base + ODD_3, b)
        right = right - b if right >= b else right
        left += a - turned(right, base, a)
        left = left - a if left >= a else left
        x = left * b + right
        if x < size:
            return np.int64(x)
