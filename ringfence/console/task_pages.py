"""One task: what, about what, whose, by when, and why; with the buttons that its state allows."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.picked import Search, teams_like, units_like
from ringfence.console.pieces import Cell, Chip, Choice, Column, Empty, Listing, Number, Row
from ringfence.console.sections import Line, List, Numbers, Pairs, Part, Section, Sections, Text, Why, table
from ringfence.console.sentences import abouts, because, entries, told_by, units_said
from ringfence.console.shown import due, how_long, label
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.desks.command.queries import TaskFile, TaskRow, WorkloadRow, task_file, workload
from ringfence.desks.command.queries import decisions as decisions_asked
from ringfence.facts.ids import TaskId
from ringfence.registry.queries.accounts import account_names
from ringfence.registry.queries.units import team_names

MOST = 100
"""So many units and teams of the workload are shown; the others are found by name."""


@page()
def task_page(here: Page, task: str) -> HttpResponse:
    """What is to be done, and why."""
    file: TaskFile | None = here.ask(task_file, task=TaskId(task))
    if file is None:
        raise Refused("not_known_here", what="task", id=task)
    row = file.row
    about = abouts(here, [row.about])[row.about]
    late = row.alive and row.due_at < here.now
    chips = [Chip(row.state, label(f"state.{row.state}"))]
    if late:
        chips.insert(0, Chip("overdue", _("Overdue")))
    if row.level:
        chips.append(Chip("escalated", _("Level %(n)s") % {"n": row.level}))
    if row.urgent:
        chips.append(Chip("held", _("Urgent")))
    chain = log.why(row.seq)
    sections = Sections(
        title=label(f"task.{row.kind}"),
        chips=chips,
        lead=f"{about.text} · {due(row.due_at, here.now)}" if row.alive else about.text,
        way=[Choice(_("Tasks"), "/tasks/")],
        main=[
            Section(_("What to do"), [_facts(here, row, about), *_buttons(here, row)]),
            Section(_("Why do I have this?"), [Text(plainly(here, row, chain)), Why(because(here, chain))], "why"),
        ],
        side=[
            Section(_("Owner"), [_owner(here, row)]),
            Section(_("History"), [Line(entries(log.lines(file.lines))[::-1], _("Nothing on record."))]),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def plainly(here: Page, row: TaskRow, chain: list[log.Told]) -> str:
    """The reason in one or two sentences, for somebody who is tired."""
    reason = label(f"reason.{row.reason}") if row.reason else ""
    names = units_said(here, [row.unit])
    unit = names.get(row.unit or "", label(f"function.{row.function}"))
    limit = how_long((row.due_at - row.set_at).total_seconds())
    first = _("%(reason)s. This is work for %(unit)s, to be done within %(limit)s.")
    said = first % {"reason": reason or label(f"task.{row.kind}"), "unit": unit, "limit": limit}
    if chain and chain[-1].line.by.startswith("account:"):
        by = told_by([chain[-1].line.by])[chain[-1].line.by]
        said += " " + _("It began with what %(name)s told.") % {"name": by}
    return said


def _facts(here: Page, row: TaskRow, about: Cell) -> Pairs:
    places = here.area_names([row.path])
    pairs = [
        (_("About"), about),
        (_("Place"), Cell(places.get(row.path, row.path or "–"))),
        (_("Set"), Cell(at=row.set_at)),
        (_("Due"), Cell(at=row.due_at, note=due(row.due_at, here.now) if row.alive else "")),
    ]
    if row.done_at is not None:
        by = told_by([row.done_by])[row.done_by] if row.done_by else "–"
        pairs.append((_("Done"), Cell(at=row.done_at, note=by)))
        pairs.append((_("Evidence"), Cell(label(f"evidence.{row.evidence}") if row.evidence else "–")))
    if row.reopened:
        pairs.append((_("Reopened"), Cell(_("%(n)s times") % {"n": row.reopened})))
    return Pairs(pairs)


def _owner(here: Page, row: TaskRow) -> Pairs:
    names = units_said(here, [row.unit, row.escalated_to])
    return Pairs(
        [
            (_("Unit"), Cell(names.get(row.unit or "", _("no unit carries this function")))),
            (_("Team"), Cell(team_names([row.team] if row.team else []).get(row.team or "", "–"))),
            (_("Person"), Cell(account_names([row.account] if row.account else []).get(row.account or "", "–"))),
            (_("Answers for it now"), Cell(names.get(row.escalated_to or row.unit or "", "–"))),
        ]
    )


def _buttons(here: Page, row: TaskRow) -> list[Part]:
    """What this task's state allows."""
    fixed = {"task": row.id}
    found: list[Part] = []
    if row.alive:
        if row.state == "open" or row.account != here.who.id:
            found += ask(here, "command.start_task", _("Start"), fixed=fixed)
        found += ask(here, "command.finish_task", _("Finish, with evidence"), fixed=fixed)
        found += ask(here, "command.hand_over", _("Hand over"), fixed=fixed)
        found += ask(here, "command.change_due", _("Move the deadline"), fixed=fixed)
        found += ask(here, "command.drop_task", _("Drop"), fixed=fixed, danger=True)
        return found
    if row.state == "done" and row.done_by != here.who.by:
        found += ask(here, "command.verify_task", _("Verify"), fixed=fixed)
    return found + ask(here, "command.reopen_task", _("Reopen"), fixed=fixed)


