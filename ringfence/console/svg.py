"""What every drawn chart is made of: escaped elements, round ticks, pattern fills, and the figure around it.

Presentation attributes carry a light version for paper; the classes let the console's style sheet repaint it. There
is no `style` attribute anywhere, so a strict content security policy holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from html import escape

from django.utils.safestring import SafeString, mark_safe

WIDE, MIDDLE, NARROW = 1000.0, 620.0, 360.0
FRAMES = {WIDE: "rf-wide", MIDDLE: "rf-middle", NARROW: "rf-narrow"}
"""The widths each chart is drawn for; the style sheet shows the one that fits (up to 470 px, 820 px, above)."""

PAINTS = ("#1c4f87", "#5f97d3", "#a9bacb", "#2b8a7f", "#8a6bb0", "#b9862c")
"""Fill of the 1st to 6th series; the style sheet's --rf-c1 to --rf-c6 repaint them."""

TEXTURES = ("", "", "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "dots", "M3,0 v6", "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2")
"""Texture over the fill of the 1st to 6th series: a series is told apart without colour."""


def element(name: str, content: str = "", /, **attributes: float | str | None) -> str:
    """One SVG element; attribute values are escaped, `content` must be already; `class_` is class."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def _plain(value: float | str) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(  # noqa: PLR0913 (each is told by name)
    x: float, y: float, said: str, *, look: str = "c-text", size: float = 12, anchor: str = "start", bold: bool = False
) -> str:
    """A line of text; `y` is its baseline."""
    return element(
        "text", escape(said), x=float(x), y=float(y), class_=look, fill="#17202c" if look == "c-text" else "#536072",
        font_size=size, text_anchor=anchor, font_weight="600" if bold else None,
    )  # fmt: skip


def rule(x1: float, y1: float, x2: float, y2: float, look: str = "c-grid", *, dash: str | None = None) -> str:  # noqa: PLR0913 (each is told by name)
    """A thin straight line."""
    paint = "#e1e6ec" if look == "c-grid" else "#8793a3"
    return element(
        "line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=look, stroke=paint, stroke_dasharray=dash
    )


def box(x: float, y: float, width: float, height: float, look: str, fill: str, **more: float | str | None) -> str:  # noqa: PLR0913 (each is told by name)
    """A rectangle."""
    placed = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
    return element("rect", "", **placed, class_=look, fill=fill, **more)


def width_of(said: str, size: float = 12) -> float:
    """About how wide a text is drawn: a Chinese character takes one em, others a little over half of one."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in said) * size  # noqa: PLR2004


def cut(said: str, width: float, size: float = 12) -> str:
    """The text, cut with an ellipsis to about `width`; the table beside each chart keeps it whole."""
    if width_of(said, size) <= width:
        return said
    while said and width_of(said, size) > width - size:
        said = said[:-1]
    return f"{said}…"


def ticks(highest: float, about: int = 5) -> list[int]:
    """Round whole numbers from 0 to at least `highest`, in steps of 1, 2 or 5 times a power of ten."""
    rough = max(highest, 1) / about
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = max(1, next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= rough))
    return list(range(0, step * (math.ceil(max(highest, 1) / step) + 1), step))


def each_fitting(labels: Sequence[str], step: float, size: float = 12) -> int:
    """Each how many-th of the labels along an axis is written, so that none touches the next; they lie `step` apart."""
    return max(1, math.ceil((max(width_of(each, size) for each in labels) + 12) / step)) if labels else 1


