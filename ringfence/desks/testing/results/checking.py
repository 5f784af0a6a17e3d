"""A file's readings held against what is on record: what is new, known already, contradicts or belongs to no tube."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core.centre import Centre, Item, heard_before, told_digest
from ringfence.core.fact import Facts, from_micros, to_micros
from ringfence.desks.testing.actions.laboratories import correct_tube, read_tube
from ringfence.desks.testing.queries import files, keys
from ringfence.desks.testing.results.folding import Reading
from ringfence.desks.testing.results.moments import AHEAD
from ringfence.desks.testing.results.sheet import BadCell, Severity, Sheet
from ringfence.facts.ids import OutbreakId, PlaceId, TubeId
from ringfence.facts.testing import Result, tube_of

SAME_CT = 0.005
RUN_AGAIN = "run_again"
"""The reason of a correction that puts a result where there was none."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every row of a file."""

    laboratory: PlaceId
    path: str
    zone: ZoneInfo
    now: datetime
    outbreak: OutbreakId | None = None  # to which results without a tube belong
    correct: str = ""  # why readings on record are to be mended by this file; empty: they are not


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be done with a reading: `read`, `stray`, `correct`, or nothing (`known`)."""

    reading: Reading
    tube: TubeId
    what: str
    told: Mapping[str, Any]
    reason: str = ""

    def item(self) -> Item:
        """As it is told: under a key made of all that it says, so that told again it is known."""
        said = "|".join(f"{name}={value}" for name, value in sorted(self.told.items()) if name != "outbreak")
        return Item(self.told, f"results:{self.tube}:{blake2b(said.encode(), digest_size=12).hexdigest()}")


class Check:
    """One file against the record; `bad` is what it refuses or notes."""

    def __init__(self, centre: Centre, sheet: Sheet, terms: Terms) -> None:
        """Ask whether the file was read before."""
        self.centre, self.sheet, self.terms = centre, sheet, terms
        self.read_before = files.file_read_before(sheet.sha256, terms.laboratory)
        self.bad: list[BadCell] = []

    def all(self) -> Iterator[Checked]:
        """Each reading that is not refused."""
        readings = self.sheet.readings
        for begin in range(0, len(readings), 5000):
            some = [(reading, tube_of(reading.tube)) for reading in readings[begin : begin + 5000]]
            known = keys.tubes([tube for _, tube in some])
            missing = [tube for _, tube in some if tube not in known]
            waiting = files.strays_of(missing)
            for reading, tube in some:
                there = known.get(tube)
                found = self._on_record(reading, there) if there else self._stray(reading, tube, waiting.get(tube))
                if found is not None:
                    yield found

    def _told(self, reading: Reading, plate: str = "") -> dict[str, Any]:
        at = self.terms.now if reading.at is None else from_micros(reading.at)
        told = {"laboratory": self.terms.laboratory, "tube": reading.tube, "result": reading.result, "ct": reading.ct}
        return {**told, "at": at, **({"plate": plate} if plate else {})}

    def _refused(self, reading: Reading, code: str, **told: Any) -> None:
        self.bad.append(BadCell(reading.row, self.sheet.columns.of["tube"], reading.tube, code, told=told))

    def _noted(self, reading: Reading, code: str, **told: Any) -> None:
        cell = BadCell(reading.row, self.sheet.columns.of["tube"], reading.tube, code, Severity.NOTED, told)
        self.bad.append(cell)

    def _stray(self, reading: Reading, tube: TubeId, waiting: tuple[Result, float | None] | None) -> Checked | None:
        if waiting == (reading.result, reading.ct):
            return Checked(reading, tube, "known", {})
        if self.terms.outbreak is None:
            self._refused(reading, "tube_unknown_here")
            return None
        self._noted(reading, "stray")
        return Checked(reading, tube, "stray", {**self._told(reading), "outbreak": self.terms.outbreak})

    def _on_record(self, reading: Reading, there: keys.TubeKey) -> Checked | None:
        at = to_micros(self.terms.now) if reading.at is None else reading.at
        if at > to_micros(self.terms.now + AHEAD):
            self._refused(reading, "in_future", zone=self.terms.zone.key)
            return None
        if at < there.sealed_at:
            self._refused(reading, "before_sealed", sealed_at=self._moment(there.sealed_at))
            return None
        if there.result is not None:
            return self._again(reading, there, at)
        if there.received_at is None:
            self._noted(reading, "before_receipt")
        elif there.laboratory not in (None, self.terms.laboratory):
            self._noted(reading, "received_elsewhere")
        if reading.why:
            self._noted(reading, reading.why, plate=reading.plate, tubes=1)
        return Checked(reading, there.id, "read", self._told(reading, reading.plate))

    def _moment(self, micros: int) -> str:
        return from_micros(micros).astimezone(self.terms.zone).strftime("%Y-%m-%d %H:%M")

    def _again(self, reading: Reading, there: keys.TubeKey, at: int) -> Checked | None:
        """A tube that has a result: the same, another run after an invalid one, or a contradiction."""
        known = Checked(reading, there.id, "known", {})
        if there.result is reading.result:
            if _same(there.ct, reading.ct) or not self.terms.correct:
                return known
            return self._corrected(reading, there, self.terms.correct)
        if there.result is Result.INVALID and at > (there.read_at or 0):
            return self._corrected(reading, there, RUN_AGAIN)
        if self.terms.correct:
            return self._corrected(reading, there, self.terms.correct)
        if self._told_before(reading, there.id):
            return known
        assert there.result is not None  # noqa: S101 (asked for by the caller)
        self._refused(reading, "contradicts", result=reading.result.value, was=there.result.value)
        return None

    def _told_before(self, reading: Reading, tube: TubeId) -> bool:
        """Whether this very reading was told once and mended since: then the file does not undo it."""
        if self.read_before is not None:
            return True
        heard = heard_before(f"results:{tube}")
        told = (self._told(reading, reading.plate), self._told(reading))
        action = read_tube.action  # type: ignore[attr-defined]
        return any(told_digest(action, each, self.centre.digest_key) in heard for each in told)

    def _corrected(self, reading: Reading, there: keys.TubeKey, reason: str) -> Checked:
        assert there.result is not None  # noqa: S101
        self._noted(reading, "corrected", result=reading.result.value, was=there.result.value)
        told = {**self._told(reading), "reason": reason}
        return Checked(reading, there.id, "correct", told, reason)


ACTIONS: dict[str, Callable[..., Facts]] = {"read": read_tube, "stray": read_tube, "correct": correct_tube}
"""What each kind of reading is told by."""


def _same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) < SAME_CT)
