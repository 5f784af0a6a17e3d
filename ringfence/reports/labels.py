"""A label with a QR code, as SVG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

import segno


@dataclass(frozen=True, slots=True)
class Label:
    """What is scanned, and the lines a person reads beside it."""

    code: str
    lines: tuple[str, ...] = ()


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
