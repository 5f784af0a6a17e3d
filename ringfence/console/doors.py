"""Every action as a form and every query as a table, from their declarations: for what has no page of its own."""

from __future__ import annotations

import csv
import dataclasses
import enum
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from ringfence.console.context import Page, page
from ringfence.console.facts_said import said
from ringfence.console.forms import form_for, told_by
from ringfence.console.pieces import Cell, Choice, Column, Empty, Listing, Row
from ringfence.console.shown import called, choice, label, names_language, three_parts, told
from ringfence.core.declare import Action, Declared, Query
from ringfence.core.drill import COLUMN, export_mark
from ringfence.core.errors import Refused
from ringfence.core.paging import Page as Paged
from ringfence.core.tables.writing import guarded
from ringfence.registry.actions import own

MOST_COLUMNS = 40
MOST_ROWS = 1000
NOT_BY_HAND = frozenset(
    {"registry.issue_token", "registry.open_account", "registry.change_password", "registry.note_export"}
)
"""Actions that need a secret or a file made for them: they have pages or commands of their own."""


@page()
def doors(here: Page) -> HttpResponse:
    """What the asker may tell and ask, desk by desk."""
    groups: dict[str, tuple[list[Choice], list[Choice]]] = {}
    for name, action in here.centre.actions.items():
        if here.may(action.may) and name not in NOT_BY_HAND:
            groups.setdefault(action.desk, ([], []))[0].append(_choice("do", action))
    for query in here.centre.queries.values():
        if here.may(query.may):
            groups.setdefault(query.desk, ([], []))[1].append(_choice("ask", query))
    return here.render(
        "console/doors.html",
        title=gettext("Everything else"),
        groups=[(label(f"desk.{desk}"), *both) for desk, both in sorted(groups.items())],
    )


def _choice(door: str, declared: Declared) -> Choice:
    return Choice(
        called("action" if door == "do" else "query", declared), reverse(door, args=[declared.desk, declared.name])
    )


@page()
def do(here: Page, desk: str, name: str) -> HttpResponse:
    """The form of an action; sending it tells the action."""
    action = here.centre.actions.get(f"{desk}.{name}")
    if action is None or f"{desk}.{name}" in NOT_BY_HAND:
        raise Refused("no_such_thing", name=name)
    if not here.may(action.may):
        raise Refused("not_allowed", what=gettext(action.says))
    sent = here.request.method == "POST"
    initial = dict(here.request.GET.items())
    form = form_for(here, action, data=here.request.POST if sent else None, initial=initial)
    refused, status = None, 200
    if sent and form.is_valid():
        try:
            return _told(here, action, told_by(form))
        except Refused as refusal:
            refused, status = three_parts(refusal), 409
    return here.render(
        "console/form_page.html",
        status=status,
        title=called("action", action),
        lead=gettext(action.says),
        form=form,
        refused=refused,
        submit_label=gettext("Record"),
        cancel_url=reverse("doors"),
    )


def _told(here: Page, action: Action, values: dict[str, Any]) -> HttpResponse:
    answer = here.tell(action.function, **values)
    for fact in answer.facts[:5]:
        messages.success(here.request, gettext("Recorded: %(fact)s") % {"fact": said(fact)})
    return redirect(here.request.get_full_path())


@page()
def ask(here: Page, desk: str, name: str) -> HttpResponse:
    """The answer to a query as a table, with what it can be asked as filters; and the same as CSV."""
    query = here.centre.queries.get(f"{desk}.{name}")
    if query is None:
        raise Refused("no_such_thing", name=name)
    if not here.may(query.may):
        raise Refused("not_allowed", what=gettext(query.says))
    get = here.request.GET
    form = form_for(here, query, data=_with_outbreak(here, query, get), without=("after", "limit"))
    wanted = told_by(form) if form.is_valid() else None
    answer: Any = None if wanted is None else here.ask(query.function, **wanted, **_paged(query, get))
    following = answer.next if isinstance(answer, Paged) else None
    heads, rows = table_of(answer.rows if isinstance(answer, Paged) else answer)
    if get.get("form") == "csv" and wanted is not None:
        return _csv(here, query, heads, rows)
    shown = Listing(
        caption=called("query", query),
        columns=[Column(head, label(f"field.{head}")) for head in heads],
        rows=[Row(str(n), [Cell(shown_value(value)) for value in row]) for n, row in enumerate(rows)],
        empty=Empty(gettext("No rows"), "" if wanted is not None else gettext("Fill in what is needed, then filter.")),
        filters=form,
        exports=_csv_link(here),
        after=following or "",
        first_page=not get.get("after"),
        as_of=here.now,
    )
    return here.render("console/list.html", title=called("query", query), listing=shown)


