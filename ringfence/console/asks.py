"""Forms for single actions inside pages, made from what the action declares; and the one address that they post to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ringfence.console.context import Page, page
from ringfence.console.fields import field_of, read
from ringfence.console.picked import Choices
from ringfence.console.sections import Ask
from ringfence.console.shown import label, three_parts
from ringfence.core.declare import Action
from ringfence.core.errors import Refused

FIXED = "fix."
NEXT = "next"
OFFERED = "only."


class Told(forms.Form):
    """A form whose fields come from an action."""

    required_css_class = ""


def form_of(  # noqa: PLR0913 (what a form needs)
    here: Page,
    action: Action,
    data: Any = None,
    *,
    fixed: Sequence[str] = (),
    leave: Sequence[str] = (),
    choices: Mapping[str, Choices] | None = None,
    initial: Mapping[str, Any] | None = None,
) -> forms.Form:
    """The form of an action, without what is fixed or left out."""
    form = Told(data, initial=dict(initial or {}), auto_id=f"{action.name}_%s")
    for parameter in action.parameters:
        if parameter.name not in (*fixed, *leave, "at"):
            form.fields[parameter.name] = field_of(here, parameter, (choices or {}).get(parameter.name))
    return form


def ask(  # noqa: PLR0913 (what a form on a page needs)
    here: Page,
    name: str,
    title: str,
    *,
    fixed: Mapping[str, Any] | None = None,
    leave: Sequence[str] = (),
    choices: Mapping[str, Choices] | None = None,
    initial: Mapping[str, Any] | None = None,
    submit: str = "",
    danger: bool = False,
    following: str = "",
    opened: bool = False,
) -> list[Ask]:
    """A form for an action, in a list; an empty list for those who may not tell it."""
    action = here.centre.actions[name]
    if not here.may(action.may):
        return []
    told = {key: value for key, value in (fixed or {}).items() if value is not None}
    form = form_of(here, action, fixed=[*told], leave=leave, choices=choices, initial=initial)
    hidden = [(FIXED + key, str(value)) for key, value in told.items()]
    hidden += [(OFFERED + each, "") for each in leave]
    hidden.append((NEXT, following or here.request.get_full_path()))
    return [
        Ask(
            title=title,
            form=form,
            url=reverse("tell", args=[name]),
            hidden=hidden,
            submit=submit or title,
            danger=danger,
            at_once=not form.fields,
            opened=opened,
        )
    ]


@require_POST
@page()
def tell(here: Page, name: str) -> HttpResponse:
    """Tell one action; a refusal or a wrong field is shown over the same form."""
    action = here.centre.actions.get(name)
    if action is None:
        raise Http404
    posted = here.request.POST
    fixed = {key.removeprefix(FIXED): posted[key] for key in posted if key.startswith(FIXED)}
    leave = [key.removeprefix(OFFERED) for key in posted if key.startswith(OFFERED)]
    form = form_of(here, action, posted, fixed=[*fixed], leave=leave)
    for field in form.fields.values():
        if isinstance(field, forms.MultipleChoiceField | forms.ChoiceField):
            field.validators.clear()
    following = safe(here, posted.get(NEXT, ""))
    if form.is_valid():
        try:
            here.tell(action.function, **told_of(action, fixed, form.cleaned_data))
        except Refused as refusal:
            return _again(here, action, form, posted, refusal)
        messages.success(here.request, gettext("Recorded: %(what)s.") % {"what": label(f"action.{name}")})
        return redirect(following)
    return _again(here, action, form, posted, None)


def safe(here: Page, address: str) -> str:
    """An address of ours, or the board."""
    fits = url_has_allowed_host_and_scheme(address, {here.request.get_host()}, require_https=here.request.is_secure())
    return address if address and fits else "/"


def told_of(action: Action, fixed: Mapping[str, str], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What the action is told: fixed values read by their types, and what was entered."""
    told: dict[str, Any] = {}
    for parameter in action.parameters:
        if parameter.name in fixed:
            told[parameter.name] = _fixed(parameter, fixed[parameter.name])
        elif parameter.name in cleaned:
            value = read(parameter, cleaned[parameter.name])
            if value is not None or parameter.required:
                told[parameter.name] = value
    return told


def _fixed(parameter: Any, text: str) -> Any:
    field = field_of_plain(parameter)
    return read(parameter, field.clean(text) if field is not None else text)


def field_of_plain(parameter: Any) -> forms.Field | None:
    """How a fixed value that is not an id or a code is read back."""
    from ringfence.console.fields import bare  # noqa: PLC0415 (kept beside its only use)

    kinds: dict[Any, forms.Field] = {int: forms.IntegerField(), float: forms.FloatField()}
    return kinds.get(bare(parameter.hint))


def _again(here: Page, action: Action, form: forms.Form, posted: Any, refusal: Refused | None) -> HttpResponse:
    hidden = [(key, posted[key]) for key in posted if key.startswith((FIXED, OFFERED)) or key == NEXT]
    return here.render(
        "console/form_page.html",
        status=409 if refusal else 422,
        title=label(f"action.{action.desk}.{action.name}"),
        form=form,
        hidden=hidden,
        cancel_url=safe(here, posted.get(NEXT, "")),
        refused=three_parts(refusal) if refusal else None,
    )


urlpatterns = [path("tell/<str:name>/", tell, name="tell")]
