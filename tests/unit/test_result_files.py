"""Files as instruments and laboratory systems write them: what is read, folded, judged and refused."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.desks.testing.results.columns import is_header
from ringfence.desks.testing.results.moments import moments
from ringfence.desks.testing.results.sheet import Choices, Severity, Sheet, read_sheet
from ringfence.desks.testing.results.values import control_of, ct_of, result_of, target_of
from ringfence.facts.testing import Result

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2021, 10, 19, 9, 0, tzinfo=ZONE)

CFX = """"File Name","run 18.pcrd"
"Created By User","admin"
"Run Started","10/18/2021 05:10:12 UTC"
"Run Ended","10/18/2021 06:40:30 UTC"
"Sample Vol","25"

,Well,Fluor,Target,Content,Sample,Cq,Cq Mean
,A01,FAM,ORF1ab,Unkn-01,T1,24.51,24.51
,A01,HEX,N,Unkn-01,T1,25.01,25.01
,A01,Cy5,IC,Unkn-01,T1,27.2,27.2
,A02,FAM,ORF1ab,Unkn-02,T2,NaN,0
,A02,HEX,N,Unkn-02,T2,NaN,0
,A02,Cy5,IC,Unkn-02,T2,NaN,0
,A03,FAM,ORF1ab,Unkn-03,T3,NaN,0
,A03,HEX,N,Unkn-03,T3,34.4,0
,A03,Cy5,IC,Unkn-03,T3,27,0
,A04,FAM,ORF1ab,Unkn-04,T4,NaN,0
,A04,HEX,N,Unkn-04,T4,NaN,0
,A04,Cy5,IC,Unkn-04,T4,28,0
,H11,FAM,ORF1ab,NTC,,NaN,0
,H11,HEX,N,NTC,,NaN,0
,H12,FAM,ORF1ab,Pos Ctrl-1,PC,27,0
,H12,HEX,N,Pos Ctrl-1,PC,27.4,0
"""

QUANTSTUDIO = """* Block Type = 96-Well Block
* Experiment Barcode = PL-77
* Experiment Run End Time = 2021-10-18 15:58:04 PM CST
* Instrument Name = QS5

[Sample Setup]
Well\tWell Position\tSample Name\tColour
1\tA1\tT1\tred

[Results]
Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\tCt Mean
1\tA1\tfalse\tT1\tORF1ab\tUNKNOWN\tFAM\t30.1\t30
1\tA1\tfalse\tT1\tN\tUNKNOWN\tVIC\t29.8\t30
2\tA2\tfalse\tT2\tORF1ab\tUNKNOWN\tFAM\tUndetermined\t
2\tA2\tfalse\tT2\tN\tUNKNOWN\tVIC\tUndetermined\t
3\tH1\tfalse\tNTC\tORF1ab\tNTC\tFAM\t{ntc}\t
3\tH1\tfalse\tNTC\tN\tNTC\tVIC\tUndetermined\t

Analysis Type = Singleplex
"""

LIS = """云汀市检验中心
检测日期：2021-10-18

