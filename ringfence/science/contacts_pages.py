"""Which pages of memory a search over days of stays will touch, and asking the system for them all at once.

A search over files that are not in memory waits for one page after the other. These loops walk the same way one step at
a time and ask for the pages of a step together, before any of them is read. The system is asked from inside the loops:
`madvise` and `mincore` of the C library, which every POSIX system has.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numba.core import types

from ringfence.science.compiled import compiled
from ringfence.science.contacts_index import (
    AT_ORDER,
    AT_PEOPLE,
    AT_PLACES,
    AT_ROWS,
    H_BEGINS,
    H_BYTES,
    H_LAST,
    H_PEOPLE,
    H_PLACES,
    H_ROWS,
    I64,
    U8,
    U32,
)
from ringfence.science.contacts_search import _ones, bytes_of, first_of

SIZE = mmap.PAGESIZE
WILLNEED: int = getattr(mmap, "MADV_WILLNEED", -1)
STEPS_TO_PEOPLE, STEPS_TO_PLACES = 3, 2
HALF = np.uint64(32)
PROBED = 64
"""Pages that are looked for in memory at most: people's own, which nobody else's search would have brought."""

_madvise: Any = types.ExternalFunction("madvise", types.int32(types.uintp, types.uintp, types.int32))
_mincore: Any = types.ExternalFunction("mincore", types.int32(types.uintp, types.uintp, types.uintp))


@compiled
def _ask(day: U8, seen: U8, base: int, first: int, last: int, number: int) -> int:
    """Ask for the bytes first to last of a day, where any of its pages has not been asked for; how many were not."""
    new = 0
    low, high = first // SIZE, last // SIZE
    for page in range(low, high + 1):
        if seen[base + page] != number:
            seen[base + page] = number
            new += 1
    if new:
        _madvise(day.ctypes.data + low * SIZE, (high - low + 1) * SIZE, WILLNEED)
    return new


@compiled
def _in_memory(day: U8, at: int, there: U8) -> bool:
    """Whether the page with this byte of a day can be read without waiting; `there` is room for the answer."""
    there[0] = 1
    _mincore(day.ctypes.data + at // SIZE * SIZE, SIZE, there.ctypes.data)
    return bool(there[0] & 1)


@compiled
def own_in_memory(table: I64, people: U32, begins: I64, ends: I64) -> bool:
    """Whether all that a search for these people reads first is in memory; then so is, as a rule, what it goes on to."""
    there, n = np.ones(8, np.uint8), 0
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        for p in range(len(people)):
            person = np.int64(people[p])
            if head[H_BEGINS] > ends[p] or begins[p] > head[H_LAST] or person >= head[H_PEOPLE] or not head[H_ROWS]:
                continue
            n += 1
            if n > PROBED:
                return False
            at = head[AT_PEOPLE] + 8 * (person >> 5)
            if not _in_memory(day, at, there):
                return False
            word = day[at : at + 8].view(np.uint64)[0]
            if not (word >> np.uint64(person & 31)) & np.uint64(1):
                continue
            if not _in_memory(day, head[AT_ORDER] + 4 * np.int64(word >> HALF), there):
                return False
            order = day[head[AT_ORDER] : head[AT_PEOPLE]].view(np.uint32)
            row = np.int64(order[first_of(order, word, np.uint64(person & 31))] & np.uint32(0x7FFFFFFF))
            if not _in_memory(day, head[AT_ROWS] + 6 * row + 8 * (row >> 6) + 8, there):
                return False
    return True


@compiled
def ask_for_people(
    table: I64, bases: I64, seen: U8, number: int, people: U32, begins: I64, ends: I64, step: int
) -> int:
    """Ask for what `stays_of` reads: of the sections people (step 0), order (1), rows (2). Returns how many pages are new.

    `seen` has a byte for every page of all days, those of day d from bases[d] on: the number of the last turn that asked
    for it; pages that this turn, `number`, has asked for are not asked for again.
    """
    asked = 0
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        known = day[head[AT_PEOPLE] : head[AT_PLACES]].view(np.uint64)
        order = day[head[AT_ORDER] : head[AT_PEOPLE]].view(np.uint32)
        for p in range(len(people)):
            person = np.int64(people[p])
            if head[H_BEGINS] > ends[p] or begins[p] > head[H_LAST] or person >= head[H_PEOPLE] or not head[H_ROWS]:
                continue
            if step == 0:
                at = head[AT_PEOPLE] + 8 * (person >> 5)
                asked += _ask(day, seen, bases[d], at, at, number)
                continue
            bit = np.uint64(person & 31)
            if not (known[person >> 5] >> bit) & np.uint64(1):
                continue
            if step == 1:  # those of a block of 32 people lie together: some nine stays each
                skip = _ones(known[person >> 5] & ((np.uint64(1) << bit) - np.uint64(1)))
                at = head[AT_ORDER] + 4 * np.int64(known[person >> 5] >> HALF)
                asked += _ask(day, seen, bases[d], at, min(at + 36 * (skip + 1), head[AT_PEOPLE] - 1), number)
                continue
            i = first_of(order, known[person >> 5], bit)
            while True:
                row = np.int64(order[i] & np.uint32(0x7FFFFFFF))
                at = head[AT_ROWS] + 392 * (row >> 6)  # its place, and at most that of the next block
                asked += _ask(day, seen, bases[d], at, at + 395, number)
                if order[i] >> np.uint32(31):
                    break
                i += 1
    return asked


@compiled
def ask_for_places(table: I64, bases: I64, seen: U8, number: int, place: U32, start: I64, until: I64, step: int) -> int:
    """Ask for what the search at these places reads: of the section places (step 0), of their rows (1)."""
    asked = 0
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        offsets = day[head[AT_PLACES] : head[H_BYTES]].view(np.uint32)
        for i in range(len(place)):
            if until[i] < head[H_BEGINS] or start[i] > head[H_LAST] or place[i] >= head[H_PLACES]:
                continue
            at = np.int64(place[i])
            if step == 0:
                block = head[AT_PLACES] + 80 * (at >> 4)
                asked += _ask(day, seen, bases[d], block, block + (79 if at & 15 < 15 else 83), number)
                continue
            first = np.int64(offsets[(at >> 4) * 20 + (at & 15)])
            last = np.int64(offsets[((at + 1) >> 4) * 20 + ((at + 1) & 15)])
            if first < last:  # of the longest stretches the search narrows down before it reads them all
                first, last = 6 * first + 8 * (first >> 6) + 8, 6 * (last - 1) + 8 * ((last - 1) >> 6) + 13
                last = min(last, first + 64 * SIZE)
                asked += _ask(day, seen, bases[d], head[AT_ROWS] + first, head[AT_ROWS] + last, number)
    return asked
