"""Reading ahead: the pages that a search is about to touch are asked for together, not waited for one by one."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any

import numpy as np

from ringfence.science.contacts import City
from ringfence.science.contacts_index import H_BYTES, I64, PAGE, U32
from ringfence.science.contacts_pages import (
    SIZE,
    STEPS_TO_PEOPLE,
    STEPS_TO_PLACES,
    WILLNEED,
    ask_for_people,
    ask_for_places,
    own_in_memory,
)
from ringfence.science.contacts_search import stays_of

TURNS = 255
REMEMBERED = 10_000
"""Searches that are not looked after again: their pages were asked for, and their own search has read them since."""


class Ahead:
    """What was asked for in this turn, page by page, for the files of a city's days."""

    def __init__(self, where: City, held: Sequence[mmap.mmap | None]) -> None:
        """`held` are the mappings of the days: none can be asked for where one of them is missing."""
        self.where = where
        sizes = -(-where.table[:, H_BYTES] // SIZE) + 1
        self.bases = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        self.seen = np.zeros(int(self.bases[-1]), np.uint8)
        self.turn = 0
        self.known: set[bytes] = set()
        self.able = WILLNEED >= 0 and all(each is not None for each in held)

    def people(self, people: U32, begins: I64, ends: I64) -> None:
        """Ask for all that a search for these people in these windows touches, unless it is in memory."""
        table = self.where.table
        asked = people.tobytes()
        if not self.able or asked in self.known:
            return
        if len(self.known) == REMEMBERED:
            self.known.clear()
        self.known.add(asked)
        if own_in_memory(table, people, begins, ends):
            return
        self._next_turn()
        for step in range(STEPS_TO_PEOPLE):
            ask_for_people(table, self.bases, self.seen, self.turn, people, begins, ends, step)
        _, place, start, until = stays_of(table, people, begins, ends)
        for step in range(STEPS_TO_PLACES):
            ask_for_places(table, self.bases, self.seen, self.turn, place, start, until, step)

    def _next_turn(self) -> None:
        self.turn += 1
        if self.turn > TURNS:
            self.seen[:] = 0
            self.turn = 1

    def ids(self, codes: U32, held: Any) -> None:
        """Ask for the ids of these codes; `held` is the `Ids` that has them."""
        if self.able and held.held is not None and len(codes):
            pages = np.unique((PAGE + 8 * codes.astype(np.int64)) // SIZE)
            breaks = np.flatnonzero(np.diff(pages) > 1) + 1
            for each in np.split(pages, breaks):
                held.held.madvise(WILLNEED, int(each[0]) * SIZE, len(each) * SIZE)
