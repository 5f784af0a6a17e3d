"""The commands of visits and of the search, as a person at the door gives them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringfence.app import open_centre
from ringfence.cli import door
from ringfence.commands.work import forget_old_visits
from ringfence.core import db
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.facts.tracing import person_of
from tests.unit.tracing.test_visits import HEADING, SOME, table, told

BAD = "E,x,2021-09-21T10:00+08:00,2021-09-21T09:00+08:00,s,\n"
WINDOW = ("--from", "2021-09-01", "--to", "2021-09-30")


def run(*words: str) -> dict[str, Any]:
    answer = CliRunner().invoke(door([*words]), [*words, "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def facts(kind: str) -> list[dict[str, Any]]:
    return [json.loads(body) for (body,) in db.ask("SELECT body FROM log WHERE kind = %s ORDER BY seq", (kind,))]


@pytest.fixture
def filled(home: Path, tmp_path: Path) -> Path:
    """An installation with the visits of `SOME`."""
    run("visits", "load", str(told(tmp_path, SOME)))
    return home


def test_a_file_is_loaded_once_and_told_once(home: Path, tmp_path: Path) -> None:
    file = told(tmp_path, SOME)
    made = run("visits", "load", str(file))
    assert (made["taken"], made["refused"], made["new"], made["report"]) == (6, 0, True, None)
    before = table(home)
    assert len(before) == 6
    again = run("visits", "load", str(file))
    assert (again["new"], again["taken"]) == (False, 6)
    assert table(home) == before
    (fact,) = facts("VisitsLoaded")
    assert (fact["visits"], fact["first_on"], fact["sources"]) == (
        6,
        "2021-09-21",
        ["check-ins", "interview", "rosters"],
    )


def test_a_bad_row_refuses_the_file_until_the_good_ones_are_asked_for(home: Path, tmp_path: Path) -> None:
    file = told(tmp_path, SOME + BAD)
    with pytest.raises(Refused) as refused:
        run("visits", "load", str(file))
    assert refused.value.code == "visits_rows_bad"
    report = Path(str(refused.value.told["report"]))
    assert "end_before_start" in report.read_text(encoding="utf-8-sig")
    assert report.stat().st_mode & 0o077 == 0
    assert (table(home), facts("VisitsLoaded")) == ([], [])
    made = run("visits", "load", str(file), "--good-rows")
    assert (made["taken"], made["refused"], made["report"]) == (6, 1, str(report))
    assert facts("VisitsLoaded")[0]["refused"] == 1


@pytest.mark.parametrize(
    "people",
    [
        ("11010519491231002X", "440524188001010014"),  # the examples of GB 11643
        ("13912345678", "13812345678"),
        ("+8613912345678", "+4930901820"),
    ],
)
def test_identity_numbers_and_telephones_are_no_ids(home: Path, tmp_path: Path, people: tuple[str, ...]) -> None:
    text = "".join(f"{person},x,2021-09-21T10:00+08:00,2021-09-21T11:00+08:00,s,\n" for person in people)
    with pytest.raises(Refused) as refused:
        run("visits", "load", str(told(tmp_path, SOME + text, heading=HEADING.replace("person", "user"))))
    assert (refused.value.code, refused.value.told["column"]) == ("visits_ids_of_people", "user")
    assert (table(home), facts("VisitsLoaded")) == ([], [])


def test_opaque_numbers_of_any_length_are_ids(home: Path, tmp_path: Path) -> None:
    numbers = [*range(1_000_000_001, 1_000_000_021), *range(24_000_000_001, 24_000_000_021), *range(110105194912310000, 110105194912310020)]  # fmt: skip
    text = "".join(f"{person},x,2021-09-21T10:00+08:00,2021-09-21T11:00+08:00,s,\n" for person in numbers)
    assert run("visits", "load", str(told(tmp_path, text)))["people"] == 60
    with pytest.raises(Refused, match="visits_country_unknown"):
        run("visits", "load", str(told(tmp_path, text)), "--country", "QQ")


def test_a_search_needs_a_purpose_and_goes_on_record_without_whom_it_found(filled: Path) -> None:
    with pytest.raises(Refused, match="visits_purpose_missing"):
        run("contacts", "A", *WINDOW)
    found = run("contacts", "A", *WINDOW, "--purpose", "case 7")
    assert [(each["person"], each["minutes"], each["category"]) for each in found["contacts"]] == [
        ("C", 540, "home"), ("17", 30, "shop")
    ]  # fmt: skip
    assert (found["searched"]["days"], found["searched"]["visits"], found["searched"]["first_order"]) == (2, 6, 2)
    assert found["cost_ms"] > 0
    (fact,) = facts("ContactsSearched")
    assert (fact["purpose"], fact["named"], fact["person"]) == ("case 7", 2, person_of("A"))
    assert not db.ask("SELECT 1 FROM log WHERE body LIKE '%\"17\"%' OR body LIKE '%\"A\"%'")


def test_a_dry_run_names_nobody_and_is_not_on_record(filled: Path) -> None:
    counted = run("contacts", "A", *WINDOW, "--dry-run")
    assert counted["would_name"] == 2
    assert "contacts" not in counted
    assert facts("ContactsSearched") == []


def test_second_order_is_refused_without_a_threshold(filled: Path) -> None:
    asked = ("contacts", "A", *WINDOW, "--purpose", "case 7", "--order", "2")
    with pytest.raises(Refused, match="visits_second_order_open"):
        run(*asked)
    assert facts("ContactsSearched") == []
    for threshold in (("--close", "60"), ("--cap", "1")):
        found = run(*asked, *threshold)["contacts"]
        assert [(each["person"], each["order"], each["through"]) for each in found][2:] == [("D", 2, "C")]
    for threshold in (("--close", "-1"), ("--cap", "-1")):  # one fewer than all would be most of a city
        words = [*asked, *threshold]
        assert CliRunner().invoke(door(words), words).exit_code == 2
    with pytest.raises(Refused, match="visits_minutes_negative"):
        run(*asked, "--close", "60", "--min-minutes", "-1")
    with pytest.raises(Refused, match="visits_moment_unreadable"):
        run("contacts", "A", "--from", "yesterday", "--to", "2021-09-30", "--purpose", "case 7")


def test_a_search_is_a_table_for_a_person(filled: Path) -> None:
    words = ["contacts", "A", *WINDOW, "--purpose", "case 7"]
    shown = CliRunner().invoke(door(words), words, catch_exceptions=False, env={"COLUMNS": "160"}).output
    assert [name for name in ("person", "540", "home", "2021-09-21 13:00") if name not in shown] == []


def test_status_and_forgetting(filled: Path) -> None:
    known = run("visits", "status")
    assert [(day["day"], day["stays"], day["people"]) for day in known["days"]] == [
        ("2021-09-21", 4, 3), ("2021-09-22", 2, 2)
    ]  # fmt: skip
    assert (known["people"], known["places"]) == (4, 3)
    gone = run("visits", "forget", "--before", "2021-09-22")
    assert (gone["days"], gone["visits"], gone["people"]) == (["2021-09-21"], 4, 2)
    (fact,) = facts("VisitsForgotten")
    assert (fact["before_on"], fact["days"], fact["visits"], fact["people"], fact["places"]) == (
        "2021-09-22",
        1,
        4,
        2,
        2,
    )
    assert run("visits", "forget", "--before", "2021-09-22")["days"] == []
    assert len(facts("VisitsForgotten")) == 1
    assert [day["day"] for day in run("visits", "status")["days"]] == ["2021-09-22"]
    with pytest.raises(Refused, match="visits_person_unknown"):
        run("contacts", "A", *WINDOW, "--purpose", "case 7")


def test_visits_older_than_the_packs_keep_them_are_forgotten_by_themselves(filled: Path) -> None:
    centre = open_centre(ToldClock(datetime(2021, 10, 21, tzinfo=UTC)), filled)
    assert forget_old_visits(centre, centre.clock.now()) == 0  # 30 days: the first day is the last one kept
    assert forget_old_visits(centre, centre.clock.now() + timedelta(days=1)) == 1
    assert forget_old_visits(centre, centre.clock.now() + timedelta(days=1)) == 0
    assert run("visits", "status")["days"][0]["day"] == "2021-09-22"
    (fact,) = facts("VisitsForgotten")
    assert (fact["before_on"], fact["days"]) == ("2021-09-22", 1)
