"""Loading visits: rows checked, shared out by day and put into each day's file and index; a day is loaded or it is not."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused
from ringfence.desks.tracing.visits import days, seats, times
from ringfence.desks.tracing.visits.again import indexes_again, numbering_lost
from ringfence.desks.tracing.visits.disguised import country_called, no_numbers_of_people
from ringfence.desks.tracing.visits.files import only_one, replaced
from ringfence.desks.tracing.visits.ids import Growing, Ids
from ringfence.desks.tracing.visits.names import Names, Tells
from ringfence.desks.tracing.visits.reading import BATCH, File, Rows, batches, opened
from ringfence.registry.register.load import Report
from ringfence.science import dense_ids
from ringfence.science.contacts_sort import Stays

Progress = Callable[[int, int], None]
"""(rows read, rows in the file)."""

FOLDER = "visits"
WORK = ".building"
GONE = ".forgotten-"
HELD_ROWS = 32 << 20
"""Rows kept in memory before they are laid aside on the disk, day by day: 512 MiB."""
PART = 1 << 20
"""Rows of a day kept in one piece: large enough for the large pages of the system."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
AHEAD_MS = 366 * 86_400_000
"""Rosters and tickets tell of days to come; what lies more than a year ahead is absurd."""


@dataclass
class Loaded:
    """What a load came to. Rows taken are stays made, rows repeated and rows joined into stays, together."""

    sha256: str
    rows: int = 0
    taken: int = 0
    refused: int = 0
    repeated: int = 0  # told before, word for word
    joined: int = 0  # told of a stay that another row told of too
    elsewhere: int = 0  # stays, on the days of the file, that overlap one of the same person at another place
    ahead: int = 0  # begin after the moment of loading
    other_kind: int = 0  # tell another kind of their place than the first one told
    days: list[str] = field(default_factory=list)
    people: int = 0  # on record here after the load
    places: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    report: str | None = None  # every refused value; readable by its owner alone
    seconds: float = 0.0
    new: bool = True  # False where this file had been loaded already, and nothing changed


