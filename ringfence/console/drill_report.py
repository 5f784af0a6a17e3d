"""The report of a drill: on a page, as a PDF, as JSON."""

from __future__ import annotations

import orjson
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import drill_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Choice, Row
from ringfence.console.sections import Numbers, Pairs, Section, Sections, Text, table
from ringfence.console.shown import label
from ringfence.core.errors import Refused
from ringfence.core.shown import json_value
from ringfence.reports import drill as paper
from ringfence.twin.drill.score import Score


def _readable(here: Page) -> Score:
    """The drill's score: for the control room at any time, for the players once it has ended."""
    score = parts.score_of(here)
    if score.heard.ended is None and not here.may("control"):
        raise Refused("drill_not_over", ends_at=score.workspace.ends_at)
    return score


@page()
def report(here: Page) -> HttpResponse:
    """How the drill was answered."""
    score = _readable(here)
    told = score.told(here.centre)
    facts = [
        (_("Form"), Cell(label(f"form.{told['form']}"))), (_("Scenario"), Cell(told["scenario"], note=told["scenario_sha256"][:16])),
        (_("People of the simulated town"), Cell(f"{told['people']:,}")), (_("Began"), Cell(at=told["begins_at"])),
        (_("Scored until"), Cell(at=told["as_of"])), (_("Clocks by policy pack"), Cell(told["pack"])),
        (_("Ended"), Cell(_("yes") if told["ended"] else _("not yet"))),
    ]  # fmt: skip
    sections = Sections(
        title=_("Drill report"),
        lead=parts.language_of(here, told["title"]),
        way=[Choice(_("Drill"), reverse("drill_cards"))],
        tools=[Choice("PDF", reverse("drill_report_pdf")), Choice("JSON", reverse("drill_report_json"))],
        main=[
            Section(_("In short"), [Numbers(parts.numbers_of(told)), Text(_note())], "short"),
            Section(_("Clocks: what was expected, and what came"), [parts.clock_counts(told)], "clocks"),
            Section(_("By unit"), [parts.function_counts(told)], "units"),
            Section(_("By person"), [parts.account_counts(told)], "people"),
            Section(_("Troubles"), [parts.trouble_rows(here, told)], "troubles"),
            Section(_("The latest reactions"), [parts.late_rows(told)], "late"),
            _questions(here, told),
        ],
        side=[Section(_("The drill"), [Pairs(facts)], "drill")],
    )
    return here.render("console/sections.html", sections=sections)


def _note() -> str:
    return _(
        "A share counts what players did or what passed its time; what the simulation did itself scores nobody. Moved deadlines are scored as they were first set."
    )


def _questions(here: Page, told: dict[str, object]) -> Section:
    asked: list[dict[str, str]] = told["questions"]  # type: ignore[assignment]
    rows = [
        Row(each["question"], [Cell(parts.language_of(here, each["names"])), Cell(each["answer"] or _("no answer"))])  # type: ignore[arg-type]
        for each in asked
    ]
    return Section(
        _("Questions and answers"),
        [table(_("Questions and answers"), [_("Question"), _("Answer")], rows, _("None was asked."))],
        "questions",
    )


@page()
def report_pdf(here: Page) -> HttpResponse:
    """The same as a PDF, in the language shown."""
    score = _readable(here)
    told = score.told(here.centre)
    language = "zh-hans" if here.language == "zh" else "en"
    made = paper.report(told, language=language, made_at=told["as_of"], zone=str(here.zone), say=label)
    answer = HttpResponse(made.content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="report.pdf"'
    return answer


@page()
def report_json(here: Page) -> HttpResponse:
    """The same as one JSON object."""
    told = _readable(here).told(here.centre)
    return HttpResponse(orjson.dumps(json_value(told)), content_type="application/json")


urlpatterns = [
    path("drill/report/", report, name="drill_report"),
    path("drill/report.pdf", report_pdf, name="drill_report_pdf"),
    path("drill/report.json", report_json, name="drill_report_json"),
]
