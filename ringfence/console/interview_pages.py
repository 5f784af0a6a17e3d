"""An interview form as a page: every field can be filled in without scripts; what is saved may be partial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.context import Page, page
from ringfence.console.papers import row_of
from ringfence.console.pieces import Choice
from ringfence.console.sentences import case_said
from ringfence.console.shown import label, three_parts
from ringfence.core.errors import Refused
from ringfence.desks.cases.actions.papers import check_answers, keep_interview
from ringfence.desks.cases.interview import Checked, Field, Form, Kind, NoAnswer, Problem, asked, plain
from ringfence.desks.cases.interview_form import PARTS, REPEATABLE
from ringfence.desks.cases.interview_words import LABELS
from ringfence.desks.cases.queries import CaseRow
from ringfence.desks.cases.queries.interviews import forms_for, told_before
from ringfence.registry.queries import areas

BLANK_ROWS = 3
TYPES = {
    Kind.DATE: "date",
    Kind.DATETIME: "datetime-local",
    Kind.PHONE: "tel",
    Kind.INTEGER: "text",
    Kind.NUMBER: "text",
}
MODES = {Kind.INTEGER: "numeric", Kind.NUMBER: "decimal"}


@dataclass(frozen=True)
class Cellule:
    """One input of a row of a repeatable question."""

    name: str
    label: str
    type: str
    value: str = ""


@dataclass(frozen=True)
class Question:
    """One question as the page draws it."""

    name: str
    label: str
    help: str
    shape: str  # text, long, one, several, rows
    type: str = "text"
    mode: str = ""
    value: str = ""
    picked: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Cellule, ...], ...] = ()
    no_answer: str = ""
    unit: str = ""
    required: bool = False
    kept: str = ""  # said where a personal answer is on record and not shown
    errors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of its first input."""
        return f"q-{self.name}"


@dataclass(frozen=True)
class Chapter:
    """A section: what is asked, and what is not asked so far."""

    title: str
    help: str
    questions: list[Question] = field(default_factory=list)
    later: list[Question] = field(default_factory=list)


@page("investigate")
def interview(here: Page, case: str, form: str) -> HttpResponse:
    """Fill in a form about a case."""
    row = row_of(here, case)
    disease = next((each.disease for each in here.outbreaks if each.id == row.outbreak), "*")
    found = next((each for each in forms_for(disease) if each.id == form), None)
    if found is None:
        raise Refused("no_such_thing", name=form)
    before = told_before(row.id, row.person, found)
    told: dict[str, Any] = {}
    checked = check_answers(found, before, row, here.now)
    refused = None
    if here.request.method == "POST":
        told = read_post(found, here.request.POST, before)
        checked = check_answers(found, {**before, **told}, row, here.now)
        if not checked.errors:
            try:
                return _kept(here, row, found, told)
            except Refused as refusal:
                refused = three_parts(refusal)
    drawn = _chapters(here, row, found, {**before, **told}, checked, told)
    return here.render(
        "console/interview.html",
        status=422 if checked.errors and here.request.method == "POST" else 409 if refused else 200,
        form=found,
        title=found.title.of(here.language),
        case_said=case_said(here, row),
        case_url=reverse("case", args=[row.id]),
        pdf_url=reverse("interview_pdf", args=[row.id, found.id]),
        chapters=drawn,
        completeness=f"{checked.completeness:.0%}",
        missing=[found.field(name).label.of(here.language) for name in checked.missing],  # type: ignore[union-attr]
        refused=refused,
        reasons=[(each.value, label(f"no_answer.{each.value}")) for each in NoAnswer],
        problems=[(q, q.errors) for chapter in drawn for q in chapter.questions + chapter.later if q.errors],
        way=[Choice(case_said(here, row), reverse("case", args=[row.id]))],
    )


def _kept(here: Page, row: CaseRow, form: Form, told: Mapping[str, Any]) -> HttpResponse:
    answers = {name: orjson.dumps(value).decode() for name, value in told.items()}
    kept = here.tell(keep_interview, case=row.id, form=form.id, version=form.version, answers=answers)
    share = kept.facts[0].completeness  # type: ignore[attr-defined]
    messages.success(here.request, _("Answers kept: %(share)s complete.") % {"share": f"{share:.0%}"})
    if "done" in here.request.POST:
        return redirect(reverse("case", args=[row.id]) + "#investigation")
    return redirect("interview", row.id, form.id)


