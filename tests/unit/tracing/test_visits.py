"""Visits loaded, searched and forgotten; what cannot be is told row by row, and a killed load leaves nothing half done."""

from __future__ import annotations

import csv
import dataclasses
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.core.errors import Refused
from ringfence.desks.tracing.portable import Portable, Row
from ringfence.desks.tracing.visits import days
from ringfence.desks.tracing.visits.load import Loaded, load_visits
from ringfence.desks.tracing.visits.store import Asked, Visits, forget

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "10"))
NOW = datetime(2021, 10, 1, tzinfo=UTC)
HEADING = "person,place,start,end,source,kind\n"
SOME = (
    "A,shop,2021-09-21T10:00+08:00,2021-09-21T10:40+08:00,check-ins,shop\n"
    "17,shop,2021-09-21T10:10+08:00,2021-09-21T11:00+08:00,check-ins,shop\n"
    "A,home,2021-09-21T20:00+08:00,2021-09-22T07:00+08:00,interview,home\n"
    "C,home,2021-09-21T21:00+08:00,2021-09-22T06:00+08:00,interview,home\n"
    "C,office,2021-09-22T09:00+08:00,2021-09-22T12:00+08:00,rosters,work\n"
    "D,office,2021-09-22T09:30+08:00,2021-09-22T12:00+08:00,rosters,work\n"
)


def told(folder: Path, text: str, name: str = "visits.csv", heading: str = HEADING) -> Path:
    path = folder / name
    path.write_text(heading + text)
    return path


def loaded(home: Path, text: str, **options: Any) -> Loaded:
    home.mkdir(exist_ok=True)
    return load_visits(told(home, text), home=home, now=NOW, **options)


def asked(person: str, **more: Any) -> Asked:
    window = {"begins_at": datetime(2021, 9, 1, tzinfo=UTC), "ends_at": datetime(2021, 10, 1, tzinfo=UTC)}
    return Asked(**{"person": person, **window, **more})


def table(home: Path, name: str = "visits") -> list[tuple[Any, ...]]:
    """Every row of the store's Parquet files."""
    columns = 'person::varchar, place::varchar, epoch_ms(start), epoch_ms("end"), source::varchar'
    files = (home / "visits").glob(f"day=*/{name}.parquet")  # one by one: ids are numbers in some days, texts in others
    return sorted(
        row for file in files for row in duckdb.sql(f"select {columns} from read_parquet('{file}')").fetchall()
    )


def same_as_portable(home: Path, question: Asked) -> int:
    """Hold the index against plain SQL over the Parquet files, row for row; returns how many rows there are."""
    visits, plain = Visits.open(home), Portable(home)
    first, second, _ = visits.found(question)
    assert rows(visits, first[0]) == plain.first_order(question)
    if second is not None:
        assert rows(visits, second[0]) == plain.second_order(question)
        return len(second[0].person)
    return len(first[0].person)


def rows(visits: Visits, shared: Any) -> list[Row]:
    people, places = visits.people.shown(shared.person), visits.places.shown(shared.place)
    numbers = (shared.minutes, shared.encounters, shared.first, shared.last)
    return sorted(zip(people, places, *(column.tolist() for column in numbers), strict=True))


# -- loading ----------------------------------------------------------------------------------------------------------


def test_visits_are_loaded_searched_and_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    made = loaded(tmp_path, SOME)
    assert (made.taken, made.refused, made.new, made.days) == (6, 0, True, ["2021-09-21", "2021-09-22"])
    assert made.sources == {"check-ins": 2, "interview": 2, "rosters": 2}
    before = table(tmp_path)
    again = loaded(tmp_path, SOME)
    assert (again.new, again.taken) == (False, 6)
    assert table(tmp_path) == before
    found = Visits.open(tmp_path).contacts(asked("A", order=2, close=60))
    assert [(each.person, each.minutes, each.category, each.order, each.through) for each in found] == [
        ("C", 540, "home", 1, None), ("17", 30, "shop", 1, None), ("D", 150, "work", 2, "C"),
    ]  # fmt: skip
    assert found[0].first_at == datetime(2021, 9, 21, 13, 0, tzinfo=UTC)
    assert found[0].places == ("home",)


def test_numbers_and_texts_are_one_id(tmp_path: Path) -> None:
    loaded(tmp_path, SOME)
    parquet = tmp_path / "more.parquet"
    moment = datetime(2021, 9, 22, 1, tzinfo=UTC)
    columns = {"person": [17, 18], "place": [5, 5], "start": [moment] * 2, "end": [moment + timedelta(hours=1)] * 2}
    pa.parquet.write_table(pa.table(columns), parquet)
    assert load_visits(parquet, home=tmp_path, now=NOW, source="rosters").taken == 2
    visits = Visits.open(tmp_path)
    assert [each.person for each in visits.contacts(asked("17"))] == ["18", "A"]
    assert [each.person for each in visits.contacts(asked(" 18 "))] == ["17"]
    for person in ("A", "17", "18", "C"):
        same_as_portable(tmp_path, asked(person, order=2, close=1))