@page()
def workload_page(here: Page) -> HttpResponse:
    """How much each unit and team carries."""
    rows = here.ask(workload, under=here.under_id)
    alive = sum(each.open + each.started for each in rows)
    total = alive + sum(each.done + each.verified for each in rows)
    verified = sum(each.verified for each in rows)
    over = alive + sum(each.done for each in rows) + verified
    numbers = [
        Number(_("To be done"), alive, total, _("tasks"), here.now, "/tasks/"),
        Number(_("Verified"), verified, over, _("tasks"), here.now, "/tasks/?state=verified"),
    ]
    text = here.request.GET.get("q", "").strip()
    lines = _loads(here, (_called(here, rows, text) if text else rows)[:MOST])
    sections = Sections(
        title=_("Workload"),
        lead=_("Tasks of every unit and team at your places, the heaviest load first."),
        way=[Choice(_("Tasks"), "/tasks/")],
        main=[
            Section("", [Numbers(numbers)]),
            Section(_("Units and teams"), [_shown(here, lines, len(rows))]),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _called(here: Page, rows: Sequence[WorkloadRow], text: str) -> list[WorkloadRow]:
    """Those whose unit's or team's name holds a text."""
    known = {each for each, _name in (*units_like(here, text, MOST), *teams_like(here, text, MOST))}
    return [each for each in rows if each.unit in known or each.team in known]


def _shown(here: Page, lines: Sequence[Row], of: int) -> Part:
    """The heaviest loads, and a search where there are more."""
    heads = [_("Unit and team"), _("Open"), _("Started"), _("Done"), _("Verified"), _("Finished")]
    if of <= MOST:
        return table(_("Workload"), heads, lines, _("No task yet."))
    caption = _("Workload: the %(n)s heaviest of %(of)s") % {"n": len(lines), "of": f"{of:,}"}
    columns = [Column(str(n), head) for n, head in enumerate(heads)]
    empty = Empty(_("No unit or team here is called that."))
    return List(Listing(caption=caption, columns=columns, rows=lines, empty=empty, filters=Search(here, _("Name"))))


def _loads(here: Page, rows: Sequence[WorkloadRow]) -> list[Row]:
    names = units_said(here, [each.unit for each in rows])
    teams = team_names([each.team for each in rows if each.team])
    return [
        Row(
            f"{each.unit}-{each.team}",
            [
                Cell(
                    names.get(each.unit or "", _("no unit carries this function")),
                    href=f"/tasks/?unit={each.unit}" if each.unit else "",
                    note=teams.get(each.team or "", ""),
                ),
                Cell(f"{each.open:,}"),
                Cell(f"{each.started:,}"),
                Cell(f"{each.done:,}"),
                Cell(f"{each.verified:,}"),
                Cell(_share(each.done + each.verified, each.open + each.started + each.done + each.verified)),
            ],
        )
        for each in rows
    ]


def _share(part: int, of: int) -> str:
    return _("%(part)s of %(of)s") % {"part": f"{part:,}", "of": f"{of:,}"}


@page()
def decisions_page(here: Page) -> HttpResponse:
    """What the command decided, and why."""
    found = here.ask(decisions_asked, outbreak=here.outbreak_id)
    names = told_by(each["by"] for each in found)
    rows = [
        Row(
            each["id"],
            [
                Cell(each["text"], href=reverse("why", args=[each["seq"]])),
                Cell(each["reason"] or "–"),
                Cell(at=each["at"]),
                Cell(names[each["by"]]),
                Cell(at=each["due_at"]) if each["due_at"] else Cell("–"),
            ],
        )
        for each in found
    ]
    columns = [_("Decision"), _("Reason"), _("Decided"), _("By"), _("Due")]
    asked = ask(here, "command.make_decision", _("Put a decision on record"), fixed={"outbreak": here.outbreak_id})
    sections = Sections(
        title=_("Decisions"),
        lead=here.outbreak.title if here.outbreak else "",
        main=[Section("", [*asked, table(_("Decisions"), columns, rows, _("No decision on record yet."))])],
    )
    return here.render("console/sections.html", sections=sections)


urlpatterns = [
    path("tasks/<str:task>/", task_page, name="task"),
    path("workload/", workload_page, name="workload"),
    path("decisions/", decisions_page, name="decisions"),
]