def load_visits(  # noqa: PLR0913 (each is a choice the person at the door makes)
    path: Path,
    *,
    home: Path,
    now: datetime,
    source: str = "",
    zone: str = "",
    country: str = "CN",
    good_rows: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Load a file of visits, Parquet or CSV, into `home/visits`; the same file again changes nothing.

    `source` names who told the rows that name nobody; `zone` is where times without a zone were read off a clock, and,
    for the first load, where the store's days begin (else UTC). Rows that cannot be are listed in a report, and
    one of them refuses the file unless only the `good_rows` are asked for. `country` is the one whose rules identity
    numbers and telephones follow: these are no ids. A load that was killed is loaded again from its beginning: days
    that were ready come to the same. Refused: `visits_…` of `reading`, `times`, `ids`, `names`, `disguised`, `days`,
    `visits_rows_bad` and `visits_disk_full`.
    """
    begun = elapsed()
    if zone:
        times.zone_called(zone)
    country = country_called(country)
    file = opened(path, source=source)
    visits = home / FOLDER
    with only_one(visits):
        swept(visits)
        ledger = visits / "loads" / f"{file.sha256}.json"
        if ledger.exists():
            return Loaded(**{**json.loads(ledger.read_text()), "new": False, "seconds": round(elapsed() - begun, 3)})
        with _room_for(file, visits):
            if numbering_lost(visits):
                indexes_again(visits)
            made = _Load(visits, file, source, zone, now).run(progress, country, good_rows=good_rows)
            made.seconds = round(elapsed() - begun, 3)
            with replaced(ledger) as kept:
                kept.write(json.dumps(asdict(made), ensure_ascii=False, indent=1).encode())
        return made


@contextmanager
def _room_for(file: File, visits: Path) -> Iterator[None]:
    """Say it where the disk is full: `visits_disk_full`. What was on record stays, as files are replaced whole or not at all."""
    try:
        yield
    except OSError as full:
        if full.errno not in NO_ROOM:
            raise
        free = shutil.disk_usage(visits).free // 1_000_000
        raise Refused("visits_disk_full", file=file.path.name, free=free, size=file.state[1] // 1_000_000 + 1) from None


def swept(visits: Path) -> None:
    """Remove what a killed load or a killed forgetting left."""
    for left in [visits / WORK, *visits.glob(f"{GONE}*")]:
        shutil.rmtree(left, ignore_errors=True)


class _Load:
    """One load, from the first row to the last day."""

    def __init__(self, visits: Path, file: File, source: str, zone: str, now: datetime) -> None:
        self.visits, self.file, self.source, self.zone = visits, file, source, zone
        self.now_ms = int(now.timestamp() * 1000)
        self.names = Names(visits / "store.json")
        self.names.zone = self.names.zone or zone or "UTC"
        self.people = Growing(Ids.open(visits / "people.ids", "people"))
        self.places = Growing(Ids.open(visits / "places.ids", "places"))
        self.tells = Tells()
        self.spool = Spool(visits / WORK)
        self.report = Report(visits / "reports" / f"{file.sha256}.csv")
        self.made = Loaded(file.sha256)
        self.room = Stays(np.empty(0, np.uint64), np.empty(0, np.uint64))

    def run(self, progress: Progress | None, country: str, *, good_rows: bool) -> Loaded:
        """Read, then write."""
        made = self.made
        try:
            for rows in batches(self.file, self.zone, self.now_ms + AHEAD_MS):
                self._take(rows)
                made.rows += len(rows.why)
                if progress:
                    progress(made.rows, max(made.rows, 2 * self.file.rows))
            self.report.add(self.file.bad_lines)
            made.rows += len(self.file.bad_lines)
            made.refused += len(self.file.bad_lines)
            self.report.close()
            made.report = str(self.report.path) if self.report.rows else None
            no_numbers_of_people(self.people, self.file, country)
            if made.refused and not good_rows:
                raise Refused("visits_rows_bad", rows=made.refused, good=made.taken, report=self.report.path)
            if made.taken:
                self._write(progress)
        finally:
            self.report.close()
            shutil.rmtree(self.visits / WORK, ignore_errors=True)
        return made

    def _take(self, rows: Rows) -> None:
        """Number the ids of a batch and share its rows out by day."""
        n, names, made = len(rows.why), self.names, self.made
        good = (rows.why == 0).astype(np.uint8)
        source = names.codes(names.sources, rows.source, n, self.source)
        if (source == 0).any():
            self._refuse(rows, good, source == 0, times.MISSING, 4)
        person = self.people.codes(rows.person, good)
        self._refuse(rows, good, (rows.why == 0) & (good == 0), times.ID_UNREADABLE, 0)
        place = self.places.codes(rows.place, good)
        self._refuse(rows, good, (rows.why == 0) & (good == 0), times.ID_UNREADABLE, 1)
        refused = int((rows.why > 0).sum())
        if refused:
            self.report.add(rows.bad(self.file.path.name))
            made.refused += refused
        made.taken += n - refused
        kind = names.codes(names.kinds, rows.kind, n)
        tell = self.tells.codes(source, kind)
        if rows.kind is not None:
            self._kinds(place, kind, good)
        if refused == n:
            return
        self._count(source, rows, good)
        seats.lay_aside(rows, good, self.visits / WORK)
        self._share_out(rows, person, place, tell, good)

    def _refuse(self, rows: Rows, good: Any, wrong: Any, why: int, column: int) -> None:
        here = wrong & (rows.why == 0)
        if here.any():
            rows.why[here], rows.column[here] = why, column
            good[here] = 0

    def _kinds(self, place: Any, kind: Any, good: Any) -> None:
        more = self.places.n - len(self.places.kinds)
        if more > 0:
            self.places.kinds = np.concatenate((self.places.kinds, np.zeros(max(more, self.places.n), np.uint8)))
        self.made.other_kind += int(dense_ids.first_kinds(self.places.kinds, place, kind, good))

    def _count(self, source: Any, rows: Rows, good: Any) -> None:
        counted = np.zeros(len(self.names.sources), np.int64)
        ahead = dense_ids.counted_by_source(source, rows.start, good, self.now_ms, counted)
        for code in np.flatnonzero(counted).tolist():
            name = self.names.sources[code]
            self.made.sources[name] = self.made.sources.get(name, 0) + int(counted[code])
        self.made.ahead += int(ahead)

    def _share_out(self, rows: Rows, person: Any, place: Any, tell: Any, good: Any) -> None:
        told = rows.start if good.all() else rows.start[good > 0]
        listed, begins = times.day_limits(int(told.min()), int(told.max()), times.zone_called(self.names.zone))
        n = int(good.sum())
        if n > len(self.room.where):
            self.room = Stays(np.empty(n, np.uint64), np.empty(n, np.uint64))
        where, who = self.room
        ends = dense_ids.by_day(person, place, rows.start, rows.end, tell, good, begins, where, who)
        for d, day in enumerate(listed):
            if ends[d + 1] > ends[d]:
                self.spool.add(day, where[ends[d] : ends[d + 1]], who[ends[d] : ends[d + 1]])

    def _write(self, progress: Progress | None) -> None:
        """The numbering first, as days without it could not be read; then day by day."""
        made, visits = self.made, self.visits
        self.names.write()
        people, places = self.people.written(visits / "people.ids"), self.places.written(visits / "places.ids")
        made.people, made.places = len(people), len(places)
        del self.people, self.places
        terms = days.Terms(self.names, people, places, self.tells)
        done = 0
        for day in self.spool.days():
            rows = self.spool.rows(day)
            done += sum(len(part.where) for part in rows)
            sources = len(self.names.sources)
            one = days.make(visits, visits / WORK, day, rows, terms, self.file.sha256)
            made.repeated += one.repeated
            made.joined += one.joined
            made.elsewhere += one.elsewhere
            made.days.append(day.isoformat())
            self.spool.drop(day)
            if len(self.names.sources) > sources:
                self.names.write()  # sources that tell of one stay together have a name of their own
            if progress:
                progress(made.rows + done, 2 * made.rows)
        seats.put(visits / WORK, visits, self.names.zone)
        _write_places(visits, terms)


def _write_places(visits: Path, terms: days.Terms) -> None:
    """Places with their kinds, for any tool that reads the days."""
    import pyarrow as pa  # noqa: PLC0415 (as below)
    import pyarrow.parquet  # noqa: PLC0415

    places = terms.places
    codes = terms.in_order(numbers=terms.numbers[1])
    kinds = places.kinds[codes].astype(np.int32)
    listed = pa.array(terms.names.kinds, pa.string())
    kind = pa.DictionaryArray.from_arrays(pa.array(kinds, mask=kinds == 0), listed)
    told = pa.array(places.heads[codes]) if terms.numbers[1] else places.column(codes)
    table = pa.table({"place": told, "kind": kind})
    with replaced(visits / "places.parquet") as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")


class Spool:
    """Rows by day: in memory while they are few, else in files that are joined when their day is made."""

    def __init__(self, folder: Path) -> None:
        """Lay rows aside in `folder`."""
        self.folder, self.held = folder, 0
        self.parts: dict[date, list[Stays]] = {}
        self.ends: dict[date, int] = {}  # how far the last part of each day is filled
        self.filed: set[date] = set()

    def add(self, day: date, where: npt.NDArray[np.uint64], who: npt.NDArray[np.uint64]) -> None:
        """Rows of a day, which are copied."""
        parts, end, begin = self.parts.setdefault(day, []), self.ends.get(day, 0), 0
        while begin < len(where):
            if not parts or end == len(parts[-1].where):
                size = min(PART, max(4 * len(where), 4096)) if not parts else PART
                parts.append(Stays(np.empty(size, np.uint64), np.empty(size, np.uint64)))
                end = 0
            n = min(len(where) - begin, len(parts[-1].where) - end)
            parts[-1].where[end : end + n] = where[begin : begin + n]
            parts[-1].who[end : end + n] = who[begin : begin + n]
            begin, end = begin + n, end + n
        self.ends[day] = end
        self.held += len(where)
        if self.held > max(HELD_ROWS, 2 * BATCH):
            self._file()

    def _of(self, day: date) -> list[Stays]:
        """The parts of a day as far as they are filled; they are let go here."""
        parts, end = self.parts.pop(day), self.ends.pop(day)
        return [*parts[:-1], Stays(parts[-1].where[:end], parts[-1].who[:end])]

    def _file(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for day in list(self.parts):
            for part in self._of(day):
                for name, column in zip(("where", "who"), part, strict=True):
                    with (self.folder / f"{day}.{name}").open("ab") as file:
                        file.write(column.data)
            self.filed.add(day)
        self.held = 0

    def days(self) -> list[date]:
        """The days that have rows."""
        if self.filed:
            self._file()
        return sorted(self.filed | set(self.parts))

    def rows(self, day: date) -> list[Stays]:
        """All rows of a day, in parts."""
        if day in self.filed:
            return [Stays(*(np.memmap(self.folder / f"{day}.{name}", np.uint64, "r") for name in ("where", "who")))]
        return self._of(day)

    def drop(self, day: date) -> None:
        """A day's rows are in their place."""
        for name in ("where", "who"):
            (self.folder / f"{day}.{name}").unlink(missing_ok=True)
