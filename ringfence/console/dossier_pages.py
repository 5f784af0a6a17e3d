"""The dossier of a case: everything on record, on paper, opened for a purpose that goes on record first."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ringfence.console.answers import blocks_of
from ringfence.console.case_pages import file_of
from ringfence.console.case_parts import infectious, tasks_about
from ringfence.console.context import Page, page
from ringfence.console.papers import download
from ringfence.console.pieces import Choice
from ringfence.console.sections import Ask, Section, Sections, Text
from ringfence.console.sentences import abouts, because, case_said, units_said
from ringfence.console.shown import label
from ringfence.core import log
from ringfence.core.fact import from_micros
from ringfence.desks.cases.actions.papers import open_dossier
from ringfence.desks.cases.queries import CaseFile
from ringfence.facts.ids import CaseId
from ringfence.registry import identities
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import place_names
from ringfence.reports import dossier as paper


class Purpose(forms.Form):
    """What for, and whether with the person's identity."""

    def __init__(self, data: object = None, *, may_reveal: bool) -> None:
        """Revealing is offered to those who may."""
        super().__init__(data, auto_id="dossier_%s")  # type: ignore[arg-type]
        self.fields["purpose"] = forms.CharField(label=_("Purpose"), min_length=3, max_length=400)
        if may_reveal:
            self.fields["revealed"] = forms.BooleanField(
                label=_("With name, numbers and personal answers"), required=False
            )


@page()
def dossier_page(here: Page, case: str) -> HttpResponse:
    """Ask what for, then give the dossier."""
    file = file_of(here, case)
    may_reveal = here.who.scope("reveal").covers(file.row.path)
    form = Purpose(here.request.POST or None, may_reveal=may_reveal)
    said = case_said(here, file.row)
    if form.is_valid():
        revealed = bool(form.cleaned_data.get("revealed"))
        purpose = form.cleaned_data["purpose"]
        here.tell(open_dossier, case=CaseId(case), purpose=purpose, revealed=revealed, at=here.now)
        made = paper.dossier(gathered(here, file, purpose, revealed=revealed), get_language() or "en")
        return download(made.content, "application/pdf", f"{said}.pdf")
    asked = Ask(_("What do you need it for?"), form, here.request.path, submit=_("Record and open"), opened=True)
    sections = Sections(
        title=_("Dossier of %(case)s") % {"case": said},
        main=[Section("", [Text(_("Your name and your purpose go on record, and onto every page.")), asked])],
        way=[Choice(said, reverse("case", args=[case]))],
    )
    return here.render("console/sections.html", sections=sections)


def gathered(here: Page, file: CaseFile, purpose: str, *, revealed: bool) -> paper.CaseDossier:
    """Everything that the dossier wants to be told."""
    row = file.row
    outbreak = next((each for each in here.outbreaks if each.id == row.outbreak), None)
    window = infectious(here, row)
    return paper.CaseDossier(
        code=case_said(here, row),
        classification=label(f"class.{row.classification}"),
        disease=outbreak.disease if outbreak else "",
        outbreak=outbreak.title if outbreak else "",
        as_of=here.now,
        line=here.line,
        zone=ZoneInfo(areas.zone_at(row.path)),
        person=_person(file, revealed=revealed),
        printed=paper.Printed(by=here.who.name, at=here.now, purpose=purpose),
        jurisdiction=here.area_names([row.path]).get(row.path, row.path),
        infectious=_days(window[0], window[1]) if window else None,
        course=[
            paper.Moment(
                at=from_micros(each.moment) if each.moment is not None else each.day, label=label(f"event.{each.event}")
            )
            for each in file.course
        ],
        infectors=_infectors(here, file),
        exposures=_stays(file, infectious_then=False),
        places=_stays(file, infectious_then=True),
        tasks=_tasks(here, row.id),
        interviews=_interviews(here, file, revealed=revealed),
        why=_why(here, row.seq),
    )


def _days(first: date, last: date | None) -> tuple[date, date] | None:
    return (first, last) if last is not None and last >= first else None


def _person(file: CaseFile, *, revealed: bool) -> paper.Person:
    row = file.row
    known = identities.opened(row.person) if revealed else None
    sex, age = label(f"sex.{row.sex}") if row.sex else "", f"{row.age_years:g}" if row.age_years is not None else ""
    if known is None:
        return paper.Person(masked=True, name="•••", sex=sex, age=age)
    return paper.Person(
        masked=False, name=known.name, sex=sex, age=age, id_number=known.id_number or "", phone=known.phone or "",
        address=known.address or "",
    )  # fmt: skip


def _infectors(here: Page, file: CaseFile) -> list[paper.Infector]:
    cells = abouts(here, [each.infector for each in file.infectors])
    first = {"certain": 0, "likely": 1, "possible": 2}
    ordered = sorted(file.infectors, key=lambda each: first.get(each.certainty, 3))
    return [
        paper.Infector(
            code=cells[each.infector].text, chosen=n == 0, certainty=label(f"certainty.{each.certainty}"),
            evidence=each.evidence,
        )
        for n, each in enumerate(ordered)
    ]  # fmt: skip


def _stays(file: CaseFile, *, infectious_then: bool) -> list[paper.Stay]:
    names = place_names([each.place for each in file.exposures if each.place])
    return [
        paper.Stay(
            what=names.get(each.place or "", label(f"setting.{each.kind}")), begins=each.begins_at, ends=each.ends_at,
            note=label(f"certainty.{each.certainty}"),
        )
        for each in file.exposures
        if each.infectious is infectious_then
    ]  # fmt: skip


def _tasks(here: Page, case: str) -> list[paper.TaskRow]:
    found = tasks_about(here, case, limit=50)
    names = units_said(here, [each.unit for each in found])
    return [
        paper.TaskRow(
            what=label(f"task.{each.kind}"), unit=names.get(each.unit or "", ""), due_at=each.due_at,
            state=label(f"state.{each.state}"),
        )
        for each in found
    ]  # fmt: skip


def _interviews(here: Page, file: CaseFile, *, revealed: bool) -> list[paper.Interview]:
    return [
        paper.Interview(title=form.title.of(here.language), form=form.id, version=form.version, blocks=blocks)
        for form, blocks in blocks_of(here, file, revealed=revealed)
    ]


def _why(here: Page, seq: int) -> list[paper.Why]:
    return [
        paper.Why(line=link.line or 0, at=link.at or here.now, by=link.by, text=link.sentence)
        for link in because(here, log.why(seq))
    ]


urlpatterns = [path("cases/<str:case>/dossier.pdf", dossier_page, name="dossier")]
