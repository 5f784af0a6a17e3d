"""Compiled search over days of stays: who was at a place while somebody else was there. See `contacts` for its meaning.

`table` is int64[n_days, 64], the heads of days
(`contacts_index`) ordered by their beginning, with the address in memory at which each one lies.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import carray  # type: ignore[attr-defined]
from numba.core import cgutils, types
from numba.extending import intrinsic

from ringfence.science.compiled import compiled
from ringfence.science.contacts_index import (
    AT_ORDER,
    AT_PEOPLE,
    AT_PLACES,
    AT_ROWS,
    H_ADDRESS,
    H_BEGINS,
    H_BYTES,
    H_LAST,
    H_PEOPLE,
    H_PLACES,
    H_ROWS,
    STEP,
)

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def _address_as_pointer(_context: Any, _address: Any) -> Any:
    """The pointer to an address in memory."""

    def told(_context: Any, builder: Any, _signature: Any, told: Any) -> Any:
        return builder.inttoptr(told[0], cgutils.voidptr_t)

    return types.voidptr(types.intp), told


_pointer: Any = intrinsic(_address_as_pointer)


@compiled
def bytes_of(head: I64) -> U8:
    """The bytes of a day, which lie where its head in the table says: whoever holds the table holds them too."""
    return carray(_pointer(head[H_ADDRESS]), head[H_BYTES], np.uint8)


@compiled
def _wider(values: I64) -> I64:
    """The same values with as much room again; a loop, as NumPy's own joining takes seconds to compile."""
    wider = np.empty(2 * len(values), values.dtype)
    for i in range(len(values)):
        wider[i] = values[i]
    return wider


@compiled
def _ones(bits: np.uint64) -> int:
    """How many bits are set."""
    n = 0
    while bits:
        bits &= bits - np.uint64(1)
        n += 1
    return n


@compiled
def first_of(order: U32, word: np.uint64, bit: np.uint64) -> int:
    """Where in `order` the stays of a person begin: the bit of a word of the section people."""
    skip = _ones(word & ((np.uint64(1) << bit) - np.uint64(1)))
    i = np.int64(word >> HALF)
    while skip:
        skip -= np.int64(order[i] >> np.uint32(31))
        i += 1
    return i


@compiled
def stays_of(table: I64, people: U32, begins: I64, ends: I64) -> tuple[I32, U32, I64, I64]:
    """(source, place, start, end) of every stay of `people[i]` that meets the window from begins[i] to ends[i], clipped to it.

    `source` is i. Times in minutes since 1970. Stays come day by day, and on each day person by person.
    """
    own, rows_of, day_of = _rows_of(table, people, begins, ends)
    room = max(len(own), 1)
    source, place = np.empty(room, np.int32), np.empty(room, np.uint32)
    start, end = np.empty(room, np.int64), np.empty(room, np.int64)
    low, high = np.empty(room, np.uint32), np.empty(room, np.uint32)
    n, i = 0, 0
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        rows = day[head[AT_ROWS] : head[AT_ORDER]].view(np.uint16)
        firsts = day[head[AT_ROWS] : head[AT_ORDER]].view(np.uint32)
        offsets = day[head[AT_PLACES] : head[H_BYTES]].view(np.uint32)
        began, first = head[H_BEGINS], n
        while i < len(own) and day_of[i] == d:  # in two turns, so that the processor waits for many rows at once
            p, row = own[i], np.int64(rows_of[i])
            at = 3 * row + 4 * (row >> 6) + 4
            came = began + np.int64(rows[at] >> 5)
            left = came + np.int64(rows[at + 1] >> 4)
            came, left = max(came, begins[p]), min(left, ends[p])
            low[n], high[n] = firsts[(row >> 6) * 98], firsts[(row >> 6) * 98 + 98]
            source[n], start[n], end[n], place[n] = p, came, left, row
            n += came <= left
            i += 1
        for k in range(first, n):
            place[k] = _place_of(np.int64(place[k]), offsets, np.int64(low[k]), np.int64(high[k]))
    return source[:n], place[:n], start[:n], end[:n]


