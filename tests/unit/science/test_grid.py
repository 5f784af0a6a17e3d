"""Grid companions, held against a plain comparison of every stay with every other."""

from __future__ import annotations

import os
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.science.grid import Stays, cells, companions, metres

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "60"))
RULE = {"side_m": 800.0, "minutes": 10}


def stays(told: list[tuple[int, float, float, int, int]]) -> Stays:
    columns = list(zip(*told, strict=True)) if told else [()] * 5
    return Stays(
        np.array(columns[0], np.uint32), np.array(columns[1], float), np.array(columns[2], float),
        np.array(columns[3], np.int64), np.array(columns[4], np.int64),
    )  # fmt: skip


def test_more_than_ten_minutes_in_one_square_make_a_companion() -> None:
    told = stays(
        [(7, 10, 10, 0, 100), (8, 790, 790, 50, 61), (9, 790, 790, 50, 60), (10, 801, 10, 0, 100), (11, -1, 10, 0, 100)]
    )
    found = companions(told, 7, 0, 5000, **RULE)
    assert (found.person.tolist(), found.minutes.tolist(), found.first.tolist()) == ([8], [11], [50])
    assert companions(told, 99, 0, 5000, **RULE).person.tolist() == []
    assert companions(stays([]), 7, 0, 5000, **RULE).person.tolist() == []


def test_a_long_stay_of_either_can_be_asked_for() -> None:
    day = [(7, 10.0, 10.0, 1440 * k, 1440 * k + 1000) for k in range(2)]
    told = stays([*day, (8, 20, 20, 100, 200), (7, 5000, 0, 1100, 1200), (9, 5000, 0, 1100, 1200)])
    assert companions(told, 7, 0, 5000, **RULE).person.tolist() == [8, 9]
    assert companions(told, 7, 0, 5000, **RULE, stay_minutes=1800).person.tolist() == [8]
    assert companions(told, 7, 0, 1440, **RULE, stay_minutes=1800).person.tolist() == []


def test_what_cannot_be_a_stay_is_refused() -> None:
    for length in (-1, 1441):
        with pytest.raises(ValueError, match="longer than a day"):
            companions(stays([(7, 0, 0, 100, 100 + length)]), 7, 0, 5000, **RULE)


def test_a_flat_map_is_right_to_one_percent() -> None:
    lat, lon = np.array([45.8, 45.8 + 0.3]), np.array([126.5, 126.5 + 0.3])
    x_m, y_m = metres(lat, lon, (45.8, 126.5))
    assert (x_m[0], y_m[0]) == (0, 0)
    p, q = np.radians([45.8, 126.5]), np.radians([46.1, 126.8])
    arc = (
        2
        * 6_371_000
        * np.arcsin(np.sqrt(np.sin((q - p)[0] / 2) ** 2 + np.cos(p[0]) * np.cos(q[0]) * np.sin((q - p)[1] / 2) ** 2))
    )
    assert np.hypot(x_m[1], y_m[1]) == pytest.approx(arc, rel=0.01)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_points_of_one_square_are_never_further_apart_than_its_diagonal(x: float, y: float) -> None:
    points = np.array([x, x + 799.0, x + 801.0])
    number = cells(points, np.full(3, y), 800.0)
    assert number[0] != number[2]
    assert (number[0] == number[1]) == (np.floor(points[0] / 800) == np.floor(points[1] / 800))


TOLD = st.lists(
    st.tuples(
        st.sampled_from([3, 5, 70_000, 4_000_000]), st.sampled_from([-801.0, -1.0, 0.0, 900.0]), st.sampled_from([0.0, 850.0]),
        st.integers(0, 3000), st.integers(0, 1440),
    ).map(lambda row: (*row[:4], row[3] + row[4])), max_size=25,
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None)
@given(TOLD, st.integers(-10, 3000), st.integers(0, 3000))
def test_it_is_what_comparing_all_stays_finds(
    told: list[tuple[int, float, float, int, int]], begin: int, length: int
) -> None:
    end = begin + length
    joined: dict[tuple[int, int, int], list[list[int]]] = defaultdict(list)
    for person, x, y, start, until in sorted(told, key=lambda row: (row[3], row[4])):
        spans = joined[person, int(cells(np.array([x]), np.array([y]), 800.0)[0]), start // 1440]
        if spans and (start < spans[-1][1] or start == spans[-1][0]):
            spans[-1][1] = max(spans[-1][1], until)
        else:
            spans.append([start, until])
    minutes: dict[int, int] = defaultdict(int)
    for (case, cell, _), own in joined.items():
        for (person, other, _), theirs in joined.items():
            if case == 3 and person != 3 and cell == other:
                for a, b in own:
                    for c, d in theirs:
                        shared = min(b, d, end) - max(a, c, begin)
                        minutes[person] += shared if shared > 10 else 0
    found = companions(stays(told), 3, begin, end, **RULE)
    assert dict(zip(found.person.tolist(), found.minutes.tolist(), strict=True)) == {
        p: m for p, m in minutes.items() if m
    }
