"""The fields that a line list can have here, and the names under which the world's line lists carry them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ringfence.core.words import N_
from ringfence.science.linelist_values import CERTAINTY, CLASSIFICATION, OUTCOME, SEVERITY, SEX

Kind = Literal["text", "date", "age", "band", "number", "enum", "yesno", "codes"]

EXTRA = "extra"
"""Column kept as it is, beside the fields."""

SKIP = "skip"
"""Column left out by the map's author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One canonical field. `synonyms` are header names, the likeliest first; `words` the values of an enum."""

    name: str
    kind: Kind
    label: str  # English, a message id
    chinese: str
    synonyms: tuple[str, ...]
    words: Mapping[str, str] | None = None
    many: bool = False  # several columns may feed it
    personal: bool = False  # names a person: never to be put into a fact


def _f(  # noqa: PLR0913 (one row of the table below)
    name: str,
    kind: Kind,
    label: str,
    chinese: str,
    synonyms: str,
    *,
    words: Mapping[str, str] | None = None,
    many: bool = False,
    personal: bool = False,
) -> Field:
    told = (name, *synonyms.split("|"), label, chinese)
    return Field(
        name=name, kind=kind, label=label, chinese=chinese, synonyms=told, words=words, many=many, personal=personal
    )


CASE_FIELDS: tuple[Field, ...] = (
    _f(
        "code", "text", N_("Case code"), "病例编号",
        "case id|case no|case number|case code|id|case identifier|linelist id|line list id|epid number|epid|"
        "case ref|record id|unique id|patient id|patient no|no|病例号|个案编号|病例编码|卡片编号|卡片ID|编号|"
        "病例|序号",
    ),
    _f(
        "person_code", "text", N_("Person code"), "人员编号",
        "person id|person code|patient code|person no|人员编码|人员ID",
    ),
    _f(
        "name", "text", N_("Name"), "姓名",
        "full name|patient name|case name|surname and name|患者姓名|病例姓名|名字",
        personal=True,
    ),
    _f(
        "sex", "enum", N_("Sex"), "性别",
        "gender|sex at birth|male|female|患者性别",
        words=SEX,
    ),
    _f(
        "age", "age", N_("Age"), "年龄",
        "age years|age in years|age at onset|patient age|岁数|患者年龄|实足年龄|age y",
    ),
    _f(
        "age_band", "band", N_("Age band"), "年龄组",
        "age class|age group|agegroup|age cat|age category|age range|年龄段|年龄分组",
    ),
    _f(
        "birth_on", "date", N_("Date of birth"), "出生日期",
        "dob|birth date|birthday|birthdate|date birth|生日|出生年月日",
        personal=True,
    ),
    _f(
        "id_number", "text", N_("Identity number"), "证件号码",
        "national id|identity card|id card|id number|passport|passport no|身份证|身份证号|身份证号码|有效证件号|"
        "护照号",
        personal=True,
    ),
    _f(
        "phone", "text", N_("Telephone"), "联系电话",
        "phone number|tel|telephone|mobile|cell phone|contact number|电话|手机|手机号|联系方式",
        personal=True,
    ),
    _f(
        "address", "text", N_("Address"), "现住址",
        "home address|current address|street address|residence address|住址|现住地址|详细地址|家庭住址|地址",
        personal=True,
    ),
    _f(
        "nationality", "text", N_("Nationality"), "国籍",
        "citizenship|country of citizenship|nationality country",
    ),
    _f(
        "occupation", "text", N_("Occupation"), "职业",
        "job|profession|work|人群分类|患者职业",
    ),
    _f(
        "country", "text", N_("Country"), "国家",
        "country of residence|reporting country|reporting ctry|country reported|country of report|国家地区|"
        "居住国家",
    ),
    _f(
        "admin1", "text", N_("Province or state"), "省份",
        "province|state|region|admin 1|adm1|省|省市|所属省份|居住省份",
    ),
    _f(
        "admin2", "text", N_("City or district"), "地市",
        "district|city|county|prefecture|admin 2|adm2|市|城市|地级市|居住城市|区县",
    ),
    _f(
        "admin3", "text", N_("Township or chiefdom"), "乡镇街道",
        "chiefdom|township|subdistrict|sub district|commune|street|village|admin 3|adm3|乡镇|街道|社区",
    ),
    _f(
        "classification", "enum", N_("Classification"), "病例分类",
        "case classification|case status|status|case definition|case type|confirmation status|分类|诊断分类|"
        "病例类型|诊断类型|病例状态",
        words=CLASSIFICATION,
    ),
    _f(
        "symptomatic", "yesno", N_("Symptomatic"), "有无症状",
        "symptoms|has symptoms|any symptoms|symptom status|是否有症状|症状",
    ),
    _f(
        "severity", "enum", N_("Severity"), "病情程度",
        "clinical severity|severity of illness|clinical status|临床分型|临床严重程度|病情|严重程度",
        words=SEVERITY,
    ),
    _f(
        "infected_on", "date", N_("Date of infection"), "感染日期",
        "infection date|date infected|presumed infected date|presumed infection date|estimated infection date|"
        "dt infection|感染时间",
    ),
    _f(
        "exposed_from", "date", N_("Exposed from"), "暴露开始日期",
        "exposure start|date start exposure|dt start exp|start exp|start source|first exposure|"
        "date of first exposure|exposure from|exposure date|date of exposure|首次暴露日期|暴露开始时间|"
        "首次接触日期",
    ),
    _f(
        "exposed_to", "date", N_("Exposed to"), "暴露结束日期",
        "exposure end|date end exposure|dt end exp|end exp|end source|last exposure|date of last exposure|"
        "exposure to|last poss exposure|last possible exposure|末次暴露日期|最后暴露日期|末次接触日期|"
        "暴露结束时间",
    ),
    _f(
        "onset_on", "date", N_("Date of onset"), "发病日期",
        "onset|onset date|date onset|date of onset|dt onset|date onset symptoms|symptom onset|symptom onset date|"
        "date symptom onset|date of symptom onset|first symptom date|date of prodrome|illness onset|"
        "onset of symptoms|发病时间|起病日期|症状出现日期|发病日",
    ),
    _f(
        "rash_on", "date", N_("Date of rash"), "出疹日期",
        "rash date|date of rash|rash onset|date rash onset|出疹时间",
    ),
    _f(
        "sampled_on", "date", N_("Date of sample"), "采样日期",
        "sample date|date sample|date of sample|specimen date|date of specimen collection|sample collection date|"
        "swab date|采样时间|标本采集日期",
    ),
    _f(
        "confirmed_on", "date", N_("Date of confirmation"), "确诊日期",
        "confirm date|confirmation date|date confirmation|date of confirmation|date confirmed|confirmed date|"
        "diagnosis date|date of diagnosis|dt diag|dt diagnosis|lab confirmation date|date of positive test|"
        "确诊时间|诊断日期|诊断时间|确认日期|检出日期",
    ),
    _f(
        "reported_on", "date", N_("Date of report"), "报告日期",
        "report date|date report|date reported|date of report|dt report|notification date|date of notification|"
        "date notified|报告时间|报卡日期|上报日期|填卡日期|通报日期",
    ),
    _f(
        "quarantined_on", "date", N_("Date of quarantine"), "隔离日期",
        "quarantine date|date quarantine|date of quarantine|date quarantined|isolation date|date of isolation|"
        "date isolated|隔离时间|隔离开始日期|管控日期",
    ),
    _f(
        "quarantined", "yesno", N_("In quarantine when found"), "是否隔离",
        "quarantine|in quarantine|was quarantined|是否集中隔离|是否管控",
    ),
    _f(
        "admitted_on", "date", N_("Date of admission"), "入院日期",
        "admission date|date admission|date of admission|date admitted|date of hospitalisation|"
        "date of hospitalization|hospitalisation date|hospitalization date|date hospital|date hospitalised|"
        "dt hosp|入院时间|住院日期|收治日期",
    ),
    _f(
        "discharged_on", "date", N_("Date of discharge"), "出院日期",
        "discharge date|date discharge|date of discharge|date discharged|出院时间",
    ),
    _f(
        "recovered_on", "date", N_("Date of recovery"), "痊愈日期",
        "recovery date|date recovery|date of recovery|date recovered|治愈日期|康复日期|转阴日期",
    ),
    _f(
        "died_on", "date", N_("Date of death"), "死亡日期",
        "death date|date death|date of death|dt death|date died|dod|死亡时间",
    ),
    _f(
        "outcome", "enum", N_("Outcome"), "转归",
        "case outcome|final outcome|outcome status|vital status|patient outcome|status|结局|病例转归|治疗结果|"
        "转归情况",
        words=OUTCOME,
    ),
    _f(
        "outcome_on", "date", N_("Date of outcome"), "转归日期",
        "outcome date|date outcome|date of outcome|dt outcome|转归时间|结局日期",
    ),
    _f(
        "hospital", "text", N_("Hospital"), "医院",
        "health facility|facility|loc hosp|hospital name|treatment hospital|admitting hospital|收治医院|就诊医院|"
        "报告单位|医疗机构|定点医院",
    ),
    _f(
        "infector", "codes", N_("Infected by"), "传染来源病例",
        "infector id|infector case|source case|source case id|infected by|infecting case|parent case|index case|"
        "传染源|感染来源病例|上代病例|感染来源编号",
        many=True,
    ),
    _f(
        "related", "codes", N_("Related cases"), "关联病例",
        "related cases|linked cases|cluster links|links to cases|epi links|contact of|related case ids|"
        "关联病例编号|相关病例|关联病例号",
        many=True,
    ),
    _f(
        "exposure_setting", "text", N_("Setting of exposure"), "暴露场所",
        "exposure|setting|exposure setting|presumed reason|cluster risk|infection setting|cluster setting|"
        "cluster setting 1|place of exposure|exposure location|exposure type|暴露地点|暴露类型|感染场所|感染途径",
    ),
    _f(
        "infected_place", "text", N_("Place of infection"), "感染地",
        "place infect|infected city|infected place|place of infection|location of infection|country of infection|"
        "感染地点|感染来源地",
    ),
    _f(
        "cluster", "text", N_("Cluster"), "聚集性疫情",
        "cluster id|cluster name|cluster no|outbreak id|聚集疫情编号|聚集性疫情编号|疫情编号|链条|传播链",
    ),
    _f(
        "household", "text", N_("Household"), "家庭编号",
        "family id|household id|hh id|family|家庭|家庭ID|户号",
    ),
    _f(
        "imported", "yesno", N_("Imported"), "是否输入",
        "imported case|import status|is imported|输入病例|境外输入|输入性病例",
    ),
    _f(
        "travel_history", "text", N_("Travel history"), "旅居史",
        "travel|recent travel|travel history location|旅行史|出行史|近期旅居史|行程",
    ),
    _f(
        "lat", "number", N_("Latitude"), "纬度",
        "latitude|y coord|gps lat|lat dd",
    ),
    _f(
        "lon", "number", N_("Longitude"), "经度",
        "longitude|long|lng|x coord|gps lon|lon dd",
    ),
    _f(
        "notes", "text", N_("Notes"), "备注",
        "additional information|additional info|comments|comment|remarks|note|说明|其他信息",
    ),
    _f(
        "source", "text", N_("Source of the record"), "资料来源",
        "data source|reference|url|source url|link|信息来源|来源",
    ),
)  # fmt: skip

