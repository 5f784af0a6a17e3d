"""Answers: whatever is typed is taken or refused, never a crash; what is taken reads back the same."""

from __future__ import annotations

import json
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.desks.cases.interview import (
    Field,
    Form,
    NoAnswer,
    asked,
    columns,
    flat,
    forms,
    plain,
    summary,
    validate,
)
from ringfence.desks.cases.interview_form import REPEATABLE, Kind
from ringfence.desks.cases.interview_words import LABELS

SHIPPED = forms([Path(__file__).resolve().parents[2] / "ringfence" / "policies" / "forms"])
COVID = SHIPPED["covid", 1]
TODAY = date(2022, 3, 12)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def check(answers: dict[str, Any], form: Form = COVID, *, partial: bool = True) -> Any:
    return validate(form, answers, partial=partial, today=TODAY, zone=SHANGHAI)


def code_of(field: str, told: Any) -> str:
    return str(
        check({"symptoms_any": "yes", "vehicles": ["flight"], "symptoms": ["fever"], field: told}).errors[field][0].code
    )


@pytest.mark.parametrize(
    ("field", "told", "typed"),
    [
        ("doses", " ２ ", 2),
        ("doses", 2.0, 2),
        ("onset_on", "2022年3月9日", date(2022, 3, 9)),
        ("onset_on", "2022/3/9", date(2022, 3, 9)),
        ("interviewed_at", "2022-03-12 09:30", datetime(2022, 3, 12, 1, 30, tzinfo=UTC)),
        ("interviewed_at", "2022-03-12T09:30:00+00:00", datetime(2022, 3, 12, 9, 30, tzinfo=UTC)),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("id_number", "E12345678", "E12345678"),
        ("highest_temp_c", "38.4", 38.4),
        ("symptoms", ["cough", "fever", "cough"], ("fever", "cough")),
        ("symptoms_any", True, "yes"),
        ("full_name", {"no_answer": "refused"}, NoAnswer.REFUSED),
    ],
)
def test_what_people_type_is_understood(field: str, told: Any, typed: Any) -> None:
    checked = check({"symptoms_any": "yes", "symptoms": ["fever"], field: told})
    assert checked.ok
    assert checked.answers[field] == typed


