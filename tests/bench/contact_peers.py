"""What the search for contacts is held against: SQL of DuckDB, PostgreSQL with covering indexes, chDB with bins of time."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import psycopg
from psycopg import sql

SERVER = "RINGFENCE_TEST_POSTGRES"
DEBIANS = Path("/usr/lib/postgresql/15/bin")
DATABASE = "ringfence_bench_contacts"

FIRST = """
with c as (select person cid, place, greatest("start", $w0) s, least("end", $w1) e from by_person
           where person in (select unnest($cases)) and least("end", $w1) - greatest("start", $w0) >= 10)
select c.cid, v.person, p.kind, sum(least(v."end", c.e) - greatest(v."start", c.s))::int m, count(*)::int n,
       min(greatest(v."start", c.s))::int f, max(least(v."end", c.e))::int l
from by_place v join c on v.place = c.place and v."start" <= c.e - 10 and v."end" >= c.s + 10 join places p on p.place = v.place
where v.person <> c.cid and least(v."end", c.e) - greatest(v."start", c.s) >= 10 group by all
"""
ONE = FIRST.replace("person in (select unnest($cases))", "person = $cases")

SECOND = """
with c as (select person cid, place, greatest("start", $w0) s, least("end", $w1) e from by_person
           where person = $cases and least("end", $w1) - greatest("start", $w0) >= 10),
first as (select v.person, sum(least(v."end", c.e) - greatest(v."start", c.s)) m, min(greatest(v."start", c.s)) f
          from by_place v join c on v.place = c.place and v."start" <= c.e - 10 and v."end" >= c.s + 10
          where v.person <> c.cid and least(v."end", c.e) - greatest(v."start", c.s) >= 10 group by all),
close as (select * from first where m >= 60),
source as (select v.person cid, v.place, greatest(v."start", close.f) s, least(v."end", $w1) e
           from by_person v join close on v.person = close.person
           where least(v."end", $w1) - greatest(v."start", close.f) >= 10),
