"""Dates as people write them, decided by the column and not by the cell.

`3/4/20` says nothing by itself; `27/3/20` two rows below says that days come first. So each distinct text is first read as
far as it goes by itself, then the column decides the order of day, month and year for the rest. Nothing is guessed in
silence: what could be read two ways is bad with the reason `ambiguous`, what falls outside the possible days is bad with
the likely reading as a suggestion.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

Order = Literal["ymd", "dmy", "mdy"]
"""The order of year, month and day in numeric dates."""

ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

MISSING = frozenset(
    {
        *("", "-", "--", "---", "—", "–", "/", "\\", ".", "?", "??", "na", "n/a", "#n/a", "n.a.", "n.a", "nan", "nat", "nil"),
        *("none", "null", "unknown", "unk", "unkn", "missing", "not known", "not available", "not applicable", "tbd", "tbc"),
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
    r"(?:(?:[T ]|,\s*)\s*(?:(?:上午|下午|凌晨|早上|晚上|中午)\s*)?\d{1,2}(?:[:时点h]\d{0,2})?(?::\d{2}(?:[.,]\d+)?)?分?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(rf"(\d{{1,4}})\s*([-/.\\])\s*(\d{{1,2}})\s*\2\s*(\d{{1,4}}){_TIME}", re.IGNORECASE)
_CHINESE = re.compile(rf"(?:(\d{{2}}|\d{{4}})\s*年\s*)?(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号號]?{_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{8})(?:T?\d{4,6}Z?)?|(\d{6})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_DAY_NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-\s/.]*(?:of\s+)?([a-z]{{3,10}})\.?(?:[-\s/.,']*(\d{{4}}|\d{{2}}))?{_TIME}", re.IGNORECASE)
_NAMED_DAY = re.compile(rf"([a-z]{{3,10}})\.?[-\s/.]*(\d{{1,2}})(?:st|nd|rd|th)?(?:[-\s/.,']+(\d{{4}}|\d{{2}}))?{_TIME}", re.IGNORECASE)
_YEAR_NAMED = re.compile(rf"(\d{{4}})[-\s/.]*([a-z]{{3,10}})\.?[-\s/.]*(\d{{1,2}}){_TIME}", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_DAY_MONTH = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_INCOMPLETE = re.compile(r"(?:1[6-9]|20)\d{2}(?:\s*[-/.年]\s*\d{1,2}\s*月?|年)?|[a-z]{3,10}\.?[-\s,]+(?:\d{4}|\d{2})", re.IGNORECASE)
_YEAR_2 = 100
_YEAR_4 = 1000


@dataclass(frozen=True, slots=True)
class BadDate:
    """A cell that holds no usable date; `suggestion` is the likely reading, to be shown and never taken silently."""

    index: int
    text: str
    reason: str  # unreadable no_such_day year_missing incomplete ambiguous not_in_order before_window after_window
    suggestion: date | None = None


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column of dates: one day or None for each value, and how it was read."""

    days: list[date | None]
    order: str  # ymd dmy mdy excel text mixed none
    ambiguous: bool  # the order of day and month cannot be told from this column
    bad: list[BadDate]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one text says by itself: a day for each order that it could be in (the same for all, if it is plain)."""

    form: str  # ymd excel text numeric
    days: tuple[date | None, date | None, date | None]  # as ORDERS
    reason: str = ""
    suggestion: date | None = None


def read_dates(
    values: Sequence[str | None],
    *,
    not_before: date,
    not_after: date,
    order: Order | None = None,
    zone: tzinfo | None = None,
) -> DateColumn:
    """Days of a column of texts, with the order of day and month decided by the whole column.

    `not_before` and `not_after` (both within) are the possible days: they settle two-digit years, and often the order too.
    `order` fixes the order of numeric dates; `zone` turns moments that carry a zone into local days (else the written day
    counts). Days first and months first in one column make it `mixed`: then what could be either is bad (`ambiguous`).
    """
    window = (not_before, not_after)
    parts = {value: _date_part(value) for value in set(values) if value is not None}
    seen = {part: _seen(part, window, zone) for part in set(parts.values())}
    read = {part: told for part, told in seen.items() if told is not None}
    decided, ambiguous, mixed = (order, False, False) if order else _order(list(read.values()), window)
    settled = {part: _settled(told, decided, window, forced=order is not None) for part, told in read.items()}
    found = {text: settled.get(part) for text, part in parts.items()}
    days: list[date | None] = []
    bad: list[BadDate] = []
    for index, value in enumerate(values):
        got = found.get(value) if value is not None else None
        if isinstance(got, tuple):
            days.append(None)
            bad.append(BadDate(index, value or "", got[0], got[1]))
        else:
            days.append(got)
    return DateColumn(days, "mixed" if mixed else _named(read.values(), decided), ambiguous, bad)


def is_missing(text: str) -> bool:
    """Whether a text is a word for "no value"."""
    return text.strip().lower() in MISSING


# -- one text ---------------------------------------------------------------------------------------------------------


def _date_part(text: str) -> str:
    """The text without a plain time of day, so that a column of moments has few distinct texts."""
    match = _PLAIN_TIME.fullmatch(text) if len(text) > 11 else None  # noqa: PLR2004 (2020-1-2 3:04 and longer)
    return match[1] if match else text


def _seen(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:
    """What a text says by itself; None for a word that means no value."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":  # noqa: PLR2004 (the common case, without a pattern)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            return _Seen("ymd", (day, day, day))
    plain = unicodedata.normalize("NFKC", text).strip().strip("'\"").strip()
    if plain.lower() in _NO_DAY:
        return None
    plain = _WEEKDAY.sub("", plain)
    for read in (_moment, _numeric, _compact, _serial, _chinese, _written):
        told = read(plain, window, zone)
        if told is not None:
            return told
    return _hopeless(plain, window)


