"""The city's areas over time: a tile for each, and in it a square whose size says how likely somebody there is infected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

from ringfence.console.curve import Labels
from ringfence.console.svg import MIDDLE, NARROW, WIDE, box, drawing, element, figure, key_of, table, text

GAP = 26.0
PANELS = {WIDE: 4, MIDDLE: 2, NARROW: 2}


@dataclass(frozen=True)
class Tile:
    """An area: where it lies on the grid, what it is called, and its value in each panel, 0 to 1."""

    x: int
    y: int
    name: str
    values: tuple[float, ...]
    said: tuple[str, ...]


def city_map(
    tiles: Sequence[Tile],
    panels: Sequence[str],
    rows: Sequence[Sequence[object]],
    labels: Labels,
    *,
    large: bool = False,
) -> SafeString:
    """Panels side by side, one for each value of the tiles; `rows` are the figures behind them, by place."""
    pictures = [_drawn(tiles, panels, labels, width, 1 if large else PANELS[width]) for width in (WIDE, MIDDLE, NARROW)]
    head, *body = rows
    return figure(labels.title, labels.as_of, pictures, table([str(each) for each in head], body, labels.as_table))


def _drawn(tiles: Sequence[Tile], panels: Sequence[str], labels: Labels, width: float, across: int) -> str:
    key = key_of(tuple(tiles), tuple(panels), labels, width, across)
    left, top = min(each.x for each in tiles), min(each.y for each in tiles)
    columns = max(each.x for each in tiles) - left + 1
    lines = max(each.y for each in tiles) - top + 1
    size = min((width - GAP * (across - 1)) / across, 460.0)
    side = size / max(columns, 1)
    height = side * lines + GAP + 10
    parts = []
    for n, name in enumerate(panels):
        x, y = (n % across) * (size + GAP), (n // across) * height
        parts.append(text(x, y + 15, name, bold=True))
        for each in tiles:
            drawn = _tile(each, n, x + (each.x - left) * side, y + GAP + (each.y - top) * side, side)
            parts.append(element("g", element("title", escape(f"{each.name}: {each.said[n]}")) + drawn) if width == WIDE else drawn)  # fmt: skip
    rows = math.ceil(len(panels) / across)
    return drawing(key, width, rows * height, labels.title, labels.description, "".join(parts))


def _tile(tile: Tile, n: int, x: float, y: float, side: float) -> str:
    value = min(max(tile.values[n], 0.0), 1.0)
    ground = box(x + 0.5, y + 0.5, side - 1, side - 1, "c-track", "#f3f5f8", stroke="#c4ccd6")
    inner = (side - 3) * math.sqrt(value)
    mark = (
        box(x + (side - inner) / 2, y + (side - inner) / 2, inner, inner, "c-1", "#1c4f87") if inner > 1 else ""
    )  # smaller than a pixel: nothing to see
    return ground + mark
