"""A drill's clock and mark: faster than the wall, never back, and never mixed with the real thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.clock import Clock, ToldClock
from ringfence.core.drill import BEGUN, DrillClock, Mark, agree, clock_of, export_mark, pace_of, set_pace, write_mark
from ringfence.core.errors import Refused
from ringfence.core.home import database
from ringfence.core.tables.writing import write_rows

WALL = datetime(2026, 1, 5, 9, tzinfo=UTC)
BEGIN = datetime(2021, 9, 25, 4, tzinfo=UTC)
MARK = Mark({"en": "Village", "zh": "村庄"}, "functional")
steps = st.lists(
    st.tuples(
        st.sampled_from(["wait", "speed", "run", "stand", "serve", "leave", "forward"]), st.integers(1, 3000)
    ),
    max_size=25,
)  # fmt: skip


@settings(deadline=None)
@given(steps=steps)
def test_whatever_the_controller_does_the_clock_never_runs_back(steps: list[tuple[str, int]], tmp_path_factory) -> None:
    folder, wall = tmp_path_factory.mktemp("clock"), ToldClock(WALL)
    set_pace(folder, wall.now(), speed=60, running=True, served=True, begin_at=BEGIN)
    clock, last, expected = DrillClock(folder, wall), BEGIN, BEGIN
    speed, running, served = 60.0, True, True
    for what, n in steps:
        if what == "wait":
            wall.pass_by(timedelta(seconds=n))
            expected += timedelta(seconds=n * speed) if running and served else timedelta()
        elif what == "forward":
            set_pace(folder, wall.now(), forward=timedelta(minutes=n))
            expected += timedelta(minutes=n)
        elif what == "speed":
            speed = float(n)
            set_pace(folder, wall.now(), speed=speed)
        else:
            running = running if what in {"serve", "leave"} else what == "run"
            served = served if what in {"run", "stand"} else what == "serve"
            set_pace(folder, wall.now(), running=running, served=served)
        assert clock.now() >= last
        last = clock.now()
        assert last == expected


def test_a_clock_is_not_put_back_nor_too_fast(tmp_path: Path) -> None:
    set_pace(tmp_path, WALL, begin_at=BEGIN)
    with pytest.raises(Refused, match="drill_clock_back"):
        set_pace(tmp_path, WALL, forward=timedelta(seconds=-1))
    for speed in (0, -1, 1e6):
        with pytest.raises(Refused, match="drill_speed_unfit"):
            set_pace(tmp_path, WALL, speed=speed)
    assert pace_of(tmp_path).told_at == BEGIN


def test_a_home_has_the_clock_that_its_mark_says(tmp_path: Path) -> None:
    assert type(clock_of(tmp_path)) is Clock
    write_mark(tmp_path, MARK)
    assert type(clock_of(tmp_path)) is DrillClock


def test_a_drill_and_a_real_log_are_never_taken_for_each_other(tmp_path: Path) -> None:
    agree(tmp_path, None)
    agree(tmp_path, "JurisdictionDeclared")
    with pytest.raises(Refused, match="drill_mark_lost"):
        agree(tmp_path, BEGUN)
    write_mark(tmp_path, MARK)
    agree(tmp_path, BEGUN)
    with pytest.raises(Refused, match="drill_home_real"):
        agree(tmp_path, "JurisdictionDeclared")


def test_a_mark_laid_into_a_real_home_opens_nothing(centre: Centre, home: Path) -> None:
    from ringfence.core.access import feed
    from ringfence.registry.actions import declare_jurisdiction

    centre.tell(feed("test"), declare_jurisdiction, code="land", level="nation", name_en="Land", zone="UTC")
    write_mark(home, MARK)
    app.centre.cache_clear()
    with pytest.raises(Refused, match="drill_home_real"):
        app.centre()
    app.centre.cache_clear()


def test_a_drill_keeps_away_from_the_database_of_the_real_thing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://real@example/real")
    assert database()["ENGINE"] == "django.db.backends.postgresql"
    write_mark(home, MARK)
    assert database()["NAME"] == str(home / "ringfence.sqlite3")


def test_every_row_that_leaves_a_drill_says_so(home: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
    write_rows(plain, ["a"], [[("1",)]], "csv", bom=False)
    assert plain.read_text() == "a\n1\n".replace("\n", "\r\n") or plain.read_text() == "a\n1\n"
    write_mark(home, MARK)
    assert "Village" in export_mark()
    write_rows(marked, ["a"], [[("1",), ("2",)]], "csv", bom=False)
    lines = marked.read_text().splitlines()
    assert lines[0] == "a,drill"
    assert all(line.endswith("DRILL 演练 · Village") for line in lines[1:])
