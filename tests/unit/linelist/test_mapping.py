"""Columns guessed, maps saved and refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ringfence.core.errors import Refused
from ringfence.core.tables import Table, read
from ringfence.desks.cases.linelist.guessing import guess, kind_of
from ringfence.desks.cases.linelist.mapping import Column, Mapping, from_toml, load
from ringfence.desks.cases.linelist.words import LABELS, REFUSALS


def table(folder: Path, text: str, encoding: str = "utf-8") -> Table:
    path = folder / "cases.csv"
    path.write_bytes(text.encode(encoding))
    return read(path)


def fields(mapping: Mapping) -> dict[str, str]:
    return {column.column: column.field for column in mapping.columns if column.field != "extra"}


def test_a_chinese_list_in_gb18030(tmp_path: Path) -> None:
    mapping = guess(
        table(
            tmp_path,
            "病例编号,姓名,性别,年龄,职业,现住址,发病日期,确诊日期,报告日期,临床分型,转归,身份证号,联系电话,是否输入\n"
            "1,张三,男,47岁,农民,哈尔滨市,2021年1月12日,2021/1/13,2021-01-13,轻型,治愈,230101197001010011,13800000000,否\n"
            "2,李四,女,9岁,学生,绥化市,2021年1月13日,2021/1/14,2021-01-14,普通型,治疗中,230101201201010022,13900000000,是\n",
            "gb18030",
        )
    )
    assert fields(mapping) == {
        "病例编号": "code", "姓名": "name", "性别": "sex", "年龄": "age", "职业": "occupation", "现住址": "address",
        "发病日期": "onset_on", "确诊日期": "confirmed_on", "报告日期": "reported_on", "临床分型": "severity",
        "转归": "outcome",
        "身份证号": "id_number", "联系电话": "phone", "是否输入": "imported",
    }  # fmt: skip


def test_names_in_any_spelling(tmp_path: Path) -> None:
    mapping = guess(
        table(
            tmp_path,
            "CaseID,Dates / Onset,DATE_OF_REPORT,Gender,Hosptal,colour\n1,2020-01-21,2020-01-23,F,St. Mary,red\n",
        )
    )
    assert fields(mapping) == {
        "CaseID": "code", "Dates / Onset": "onset_on", "DATE_OF_REPORT": "reported_on", "Gender": "sex",
        "Hosptal": "hospital",
    }  # fmt: skip
    reasons = {column.column: column.reason for column in mapping.columns}
    assert reasons["Gender"] == "name_same"
    assert reasons["Hosptal"] == "name_alike"
    assert reasons["colour"] == "not_known"
    assert all(f"linelist.reason.{reason}" in LABELS for reason in reasons.values())


def test_values_speak_where_the_name_does_not_and_against_a_wrong_name(tmp_path: Path) -> None:
    text = "id,v1,v2,onset,status\n" + "".join(
        f"{i},{'MF'[i % 2]},{['died', 'recovered'][i % 2]},yes,{['dead', 'alive'][i % 2]}\n" for i in range(8)
    )
    mapping = guess(table(tmp_path, text))
    assert fields(mapping)["v1"] == "sex"
    assert "onset" not in fields(mapping)  # no date in it
    assert fields(mapping)["status"] == "outcome"


def test_a_column_that_cannot_tell_follows_the_others(tmp_path: Path) -> None:
    mapping = guess(table(tmp_path, "id,onset date,report date\n1,1/2/2020,27/2/2020\n2,3/2/2020,28/2/2020\n"))
    assert {column.column: column.order for column in mapping.columns} == {
        "id": None,
        "onset date": "dmy",
        "report date": "dmy",
    }


def test_two_digit_years_get_no_order_before_the_possible_days_are_known(tmp_path: Path) -> None:
    """27/3/20 may be 27 March 2020 or 20 March 2027."""
    opened = table(tmp_path, "id,onset date\n1,20/1/21\n2,20/3/27\n")
    assert guess(opened).columns[1].order is None
    known = guess(opened, not_before=date(2019, 12, 1), not_after=date(2020, 12, 31))
    assert known.columns[1].order is None  # the year in front needs no word: the column tells it each time


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("infector,infectee", "links"),
        ("from,to,exposure", "links"),
        ("infector,case_id,source", "links"),
        ("infector,case_id,onset,sex", "cases"),
        ("case_id,sex,age", "cases"),
        ("id,from,notes", "cases"),
    ],
)
def test_links_are_told_from_cases(tmp_path: Path, header: str, kind: str) -> None:
    values = {"onset": "2020-01-21", "sex": "F", "age": "7"}
    row = ",".join(values.get(name, f"{name}1") for name in header.split(","))
    read_table = table(tmp_path, f"{header}\n{row}\n")
    assert kind_of(read_table, guess(read_table)) == kind


def test_a_map_saved_is_the_map_read(tmp_path: Path) -> None:
    mapping = Mapping(
        (
            Column('a "quoted"\n名', "onset_on", "dmy", mend=True),
            Column("status", "outcome", values={"Y\\": "died", "?": ""}),
            Column("x", "extra"),
            Column("secret", "skip"),
        ),
        "cases",
        {"classification": "confirmed", "country": "中国"},
    )
    mapping.save(tmp_path / "MAP.toml")
    assert load(tmp_path / "MAP.toml") == mapping


def test_a_guessed_map_is_saved_and_gives_the_same_fields(tmp_path: Path) -> None:
    mapping = guess(table(tmp_path, "id,onset date,male\n1,27/2/2020,1\n2,28/2/2020,0\n"))
    again = from_toml(mapping.to_toml())
    assert [(c.column, c.field, c.order, c.values) for c in again.columns] == [
        (c.column, c.field, c.order, c.values) for c in mapping.columns
    ]
    assert again.columns[2].values == {"1": "male", "0": "female"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("columns = [", "map_not_toml"),
        ("format = 9", "map_badly_formed"),
        ('kind = "people"', "map_badly_formed"),
        ("[[columns]]\nfield = 'sex'", "map_badly_formed"),
        ("[[columns]]\ncolumn = 'a'\ncolour = 'red'", "map_badly_formed"),
        ("[[columns]]\ncolumn = 'a'\nfield = 'sexx'", "map_names_unknown_field"),
        ("[constants]\nsexx = 'F'", "map_names_unknown_field"),
        ("[[columns]]\ncolumn = 'a'\nfield = 'onset_on'\norder = 'ydm'", "map_unknown_order"),
        ("[[columns]]\ncolumn = 'a'\nfield = 'sex'\n[[columns]]\ncolumn = 'b'\nfield = 'sex'", "map_field_twice"),
        ("[[columns]]\ncolumn = 'a'\n[[columns]]\ncolumn = 'a'", "map_column_twice"),
    ],
)
def test_a_bad_map_is_refused_in_three_parts(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        from_toml(text)
    assert caught.value.code == code
    assert all(part.format(**caught.value.told) for part in REFUSALS[code])


def test_a_map_that_names_a_column_the_file_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        from_toml("[[columns]]\ncolumn = 'onset'\nfield = 'onset_on'").checked_for(table(tmp_path, "id,sex\n1,F\n"))
    assert caught.value.told == {"column": "onset", "header": "id, sex"}
    with pytest.raises(Refused) as caught:
        load(tmp_path / "none.toml")
    assert caught.value.code == "map_missing"