@compiled
def _rows_of(table: I64, people: U32, begins: I64, ends: I64) -> tuple[I32, U32, I32]:
    """(source, row, number of the day) of every stay of these people on days that meet their windows."""
    room, n = 16 * (len(people) * len(table) + 1), 0
    source, rows, days_of = np.empty(room, np.int32), np.empty(room, np.uint32), np.empty(room, np.int32)
    words = np.empty(len(people), np.uint64)
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        known = day[head[AT_PEOPLE] : head[AT_PLACES]].view(np.uint64)
        order = day[head[AT_ORDER] : head[AT_PEOPLE]].view(np.uint32)
        for p in range(len(people)):
            there = head[H_BEGINS] <= ends[p] and begins[p] <= head[H_LAST] and people[p] < head[H_PEOPLE]
            words[p] = known[people[p] >> np.uint32(5)] if there and head[H_ROWS] else np.uint64(0)
        for p in range(len(people)):
            bit = np.uint64(people[p] & np.uint32(31))
            if not (words[p] >> bit) & np.uint64(1):
                continue
            i = first_of(order, words[p], bit)
            while True:
                if n == len(rows):
                    source, rows, days_of = _wider(source), _wider(rows), _wider(days_of)
                source[n], rows[n], days_of[n] = p, order[i] & np.uint32(0x7FFFFFFF), d
                n += 1
                if order[i] >> np.uint32(31):
                    break
                i += 1
    return source[:n], rows[:n], days_of[:n]


@compiled
def _place_of(row: int, offsets: U32, low: int, high: int) -> int:
    """The place whose rows include this one, from the place `low` to the place `high`."""
    while low < high:
        middle = (low + high + 1) >> 1
        if np.int64(offsets[(middle >> 4) * 20 + (middle & 15)]) <= row:
            low = middle
        else:
            high = middle - 1
    return low


@compiled
def _kept(words: U64, moments: U64, begin: int, end: int, left_out: U64) -> int:
    """Close up hits[begin:end] without those of people whose bit is set; where they end then."""
    n = begin
    for i in range(begin, end):
        words[n], moments[n] = words[i], moments[i]
        person = words[i] >> HALF
        n += 1 - np.int64((left_out[person >> np.uint64(6)] >> (person & np.uint64(63))) & np.uint64(1))
    return n


@compiled
def _hits(
    table: I64, people: U32, stays: tuple[I32, U32, I64, I64], begin: int, end: int, kinds: U8,
    least: I32, left_out: U64, words: U64, moments: U64, asked: I64,
) -> tuple[U64, U64, int]:  # fmt: skip
    """Every encounter of stays[begin:end]: person << 32 | place, and first minute << 36 | minutes << 24 | source.

    `words` and `moments` are room for the two, made larger where it does not suffice; `asked` is room for four numbers
    of every stay.
    """
    source, place, start, until = stays
    n = np.int64(0)
    for d in range(len(table)):
        head, day = table[d], bytes_of(table[d])
        began, size = head[H_BEGINS], 0
        offsets = day[head[AT_PLACES] : head[H_BYTES]].view(np.uint32)
        longest = day[head[AT_PLACES] : head[H_BYTES]]
        rows = day[head[AT_ROWS] : head[AT_ORDER]].view(np.uint16)
        for i in range(begin, end):  # first which rows to look at, so that the processor waits for many places at once
            if until[i] < began or start[i] > head[H_LAST] or place[i] >= head[H_PLACES]:
                continue
            at = np.int64(place[i])
            need = np.int64(least[kinds[at] if at < len(kinds) else np.uint8(0)])
            if need < 0 or until[i] - start[i] < need:
                continue
            here, further = (at >> 4) * 20 + (at & 15), ((at + 1) >> 4) * 20 + ((at + 1) & 15)
            first, last = np.int64(offsets[here]), np.int64(offsets[further])
            steps = np.int64(longest[(at >> 4) * 80 + 64 + (at & 15)])
            asked[size, 0], asked[size, 1], asked[size, 2] = i, first, last
            asked[size, 3] = start[i] - began + need - STEP * steps
            size += first < last
        for k in range(size):
            i, first, last, earliest = asked[k, 0], asked[k, 1], asked[k, 2], asked[k, 3]
            at = np.int64(place[i])
            need = np.int64(least[kinds[at] if at < len(kinds) else np.uint8(0)])
            came, left = start[i] - began, until[i] - began
            latest, stop, before = left - need, last, n
            while first < stop:  # the first row that begins early enough
                middle = (first + stop) >> 1
                if np.int64(rows[3 * middle + 4 * (middle >> 6) + 4] >> 5) < earliest:
                    first = middle + 1
                else:
                    stop = middle
            own, mine = np.int64(people[source[i]]), np.uint64(source[i])
            here, since = np.uint64(at), np.uint64(began)
            row = first
            while row < last:  # every row is written, and stays written if it counts: branches cost more
                stop = min(last, (row | 63) + 1)
                if n + 64 > len(words):
                    words, moments = _wider(words), _wider(moments)
                block = rows[3 * row + 4 * (row >> 6) + 4 : 3 * stop + 4 * ((stop - 1) >> 6) + 4]
                for h in range(stop - row):
                    one, two = np.int64(block[3 * h]), np.int64(block[3 * h + 1])
                    begins = one >> 5
                    if begins > latest:
                        stop = last
                        break
                    met, parted = max(begins, came), min(begins + (two >> 4), left)
                    person = (one & 31) << 20 | (two & 15) << 16 | np.int64(block[3 * h + 2])
                    words[n] = np.uint64(person) << HALF | here
                    moments[n] = (
                        (since + np.uint64(met)) << np.uint64(36) | np.uint64(parted - met) << np.uint64(24) | mine
                    )
                    n += (parted - met >= need) & (person != own)
                row = stop
            if len(left_out):
                n = _kept(words, moments, before, n, left_out)
    return words, moments, n


