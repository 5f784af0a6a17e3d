"""The registers loaded here.

A register's people are columns, not rows: one gets a row of their own when the response has something to do with them.
Codes of places in the columns are jurisdiction paths, translated when the file was loaded.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.core.home import home
from ringfence.facts.ids import PersonId
from ringfence.registry.register.layout import NONE
from ringfence.registry.register.segments import Public, Register, Segment


@lru_cache(maxsize=8)
def _opened(folder: Path, stamp: int) -> Register:
    del stamp  # a new load is a new register to open
    return Register.open(folder)


def register() -> Register:
    """The registers loaded here, as they are now."""
    try:
        stamp = (home() / "people").stat().st_mtime_ns  # a segment appears by a rename into this folder
    except FileNotFoundError:
        stamp = 0
    return _opened(home(), stamp)


def public(person: PersonId) -> Public | None:
    """What a register tells of a person without their key."""
    held = register()
    dense = held.dense_of(person)
    return None if dense is None else held.public(dense)


def place_of(person: PersonId) -> str | None:
    """The path where a registered person stays."""
    found = public(person)
    return found.stay if found else None


def counts_under(path: str, groups: tuple[str, ...] = ()) -> dict[str, int]:
    """Path -> people who stay there, for every place at or beneath one; only those of some groups where any are named."""
    held = register()
    if not groups:
        return {place: n for place, n in held.counts("stay").items() if place.startswith(path) and n}
    found: dict[str, int] = {}
    for segment in held.segments:
        for place, n in _group_counts(segment, path, groups).items():
            found[place] = found.get(place, 0) + n
    return found


class Living(NamedTuple):
    """People who stay at one place, in the order of their dense integers."""

    denses: npt.NDArray[np.int64]
    heads: npt.NDArray[np.uint64]  # the first 64 bits of their ids


def living_at(path: str, groups: tuple[str, ...] = ()) -> Living:
    """Who stays at exactly this path by the registers; only those of some groups where any are named."""
    denses, heads = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for segment in register().segments:
        rows = segment.of_place("stay", path)
        if groups:
            texts = segment.dictionaries["group"]
            wanted = [code for code, text in enumerate(texts) if text in groups]
            rows = rows[np.isin(segment.column("group")[rows], wanted)]
        rows = np.sort(rows)
        denses.append(rows.astype(np.int64) + segment.base)
        heads.append(segment.column("id_head")[rows].astype(np.uint64))
    return Living(np.concatenate(denses), np.concatenate(heads))


def loaded() -> bool:
    """Whether any register is loaded here."""
    return bool(register().segments)


def _group_counts(segment: Segment, prefix: str, groups: tuple[str, ...]) -> dict[str, int]:
    """Place -> people of some groups who stay there, for places that begin with a prefix."""
    wanted = [code for code, text in enumerate(segment.dictionaries["group"]) if text in groups]
    rows = segment.under("stay", prefix)
    rows = rows[np.isin(segment.column("group")[rows], wanted)]
    stay, home = segment.column("stay")[rows], segment.column("jurisdiction")[rows]
    codes, n = np.unique(np.where(stay == NONE, home, stay), return_counts=True)
    return {segment.dictionaries["place"][code]: int(many) for code, many in zip(codes, n, strict=True)}
