"""A tube as a station hands it in: the people whom nobody knows are registered in the same breath."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import Action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.queries.sealing import not_ahead, not_sealed_before, outbreak_of, people_of, whom_it_covers
from ringfence.facts.ids import OutbreakId, PersonId, PlaceId, RoundId
from ringfence.facts.registry import IdentityKept, PersonRegistered
from ringfence.facts.testing import Lane, TubeSealed, tube_of
from ringfence.registry import identities, scanned
from ringfence.registry.queries import areas
from ringfence.registry.scanned import Scanned


def tube_handed_in(  # noqa: PLR0913 (a tube has these fields)
    who: Who,
    *,
    code: str,
    site: PlaceId,
    people: tuple[str, ...],
    strangers: tuple[Scanned, ...],
    round: RoundId | None,  # noqa: A002 (a round is called a round)
    outbreak: OutbreakId | None,
    lane: Lane,
    alone: bool,
    station: str,
    told_at: datetime | None,
    now: datetime,
    at: datetime,
) -> Facts:
    """A station hands in a tube; one that is on record with the same people is on record."""
    del who
    known = keys.site(site)
    if known is None:
        raise Refused("site_unknown", site=site)
    found = keys.round_key(round) if round else None
    if round and found is None:
        raise Refused("round_unknown", round=round)
    not_ahead(at, now)
    once = people_of(code, tuple(PersonId(each) for each in people))
    if _is_there(code, site, once):
        return
    for one in strangers:
        yield from _registered(one, known.path, at)
    cells, again, instead_of = whom_it_covers(once, found)
    yield TubeSealed(
        tube=tube_of(code), code=code, round=round, outbreak=outbreak_of(found, outbreak), site=site, people=once,
        cells=cells, again=again, lane=lane, alone=alone, station=station, told_at=told_at, instead_of=instead_of, at=at,
    )  # fmt: skip


HAND_IN_TUBE = Action(tube_handed_in, "sample", ahead=keys.seal_ahead, becomes=TubeSealed)
"""No door but the stations' has this: what is told was worked out from what they sent."""


def _is_there(code: str, site: PlaceId, people: tuple[PersonId, ...]) -> bool:
    """Whether the tube is on record just so; on record otherwise, it is refused."""
    there = keys.tube(tube_of(code))
    if there is None:
        return False
    if there.stage == "voided":
        raise Refused("tube_void", tube=code)
    if there.site == site and set(there.people) == set(people):
        return True
    not_sealed_before(code)
    return False


def _registered(one: Scanned, path: str, at: datetime) -> Facts:
    """Somebody not on record, at the site's place; who they are lies under their own key."""
    area = areas.area_at(path)
    yield PersonRegistered(
        person=one.person,
        source=scanned.SOURCE,
        code=one.code,
        office=area.id if area else None,
        note=identities.seal(one.person, one.note) if one.note else None,
        at=at,
    )
    if one.identity.fields():
        yield IdentityKept(person=one.person, fields=identities.keep(one.person, one.identity).fields(), at=at)
