"""In the laboratory: boxes are taken in, plates are run, tubes are read and readings mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, from_micros
from ringfence.desks.testing.queries import keys
from ringfence.desks.testing.queries.sealing import code_of
from ringfence.facts.ids import OutbreakId, PersonId, PlaceId, TubeId
from ringfence.facts.testing import (
    BoxReceived,
    CapacityChanged,
    LaboratoryEnrolled,
    PersonReleased,
    PlateLoaded,
    PlateRun,
    Result,
    StrayResultHeard,
    TubeCorrected,
    TubeRead,
    TubesReceived,
    box_of,
    tube_of,
)
from ringfence.registry.queries import areas

LARGEST_CT = 60.0
MOST_ON_PLATE = 1536


def known_laboratory(laboratory: PlaceId) -> keys.LaboratoryKey:
    """A laboratory that takes part, or a refusal."""
    found = keys.laboratory(laboratory)
    if found is None:
        raise Refused("laboratory_unknown", laboratory=laboratory)
    return found


@action(may="arrange", many=False)
def enrol_laboratory(  # noqa: PLR0913 (a laboratory has these fields)
    who: Who,
    *,
    laboratory: PlaceId,
    tubes_per_hour: int,
    mobile: bool = False,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Have a place on record take part as a laboratory."""
    del who
    area = areas.area_at(areas.place_of_place(laboratory) or "")
    if area is None:
        raise Refused("laboratory_unknown", laboratory=laboratory)
    if tubes_per_hour < 0:
        raise Refused("count_negative", count=tubes_per_hour)
    yield LaboratoryEnrolled(
        laboratory=laboratory, jurisdiction=area.id, tubes_per_hour=tubes_per_hour, mobile=mobile, from_at=from_at,
        until_at=until_at, at=at,
    )  # fmt: skip


@action(may="lab", undo="itself")
def change_capacity(who: Who, *, laboratory: PlaceId, tubes_per_hour: int, reason: str = "", at: datetime) -> Facts:
    """Say how many tubes a laboratory reads in an hour from now on; 0 while it is down."""
    del who
    known = known_laboratory(laboratory)
    if tubes_per_hour < 0:
        raise Refused("count_negative", count=tubes_per_hour)
    if tubes_per_hour == known.tubes_per_hour:
        raise Refused("capacity_already", tubes_per_hour=tubes_per_hour)
    yield CapacityChanged(
        laboratory=laboratory,
        tubes_per_hour=tubes_per_hour,
        was_tubes_per_hour=known.tubes_per_hour,
        reason=reason,
        at=at,
    )


def _codes(texts: Sequence[str]) -> tuple[TubeId, ...]:
    return tuple(dict.fromkeys(tube_of(code_of(text)) for text in texts))


@action(may="lab", many=False)
def receive_box(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    laboratory: PlaceId,
    box: str,
    missing: tuple[str, ...] = (),
    leaking: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    unlabelled: int = 0,
    at: datetime,
) -> Facts:
    """Take a box in, with its tubes counted: which are missing, leaking, beyond those packed, or without a label."""
    del who
    known_laboratory(laboratory)
    known = keys.box(box_of(code_of(box)))
    if known is None:
        raise Refused("box_unknown", box=box)
    if known.state == "received":
        raise Refused("box_already_received", box=known.code, received_at=from_micros(known.received_at or 0))
    if unlabelled < 0:
        raise Refused("count_negative", count=unlabelled)
    yield BoxReceived(
        box=box_of(known.code), laboratory=laboratory, missing=_codes(missing), leaking=_codes(leaking),
        extra=_codes(extra), unlabelled=unlabelled, outbreak=known.outbreak, at=at,
    )  # fmt: skip


@action(may="lab", many=False)
def receive_tubes(who: Who, *, laboratory: PlaceId, tubes: tuple[str, ...], at: datetime) -> Facts:
    """Take in tubes that came without a box."""
    del who
    known_laboratory(laboratory)
    ids = _codes(tubes)
    if not 1 <= len(ids) <= 1000:  # noqa: PLR2004 (a fact holds so many)
        raise Refused("box_tubes_unfit", box="-", tubes=len(ids), most=1000)
    there = keys.tubes(ids)
    if strange := [text for text, id_ in zip(tubes, ids, strict=False) if id_ not in there]:
        raise Refused("tube_unknown", tube=strange[0])
    yield TubesReceived(laboratory=laboratory, tubes=ids, at=at)


@action(may="lab", many=False)
def load_plate(  # noqa: PLR0913 (a plate has these fields)
    who: Who, *, laboratory: PlaceId, plate: str, tubes: tuple[str, ...], wells: tuple[str, ...] = (), at: datetime
) -> Facts:
    """Put tubes on a plate."""
    del who
    known_laboratory(laboratory)
    plate = code_of(plate)
    if keys.plate_of(plate) is not None:
        raise Refused("plate_already_loaded", plate=plate)
    ids = _codes(tubes)
    if not 1 <= len(ids) <= MOST_ON_PLATE or (wells and len(wells) != len(ids)):
        raise Refused("plate_unfit", plate=plate, tubes=len(ids), wells=len(wells))
    yield PlateLoaded(plate=plate, laboratory=laboratory, tubes=ids, wells=wells, at=at)


