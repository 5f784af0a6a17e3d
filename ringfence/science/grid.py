"""Grid companions (时空伴随): whose phone was in the same square as a case's for long enough. Weak evidence: a square is no room.

Squares take the part of places, and the search is that for contacts. Reports of November 2021 tell of squares of 800 m
and more than ten minutes, without one national definition; the numbers come from the policy pack.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.science.contacts import city, first_order, least_minutes
from ringfence.science.contacts_index import I64, U8, U32, day_of

F64 = npt.NDArray[np.float64]
DAY, LONGEST = 1440, 1440
METRES_A_DEGREE = 111_320.0
"""Length of a degree of latitude, and of longitude at the equator."""


class Stays(NamedTuple):
    """Where phones were (n rows): metres east and north of one point, from one minute to another since 1970 UTC."""

    person: U32
    x_m: F64
    y_m: F64
    start: I64
    end: I64


class Companions(NamedTuple):
    """Who was in the same squares as the case (k rows, most minutes first)."""

    person: U32
    minutes: I64  # summed over stays and squares
    first: I64
    last: I64
    cells: I64  # how many squares were shared


def metres(lat: F64, lon: F64, around: tuple[float, float]) -> tuple[F64, F64]:
    """Degrees as metres east and north of a point, on a flat map: float64[n] each.

    Within 50 km of the point a distance is right to one percent, up to 60 degrees of latitude.
    """
    east = (lon - around[1]) * METRES_A_DEGREE * np.cos(np.radians(around[0]))
    return east, (lat - around[0]) * METRES_A_DEGREE


def cells(x_m: F64, y_m: F64, side_m: float) -> I64:
    """The number of the square of `side_m` metres that each point lies in, int64[n]; a point on a line belongs east and north."""
    column, row = np.floor(x_m / side_m).astype(np.int64), np.floor(y_m / side_m).astype(np.int64)
    return (row << 32) + column


def companions(  # noqa: PLR0913 (each is told by name)
    stays: Stays, case: int, begin: int, end: int, *, side_m: float, minutes: int, stay_minutes: int = 0
) -> Companions:
    """Who shared a square with the case for more than `minutes` in one stay, from the minute `begin` to the minute `end`.

    With `stay_minutes`, one of the two must have spent more than that in the square within the window (China, November
    2021: 30 hours in 14 days). A stay that is longer than a day, and one that ends before it begins, raises ValueError.
    """
    length = stays.end - stays.start
    if len(length) and (int(length.min()) < 0 or int(length.max()) > LONGEST):
        message = "a stay ends before it begins, or lasts longer than a day"
        raise ValueError(message)
    of_cell, place = np.unique(cells(stays.x_m, stays.y_m, side_m), return_inverse=True)
    codes, person = np.unique(stays.person, return_inverse=True)
    at = np.searchsorted(codes, case)
    if at == len(codes) or codes[at] != case:
        return _summed(codes, np.empty((5, 0), np.int64))
    where = city(_days(stays, person.astype(np.uint32), place.astype(np.uint32)), np.zeros(len(of_cell), np.uint8))
    told = first_order(where, np.array([at], np.uint32), np.array([begin]), np.array([end]), least_minutes(minutes + 1))
    shared = np.stack([told.person, told.place, told.minutes, told.first, told.last]).astype(np.int64)
    if stay_minutes:
        inside = np.maximum(np.minimum(stays.end, end) - np.maximum(stays.start, begin), 0)
        words, row = np.unique(person * len(of_cell) + place, return_inverse=True)
        spent = np.bincount(row, weights=inside, minlength=len(words))
        theirs, own = (spent[np.searchsorted(words, who * len(of_cell) + shared[1])] for who in (shared[0], at))
        shared = shared[:, np.maximum(theirs, own) > stay_minutes]
    return _summed(codes, shared)


def _days(stays: Stays, person: U32, place: U32) -> list[U8]:
    """The index of each day."""
    begins = stays.start // DAY
    found = []
    for day in np.unique(begins).tolist():
        own = begins == day
        found.append(day_of(day * DAY, person[own], place[own], stays.start[own], stays.end[own]))
    return found


def _summed(codes: U32, shared: I64) -> Companions:
    """By person: shared is int64[5, n]: person, square, minutes, first, last."""
    who, row = np.unique(shared[0], return_inverse=True)
    n = len(who)
    minutes = np.bincount(row, weights=shared[2], minlength=n).astype(np.int64)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(first, row, shared[3])
    np.maximum.at(last, row, shared[4])
    order = np.lexsort((who, -minutes))
    squares = np.bincount(row, minlength=n).astype(np.int64)
    return Companions(codes[who[order]], minutes[order], first[order], last[order], squares[order])
