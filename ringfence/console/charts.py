"""Charts drawn by the server as SVG: epidemic curve, course of a case, bars with denominators, countdown.

Each is drawn for three widths, because a picture that is merely scaled cannot be read on a phone; the page shows
the one that fits.
Every text is passed in translated, every moment in local time. Each function returns a whole `<figure>` as safe HTML:
pictures, and the numbers as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.html import escape
from django.utils.safestring import SafeString

from ringfence.console.curve import Labels, epicurve
from ringfence.console.svg import (
    MIDDLE,
    NARROW,
    WIDE,
    box,
    cut,
    drawing,
    element,
    figure,
    key_of,
    rule,
    table,
    text,
)

__all__ = ["Bar", "Labels", "Moment", "bars", "countdown", "epicurve", "timeline"]


@dataclass(frozen=True)
class Moment:
    """One event of a case's course: a point in time, or a span with `until`. `act` paints it red."""

    at: date | datetime
    label: str
    until: date | datetime | None = None
    act: bool = False


def timeline(events: Sequence[Moment], labels: Labels, *, today: date | None = None) -> SafeString:
    """The course of a case: one line an event on a common axis of days, so that labels can never cover each other."""
    ordered = sorted(events, key=lambda event: _day(event.at))
    pictures = [_course(ordered, labels, width, today) for width in (WIDE, MIDDLE, NARROW)]
    rows = [(event.label, _said(event.at), _said(event.until) if event.until else "") for event in ordered]
    return figure(labels.title, labels.as_of, pictures, table(["", labels.day, "→"], rows, labels.as_table))


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _said(at: date | datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()


def _course(events: Sequence[Moment], labels: Labels, width: float, today: date | None) -> str:
    key, narrow = key_of(tuple(events), labels, width, today), width == NARROW
    if not events:
        said = text(width / 2, 30, labels.no_data, look="c-muted", anchor="middle")
        return drawing(key, width, 48, labels.title, labels.description, said)
    ends = [_day(event.until or event.at) for event in events] + ([today] if today else [])
    first, span = _day(events[0].at), max((max(ends) - _day(events[0].at)).days, 1)
    left, high = (12.0, 40.0) if narrow else (290.0, 26.0)
    floor = 10 + high * len(events)

    def x_of(day: date) -> float:
        return left + (width - left - 26) * (day - first).days / span

    parts = [_day_axis(first, span, x_of, floor, width)]
    if today is not None:
        parts.append(rule(x_of(today), 4, x_of(today), floor, "c-axis", dash="4 3"))
    parts += [_lane(event, x_of, 10 + high * index, width, left) for index, event in enumerate(events)]
    return drawing(key, width, floor + 24, labels.title, labels.description, "".join(parts))


def _day_axis(first: date, span: int, x_of: Callable[[date], float], floor: float, width: float) -> str:
    about = 60 if width == WIDE else 52
    room = (width - 300 if width == WIDE else width - 40) / about
    every = next((nice for nice in (1, 2, 7, 14, 28, 91, 182) if span / nice <= room), max(span, 1))
    parts = []
    for offset in range(0, span + 1, every):
        day = first + timedelta(days=offset)
        x = x_of(day)
        parts += [rule(x, 4, x, floor), text(x, floor + 16, f"{day:%m-%d}", look="c-muted", anchor="middle")]
    return "".join(parts)


def _lane(event: Moment, x_of: Callable[[date], float], top: float, width: float, left: float) -> str:
    narrow, look = width == NARROW, "c-act" if event.act else "c-1"
    said, fill = f"{_said(event.at)} · {event.label}", "#b01e12" if event.act else "#1c4f87"
    x = x_of(_day(event.at))
    y = top + (28 if narrow else 13)
    parts = [
        text(
            0 if narrow else left - 16,
            top + (14 if narrow else 17),
            cut(said, width if narrow else left - 16),
            anchor="start" if narrow else "end",
        )
    ]
    if event.until:
        parts.append(box(x, y - 5, max(x_of(_day(event.until)) - x, 4), 10, look, fill, rx=2))
    elif event.act:
        parts.append(element("path", d=f"M{x:.1f},{y - 7:.1f} l7,12 h-14 z", class_=look, fill=fill))
    else:
        parts.append(element("circle", cx=float(x), cy=float(y), r=5.5, class_=look, fill=fill))
    return element("g", element("title", escape(said)) + "".join(parts))


@dataclass(frozen=True)
class Bar:
    """A count and what it is out of; without `of`, bars are compared with the longest."""

    label: str
    count: int
    of: int | None = None
    act: bool = False


def bars(rows: Sequence[Bar], labels: Labels) -> SafeString:
    """Horizontal bars in the order given, each written out as `count / of (percent)`."""
    pictures = [_bars(rows, labels, width) for width in (WIDE, MIDDLE, NARROW)]
    lines = [(row.label, f"{row.count:,}", "" if row.of is None else f"{row.of:,}", _share(row)) for row in rows]
    return figure(labels.title, labels.as_of, pictures, table(["", labels.total, "/", "%"], lines, labels.as_table))


def _share(row: Bar) -> str:
    return f"{100 * row.count / row.of:.0f} %" if row.of else ""


def _bars(rows: Sequence[Bar], labels: Labels, width: float) -> str:
    narrow, key = width == NARROW, key_of(tuple(rows), labels, width)
    left, high = (0.0, 42.0) if narrow else (220.0, 28.0)
    track = width - left - (0 if narrow else 190)
    longest = max((row.count for row in rows), default=0) or 1
    parts = [] if rows else [text(width / 2, 24, labels.no_data, look="c-muted", anchor="middle")]
    for index, row in enumerate(rows):
        top = 4 + high * index
        said = f"{row.count:,}" + ("" if row.of is None else f" / {row.of:,} ({_share(row) or '–'})")
        length = track * min(row.count / (row.of or longest), 1) if row.of != 0 else 0
        y = top + (20 if narrow else 4)
        parts.append(
            text(
                0 if narrow else left - 12,
                top + (14 if narrow else 18),
                cut(row.label, width * 0.6 if narrow else left - 14),
                anchor="start" if narrow else "end",
            )
        )
        parts.append(
            text(
                width if narrow else left + track + 12,
                top + (14 if narrow else 18),
                said,
                anchor="end" if narrow else "start",
            )
        )
        if row.of is not None:
            parts.append(box(left, y, track, 16, "c-track", "#edf0f4", stroke="#bac3ce"))
        parts.append(box(left, y, length, 16, "c-act" if row.act else "c-1", "#b01e12" if row.act else "#1c4f87"))
    return drawing(key, width, 12 + high * max(len(rows), 1), labels.title, labels.description, "".join(parts))


def countdown(done: int, of: int, labels: Labels, *, said: str, broken: Sequence[int] = ()) -> SafeString:
    """Progress to an objective as one box a step (a day without a community case, say): done, broken, or to come.

    `said` is the whole phrase beside it (“day 9 of 14”); `broken` are the numbers (from 1) of steps that failed.
    """
    pictures = [_countdown(done, of, labels, said, frozenset(broken), width) for width in (WIDE, MIDDLE, NARROW)]
    rows = [(number, "×" if number in broken else "✓" if number <= done else "–") for number in range(1, of + 1)]
    return figure(labels.title, labels.as_of, pictures, table([labels.day, ""], rows, labels.as_table))


def _countdown(done: int, of: int, labels: Labels, said: str, broken: frozenset[int], width: float) -> str:  # noqa: PLR0913 (each is told by name)
    key, narrow = key_of(done, of, labels, said, broken, width), width == NARROW
    line = max(1, min(of, 7 if narrow and of > 10 else 28))  # noqa: PLR2004
    step = min((width - 2) / line, 46.0)
    side, parts = step - 5, [text(0, 20, said, size=17, bold=True)]
    for number in range(1, of + 1):
        row, column = divmod(number - 1, line)
        x, y = 1 + column * step, 32 + row * step
        look, fill, sign = ("c-track", "#edf0f4", "")
        if number in broken:
            look, fill, sign = "c-act", "#b01e12", "M.3,.3 L.7,.7 M.7,.3 L.3,.7"
        elif number <= done:
            look, fill, sign = "c-good", "#6db48b", "M.25,.52 L.43,.7 L.76,.32"
        parts.append(box(x, y, side, side, look, fill, rx=3, stroke="#bac3ce" if look == "c-track" else None))
        if sign:
            parts.append(
                element(
                    "path",
                    d=sign,
                    transform=f"translate({x:.1f} {y:.1f}) scale({side:.1f})",
                    stroke="#fff",
                    class_="c-edge",
                    stroke_width=0.11,
                    fill="none",
                )
            )
    height = 36 + step * -(-of // line)
    return drawing(key, width, height, labels.title, f"{said}. {labels.description}", "".join(parts))
