"""A laboratory hour by hour: what came beside what was read, under a line for what it can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ringfence.console.curve import Labels
from ringfence.console.svg import (
    MIDDLE,
    NARROW,
    WIDE,
    Paint,
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

TOP, HEIGHT, FOOT = 34.0, 150.0, 26.0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour: its label, tubes that came, tubes read, and how many waited at its end."""

    label: str
    came: int
    read: int
    waiting: int


def hours_chart(hours: Sequence[Hour], capacity: int, labels: Labels) -> SafeString:
    """Bars for what came and what was read in each hour, oldest first; the dashed line is what can be read in one."""
    pictures = [_drawn(hours, capacity, labels, width) for width in (WIDE, MIDDLE, NARROW)]
    rows = [(each.label, f"{each.came:,}", f"{each.read:,}", f"{each.waiting:,}") for each in hours]
    heads = [_("Hour"), _("Came"), _("Read"), _("Waiting at the end")]
    return figure(labels.title, labels.as_of, pictures, table(heads, rows, labels.as_table))


def _drawn(hours: Sequence[Hour], capacity: int, labels: Labels, width: float) -> str:
    key = key_of(tuple(hours), capacity, labels, width)
    paint, names = Paint(key), (_("Came"), _("Read"))
    marks = ticks(max([capacity, *(max(each.came, each.read) for each in hours)], default=0), 4)
    left, floor = 14 + width_of(f"{marks[-1]:,}"), TOP + HEIGHT
    step = (width - left - 8) / max(len(hours), 1)

    def y_of(count: float) -> float:
        return floor - HEIGHT * count / marks[-1]

    parts = [paint.definitions(4), *_legend(paint, names, capacity, left)]
    parts += scale(marks, y_of, left, width - 8)
    for n, each in enumerate(hours):
        x, bar = left + n * step, max(step / 2 - 0.5, 0.5)
        drawn = paint.bar(0, x, y_of(each.came), bar, floor - y_of(each.came)) if each.came else ""
        drawn += paint.bar(3, x + bar, y_of(each.read), bar, floor - y_of(each.read)) if each.read else ""
        said = f"{each.label}: {names[0]} {each.came:,}, {names[1]} {each.read:,}"
        parts.append(element("g", element("title", escape(said)) + drawn) if drawn else "")
    parts.append(rule(left, y_of(capacity), width - 8, y_of(capacity), "c-axis", dash="6 4"))
    parts += _hours(hours, left, step, floor, width)
    if not any(each.came or each.read for each in hours):
        parts.append(text(width / 2, TOP + HEIGHT / 2, labels.no_data, look="c-muted", size=14, anchor="middle"))
    return drawing(key, width, floor + FOOT, labels.title, labels.description, "".join(parts))


def _legend(paint: Paint, names: Sequence[str], capacity: int, left: float) -> list[str]:
    parts, x = [], left
    for number, name in zip((0, 3), names, strict=True):
        parts += [paint.bar(number, x, 4, 12, 12), text(x + 17, 14, name)]
        x += width_of(name) + 36
    said = _("can read %(n)s an hour") % {"n": f"{capacity:,}"}
    return [*parts, rule(x, 10, x + 20, 10, "c-axis", dash="6 4"), text(x + 25, 14, said)]


def _hours(hours: Sequence[Hour], left: float, step: float, floor: float, width: float) -> list[str]:
    return [
        text(left + (n + 0.5) * step, floor + 17, hours[n].label, look="c-muted", anchor="middle")
        for n in range(0, len(hours), each_fitting([each.label for each in hours], step))
        if left + (n + 0.5) * step + width_of(hours[n].label) / 2 <= width
    ]
