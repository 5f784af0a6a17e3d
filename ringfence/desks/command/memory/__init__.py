"""How the command desk remembers its tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ringfence.core import db
from ringfence.core.access import above
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.command import queries
from ringfence.desks.command.queries import LoadKey
from ringfence.facts.command import (
    DecisionMade,
    TaskDone,
    TaskDropped,
    TaskDueChanged,
    TaskEscalated,
    TaskHandedOver,
    TaskReopened,
    TasksSet,
    TaskStarted,
    TaskVerified,
)
from ringfence.registry.queries import areas, units

_TASK = (
    "INSERT INTO command_task (id, seq, kind, about, outbreak, path, function, unit, state, alive, urgent, reason, set_at,"
    " due_at, next_at, midnight_at, level, evidence, reopened)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', TRUE, %s, %s, %s, %s, %s, %s, 0, '', 0) ON CONFLICT (id) DO NOTHING"
)
_LOAD = (
    "INSERT INTO command_load (unit, team, path, state, n) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (path, unit, team, state) DO UPDATE SET n = command_load.n + excluded.n"
)
_LINE = "INSERT INTO command_line (task, seq) VALUES (%s, %s) ON CONFLICT (task, seq) DO NOTHING"


def _about(task: str, line: Line) -> None:
    db.write("command_line", _LINE, (task, line.seq))


def _count(key: LoadKey, by: int) -> None:
    for path in above(key.path):
        db.count("command_load", _LOAD, (key.unit or "", key.team or "", path, key.state), (by,))


def _change(key: LoadKey, state: str, sets: str, values: tuple[object, ...]) -> None:
    """Move a task to a state, and the counts with it."""
    alive = state in {"open", "started"}
    if state != key.state:
        _count(key, -1)
        _count(key.in_state(state), 1)
    db.write(
        "command_task",
        f"UPDATE command_task SET state = %s, alive = %s{sets} WHERE id = %s",
        (state, alive, *values, key.id),
    )


def midnight_after(moment: datetime, zone: str) -> datetime:
    """The end of a moment's day in a time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))


@keeps(TasksSet)
def tasks(fact: TasksSet, line: Line) -> None:
    """Each for the nearest unit that carries its function; told twice, a task is set once."""
    path = line.jurisdiction or ""
    carrier = units.unit_for(fact.unit, path)
    unit = carrier[0] if carrier else fact.unit if units.place_of_unit(fact.unit) else None
    due, set_at = to_micros(fact.due_at), to_micros(fact.at)
    midnight = to_micros(midnight_after(fact.at, areas.zone_at(path)))
    known = queries.known(fact.tasks())
    for task, about in zip(fact.tasks(), fact.about, strict=True):
        _about(task, line)
        if task in known:
            continue
        row = (task, line.seq, fact.kind, about, line.outbreak, path, fact.unit, unit)
        db.write("command_task", _TASK, (*row, fact.urgent, fact.reason, set_at, due, due, midnight))
        _count(LoadKey(task, unit, None, path, fact.kind, "open"), 1)


@keeps(TaskStarted)
def a_started_task(fact: TaskStarted, line: Line) -> None:
    """By whoever took it up."""
    if (key := queries.load_key(fact.task)) is not None:
        _change(key, "started", ", account = %s", (fact.account,))
        _about(fact.task, line)


@keeps(TaskHandedOver)
def a_task_handed_over(fact: TaskHandedOver, line: Line) -> None:
    """It counts for those who have it now, and waits to be started by them."""
    key = queries.load_key(fact.task)
    if key is None:
        return
    after = LoadKey(key.id, fact.unit, fact.team, key.path, key.kind, "open" if key.alive else key.state)
    _count(key, -1)
    _count(after, 1)
    db.write(
        "command_task",
        "UPDATE command_task SET unit = %s, team = %s, account = %s, state = %s WHERE id = %s",
        (fact.unit, fact.team, fact.account, after.state, fact.task),
    )
    _about(fact.task, line)


@keeps(TaskDone)
def a_done_task(fact: TaskDone, line: Line) -> None:
    """With what shows it; a task that nobody set, or that is over, stays as it is."""
    key = queries.load_key(fact.task)
    if key is None or not key.alive:
        return
    _change(
        key,
        "done",
        ", done_at = %s, done_by = %s, evidence = %s, note = %s",
        (to_micros(fact.at), line.by, fact.evidence, fact.note),
    )
    _about(fact.task, line)


@keeps(TaskVerified)
def a_verified_task(fact: TaskVerified, line: Line) -> None:
    """Seen by another."""
    if (key := queries.load_key(fact.task)) is not None and key.state == "done":
        _change(key, "verified", "", ())
        _about(fact.task, line)


@keeps(TaskReopened)
def a_reopened_task(fact: TaskReopened, line: Line) -> None:
    """To be done after all."""
    if (key := queries.load_key(fact.task)) is not None:
        _change(key, "open", ", done_at = NULL, done_by = NULL, reopened = reopened + 1", ())
        _about(fact.task, line)


@keeps(TaskDropped)
def a_dropped_task(fact: TaskDropped, line: Line) -> None:
    """Its reason has gone; what is done stays done."""
    if (key := queries.load_key(fact.task)) is not None and key.alive:
        _change(key, "dropped", "", ())
        _about(fact.task, line)


@keeps(TaskDueChanged)
def a_moved_deadline(fact: TaskDueChanged, line: Line) -> None:
    """Its escalation moves with it."""
    due = to_micros(fact.due_at)
    db.write("command_task", "UPDATE command_task SET due_at = %s, next_at = %s WHERE id = %s", (due, due, fact.task))
    _about(fact.task, line)


@keeps(TaskEscalated)
def an_escalated_task(fact: TaskEscalated, line: Line) -> None:
    """The unit above answers for it; whoever has it keeps it."""
    next_at = to_micros(fact.next_at) if fact.next_at else 1 << 62
    db.write(
        "command_task",
        "UPDATE command_task SET level = %s, escalated_to = coalesce(%s, escalated_to), next_at = %s WHERE id = %s",
        (fact.level, fact.unit, next_at, fact.task),
    )
    _about(fact.task, line)


@keeps(DecisionMade)
def a_decision(fact: DecisionMade, line: Line) -> None:
    """Who decided, and why."""
    db.write(
        "command_decision",
        "INSERT INTO command_decision (id, seq, outbreak, text, reason, at, due_at, told_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            fact.decision,
            line.seq,
            fact.outbreak,
            fact.text,
            fact.reason,
            to_micros(fact.at),
            fact.due_at and to_micros(fact.due_at),
            line.by,
        ),
    )
