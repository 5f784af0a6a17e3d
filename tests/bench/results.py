"""A laboratory's file of 100,000 tubes read in, with controls on every plate and every rule fired.

Half of a thousandth of its pools of ten are positive: their people are held and swabbed alone. The yardstick is the same
file put into one plain table.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from ringfence.core.access import Who
from ringfence.core.centre import Centre
from ringfence.core.fact import Fact
from ringfence.core.tables import read
from ringfence.desks.testing.results.checking import Terms
from ringfence.desks.testing.results.reading import Outcome, ResultFile
from ringfence.desks.testing.results.sheet import Choices, read_sheet
from ringfence.facts.ids import PlaceId, derive
from ringfence.facts.registry import PlaceDeclared
from ringfence.facts.rounds import SiteOpened
from ringfence.facts.testing import (
    BoxPacked,
    BoxReceived,
    LaboratoryEnrolled,
    TubeSealed,
    box_of,
    tube_of,
)
from tests.bench.installation import NOON, area_id, outbreak, person_id, small_city
from tests.bench.measure import Row, below, seconds

NAME = "results"
WANTED = 100_000
BAR = 60.0  # seconds
ON_PLATE = 94
ZONE = ZoneInfo("Asia/Shanghai")
LAB, SITE = PlaceId(derive("place", "bench lab")), PlaceId(derive("place", "bench site"))
HEADER = ("Plate", "Well", "Tube", "Result", "ORF1ab Ct", "N Ct", "IC Ct", "Result time")
EVERY = 2000  # one pool in so many is positive


def run(quick: bool) -> list[Row]:
    """100,000 tubes (10,000 in quick mode, the time of all reckoned in proportion)."""
    n = 10_000 if quick else WANTED
    centre, god, _ = small_city(10 * (n // EVERY + 1))
    _on_their_way(centre, god, n)
    with tempfile.TemporaryDirectory() as folder:
        file = _written(Path(folder) / "results.csv", n)
        made: list[Outcome] = []
        begun = process_time()
        spent = seconds(lambda: made.append(_taken(centre, god, file)))
        own = process_time() - begun
        again = seconds(lambda: made.append(_taken(centre, god, file)))
        plain = seconds(lambda: _plain(file))
    if (made[0].new, made[1].unchanged, made[1].new) != (n, n, 0):
        message = f"not every tube was read once: {made[0].counts()}, {made[1].counts()}"
        raise AssertionError(message)
    more, on = WANTED / n, connection.vendor
    said = f"{n:,} tubes, {made[0].positive} positive pools; {own * more:.0f} s of processor here; yardstick: one plain table"
    return [
        below(f"read a file of 100,000 tubes, {on}", spent * more, BAR, "s", plain * more, said),
        below(f"the same file again, {on}", again * more, BAR, "s", None, "nothing changes"),
    ]


def _on_their_way(centre: Centre, god: Who, n: int) -> None:
    """Tubes of ten sealed, packed and taken in by the laboratory; those of positive pools have people on record."""
    city, at = area_id("c."), NOON
    centre.hear(god, [
        PlaceDeclared(place=LAB, jurisdiction=city, name="Lab", kind="lab", at=at),
        PlaceDeclared(place=SITE, jurisdiction=city, name="Site", kind="site", at=at),
        LaboratoryEnrolled(laboratory=LAB, jurisdiction=city, tubes_per_hour=5000, at=at),
        SiteOpened(site=SITE, jurisdiction=city, lanes=2, swabs_per_hour=60, at=at),
    ])  # fmt: skip
    place = centre.geography.place(outbreak("c.").outbreak, "c.")
    for begin in range(0, n, 500):
        ids = range(begin, min(n, begin + 500))
        facts: list[Fact] = []
        for i in ids:
            people = tuple(person_id(_first(i, n) + k) for k in range(10))
            sealed = TubeSealed(
                tube=tube_of(_code(i)), code=_code(i), round=None, outbreak=outbreak("c.").outbreak, site=SITE,
                people=people, cells={}, at=at,
            )  # fmt: skip
            facts.append(sealed)
        box = f"BOX{begin}"
        tubes = tuple(tube_of(_code(i)) for i in ids)
        facts.append(BoxPacked(box=box_of(box), code=box, site=SITE, tubes=tubes, at=at + timedelta(hours=1)))
        facts.append(BoxReceived(box=box_of(box), laboratory=LAB, at=at + timedelta(hours=2)))
        centre.hear(god, facts, place)


def _code(i: int) -> str:
    return f"T{i:07d}"


def _positive(i: int) -> bool:
    return i % EVERY == EVERY // 2


def _first(i: int, n: int) -> int:
    """The number of the first of a tube's people: the small numbers are on record, and in the positive pools."""
    return 10 * (i // EVERY) if _positive(i) else 10 * (n + i)


def _written(path: Path, n: int) -> Path:
    at = (NOON + timedelta(hours=6)).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for begin in range(0, n, ON_PLATE):
            plate = f"P{begin // ON_PLATE:05d}"
            lines.writerow([plate, "H11", "NTC", "Negative", "", "", "", at])
            lines.writerow([plate, "H12", "PC", "Positive", 28.1, 28.4, 25.0, at])
            for k, i in enumerate(range(begin, min(n, begin + ON_PLATE))):
                told = ("Positive", 31.5, 32.0) if _positive(i) else ("Negative", "", "")
                lines.writerow([plate, f"{'ABCDEFGH'[k // 12]}{k % 12 + 1}", _code(i), *told, 26.0, at])
    return path


def _taken(centre: Centre, god: Who, file: Path) -> Outcome:
    now = NOON + timedelta(hours=8)
    sheet = read_sheet(file, Choices(ZONE, now))
    terms = Terms(LAB, "c.", ZONE, now, outbreak("c.").outbreak)
    return ResultFile(centre, god, sheet, terms).tell(centre.home)


def _plain(file: Path) -> None:
    """The same cells into a table without a key, in one transaction."""
    rows = read(file).frame.rows()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_plain ({', '.join(f'c{n} text' for n in range(len(HEADER)))})")
        cursor.executemany(f"INSERT INTO bench_plain VALUES ({', '.join(['%s'] * len(HEADER))})", rows)
        cursor.execute("DROP TABLE bench_plain")