def read_post(form: Form, posted: QueryDict, before: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, as JSON values. An empty personal field keeps what is on record; any other is taken back."""
    told: dict[str, Any] = {}
    for asked_field in form.fields():
        name = asked_field.name
        reason = posted.get(f"no.{name}", "")
        if reason:
            told[name] = {"no_answer": reason}
            continue
        value = _posted(asked_field, posted)
        if asked_field.kind in REPEATABLE and value and isinstance(before.get(name), list):
            value = [*before[name], *value]
        if value in ("", [], None):
            if name in before and not asked_field.personal and f"q.{name}" in posted:
                told[name] = None
            continue
        told[name] = value
    return told


def _posted(asked_field: Field, posted: QueryDict) -> Any:
    name = asked_field.name
    if asked_field.kind is Kind.CHOICES:
        return posted.getlist(f"a.{name}")
    if asked_field.kind not in REPEATABLE:
        return posted.get(f"a.{name}", "").strip()
    rows = []
    for n in range(BLANK_ROWS):
        row = {part.name: posted.get(f"a.{name}.{n}.{part.name}", "").strip() for part in PARTS[asked_field.kind]}
        rows.append({key: value for key, value in row.items() if value})
    return [row for row in rows if row]


def _chapters(  # noqa: PLR0913 (what a page of questions is drawn from)
    here: Page, row: CaseRow, form: Form, values: Mapping[str, Any], checked: Checked, told: Mapping[str, Any]
) -> list[Chapter]:
    names = {each.name for each in asked(form, checked.answers)}
    zone = ZoneInfo(areas.zone_at(row.path))
    typed = plain(checked.answers)
    chapters = []
    for section in form.sections:
        chapter = Chapter(section.title.of(here.language), section.help.of(here.language) if section.help else "")
        for each in section.fields:
            value = typed.get(each.name, values.get(each.name))
            shown = each.name in told or not each.personal
            question = _question(here, each, value, checked.errors.get(each.name, ()), zone, shown=shown)
            (chapter.questions if each.name in names else chapter.later).append(question)
        chapters.append(chapter)
    return chapters


def _question(  # noqa: PLR0913 (what a question is drawn from)
    here: Page, each: Field, value: Any, problems: tuple[Problem, ...], zone: ZoneInfo, *, shown: bool
) -> Question:
    language = here.language
    no_answer = value.get("no_answer", "") if isinstance(value, Mapping) else ""
    hidden = value is not None and not shown and not no_answer
    plain_value = None if hidden or no_answer else value
    several = isinstance(plain_value, list | tuple) and each.kind is Kind.CHOICES
    return Question(
        name=each.name,
        label=each.label.of(language),
        help=each.help.of(language) if each.help else "",
        shape=_shape(each),
        type=TYPES.get(each.kind, "text"),
        mode=MODES.get(each.kind, ""),
        value="" if plain_value is None or several or each.kind in REPEATABLE else _typed(each, plain_value, zone),
        picked=tuple(plain_value or ()) if several else (str(plain_value),) if plain_value is not None else (),
        options=tuple((choice.code, choice.label.of(language)) for choice in each.choices),
        rows=_rows(each, language),
        no_answer=no_answer,
        unit=each.unit,
        required=each.required,
        kept=_hidden(value) if hidden else "",
        errors=tuple(problem_said(problem) for problem in problems),
    )


def _hidden(value: Any) -> str:
    if isinstance(value, list | tuple):
        return _("%(n)s on record, sealed. What you add below is put beside them.") % {"n": len(value)}
    return _("On record, sealed. Leave empty to keep it.")


def _shape(each: Field) -> str:
    if each.kind in REPEATABLE:
        return "rows"
    if each.kind is Kind.CHOICES:
        return "several"
    return "one" if each.choices else "long" if each.kind is Kind.LONG_TEXT else "text"


def _typed(each: Field, value: Any, zone: ZoneInfo) -> str:
    if each.kind is Kind.DATETIME and isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        except ValueError:
            return value
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(each: Field, language: str) -> tuple[tuple[Cellule, ...], ...]:
    if each.kind not in REPEATABLE:
        return ()
    return tuple(
        tuple(
            Cellule(f"a.{each.name}.{n}.{part.name}", part.label.of(language), TYPES.get(part.kind, "text"))
            for part in PARTS[each.kind]
        )
        for n in range(BLANK_ROWS)
    )


def problem_said(problem: Problem) -> str:
    """Why an answer cannot be taken, in words."""
    text = LABELS.get(problem.code, problem.code)
    said = _(text).format(**problem.values)
    return said if problem.row is None else f"{_('Row %(n)s') % {'n': problem.row + 1}}: {said}"


urlpatterns = [path("cases/<str:case>/forms/<str:form>/", interview, name="interview")]
