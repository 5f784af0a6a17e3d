"""Registers of people as they lie on disk: who a person is, who lives where, who carries a keyed hash.

A person's dense integer is the base of their segment plus their row. Where a later load names a person again, its row
stands and the older one is hidden. Arrays are memory-mapped: a change by another process (an erasure) is seen at once.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.core.vault import WRAPPED_BYTES, Vault
from ringfence.facts.ids import HouseholdId, PersonId, number_of, written
from ringfence.registry.blocks import Described
from ringfence.registry.checks import DAY, EPOCH_ORDINAL
from ringfence.registry.register.layout import (
    COLUMNS,
    DICTIONARIES,
    GONE,
    IDENTITIES,
    IDENTITY_FIELDS,
    KEYS,
    META,
    NO_BIRTH,
    NONE,
    SEPARATOR,
    opened,
)

Denses = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


class Public(NamedTuple):
    """What the register tells of a person without their key."""

    dense: int
    person: PersonId
    household: HouseholdId | None
    jurisdiction: str
    stay: str  # the jurisdiction of residence where no other was told
    sex: int  # ISO/IEC 5218
    birth_on: date | None
    birth_exact: bool
    group: str | None
    occupation: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person's key opens."""

    name: str
    id_number: str | None
    phone: str | None
    address: str | None
    code: str


