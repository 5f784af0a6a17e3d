"""Reading ahead: the pages that a search is about to touch are asked for together, not waited for one by one."""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.science.contacts import City
from ringfence.science.contacts_index import H_BYTES, I64, PAGE, U32
from ringfence.science.contacts_search import not_seen, pages_of_people, pages_of_places, stays_of

STEPS_TO_PEOPLE, STEPS_TO_PLACES = 4, 2
OWN_STEPS = 2
"""Steps whose pages are few people's own: where all of these are in memory, so are those that a search goes on to."""
ASKED_AT_MOST = 256


class Ahead:
    """What was asked for already, page by page, for the files of a city's days."""

    def __init__(self, where: City, held: Sequence[mmap.mmap | None], paths: Sequence[Path]) -> None:
        """`held` are the mappings of the days and `paths` their files, in the order of the city's days."""
        self.where, self.held = where, list(held)
        self.files = [os.open(path, os.O_RDONLY) for path in paths]
        weakref.finalize(self, _close, self.files)
        sizes = -(-where.table[:, H_BYTES] // PAGE)
        self.bases = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        self.seen = np.zeros(int(self.bases[-1]), np.uint8)
        self.known: set[tuple[int, int, int]] = set()
        self.able = hasattr(mmap, "MADV_WILLNEED") and all(each is not None for each in self.held)

    def people(self, people: U32, begins: I64, ends: I64) -> None:
        """Ask for all that a search for these people in these windows touches."""
        asked = set(zip(people.tolist(), begins.tolist(), ends.tolist(), strict=True))
        if not self.able or asked <= self.known:
            return
        self.known |= asked
        days, table = self.where.days, self.where.table
        there = True
        for step in range(STEPS_TO_PEOPLE):
            pages = pages_of_people(days, table, self.bases, people, begins, ends, step)
            there = there and self._in_memory(pages)
            if not there:
                self._ask(pages)
            elif step + 1 == OWN_STEPS:
                return
        stays = stays_of(days, table, people, begins, ends)
        for step in range(STEPS_TO_PLACES):
            self._ask(pages_of_places(days, table, self.bases, stays, step))

    def _in_memory(self, pages: I64) -> bool:
        """Whether these pages can be read without waiting; asking for what is there already costs more than the search."""
        if not hasattr(os, "RWF_NOWAIT") or len(pages) > ASKED_AT_MOST:
            return False
        byte = [bytearray(1)]
        day = np.searchsorted(self.bases, pages, "right") - 1
        try:
            for d, page in zip(day.tolist(), (pages - self.bases[day]).tolist(), strict=True):
                os.preadv(self.files[d], byte, page * PAGE, os.RWF_NOWAIT)
        except OSError:  # it would have to wait, or the file system cannot say
            return False
        return True

    def _ask(self, pages: I64) -> None:
        new = np.sort(not_seen(pages, self.seen))
        if len(new):
            day = np.searchsorted(self.bases, new, "right") - 1
            for d, first, n in _stretches(new, day):
                held = self.held[d]
                if held is not None:
                    held.madvise(mmap.MADV_WILLNEED, (first - int(self.bases[d])) * PAGE, n * PAGE)

    def ids(self, codes: U32, held: Any) -> None:
        """Ask for the ids of these codes; `held` is the `Ids` that has them."""
        if self.able and held.held is not None and len(codes):
            pages = np.unique((PAGE + 8 * codes.astype(np.int64)) // PAGE)
            for _, first, n in _stretches(pages, np.zeros(len(pages), np.int64)):
                held.held.madvise(mmap.MADV_WILLNEED, first * PAGE, n * PAGE)


def _close(files: list[int]) -> None:
    for handle in files:
        os.close(handle)


def _stretches(pages: I64, day: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """(day, first page, how many) of pages that follow each other."""
    breaks = np.flatnonzero((np.diff(pages) > 1) | (np.diff(day) > 0)) + 1
    firsts = np.concatenate((np.zeros(1, np.int64), breaks))
    sizes = np.diff(np.concatenate((firsts, np.array([len(pages)]))))
    return list(zip(day[firsts].tolist(), pages[firsts].tolist(), sizes.tolist(), strict=True))
