"""A day of visits: a Parquet file that any tool reads, and beside it the index that is made from it.

`day=2021-09-25/visits.parquet` is the truth: one row for each stay, sorted by (place, start). `told.parquet` keeps the rows
as they were told where several were joined into one stay. `visits.index` can be deleted: it is made anew. A day that is
new appears by one rename; in a day that grows, each file takes the place of the former one, the index last, and an index
that does not belong to its Parquet file is made anew by whoever opens the store next.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet

from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits.files import mapped, sync
from ringfence.desks.tracing.visits.ids import Growing, Ids
from ringfence.desks.tracing.visits.names import Names, Tells
from ringfence.desks.tracing.visits.times import day_begins
from ringfence.science import dense_ids
from ringfence.science.contacts_index import (
    H_BYTES,
    H_IDS,
    H_MAGIC,
    H_STAMP,
    H_VERSION,
    HEAD,
    I64,
    MAGIC,
    U8,
    VERSION,
    Joined,
    normal_day,
    offsets_of,
    order_people,
    pack_day,
)
from ringfence.science.contacts_sort import Stays
from ringfence.science.dense_ids import I32

PARQUET, TOLD, INDEX = "visits.parquet", "told.parquet", "visits.index"
PREFIX = "day="
ROW_GROUP = 1 << 17
CHUNK = 1 << 20
STEP = 1 << 19
"""Rows turned into columns at a time: a few groups, in room that is used again."""
TIME = pa.timestamp("ms", "UTC")
NO_HEADS: npt.NDArray[np.int64] = np.empty(0, np.int64)


@dataclass
class Terms:
    """What days are made with: the names of the store and the ids of its people and places."""

    names: Names
    people: Ids
    places: Ids
    tells: Tells

    def __post_init__(self) -> None:
        """Look up once what holds for all days."""
        self.zone = ZoneInfo(self.names.zone)
        self.numbers = not len(self.people.ends), not len(self.places.ends)
        self.places_by_id = {kind: np.empty(0, np.uint32) for kind in (True, False)}

    def in_order(self, *, numbers: bool) -> npt.NDArray[np.uint32]:
        """All places in the order of their ids."""
        if not len(self.places_by_id[numbers]):
            self.places_by_id[numbers] = np.ascontiguousarray(self.places.by_id(numbers=numbers))
        return self.places_by_id[numbers]


@dataclass
class Made:
    """What became of a day's rows."""

    day: date
    stays: int
    repeated: int  # rows told before, word for word
    joined: int  # rows that were joined with others into one stay
    elsewhere: int  # stays that overlap one of the same person at another place
    bytes: int


def folder_of(visits: Path, day: date) -> Path:
    """Where a day lies."""
    return visits / f"{PREFIX}{day.isoformat()}"


def days_in(visits: Path) -> list[date]:
    """The days of a store, in order."""
    found = []
    for path in visits.glob(f"{PREFIX}*"):
        try:
            found.append(date.fromisoformat(path.name.removeprefix(PREFIX)))
        except ValueError:
            continue  # somebody else's folder
    return sorted(found)


# -- writing ----------------------------------------------------------------------------------------------------------


def make(  # noqa: PLR0913 (where, what, and from which load)
    visits: Path, work: Path, day: date, rows: list[Stays], terms: Terms, load: str
) -> Made:
    """Put rows into a day, which may have some already; all of it appears, or nothing does."""
    folder, new = folder_of(visits, day), work / f"{PREFIX}{day.isoformat()}"
    begins = day_begins(day, terms.zone)
    before, aside = _standing(folder, begins, terms)
    rows = [before, *rows]
    n_told = sum(len(part.where) for part in rows)
    ready, joined = normal_day(rows, len(terms.people))
    rows.clear()
    del before
    repeated = 0
    if len(joined.joined):
        ready, aside, repeated = _told_together(ready, joined, begins, terms, aside)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    if aside is not None and len(aside):
        pa.parquet.write_table(aside.to_arrow(), new / TOLD, compression="zstd")
    n = len(ready.where)
    order, people, elsewhere = order_people(ready, len(terms.people))
    index = pack_day(begins, ready, order, people, 0, terms.names.ids)
    del order, people
    _write_parquet(new / PARQUET, ready, index, begins, terms, load)
    _write_index(new, index)
    _put(new, folder)
    return Made(day, n, repeated, n_told - n - repeated, elsewhere, len(index))


