"""Names that many visits share: sources and kinds of place, and which of them told a visit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits.files import replaced
from ringfence.science import dense_ids
from ringfence.science.contacts_index import MOST_TELLS

JOINT = " + "
MOST_KINDS = 255


class Names:
    """The names of a store: sources and kinds, only ever added to; kind 0 and source 0 mean that none was told."""

    def __init__(self, path: Path) -> None:
        """Read the names of a store, or begin with none."""
        told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.path = path
        self.zone: str = told.get("zone", "")
        self.ids: int = told.get("ids", 1)  # the numbering of people and places: another one makes every index anew
        self.sources: list[str] = told.get("sources", [""])
        self.kinds: list[str] = told.get("kinds", [""])

    def write(self) -> None:
        """Put the names in the place of the former ones."""
        told = {"version": 1, "zone": self.zone, "ids": self.ids, "sources": self.sources, "kinds": self.kinds}
        with replaced(self.path) as file:
            file.write(json.dumps(told, ensure_ascii=False, indent=1).encode())

    def code(self, listed: list[str], name: str | None) -> int:
        """The code of a source or a kind, which is made where it is new."""
        name = (name or "").strip()[:200]
        if name not in listed:
            if listed is self.kinds and len(listed) > MOST_KINDS:
                raise Refused("visits_too_many_kinds", most=MOST_KINDS, kind=name)
            listed.append(name)
        return listed.index(name)

    def codes(
        self, listed: list[str], column: pa.DictionaryArray | None, n: int, default: str = ""
    ) -> npt.NDArray[np.int32]:
        """The code of each value of a column; `default` where nothing is told."""
        if column is None:
            return np.full(n, self.code(listed, default), np.int32)
        of_value = [self.code(listed, value or default) for value in column.dictionary.to_pylist()]
        of_value.append(self.code(listed, default) if column.null_count else 0)
        at = np.asarray(column.indices.fill_null(len(of_value) - 1) if column.null_count else column.indices)
        codes: npt.NDArray[np.int32] = np.array(of_value, np.int32)[at]
        return codes


class Tells:
    """Who told a stay, at what kind of place, and whether several rows were joined into it: one code for the three."""

    def __init__(self) -> None:
        """Begin without any."""
        self.known: dict[tuple[int, int, bool], int] = {}
        self._table: npt.NDArray[np.int32] = np.full((1, 1), -1, np.int32)

    def code(self, source: int, kind: int, *, joined: bool = False) -> int:
        """The code of the three. Refused: `visits_too_many_sources`."""
        code = self.known.setdefault((source, kind, joined), len(self.known))
        if code >= MOST_TELLS:
            raise Refused("visits_too_many_sources", most=MOST_TELLS)
        return code

    def codes(self, source: npt.NDArray[np.int32], kind: npt.NDArray[np.int32]) -> npt.NDArray[np.uint16]:
        """The code of each row."""
        shape = (int(source.max(initial=0)) + 1, int(kind.max(initial=0)) + 1)
        if shape[0] > self._table.shape[0] or shape[1] > self._table.shape[1]:
            larger: npt.NDArray[np.int32] = np.full(np.maximum(shape, self._table.shape), -1, np.int32)
            larger[: self._table.shape[0], : self._table.shape[1]] = self._table
            self._table = larger
        codes, done = np.empty(len(source), np.uint16), 0
        while (done := dense_ids.paired(source, kind, self._table, codes)) < len(source):
            one, other = int(source[done]), int(kind[done])
            self._table[one, other] = self.code(one, other)
        return codes

    def columns(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """Source, kind and whether joined, by code."""
        told = np.array(list(self.known), np.int32).reshape(-1, 3)
        return told[:, 0], told[:, 1], told[:, 2] > 0

    def joint(self, names: Names, codes: list[int]) -> int:
        """The code of a stay that was joined from rows with these codes: all their sources, the first kind told."""
        told = list(self.known)
        parts = {part for code in codes for part in names.sources[told[code][0]].split(JOINT) if part}
        kind = next((told[code][1] for code in sorted(codes) if told[code][1]), 0)
        return self.code(names.code(names.sources, JOINT.join(sorted(parts))), kind, joined=True)
