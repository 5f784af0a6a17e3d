"""What one date text says by itself, whatever its column may decide later."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

Order = Literal["ymd", "dmy", "mdy"]
"""The order of year, month and day in numeric dates."""

ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

MISSING = frozenset(
    {
        *(
            "",
            "-",
            "--",
            "---",
            "—",
            "–",
            "/",
            "\\",
            ".",
            "?",
            "??",
            "na",
            "n/a",
            "#n/a",
            "n.a.",
            "n.a",
            "nan",
            "nat",
            "nil",
        ),
        *(
            "none",
            "null",
            "unknown",
            "unk",
            "unkn",
            "missing",
            "not known",
            "not available",
            "not applicable",
            "tbd",
            "tbc",
        ),
        *("pending", "0000-00-00", "xx/xx/xxxx", "不详", "未知", "无", "不明", "待查", "待定", "暂无", "空", "缺失"),
        *("無", "不詳", "不适用", "未提供", "未填"),
    }
)
"""Words for "no value", in lower case."""

_NO_DAY = MISSING | {"asymptomatic", "no symptoms", "无症状", "無症狀"}
"""What stands for a day that there is not, such as the onset of somebody who never fell ill."""

EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = (10_000, 80_000)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier enero ene januar",
            "feb february fev fevr fevrier febrero februar",
            "mar march mars marzo maerz marz",
            "apr april avr avril abril abr",
            "may mai mayo",
            "jun june juin junio juni",
            "jul july juil juillet julio juli",
            "aug august aout agosto ago",
            "sep sept september septembre septiembre",
            "oct october octobre octubre oktober okt",
            "nov november novembre noviembre",
            "dec december decembre diciembre dic dezember dez",
        ),
        1,
    )
    for name in names.split()
}
_PLAIN_TIME = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_TIME = (
    r"(?:(?:[T ]|,\s*)\s*(?:(?:上午|下午|凌晨|早上|晚上|中午)\s*)?\d{1,2}(?:[:时点h]\d{0,2})?"
    r"(?::\d{2}(?:[.,]\d+)?)?分?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(rf"(\d{{1,4}})\s*([-/.\\])\s*(\d{{1,2}})\s*\2\s*(\d{{1,4}}){_TIME}", re.IGNORECASE)
_CHINESE = re.compile(
    rf"(?:(\d{{2}}|\d{{4}})\s*年\s*)?(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号號]?{_TIME}", re.IGNORECASE
)
_COMPACT = re.compile(r"(\d{8})(?:T?\d{4,6}Z?)?|(\d{6})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[-\s/.]*(?:of\s+)?([a-z]{{3,10}})\.?(?:[-\s/.,']*(\d{{4}}|\d{{2}}))?{_TIME}",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"([a-z]{{3,10}})\.?[-\s/.]*(\d{{1,2}})(?:st|nd|rd|th)?(?:[-\s/.,']+(\d{{4}}|\d{{2}}))?{_TIME}", re.IGNORECASE
)
_YEAR_NAMED = re.compile(rf"(\d{{4}})[-\s/.]*([a-z]{{3,10}})\.?[-\s/.]*(\d{{1,2}}){_TIME}", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_DAY_MONTH = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_INCOMPLETE = re.compile(
    r"(?:1[6-9]|20)\d{2}(?:\s*[-/.年]\s*\d{1,2}\s*月?|年)?|[a-z]{3,10}\.?[-\s,]+(?:\d{4}|\d{2})", re.IGNORECASE
)
_YEAR_2 = 100
_YEAR_4 = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one text says by itself: a day for each order that it could be in (the same for all, if it is plain)."""

    form: str  # ymd excel text numeric
    days: tuple[date | None, date | None, date | None]  # as ORDERS
    reason: str = ""
    suggestion: date | None = None


def is_missing(text: str) -> bool:
    """Whether a text is a word for "no value"."""
    return text.strip().lower() in MISSING


def date_part(text: str) -> str:
    """The text without a plain time of day, so that a column of moments has few distinct texts."""
    match = _PLAIN_TIME.fullmatch(text) if len(text) > 11 else None  # noqa: PLR2004 (2020-1-2 3:04 and longer)
    return match[1] if match else text


def seen_in(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:
    """What a text says by itself; None for a word that means no value."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":  # noqa: PLR2004 (the common case, without a pattern)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            return Seen("ymd", (day, day, day))
    plain = unicodedata.normalize("NFKC", text).strip().strip("'\"").strip()
    if plain.lower() in _NO_DAY:
        return None
    plain = _WEEKDAY.sub("", plain)
    for read in (_moment, _numeric, _compact, _serial, _chinese, _written):
        told = read(plain, window, zone)
        if told is not None:
            return told
    return _hopeless(plain, window)


def _same(form: str, day: date | None, reason: str = "no_such_day") -> Seen:
    return Seen(form, (day, day, day), "" if day else reason)


def day_of(year: int, month: int, day: int) -> date | None:
    """Return the day, or None if the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int, month: int, day: int, window: tuple[date, date]) -> date | None:
    """The day in the century that brings it into the window; else in the one that comes nearest to its end."""
    if year >= _YEAR_2:
        return day_of(year, month, day)
    base = window[1].year - window[1].year % _YEAR_2
    tries = [day_ for century in (base, base - _YEAR_2) if (day_ := day_of(century + year, month, day))]
    return next((day_ for day_ in tries if window[0] <= day_ <= window[1]), tries[0] if tries else None)


