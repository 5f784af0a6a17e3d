"""Which column of a result file is what: told by its name, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.core.errors import Refused
from ringfence.core.tables import Table
from ringfence.desks.testing.results.values import ct_of, plain, target_of

_NAMES: dict[str, tuple[str, ...]] = {
    field: tuple(words.split())
    for field, words in (
        (
            "tube",
            ("管号 采样管号 采集管号 试管号 试管编号 采样管编号 混采管号 混管编号 采样管条码 试管条码 条码 条码号 条形码 样本条码 样本条码号 样品条码 "
            "标本条码 tubebarcode tubeid tubecode tubeno tubenumber tube barcode samplebarcode specimenbarcode 样本编号 "
            "样本号 样品编号 样品号 标本编号 标本号 送检编号 sampleid samplecode sampleno samplenumber specimenid specimenno "
            "specimennumber accession accessionnumber accessionno samplename specimenname 样本名称 样品名称 标本名称 sample "
            "specimen 样本 样品 标本"),
        ),
        (
            "result",
            ("检测结果 核酸检测结果 核酸结果 最终结果 最终判定 结果判定 判定结果 检验结果 结果 结论 判定 判读 检测结论 finalresult overallresult "
            "testresult result results resultinterpretation interpretation finalcall call assessment conclusion "
            "qualitativeresult qualitative outcome resulttext"),
        ),
        ("ct", "ct cт crt cq cp ct值 cq值 cp值 ctvalue cqvalue cyclethreshold 最低ct值 最低ct minct lowestct ct值最低"),
        ("target", "target targetname detector detectorname gene genename 靶标 靶标名称 靶基因 基因 基因名称 检测靶标 目标基因"),
        ("kind", "task content sampletype specimentype welltype type samplekind role 样本类型 样品类型 标本类型 类型 孔类型 属性"),
        ("well", "wellposition wellname wellid well position 孔位 孔号 孔 反应孔 板位 位置"),
        ("plate", "platebarcode plateid platename plateno platenumber plate 板号 板条码 孔板编号 反应板号 反应板 孔板号 上机板号 扩增板号 runname runid runno batch 批次 批次号"),
        ("instrument", "instrumentid instrumentname instrumentserialnumber instrument 仪器编号 仪器名称 仪器 设备编号 设备 扩增仪 扩增仪编号 machine device cycler"),
        (
            "at",
            ("resultat resulttime resultdatetime reportedat reporttime readat readtime completedat testedat testtime runend runendtime "
            "runended runat runtime rundatetime 出结果时间 结果时间 检测完成时间 检测结束时间 检测时间 检验时间 报告时间 审核时间 测试时间 上机时间 实验时间 "
            "datetime timestamp time 时间"),
        ),
        ("on", "resultdate reportdate testdate rundate runstartdate date 检测日期 检验日期 报告日期 结果日期 实验日期 日期"),
        ("operator", "operator user username technician testedby 检测人 检验人 检验员 操作员 操作人 实验员"),
    )
}  # fmt: skip

_PREAMBLE = ("plate", "instrument", "at", "on", "operator")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are read; `cts` are those with the cycle threshold of one target each."""

    of: dict[str, str]
    cts: tuple[tuple[str, str], ...] = ()

    @property
    def by_target(self) -> bool:
        """Whether each row is one target of a well."""
        return "target" in self.of

    def used(self) -> list[str]:
        """Their names, as the file has them."""
        return [*self.of.values(), *(name for name, _ in self.cts)]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names a column of tubes and one of results or cycle thresholds."""
    words = {plain(cell) for cell in cells if cell}
    if words.isdisjoint(_NAMES["tube"]):
        return False
    called = not words.isdisjoint(_NAMES["result"]) or not words.isdisjoint(_NAMES["ct"])
    return called or any(_ct_target(cell) for cell in cells if cell)


def columns_of(table: Table) -> Columns:
    """The columns of a table.

    Raises Refused (`results_no_tubes`, `results_no_results`) where it names no tubes, or nothing about them.
    """
    words = {name: plain(name.rsplit(" / ", 1)[-1]) for name in table.header}
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        ranked = [(names.index(word), n, name) for n, (name, word) in enumerate(words.items()) if word in names]
        if ranked:
            found[field] = min(ranked)[2]
    taken = set(found.values())
    cts = tuple((name, target) for name in table.header if name not in taken and (target := _target(table, name)))
    shown = ", ".join(table.header)[:400]
    if "tube" not in found:
        raise Refused("results_no_tubes", header=shown)
    if "result" not in found and "ct" not in found and not cts:
        raise Refused("results_no_results", header=shown)
    return Columns(found, cts)


def _ct_target(name: str) -> str | None:
    """The target whose cycle threshold a column named so holds."""
    word = plain(name)
    return target_of(name) if any(mark in word for mark in ("ct", "cq", "cp", "cт")) else None


def _target(table: Table, name: str) -> str | None:
    """The same; a column named by the target alone counts if numbers stand in it."""
    target = _ct_target(name) or target_of(name)
    if target is None:
        return None
    sample = table.frame[name].drop_nulls().head(200).to_list()
    numbers = [isinstance(ct_of(text), float) for text in sample]
    readable = [not isinstance(ct_of(text), str) for text in sample]
    return target if _ct_target(name) or (any(numbers) and all(readable)) else None


def preamble_of(texts: Sequence[str]) -> dict[str, str]:
    """What the block above the header says of the run: field -> value, the first name of each field winning."""
    found: dict[str, tuple[int, str]] = {}
    for text in texts:
        for field in _PREAMBLE:
            if (told := _said(text, field)) is not None and told[0] < found.get(field, (99, ""))[0]:
                found[field] = told
    return {field: value for field, (_, value) in found.items()}


_ABOVE: dict[str, tuple[str, ...]] = {
    "plate": ("plate barcode", "experiment barcode", "plate id", "barcode", "板条码", "板号", "反应板号", "plate name",
              "experiment name", "run name", "批次号", "实验名称"),
    "instrument": ("instrument serial number", "base serial number", "instrument name", "instrument type", "仪器编号", "仪器",
                   "instrument", "设备编号", "block serial number"),
    "at": ("experiment run end time", "run end data/time", "run end date/time", "run end time", "run ended", "检测结束时间",
           "检测完成时间", "检测时间", "run started", "run start time", "last modified", "报告时间"),
    "on": ("检测日期", "run date", "报告日期"),
    "operator": ("experiment user name", "user name", "operator", "user", "检测人", "操作员", "检验员"),
}  # fmt: skip


def _said(text: str, field: str) -> tuple[int, str] | None:
    """(how good the name is: 0 best, value) where a line of the block tells a field."""
    line = text.strip().lstrip("*# ").replace('"', "").strip()
    small = line.casefold()
    for rank, name in enumerate(_ABOVE[field]):
        if small.startswith(name):
            value = line[len(name) :].lstrip(" \t=:：,;").strip(" ,;\t")
            if value and plain(value) not in ("na", "none"):
                return rank, value
    return None
