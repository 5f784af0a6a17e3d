"""Dense integers for ids: whole numbers and texts in, the same code for the same id out, new ones numbered as they come.

An id has a head (int64): a whole number is its own head, a text has a hash of its bytes. Small whole numbers are found in
a table by themselves, all others in a table of slots by their head; texts are compared byte by byte, so that two texts
of one hash stay two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ringfence.science.compiled import compiled

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

GONE = np.iinfo(np.int64).min
"""The head of an id that was erased; no id has it."""
NOBODY = 0xFFFFFFFF
"""What stands in a slot of a file where no code does."""
SMALL = 1 << 26
"""Whole numbers from 0 to this are found in a table of their own."""


@compiled
def _slot(head: int, is_text: bool, mask: np.uint64) -> np.uint64:
    word = np.uint64(head) + np.uint64(is_text)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (word ^ (word >> np.uint64(31))) & mask


@compiled
def fill_all(slots: npt.NDArray[np.uint32], heads: I64, ends: I64) -> None:
    """Enter every id that was not erased into `slots`, a power of two of `NOBODY`, never full."""
    mask = np.uint64(len(slots) - 1)
    begin = 0
    for code in range(len(heads)):
        is_text = len(ends) > 0 and ends[code] > begin
        begin = ends[code] if len(ends) else 0
        if heads[code] == -9223372036854775808:
            continue
        k = _slot(heads[code], is_text, mask)
        while slots[k] != 4294967295:
            k = (k + np.uint64(1)) & mask
        slots[k] = code


@compiled
def code_of(
    slots: npt.NDArray[np.uint32], heads: I64, ends: I64, texts: U8, head: int, begin: int, end: int, data: U8
) -> int:
    """The code of one id as `read_texts` read it, data[begin:end] where it is a text; -1 where nobody has it."""
    mask = np.uint64(len(slots) - 1)
    size = end - begin
    k = _slot(head, size > 0, mask)
    while slots[k] != 4294967295:
        code = np.int64(slots[k])
        if heads[code] == head:
            first = ends[code - 1] if len(ends) and code else 0
            same = (ends[code] - first if len(ends) else 0) == size
            for j in range(size if same else 0):
                same = same and texts[first + j] == data[begin + j]
            if same:
                return code
        k = (k + np.uint64(1)) & mask
    return -1


@compiled
def fill(small: I32, slots: I32, heads: I64, ends: I64, n: int) -> None:
    """Enter the first n ids into both tables, which hold -1 where nobody is; `slots` is a power of two, never full."""
    mask = np.uint64(len(slots) - 1)
    begin = 0
    for code in range(n):
        is_text = len(ends) > 0 and ends[code] > begin
        begin = ends[code] if len(ends) else 0
        head = heads[code]
        if head == -9223372036854775808:
            continue
        if not is_text and 0 <= head < len(small):
            small[head] = code
            continue
        if not is_text and 0 <= head < 67108864:
            continue  # the table is made larger before such a number is looked for
        k = _slot(head, is_text, mask)
        while slots[k] >= 0:
            k = (k + np.uint64(1)) & mask
        slots[k] = code


@compiled
def codes_of_numbers(numbers: I64, good: U8, small: I32, slots: I32, heads: I64, ends: I64, n: int, codes: I32) -> int:
    """Codes of whole numbers where `good`; new ones are appended to `heads`. Returns how many ids there are now.

    `small` must reach beyond the greatest number below `SMALL`, and `slots` and `heads` have room for all to be new.
    """
    mask = np.uint64(len(slots) - 1)
    text_end = ends[n - 1] if len(ends) and n else 0
    for i in range(len(numbers)):
        if not good[i]:
            codes[i] = 0
            continue
        head = numbers[i]
        if 0 <= head < len(small):
            code = small[head]
            if code < 0:
                code = n
                small[head] = n
                heads[n] = head
                if len(ends):
                    ends[n] = text_end
                n += 1
            codes[i] = code
            continue
        k = _slot(head, False, mask)
        while True:
            code = slots[k]
            if code < 0:
                code = n
                slots[k] = n
                heads[n] = head
                if len(ends):
                    ends[n] = text_end
                n += 1
                break
            if heads[code] == head and (len(ends) == 0 or ends[code] == (ends[code - 1] if code else 0)):
                break
            k = (k + np.uint64(1)) & mask
        codes[i] = code
    return n


@compiled
def read_texts(offsets: I64, data: U8, good: U8, numbers: I64, begins: I64, ends: I64) -> None:
    """Trim texts and read those that are whole numbers: `numbers` gets the head, begins:ends the bytes (none of a number).

    A whole number is written with up to 18 digits and no leading zero. What is empty, or longer than 200 bytes, is no
    longer good.
    """
    for i in range(len(numbers)):
        begin, end = offsets[i], offsets[i + 1]
        while begin < end and data[begin] <= 32:
            begin += 1
        while begin < end and data[end - 1] <= 32:
            end -= 1
        if not good[i] or begin == end or end - begin > 200:
            good[i] = 0
            begins[i] = ends[i] = 0
            continue
        negative = data[begin] == 45
        at = begin + negative
        whole = 0 < end - at <= 18 and (data[at] != 48 or (end - at == 1 and not negative))
        value = 0
        for j in range(at, end):
            digit = np.int64(data[j]) - 48
            if digit < 0 or digit > 9:
                whole = False
                break
            value = 10 * value + digit
            if not whole:
                break
        if whole:
            numbers[i] = -value if negative else value
            begins[i] = ends[i] = 0
            continue
        hashed = np.uint64(14695981039346656037)  # FNV-1a; the tables mix it further
        for j in range(begin, end):
            hashed = (hashed ^ np.uint64(data[j])) * np.uint64(1099511628211)
        numbers[i] = np.int64(hashed >> np.uint64(1))
        begins[i], ends[i] = begin, end


@compiled
def codes_of_texts(
    numbers: I64, begins: I64, stops: I64, data: U8, good: U8, small: I32, slots: I32, heads: I64, ends: I64,
    texts: U8, n: int, codes: I32,
) -> int:  # fmt: skip
    """The same as `codes_of_numbers` for what `read_texts` read; bytes of new texts are appended to `texts`."""
    mask = np.uint64(len(slots) - 1)
    text_end = ends[n - 1] if n else 0
    for i in range(len(numbers)):
        if not good[i]:
            codes[i] = 0
            continue
        head, size = numbers[i], stops[i] - begins[i]
        if size == 0 and 0 <= head < len(small):
            code = small[head]
            if code < 0:
                code = n
                small[head] = n
                heads[n], ends[n] = head, text_end
                n += 1
            codes[i] = code
            continue
        k = _slot(head, size > 0, mask)
        while True:
            code = slots[k]
            if code < 0:
                code = n
                slots[k] = n
                heads[n] = head
                for j in range(size):  # NumPy's own assignment of a stretch takes seconds to compile
                    texts[text_end + j] = data[begins[i] + j]
                text_end += size
                ends[n] = text_end
                n += 1
                break
            begin = ends[code - 1] if code else 0
            if heads[code] == head and ends[code] - begin == size:
                same = True
                for j in range(size):
                    if texts[begin + j] != data[begins[i] + j]:
                        same = False
                        break
                if same:
                    break
            k = (k + np.uint64(1)) & mask
        codes[i] = code
    return n


@compiled
def by_day(
    person: I32, place: I32, start: I64, end: I64, tell: npt.NDArray[np.uint16], good: U8, begins: I64,
    where: npt.NDArray[np.uint64], who: npt.NDArray[np.uint64],
) -> I64:  # fmt: skip
    """Pack good rows day by day into where and who (`contacts_index.Stays`); returns where each day's rows begin.

    `start` and `end` are milliseconds since 1970, `begins` those at which the days begin, and one more end (n_days + 1).
    """
    n_days = len(begins) - 1
    counts = np.zeros(n_days + 2, np.int64)
    slot = np.empty(len(start), np.int32)
    for i in range(len(start)):
        if not good[i]:
            slot[i] = -1
            continue
        d = min(max((start[i] - begins[0]) // 86_400_000, 0), n_days - 1)
        while start[i] < begins[d]:
            d -= 1
        while start[i] >= begins[d + 1]:
            d += 1
        slot[i] = d
        counts[d + 2] += 1
    for d in range(2, n_days + 2):
        counts[d] += counts[d - 1]
    for i in range(len(start)):
        if slot[i] < 0:
            continue
        d = slot[i]
        j = counts[d + 1]
        counts[d + 1] = j + 1
        where[j] = np.uint64(place[i]) << np.uint64(27) | np.uint64(start[i] - begins[d])
        who[j] = (np.uint64(end[i] - start[i]) << np.uint64(11) | np.uint64(tell[i])) << np.uint64(25) | np.uint64(
            person[i]
        )
    return counts[: n_days + 1]


@compiled
def rows_in_order(places: npt.NDArray[np.uint32], offsets: npt.NDArray[np.uint32], rows: npt.NDArray[np.uint32]) -> int:
    """Row numbers place by place, the places in this order; `offsets` is where each place's rows begin. Returns how many."""
    n = 0
    for place in places:
        if place + 1 < len(offsets):
            for row in range(offsets[place], offsets[place + np.uint32(1)]):
                rows[n] = row
                n += 1
    return n


