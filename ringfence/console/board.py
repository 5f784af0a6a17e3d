"""The board: what needs me now. Numbers, the most overdue tasks, the curve, the objective and the load of each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ringfence.console import charts
from ringfence.console.context import Page, page
from ringfence.console.line_list import case_number
from ringfence.console.nav import address
from ringfence.console.pieces import Chip, Choice, Number
from ringfence.console.shown import due, how_long, label, local_day
from ringfence.console.templatetags.console import clock, moment
from ringfence.desks.cases import queries as cases
from ringfence.desks.command import queries as command
from ringfence.desks.command.queries import TaskRow
from ringfence.registry.queries import units

MOST_OVERDUE = 10
MOST_UNITS = 12
CLASSES = ("confirmed", "probable", "asymptomatic", "suspect", "discarded")
EVENTS = ("onset", "reported")
QUIET = timedelta(days=28)  # after so long without a case the curve ends with the wave
AFTER = timedelta(days=4)  # days drawn after the last case of a wave that is over


@dataclass(frozen=True)
class Late:
    """One of the most overdue tasks."""

    title: str
    href: str
    case: str
    case_href: str
    due_at: datetime
    due: str
    unit: str
    chip: Chip


@page()
def board(here: Page) -> HttpResponse:
    """What needs me now."""
    if here.outbreak is None:
        return here.render("console/no_outbreak.html", declare_url=_declare_url(here))
    return here.render("console/board.html", title=here.outbreak.title, **_gathered(here))


@page()
def board_now(here: Page) -> HttpResponse:
    """The board's inside, for the poll: 204 while the log has no new line."""
    if here.outbreak is None or here.request.GET.get("since") == str(here.line):
        return HttpResponse(status=204)
    return render(here.request, "console/parts/board.html", {"here": here, "shell": here.shell(), **_gathered(here)})


def _declare_url(here: Page) -> str:
    return reverse("do", args=["registry", "declare_outbreak"]) if here.may("decide") else ""


def _gathered(here: Page) -> dict[str, Any]:
    event = here.request.GET.get("event", "onset")
    event = event if event in EVENTS else "onset"
    poll = {"since": here.line, "event": event}
    return {
        "work": _work(here),
        "case_numbers": _cases(here),
        "clocks": _clocks(here),
        "late": _late(here),
        "late_url": tasks_url(due_before=here.now),
        "curve": _curve(here, event),
        "events": [Choice(label(f"event.{each}"), f"?event={each}", current=each == event) for each in EVENTS],
        "goal": _goal(here),
        "load": _load(here),
        "poll_url": f"{reverse('board_now')}?{urlencode(poll)}",
    }


def tasks_url(**asked: Any) -> str:
    """The task list, narrowed; moments as an address carries them."""
    told = {
        name: value.strftime("%Y-%m-%dT%H:%M:%S+00:00") if isinstance(value, datetime) else value
        for name, value in asked.items()
    }
    base = address("tasks") or reverse("ask", args=["command", "tasks"])
    return f"{base}?{urlencode(told)}"


