"""Seats told in files of visits: kept beside their day, judged trip by trip, and gone with the day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from ringfence.desks.tracing.categories import base_policy
from ringfence.desks.tracing.policy import Policy, Seating
from ringfence.desks.tracing.visits.load import load_visits
from ringfence.desks.tracing.visits.meetings import Search, search
from ringfence.desks.tracing.visits.seats import SEATS
from ringfence.desks.tracing.visits.store import Visits, forget
from tests.unit.tracing.test_visits import NOW

HEADING = "person,place,start,end,source,kind,seat\n"


def loaded(home: Path, *rows: str) -> Visits:
    home.mkdir(exist_ok=True)
    path = home / f"told{len(list(home.glob('told*')))}.csv"
    path.write_text(HEADING + "".join(f"{row}\n" for row in rows))
    load_visits(path, home=home, now=NOW, good_rows=True)
    return Visits.open(home)


def on(day: int, who: str, seat: str, begins: str = "10:00", kind: str = "plane") -> str:
    return f"{who},F1,2021-09-{day}T{begins}+08:00,2021-09-{day}T12:00+08:00,tickets,{kind},{seat}"


def policy() -> Policy:
    own = {name: getattr(base_policy(), name) for name in Policy.__dataclass_fields__}
    return Policy(**{**own, "seating": {"plane": Seating(rows=3)}})


def found(visits: Visits) -> dict[str, tuple[str, bool, bool]]:
    begins_at = datetime(2021, 9, 1, tzinfo=UTC)
    met = search(visits, Search(called=("A",), begins_at=begins_at, ends_at=NOW, until=NOW, policy=policy())).first
    return {each.person: (each.closeness.value, each.by_seat, each.unsure) for each in met}


def test_each_trip_is_judged_by_itself(tmp_path: Path) -> None:
    """B sat near once and far once; C far twice; D far once, and nobody told where the other time."""
    visits = loaded(
        tmp_path, on(21, "A", "12A"), on(21, "B", "30C"), on(21, "C", "30C"), on(21, "D", "30C"),
        on(22, "A", "40F"), on(22, "B", "41A"), on(22, "C", "12A"), on(22, "D", ""),
        on(22, "E", "40A", begins="11:59"),
    )  # fmt: skip
    assert found(visits) == {
        "B": ("close", True, False),
        "C": ("general", True, False),
        "D": ("close", False, True),
    }


def test_a_place_without_a_rule_is_judged_by_minutes(tmp_path: Path) -> None:
    visits = loaded(tmp_path, on(21, "A", "1", kind="meal"), on(21, "B", "90", kind="meal"))
    assert found(visits) == {"B": ("close", False, False)}


def test_seats_are_kept_once_with_their_day_and_go_with_it(tmp_path: Path) -> None:
    loaded(tmp_path, on(21, "A", "12A"), on(22, "A", "40F"), "B,F1,yesterday,2021-09-21T12:00+08:00,tickets,plane,1A")
    visits = loaded(tmp_path, on(21, "A", "12A"), on(21, "C", "13A"))
    told = pl.read_parquet(visits.folder / "day=2021-09-21" / SEATS)
    assert told.select("person", "seat").sort("person").rows() == [("A", "12A"), ("C", "13A")]
    forget(tmp_path, date(2021, 9, 22))
    assert [path.parent.name for path in visits.folder.rglob(SEATS)] == ["day=2021-09-22"]
