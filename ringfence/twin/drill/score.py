"""How a drill was answered: every clock that ran, what was expected, what came, when, by whom, and how late.

The clocks are the product's own: every task has its due moment from the policy pack, custody its spans, midnight its rule,
a trouble the time within which it should be noticed. What the simulation did itself is counted apart and scores nobody.
No share stands without what it is a share of: `of` counts what was done or has passed its due moment.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from ringfence.app import book
from ringfence.core.centre import Centre
from ringfence.core.drill import mark_of, pace_of
from ringfence.core.log import Told
from ringfence.core.words import label
from ringfence.desks.command.memory import midnight_after
from ringfence.facts.command import TaskDone, TaskDropped, TaskDueChanged, TaskReopened, TasksSet
from ringfence.facts.testing import BoxPacked, BoxReceived, TubeRead
from ringfence.registry import account_keeping
from ringfence.twin.drill.heard import Heard, Trouble, played
from ringfence.twin.drill.plan import said
from ringfence.twin.drill.workspace import Workspace, open_workspace
from ringfence.twin.drill.world import World

LATEST = 60
"""So many late reactions are listed; all of them are counted."""


@dataclass
class Clock:
    """One clock that ran: something was expected by a moment."""

    code: str  # task.report_case, clock.pack, …
    about: str
    function: str  # of the unit that had to do it
    set_at: datetime
    due_at: datetime
    came_at: datetime | None = None
    by: str = ""  # who did it; empty: nobody yet
    dropped: bool = False

    def state(self, now: datetime) -> str:
        """met, late, open_late, running, simulated or dropped."""
        if self.came_at is not None:
            if not played(self.by):
                return "simulated"
            return "met" if self.came_at <= self.due_at else "late"
        if self.dropped:
            return "dropped"
        return "open_late" if self.due_at <= now else "running"

    def late_by(self, now: datetime) -> timedelta:
        """How late it came, or is."""
        return max((self.came_at or now) - self.due_at, timedelta())


@dataclass
class Score:
    """A drill's score, kept up with its log."""

    workspace: Workspace
    heard: Heard = field(init=False)
    tasks: dict[str, Clock] = field(default_factory=dict)
    custody: list[Clock] = field(default_factory=list)
    _limits: dict[str, timedelta] = field(default_factory=dict)
    _same_day: bool = False
    _received: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _without: World | None = None
    _with: World | None = None

    def __post_init__(self) -> None:
        """Begin with an empty log."""
        self.heard = Heard(self.workspace)

    def catch_up(self, centre: Centre) -> Score:
        """Read what the log has told since."""
        with self._lock:
            place = centre.geography.place(self.workspace.outbreak, None)
            numbers = centre.policy("testing", place)
            self._limits = {
                "clock.pack": numbers.pack_within, "clock.transport": numbers.transport_within, "clock.read": numbers.read_within
            }  # fmt: skip
            self._same_day = centre.policy("command", place).same_day
            self.heard.catch_up(self._see)
        return self

    # -- as the log tells it ------------------------------------------------------------------------------------------

    def _see(self, told: Told, root: str) -> None:
        fact = told.fact
        if isinstance(fact, TasksSet):
            for task, about in zip(fact.tasks(), fact.about, strict=True):
                self.tasks.setdefault(task, Clock(f"task.{fact.kind}", about, fact.unit, fact.at, fact.due_at))
        elif isinstance(fact, TaskDone | TaskDropped | TaskReopened | TaskDueChanged):
            if (clock := self.tasks.get(fact.task)) is not None:
                _move(clock, fact, root)
        elif isinstance(fact, BoxPacked):
            for id_ in fact.tubes:
                if (known := self.heard.tubes.get(id_)) is not None:
                    self._step("clock.pack", known.code, "sampling", known.sealed_at, fact.at, root)
        elif isinstance(fact, BoxReceived):
            box = self.heard.boxes.get(fact.box)
            if box is not None:
                self._received.update(dict.fromkeys(box.tubes, fact.at))
                self._step("clock.transport", box.code, "transport", box.packed_at, fact.at, root)
        elif isinstance(fact, TubeRead) and fact.tube in self._received:
            tube = self.heard.tubes.get(fact.tube)
            self._step(
                "clock.read", tube.code if tube else fact.tube, "laboratory", self._received[fact.tube], fact.at, root
            )

    def _step(self, code: str, about: str, function: str, begun: datetime, at: datetime, root: str) -> None:  # noqa: PLR0913
        self.custody.append(Clock(code, about, function, begun, begun + self._limits[code], at, root))

    # -- as it stands -------------------------------------------------------------------------------------------------

    def clocks(self) -> list[Clock]:
        """Every clock but midnight and troubles: tasks, steps of custody that came, and those that players still owe."""
        return [*self.tasks.values(), *self.custody, *self._owed()]

    def _owed(self) -> Iterable[Clock]:
        """Steps of custody that only players can take, and have not."""
        settings, heard = self.workspace.drill.settings, self.heard
        if settings.transport == "played":
            for tubes in heard.unpacked.values():
                for tube in (heard.tubes[each] for each in tubes if heard.tubes[each].played):
                    yield self._open("clock.pack", tube.code, "sampling", tube.sealed_at)
            for box in heard.boxes.values():
                if box.played and box.received_at is None:
                    yield self._open("clock.transport", box.code, "transport", box.packed_at)
        if settings.laboratory == "played":
            for there in heard.waiting.values():
                for id_, received in there.items():
                    yield self._open("clock.read", heard.tubes[id_].code, "laboratory", received)

    def _open(self, code: str, about: str, function: str, begun: datetime) -> Clock:
        return Clock(code, about, function, begun, begun + self._limits[code])

    def midnights(self) -> list[Clock]:
        """The same tasks, held against the end of the day on which each was set, where the pack says that none is carried over."""
        if not self._same_day:
            return []
        zone = str(self.workspace.zone)
        return [
            Clock("clock.midnight", each.about, each.function, each.set_at, midnight_after(each.set_at, zone), each.came_at, each.by, each.dropped)
            for each in self.tasks.values()
        ]  # fmt: skip

    def troubles(self) -> list[Clock]:
        """Troubles that took hold and have a time within which they should be noticed."""
        return [
            Clock(
                "clock.inject", each.name, "", each.took_at, each.took_at + each.thrown.answer_within,
                each.answer.at if each.answer else None,
                f"account:{each.answer.account}" if each.answer else "",
            )
            for each in self.heard.troubles.values()
            if each.took_at is not None and each.thrown.answer_within is not None
        ]  # fmt: skip

    def infections(self, now: datetime) -> dict[str, int]:
        """How many have been infected so far, and how many would have been if nobody had kept anybody apart."""
        with self._lock:
            self._without = self._without or self.workspace.world()
            self._with = self._with or self.workspace.world()
            self._with.obey(self.heard.orders)
            day = self.workspace.day(now)
            return {
                "now": self._with.infected_by(day), "nobody_acting": self._without.infected_by(day),
                "at_begin": self._without.infected_by(self.workspace.drill.settings.smoulders_days - 1),
            }  # fmt: skip

    def world(self) -> World:
        """The outbreak as it stands."""
        with self._lock:
            self._with = self._with or self.workspace.world()
            self._with.obey(self.heard.orders)
            return self._with

    def now(self, centre: Centre) -> datetime:
        """The moment up to which is scored: the end of the drill, once it has ended."""
        return self.heard.ended.at if self.heard.ended is not None else centre.clock.now()

    def _expected(self, trouble: Trouble) -> dict[str, str]:
        """What a good answer would be, by language, as the scenario says."""
        for each in self.workspace.drill.injects:
            if trouble.name == each.name or trouble.name.startswith(f"{each.name}-"):
                return said(each.expected, each.expected_zh) if each.expected or each.expected_zh else {}
        return {}

    def told(self, centre: Centre) -> dict[str, Any]:
        """The whole score as plain values: moments, counts with their denominators, codes with English labels."""
        with self._lock:  # another thread may be about to hear more
            return self._told(centre)

    def _told(self, centre: Centre) -> dict[str, Any]:
        now, pace = self.now(centre), pace_of(self.workspace.home)
        clocks, midnights, troubles = self.clocks(), self.midnights(), self.troubles()
        names = _Names(now)
        every = [*clocks, *midnights, *troubles]
        late = sorted(
            (each for each in (*clocks, *troubles) if each.state(now) in {"late", "open_late"}),
            key=lambda each: each.late_by(now),
            reverse=True,
        )
        return {
            "title": self.workspace.mark.titles, "form": self.workspace.mark.form, "scenario": self.workspace.mark.told["scenario"],
            "scenario_sha256": self.workspace.drill.sha256, "people": self.workspace.city.people,
            "pack": self.workspace.drill.settings.pack, "begins_at": self.workspace.begins_at, "as_of": now,
            "ended": self.heard.ended is not None, "reason": self.heard.ended.reason if self.heard.ended else None,
            "speed": pace.speed if pace else None, "line": self.heard.seq,
            "clocks": [{"code": code, "label": label(code), **row} for code, row in _counted(every, now, "code")],
            "functions": [{"function": name, **row} for name, row in _counted(clocks, now, "function")],
            "accounts": _by_account([*clocks, *troubles], now, names),
            "late": [_said(each, now, names) for each in late[:LATEST]], "late_in_all": len(late),
            "injects": [_trouble(each, now, names) | {"expected": self._expected(each)} for each in self.heard.troubles.values()],
            "questions": [
                {"question": name, "names": asked.names, "asked_at": asked.at,
                 "answer": self.heard.answers[name].text if name in self.heard.answers else None,
                 "answered_at": self.heard.answers[name].at if name in self.heard.answers else None}
                for name, asked in self.heard.questions.items()
            ],
            "infections": self.infections(now), "found": len(self.heard.found), "tubes": len(self.heard.tubes),
            "cases": len(self.heard.cases),
        }  # fmt: skip


