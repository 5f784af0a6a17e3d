"""What is on record of a round under way, as far as a plan needs it: one question for each kind of row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.core import db
from ringfence.core.access import Scope, above
from ringfence.facts.ids import OutbreakId, PlaceId, RoundId

HOUR = 3_600_000_000  # microseconds
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class RoundOnRecord:
    """A round; moments are microseconds."""

    id: RoundId
    path: str
    number: int
    title: str
    pool_size: int
    opened_at: int
    due_at: int
    closed_at: int | None


@dataclass(frozen=True, slots=True)
class CellOnRecord:
    """People of a round's roster who live in a cell; `pool` of them share a tube, 0: a household."""

    path: str
    people: int
    swabbed: int
    excused: int
    pool: int

    @property
    def to_test(self) -> int:
        """Those of the roster who are not excused."""
        return max(self.people - self.excused, 0)

    @property
    def left(self) -> int:
        """Those of them who gave no swab yet."""
        return max(self.to_test - self.swabbed, 0)


@dataclass(frozen=True, slots=True)
class SiteOnRecord:
    """An open site; `waiting`: tubes of the round that lie there, in a box or not."""

    id: PlaceId
    path: str
    lanes: int
    swabs_per_hour: int
    serves: tuple[str, ...]
    opens_at: int | None
    closes_at: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class LaboratoryOnRecord:
    """A laboratory that takes part; `queue`: tubes of any round that it took in and has not read."""

    id: PlaceId
    path: str
    tubes_per_hour: int
    mobile: bool
    from_at: int | None
    until_at: int | None
    queue: int


@dataclass(frozen=True, slots=True)
class TripOnRecord:
    """A vehicle on its way to a laboratory with tubes; `at`: when it is expected."""

    laboratory: PlaceId
    vehicle: str
    tubes: int
    at: int


@dataclass(frozen=True, slots=True)
class OnRecord:
    """All of it. `vehicles`: how many different ones began a trip within the last day."""

    round: RoundOnRecord
    cells: tuple[CellOnRecord, ...]
    sites: tuple[SiteOnRecord, ...]
    laboratories: tuple[LaboratoryOnRecord, ...]
    trips: tuple[TripOnRecord, ...]
    vehicles: int


_ROUND = "SELECT id, path, number, title, pool_size, opened_at, due_at, closed_at FROM testing_round"


def round_on_record(scope: Scope, outbreak: OutbreakId, round_id: RoundId | None) -> RoundOnRecord | None:
    """The round asked for; else the newest open one of the outbreak that touches the asker's places."""
    if round_id:
        rows = db.ask(f"{_ROUND} WHERE id = %s AND outbreak = %s", (round_id, outbreak))
    else:
        rows = db.ask(f"{_ROUND} WHERE outbreak = %s AND closed_at IS NULL ORDER BY seq DESC LIMIT 200", (outbreak,))
    return next((found for row in rows if scope.touches((found := RoundOnRecord(*row)).path)), None)


def on_record(scope: Scope, known: RoundOnRecord, now: int, drive: int) -> OnRecord:
    """What is on record at the asker's places. `drive`: microseconds that a trip takes of which nothing else is known."""
    return OnRecord(
        round=known,
        cells=_cells(scope, known),
        sites=_sites(scope, known, now),
        laboratories=_laboratories(scope, now),
        trips=_trips(scope, known, drive),
        vehicles=_vehicles(scope, now),
    )


def _cells(scope: Scope, known: RoundOnRecord) -> tuple[CellOnRecord, ...]:
    within, ends = scope.sql("path")
    sizes: dict[str, int] = dict(db.ask("SELECT path, size FROM testing_pool_size WHERE round = %s", (known.id,)))

    def size(path: str) -> int:
        return next((sizes[each] for each in reversed(above(path)) if each in sizes), known.pool_size)

    rows = db.ask(
        f"SELECT path, people, swabbed, excused FROM testing_cover WHERE round = %s AND people > 0 AND {within} ORDER BY path",
        (known.id, *ends),
    )
    return tuple(CellOnRecord(path, people, swabbed, excused, size(path)) for path, people, swabbed, excused in rows)


