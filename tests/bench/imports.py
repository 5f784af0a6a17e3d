"""A line list of 100,000 people, with names, telephones, births and the search for duplicates, read in; then taken out.

The yardstick of reading in is sqlite3 (or the server) putting the same rows into one plain table; that of taking out is
Polars writing as many rows and columns as CSV.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from django.db import connection, transaction

from ringfence.app import open_centre
from ringfence.core.access import EVERYWHERE, feed
from ringfence.core.clock import Clock
from ringfence.core.home import home
from ringfence.core.tables import read
from ringfence.desks.cases.feeds.outbreak import belonging
from ringfence.desks.cases.feeds.reading import LineList, terms_for
from ringfence.desks.cases.feeds.sheets import read_sheet
from ringfence.registry.queries.outbreaks import OutbreakRow
from ringfence.reports.line_list import export
from tests.bench.installation import migrated
from tests.bench.measure import Row, below, seconds
from tests.bench.people import _group

NAME = "imports"
WANTED, TAKEN_OUT = 100_000, 300_000
IMPORT_BAR, EXPORT_BAR = 120.0, 30.0  # seconds
HEADER = (
    "case_id", "name", "sex", "birth date", "phone", "date of onset", "date of confirmation", "date of report",
    "classification",
)  # fmt: skip


def write_list(path: Path, n: int, seed: int = 5) -> Path:
    """A CSV of N made-up cases of one wave, the same for the same N and seed."""
    random = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row, who in enumerate(_group(random, 0, n, n).to_pylist()):
            onset = date(2020, 1, 20) + timedelta(days=int(random.integers(0, 120)))
            days = (onset, onset + timedelta(days=2), onset + timedelta(days=3))
            writer.writerow([f"C{row:06d}", who["name"], who["sex"], who["birth_on"], who["phone"], *days, "confirmed"])
    return path


def run(quick: bool) -> list[Row]:
    """100,000 rows in (10,000 in quick mode, the time of all reckoned in proportion); 300,000 out, in proportion."""
    n = 10_000 if quick else WANTED
    migrated()
    with tempfile.TemporaryDirectory() as folder:
        file = write_list(Path(folder) / "list.csv", n)
        outbreak = _told(file)
        spent, told = outbreak[1], outbreak[0]
        plain = seconds(lambda: _plain(file))
        out = Path(folder) / "out.csv"
        rows = 0

        def taken_out() -> None:
            nonlocal rows
            rows = export(out, "csv", EVERYWHERE, told, lambda _: None)

        left = seconds(taken_out)
        table = pl.read_csv(out, infer_schema=False)
        polars = seconds(lambda: table.write_csv(Path(folder) / "polars.csv"))
    more, times = WANTED / n, TAKEN_OUT / max(rows, 1)
    said = f"{n:,} rows, {n / spent:,.0f} a second" + ("; 100,000 in proportion" if quick else "")
    return [
        below("import 100,000 rows", spent * more, IMPORT_BAR, "s", plain * more, f"{said}; yardstick: one plain table"),
        below("export 300,000 rows", left * times, EXPORT_BAR, "s", polars * times, f"{rows:,} rows, 300,000 in proportion; yardstick: Polars"),
    ]  # fmt: skip


def _told(file: Path) -> tuple[OutbreakRow, float]:
    """The outbreak that the file went into, and how long it took from the file to its last row."""
    centre, who = open_centre(Clock(), home()), feed("bench")
    found = belonging(centre, who, "Bench").declared(centre, who)
    terms = terms_for(found.outbreak, found.area, "", centre.clock.now())

    def work() -> None:
        LineList(centre, who, read_sheet(file, None, terms.now, terms.zone, None), terms).tell(centre.home)

    return found.outbreak, seconds(work)


def _plain(file: Path) -> None:
    """The same cells into a table without a key, in one transaction."""
    rows = read(file).frame.rows()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_plain ({', '.join(f'c{n} text' for n in range(len(HEADER)))})")
        cursor.executemany(f"INSERT INTO bench_plain VALUES ({', '.join(['%s'] * len(HEADER))})", rows)
        cursor.execute("DROP TABLE bench_plain")
