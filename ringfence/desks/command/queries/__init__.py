"""What can be asked of the command desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import locates, query
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.facts.ids import (
    AccountId,
    JurisdictionId,
    OutbreakId,
    TaskId,
    TeamId,
    UnitId,
)
from ringfence.registry.queries.areas import narrowed_to


@dataclass(frozen=True, slots=True)
class LoadKey:
    """Where a task is counted."""

    id: str
    unit: str | None
    team: str | None
    path: str
    kind: str
    state: str

    @property
    def alive(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {"open", "started"}

    def in_state(self, state: str) -> LoadKey:
        """The same task in another state."""
        return replace(self, state=state)


@locates(TaskId)
def place_of_task(task: str) -> str | None:
    """Where a task is to be done."""
    row = db.ask_one("SELECT path FROM command_task WHERE id = %s", (task,))
    return str(row[0]) if row else None


def load_key(task: str) -> LoadKey | None:
    """Where a task is counted, or None."""
    row = db.ask_one("SELECT unit, team, path, kind, state FROM command_task WHERE id = %s", (task,))
    return LoadKey(task, *row) if row else None


def known(tasks: Sequence[str]) -> set[str]:
    """Which of these tasks are on record."""
    marks = ", ".join(["%s"] * len(tasks))
    return {id_ for (id_,) in db.ask(f"SELECT id FROM command_task WHERE id IN ({marks})", tuple(tasks))}


COLUMNS = (
    "id",
    "seq",
    "kind",
    "about",
    "outbreak",
    "path",
    "function",
    "unit",
    "team",
    "account",
    "state",
    "urgent",
    "reason",
    "set_at",
    "due_at",
    "level",
    "escalated_to",
    "done_at",
    "done_by",
    "evidence",
    "note",
    "reopened",
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task; moments are aware."""

    id: TaskId
    seq: int
    kind: str
    about: str
    outbreak: OutbreakId | None
    path: str
    function: str
    unit: UnitId | None
    team: TeamId | None
    account: AccountId | None
    state: str
    urgent: bool
    reason: str
    set_at: datetime
    due_at: datetime
    level: int
    escalated_to: UnitId | None
    done_at: datetime | None
    done_by: str | None
    evidence: str
    note: str | None
    reopened: int

    @property
    def alive(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {"open", "started"}


_SELECT = f"SELECT {', '.join(COLUMNS)} FROM command_task"
_MOMENTS = [COLUMNS.index(name) for name in ("set_at", "due_at", "done_at")]
_URGENT = COLUMNS.index("urgent")


def _row(stored: Sequence[Any]) -> TaskRow:
    values = list(stored)
    for i in _MOMENTS:
        values[i] = None if values[i] is None else from_micros(values[i])
    values[_URGENT] = bool(values[_URGENT])
    return TaskRow(*values)


def task_row(task: TaskId) -> TaskRow | None:
    """One task."""
    row = db.ask_one(f"{_SELECT} WHERE id = %s", (task,))
    return _row(row) if row else None


_ALIVE = ("open", "started")
DUE_FIRST = Sort("due_at", "id")
NEWEST_FIRST = Sort("due_at", "id", descending=True)


@query(may="see")
def tasks(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    state: str = "alive",
    unit: UnitId | None = None,
    team: TeamId | None = None,
    account: AccountId | None = None,
    units: tuple[UnitId, ...] = (),
    teams: tuple[TeamId, ...] = (),
    kind: str | None = None,
    kinds: tuple[str, ...] = (),
    about: str | None = None,
    outbreak: OutbreakId | None = None,
    under: JurisdictionId | None = None,
    due_before: datetime | None = None,
    due_after: datetime | None = None,
    set_before: datetime | None = None,
    level: int | None = None,
    urgent: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[TaskRow]:
    """Tasks, the most overdue first; those done, verified or dropped newest first."""
    values: list[Any]
    where, values = _filters(locals())
    scope = narrowed_to(scope, under)
    return page(
        f"{_SELECT} WHERE {where}",
        values,
        scope=scope,
        path="path",
        roots=("command_task WHERE alive = %s", (state == "alive" or state in _ALIVE,)),
        sort=DUE_FIRST if state in {"alive", "open", "started"} else NEWEST_FIRST,
        after=after,
        limit=limit,
        read=_row,
        columns=COLUMNS,
    )


def _filters(asked: dict[str, Any]) -> tuple[str, list[Any]]:
    """The conditions of a list of tasks and their values."""
    state = asked["state"]
    if state == "alive":
        parts, values = ["alive = TRUE"], []
    else:
        parts, values = ["alive = %s", "state = %s"], [state in _ALIVE, state]
    for name in ("unit", "team", "account", "kind", "about", "outbreak"):
        if asked[name]:
            parts.append(f"{name} = %s")
            values.append(asked[name])
    for condition, moment in (
        ("due_at <", asked["due_before"]),
        ("due_at >=", asked["due_after"]),
        ("set_at <", asked["set_before"]),
    ):
        if moment is not None:
            parts.append(f"{condition} %s")
            values.append(to_micros(moment))
    for name, several in (("unit", asked["units"]), ("team", asked["teams"]), ("kind", asked["kinds"])):
        if several:
            parts.append(f"{name} IN ({', '.join(['%s'] * len(several))})")
            values += several
    if asked["level"] is not None:
        parts += ["level >= %s", "level > 0"] if asked["level"] > 0 else ["level >= %s"]
        values.append(asked["level"])
    if asked["urgent"] is not None:
        parts.append("urgent = %s")
        values.append(asked["urgent"])
    return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A task and the lines of the log about it."""

    row: TaskRow
    lines: list[int]


@query(may="see")
def task_file(*, task: TaskId) -> TaskFile | None:
    """A task and its history."""
    row = task_row(task)
    if row is None:
        return None
    return TaskFile(
        row, [seq for (seq,) in db.ask("SELECT seq FROM command_line WHERE task = %s ORDER BY seq", (task,))]
    )


@dataclass(frozen=True, slots=True)
class TaskNumbers:
    """How the work stands at the asker's places."""

    alive: int
    overdue: int
    due_soon: int
    overnight: int
    unverified: int
    escalated: int


@query(may="see")
def task_numbers(
    scope: Scope, *, now: datetime, soon: datetime, midnight: datetime, under: JurisdictionId | None = None
) -> TaskNumbers:
    """How the work stands: alive, overdue, due soon, carried overnight (set before `midnight`), done but not verified."""
    scope = narrowed_to(scope, under)
    kept, places = scope.kept("path")
    load: dict[str, int] = dict(db.ask(f"SELECT state, sum(n) FROM command_load WHERE {kept} GROUP BY state", places))
    condition, values = scope.sql("path")
    times = to_micros(now), to_micros(now), to_micros(midnight), to_micros(now)
    row = db.ask_one(
        "SELECT count(*), coalesce(sum(CASE WHEN due_at < %s THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN due_at < %s AND midnight_at <= %s THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN due_at < %s AND level > 0 THEN 1 ELSE 0 END), 0)"
        f" FROM command_task WHERE alive = TRUE AND due_at + 0 < %s AND {condition}",  # by place: one covering index
        (*times, to_micros(soon), *values),
    )
    before_soon, overdue, overnight, escalated = (int(n) for n in row or (0, 0, 0, 0))
    return TaskNumbers(
        alive=int(load.get("open", 0) + load.get("started", 0)),
        overdue=overdue,
        due_soon=before_soon - overdue,
        overnight=overnight,
        unverified=int(load.get("done", 0)),
        escalated=escalated,
    )


_COUNTED = ("open", "started", "done", "verified")


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """How much a unit or a team carries."""

    unit: UnitId | None
    team: TeamId | None
    open: int
    started: int
    done: int
    verified: int


@query(may="see")
def workload(scope: Scope, *, under: JurisdictionId | None = None) -> list[WorkloadRow]:
    """Tasks by unit and team, the heaviest load first."""
    scope = narrowed_to(scope, under)
    condition, values = scope.kept("path")
    counted = ", ".join(f"sum(CASE WHEN state = '{state}' THEN n ELSE 0 END)" for state in _COUNTED)
    rows = db.ask(
        f"SELECT unit, team, {counted} FROM command_load WHERE {condition} GROUP BY unit, team"
        " HAVING sum(n) > 0 ORDER BY unit, team",
        values,
    )
    return [
        WorkloadRow(UnitId(unit) if unit else None, TeamId(team) if team else None, *(int(n) for n in numbers))
        for unit, team, *numbers in sorted(rows, key=lambda row: -(row[2] + row[3]))
    ]


@query(may="see")
def heaviest(
    scope: Scope, *, under: JurisdictionId | None = None, limit: int = 8
) -> list[tuple[UnitId | None, int, int]]:
    """The units with the most to do: (unit or None, tasks alive, all tasks but those dropped), the heaviest first."""
    scope = narrowed_to(scope, under)
    condition, values = scope.kept("path")
    rows = db.ask(
        "SELECT unit, sum(CASE WHEN state IN ('open', 'started') THEN n ELSE 0 END) AS alive, sum(n) FROM command_load"
        f" WHERE {condition} AND state <> 'dropped' GROUP BY unit HAVING sum(n) > 0 ORDER BY alive DESC, unit"
        f" LIMIT {int(limit)}",
        values,
    )
    return [(UnitId(unit) if unit else None, int(alive), int(every)) for unit, alive, every in rows]


def late(outbreak: str | None, at: int, limit: int) -> list[tuple[str, int, str | None, str | None]]:
    """Tasks alive whose next escalation is due: task, level, unit, the unit that answers by now."""
    rows = db.ask(
        "SELECT id, level, unit, escalated_to FROM command_task WHERE alive = TRUE"
        f" AND {_same(outbreak)} AND next_at <= %s ORDER BY next_at, id LIMIT %s",
        (*_told(outbreak), at, limit),
    )
    return [(id_, level, unit, escalated_to) for id_, level, unit, escalated_to in rows]


def carried_overnight(outbreak: str | None, at: int, limit: int) -> list[tuple[str, str | None]]:
    """Tasks set on a day that has ended, alive, and not yet one level up: task and unit."""
    rows = db.ask(
        "SELECT id, unit FROM command_task WHERE alive = TRUE"
        f" AND {_same(outbreak)} AND level = 0 AND midnight_at <= %s ORDER BY midnight_at, id LIMIT %s",
        (*_told(outbreak), at, limit),
    )
    return [(id_, unit) for id_, unit in rows]


def _same(outbreak: str | None) -> str:
    return "outbreak IS NULL" if outbreak is None else "outbreak = %s"


def _told(outbreak: str | None) -> tuple[str, ...]:
    return () if outbreak is None else (outbreak,)


@query(may="see")
def decisions(*, outbreak: OutbreakId) -> list[dict[str, Any]]:
    """The command's decisions, newest first."""
    names = ("id", "seq", "text", "reason", "at", "due_at", "by")
    rows = db.ask(
        "SELECT id, seq, text, reason, at, due_at, told_by FROM command_decision WHERE outbreak = %s"
        " ORDER BY seq DESC LIMIT 200",
        (outbreak,),
    )
    return [
        dict(zip(names, (*row[:4], from_micros(row[4]), row[5] and from_micros(row[5]), row[6]), strict=True))
        for row in rows
    ]
