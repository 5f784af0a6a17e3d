"""What was seen of an outbreak: cases found by day, from a file of days and counts or from a line list."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.core.tables import Table, read
from ringfence.science.dates import read_dates
from ringfence.twin.kernels.plan import DAYS
from ringfence.twin.watched import Watched, in_quarantine

if TYPE_CHECKING:
    from ringfence.desks.cases.linelist.records import CaseRecord

EARLIEST = date(1850, 1, 1)
LEAST_CASES, LEAST_DAYS = 10, 4
"""Below this a series says so little that the answer would be the prior."""
SHIFT = 0.375
"""Anscombe 1948 (doi:10.1093/biomet/35.3-4.246): 2 √(x + 3/8) of a Poisson number has a variance of nearly 1."""
TOLD_OF = 5
"""Cases with a delay, or with quarantine told, for these to be aimed at."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Cases found, in spans of days since the first, and where it is known how many were in quarantine and how late."""

    zero_on: date
    spans: npt.NDArray[np.int64]  # [n, 2] first and last day, 0 that of the first case
    counts: npt.NDArray[np.int64]  # [n]
    quarantined: tuple[int, int] | None = None  # in quarantine when found, of how many of whom it is known
    delay: tuple[float, float, int] | None = None  # mean days from onset to being found, their deviation, of how many

    @property
    def days(self) -> int:
        """Days from the first case to the end of what was seen."""
        return int(self.spans[:, 1].max()) + 1

    @property
    def total(self) -> int:
        """All cases found."""
        return int(self.counts.sum())

    def told_by(self, found: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Daily cases int[n_days] in these spans: int[n]."""
        until = np.concatenate([[0], np.cumsum(found)])
        return np.asarray(until[self.spans[:, 1] + 1] - until[self.spans[:, 0]], np.int64)

    def distance(self, watched: Watched | None) -> float:
        """How far a replicate is from what was seen, in standard deviations of chance: the root mean square of all that is told.

        Counts by their variance-stabilised difference, the share in quarantine by its binomial error, the delay by its
        standard error; infinite where nothing was found.
        """
        if watched is None:
            return math.inf
        off = 2 * (np.sqrt(self.told_by(watched.found) + SHIFT) - np.sqrt(self.counts + SHIFT))
        squares = list(off**2)
        if self.quarantined:
            inside, known = self.quarantined
            share = (inside + 0.5) / (known + 1)
            squares.append((in_quarantine(watched, 0, self.days - 1) - share) ** 2 * known / (share * (1 - share)))
        if self.delay:
            mean, sd, n = self.delay
            squares.append(((watched.delay_days - mean) / (max(sd, 0.5) / math.sqrt(n))) ** 2)
        found = math.sqrt(float(np.mean(squares)))
        return found if math.isfinite(found) else math.inf


def seen_in(path: Path, now: datetime, zone: ZoneInfo) -> Seen:
    """Read a file of two columns (day, cases) or a line list; refused where it is too thin to calibrate on."""
    table = read(path)
    second = table.frame[table.header[1]].drop_nulls().to_list() if len(table.header) == 2 else []  # noqa: PLR2004
    if second and sum(each.lstrip("-").isdigit() for each in second) > len(second) // 2:
        return _checked(_series(table, now.astimezone(zone).date(), path.name), path.name)
    return _checked(_line_list(path, now, zone), path.name)


def _series(table: Table, today: date, file: str) -> Seen:
    days, counts = (table.frame[name].to_list() for name in table.header)
    read_as = read_dates(days, not_before=EARLIEST, not_after=today)
    found: dict[date, int] = {}
    for row, day, text, count in zip(table.rows.to_list(), read_as.days, days, counts, strict=True):
        if day is None or day in found:
            raise Refused("series_cell_unreadable", file=file, row=row, column=table.header[0], value=text or "")
        if count is None or not count.isdigit():
            raise Refused("series_cell_unreadable", file=file, row=row, column=table.header[1], value=count or "")
        found[day] = int(count)
    begun = [day for day, count in found.items() if count]
    if not begun:
        raise Refused("series_too_thin", file=file, cases=0, days=0, least=LEAST_CASES, least_days=LEAST_DAYS)
    zero = min(begun)
    kept = sorted((day, count) for day, count in found.items() if day >= zero)
    offsets = np.array([(day - zero).days for day, _ in kept], np.int64)
    return Seen(zero, np.column_stack([offsets, offsets]), np.array([count for _, count in kept], np.int64))


def _line_list(path: Path, now: datetime, zone: ZoneInfo) -> Seen:
    from ringfence.desks.cases.feeds.sheets import read_sheet  # noqa: PLC0415 (slow to load, and not always needed)

    sheet = read_sheet(path, None, now, zone, None)
    local = [each for each in sheet.cases if not each.imported and each.classification != "discarded"]
    found = [(case, day) for case in local if (day := case.confirmed_on or case.reported_on) is not None]
    if 2 * len(found) < len(local) or not found:
        raise Refused("series_no_days", file=path.name, cases=len(local), known=len(found))
    zero = min(day for _, day in found)
    by_day = Counter((day - zero).days for _, day in found)
    offsets = np.arange(max(by_day) + 1)
    counts = np.array([by_day[int(day)] for day in offsets], np.int64)
    told = [inside for case, day in found if (inside := _was_in_quarantine(case, day)) is not None]
    late = np.array([(day - case.onset_on).days for case, day in found if case.onset_on is not None], float)
    return Seen(
        zero,
        np.column_stack([offsets, offsets]),
        counts,
        (sum(told), len(told)) if len(told) >= TOLD_OF else None,
        (float(late.mean()), float(late.std()), len(late)) if len(late) >= TOLD_OF else None,
    )


def _was_in_quarantine(case: CaseRecord, found_on: date) -> bool | None:
    if case.quarantined_on is not None:
        return case.quarantined_on <= found_on
    return case.quarantined


def _checked(seen: Seen, file: str) -> Seen:
    days = int((seen.counts > 0).sum())
    if seen.total < LEAST_CASES or days < LEAST_DAYS:
        told = {"file": file, "cases": seen.total, "days": days}
        raise Refused("series_too_thin", **told, least=LEAST_CASES, least_days=LEAST_DAYS)
    if seen.days > DAYS // 2:
        raise Refused("series_too_long", file=file, days=seen.days, most=DAYS // 2)
    return seen


def spans_of(zero_on: date, rows: Iterable[tuple[date, date]]) -> npt.NDArray[np.int64]:
    """Days since the first case of spans of dates: int[n, 2]."""
    return np.array([[(day - zero_on).days for day in row] for row in rows], np.int64).reshape(-1, 2)
