"""Indicators of tracing: whether control holds, how long each step took, attack rates, follow-up heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Choice, Number, Row
from ringfence.console.sections import Drawn, Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import how_long, label, local_day
from ringfence.console.svg import MIDDLE, NARROW, WIDE, Paint, drawing, each_fitting, figure, key_of, scale, text, ticks
from ringfence.console.svg import table as svg_table
from ringfence.desks.tracing.queries.indicators import (
    NEWEST,
    AttackRow,
    Control,
    ControlDay,
    DelayRow,
    FollowUp,
    attack_rates,
    control_by_day,
    delays,
    follow_up_heard,
)

SPANS = {"14": 14, "28": 28, "all": 0}


@page()
def indicators_page(here: Page) -> HttpResponse:
    """The numbers that say whether tracing keeps up."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    span = here.request.GET.get("days", "14")
    days = SPANS.get(span, 14)
    asked: dict[str, Any] = {"outbreak": here.outbreak_id, "under": here.under_id}
    since = here.now - timedelta(days=days) if days else None
    control: Control = here.ask(control_by_day, **asked, since=since)
    base = reverse("tracing_indicators")
    said = {"14": _("Last 14 days"), "28": _("Last 28 days"), "all": _("The whole outbreak")}
    sections = Sections(
        title=_("Indicators of tracing"),
        lead=said.get(span, said["14"]),
        way=[Choice(_("Tracing"), reverse("tracing"))],
        tools=[Choice(text, f"{base}?days={code}") for code, text in said.items() if code != span],
        main=[
            Section(_("Does control hold?"), _control(here, control), "control"),
            Section(_("How long each step takes"), _delays(here, asked), "delays"),
            Section(_("Who falls ill: secondary attack rate"), _attack(here, asked), "attack"),
            Section(_("Follow-up"), _followed(here, asked), "follow-up"),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _control(here: Page, control: Control) -> list[Part]:
    of: dict[str, Any] = {"of": control.cases, "of_label": _("cases confirmed"), "as_of": here.now}
    interval = ""
    if control.low is not None and control.high is not None:
        interval = _("95 percent interval %(low)s to %(high)s") % {"low": f"{100 * control.low:.0f} %", "high": f"{100 * control.high:.0f} %"}  # fmt: skip
    per_case = f"{control.contacts / control.searched:.1f}" if control.searched else "–"
    if not control.cases:
        return [Text(_("No case was confirmed in this time: there is nothing to judge by."))]
    numbers = [
        Number(_("Already in quarantine when diagnosed"), f"{parts.share(control.in_quarantine, control.cases)} ({control.in_quarantine:,})", **of, note=interval),
        Number(_("Known as contacts before"), f"{parts.share(control.known, control.cases)} ({control.known:,})", **of),
        Number(_("Linked to nobody"), f"{parts.share(control.unlinked, control.cases)} ({control.unlinked:,})", **of, href=f"{reverse('tracing_cases')}?unlinked=on", act=control.unlinked > 0),
        Number(_("Contacts per case"), per_case, control.searched, _("cases searched"), here.now),
    ]  # fmt: skip
    return [Numbers(numbers), Drawn(_drawn(control.days))]


def _drawn(days: Sequence[ControlDay]) -> SafeString:
    """Cases by day: in quarantine, known and not in quarantine, not known."""
    series = [_("in quarantine before"), _("known as a contact"), _("not known before")]
    key = key_of(tuple(days))
    pictures = [_bars(f"{key}{n}", width, days, series) for n, width in enumerate((WIDE, MIDDLE, NARROW))]
    rows = [
        (str(each.on), str(each.in_quarantine), str(each.known - each.in_quarantine), str(each.cases - each.known), parts.share(each.in_quarantine, each.cases))
        for each in days
    ]  # fmt: skip
    table_of = svg_table([_("Day"), *series, _("Share in quarantine")], rows, _("Show as a table"))
    return figure(_("New cases by how they were known before"), _("by day of confirmation"), pictures, table_of)


def _bars(key: str, width: float, days: Sequence[ControlDay], series: Sequence[str]) -> str:
    left, top, height, foot = 40.0, 44.0, 180.0, 26.0
    marks = ticks(max(each.cases for each in days), 4)
    unit = height / marks[-1]
    paint, step = Paint(key), (width - left - 8) / len(days)
    drawn = [paint.definitions(3), *scale(marks, lambda value: top + height - unit * value, left, width - 8)]
    for n, name in enumerate(series):
        at = left + n * (width - left) / 3
        drawn += [paint.bar((0, 1, 2)[n], at, 8, 12, 12), text(at + 17, 18, name if width > NARROW else name[:16])]
    every = each_fitting([f"{each.on:%m-%d}" for each in days], step)
    for n, each in enumerate(days):
        floor = top + height
        for number, value in enumerate((each.in_quarantine, each.known - each.in_quarantine, each.cases - each.known)):
            if value:
                floor -= unit * value
                drawn.append(paint.bar(number, left + step * n + step * 0.12, floor, step * 0.76, unit * value))
        if n % every == 0:
            drawn.append(text(left + step * (n + 0.5), top + height + 16, f"{each.on:%m-%d}", look="c-muted", anchor="middle"))  # fmt: skip
    said = _("%(n)s days") % {"n": len(days)}
    return drawing(key, width, top + height + foot, _("New cases by how they were known before"), said, "".join(drawn))


def _delays(here: Page, asked: dict[str, Any]) -> list[Part]:
    policy = parts.numbers(here)
    found: list[DelayRow] = here.ask(
        delays, **asked, list_within=policy.list_within, reach_within=policy.reach_within,
        quarantine_within=policy.quarantine_contact_within,
    )  # fmt: skip
    said = {
        "listed": _("Case confirmed → first contact listed"), "reached": _("Contact listed → spoken to"),
        "quarantined": _("Contact listed → in quarantine"),
    }  # fmt: skip
    rows = [
        Row(each.step, [
            Cell(said[each.step]),
            Cell(f"{each.done:,}", note=_("of %(of)s") % {"of": f"{each.of:,}"}),
            Cell(_span(each.median)), Cell(_span(each.p90)),
            Cell(_span(each.clock), note=""),
            Cell(parts.share(each.within, each.of) if each.within is not None else "–",
                 note=_("%(n)s of %(of)s, those not done yet counted as late") % {"n": f"{each.within:,}", "of": f"{each.of:,}"} if each.within is not None else ""),
        ])
        for each in found
    ]  # fmt: skip
    heads = [_("Step"), _("Done"), _("Half within"), _("Nine in ten within"), _("Clock"), _("Within the clock")]
    note = _("Close contacts alone; of more than %(n)s the newest. As of %(at)s.") % {"n": f"{NEWEST:,}", "at": here.now.astimezone(here.zone).strftime("%m-%d %H:%M")}  # fmt: skip
    return [table(_("How long each step takes"), heads, rows, _("No contact yet.")), Text(note)]


def _span(span: timedelta | None) -> str:
    return how_long(span.total_seconds()) if span is not None else "–"


def _attack(here: Page, asked: dict[str, Any]) -> list[Part]:
    found: list[AttackRow] = here.ask(attack_rates, **asked)
    rows = [
        Row(each.category, [
            Cell(parts.category_said(here, each.category)), Cell(f"{each.cases:,}"), Cell(f"{each.contacts:,}"),
            Cell(f"{100 * each.share:.1f} %"), Cell(f"{100 * each.low:.1f}–{100 * each.high:.1f} %"),
        ])
        for each in found
    ]  # fmt: skip
    heads = [_("Category"), _("Became cases"), _("Of contacts"), _("Share"), _("95 percent interval")]
    note = _("Cases among all contacts ever listed, whole outbreak; interval by Wilson's score. Contacts still followed up may yet fall ill.")  # fmt: skip
    return [table(_("Secondary attack rate"), heads, rows, _("No contact yet.")), Text(note)]


def _followed(here: Page, asked: dict[str, Any]) -> list[Part]:
    found: FollowUp = here.ask(follow_up_heard, **asked, day=local_day(here.now))
    hour = parts.numbers(here).report_by_hour
    numbers = [
        Number(_("Heard of today"), f"{parts.share(found.heard, found.due)} ({found.heard:,})", found.due, _("due today"), here.now,
               f"{reverse('tracing_contacts')}?need=unheard", note=_("due by %(hour)s o'clock") % {"hour": hour}),
        Number(_("Missed a day"), found.missed, found.due, _("due today"), here.now, f"{reverse('tracing_contacts')}?need=missed", act=found.missed > 0),
    ]  # fmt: skip
    return [Numbers(numbers), Text(label("step.completed") + ": " + _("see the steps on the board of tracing."))]


urlpatterns = [path("tracing/indicators/", indicators_page, name="tracing_indicators")]
