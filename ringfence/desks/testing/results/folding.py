"""Many rows, one reading: targets folded to wells, wells judged by their controls and folded to tubes.

What is folded: all rows of one tube in one well (one a target) are one reading with the lowest cycle threshold of the
virus's targets; wells of one tube that say the same are one reading. Where wells of a tube say different things, none is
taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ringfence.desks.testing.results.values import INTERNAL
from ringfence.facts.testing import Result


@dataclass(frozen=True, slots=True)
class Calling:
    """How a reading is made of cycle thresholds where a file has no results.

    Source: National Health Commission, protocol for prevention and control of COVID-19 (3rd to 8th ed., 2020-21), annex
    on laboratory testing: positive below 37, negative from 40 or without a Ct, between them grey; a case needs both
    targets.
    """

    positive_below: float = 37.0
    grey_below: float = 40.0


@dataclass(slots=True)
class Well:
    """What a file says of one tube in one well."""

    row: int
    tube: str
    control: str | None = None  # negative, positive, other; None: somebody's tube
    plate: str = ""
    well: str = ""
    instrument: str = ""
    at: int | None = None
    cts: dict[str, float | None] = field(default_factory=dict)  # target ("" where none is named) -> lowest, or none
    calls: list[Result] = field(default_factory=list)
    rows: int = 1

    @property
    def lowest(self) -> float | None:
        """The lowest cycle threshold of the virus's targets."""
        told = [ct for target, ct in self.cts.items() if target != INTERNAL and ct is not None]
        return min(told, default=None)


def add_row(well: Well, target: str, ct: float | None, call: Result | None) -> None:
    """One more row of a well: a target's threshold, its call, or both."""
    before = well.cts.get(target)
    if target or ct is not None:
        well.cts[target] = ct if before is None else before if ct is None else min(before, ct)
    if call is not None and target != INTERNAL:
        well.calls.append(call)


def reading_of(well: Well, calling: Calling) -> Result | None:
    """The result of a well: as it is called; else by its thresholds; None where nothing is told.

    Targets called differently, and one target of several alone, are unclear. Without a threshold of the virus, a well
    whose internal control failed is invalid.
    """
    calls = set(well.calls)
    if len(calls) == 1:
        return well.calls[0]
    if calls:
        return Result.INVALID if calls == {Result.INVALID, Result.NEGATIVE} else Result.UNCLEAR
    return _by_thresholds(well, calling)


def _by_thresholds(well: Well, calling: Calling) -> Result | None:
    virus = [ct for target, ct in well.cts.items() if target != INTERNAL]
    if not virus:
        return None
    clear = [ct is not None and ct < calling.positive_below for ct in virus]
    if all(clear):
        return Result.POSITIVE
    if any(ct is not None and ct < calling.grey_below for ct in virus):
        return Result.UNCLEAR
    internal = well.cts.get(INTERNAL, 0.0)
    return Result.INVALID if internal is None or internal >= calling.grey_below else Result.NEGATIVE


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate of a file: its tubes and wells, and whether its controls held (None: it has none)."""

    name: str
    tubes: tuple[str, ...]
    wells: tuple[str, ...]
    row: int
    at: int | None
    instrument: str
    held: bool | None
    negative_ct: float | None
    positive_ct: float | None


def plates_of(wells: Sequence[Well], calling: Calling) -> list[Plate]:
    """The plates, in the order of the file; wells without a plate belong to none."""
    by_name: dict[str, list[Well]] = {}
    for well in wells:
        if well.plate:
            by_name.setdefault(well.plate, []).append(well)
    return [_plate(name, there, calling) for name, there in by_name.items()]


def _plate(name: str, there: list[Well], calling: Calling) -> Plate:
    own = {well.tube: well.well for well in there if well.control is None}
    negative = [well for well in there if well.control == "negative"]
    positive = [well for well in there if well.control == "positive"]
    times = [well.at for well in there if well.at is not None]
    return Plate(
        name=name,
        tubes=tuple(own),
        wells=tuple(own.values()) if all(own.values()) else (),
        row=there[0].row,
        at=max(times, default=None),
        instrument=next((well.instrument for well in there if well.instrument), ""),
        held=_held(negative, positive, calling) if negative or positive else None,
        negative_ct=_lowest(negative),
        positive_ct=_lowest(positive),
    )


def _lowest(wells: Iterable[Well]) -> float | None:
    return min((ct for well in wells if (ct := well.lowest) is not None), default=None)


def _held(negative: Iterable[Well], positive: Iterable[Well], calling: Calling) -> bool:
    """Whether each negative control stayed without a signal, and each positive one showed one."""
    clean = all(not _shows(well, calling) for well in negative)
    return clean and all(_shows(well, calling) for well in positive)


def _shows(well: Well, calling: Calling) -> bool:
    lowest = well.lowest
    if lowest is not None:
        return lowest < calling.grey_below
    return any(call in (Result.POSITIVE, Result.UNCLEAR) for call in well.calls)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says of a tube, all told."""

    row: int
    tube: str
    result: Result
    ct: float | None
    plate: str
    at: int | None
    why: str = ""  # why it is invalid, where the plate or the internal control says so
    wells: int = 1


@dataclass(frozen=True, slots=True)
class Unlike:
    """A tube of which a file says two things."""

    tube: str
    rows: tuple[int, ...]
    results: tuple[Result, ...]


def fold(
    wells: Iterable[Well], failed: frozenset[str], calling: Calling
) -> tuple[list[Reading], list[Unlike], list[int]]:
    """(readings, tubes with two results, rows without any); tubes on `failed` plates are invalid."""
    by_tube: dict[str, list[Reading]] = {}
    silent: list[int] = []
    for well in wells:
        if well.control is not None:
            continue
        result, why = reading_of(well, calling), ""
        if well.plate in failed:
            result, why = Result.INVALID, "controls_failed"
        if result is None:
            silent.append(well.row)
            continue
        ct = None if result is Result.INVALID else well.lowest
        made = Reading(well.row, well.tube, result, ct, well.plate, well.at, why)
        by_tube.setdefault(well.tube, []).append(made)
    readings, unlike = [], []
    for tube, told in by_tube.items():
        if len({each.result for each in told}) > 1:
            unlike.append(Unlike(tube, tuple(each.row for each in told), tuple(each.result for each in told)))
        else:
            readings.append(_one(told))
    return readings, unlike, silent


def _one(told: list[Reading]) -> Reading:
    if len(told) == 1:
        return told[0]
    first = told[0]
    lowest = min((each.ct for each in told if each.ct is not None), default=None)
    at = max((each.at for each in told if each.at is not None), default=None)
    return Reading(first.row, first.tube, first.result, lowest, first.plate, at, first.why, len(told))
