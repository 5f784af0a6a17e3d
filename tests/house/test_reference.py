"""The reference says what the code says."""

from __future__ import annotations

from ringfence.commands.docs import ROOT, pages


def test_every_page_of_the_reference_is_current() -> None:
    stale = [
        name
        for name, text in pages().items()
        if (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `ringfence docs`"


def test_the_reference_tells_of_everything() -> None:
    told = pages()
    assert "### CaseReported" in told["facts"]
    assert "### a positive calls for a report" in told["rules"]
    assert "`POST /api/v1/cases/report_case`" in told["actions"]
    assert "`ringfence ask cases line_list`" in told["queries"]
    assert "report_within" in told["policy"]
    assert "| `verify` |" in told["cli"]
    assert "PositiveHeard person=Ana" in told["stories"]
