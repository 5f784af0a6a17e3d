"""Seats: who sat close to a case on a plane, a train or a coach, by carriage, row and bay.

A seat is told as a text, as on a ticket: `12A`, `05-12A`, `5车12A号`. What cannot be read is never guessed: it is said to be
unknown, and a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

UNKNOWN, GENERAL, CLOSE = 0, 1, 2
"""How somebody who travelled along is a contact: not to be told from the seats, a general one (一般接触者), a close one (密接)."""

Scope = Literal["rows", "compartment", "carriage", "everyone"]

SEAT = re.compile(
    r"(?:(?P<carriage>[0-9]{1,3}|[A-Z])(?:\s*(?:车厢|车|CARRIAGE|COACH|CAR)[\s\-]*|\s*[-/:]\s*|\s+(?=\d)))?"
    r"(?P<number>\d{1,3})\s*(?:排|号)?\s*(?P<letter>[A-Z]|上|中|下)?\s*(?:座|号|铺|铺位|座位)?"
)


class Seat(NamedTuple):
    """A seat or berth: the row of a plane or coach, the number in a carriage; letter or level where there is one."""

    carriage: str
    number: int
    letter: str


class SeatRule(NamedTuple):
    """How far a case reaches.

    `rows`: as many rows in front and behind, in the same carriage (planes, ventilated coaches). `compartment`: the
    same bay of `numbers` numbers, and `rows` bays beside it (soft sleepers; ordinary trains with the bays beside).
    `carriage`: all of the carriage (sealed trains). `everyone`: all of the vehicle (sealed coaches).
    """

    scope: Scope
    rows: int = 0
    numbers: int = 1


def seat_of(told: str) -> Seat | None:
    """The seat that a text names, or None where it names none: a carriage alone, words, two seats."""
    plain = unicodedata.normalize("NFKC", told).strip().upper()
    read = SEAT.fullmatch(plain)
    if read is None or not int(read["number"]):
        return None
    return Seat((read["carriage"] or "").lstrip("0"), int(read["number"]), read["letter"] or "")


def by_seat(case: str, others: Sequence[str], rule: SeatRule) -> npt.NDArray[np.uint8]:
    """`CLOSE`, `GENERAL` or `UNKNOWN` for each seat of those who travelled along: uint8[n] from n texts.

    Where the rule asks for a seat and that of the case or of the other is not told or cannot be read, it is unknown;
    likewise where only one of the two names a carriage. Numbers of rows come from the policy pack (China: 3 on planes
    and ventilated coaches). Raises ValueError for a rule that is none.
    """
    if rule.rows < 0 or rule.numbers < 1 or rule.scope not in {"rows", "compartment", "carriage", "everyone"}:
        message = f"no such rule of seats: {rule}"
        raise ValueError(message)
    if rule.scope == "everyone":
        return np.full(len(others), CLOSE, np.uint8)
    own = seat_of(case)
    return np.array([_of_two(own, seat_of(other), rule) for other in others], np.uint8)


def _of_two(one: Seat | None, other: Seat | None, rule: SeatRule) -> int:
    if one is None or other is None or (one.carriage == "") != (other.carriage == ""):
        return UNKNOWN
    if rule.scope == "carriage" and not one.carriage:
        return UNKNOWN
    if one.carriage != other.carriage:
        return GENERAL
    if rule.scope == "carriage":
        return CLOSE
    numbers = rule.numbers if rule.scope == "compartment" else 1
    apart = abs((one.number - 1) // numbers - (other.number - 1) // numbers)
    return CLOSE if apart <= rule.rows else GENERAL