def test_rows_that_cannot_be_are_reported_and_the_others_taken(tmp_path: Path) -> None:
    bad = (
        "E,x,2021-09-21T10:00+08:00,2021-09-21T09:00+08:00,s,\n"
        "E,x,2021-09-21T10:00+08:00,2021-09-23T10:00+08:00,s,\n"
        ",x,2021-09-21T10:00+08:00,2021-09-21T10:00+08:00,s,\n"
        "E,,2021-09-21T10:00+08:00,2021-09-21T10:00+08:00,s,\n"
        "E,x,yesterday,2021-09-21T10:00+08:00,s,\n"
        "E,x,0021-09-21T10:00+08:00,2021-09-21T10:00+08:00,s,\n"
        "E,x,2021-09-21T10:00,2021-09-21T10:00+08:00,s,\n"
        "E,x,2021-09-21T10:00+08:00,2021-09-21T10:00+08:00,,\n"
        "E,x,2021-09-21T10:00+08:00,2021-09-21T10:00+08:00,s\n"
        f"{'E' * 300},x,2021-09-21T10:00+08:00,2021-09-21T10:00+08:00,s,\n"
        "E,x,2031-09-21T10:00+08:00,2031-09-21T10:00+08:00,s,\n"
    )
    made = loaded(tmp_path, SOME + bad, good_rows=True)
    assert made.report is not None
    with Path(made.report).open(encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert sorted((int(line["row"]), line["column"], line["reason"]) for line in lines if line["column"]) == [
        (7, "end", "end_before_start"), (8, "end", "longer_than_a_day"), (9, "person", "missing"), (10, "place", "missing"),
        (11, "start", "time_unreadable"), (12, "end", "time_absurd"), (13, "start", "no_zone"), (14, "source", "missing"),
        (15, "person", "id_unreadable"), (16, "end", "time_absurd"),
    ]  # fmt: skip
    assert [line["reason"] for line in lines if not line["column"]] == ["number_of_values"]
    assert (made.rows, made.taken, made.refused) == (17, 6, 11)
    other = tmp_path / "other"
    with pytest.raises(Refused, match="visits_rows_bad"):
        loaded(other, SOME + bad)
    assert days.days_in(other / "visits") == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "visits_file_broken"),
        (b"PAR1 and then nothing", "visits_file_broken"),
        (b"person,place,start\n1,2,3\n", "visits_column_missing"),
        (b"person,place,start,end,person,source\n1,2,3,4,5,6\n", "visits_column_doubled"),
        (b"person,place,start,end\n1,2,2021-09-21T10:00Z,2021-09-21T10:00Z\n", "visits_source_missing"),
        (b"person,place,start,end,source\n1,2,2021-09-21 10:00,2021-09-21 11:00,s\n", "visits_times_naive"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=code):
        load_visits(path, home=tmp_path, now=NOW)
    with pytest.raises(Refused, match="visits_file_missing"):
        load_visits(tmp_path / "nothing", home=tmp_path, now=NOW)


@pytest.mark.parametrize(
    ("person", "start", "code"),
    [(pa.array([True]), None, "visits_ids_other"), (None, pa.array([20_000]), "visits_times_other")],
)
def test_columns_of_other_types_are_refused(tmp_path: Path, person: Any, start: Any, code: str) -> None:
    moment = pa.array([datetime(2021, 9, 21, tzinfo=UTC)])
    columns = {"person": person or pa.array([1]), "place": [1], "start": start or moment, "end": moment}
    pa.parquet.write_table(pa.table(columns), tmp_path / "v.parquet")
    with pytest.raises(Refused, match=code):
        load_visits(tmp_path / "v.parquet", home=tmp_path, now=NOW, source="s")


def test_half_a_parquet_file_and_one_that_changes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tmp_path / "whole.parquet"
    moments = [datetime(2021, 9, 21, tzinfo=UTC)] * 50_000
    pa.parquet.write_table(
        pa.table({"person": np.arange(50_000), "place": np.arange(50_000), "start": moments, "end": moments}), whole
    )
    half = tmp_path / "half.parquet"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(Refused, match="visits_file_broken"):
        load_visits(half, home=tmp_path, now=NOW, source="s")

    def grows(path: Path) -> tuple[int, int, int]:
        return (0, 0, next(ticks))

    ticks = iter(range(1000))
    monkeypatch.setattr("ringfence.desks.tracing.visits.reading.state_of", grows)
    with pytest.raises(Refused, match="visits_file_changed"):
        load_visits(whole, home=tmp_path, now=NOW, source="s")


