"""The epidemic curve, drawn as SVG, and the words that every chart takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ringfence.console.svg import (
    MIDDLE,
    NARROW,
    WIDE,
    Paint,
    cut,
    drawing,
    element,
    figure,
    key_of,
    rule,
    scale,
    table,
    text,
    ticks,
    width_of,
)
from ringfence.core.words import N_

MOST_BARS = {WIDE: 200, MIDDLE: 120, NARROW: 60}
"""Above this many days `auto` draws weeks: a bar would be thinner than a finger's edge can point at."""


def _told(text: str) -> Any:
    """A field whose default is the text in the language that is active when the labels are made."""
    return field(default_factory=lambda: gettext(text))


@dataclass(frozen=True)
class Labels:
    """The words around a chart, translated. `as_of` is a whole phrase (“as of 2026-11-21 23:05”)."""

    title: str
    description: str = ""
    as_of: str = ""
    day: str = _told(N_("Day"))
    total: str = _told(N_("Total"))
    incomplete: str = _told(N_("reports still arriving"))
    by_week: str = _told(N_("by week, from Monday"))
    no_data: str = _told(N_("No data yet"))
    as_table: str = _told(N_("Show as a table"))


class Bin(NamedTuple):
    """One bar of the curve: its first day, its counts in the order of the series, and whether it is still filling."""

    day: date
    counts: tuple[int, ...]
    late: bool


def bins(
    days: Sequence[date], series: Mapping[str, Sequence[int]], incomplete_from: date | None, *, weekly: bool
) -> list[Bin]:
    """Days, or ISO weeks (from Monday), each with one count a series; a week is late as soon as one of its days is."""
    heap: dict[date, tuple[list[int], bool]] = {}
    for index, day in enumerate(days):
        start = day - timedelta(days=day.weekday()) if weekly else day
        counts, late = heap.get(start, ([0] * len(series), False))
        counts = [count + values[index] for count, values in zip(counts, series.values(), strict=True)]
        heap[start] = (counts, late or (incomplete_from is not None and day >= incomplete_from))
    return [Bin(day, tuple(counts), late) for day, (counts, late) in sorted(heap.items())]


def epicurve(  # noqa: PLR0913 (each is told by name)
    days: Sequence[date],
    series: Mapping[str, Sequence[int]],
    labels: Labels,
    *,
    incomplete_from: date | None = None,
    bin_by: str = "auto",
    marks: Mapping[date, str] | None = None,
) -> SafeString:
    """Cases by day (or week) and classification, stacked; days that are still filling lie under a labelled hatch.

    `days`: every day of the range without gaps, oldest first. `series`: translated name -> one count a day, drawn
    from the bottom in this order (confirmed first). `bin_by`: day, week, or auto (weeks where days would be too thin).
    `marks`: day -> translated name of a measure that began then, drawn as a dashed line.
    """
    if bin_by not in {"auto", "day", "week"}:
        message = f"bin_by is day, week or auto, not {bin_by}"
        raise ValueError(message)
    pictures = []
    for width in (WIDE, MIDDLE, NARROW):
        weekly = bin_by == "week" or (bin_by == "auto" and len(days) > MOST_BARS[width])
        key = key_of(days, dict(series), labels, incomplete_from, weekly, width)
        curve = _Curve(
            key, width, bins(days, series, incomplete_from, weekly=weekly), list(series), labels, marks or {}
        )
        pictures.append(curve.drawn(weekly=weekly))
    rows = [
        (bin_.day.isoformat() + (" *" if bin_.late else ""), *bin_.counts, sum(bin_.counts))
        for bin_ in bins(days, series, incomplete_from, weekly=bin_by == "week")
    ]
    summary = labels.as_table + (f" (* {labels.incomplete})" if incomplete_from else "")
    return figure(labels.title, labels.as_of, pictures, table([labels.day, *series, labels.total], rows, summary))