@pytest.mark.parametrize(
    ("field", "told", "code"),
    [
        ("doses", "two", "answer.not_an_integer"),
        ("doses", True, "answer.not_an_integer"),
        ("doses", -1, "answer.too_low"),
        ("doses", 13, "answer.too_high"),
        ("highest_temp_c", float("nan"), "answer.not_a_number"),
        ("highest_temp_c", "38,4", "answer.not_a_number"),
        ("onset_on", "03/09/2022", "answer.not_a_date"),
        ("onset_on", "2022-02-30", "answer.not_a_date"),
        ("onset_on", "2022-03-13", "answer.too_high"),
        ("interviewed_at", "2022-03-13 00:01", "answer.too_high"),
        ("interviewed_at", "0001-01-01 00:00", "answer.not_a_datetime"),
        ("phone", "12", "answer.not_a_phone"),
        ("id_number", "110105194912310021", "answer.id_number_checksum"),
        ("id_number", "??", "answer.not_an_id_number"),
        ("sex", "xx", "answer.not_a_choice"),
        ("conditions", ["none", "heart"], "answer.stands_alone"),
        ("conditions", 7, "answer.not_a_list"),
        ("full_name", "x" * 501, "answer.too_long"),
        ("full_name", "a\x00b", "answer.not_printable"),
        ("full_name", {"no_answer": "lazy"}, "answer.not_a_reason"),
        (
            "places",
            [{"place": "a", "from": "2022-03-02 10:00", "until": "2022-03-02 09:00"}],
            "answer.ends_before_it_begins",
        ),
        ("places", [{"activity": "a"}], "answer.missing"),
        ("places", ["home"], "answer.not_a_row"),
        ("places", [{"place": "a", "weather": "b"}], "answer.no_such_field"),
        ("places", [{"place": "a"}] * 201, "answer.too_many_rows"),
        ("nonsense", 1, "answer.no_such_field"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(field: str, told: Any, code: str) -> None:
    assert code_of(field, told) == code
    assert code in LABELS


def test_a_bad_row_is_named() -> None:
    problem = check({"contacts_home": [{"name": "Li"}, {"name": "Bo", "phone": "1"}]}).errors["contacts_home"][0]
    assert (problem.row, problem.part, problem.code) == (1, "phone", "answer.not_a_phone")


def test_an_answer_no_longer_asked_is_set_aside_not_lost() -> None:
    told = {"symptoms_any": "no", "onset_on": "2022-03-09", "symptoms": ["fever"], "highest_temp_c": 39}
    checked = check(told)
    assert checked.ok
    assert set(checked.answers) == {"symptoms_any"}
    assert checked.set_aside == ("onset_on", "symptoms", "highest_temp_c")


def test_a_partial_form_may_lack_what_a_finished_one_may_not() -> None:
    told = {"symptoms_any": "yes", "sex": {"no_answer": "unknown"}}
    assert check(told).ok
    finished = check(told, partial=False)
    assert finished.errors["onset_on"][0].code == "answer.missing"
    assert "onset_on" in finished.missing
    assert "sex" not in finished.missing
    assert finished.completeness == pytest.approx(2 / len(asked(COVID, finished.answers)))


def test_a_whole_section_can_hang_on_an_answer() -> None:
    ebola = SHIPPED["ebola", 1]
    names = {field.name for field in asked(ebola, {"state": "alive"})}
    assert "died_on" not in names
    assert "died_on" in {field.name for field in asked(ebola, {"state": "dead"})}


def test_answers_are_shown_in_both_languages_and_masked_unless_revealed() -> None:
    answers = check(
        {"full_name": "王小明", "sex": "male", "doses": 2, "places": [{"place": "东门", "from": "2022-03-08 06:00"}]}
    ).answers
    told = {shown.label: shown for block in summary(COVID, answers, "en", zone=SHANGHAI) for shown in block.shown}
    assert told["Sex"].text == "Male"
    assert told["Places visited"].rows == (("东门", "2022-03-08 06:00", "", "", ""),)
    hidden = {
        shown.label: shown for block in summary(COVID, answers, "zh-hans", revealed=False) for shown in block.shown
    }
    assert hidden["性别"].text == "男"
    assert hidden["姓名"].masked
    assert "王小明" not in str(hidden)
    assert "东门" not in str(hidden)


def test_an_export_loses_no_row() -> None:
    rows = [{"place": f"P{number}"} for number in range(8)]
    told = flat(COVID, check({"places": rows, "conditions": ["none"]}).answers, rows=5)
    assert told["places.count"] == 8
    assert told["places.5.place"] == "P4"
    assert json.loads(told["places.rest"]) == rows[5:]
    assert told["conditions.none"] is True
    assert told["conditions.heart"] is False
    assert set(told) <= {column.name for column in columns(COVID, rows=5)}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FORMS = st.sampled_from(sorted(SHIPPED)).map(SHIPPED.__getitem__)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_told_never_crashes(data: st.DataObject) -> None:
    form = data.draw(FORMS)
    names = st.sampled_from([field.name for field in form.fields()]) | st.text(max_size=5)
    told = data.draw(st.dictionaries(names, ANYTHING, max_size=12))
    checked = check(told, form, partial=data.draw(st.booleans()))
    assert 0 <= checked.completeness <= 1
    assert all(problem.code in LABELS for problems in checked.errors.values() for problem in problems)
    assert check(json.loads(json.dumps(plain(checked.answers))), form).answers == checked.answers
    summary(form, checked.answers, "zh")


LINE = st.text(string.ascii_letters + "王李东门 ", min_size=1, max_size=12).filter(str.strip)
DAY = st.dates(date(2021, 1, 1), TODAY).map(date.isoformat)
MOMENT = st.datetimes(datetime(2021, 1, 1), datetime(2022, 3, 11)).map(datetime.isoformat)  # noqa: DTZ001 (as typed)
PHONE = st.integers(10**8, 10**9 - 1).map(lambda number: f"+8613{number}")
PLACE = st.fixed_dictionaries({"place": LINE}, optional={"from": MOMENT, "activity": LINE, "who": LINE})
CONTACT = st.fixed_dictionaries({"name": LINE}, optional={"phone": PHONE, "relation": LINE, "last_met": DAY})


def fitting(field: Field) -> st.SearchStrategy[Any]:
    """Answers that a field must take."""
    codes = [choice.code for choice in field.choices if not choice.exclusive]
    least = field.least if isinstance(field.least, (int, float)) else 0
    most = field.most if isinstance(field.most, (int, float)) else 100
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.INTEGER: st.integers(int(least), int(most)),
        Kind.NUMBER: st.floats(least, most),
        Kind.DATE: DAY,
        Kind.DATETIME: MOMENT,
        Kind.PHONE: PHONE,
        Kind.ID_NUMBER: st.just("11010519491231002X"),
        Kind.PLACE_VISIT: st.lists(PLACE, min_size=1, max_size=3),
        Kind.CONTACT: st.lists(CONTACT, min_size=1, max_size=3),
    }
    if codes:
        several = st.lists(st.sampled_from(codes), min_size=1, unique=True)
        return several if field.kind is Kind.CHOICES else st.sampled_from(codes)
    return kinds.get(field.kind, LINE)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_fitting_answers_are_taken_and_read_back_the_same(data: st.DataObject) -> None:
    form = data.draw(FORMS)
    told = {field.name: data.draw(fitting(field)) for field in form.fields() if data.draw(st.booleans())}
    checked = check(told, form)
    assert checked.errors == {}
    assert set(checked.answers) | set(checked.set_aside) == set(told)
    assert check(json.loads(json.dumps(plain(checked.answers))), form).answers == checked.answers
    assert set(flat(form, checked.answers)) <= {column.name for column in columns(form)}
    shown = {shown.field: shown for block in summary(form, checked.answers, "en") for shown in block.shown}
    for name in checked.answers:
        field = form.field(name)
        assert field is not None
        assert shown[name].rows if field.kind in REPEATABLE else shown[name].text
