"""The search on other engines, by Ibis, finds what the index finds, row for row: on DuckDB here, on Spark where it is installed."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from ringfence.core.errors import Refused
from ringfence.desks.tracing.elsewhere import Elsewhere
from ringfence.desks.tracing.visits.names import Names
from ringfence.desks.tracing.visits.store import Visits
from tests.unit.tracing.test_visits import SOME, asked, lines, loaded, rows

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2
KINDS = ("", "home", "work", "shop", "bus")


def some_days(home: Path, n: int) -> None:
    """Stays of 40 people at 8 places over three days, of which some cross midnight and some have seconds."""
    chance, start = random.Random(5), datetime(2021, 9, 20, tzinfo=UTC)
    told = lines(
        [(f"p{chance.randrange(40)}", f"x{chance.randrange(8)}", start + timedelta(seconds=chance.randrange(250_000)), chance.randrange(400), "s") for _ in range(n)]
    )  # fmt: skip
    loaded(home, "".join(f"{line}{KINDS[int(line.split(',')[1][1:]) % 5]}\n" for line in told.splitlines()))


def on(connection: Any, home: Path, *, two_steps: bool) -> Elsewhere:
    visits = connection.read_parquet(str(home / "visits" / "day=*" / "visits.parquet"))
    places = connection.read_parquet(str(home / "visits" / "places.parquet"))
    return Elsewhere(visits, places, Names(home / "visits" / "store.json").kinds, two_steps=two_steps)


def same(home: Path, elsewhere: Elsewhere, people: tuple[str, ...], **more: Any) -> int:
    visits, found = Visits.open(home), 0
    for person in people:
        question = asked(person, **more)
        first, second, _ = visits.found(question)
        assert rows(visits, first[0]) == elsewhere.first_order(question)
        assert second is not None
        assert rows(visits, second[0]) == elsewhere.second_order(question)
        found += len(first[0].person) + len(second[0].person)
    return found


@pytest.fixture
def duckdb_by_ibis() -> Any:
    connection = ibis.duckdb.connect()
    connection.raw_sql("set timezone = 'UTC'")
    yield connection
    connection.disconnect()


@pytest.mark.parametrize("two_steps", [False, True])
def test_on_duckdb_it_is_the_index_row_for_row(tmp_path: Path, duckdb_by_ibis: Any, two_steps: bool) -> None:
    some_days(tmp_path, 300)
    elsewhere = on(duckdb_by_ibis, tmp_path, two_steps=two_steps)
    assert same(tmp_path, elsewhere, ("p1", "p2"), order=2, close=200) > 60
    assert same(tmp_path, elsewhere, ("p4",), order=2, cap=3, minutes=1) > 0
    assert same(tmp_path, elsewhere, ("p5",), order=2, close=10_000) > 0  # nobody is that close
    assert same(tmp_path, elsewhere, ("p6",), order=2, close=30, kinds=("home", "bus")) > 0


def test_it_needs_a_threshold_too(tmp_path: Path, duckdb_by_ibis: Any) -> None:
    loaded(tmp_path, SOME)
    with pytest.raises(Refused, match="visits_second_order_open"):
        on(duckdb_by_ibis, tmp_path, two_steps=True).second_order(asked("A"))
    assert on(duckdb_by_ibis, tmp_path, two_steps=True).first_order(asked("nobody")) == []


@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="no pyspark, or no Java, is installed",
)
@pytest.mark.filterwarnings("ignore")  # Spark's own
def test_on_spark_in_two_steps_it_is_the_index_row_for_row(tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    some_days(tmp_path, 700)
    quiet = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2"}
    session = SparkSession.builder.master("local[1]").config(map=quiet).getOrCreate()
    try:
        elsewhere = on(ibis.pyspark.connect(session), tmp_path, two_steps=True)
        assert same(tmp_path, elsewhere, ("p1", "p2"), order=2, close=200) > 100
    finally:
        session.stop()