def _write_index(folder: Path, index: U8) -> None:
    index[: HEAD * 8].view(np.int64)[H_STAMP] = stamp_of(folder / PARQUET)
    with (folder / f".new-{INDEX}").open("wb") as file:
        file.write(index.data)
    os.replace(folder / f".new-{INDEX}", folder / INDEX)  # noqa: PTH105 (the same as Path.replace, and shorter here)


def _put(new: Path, folder: Path) -> None:
    """Sync, and rename: the whole folder where the day is new, else file by file, the index last."""
    for path in new.iterdir():
        sync(path)
    sync(new)
    if not folder.exists():
        new.replace(folder)
    else:
        for name in (TOLD, PARQUET, INDEX):
            if (new / name).exists():
                (new / name).replace(folder / name)
        sync(folder)
        shutil.rmtree(new, ignore_errors=True)
    sync(folder.parent)


def _write_parquet(  # noqa: PLR0913 (as above)
    path: Path, ready: Stays, index: U8, begins: int, terms: Terms, load: str
) -> None:
    """The stays by (place, start), place and person as they are told: numbers where all of the store's are, else text."""
    schema = _schema(terms)
    rows = np.empty(len(ready.where), np.uint32)
    dense_ids.rows_in_order(terms.in_order(numbers=terms.numbers[1]), offsets_of(index), rows)
    with pa.parquet.ParquetWriter(
        path, schema.with_metadata({"ringfence.load": load, "ringfence.begins": str(begins)}), **_encodings(terms)
    ) as file:
        room = Room.of(min(STEP, len(rows)))
        for begin in range(0, len(rows), STEP):
            table = columns(ready, rows[begin : begin + STEP], begins, terms, room).cast(schema)
            file.write_table(table, row_group_size=ROW_GROUP)


def _schema(terms: Terms) -> pa.Schema:
    person, place = (pa.int64() if numbers else pa.large_string() for numbers in terms.numbers)
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [("person", person), ("place", place), ("start", TIME), ("end", TIME), ("source", text), ("kind", text), ("joined", pa.bool_())]
    )  # fmt: skip


def _encodings(terms: Terms) -> dict[str, Any]:
    ids = {True: "DELTA_BINARY_PACKED", False: "DELTA_BYTE_ARRAY"}
    encoded = {"start": "DELTA_BINARY_PACKED", "end": "DELTA_BINARY_PACKED"}
    encoded |= {"person": ids[terms.numbers[0]], "place": ids[terms.numbers[1]]}
    return {
        "compression": "zstd",
        "use_dictionary": ["source", "kind"],
        "column_encoding": encoded,
        "write_statistics": ["place", "start"],
    }


class Room(NamedTuple):
    """Room for the columns of some rows. Used again for the next ones: a page of fresh memory costs as much as 100 rows."""

    person: I64
    place: I64
    start: I64
    end: I64
    source: I32
    kind: I32
    joined: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, n: int) -> Self:
        """Room for n rows."""
        one, two, three, four = (np.empty(n, np.int64) for _ in range(4))
        return cls(one, two, three, four, np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.bool_))


