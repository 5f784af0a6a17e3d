"""Spans of time as packs write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.policy import parse_span, write_span

HOUR = timedelta(hours=1)


@given(st.timedeltas(min_value=timedelta.min / 2, max_value=timedelta.max / 2))
def test_a_span_is_written_and_read_again(span: timedelta) -> None:
    assert parse_span(write_span(span)) == span


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_span_is_the_sum_of_its_parts(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    assert parse_span(text) == timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "P1M", "P1Y", "PT1.5H", "P1D2H", "PT1S ", "P-1D", f"P{9**12}D"]
)
def test_what_is_no_exact_span_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        parse_span(text)


@pytest.mark.parametrize(
    ("span", "text"), [(24 * HOUR, "P1D"), (26 * HOUR, "P1DT2H"), (timedelta(), "PT0S"), (1.5 * HOUR, "PT1H30M")]
)
def test_a_span_is_written_in_its_shortest_form(span: timedelta, text: str) -> None:
    assert write_span(span) == text
