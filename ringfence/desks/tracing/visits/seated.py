"""Who sat close to a case in the few vehicles in which it travelled, by a pack's rules and the seats that visits tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ringfence.desks.tracing.policy import Seating
from ringfence.desks.tracing.visits import days
from ringfence.desks.tracing.visits.seats import SEATS
from ringfence.desks.tracing.visits.store import Visits
from ringfence.science.contacts import Shared
from ringfence.science.seats import CLOSE, GENERAL, UNKNOWN, SeatRule, by_seat

NOT_ASKED = -1
"""No rule of seats holds for the place."""
I8 = npt.NDArray[np.int8]


class Sat(NamedTuple):
    """Where somebody sat, from one minute to another since 1970 UTC."""

    person: int  # as the index numbers them
    start: int
    end: int
    seat: str


def seats_at(visits: Visits, place: str, begins: int, ends: int) -> list[Sat]:
    """The seats told for stays at a place that meet a window of minutes."""
    first, last = (datetime.fromtimestamp(60 * minute, UTC) for minute in (begins, ends))
    found = []
    for day in sorted(visits.days):
        path = days.folder_of(visits.folder, day) / SEATS
        if not _near(day, first, last) or not path.exists():
            continue
        rows = pl.scan_parquet(path).filter(pl.col("place") == place, pl.col("start") < last, pl.col("end") > first)
        for person, start, end, seat in rows.select("person", "start", "end", "seat").collect().iter_rows():
            code = visits.people.code(person)
            if code is not None:
                found.append(Sat(code, int(start.timestamp() // 60), int(end.timestamp() // 60), seat))
    return found


def _near(day: date, first: datetime, last: datetime) -> bool:
    """Whether a stay that began on a day, of whatever zone, may reach into a window: none is longer than a day."""
    return first.date() - timedelta(days=2) <= day <= last.date() + timedelta(days=1)


def rule_of(seating: Seating) -> SeatRule | None:
    """A pack's seating as a rule of seats; None where it tells none."""
    if seating.everybody:
        return SeatRule("everyone")
    if seating.bay is not None:
        return SeatRule("compartment", seating.rows or 0, seating.bay)
    if seating.carriage:
        return SeatRule("carriage")
    return SeatRule("rows", seating.rows) if seating.rows is not None else None


def judged(
    visits: Visits, rules: Mapping[int, SeatRule], own: set[int], shared: Shared, kind: npt.NDArray[np.int64]
) -> I8:
    """How each row of what was shared is judged by seats, int8[n]: `CLOSE`, `GENERAL`, `UNKNOWN`, or `NOT_ASKED`.

    `rules` are by kind of place, `own` are the numbers of the case, `kind` is that of each row's place. People met
    several times are close if they were once, and unknown while one meeting is.
    """
    found = np.full(len(shared.place), NOT_ASKED, np.int8)
    asked = np.isin(kind, list(rules))
    for place in np.unique(shared.place[asked]):
        rows = np.flatnonzero(asked & (shared.place == place))
        rule = rules[int(kind[rows[0]])]
        if rule.scope == "everyone":
            found[rows] = CLOSE
            continue
        window = int(shared.first[rows].min()), int(shared.last[rows].max())
        sat = defaultdict(list)
        for each in seats_at(visits, visits.places.shown(np.array([place], np.uint32))[0], *window):
            sat[each.person].append(each)
        mine = [each for code in own for each in sat.get(code, ())]
        for row in rows.tolist():
            found[row] = _judged(mine, sat.get(int(shared.person[row]), []), rule, shared, row)
    return found


def _judged(mine: list[Sat], theirs: list[Sat], rule: SeatRule, shared: Shared, row: int) -> int:
    first, last = int(shared.first[row]), int(shared.last[row])
    told = [
        int(by_seat(one.seat, [other.seat], rule)[0])
        for one in mine
        for other in theirs
        if max(one.start, other.start, first) < min(one.end, other.end, last)
    ]
    if CLOSE in told:
        return CLOSE
    return UNKNOWN if UNKNOWN in told or len(told) < int(shared.encounters[row]) else GENERAL
