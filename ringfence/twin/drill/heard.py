"""What the log of a drill tells the simulation: where tubes and boxes are, who is kept apart, which troubles stand.

A fold over the log, line after line: a worker that begins again in the middle knows the same as one that never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ringfence.core import log
from ringfence.core.log import Told
from ringfence.facts.cases import CaseReported, CourseEvent, CourseNoted
from ringfence.facts.command import TasksSet
from ringfence.facts.drill import (
    DrillEnded,
    InjectAnswered,
    InjectEnded,
    InjectThrown,
    InjectTook,
    QuestionAnswered,
    QuestionAsked,
)
from ringfence.facts.follow_up import ContactsQuarantined, ContactsSetFree, Stay
from ringfence.facts.rounds import LanesChanged, RoundClosed, RoundOpened, SiteOpened
from ringfence.facts.testing import (
    BoxPacked,
    BoxReceived,
    CapacityChanged,
    LaboratoryEnrolled,
    PeopleHeld,
    PersonFound,
    PersonReleased,
    TripBegun,
    TubeRead,
    TubeSealed,
    TubesReceived,
    TubeVoided,
)
from ringfence.facts.time import TimeStruck
from ringfence.facts.tracing import contact_of
from ringfence.twin.drill.workspace import Workspace
from ringfence.twin.drill.world import Order
from ringfence.twin.kernels.plan import NEVER

APART = (CourseEvent.ISOLATED, CourseEvent.ADMITTED)
WELL = (CourseEvent.RECOVERED, CourseEvent.DISCHARGED, CourseEvent.DIED)
STRONGEST = ("isolated", "quarantined", "held")


@dataclass
class Tube:
    """A tube on its way."""

    code: str
    site: str
    people: tuple[str, ...]
    sealed_at: datetime
    alone: bool
    played: bool  # sealed by a player


@dataclass
class Box:
    """A box on its way."""

    code: str
    site: str
    tubes: tuple[str, ...]
    packed_at: datetime
    played: bool
    laboratory: str = ""
    left_at: datetime | None = None
    received_at: datetime | None = None


@dataclass
class Trouble:
    """An inject that was thrown in."""

    name: str
    thrown: InjectThrown
    thrown_line: int
    about: str = ""
    took_at: datetime | None = None
    until: datetime | None = None
    ended: bool = False
    answer: InjectAnswered | None = None

    @property
    def in_force(self) -> bool:
        """Whether it has taken hold, and not ended."""
        return self.took_at is not None and not self.ended


@dataclass
class Heard:
    """All that follows from the log so far."""

    workspace: Workspace
    seq: int = 0
    struck_at: datetime | None = None
    roots: dict[int, str] = field(default_factory=dict)  # line -> who is behind it, through all that follows
    tubes: dict[str, Tube] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unpacked: dict[str, dict[str, None]] = field(default_factory=dict)  # site -> tubes, in order
    boxes: dict[str, Box] = field(default_factory=dict)
    waiting: dict[str, dict[str, datetime]] = field(default_factory=dict)  # laboratory -> tube -> received
    capacity: dict[str, int] = field(default_factory=dict)
    lanes: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, tuple[RoundOpened, bool]] = field(default_factory=dict)  # and whether a player opened it
    cases: dict[str, str] = field(default_factory=dict)  # case -> person
    found: set[str] = field(default_factory=set)
    tasks: dict[str, tuple[str, str]] = field(default_factory=dict)  # task -> kind, about
    troubles: dict[str, Trouble] = field(default_factory=dict)
    questions: dict[str, QuestionAsked] = field(default_factory=dict)
    answers: dict[str, QuestionAnswered] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    ended: DrillEnded | None = None
    reading: int = 0  # the line being read, and whether a player is behind it
    by_player: bool = False
    _apart: dict[int, dict[str, tuple[str, int]]] = field(default_factory=dict)

    def catch_up(self, also: Callable[[Told, str], None] = lambda _told, _root: None) -> None:
        """Read what the log has told since; `also` hears each line with who is behind it."""
        for row in log.rows(self.seq):
            told = log.told(row)
            root = self._root(told)
            keep = _KEPT.get(type(told.fact))
            if keep is not None:
                self.reading, self.by_player = told.line.seq, played(root)
                keep(self, told.fact)
            also(told, root)
            self.seq = told.line.seq

    def _root(self, told: Told) -> str:
        line = told.line
        root = line.by if line.because is None else self.roots.get(line.because, line.by)
        self.roots[line.seq] = root
        return root

    @cached_property
    def contacts(self) -> dict[str, int]:
        """Id of a contact -> number of the person."""
        outbreak = self.workspace.outbreak
        return {contact_of(outbreak, person): n for person, n in self.workspace.numbers.items()}

    # -- who is kept apart --------------------------------------------------------------------------------------------

    def apart(self, person: str | int, why: str, kind: str, at: datetime, until: datetime | None) -> None:
        """Somebody is kept apart for a reason from a moment on, until another."""
        number = person if isinstance(person, int) else self.workspace.numbers.get(person)
        if number is None:
            return
        last = self.workspace.day(until) + 1 if until is not None else NEVER
        self._apart.setdefault(number, {})[why] = (kind, last)
        self._order(number, at)

    def free(self, person: str | int, why: str, at: datetime) -> None:
        """A reason has gone; another may stand."""
        number = person if isinstance(person, int) else self.workspace.numbers.get(person)
        if number is not None and self._apart.get(number, {}).pop(why, None) is not None:
            self._order(number, at)

    def _order(self, number: int, at: datetime) -> None:
        day = self.workspace.from_day(at)
        reasons = self._apart[number]
        standing = [reasons[why] for why in STRONGEST if why in reasons and reasons[why][1] > day]
        kind, until = standing[0] if standing else ("free", NEVER)
        self.orders.append(Order(day, number, kind, until))

    def is_apart(self, person: str, at: datetime) -> bool:
        """Whether somebody is kept apart at a moment."""
        number = self.workspace.numbers.get(person)
        day = self.workspace.day(at)
        return number is not None and any(until > day for _, until in self._apart.get(number, {}).values())


def played(root: str) -> bool:
    """Whether a player is behind a line, and not the simulation, the clock or the installation."""
    return root.startswith("account:")


# -- one function for each kind of fact -------------------------------------------------------------------------------

Kept = Callable[[Heard, Any], None]
_KEPT: dict[type[Any], Kept] = {}


def _keeps(kind: type[Any]) -> Callable[[Kept], Kept]:
    def declare(function: Kept) -> Kept:
        _KEPT[kind] = function
        return function

    return declare


@_keeps(TimeStruck)
def _struck(heard: Heard, fact: TimeStruck) -> None:
    heard.struck_at = max(fact.at, heard.struck_at or fact.at)


@_keeps(TubeSealed)
def _sealed(heard: Heard, fact: TubeSealed) -> None:
    heard.tubes[fact.tube] = Tube(fact.code, fact.site, fact.people, fact.at, fact.alone, heard.by_player)
    heard.codes.add(fact.code)
    heard.unpacked.setdefault(fact.site, {})[fact.tube] = None


@_keeps(BoxPacked)
def _packed(heard: Heard, fact: BoxPacked) -> None:
    heard.boxes[fact.box] = Box(fact.code, fact.site, fact.tubes, fact.at, heard.by_player)
    for tube in fact.tubes:
        heard.unpacked.get(fact.site, {}).pop(tube, None)


@_keeps(TripBegun)
def _left(heard: Heard, fact: TripBegun) -> None:
    for box in fact.boxes:
        if box in heard.boxes:
            heard.boxes[box].laboratory, heard.boxes[box].left_at = fact.laboratory, fact.at


@_keeps(BoxReceived)
def _received(heard: Heard, fact: BoxReceived) -> None:
    box = heard.boxes.get(fact.box)
    if box is None:
        return
    box.received_at = fact.at
    gone = {*fact.missing, *fact.leaking}
    there = heard.waiting.setdefault(fact.laboratory, {})
    there.update({tube: fact.at for tube in box.tubes if tube not in gone and tube in heard.tubes})


@_keeps(TubesReceived)
def _received_alone(heard: Heard, fact: TubesReceived) -> None:
    for tube in fact.tubes:
        if (known := heard.tubes.get(tube)) is not None:
            heard.unpacked.get(known.site, {}).pop(tube, None)
            heard.waiting.setdefault(fact.laboratory, {})[tube] = fact.at


@_keeps(TubeRead)
def _read(heard: Heard, fact: TubeRead) -> None:
    _no_longer_waits(heard, fact.tube)


def _no_longer_waits(heard: Heard, tube: str) -> None:
    for there in heard.waiting.values():
        there.pop(tube, None)
    if (known := heard.tubes.get(tube)) is not None:
        heard.unpacked.get(known.site, {}).pop(tube, None)


@_keeps(TubeVoided)
def _voided(heard: Heard, fact: TubeVoided) -> None:
    _no_longer_waits(heard, fact.tube)


@_keeps(LaboratoryEnrolled)
def _enrolled(heard: Heard, fact: LaboratoryEnrolled) -> None:
    heard.capacity[fact.laboratory] = fact.tubes_per_hour


@_keeps(CapacityChanged)
def _capacity(heard: Heard, fact: CapacityChanged) -> None:
    heard.capacity[fact.laboratory] = fact.tubes_per_hour


@_keeps(SiteOpened)
def _site(heard: Heard, fact: SiteOpened) -> None:
    heard.lanes[fact.site] = fact.lanes


@_keeps(LanesChanged)
def _lanes(heard: Heard, fact: LanesChanged) -> None:
    heard.lanes[fact.site] = fact.lanes


@_keeps(RoundOpened)
def _round(heard: Heard, fact: RoundOpened) -> None:
    heard.rounds[fact.round] = (fact, heard.by_player)


@_keeps(RoundClosed)
def _round_closed(heard: Heard, fact: RoundClosed) -> None:
    heard.rounds.pop(fact.round, None)


@_keeps(CaseReported)
def _case(heard: Heard, fact: CaseReported) -> None:
    heard.cases[fact.case] = fact.person


@_keeps(PersonFound)
def _found(heard: Heard, fact: PersonFound) -> None:
    heard.found.add(fact.person)


@_keeps(CourseNoted)
def _course(heard: Heard, fact: CourseNoted) -> None:
    person = heard.cases.get(fact.case, "")
    if any(event in APART for event in fact.events):
        heard.apart(person, "isolated", "isolated", fact.at, None)
    elif any(event in WELL for event in fact.events):
        heard.free(person, "isolated", fact.at)


@_keeps(PeopleHeld)
def _held(heard: Heard, fact: PeopleHeld) -> None:
    for person in fact.people:
        heard.apart(person, "held", "home", fact.at, fact.until)


@_keeps(PersonReleased)
def _released(heard: Heard, fact: PersonReleased) -> None:
    heard.free(fact.person, "held", fact.at)


@_keeps(ContactsQuarantined)
def _quarantined(heard: Heard, fact: ContactsQuarantined) -> None:
    kind = "home" if fact.stay is Stay.HOME else "room"
    for contact in fact.contacts:
        if (number := heard.contacts.get(contact)) is not None:
            heard.apart(number, "quarantined", kind, fact.at, fact.until_at)


@_keeps(ContactsSetFree)
def _set_free(heard: Heard, fact: ContactsSetFree) -> None:
    for contact in fact.contacts:
        if (number := heard.contacts.get(contact)) is not None:
            heard.free(number, "quarantined", fact.at)


@_keeps(TasksSet)
def _tasks(heard: Heard, fact: TasksSet) -> None:
    for task, about in zip(fact.tasks(), fact.about, strict=True):
        heard.tasks.setdefault(task, (fact.kind, about))


@_keeps(InjectThrown)
def _thrown(heard: Heard, fact: InjectThrown) -> None:
    heard.troubles.setdefault(fact.inject, Trouble(fact.inject, fact, heard.reading))


@_keeps(InjectTook)
def _took(heard: Heard, fact: InjectTook) -> None:
    if (known := heard.troubles.get(fact.inject)) is not None:
        known.about, known.took_at, known.until = fact.about, fact.at, fact.until


@_keeps(InjectEnded)
def _inject_ended(heard: Heard, fact: InjectEnded) -> None:
    if (known := heard.troubles.get(fact.inject)) is not None:
        known.ended = True


@_keeps(InjectAnswered)
def _answered(heard: Heard, fact: InjectAnswered) -> None:
    known = heard.troubles.get(fact.inject)
    if known is not None and known.answer is None:
        known.answer = fact


@_keeps(QuestionAsked)
def _asked(heard: Heard, fact: QuestionAsked) -> None:
    heard.questions.setdefault(fact.question, fact)


@_keeps(QuestionAnswered)
def _question_answered(heard: Heard, fact: QuestionAnswered) -> None:
    heard.answers.setdefault(fact.question, fact)


@_keeps(DrillEnded)
def _ended(heard: Heard, fact: DrillEnded) -> None:
    heard.ended = heard.ended or fact
