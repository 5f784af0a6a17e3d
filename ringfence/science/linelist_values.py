"""Values of a line list as people write them, in English and Chinese: age, sex, yes and no, outcome, classification.

Each reader takes one trimmed text. None means that the text is a word for "no value" or that it cannot be read;
`missing` tells the two apart. Words are matched in lower case after Unicode NFKC.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ringfence.science.dates import is_missing

OLDEST = 125
"""Years; the oldest verified age is 122 (Robine & Allard 1998, Science 279: 1834)."""


@dataclass(frozen=True, slots=True)
class Age:
    """An age: years (with a fraction), or a band of whole years, both ends within (None: and older)."""

    years: float | None = None
    band: tuple[int, int | None] | None = None


_UNITS = {
    1.0: "y yr yrs year years yo y.o y.o. a 岁 歲 周岁 周歲 years_old",
    12.0: "m mo mos mth mths month months 月 个月 個月 月龄 月齡",
    52.1775: "w wk wks week weeks 周 周龄 星期",
    365.25: "d day days 天 日 日龄",
}
_PER_YEAR = {word: per for per, words in _UNITS.items() for word in words.split()}
_AGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:-?\s*([a-z.]+|[一-鿿]+))?(?:\s*old)?")
_YEARS_MONTHS = re.compile(
    r"(\d+)\s*(?:y|yrs?|years?|岁|歲)\s*(?:and\s*)?(\d+)\s*(?:m|mos?|mths?|months?|个月|個月|月)"
)
_BAND = re.compile(r"(\d+)\s*(?:-|–|—|~|to|至|到)\s*(\d+)\s*(?:y|yrs?|years?|岁|歲)?(?:\s*old)?")
_AND_OLDER = re.compile(
    r"(?:>=|≥|over\s*|above\s*)?(\d+)\s*(?:\+|岁以上|岁及以上|歲以上|歲及以上|and\s+(?:over|older|above)|or\s+older|plus)"
    r"|(?:>=|≥)\s*(\d+)|>\s*(\d+)"
)
_BELOW = re.compile(r"<\s*(\d+)|(?:under|below)\s*(\d+)|<=\s*(\d+)|≤\s*(\d+)")


def plain(text: str) -> str:
    """Lower case, NFKC, single spaces, without a full stop at the end."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip(".")


def age(text: str) -> Age | None:
    """Age in years or as a band: 7, 7.5, "7 months", 3m, 60-69, 80+, <1, 47岁, "2 years 3 months". None if unreadable.

    An impossible age (430) is read as written; whether it can be is for the caller to say (`OLDEST`).
    """
    told = plain(text)
    match = _YEARS_MONTHS.fullmatch(told)
    if match:
        return Age(int(match[1]) + int(match[2]) / 12)
    match = _AGE.fullmatch(told)
    if match:
        per = _PER_YEAR.get((match[2] or "y").strip())
        if per is not None:
            return Age(round(float(match[1].replace(",", ".")) / per, 4))
    return _age_band(told)


def _age_band(told: str) -> Age | None:
    match = _BAND.fullmatch(told)
    if match:
        return Age(band=(int(match[1]), int(match[2]))) if int(match[1]) <= int(match[2]) else None
    match = _AND_OLDER.fullmatch(told)
    if match:
        return Age(band=(int(match[1] or match[2]) if not match[3] else int(match[3]) + 1, None))
    match = _BELOW.fullmatch(told)
    if match:
        under = match[1] or match[2]
        return Age(band=(0, max(int(under) - 1, 0) if under else int(match[3] or match[4])))
    return None


def _table(**words: str) -> dict[str, str]:
    return {word.replace("_", " "): value for value, told in words.items() for word in told.split()}


SEX = _table(
    female="f female woman women girl lady w fem femme feminin mujer femenino 女 女性 女士 女孩 婦 妇",
    male="m male man men boy mal homme masculin hombre masculino h 男 男性 男士 男孩",
    other="other intersex nonbinary non-binary x transgender 其他 其它",
)
"""What is written -> female, male, other. Bare numbers mean different things in different lists: see `SEX_NUMBERS`."""

SEX_NUMBERS = {"1": "male", "2": "female"}
"""GB/T 2261.1 and ISO/IEC 5218: 1 male, 2 female. Only for columns whose numbers are 1 and 2 (0 and 9: not known)."""

