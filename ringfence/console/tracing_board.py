"""The tracing board: does control hold, how many contacts are at each step, and what needs a person now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Choice, Number, Row
from ringfence.console.sections import Links, Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import how_long, label, local_day
from ringfence.console.tasks_by_kind import by_kind
from ringfence.console.tracing_lists import case_lines
from ringfence.desks.tracing.queries.board import COUNTED, StepCount, Waiting, contact_counts, tracing_waiting
from ringfence.desks.tracing.queries.file import cases_traced
from ringfence.desks.tracing.queries.indicators import Control, control_by_day

KINDS = (
    "reach_contact", "quarantine_contact", "visit_contact", "swab_contact", "search_contacts", "look_into_symptoms",
    "list_contacts", "take_over_contacts", "answer_notice",
)  # fmt: skip
"""The tasks that the tracing desk sets."""
WEEK = timedelta(days=7)


@page()
def board(here: Page) -> HttpResponse:
    """Tracing at a glance."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    counts: list[StepCount] = here.ask(contact_counts, outbreak=here.outbreak_id, under=here.under_id)
    left: list[Section] = [Section(_("Does control hold?"), _control(here), "control")]
    left += [Section(_("What waits"), [Numbers(_waiting(here, counts))], "waiting")]
    left += [
        Section(
            _("What needs a person now"),
            [by_kind(here, KINDS, _("✓ Nothing of tracing waits for a person here."))],
            "tasks",
        )
    ]
    left += [Section(_("Contacts by step"), [_steps(counts)], "steps")]
    sections = Sections(
        title=_("Tracing"),
        lead=_("Who met a case, whether they know it, and how they are."),
        tools=parts.ways(here, "tracing"),
        main=[*left, Section(_("Searches that need a person"), _left_open(here), "left-open")],
    )
    return here.render("console/sections.html", sections=sections)


def _control(here: Page) -> list[Part]:
    """The number that says whether control holds: of the last seven days, beside the seven before."""
    asked = {"outbreak": here.outbreak_id, "under": here.under_id}
    week: Control = here.ask(control_by_day, **asked, since=here.now - WEEK)
    both: Control = here.ask(control_by_day, **asked, since=here.now - 2 * WEEK)
    before = (both.in_quarantine - week.in_quarantine, both.cases - week.cases)
    as_of: dict[str, Any] = {"as_of": here.now, "href": reverse("tracing_indicators")}
    return [
        Numbers([
            Number(
                _("New cases already in quarantine"), parts.share(week.in_quarantine, week.cases), week.cases,
                _("cases of the last 7 days"), **as_of,
                note=_("%(n)s cases · the 7 days before: %(share)s") % {"n": week.in_quarantine, "share": parts.share(*before)},
            ),
            Number(_("New cases known as contacts"), week.known, week.cases, _("cases of the last 7 days"), **as_of),
            Number(
                _("New cases linked to nobody"), week.unlinked, week.cases, _("cases of the last 7 days"), here.now,
                f"{reverse('tracing_cases')}?unlinked=on", act=week.unlinked > 0,
            ),
        ]),
        Text(_("Where most new cases were in quarantine before they were diagnosed, they infect few others: control holds.")),
    ]  # fmt: skip


def waiting_now(here: Page) -> Waiting:
    """What waits, by the clocks of the policy in force."""
    policy = parts.numbers(here)
    found: Waiting = here.ask(
        tracing_waiting, outbreak=here.outbreak_id, day=local_day(here.now), late_before=here.now - policy.reach_within,
        secondary_late_before=here.now - policy.reach_secondary_within, under=here.under_id,
    )  # fmt: skip
    return found


def counted(n: int) -> str:
    """A number that was counted up to a bound."""
    return f"{n:,}" + ("+" if n >= COUNTED else "")


def _waiting(here: Page, counts: Sequence[StepCount]) -> list[Number]:
    found, alive = waiting_now(here), sum(each.alive for each in counts)
    of: dict[str, Any] = {"of": alive, "of_label": _("followed up now"), "as_of": here.now}
    base = reverse("tracing_contacts")
    age = here.now - found.oldest_at if found.oldest_at else None
    oldest = _("oldest: %(span)s") % {"span": how_long(age.total_seconds())} if age else ""
    clock = _("%(n)s past the clock of %(span)s") % {
        "n": counted(found.overdue), "span": how_long(parts.numbers(here).reach_within.total_seconds()),
    }  # fmt: skip
    return [
        Number(_("With symptoms"), counted(found.ill), **of, href=f"{base}?need=symptoms", act=found.ill > 0),
        Number(_("Not reached yet"), counted(found.unreached), **of, href=f"{base}?need=unreached", act=found.overdue > 0,
               note=" · ".join(each for each in (clock, oldest) if each) if found.unreached else ""),
        Number(_("Missed a day"), counted(found.missed), **of, href=f"{base}?need=missed", act=found.missed > 0),
        Number(_("To be asked today"), counted(found.unheard), **of, href=f"{base}?need=unheard"),
        Number(_("To be swabbed today"), counted(found.swab), **of, href=f"{base}?need=swab"),
    ]  # fmt: skip


def _steps(counts: Sequence[StepCount]) -> Part:
    """Every kind of contact by step, each out of all ever listed."""
    shown = ("listed", "alive", "reached", "quarantined", "became_case", "completed", "closed")
    rows = [
        Row(each.closeness, [
            Cell(chip=parts.closeness_chip(each.closeness), href=f"{reverse('tracing_contacts')}?closeness={each.closeness}", text=_("list")),
            *(
                Cell(f"{getattr(each, step):,}", note="" if step == "listed" else parts.share(getattr(each, step), each.listed))
                for step in shown
            ),
        ])
        for each in counts
    ]  # fmt: skip
    heads = [_("Kind of contact"), *(label(f"step.{step}") for step in shown)]
    first = _("A confirmed case's contacts are listed by themselves where visits are on record.")
    return table(_("Contacts by step"), heads, rows, _("No contact here yet."), first)


def _left_open(here: Page) -> list[Part]:
    found = here.ask(cases_traced, outbreak=here.outbreak_id, search="left_open", under=here.under_id, limit=6)
    lines = case_lines(here, found.rows)
    rows = [
        Row(each.id, [each.cells[name] for name in ("case", "search", "confirmed_at", "area")], act=True)
        for each in lines
    ]
    heads = [_("Case"), _("Search"), _("Confirmed"), _("Responsible office")]
    made: list[Part] = [table(_("Searches that need a person"), heads, rows, _("✓ No search was left open."))]
    if found.next:
        made.append(Links([Choice(_("All of them"), f"{reverse('tracing_cases')}?search=left_open")]))
    return made


urlpatterns = [path("tracing/", board, name="tracing")]
