"""Checks of ID numbers, phones, births: fast ones against slow, obvious ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from ringfence.registry import checks

ON = date(2021, 9, 24)
BORN = st.dates(date(1901, 1, 1), ON)


def _number(county: int, born: date, serial: int) -> str:
    body = f"{county:06}{born:%Y%m%d}{serial:03}"
    return body + ric.calc_check_digit(body + "0")


@given(county=st.integers(110101, 659001), born=BORN, serial=st.integers(0, 999))
def test_a_chinese_number_is_what_stdnum_says_it_is(county: int, born: date, serial: int) -> None:
    told = checks.id_number(_number(county, born, serial).lower())
    assert (told.normal, told.birth_on) == (_number(county, born, serial), ric.get_birth_date(told.normal))
    assert told.sex == (checks.MALE if serial % 2 else checks.FEMALE)


@given(born=BORN, place=st.integers(0, 16), digit=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(born: date, place: int, digit: int) -> None:
    number = _number(230103, born, 12)
    wrong = number[:place] + str((int(number[place]) + digit) % 10) + number[place + 1 :]
    if wrong[0] == "0":
        return  # no county begins with 0: taken for another document
    with pytest.raises(checks.Unfit, match="id_checksum"):
        checks.id_number(wrong)


def test_numbers_in_other_shapes() -> None:
    assert checks.id_number("３６０４２６-1991 0101-0071").normal == "360426199101010071"
    assert checks.id_number("110105491231002") == checks.id_number("11010519491231002X")
    assert checks.id_number("e1234-5678").normal == "E12345678"
    assert checks.id_number("e12345678").country is None
    assert checks.id_number("770111-2043999", "KR") == checks.IdNumber(
        "7701112043999", "KR", date(1977, 1, 11), checks.UNKNOWN
    )
    for reason, number, country in [
        ("id_shape", "unknown", "CN"),
        ("id_shape", "1", "CN"),
        ("id_birth_date", "110105" + "19491331" + "002" + checks.chinese_check_digit("11010519491331002"), "CN"),
        ("id_checksum", "770111-2043998", "KR"),
    ]:
        with pytest.raises(checks.Unfit, match=reason):
            checks.id_number(number, country)


@given(st.from_regex(r"(1[3-9][0-9]{9}|0[0-9]{9,11}|[0-9]{5,12})", fullmatch=True))
def test_a_phone_is_what_the_full_parser_says_it_is(text: str) -> None:
    try:
        slow: str | None = checks.phone_by_library(text, "CN")
    except checks.Unfit:
        slow = None
    try:
        fast: str | None = checks.phone(text, "CN")
    except checks.Unfit:
        fast = None
    assert fast == slow


def test_phones_in_other_shapes() -> None:
    assert checks.phone("139 1234 5678") == checks.phone("+86 139-1234-5678") == "+8613912345678"
    assert checks.phone("020 7946 0958", "GB") == "+442079460958"
    with pytest.raises(checks.Unfit, match="phone_invalid"):
        checks.phone("none")


@pytest.mark.parametrize(
    "text", ["1980-02-03", "1980/2/3", "19800203", "1980年2月3日", "1980-02-03 00:00:00", "1980.02.03"]
)
def test_a_birth_in_any_sane_form(text: str) -> None:
    assert checks.birth(text, ON) == ((date(1980, 2, 3) - date(1970, 1, 1)).days, checks.DAY)


def test_births_that_cannot_be() -> None:
    assert checks.birth("1980", ON) == ((date(1980, 1, 1) - date(1970, 1, 1)).days, checks.YEAR)
    for text, reason in [
        ("2021-09-25", "future"),
        ("1880-01-01", "long_ago"),
        ("1980-13-01", "not_a_date"),
        ("May", "not_a_date"),
    ]:
        with pytest.raises(checks.Unfit, match=reason):
            checks.birth(text, ON)


@given(born=BORN)
def test_an_age_leads_to_the_right_year_or_the_next(born: date) -> None:
    years = ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))
    day, exact = checks.birth_of_age(str(years), ON)
    assert exact == checks.YEAR
    assert abs((date(1970, 1, 1) + timedelta(day)).year - born.year) <= 1


def test_ages_that_cannot_be() -> None:
    for text in ("-1", "126", "ten", "inf", "nan"):
        with pytest.raises(checks.Unfit, match="age_not_a_number"):
            checks.birth_of_age(text, ON)


def test_sexes() -> None:
    assert [checks.sex(text) for text in ("男", " F ", "未知", "other")] == [1, 2, 0, 9]
    with pytest.raises(checks.Unfit, match="sex_unknown_word"):
        checks.sex("yes")