def test_clocks_that_are_put_back_are_not_guessed(tmp_path: Path) -> None:
    text = "1,1,2021-10-31 02:30,2021-10-31 04:00,s,\n1,1,2021-03-28 02:30,2021-03-28 04:00,s,\n1,1,2021-07-01 10:00,2021-07-01 11:00,s,\n"
    made = load_visits(
        told(tmp_path, text), home=tmp_path, now=datetime(2021, 12, 1, tzinfo=UTC), zone="Europe/Paris", good_rows=True
    )
    assert (made.taken, made.refused) == (1, 2)
    assert table(tmp_path)[0][2] == int(datetime(2021, 7, 1, 8, tzinfo=UTC).timestamp() * 1000)
    assert Visits.open(tmp_path).names.zone == "Europe/Paris"


def test_encodings_of_old_programmes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(
        "人员,场所,开始时间,结束时间,来源,类型\n张三,超市,2021-09-21 10:00,2021-09-21 11:00,扫码,超市\n".encode(
            "gb18030"
        )
    )
    assert load_visits(path, home=tmp_path, now=NOW, zone="Asia/Shanghai").taken == 1
    assert Visits.open(tmp_path).people.shown(np.array([0])) == ["张三"]


# -- what several rows tell ----------------------------------------------------------------------------------------------


def test_rows_of_one_stay_are_joined_with_all_their_sources_and_kept_aside(tmp_path: Path) -> None:
    more = (
        "A,shop,2021-09-21T10:30+08:00,2021-09-21T11:10+08:00,payments,\n"
        "A,shop,2021-09-21T10:00+08:00,2021-09-21T10:40+08:00,check-ins,shop\n"
        "A,cafe,2021-09-21T10:30+08:00,2021-09-21T10:50+08:00,payments,meal\n"
    )
    made = loaded(tmp_path, SOME + more)
    assert (made.repeated, made.joined, made.elsewhere) == (1, 1, 1)
    sources = {(row[0], row[1]): row[4] for row in table(tmp_path)}
    assert sources["A", "shop"] == "check-ins + payments"
    assert [row[4] for row in table(tmp_path, "told")] == ["check-ins", "payments"]
    (found,) = [each for each in Visits.open(tmp_path).contacts(asked("17")) if each.person == "A"]
    assert (found.minutes, found.encounters) == (50, 1)
    third = "A,shop,2021-09-21T11:00+08:00,2021-09-21T11:30+08:00,interview,\n"
    assert loaded(tmp_path, third).joined == 1
    assert {row[4] for row in table(tmp_path, "told")} == {"check-ins", "payments", "interview"}
    assert {(row[0], row[1]): row[4] for row in table(tmp_path)}["A", "shop"] == "check-ins + interview + payments"


MOMENT = st.integers(0, 3 * 1440).map(lambda minute: datetime(2021, 9, 20, tzinfo=UTC) + timedelta(minutes=minute))
VISIT = st.tuples(
    st.sampled_from(["1", "2", "x", "y"]), st.sampled_from(["7", "p", "q"]), MOMENT,
    st.one_of(st.integers(0, 90), st.just(1440)), st.sampled_from(["a", "b"]),
)  # fmt: skip


def lines(visits: list[Any]) -> str:
    return "".join(
        f"{person},{place},{start.isoformat()},{(start + timedelta(minutes=length)).isoformat()},{source},\n"
        for person, place, start, length, source in visits
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VISIT, min_size=1, max_size=25), st.data())
def test_in_whatever_pieces_visits_come_the_store_is_the_same(tmp_path: Path, visits: list[Any], data: Any) -> None:
    pieces = data.draw(st.permutations(visits))
    cut = data.draw(st.integers(0, len(visits)))
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)
    loaded(homes[0], lines(visits))
    for piece in (pieces[:cut], pieces[cut:], pieces[:cut][:3]):
        if piece:
            loaded(homes[1], lines(piece))
    assert table(homes[0]) == table(homes[1])
    assert table(homes[0], "told") == table(homes[1], "told")
    for person in {visit[0] for visit in visits}:
        for home in homes:
            same_as_portable(home, asked(person, order=2, close=5, minutes=data.draw(st.sampled_from([0, 1, 10]))))


# -- crashes ----------------------------------------------------------------------------------------------------------