def _move(clock: Clock, fact: TaskDone | TaskDropped | TaskReopened | TaskDueChanged, root: str) -> None:
    """A task was done, dropped, reopened or moved; a deadline that was moved is scored as it was set."""
    if isinstance(fact, TaskDone):
        if clock.came_at is None:
            clock.came_at, clock.by = fact.at, root
    elif isinstance(fact, TaskReopened):
        clock.came_at, clock.by, clock.dropped = None, "", False
    elif isinstance(fact, TaskDropped):
        clock.dropped = True


COUNTED = ("met", "late", "open_late", "running", "simulated", "dropped")


def _counted(clocks: Iterable[Clock], now: datetime, by: str) -> list[tuple[str, dict[str, Any]]]:
    """Counts by one of the fields, in the order of its names; `of` is what was done by players or is past due."""
    groups: dict[str, list[Clock]] = defaultdict(list)
    for each in clocks:
        groups[getattr(each, by)].append(each)
    found = []
    for name, some in sorted(groups.items()):
        states = [each.state(now) for each in some]
        row: dict[str, Any] = {state: states.count(state) for state in COUNTED}
        row["of"] = row["met"] + row["late"] + row["open_late"]
        row["share"] = row["met"] / row["of"] if row["of"] else None
        lateness = [
            each.late_by(now) for each, state in zip(some, states, strict=True) if state in {"late", "open_late"}
        ]
        row["median_late_minutes"] = (
            round(median(each.total_seconds() / 60 for each in lateness), 1) if lateness else None
        )
        found.append((name, row))
    return found


