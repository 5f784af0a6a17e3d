"""Labels for tubes, boxes and people: runs of numbers with a check character, or given codes; QR or Code 128."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ringfence.reports.code128 import code128
from ringfence.reports.labels import qr
from ringfence.reports.pdf import Pdf, render
from ringfence.science.check_digits import label_code

MOST = 5000
"""Labels in one document."""


class Symbol(StrEnum):
    """What is printed beside the text."""

    QR = "qr"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How labels lie on a page, in millimetres. A roll has one label to a page."""

    across: int
    down: int
    width_mm: float
    height_mm: float
    left_mm: float = 0
    top_mm: float = 0
    gap_mm: float = 0
    page_mm: tuple[float, float] = (210, 297)


SHEETS = {
    "a4-24": Sheet(3, 8, 70, 37, top_mm=0.5),
    "a4-40": Sheet(4, 10, 52.5, 29.7),
    "a4-65": Sheet(5, 13, 38.1, 21.2, left_mm=4.75, top_mm=10.7, gap_mm=2.5),
    "roll-40x30": Sheet(1, 1, 40, 30, page_mm=(40, 30)),
}
"""The common sheets and roll; the sizes are those that sellers of label sheets print on the packet."""


@dataclass(frozen=True, slots=True)
class TubeLabel:
    """What is scanned, and what is read: for people the text is masked, as labels lie about."""

    code: str
    shown: str
    lines: tuple[str, ...] = ()


def run(prefix: str, first: int, count: int, lines: Sequence[str] = ()) -> list[TubeLabel]:
    """So many labels from a number on: `TN-000001-…`, `TN-000002-…`. At most MOST; `prefix` as `check_digits.LABEL` has it."""
    codes = [label_code(prefix, first + n) for n in range(min(count, MOST))]
    return [TubeLabel(code, code, tuple(lines)) for code in codes]


def masked(code: str) -> str:
    """A code that only a scanner can read whole: its first two and last two signs, or its last alone when it is short."""
    ends = (2, 2) if len(code) >= 8 else (0, 1)  # noqa: PLR2004 (the shortest that keeps four signs hidden)
    return code[: ends[0]] + "•" * max(len(code) - sum(ends), 0) + code[len(code) - ends[1] :]


def of_people(codes: Sequence[str], lines: Sequence[str] = ()) -> list[TubeLabel]:
    """A label for each code of a person or household that was told, with the code masked; at most MOST."""
    return [TubeLabel(code, masked(code), tuple(lines)) for code in codes[:MOST]]


def tube_labels(  # noqa: PLR0913 (each is told by name)
    labels: Sequence[TubeLabel],
    *,
    sheet: Sheet,
    symbol: Symbol = Symbol.QR,
    title: str,
    language: str,
    made_at: datetime,
    frames: bool = False,
) -> Pdf:
    """The labels as pages to print at their true size, row by row. Bars are for printable ASCII only (`code128.can_encode`)."""
    draw = qr if symbol is Symbol.QR else code128
    told = {
        "title": title,
        "sheet": {name: getattr(sheet, name) for name in Sheet.__slots__},
        "bars": symbol is Symbol.BARS,
        "frames": frames,
        "labels": [{"shown": each.shown, "lines": list(each.lines), "drawn": draw(each.code)} for each in labels],
    }
    return render("tube_labels", told, language=language, made_at=made_at, tagged=False)
