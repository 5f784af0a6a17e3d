"""Reading what people bring."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from ringfence.core.errors import Refused
from ringfence.core.table_words import LABELS, REFUSALS
from ringfence.core.tables import Table, read

CHINESE = "病例编号,姓名,性别,发病日期\nA1,张三,男,2020-01-21\nA2,李四,女,2020年1月22日\n"


def rows(table: Table) -> list[tuple[str | None, ...]]:
    return table.frame.rows()


def noted(table: Table) -> dict[str, dict[str, object]]:
    return {note.code: note.values for note in table.notes}


def written(folder: Path, content: bytes | str, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, **options: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read(path, **options)  # type: ignore[arg-type]
    assert caught.value.code in REFUSALS
    for part in REFUSALS[caught.value.code]:
        part.format(**caught.value.told)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE (no BOM)"),
        ("utf-16-be", "UTF-16-BE (no BOM)"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
    ],
)
def test_chinese_text_is_the_same_from_every_encoding(tmp_path: Path, encoding: str, shown: str) -> None:
    table = read(written(tmp_path, CHINESE.encode(encoding)))
    assert table.header == ("病例编号", "姓名", "性别", "发病日期")
    assert rows(table) == [("A1", "张三", "男", "2020-01-21"), ("A2", "李四", "女", "2020年1月22日")]
    assert noted(table)["encoding"] == {"name": shown}
    assert table.first_row == 2


def test_big5_and_korean_are_told_from_gb18030(tmp_path: Path) -> None:
    big5 = "病例編號,姓名,性別,發病日期,確診日期,住址\nA1,陳大文,男,2020-01-21,2020-01-23,臺北市中山區\n"
    assert read(written(tmp_path, big5.encode("big5"))).header[0] == "病例編號"
    korean = "환자번호,성별,나이,국적,시도,시군구,감염경로,접촉자수,증상발현일,확진일,퇴원일,사망일,상태\n"
    korean += "1,여성,50대,한국,서울특별시,강서구,해외유입,75,2020-01-22,2020-01-23,2020-02-05,,퇴원\n"
    assert read(written(tmp_path, korean.encode("euc-kr"))).header[:2] == ("환자번호", "성별")


def test_a_curly_quote_of_windows_is_not_taken_for_chinese(tmp_path: Path) -> None:
    """0x92 and `s` are one valid GB18030 character; alone in a file of English it is an apostrophe."""
    text = "id,source\n1,The People\x92s Government\n2,Caf\xe9 Zo\xeb\n".encode("latin-1")
    assert rows(read(written(tmp_path, text))) == [("1", "The People’s Government"), ("2", "Café Zoë")]


def test_stray_bytes_in_a_utf8_file_spoil_nothing_else(tmp_path: Path) -> None:
    lines = ["id,town,note"] + [f"{i},哈尔滨,café" for i in range(30)]
    text = "\n".join(lines).encode() + b"\n31,Malm\xf6,x\x92s\n"
    table = read(written(tmp_path, text))
    assert rows(table)[0] == ("0", "哈尔滨", "café")
    assert rows(table)[-1] == ("31", "Malmö", "x’s")
    assert noted(table)["encoding_mixed"] == {"name": "CP1252", "lines": 1, "first": 32}


def test_a_damaged_byte_in_gb18030_loses_no_row(tmp_path: Path) -> None:
    text = CHINESE.encode("gb18030").replace("李四".encode("gb18030"), "李四".encode("gb18030")[:-1])
    table = read(written(tmp_path, text))
    assert table.frame["病例编号"].to_list() == ["A1", "A2"]


@pytest.mark.parametrize(("sign", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_delimiter_is_found_out(tmp_path: Path, sign: str, name: str) -> None:
    quoted = f'"said ""no""{sign} and\nleft"'
    text = f"id{sign}age{sign}note\n1{sign}7,5{sign}{quoted}\n2{sign}8,5{sign}x\n"
    text = text.replace("7,5", '"7,5"').replace("8,5", '"8,5"') if sign == "," else text
    table = read(written(tmp_path, text))
    assert rows(table) == [("1", "7,5", f'said "no"{sign} and\nleft'), ("2", "8,5", "x")]
    assert noted(table)["delimiter"] == {"name": name}
    assert table.rows.to_list() == [2, 3]


def test_a_delimiter_that_the_file_declares_is_used(tmp_path: Path) -> None:
    table = read(written(tmp_path, "sep=;\nid;note\n1;a,b,c\n"))
    assert table.header == ("id", "note")
    assert table.first_row == 3


def test_ragged_rows_are_kept_aside_with_their_row_number(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,sex,age\n1,F,7\n2,M\n3,F,8,9\n4,M,9,,\n\n5,F,10\n"))
    assert rows(table) == [("1", "F", "7"), ("4", "M", "9"), ("5", "F", "10")]
    assert table.rows.to_list() == [2, 5, 7]
    assert [(bad.row, bad.text, bad.code) for bad in table.bad_rows] == [
        (3, "2,M", "row_has_too_few_cells"),
        (4, "3,F,8,9", "row_has_too_many_cells"),
    ]
    assert noted(table)["rows_kept_aside"] == {"count": 2}
    assert noted(table)["empty_cells_beyond_header"] == {"count": 1}
    assert noted(table)["blank_rows_left_out"] == {"count": 1}


def test_a_quote_never_closed_spoils_its_own_row_only(tmp_path: Path) -> None:
    body = "".join(f"{i},row {i}\n" for i in range(3, 300))
    table = read(written(tmp_path, f'id,note\n1,a\n2,"never closed\n{body}'))
    assert table.frame["id"].to_list() == ["1", *map(str, range(3, 300))]
    assert [(bad.row, bad.text, bad.code) for bad in table.bad_rows] == [(3, '2,"never closed', "quote_never_closed")]
    assert table.rows.to_list()[:2] == [2, 4]


def test_an_absurd_cell_is_kept_aside(tmp_path: Path) -> None:
    table = read(written(tmp_path, f"id,note\n1,a\n2,{'x' * 200_000}\n3,c\n"))
    assert table.frame["id"].to_list() == ["1", "3"]
    assert [(bad.row, bad.code) for bad in table.bad_rows] == [(3, "cell_too_long")]


def test_columns_with_one_name_are_numbered(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,date,date,date (2),,\n1,a,b,c,d,\n"))
    assert table.header == ("id", "date", "date (3)", "date (2)", "column 5")
    assert noted(table)["columns_repeated"] == {"columns": "date (3)"}
    assert noted(table)["columns_without_name"] == {"columns": "column 5"}


def test_titles_and_blank_rows_above_the_header_are_passed_over(tmp_path: Path) -> None:
    table = read(written(tmp_path, "\nLine list of 21 January,,\n,,\nid,sex,age\n1,F,7\n"))
    assert table.header == ("id", "sex", "age")
    assert table.first_row == 5
    assert noted(table)["title_row_passed_over"] == {"row": 2, "text": "Line list of 21 January"}


def test_lines_about_the_table_above_it_are_titles_too(tmp_path: Path) -> None:
    text = "Source: WHO, 2020\nUpdated: today\n\nid,sex,age,town\n1,F,7,x\n2,M,8,y\n"
    assert read(written(tmp_path, text)).header == ("id", "sex", "age", "town")


def test_a_stray_zero_byte_is_not_utf16(tmp_path: Path) -> None:
    assert rows(read(written(tmp_path, b"id,sex\n1,F\x00\n2,M\n"))) == [("1", "F"), ("2", "M")]


def test_an_ods_sheet(tmp_path: Path) -> None:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    cells = [
        ("string", "", "id"),
        ("string", "", "onset"),
        ("float", 'office:value="1"', "1"),
        ("date", 'office:date-value="2020-01-21"', "x"),
    ]
    made = [
        f'<table:table-cell office:value-type="{kind}" {value}><text:p>{text}</text:p></table:table-cell>'
        for kind, value, text in cells
    ]
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="S">'
        f"<table:table-row>{made[0]}{made[1]}</table:table-row><table:table-row>{made[2]}{made[3]}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    table = read(tmp_path / "a.ods")
    assert (table.header, rows(table)) == (("id", "onset"), [("1", "2020-01-21")])


def test_row_names_as_r_writes_them_get_a_column(tmp_path: Path) -> None:
    table = read(written(tmp_path, 'sex,age\n"1","F",7\n"2","M",8\n'))
    assert table.header == ("row name", "sex", "age")
    assert rows(table)[1] == ("2", "M", "8")


def test_packed_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(CHINESE.encode("gb18030")))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("__MACOSX/._a.csv", "x")
        archive.writestr("in/a.csv", CHINESE)
    for name in ("a.csv.gz", "a.zip"):
        table = read(tmp_path / name)
        assert table.frame.height == 2
        assert "unpacked" in noted(table)


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("empty")
        sheet = book.add_worksheet("cases")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, "Line list")
        sheet.merge_range(2, 0, 3, 0, "code")
        sheet.merge_range(2, 1, 2, 2, "Dates")
        sheet.write_row(3, 1, ["onset", "report"])
        sheet.write(2, 3, "age")
        sheet.write_row(4, 0, ["A1"])
        sheet.write_number(4, 1, 43851, day)
        sheet.write_number(4, 2, 43853.75, day)
        sheet.write_number(4, 3, 47)
        sheet.write_row(6, 0, ["A2", "", ""])
        sheet.write_formula(6, 3, "=D5+1", value=48)
        sheet.write_blank(9, 0, None, day)
    return path


def test_a_workbook_with_merged_headers_dates_and_formulas(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "a.xlsx"))
    assert table.header == ("code", "Dates / onset", "Dates / report", "age")
    assert rows(table) == [("A1", "2020-01-21", "2020-01-23T18:00:00", "47"), ("A2", None, None, "48")]
    assert table.rows.to_list() == [5, 7]
    assert table.sheet == "cases"
    assert table.sheets == ("empty", "cases")
    told = noted(table)
    assert told["header_rows_joined"] == {"first": 3, "last": 4}
    assert told["formulas_read_as_values"] == {"count": 1}
    assert told["title_row_passed_over"]["row"] == 1
    assert read(tmp_path / "a.xlsx", limit_rows=1).frame.height == 1


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    assert refused(workbook(tmp_path / "a.xlsx"), sheet="x").told["sheets"] == "empty, cases"


def test_formulas_saved_without_a_value_are_told(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<f>D5+1</f><v>48</v>", b"<f>D5+1</f>"))
    table = read(tmp_path / "b.xlsx")
    assert rows(table)[1] == ("A2", None, None, None)
    assert noted(table)["formulas_without_value"] == {"count": 1}


def test_two_header_rows_in_csv_are_joined_where_the_upper_one_has_gaps(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,Dates,,Place,\n,onset,report,city,street\n1,2020-01-21,2020-01-23,Harbin,x\n"))
    assert table.header == ("id", "Dates / onset", "Dates / report", "Place / city", "Place / street")
    assert rows(table) == [("1", "2020-01-21", "2020-01-23", "Harbin", "x")]


def test_parquet_of_any_type_is_read_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"id": [1, 2], "on": [None, "2020-01-21"], "lat": [1.5, 2.0], "ok": [True, None], "codes": [["a", "b"], []]}
    ).with_columns(pl.col("on").str.to_date(), pl.struct(pl.col("lat").alias("x")).alias("at"))
    frame.write_parquet(tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    assert table.header == ("id", "on", "lat", "ok", "codes", "at.x")
    assert rows(table) == [("1", None, "1.5", "true", "a; b", "1.5"), ("2", "2020-01-21", "2", None, None, "2")]
    assert read(tmp_path / "a.parquet", limit_rows=1).frame.height == 1


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "who": {"sex": "F", "age": 7.0}}, {"id": 2, "who": {"sex": null}, "x": ["a", 1]}]',
        '{"version": 3, "cases": [{"id": 1, "who": {"sex": "F", "age": 7}}, {"id": 2, "who": {"sex": null}, "x": ["a", 1]}]}',
        '{"id": 1, "who": {"sex": "F", "age": 7}}\n\n{"id": 2, "who": {"sex": null}, "x": ["a", 1]}\n',
        '[{"id": 1, "who": {"sex": "F", "age": 7}}, {"id": 2, "who": {"sex": NaN}, "x": ["a", 1]}]',
    ],
)
def test_json_in_three_forms(tmp_path: Path, text: str) -> None:
    table = read(written(tmp_path, text, "a.json"))
    assert table.header == ("id", "who.sex", "who.age", "x")
    assert rows(table) == [("1", "F", "7", None), ("2", None, None, "a; 1")]


def test_json_lines_and_entries_that_are_no_rows_are_kept_aside(tmp_path: Path) -> None:
    table = read(written(tmp_path, '{"id": 1}\n{"id": 2\n{"id": 3}\n', "a.jsonl"))
    assert table.frame["id"].to_list() == ["1", "3"]
    assert [(bad.row, bad.code) for bad in table.bad_rows] == [(2, "line_is_not_json")]
    table = read(written(tmp_path, '[{"id": 1}, "x", {"id": 3}]', "a.json"))
    assert [(bad.row, bad.code) for bad in table.bad_rows] == [(2, "row_is_not_an_object")]


def _zip_of(*names: str) -> bytes:
    import io

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "id,a\n1,2\n")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_empty"),
        (b" \r\n\r\n", "table_empty"),
        (b"\xef\xbb\xbf\n", "table_empty"),
        (b"1,2020-01-21,7\n2,2020-01-22,8\n", "table_no_header"),
        (b'"id,sex\n1,F\n2,M\n', "table_quote_in_header"),
        (b"%PDF-1.7\n", "table_unknown_format"),
        (b"\x89PNG\r\n\x1a\n", "table_unknown_format"),
        (bytes(range(256)) * 40, "table_not_text"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "table_is_a_web_page"),
        (_zip_of("a.csv", "b.csv"), "table_zip_not_one"),
        (_zip_of("a.csv")[:-30], "table_broken"),
        (b"PK\x03\x04" + b"\0" * 80, "table_broken"),
        (gzip.compress(b"id,a\n1,2\n" * 900)[:-12], "table_broken"),
        (b"PAR1 and nothing more", "table_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "table_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "table_password"),
        (b'{"id": 1, ', "table_json_broken"),
        (b'{"a": {"b": 1}, "c": []}', "table_json_no_rows"),
        (b"[1, 2]", "table_empty"),
        (",".join(f"c{i}" for i in range(1001)).encode(), "table_too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_in_three_parts(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(written(tmp_path, content)).code == code


def test_a_broken_workbook_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx").read_bytes()
    assert refused(written(tmp_path, whole[: len(whole) // 2], "b.xlsx")).code == "table_broken"
    assert refused(tmp_path / "none.csv").code == "table_missing"


def test_every_note_and_bad_row_has_words(tmp_path: Path) -> None:
    table = read(written(tmp_path, 'id,a,a\n1,2\n\n2,"3,3\n4,5,6,,\n,,\n'))
    told = [f"table.{note.code}" for note in table.notes] + [f"table.{bad.code}" for bad in table.bad_rows]
    assert {"table.columns_repeated", "table.quote_never_closed"} <= set(told)
    assert set(told) <= set(LABELS)
