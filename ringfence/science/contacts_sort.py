"""Sorting a day of stays by place and start: buckets by the leading bits, then each bucket while it is in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.science.compiled import compiled

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class Stays(NamedTuple):
    """Stays of one day in two words each, `uint64[n]`; see `stays`."""

    where: U64  # place << 27 | milliseconds after the day began
    who: U64  # length in milliseconds << 36 | tell << 25 | person


def sort_stays(told: Sequence[Stays]) -> Stays:
    """The stays of all parts by (place, start); those of the same place and start as they come."""
    n = sum(len(part.where) for part in told)
    # made here and not in the loop: NumPy asks for large pages, which halve the misses of scattered writes
    ready = Stays(np.empty(n, np.uint64), np.empty(n, np.uint64))
    most = max((int(part.where.max()) for part in told if len(part.where)), default=0)
    split = 0
    while split < 12 and (n >> split) > 4096:
        split += 1
    shift = max(most.bit_length() - split, 0)
    starts = np.zeros((1 << split) + 2, np.int64)
    for part in told:
        _counted(part.where, starts, shift)
    np.cumsum(starts, out=starts)
    for part in told:
        _scattered(part.where, part.who, starts, shift, *ready)
    _sort_buckets(*ready, starts, shift)
    return ready


@compiled
def _counted(where: U64, starts: I64, shift: int) -> None:
    for i in range(len(where)):
        starts[(where[i] >> np.uint64(shift)) + np.uint64(2)] += 1


@compiled
def _scattered(where: U64, who: U64, starts: I64, shift: int, one: U64, two: U64) -> None:
    for i in range(len(where)):
        k = (where[i] >> np.uint64(shift)) + np.uint64(1)
        j = starts[k]
        starts[k] = j + 1
        one[j] = where[i]
        two[j] = who[i]


@compiled
def _sort_buckets(one: U64, two: U64, starts: I64, shift: int) -> None:
    """Sort each bucket by the bits below `shift`: bucket k lies from starts[k] to starts[k + 1]."""
    n_buckets = len(starts) - 2
    widest = 0
    for k in range(n_buckets):
        widest = max(widest, starts[k + 1] - starts[k])
    spare_one, spare_two = np.empty(widest, np.uint64), np.empty(widest, np.uint64)
    counts, digits = np.empty(257, np.int64), np.empty((2, DIGIT + 1), np.int64)
    for k in range(n_buckets):
        begin, end = starts[k], starts[k + 1]
        if end - begin > 48 and not _by_leading_bits(one, two, begin, end, spare_one, spare_two, digits, shift):
            _by_bytes(one, two, begin, end, spare_one, spare_two, counts, np.uint64(shift))
        elif end - begin <= 48:
            _by_insertion(one, two, begin, end, 48 * 48)


DIGIT = 1 << 11


@compiled
def _by_leading_bits(
    one: U64, two: U64, begin: int, end: int, spare_one: U64, spare_two: U64, digits: I64, shift: int
) -> bool:
    """Sort by the 22 bits below `shift`, which leave little to do, and then by insertion; False where that is much after all."""
    low = max(shift - 22, 0)
    first, second = np.uint64(low), np.uint64(low + 11)
    mask = np.uint64(DIGIT - 1)
    top = np.uint64(min(22, shift) - 11 if shift > 11 else 0)
    high = (np.uint64(1) << top) - np.uint64(1)
    digits[:] = 0
    for i in range(begin, end):
        digits[0, ((one[i] >> first) & mask) + np.uint64(1)] += 1
        digits[1, ((one[i] >> second) & high) + np.uint64(1)] += 1
    for k in range(DIGIT):
        digits[0, k + 1] += digits[0, k]
        digits[1, k + 1] += digits[1, k]
    for i in range(begin, end):
        k = (one[i] >> first) & mask
        j = digits[0, k]
        digits[0, k] = j + 1
        spare_one[j], spare_two[j] = one[i], two[i]
    for i in range(end - begin):
        k = (spare_one[i] >> second) & high
        j = begin + digits[1, k]
        digits[1, k] += 1
        one[j], two[j] = spare_one[i], spare_two[i]
    return _by_insertion(one, two, begin, end, 4 * (end - begin))


@compiled
def _by_insertion(one: U64, two: U64, begin: int, end: int, most: int) -> bool:
    """Sort rows that are nearly in order; False, and not sorted, where more than so many steps are needed."""
    for i in range(begin + 1, end):
        a, b = one[i], two[i]
        j = i - 1
        while j >= begin and one[j] > a:
            one[j + 1] = one[j]
            two[j + 1] = two[j]
            j -= 1
        one[j + 1] = a
        two[j + 1] = b
        most -= i - 1 - j
        if most < 0:
            return False
    return True


@compiled
def _by_bytes(
    one: U64, two: U64, begin: int, end: int, spare_one: U64, spare_two: U64, counts: I64, bits: np.uint64
) -> None:
    n = end - begin
    here = True  # the rows are in one, two; else in the spare arrays
    for digit in range(0, int(bits), 8):
        shift = np.uint64(digit)
        counts[:] = 0
        if here:
            for i in range(begin, end):
                counts[((one[i] >> shift) & np.uint64(255)) + np.uint64(1)] += 1
        else:
            for i in range(n):
                counts[((spare_one[i] >> shift) & np.uint64(255)) + np.uint64(1)] += 1
        same = False
        for k in range(256):
            if counts[k + 1] == n:
                same = True
            counts[k + 1] += counts[k]
        if same:
            continue
        if here:
            for i in range(begin, end):
                k = (one[i] >> shift) & np.uint64(255)
                j = counts[k]
                counts[k] = j + 1
                spare_one[j] = one[i]
                spare_two[j] = two[i]
        else:
            for i in range(n):
                k = (spare_one[i] >> shift) & np.uint64(255)
                j = counts[k]
                counts[k] = j + 1
                one[begin + j] = spare_one[i]
                two[begin + j] = spare_two[i]
        here = not here
    if not here:
        for i in range(n):  # NumPy's own assignment of a stretch takes seconds to compile
            one[begin + i], two[begin + i] = spare_one[i], spare_two[i]