@compiled
def _mixed(word: np.uint64) -> np.uint64:
    """Spread the bits of a word: the finisher of splitmix64 (Steele, Lea, Flood 2014), which chance passes."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@compiled
def _in_parts(words: U64, moments: U64, n: int, shift: int) -> tuple[U64, U64, I64]:
    """The same hits with those of equal mixed leading bits together, and where each part begins."""
    starts = np.zeros((1 << (64 - shift)) + 1, np.int64)
    for i in range(n):
        starts[np.int64(_mixed(words[i]) >> np.uint64(shift)) + 1] += 1
    for k in range(1, len(starts)):
        starts[k] += starts[k - 1]
    at = starts.copy()
    one, two = np.empty(n, np.uint64), np.empty(n, np.uint64)
    for i in range(n):
        k = np.int64(_mixed(words[i]) >> np.uint64(shift))
        one[at[k]], two[at[k]] = words[i], moments[i]
        at[k] += 1
    return one, two, starts


@compiled
def _summed(words: U64, moments: U64, begin: int, end: int, slots: I32, out: I64, n: int) -> tuple[I64, int]:
    """Sum hits[begin:end] by word: rows of `out` from n on, a word each: word, minutes, hits, first, last, source of the first."""
    size = 16
    while size < 2 * (end - begin):
        size *= 2
    slots[:size] = -1
    mask = np.uint64(size - 1)
    if n + end - begin > len(out):
        larger = np.empty((max(2 * len(out), n + end - begin), 6), np.int64)
        for i in range(n):
            for k in range(6):
                larger[i, k] = out[i, k]
        out = larger
    for i in range(begin, end):
        word, moment = words[i], moments[i]
        first = np.int64(moment >> np.uint64(36))
        minutes = np.int64(moment >> np.uint64(24)) & 4095
        mine = np.int64(moment & np.uint64(0xFFFFFF))
        k = _mixed(word) & mask
        while True:
            j = slots[k]
            if j < 0:
                slots[k] = n
                out[n, 0], out[n, 1], out[n, 2] = np.int64(word), minutes, 1
                out[n, 3], out[n, 4], out[n, 5] = first, first + minutes, mine
                n += 1
                break
            if np.uint64(out[j, 0]) == word:
                out[j, 1] += minutes
                out[j, 2] += 1
                if first < out[j, 3] or (first == out[j, 3] and mine < out[j, 5]):
                    out[j, 3], out[j, 5] = first, mine
                out[j, 4] = max(out[j, 4], first + minutes)
                break
            k = (k + np.uint64(1)) & mask
    return out, n


@compiled
def _by_source(stays: tuple[I32, U32, I64, I64], n_people: int) -> tuple[I32, U32, I64, I64]:
    """The same stays person by person, by counting."""
    source, place, start, end = stays
    at = np.zeros(n_people + 1, np.int64)
    for each in source:
        at[each + 1] += 1
    for k in range(n_people):
        at[k + 1] += at[k]
    sources, places = np.empty_like(source), np.empty_like(place)
    starts, ends = np.empty_like(start), np.empty_like(end)
    for i in range(len(source)):
        j = at[source[i]]
        at[source[i]] = j + 1
        sources[j], places[j], starts[j], ends[j] = source[i], place[i], start[i], end[i]
    return sources, places, starts, ends


PART = 1 << 15
"""Hits that are summed at once: their table of slots and their sums fit the second cache."""


@compiled
def encounters(
    table: I64, people: U32, begins: I64, ends: I64, groups: I64, kinds: U8, least: I32, left_out: U64,
    by_place: bool,
) -> tuple[I32, U32, U32, I64, I64, I64, I64, I32]:  # fmt: skip
    """Encounters of each group of people, summed by person met and place (or kind of place), in columns.

    Group g is people[groups[g]:groups[g + 1]], each with a window of their own; whose bit in `left_out` is set is not
    met by anybody, and nobody meets themselves. `kinds` is the kind of each place, `least` the minutes from which an
    encounter counts at a place of that kind (negative: not at all). The columns, group by group: group, person, place
    or kind, minutes, encounters, first minute, last minute, number of the person among `people` who met them first.
    """
    stays = stays_of(table, people, begins, ends)
    if len(groups) > 2:
        stays = _by_source(stays, len(people))
    source = stays[0]
    words, moments = np.empty(8192, np.uint64), np.empty(8192, np.uint64)
    zero = np.int64(0)  # a number written out would be a type of its own, and each loop it is told to compiled twice
    slots, out, n = np.empty(PART, np.int32), np.empty((8192, 6), np.int64), zero
    asked = np.empty((max(len(source), 1), 4), np.int64)
    found = np.zeros(len(groups), np.int64)
    i = zero
    for g in range(len(groups) - 1):
        begin = i
        while i < len(source) and source[i] < groups[g + 1]:
            i += 1
        words, moments, hits = _hits(
            table, people, stays, begin, i, kinds, least, left_out, words, moments, asked
        )  # fmt: skip
        if not by_place:
            for h in range(hits):
                at = np.int64(words[h] & LOW)
                words[h] = (words[h] >> HALF) << HALF | np.uint64(kinds[at] if at < len(kinds) else 0)
        shift = 64
        while hits >> (64 - shift) > PART:
            shift -= 1
        if shift == 64:
            if 4 * hits > len(slots):
                slots = np.empty(4 * hits, np.int32)
            out, n = _summed(words, moments, zero, hits, slots, out, n)
        else:
            one, two, starts = _in_parts(words, moments, hits, shift)
            for k in range(len(starts) - 1):
                size = starts[k + 1] - starts[k]
                if 4 * size > len(slots):
                    slots = np.empty(4 * size, np.int32)
                out, n = _summed(one, two, starts[k], starts[k + 1], slots, out, n)
        found[g + 1] = n
    return _columns(out, n, found)


@compiled
def _columns(out: I64, n: int, found: I64) -> tuple[I32, U32, U32, I64, I64, I64, I64, I32]:
    """The rows of `out` as columns; found[g + 1] is where those of group g end."""
    group, through = np.empty(n, np.int32), np.empty(n, np.int32)
    person, place = np.empty(n, np.uint32), np.empty(n, np.uint32)
    minutes, times = np.empty(n, np.int64), np.empty(n, np.int64)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    for g in range(len(found) - 1):
        for i in range(found[g], found[g + 1]):
            word = np.uint64(out[i, 0])
            group[i], person[i], place[i] = g, word >> HALF, word & LOW
            minutes[i], times[i], first[i], last[i] = out[i, 1], out[i, 2], out[i, 3], out[i, 4]
            through[i] = out[i, 5]
    return group, person, place, minutes, times, first, last, through