def columns(
    ready: Stays, rows: npt.NDArray[np.uint32], begins: int, terms: Terms, room: Room | None = None
) -> pa.Table:
    """The columns of these rows as they are told; in `room`, where one is given, until it is used again."""
    n = len(rows)
    told = room or Room.of(n)
    person, place, start, end = told.person[:n], told.place[:n], told.start[:n], told.end[:n]
    source, kind, joined = told.source[:n], told.kind[:n], told.joined[:n]
    people = terms.people.heads if terms.numbers[0] else NO_HEADS
    places = terms.places.heads if terms.numbers[1] else NO_HEADS
    dense_ids.told_columns(
        ready.where, ready.who, rows, begins * 60_000, people, places, np.stack(terms.tells.columns(), axis=1).astype(np.int32),
        person, place, start, end, source, kind, joined,
    )  # fmt: skip
    unknown = kind == 0 if (kind == 0).any() else None
    kinds = pa.DictionaryArray.from_arrays(pa.array(kind, mask=unknown), pa.array(terms.names.kinds, pa.string()))
    return pa.table(
        {
            "person": pa.array(person) if terms.numbers[0] else terms.people.column(person),
            "place": pa.array(place) if terms.numbers[1] else terms.places.column(place),
            "start": pa.array(start).view(TIME),
            "end": pa.array(end).view(TIME),
            "source": pa.DictionaryArray.from_arrays(pa.array(source), pa.array(terms.names.sources)),
            "kind": kinds,
            "joined": pa.array(joined),
        }
    )


# -- what several rows told -------------------------------------------------------------------------------------------


