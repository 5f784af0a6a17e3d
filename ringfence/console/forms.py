"""Forms made from declarations: one field a parameter, by its type; nothing about an action or a query is written twice."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext

from ringfence.console.codes import options
from ringfence.console.picked import Look, Named, colleagues_like, few, place_said, teams_like, units_like
from ringfence.console.shown import choice, label
from ringfence.core.declare import Declared, Parameter
from ringfence.core.errors import Refused
from ringfence.core.typed import bare, item_of, read_value
from ringfence.desks.testing.queries.rounds import rounds
from ringfence.facts.ids import AccountId, CaseId, JurisdictionId, OutbreakId, RoundId, TeamId, UnitId
from ringfence.registry.queries import areas

if TYPE_CHECKING:
    from ringfence.console.context import Page

LONG = frozenset({"reason", "basis", "text", "note", "evidence", "purpose"})
FEW = 100
"""Up to this many places to pick from stand in a select; beyond it they are typed."""

Maker = Callable[["Page", Parameter, bool], forms.Field]


class MomentInput(forms.DateTimeInput):
    """Day and minute, in the zone of the page."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        """As the browser's own picker writes it."""
        super().__init__(format="%Y-%m-%dT%H:%M")


class Listed(forms.CharField):
    """Several values in one line, apart by commas."""

    def __init__(self, hint: Any, **more: Any) -> None:
        """`hint` is `tuple[X, ...]`."""
        super().__init__(help_text=gettext("Several, separated by commas"), **more)
        self.hint = hint

    def clean(self, value: Any) -> Any:
        """The values, typed."""
        text = super().clean(value)
        try:
            return read_value(self.hint, text) if text else ()
        except Refused as refusal:
            raise forms.ValidationError(gettext("This is not a list of such values.")) from refusal


class Located(forms.CharField):
    """A place by its code, name or id, where there are too many to list."""

    def prepare_value(self, value: Any) -> Any:
        """A place by its name, where the name is enough to find it again."""
        return place_said(value)

    def clean(self, value: Any) -> Any:
        """Its id."""
        text = super().clean(value)
        if not text:
            return None
        found = areas.area(JurisdictionId(text)) or areas.area_at(text)
        known = found.id if found else areas.area_called(text)
        if known is None:
            raise forms.ValidationError(
                gettext("No place is called this. Give its name or code as on the list of places.")
            )
        return known


class CaseNamed(forms.CharField):
    """A case by its id, as links carry it."""


def form_for(  # noqa: PLR0913 (a form is asked for in one place on each page)
    here: Page,
    declared: Declared,
    *,
    data: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None,
    without: Collection[str] = (),
    needed: bool = True,
    prefix: str | None = None,
) -> forms.Form:
    """A form with a field for each parameter but those `without`; `needed=False` makes every field optional (filters)."""
    made = {
        parameter.name: field_for(here, parameter, needed and _must(parameter))
        for parameter in declared.parameters
        if parameter.name not in without
    }
    kind = type("DeclaredForm", (forms.Form,), made)
    form: forms.Form = kind(data=data, initial=dict(initial or {}), prefix=prefix, auto_id="f_%s")
    return form


def told_by(form: forms.Form) -> dict[str, Any]:
    """What a valid form tells: every value that was given."""
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "", ())}


def _must(parameter: Parameter) -> bool:
    return parameter.required and parameter.name != "at"


def field_for(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    """The field of one parameter."""
    hint, _ = bare(parameter.hint)
    field = _field(here, parameter, hint, required)
    field.label = label(f"field.{parameter.name}")
    return field


def _field(here: Page, parameter: Parameter, hint: Any, required: bool) -> forms.Field:  # noqa: FBT001
    if hint in _PICKED:
        return _PICKED[hint](here, parameter, required)
    if item_of(hint) is not None:
        return Listed(hint, required=required)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _one_of(((each.value, choice(each)) for each in hint), required, hint)
    if hint is bool:
        return _flag(parameter, required)
    if hint in _PLAIN:
        return _PLAIN[hint](required)
    return _text(parameter, required)


def _one_of(
    choices: Iterable[tuple[Any, str]],
    required: bool,  # noqa: FBT001 (as each field is told)
    coerce: Callable[[Any], Any] = str,
) -> forms.TypedChoiceField:
    empty = gettext("– choose –") if required else gettext("any")
    listed = [("", empty), *((str(value), text) for value, text in choices)]
    return forms.TypedChoiceField(choices=listed, required=required, coerce=coerce, empty_value=None)


def _flag(parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    """A plain flag is a box; one that may be unknown has three answers."""
    if parameter.default is None or required:
        return _one_of([("yes", gettext("yes")), ("no", gettext("no"))], required, lambda told: told == "yes")
    return forms.BooleanField(required=False)


def _text(parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    if codes := options(parameter.name):
        return _one_of([(code, label(f"{parameter.name}.{code}")) for code in codes], required)
    if parameter.name in LONG:
        return forms.CharField(required=required, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    return forms.CharField(required=required, max_length=400)


def _area(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    if parameter.name == "cell":  # there are always more of them than a list can hold
        return Located(required=required, help_text=gettext("Name or code of the place"))
    tops = here.ask(areas.jurisdictions)
    listed = list(tops)
    for each in (*tops, *([here.under] if here.under else [])):
        listed += [one for one in here.ask(areas.jurisdictions, under=each.id) if one not in listed]
    if len(listed) > FEW:
        return Located(required=required, help_text=gettext("Name or code of the place"))
    listed.sort(key=lambda each: each.path)
    depth = min((each.path.count(".") for each in listed), default=0)
    return _one_of(
        ((each.id, "\u2003" * (each.path.count(".") - depth) + each.name(here.language)) for each in listed), required
    )


def _picked(look: Look) -> Maker:
    def field(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
        del parameter
        listed = few(here, look)
        return Named(here, look, required=required) if listed is None else _one_of(listed, required)

    return field


def _outbreak(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    del parameter
    field = _one_of(((each.id, each.title) for each in here.outbreaks), required)
    field.initial = here.outbreak.id if here.outbreak else None
    return field


def _round(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    del parameter
    return _one_of(rounds_offered(here), required)


def rounds_offered(here: Page) -> list[tuple[str, str]]:
    """The rounds of the outbreak looked at, newest first."""
    found = here.ask(rounds, outbreak=here.outbreak.id) if here.outbreak else []
    names = here.area_names([each.path for each in found])
    return [
        (
            each.id,
            " · ".join(filter(None, (gettext("Round %(n)s") % {"n": each.number}, names.get(each.path), each.title))),
        )
        for each in found
    ]


def _case(here: Page, parameter: Parameter, required: bool) -> forms.Field:  # noqa: FBT001
    del here, parameter
    return CaseNamed(required=required, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))


_PICKED: dict[Any, Maker] = {
    JurisdictionId: _area,
    UnitId: _picked(units_like),
    TeamId: _picked(teams_like),
    AccountId: _picked(colleagues_like),
    OutbreakId: _outbreak,
    RoundId: _round,
    CaseId: _case,
}

_PLAIN: dict[Any, Callable[[bool], forms.Field]] = {
    int: lambda required: forms.IntegerField(required=required),
    float: lambda required: forms.FloatField(required=required),
    date: lambda required: forms.DateField(
        required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    ),
    datetime: lambda required: forms.DateTimeField(required=required, widget=MomentInput()),
    time: lambda required: forms.TimeField(required=required, widget=forms.TimeInput(attrs={"type": "time"})),
    timedelta: lambda required: forms.DurationField(required=required),
}
