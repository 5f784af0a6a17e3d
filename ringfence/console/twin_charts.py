"""A forecast as a fan behind the days that were, and options as points between infections and restriction; drawn as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ringfence.console.curve import Labels
from ringfence.console.svg import (
    MIDDLE,
    NARROW,
    WIDE,
    Paint,
    box,
    cut,
    drawing,
    each_fitting,
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

SHARES = ("0.05", "0.25", "0.5", "0.75", "0.95")
BANDS = (("0.05", "0.95", "c-3", "#a9bacb"), ("0.25", "0.75", "c-2", "#5f97d3"))
"""Lower and upper quantile of each band with its fill, the wider one first."""
ROW = 19.0


@dataclass(frozen=True)
class Fan:
    """Counts of past days, and quantiles (share -> one value a day) of the days to come; `marks`: a day -> what it is."""

    past_days: Sequence[date]
    past: Sequence[int]
    days: Sequence[date]
    told: Mapping[str, Sequence[float]]
    past_name: str
    marks: Mapping[date, str]


def fan_chart(fan: Fan, labels: Labels) -> SafeString:
    """Bars of what was found, then the fan: nine of ten futures, half of them, and the middle one."""
    pictures = [_FanDrawn(fan, labels, width).drawn() for width in (WIDE, MIDDLE, NARROW)]
    heads = [labels.day, fan.past_name, *(_("%(n)s of 100 futures at most") % {"n": round(100 * float(share))} for share in SHARES)]  # fmt: skip
    before: list[tuple[str, ...]] = [
        (day.isoformat(), f"{n:,}", "", "", "", "", "") for day, n in zip(fan.past_days, fan.past, strict=True)
    ]
    after = [
        (day.isoformat(), "", *(f"{fan.told[share][n]:,.0f}" for share in SHARES)) for n, day in enumerate(fan.days)
    ]
    return figure(labels.title, labels.as_of, pictures, table(heads, before + after, labels.as_table))


class _FanDrawn:
    """A fan at one width."""

    def __init__(self, fan: Fan, labels: Labels, width: float) -> None:
        self.fan, self.labels, self.width = fan, labels, width
        self.key = key_of(fan.past, {name: tuple(row) for name, row in fan.told.items()}, labels, width)
        self.paint = Paint(self.key)
        highest = max([*fan.past, *fan.told["0.95"], 1])
        self.ticks = ticks(highest, 5 if width == WIDE else 4)
        self.left = 14 + width_of(f"{self.ticks[-1]:,}")
        self.step = (width - self.left - 8) / max(len(fan.past) + len(fan.days), 1)
        self.legend, height = self._legend()
        self.top = height + 16.0 + ROW * len(fan.marks)
        self.floor = self.top + (210.0 if width == WIDE else 170.0)

    def drawn(self) -> str:
        """The picture."""
        parts = [self.paint.definitions(1), self.legend, *scale(self.ticks, self._y, self.left, self.width - 8)]
        parts += [self._bar(n, count) for n, count in enumerate(self.fan.past)]
        parts += [self._band(low, high, look, fill) for low, high, look, fill in BANDS] if self.fan.days else []
        parts += [self._middle(), *self._points(), self._days(), *self._marks()]
        about = (self.labels.title, self.labels.description)
        return drawing(self.key, self.width, self.floor + 40, *about, "".join(parts))

    def _legend(self) -> tuple[str, float]:
        x, y, parts = self.left, 12.0, []
        named = [(0, self.fan.past_name)] if self.fan.past else []
        for n, name in [*named, (1, _("nine of ten futures")), (2, _("half of the futures")), (3, _("the middle one"))]:
            needed = width_of(name) + 40
            if x + needed > self.width and x > self.left:
                x, y = self.left, y + ROW
            parts += [self._sign(n, x, y), text(x + 21, y + 1, cut(name, self.width - x - 24))]
            x += needed
        return "".join(parts), y

    def _sign(self, n: int, x: float, y: float) -> str:
        if n == 0:
            return self.paint.bar(0, x, y - 9, 12, 12)
        if n == 3:  # noqa: PLR2004 (the line)
            return _line(f"M{x:.1f},{y - 3:.1f} h16")
        return box(x, y - 9, 16, 12, BANDS[n - 1][2], BANDS[n - 1][3])

    def _x(self, n: int) -> float:
        return self.left + (len(self.fan.past) + n + 0.5) * self.step

    def _y(self, count: float) -> float:
        return self.floor - (self.floor - self.top) * count / self.ticks[-1]

    def _bar(self, n: int, count: int) -> str:
        if not count:
            return ""
        x, y = self.left + n * self.step + 0.5, self._y(count)
        said = element("title", escape(f"{self.fan.past_days[n]}: {count:,}"))
        return element("g", said + self.paint.bar(0, x, y, max(self.step - 1, 0.6), self.floor - y))

    def _band(self, low: str, high: str, look: str, fill: str) -> str:
        there = [f"{self._x(n):.1f},{self._y(value):.1f}" for n, value in enumerate(self.fan.told[high])]
        back = [f"{self._x(n):.1f},{self._y(value):.1f}" for n, value in enumerate(self.fan.told[low])]
        return element("path", d=f"M{' L'.join([*there, *reversed(back)])} Z", class_=look, fill=fill)

    def _middle(self) -> str:
        points = [f"{self._x(n):.1f},{self._y(value):.1f}" for n, value in enumerate(self.fan.told["0.5"])]
        return _line(f"M{' L'.join(points)}") if points else ""

    def _points(self) -> list[str]:
        """What each day says when it is pointed at."""
        found = []
        for n, day in enumerate(self.fan.days):
            low, middle, high = (self.fan.told[share][n] for share in ("0.05", "0.5", "0.95"))
            said = element("title", escape(f"{day}: {middle:,.0f} ({low:,.0f} – {high:,.0f})"))
            x, top = self._x(n), self._y(middle)
            dot = element("circle", cx=x, cy=top, r=2.5, class_="c-ink", fill="#17202c")
            hit = box(x - self.step / 2, self.top, self.step, self.floor - self.top, "", "#fff", fill_opacity=0)
            found.append(element("g", said + hit + dot))
        return found

    def _days(self) -> str:
        days = [*self.fan.past_days, *self.fan.days]
        every = each_fitting([f"{day:%m-%d}" for day in days], self.step)
        parts = []
        for n in range(0, len(days), every):
            x = self.left + (n + 0.5) * self.step
            if x < self.width - 20:
                parts.append(text(x, self.floor + 17, f"{days[n]:%m-%d}", look="c-muted", anchor="middle"))
        return "".join(parts)

    def _marks(self) -> list[str]:
        days, found = [*self.fan.past_days, *self.fan.days], []
        for n, (day, said) in enumerate(self.fan.marks.items()):
            if day not in days:
                continue
            x, y = self.left + days.index(day) * self.step, self.top - 8 - ROW * (len(self.fan.marks) - 1 - n)
            right = x + width_of(said) + 8 > self.width
            found.append(rule(x, y - 10, x, self.floor, "c-axis", dash=("4 3", "8 4")[n % 2]))
            found.append(text(x - 4 if right else x + 4, y, said, anchor="end" if right else "start"))
        return found


def _line(path: str) -> str:
    return element("path", d=path, class_="c-line", fill="none", stroke="#17202c", stroke_width=2.2)


# -- the frontier -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """An option: its name, mean and middle nine tenths of person-days restricted and of infections."""

    name: str
    restricted: float
    infections: float
    low: float
    high: float
    frontier: bool


def frontier_chart(points: Sequence[Point], labels: Labels) -> SafeString:
    """Infections (upwards) against person-days restricted (to the right); no option is better in both than a full point."""
    pictures = [_frontier(points, labels, width) for width in (WIDE, MIDDLE, NARROW)]
    heads = [
        "",
        _("Option"),
        _("Person-days restricted"),
        _("Infections"),
        _("nine of ten futures"),
        _("On the frontier"),
    ]
    rows = [
        (n, each.name, f"{each.restricted:,.0f}", f"{each.infections:,.1f}", f"{each.low:,.0f} – {each.high:,.0f}",
         _("yes") if each.frontier else _("no"))
        for n, each in enumerate(points, 1)
    ]  # fmt: skip
    return figure(labels.title, labels.as_of, pictures, table(heads, rows, labels.as_table))


def _frontier(points: Sequence[Point], labels: Labels, width: float) -> str:
    key = key_of(tuple(points), labels, width)
    marks = ticks(max((each.high for each in points), default=1), 4)
    left, floor = 14 + width_of(f"{marks[-1]:,}"), 250.0 if width == WIDE else 220.0
    far = ticks(round(max((each.restricted for each in points), default=1)), 4 if width > NARROW else 3)
    top = 34.0

    def place(each: Point, count: float) -> tuple[float, float]:
        x = left + 16 + (width - left - 40) * each.restricted / far[-1]
        return x, floor - (floor - top) * count / marks[-1]

    parts = [text(left, 14, _("Infections"), look="c-muted"), *scale(marks, lambda n: floor - (floor - top) * n / marks[-1], left, width - 8)]  # fmt: skip
    on = sorted((each for each in points if each.frontier), key=lambda each: each.restricted)
    way = [f"{x:.1f},{y:.1f}" for x, y in (place(each, each.infections) for each in on)]
    if len(way) > 1:
        parts.append(element("path", d=f"M{' L'.join(way)}", class_="c-line", fill="none", stroke="#17202c", stroke_dasharray="5 4"))  # fmt: skip
    for n, each in enumerate(points, 1):
        x, y = place(each, each.infections)
        parts += [rule(x, place(each, each.low)[1], x, place(each, each.high)[1], "c-axis"), _dot(x, y, each, n)]
    parts += _far(far, left, floor, width)
    y = floor + 62
    for n, each in enumerate(points, 1):
        parts += [_dot(left + 8, y - 4, each, n), text(left + 22, y, cut(each.name, width - left - 30))]
        y += 22
    return drawing(key, width, y, labels.title, labels.description, "".join(parts))


def _dot(x: float, y: float, each: Point, n: int) -> str:
    """A numbered point: full on the frontier, else hollow."""
    said = element("title", escape(f"{each.name}: {each.infections:,.1f} / {each.restricted:,.0f}"))
    fill, look = ("#1c4f87", "c-1") if each.frontier else ("#fff", "c-dot")
    ring = element("circle", cx=x, cy=y, r=9, class_=f"{look} c-line", fill=fill, stroke="#17202c", stroke_width=1.4)
    number = element(
        "text", str(n), x=x, y=y + 4, class_="c-dot" if each.frontier else "c-text",
        fill="#fff" if each.frontier else "#17202c", font_size=11, text_anchor="middle", font_weight="600",
    )  # fmt: skip
    return element("g", said + ring + number)


def _far(far: Sequence[int], left: float, floor: float, width: float) -> list[str]:
    found = []
    for n, mark in enumerate(far):
        x = left + 16 + (width - left - 40) * mark / far[-1]
        anchor = "end" if n == len(far) - 1 else "middle"
        found += [
            rule(x, floor, x, floor + 4, "c-axis"),
            text(x, floor + 17, f"{mark:,}", look="c-muted", anchor=anchor),
        ]
    return [*found, text(width - 8, floor + 34, _("Person-days restricted"), look="c-muted", anchor="end")]
