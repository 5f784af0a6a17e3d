"""The command desk's facts. A task is a fact: there is no task engine beside the log."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.fact import Fact, Sealed
from ringfence.facts.ids import (
    AccountId,
    JurisdictionId,
    NoticeId,
    OutbreakId,
    TaskId,
    TeamId,
    UnitId,
    derive,
)


def task_of(kind: str, about: str, key: str = "") -> TaskId:
    """The id of a task: the same for the same kind, subject and key, so that telling twice makes one."""
    return TaskId(derive("task", kind, about, key))


def notice_of(outbreak: str, asks: str, asked: str, key: str) -> NoticeId:
    """The id of a notice from one place to another; those of one key (a day, say) are one."""
    return NoticeId(derive("notice", outbreak, asks, asked, key))


class TasksSet(Fact):
    """Work for a unit, one task for each subject. The function (`investigation`) finds the nearest unit that carries it."""

    kind: str
    about: tuple[str, ...]  # ids of people, cases, tubes, places, …
    unit: str  # a function, or a unit's id
    due_at: datetime
    key: str = ""  # tells apart tasks of one kind about one subject
    reason: str = ""  # the code of a sentence
    outbreak: OutbreakId | None = None
    jurisdiction: JurisdictionId | None = None
    urgent: bool = False

    def tasks(self) -> tuple[TaskId, ...]:
        """The ids of its tasks: told twice, they are the same tasks."""
        return tuple(task_of(self.kind, each, self.key) for each in self.about)


class TaskStarted(Fact):
    """Someone took a task up."""

    task: TaskId
    account: AccountId


class TaskHandedOver(Fact):
    """A task went to another unit, team or person."""

    task: TaskId
    unit: UnitId | None = None
    team: TeamId | None = None
    account: AccountId | None = None
    was_unit: UnitId | None = None
    was_team: TeamId | None = None
    was_account: AccountId | None = None


class TaskDone(Fact):
    """A task was carried out, with its evidence."""

    task: TaskId
    evidence: str = ""  # what shows it: a code, a number, a file's id
    note: Sealed | None = None


class TaskVerified(Fact):
    """Another person saw that it was done."""

    task: TaskId


class TaskReopened(Fact):
    """It was not done after all."""

    task: TaskId
    reason: str


class TaskDropped(Fact):
    """The reason for the task has gone."""

    task: TaskId
    reason: str


class TaskDueChanged(Fact):
    """A task's deadline was moved, by name and with a reason."""

    task: TaskId
    due_at: datetime
    was_due_at: datetime
    reason: str = ""


class TaskEscalated(Fact):
    """A late task went up one level: the unit above answers for it now."""

    task: TaskId
    level: int
    unit: UnitId | None = None
    next_at: datetime | None = None  # when it goes up again if still not done


class DecisionMade(Fact):
    """A decision of the command, with who answers for it and its reason."""

    decision: str
    outbreak: OutbreakId
    text: str
    reason: str = ""
    due_at: datetime | None = None


class NoticeSent(Fact):
    """Another place is asked for help (协查): people to be found, checked and kept apart where they are now."""

    notice: NoticeId
    outbreak: OutbreakId
    kind: str  # contacts, case, exposure
    jurisdiction: JurisdictionId  # who is asked
    was_jurisdiction: JurisdictionId | None = None  # who asks
    about: tuple[str, ...] = ()  # ids of contacts or cases
    told_place: Sealed | None = None  # where the place is not in the tree, in words
    account: AccountId | None = None


class NoticeTaken(Fact):
    """The place that was asked has the notice in hand."""

    notice: NoticeId
    account: AccountId | None = None


class NoticeAnswered(Fact):
    """The place that was asked says what it found."""

    notice: NoticeId
    found: int
    kept_apart: int
    not_found: int
    text: str = ""
    account: AccountId | None = None


class NoticeWithdrawn(Fact):
    """Help is no longer asked for: the people are looked after elsewhere, or it was sent by mistake."""

    notice: NoticeId
    reason: str = ""
    about: tuple[str, ...] = ()  # of them only; none: the whole notice
