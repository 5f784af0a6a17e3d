"""Contacts over a city's visits, beside the best hand-written SQL of other stores over sorted tables; the rows must be equal.

`python -m tests.bench.contacts 100` runs it with 100 million visits, `400` the largest city alone (ten million people for
fourteen days, without DuckDB, from cold files). Figures are process CPU time: arrays in, arrays out, on both sides. DuckDB
and chDB have the same visits; PostgreSQL those of ten million, as it is held to that size.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Self

import duckdb
import numpy as np

from ringfence.desks.tracing.visits.load import load_visits
from ringfence.desks.tracing.visits.store import Visits, forget
from ringfence.science.contacts import by_person, first_order, followed, least_minutes
from tests.bench.city_days import FIRST_DAY, FULL, KINDS, SPARSE, places_of, write_day
from tests.bench.contact_peers import FIRST, ONE, SECOND, Bins, Covered, has_chdb, server
from tests.bench.measure import Row, below

NAME = "contacts"
DAYS = 14
NOW = datetime(2022, 1, 1, tzinfo=UTC)
BEGIN, END = FIRST_DAY * 1440, (FIRST_DAY + DAYS) * 1440
LEAST, CLOSE = 10, 60
TEN_MILLION = 114_000
"""People whose visits of fourteen days are ten million."""
DAYS_OF_TEXTS = 2
ROOM = 1 << 30


class City:
    """The same visits in our store and in DuckDB."""

    def __init__(self, folder: Path, n_people: int, *, full: bool, beside: bool) -> None:
        """Make the days one by one, load each, and put it into DuckDB too where `beside`."""
        self.folder, self.n_people, self.full, self.beside = folder, n_people, full, beside
        self.rows, self.load_s, self.peak = 0, 0.0, 0.0
        self.db = duckdb.connect(str(folder / "yardstick.duckdb")) if beside else None
        if self.db is not None:
            self.db.execute("set threads = 1; set timezone = 'UTC'; set preserve_insertion_order = true")
            self.db.execute('create table told (person int, place int, "start" int, "end" int)')
        self._warm_up()
        for day in range(DAYS):
            self._day(day)
        if self.db is not None:
            self._sorted()
        self.visits = Visits.open(folder)

    def _warm_up(self) -> None:
        """Compile what loading needs before it is measured."""
        for texts in (False, True):
            with tempfile.TemporaryDirectory() as name:
                write_day(Path(name) / "day.parquet", 1000, 0, self.full, texts=texts)
                load_visits(Path(name) / "day.parquet", home=Path(name), now=NOW)

    def _day(self, day: int) -> None:
        path = self.folder / "day.parquet"
        self.rows += write_day(path, self.n_people, day, self.full)
        with Own() as own:
            begun = process_time()
            made = load_visits(path, home=self.folder, now=NOW)
            self.load_s += process_time() - begun
        assert made.refused == 0
        self.peak = max(self.peak, own.peak)
        if self.db is not None:
            self.db.execute(
                'insert into told select person, place, epoch_ms("start") // 60000, epoch_ms("end") // 60000 from read_parquet(?)', [str(path)]
            )  # fmt: skip
        path.unlink()

    def _sorted(self) -> None:
        assert self.db is not None
        limits = places_of(self.n_people).tolist()
        kinds = " ".join(f"when place < {limit} then {k}" for k, limit in enumerate(limits[1:]))
        self.db.execute('create table by_place as select * from told order by place, "start"')
        self.db.execute('create table by_person as select * from told order by person, "start"')
        self.db.execute(
            f'create table places as select place, case {kinds} end kind, max("end" - "start")::int longest from told group by 1, 2 order by 1'
        )
        self.db.execute("drop table told; checkpoint")

    # -- asked of both ------------------------------------------------------------------------------------------------

    def numbers(self, people: list[int]) -> np.ndarray:
        return np.array([self.visits.code(str(person)) for person in people], np.uint32)

    def read_in(self) -> None:
        """Read the files of both sides, so that the system has them in memory."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix in {".index", ".ids", ".duckdb", ".bin"}:
                with path.open("rb", buffering=0) as file:
                    while file.read(1 << 24):
                        pass

    def ours(self, people: list[int]) -> list[np.ndarray]:
        """Contacts of these by kind of place: case, person, kind, minutes, encounters, first, last."""
        codes, n = self.numbers(people), len(people)
        told = self.visits.shared(codes, np.full(n, BEGIN), np.full(n, END), least_minutes(LEAST), by_kind=True)
        return [np.array(people)[told.case], *self._columns(told)]

    def one(self, person: int) -> tuple[float, list[np.ndarray]]:
        """Milliseconds of the function of `science` alone, numbers in and numbers out, and the rows as of `ours`."""
        codes, least = self.numbers([person]), least_minutes(LEAST)
        begin, end = np.array([BEGIN]), np.array([END])
        spent, told = cpu_ms(lambda: first_order(self.visits.city, codes, begin, end, least, by_kind=True))
        return spent, [np.full(len(told.case), person), *self._columns(told)]

    def in_texts(self, person: int) -> tuple[list[str], Any]:
        """The same from a text to texts."""
        codes = self.numbers([person])
        told = self.visits.shared(codes, np.array([BEGIN]), np.array([END]), least_minutes(LEAST), by_kind=True)
        return self.visits.people.shown(told.person), told

    def _columns(self, told: Any) -> list[np.ndarray]:
        return [self.visits.people.heads[told.person], told.place, told.minutes, told.encounters, told.first, told.last]

    def ours_second(self, person: int) -> list[np.ndarray]:
        """Contacts of second order of the contacts of an hour or more, by kind of place."""
        code, visits, least = self.numbers([person]), self.visits, least_minutes(LEAST)
        first = visits.shared(code, np.array([BEGIN]), np.array([END]), least)
        contacts = by_person(first, visits.places.kinds, np.arange(256))
        close = followed(contacts, minutes=CLOSE)
        return self._columns(visits.shared_second(int(code[0]), contacts, close, END, least, by_kind=True))

    def theirs(self, sql: str, cases: Any) -> list[np.ndarray]:
        assert self.db is not None
        found = self.db.execute(sql, {"w0": BEGIN, "w1": END, "cases": cases}).fetchnumpy()
        return [np.asarray(column) for column in found.values()]

    def same(self, ours: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
        """Whether both have the same rows; our kinds have codes of their own."""
        ours = [*ours]
        kind = len(ours) - 5
        code = {name: k for k, name in enumerate(KINDS)}
        ours[kind] = np.array([code.get(name, -1) for name in self.visits.names.kinds])[ours[kind]]
        one, other = (np.stack([column.astype(np.int64) for column in each], axis=1) for each in (ours, theirs))
        return np.array_equal(one[np.lexsort(one.T)], other[np.lexsort(other.T)])

    def cold(self) -> None:
        """Let the system forget what it read of our files, and open them anew."""
        del self.visits
        gc.collect()
        os.sync()
        for path in self.folder.rglob("*"):
            if path.is_file():
                handle = os.open(path, os.O_RDONLY)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(handle)
        self.visits = Visits.open(self.folder)


class Own:
    """The most memory of this process that is not pages of files, sampled, in GiB."""

    def __enter__(self) -> Self:
        self.peak, self._over = 0.0, threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._sampler.join()

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            told = Path("/proc/self/statm").read_text().split()
            self.peak = max(self.peak, (int(told[1]) - int(told[2])) * 4096 / 2**30)


def cpu_ms(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = process_time()
    found = work()
    return 1e3 * (process_time() - begun), found


def wall_ms(work: Callable[[], Any]) -> float:
    begun = perf_counter()
    work()
    return 1e3 * (perf_counter() - begun)


def people_of(n_people: int, n: int, salt: int) -> list[int]:
    """n people, the same each time."""
    return [(7919 * (k + 1) * (salt * 2 + 1) + salt) % n_people for k in range(n)]


def ratio(what: str, ours: list[float], theirs: list[float], bar: int, note: str) -> Row:
    """How many times less CPU time ours needs: medians."""
    one, other = median(ours), median(theirs)
    return Row(what, one, other, other / one, f"≥ {bar} times less", "ms", note, other / one >= bar)


def searched(city: City, millions: str) -> list[Row]:
    """Everything that is held against DuckDB."""
    rows, same = [], True
    other = people_of(city.n_people, 3, 99)
    for person in other:  # compile, and open what is opened once
        city.ours([person]), city.one(person), city.in_texts(person)
        city.theirs(ONE, person), city.ours(other), city.ours_second(person)
    cases = people_of(city.n_people, 11, 1)
    city.visits = Visits.open(city.folder)
    city.read_in()
    for turn, bar in (("first time", 20), ("warm", 50)):
        pairs = [(city.one(p), cpu_ms(lambda p=p: city.theirs(ONE, p))) for p in cases]
        same = same and all(city.same(one[1], two[1]) for one, two in pairs)
        note = f"{millions} M visits, {len(cases)} cases, {'rows equal' if same else 'ROWS DIFFER'}"
        theirs = [each[1][0] for each in pairs]
        rows.append(ratio(f"one case, {turn}", [each[0][0] for each in pairs], theirs, bar, note))
    texts = median(cpu_ms(lambda p=p: city.in_texts(p))[0] for p in cases)
    note = "from a text to texts; DuckDB gives numbers"
    rows.append(Row("one case, warm, with ids", texts, median(theirs), median(theirs) / texts, "", "ms", note))
    rows.append(_many(city, millions))
    rows.append(_second(city, cases[:5], millions))
    if has_chdb():
        rows.append(_chdb(city, cases[:5], millions))
    return rows


def _chdb(city: City, cases: list[int], millions: str) -> Row:
    assert city.db is not None
    peer, ours, theirs, same = Bins(city.db, city.folder), [], [], True
    city.read_in()
    for person in cases:
        city.ours_second(person), peer.asked(person, BEGIN, END, CLOSE)
        one = cpu_ms(lambda p=person: city.ours_second(p))
        two = cpu_ms(lambda p=person: peer.asked(p, BEGIN, END, CLOSE))
        ours.append(one[0])
        theirs.append(two[0])
        same = same and city.same(one[1], two[1])
    peer.close()
    note = f"{millions} M visits, {'rows equal' if same else 'ROWS DIFFER'}"
    return ratio(f"second order of contacts with {CLOSE} minutes, chDB with bins", ours, theirs, 8, note)


def beside_postgres(city: City) -> list[Row]:
    """One case against covering indexes; nothing where there is no PostgreSQL."""
    rows: list[Row] = []
    with server() as connection:
        if connection is None or city.db is None:
            return rows
        peer, same = Covered(connection, city.db, city.folder), True
        for person in people_of(city.n_people, 7, 99):  # compile; its plan is made for good after five
            city.one(person), peer.asked(person, BEGIN, END)
        cases = people_of(city.n_people, 11, 1)
        city.visits = Visits.open(city.folder)
        city.read_in()
        for turn in ("first time", "warm"):
            pairs = [(city.one(p), peer.asked(p, BEGIN, END)) for p in cases]
            same = same and all(city.same(one[1][1:], two[1]) for one, two in pairs)
            note = f"{city.rows / 1e6:.0f} M visits, {len(cases)} cases, {'rows equal' if same else 'ROWS DIFFER'}; its server's processor alone"
            ours, theirs = [each[0][0] for each in pairs], [each[1][0] for each in pairs]
            rows.append(ratio(f"one case, {turn}, PostgreSQL with covering indexes", ours, theirs, 10, note))
    return rows


def texts_loaded(n_people: int, *, full: bool) -> Row:
    """Loading the same where ids are texts."""
    with tempfile.TemporaryDirectory(prefix="ringfence-contacts-") as name:
        rows, spent, home = 0, 0.0, Path(name)
        for day in range(DAYS_OF_TEXTS):
            path = home / "day.parquet"
            rows += write_day(path, n_people, day, full, texts=True)
            spent += cpu_ms(lambda p=path, h=home: load_visits(p, home=h, now=NOW))[0] / 1e3
            path.unlink()
    rate = rows / spent / 1e6
    return Row(
        "loading, ids as texts", rate, None, None, "", "M rows/s", f"{rows / 1e6:.0f} M visits, {DAYS_OF_TEXTS} days"
    )


def _many(city: City, millions: str) -> Row:
    ours, theirs, same, n = [], [], True, 0
    for turn in range(3):
        hundred = people_of(city.n_people, 100, 2 + turn)
        city.ours(hundred)
        one, two = cpu_ms(lambda h=hundred: city.ours(h)), cpu_ms(lambda h=hundred: city.theirs(FIRST, h))
        ours.append(one[0])
        theirs.append(two[0])
        same, n = same and city.same(one[1], two[1]), len(one[1][0])
    note = f"{millions} M visits, {n:,} rows, {'rows equal' if same else 'ROWS DIFFER'}"
    return ratio("100 cases at once, warm", ours, theirs, 10, note)


def _second(city: City, cases: list[int], millions: str) -> Row:
    ours, theirs, same, n = [], [], True, 0
    for person in cases:
        city.ours_second(person)
        one, two = cpu_ms(lambda p=person: city.ours_second(p)), cpu_ms(lambda p=person: city.theirs(SECOND, p))
        ours.append(one[0])
        theirs.append(two[0])
        same, n = same and city.same(one[1], two[1]), n + len(one[1][0])
    note = f"{millions} M visits, {n // len(cases):,} rows a case, {'rows equal' if same else 'ROWS DIFFER'}"
    return ratio(f"second order of contacts with {CLOSE} minutes", ours, theirs, 10, note)


def kept(city: City, millions: str) -> list[Row]:
    """Loading, size, cold files and forgetting."""
    days = city.visits.status()["days"]
    size = sum(day["index_bytes"] for day in days) / city.rows
    parquet = sum(day["parquet_bytes"] for day in days) / city.rows
    rate = city.rows / city.load_s / 1e6
    found = [
        Row("loading, with the Parquet copy", rate, None, None, "≥ 4 M rows/s a core", "M rows/s", f"{millions} M visits", rate >= 4),
        below("index", size, 12, "B/visit", note=f"and {parquet:.1f} B of Parquet"),
        below("memory while loading, besides the page cache", city.peak, 2, "GiB", note=f"{city.n_people:,} people"),
    ]  # fmt: skip
    cases = people_of(city.n_people, 9, 5)
    cold = []
    for person in cases:
        city.cold()
        cold.append(wall_ms(lambda p=person: city.ours([p])))
    found.append(
        below(
            "one case from cold files", median(cold), 50, "ms", note=f"{millions} M visits; wall; worst {max(cold):.0f}"
        )
    )
    second = []
    for person in cases[:3]:
        city.cold()
        second.append(wall_ms(lambda p=person: city.ours_second(p)))
    warm = [wall_ms(lambda p=person: city.ours_second(p)) for person in cases[:3] for _ in range(2)][1::2]
    found.append(
        below("second order, from cold files", max(second), 3000, "ms", note=f"{millions} M visits; wall, worst of 3")
    )
    found.append(below("second order, warm", max(warm), 1000, "ms", note=f"{millions} M visits; wall, worst of 3"))
    first = datetime(1970, 1, 1, tzinfo=UTC).date() + timedelta(days=FIRST_DAY + 1)
    found.append(below("forget a day", wall_ms(lambda: forget(city.folder, first)) / 1e3, 1, "s", note="with its ids"))
    return found


def run(quick: bool, people: int | None = None, *, full: bool = FULL, beside: bool = True) -> list[Row]:
    """100 million visits (1,140,000 people for 14 days); in quick mode 2 million."""
    n_people = people or (24_000 if quick else 1_140_000)
    folder = Path(tempfile.mkdtemp(prefix="ringfence-contacts-"))
    try:
        if shutil.disk_usage(folder).free < n_people * DAYS * 7 * 60 + ROOM:
            return []
        city = City(folder, n_people, full=full, beside=beside)
        millions = f"{city.rows / 1e6:.0f}"
        rows = [*(searched(city, millions) if beside else [])]
        if beside and n_people <= TEN_MILLION:
            rows += beside_postgres(city)
        rows += [texts_loaded(min(n_people, 10 * TEN_MILLION), full=full), *kept(city, millions)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [*rows, *(_ten_million() if beside and n_people > TEN_MILLION else [])]


def _ten_million() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="ringfence-contacts-") as name:
        return beside_postgres(City(Path(name), TEN_MILLION, full=FULL, beside=True))


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    large = asked >= 400
    for row in run(
        quick=False, people=10_000_000 if large else asked * 11_400, full=SPARSE if large else FULL, beside=not large
    ):
        print(
            json.dumps(
                [
                    row.what,
                    round(row.ours, 3),
                    row.yardstick and round(row.yardstick, 2),
                    row.ratio and round(row.ratio, 1),
                    row.bar,
                    row.held,
                    row.note,
                ]
            )
        )
