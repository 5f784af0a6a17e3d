"""What people do at the command desk: they take tasks up, hand them over, finish and verify them."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.command import queries
from ringfence.desks.command.queries import TaskRow
from ringfence.facts.command import (
    DecisionMade,
    TaskDone,
    TaskDropped,
    TaskDueChanged,
    TaskHandedOver,
    TaskReopened,
    TasksSet,
    TaskStarted,
    TaskVerified,
)
from ringfence.facts.ids import (
    AccountId,
    JurisdictionId,
    OutbreakId,
    TaskId,
    TeamId,
    UnitId,
    derive,
)
from ringfence.registry.queries import outbreaks, units


def _alive(task: TaskId) -> TaskRow:
    row = queries.task_row(task)
    if row is None:
        raise Refused("task_unknown", task=task)
    if not row.alive:
        raise Refused("task_over", kind=row.kind, state=row.state)
    return row


@action(may="assign", many=False)
def set_task(  # noqa: PLR0913 (a task has these fields)
    who: Who,
    *,
    kind: str,
    about: str,
    unit: UnitId,
    due_at: datetime,
    jurisdiction: JurisdictionId,
    outbreak: OutbreakId | None = None,
    reason: str = "",
    urgent: bool = False,
    at: datetime,
) -> Facts:
    """Set a task for a unit."""
    if due_at <= at:
        raise Refused("due_in_past", due_at=due_at)
    yield TasksSet(
        kind=kind,
        about=(about,),
        unit=unit,
        due_at=due_at,
        key=f"{who.by}:{to_micros(at)}",
        reason=reason or "set_by_hand",
        outbreak=outbreak,
        jurisdiction=jurisdiction,
        urgent=urgent,
        at=at,
    )


@action(may="work", undo="itself")
def hand_over(  # noqa: PLR0913 (each is told by name)
    who: Who,
    *,
    task: TaskId,
    unit: UnitId | None = None,
    team: TeamId | None = None,
    account: AccountId | None = None,
    at: datetime,
) -> Facts:
    """Hand a task over to a unit, a team or a person."""
    row = _alive(task)
    if team is not None and unit is None:
        unit = units.unit_of_team(team)
    unit = unit or row.unit
    if unit is None:
        raise Refused("unit_missing", task=task)
    if (unit, team, account) == (row.unit, row.team, row.account):
        raise Refused("task_already_there", kind=row.kind)
    del who
    yield TaskHandedOver(
        task=task,
        unit=unit,
        team=team,
        account=account,
        was_unit=row.unit,
        was_team=row.team,
        was_account=row.account,
        at=at,
    )


@action(may="work")
def start_task(who: Who, *, task: TaskId, at: datetime) -> Facts:
    """Take a task up."""
    row = _alive(task)
    if row.state == "started" and row.account == who.id:
        raise Refused("task_already_started", kind=row.kind)
    yield TaskStarted(task=task, account=AccountId(who.id), at=at)


@action(may="verify")
def reopen_task(who: Who, *, task: TaskId, reason: str = "", at: datetime) -> Facts:
    """Reopen a task that was not done after all."""
    del who
    row = queries.task_row(task)
    if row is None:
        raise Refused("task_unknown", task=task)
    if row.alive:
        raise Refused("task_not_over", kind=row.kind)
    yield TaskReopened(task=task, reason=reason or "undone", at=at)


@action(may="work", undo=reopen_task)
def finish_task(who: Who, *, task: TaskId, evidence: str, at: datetime) -> Facts:
    """Finish a task, with what shows that it was done."""
    del who
    _alive(task)
    if not evidence.strip():
        raise Refused("evidence_missing", task=task)
    yield TaskDone(task=task, evidence=evidence, at=at)


@action(may="verify", undo=reopen_task)
def verify_task(who: Who, *, task: TaskId, at: datetime) -> Facts:
    """Verify that a task was done; not by whoever did it."""
    row = queries.task_row(task)
    if row is None:
        raise Refused("task_unknown", task=task)
    if row.state != "done":
        raise Refused("task_not_done", kind=row.kind, state=row.state)
    if row.done_by == who.by:
        raise Refused("own_work", kind=row.kind)
    yield TaskVerified(task=task, at=at)


@action(may="assign", undo=reopen_task)
def drop_task(who: Who, *, task: TaskId, reason: str, at: datetime) -> Facts:
    """Drop a task whose reason has gone."""
    del who
    _alive(task)
    if not reason.strip():
        raise Refused("reason_missing", what="drop_task")
    yield TaskDropped(task=task, reason=reason, at=at)


@action(may="assign", undo="itself")
def change_due(who: Who, *, task: TaskId, due_at: datetime, reason: str = "", at: datetime) -> Facts:
    """Move a task's deadline, with a reason."""
    del who
    row = _alive(task)
    if row.due_at == due_at:
        raise Refused("due_already", due_at=due_at)
    yield TaskDueChanged(task=task, due_at=due_at, was_due_at=row.due_at, reason=reason, at=at)


@action(may="decide", many=False)
def make_decision(  # noqa: PLR0913 (each is told by name)
    who: Who, *, outbreak: OutbreakId, text: str, reason: str = "", due_at: datetime | None = None, at: datetime
) -> Facts:
    """Put a decision of the command on record, with its reason."""
    if outbreaks.outbreak_row(outbreak) is None:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    if not text.strip():
        raise Refused("text_missing", what="make_decision")
    decision = derive("decision", outbreak, who.by, to_micros(at), text)
    yield DecisionMade(decision=decision, outbreak=outbreak, text=text, reason=reason, due_at=due_at, at=at)