@action(may="lab", many=False)
def run_plate(  # noqa: PLR0913 (a run has these fields)
    who: Who,
    *,
    laboratory: PlaceId,
    plate: str,
    valid: bool,
    instrument: str = "",
    negative_control_ct: float | None = None,
    positive_control_ct: float | None = None,
    at: datetime,
) -> Facts:
    """Say how a plate's run went, by its controls."""
    del who
    plate = code_of(plate)
    known = keys.plate_of(plate)
    if known is None or known[0] != laboratory:
        raise Refused("plate_unknown", plate=plate)
    if known[1] is not None:
        raise Refused("plate_already_run", plate=plate)
    yield PlateRun(
        plate=plate, laboratory=laboratory, valid=valid, instrument=instrument, negative_control_ct=negative_control_ct,
        positive_control_ct=positive_control_ct, at=at,
    )  # fmt: skip


def read_ahead(told: Sequence[Mapping[str, Any]]) -> None:
    """What reading many tubes will ask."""
    keys.tubes_ahead([tube_of(str(each["tube"]).strip().upper()) for each in told if each.get("tube")])


@action(may="lab")
def correct_tube(  # noqa: PLR0913 (a correction has these fields)
    who: Who,
    *,
    laboratory: PlaceId,
    tube: str,
    result: Result,
    reason: str,
    ct: float | None = None,
    at: datetime,
) -> Facts:
    """Mend a wrong reading, with the reason; the first one stays on record."""
    del who
    known = _to_be_read(laboratory, tube, ct)
    if known is None or known.result is None:
        raise Refused("tube_not_read", tube=tube)
    if not reason.strip():
        raise Refused("reason_missing", what="correct_tube")
    if (known.result, known.ct) == (result, ct):
        raise Refused("tube_already_read", tube=known.code, result=result, read_at=from_micros(known.read_at or 0))
    yield TubeCorrected(
        tube=known.id,
        result=result,
        was_result=known.result,
        reason=reason,
        ct=ct,
        was_ct=known.ct,
        at=at,
        outbreak=known.outbreak,
    )


def _to_be_read(laboratory: PlaceId, tube: str, ct: float | None) -> keys.TubeKey | None:
    known_laboratory(laboratory)
    if ct is not None and not 0 < ct <= LARGEST_CT:
        raise Refused("ct_unfit", ct=ct, most=LARGEST_CT)
    return keys.tube(tube_of(code_of(tube)))


@action(may="lab", ahead=read_ahead)
def read_tube(  # noqa: PLR0913 (a reading has these fields)
    who: Who,
    *,
    laboratory: PlaceId,
    tube: str,
    result: Result,
    ct: float | None = None,
    plate: str = "",
    outbreak: OutbreakId | None = None,
    at: datetime,
) -> Facts:
    """Report a tube, once; a result for a tube that nobody has handed in waits for it."""
    known = _to_be_read(laboratory, tube, ct)
    if known is None:
        yield _stray(who, laboratory, tube, result, ct, outbreak, at)
        return
    if known.result is not None:
        raise Refused(
            "tube_already_read", tube=known.code, result=known.result, read_at=from_micros(known.read_at or 0)
        )
    if plate and (run := keys.plate_of(plate)) is not None and run[1] is False and result is not Result.INVALID:
        raise Refused("plate_invalid", plate=plate, tube=known.code)
    if at < from_micros(known.sealed_at):
        raise Refused("read_before_sealed", tube=known.code, read_at=at, sealed_at=from_micros(known.sealed_at))
    yield TubeRead(
        tube=known.id, result=result, laboratory=laboratory, ct=ct, plate=plate, outbreak=known.outbreak, at=at
    )


def _stray(  # noqa: PLR0913 (what was told)
    who: Who,
    laboratory: PlaceId,
    tube: str,
    result: Result,
    ct: float | None,
    outbreak: OutbreakId | None,
    at: datetime,
) -> StrayResultHeard:
    """The result of a tube nobody has handed in, for the outbreak told or the only one there is."""
    del who
    if outbreak is None:
        raise Refused("tube_unknown", tube=tube)
    waiting = keys.stray(tube_of(code_of(tube)))
    if waiting is not None and (waiting.result, waiting.ct) == (result, ct):
        raise Refused("result_waits_already", tube=tube, result=result)
    area = areas.area_at(areas.place_of_place(laboratory) or "")
    if area is None:
        raise Refused("laboratory_unknown", laboratory=laboratory)
    code = code_of(tube)
    return StrayResultHeard(
        tube=tube_of(code), code=code, result=result, laboratory=laboratory, jurisdiction=area.id, outbreak=outbreak,
        ct=ct, at=at,
    )  # fmt: skip


@action(may="decide")
def release_person(who: Who, *, person: PersonId, pool: TubeId, reason: str, at: datetime) -> Facts:
    """Release somebody from a hold by hand, with the reason."""
    del who
    if not reason.strip():
        raise Refused("reason_missing", what="release_person")
    found = [hold for hold in keys.holds_of(person) if hold.pool == pool]
    if not found:
        raise Refused("hold_unknown", person=person)
    yield PersonReleased(
        person=person, because_of=pool, outbreak=found[0].outbreak, reason="by_hand", why=reason, at=at
    )
