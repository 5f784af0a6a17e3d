"""How a segment lies on disk: raw little-endian columns, indexes, sealed identities, and a JSON file that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ringfence.registry.blocks import KINDS

FORMAT = 1
NONE = 0xFFFFFFFF
"""The code for 'not told' in a dictionary column."""
NO_BIRTH = np.iinfo(np.int32).min

COLUMNS: dict[str, str] = {
    "id_head": "<u8",  # the first 64 bits of the person's id
    "id_tail": "<u2",  # the other 16
    "household_head": "<u8",  # likewise of the household's; 0 for none
    "household_tail": "<u2",
    "jurisdiction": "<u4",  # code of the place of residence
    "stay": "<u4",  # code of the place of stay where told
    "sex": "<u1",  # ISO/IEC 5218
    "birth": "<i4",  # days since 1970; NO_BIRTH for none
    "birth_exact": "<u1",  # 3 to the day, 1 to the year, 0 unknown
    "group": "<u4",
    "occupation": "<u4",
    "source_row": "<u4",  # place in the file, from 1
    "blob_end": "<u8",  # where the sealed identity ends in identities.bin
}
"""Public columns, one value a person."""

DICTIONARIES = {"jurisdiction": "place", "stay": "place", "group": "group", "occupation": "occupation"}
"""Columns of codes -> the dictionary their codes point into."""

INDEXES = (*KINDS, "person", "household")
"""Sorted int64 values beside the rows they belong to: keyed hashes, and the heads of ids."""

PLACES = ("jurisdiction", "stay")
"""Columns with the rows of each code lying together; `stay` falls back on `jurisdiction`."""

IDENTITIES = "identities.bin"
KEYS = "keys.bin"
META = "segment.json"
SEPARATOR = "\x1f"
IDENTITY_FIELDS = ("name", "id_number", "phone", "address", "code")
GONE = -1
"""The row of an index entry whose person was erased."""

Mode = Literal["r", "r+"]


def opened(path: Path, dtype: str, mode: Mode = "r") -> npt.NDArray[Any]:
    """A file of numbers as a memory-mapped array, to read or (`r+`) to change; an empty file as an empty array."""
    if path.stat().st_size == 0:
        return np.empty(0, dtype)
    mapped = np.memmap(path, dtype=np.dtype(dtype), mode=mode)
    return np.asarray(mapped) if mode == "r" else mapped
