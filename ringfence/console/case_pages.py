"""The case file."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import case_parts as parts
from ringfence.console.answers import answers_cards
from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.papers import papers_card
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Line, Pairs, Section, Sections, table
from ringfence.console.sentences import case_said, entries, told_by
from ringfence.console.shown import label
from ringfence.console.tracing_case import contacts_card
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.core.log import Told
from ringfence.desks.cases.queries import CaseFile, case_file
from ringfence.desks.cases.queries.interviews import forms_for
from ringfence.facts.cases import CaseClassified, CaseReported, Classification
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
    return here.render("console/sections.html", sections=case_sections(here, file_of(here, case)))


def case_sections(here: Page, file: CaseFile, *, revealed: Section | None = None) -> Sections:
    """The cards of a case file; `revealed` is the card of who it is, where the reading was recorded."""
    row = file.row
    outbreak = next((each for each in here.outbreaks if each.id == row.outbreak), None)
    names = here.area_names([row.path])
    chips = [Chip(row.classification, label(f"class.{row.classification}"))]
    if row.outcome:
        chips.append(Chip(row.outcome, label(f"outcome.{row.outcome}")))
    if row.set_aside:
        chips.append(Chip("discarded", _("Set aside")))
    first = [revealed] if revealed else []
    return Sections(
        title=case_said(here, row),
        chips=chips,
        lead=f"{names.get(row.path, row.path)} · {outbreak.title if outbreak else ''}",
        way=[Choice(_("Line list"), "/cases/")],
        tools=[
            Choice(_("Dossier (PDF)"), reverse("dossier", args=[row.id])),
            Choice(_("Label"), reverse("case_label", args=[row.id])),
        ],
        main=[*first, *_main(here, file, outbreak.disease if outbreak else "*", revealed=revealed is not None)],
        side=[
            parts.clock_card(here, row),
            parts.person_card(here, row),
            papers_card(here, row),
            *_extras(file),
            _office(here, file),
        ],
    )


def _main(here: Page, file: CaseFile, disease: str, *, revealed: bool) -> list[Section]:
    lines = log.lines(file.lines)
    return [
        parts.tasks_card(here, file.row),
        contacts_card(here, file.row.id),
        parts.course_card(here, file),
        parts.class_card(here, file),
        _classes(file, lines),
        parts.investigation_card(here, file, forms_for(disease)),
        *answers_cards(here, file, revealed=revealed),
        parts.exposures_card(here, file),
        parts.links_card(here, file),
        Section(_("History"), [Line(entries(lines[-NEWEST:])[::-1], _("Nothing on record."))], "history"),
    ]


def _classes(file: CaseFile, lines: Sequence[Told]) -> Section:
    """Each class that the case was given, newest first: when, on what basis, by whom."""
    told = [
        (each.line, each.fact)
        for each in lines
        if isinstance(each.fact, (CaseReported, CaseClassified)) and each.fact.case == file.row.id
    ]
    names = told_by(line.by for line, _fact in told)
    rows = [
        Row(str(line.seq), [
            Cell(at=fact.at, href=reverse("why", args=[line.seq]), text=_("why?")),
            Cell(chip=_class(fact.classification)),
            Cell(chip=_class(fact.was_classification)) if isinstance(fact, CaseClassified) else Cell(_("as reported")),
            Cell(getattr(fact, "basis", "") or "–"),
            Cell(names[line.by]),
        ])
        for line, fact in reversed(told)
    ]  # fmt: skip
    columns = [_("When"), _("Class"), _("Was"), _("Basis"), _("Told by")]
    found = table(_("Classes so far"), columns, rows, _("No class told yet."))
    return Section(_("Classes so far"), [found], "classes")


def _class(given: Classification) -> Chip:
    return Chip(given.value, label(f"class.{given.value}"))


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


urlpatterns = [
    path("cases/<str:case>/", case_page, name="case"),
]
