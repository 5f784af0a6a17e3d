"""The index of one day of stays: packed so that a stay costs ten bytes, place by place and person by person.

A day is one array of bytes, `uint8[n_bytes]`: a head of 64 int64, then sections that begin at multiples of 4096.

| section   | type                   | holds |
|---|---|---|
| rows      | blocks of 392 bytes    | place of the first row (uint32), four bytes of nothing, and 64 rows |
|           | uint16[64, 3] in each  | stays by (place, start): minute of the day (11 bits), length in minutes (12), person (25) |
| order     | uint32[n]              | person by person the row numbers of their stays; the last one of a person has bit 31 set |
| people    | uint64[n_people/32]    | of 32 people: where theirs begin in `order` (high half) and who of them has any (low half) |
| places    | blocks of 80 bytes     | of 16 places: where their rows begin (uint32[16]), their longest stay (uint8[16]) |

After the last place stands the number of rows. The longest stay at a place is told in steps of 12 minutes, rounded up.
What is looked at together lies together: a search over files that are not in memory waits for each page that it touches.
People and places are dense integers. Times are whole minutes: the beginning and the end of a stay are each rounded down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.science.compiled import compiled
from ringfence.science.contacts_sort import Stays, sort_stays

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

MAGIC, VERSION = 0x52464956, 2
HEAD = 64
PAGE = 4096
PERSON_BITS, TELL_BITS, START_BITS = 25, 11, 27
MOST_PEOPLE, MOST_TELLS = 1 << PERSON_BITS, 1 << TELL_BITS
STEP = 12
LONGEST_STAY = 2 * 24 * 60 - 1
"""Minutes: a stay of up to 24 hours that was joined with one beginning later on the same day."""

(
    H_MAGIC, H_VERSION, H_BEGINS, H_ROWS, H_PEOPLE, H_PLACES, H_LAST, H_LONGEST, H_BYTES, H_STAMP, H_IDS,
    H_PRESENT, H_AT,
) = range(13)  # fmt: skip
"""Columns of a day's head; from H_AT on, where each section begins."""
H_ADDRESS = HEAD - 1
"""In a table of heads, where the day lies in memory; nothing in the file."""
SECTIONS = ("rows", "order", "people", "places")
AT_ROWS, AT_ORDER, AT_PEOPLE, AT_PLACES = range(H_AT, H_AT + len(SECTIONS))
ROW_BLOCK, PLACE_BLOCK = 392, 80
"""Bytes of 64 rows with their first place, and of 16 places."""


def stays(person: U32, place: U32, start_ms: I64, length_ms: I64, tell: U32) -> Stays:
    """Pack columns of one day (n each): milliseconds after the day began, length, a code of who told it (< 2048)."""
    where = place.astype(np.uint64) << np.uint64(START_BITS) | start_ms.astype(np.uint64)
    told = length_ms.astype(np.uint64) << np.uint64(TELL_BITS) | tell.astype(np.uint64)
    return Stays(where, told << np.uint64(PERSON_BITS) | person.astype(np.uint64))


def order_people(ready: Stays, n_people: int) -> tuple[U32, U64, int]:
    """(order, people, elsewhere) of sorted stays: the sections of the same names, and `stays_elsewhere`."""
    n = len(ready.who)
    order, people = np.empty(n, np.uint32), np.zeros((n_people + 31) >> 5, np.uint64)
    near, spans = np.empty(n, np.uint64), np.empty(n, np.uint32)
    elsewhere = _order(*ready, near, spans, order, people, (n_people >> 12) + 1)
    return order, people, int(elsewhere)


