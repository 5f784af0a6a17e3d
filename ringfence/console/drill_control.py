"""The control room of a drill: its clock, what comes next, troubles to throw in, and the scores as they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console import drill_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import label
from ringfence.core.drill import Pace, pace_of
from ringfence.core.errors import Refused
from ringfence.facts.drill import DrillClockSet, DrillForm
from ringfence.twin.drill.actions import (
    ask_question,
    clock_obeys,
    end_drill,
    see_inject_answered,
    set_clock,
    throw_inject,
)
from ringfence.twin.drill.patients import expected, stays_away
from ringfence.twin.drill.plan import Inject, Question, span
from ringfence.twin.drill.score import Score

NEXT = 14
SPEEDS = (1, 10, 60, 300, 1200)
STEPS = (15, 60, 240, 720)  # minutes


@page("control")
def control(here: Page) -> HttpResponse:
    """The control room."""
    score = parts.score_of(here)
    sections = Sections(
        title=_("Drill control"),
        lead=f"{score.workspace.mark.title(here.language)} · {label(f'form.{score.workspace.form}')}",
        tools=[Choice(_("What the players see"), reverse("drill_cards")), Choice(_("Report"), reverse("drill_report"))],
        main=[_clock(here, score), *_live(here, score)],
        side=[_injects(here, score), _questions(here, score), _ending(score)],
    )
    return here.render("console/drill_control.html", sections=sections)


@page("control")
def live(here: Page) -> HttpResponse:
    """The inside that changes by itself, for the poll: 204 while the log has no new line."""
    if here.request.GET.get("since") == str(here.line):
        return HttpResponse(status=204)
    score = parts.score_of(here)
    return render(
        here.request, "console/parts/drill_live.html", {"here": here, "cards": _live(here, score), "line": here.line}
    )


# -- cards --------------------------------------------------------------------------------------------------------------


def _do(title: str, *, danger: bool = False, **hidden: str) -> Part:
    return parts.button(title, reverse("drill_do"), hidden, danger=danger)


def _clock(here: Page, score: Score) -> Section:
    pace = pace_of(score.workspace.home)
    made: list[Part] = [Text(_clock_said(here, pace), [_pace_chip(pace)])]
    if score.heard.ended is not None or pace is None:
        return Section(_("Clock"), made, "clock")
    made.append(_do(_("Pause"), do="pause") if pace.running else _do(_("Let it run"), do="run"))
    made += [_do(_("On by %(span)s") % {"span": _minutes(each)}, do="forward", minutes=str(each)) for each in STEPS]
    if (at := _next_moment(here, score)) is not None:
        made.append(_do(_("On to the next event (%(at)s)") % {"at": parts.when(at, here)}, do="next"))
    if score.workspace.form is not DrillForm.FULL_SCALE:
        made += [
            _do(_("%(n)s times as fast") % {"n": each}, do="speed", speed=str(each))
            for each in SPEEDS
            if each != pace.speed
        ]
    return Section(_("Clock"), made, "clock")


def _clock_said(here: Page, pace: Pace | None) -> str:
    speed = f"{pace.speed:g}" if pace else "1"
    return _("%(at)s in the drill, %(speed)s times as fast as the wall") % {
        "at": parts.when(here.now, here),
        "speed": speed,
    }


def _pace_chip(pace: Pace | None) -> Chip:
    return Chip("started", _("runs")) if pace is not None and pace.running else Chip("held", _("stands"))


def _minutes(minutes: int) -> str:
    return _("%(n)s h") % {"n": minutes // 60} if minutes % 60 == 0 else _("%(n)s min") % {"n": minutes}


def _live(here: Page, score: Score) -> list[Section]:
    """Scores, what comes next, what is late."""
    told = score.told(here.centre)
    return [
        Section(
            _("Score"),
            [Numbers(parts.numbers_of(told)), parts.clock_counts(told), parts.function_counts(told)],
            "score",
        ),
        Section(_("Troubles"), [parts.trouble_rows(here, told), *_seen(score)], "troubles"),
        Section(_("What comes next"), [Text(_("Only the control room knows this.")), _next(here, score)], "next"),
        Section(_("The latest reactions"), [parts.late_rows(told)], "late"),
    ]


def _seen(score: Score) -> list[Part]:
    """Troubles that the controller saw noticed, where no fact of the product shows it."""
    open_ = [each for each in list(score.heard.troubles.values()) if each.took_at is not None and each.answer is None]
    return (
        [_do(_("Seen: %(name)s") % {"name": each.name}, do="seen", inject=each.name) for each in open_]
        if score.heard.ended is None
        else []
    )


def _events(here: Page, score: Score) -> list[tuple[Any, str, str, Chip | None]]:
    """(moment, what, note, chip) of what the twin and the timetable will tell, soonest first."""
    workspace, heard = score.workspace, score.heard
    if heard.ended is not None:
        return []
    coming = [each for each in expected(workspace, score.world()) if each.at > here.now and not stays_away(heard, each)]
    paths = list(workspace.cell_of_path)
    cells = workspace.city.map.people["cell"]
    named = here.area_names({paths[int(cells[each.patient.person])] for each in coming[:NEXT]})
    found: list[tuple[Any, str, str, Chip | None]] = [
        (each.at, _("Comes to a fever clinic"), named.get(paths[int(cells[each.patient.person])], ""),
         Chip("breach", _("infected")) if each.infected else Chip("negative", _("something else")))
        for each in coming[:NEXT]
    ]  # fmt: skip
    found += [
        (
            workspace.begins_at + span(each.after),
            _title(here, each),
            label(f"inject.{each.kind}"),
            Chip("soon", _("trouble")),
        )
        for each in workspace.drill.injects
        if each.after and each.name not in heard.troubles
    ]
    found += [
        (workspace.begins_at + span(each.after), _asked(here, each), _("Question"), None)
        for each in workspace.drill.questions
        if each.after and each.name not in heard.questions
    ]
    found.append((workspace.ends_at, _("The timetable ends"), "", None))
    return sorted(found, key=lambda each: each[0])[:NEXT]


def _next_moment(here: Page, score: Score) -> Any:
    return next((at for at, *_rest in _events(here, score) if at > here.now), None)


def _next(here: Page, score: Score) -> Part:
    rows = [
        Row(str(n), [Cell(at=at), Cell(what, note=note, chip=chip)])
        for n, (at, what, note, chip) in enumerate(_events(here, score))
    ]
    return table(_("What comes next"), [_("When"), _("What")], rows, _("Nothing more."))


def _title(here: Page, inject: Inject) -> str:
    told = inject.title_zh if here.language == "zh" and inject.title_zh else inject.title
    return told or inject.name


def _asked(here: Page, question: Question) -> str:
    return question.asks_zh if here.language == "zh" and question.asks_zh else question.asks


def _injects(here: Page, score: Score) -> Section:
    made: list[Part] = []
    for each in score.workspace.drill.injects:
        chips = [Chip("done", _("thrown in"))] if each.name in score.heard.troubles else []
        expects = each.expected_zh if here.language == "zh" and each.expected_zh else each.expected
        made.append(Text(f"{_title(here, each)} — {expects}" if expects else _title(here, each), chips))
        if score.heard.ended is None:
            made.append(
                _do(_("Throw in: %(name)s") % {"name": label(f"inject.{each.kind}")}, do="throw", inject=each.name)
            )
    return Section(_("Throw in a trouble"), made or [Text(_("The scenario has none."))], "injects")


def _questions(here: Page, score: Score) -> Section:
    made: list[Part] = []
    for each in score.workspace.drill.questions:
        chips = (
            [Chip("done", _("answered"))]
            if each.name in score.heard.answers
            else [Chip("open", _("asked"))]
            if each.name in score.heard.questions
            else []
        )
        made.append(Text(_asked(here, each), chips))
        if each.name not in score.heard.questions and score.heard.ended is None:
            made.append(_do(_("Ask it now"), do="ask", question=each.name))
    return Section(_("Questions for the table"), made or [Text(_("The scenario has none."))], "questions")


def _ending(score: Score) -> Section:
    if score.heard.ended is not None:
        return Section(_("End"), [Text(_("The drill is over."))], "end")
    return Section(
        _("End"),
        [
            Text(_("The clock stands from then on, and the players may read the report.")),
            _do(_("End the drill"), danger=True, do="end"),
        ],
        "end",
    )


# -- what the controller does -------------------------------------------------------------------------------------------


@require_POST
@page("control")
def do(here: Page) -> HttpResponse:
    """One button of the control room."""
    score = parts.score_of(here)
    if score.heard.ended is not None:
        raise Refused("drill_over", at=score.heard.ended.at)
    what = here.request.POST.get("do", "")
    if what not in _BUTTONS:
        raise Refused("drill_inject_unknown", name=what[:80], known=", ".join(_BUTTONS))
    _BUTTONS[what](here, score)
    messages.success(here.request, _("Done."))
    return redirect("drill_control")


def _set_clock(here: Page, **told: Any) -> None:
    answer = here.tell(set_clock, **told)
    clock_obeys(next(fact for fact in answer.facts if isinstance(fact, DrillClockSet)))


def _speed(here: Page, score: Score) -> None:
    del score
    _set_clock(here, speed=_number(here, "speed"))


def _forward(here: Page, score: Score) -> None:
    del score
    _set_clock(here, forward=timedelta(minutes=_number(here, "minutes")))


def _number(here: Page, name: str) -> float:
    told = here.request.POST.get(name, "")
    try:
        return float(told)
    except ValueError:
        raise Refused("twin_value_unfit", file="–", key=name, value=told[:40], expected="a number") from None


def _to_next(here: Page, score: Score) -> None:
    at = _next_moment(here, score)
    if at is not None:
        _set_clock(here, forward=max(at - here.now, timedelta()) + timedelta(minutes=1))


def _throw(here: Page, score: Score) -> None:
    known = {each.name: each for each in score.workspace.drill.injects}
    name = here.request.POST.get("inject", "")
    if name not in known:
        raise Refused("drill_inject_unknown", name=name[:80], known=", ".join(known) or "–")
    before = sum(each == name or each.startswith(f"{name}-") for each in list(score.heard.troubles))
    here.tell(throw_inject, inject=known[name], number=before and before + 1, outbreak=score.workspace.outbreak)


def _ask(here: Page, score: Score) -> None:
    known = {each.name: each for each in score.workspace.drill.questions}
    name = here.request.POST.get("question", "")
    if name not in known:
        raise Refused("drill_inject_unknown", name=name[:80], known=", ".join(known) or "–")
    here.tell(ask_question, question=known[name], outbreak=score.workspace.outbreak)


def _see(here: Page, score: Score) -> None:
    name = here.request.POST.get("inject", "")
    if name not in score.heard.troubles:
        raise Refused("drill_inject_unknown", name=name[:80], known=", ".join(score.heard.troubles) or "–")
    here.tell(see_inject_answered, inject=name)


def _end(here: Page, score: Score) -> None:
    del score
    here.tell(end_drill, reason="controller")
    clock_obeys(DrillClockSet(speed=(_pace(here)).speed, running=False, at=here.now))


def _pace(here: Page) -> Pace:
    pace = pace_of(here.centre.home)
    if pace is None:
        raise Refused("drill_not_here", home=str(here.centre.home))
    return pace


_BUTTONS: dict[str, Callable[[Page, Score], None]] = {
    "pause": lambda here, _score: _set_clock(here, running=False),
    "run": lambda here, _score: _set_clock(here, running=True),
    "speed": _speed, "forward": _forward, "next": _to_next, "throw": _throw, "ask": _ask, "seen": _see, "end": _end,
}  # fmt: skip

urlpatterns = [
    path("drill/control/", control, name="drill_control"),
    path("drill/control/live/", live, name="drill_live"),
    path("drill/control/do/", do, name="drill_do"),
]
