"""Compile the loops of the search, where that was not done before: a process of its own, so that nobody waits for it."""

from __future__ import annotations

import numpy as np

from ringfence.science.compiled import is_kept
from ringfence.science.contacts import NOBODY, least_minutes
from ringfence.science.contacts_index import HEAD
from ringfence.science.contacts_search import encounters, stays_of


def main() -> None:
    """Compile what a search needs: told no days and no stays, the loops have nothing to do but to be there."""
    if not ready():
        nothing = np.zeros(0, np.int64)
        table, people, kinds = np.zeros((0, HEAD), np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint8)
        encounters(table, people, nothing, nothing, np.arange(1), kinds, least_minutes(1), NOBODY, True)  # noqa: FBT003


def ready() -> bool:
    """Whether that was done before."""
    return is_kept(encounters) and is_kept(stays_of)


if __name__ == "__main__":
    main()
