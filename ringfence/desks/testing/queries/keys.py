"""What actions, rules and memory ask on the way: one row by its key, in plain SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ringfence.core import db
from ringfence.core.among import ask_among, foretell_among
from ringfence.core.declare import locates
from ringfence.facts.ids import OutbreakId, PersonId, PlaceId, RoundId, TubeId, number_of
from ringfence.facts.testing import Result, tube_of
from ringfence.registry.queries import people

WAITING = ("sealed", "packed", "underway", "received")
"""The stages before the result, in order."""


@dataclass(frozen=True, slots=True)
class TubeKey:
    """A tube, as far as what follows depends on it."""

    seq: int
    id: TubeId
    code: str
    round: RoundId | None
    outbreak: OutbreakId
    site: PlaceId
    path: str
    people: tuple[PersonId, ...]
    cells: tuple[tuple[str, int], ...]
    alone: bool
    sealed_at: int
    stage: str
    since: int
    box: str | None
    laboratory: PlaceId | None
    received_at: int | None
    result: Result | None
    ct: float | None
    read_at: int | None

    @property
    def single(self) -> bool:
        """Whether its result is one person's own."""
        return len(self.people) == 1

    @property
    def gives_nothing(self) -> bool:
        """Whether it is void, or was read without a result."""
        return self.stage == "voided" or self.result is Result.INVALID


_COLUMNS = (
    "seq, id, code, round, outbreak, site, path, people, cells, alone, sealed_at, stage, since, box, laboratory,"
    " received_at, result, ct, read_at"
)
_TUBE = f"SELECT {_COLUMNS} FROM testing_tube"
_ONE_TUBE = f"{_TUBE} WHERE id = %s"
_MEMBER = "SELECT tube FROM testing_member WHERE person = %s AND round = %s"


@lru_cache(maxsize=2048)
def tube_key(row: tuple[Any, ...]) -> TubeKey:
    """A row of `testing_tube`, read; what follows from one fact reads the same row several times."""
    seq, id_, code, round_, outbreak, site, path, members, cells, alone, sealed_at, stage, since, box, *rest = row
    laboratory, received_at, result, ct, read_at = rest
    return TubeKey(
        seq, id_, code, round_, outbreak, site, path, tuple(members.split()), cells_read(cells), bool(alone), sealed_at,
        stage, since, box, laboratory, received_at, result and Result(result), ct, read_at,
    )  # fmt: skip


def cells_written(cells: Mapping[str, int]) -> str:
    """`a.b.=3 a.c.=7`."""
    return " ".join(f"{path}={n}" for path, n in sorted(cells.items()))


def cells_read(written: str) -> tuple[tuple[str, int], ...]:
    """The cells of a tube with how many people of each were not tested before in the round."""
    pairs = (each.rpartition("=") for each in written.split(" ") if each)
    return tuple((path, int(n)) for path, _, n in pairs)


def tube(tube_id: TubeId) -> TubeKey | None:
    """A tube by its id."""
    rows = db.ask_about("testing_tube", (tube_id,), _ONE_TUBE, (tube_id,))
    return tube_key(rows[0]) if rows else None


def tubes(ids: Sequence[TubeId]) -> dict[TubeId, TubeKey]:
    """Tubes by their ids; those that nobody handed in are left out."""
    return {key.id: key for key in map(tube_key, ask_among(f"{_TUBE} WHERE id IN ({{marks}})", ids))}


def tubes_at(seqs: Sequence[int]) -> list[TubeKey]:
    """Tubes by the lines that sealed them."""
    return [tube_key(row) for row in ask_among(f"{_TUBE} WHERE seq IN ({{marks}}) ORDER BY seq", sorted(seqs))]


def tubes_ahead(ids: Sequence[TubeId]) -> None:
    """Read in few statements what `tube` will ask for each of these."""
    many = f"SELECT id, {_COLUMNS} FROM testing_tube WHERE id IN ({{marks}})"
    foretell_among("testing_tube", _ONE_TUBE, many, ids)


def stands(known: TubeKey) -> None:
    """Say how a tube stands now that memory has written it, so that the rules need not read it back."""
    row = (
        *(known.seq, known.id, known.code, known.round, known.outbreak, known.site, known.path, " ".join(known.people)),
        *(cells_written(dict(known.cells)), known.alone, known.sealed_at, known.stage, known.since, known.box),
        *(known.laboratory, known.received_at, known.result and known.result.value, known.ct, known.read_at),
    )
    db.foretell("testing_tube", _ONE_TUBE, {(known.id,): [row]})


