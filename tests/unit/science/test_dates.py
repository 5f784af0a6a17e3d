"""Dates decided by their column."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science.dates import DateColumn, Order, read_dates

FROM, TO = date(2019, 12, 1), date(2020, 12, 31)
JAN_21 = date(2020, 1, 21)


def column(*values: str | None, order: Order | None = None) -> DateColumn:
    return read_dates(values, not_before=FROM, not_after=TO, order=order)


def bad(read: DateColumn) -> list[tuple[int, str, date | None]]:
    return [(cell.index, cell.reason, cell.suggestion) for cell in read.bad]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2020-01-21", "ymd"),
        ("2020/1/21", "ymd"),
        ("2020.01.21", "ymd"),
        ("20200121", "ymd"),
        ("2020-01-21T15:00:00Z", "ymd"),
        ("2020-01-21 23:59", "ymd"),
        ("2020/1/21 0:00", "ymd"),
        ("21/1/20", "dmy"),
        ("21.01.2020", "dmy"),
        ("21-1-2020 08:00", "dmy"),
        ("21012020", "dmy"),
        ("1/21/2020", "mdy"),
        ("1/21/2020 12:00:00 AM", "mdy"),
        ("200121", "ymd"),
        ("43851", "excel"),
        ("43851.75", "excel"),
        ("21-Jan-2020", "text"),
        ("21Jan2020", "text"),
        ("21 January 2020", "text"),
        ("21st Jan, 2020", "text"),
        ("Jan 21 2020", "text"),
        ("January 21st, 2020", "text"),
        ("Tue, 21 Jan 2020", "text"),
        ("2020-Jan-21", "text"),
        ("21 janvier 2020", "text"),
        ("2020年1月21日", "text"),
        ("20年1月21日", "text"),
        ("２０２０年０１月２１日", "text"),
        ("2020年1月21日 8时30分", "text"),
        ("'2020-01-21", "ymd"),
    ],
)
def test_one_day_in_every_sane_form(text: str, order: str) -> None:
    assert column(text) == DateColumn([JAN_21], order, ambiguous=False, bad=[])


def test_words_for_no_value_are_no_dates_and_not_bad() -> None:
    read = column("NA", "unknown", "", "-", None, "N/A", "不详", "未知", "asymptomatic", "?", "NaT")
    assert read == DateColumn([None] * 11, "none", ambiguous=False, bad=[])


def test_one_row_settles_the_order_of_all() -> None:
    assert column("1/4/20", "3/4/20", "27/3/20").days == [date(2020, 4, 1), date(2020, 4, 3), date(2020, 3, 27)]
    assert column("1/4/20", "3/4/20", "3/27/20").days == [date(2020, 1, 4), date(2020, 3, 4), date(2020, 3, 27)]
    assert column("20/1/4", "20/3/27").days == [date(2020, 1, 4), date(2020, 3, 27)]


def test_the_possible_days_settle_the_order_too() -> None:
    read = read_dates(["1/2/2020", "5/2/2020"], not_before=date(2020, 1, 1), not_after=date(2020, 3, 1))
    assert read.order == "dmy"
    assert read.days == [date(2020, 2, 1), date(2020, 2, 5)]


def test_a_column_that_tells_nothing_is_ambiguous_and_nothing_is_guessed() -> None:
    read = column("1/2/2020", "3/4/2020", "5/5/2020", "2020-01-21")
    assert read.ambiguous
    assert read.days == [None, None, date(2020, 5, 5), JAN_21]
    assert bad(read) == [(0, "ambiguous", None), (1, "ambiguous", None)]
    assert column("1/2/2020", order="dmy").days == [date(2020, 2, 1)]


def test_days_first_and_months_first_in_one_column_are_mixed() -> None:
    read = column("13/1/2020", "1/14/2020", "2/3/2020", "4/4/2020")
    assert read.order == "mixed"
    assert read.days == [date(2020, 1, 13), date(2020, 1, 14), None, date(2020, 4, 4)]
    assert bad(read) == [(2, "ambiguous", None)]


def test_a_given_order_holds_against_a_single_typo() -> None:
    read = column("13/1/2020", "1/14/2020", "2/3/2020", order="dmy")
    assert read.days == [date(2020, 1, 13), None, date(2020, 3, 2)]
    assert bad(read) == [(1, "not_in_order", date(2020, 1, 14))]


def test_dates_mangled_by_a_spreadsheet_are_out_of_range_with_the_likely_day() -> None:
    read = column("29/01/2020", "2001-02-20", "2010-02-20", "2012-02-20")
    assert read.order == "dmy"
    assert read.days[1:] == [None, None, None]
    assert bad(read) == [
        (1, "before_window", date(2020, 2, 1)),
        (2, "before_window", date(2020, 2, 10)),
        (3, "before_window", date(2020, 2, 12)),
    ]


@pytest.mark.parametrize(
    ("text", "reason", "suggestion"),
    [
        ("1月21日", "year_missing", JAN_21),
        ("21 Jan", "year_missing", JAN_21),
        ("1/21", "year_missing", JAN_21),
        ("12月21日", "year_missing", None),  # 2019 or 2020
        ("2020-02-30", "no_such_day", None),
        ("2020-21-01", "no_such_day", JAN_21),
        ("2020", "incomplete", None),
        ("2020-01", "incomplete", None),
        ("Jan 2020", "incomplete", None),
        ("soon", "unreadable", None),
        ("21/1/20-22/1/20", "unreadable", None),
        ("2021-01-21", "after_window", JAN_21),
        ("2019-01-21", "before_window", JAN_21),
        ("21/1/1920", "before_window", JAN_21),
    ],
)
def test_what_is_no_usable_date_has_a_reason(text: str, reason: str, suggestion: date | None) -> None:
    read = column(text)
    assert read.days == [None]
    assert bad(read) == [(0, reason, suggestion)]
    assert read.bad[0].text == text


def test_a_moment_with_a_zone_is_a_day_of_the_place() -> None:
    china = timezone(timedelta(hours=8))
    read = read_dates(["2020-01-20T23:30:00Z", "2020-01-21T23:30:00+08:00"], not_before=FROM, not_after=TO, zone=china)
    assert read.days == [JAN_21, JAN_21]
    moment = datetime(2020, 1, 20, 23, 30, tzinfo=UTC).isoformat()
    assert column(moment).days == [date(2020, 1, 20)]


DAYS = st.dates(FROM, TO)
WRITTEN = {
    "dmy": lambda day: f"{day.day}/{day.month}/{day.year % 100:02d}",
    "mdy": lambda day: f"{day.month}/{day.day}/{day.year}",
    "iso": lambda day: day.isoformat(),
    "excel": lambda day: str((day - date(1899, 12, 30)).days),
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
}


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(sorted(WRITTEN)))
def test_a_column_is_read_right_or_called_ambiguous(days: list[date], form: str) -> None:
    read = read_dates([WRITTEN[form](day) for day in days], not_before=FROM, not_after=TO)
    for day, got, text in zip(days, read.days, map(WRITTEN[form], days), strict=True):
        assert got == day or (got is None and read.ambiguous), text
    assert read.ambiguous == (any(cell.reason == "ambiguous" for cell in read.bad))


@given(st.lists(st.text(max_size=20) | st.none(), max_size=20))
def test_no_text_breaks_a_column(values: list[str | None]) -> None:
    read = read_dates(values, not_before=FROM, not_after=TO)
    assert len(read.days) == len(values)
    for cell in read.bad:
        assert read.days[cell.index] is None
