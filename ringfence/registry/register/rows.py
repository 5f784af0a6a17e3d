"""One batch of a register, in a process of its own: rows checked, identities sealed, blocks hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringfence.core.vault import Vault
from ringfence.registry import blocks, checks
from ringfence.registry.register.files import NEEDED, Bad
from ringfence.registry.register.layout import NO_BIRTH, NONE, SEPARATOR
from ringfence.science.names import phonetic_key

Texts = Sequence[str | None]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """How the rows of one load are to be read."""

    source: str
    on: date  # the day at which ages are counted
    country: str  # of ID numbers and phones
    vault_folder: Path
    places: Mapping[str, str] | None = None  # the file's codes of places -> ours; None takes them as they are


@dataclass
class Batch:
    """What one batch became: columns by name, sealed identities, wrapped keys, keyed hashes by kind, bad values."""

    file: str
    read: int
    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    dictionaries: dict[str, list[str]] = field(
        default_factory=dict
    )  # column -> texts its codes stand for, in this batch
    sealed: bytes = b""
    keys: bytes = b""
    blinds: dict[str, tuple[Ints, npt.NDArray[np.int32]]] = field(
        default_factory=dict
    )  # kind -> (hashes, rows in the batch)
    bad: list[Bad] = field(default_factory=list)


def digest_maker(prefix: str, source: str) -> Callable[[str], bytes]:
    """The function code -> the 10 bytes that `facts.ids.derive(prefix, source, code)` writes in base32."""
    begun = hashlib.blake2b(f"{prefix}\x1e{source}\x1f".encode(), digest_size=10)

    def digest(code: str) -> bytes:
        own = begun.copy()
        own.update(code.encode())
        return own.digest()

    return digest


def heads_and_tails(digests: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint16]]:
    """80-bit ids as (first 64 bits, last 16 bits)."""
    raw = np.frombuffer(digests, dtype=[("head", ">u8"), ("tail", ">u2")])
    return raw["head"].astype("<u8"), raw["tail"].astype("<u2")


def take(batch: pa.RecordBatch, file: str, first_row: int, terms: Terms, vault: Vault) -> Batch:
    """Check, seal and hash the rows of one batch; `first_row` is its first row's place in the file, from 1."""
    table = _Table(batch, file, first_row)
    births = _births(table, terms)
    told = _id_numbers(table, births, terms)
    table.phones = table.checked("phone", partial(checks.phone, region=terms.country))
    for column in NEEDED:
        table.miss(column)
    if terms.places is not None:
        _places(table, terms.places)
    good = np.ones(table.rows, bool)
    good[sorted(table.bad_rows)] = False
    kept = np.flatnonzero(good)
    taken = Batch(file, read=table.rows, bad=table.bad)
    if len(kept):
        _public_columns(taken, table, kept, told, terms)
        _identities(taken, table, kept, vault)
        _blocks(taken, table, kept, vault)
    return taken


class _Table:
    """The columns of a batch as lists of text, and what was bad in them."""

    def __init__(self, batch: pa.RecordBatch, file: str, first_row: int) -> None:
        self.batch = batch
        self.rows = batch.num_rows
        self.file = file
        self.first_row = first_row
        self.bad: list[Bad] = []
        self.bad_rows: set[int] = set()
        self.names = self.texts("name")
        self.codes = self.texts("code")
        self.numbers: list[str | None] = []
        self.phones: list[str | None] = []

    def texts(self, column: str) -> list[str | None]:
        """A column as Python text; a column the file lacks is all None."""
        if column not in self.batch.schema.names:
            return [None] * self.rows
        return self.batch.column(column).to_pylist()  # type: ignore[no-any-return]

    def refuse(self, row: int, column: str, value: str, reason: str) -> None:
        """Put one value into the report; its row is not taken."""
        self.bad.append(Bad(self.file, self.first_row + row, column, value, reason))
        self.bad_rows.add(row)

    def checked(self, column: str, check: Callable[[str], Any]) -> list[Any]:
        """Each told value through its check; None where not told or refused."""
        taken: list[Any] = []
        for row, value in enumerate(self.texts(column)):
            answer = None
            if value is not None:
                try:
                    answer = check(value)
                except checks.Unfit as unfit:
                    self.refuse(row, column, value, unfit.reason)
            taken.append(answer)
        return taken

    def miss(self, column: str) -> None:
        """Refuse rows without a value that each row needs."""
        for row, value in enumerate(self.texts(column)):
            if value is None:
                self.refuse(row, column, "", "missing")


