"""Rounds and sites: who is to be tested, where, until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.testing.queries import keys, rosters
from ringfence.facts.ids import JurisdictionId, OutbreakId, PersonId, PlaceId, RoundId, derive
from ringfence.facts.rounds import (
    ExcuseWithdrawn,
    LanesChanged,
    PersonExcused,
    PoolSizeSet,
    QueueCounted,
    RosterDrawn,
    RoundClosed,
    RoundOpened,
    RoundReopened,
    SiteClosed,
    SiteOpened,
    SlotGiven,
)
from ringfence.registry.queries import areas, outbreaks, people

MOST_CELLS = 1000
LARGEST_POOL = 100
REASONS = (
    "away", "moved", "deceased", "in_hospital", "in_quarantine", "tested_elsewhere", "medical", "refused", "other",
)  # fmt: skip


def known_round(round_id: RoundId) -> keys.RoundKey:
    """A round, or a refusal."""
    found = keys.round_key(round_id)
    if found is None:
        raise Refused("round_unknown", round=round_id)
    return found


def _own_round(who: Who, round_id: RoundId, may: str) -> keys.RoundKey:
    """A round that touches the asker's places."""
    found = known_round(round_id)
    if not who.scope(may).touches(found.path):
        raise Refused("round_unknown", round=round_id)
    return found


@action(may="decide", many=False)
def open_round(  # noqa: PLR0913 (a round has these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    due_at: datetime,
    pool_size: int = 10,
    title: str = "",
    campaign: str = "",
    groups: tuple[str, ...] = (),
    at: datetime,
) -> Facts:
    """Open a round: everybody who lives in an area is to be tested once, by a deadline."""
    del who
    row = outbreaks.outbreak_row(outbreak)
    if row is None or row.closed:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    if due_at <= at:
        raise Refused("due_in_past", due_at=due_at)
    _sound(pool_size)
    path = areas.path_of(jurisdiction) or ""
    number = keys.last_number(outbreak, path) + 1
    round_id = RoundId(derive("round", outbreak, jurisdiction, number))
    cells, counted = rosters.roster(path, groups)
    if not cells:
        raise Refused("roster_empty", place=jurisdiction)
    yield RoundOpened(
        round=round_id, outbreak=outbreak, jurisdiction=jurisdiction, number=number, due_at=due_at, title=title.strip(),
        pool_size=pool_size, campaign=campaign.strip(), groups=groups, at=at,
    )  # fmt: skip
    for begin in range(0, len(cells), MOST_CELLS):
        some = cells[begin : begin + MOST_CELLS]
        ids, counts = tuple(cell for cell, _ in some), tuple(n for _, n in some)
        yield RosterDrawn(round=round_id, cells=ids, people=counts, counted=counted, at=at)


def _sound(pool_size: int) -> None:
    if not 0 <= pool_size <= LARGEST_POOL:
        raise Refused("pool_size_unfit", size=pool_size, most=LARGEST_POOL)


@action(may="decide", undo="itself")
def set_pool_size(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    round: RoundId,
    jurisdiction: JurisdictionId,
    size: int,
    zone: str = "",
    at: datetime,
) -> Facts:
    """Set how many share a tube in a part of a round's area; 0 is one tube a household."""
    known = _own_round(who, round, "decide")
    _sound(size)
    was = rosters.pool_size_at(known, areas.path_of(jurisdiction) or "")
    if was == size:
        raise Refused("pool_size_already", size=size)
    yield PoolSizeSet(round=round, jurisdiction=jurisdiction, size=size, zone=zone, was_size=was, at=at)


@action(may="decide", many=False)
def reopen_round(who: Who, *, round: RoundId, at: datetime) -> Facts:
    """Reopen a round that was closed too early."""
    if _own_round(who, round, "decide").closed_at is None:
        raise Refused("round_open", round=round)
    yield RoundReopened(round=round, at=at)


@action(may="decide", undo=reopen_round, many=False)
def close_round(who: Who, *, round: RoundId, reason: str = "", at: datetime) -> Facts:
    """Close a round; what comes late still counts for it."""
    known = _own_round(who, round, "decide")
    if known.closed_at is not None:
        raise Refused("round_closed", round=round)
    area = areas.area_at(known.path)
    yield RoundClosed(
        round=round, reason=reason, outbreak=known.outbreak, jurisdiction=area.id if area else None, at=at
    )


