"""What a cell of a result file says: a result, a cycle threshold, a target, a control; in Chinese or English."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ringfence.facts.testing import Result

LARGEST_CT = 60.0
INTERNAL = "IC"
"""The target that shows that human material was in the swab, and that the reaction worked."""

_SIGNS = {"+": Result.POSITIVE, "-": Result.NEGATIVE, "±": Result.UNCLEAR, "+/-": Result.UNCLEAR}
_RESULTS: dict[str, Result] = {
    word: result
    for result, words in (
        (
            Result.POSITIVE,
            (
                "positive pos p detected reactive 阳性 阳 检出 检测到 positivedetected sarscov2detected sarscov2positive "
                "2019ncovdetected 2019ncovpositive targetdetected 新冠阳性 核酸阳性 阳性+ amplification"
            ),
        ),
        (
            Result.NEGATIVE,
            (
                "negative neg n nd notdetected undetected nonreactive notreactive 阴性 阴 未检出 未检测到 none detected "
                "targetnotdetected sarscov2notdetected sarscov2negative 2019ncovnotdetected 2019ncovnegative 新冠阴性 "
                "核酸阴性 noamplification"
            ),
        ),
        (
            Result.UNCLEAR,
            (
                "unclear inconclusive indeterminate equivocal suspect suspected suspicious borderline grey gray greyzone "
                "grayzone presumptivepositive presumptive weakpositive lowpositive retest repeat 可疑 疑似 灰区 灰区可疑 "
                "单靶标阳性 单靶阳性 单阳 弱阳性 弱阳 待复检 复检 待复核 复测 不确定"
            ),
        ),
        (
            Result.INVALID,
            (
                "invalid undetermined error failed fail fault nocall noresult void insufficient qns rejected 无效 无结果 失败 "
                "检测失败 不合格 作废 内标不合格 内标无效 未判定 实验无效"
            ),
        ),
    )
    for word in words.split()
} | {"nonedetected": Result.NEGATIVE}
del _RESULTS["none"]
_RESULTS["detected"] = Result.POSITIVE

_NO_CT = frozenset(
    "undetermined undet nan na none null noct nocq nocp notdetected nd neg negative 无 无ct 未检出 阴性 不检出 未测出 inf".split()
)
_NUMBER = re.compile(r"[<>≤≥~]?\s*(\d+(?:[.,]\d+)?)")

_TARGETS: dict[str, str] = {
    word: target
    for target, words in (
        ("ORF1ab", "orf1ab orf1 orf orf1a orf1b 1ab o"),
        ("RdRp", "rdrp rdrps"),
        ("N", "n n1 n2 n3 nucleocapsid"),
        ("E", "e envelope sarbeco"),
        ("S", "s spike"),
        (
            INTERNAL,
            (
                "ic ipc iac internalcontrol internal 内标 内参 内对照 内质控 rp rnp rnasep rpp30 ms2 gapdh actb bactin "
                "humangene 人源 人源内标 ric"
            ),
        ),
    )
    for word in words.split()
}
_BESIDE = re.compile(
    r"ct值|cq值|cp值|cт|ct|cq|cp|value|值|基因|gene|target|靶标|fam|vic|hex|rox|cy5|tamra|texasred|joe"
)
_NOT_BESIDE = re.compile(r"actb|bactin|sarbeco|nucleocapsid")

_CONTROLS: dict[str, str] = {
    word: kind
    for kind, words in (
        (
            "negative",
            (
                "ntc nc nec neg negctrl negctl negcontrol negativecontrol negativectrl negative blank blankcontrol notemplate "
                "notemplatecontrol nontemplatecontrol 阴性 阴性对照 阴性对照品 阴性质控 阴性质控品 阴控 空白 空白对照 空白质控"
            ),
        ),
        (
            "positive",
            (
                "pc pos posctrl posctl poscontrol positivecontrol positivectrl positive weakpositivecontrol 阳性 阳性对照 "
                "阳性对照品 阳性质控 阳性质控品 阳控 弱阳性对照 弱阳性质控 弱阳性质控品 弱阳质控 临界阳性质控"
            ),
        ),
        ("other", "std standard standards 标准品 empty 空孔 nrt qc 质控 质控品 calibrator"),
    )
    for word in words.split()
}


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Letters and digits alone, small, full-width ones made plain."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


@lru_cache(maxsize=4096)
def result_of(text: str) -> Result | None:
    """The result that a cell names; None where it names none that is known."""
    bare = unicodedata.normalize("NFKC", text).strip().strip("()[]（）【】 ")
    if (sign := _SIGNS.get(bare.replace("−", "-").replace("–", "-").replace("—", "-"))) is not None:
        return sign
    word = plain(text)
    return _RESULTS.get(word) or next(
        (_RESULTS[each] for each in ("阳性", "阴性") if word == f"新型冠状病毒{each}"), None
    )


@lru_cache(maxsize=65_536)
def ct_of(text: str) -> float | str | None:
    """The cycle threshold in a cell; None where there was none; the reason where it cannot be one."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if not bare.strip("-—–/. ") or plain(bare) in _NO_CT:
        return None
    found = _NUMBER.fullmatch(bare)
    if found is None:
        return "ct_unreadable"
    number = float(found[1].replace(",", "."))
    if number > LARGEST_CT:
        return "ct_unfit"
    return number or None


@lru_cache(maxsize=4096)
def target_of(text: str) -> str | None:
    """The target that a name stands for: ORF1ab, RdRp, N, E, S or the internal control."""
    word = plain(text)
    if word in _TARGETS:
        return _TARGETS[word]
    return _TARGETS.get(word if _NOT_BESIDE.search(word) else _BESIDE.sub("", word))


@lru_cache(maxsize=65_536)
def control_of(text: str) -> str | None:
    """What a sample's name or type makes of it: a `negative` or `positive` control, `other`; None: somebody's sample."""
    word = plain(text)
    return _CONTROLS.get(word) or _CONTROLS.get(word.rstrip("0123456789"))
