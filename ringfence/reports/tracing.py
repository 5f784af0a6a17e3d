"""A tracer's day on paper, the links of households, and a notice to another place.

Texts come in already shown in the reader's language, masked or revealed by who may see them: this module lays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from ringfence.core.tables.writing import guarded
from ringfence.reports.dossier import Printed
from ringfence.reports.pdf import Pdf
from ringfence.reports.sheets import SheetColumn, sheet

WIDTHS = {"what": 4.0, "who": 3.0, "contact": 3.0, "address": 3.0, "place": 2.0, "note": 3.0, "link": 6.0}
"""Share of a column beside the others; those not named are as wide as their text."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: what its columns are called, by key, and its rows in the same order."""

    heads: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]


def paper(  # noqa: PLR0913 (each is told by name)
    title: str, listed: Listed, *, language: str, audit: Printed, subtitle: str = "", zone: tzinfo = UTC
) -> Pdf:
    """A list of the tracing desk on A4, with who printed it and what for."""
    columns = [SheetColumn(label, WIDTHS.get(key)) for key, label in listed.heads]
    return sheet(title, columns, listed.rows, language=language, audit=audit, zone=zone, subtitle=subtitle)


def csv_of(listed: Listed) -> str:
    """The same list as CSV (UTF-8 with a mark, as spreadsheets want it); no cell is read as a formula."""
    lines = [[label for _, label in listed.heads], *listed.rows]
    return "\ufeff" + "".join(",".join(_cell(str(guarded(cell))) for cell in line) + "\r\n" for line in lines)


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(sign in text for sign in ',"\r\n') else text
