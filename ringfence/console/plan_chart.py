"""The four stages of a planned round, hour by hour: one lane each, under lines for now, the finish and the deadline."""

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
    cut,
    drawing,
    each_fitting,
    element,
    figure,
    key_of,
    rule,
    table,
    text,
    width_of,
)

LEFT, RIGHT, TOP, LANE, BAR, FOOT = 10.0, 10.0, 8.0, 78.0, 46.0, 24.0
SIGN = 18.0
"""Height of one line of words beneath the lanes, for a mark."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage: its name, what is counted, and how much happens in each hour shown."""

    name: str
    unit: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, in hours from the first hour shown; `dash` tells marks apart without colour."""

    hour: float
    said: str
    dash: str | None = None


def stages_chart(lanes: Sequence[Lane], hours: Sequence[str], marks: Sequence[Mark], labels: Labels) -> SafeString:
    """One lane a stage, each scaled to its own highest hour; `hours` are the hours' labels, one for each count."""
    pictures = [_drawn(lanes, hours, marks, labels, width) for width in (WIDE, MIDDLE, NARROW)]
    rows = [(hour, *(f"{lane.counts[n]:,}" for lane in lanes)) for n, hour in enumerate(hours)]
    heads = [_("Hour"), *(f"{lane.name} ({lane.unit})" for lane in lanes)]
    return figure(labels.title, labels.as_of, pictures, table(heads, rows, labels.as_table))


def _drawn(lanes: Sequence[Lane], hours: Sequence[str], marks: Sequence[Mark], labels: Labels, width: float) -> str:
    key = key_of(tuple(lanes), tuple(hours), tuple(marks), labels, width)
    paint = Paint(key)
    step = (width - LEFT - RIGHT) / max(len(hours), 1)
    floor = TOP + LANE * len(lanes)
    parts = [paint.definitions(6)]
    for n, lane in enumerate(lanes):
        parts += _lane(paint, n, lane, hours, step, width)
    parts += _hours(hours, step, floor, width)
    seen = [each for each in marks if 0 <= each.hour <= len(hours)]
    for n, each in enumerate(seen):
        parts += _mark(each, step, floor + FOOT + SIGN * n, width)
    return drawing(key, width, floor + FOOT + SIGN * len(seen), labels.title, labels.description, "".join(parts))


PAINTED = (0, 2, 3, 5)
"""The series whose fill and texture each lane has."""


def _lane(paint: Paint, n: int, lane: Lane, hours: Sequence[str], step: float, width: float) -> list[str]:  # noqa: PLR0913 (a lane has these parts)
    top = TOP + LANE * n
    foot, most = top + LANE - 10, max(lane.counts, default=0)
    said = _("%(stage)s: at most %(n)s %(unit)s in an hour") % {"stage": lane.name, "n": f"{most:,}", "unit": lane.unit}
    parts = [text(LEFT, top + 12, cut(said, width - LEFT - RIGHT), bold=True)]
    for k, count in enumerate(lane.counts):
        if count:
            height = max(BAR * count / most, 1.0)
            bar = paint.bar(PAINTED[n % 4], LEFT + k * step + 0.5, foot - height, max(step - 1, 0.5), height)
            parts.append(element("g", element("title", escape(f"{hours[k]}: {count:,} {lane.unit}")) + bar))
    return [*parts, rule(LEFT, foot, width - RIGHT, foot, "c-axis")]


def _hours(hours: Sequence[str], step: float, floor: float, width: float) -> list[str]:
    return [
        text(LEFT + n * step, floor + 10, hours[n], look="c-muted", size=11)
        for n in range(0, len(hours), each_fitting(hours, step, 11))
        if LEFT + n * step + width_of(hours[n], 11) < width
    ]


def _mark(mark: Mark, step: float, y: float, width: float) -> list[str]:
    x = LEFT + mark.hour * step
    right = x + width_of(mark.said) + 6 > width
    line = rule(x, TOP + 16, x, y + SIGN - 4, "c-axis", dash=mark.dash)
    return [line, text(x - 4 if right else x + 4, y + SIGN - 5, mark.said, anchor="end" if right else "start")]
