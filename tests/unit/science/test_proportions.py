"""Shares with their intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science.proportions import Z_95, quantile, wilson


def test_the_interval_is_the_published_one() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, Stat Med 17: 857-872, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert [round(each, 4) for each in wilson(0, 20)] == [0.0, 0.1611]
    assert [round(each, 4) for each in wilson(1, 29)] == [0.0061, 0.1718]


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_its_ends_are_the_shares_that_the_score_test_just_accepts(seen: tuple[int, int]) -> None:
    part, whole = seen
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            score = abs(part / whole - end) / math.sqrt(end * (1 - end) / whole)
            assert score == pytest.approx(Z_95, rel=1e-6)


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 4), (5, 4)])
def test_no_share_of_nothing(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="a share is of at least one"):
        wilson(part, whole)


@given(st.lists(st.integers(0, 30), min_size=1), st.sampled_from((0.5, 0.9)))
def test_a_quantile_of_counts_is_that_of_the_values_themselves(values: list[int], share: float) -> None:
    counts = {value: values.count(value) for value in values}
    ordered = sorted(values)
    plain = next(value for n, value in enumerate(ordered, 1) if n >= share * len(ordered))
    assert quantile(counts, share) == plain
    assert quantile({}, share) is None