@compiled
def _order(
    where: U64, who: U64, near: U64, spans: U32, order: U32, people: U64, n_buckets: int
) -> int:  # fmt: skip
    """People in buckets of 4096, then each bucket by counting; `near` and `spans` are room to work in.

    Returns how many stays overlap a stay of the same person at another place, in whole minutes. Stays at one place have
    been joined, so that those which overlap are at two. Of someone with very many stays, each is compared with the 64
    that follow.
    """
    n, elsewhere = len(who), 0
    mask = np.uint64((1 << 25) - 1)
    starts = np.zeros(n_buckets + 1, np.int64)
    for i in range(n):
        starts[((who[i] & mask) >> np.uint64(12)) + np.uint64(1)] += 1
    widest = 0
    for k in range(1, len(starts)):
        widest = max(widest, starts[k])
        starts[k] += starts[k - 1]
    ends = starts.copy()
    for i in range(n):
        person = who[i] & mask
        k = person >> np.uint64(12)
        ms = where[i] & np.uint64((1 << 27) - 1)
        start = ms // np.uint64(60000)
        near[ends[k]] = (person & np.uint64(4095)) << np.uint64(32) | np.uint64(i)
        spans[ends[k]] = start << np.uint64(13) | ((ms + (who[i] >> np.uint64(36))) // np.uint64(60000))
        ends[k] += 1
    counts, own = np.empty(4097, np.int64), np.empty(widest, np.uint32)
    for k in range(n_buckets):
        begin, end = starts[k], starts[k + 1]
        counts[:] = 0
        for i in range(begin, end):
            counts[(near[i] >> np.uint64(32)) + np.uint64(1)] += 1
        for p in range(4096):
            counts[p + 1] += counts[p]
        for block in range(128):
            at = (k << 7) + block
            if at >= len(people):
                break
            present = np.uint64(0)
            for bit in range(32):
                p = (block << 5) + bit
                if counts[p + 1] > counts[p]:
                    present |= np.uint64(1) << np.uint64(bit)
            people[at] = np.uint64(begin + counts[block << 5]) << np.uint64(32) | present
        for i in range(begin, end):
            p = near[i] >> np.uint64(32)
            order[begin + counts[p]] = np.uint32(near[i] & np.uint64(0xFFFFFFFF))
            own[counts[p]] = spans[i]
            counts[p] += 1
        last = 0  # counts[p] has become the end of p
        for p in range(4096):
            if counts[p] > last:
                elsewhere += _overlapping(own, last, counts[p])
                last = counts[p]
                order[begin + last - 1] |= np.uint32(1 << 31)
    return elsewhere


@compiled
def _overlapping(spans: U32, begin: int, end: int) -> int:
    """How many of spans[begin:end] (first minute << 13 | last minute) overlap one of the next 64."""
    found = 0
    for a in range(begin, end - 1):
        first, last = spans[a] >> np.uint32(13), spans[a] & np.uint32(8191)
        for b in range(a + 1, min(end, a + 65)):
            if first < spans[b] & np.uint32(8191) and spans[b] >> np.uint32(13) < last:
                found += 1
                break
    return found


@compiled
def joined_stays(where: U64, who: U64, last: npt.NDArray[np.int32]) -> tuple[U32, U32]:
    """(kept, joined): rows of sorted stays that tell of one stay of one person at one place.

    Row `joined[i]` begins before row `kept[i]` has ended, or as it begins; `kept` is the first row of the stay, and the
    stay lasts as long as the longest of its rows. `last`, int32[n_people] of -1, is written over: the row that began
    the latest stay of each person.
    """
    kept, joined = np.empty(16, np.uint32), np.empty(16, np.uint32)
    n = 0
    mask, start_mask = np.uint64((1 << 25) - 1), np.uint64((1 << 27) - 1)
    ends = np.zeros(1, np.uint64)  # of people whose stay was joined: how far it reaches
    kept_of = np.full(1, -1, np.int64)
    place, begun = np.uint64(0xFFFFFFFFFFFFFFFF), 0
    for i in range(len(where)):
        if where[i] >> np.uint64(27) != place:
            place, begun = where[i] >> np.uint64(27), i
        person = who[i] & mask
        j = last[person]
        if j >= begun:
            start = where[i] & start_mask
            until = (where[j] & start_mask) + (who[j] >> np.uint64(36))
            if n and kept_of[person] == j:
                until = max(until, ends[person])
            if start < until or where[j] == where[i]:
                if n == len(kept):
                    kept, joined = np.concatenate((kept, kept)), np.concatenate((joined, joined))
                if n == 0:
                    ends, kept_of = np.zeros(len(last), np.uint64), np.full(len(last), -1, np.int64)
                kept[n], joined[n] = j, i
                n += 1
                ends[person], kept_of[person] = max(until, start + (who[i] >> np.uint64(36))), j
                continue
        last[person] = i
    return kept[:n], joined[:n]


@compiled
def _pack_rows(where: U64, who: U64, rows: Any, firsts: U32, places: U32, longest: U8) -> tuple[int, int]:
    """Fill the sections of sorted stays; returns the latest end and the longest stay, in minutes after the day began.

    `rows` is uint16[n_blocks * 196], `firsts` the same bytes as uint32, `places` and `longest` those of the places.
    """
    n, place, last, most = len(where), 0, 0, 0
    for i in range(n):
        here = int(where[i] >> np.uint64(27))
        while place < here:
            place += 1
            places[(place >> 4) * 20 + (place & 15)] = i
        ms = where[i] & np.uint64((1 << 27) - 1)
        start = int(ms // np.uint64(60000))
        end = int((ms + (who[i] >> np.uint64(36))) // np.uint64(60000))
        length = end - start
        person = int(who[i] & np.uint64((1 << 25) - 1))
        at = 3 * i + 4 * (i >> 6) + 4
        rows[at] = start << 5 | person >> 20
        rows[at + 1] = length << 4 | (person >> 16) & 15
        rows[at + 2] = person & 0xFFFF
        steps = (length + 11) // 12
        own = (here >> 4) * 80 + 64 + (here & 15)
        longest[own] = max(longest[own], steps)
        last, most = max(last, end), max(most, length)
        if i & 63 == 0:
            firsts[(i >> 6) * 98] = here
    while place < 4 * len(places) // 5:
        place += 1
        if (place >> 4) * 20 + (place & 15) < len(places):
            places[(place >> 4) * 20 + (place & 15)] = n
    firsts[((n + 63) >> 6) * 98] = max(int(where[n - 1] >> np.uint64(27)) if n else 0, 0)
    return last, most


def offsets_of(day: U8) -> U32:
    """uint32[n_places + 1]: where the rows of each place of a day begin."""
    head = day[: HEAD * 8].view(np.int64)
    at, n = int(head[AT_PLACES]), int(head[H_PLACES])
    blocks = day[at : at + PLACE_BLOCK * ((n + 16) // 16)].view(np.uint32).reshape(-1, PLACE_BLOCK // 4)
    return np.ascontiguousarray(blocks[:, :16]).ravel()[: n + 1]


def _aligned(size: int) -> int:
    return -(-size // PAGE) * PAGE


def pack_day(begins: int, sorted_stays: Stays, order: U32, people: U64, stamp: int = 0, ids: int = 0) -> U8:
    """The bytes of a day that began at the minute `begins` (since 1970 UTC), of stays sorted by (place, start).

    `stamp` names the file that the day was made from, `ids` the numbering of people and places.
    """
    where, who = sorted_stays
    n = len(where)
    n_places = int(where[-1] >> np.uint64(START_BITS)) + 1 if n else 0
    n_blocks = (n + 63) // 64 + 1
    sizes = (ROW_BLOCK * n_blocks, 4 * n, people.nbytes, PLACE_BLOCK * ((n_places + 16) // 16))
    at = [PAGE, *(PAGE + int(each) for each in np.cumsum([_aligned(size) for size in sizes]))]
    day = np.zeros(at[-1], np.uint8)

    def section(name: str, dtype: Any) -> npt.NDArray[Any]:
        k = SECTIONS.index(name)
        return day[at[k] : at[k] + sizes[k]].view(dtype)

    section("order", np.uint32)[:] = order
    section("people", np.uint64)[:] = people
    last, most = _pack_rows(
        where, who, section("rows", np.uint16), section("rows", np.uint32), section("places", np.uint32), section("places", np.uint8)
    )  # fmt: skip
    head = day[: HEAD * 8].view(np.int64)
    head[H_MAGIC], head[H_VERSION], head[H_BEGINS], head[H_ROWS] = MAGIC, VERSION, begins, n
    head[H_PEOPLE], head[H_PLACES], head[H_LAST], head[H_LONGEST] = 32 * len(people), n_places, begins + last, most
    head[H_BYTES], head[H_STAMP], head[H_IDS] = len(day), stamp, ids
    head[H_PRESENT] = int(np.bitwise_count(people & np.uint64(0xFFFFFFFF)).sum())
    head[H_AT : H_AT + len(SECTIONS)] = at[: len(SECTIONS)]
    return day


def day_of(begins: int, person: U32, place: U32, start: I64, end: I64) -> U8:
    """The index of one day from columns in any order; `start` and `end` in minutes since 1970 UTC.

    Stays of one person at one place that overlap become one stay. A stay must begin on the day and last at most
    `LONGEST_STAY`. The store goes the same way with milliseconds and sources.
    """
    tell = np.zeros(len(person), np.uint32)
    told = stays(person, place, (start - begins) * 60_000, (end - start) * 60_000, tell)
    n_people = int(person.max()) + 1 if len(person) else 0
    ready, _ = normal_day([told], n_people)
    order, people, _ = order_people(ready, n_people)
    return pack_day(begins, ready, order, people)


class Joined(NamedTuple):
    """What was joined: numbers of rows in the sorted stays as they were `before`."""

    kept: U32
    joined: U32
    before: Stays


def normal_day(told: Sequence[Stays], n_people: int) -> tuple[Stays, Joined]:
    """Sort a day's stays, and join those of one person that overlap at one place; a stay keeps the tell of its first row."""
    before = sort_stays(told)
    one, two = before
    kept, joined = joined_stays(one, two, np.full(n_people, -1, np.int32))
    if not len(joined):
        return before, Joined(kept, joined, before)
    length = two >> np.uint64(TELL_BITS + PERSON_BITS)
    start = one & np.uint64((1 << START_BITS) - 1)
    ends = start + length
    last = ends.copy()
    np.maximum.at(last, kept, ends[joined])
    rest = two & np.uint64((1 << (TELL_BITS + PERSON_BITS)) - 1)
    after = (last - start) << np.uint64(TELL_BITS + PERSON_BITS) | rest
    stays_left = np.ones(len(one), bool)
    stays_left[joined] = False
    ready = Stays(one[stays_left], after[stays_left])
    return ready, Joined(kept, joined, before)
