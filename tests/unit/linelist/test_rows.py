"""Rows to records."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ringfence.core.table_words import LABELS as TABLE_LABELS
from ringfence.core.tables import read
from ringfence.desks.cases.linelist.guessing import guess
from ringfence.desks.cases.linelist.mapping import Column, Mapping
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, Severity
from ringfence.desks.cases.linelist.rows import links, records
from ringfence.desks.cases.linelist.words import LABELS

FROM, TO = date(2019, 12, 1), date(2020, 12, 31)
REFUSED, LEFT_OUT = Severity.ROW_REFUSED, Severity.VALUE_LEFT_OUT


def told(folder: Path, text: str, mapping: Mapping | None = None) -> tuple[list[CaseRecord], list[BadCell]]:
    path = folder / "cases.csv"
    path.write_text(text, encoding="utf-8")
    table = read(path)
    made, bad = records(table, mapping or guess(table, not_before=FROM, not_after=TO), not_before=FROM, not_after=TO)
    lost = {cell.row for cell in bad if cell.severity in (REFUSED, Severity.ROW_REPEATED)}
    assert table.read == len(made) + len(lost), "a row was lost"
    for cell in bad:
        assert (LABELS | TABLE_LABELS)[cell.code if cell.code.startswith("table.") else f"linelist.{cell.code}"].format(
            **cell.told
        )
    return made, bad


def brief(bad: list[BadCell]) -> list[tuple[int, str, str, Severity]]:
    return [(cell.row, cell.column, cell.code, cell.severity) for cell in bad]


def test_a_row_becomes_a_record(tmp_path: Path) -> None:
    made, bad = told(
        tmp_path,
        "case id,sex,age,age group,onset date,status,outcome,infected by,related cases,"
        "lat,lon,symptomatic,colour,cluster\n"
        'A1,F,7 months,0-4,27/3/20,Confirmed,Died,"A0; A9","B1, B2 and B3",45.8,126.5,Y,red,0\n',
    )
    assert bad == []
    assert made == [
        CaseRecord(
            row=2, code="A1", sex="female", age=0.5833, age_band=(0, 4), onset_on=date(2020, 3, 27),
            classification="confirmed",
            outcome="died", infector=("A0", "A9"), related=("B1", "B2", "B3"), lat=45.8, lon=126.5, symptomatic=True,
            extra={"colour": "red"},
        )
    ]  # fmt: skip


CONTRADICTIONS = [
    ("onset date,date of death", "2020-03-02,2020-03-01", "onset_after_death"),
    ("onset date,recovery date", "2020-03-02,2020-03-01", "recovered_before_onset"),
    ("onset date,outcome date", "2020-03-02,2020-03-01", "outcome_before_onset"),
    ("infection date,onset date", "2020-03-02,2020-03-01", "infected_after_onset"),
    ("exposure start,exposure end", "2020-03-02,2020-03-01", "exposure_ends_before_it_begins"),
    ("admission date,discharge date", "2020-03-02,2020-03-01", "admitted_after_discharge"),
    ("admission date,date of death", "2020-03-02,2020-03-01", "admitted_after_death"),
    ("date of birth,onset date", "2020-03-02,2020-03-01", "born_after_onset"),
    ("outcome,date of death", "Recovered,2020-03-01", "outcome_denies_death"),
    ("age,onset date", "430,2020-03-01", "age_impossible"),
    ("onset date,date of report", "2021-03-01,2020-03-02", "date_after_window"),
]


@pytest.mark.parametrize(("header", "row", "code"), CONTRADICTIONS, ids=[code for *_, code in CONTRADICTIONS])
def test_a_contradiction_refuses_its_row_and_no_other(tmp_path: Path, header: str, row: str, code: str) -> None:
    made, bad = told(tmp_path, f"id,{header}\n1,{row}\n2,,\n3,NA,unknown\n")
    assert [(cell.row, cell.code, cell.severity) for cell in bad] == [(2, code, REFUSED)]
    assert [record.code for record in made] == ["2", "3"]


def test_the_same_day_is_no_contradiction(tmp_path: Path) -> None:
    made, bad = told(tmp_path, "id,onset date,date of death,date of birth\n1,2020-03-01,2020-03-01,2020-03-01\n")
    assert (len(made), bad) == (1, [])


def test_an_unreadable_value_is_left_out_and_its_row_taken(tmp_path: Path) -> None:
    made, bad = told(
        tmp_path,
        "id,sex,age,onset date,date of report,lat,symptomatic,outcome\n"
        + "".join(f"{i},F,7,2020-03-01,21/3/2020,45,Y,Died\n" for i in range(10, 20))
        + "1,perhaps,about 7,soon,2001-02-20,45 N,partly,eaten\n",
    )
    assert [record.code for record in made][-1] == "1"
    assert brief(bad) == [
        (12, "sex", "word_not_known", LEFT_OUT),
        (12, "age", "age_unreadable", LEFT_OUT),
        (12, "onset date", "date_unreadable", LEFT_OUT),
        (12, "date of report", "date_before_window", LEFT_OUT),
        (12, "lat", "number_unreadable", LEFT_OUT),
        (12, "symptomatic", "neither_yes_nor_no", LEFT_OUT),
        (12, "outcome", "word_not_known", LEFT_OUT),
    ]
    assert {cell.value for cell in bad} == {"perhaps", "about 7", "soon", "2001-02-20", "45 N", "partly", "eaten"}
    assert next(cell for cell in bad if cell.code == "date_before_window").told == {"suggestion": "2020-02-01"}
    assert made[-1] == CaseRecord(row=12, code="1")


def test_a_map_says_what_words_mean_what_holds_for_all_and_what_to_mend(tmp_path: Path) -> None:
    mapping = Mapping(
        (
            Column("nr", "code"),
            Column("state", "classification", values={"K": "confirmed", "?": ""}),
            Column("on", "onset_on", "dmy", mend=True),
            Column("secret", "skip"),
        ),
        constants={"country": "中国", "symptomatic": "no"},
    )
    made, bad = told(tmp_path, "nr,state,on,secret,more\n1,K,1/2/20,x,y\n2,?,2001-02-20,x,\n", mapping)
    assert made == [
        CaseRecord(row=2, code="1", classification="confirmed", onset_on=date(2020, 2, 1), country="中国",
                   symptomatic=False,
                   extra={"more": "y"}),
        CaseRecord(row=3, code="2", onset_on=date(2020, 2, 1), country="中国", symptomatic=False),
    ]  # fmt: skip
    assert brief(bad) == [(3, "on", "date_before_window", Severity.VALUE_MENDED)]


def test_equal_rows_are_one_and_different_rows_with_one_code_are_refused(tmp_path: Path) -> None:
    made, bad = told(tmp_path, "id,sex\n1,F\n2,F\n1,F\n3,F\n3,M\n3,F\n")
    assert [record.code for record in made] == ["1", "2"]
    assert [(cell.row, cell.code, dict(cell.told)) for cell in bad] == [
        (4, "row_repeated", {"row": 2}),
        (5, "code_of_different_rows", {"rows": "6, 7"}),
        (6, "code_of_different_rows", {"rows": "5, 7"}),
        (7, "code_of_different_rows", {"rows": "5, 6"}),
    ]


def test_one_code_on_very_many_rows_takes_no_longer_than_many_codes(tmp_path: Path) -> None:
    made, bad = told(tmp_path, "id,x\n" + "".join(f"1,{i}\n" for i in range(30_000)))
    assert (len(made), len(bad)) == (0, 30_000)
    assert bad[0].told["rows"].count(",") == 19


def test_rows_without_a_code_get_the_same_derived_one_each_time(tmp_path: Path) -> None:
    made, _ = told(tmp_path, "sex,age\nF,7\nF,7\nM,8\n")
    codes = [record.code for record in made]
    assert len(set(codes)) == 3
    assert all(record.code_derived for record in made)
    again, _ = told(tmp_path, "age,sex,x\n8,M,\n7,F,NA\n7,F,\n")
    assert sorted(record.code for record in again) == sorted(codes)


def test_rows_that_could_not_be_taken_apart_are_reported_too(tmp_path: Path) -> None:
    made, bad = told(tmp_path, "id,sex,age\n1,F,7\n2,M\n")
    assert brief(bad) == [(3, "", "table.row_has_too_few_cells", REFUSED)]
    assert len(made) == 1


def test_dates_of_mixed_order_are_left_out_where_they_could_be_either(tmp_path: Path) -> None:
    made, bad = told(tmp_path, "id,onset date\n1,13/1/2020\n2,1/14/2020\n3,2/3/2020\n")
    assert [record.onset_on for record in made] == [date(2020, 1, 13), date(2020, 1, 14), None]
    assert brief(bad) == [(4, "onset date", "date_ambiguous", LEFT_OUT)]


def test_links(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(
        "infector,infectee,exposure,certainty,is_household,x\nA,B,ward,probable,yes,1\nA,,ward,,,\nB,B,,,,\n"
    )
    table = read(path)
    made, bad = links(table, guess(table))
    assert [
        (link.infector, link.infectee, link.setting, link.certainty, link.household, dict(link.extra)) for link in made
    ] == [("A", "B", "ward", "likely", True, {"x": "1"})]
    assert brief(bad) == [(3, "", "link_without_an_end", REFUSED), (4, "", "link_to_itself", REFUSED)]