def _same(form: str, day: date | None, reason: str = "no_such_day") -> _Seen:
    return _Seen(form, (day, day, day), "" if day else reason)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int, month: int, day: int, window: tuple[date, date]) -> date | None:
    """The day in the century that brings it into the window; else in the one that comes nearest to its end."""
    if year >= _YEAR_2:
        return _day(year, month, day)
    base = window[1].year - window[1].year % _YEAR_2
    tries = [day_ for century in (base, base - _YEAR_2) if (day_ := _day(century + year, month, day))]
    return next((day_ for day_ in tries if window[0] <= day_ <= window[1]), tries[0] if tries else None)


def _moment(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
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


def _numeric(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
    """Three numbers: the four-digit one is the year; with two digits each, all orders are possible."""
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    a, b, c = match[1], match[3], match[4]
    if len(a) == 4 and len(c) <= 2:  # noqa: PLR2004
        return _year_first(int(a), int(b), int(c))
    if len(a) == 2 and len(c) == 1:  # noqa: PLR2004 (no year is written with one digit)
        return _Seen("numeric", (None, None, day := _century(int(a), int(b), int(c), window)), "" if day else "no_such_day")
    if len(a) > 2 or len(c) in (1, 3):  # noqa: PLR2004
        return None
    return _three(int(a), int(b), int(c), window, year_first=len(c) == 2)  # noqa: PLR2004


def _year_first(year: int, month: int, day: int) -> _Seen:
    found = _day(year, month, day)
    suggestion = None if found else _day(year, day, month)
    return _Seen("ymd", (found, found, found), "" if found else "no_such_day", suggestion)


def _three(a: int, b: int, c: int, window: tuple[date, date], *, year_first: bool) -> _Seen:
    readings = (
        _century(c, b, a, window),
        _century(c, a, b, window),
        _century(a, b, c, window) if year_first else None,
    )
    return _Seen("numeric", readings, "" if any(readings) else "no_such_day")


def _compact(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
    """20200121, or 200121 / 210120 with two digits each."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    if match[1]:
        digits = match[1]
        day = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if day is not None and day.year > _YEAR_4:
            return _same("ymd", day)
        return _three(int(digits[:2]), int(digits[2:4]), int(digits[4:]), window, year_first=False)
    digits = match[2]
    return _three(int(digits[:2]), int(digits[2:4]), int(digits[4:]), window, year_first=True)


def _serial(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
    """A spreadsheet's day number (1 = 1 January 1900; it takes 1900 for a leap year)."""
    match = _SERIAL.fullmatch(text)
    if match is None or not _SERIALS[0] <= int(match[1]) <= _SERIALS[1]:
        return None
    return _same("excel", EXCEL_EPOCH + timedelta(days=int(match[1])))


def _chinese(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
    match = _CHINESE.fullmatch(text)
    if match is None:
        return None
    if match[1] is None:
        return _without_year(int(match[2]), int(match[3]), window)
    return _same("text", _century(int(match[1]), int(match[2]), int(match[3]), window))


def _written(text: str, window: tuple[date, date], zone: tzinfo | None) -> _Seen | None:  # noqa: ARG001
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


def _without_year(month: int, day: int, window: tuple[date, date]) -> _Seen:
    """Bad, with the one possible day as a suggestion if the window leaves just one."""
    years = range(window[0].year, window[1].year + 1) if window[1].year - window[0].year < 3 else ()  # noqa: PLR2004
    possible = [found for year in years if (found := _day(year, month, day)) and window[0] <= found <= window[1]]
    return _Seen("text", (None, None, None), "year_missing", possible[0] if len(possible) == 1 else None)


def _hopeless(text: str, window: tuple[date, date]) -> _Seen:
    none = (None, None, None)
    match = _DAY_MONTH.fullmatch(text)
    if match:
        a, b = int(match[1]), int(match[2])
        if a > 12 or b > 12 or a == b:  # noqa: PLR2004
            return _without_year(min(a, b) if a != b else a, max(a, b), window)
        return _Seen("text", none, "year_missing")
    return _Seen("text", none, "incomplete" if _INCOMPLETE.fullmatch(text) else "unreadable")


# -- the column -------------------------------------------------------------------------------------------------------


def _order(told: list[_Seen], window: tuple[date, date]) -> tuple[Order | None, bool, bool]:
    """(order, whether it is ambiguous, whether the column is mixed) from everything that is numeric with the year last."""
    numeric = [seen for seen in told if seen.form == "numeric" and not seen.reason]
    if not numeric:
        return None, False, False
    scores = [sum(1 for s in numeric if (d := s.days[place]) and window[0] <= d <= window[1]) for place in range(3)]
    if scores[2] > 0 and _year_comes_first(numeric, scores):
        return "ymd", False, False
    day_first = any(seen.days[0] and not seen.days[1] for seen in numeric)
    month_first = any(seen.days[1] and not seen.days[0] for seen in numeric)
    if day_first and month_first:
        return None, False, True
    if day_first or month_first:
        return ("dmy" if day_first else "mdy"), False, False
    return _by_window(numeric, window)


def _by_window(numeric: list[_Seen], window: tuple[date, date]) -> tuple[Order | None, bool, bool]:
    """No day above 12 anywhere: the possible days may still tell, if one order puts all of them within and the other not."""
    within = [sum(1 for s in numeric if (d := s.days[place]) and window[0] <= d <= window[1]) for place in (0, 1)]
    if within[0] == len(numeric) > within[1]:
        return "dmy", False, False
    if within[1] == len(numeric) > within[0]:
        return "mdy", False, False
    return None, any(seen.days[0] != seen.days[1] for seen in numeric), False


def _year_comes_first(numeric: list[_Seen], scores: list[int]) -> bool:
    """Two digits each: the year is in front if that fits more cells, or as many with years that vary far less.

    Otherwise it stands behind: hardly anybody writes a two-digit year first.
    """
    last = max(scores[0], scores[1])
    if scores[2] != last:
        return scores[2] > last
    front = {day.year for seen in numeric if (day := seen.days[2])}
    behind = {day.year for seen in numeric if (day := seen.days[0] or seen.days[1])}
    return len(front) * 3 < len(behind)


def _settled(
    seen: _Seen, order: Order | None, window: tuple[date, date], *, forced: bool
) -> date | tuple[str, date | None]:
    """The day, or (reason, suggestion)."""
    if seen.reason:
        return seen.reason, seen.suggestion
    if order is not None:
        day = seen.days[ORDERS.index(order)]
        if day is None:
            other = next((found for found in seen.days if found), None)
            return ("not_in_order" if forced or other else "no_such_day"), other
    else:
        possible = {found for found in seen.days[:2] if found}
        if len(possible) > 1:
            return "ambiguous", None
        day = next(iter(possible), seen.days[2])
    if day is None:
        return "no_such_day", None
    if window[0] <= day <= window[1]:
        return day
    return ("before_window" if day < window[0] else "after_window"), _likely(seen, day, order, window)


def _likely(seen: _Seen, day: date, order: Order | None, window: tuple[date, date]) -> date | None:
    """What was probably meant by a day outside the window, if anything inside comes of it.

    A spreadsheet that took `01/02/20` for year, month, day wrote 2001-02-20 where 1 February 2020 was meant.
    """
    year = day.year % _YEAR_2
    century = window[1].year - window[1].year % _YEAR_2
    mangled = [_day(century + day.day, day.month, year), _day(century + day.day, year, day.month)]
    if order == "mdy":
        mangled.reverse()
    swapped = [_day(day.year, day.day, day.month), *seen.days]
    near = [_day(day.year + shift, day.month, day.day) for shift in (1, -1, 10, -10, 100, -100)]
    excel_1904 = [day + timedelta(days=1462)] if seen.form == "excel" else []
    return next((found for found in (*mangled, *swapped, *excel_1904, *near) if found and window[0] <= found <= window[1]), None)


def _named(told: Iterable[_Seen], decided: Order | None) -> str:
    """What the column is called: the decided order of its numeric dates, else its commonest form."""
    if decided is not None:
        return decided
    forms = Counter(seen.form for seen in told if not seen.reason)
    if not forms:
        return "none"
    form = forms.most_common(1)[0][0]
    return "none" if form == "numeric" else form