def _with_outbreak(here: Page, query: Query, get: Any) -> Any:
    """Queries are asked about the outbreak and the place that are looked at, unless the address says otherwise."""
    data = get.copy()
    names = {each.name for each in query.parameters}
    if "outbreak" in names and not data.get("outbreak") and here.outbreak:
        data["outbreak"] = here.outbreak.id
    for name, value in (("now", here.now), ("soon", here.now), ("midnight", here.now)):
        if name in names and not data.get(name):
            data[name] = value.astimezone(here.zone).strftime("%Y-%m-%dT%H:%M")
    return data


def _paged(query: Query, get: Any) -> dict[str, Any]:
    names = {each.name for each in query.parameters}
    rows = MOST_ROWS if get.get("form") == "csv" else 50
    paged = {"limit": rows} if "limit" in names else {}
    return {**paged, "after": get.get("after") or None} if "after" in names else paged


def table_of(answer: Any) -> tuple[list[str], list[list[Any]]]:
    """Any answer as heads and rows: rows of a dataclass, mappings, tuples, a mapping of counts, one thing."""
    if answer is None:
        return [], []
    if isinstance(answer, Mapping):
        return ["name", "value"], [[key, value] for key, value in answer.items()]
    if dataclasses.is_dataclass(answer) or isinstance(answer, str | int | float | date):
        answer = [answer]
    rows = list(answer)[:MOST_ROWS]
    if not rows:
        return [], []
    first = rows[0]
    if dataclasses.is_dataclass(first):
        heads = [each.name for each in dataclasses.fields(first)][:MOST_COLUMNS]
        return heads, [[getattr(row, head) for head in heads] for row in rows]
    if isinstance(first, Mapping):
        return list(first), [[row.get(head) for head in first] for row in rows]
    if isinstance(first, Sequence) and not isinstance(first, str):
        return [str(n + 1) for n in range(len(first))], [list(row) for row in rows]
    return ["value"], [[row] for row in rows]


def shown_value(value: Any) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Mapping):
        if names_language() in value:
            return str(value[names_language()])
        return ", ".join(f"{key}: {shown_value(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(shown_value(each) for each in value)
    if isinstance(value, enum.Enum):
        return choice(value)
    return told(value) if isinstance(value, date | datetime) else str(value)


def _csv_link(here: Page) -> list[Choice]:
    if not here.may("export"):
        return []
    address = here.request.GET.copy()
    address["form"] = "csv"
    return [Choice("CSV", f"?{address.urlencode()}")]


def _csv(here: Page, query: Query, heads: list[str], rows: list[list[Any]]) -> HttpResponse:
    """The table as a file: at most a thousand rows, on record like every export."""
    here.tell(
        own.note_export,
        query=f"{query.desk}.{query.name}",
        rows=len(rows),
        purpose=gettext("looked at as a table"),
        at=here.now,
    )
    file = io.StringIO()
    writer = csv.writer(file)
    drill = [mark] if (mark := export_mark()) else []
    writer.writerow([*(label(f"field.{head}") for head in heads), *(COLUMN for _ in drill)])
    writer.writerows([*(guarded(shown_value(value)) for value in row), *drill] for row in rows)
    answer = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{query.desk}-{query.name}.csv"'
    return answer


urlpatterns = [
    path("everything/", doors, name="doors"),
    path("do/<slug:desk>/<slug:name>/", do, name="do"),
    path("ask/<slug:desk>/<slug:name>/", ask, name="ask"),
]
