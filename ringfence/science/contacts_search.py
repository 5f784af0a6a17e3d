"""Compiled search over days of stays: who was at a place while somebody else was there. See `contacts` for its meaning.

Every loop here lives in one file, as the compiled form is found by it. `days` is a typed list of the bytes of each day
(`contacts_index`), ordered by their beginning; `table` is int64[n_days, 64], the heads of the same days.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba.typed import List

from ringfence.science.compiled import compiled
from ringfence.science.contacts_index import (
    AT_DIRECTORY,
    AT_LONGEST,
    AT_ORDER,
    AT_PEOPLE,
    AT_PLACES,
    AT_ROWS,
    H_BEGINS,
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
Days = Any
"""A numba.typed.List of uint8[n_bytes]."""

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@compiled
def no_days(example: U8) -> Days:
    """An empty list of days of this one's type. Compiled, so that it is kept: the list's own methods are not."""
    days = List()
    days.append(example)
    days.pop()
    return days


@compiled
def add_day(days: Days, day: U8) -> None:
    """Add a day to a list."""
    days.append(day)


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
def stays_of(days: Days, table: I64, people: U32, begins: I64, ends: I64) -> tuple[I32, U32, I64, I64]:
    """(source, place, start, end) of every stay of `people[i]` that meets the window from begins[i] to ends[i], clipped to it.

    `source` is i. Times in minutes since 1970. Stays come day by day, and on each day person by person.
    """
    room = 256
    source, place = np.empty(room, np.int32), np.empty(room, np.uint32)
    start, end = np.empty(room, np.int64), np.empty(room, np.int64)
    n = 0
    for d in range(len(days)):
        head, day = table[d], days[d]
        if head[H_ROWS] == 0:
            continue
        began = head[H_BEGINS]
        order = day[head[AT_ORDER] : head[AT_ORDER] + 4 * head[H_ROWS]].view(np.uint32)
        known = day[head[AT_PEOPLE] : head[AT_PEOPLE] + head[H_PEOPLE] // 4].view(np.uint64)
        offsets = day[head[AT_PLACES] : head[AT_PLACES] + 4 * (head[H_PLACES] + 1)].view(np.uint32)
        rows = day[head[AT_ROWS] : head[AT_ROWS] + 6 * head[H_ROWS]].view(np.uint16)
        size = (head[H_ROWS] + 63) // 64 + 1
        directory = day[head[AT_DIRECTORY] : head[AT_DIRECTORY] + 4 * size].view(np.uint32)
        for p in range(len(people)):
            person = people[p]
            if ends[p] < began or begins[p] > head[H_LAST] or person >= head[H_PEOPLE]:
                continue
            block = known[person >> np.uint32(5)]
            bit = np.uint64(person & np.uint32(31))
            if not (block >> bit) & np.uint64(1):
                continue
            skip = _ones(block & ((np.uint64(1) << bit) - np.uint64(1)))
            i = np.int64(block >> HALF)
            while skip:
                skip -= np.int64(order[i] >> np.uint32(31))
                i += 1
            while True:
                row = np.int64(order[i] & np.uint32(0x7FFFFFFF))
                came = began + np.int64(rows[3 * row] >> 5)
                left = came + np.int64(rows[3 * row + 1] >> 4)
                came, left = max(came, begins[p]), min(left, ends[p])
                if came <= left:
                    if n == room:
                        room *= 2
                        source, place = _wider(source), _wider(place)
                        start, end = _wider(start), _wider(end)
                    source[n], start[n], end[n] = p, came, left
                    place[n] = _place_of(row, offsets, directory)
                    n += 1
                if order[i] >> np.uint32(31):
                    break
                i += 1
    return source[:n], place[:n], start[:n], end[:n]


@compiled
def _place_of(row: int, offsets: U32, directory: U32) -> int:
    """The place whose rows include this one: between the places of the 64th rows around it."""
    low, high = np.int64(directory[row >> 6]), np.int64(directory[(row >> 6) + 1])
    while low < high:
        middle = (low + high + 1) >> 1
        if offsets[middle] <= row:
            low = middle
        else:
            high = middle - 1
    return low


@compiled
def _hits(
    days: Days, table: I64, people: U32, stays: tuple[I32, U32, I64, I64], begin: int, end: int, kinds: U8,
    least: I32, left_out: U64, words: U64, moments: U64,
) -> tuple[U64, U64, int]:  # fmt: skip
    """Every encounter of stays[begin:end]: person << 32 | place, and first minute << 36 | minutes << 24 | source.

    `words` and `moments` are room for the two, made larger where it does not suffice.
    """
    source, place, start, until = stays
    n = 0
    for d in range(len(days)):
        head, day = table[d], days[d]
        began = head[H_BEGINS]
        offsets = day[head[AT_PLACES] : head[AT_PLACES] + 4 * (head[H_PLACES] + 1)].view(np.uint32)
        longest = day[head[AT_LONGEST] : head[AT_LONGEST] + head[H_PLACES]]
        rows = day[head[AT_ROWS] : head[AT_ROWS] + 6 * head[H_ROWS]].view(np.uint16)
        for i in range(begin, end):
            if until[i] < began or start[i] > head[H_LAST] or place[i] >= head[H_PLACES]:
                continue
            at = np.int64(place[i])
            kind = kinds[at] if at < len(kinds) else np.uint8(0)
            need = np.int64(least[kind])
            came, left = start[i] - began, until[i] - began
            if need < 0 or left - came < need:
                continue
            first, last = np.int64(offsets[at]), np.int64(offsets[at + 1])
            if first == last:
                continue
            earliest, latest = came + need - STEP * np.int64(longest[at]), left - need
            stop = last
            while first < stop:  # the first row that begins early enough
                middle = (first + stop) >> 1
                if np.int64(rows[3 * middle] >> 5) < earliest:
                    first = middle + 1
                else:
                    stop = middle
            own, mine = np.int64(people[source[i]]), np.uint64(source[i])
            here = np.uint64(at)
            for row in range(first, last):
                one = np.int64(rows[3 * row])
                begins = one >> 5
                if begins > latest:
                    break
                two = np.int64(rows[3 * row + 1])
                ends = begins + (two >> 4)
                if ends < came + need:
                    continue
                met, parted = max(begins, came), min(ends, left)
                if parted - met < need:
                    continue
                person = (one & 31) << 20 | (two & 15) << 16 | np.int64(rows[3 * row + 2])
                if person == own:
                    continue
                if len(left_out) and (left_out[person >> 6] >> np.uint64(person & 63)) & np.uint64(1):
                    continue
                if n == len(words):
                    words, moments = _wider(words), _wider(moments)
                words[n] = np.uint64(person) << HALF | here
                moments[n] = np.uint64(began + met) << np.uint64(36) | np.uint64(parted - met) << np.uint64(24) | mine
                n += 1
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
    days: Days, table: I64, people: U32, begins: I64, ends: I64, groups: I64, kinds: U8, least: I32, left_out: U64,
    by_place: bool,
) -> tuple[I64, I64]:  # fmt: skip
    """Encounters of each group of people, summed by person met and place (or kind of place): (rows, where each group's end).

    Group g is people[groups[g]:groups[g + 1]], each with a window of their own; whose bit in `left_out` is set is not
    met by anybody, and nobody meets themselves. `kinds` is the kind of each place, `least` the minutes from which an
    encounter counts at a place of that kind (negative: not at all). rows int64[n, 6]: person << 32 | place or kind,
    minutes, encounters, first minute, last minute, number of the person among `people` who met them first.
    """
    stays = stays_of(days, table, people, begins, ends)
    if len(groups) > 2:
        stays = _by_source(stays, len(people))
    source = stays[0]
    words, moments = np.empty(4096, np.uint64), np.empty(4096, np.uint64)
    slots, out, n = np.empty(4 * PART, np.int32), np.empty((4096, 6), np.int64), 0
    found = np.zeros(len(groups), np.int64)
    i = 0
    for g in range(len(groups) - 1):
        begin = i
        while i < len(source) and source[i] < groups[g + 1]:
            i += 1
        words, moments, hits = _hits(
            days, table, people, stays, begin, i, kinds, least, left_out, words, moments
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
            out, n = _summed(words, moments, 0, hits, slots, out, n)
        else:
            one, two, starts = _in_parts(words, moments, hits, shift)
            for k in range(len(starts) - 1):
                size = starts[k + 1] - starts[k]
                if 4 * size > len(slots):
                    slots = np.empty(4 * size, np.int32)
                out, n = _summed(one, two, starts[k], starts[k + 1], slots, out, n)
        found[g + 1] = n
    return out[:n], found


# -- which pages a search will touch ----------------------------------------------------------------------------------
#
# A search over files that are not in memory waits for one page after the other. These loops walk the same way one step
# at a time and only say which pages come next, so that all pages of a step are read at once.


@compiled
def _add(pages: I64, n: int, first: int, last: int) -> tuple[I64, int]:
    """Add the pages first to last, at most 64 of them, as the search narrows longer stretches down first."""
    for page in range(first, min(last, first + 63) + 1):
        if n == len(pages):
            pages = _wider(pages)
        pages[n] = page
        n += 1
    return pages, n


@compiled
def pages_of_people(days: Days, table: I64, bases: I64, people: U32, begins: I64, ends: I64, step: int) -> I64:
    """Pages that `stays_of` touches: of the sections people (step 0), order (1), rows and directory (2), places (3).

    Pages of 4096 bytes count through all days; those of day d begin with bases[d].
    """
    pages, n = np.empty(256, np.int64), 0
    for d in range(len(days)):
        head, day = table[d], days[d]
        if head[H_ROWS] == 0:
            continue
        known = day[head[AT_PEOPLE] : head[AT_PEOPLE] + head[H_PEOPLE] // 4].view(np.uint64)
        order = day[head[AT_ORDER] : head[AT_ORDER] + 4 * head[H_ROWS]].view(np.uint32)
        size = (head[H_ROWS] + 63) // 64 + 1
        directory = day[head[AT_DIRECTORY] : head[AT_DIRECTORY] + 4 * size].view(np.uint32)
        for p in range(len(people)):
            person = np.int64(people[p])
            if ends[p] < head[H_BEGINS] or begins[p] > head[H_LAST] or person >= head[H_PEOPLE]:
                continue
            if step == 0:
                page = bases[d] + ((head[AT_PEOPLE] + 8 * (person >> 5)) >> 12)
                pages, n = _add(pages, n, page, page)
                continue
            block = known[person >> 5]
            bit = np.uint64(person & 31)
            if not (block >> bit) & np.uint64(1):
                continue
            i = np.int64(block >> HALF)
            skip = _ones(block & ((np.uint64(1) << bit) - np.uint64(1)))
            if step == 1:
                at = head[AT_ORDER] + 4 * i
                pages, n = _add(pages, n, bases[d] + (at >> 12), bases[d] + ((at + 16 * skip + 16) >> 12))
                continue
            while skip:
                skip -= np.int64(order[i] >> np.uint32(31))
                i += 1
            while True:
                row = np.int64(order[i] & np.uint32(0x7FFFFFFF))
                if step == 2:
                    at = head[AT_ROWS] + 6 * row
                    pages, n = _add(pages, n, bases[d] + (at >> 12), bases[d] + ((at + 5) >> 12))
                    at = head[AT_DIRECTORY] + 4 * (row >> 6)
                    pages, n = _add(pages, n, bases[d] + (at >> 12), bases[d] + ((at + 7) >> 12))
                else:
                    low = head[AT_PLACES] + 4 * np.int64(directory[row >> 6])
                    high = head[AT_PLACES] + 4 * np.int64(directory[(row >> 6) + 1])
                    pages, n = _add(pages, n, bases[d] + (low >> 12), bases[d] + (high >> 12))
                if order[i] >> np.uint32(31):
                    break
                i += 1
    return pages[:n]


@compiled
def pages_of_places(days: Days, table: I64, bases: I64, stays: tuple[I32, U32, I64, I64], step: int) -> I64:
    """Pages that `_hits` touches: of the sections places and longest (step 0), of the rows of those places (1)."""
    _, place, start, until = stays
    pages, n = np.empty(256, np.int64), 0
    for d in range(len(days)):
        head, day = table[d], days[d]
        offsets = day[head[AT_PLACES] : head[AT_PLACES] + 4 * (head[H_PLACES] + 1)].view(np.uint32)
        for i in range(len(place)):
            if until[i] < head[H_BEGINS] or start[i] > head[H_LAST] or place[i] >= head[H_PLACES]:
                continue
            at = np.int64(place[i])
            if step == 0:
                one = head[AT_PLACES] + 4 * at
                pages, n = _add(pages, n, bases[d] + (one >> 12), bases[d] + ((one + 7) >> 12))
                page = bases[d] + ((head[AT_LONGEST] + at) >> 12)
                pages, n = _add(pages, n, page, page)
            elif offsets[at] < offsets[at + 1]:
                first = head[AT_ROWS] + 6 * np.int64(offsets[at])
                last = head[AT_ROWS] + 6 * np.int64(offsets[at + 1]) - 1
                pages, n = _add(pages, n, bases[d] + (first >> 12), bases[d] + (last >> 12))
    return pages[:n]


@compiled
def not_seen(pages: I64, seen: U8) -> I64:
    """Those pages that were not seen before, once each; they are seen now."""
    n = 0
    for page in pages:
        if not seen[page]:
            seen[page] = 1
            pages[n] = page
            n += 1
    return pages[:n]