@dataclass(frozen=True)
class Paint:
    """The fills of one drawing; `key` keeps its pattern ids apart from every other drawing on the page."""

    key: str

    def definitions(self, series: int) -> str:
        """The textures that `fill` and `late` point to."""
        made = [
            self._texture(f"{self.key}-{number}", TEXTURES[number % 6])
            for number in range(series)
            if TEXTURES[number % 6]
        ]
        veil = element(
            "path",
            d="M-1,1 l2,-2 M0,8 l8,-8 M7,9 l2,-2",
            class_="c-axis",
            stroke="#8793a3",
            stroke_width=1.2,
            fill="none",
        )
        return element("defs", "".join([*made, self._pattern(f"{self.key}-late", veil, 8)]))

    def _texture(self, name: str, drawn: str) -> str:
        if drawn == "dots":
            return self._pattern(name, element("circle", cx=3, cy=3, r=1.3, class_="c-dot", fill="#fff"), 6)
        return self._pattern(
            name, element("path", d=drawn, class_="c-hatch", stroke="#fff", stroke_width=1.4, fill="none"), 6
        )

    @staticmethod
    def _pattern(name: str, drawn: str, size: int) -> str:
        return element("pattern", drawn, id=name, width=size, height=size, patternUnits="userSpaceOnUse")

    def bar(self, number: int, x: float, y: float, width: float, height: float) -> str:
        """A bar of the series with that number (0 first): its colour, and its texture above."""
        drawn = box(x, y, width, height, f"c-{number % 6 + 1}", PAINTS[number % 6])
        if TEXTURES[number % 6]:
            drawn += box(x, y, width, height, "c-texture", f"url(#{self.key}-{number})")
        return drawn

    def late(self, x: float, y: float, width: float, height: float) -> str:
        """The hatched veil over what is not complete yet."""
        return box(x, y, width, height, "c-veil", "#e9edf2") + box(
            x, y, width, height, "c-texture", f"url(#{self.key}-late)"
        )


def key_of(*seen: object) -> str:
    """A short id made of what is drawn, so that the same chart is the same text every time."""
    return "c" + blake2s(repr(seen).encode(), digest_size=5).hexdigest()


def scale(marks: Sequence[int], y_of: Callable[[float], float], left: float, right: float) -> list[str]:
    """A line across for each mark of the upright axis, and its number left of it."""
    lines = [rule(left, y_of(mark), right, y_of(mark), "c-grid" if mark else "c-axis") for mark in marks]
    return lines + [text(left - 6, y_of(mark) + 4, f"{mark:,}", look="c-muted", anchor="end") for mark in marks]


def drawing(  # noqa: PLR0913 (each is told by name)
    key: str, width: float, height: float, title: str, description: str, content: str, *, look: str = ""
) -> str:
    """One SVG picture with its name and description for those who cannot see it; `look` where it has but one width."""
    names = element("title", escape(title) or " ", id=f"{key}-t") + element(
        "desc", escape(description) or " ", id=f"{key}-d"
    )
    view = f"0 0 {_plain(float(width))} {_plain(float(height))}"
    about = {"role": "img", "aria_labelledby": f"{key}-t {key}-d", "class_": look or FRAMES[width]}
    return element("svg", names + content, xmlns="http://www.w3.org/2000/svg", viewBox=view, **about)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], summary: str) -> str:
    """The numbers behind a chart, folded away under `summary`."""
    heads = "".join(element("th", escape(name) or "&#160;", scope="col") for name in head)
    lines = "".join(
        element(
            "tr",
            element("th", escape(str(first)), scope="row")
            + "".join(f"<td>{escape(str(value))}</td>" for value in rest),
        )
        for first, *rest in rows
    )
    inner = element("table", element("thead", element("tr", heads)) + (element("tbody", lines) if lines else ""))
    framed = element("div", inner, tabindex="0", role="region", aria_label=summary)
    return element("details", element("summary", escape(summary)) + framed, class_="rf-chart-table")


def figure(title: str, aside: str, pictures: Sequence[str], alternative: str) -> SafeString:
    """The chart as it goes into a page: caption, all widths (the style sheet shows one), and the table."""
    caption = element(
        "figcaption", element("strong", escape(title)) + (element("span", escape(aside)) if aside else "")
    )
    return mark_safe(element("figure", caption + "".join(pictures) + alternative, class_="rf-chart"))  # noqa: S308 (escaped above)