class _Names:
    """Names and roles of accounts."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[str, tuple[str, tuple[str, ...]]] = {}

    def of(self, by: str) -> tuple[str, tuple[str, ...]]:
        """The name and roles of whoever is behind a line."""
        if by not in self._known:
            kind, _, id_ = by.partition(":")
            who = account_keeping.who_is(id_, self._now) if kind == "account" else None  # type: ignore[arg-type]
            self._known[by] = (who.name, who.roles) if who else ("", ())
        return self._known[by]


def _by_account(clocks: Iterable[Clock], now: datetime, names: _Names) -> list[dict[str, Any]]:
    """What each player did, in time and late."""
    groups: dict[str, list[str]] = defaultdict(list)
    for each in clocks:
        if played(each.by) and each.came_at is not None:
            groups[each.by].append(each.state(now))
    return [
        {"account": names.of(by)[0], "roles": list(names.of(by)[1]), "of": len(states), "met": states.count("met"), "late": states.count("late")}
        for by, states in sorted(groups.items(), key=lambda each: names.of(each[0]))
    ]  # fmt: skip


def _said(each: Clock, now: datetime, names: _Names) -> dict[str, Any]:
    return {
        "code": each.code, "label": label(each.code), "about": each.about, "function": each.function, "set_at": each.set_at,
        "due_at": each.due_at, "came_at": each.came_at, "by": names.of(each.by)[0] if each.by else None,
        "late_minutes": round(each.late_by(now).total_seconds() / 60, 1),
    }  # fmt: skip


def _trouble(each: Trouble, now: datetime, names: _Names) -> dict[str, Any]:
    answer = each.answer
    end = answer.at if answer else now
    within = each.thrown.answer_within
    minutes = round((end - each.took_at).total_seconds() / 60, 1) if each.took_at else None
    state = "waits" if each.took_at is None else "answered" if answer else "open"
    return {
        "inject": each.name, "kind": each.thrown.kind.value, "names": each.thrown.names, "thrown_at": each.thrown.at,
        "took_at": each.took_at, "about": each.about or None, "state": state, "ended": each.ended,
        "answered_at": answer.at if answer else None, "how": answer.how if answer else None,
        "by": names.of(f"account:{answer.account}")[0] if answer and answer.account else None,
        "text": answer.text if answer else None, "minutes": minutes,
        "within_minutes": round(within.total_seconds() / 60, 1) if within else None,
        "met": None if within is None or minutes is None or (answer is None and minutes <= within.total_seconds() / 60)
        else bool(answer) and minutes <= within.total_seconds() / 60,
    }  # fmt: skip


_here: dict[Path, Score] = {}
_opening = threading.Lock()


def scored_here(centre: Centre) -> Score:
    """The score of this home's drill, caught up with its log; refused where the home is none."""
    with _opening:
        score = _here.get(centre.home)
        if score is None or score.workspace.mark != mark_of(centre.home):
            score = _here[centre.home] = Score(open_workspace(centre.home, book()))
    return score.catch_up(centre)