class Segment:
    """One load. Rows are counted from 0 in it."""

    def __init__(self, folder: Path) -> None:
        """Open a finished segment; columns are mapped when first asked for."""
        self.folder = folder
        told = json.loads((folder / META).read_text())
        self.sha256: str = told["sha256"]
        self.source: str = told["source"]
        self.base: int = told["base"]
        self.rows: int = told["rows"]
        self.people: int = told["people"]
        self.dictionaries: dict[str, list[str]] = told["dictionaries"]
        self._mapped: dict[tuple[str, str], npt.NDArray[Any]] = {}
        self.hidden: Rows = np.empty(0, np.int32)

    def _map(self, name: str, dtype: str) -> npt.NDArray[Any]:
        key = (name, dtype)
        if key not in self._mapped:
            self._mapped[key] = opened(self.folder / name, dtype)
        return self._mapped[key]

    def column(self, name: str) -> npt.NDArray[Any]:
        """A public column, one value a row."""
        return self._map(f"{name}.column", COLUMNS[name])

    @cached_property
    def place_codes(self) -> dict[str, int]:
        """Jurisdiction code -> its number in this segment."""
        return {text: code for code, text in enumerate(self.dictionaries["place"])}

    def text(self, column: str, row: int) -> str | None:
        """The text a dictionary column holds for a row."""
        code = int(self.column(column)[row])
        return None if code == NONE else self.dictionaries[DICTIONARIES[column]][code]

    def holding(self, kind: str, value: int) -> Rows:
        """The rows under one value of an index; hidden and erased ones are left out."""
        values, rows = self.index(kind)
        sought = np.int64(value)
        begin = int(np.searchsorted(values, sought, "left"))
        end = begin
        if begin < len(values) and values[begin] == sought:
            end = int(np.searchsorted(values, sought, "right"))
        return self.seen(rows[begin:end])

    def index(self, kind: str) -> tuple[Denses, Rows]:
        """(sorted keyed hashes, the row of each; GONE for the erased) of a whole index, memory-mapped."""
        return self._map(f"{kind}.values", "<i8"), self._map(f"{kind}.rows", "<i4")

    def seen(self, rows: Rows) -> Rows:
        """Rows without the erased and those a later load replaced."""
        rows = rows[rows != GONE]
        if len(self.hidden) and len(rows):
            place = np.minimum(np.searchsorted(self.hidden, rows), len(self.hidden) - 1)
            rows = rows[self.hidden[place] != rows]
        return rows

    def of_place(self, column: str, code: str) -> Rows:
        """The rows whose `jurisdiction` or `stay` is this code."""
        number = self.place_codes.get(code)
        if number is None:
            return np.empty(0, np.int32)
        begin, end = self._map(f"{column}.place_ends", "<i8")[number : number + 2]
        return self.seen(self._map(f"{column}.place_rows", "<i4")[begin:end])

    @cached_property
    def sorted_places(self) -> list[str]:
        """The jurisdiction codes of this segment in order, to find all that begin alike."""
        return sorted(self.dictionaries["place"])

    def under(self, column: str, prefix: str) -> Rows:
        """The rows whose `jurisdiction` or `stay` begins with this prefix."""
        begin = bisect_left(self.sorted_places, prefix)
        codes = takewhile(lambda code: code.startswith(prefix), islice(self.sorted_places, begin, None))
        return np.concatenate([np.empty(0, np.int32), *(self.of_place(column, code) for code in codes)])

    def place_counts(self, column: str) -> dict[str, int]:
        """Jurisdiction code -> people, without those a later load replaced."""
        counts = np.diff(self._map(f"{column}.place_ends", "<i8"))
        if len(self.hidden):
            codes = self.column(column)[self.hidden]
            if column == "stay":
                codes = np.where(codes == NONE, self.column("jurisdiction")[self.hidden], codes)
            counts = counts - np.bincount(codes[codes != NONE], minlength=len(counts))
        return {text: int(count) for text, count in zip(self.dictionaries["place"], counts, strict=True) if count}

    def person(self, row: int) -> PersonId:
        """The id of the person in a row."""
        return PersonId(written("person", int(self.column("id_head")[row]) << 16 | int(self.column("id_tail")[row])))

    def row_of(self, head: int, tail: int) -> int | None:
        """The row of an 80-bit id, hidden or not."""
        values, rows = self.index("person")
        sought = np.int64(np.uint64(head).view(np.int64))
        place = int(np.searchsorted(values, sought))
        while place < len(values) and values[place] == sought:
            if self.column("id_tail")[rows[place]] == tail:
                return int(rows[place])
            place += 1
        return None

    def rows_of(self, numbers: Sequence[int]) -> Rows:
        """The row of each 80-bit id, hidden or not; GONE for one that is not in this segment."""
        values, rows = self.index("person")
        if not len(values):
            return np.full(len(numbers), GONE, np.int32)
        sought = np.array([number >> 16 for number in numbers], np.uint64).view(np.int64)
        at = np.minimum(np.searchsorted(values, sought), len(values) - 1)
        row = np.where(values[at] == sought, rows[at], GONE)
        tails = np.array([number & 0xFFFF for number in numbers], np.uint16)
        row[self.column("id_tail")[row] != tails] = GONE
        return row

    def stays_of(self, numbers: Sequence[int]) -> list[str | None]:
        """The place of stay of each 80-bit id, hidden or not; None for one that is not in this segment."""
        row = self.rows_of(numbers)
        if not self.rows:
            return [None] * len(numbers)
        stay, home = self.column("stay")[row], self.column("jurisdiction")[row]
        codes = np.where(stay == NONE, home, stay)
        texts = self.dictionaries["place"]
        codes[row == GONE] = NONE
        return [None if code == NONE else texts[code] for code in codes.tolist()]

    def public(self, row: int) -> Public:
        """The public columns of a row."""
        day, head = int(self.column("birth")[row]), int(self.column("household_head")[row])
        household = written("household", head << 16 | int(self.column("household_tail")[row])) if head else None
        jurisdiction = self.text("jurisdiction", row) or ""
        return Public(
            dense=self.base + row,
            person=self.person(row),
            household=None if household is None else HouseholdId(household),
            jurisdiction=jurisdiction,
            stay=self.text("stay", row) or jurisdiction,
            sex=int(self.column("sex")[row]),
            birth_on=None if day == NO_BIRTH else date.fromordinal(day + EPOCH_ORDINAL),
            birth_exact=int(self.column("birth_exact")[row]) == DAY,
            group=self.text("group", row),
            occupation=self.text("occupation", row),
        )

    def row_of_person(self, person: PersonId) -> int | None:
        """The row of a person, hidden or not."""
        return self.row_of(*_read(person))

    def sealed_span(self, row: int) -> tuple[int, int]:
        """(begin, end) of a row's sealed identity in its file."""
        ends = self.column("blob_end")
        return int(ends[row - 1]) if row else 0, int(ends[row])

    def owner(self, row: int) -> bytes:
        """The 10 bytes of the id, to which the person's key is bound."""
        return int(self.column("id_head")[row]).to_bytes(8, "big") + int(self.column("id_tail")[row]).to_bytes(2, "big")

    def wrapped_key(self, row: int) -> bytes:
        """The wrapped key of a row; `vault.DESTROYED` after erasure."""
        return self._map(KEYS, f"V{WRAPPED_BYTES}")[row].tobytes()  # type: ignore[no-any-return]

    def identity(self, row: int, vault: Vault) -> Identity:
        """Unseal a row. Refused: `identity_erased`, `sealed_text_altered`."""
        begin, end = self.sealed_span(row)
        sealed = self._map(IDENTITIES, "<u1")[begin:end].tobytes()
        told = vault.unseal_bytes(self.wrapped_key(row), sealed, self.owner(row)).decode().split(SEPARATOR)
        held = dict(zip(IDENTITY_FIELDS, told, strict=True))
        return Identity(
            held["name"], held["id_number"] or None, held["phone"] or None, held["address"] or None, held["code"]
        )


