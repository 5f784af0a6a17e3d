"""Contacts: everyone who shared a place and a time with a person, and everyone who then shared one with those.

An encounter is a stay of one person and a stay of another at the same place that overlap by at least so many minutes,
inside the window of the first. Minutes are summed over encounters, so that many short ones below the least never count
and three of twenty minutes are an hour. Contacts of second order are counted from each contact's own first exposure:
whom they met before that they cannot have infected. All times are whole minutes since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.science.contacts_index import H_ADDRESS, H_BEGINS, HEAD, U8, U32
from ringfence.science.contacts_search import encounters

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]


class City(NamedTuple):
    """Days of stays (`contacts_index`), in order of their beginning, and the kind of every place."""

    days: tuple[U8, ...]
    table: I64  # int64[n_days, 64]: the heads of the days, and where each one lies in memory
    kinds: U8  # uint8[n_places]: kind of each place; 0 where none is known, and for places beyond


def city(days: Sequence[U8], kinds: U8) -> City:
    """A city of these days; the arrays are used where they lie, and are kept alive by it."""
    heads = [np.asarray(day[: HEAD * 8]).view(np.int64) for day in days]
    order = sorted(range(len(days)), key=lambda k: int(heads[k][H_BEGINS]))
    held = tuple(np.ascontiguousarray(days[k]) for k in order)
    table = np.array([heads[k] for k in order], np.int64).reshape(len(days), HEAD)
    table[:, H_ADDRESS] = [day.ctypes.data for day in held]
    return City(held, table, np.ascontiguousarray(kinds, np.uint8))


class Shared(NamedTuple):
    """What one person shared with others, a row for each other person and place (n rows, in no order)."""

    case: I32  # number of the person searched for, among those asked
    person: U32
    place: U32  # or the kind of place, where asked by kind
    minutes: I64  # summed over encounters
    encounters: I64
    first: I64  # minute at which the first encounter began
    last: I64  # minute at which the last encounter ended
    through: I32  # second order: number of the contact who met them first, among those followed


class People(NamedTuple):
    """The same by person (n rows: by case, most minutes first)."""

    case: I32
    person: U32
    minutes: I64
    encounters: I64
    first: I64
    last: I64
    kind: U8  # of the places where most of the minutes were spent
    through: I32
    row: I64  # int64[rows of Shared]: which of these each row of Shared belongs to


def least_minutes(minutes: int | Sequence[int], n_kinds: int = 256) -> I32:
    """Minutes from which an encounter counts, for each kind of place; -1 leaves a kind out."""
    if isinstance(minutes, int):
        return np.full(n_kinds, minutes, np.int32)
    told = np.full(256, -1, np.int32)
    told[: len(minutes)] = minutes
    return told


NOBODY: U64 = np.empty(0, np.uint64)


def first_order(  # noqa: PLR0913 (each is told by name)
    where: City, people: U32, begins: I64, ends: I64, least: I32, *, by_kind: bool = False
) -> Shared:
    """Contacts of each of `people` (n) in a window of their own, from the minute begins[i] to the minute ends[i].

    `least` comes from `least_minutes`. The answer's `case` counts the people asked for.
    """
    groups = np.arange(len(people) + 1)
    return Shared(*encounters(where.table, people, begins, ends, groups, where.kinds, least, NOBODY, not by_kind))


class Followed(NamedTuple):
    """Contacts whose own contacts are searched for (n rows)."""

    person: U32
    since: I64  # minute of their first exposure


def followed(contacts: People, *, minutes: int | None = None, most: int | None = None) -> Followed:
    """The contacts that are close: at least so many minutes in all, or the so many closest; one of the two must be told.

    Without either, second order is most of a city: with encounters of ten minutes over two weeks, 81 to 98 % of it.
    Raises ValueError where neither is told.
    """
    if minutes is None and most is None:
        message = "second order needs a least number of minutes or a greatest number of contacts"
        raise ValueError(message)
    close = contacts.minutes >= (minutes or 0)
    order = np.flatnonzero(close)[:most]
    return Followed(contacts.person[order], contacts.first[order])


def second_order(  # noqa: PLR0913 (each is told by name)
    where: City, cases: U32, known: U32, close: Followed, end: int, least: I32, *, by_kind: bool = False
) -> Shared:
    """Whom the followed contacts met from their first exposure to the minute `end`, without `cases` and `known`.

    `known` are all contacts of first order, followed or not. The answer's `through` counts the followed.
    """
    n_people = int(where.table[:, 4].max()) if len(where.table) else 0
    left_out = np.zeros((n_people >> 6) + 1, np.uint64)
    out = np.concatenate((cases, known)).astype(np.int64)
    out = out[out < 64 * len(left_out)]
    np.bitwise_or.at(left_out, out >> 6, np.uint64(1) << (out & 63).astype(np.uint64))
    ends = np.full(len(close.person), end, np.int64)
    return Shared(
        *encounters(
            where.table, close.person, close.since, ends, np.array([0, len(ends)]), where.kinds, least,
            left_out, not by_kind,
        )
    )  # fmt: skip


def by_person(shared: Shared, kinds: U8, rank: npt.NDArray[np.int64]) -> People:
    """What was shared with each person in all; `rank` orders kinds (int64[256]) where the minutes spent are equal."""
    key = shared.case.astype(np.uint64) << np.uint64(32) | shared.person.astype(np.uint64)
    words, row = np.unique(key, return_inverse=True)
    n = len(words)

    def summed(values: I64) -> I64:
        return np.bincount(row, weights=values, minlength=n).astype(np.int64)

    minutes = summed(shared.minutes)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(first, row, shared.first)
    np.maximum.at(last, row, shared.last)
    through = np.full(n, np.iinfo(np.int32).max, np.int32)
    earliest = shared.first == first[row]
    np.minimum.at(through, row[earliest], shared.through[earliest])
    kind = _kind_of_most(row, shared, kinds, rank, n)
    order = np.lexsort((words, -minutes, (words >> np.uint64(32)).astype(np.int64)))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    return People(
        (words >> np.uint64(32)).astype(np.int32)[order], (words & np.uint64(0xFFFFFFFF)).astype(np.uint32)[order],
        minutes[order], summed(shared.encounters)[order], first[order], last[order], kind[order], through[order],
        place[row],
    )  # fmt: skip


def _kind_of_most(row: I64, shared: Shared, kinds: U8, rank: I64, n: int) -> U8:
    """Of each person the kind of place with the most minutes; of kinds with as many the one of the lowest rank."""
    kind = np.zeros(len(row), np.int64)
    known = shared.place < len(kinds)
    kind[known] = kinds[shared.place[known]]
    word, at = np.unique(row * 256 + kind, return_inverse=True)
    minutes = np.bincount(at, weights=shared.minutes, minlength=len(word))
    order = np.lexsort((rank[word & 255], -minutes, word >> 8))
    found = np.zeros(n, np.uint8)
    firsts = np.concatenate(([True], np.diff(word[order] >> 8) > 0)) if len(order) else np.zeros(0, bool)
    found[word[order][firsts] >> 8] = word[order][firsts] & 255
    return found
