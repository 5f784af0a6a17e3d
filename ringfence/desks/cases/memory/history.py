"""Which lines of the log are about a case."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.fact import Line


def about(case: str, line: Line) -> None:
    """This line belongs to the case's history."""
    db.write(
        "cases_line",
        "INSERT INTO cases_line (case_id, seq) VALUES (%s, %s) ON CONFLICT (case_id, seq) DO NOTHING",
        (case, line.seq),
    )
