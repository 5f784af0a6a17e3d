"""What the players of a drill see of it: cards, questions of the table, files that laboratories sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console import drill_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.pieces import Choice
from ringfence.console.sections import Links, Part, Section, Sections, Text
from ringfence.console.shown import due, label
from ringfence.core.errors import Refused
from ringfence.twin.drill import results_files
from ringfence.twin.drill.actions import answer_inject, answer_question
from ringfence.twin.drill.score import Score

SHOWN_FILES = 30


@page()
def cards(here: Page) -> HttpResponse:
    """Cards and questions that are open, what was answered, and the files."""
    score = parts.score_of(here)
    ended = score.heard.ended
    sections = Sections(
        title=_("Drill"),
        lead=f"{score.workspace.mark.title(here.language)} · {label(f'form.{score.workspace.form}')}",
        tools=_tools(here, ended=ended is not None),
        main=[_over(here, score), *_troubles(here, score), *_questions(here, score)],
        side=[_files(here, score), Section(_("What this is"), [Text(_MEANS[score.workspace.form.value]())])],
    )
    return here.render("console/sections.html", sections=sections)


_MEANS = {
    "table-top": lambda: _("A table-top drill: the clock stands until the controller moves it on. Talk a question over, then write down what you decide: it is put on record as a decision."),
    "functional": lambda: _("A functional drill: the town and its outbreak are simulated, and the clock runs faster than the wall's. Work at your desk as on any day; what you do counts."),
    "full-scale": lambda: _("A full-scale drill: the clock runs as the wall's does. Stations, vehicles and telephones are used as in earnest."),
}  # fmt: skip


def _tools(here: Page, *, ended: bool) -> list[Choice]:
    found = [Choice(_("Drill control"), reverse("drill_control"))] if here.may("control") else []
    return [*found, Choice(_("Report"), reverse("drill_report"))] if ended or here.may("control") else found


def _over(here: Page, score: Score) -> Section:
    if score.heard.ended is not None:
        return Section(
            "",
            [Text(_("The drill ended at %(at)s. Its clock stands.") % {"at": parts.when(score.heard.ended.at, here)})],
        )
    return Section("", [Text(_("The drill's clock shows %(at)s.") % {"at": parts.when(here.now, here)})])


def _troubles(here: Page, score: Score) -> list[Section]:
    made = []
    for each in list(score.heard.troubles.values()):
        if not each.thrown.announced or each.took_at is None:
            continue
        told: list[Part] = [Text(parts.language_of(here, each.thrown.names))]
        if each.answer is not None:
            told.append(
                Text(
                    _("Answered at %(at)s: %(text)s")
                    % {"at": parts.when(each.answer.at, here), "text": each.answer.text or "–"}
                )
            )
        elif here.may("work") and score.heard.ended is None:
            within = each.thrown.answer_within
            if within is not None:
                told.append(Text(_("To be answered: %(due)s") % {"due": due(each.took_at + within, here.now)}))
            told.append(
                parts.written(
                    _("What we do about it"), reverse("drill_answer"), {"inject": each.name}, each.name, opened=True
                )
            )
        made.append(Section(label(f"inject.{each.thrown.kind}"), told, f"inject-{each.name}"))
    return made


def _questions(here: Page, score: Score) -> list[Section]:
    made = []
    for name, asked in list(score.heard.questions.items()):
        told: list[Part] = [Text(parts.language_of(here, asked.names))]
        answer = score.heard.answers.get(name)
        if answer is not None:
            told.append(
                Text(_("Answered at %(at)s: %(text)s") % {"at": parts.when(answer.at, here), "text": answer.text})
            )
        elif here.may("work") and score.heard.ended is None:
            told.append(parts.written(_("What we decide"), reverse("drill_answer"), {"question": name}, name))
        made.append(Section(_("Question"), told, f"question-{name}"))
    return made or [Section(_("Cards and questions"), [Text(_("None is open."))])]


def _files(here: Page, score: Score) -> Section:
    found = results_files.files(score.workspace)[:SHOWN_FILES] if here.may("lab") or here.may("import") else []
    links = [Choice(each.name, reverse("drill_file", args=[each.name])) for each in found]
    made: list[Part] = [Links(links)] if links else [Text(_("No laboratory has sent a file."))]
    if links:
        made.append(Text(_("Read them in on the page of the laboratory, as any file of results.")))
    return Section(_("Files from laboratories"), made, "files")


@page()
def file(here: Page, name: str) -> HttpResponseBase:
    """A file that a laboratory of the drill sent."""
    score = parts.score_of(here)
    found = next((each for each in results_files.files(score.workspace) if each.name == name), None)
    if found is None or not (here.may("lab") or here.may("import")):
        raise Http404
    return FileResponse(found.open("rb"), as_attachment=True, filename=name, content_type="text/csv")


@require_POST
@page("work")
def answer(here: Page) -> HttpResponse:
    """Answer a card or a question."""
    score = parts.score_of(here)
    told, posted = score.heard, here.request.POST
    text, outbreak = posted.get("text", ""), score.workspace.outbreak
    if told.ended is not None:
        raise Refused("drill_over", at=told.ended.at)
    inject, question = posted.get("inject", ""), posted.get("question", "")
    if inject in told.troubles and told.troubles[inject].thrown.announced and told.troubles[inject].answer is None:
        here.tell(answer_inject, inject=inject, text=text, outbreak=outbreak)
    elif question in told.questions and question not in told.answers:
        here.tell(answer_question, question=question, text=text, outbreak=outbreak)
    else:
        raise Refused("drill_inject_unknown", name=(inject or question)[:80], known=", ".join([*told.questions]) or "–")
    messages.success(here.request, _("The answer is on record."))
    return redirect("drill_cards")


urlpatterns = [
    path("drill/", cards, name="drill_cards"),
    path("drill/answer/", answer, name="drill_answer"),
    path("drill/files/<str:name>", file, name="drill_file"),
]
