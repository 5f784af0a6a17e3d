"""The simulation tells: patients come, tubes travel, laboratories read, troubles take hold; slice after slice of the drill's time.

All that it knows beside the city it has from the log (`heard`), and every tube, box and trouble has a name that follows
from what it is: a worker that was stopped goes on where it stood, and tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ringfence.core.access import feed
from ringfence.core.centre import Answer, Centre, Item
from ringfence.core.clock import ToldClock
from ringfence.core.fact import Facts, from_micros, to_micros
from ringfence.core.log import Told
from ringfence.desks.testing.actions.laboratories import read_tube, receive_box
from ringfence.desks.testing.actions.stations import begin_trip, pack_box, seal_tube
from ringfence.facts.drill import DrillEnded
from ringfence.facts.testing import Result
from ringfence.twin.drill import injects, results_files
from ringfence.twin.drill.actions import ask_question, throw_inject
from ringfence.twin.drill.heard import Box, Heard
from ringfence.twin.drill.injects import Answers
from ringfence.twin.drill.patients import Coming, expected, stays_away
from ringfence.twin.drill.plan import Inject, Question, span
from ringfence.twin.drill.rounds import Rounds
from ringfence.twin.drill.visits import load_days
from ringfence.twin.drill.workspace import DRILL, Workspace, person_id
from ringfence.twin.drill.world import World

T = TypeVar("T", Inject, Question)
SLICE = timedelta(minutes=5)
MOST_SLICES = 96
"""A leap of the clock is told in so many slices at most."""
BOX = 20
STATION = "drill"


@dataclass
class Teller:
    """A drill's simulation, under way; `centre` must have a told clock."""

    centre: Centre
    workspace: Workspace
    strike: Callable[[datetime], object]
    heard: Heard = field(init=False)
    world: World = field(init=False)
    rounds: Rounds = field(init=False)
    answers: Answers = field(init=False)
    us: Any = field(default_factory=lambda: feed(DRILL))
    _patients: list[Coming] = field(default_factory=list)
    _credit: dict[str, float] = field(default_factory=dict)
    _told_at: datetime | None = None

    def __post_init__(self) -> None:
        """Hear the log so far."""
        self.heard = Heard(self.workspace)
        self.world = self.workspace.world()
        self.rounds = Rounds(self.workspace)
        self.answers = Answers()
        self._listen()
        self._patients = expected(self.workspace, self.world)

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def told_until(self) -> datetime:
        """Up to when everything has been told."""
        return self._told_at or self.heard.struck_at or self.workspace.begins_at

    def tell_until(self, now: datetime) -> None:
        """Tell all that happens up to a moment, slice by slice, each with the clock at its end."""
        now = from_micros(to_micros(now))
        begun = self.told_until
        if now <= begun or self.over():
            return
        slices = min(max(-(-(now - begun) // SLICE), 1), MOST_SLICES)
        for n in range(1, slices + 1):
            at = begun + (now - begun) * n / slices
            self._slice(from_micros(to_micros(at)), (now - begun) / slices)
            if self.over():
                return

    def over(self) -> bool:
        """Whether the drill has ended."""
        return self.heard.ended is not None

    def _slice(self, at: datetime, long: timedelta) -> None:
        clock = self.centre.clock
        if isinstance(clock, ToldClock):
            clock.set(max(at, clock.now()))
        self._listen()
        if self.workspace.day(at) > self.workspace.day(self.told_until):
            over = range(self.workspace.day(self.told_until), self.workspace.day(at))
            load_days(self.workspace, self.world, over, self.hear, at)
        self._timetable(at)
        self._come(at)
        self._sample(at)
        self._carry(at)
        self._read(at, long)
        injects.take_hold(self, at)
        if self.heard.struck_at is None or at - self.heard.struck_at >= SLICE:
            self.strike(at)
        self._listen()
        self.answers.tell(self)
        self._told_at = at
        if at >= self.workspace.ends_at and not self.over():
            self.hear([DrillEnded(reason="timetable", at=at)])

    def _listen(self) -> None:
        before = len(self.heard.orders)
        self.heard.catch_up(self._also)
        if len(self.heard.orders) != before or tuple(self.heard.orders) != self.world.orders:
            self.world.obey(self.heard.orders)
            self._patients = expected(self.workspace, self.world)

    def _also(self, told: Told, root: str) -> None:
        self.answers.see(self.heard, told, root)

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, action: Callable[..., Facts], **told: Any) -> Answer:
        """The simulation does something."""
        return self.centre.tell(self.us, action, **told)

    def tell_many(self, action: Callable[..., Facts], told: list[dict[str, Any]]) -> None:
        """The simulation does the same many times; what the product refuses (a tube read by a player just now) is left."""
        if told:
            self.centre.tell_many(self.us, action, [Item(each) for each in told])

    def hear(self, facts: list[Any]) -> None:
        """Facts that no action tells, and hear them at once."""
        place = self.centre.geography.place(self.workspace.outbreak, None)
        self.centre.hear(self.us, facts, place)
        self._listen()

    # -- the timetable ------------------------------------------------------------------------------------------------

    def _timetable(self, at: datetime) -> None:
        outbreak = self.workspace.outbreak
        for each in due(self.workspace.drill.injects, self.workspace.begins_at, at):
            if each.name not in self.heard.troubles:
                self.tell(throw_inject, inject=each, outbreak=outbreak, at=at)
        for asked in due(self.workspace.drill.questions, self.workspace.begins_at, at):
            if asked.name not in self.heard.questions:
                self.tell(ask_question, question=asked, outbreak=outbreak, at=at)
        self._listen()

    # -- patients -----------------------------------------------------------------------------------------------------

    def _come(self, at: datetime) -> None:
        told = []
        for each in self._patients:
            if each.at > at:
                break
            if stays_away(self.heard, each):
                continue
            number = each.patient.person
            told.append({
                "code": each.code, "site": self.workspace.clinics[number % len(self.workspace.clinics)],
                "people": (person_id(number),), "outbreak": self.workspace.outbreak, "alone": True, "station": STATION,
                "at": max(each.at, self.workspace.begins_at),
            })  # fmt: skip
        self.tell_many(seal_tube, told)
        if told:
            self._listen()

    # -- rounds -------------------------------------------------------------------------------------------------------

    def _sample(self, at: datetime) -> None:
        if self.workspace.drill.settings.sampling != "told":
            return
        told = self.rounds.sealed_by(self.heard, self.world, at)
        self.tell_many(seal_tube, told)
        if told:
            self._listen()

    # -- boxes --------------------------------------------------------------------------------------------------------

    def _carry(self, at: datetime) -> None:
        settings = self.workspace.drill.settings
        own = settings.transport == "told"
        for site, tubes in list(self.heard.unpacked.items()):
            mine = [tube for tube in tubes if own or not self.heard.tubes[tube].played]
            if mine and at - self.heard.tubes[mine[0]].sealed_at >= timedelta(minutes=settings.pack_minutes):
                self._pack(site, mine, at)
        self._listen()
        for id_, box in list(self.heard.boxes.items()):
            if box.received_at is not None or (box.played and not own):
                continue
            if box.left_at is None and at - box.packed_at >= timedelta(minutes=settings.leave_minutes):
                told = {
                    "vehicle": f"DR-{len(self.heard.boxes):04d}",
                    "laboratory": self.laboratory_for(box),
                    "boxes": (box.code,),
                }
                self.tell(begin_trip, expected_at=at + timedelta(minutes=settings.drive_minutes), at=at, **told)
            elif box.left_at is not None and self._arrives(id_, box) <= at:
                self.tell(receive_box, laboratory=box.laboratory, box=box.code, at=at)
        self._listen()

    def _pack(self, site: str, tubes: list[str], at: datetime) -> None:
        for first in range(0, len(tubes), BOX):
            codes = tuple(self.heard.tubes[tube].code for tube in tubes[first : first + BOX])
            self.tell(pack_box, code=f"BX{codes[0]}", site=site, tubes=codes, at=at)

    def laboratory_for(self, box: Box) -> str:
        """The site's usual laboratory; another one once somebody has answered that it is down."""
        there = self.workspace.laboratories
        sites: list[str] = [*self.workspace.clinics, *self.workspace.sites]
        usual = there[(sites.index(box.site) if box.site in sites else 0) % len(there)]
        known = {
            each.about for each in self.heard.troubles.values() if each.in_force and each.answer is not None
        }  # fmt: skip
        others = [each for each in there if each not in known and self.heard.capacity.get(each, 0) > 0]
        return others[0] if usual in known and others else usual

    def _arrives(self, id_: str, box: Box) -> datetime:
        """When a box reaches its laboratory; a lost one, so long after somebody looked for it."""
        drive = timedelta(minutes=self.workspace.drill.settings.drive_minutes)
        lost = next((each for each in self.heard.troubles.values() if each.about == id_ and each.took_at), None)
        if lost is not None:
            return (
                lost.answer.at + drive if lost.answer is not None else datetime.max.replace(tzinfo=self.workspace.zone)
            )
        return (box.left_at or box.packed_at) + drive

    # -- laboratories -------------------------------------------------------------------------------------------------

    def _read(self, at: datetime, long: timedelta) -> None:
        for laboratory, tubes in list(self.heard.waiting.items()):
            hourly = self.heard.capacity.get(laboratory, 0)
            if hourly <= 0 or injects.is_slow(self.heard, laboratory):
                self._credit[laboratory] = 0.0
                continue
            credit = min(self._credit.get(laboratory, 0.0) + hourly * long.total_seconds() / 3600, hourly)
            ready = self.ready(tubes, at)[: int(credit)]
            self._credit[laboratory] = credit - len(ready)
            if ready and self.workspace.drill.settings.laboratory == "played":
                results_files.write(self, laboratory, ready, at)
            else:
                self.tell_many(read_tube, [self.reading(laboratory, tube, at) for tube in ready])
        self._listen()

    def ready(self, tubes: dict[str, datetime], at: datetime) -> list[str]:
        """Tubes that the instruments are done with, single swabs first; those that stand in a file are not among them."""
        wait = timedelta(minutes=self.workspace.drill.settings.read_minutes)
        kept = results_files.kept(self.workspace)
        found = [
            (not self.heard.tubes[tube].alone, received, tube)
            for tube, received in tubes.items()
            if received + wait <= at
        ]
        return [tube for _, _, tube in sorted(found) if tube not in kept]

    def reading(self, laboratory: str, tube: str, at: datetime) -> dict[str, Any]:
        """What a laboratory finds in a tube: positive where somebody infected is in it, as sensitive as the day allows."""
        known = self.heard.tubes[tube]
        day, pool = self.workspace.day(known.sealed_at), len(known.people)
        numbers = [self.workspace.numbers[each] for each in known.people if each in self.workspace.numbers]
        positive = [each for each in numbers if self.world.shows(each, day, pool)]
        told: dict[str, Any] = {"laboratory": laboratory, "tube": known.code, "result": Result.NEGATIVE, "at": at}
        if positive:
            told |= {"result": Result.POSITIVE, "ct": min(self.world.ct(each, day, pool) for each in positive)}
        return told


def due(told: Sequence[T], begins_at: datetime, at: datetime) -> list[T]:
    """What of a timetable lies at a moment or before it, in its order."""
    timed = [each for each in told if each.after and begins_at + span(each.after) <= at]
    return sorted(timed, key=lambda each: span(each.after))