序号,管号,检测结果,ORF1ab Ct,N基因Ct值,内标Ct,孔位,检测时间,检验人
1,lz001,阳性,31.5,32.1,25,A1,2021/10/18 15:58,王
2,LZ002,阴性,,,26,A2,2021/10/18 15:58,王
3,LZ003,可疑,38.2,,26,A3,2021年10月18日 15时59分,王
4,阴性对照,阴性,,,,H11,2021/10/18 15:58,王
5,阳性对照,阳性,28,28,25,H12,2021/10/18 15:58,王
6,,,,,,,,
"""


def sheet(path: Path, content: str | bytes, name: str = "results.csv", **choices: bool) -> Sheet:
    file = path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sheet(file, Choices(ZONE, NOW, **choices))


def told(found: Sheet) -> dict[str, tuple[str, float | None]]:
    return {each.tube: (each.result.value, each.ct) for each in found.readings}


def refused(found: Sheet) -> dict[int, str]:
    return {cell.row: cell.code for cell in found.bad if cell.severity is Severity.REFUSED}


def test_an_export_of_wells_and_targets_is_one_reading_a_tube(tmp_path: Path) -> None:
    found = sheet(tmp_path, CFX)
    assert told(found) == {
        "T1": ("positive", 24.51),
        "T2": ("invalid", None),  # no internal control either
        "T3": ("unclear", 34.4),  # one target of two
        "T4": ("negative", None),
    }
    assert (found.rows, found.folded, found.controls, found.bad) == (16, 8, 2, [])
    assert {from_micros(each.at or 0) for each in found.readings} == {datetime(2021, 10, 18, 6, 40, 30, tzinfo=UTC)}
    plate = found.plates[0]
    assert (plate.held, plate.negative_ct, plate.positive_ct, plate.wells[:2]) == (True, None, 27.0, ("A01", "A02"))


def test_an_export_with_several_blocks_is_read_from_its_results_to_its_foot(tmp_path: Path) -> None:
    found = sheet(tmp_path, QUANTSTUDIO.format(ntc="Undetermined"), "qs.txt")
    assert told(found) == {"T1": ("positive", 29.8), "T2": ("negative", None)}
    assert [(each.name, each.instrument, each.held) for each in found.plates] == [("PL-77", "QS5", True)]
    assert [each.row for each in found.readings] == [12, 14]
    assert found.bad == []


def test_a_plate_whose_controls_failed_makes_its_tubes_invalid(tmp_path: Path) -> None:
    found = sheet(tmp_path, QUANTSTUDIO.format(ntc="35"), "qs.txt")
    assert {(each.result, each.why) for each in found.readings} == {(Result.INVALID, "controls_failed")}
    assert [(cell.code, cell.value, cell.told["tubes"]) for cell in found.bad] == [("controls_failed", "PL-77", 2)]
    taken = sheet(tmp_path, QUANTSTUDIO.format(ntc="35"), "qs.txt", despite_controls=True)
    assert told(taken) == {"T1": ("positive", 29.8), "T2": ("negative", None)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_of_a_chinese_laboratory_system(tmp_path: Path, encoding: str) -> None:
    found = sheet(tmp_path, LIS.encode(encoding))
    assert told(found) == {"LZ001": ("positive", 31.5), "LZ002": ("negative", None), "LZ003": ("unclear", 38.2)}
    assert found.plates[0].held is True
    assert found.bad == []
    assert {from_micros(each.at or 0).astimezone(ZONE).strftime("%d %H:%M") for each in found.readings} == {
        "18 15:58",
        "18 15:59",
    }


def test_a_workbook_is_read_from_its_sheet_of_results(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "run.xlsx") as book:
        other = book.add_worksheet("Sample Setup")
        other.write_row(0, 0, ["Well", "Sample Name"])
        other.write_row(1, 0, ["A1", "T1"])
        page = book.add_worksheet("Results")
        for row, pair in enumerate([("Experiment Name", "Run 7"), ("Run End Time", "2021-10-18 15:58:00")] * 20):
            page.write_row(row, 0, pair)
        page.write_row(41, 0, ["Well", "Sample Name", "Target Name", "Task", "Cт", "Comments"])
        for n, (well, tube, target, task, ct) in enumerate(
            [
                ("A1", "T1", "ORF1ab", "UNKNOWN", 30.25), ("A1", "T1", "N", "UNKNOWN", 31),
                ("A2", "T2", "ORF1ab", "UNKNOWN", "Undetermined"), ("A2", "T2", "N", "UNKNOWN", "Undetermined"),
            ]
        ):  # fmt: skip
            page.write_row(42 + n, 0, [well, tube, target, task, ct])
    found = read_sheet(tmp_path / "run.xlsx", Choices(ZONE, NOW))
    assert told(found) == {"T1": ("positive", 30.25), "T2": ("negative", None)}
    assert found.plates[0].name == "RUN-7"
    assert found.plates[0].held is None


def test_json_of_a_laboratory_system(tmp_path: Path) -> None:
    text = (
        '{"results": [{"barcode": "T1", "result": "Detected", "ct": 30}, {"barcode": "T2", "result": "Not detected"}]}'
    )
    assert told(sheet(tmp_path, text, "r.json")) == {"T1": ("positive", 30.0), "T2": ("negative", None)}


def test_a_tube_with_two_results_is_not_taken_and_one_told_twice_is_taken_once(tmp_path: Path) -> None:
    found = sheet(
        tmp_path, "Tube,Result,Ct\nT1,Positive,30\nT1,Negative,\nT2,Negative,\nT2,Negative,\nT3,Positive,33\n"
    )
    assert told(found) == {"T2": ("negative", None), "T3": ("positive", 33.0)}
    assert refused(found) == {2: "two_results", 3: "two_results"}
    assert found.folded == 1


def test_each_bad_row_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        "Barcode,Result,Ct,Result time\n"
        "T1,Positive,30,2021-10-18 15:58\n"
        "T2,maybe,,2021-10-18 15:58\n"
        "T3,Positive,99,2021-10-18 15:58\n"
        "T 4,Positive,30,2021-10-18 15:58\n"
        ",Positive,30,2021-10-18 15:58\n"
        "T6,Negative,,2021-10-20 15:58\n"
        "T7,Negative,,yesterday\n"
        "T8,,,2021-10-18 15:58\n"
        "T9,Negative,,2021-10-18 15:58 EST\n"
        "T10,Negative,,2021-10-18T08:58+01:00\n",
    )
    assert refused(found) == {
        3: "result_unreadable", 4: "ct_unfit", 5: "tube_unfit", 6: "tube_missing", 7: "in_future", 8: "time_unreadable",
        9: "result_missing", 10: "zone_unknown",
    }  # fmt: skip
    assert set(told(found)) == {"T1", "T10"}
    assert from_micros(found.readings[-1].at or 0) == datetime(2021, 10, 18, 7, 58, tzinfo=UTC)


def test_half_a_file_is_refused_whole_or_its_good_rows_taken_on_request(tmp_path: Path) -> None:
    whole = "Tube,Result,Ct\nT1,Negative,\nT2,Positive,30.1\nT3,Negative,\n"
    assert len(sheet(tmp_path, whole[:-1]).readings) == 3
    with pytest.raises(Refused, match="results_half_file") as caught:
        sheet(tmp_path, whole[:-4])
    assert caught.value.told["row"] == 4
    assert set(told(sheet(tmp_path, whole[:-4], good_rows=True))) == {"T1", "T2"}
    with pytest.raises(Refused, match="results_half_file"):
        sheet(tmp_path, "Tube,Result,Ct\nT1,Negative,\nT2,Pos")


def test_a_whole_file_whose_last_row_is_bad_is_not_half_a_file(tmp_path: Path) -> None:
    text = "Tube,Result,Ct\nT1,Negative,\nT2,maybe,\n"
    for name, whole in (
        ("r.csv", text.encode()),
        ("w.csv", text.encode("utf-16")),
        ("r.csv.gz", gzip.compress(text.encode())),
    ):
        found = sheet(tmp_path, whole, name)
        assert (set(told(found)), refused(found)) == ({"T1"}, {3: "result_unreadable"})
    for name, half in (("w.csv", text[:-3].encode("utf-16")), ("r.csv.gz", gzip.compress(text[:-3].encode()))):
        with pytest.raises(Refused, match="results_half_file"):
            sheet(tmp_path, half, name)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(("Tube,Result\n" + "".join(f"T{n},Negative\n" for n in range(5000))).encode())
    with pytest.raises(Refused, match="table_broken"):
        sheet(tmp_path, packed[: len(packed) // 2], "r.csv.gz")


def test_a_file_without_tubes_or_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="results_no_tubes"):
        sheet(tmp_path, "Name,Result\nAna,Negative\nBo,Negative\n")
    with pytest.raises(Refused, match="results_no_results"):
        sheet(tmp_path, "Tube,Colour\nT1,red\nT2,red\n")


def test_the_order_of_day_and_month_is_decided_by_the_column() -> None:
    found = moments(["10/18/2021 03:58 PM", "10/09/2021 12:05 AM"], ZONE, NOW)
    assert found["10/18/2021 03:58 PM"] == datetime(2021, 10, 18, 15, 58, tzinfo=ZONE)
    assert found["10/09/2021 12:05 AM"] == datetime(2021, 10, 9, 0, 5, tzinfo=ZONE)
    assert moments(["03/04/2021 10:00"], ZONE, NOW) == {"03/04/2021 10:00": "day_ambiguous"}
    assert moments(["18.10.2021"], ZONE, NOW)["18.10.2021"] == datetime(2021, 10, 18, 23, 59, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("阳性(+)", "positive"), ("＋", "positive"), ("SARS-CoV-2 detected", "positive"), ("Not Detected", "negative"),
        ("未检出", "negative"), ("−", "negative"), ("灰区", "unclear"), ("Inconclusive", "unclear"), ("无效", "invalid"),
        ("Undetermined", "invalid"), ("perhaps", None),
    ],
)  # fmt: skip
def test_results_in_both_languages(text: str, result: str | None) -> None:
    assert (result_of(text) or None) == (Result(result) if result else None)


def test_cells_of_instruments() -> None:
    assert [ct_of(text) for text in ("31,5", "Undetermined", "N/A", "0", "—", "x", "61")] == [
        31.5, None, None, None, None, "ct_unreadable", "ct_unfit",
    ]  # fmt: skip
    assert [target_of(text) for text in ("ORF1ab Ct", "N基因(VIC)", "E gene", "RNase P", "内标Ct值", "Result")] == [
        "ORF1ab", "N", "E", "IC", "IC", None,
    ]  # fmt: skip
    assert [control_of(text) for text in ("NTC-2", "阳性质控", "Neg Ctrl", "Unkn-01", "T00123", "NC123X")] == [
        "negative", "positive", "negative", None, None, None,
    ]  # fmt: skip
    assert is_header(["Well", "Sample Name", "Cт"])
    assert not is_header(["Sample", "red"])
