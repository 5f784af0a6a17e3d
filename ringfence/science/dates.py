"""Dates as people write them, decided by the column and not by the cell.

`3/4/20` says nothing by itself; `27/3/20` two rows below says that days come first. So each distinct text is first
read as far as it goes by itself, then the column decides the order of day, month and year for the rest. Nothing is
guessed in silence: what could be read two ways is bad with the reason `ambiguous`, what falls outside the possible
days is bad with the likely reading as a suggestion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from ringfence.science.date_texts import MISSING, ORDERS, Order, Seen, date_part, day_of, is_missing, seen_in

__all__ = ["MISSING", "ORDERS", "BadDate", "DateColumn", "Order", "is_missing", "read_dates"]

_YEAR_2 = 100


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


def read_dates(
    values: Sequence[str | None],
    *,
    not_before: date,
    not_after: date,
    order: Order | None = None,
    zone: tzinfo | None = None,
) -> DateColumn:
    """Days of a column of texts, with the order of day and month decided by the whole column.

    `not_before` and `not_after` (both within) are the possible days: they settle two-digit years, and often the order
    too. `order` fixes the order of numeric dates; `zone` turns moments that carry a zone into local days (else the
    written day counts). Days first and months first in one column make it `mixed`: then what could be either is bad
    (`ambiguous`).
    """
    window = (not_before, not_after)
    parts = {value: date_part(value) for value in set(values) if value is not None}
    seen = {part: seen_in(part, window, zone) for part in set(parts.values())}
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


def _order(told: list[Seen], window: tuple[date, date]) -> tuple[Order | None, bool, bool]:
    """(order, whether it is ambiguous, whether the column is mixed), from the numeric dates with the year last."""
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


def _by_window(numeric: list[Seen], window: tuple[date, date]) -> tuple[Order | None, bool, bool]:
    """No day above 12 anywhere: the possible days may still tell, if one order puts all within and the other not."""
    within = [sum(1 for s in numeric if (d := s.days[place]) and window[0] <= d <= window[1]) for place in (0, 1)]
    if within[0] == len(numeric) > within[1]:
        return "dmy", False, False
    if within[1] == len(numeric) > within[0]:
        return "mdy", False, False
    return None, any(seen.days[0] != seen.days[1] for seen in numeric), False


def _year_comes_first(numeric: list[Seen], scores: list[int]) -> bool:
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
    seen: Seen, order: Order | None, window: tuple[date, date], *, forced: bool
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


def _likely(seen: Seen, day: date, order: Order | None, window: tuple[date, date]) -> date | None:
    """What was probably meant by a day outside the window, if anything inside comes of it.

    A spreadsheet that took `01/02/20` for year, month, day wrote 2001-02-20 where 1 February 2020 was meant.
    """
    year = day.year % _YEAR_2
    century = window[1].year - window[1].year % _YEAR_2
    mangled = [day_of(century + day.day, day.month, year), day_of(century + day.day, year, day.month)]
    if order == "mdy":
        mangled.reverse()
    swapped = [day_of(day.year, day.day, day.month), *seen.days]
    near = [day_of(day.year + shift, day.month, day.day) for shift in (1, -1, 10, -10, 100, -100)]
    excel_1904 = [day + timedelta(days=1462)] if seen.form == "excel" else []
    return next(
        (found for found in (*mangled, *swapped, *excel_1904, *near) if found and window[0] <= found <= window[1]), None
    )


def _named(told: Iterable[Seen], decided: Order | None) -> str:
    """What the column is called: the decided order of its numeric dates, else its commonest form."""
    if decided is not None:
        return decided
    forms = Counter(seen.form for seen in told if not seen.reason)
    if not forms:
        return "none"
    form = forms.most_common(1)[0][0]
    return "none" if form == "numeric" else form