@compiled
def counted_by_source(source: I32, start: I64, good: U8, now: int, counts: I64) -> int:
    """Add the good rows of each source to `counts`; returns how many of them begin after the moment `now`."""
    ahead = 0
    for i in range(len(source)):
        if good[i]:
            counts[source[i]] += 1
            ahead += start[i] > now
    return ahead


@compiled
def greatest_below(numbers: I64, limit: int) -> tuple[int, int]:
    """(the greatest of the numbers from 0 to below a limit, or -1; how many lie outside)."""
    greatest, outside = -1, 0
    for i in range(len(numbers)):
        if 0 <= numbers[i] < limit:
            greatest = max(greatest, numbers[i])
        else:
            outside += 1
    return greatest, outside


@compiled
def paired(one: I32, other: I32, table: npt.NDArray[np.int32], codes: npt.NDArray[np.uint16]) -> int:
    """The code of each pair by a table; returns the first row whose pair has none (-1), or how many rows there are."""
    for i in range(len(one)):
        code = table[one[i], other[i]]
        if code < 0:
            return i
        codes[i] = code
    return len(one)


@compiled
def first_kinds(kinds: U8, place: I32, kind: I32, good: U8) -> int:
    """Give each place that has no kind the first one told; returns how many rows tell another kind of their place."""
    others = 0
    for i in range(len(place)):
        if good[i] and kind[i] > 0:
            if kinds[place[i]] == 0:
                kinds[place[i]] = kind[i]
            others += kinds[place[i]] != kind[i]
    return others


@compiled
def told_columns(
    where: npt.NDArray[np.uint64], who: npt.NDArray[np.uint64], rows: npt.NDArray[np.uint32], began: int,
    people: I64, places: I64, tells: npt.NDArray[np.int32],
    person: I64, place: I64, start: I64, end: I64, source: I32, kind: I32, joined: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """The columns of these rows as they are told: `people` and `places` are what each code is told as.

    `tells` is int32[n, 3]: source, kind and whether joined, by code. A day began `began` milliseconds after 1970.
    """
    for i in range(len(rows)):
        one, two = where[rows[i]], who[rows[i]]
        tell = (two >> np.uint64(25)) & np.uint64(2047)
        person[i] = people[two & np.uint64((1 << 25) - 1)] if len(people) else two & np.uint64((1 << 25) - 1)
        place[i] = places[one >> np.uint64(27)] if len(places) else one >> np.uint64(27)
        start[i] = began + np.int64(one & np.uint64((1 << 27) - 1))
        end[i] = start[i] + np.int64(two >> np.uint64(36))
        source[i], kind[i], joined[i] = tells[tell, 0], tells[tell, 1], tells[tell, 2] > 0
