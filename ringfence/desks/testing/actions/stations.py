"""At the station and on the way: tubes are sealed, packed into boxes and carried to a laboratory."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, from_micros, to_micros
from ringfence.desks.testing.actions.rounds import known_round, known_site
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.queries.sealing import code_of, not_sealed_before, outbreak_of, people_of, whom_it_covers
from ringfence.facts.ids import BoxId, OutbreakId, PlaceId, RoundId, TripId, TubeId, derive
from ringfence.facts.testing import BoxPacked, Lane, TripBegun, TubeSealed, TubeVoided, box_of, tube_of

MOST_TUBES = 1000
VOID_REASONS = ("leaking", "lost", "unlabelled", "mislabelled", "empty", "mistake")


@action(may="sample")
def void_tube(who: Who, *, tube: TubeId, reason: str, at: datetime) -> Facts:
    """Say that a tube cannot give a result any more; its people are swabbed again."""
    del who
    known = keys.tube(tube)
    if known is None:
        raise Refused("tube_unknown", tube=tube)
    if reason not in VOID_REASONS:
        raise Refused("void_reason_unfit", reason=reason, known=", ".join(VOID_REASONS))
    if known.stage == "voided":
        raise Refused("tube_void", tube=known.code)
    if known.result is not None:
        raise Refused("tube_already_read", tube=known.code, result=known.result, read_at=_moment(known.read_at))
    yield TubeVoided(tube=tube, reason=reason, outbreak=known.outbreak, at=at)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


@action(may="sample", undo=void_tube, ahead=keys.seal_ahead, becomes=TubeSealed)
def seal_tube(  # noqa: PLR0913 (a tube has these fields)
    who: Who,
    *,
    code: str,
    site: PlaceId,
    people: tuple[str, ...],  # not asked where they live: whoever stands in the queue is swabbed
    round: RoundId | None = None,
    outbreak: OutbreakId | None = None,
    lane: Lane = Lane.GENERAL,
    alone: bool = False,
    station: str = "",
    told_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Seal a tube with the swabs of some people in it."""
    del who
    code = code_of(code)
    known_site(site)
    found = known_round(round) if round else None
    not_sealed_before(code)
    once = people_of(code, people)
    cells, again, instead_of = whom_it_covers(once, found)
    yield TubeSealed(
        tube=tube_of(code), code=code, round=round, outbreak=outbreak_of(found, outbreak), site=site, people=once,
        cells=cells, again=again, lane=lane, alone=alone, station=station, told_at=told_at, instead_of=instead_of, at=at,
    )  # fmt: skip


@action(may="sample")
def pack_box(who: Who, *, code: str, site: PlaceId, tubes: tuple[str, ...], at: datetime) -> Facts:
    """Pack tubes into a box at a site."""
    del who
    known_site(site)
    code = code_of(code)
    box = box_of(code)
    if (there := keys.box(box)) is not None:
        raise Refused("box_already_packed", box=code, packed_at=from_micros(there.packed_at), tubes=there.tubes)
    inside = tuple(dict.fromkeys(tube_of(code_of(each)) for each in tubes))
    if not 1 <= len(inside) <= MOST_TUBES:
        raise Refused("box_tubes_unfit", box=code, tubes=len(inside), most=MOST_TUBES)
    first = next((known for each in inside if (known := keys.tube(each)) is not None), None)
    outbreak = first.outbreak if first else None
    yield BoxPacked(box=box, code=code, site=site, tubes=inside, outbreak=outbreak, at=at)


@action(may="work")
def begin_trip(  # noqa: PLR0913 (a trip has these fields)
    who: Who,
    *,
    vehicle: str,
    laboratory: str,  # not asked whether it lies in the asker's places: boxes go where there is room
    boxes: tuple[str, ...],
    expected_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Leave with boxes for a laboratory."""
    destination = PlaceId(laboratory)
    if keys.laboratory(destination) is None:
        raise Refused("laboratory_unknown", laboratory=laboratory)
    carried: list[BoxId] = []
    for text in dict.fromkeys(boxes):
        found = keys.box(box_of(code_of(text)))
        if found is None or not who.scope("work").touches(found.path):
            raise Refused("box_unknown", box=text)
        if found.state == "received":
            raise Refused("box_already_received", box=found.code, received_at=_moment(found.received_at))
        carried.append(BoxId(found.id))
    if not carried:
        raise Refused("boxes_missing", vehicle=vehicle)
    trip = TripId(derive("trip", vehicle, laboratory, to_micros(at), *carried))
    yield TripBegun(
        trip=trip, vehicle=vehicle, laboratory=destination, boxes=tuple(carried), expected_at=expected_at, at=at
    )