LINK_FIELDS: tuple[Field, ...] = (
    _f(
        "infector", "text", N_("Infected by"), "传染来源病例",
        "infector id|infector case|from|source case|source|source id|parent|infector code|from case|传染源|"
        "感染来源病例|上代病例|一代病例|指示病例",
    ),
    _f(
        "infectee", "text", N_("Infected person"), "被感染者",
        "infectee id|infectee case|to|target|target id|secondary case|child|case id|case no|case|infectee code|"
        "to case|续发病例|二代病例|下代病例|病例编号",
    ),
    _f(
        "setting", "text", N_("Setting of exposure"), "暴露场所",
        "exposure|cluster risk|exposure setting|contact setting|contact type|source|type|place|接触场所|接触方式|"
        "暴露类型",
    ),
    _f(
        "relation", "text", N_("Relation"), "关系",
        "relationship|infectee relation to infector|relation to infector|contact relation|与传染源关系|"
        "与病例关系",
    ),
    _f(
        "household", "yesno", N_("Same household"), "是否同住",
        "is household|household|same household|household contact|household pair|是否家庭成员|同住",
    ),
    _f(
        "certainty", "enum", N_("Certainty"), "确定程度",
        "confidence|link certainty|evidence level|evidence|可信度|把握程度",
        words=CERTAINTY,
    ),
)  # fmt: skip

CASES: dict[str, Field] = {field.name: field for field in CASE_FIELDS}
LINKS: dict[str, Field] = {field.name: field for field in LINK_FIELDS}

FIELD_LABELS: dict[str, str] = {f"linelist.field.{field.name}": field.label for field in (*LINK_FIELDS, *CASE_FIELDS)}

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SAME = {
    "dt": "date",
    "nr": "no",
    "num": "no",
    "number": "no",
    "ids": "id",
    "ctry": "country",
    "hosp": "hospital",
    "dx": "diagnosis",
}
_DROPPED = frozenset({"of", "the", "a", "for"})


@cache
def words_of(header: str) -> tuple[str, ...]:
    """The words of a header: `CaseID`, `case.id`, `case_ID` are all (case, id); `dt_onset` is (date, onset)."""
    parted = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    told = re.sub(r"[\W_]+", " ", parted.lower()).split()
    return tuple(_SAME.get(word, word) for word in told if word not in _DROPPED)
