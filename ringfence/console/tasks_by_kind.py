"""What needs a person now: a desk's tasks by kind, the kind with the most overdue one first."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console.context import Page
from ringfence.console.pieces import Cell, Chip, Row
from ringfence.console.sections import Part, table
from ringfence.console.sentences import abouts, units_said
from ringfence.console.shown import due, label
from ringfence.desks.command.queries import TaskRow, tasks

LOOKED_AT = 200
"""Tasks counted by kind; where there are more, the counts say so."""


def by_kind(here: Page, kinds: Sequence[str], none: str) -> Part:
    """Tasks of these kinds at the asker's places, a row a kind; `none` is said where there are none."""
    asked = {"kinds": tuple(kinds), "outbreak": here.outbreak_id, "under": here.under_id}
    found: list[TaskRow] = here.ask(tasks, **asked, limit=LOOKED_AT).rows
    kept: dict[str, list[TaskRow]] = {}
    for each in found:
        kept.setdefault(each.kind, []).append(each)
    about = abouts(here, [some[0].about for some in kept.values()])
    units = units_said(here, [some[0].unit for some in kept.values()])
    cut = len(found) == LOOKED_AT
    rows = []
    for kind, some in kept.items():
        first = some[0]
        late = sum(each.due_at < here.now for each in some)
        state = Chip("overdue" if late else "open", due(first.due_at, here.now))
        said = _("%(n)s, %(late)s late") % {"n": f"{len(some):,}" + ("+" if cut else ""), "late": f"{late:,}"}
        rows.append(Row(kind, [
            Cell(label(f"task.{kind}"), href=f"{reverse('tasks')}?{urlencode({'kind': kind})}"), Cell(said),
            Cell(chip=state, href=reverse("task", args=[first.id]), text=_("open it")), about[first.about],
            Cell(units.get(first.unit or "", _("no unit carries this"))),
        ], act=late > 0))  # fmt: skip
    heads = [_("Task"), _("How many"), _("First due"), _("About"), _("Unit")]
    return table(_("What needs a person now"), heads, rows, none)