YES_NO = {
    **dict.fromkeys(
        "y yes true t 1 是 有 对 已 阳性 positive pos symptomatic present x ✓ √ oui si ja ".split(),
        True,
    ),
    **dict.fromkeys("n no false f 0 否 无 不 非 未 没有 阴性 negative neg asymptomatic absent non nein".split(), False),
    "有症状": True,
    "無症狀": False,
    "无症状": False,
    "有症狀": True,
}

OUTCOME = _table(
    died="death died dead deceased fatal d dod decede mort 死亡 死 已死亡 病死 病亡 亡",
    recovered="recover recovered recovery cured cure healed resolved r survived survivor "
    "痊愈 治愈 康复 治癒 痊癒 已治愈 已康复 好转",
    discharged="discharged discharge released 出院 已出院 discharged_home released_from_isolation 解除隔离",
    alive="alive living vivant 存活 生存 在世",
    ill="active ongoing ill hospitalised hospitalized inpatient in_hospital in_treatment under_treatment "
    "still_hospitalised still_in_hospital admitted isolated 治疗中 在院 住院 住院中 在治 隔离中 未愈",
    transferred="transferred referred 转院 转诊",
    lost="lost lost_to_follow-up ltfu absconded 失访",
)
"""What is written -> died, recovered, discharged, alive, ill, transferred, lost."""

CLASSIFICATION = _table(
    confirmed="confirmed confirmed_case conf lab-confirmed laboratory_confirmed laboratory-confirmed lab_confirmed "
    "positive c "
    "确诊 确诊病例 实验室确诊 實驗室確診 確診 实验室诊断病例 confirme",
    probable="probable probable_case prob clinically_diagnosed clinical epi-linked "
    "临床诊断 临床诊断病例 可能 可能病例 極可能",
    suspect="suspect suspected suspected_case suspect_case susp 疑似 疑似病例 suspecte",
    asymptomatic="asymptomatic asymptomatic_carrier asymptomatic_infection asymptomatic_case carrier "
    "无症状 无症状感染者 阳性检测 無症狀",
    discarded="discarded not_a_case non-case noncase excluded ruled_out negative 排除 排除病例 订正 非病例",
)
"""What is written -> confirmed, probable, suspect, asymptomatic, discarded."""

SEVERITY = _table(
    asymptomatic="asymptomatic no_symptoms 无症状",
    mild="mild light slight 轻型 轻症 轻 轻度",
    moderate="moderate ordinary common typical 普通型 普通 中型 中度 中症",
    severe="severe serious 重型 重症 重 重度 严重",
    critical="critical icu life-threatening very_severe 危重型 危重 危重症 极重",
    fatal="fatal died dead death 死亡",
)

CERTAINTY = _table(
    certain="certain confirmed sure definite high known 确定 肯定",
    likely="likely probable medium epidemiologic 很可能 可能性大",
    possible="possible maybe uncertain low suspected 可能 不确定 疑似",
)


def missing(text: str) -> bool:
    """Whether a text is a word for "no value"; the codes 9, 99, 999 of questionnaires are not: a 9 may be an age."""
    return is_missing(unicodedata.normalize("NFKC", text))


def word(text: str, words: dict[str, str]) -> str | None:
    """The canonical word for a text: the whole of it, or its first part before a bracket, comma, slash or dash."""
    told = plain(text)
    if told in words:
        return words[told]
    head = re.split(r"[(\[,;/:：，（]| - ", told)[0].strip()
    return words.get(head)


def sex(text: str) -> str | None:
    """female, male, other; None if unreadable."""
    return word(text, SEX)


def yes_no(text: str) -> bool | None:
    """True, False; None if unreadable."""
    return YES_NO.get(plain(text))


def outcome(text: str) -> str | None:
    """died, recovered, discharged, alive, ill, transferred, lost; None if unreadable."""
    return word(text, OUTCOME)


def readable_share(texts: list[str], words: dict[str, str]) -> float:
    """The share of the texts (those with a value) that are in the list of words; 0.0 of none."""
    told = [text for text in texts if not missing(text)]
    return sum(1 for text in told if word(text, words) is not None) / len(told) if told else 0.0