class Register:
    """All segments of a `RINGFENCE_HOME`, oldest first."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        """Hold open segments; use `Register.open`."""
        self.segments = sorted(segments, key=lambda segment: segment.base)
        self._bases = np.array([segment.base for segment in self.segments], np.int64)

    @classmethod
    def open(cls, home: Path) -> Register:
        """The registers loaded under `home` at this moment; open again after `PeopleLoaded`."""
        folders = sorted(path.parent for path in (home / "people").glob(f"[0-9a-f]*/{META}"))
        segments = [Segment(folder) for folder in folders]
        for segment in segments:
            newer = [
                np.fromfile(path, "<i4")
                for folder in folders
                for path in folder.glob(f"newer-than-{segment.sha256}.rows")
            ]
            if newer:
                segment.hidden = np.unique(np.concatenate(newer))
        return cls(segments)

    @property
    def people(self) -> int:
        """How many people are registered; each counts once, erased ones too."""
        return sum(segment.people - len(segment.hidden) for segment in self.segments)

    @property
    def next_dense(self) -> int:
        """The first dense integer not yet given."""
        return max((segment.base + segment.rows for segment in self.segments), default=0)

    def located(self, dense: int) -> tuple[Segment, int]:
        """The segment and row of a dense integer. Refused: `person_not_registered`."""
        place = int(np.searchsorted(self._bases, dense, "right")) - 1
        if place < 0 or not 0 <= dense - self.segments[place].base < self.segments[place].rows:
            raise Refused("person_not_registered", person=dense)
        return self.segments[place], dense - self.segments[place].base

    def dense_of(self, person: PersonId) -> int | None:
        """The dense integer of a person, in the newest segment that names them; None for one who is not registered."""
        for segment in reversed(self.segments):
            row = segment.row_of_person(person)
            if row is not None:
                return segment.base + row
        return None

    def person_of(self, dense: int) -> PersonId:
        """The id of the person with this dense integer."""
        segment, row = self.located(dense)
        return segment.person(row)

    def public(self, dense: int) -> Public:
        """What is told of a person without their key."""
        segment, row = self.located(dense)
        return segment.public(row)

    def stays_of(self, people: Sequence[PersonId]) -> list[str | None]:
        """Where each of these people stays, by the newest segment that names them; None for who is not registered."""
        found: list[str | None] = [None] * len(people)
        left = list(range(len(people)))
        numbers = [number_of(person) for person in people]
        for segment in reversed(self.segments):
            if not left:
                break
            places = segment.stays_of([numbers[n] for n in left])
            for n, place in zip(left, places, strict=True):
                found[n] = place
            left = [n for n, place in zip(left, places, strict=True) if place is None]
        return found

    def holds(self, numbers: Sequence[int]) -> list[bool]:
        """Whether each of these 80-bit ids is somebody on a register; the erased are not."""
        found = [segment.rows_of(numbers) != GONE for segment in self.segments]
        return np.any(found, axis=0).tolist() if found else [False] * len(numbers)

    def identity(self, dense: int, vault: Vault) -> Identity:
        """Name, numbers and address of a person; the caller records the reading. Refused: as `vault.unseal`."""
        segment, row = self.located(dense)
        return segment.identity(row, vault)

    def key_of(self, dense: int) -> tuple[bytes, bytes]:
        """(wrapped key, owner) of a person, for `vault.seal` and `vault.unseal` of further text about them."""
        segment, row = self.located(dense)
        return segment.wrapped_key(row), segment.owner(row)

    def holding(self, kind: str, blind: int) -> Denses:
        """The people under a keyed hash of one of `blocks.KINDS`."""
        return self._gathered(segment.holding(kind, blind) for segment in self.segments)

    def of_household(self, household: HouseholdId) -> Denses:
        """The members of a household."""
        head, tail = _read(household)
        value = int(np.uint64(head).view(np.int64))
        found = ((segment, segment.holding("household", value)) for segment in self.segments)
        return self._gathered(rows[segment.column("household_tail")[rows] == tail] for segment, rows in found)

    def of_jurisdiction(self, code: str) -> Denses:
        """The people who reside under exactly this jurisdiction code."""
        return self._gathered(segment.of_place("jurisdiction", code) for segment in self.segments)

    def staying_in(self, code: str) -> Denses:
        """The people who stay under exactly this code: their place of stay, or of residence where no other was told."""
        return self._gathered(segment.of_place("stay", code) for segment in self.segments)

    def residing_under(self, prefix: str) -> Denses:
        """The people whose jurisdiction begins with this prefix, such as a path; place by place."""
        return self._gathered(segment.under("jurisdiction", prefix) for segment in self.segments)

    def staying_under(self, prefix: str) -> Denses:
        """The people whose place of stay begins with this prefix."""
        return self._gathered(segment.under("stay", prefix) for segment in self.segments)

    def counts(self, column: str = "jurisdiction") -> dict[str, int]:
        """Jurisdiction code -> people who reside (`jurisdiction`) or stay (`stay`) there."""
        total: dict[str, int] = {}
        for segment in self.segments:
            for code, count in segment.place_counts(column).items():
                total[code] = total.get(code, 0) + count
        return total

    def known(self, dense: int, vault: Vault) -> Described:
        """A person unsealed, as the search for duplicates compares them. Refused: `identity_erased`."""
        segment, row = self.located(dense)
        told, held = segment.public(row), segment.identity(row, vault)
        return Described(
            name=held.name,
            birth_on=told.birth_on,
            birth_exact=told.birth_exact,
            sex=told.sex,
            id_number=held.id_number,
            phone=held.phone,
            address=held.address,
            jurisdiction=told.jurisdiction,
        )

    def also_in(self, heads: npt.NDArray[np.uint64], tails: npt.NDArray[np.uint16]) -> Iterator[tuple[str, Rows]]:
        """(SHA-256, sorted rows) of each segment for the people in it whose 80-bit ids are among these."""
        order = np.argsort(heads)
        ranked, tails = heads[order], tails[order]
        for segment in self.segments:
            own, own_rows = segment.column("id_head"), np.empty(0, np.int32)
            place = np.minimum(np.searchsorted(ranked, own), max(len(ranked) - 1, 0))
            if len(ranked):
                same = np.flatnonzero((ranked[place] == own) & (tails[place] == segment.column("id_tail")))
                own_rows = segment.seen(same.astype(np.int32))
            if len(own_rows):
                yield segment.sha256, np.sort(own_rows)

    def _gathered(self, found: Iterator[Rows]) -> Denses:
        parts = [rows.astype(np.int64) + segment.base for segment, rows in zip(self.segments, found, strict=True)]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _read(id_: str) -> tuple[int, int]:
    """(first 64 bits, last 16) of an id."""
    number = number_of(id_)
    return number >> 16, number & 0xFFFF