def _told_together(
    ready: Stays, joined: Joined, begins: int, terms: Terms, aside: pl.DataFrame | None
) -> tuple[Stays, pl.DataFrame | None, int]:
    """Give joined stays all their sources, keep the rows as they were told, and count those told word for word."""
    rows = np.concatenate((joined.kept, joined.joined))
    group = np.concatenate((joined.kept, joined.kept))
    where, who = joined.before.where[rows], joined.before.who[rows]
    told = pl.DataFrame({"group": group, "row": rows, "where": where, "who": who})
    told = told.unique("row", keep="first", maintain_order=True)
    single = told.unique(["group", "where", "who"], keep="first", maintain_order=True)
    repeated = len(told) - len(single)
    several = single.filter(pl.len().over("group") > 1).with_columns(
        tell=((pl.col("who") // (1 << 25)) % 2048).cast(pl.Int64)
    )
    if not len(several):
        return ready, aside, repeated
    combined = several.group_by("group").agg(pl.col("tell").unique().sort())
    codes = {tuple(each): terms.tells.joint(terms.names, each) for each in combined["tell"].unique().to_list()}
    new = np.array([codes[tuple(each)] for each in combined["tell"].to_list()], np.uint64)
    kept = combined["group"].to_numpy().astype(np.int64)
    after = ready.who.copy()
    at = kept - np.searchsorted(np.sort(joined.joined), kept)
    after[at] = after[at] & ~np.uint64(2047 << 25) | new << np.uint64(25)
    _, _, was_joined = terms.tells.columns()
    own = several.filter(~pl.Series(was_joined[several["tell"].to_numpy()]))
    words = Stays(own["where"].to_numpy(), own["who"].to_numpy())
    table = pl.from_arrow(columns(words, np.arange(len(own), dtype=np.uint32), begins, terms))
    kept_aside = _as_text(table.drop("joined")) if isinstance(table, pl.DataFrame) else None
    known = 0
    if aside is not None and kept_aside is not None:
        known = len(aside) + len(kept_aside)
        kept_aside = pl.concat((aside, kept_aside)).unique(maintain_order=True)
        known -= len(kept_aside)
    return Stays(ready.where, after), kept_aside, repeated + known


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """Ids, source and kind as text: the rows of several loads lie in one file."""
    return table.with_columns(pl.col("person", "place", "source", "kind").cast(pl.String))


# -- reading back -----------------------------------------------------------------------------------------------------


def _standing(folder: Path, begins: int, terms: Terms) -> tuple[Stays, pl.DataFrame | None]:
    """The stays of a day as they stand, and the rows kept aside."""
    none = np.empty(0, np.uint64)
    if not (folder / PARQUET).exists():
        return Stays(none, none), None
    with _whole(folder / TOLD):
        aside = pl.read_parquet(folder / TOLD) if (folder / TOLD).exists() else None
    return stays_in(folder / PARQUET, begins, terms, Growing(terms.people), Growing(terms.places)), aside


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Say which file of a day is damaged. Refused: `visits_day_broken`."""
    try:
        yield
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as broken:
        why = (str(broken).strip() or type(broken).__name__).splitlines()[0][:200]
        day = path.parent.name.removeprefix(PREFIX)
        raise Refused("visits_day_broken", day=day, file=path.name, why=why.replace(str(path), path.name)) from None


def stays_in(path: Path, begins: int, terms: Terms, people: Growing, places: Growing) -> Stays:
    """The stays of a Parquet file of ours; `people` and `places` learn ids that they do not know. Refused: `visits_day_broken`."""
    with _whole(path):
        return _stays_in(path, begins, terms, people, places)


def _stays_in(path: Path, begins: int, terms: Terms, people: Growing, places: Growing) -> Stays:
    parts = []
    for batch in pa.parquet.ParquetFile(path).iter_batches(CHUNK, use_threads=False):
        n = batch.num_rows
        good = np.ones(n, np.uint8)
        person, place = people.codes(batch.column("person"), good), places.codes(batch.column("place"), good)
        start, end = (np.asarray(batch.column(name).cast(pa.int64())) for name in ("start", "end"))
        source, kind = (_texts(batch.column(name)) for name in ("source", "kind"))
        sources = terms.names.codes(terms.names.sources, source, n)
        kinds = terms.names.codes(terms.names.kinds, kind, n)
        tell = terms.tells.codes(sources, kinds)
        joined = np.flatnonzero(np.asarray(batch.column("joined").to_numpy(zero_copy_only=False)))
        for one, other in set(zip(sources[joined].tolist(), kinds[joined].tolist(), strict=True)):
            which = joined[(sources[joined] == one) & (kinds[joined] == other)]
            tell[which] = terms.tells.code(one, other, joined=True)
        limits = np.array([begins * 60_000, (begins + 3000) * 60_000], np.int64)
        where, who = np.empty(n, np.uint64), np.empty(n, np.uint64)
        dense_ids.by_day(person, place, start, end, tell, good, limits, where, who)
        parts.append((where, who))
    if not parts:
        return Stays(np.empty(0, np.uint64), np.empty(0, np.uint64))
    return Stays(*(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


def _texts(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def stamp_of(path: Path) -> int:
    """What tells one Parquet file from another: its size, and a checksum of its last page, where its contents are listed."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - 4096))
        return (size & 0x7FFFFFFF) << 32 | zlib.crc32(file.read())


def opened(folder: Path, ids: int) -> tuple[U8, Any] | None:
    """The index of a day where it lies, with its mapping; None where it is not there, or not that of the day's file."""
    path = folder / INDEX
    if not path.exists() or not (folder / PARQUET).exists():
        return None
    index, held = mapped(path, scattered=True)
    if len(index) < HEAD * 8:
        return None
    head = index[: HEAD * 8].view(np.int64)
    whole = head[H_MAGIC] == MAGIC and head[H_VERSION] == VERSION and head[H_BYTES] == len(index) and head[H_IDS] == ids
    if not whole or head[H_STAMP] != stamp_of(folder / PARQUET):
        return None
    return index, held


def index_again(folder: Path, day: date, terms: Terms, people: Growing, places: Growing) -> None:
    """Make the index of a day anew from its Parquet file."""
    begins = day_begins(day, terms.zone)
    told = stays_in(folder / PARQUET, begins, terms, people, places)
    ready, _ = normal_day([told], people.n)
    order, packed, _ = order_people(ready, people.n)
    _write_index(folder, pack_day(begins, ready, order, packed, 0, terms.names.ids))