def _places(table: _Table, places: Mapping[str, str]) -> None:
    """Put our codes of places for the file's, in the batch itself; a place we do not know is refused."""
    for column in [name for name in ("jurisdiction", "stay") if name in table.batch.schema.names]:
        coded = pc.dictionary_encode(table.batch.column(column))
        ours = [places.get(told) for told in coded.dictionary.to_pylist()]
        known = pa.array(ours, pa.string()).take(coded.indices)
        for row in np.flatnonzero(pc.and_(pc.is_null(known), pc.is_valid(coded)).to_numpy(zero_copy_only=False)):
            table.refuse(int(row), column, table.texts(column)[row] or "", "place_unknown")
        table.batch = table.batch.set_column(table.batch.schema.get_field_index(column), column, known)


@dataclass
class _Births:
    day: npt.NDArray[np.int32]
    exact: npt.NDArray[np.uint8]
    sex: npt.NDArray[np.uint8]


def _births(table: _Table, terms: Terms) -> _Births:
    told = table.checked("birth_on", lambda text: checks.birth(text, terms.on))
    ages = table.checked("age", lambda text: checks.birth_of_age(text, terms.on))
    both = [born or age or (NO_BIRTH, 0) for born, age in zip(told, ages, strict=True)]
    pairs = np.array(both, np.int32).reshape(-1, 2)
    sexes = [sex or 0 for sex in table.checked("sex", checks.sex)]
    return _Births(pairs[:, 0].copy(), pairs[:, 1].astype(np.uint8), np.array(sexes, np.uint8))


def _id_numbers(table: _Table, births: _Births, terms: Terms) -> _Births:
    """Check ID numbers and hold birth and sex against them; what the row did not tell is filled in from the number."""
    parts = table.checked("id_number", partial(checks.id_parts, country=terms.country))
    table.numbers = [part[0] if part else None for part in parts]
    day = np.array([part[1] if part and part[1] is not None else NO_BIRTH for part in parts], np.int32)
    sex = np.array([part[2] if part else 0 for part in parts], np.uint8)
    known = day != NO_BIRTH
    apart = np.abs(births.day.astype(np.int64) - day)
    wrong_birth = known & (
        ((births.exact == checks.DAY) & (apart > 0)) | ((births.exact == checks.YEAR) & (apart > 2 * 366))
    )
    wrong_sex = ((sex == checks.MALE) & (births.sex == checks.FEMALE)) | (
        (sex == checks.FEMALE) & (births.sex == checks.MALE)
    )
    for column, wrong in (("id_number", wrong_birth), ("sex", wrong_sex)):
        values = table.texts(column)
        for row in np.flatnonzero(wrong):
            reason = "birth_contradicts_id" if column == "id_number" else "sex_contradicts_id"
            table.refuse(int(row), column, values[row] or "", reason)
    return _Births(
        np.where(known, day, births.day),
        np.where(known, np.uint8(checks.DAY), births.exact),
        np.where(births.sex == checks.UNKNOWN, sex, births.sex),
    )