@locates(TubeId)
def place_of_tube(tube_id: str) -> str | None:
    """Where a tube was sealed."""
    found = tube(TubeId(tube_id))
    return found.path if found else None


@dataclass(frozen=True, slots=True)
class RoundKey:
    """A round, as far as what follows depends on it."""

    id: RoundId
    seq: int
    outbreak: OutbreakId
    path: str
    number: int
    pool_size: int
    opened_at: int
    due_at: int
    closed_at: int | None


def round_key(round_id: RoundId) -> RoundKey | None:
    """A round by its id."""
    row = db.ask_one(
        "SELECT id, seq, outbreak, path, number, pool_size, opened_at, due_at, closed_at FROM testing_round"
        " WHERE id = %s",
        (round_id,),
    )
    return RoundKey(*row) if row else None


def last_number(outbreak: OutbreakId, path: str) -> int:
    """The number of the newest round of an area; 0 before the first."""
    row = db.ask_one("SELECT max(number) FROM testing_round WHERE outbreak = %s AND path = %s", (outbreak, path))
    return int(row[0] or 0) if row else 0


def person_number(person: PersonId) -> int:
    """The first 63 bits of a person's id: what members are kept by."""
    return number_of(person) >> 17


def tubes_of(person: PersonId, round_seq: int) -> list[int]:
    """The lines of the tubes in which a person's swab is, in one round (0: outside rounds)."""
    key = person_number(person)
    rows = db.ask_about("testing_member", (key,), _MEMBER, (key, round_seq))
    return [seq for (seq,) in rows]


def members_ahead(asked: Sequence[tuple[PersonId, int]]) -> None:
    """Read in few statements what `tubes_of` will ask for each person and round."""
    by_round: dict[int, set[int]] = {}
    for person, round_seq in asked:
        by_round.setdefault(round_seq, set()).add(person_number(person))
    many = "SELECT person, tube FROM testing_member WHERE person IN ({marks}) AND round = %s"
    for round_seq, numbers in by_round.items():
        foretell_among("testing_member", _MEMBER, many, numbers, round_seq)


def seal_ahead(told: Sequence[Mapping[str, Any]]) -> None:
    """What sealing many tubes will ask: the tubes, whether their people were tested in the round, where they live."""
    tubes_ahead([tube_of(str(each["code"])) for each in told if each.get("code")])
    everybody = [(person, each.get("round")) for each in told for person in each.get("people", ())]
    seqs = {round_id: _round_seq(round_id) for round_id in {round_id for _, round_id in everybody}}
    members_ahead([(person, seqs[round_id]) for person, round_id in everybody])
    people.look_ahead([person for person, _ in everybody])
    strays_ahead([tube_of(str(each["code"])) for each in told if each.get("code")])


def _round_seq(round_id: RoundId | None) -> int:
    found = round_key(round_id) if round_id else None
    return found.seq if found else 0


# -- results that came before their tube ------------------------------------------------------------------------------