LOADER = (
    "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
    "from ringfence.desks.tracing.visits.load import load_visits\n"
    "print('ready', flush=True)\nsys.stdin.readline()\n"
    "load_visits(Path(sys.argv[1]), home=Path(sys.argv[2]), now=datetime(2021, 10, 1, tzinfo=UTC))\nprint('done', flush=True)\n"
)


def many(seed: int, n: int) -> str:
    chance = random.Random(seed)
    start = datetime(2021, 9, 20, tzinfo=UTC)
    return lines(
        [(chance.randrange(300), chance.randrange(40), start + timedelta(minutes=chance.randrange(4000)), chance.randrange(120), "s") for _ in range(n)]
    )  # fmt: skip


def test_a_load_killed_at_any_moment_is_loaded_again_whole(tmp_path: Path) -> None:
    base, more = many(1, 4000), many(2, 4000)
    whole = tmp_path / "whole"
    loaded(whole, base)
    loaded(whole, more)
    wanted, broken = table(whole), 0
    for turn in range(max(2, EXAMPLES // 5)):
        home = tmp_path / f"killed{turn}"
        loaded(home, base)
        path = told(home, more, "more.csv")
        child = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(path), str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.stdin.write("\n")
        child.stdin.flush()
        work = home / "visits" / ".building"
        until = time.monotonic() + 60
        while turn and not work.exists() and child.poll() is None and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(0.004 * turn)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        broken += not (home / "visits" / "loads" / f"{load_sha(path)}.json").exists()
        same_as_portable(home, asked("7", minutes=1))  # whatever is there now is whole, day by day
        load_visits(path, home=home, now=NOW)
        assert table(home) == wanted
        same_as_portable(home, asked("7", minutes=1))
        assert not list((home / "visits").glob(".building*"))
    assert broken


def load_sha(path: Path) -> str:
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def test_an_index_that_is_lost_damaged_or_not_its_days_own_is_made_anew(tmp_path: Path) -> None:
    loaded(tmp_path, SOME)
    visits = tmp_path / "visits"
    wanted = Visits.open(tmp_path).contacts(asked("A", order=2, close=1))
    index = visits / "day=2021-09-21" / days.INDEX
    index.write_bytes(index.read_bytes()[:5000])
    assert Visits.open(tmp_path).contacts(asked("A", order=2, close=1)) == wanted
    shutil.copy(visits / "day=2021-09-22" / days.INDEX, index)
    assert Visits.open(tmp_path).contacts(asked("A", order=2, close=1)) == wanted
    for path in (*visits.glob("day=*/*.index"), visits / "people.ids", visits / "places.ids"):
        path.unlink()
    assert Visits.open(tmp_path).contacts(asked("A", order=2, close=1)) == wanted


# -- forgetting and asking --------------------------------------------------------------------------------------------


def test_forgotten_days_are_gone_with_the_ids_that_only_they_had(tmp_path: Path) -> None:
    loaded(tmp_path, SOME)
    gone = forget(tmp_path, date(2021, 9, 22))
    assert (gone.days, gone.stays, gone.people, gone.places) == ((date(2021, 9, 21),), 4, 2, 2)
    assert [each.person for each in Visits.open(tmp_path).contacts(asked("C"))] == ["D"]
    with pytest.raises(Refused, match="visits_person_unknown"):
        Visits.open(tmp_path).contacts(asked("A"))
    assert not any(b"shop" in path.read_bytes() for path in (tmp_path / "visits").glob("*.ids"))
    assert loaded(tmp_path, SOME).new is False
    assert days.days_in(tmp_path / "visits") == [date(2021, 9, 22)]
    assert forget(tmp_path, date(2021, 9, 1)).days == ()


def test_a_search_says_what_it_needs(tmp_path: Path) -> None:
    loaded(tmp_path, SOME)
    visits = Visits.open(tmp_path)
    for question, code in (
        (asked("nobody"), "visits_person_unknown"),
        (asked("A", order=2), "visits_second_order_open"),
        (asked("A", order=3), "visits_order_unknown"),
        (asked("A", kinds=("moon",)), "visits_kind_unknown"),
        (asked("A", ends_at=datetime(2021, 9, 1, tzinfo=UTC)), "visits_window_empty"),
    ):
        with pytest.raises(Refused, match=code):
            visits.contacts(question)
    assert [each.person for each in visits.contacts(asked("A", kinds=("home",)))] == ["C"]
    assert [each.person for each in visits.contacts(asked("A", minutes=31))] == ["C"]
    assert visits.contacts(dataclasses.replace(asked("A"), begins_at=datetime(2021, 9, 25, tzinfo=UTC))) == []
    assert Visits.open(tmp_path / "empty").status()["stays"] == 0