def _work(here: Page) -> list[Number]:
    """The state of the work, each out of all that is to be done."""
    policy = here.policy("command")
    midnight = here.now.astimezone(here.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    soon = here.now + (policy.remind_before or timedelta(hours=1))
    found = here.ask(command.task_numbers, now=here.now, soon=soon, midnight=midnight, under=here.under_id)
    of = {"of": found.alive, "of_label": gettext("to do"), "as_of": here.now}
    utc = midnight.astimezone(here.now.tzinfo)
    ahead = gettext("within %(span)s") % {"span": how_long((soon - here.now).total_seconds())}
    return [
        Number(gettext("Overdue"), found.overdue, **of, href=tasks_url(due_before=here.now), act=found.overdue > 0),
        Number(gettext("Due soon"), found.due_soon, **of, href=tasks_url(due_after=here.now, due_before=soon), note=ahead),
        Number(
            gettext("Carried overnight"), found.overnight, **of, href=tasks_url(due_before=here.now, set_before=utc),
            act=found.overnight > 0,
        ),
        Number(gettext("Escalated"), found.escalated, **of, href=tasks_url(level=1), act=found.escalated > 0),
        Number(gettext("Tasks to do"), found.alive, as_of=here.now, href=tasks_url()),
        Number(gettext("Done, not verified"), found.unverified, as_of=here.now, href=tasks_url(state="done")),
    ]  # fmt: skip


def _cases(here: Page) -> list[Number]:
    """Cases by class, out of all on the list; and those that came today."""
    asked = {"outbreak": here.outbreak_id, "under": here.under_id}
    listed = here.ask(cases.curve, event="listed", **asked)
    today = local_day(here.now)
    by_class: dict[str, int] = {}
    by_day: dict[Any, int] = {}
    for day, classification, n in listed:
        by_class[classification] = by_class.get(classification, 0) + n
        if classification != "discarded":
            by_day[day] = by_day.get(day, 0) + n
    every = sum(n for classification, n in by_class.items() if classification != "discarded")
    base = reverse("cases")
    yesterday = gettext("yesterday %(n)s") % {"n": f"{by_day.get(today - timedelta(days=1), 0):,}"}
    made = [
        Number(gettext("New on the list today"), by_day.get(today, 0), every, as_of=here.now, href=base, note=yesterday)
    ]
    for classification in CLASSES:
        of = every if classification != "discarded" else None
        href = f"{base}?classification={classification}"
        made.append(
            Number(
                label(f"classification.{classification}"),
                by_class.get(classification, 0),
                of,
                as_of=here.now,
                href=href,
            )
        )
    return made


def _clocks(here: Page) -> list[Number]:
    """The reporting clocks."""
    found = here.ask(cases.report_clocks, outbreak=here.outbreak_id, under=here.under_id)
    positives = reverse("ask", args=["cases", "positives"])
    facilities = reverse("ask", args=["cases", "facilities"])
    late = f"{reverse('cases')}?report=late"
    return [
        Number(gettext("Positives waiting for a report"), found.waiting, as_of=here.now, href=f"{positives}?state=waiting"),
        Number(
            gettext("Reports missed"), found.missed, as_of=here.now, href=f"{positives}?state=missed", act=found.missed > 0
        ),
        Number(gettext("Reported late"), found.late, as_of=here.now, href=late),
        Number(
            gettext("Silent units"), found.silent, found.facilities, gettext("units"), here.now, facilities,
            act=found.silent > 0,
        ),
    ]  # fmt: skip


def _late(here: Page) -> list[Late]:
    """The most overdue tasks, each with its case."""
    rows: Sequence[TaskRow] = here.ask(command.tasks, due_before=here.now, under=here.under_id, limit=MOST_OVERDUE).rows
    numbers = cases.numbers_of([row.about for row in rows])
    names = units.unit_names([each for row in rows for each in (row.unit, row.escalated_to) if each], here.language)
    return [_late_row(here, row, numbers, names) for row in rows]


def _late_row(here: Page, row: TaskRow, numbers: dict[str, int], names: dict[str, str]) -> Late:
    case = case_number(here, numbers[row.about]) if row.about in numbers else ""
    level = gettext("escalated %(n)s×") % {"n": row.level} if row.level else label(f"state.{row.state}")
    return Late(
        title=label(f"task.{row.kind}"),
        href=address("task", task=row.id) or f"{reverse('ask', args=['command', 'task_file'])}?task={row.id}",
        case=case,
        case_href=address("case", case=row.about) if case else "",
        due_at=row.due_at,
        due=due(row.due_at, here.now),
        unit=names.get(row.escalated_to or row.unit or "", gettext("no unit carries this")),
        chip=Chip("escalated" if row.level else "overdue", level),
    )


def _labels(here: Page, title: str, description: str = "") -> charts.Labels:
    return charts.Labels(
        title,
        description,
        gettext("as of %(at)s") % {"at": clock(here.now)},
        gettext("Day"),
        gettext("Total"),
        gettext("reports still arriving"),
        gettext("by week, from Monday"),
        gettext("No data yet"),
        gettext("Show as a table"),
    )


def _curve(here: Page, event: str) -> SafeString:
    """The epidemic curve, its last days marked as still filling."""
    found = here.ask(cases.curve, outbreak=here.outbreak_id, event=event, under=here.under_id)
    found = [each for each in found if each[1] != "discarded"]
    today = local_day(here.now)
    first = min((day for day, _, _ in found), default=today - timedelta(days=13))
    last = max((day for day, _, _ in found), default=today)
    over = today - last > QUIET  # then the wave fills the chart, not the years since
    end = last + AFTER if over else today
    days = [first + timedelta(days=n) for n in range(max((end - first).days, 0) + 1)]
    place = {day: n for n, day in enumerate(days)}
    series: dict[str, list[int]] = {}
    for classification in CLASSES[:-1]:
        counts = [0] * len(days)
        for day, code, n in found:
            if code == classification and day in place:
                counts[place[day]] = n
        if any(counts):
            series[label(f"classification.{classification}")] = counts
    title = gettext("Cases by day of onset") if event == "onset" else gettext("Cases by day of report")
    undated = gettext("%(n)s cases with this day on record") % {"n": f"{sum(n for _, _, n in found):,}"}
    filling = here.policy("cases").epicurve_incomplete_days
    incomplete = today - timedelta(days=filling - 1) if filling and not over else None
    labels = _labels(here, title, undated)
    if over:
        since = gettext("no cases since %(day)s") % {"day": moment(last)}
        labels = replace(labels, as_of=f"{since} · {labels.as_of}")
    return charts.epicurve(days, series, labels, incomplete_from=incomplete)


def _goal(here: Page) -> SafeString | None:
    """Days without a community case against the days wanted, and the days left."""
    outbreak = here.outbreak
    wanted = (outbreak.clear_days if outbreak else None) or _policy_days(here)
    if outbreak is None or not wanted:
        return None
    today = local_day(here.now)
    last = here.ask(cases.last_community_day, outbreak=outbreak.id, under=here.under_id)
    since = last or (outbreak.begins_on - timedelta(days=1) if outbreak.begins_on else today)
    clear = max((today - since).days, 0)
    said = gettext("%(done)s of %(wanted)s days without a community case") % {
        "done": min(clear, wanted),
        "wanted": wanted,
    }
    title = gettext("The objective")
    if outbreak.by_on:
        left = (outbreak.by_on - today).days
        title += " · " + (
            gettext("%(n)s days left until %(day)s") % {"n": left, "day": outbreak.by_on}
            if left >= 0
            else gettext("the day set, %(day)s, is past") % {"day": outbreak.by_on}
        )
    description = gettext("Last community case reported on %(day)s") % {"day": moment(last)} if last else ""
    labels = _labels(here, title, description)
    return charts.countdown(min(clear, wanted), wanted, labels, said=said)


def _policy_days(here: Page) -> int | None:
    ends = here.policy("command").end_after
    return ends.days if ends else None


def _load(here: Page) -> SafeString | None:
    """What each unit carries, out of all it was ever given; the heaviest first."""
    loads = here.ask(command.heaviest, under=here.under_id, limit=MOST_UNITS)
    if not loads:
        return None
    names = units.unit_names([unit for unit, _, _ in loads if unit], here.language)
    rows = [
        charts.Bar(names.get(unit or "") or gettext("no unit carries this"), alive, every, act=not unit)
        for unit, alive, every in loads
    ]
    return charts.bars(rows, _labels(here, gettext("Tasks to do, of all set, by unit")))


urlpatterns = [path("", board, name="board"), path("board/now/", board_now, name="board_now")]
