"""Reporting a case of someone new, and registering a person: with a look at who is on record already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from ringfence.console.alike import Asked, asked_alike
from ringfence.console.asks import form_of, told_of
from ringfence.console.context import Page, page
from ringfence.console.shown import three_parts
from ringfence.core.errors import Refused
from ringfence.desks.cases.actions.report import report_case, report_new_case
from ringfence.facts.cases import CaseReported
from ringfence.facts.ids import PersonId
from ringfence.facts.registry import PersonRegistered
from ringfence.registry.actions.people import register_person

IDENTITY = ("name", "id_number", "phone", "address")
PUBLIC = ("sex", "birth_on", "age_years", "residence", "stay", "occupation")
LEFT = ("outbreak", "household", "apart_from", "at")


def _forms(here: Page, name: str, groups: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, Any]]:
    """One action's fields as several forms, each under its title; the last takes what is left."""
    action = here.centre.actions[name]
    data = here.request.POST if here.request.method == "POST" else None
    first = dict.fromkeys(("jurisdiction", "office"), here.under_id or "")
    names = [each for each in action.named if each not in LEFT]
    taken = {each for _title, own in groups for each in own}
    made = []
    for title, own in groups:
        wanted = own or [each for each in names if each not in taken]
        leave = [each for each in action.named if each not in wanted]
        form = form_of(here, action, data, leave=leave, initial=first)
        form.order_fields(wanted)
        made.append((title, form))
    return made


def _told(here: Page, name: str, forms: Sequence[tuple[str, Any]]) -> dict[str, Any] | None:
    """What was entered, or None while something is to be mended."""
    valid = [form.is_valid() for _title, form in forms]  # each, so that all that is to be mended is shown at once
    if not all(valid):
        return None
    cleaned: dict[str, Any] = {}
    for _title, form in forms:
        cleaned |= form.cleaned_data
    return told_of(here.centre.actions[name], {}, cleaned)


def _shown(  # noqa: PLR0913 (what the page is drawn from)
    here: Page, title: str, submit: str, forms: Sequence[tuple[str, Any]], asked: Asked, refused: Refused | None
) -> HttpResponse:
    posted = here.request.method == "POST"
    status = 409 if refused else 422 if posted and not asked.offers else 200
    return here.render(
        "console/new_case.html",
        status=status,
        title=title,
        submit=submit,
        forms=forms,
        outbreak=here.outbreak,
        refused=three_parts(refused) if refused else None,
        asked=asked,
    )


@page("report")
def new_case(here: Page) -> HttpResponse:
    """Register someone and report them as a case: both, or neither."""
    name = "cases.report_new_case"
    groups = [(_("Who it is"), IDENTITY), (_("The person"), PUBLIC), (_("The case"), ())]
    forms = _forms(here, name, groups)
    asked, refused = Asked(), None
    try:
        if (told := _told(here, name, forms)) is not None:
            asked = asked_alike(here, told, told["jurisdiction"])
            if not asked.offers:
                return _reported(here, told, asked)
    except Refused as refusal:
        refused = refusal
    return _shown(here, _("Report a case"), _("Report"), forms, asked, refused)


def _reported(here: Page, told: dict[str, Any], asked: Asked) -> HttpResponse:
    if asked.same is None:
        answer = here.tell(report_new_case, outbreak=here.outbreak_id, apart_from=asked.apart, **told)
    else:
        case = {each: value for each, value in told.items() if each not in (*IDENTITY, *PUBLIC)}
        answer = here.tell(report_case, outbreak=here.outbreak_id, person=asked.same, **case)
        messages.info(
            here.request, _("It was reported of the person on record; what was entered of who they are was not kept.")
        )
    found = next(each.case for each in answer.facts if isinstance(each, CaseReported))
    messages.success(here.request, _("The case was reported."))
    return redirect("case", found)


@page("report")
def new_person(here: Page) -> HttpResponse:
    """Register someone, unless they are on record already."""
    name = "registry.register_person"
    forms = _forms(here, name, [(_("Who it is"), IDENTITY), (_("The person"), ("office", *PUBLIC, "code"))])
    asked, refused = Asked(), None
    try:
        if (told := _told(here, name, forms)) is not None:
            asked = asked_alike(here, told, told["office"])
            if not asked.offers:
                return redirect("person", _registered(here, told, asked))
    except Refused as refusal:
        refused = refusal
    return _shown(here, _("Register a person"), _("Register"), forms, asked, refused)


def _registered(here: Page, told: dict[str, Any], asked: Asked) -> PersonId:
    if asked.same is not None:
        messages.info(here.request, _("This person is on record already. Nothing was registered."))
        return asked.same
    answer = here.tell(register_person, apart_from=asked.apart, **told)
    messages.success(here.request, _("The person was registered."))
    return next(each.person for each in answer.facts if isinstance(each, PersonRegistered))


urlpatterns = [
    path("cases/new/", new_case, name="report_case"),
    path("people/new/", new_person, name="register_person"),
]
