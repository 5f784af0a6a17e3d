"""Seats as tickets tell them, and who sat close by the rules of planes, trains and coaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.science.seats import CLOSE, GENERAL, UNKNOWN, Seat, SeatRule, by_seat, seat_of

PLANE = SeatRule("rows", rows=3)


@pytest.mark.parametrize(
    ("told", "seat"),
    [
        ("12A", Seat("", 12, "A")),
        (" 12 a ", Seat("", 12, "A")),
        ("05-12A", Seat("5", 12, "A")),
        ("5/12A", Seat("5", 12, "A")),
        ("5车12A号", Seat("5", 12, "A")),
        ("05车厢12A座", Seat("5", 12, "A")),
        ("5车7号下铺", Seat("5", 7, "下")),
        ("５车１２Ａ号", Seat("5", 12, "A")),
        ("Coach 7", None),
        ("car 5", None),
        ("12", Seat("", 12, "")),
        ("12排C座", Seat("", 12, "C")),
        ("0A", None),
        ("", None),
        ("standing", None),
        ("12A, 12B", None),
        ("无座", None),
        ("1234A", None),
    ],
)
def test_a_seat_is_read_or_it_is_not(told: str, seat: Seat | None) -> None:
    assert seat_of(told) == seat


def test_on_a_plane_three_rows_in_front_and_behind_are_close() -> None:
    others = ["9F", "8A", "15C", "16C", "12A", "", "aisle"]
    assert by_seat("12A", others, PLANE).tolist() == [CLOSE, GENERAL, CLOSE, GENERAL, CLOSE, UNKNOWN, UNKNOWN]
    assert by_seat("", ["12A"], PLANE).tolist() == [UNKNOWN]


def test_on_a_train_the_carriage_or_the_compartment_is_close() -> None:
    others = ["05-1A", "5-20F", "6-12A", "12A", "x"]
    assert by_seat("5-12A", others, SeatRule("carriage")).tolist() == [CLOSE, CLOSE, GENERAL, UNKNOWN, UNKNOWN]
    assert by_seat("12A", ["12A"], SeatRule("carriage")).tolist() == [UNKNOWN]  # which carriage, nobody said
    soft = SeatRule("compartment", numbers=4)
    assert by_seat("5-5", ["5-8", "5-9", "5-4", "6-5"], soft).tolist() == [CLOSE, GENERAL, GENERAL, GENERAL]
    beside = SeatRule("compartment", rows=1, numbers=4)
    assert by_seat("5-5", ["5-1", "5-12", "5-13"], beside).tolist() == [CLOSE, CLOSE, GENERAL]


def test_in_a_sealed_coach_everyone_is_close_whatever_the_seat() -> None:
    assert by_seat("", ["", "1A"], SeatRule("everyone")).tolist() == [CLOSE, CLOSE]


@pytest.mark.parametrize("rule", [SeatRule("rows", rows=-1), SeatRule("compartment", numbers=0), SeatRule("near")])  # type: ignore[arg-type]
def test_a_rule_that_is_none_is_refused(rule: SeatRule) -> None:
    with pytest.raises(ValueError, match="no such rule"):
        by_seat("1A", [], rule)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 5), st.integers(1, 6))
def test_being_close_goes_both_ways(one: int, other: int, rows: int, numbers: int) -> None:
    for rule in (SeatRule("rows", rows), SeatRule("compartment", rows, numbers)):
        there, back = by_seat(f"{one}A", [f"{other}C"], rule), by_seat(f"{other}C", [f"{one}A"], rule)
        assert there.tolist() == back.tolist()
    assert by_seat(f"{one}A", [f"{other}C"], SeatRule("rows", rows))[0] == (
        CLOSE if abs(one - other) <= rows else GENERAL
    )
