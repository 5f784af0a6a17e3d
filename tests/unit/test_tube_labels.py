"""Labels at their true size, and bars that are Code 128's."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from ringfence.reports.code128 import can_encode, code128, symbols
from ringfence.reports.tube_labels import SHEETS, Symbol, masked, of_people, run, tube_labels

AT = datetime(2022, 3, 12, 2, 5, tzinfo=UTC)


def read_back(told: list[int]) -> str:
    """What a reader makes of symbols: sets B and C, the check symbol compared."""
    *body, check, stop = told
    assert stop == 106
    assert check == (body[0] + sum(n * each for n, each in enumerate(body))) % 103
    text, pairs = "", False
    for symbol in body[1:]:
        if symbol in {99, 100}:
            pairs = symbol == 99
        else:
            text += f"{symbol:02d}" if pairs else chr(symbol + 32)
    return text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_what_is_written_is_read_back(text: str) -> None:
    assert can_encode(text)
    told = symbols(text)
    assert read_back(told) == text
    widths = 11 * (len(told) - 1) + 13 + 20
    assert f'viewBox="0 0 {widths} 40"' in code128(text)


def test_long_numbers_take_half_the_room() -> None:
    assert len(symbols("1234567890")) == 9  # start, to C, five pairs, check, stop
    assert not can_encode("管1")
    assert not can_encode("")


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("symbol", Symbol)
def test_labels_fit_their_sheet(name: str, symbol: Symbol) -> None:
    sheet = SHEETS[name]
    each = sheet.across * sheet.down
    assert sheet.left_mm + sheet.across * sheet.width_mm + (sheet.across - 1) * sheet.gap_mm <= sheet.page_mm[0]
    assert sheet.top_mm + sheet.down * sheet.height_mm <= sheet.page_mm[1] + 0.01
    made = tube_labels(
        run("TNG", 998, each + 1), sheet=sheet, symbol=symbol, title="Labels", language="zh-hans", made_at=AT
    )
    pages = PdfReader(io.BytesIO(made.content)).pages
    assert len(pages) == 2
    width, height = (float(side) / 72 * 25.4 for side in pages[0].mediabox[2:])
    assert (width, height) == pytest.approx(sheet.page_mm, abs=0.1)
    text = "".join("".join(page.extract_text() for page in pages).split())
    assert all(label.code in text for label in run("TNG", 998, each + 1))


def test_people_are_masked() -> None:
    assert [masked(code) for code in ("", "7", "H-7", "1234567", "12345678")] == ["", "7", "••7", "••••••7", "12••••78"]
    (label,) = of_people(["230102199003070013"], ["三单元"])
    assert (label.code, label.shown) == ("230102199003070013", "23••••••••••••••13")