def _sites(scope: Scope, known: RoundOnRecord, now: int) -> tuple[SiteOnRecord, ...]:
    """Sites in the round's area or serving some of it, that are not shut for good."""
    within, ends = scope.sql("path")
    rows = db.ask(
        "SELECT id, path, lanes, swabs_per_hour, serves, opens_at, closes_at FROM testing_site WHERE closed = FALSE"
        f" AND (closes_at IS NULL OR closes_at > %s) AND {within} ORDER BY path, id",
        (now, *ends),
    )
    waiting = _waiting(scope, known)
    found = []
    for id_, path, lanes, pace, told, opens, closes in rows:
        serves = tuple(told.split())
        if any(each.startswith(known.path) or known.path.startswith(each) for each in (path, *serves)):
            found.append(SiteOnRecord(id_, path, lanes, pace, serves, opens, closes, waiting.get(id_, 0)))
    return tuple(found)


def _waiting(scope: Scope, known: RoundOnRecord) -> dict[str, int]:
    """Site -> tubes of the round that lie there."""
    within, ends = scope.sql("s.path")
    rows = db.ask(
        "SELECT t.site, count(*) FROM testing_site s JOIN testing_tube t ON t.site = s.id"
        f" AND t.stage IN ('sealed', 'packed') WHERE t.round = %s AND {within} GROUP BY t.site",
        (known.id, *ends),
    )
    return {site: int(n) for site, n in rows}


def _laboratories(scope: Scope, now: int) -> tuple[LaboratoryOnRecord, ...]:
    """Laboratories that read something from now on."""
    within, ends = scope.sql("l.path")
    rows = db.ask(
        "SELECT l.id, l.path, l.tubes_per_hour, l.mobile, l.from_at, l.until_at, (SELECT sum(h.came) - sum(h.went)"
        " FROM testing_laboratory_hour h WHERE h.laboratory = l.id) FROM testing_laboratory l WHERE l.tubes_per_hour > 0"
        f" AND (l.until_at IS NULL OR l.until_at > %s) AND {within} ORDER BY l.path, l.id",
        (now, *ends),
    )
    return tuple(
        LaboratoryOnRecord(id_, path, pace, bool(mobile), begins, until, max(int(queue or 0), 0))
        for id_, path, pace, mobile, begins, until, queue in rows
    )


def _trips(scope: Scope, known: RoundOnRecord, drive: int) -> tuple[TripOnRecord, ...]:
    """Boxes packed since the round was opened that no laboratory has taken in, by trip."""
    within, ends = scope.sql("l.path")
    rows = db.ask(
        "SELECT b.laboratory, t.vehicle, sum(b.tubes), min(coalesce(t.expected_at, b.left_at + %s)) FROM testing_box b"
        " JOIN testing_laboratory l ON l.id = b.laboratory JOIN testing_trip t ON t.id = b.trip"
        f" WHERE b.state = 'underway' AND b.packed_at >= %s AND {within}"
        " GROUP BY b.laboratory, b.trip, t.vehicle ORDER BY b.laboratory, b.trip",
        (drive, known.opened_at, *ends),
    )
    return tuple(TripOnRecord(laboratory, vehicle, int(n), int(at)) for laboratory, vehicle, n, at in rows)


def _vehicles(scope: Scope, now: int) -> int:
    within, ends = scope.sql("l.path")
    row = db.ask_one(
        "SELECT count(DISTINCT t.vehicle) FROM testing_laboratory l JOIN testing_trip t ON t.laboratory = l.id"
        f" AND t.begun_at >= %s WHERE {within}",
        (now - DAY, *ends),
    )
    return int(row[0]) if row else 0


def serving(cell: CellOnRecord, sites: Sequence[SiteOnRecord]) -> list[SiteOnRecord]:
    """Which sites a cell's people go to: those that say so, else those without such a word that lie nearest in the tree."""
    told = [each for each in sites if any(cell.path.startswith(path) for path in each.serves)]
    if told or not sites:
        return told
    silent = [each for each in sites if not each.serves] or list(sites)
    near = [shared(each.path, cell.path) for each in silent]
    return [each for each, steps in zip(silent, near, strict=True) if steps == max(near)]


def shared(one: str, other: str) -> int:
    """How many steps of the jurisdiction tree two paths have in common."""
    steps = 0
    for left, right in zip(one.split("."), other.split("."), strict=False):
        if left != right or not left:
            break
        steps += 1
    return steps
