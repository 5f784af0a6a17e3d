"""The inbox: tasks, the most overdue first; mine, my teams', my units', all; with bulk edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import views
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.pieces import Cell, Chip, Choice, Empty
from ringfence.console.sentences import abouts, units_said
from ringfence.console.shown import due, label
from ringfence.core.words import N_
from ringfence.desks.command import actions
from ringfence.desks.command.queries import TaskRow, task_row, tasks
from ringfence.facts.ids import AccountId, TaskId
from ringfence.registry.queries import units
from ringfence.registry.queries.accounts import account_names, teams_of

HEADS = (
    Head("task"),
    Head("about"),
    Head("state"),
    Head("due_at", "time"),
    Head("unit"),
    Head("account"),
    Head("area"),
    Head("reason"),
    Head("level", "number", shown=False),
    Head("team", shown=False),
    Head("set_at", "time", shown=False),
    Head("evidence", shown=False),
)
FIELDS = (
    "task", "about", "state", "due_at", "unit", "team", "account", "area", "urgent", "level", "reason", "set_at", "done_at",
    "evidence", "reopened",
)  # fmt: skip


def lines(here: Page, rows: Sequence[TaskRow]) -> list[Line]:
    """A page of tasks, drawn."""
    about = abouts(here, [row.about for row in rows])
    names = units_said(here, [row.unit for row in rows])
    places = here.area_names(row.path for row in rows)
    people = account_names([row.account for row in rows if row.account])
    teams = units.team_names([row.team for row in rows if row.team])
    return [_line(here, row, about[row.about], names, places, people, teams) for row in rows]


def _line(  # noqa: PLR0913 (what a row is drawn from)
    here: Page,
    row: TaskRow,
    about: Cell,
    names: dict[str, str],
    places: dict[str, str],
    people: dict[str, str],
    teams: dict[str, str],
) -> Line:
    url = reverse("task", args=[row.id])
    late = row.alive and row.due_at < here.now
    chip = Chip("overdue", _("Overdue")) if late else Chip(row.state, label(f"state.{row.state}"))
    marks = [_("urgent")] if row.urgent else []
    marks += [_("level %(n)s") % {"n": row.level}] if row.level else []
    cells = {
        "task": Cell(label(f"task.{row.kind}"), href=url, note=" · ".join(marks)),
        "about": about,
        "state": Cell(chip=chip, note=label(f"state.{row.state}") if late else ""),
        "due_at": Cell(at=row.due_at, note=due(row.due_at, here.now) if row.alive else ""),
        "unit": Cell(names.get(row.unit or "", "–")),
        "account": Cell(people.get(row.account or "", "–")),
        "area": Cell(places.get(row.path, row.path)),
        "reason": Cell(label(f"reason.{row.reason}") if row.reason else "–", href=f"{url}#why"),
        "level": Cell(str(row.level)),
        "team": Cell(teams.get(row.team or "", "–")),
        "set_at": Cell(at=row.set_at),
        "evidence": Cell(row.evidence or "–"),
    }
    return Line(row.id, cells, url, url, act=late)


def records(here: Page, rows: Sequence[TaskRow]) -> list[list[Any]]:
    """Rows of an export."""
    drawn = zip(rows, lines(here, rows), strict=True)
    shown = ("task", "about", "unit", "team", "account", "area", "reason")
    made = []
    for row, line in drawn:
        values: dict[str, Any] = {name: getattr(row, name, None) for name in FIELDS}
        values |= {name: line.cells[name].text for name in shown}
        for name in ("due_at", "set_at", "done_at"):
            values[name] = values[name] and values[name].astimezone(here.zone)
        made.append([values[name] for name in FIELDS])
    return made


def names(here: Page, ids: Sequence[str]) -> dict[str, str]:
    """How tasks are called, for a page of ids."""
    rows = [row for row in (task_row(TaskId(each)) for each in ids) if row is not None]
    about = abouts(here, [row.about for row in rows])
    return {row.id: f"{label(f'task.{row.kind}')} · {about[row.about].text}" for row in rows}


def empty(here: Page) -> Empty:
    """Nothing to do."""
    del here
    return Empty(
        _("Nothing to do here"),
        _("No task fits. Look at all tasks, or at those already done."),
        _("All tasks"),
        "/tasks/",
    )


TASKS = declare(
    ListPage(
        name="tasks",
        title=N_("Tasks"),
        query=tasks,
        heads=HEADS,
        lines=lines,
        empty=empty,
        item="task",
        actions=(
            actions.hand_over,
            actions.start_task,
            actions.finish_task,
            actions.verify_task,
            actions.change_due,
            actions.reopen_task,
            actions.drop_task,
        ),
        hidden=("about", "units", "teams", "kinds", "due_after", "outbreak"),
        fields=FIELDS,
        records=records,
        names=names,
    )
)


@page()
def tasks_page(here: Page) -> HttpResponse:
    """The inbox."""
    return list_page(
        here, TASKS, [*tabs(here), *views.choices(here, TASKS)],
        lead=_("Overdue first. Open a task to see why it is yours."),
    )  # fmt: skip


def tabs(here: Page) -> list[Choice]:
    """Mine, my teams', all; and by state."""
    told = here.request.GET
    teams = teams_of(AccountId(here.who.id))
    names_of = units.team_names(teams)
    base = reverse("tasks")
    asked: list[tuple[str, dict[str, str]]] = [
        (_("All to do"), {}),
        (_("Overdue"), {"due_before": here.now.astimezone(here.zone).strftime("%Y-%m-%dT%H:%M")}),
        (_("Mine"), {"account": here.who.id}),
    ]
    asked += [(names_of.get(team, team), {"team": team}) for team in teams]
    unit_ids = [unit for unit in (units.unit_of_team(team) for team in teams) if unit]
    said = units_said(here, unit_ids)
    asked += [(said.get(unit, unit), {"unit": unit}) for unit in dict.fromkeys(unit_ids)]
    asked += [
        (_("Done, to verify"), {"state": "done"}),
        (_("Verified"), {"state": "verified"}),
        (_("Dropped"), {"state": "dropped"}),
    ]
    keys = ("due_before", "account", "team", "unit", "state")
    now = {key: told[key] for key in keys if told.get(key)}
    return [
        Choice(
            text,
            f"{base}?{urlencode(chosen)}" if chosen else base,
            current=set(now) == set(chosen) and all(now[key] == chosen[key] for key in chosen if key != "due_before"),
        )
        for text, chosen in asked
    ]


urlpatterns = [path("tasks/", tasks_page, name="tasks")]
