"""A small picture of an hour-by-hour flow: what came stands above the line, what went hangs below it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from ringfence.console.svg import PAINTS, box, drawing, key_of, rule, text

WIDTH, HALF, FOOT = 240.0, 34.0, 14.0


def flow(hours: Sequence[tuple[str, int, int]], title: str, description: str) -> SafeString:
    """(hour as text, came, went) for each hour, oldest first; the highest hour fills the height."""
    key = key_of(tuple(hours), title, description)
    most = max((max(came, went) for _, came, went in hours), default=0) or 1
    step = WIDTH / max(len(hours), 1)
    parts = []
    for n, (_, came, went) in enumerate(hours):
        up, down = HALF * came / most, HALF * went / most
        parts.append(box(n * step + 0.5, HALF - up, max(step - 1, 0.5), up, "c-1", PAINTS[0]))
        parts.append(box(n * step + 0.5, HALF, max(step - 1, 0.5), down, "c-3", PAINTS[2]))
    parts.append(rule(0, HALF, WIDTH, HALF, "c-axis"))
    if hours:
        parts.append(text(0, 2 * HALF + FOOT - 2, hours[0][0], look="c-muted", size=11))
        parts.append(text(WIDTH, 2 * HALF + FOOT - 2, hours[-1][0], look="c-muted", size=11, anchor="end"))
    drawn = drawing(key, WIDTH, 2 * HALF + FOOT, title, description, "".join(parts), look="rf-flow")
    return mark_safe(drawn)  # noqa: S308 (escaped above)
