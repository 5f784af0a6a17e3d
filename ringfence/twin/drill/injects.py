"""Troubles: how each takes hold in the product's own facts, when it ends by itself, and which fact shows that it was noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ringfence.core.log import Told
from ringfence.desks.testing.actions.laboratories import read_tube, receive_box
from ringfence.desks.testing.actions.stations import begin_trip, pack_box, seal_tube
from ringfence.facts.command import TaskDone, TasksSet, TaskStarted
from ringfence.facts.drill import InjectAnswered, InjectEnded, InjectKind, InjectTook
from ringfence.facts.ids import AccountId, JurisdictionId, PlaceId
from ringfence.facts.rounds import LanesChanged, QueueCounted, SiteOpened
from ringfence.facts.testing import (
    BoxReceived,
    CapacityChanged,
    LaboratoryEnrolled,
    Result,
    ResultsRead,
    TripBegun,
    TubeSealed,
    tube_of,
)
from ringfence.twin.drill import results_files
from ringfence.twin.drill.heard import Heard, Trouble, played
from ringfence.twin.drill.simulation import Simulation
from ringfence.twin.drill.workspace import person_id

HOUR = timedelta(hours=1)
IN_FILE = 12
POOL = 10
SAMPLED_BEFORE = timedelta(hours=4)
Takes = Callable[[Simulation, Trouble, datetime], str | None]
"""What a trouble is about once it has taken hold; None where there is nothing yet that it could take hold of."""


def take_hold(teller: Simulation, at: datetime) -> None:
    """Let troubles that were thrown take hold, and end those whose time is over."""
    for trouble in list(teller.heard.troubles.values()):
        if trouble.took_at is None:
            about = TAKES[trouble.thrown.kind](teller, trouble, at)
            if about is not None:
                until = at + trouble.thrown.lasts if trouble.thrown.lasts else None
                teller.hear([InjectTook(inject=trouble.name, about=about, until=until, at=at)])
        elif trouble.in_force and trouble.until is not None and trouble.until <= at:
            _end(teller, trouble, at)
            teller.hear([InjectEnded(inject=trouble.name, at=at)])


def _end(teller: Simulation, trouble: Trouble, at: datetime) -> None:
    if trouble.thrown.kind in {InjectKind.LABORATORY_DOWN, InjectKind.POWER_CUT}:
        _capacity(teller, trouble.about, teller.workspace.drill.settings.tubes_per_hour, "running again", at)
    if trouble.thrown.kind in {InjectKind.POWER_CUT, InjectKind.STAFF_OUTAGE}:
        site = _site(teller, trouble)
        if teller.heard.lanes.get(site, 0) <= 1:
            _lanes(teller, site, 2, at)


def _laboratory(teller: Simulation, trouble: Trouble) -> PlaceId:
    there = teller.workspace.laboratories
    return there[trouble.thrown.which % len(there)]


def _site(teller: Simulation, trouble: Trouble) -> PlaceId:
    there = teller.workspace.sites
    return there[trouble.thrown.which % len(there)]


def _capacity(teller: Simulation, laboratory: str, hourly: int, reason: str, at: datetime) -> None:
    was = teller.heard.capacity.get(laboratory, 0)
    if was != hourly:
        told = {
            "laboratory": PlaceId(laboratory),
            "tubes_per_hour": hourly,
            "was_tubes_per_hour": was,
            "reason": reason,
        }
        teller.hear([CapacityChanged(at=at, **told)])  # type: ignore[arg-type]


def _lanes(teller: Simulation, site: PlaceId, lanes: int, at: datetime) -> None:
    was = teller.heard.lanes.get(site, 0)
    if was != lanes:
        teller.hear([LanesChanged(site=site, lanes=lanes, was_lanes=was, at=at)])


# -- how each takes hold ----------------------------------------------------------------------------------------------


def _laboratory_down(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    laboratory = _laboratory(teller, trouble)
    _capacity(teller, laboratory, 0, trouble.thrown.names["en"], at)
    return laboratory


def _power_cut(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    """The laboratory is down and the site beside it takes no swabs."""
    _lanes(teller, _site(teller, trouble), 0, at)
    return _laboratory_down(teller, trouble, at)


def _delayed_results(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    del at
    return _laboratory(teller, trouble)


def _lost_box(teller: Simulation, trouble: Trouble, at: datetime) -> str | None:
    del trouble, at
    lost = {each.about for each in teller.heard.troubles.values()}
    on_the_way = [
        id_ for id_, box in teller.heard.boxes.items() if box.left_at and not box.received_at and id_ not in lost
    ]
    return on_the_way[-1] if on_the_way else None


def _full_site(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    site = _site(teller, trouble)
    lanes = max(teller.heard.lanes.get(site, 1), 1)
    teller.hear([QueueCounted(site=site, people=trouble.thrown.size, lanes=lanes, at=at)])
    return site


def _staff_outage(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    """One sampler is left, and the queue grows."""
    site = _site(teller, trouble)
    _lanes(teller, site, 1, at)
    teller.hear([QueueCounted(site=site, people=trouble.thrown.size, lanes=1, at=at)])
    return site


def _calls(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    """Calls as so many tasks, and one to answer the rumour in public."""
    town = JurisdictionId(teller.workspace.mark.told["town"])
    within = trouble.thrown.answer_within or HOUR
    told: dict[str, Any] = {"unit": "publicity", "due_at": at + within, "key": trouble.name, "outbreak": trouble.thrown.outbreak,
                            "jurisdiction": town, "reason": "rumour", "at": at}  # fmt: skip
    calls = tuple(f"{trouble.name} {n}" for n in range(1, trouble.thrown.size + 1))
    facts = [TasksSet(kind="answer_rumour", about=(trouble.name,), urgent=True, **told)]
    facts += [TasksSet(kind="answer_call", about=calls[n : n + 1000], **told) for n in range(0, len(calls), 1000)]
    teller.hear(facts)
    return trouble.name


def _wrong_file(teller: Simulation, trouble: Trouble, at: datetime) -> str | None:
    """The next tubes of a laboratory come as a file, in UTF-16 and parted by semicolons."""
    laboratory = _laboratory(teller, trouble)
    kept = results_files.kept(teller.workspace)
    tubes = [tube for tube in teller.heard.waiting.get(laboratory, {}) if tube not in kept][:IN_FILE]
    return results_files.write(teller, laboratory, tubes, at, results_files.ODD) if tubes else None


def _positive_pool(teller: Simulation, trouble: Trouble, at: datetime) -> str | None:
    """Ten people of one cell, one of them infectious and not known: swabbed four hours ago, read now."""
    heard, workspace = teller.heard, teller.workspace
    day = workspace.day(at)
    free = (
        n
        for n in teller.world.infectious(day)
        if person_id(n) not in heard.found and not heard.is_apart(person_id(n), at)
    )
    one = next(free, None)
    if one is None:
        return None
    first = min(max(one - one % POOL, 0), workspace.city.people - POOL)
    code, box = f"DP{one:07d}D{day:03d}", f"BXDP{one:07d}D{day:03d}"
    site = workspace.sites[trouble.thrown.which % len(workspace.sites)]
    laboratory = _laboratory(teller, trouble)
    begun, people = at - SAMPLED_BEFORE, tuple(person_id(n) for n in range(first, first + POOL))
    teller.tell(
        seal_tube, code=code, site=site, people=people, outbreak=workspace.outbreak, station="screening", at=begun
    )
    teller.tell(pack_box, code=box, site=site, tubes=(code,), at=begun + HOUR / 2)
    teller.tell(begin_trip, vehicle="DR-0000", laboratory=laboratory, boxes=(box,), at=begun + HOUR)
    teller.tell(receive_box, laboratory=laboratory, box=box, at=begun + 2 * HOUR)
    ct = teller.world.ct(one, day, POOL)
    teller.tell(read_tube, laboratory=laboratory, tube=code, result=Result.POSITIVE, ct=ct, at=at)
    return tube_of(code)


def _card(teller: Simulation, trouble: Trouble, at: datetime) -> str:
    del teller, at
    return trouble.name


TAKES: dict[InjectKind, Takes] = {
    InjectKind.LABORATORY_DOWN: _laboratory_down,
    InjectKind.POWER_CUT: _power_cut,
    InjectKind.DELAYED_RESULTS: _delayed_results,
    InjectKind.LOST_BOX: _lost_box,
    InjectKind.FULL_SITE: _full_site,
    InjectKind.STAFF_OUTAGE: _staff_outage,
    InjectKind.CALLS: _calls,
    InjectKind.WRONG_FILE: _wrong_file,
    InjectKind.POSITIVE_POOL: _positive_pool,
    InjectKind.CARD: _card,
}


def is_slow(heard: Heard, laboratory: str) -> bool:
    """Whether a laboratory's results are held up."""
    return any(
        each.in_force and each.about == laboratory and each.thrown.kind is InjectKind.DELAYED_RESULTS
        for each in heard.troubles.values()
    )


