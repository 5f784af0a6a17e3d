"""The ids of people and places: which dense integer stands for which, in one file each that is replaced whole.

A whole number and its text are one id (`17` and `"17"`); any other text is an id as it is written, without the blanks
around it. A number never stands for somebody else: that of an id which was erased stays empty.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits.files import mapped, replaced
from ringfence.science import dense_ids
from ringfence.science.contacts_index import I64, MOST_PEOPLE, PAGE, U8
from ringfence.science.dense_ids import GONE, I32, SMALL

MAGIC = 0x52464945
OLDER = frozenset({0x52464944})
DIGITS = 18
"""A whole number of more digits is a text."""
NO_TEXT: U8 = np.zeros(1, np.uint8)
MOST = {"people": MOST_PEOPLE, "places": 1 << 31}


class Ids:
    """Ids of people or of places as they lie in their file; read only."""

    def __init__(  # noqa: PLR0913 (the sections of the file)
        self, name: str, heads: I64, slots: npt.NDArray[np.uint32], ends: I64, texts: U8, kinds: U8
    ) -> None:
        """Take the sections of a file; `kinds` is the kind of each place, and empty for people."""
        self.name, self.heads, self.slots, self.ends, self.texts, self.kinds = name, heads, slots, ends, texts, kinds
        self.held: mmap.mmap | None = None
        self._all: pa.Array | None = None

    @classmethod
    def open(cls, path: Path, name: str) -> Self:
        """Map a file of ids; none at all where there is no file yet. Refused: `visits_store_broken`, `visits_store_older`."""
        if not path.exists():
            none = np.empty(0, np.int64)
            return cls(name, none, none.astype(np.uint32), none, np.empty(0, np.uint8), np.empty(0, np.uint8))
        all_of_it, held = mapped(path, scattered=True)
        if len(all_of_it) < PAGE:
            raise Refused("visits_store_broken", file=path.name)
        magic, n, n_slots, n_ends, n_texts, n_kinds = all_of_it[:48].view(np.int64).tolist()
        if magic != MAGIC:
            raise Refused("visits_store_older" if magic in OLDER else "visits_store_broken", file=path.name)
        parts, at = [], PAGE
        for size, dtype in ((8 * n, "i8"), (4 * n_slots, "u4"), (8 * n_ends, "i8"), (n_texts, "u1"), (n_kinds, "u1")):
            if not 0 <= size <= len(all_of_it) - at:
                raise Refused("visits_store_broken", file=path.name)
            parts.append(all_of_it[at : at + size].view(dtype))
            at += -(-size // PAGE) * PAGE
        if at != len(all_of_it):
            raise Refused("visits_store_broken", file=path.name)
        ids = cls(name, *parts)
        ids.held = held
        return ids

    def __len__(self) -> int:
        """How many codes were given, those of erased ids among them."""
        return len(self.heads)

    def code(self, told: str | int) -> int | None:
        """The code of an id, or None where nobody has it."""
        text = str(told).strip()
        if text.isascii() and text.isdigit() and len(text) <= DIGITS and (text[0] != "0" or text == "0"):
            head, begin, end, data = int(text), 0, 0, NO_TEXT
        else:
            numbers, begins, ends, data, good = _read(text)
            if not good[0]:
                return None
            head, begin, end = int(numbers[0]), int(begins[0]), int(ends[0])
        if not len(self.slots):
            return None
        code = int(dense_ids.code_of(self.slots, self.heads, self.ends, self.texts, head, begin, end, data))
        return code if code >= 0 else None

    def _bytes(self, code: int) -> bytes:
        if not len(self.ends):
            return b""
        begin = self.ends[code - 1] if code else 0
        return self.texts[begin : self.ends[code]].tobytes()

    def shown(self, codes: npt.NDArray[np.integer]) -> list[str]:
        """The ids of codes, as text; empty where an id was erased."""
        heads = self.heads[codes]
        if not len(self.ends):
            return ["" if head == GONE else str(head) for head in heads.tolist()]
        texts = [self._bytes(code).decode() for code in codes.tolist()]
        return [text or ("" if head == GONE else str(head)) for text, head in zip(texts, heads.tolist(), strict=True)]

    def texts_of_all(self) -> pa.Array:
        """Every id as text, by code; empty where one was erased."""
        if self._all is None:
            numbers = pa.array(self.heads).cast(pa.large_string())
            gone = pa.array(self.heads == GONE)
            numbers = pc.if_else(gone, pa.scalar("", pa.large_string()), numbers)
            if len(self.ends):
                offsets = np.concatenate((np.zeros(1, np.int64), self.ends))
                buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(self.texts))]
                texts = pa.LargeStringArray.from_buffers(len(self), buffers[1], buffers[2])
                numbers = pc.if_else(pa.array(np.diff(offsets) > 0), texts, numbers)
            self._all = numbers
        return self._all

    def column(self, codes: npt.NDArray[np.integer]) -> pa.Array:
        """The ids of codes as a column of text."""
        return self.texts_of_all().take(pa.array(codes))

    def by_id(self, *, numbers: bool) -> npt.NDArray[np.uint32]:
        """All codes in the order of their ids, as numbers or as texts."""
        if numbers:
            order = np.argsort(self.heads, kind="stable").astype(np.uint32)
            return order[np.searchsorted(self.heads, GONE, "right", sorter=order) :]
        return np.asarray(pc.sort_indices(self.texts_of_all())).astype(np.uint32)


def _read(text: str) -> tuple[I64, I64, I64, U8, U8]:
    """The same of one text, without Arrow, which loads Pandas before it takes a list: a second, for one id."""
    told = text.encode()
    data = np.frombuffer(told or b"\0", np.uint8)
    offsets = np.frombuffer(np.array([0, len(told)], np.int64).tobytes(), np.int64)
    numbers, begins, ends = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)
    good = np.ones(1, np.uint8)
    dense_ids.read_texts(offsets, data, good, numbers, begins, ends)
    return numbers, begins, ends, data, good


def read_column(column: pa.Array, good: U8) -> tuple[I64, I64, I64, U8, U8]:
    """(heads, begins, ends, bytes, good) of a column of texts; see `dense_ids.read_texts`."""
    column = column.cast(pa.large_string())
    n = len(column)
    _, where, content = column.buffers()
    offsets = np.frombuffer(where, np.int64)[column.offset : column.offset + n + 1]
    data = np.frombuffer(content, np.uint8) if content is not None and content.size else np.zeros(1, np.uint8)
    numbers, begins, ends = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    dense_ids.read_texts(offsets, data, good, numbers, begins, ends)
    return numbers, begins, ends, data, good


class Growing:
    """Ids of which more are coming: in memory, to be written when all have come."""

    def __init__(self, known: Ids) -> None:
        """Begin with what is known."""
        self.name, self.n, self.known = known.name, len(known), len(known)
        self.heads = np.concatenate((known.heads, np.empty(1024, np.int64)))
        self.has_texts = bool(len(known.ends))
        self.ends = np.concatenate((known.ends, np.empty(1024, np.int64))) if self.has_texts else np.empty(0, np.int64)
        self.texts = np.concatenate((known.texts, np.empty(1024, np.uint8)))
        self.kinds_known = np.concatenate((known.kinds, np.zeros(max(0, self.n - len(known.kinds)), np.uint8)))
        self.kinds = self.kinds_known.copy()
        self._slotted, self._counted = 0, 0
        self.small: I32 = np.empty(0, np.int32)
        self.slots: I32 = np.empty(0, np.int32)
        self._tables(1024, 0)

    def codes(self, column: pa.Array, good: U8) -> I32:
        """The code of each value of a column of whole numbers or texts; `good` loses those that are no id."""
        codes = np.zeros(len(column), np.int32)
        if pa.types.is_integer(column.type):
            numbers = np.asarray(column.fill_null(0) if column.null_count else column).astype(np.int64, copy=False)
            self._room(len(numbers), 0, numbers)
            self.n = dense_ids.codes_of_numbers(
                numbers, good, self.small, self.slots, self.heads, self.ends, self.n, codes
            )
        else:
            numbers, begins, ends, data, _ = read_column(column.fill_null(""), good)
            told = int((ends - begins).sum())
            if told and not self.has_texts:
                self.has_texts, self.ends = True, np.zeros(len(self.heads), np.int64)
            self._room(len(numbers), told, numbers[(ends == begins) & (good > 0)] if told else numbers)
            if self.has_texts:
                self.n = dense_ids.codes_of_texts(
                    numbers, begins, ends, data, good, self.small, self.slots, self.heads, self.ends, self.texts,
                    self.n, codes,
                )  # fmt: skip
            else:
                self.n = dense_ids.codes_of_numbers(
                    numbers, good, self.small, self.slots, self.heads, self.ends, self.n, codes
                )
        if self.n >= MOST[self.name]:
            if self.name == "people":
                raise Refused("visits_too_many_people", most=MOST[self.name])
            raise Refused("visits_too_many_places", most=MOST[self.name])
        return codes

    def text(self, code: int) -> str:
        """The id of one code, as text."""
        if self.has_texts and (told := self.texts[self.ends[code - 1] if code else 0 : self.ends[code]].tobytes()):
            return told.decode()
        return str(self.heads[code])

    def _room(self, more: int, more_text: int, numbers: I64) -> None:
        """Make the arrays large enough for all of a batch to be new."""
        need = self.n + more
        if need > len(self.heads):
            self.heads = np.concatenate((self.heads, np.empty(need, np.int64)))
            if self.has_texts:
                self.ends = np.concatenate((self.ends, np.zeros(len(self.heads) - len(self.ends), np.int64)))
        used = int(self.ends[self.n - 1]) if self.has_texts and self.n else 0
        if used + more_text > len(self.texts):
            self.texts = np.concatenate((self.texts, np.empty(used + more_text, np.uint8)))
        greatest, outside = dense_ids.greatest_below(numbers, SMALL)
        greatest, others = greatest + 1, outside + (more if more_text else 0)
        if greatest > len(self.small) or 2 * (self._in_slots() + others) > len(self.slots):
            self._tables(max(greatest, len(self.small)), others)

    def _in_slots(self) -> int:
        """How many lie in the table of slots, at most: fewer where there are texts."""
        new = self.heads[self._counted : self.n]
        self._slotted += len(new) if self.has_texts else int(((new < 0) | (new >= SMALL)).sum())
        self._counted = self.n
        return self._slotted

    def _tables(self, small: int, more: int) -> None:
        """Make both tables anew: small numbers up to one and a half times the greatest, slots at most half full."""
        heads = self.heads[: self.n]
        self._slotted = int(((heads < 0) | (heads >= SMALL)).sum()) + (self.n if self.has_texts else 0)
        self._counted = self.n
        if small > len(self.small):
            self.small = np.full(min(SMALL, small + small // 2), -1, np.int32)
        else:
            self.small[:] = -1
        self.slots = np.full(1 << max(10, (4 * (self._slotted + more)).bit_length()), -1, np.int32)
        dense_ids.fill(self.small, self.slots, self.heads, self.ends, self.n)

    def written(self, path: Path) -> Ids:
        """Write the file, where anything is new, and open it."""
        kinds = self.kinds[: self.n]
        if self.n == self.known and np.array_equal(kinds, self.kinds_known) and path.exists():
            return Ids.open(path, self.name)
        heads = self.heads[: self.n]
        ends = self.ends[: self.n] if self.has_texts else self.ends
        kinds = np.concatenate((kinds, np.zeros(self.n - len(kinds), np.uint8)))
        texts = self.texts[: int(ends[-1]) if len(ends) else 0]
        kinds = kinds if self.name == "places" else kinds[:0]
        write(path, heads, ends, texts, kinds)
        return Ids.open(path, self.name)


def write(path: Path, heads: I64, ends: I64, texts: U8, kinds: U8) -> None:
    """Replace a file of ids by one of these, whole or not at all."""
    slots = np.full(1 << (3 * len(heads) // 2).bit_length(), dense_ids.NOBODY, np.uint32)
    dense_ids.fill_all(slots, heads, ends)
    counts = (MAGIC, len(heads), len(slots), len(ends), len(texts), len(kinds))
    with replaced(path) as file:
        file.write(np.array(counts, np.int64).tobytes().ljust(PAGE, b"\0"))
        for part in (heads, slots, ends, texts, kinds):
            file.write(np.ascontiguousarray(part).data if len(part) else b"")
            file.write(b"\0" * (-part.nbytes % PAGE))


def erased(ids: Ids, path: Path, used: npt.NDArray[np.bool_]) -> int:
    """Erase every id whose code is not used any more, for good: neither number nor text stays. Returns how many."""
    gone = ~used & (ids.heads != GONE)
    if not gone.any():
        return 0
    heads = np.where(gone, GONE, ids.heads)
    ends, texts = ids.ends, ids.texts
    if len(ends):
        sizes = np.diff(ends, prepend=0)
        texts = texts[np.repeat(~gone, sizes)]
        ends = np.cumsum(np.where(gone, 0, sizes))
    write(path, heads, ends, texts, ids.kinds)
    return int(gone.sum())