def _public_columns(taken: Batch, table: _Table, kept: Ints, told: _Births, terms: Terms) -> None:
    digest = digest_maker("person", terms.source)
    columns = taken.columns
    columns["id_head"], columns["id_tail"] = heads_and_tails(b"".join([digest(table.codes[row] or "") for row in kept]))
    columns["sex"], columns["birth"], columns["birth_exact"] = told.sex[kept], told.day[kept], told.exact[kept]
    columns["source_row"] = (table.first_row + kept).astype(np.uint32)
    for column in ("jurisdiction", "stay", "group", "occupation"):
        columns[column], taken.dictionaries[column] = _encoded(table.batch, column, kept)
    households, texts = _encoded(table.batch, "household", kept)
    digest = digest_maker("household", terms.source)
    heads, tails = heads_and_tails(b"".join([digest(text) for text in texts]) + bytes(10))
    place = np.where(households == NONE, len(texts), households)
    columns["household_head"], columns["household_tail"] = heads[place], tails[place]


def _encoded(batch: pa.RecordBatch, column: str, kept: Ints) -> tuple[npt.NDArray[np.uint32], list[str]]:
    """(code of each kept row, NONE where not told; the texts the codes stand for)."""
    if column not in batch.schema.names:
        return np.full(len(kept), NONE, np.uint32), []
    coded = pc.dictionary_encode(batch.column(column))
    codes = pc.fill_null(pc.cast(coded.indices, pa.int64()), NONE).to_numpy(zero_copy_only=False)
    return codes[kept].astype(np.uint32), coded.dictionary.to_pylist()


def _identities(taken: Batch, table: _Table, kept: Ints, vault: Vault) -> None:
    addresses = table.texts("address")
    texts = [
        SEPARATOR.join(
            (
                table.names[row] or "",
                table.numbers[row] or "",
                table.phones[row] or "",
                addresses[row] or "",
                table.codes[row] or "",
            )
        ).encode()
        for row in kept.tolist()
    ]
    taken.keys, sealed = vault.sealed_people(owners(taken.columns["id_head"], taken.columns["id_tail"]), texts)
    taken.sealed = b"".join(sealed)
    taken.columns["blob_end"] = np.cumsum(np.fromiter(map(len, sealed), np.uint64, len(sealed)), dtype=np.uint64)


def owners(heads: npt.NDArray[np.uint64], tails: npt.NDArray[np.uint16]) -> list[bytes]:
    """The 10 bytes of each id, to which a person's key is bound."""
    raw = np.empty(len(heads), dtype=[("head", ">u8"), ("tail", ">u2")])
    raw["head"], raw["tail"] = heads, tails
    told = raw.tobytes()
    return [told[place : place + 10] for place in range(0, len(told), 10)]


def _blocks(taken: Batch, table: _Table, kept: Ints, vault: Vault) -> None:
    """The same blocks as `registry.blocks.blocks`, for a whole batch at once."""
    columns, all_rows = taken.columns, range(len(kept))
    places = taken.dictionaries["jurisdiction"]
    where = [places[code] for code in columns["jurisdiction"].tolist()]
    names = [table.names[row] or "" for row in kept.tolist()]
    sounds = [phonetic_key(name) for name in names]
    days, sexes, exact = columns["birth"].tolist(), columns["sex"].tolist(), columns["birth_exact"]
    years = (columns["birth"].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970).tolist()
    numbers, phones = ([told[row] for row in kept.tolist()] for told in (table.numbers, table.phones))
    to_day, born = np.flatnonzero(exact == checks.DAY).tolist(), np.flatnonzero(exact).tolist()
    texts: dict[str, dict[int, str]] = {
        "id_number": {row: number for row, number in enumerate(numbers) if number},
        "phone": {row: phone for row, phone in enumerate(phones) if phone},
        "name_birth": {row: blocks.name_birth(names[row], days[row]) for row in to_day},
        "birth_place": {row: blocks.birth_place(days[row], sexes[row], where[row]) for row in to_day},
        "name_year": {row: blocks.name_year(sounds[row], years[row]) for row in born if sounds[row]},
        "name_place": {row: blocks.name_place(sounds[row], where[row]) for row in all_rows if sounds[row]},
    }
    for kind in blocks.KINDS:
        hashes = np.frombuffer(vault.blinds(kind, texts[kind].values()), "<i8")
        taken.blinds[kind] = hashes, np.fromiter(texts[kind], np.int32, len(texts[kind]))