_STRAY = "SELECT code, laboratory, result, ct, at FROM testing_stray WHERE tube = %s AND matched_at IS NULL"
_STRAYS = (
    "SELECT tube, code, laboratory, result, ct, at FROM testing_stray WHERE tube IN ({marks}) AND matched_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class StrayKey:
    """A result that waits for its tube."""

    code: str
    laboratory: PlaceId
    result: Result
    ct: float | None
    at: int


def stray(tube_id: TubeId) -> StrayKey | None:
    """The result that waits for a tube."""
    rows = db.ask_about("testing_stray", (tube_id,), _STRAY, (tube_id,))
    return StrayKey(rows[0][0], rows[0][1], Result(rows[0][2]), *rows[0][3:]) if rows else None


def strays_ahead(ids: Sequence[TubeId]) -> None:
    """Read in few statements what `stray` will ask for each of these."""
    foretell_among("testing_stray", _STRAY, _STRAYS, ids)


# -- boxes, sites, laboratories, plates -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoxKey:
    """A box, as far as what follows depends on it."""

    id: str
    seq: int
    code: str
    site: PlaceId
    path: str
    outbreak: OutbreakId | None
    tubes: int
    state: str
    packed_at: int
    trip: str | None
    laboratory: str | None
    received_at: int | None
    late: bool


def box(box_id: str) -> BoxKey | None:
    """A box by its id."""
    row = db.ask_one(
        "SELECT id, seq, code, site, path, outbreak, tubes, state, packed_at, trip, laboratory, received_at, late FROM testing_box"
        " WHERE id = %s",
        (box_id,),
    )
    return BoxKey(*row) if row else None


def tubes_in(box_id: str) -> list[TubeKey]:
    """The tubes packed into a box."""
    return [tube_key(row) for row in db.ask(f"{_TUBE} WHERE box = %s ORDER BY seq", (box_id,))]


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A site, as far as what follows depends on it."""

    id: PlaceId
    path: str
    lanes: int
    swabs_per_hour: int
    closed: bool


def site(site_id: PlaceId) -> SiteKey | None:
    """A site by its id."""
    row = db.ask_one("SELECT id, path, lanes, swabs_per_hour, closed FROM testing_site WHERE id = %s", (site_id,))
    return SiteKey(*row) if row else None


@dataclass(frozen=True, slots=True)
class LaboratoryKey:
    """A laboratory, as far as what follows depends on it."""

    id: PlaceId
    path: str
    tubes_per_hour: int


def laboratory(laboratory_id: PlaceId) -> LaboratoryKey | None:
    """A laboratory by its id."""
    row = db.ask_one("SELECT id, path, tubes_per_hour FROM testing_laboratory WHERE id = %s", (laboratory_id,))
    return LaboratoryKey(*row) if row else None


def plate_of(plate: str) -> tuple[str, bool | None] | None:
    """(laboratory, whether its run was valid: None before it ran) of a plate."""
    row = db.ask_one("SELECT laboratory, valid FROM testing_plate WHERE id = %s", (plate,))
    return (str(row[0]), None if row[1] is None else bool(row[1])) if row else None


# -- holds ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoldKey:
    """Somebody held."""

    person: PersonId
    pool: TubeId
    outbreak: OutbreakId
    path: str
    held_at: int
    until: int
    state: str
    own_tube: TubeId | None


_HOLD = "SELECT person, pool, outbreak, path, held_at, until, state, own_tube FROM testing_hold"


def holds_of(person: PersonId) -> list[HoldKey]:
    """The holds in force of a person."""
    rows = db.ask(f"{_HOLD} WHERE person = %s AND ended_at IS NULL ORDER BY held_at", (person,))
    return [HoldKey(*row) for row in rows]


def holds_for(pool: TubeId, *, in_force: bool = False) -> list[HoldKey]:
    """Everybody who was held for a tube, or is."""
    condition = " AND ended_at IS NULL" if in_force else ""
    rows = db.ask(f"{_HOLD} WHERE pool = %s{condition} ORDER BY person", (pool,))
    return [HoldKey(*row) for row in rows]


def holds_over(outbreak: str | None, until: int, limit: int) -> list[HoldKey]:
    """Holds in force whose time is up."""
    rows = db.ask(
        f"{_HOLD} WHERE outbreak = %s AND ended_at IS NULL AND until <= %s ORDER BY until, person LIMIT {limit}",
        (outbreak or "", until),
    )
    return [HoldKey(*row) for row in rows]


def found_of(person: PersonId, tube_id: TubeId) -> bool:
    """Whether a person was found by this tube, and stands as found."""
    sql = "SELECT 1 FROM testing_found WHERE person = %s AND tube = %s AND mended = FALSE"
    return db.ask_one(sql, (person, tube_id)) is not None


def flagged_at(about: str, what: str) -> int | None:
    """When something was last flagged."""
    row = db.ask_one("SELECT at FROM testing_flag WHERE about = %s AND what = %s", (about, what))
    return int(row[0]) if row else None


def stop_proposed_at(outbreak: OutbreakId, path: str) -> int | None:
    """When stopping was last proposed for the newest round of an area."""
    row = db.ask_one(
        "SELECT max(at) FROM testing_flag WHERE path = %s AND what = %s",
        (path, f"stop_rounds:{last_number(outbreak, path)}"),
    )
    return None if row is None or row[0] is None else int(row[0])
