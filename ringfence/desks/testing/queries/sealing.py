"""What has to hold for a tube to be sealed, and whom it covers: asked by the desk's own door and by the stations' hand-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.desks.testing.queries import keys
from ringfence.facts.ids import OutbreakId, PersonId, TubeId
from ringfence.facts.testing import tube_of
from ringfence.registry.queries import people as registry_people

LONGEST_CODE = 64
MOST_PEOPLE = 100
AHEAD_AT_MOST = timedelta(minutes=10)  # a swab of the future is a wrong clock


def code_of(text: str) -> str:
    """A barcode as it is kept: in capitals, without blanks."""
    code = text.strip().upper()
    if not code or len(code) > LONGEST_CODE or not code.isprintable() or " " in code:
        raise Refused("barcode_unfit", code=text[:LONGEST_CODE])
    return code


def not_ahead(at: datetime, now: datetime) -> None:
    """Refuse a moment that has not come yet."""
    if at > now + AHEAD_AT_MOST:
        raise Refused("sealed_in_future", at=at, now=now)


def not_sealed_before(code: str) -> None:
    """Refuse a tube that is on record."""
    there = keys.tube(tube_of(code))
    if there is not None:
        sealed_at = from_micros(there.sealed_at)
        raise Refused("tube_already_sealed", tube=code, sealed_at=sealed_at, people=len(there.people))


def people_of(code: str, people: tuple[str, ...]) -> tuple[PersonId, ...]:
    """Each of a tube's people once; none, or too many, are refused."""
    once = tuple(PersonId(each) for each in dict.fromkeys(people))
    if not 1 <= len(once) <= MOST_PEOPLE:
        raise Refused("tube_people_unfit", tube=code, people=len(once), most=MOST_PEOPLE)
    return once


def outbreak_of(found: keys.RoundKey | None, told: OutbreakId | None) -> OutbreakId:
    """The outbreak of a tube: its round's, else the one told."""
    if found is not None:
        return found.outbreak
    if told is None:
        raise Refused("round_unknown", round="")
    return told


class Covered(NamedTuple):
    """Whom a tube covers in its round."""

    cells: dict[str, int]  # path -> people who had no tube before, or only void ones
    again: tuple[PersonId, ...]  # those who had one
    instead_of: tuple[TubeId, ...]  # their earlier tubes that gave no result


def whom_it_covers(people: tuple[PersonId, ...], found: keys.RoundKey | None) -> Covered:
    """Whom a tube with the swabs of these people covers in a round."""
    if found is None:
        return Covered({}, (), ())
    where = registry_people.paths_of(people)
    cells: dict[str, int] = {}
    again: list[PersonId] = []
    lost: dict[TubeId, None] = {}
    for person in people:
        before = keys.tubes_of(person, found.seq)
        earlier = keys.tubes_at(before) if before else []
        lost |= dict.fromkeys(tube.id for tube in earlier if tube.gives_nothing)
        if any(tube.stage != "voided" for tube in earlier):
            again.append(person)
        else:
            path = where.get(person, "")
            cells[path] = cells.get(path, 0) + 1
    return Covered(cells, tuple(again), tuple(lost))
