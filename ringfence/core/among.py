"""What is asked of many values at once, so many to a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ringfence.core import db

AT_ONCE = 500


def ask_among(sql: str, values: Iterable[Any], *rest: Any) -> list[db.Row]:
    """The rows of a SELECT … `IN ({marks})` for these values; `rest` is told behind them."""
    left = list(values)
    rows: list[db.Row] = []
    for begin in range(0, len(left), AT_ONCE):
        some = left[begin : begin + AT_ONCE]
        rows += db.ask(sql.format(marks=", ".join(["%s"] * len(some))), (*some, *rest))
    return rows


def foretell_among(table: str, one: str, many: str, keys: Iterable[Any], *rest: Any) -> None:
    """Read in few statements what `db.ask_about(table, (key,), one, (key, *rest))` will ask of each of these keys.

    `many` selects each row's key and behind it what `one` selects.
    """
    wanted: Sequence[Any] = sorted(set(keys))
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        answers: dict[db.Row, list[db.Row]] = {(key, *rest): [] for key in some}
        for key, *row in ask_among(many, some, *rest):
            answers[key, *rest].append(tuple(row))
        db.foretell(table, one, answers)