bins as (select source.*, unnest(range((s + 10 - p.longest) // 60, (e - 10) // 60 + 1)) bin from source join places p on p.place = source.place)
select v.person, p.kind, sum(least(v."end", b.e) - greatest(v."start", b.s))::int m, count(*)::int n,
       min(greatest(v."start", b.s))::int f, max(least(v."end", b.e))::int l
from by_place v join bins b on v.place = b.place and v."start" // 60 = b.bin join places p on p.place = v.place
where v."start" <= b.e - 10 and v."end" >= b.s + 10 and least(v."end", b.e) - greatest(v."start", b.s) >= 10
  and v.person <> b.cid and v.person <> $cases and v.person not in (select person from first) group by all
"""

COVERED = """
with c as materialized (
  select person cid, place, greatest(began, %(w0)s) s, least(ended, %(w1)s) e from visits
  where person = %(case)s and least(ended, %(w1)s) - greatest(began, %(w0)s) >= 10)
select v.person, p.kind, sum(least(v.ended, c.e) - greatest(v.began, c.s))::int m, count(*)::int n,
       min(greatest(v.began, c.s)) f, max(least(v.ended, c.e)) l
from c join places p on p.place = c.place
join visits v on v.place = c.place and v.began between c.s + 10 - p.longest and c.e - 10 and v.ended >= c.s + 10
where v.person <> c.cid and least(v.ended, c.e) - greatest(v.began, c.s) >= 10 group by 1, 2
"""

CHDB_FIRST = """
insert into first select v.person, sum(least(v.ended, c.e) - greatest(v.began, c.s)), min(greatest(v.began, c.s))
from (select * from by_place where place in (select place from by_person where person = {case})) v
join (select person cid, place, greatest(began, {w0}) s, least(ended, {w1}) e from by_person
      where person = {case} and e - s >= 10) c on v.place = c.place
where v.person <> c.cid and least(v.ended, c.e) - greatest(v.began, c.s) >= 10 group by v.person
"""
CHDB_BINS = """
insert into bins select s.cid, s.place, p.kind, s.s, s.e,
       arrayJoin(range(intDiv(s.s + 10 - p.longest, 60), intDiv(s.e - 10, 60) + 1))
from (select v.person cid, v.place place, greatest(v.began, f.f) s, least(v.ended, {w1}) e
      from (select * from by_person where person in (select person from first where m >= {close})) v
      join (select * from first where m >= {close}) f on v.person = f.person where e - s >= 10) s
join places p on s.place = p.place
"""
CHDB_SECOND = """
select v.person, b.kind, toInt64(sum(least(v.ended, b.e) - greatest(v.began, b.s))) m, toInt64(count()) n,
       min(greatest(v.began, b.s)) f, max(least(v.ended, b.e)) l
from (select person, place, began, ended, intDiv(began, 60) bin from by_place where place in (select place from bins)) v
join bins b on v.place = b.place and v.bin = b.bin
where least(v.ended, b.e) - greatest(v.began, b.s) >= 10 and v.person <> b.cid and v.person <> {case}
  and v.person not in (select person from first)
group by v.person, b.kind
"""


class Covered:
    """The visits in PostgreSQL: one table, an index by place and one by person that hold all that a search reads."""

    def __init__(self, connection: psycopg.Connection[Any], db: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Copy the tables `by_person` and `places` of DuckDB."""
        self.connection = connection
        run = connection.execute
        run("create unlogged table visits (person int, place int, began int, ended int)")
        run("create unlogged table places (place int, kind int, longest int)")
        for name, source in (("visits", "by_person"), ("places", "places")):
            path = folder / f"{name}.csv"
            db.execute(f"copy {source} to '{path}' (header false)")
            told = sql.SQL("copy {} from stdin (format csv)").format(sql.Identifier(name))
            with connection.cursor() as cursor, path.open("rb") as file, cursor.copy(told) as copy:
                while part := file.read(1 << 20):
                    copy.write(part)
            path.unlink()
        run("set maintenance_work_mem = '1GB'")
        run("set max_parallel_maintenance_workers = 0")
        run("create index on visits (place, began) include (ended, person)")
        run("create index on visits (person) include (place, began, ended)")
        run("create index on places (place) include (kind, longest)")
        run("vacuum analyze visits")
        run("vacuum analyze places")
        run("set max_parallel_workers_per_gather = 0")
        run("set jit = off")
        for name in ("visits_place_began_ended_person_idx", "visits_person_place_began_ended_idx"):
            run("create extension if not exists pg_prewarm")
            run("select pg_prewarm(%s)", (name,))
        self.pid = connection.info.backend_pid

    def asked(self, case: int, begin: int, end: int) -> tuple[float, list[np.ndarray]]:
        """Milliseconds of the server's processor, and the rows: person, kind, minutes, encounters, first, last."""
        before = self._ms()
        found = self.connection.execute(COVERED, {"case": case, "w0": begin, "w1": end}, prepare=True).fetchall()
        return self._ms() - before, list(np.array(found, np.int64).reshape(-1, 6).T)

    def _ms(self) -> float:
        """What the process that answers us has computed so far; where the server is elsewhere, the time of day."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e6
        except OSError:
            return 1e3 * perf_counter()


@contextmanager
def server() -> Iterator[psycopg.Connection[Any] | None]:
    """An empty database: on the server that the environment names, else on one of our own; None where there is neither."""
    if url := os.environ.get(SERVER, ""):
        with psycopg.connect(url, autocommit=True) as over:
            over.execute(f"drop database if exists {DATABASE}")
            over.execute(f"create database {DATABASE}")
            with psycopg.connect(url, dbname=DATABASE, autocommit=True) as connection:
                yield connection
            over.execute(f"drop database {DATABASE}")
        return
    binaries = Path(found).resolve().parent if (found := shutil.which("pg_ctl")) else DEBIANS
    if not (binaries / "pg_ctl").exists() or (
        os.geteuid() == 0 and "postgres" not in {each.pw_name for each in pwd.getpwall()}
    ):
        yield None
        return
    with (
        _own_server(binaries) as folder,
        psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as own,
    ):
        yield own


@contextmanager
def _own_server(binaries: Path) -> Iterator[str]:
    """A server in a temporary folder, by a socket only; as the user postgres where we are root, as it refuses root."""
    folder = tempfile.mkdtemp(prefix="ringfence-postgres-")
    options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        options["user"] = "postgres"
    data, control = f"{folder}/data", str(binaries / "pg_ctl")
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c shared_buffers=2GB -c fsync=off -c max_wal_size=8GB"
    try:
        subprocess.run(
            [str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            **options,
        )
        subprocess.run([control, "-D", data, "-o", settings, "-w", "start"], check=True, **options)
        try:
            yield folder
        finally:
            subprocess.run([control, "-D", data, "-m", "immediate", "-w", "stop"], check=True, **options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_chdb() -> bool:
    """Whether chDB is installed."""
    return importlib.util.find_spec("chdb") is not None


class Bins:
    """The visits in chDB, sorted both ways; second order by bins of an hour, step by step, as it computes a WITH anew at each use."""

    def __init__(self, db: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Copy the tables `by_place`, `by_person` and `places` of DuckDB."""
        from chdb.session import Session

        self.session = Session(str(folder / "chdb"))
        self.run("create database if not exists b engine = Atomic")
        self.run("use b")
        packed = "Int32 codec(Delta, LZ4)"
        told = f"person Int32 codec(LZ4), place {packed}, began {packed}, ended {packed}"
        for name, shape, order in (
            ("by_place", told, "(place, began)"), ("by_person", told, "(person, began)"),
            ("places", "place Int32, kind Int32, longest Int32", "place"),
        ):  # fmt: skip
            path = folder / f"{name}.parquet"
            columns = "*" if name == "places" else 'person, place, "start" began, "end" ended'
            db.execute(f"copy (select {columns} from {name}) to '{path}' (format parquet)")
            self.run(f"create table {name} ({shape}) engine = MergeTree order by {order}")
            self.run(f"insert into {name} select * from file('{path}', Parquet)")
            self.run(f"optimize table {name} final")
            path.unlink()
        self.run("create table first (person Int32, m Int64, f Int32) engine = Memory")
        self.run("create table bins (cid Int32, place Int32, kind Int32, s Int32, e Int32, bin Int32) engine = Memory")
        self.run("set max_threads = 1")

    def run(self, text: str) -> None:
        """A statement without rows."""
        self.session.query(text)

    def asked(self, case: int, begin: int, end: int, close: int) -> list[np.ndarray]:
        """Second order of the contacts of so many minutes: person, kind, minutes, encounters, first, last."""
        import pyarrow as pa

        told = {"case": case, "w0": begin, "w1": end, "close": close}
        for text in ("truncate table first", CHDB_FIRST, "truncate table bins", CHDB_BINS):
            self.run(text.format(**told))
        made = self.session.query(CHDB_SECOND.format(**told), "ArrowStream")
        table = pa.ipc.open_stream(made.bytes()).read_all()
        return [np.asarray(column) for column in table.columns]

    def close(self) -> None:
        """Let chDB go: a process has one of it."""
        self.session.close()