@action(may="work")
def withdraw_excuse(who: Who, *, round: RoundId, person: PersonId, at: datetime) -> Facts:
    """Have somebody tested after all."""
    del who
    if not rosters.excused(round, person):
        raise Refused("excuse_unknown", person=person)
    yield ExcuseWithdrawn(round=round, person=person, at=at)


@action(may="work", undo=withdraw_excuse)
def excuse_person(who: Who, *, round: RoundId, person: PersonId, reason: str, at: datetime) -> Facts:
    """Say why somebody of the roster is not tested in this round."""
    known = _own_round(who, round, "work")
    if reason not in REASONS:
        raise Refused("excuse_unfit", reason=reason, known=", ".join(REASONS))
    if keys.tubes_of(person, known.seq):
        raise Refused("person_swabbed", person=person)
    path = people.paths_of((person,)).get(person)
    area = areas.area_at(path or known.path)
    if area is None:
        raise Refused("person_unknown", person=person)
    yield PersonExcused(round=round, person=person, reason=reason, jurisdiction=area.id, at=at)


# -- sites ------------------------------------------------------------------------------------------------------------


def known_site(site: PlaceId) -> keys.SiteKey:
    """A site, or a refusal."""
    found = keys.site(site)
    if found is None:
        raise Refused("site_unknown", site=site)
    return found


@action(may="arrange", many=False)
def close_site(who: Who, *, site: PlaceId, reason: str = "", at: datetime) -> Facts:
    """Close a sampling site."""
    del who
    if known_site(site).closed:
        raise Refused("site_closed", site=site)
    yield SiteClosed(site=site, reason=reason, at=at)


@action(may="arrange", many=False)
def open_site(  # noqa: PLR0913 (a site has these fields)
    who: Who,
    *,
    site: PlaceId,
    lanes: int,
    swabs_per_hour: int = 60,
    serves: tuple[JurisdictionId, ...] = (),
    separate_lane: bool = True,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    slot_minutes: int | None = None,
    mobile: bool = False,
    at: datetime,
) -> Facts:
    """Open a place on record as a sampling site, with its lanes and the cells it serves."""
    del who
    if lanes < 1 or swabs_per_hour < 1:
        raise Refused("lanes_unfit", lanes=lanes, swabs_per_hour=swabs_per_hour)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused("ends_before_it_begins", begins_at=opens_at, ends_at=closes_at)
    area = areas.area_at(areas.place_of_place(site) or "")
    if area is None:
        raise Refused("site_unknown", site=site)
    yield SiteOpened(
        site=site, jurisdiction=area.id, lanes=lanes, swabs_per_hour=swabs_per_hour, serves=serves, mobile=mobile,
        separate_lane=separate_lane, opens_at=opens_at, closes_at=closes_at, at=at,
        slot=timedelta(minutes=slot_minutes) if slot_minutes else None,
    )  # fmt: skip


@action(may="sample", undo="itself")
def change_lanes(who: Who, *, site: PlaceId, lanes: int, at: datetime) -> Facts:
    """Open or close lanes at a site."""
    del who
    known = known_site(site)
    if lanes < 0 or lanes == known.lanes:
        raise Refused("lanes_unfit", lanes=lanes, swabs_per_hour=known.swabs_per_hour)
    yield LanesChanged(site=site, lanes=lanes, was_lanes=known.lanes, at=at)


@action(may="sample")
def count_queue(who: Who, *, site: PlaceId, people: int, lanes: int | None = None, at: datetime) -> Facts:
    """Count who waits at a site."""
    del who
    known = known_site(site)
    if people < 0 or (lanes is not None and lanes < 0):
        raise Refused("count_negative", count=min(people, lanes or 0))
    yield QueueCounted(site=site, people=people, lanes=known.lanes if lanes is None else lanes, at=at)


@action(may="sample")
def give_slot(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    site: PlaceId,
    round: RoundId,
    about: str,
    begins_at: datetime,
    people: int,
    at: datetime,
) -> Facts:
    """Ask a household, a building or a cell to come to a site in a time slot."""
    known_site(site)
    _own_round(who, round, "sample")
    full = rosters.slot_left(site, to_micros(begins_at))
    if people < 1 or (full is not None and people > full):
        raise Refused("slot_full", people=people, left=full or 0, begins_at=begins_at)
    yield SlotGiven(site=site, round=round, about=about, begins_at=begins_at, people=people, at=at)