def _moment(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    """ISO date and time; with a zone it is turned into the local day if a local zone is given."""
    if len(text) < 16 or text[4:5] != "-" or text[10] not in "T ":  # noqa: PLR2004
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if zone is not None and moment.tzinfo is not None:
        moment = moment.astimezone(zone)
    return _same("ymd", moment.date())


def _numeric(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    """Three numbers: the four-digit one is the year; with two digits each, all orders are possible."""
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    a, b, c = match[1], match[3], match[4]
    if len(a) == 4 and len(c) <= 2:  # noqa: PLR2004
        return _year_first(int(a), int(b), int(c))
    if len(a) == 2 and len(c) == 1:  # noqa: PLR2004 (no year is written with one digit)
        return Seen(
            "numeric", (None, None, day := _century(int(a), int(b), int(c), window)), "" if day else "no_such_day"
        )
    if len(a) > 2 or len(c) in (1, 3):  # noqa: PLR2004
        return None
    return _three(int(a), int(b), int(c), window, year_first=len(c) == 2)  # noqa: PLR2004


def _year_first(year: int, month: int, day: int) -> Seen:
    found = day_of(year, month, day)
    suggestion = None if found else day_of(year, day, month)
    return Seen("ymd", (found, found, found), "" if found else "no_such_day", suggestion)


def _three(a: int, b: int, c: int, window: tuple[date, date], *, year_first: bool) -> Seen:
    readings = (
        _century(c, b, a, window),
        _century(c, a, b, window),
        _century(a, b, c, window) if year_first else None,
    )
    return Seen("numeric", readings, "" if any(readings) else "no_such_day")


def _compact(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    """20200121, or 200121 / 210120 with two digits each."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    if match[1]:
        digits = match[1]
        day = day_of(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if day is not None and day.year > _YEAR_4:
            return _same("ymd", day)
        return _three(int(digits[:2]), int(digits[2:4]), int(digits[4:]), window, year_first=False)
    digits = match[2]
    return _three(int(digits[:2]), int(digits[2:4]), int(digits[4:]), window, year_first=True)


def _serial(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    """A spreadsheet's day number (1 = 1 January 1900; it takes 1900 for a leap year)."""
    match = _SERIAL.fullmatch(text)
    if match is None or not _SERIALS[0] <= int(match[1]) <= _SERIALS[1]:
        return None
    return _same("excel", EXCEL_EPOCH + timedelta(days=int(match[1])))


def _chinese(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    match = _CHINESE.fullmatch(text)
    if match is None:
        return None
    if match[1] is None:
        return _without_year(int(match[2]), int(match[3]), window)
    return _same("text", _century(int(match[1]), int(match[2]), int(match[3]), window))


def _written(text: str, window: tuple[date, date], zone: tzinfo | None) -> Seen | None:  # noqa: ARG001
    """21-Jan-2020, Jan 21 2020, 2020-Jan-21, also without the year."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    for pattern, (year, month, day) in ((_YEAR_NAMED, (1, 2, 3)), (_DAY_NAMED, (3, 2, 1)), (_NAMED_DAY, (3, 1, 2))):
        match = pattern.fullmatch(plain)
        if match is None or match[month].lower() not in _MONTHS:
            continue
        number = _MONTHS[match[month].lower()]
        if match[year] is None:
            return _without_year(number, int(match[day]), window)
        return _same("text", _century(int(match[year]), number, int(match[day]), window))
    return None


def _without_year(month: int, day: int, window: tuple[date, date]) -> Seen:
    """Bad, with the one possible day as a suggestion if the window leaves just one."""
    years = range(window[0].year, window[1].year + 1) if window[1].year - window[0].year < 3 else ()  # noqa: PLR2004
    possible = [found for year in years if (found := day_of(year, month, day)) and window[0] <= found <= window[1]]
    return Seen("text", (None, None, None), "year_missing", possible[0] if len(possible) == 1 else None)


def _hopeless(text: str, window: tuple[date, date]) -> Seen:
    none = (None, None, None)
    match = _DAY_MONTH.fullmatch(text)
    if match:
        a, b = int(match[1]), int(match[2])
        if a > 12 or b > 12 or a == b:  # noqa: PLR2004
            return _without_year(min(a, b) if a != b else a, max(a, b), window)
        return Seen("text", none, "year_missing")
    return Seen("text", none, "incomplete" if _INCOMPLETE.fullmatch(text) else "unreadable")