# -- which fact shows that it was noticed -----------------------------------------------------------------------------

SHOWN_BY_TASK = {
    InjectKind.LABORATORY_DOWN: ("relieve_laboratory", "check_laboratory"),
    InjectKind.POWER_CUT: ("relieve_laboratory", "check_laboratory", "open_lane"),
    InjectKind.DELAYED_RESULTS: ("relieve_laboratory", "check_laboratory"),
    InjectKind.LOST_BOX: ("find_box", "find_tube"),
    InjectKind.FULL_SITE: ("open_lane",),
    InjectKind.STAFF_OUTAGE: ("open_lane",),
    InjectKind.CALLS: ("answer_rumour",),
    InjectKind.POSITIVE_POOL: ("swab_alone", "tell_area"),
}
"""Kinds of task that are taken up or done because of a trouble; one about the trouble's own thing, or, of a pool, its people."""


def shows(heard: Heard, trouble: Trouble, fact: Any) -> bool:
    """Whether a player's fact shows that a trouble was noticed."""
    kind, about = trouble.thrown.kind, trouble.about
    if isinstance(fact, TaskStarted | TaskDone):
        task, of = heard.tasks.get(fact.task, ("", ""))
        mine = kind in {InjectKind.POSITIVE_POOL, InjectKind.CALLS} or of == about or task == "open_lane"
        return task in SHOWN_BY_TASK.get(kind, ()) and (mine or heard.tubes.get(of) is not None)
    if kind in {InjectKind.LABORATORY_DOWN, InjectKind.POWER_CUT, InjectKind.DELAYED_RESULTS}:
        moved = isinstance(fact, TripBegun) and fact.laboratory != about
        return (
            moved
            or isinstance(fact, LaboratoryEnrolled)
            or (isinstance(fact, CapacityChanged) and fact.laboratory == about)
        )
    if kind is InjectKind.LOST_BOX:
        return isinstance(fact, BoxReceived) and fact.box == about
    if kind in {InjectKind.FULL_SITE, InjectKind.STAFF_OUTAGE}:
        return isinstance(fact, SiteOpened) or (isinstance(fact, LanesChanged) and fact.site == about)
    if kind is InjectKind.WRONG_FILE:
        return isinstance(fact, ResultsRead) and fact.sha256 == about
    if kind is InjectKind.POSITIVE_POOL:
        pool = heard.tubes.get(about)
        return isinstance(fact, TubeSealed) and pool is not None and bool(set(fact.people) & set(pool.people))
    return False


@dataclass
class Answers:
    """Troubles that a fact has just shown to be noticed, until that is on record."""

    seen: dict[str, InjectAnswered] = field(default_factory=dict)

    def see(self, heard: Heard, told: Told, root: str) -> None:
        """Look at one line, with who is behind it."""
        if not played(root) or not told.line.by.startswith("account:"):
            return
        for trouble in heard.troubles.values():
            waits = trouble.took_at is not None and trouble.answer is None and trouble.name not in self.seen
            if waits and shows(heard, trouble, told.fact):
                self.seen[trouble.name] = InjectAnswered(
                    inject=trouble.name, how=told.kind, account=AccountId(root.partition(":")[2]), line=told.line.seq,
                    at=told.fact.at,
                )  # fmt: skip

    def tell(self, teller: Simulation) -> None:
        """Put on record what was seen."""
        waiting, self.seen = list(self.seen.values()), {}
        known = teller.heard.troubles
        if told := [each for each in waiting if each.inject in known and known[each.inject].answer is None]:
            teller.hear(told)
