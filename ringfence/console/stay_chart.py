"""A case's stays while infectious, a row for each place: bars for the case, ticks beneath for the contacts it met there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ringfence.console.svg import (
    MIDDLE,
    NARROW,
    PAINTS,
    WIDE,
    Paint,
    box,
    cut,
    drawing,
    figure,
    key_of,
    rule,
    table,
    text,
)

ROW, BAR, TOP, FOOT = 34.0, 12.0, 26.0, 8.0
MOST_PLACES = 40


@dataclass(frozen=True)
class DrawnStay:
    """A stay as it is drawn; `met` are (first, last) of each contact met there meanwhile."""

    place: str
    begins_at: datetime
    ends_at: datetime
    met: tuple[tuple[datetime, datetime], ...]
    said: str  # whom, in words, for the table
    told: bool = False  # by the case, not by records


def stays_drawn(stays: Sequence[DrawnStay], begins_at: datetime, ends_at: datetime) -> SafeString:
    """Places by how many contacts were met there, over the days of the window."""
    places: dict[str, list[DrawnStay]] = {}
    for each in stays:
        places.setdefault(each.place, []).append(each)
    order = sorted(places, key=lambda place: (-sum(len(each.met) for each in places[place]), min(each.begins_at for each in places[place])))  # fmt: skip
    shown = order[:MOST_PLACES]
    key = key_of(tuple(stays), begins_at, ends_at)
    pictures = [_picture(f"{key}{n}", width, [(each, places[each]) for each in shown], (begins_at, ends_at)) for n, width in enumerate((WIDE, MIDDLE, NARROW))]  # fmt: skip
    rows = [
        (each.place, f"{_said(each.begins_at)}–{_clock(each.ends_at)}", str(len(each.met)), each.said or "–")
        for each in sorted(stays, key=lambda one: one.begins_at)
    ]
    alternative = table([_("Place"), _("Stay of the case"), _("Contacts met"), _("Who")], rows, _("Show as a table"))
    more = len(order) - len(shown)
    aside = _("bars: the case · lines beneath: contacts there meanwhile · hatched: told in the interview")
    if more:
        aside += " · " + _("%(n)s further places are in the table") % {"n": more}
    return figure(_("Where the case met its contacts"), aside, pictures, alternative)


def _said(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _picture(
    key: str, width: float, rows: Sequence[tuple[str, Sequence[DrawnStay]]], window: tuple[datetime, datetime]
) -> str:
    begins, ends = window
    left = 230.0 if width == WIDE else 150.0 if width == MIDDLE else 96.0
    span = max((ends - begins).total_seconds(), 3600.0)
    height = TOP + ROW * max(len(rows), 1) + FOOT

    def x_of(moment: datetime) -> float:
        return left + (width - left - 8) * min(max((moment - begins).total_seconds() / span, 0.0), 1.0)

    paint = Paint(key)
    parts = [paint.definitions(1), *_days(begins, ends, x_of, height, width)]
    for n, (place, stays) in enumerate(rows):
        top = TOP + ROW * n
        parts.append(rule(0, top, width, top))
        parts.append(text(0, top + 16, cut(place, left - 52), size=12))
        met = sum(len(each.met) for each in stays)
        parts.append(text(left - 8, top + 16, f"{met:,}", look="c-muted", anchor="end"))
        for each in stays:
            x, wide = x_of(each.begins_at), max(x_of(each.ends_at) - x_of(each.begins_at), 2.0)
            parts.append(box(x, top + 5, wide, BAR, "c-1", PAINTS[0]))
            if each.told:
                parts.append(box(x, top + 5, wide, BAR, "c-texture", f"url(#{key}-late)"))
            parts += _meetings(each, x_of, top + 7 + BAR)
    said = _("%(places)s places, %(stays)s stays") % {
        "places": len(rows),
        "stays": sum(len(each) for _place, each in rows),
    }
    return drawing(key, width, height, _("Where the case met its contacts"), said, "".join(parts))


LINES = 4


def _meetings(stay: DrawnStay, x_of: object, top: float) -> list[str]:
    """Up to four thin lines beneath a stay: the longest meetings; how many there were stands beside the place."""
    longest = sorted(stay.met, key=lambda each: each[0] - each[1])[:LINES]
    made = []
    for n, (first, last) in enumerate(longest):
        x = x_of(max(first, stay.begins_at))  # type: ignore[operator]
        wide = max(x_of(min(last, stay.ends_at)) - x, 1.5)  # type: ignore[operator]
        made.append(box(x, top + 3 * n, wide, 2, "c-6", PAINTS[5]))
    return made


def _days(begins: datetime, ends: datetime, x_of: object, height: float, width: float) -> list[str]:
    """A line and a date for each midnight inside the window; every second or so where they would touch."""
    day = timezone.localtime(begins).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    every = max(1, round((ends - begins).days / (12 if width == WIDE else 7 if width == MIDDLE else 3)))
    made, n = [], 0
    while day < ends:
        x = x_of(day)  # type: ignore[operator]
        made.append(rule(x, TOP - 6, x, height))
        if n % every == 0:
            made.append(text(x + 3, TOP - 10, f"{timezone.localtime(day):%m-%d}", look="c-muted", size=11))
        day, n = day + timedelta(days=1), n + 1
    return made