class _Curve:
    """One epidemic curve at one width."""

    def __init__(  # noqa: PLR0913 (each is told by name)
        self, key: str, width: float, filled: list[Bin], names: list[str], labels: Labels, marks: Mapping[date, str]
    ) -> None:
        self.key, self.width, self.bins, self.names, self.labels, self.marks = key, width, filled, names, labels, marks
        self.paint = Paint(key)
        self.ticks = ticks(max((sum(bin_.counts) for bin_ in filled), default=0), 5 if width == WIDE else 4)
        self.left = 14 + width_of(f"{self.ticks[-1]:,}")
        self.legend, legend_height = self._legend()
        self.top = legend_height + (42.0 if marks else 26.0)
        self.floor = self.top + (210.0 if width == WIDE else 170.0)
        self.step = (width - self.left - 8) / max(len(filled), 1)

    def drawn(self, *, weekly: bool) -> str:
        """The picture."""
        parts = [self.paint.definitions(len(self.names)), self.legend, self._late_ground()]
        parts += scale(self.ticks, self._y, self.left, self.width - 8)
        parts += [self._bar(index, bin_) for index, bin_ in enumerate(self.bins)] + [
            self._days(weekly=weekly),
            self._marks(),
        ]
        if not self.bins or not any(sum(bin_.counts) for bin_ in self.bins):
            middle = (self.width / 2, (self.top + self.floor) / 2)
            parts.append(text(*middle, self.labels.no_data, look="c-muted", size=14, anchor="middle"))
        about = (self.labels.title, self.labels.description)
        return drawing(self.key, self.width, self.floor + 40, *about, "".join(parts))

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

    def _late_ground(self) -> str:
        first = next((index for index, bin_ in enumerate(self.bins) if bin_.late), None)
        if first is None:
            return ""
        x = self.left + first * self.step
        veil = self.paint.late(x, self.top, self.width - 8 - x, self.floor - self.top)
        edge = rule(x, self.top, x, self.floor, "c-axis")
        return veil + edge + text(self.width - 8, self.top - 7, self.labels.incomplete, look="c-late", anchor="end")

    def _bar(self, index: int, bin_: Bin) -> str:
        gap = 1.0 if self.step > 4 else 0.0  # noqa: PLR2004
        x, y, parts = self.left + index * self.step + gap, self.floor, []
        for number, count in enumerate(bin_.counts):
            height = self.floor - self._y(count)
            if count:
                parts.append(self.paint.bar(number, x, y - height, max(self.step - 2 * gap, 0.6), height))
            y -= height
        said = ", ".join(f"{name} {count}" for name, count in zip(self.names, bin_.counts, strict=True) if count)
        late = f" ({self.labels.incomplete})" if bin_.late else ""
        return element("g", element("title", escape(f"{bin_.day}: {said}{late}")) + "".join(parts)) if parts else ""

    def _days(self, *, weekly: bool) -> str:
        room = 52 if self.width == WIDE else 46
        every = max(1, -(-room // int(max(self.step, 1))))
        every = next(
            (nice for nice in ((1, 2, 4, 13, 26, 52) if weekly else (1, 2, 7, 14, 28)) if nice >= every), every
        )
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
        if weekly:
            parts.append(text(self.width - 8, self.floor + 32, self.labels.by_week, look="c-muted", anchor="end"))
        return "".join(parts)

    def _marks(self) -> str:
        parts = []
        for day, said in self.marks.items():
            index = next((index for index, bin_ in reversed(list(enumerate(self.bins))) if bin_.day <= day), None)
            if index is None:
                continue
            x = self.left + index * self.step
            parts.append(rule(x, self.top - 32, x, self.floor, "c-axis", dash="4 3"))
            right = x + width_of(said) + 8 > self.width
            parts.append(text(x - 4 if right else x + 4, self.top - 23, said, anchor="end" if right else "start"))
        return "".join(parts)
