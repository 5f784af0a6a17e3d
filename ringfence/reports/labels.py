"""Labels with a QR code: one as SVG, many as sheets of a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

import segno

from ringfence.reports.pdf import Pdf, render


@dataclass(frozen=True, slots=True)
class Label:
    """What is scanned, and the lines a person reads beside it."""

    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """How labels lie on an A4 sheet, in millimetres; the default is the common sheet of 3 by 8 (70 mm by 35 mm)."""

    across: int = 3
    width_mm: float = 70
    height_mm: float = 35
    margin_mm: float = 0
    frames: bool = False


SHEET = LabelPaper()


def qr(code: str) -> str:
    """A QR code (error correction M: 15 % may be scratched) as SVG, one unit a module, with its quiet zone of four."""
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        out, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, light="#fff", omitsize=True
    )
    return out.getvalue().decode().strip()


def label_svg(label: Label) -> str:
    """One label as SVG: the QR code, and under it the code and its lines."""
    drawn = qr(label.code)
    size = segno.make(label.code, error="m", micro=False).symbol_size(border=4)[0]
    texts = [label.code, *label.lines]
    height = size + 4 * len(texts)
    lines = "".join(
        f'<text x="{size / 2:g}" y="{size + 4 * number + 2.5:g}" font-size="3.2" text-anchor="middle" '
        f'font-family="sans-serif">{escape(text)}</text>'
        for number, text in enumerate(texts)
    )
    inner = drawn.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {height}">{inner}{lines}</svg>'


def label_sheet(
    labels: Sequence[Label], *, title: str, language: str, made_at: datetime, paper: LabelPaper = SHEET
) -> Pdf:
    """Labels on A4 sheets, row by row."""
    told = {
        "title": title,
        "across": paper.across,
        "width_mm": paper.width_mm,
        "height_mm": paper.height_mm,
        "margin_mm": paper.margin_mm,
        "frames": paper.frames,
        "labels": [{"code": label.code, "lines": list(label.lines), "qr": qr(label.code)} for label in labels],
    }
    return render("labels", told, language=language, made_at=made_at, tagged=False)
