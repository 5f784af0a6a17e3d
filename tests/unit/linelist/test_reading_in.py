"""Line lists told as facts: each row whole or not at all, a second run changes nothing, and nothing is lost."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter
from typer.testing import CliRunner

from ringfence.commands.linelist import app
from ringfence.core import db, quarantine
from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.core.errors import Refused
from ringfence.desks.cases import actions, queries
from ringfence.desks.cases.feeds.outbreak import belonging
from ringfence.desks.cases.feeds.reading import LineList, Outcome, terms_for
from ringfence.desks.cases.feeds.sheets import read_sheet
from ringfence.facts.cases import Classification
from ringfence.registry import identities
from ringfence.registry.vaults import opened_apart

WHO = feed("test")
HEAD = "case_id,name,sex,age,date_of_onset,date_of_report,infector,district,room\n"
ROWS = (
    "A1,Ana Li,f,30,2021-09-01,2021-09-03,,North,7\n"
    "A2,Bo Chen,m,41,2021-09-04,2021-09-05,A1,North,8\n"
    "A3,Cy Wu,m,9,2021-09-05,2021-09-06,ZZ,,9\n"
)


@pytest.fixture
def listed(centre: Centre, tmp_path: Path) -> Any:
    """Tell a list written here, as a file of these bytes."""

    def tell(
        text: str | bytes, source: str = "", *, dry: bool = False, declare: bool = False, name: str = "l.csv"
    ) -> Outcome:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        found = belonging(centre, WHO, "Test outbreak").declared(centre, WHO)
        row = found.outbreak
        terms = terms_for(row, found.area, source, centre.clock.now())
        lines = LineList(
            centre, WHO, read_sheet(path, row.begins_on, terms.now, terms.zone, None), terms, declare_places=declare
        )
        return lines.survey() if dry else lines.tell(centre.home)

    return tell


def lines() -> int:
    return int(db.ask("SELECT count(*) FROM log")[0][0])


def case(centre: Centre, code: str, source: str = "line list") -> queries.CaseRow:
    found = queries.case_coded(source, code, belonging(centre, WHO, "Test outbreak").outbreak.id)
    assert found is not None
    row = queries.case_row(found)
    assert row is not None
    return row


def test_a_list_becomes_cases_with_their_course_extras_and_links(centre: Centre, listed: Any) -> None:
    surveyed = listed(HEAD + ROWS, dry=True)
    made = listed(HEAD + ROWS)
    assert (surveyed.new, made.new, made.links, made.links_unknown) == (3, 3, 1, 1)
    two = case(centre, "A2")
    assert [link.infector for link in queries.infectors_of(two.id)] == [case(centre, "A1").id]
    assert {name: station.day.isoformat() for name, station in queries.course(two.id).items()} == {
        "onset": "2021-09-04", "reported": "2021-09-05",
    }  # fmt: skip
    assert queries.extras_of(two.id) == {"room": "8", "admin2": "North"}
    assert queries.extras_of(case(centre, "A3").id) == {"room": "9", "infector": "ZZ"}
    assert identities.opened(two.person).name == "Bo Chen"
    assert not db.ask("SELECT 1 FROM log WHERE body LIKE '%Bo Chen%'")
    assert two.listed_at.isoformat() == "2021-09-05T12:00:00+00:00"


def test_a_second_run_changes_nothing_and_leaves_the_log_alone(centre: Centre, listed: Any, clock: ToldClock) -> None:
    listed(HEAD + ROWS)
    before = lines()
    clock.pass_by(timedelta(days=1))
    again = listed(HEAD + ROWS)
    assert (again.new, again.changed, again.unchanged, again.links) == (0, 0, 3, 0)
    assert lines() == before


def test_only_what_changed_is_told(centre: Centre, listed: Any) -> None:
    listed(HEAD + ROWS)
    before = lines()
    made = listed(HEAD + ROWS.replace("2021-09-04", "2021-09-02").replace(",41,", ",42,").replace("Cy Wu", "Cyrus Wu"))
    assert (made.new, made.changed, made.unchanged) == (0, 2, 1)
    told = [kind for (kind,) in db.ask("SELECT kind FROM log WHERE seq > %s ORDER BY seq", (before,))]
    assert told == ["PersonRegistered", "CaseCorrected", "CourseNoted", "IdentityKept", "LineListRead"]
    assert case(centre, "A2").age_years == 42
    assert str(case(centre, "A2").onset_on) == "2021-09-02"
    assert identities.opened(case(centre, "A3").person).name == "Cyrus Wu"


def test_reading_a_file_again_does_not_undo_what_people_corrected_since(centre: Centre, listed: Any) -> None:
    text = "case_id,status,onset\nA1,suspect,2021-09-01\n"
    listed(text)
    centre.tell(WHO, actions.classify_case, case=case(centre, "A1").id, classification=Classification.CONFIRMED)
    assert listed(text).unchanged == 1
    assert case(centre, "A1").classification == "confirmed"


def test_an_older_file_read_again_does_not_undo_a_newer_one(centre: Centre, listed: Any) -> None:
    old, new = "case_id,onset\nA1,2021-09-01\n", "case_id,onset\nA1,2021-09-03\n"
    listed(old)
    assert listed(new).changed == 1
    assert listed(old).unchanged == 1
    assert str(case(centre, "A1").onset_on) == "2021-09-03"


def test_refused_rows_are_kept_sealed_until_a_row_with_their_code_is_taken(centre: Centre, listed: Any) -> None:
    bad = HEAD + ROWS + "A4,Di Qi,f,300,2021-09-01,2021-09-03,,,\n"
    made = listed(bad)
    listed(bad)
    assert (made.refused, made.new) == (1, 3)
    kept = quarantine.open_rows("linelist:")
    assert [row.code for row in kept] == ["age_impossible"]
    assert "Di Qi" not in kept[0].content
    assert "Di Qi" in opened_apart(kept[0].door, kept[0].content)
    listed(bad.replace("300", "30"))
    assert quarantine.open_rows("linelist:") == []
    assert made.report is not None
    assert made.report.stat().st_mode & 0o077 == 0
    assert [row[0] for row in csv.reader(made.report.read_text("utf-8-sig").splitlines())] == ["row", "4", "5"]


def test_another_lists_codes_are_not_taken_for_ours(centre: Centre, listed: Any) -> None:
    ours = "id,sex,age,onset\n" + "".join(f"{n},f,{20 + n},2021-09-0{n}\n" for n in range(1, 8))
    theirs = "id,sex,age,onset\n" + "".join(f"{n},m,{60 + n},2021-08-0{n}\n" for n in range(1, 8))
    listed(ours)
    with pytest.raises(Refused, match="linelist_codes_of_others"):
        listed(theirs)
    assert listed(theirs, "clinic").new == 7


def test_a_row_that_may_be_someone_on_record_is_named_and_not_merged(centre: Centre, listed: Any) -> None:
    head = "case_id,name,sex,birth date,phone,onset\n"
    listed(head + "A1,王小明,m,1980-02-03,13912345678,2021-09-01\n")
    made = listed(head + "X9,王小明,m,1980-02-03,13912345678,2021-09-01\n", "clinic")
    assert (made.new, made.duplicates) == (1, 1)
    assert "A1" in made.bad[0].told["other"]
    made = listed("id,sex,age,onset\nB1,f,33,2021-09-09\n", "one")
    made = listed("id,sex,age,onset\nC1,f,33,2021-09-09\n", "two")
    assert made.duplicates == 1


def test_missing_districts_are_declared_when_asked(centre: Centre, listed: Any) -> None:
    made = listed(HEAD + ROWS, declare=True)
    assert made.places == 1
    assert case(centre, "A1").path == "all.north."
    assert case(centre, "A3").path == "all."
    assert "admin2" not in queries.extras_of(case(centre, "A1").id)
    assert listed(HEAD + ROWS, declare=True).unchanged == 3


# -- bad input --------------------------------------------------------------------------------------------------------

CHINESE = "病例编号,姓名,性别,年龄,发病日期\nA1,王小明,男,30,2021年9月1日\nA2,李娜,女,41,2021/9/2\n"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_any_encoding(centre: Centre, listed: Any, encoding: str) -> None:
    assert listed(CHINESE.encode(encoding)).new == 2
    assert identities.opened(case(centre, "A1").person).name == "王小明"
    assert str(case(centre, "A2").onset_on) == "2021-09-02"


def test_merged_header_cells_and_formula_cells_of_a_workbook(centre: Centre, listed: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "Patient")
        sheet.merge_range(0, 3, 0, 4, "Dates")
        for n, name in enumerate(("case id", "sex", "age", "onset", "report")):
            sheet.write(1, n, name)
        sheet.write_row(2, 0, ["A1", "f"])
        sheet.write_formula(2, 2, "=15+15", value=30)
        sheet.write_row(2, 3, ["2021-09-01", "2021-09-02"])
    made = listed(path.read_bytes(), name="y.xlsx")
    assert made.new == 1
    assert case(centre, "A1").age_years == 30
    assert str(case(centre, "A1").onset_on) == "2021-09-01"


def test_duplicate_columns_are_both_kept(centre: Centre, listed: Any) -> None:
    assert listed("case_id,onset,remark,remark\nA1,2021-09-01,one,two\n").new == 1
    assert set(queries.extras_of(case(centre, "A1").id).values()) == {"one", "two"}


def test_contradictory_rows_are_refused_and_the_others_taken(centre: Centre, listed: Any) -> None:
    made = listed("case_id,onset,recovered date\nA1,2021-09-05,2021-09-01\nA2,2021-09-01,2021-09-05\n")
    assert (made.new, made.refused) == (1, 1)
    assert [cell.code for cell in made.bad] == ["recovered_before_onset"]


def test_a_broken_zip_and_half_a_file_leave_nothing_behind(centre: Centre, listed: Any, tmp_path: Path) -> None:
    whole = tmp_path / "w.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("l.csv", HEAD + ROWS * 50)
    listed(HEAD + ROWS)
    before = lines()
    with pytest.raises(Refused, match="table_broken"):
        listed(whole.read_bytes()[:-60], name="half.zip")
    assert lines() == before


def test_half_a_csv_keeps_its_last_row_aside(centre: Centre, listed: Any) -> None:
    made = listed((HEAD + ROWS)[:-20])
    assert (made.rows, made.new, made.refused) == (3, 2, 1)


# -- the command ------------------------------------------------------------------------------------------------------


def run(*told: str) -> dict[str, Any]:
    answer = CliRunner().invoke(app, [*told, "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return dict(orjson.loads(answer.stdout))


def test_an_export_read_in_elsewhere_gives_the_same_list(home: Path, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(HEAD + ROWS)
    run("import", str(tmp_path / "l.csv"), "--outbreak", "One", "--save-map", str(tmp_path / "m.toml"))
    for form in ("csv", "xlsx", "parquet", "json"):
        out = tmp_path / f"out-{form}.{form}"
        assert run("export", "--outbreak", "One", "--purpose", "test", "--format", form, "--out", str(out))["rows"] == 3
        made = run("import", str(out), "--outbreak", f"Into {form}")
        assert (made["new"], made["refused"], made["links"]) == (3, 0, 1)
    assert db.ask("SELECT count(*) FROM log WHERE kind = 'ListExported'") == [(4,)]
    assert (
        run("import", str(tmp_path / "l.csv"), "--outbreak", "One", "--map", str(tmp_path / "m.toml"))["unchanged"] == 3
    )


def test_a_dry_run_records_nothing_of_the_rows(home: Path, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(HEAD + ROWS)
    made = run("import", str(tmp_path / "l.csv"), "--outbreak", "One", "--dry-run")
    assert (made["new"], made["cases"], made["dry_run"]) == (3, 0, True)
    shown = run("map", str(tmp_path / "l.csv"))
    assert {each["column"]: each["field"] for each in shown["columns"]}["date_of_onset"] == "onset_on"


def test_a_killed_import_is_whole_rows_and_the_next_run_takes_the_rest(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("case_id,sex,age,onset,room\n" + "".join(f"K{n},f,{n % 90},2021-09-01,{n}\n" for n in range(4000)))
    command = [sys.executable, "-m", "ringfence.cli", "linelist", "import", str(path), "--outbreak", "Killed", "--json"]
    running = subprocess.Popen(command, env={**os.environ, "RINGFENCE_HOME": str(home)}, stdout=subprocess.DEVNULL)
    while not db.ask("SELECT 1 FROM log WHERE kind = 'CourseNoted' LIMIT 1") and running.poll() is None:
        pass
    running.send_signal(signal.SIGKILL)
    running.wait()
    told = _kinds()
    assert 0 < told["CaseReported"] < 4000
    assert len({told[kind] for kind in _OF_A_ROW}) == 1
    made = run("import", str(path), "--outbreak", "Killed")
    assert (made["new"], made["unchanged"], made["cases"]) == (4000 - told["CaseReported"], told["CaseReported"], 4000)
    assert {_kinds()[kind] for kind in _OF_A_ROW} == {4000}


_OF_A_ROW = ("PersonRegistered", "CaseReported", "CourseNoted", "CaseDescribed")


def _kinds() -> dict[str, int]:
    return dict(db.ask("SELECT kind, count(*) FROM log GROUP BY kind"))
