"""Charts drawn by the server as SVG: epidemic curve, course of a case, bars with denominators, countdown.

Each is drawn twice, for a wide and for a narrow frame, because a picture that is merely scaled cannot be read on a phone.
Every text is passed in translated. Each function returns a whole `<figure>` as safe HTML: pictures, and the numbers as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.safestring import SafeString

from ringfence.console.svg import (
    Paint,
    box,
    cut,
    drawing,
    element,
    figure,
    key_of,
    rule,
    table,
    text,
    ticks,
    width_of,
)

WIDE, NARROW = 900.0, 360.0
MOST_BARS = {WIDE: 180, NARROW: 60}


@dataclass(frozen=True)
class Labels:
    """The words around a chart, translated. `as_of` is a whole phrase (“as of 2026-11-21 23:05”)."""

    title: str
    description: str = ""
    as_of: str = ""
    day: str = "Day"
    total: str = "Total"
    incomplete: str = "reports still arriving"
    no_data: str = "No data yet"
    as_table: str = "Show as a table"


class Bin(NamedTuple):
    """One bar of the curve: its first day, its counts in the order of the series, and whether it is still filling."""

    day: date
    counts: tuple[int, ...]
    late: bool


def bins(
    days: Sequence[date], series: Mapping[str, Sequence[int]], incomplete_from: date | None, weekly: bool
) -> list[Bin]:
    """Days, or ISO weeks (from Monday), each with one count a series; a week is late as soon as one of its days is."""
    heap: dict[date, tuple[list[int], bool]] = {}
    for index, day in enumerate(days):
        start = day - timedelta(days=day.weekday()) if weekly else day
        counts, late = heap.get(start, ([0] * len(series), False))
        counts = [count + values[index] for count, values in zip(counts, series.values(), strict=True)]
        heap[start] = (counts, late or (incomplete_from is not None and day >= incomplete_from))
    return [Bin(day, tuple(counts), late) for day, (counts, late) in sorted(heap.items())]


def epicurve(
    days: Sequence[date],
    series: Mapping[str, Sequence[int]],
    labels: Labels,
    *,
    incomplete_from: date | None = None,
    bin_by: str = "auto",
    marks: Mapping[date, str] | None = None,
) -> SafeString:
    """Cases by day (or week) and classification, stacked; days that are still filling lie under a labelled hatch.

    `days`: every day of the range without gaps, oldest first. `series`: translated name -> one count a day, drawn from the
    bottom in this order (confirmed first). `bin_by`: day, week, or auto (weeks only where days would be too thin to see).
    `marks`: day -> translated name of a measure that began then, drawn as a dashed line.
    """
    if bin_by not in {"auto", "day", "week"}:
        message = f"bin_by is day, week or auto, not {bin_by}"
        raise ValueError(message)
    pictures = []
    for width in (WIDE, NARROW):
        weekly = bin_by == "week" or (bin_by == "auto" and len(days) > MOST_BARS[width])
        key = key_of(days, dict(series), labels, incomplete_from, weekly, width)
        curve = _Curve(key, width, bins(days, series, incomplete_from, weekly), list(series), labels)
        pictures.append(curve.drawn(marks or {}))
    rows = [
        (bin_.day.isoformat() + (" *" if bin_.late else ""), *bin_.counts, sum(bin_.counts))
        for bin_ in bins(days, series, incomplete_from, bin_by == "week")
    ]
    summary = labels.as_table + (f" (* {labels.incomplete})" if incomplete_from else "")
    return figure(labels.title, labels.as_of, pictures, table([labels.day, *series, labels.total], rows, summary))


class _Curve:
    """One epidemic curve at one width."""

    def __init__(self, key: str, width: float, filled: list[Bin], names: list[str], labels: Labels) -> None:
        self.key, self.width, self.bins, self.names, self.labels = key, width, filled, names, labels
        self.paint = Paint(key)
        self.ticks = ticks(max((sum(bin_.counts) for bin_ in filled), default=0), 5 if width == WIDE else 4)
        self.left = 14 + width_of(f"{self.ticks[-1]:,}")
        self.legend, legend_height = self._legend()
        self.top, self.floor = legend_height + 26.0, legend_height + (236.0 if width == WIDE else 196.0)
        self.step = (width - self.left - 8) / max(len(filled), 1)

    def drawn(self, marks: Mapping[date, str]) -> str:
        """The picture."""
        parts = [self.paint.definitions(len(self.names)), self.legend, self._late_ground(), self._scale()]
        parts += [self._bar(index, bin_) for index, bin_ in enumerate(self.bins)] + [self._days(), self._marks(marks)]
        if not self.bins or not any(sum(bin_.counts) for bin_ in self.bins):
            parts.append(
                text(
                    self.width / 2,
                    (self.top + self.floor) / 2,
                    self.labels.no_data,
                    look="c-muted",
                    size=14,
                    anchor="middle",
                )
            )
        narrow = self.width == NARROW
        return drawing(
            self.key,
            self.width,
            self.floor + 40,
            self.labels.title,
            self.labels.description,
            "".join(parts),
            narrow=narrow,
        )

    def _legend(self) -> tuple[str, float]:
        x, y, parts = self.left, 12.0, []
        for number, name in enumerate(self.names):
            needed = width_of(name) + 36
            if x + needed > self.width and x > self.left:
                x, y = self.left, y + 19
            parts += [self.paint.bar(number, x, y - 9, 12, 12), text(x + 17, y + 1, cut(name, self.width - x - 20))]
            x += needed
        return "".join(parts), y

    def _y(self, count: float) -> float:
        return self.floor - (self.floor - self.top) * count / self.ticks[-1]

    def _scale(self) -> str:
        lines = [
            rule(self.left, self._y(tick), self.width - 8, self._y(tick), "c-grid" if tick else "c-axis")
            for tick in self.ticks
        ]
        return "".join(
            lines
            + [text(self.left - 6, self._y(tick) + 4, f"{tick:,}", look="c-muted", anchor="end") for tick in self.ticks]
        )

    def _late_ground(self) -> str:
        first = next((index for index, bin_ in enumerate(self.bins) if bin_.late), None)
        if first is None:
            return ""
        x = self.left + first * self.step
        veil = self.paint.late(x, self.top, self.width - 8 - x, self.floor - self.top)
        return veil + text(self.width - 8, self.top - 7, self.labels.incomplete, look="c-late", anchor="end")

    def _bar(self, index: int, bin_: Bin) -> str:
        gap = 1.0 if self.step > 4 else 0.0
        x, y, parts = self.left + index * self.step + gap, self.floor, []
        for number, count in enumerate(bin_.counts):
            height = self.floor - self._y(count)
            if count:
                parts.append(self.paint.bar(number, x, y - height, max(self.step - 2 * gap, 0.6), height))
            y -= height
        said = ", ".join(f"{name} {count}" for name, count in zip(self.names, bin_.counts, strict=True) if count)
        late = f" ({self.labels.incomplete})" if bin_.late else ""
        return element("g", element("title", _escaped(f"{bin_.day}: {said}{late}")) + "".join(parts)) if parts else ""

    def _days(self) -> str:
        room = 52 if self.width == WIDE else 46
        every = max(1, -(-room // int(max(self.step, 1))))
        every = next((nice for nice in (1, 2, 7, 14, 28, 56) if nice >= every), every)
        parts, year = [], None
        for index in range(0, len(self.bins), every):
            x, day = self.left + (index + 0.5) * self.step, self.bins[index].day
            if x > self.width - 22:
                break
            parts += [
                rule(x, self.floor, x, self.floor + 4, "c-axis"),
                text(x, self.floor + 17, f"{day:%m-%d}", look="c-muted", anchor="middle"),
            ]
            if day.year != year:
                parts.append(text(x, self.floor + 32, str(day.year), look="c-muted", anchor="middle"))
                year = day.year
        return "".join(parts)

    def _marks(self, marks: Mapping[date, str]) -> str:
        parts = []
        for day, said in marks.items():
            index = next((index for index, bin_ in reversed(list(enumerate(self.bins))) if bin_.day <= day), None)
            if index is None:
                continue
            x = self.left + index * self.step
            parts.append(rule(x, self.top - 16, x, self.floor, "c-axis", dash="4 3"))
            right = x + width_of(said) + 8 > self.width
            parts.append(text(x - 4 if right else x + 4, self.top - 7, said, anchor="end" if right else "start"))
        return "".join(parts)


def _escaped(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
    pictures = [_course(ordered, labels, width, today) for width in (WIDE, NARROW)]
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
        return drawing(key, width, 48, labels.title, labels.description, said, narrow=narrow)
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
    return drawing(key, width, floor + 24, labels.title, labels.description, "".join(parts), narrow=narrow)


def _day_axis(first: date, span: int, x_of: object, floor: float, width: float) -> str:
    about = 60 if width == WIDE else 52
    room = (width - 300 if width == WIDE else width - 40) / about
    every = next((nice for nice in (1, 2, 7, 14, 28, 91, 182) if span / nice <= room), max(span, 1))
    parts = []
    for offset in range(0, span + 1, every):
        day = first + timedelta(days=offset)
        x = x_of(day)  # type: ignore[operator]
        parts += [rule(x, 4, x, floor), text(x, floor + 16, f"{day:%m-%d}", look="c-muted", anchor="middle")]
    return "".join(parts)


def _lane(event: Moment, x_of: object, top: float, width: float, left: float) -> str:
    narrow, look = width == NARROW, "c-act" if event.act else "c-1"
    said, fill = f"{_said(event.at)}  {event.label}", "#b01e12" if event.act else "#1c4f87"
    x = x_of(_day(event.at))  # type: ignore[operator]
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
        parts.append(box(x, y - 5, max(x_of(_day(event.until)) - x, 4), 10, look, fill, rx=2))  # type: ignore[operator]
    elif event.act:
        parts.append(element("path", d=f"M{x:.1f},{y - 7:.1f} l7,12 h-14 z", class_=look, fill=fill))
    else:
        parts.append(element("circle", cx=float(x), cy=float(y), r=5.5, class_=look, fill=fill))
    return element("g", element("title", _escaped(said)) + "".join(parts))


@dataclass(frozen=True)
class Bar:
    """A count and what it is out of; without `of`, bars are compared with the longest."""

    label: str
    count: int
    of: int | None = None
    act: bool = False


def bars(rows: Sequence[Bar], labels: Labels) -> SafeString:
    """Horizontal bars in the order given, each written out as `count / of (percent)`."""
    pictures = [_bars(rows, labels, width) for width in (WIDE, NARROW)]
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
    return drawing(
        key, width, 12 + high * max(len(rows), 1), labels.title, labels.description, "".join(parts), narrow=narrow
    )


def countdown(done: int, of: int, labels: Labels, *, said: str, broken: Sequence[int] = ()) -> SafeString:
    """Progress to an objective as one box a step (a day without a new community case, say): done, broken, or still to come.

    `said` is the whole phrase beside it (“day 9 of 14”); `broken` are the numbers (from 1) of steps that failed, marked ×.
    """
    pictures = [_countdown(done, of, labels, said, frozenset(broken), width) for width in (WIDE, NARROW)]
    rows = [(number, "×" if number in broken else "✓" if number <= done else "–") for number in range(1, of + 1)]
    return figure(labels.title, labels.as_of, pictures, table([labels.day, ""], rows, labels.as_table))


def _countdown(done: int, of: int, labels: Labels, said: str, broken: frozenset[int], width: float) -> str:
    key, narrow = key_of(done, of, labels, said, broken, width), width == NARROW
    line = max(1, min(of, 7 if narrow and of > 10 else 28))
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
    return drawing(key, width, height, labels.title, f"{said}. {labels.description}", "".join(parts), narrow=narrow)
