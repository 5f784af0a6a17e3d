"""The page of measurements: a line stays with its day until its bench is measured again."""

from __future__ import annotations

from datetime import UTC, datetime

from ringfence.commands.bench import Measured, report


def row(bench: str, ours: float) -> Measured:
    return Measured(bench, "a thing", ours, None, None, "", "ms", "", None)


def test_measuring_one_bench_leaves_the_lines_of_the_others() -> None:
    first = report([row("record", 1), row("plans", 2)], command="ringfence bench", at=datetime(2026, 1, 1, tzinfo=UTC))
    page = report([row("plans", 3)], command="ringfence bench plans", at=datetime(2026, 1, 2, tzinfo=UTC), before=first)
    lines = [line.split("|") for line in page.splitlines() if line.startswith("| ")][2:]
    assert [(each[1].strip(), each[3].strip(), each[10].strip()[:10]) for each in lines] == [
        ("record", "1", "2026-01-01"),
        ("plans", "3", "2026-01-02"),
    ]
