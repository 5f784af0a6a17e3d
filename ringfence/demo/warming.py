"""Compile the loops of the search, where that was not done before: a process of its own, so that nobody waits for it."""

from __future__ import annotations

import numpy as np

from ringfence.science.compiled import is_kept
from ringfence.science.contacts import by_person, city, first_order, followed, least_minutes, second_order
from ringfence.science.contacts_index import day_of
from ringfence.science.contacts_search import encounters, stays_of


def main() -> None:
    """Search a day of two people at one place, once."""
    if is_kept(encounters) and is_kept(stays_of):
        return
    people, hour = np.array([0, 1], np.uint32), np.array([600, 620])
    day = day_of(0, people, np.zeros(2, np.uint32), hour, hour + 60)
    where, least, kinds = city([day], np.zeros(1, np.uint8)), least_minutes(1), np.zeros(1, np.uint8)
    begin, end = np.array([0]), np.array([1440])
    found = by_person(first_order(where, people[:1], begin, end, least), kinds, np.zeros(256, np.int64))
    second_order(where, people[:1], found.person, followed(found, most=10), 1440, least)
    stays_of(where.table, people[:1], begin, end)


if __name__ == "__main__":
    main()
