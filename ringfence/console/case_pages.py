"""The case file, and reporting a new case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import case_parts as parts
from ringfence.console.asks import ask, form_of, told_of
from ringfence.console.context import Page, page
from ringfence.console.papers import papers_card
from ringfence.console.pieces import Cell, Chip, Choice
from ringfence.console.sections import Line, Pairs, Section, Sections
from ringfence.console.sentences import case_said, entries
from ringfence.console.shown import label, three_parts
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.desks.cases.queries import CaseFile, case_file
from ringfence.desks.cases.queries.interviews import forms_for
from ringfence.facts.ids import CaseId

NEWEST = 60  # lines of history on the page; the rest is in the log


def file_of(here: Page, case: str) -> CaseFile:
    """A case's file, or a refusal that says it is not known here."""
    file: CaseFile | None = here.ask(case_file, case=CaseId(case))
    if file is None:
        raise Refused("not_known_here", what="case", id=case)
    return file


@page()
def case_page(here: Page, case: str) -> HttpResponse:
    """Everything on record of one case."""
    file = file_of(here, case)
    row = file.row
    outbreak = next((each for each in here.outbreaks if each.id == row.outbreak), None)
    names = here.area_names([row.path])
    chips = [Chip(row.classification, label(f"class.{row.classification}"))]
    if row.outcome:
        chips.append(Chip(row.outcome, label(f"outcome.{row.outcome}")))
    if row.set_aside:
        chips.append(Chip("discarded", _("Set aside")))
    forms = forms_for(outbreak.disease if outbreak else "*")
    sections = Sections(
        title=case_said(here, row),
        chips=chips,
        lead=f"{names.get(row.path, row.path)} · {outbreak.title if outbreak else ''}",
        way=[Choice(_("Line list"), "/cases/")],
        tools=[
            Choice(_("Dossier (PDF)"), reverse("dossier", args=[row.id])),
            Choice(_("Label"), reverse("case_label", args=[row.id])),
        ],
        main=[
            parts.tasks_card(here, row),
            parts.course_card(here, file),
            parts.class_card(here, file),
            parts.investigation_card(here, file, forms),
            parts.exposures_card(here, file),
            parts.links_card(here, file),
            _history(file),
        ],
        side=[
            parts.clock_card(here, row),
            parts.person_card(here, row),
            papers_card(here, row),
            *_extras(file),
            _office(here, file),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _history(file: CaseFile) -> Section:
    lines = log.lines(file.lines[-NEWEST:])
    return Section(_("History"), [Line(entries(lines)[::-1], _("Nothing on record."))], "history")


def _extras(file: CaseFile) -> list[Section]:
    if not file.extras:
        return []
    return [Section(_("Further columns"), [Pairs([(name, Cell(value)) for name, value in file.extras.items()])])]


def _office(here: Page, file: CaseFile) -> Section:
    """Handing over to another office, and taking off the lists."""
    fixed = {"case": file.row.id}
    found = ask(here, "cases.move_case", _("Hand over to another office"), fixed=fixed)
    if file.row.set_aside:
        found += ask(here, "cases.restore_case", _("Put back on the lists"), fixed=fixed)
    else:
        found += ask(here, "cases.set_case_aside", _("Set aside"), fixed=fixed, danger=True)
    return Section(_("Office"), found, "office")


PERSON = ("office", "household", "birth_on", "code")
CASE = ("person", "jurisdiction", "outbreak", "code")


@page("report")
def new_case(here: Page) -> HttpResponse:
    """Register someone and report them as a case, in one form."""
    register = here.centre.actions["registry.register_person"]
    report = here.centre.actions["cases.report_case"]
    data = here.request.POST if here.request.method == "POST" else None
    first = {"jurisdiction": here.under_id or ""}
    person = form_of(here, register, data, leave=("office", "household"), initial=first)
    case = form_of(here, report, data, leave=("person", "outbreak", "code"), initial=first)
    refused = None
    if data is not None and person.is_valid() and case.is_valid():
        try:
            return _reported(here, told_of(register, {}, person.cleaned_data), told_of(report, {}, case.cleaned_data))
        except Refused as refusal:
            refused = three_parts(refusal)
    return here.render(
        "console/new_case.html",
        status=409 if refused else 422 if data is not None else 200,
        forms=[(_("The person"), person), (_("The case"), case)],
        outbreak=here.outbreak,
        refused=refused,
    )


def _reported(here: Page, person: dict[str, Any], case: dict[str, Any]) -> HttpResponse:
    """Two tellings: someone who is registered and then not reported stays registered, and the second is told again."""
    register = here.centre.actions["registry.register_person"].function
    report = here.centre.actions["cases.report_case"].function
    outbreak = here.outbreak_id
    office = case["jurisdiction"]
    answer = here.tell(register, office=office, **person)
    who = answer.facts[0].person  # type: ignore[attr-defined]
    reported = here.tell(report, outbreak=outbreak, person=who, **case)
    found = reported.facts[0].case  # type: ignore[attr-defined]
    messages.success(here.request, _("The case was reported."))
    return redirect("case", found)


urlpatterns = [
    path("cases/new/", new_case, name="report_case"),
    path("cases/<str:case>/", case_page, name="case"),
]
