"""Real visits go in through the door, and the index finds what plain SQL over the same files finds, row for row.

The folder is found as for the real line lists. The files are never copied: they are put into the columns of visits here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from ringfence.commands.visits import app
from ringfence.desks.tracing.portable import Portable
from ringfence.desks.tracing.visits.store import Asked, Visits
from tests.acceptance.shared import shared
from tests.unit.tracing.test_visits import rows

SHARED = shared()
pytestmark = pytest.mark.skipif(
    SHARED is None, reason="no shared/data folder beside or above the repository, and RINGFENCE_SHARED_DATA is not set"
)


def checkins(folder: Path) -> pl.DataFrame:
    """Check-ins of Gowalla in New York: a moment each, taken as an hour's visit that begins with it."""
    told = pl.read_csv(
        folder / "checkins_gowalla_nyc/gowalla_events.tsv.gz", separator="\t", has_header=False,
        new_columns=["person", "start", "lat", "lon", "place"],
    )  # fmt: skip
    start = pl.col("start").str.to_datetime(time_zone="UTC", time_unit="ms")
    return told.select("person", "place", start, end=start + timedelta(hours=1))


def proximity(folder: Path, name: str, columns: tuple[str, ...], separator: str) -> pl.DataFrame:
    """Contacts of 20 seconds, each the place of a visit of both of whom it tells: who met is then who shared a place."""
    told = pl.read_csv(
        folder / "contacts_sociopatterns" / name, separator=separator, has_header=False, new_columns=[*columns]
    ).with_row_index("place")
    start = datetime(2009, 10, 1, tzinfo=UTC) + pl.duration(seconds=pl.col("t") - 20)
    one, other = (
        told.select(person=pl.col(who), place="place", start=start, end=start + timedelta(minutes=1)) for who in "ij"
    )
    return pl.concat((one, other))


def korea(folder: Path) -> pl.DataFrame:
    """Routes of cases by day: whoever was at the same coordinates on a day shared that day."""
    told = pl.read_csv(folder / "visits_korea2020/PatientRoute.csv")
    start = pl.col("date").str.to_datetime(time_zone="Asia/Seoul", time_unit="ms")
    place = pl.format("{} {} {}", pl.col("type"), pl.col("latitude").round(4), pl.col("longitude").round(4))
    return told.select(
        pl.col("patient_id").alias("person"), place.alias("place"), start.alias("start"), kind="type",
        end=start + timedelta(hours=24),
    )  # fmt: skip


FILES: dict[str, tuple[Callable[[Path], pl.DataFrame], int, int]] = {
    "check-ins": (checkins, 138_957, 60),
    "ward": (
        lambda folder: proximity(folder, "hospital_lyon_contacts.dat.gz", ("t", "i", "j", "si", "sj"), "\t"),
        64_848,
        5,
    ),
    "school": (
        lambda folder: proximity(folder, "highschool_2011.csv.gz", ("t", "i", "j", "si", "sj"), "\t"),
        57_122,
        5,
    ),
    "korea": (korea, 8_092, 60),
}
"""How a file is made, how many rows it has, and from how many minutes in all contacts are followed."""


@pytest.mark.parametrize("name", FILES)
def test_real_visits_are_searched_as_plain_sql_searches_them(home: Path, tmp_path: Path, name: str) -> None:
    assert SHARED is not None
    made, expected, close = FILES[name]
    told = made(SHARED)
    told.write_parquet(tmp_path / "visits.parquet")
    done = load(tmp_path / "visits.parquet", name)
    assert (done["rows"], done["taken"], done["refused"]) == (expected, expected, 0)
    visits, plain = Visits.open(home), Portable(home)
    assert done["taken"] == visits.status()["stays"] + done["repeated"] + done["joined"]
    busiest = told["person"].value_counts(sort=True)["person"].to_list()
    named = further = 0
    for person in (*busiest[:3], *busiest[3 :: len(busiest) // 10]):
        first_at = told["start"].min()
        assert isinstance(first_at, datetime)
        asked = Asked(
            person=str(person),
            begins_at=first_at,
            ends_at=first_at + timedelta(days=700),
            order=2,
            minutes=1,
            close=close,
        )
        first, second, _ = visits.found(asked)
        assert rows(visits, first[0]) == plain.first_order(asked)
        assert second is not None
        assert rows(visits, second[0]) == plain.second_order(asked)
        named, further = named + len(first[1].person), further + len(second[1].person)
    assert (named > 10, further > 10) == (True, True)


def load(path: Path, source: str) -> dict[str, Any]:
    answer = CliRunner().invoke(app, ["load", str(path), "--source", source, "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))
