"""A form field for each thing an action is told, from its type: ids are picked by name, codes by their words."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext

from ringfence.console.picked import Choices, Look, Named, colleagues_like, few, place_said, teams_like, units_like
from ringfence.console.shown import label
from ringfence.core.access import MAYS, ROLES
from ringfence.core.declare import MISSING, Parameter
from ringfence.core.errors import Refused
from ringfence.desks.cases import queries as cases
from ringfence.facts.ids import AccountId, CaseId, JurisdictionId, OutbreakId, PlaceId, TeamId, UnitId
from ringfence.registry.queries import areas

if TYPE_CHECKING:
    from ringfence.console.context import Page

LOOKED_UP: dict[Any, Look] = {UnitId: units_like, TeamId: teams_like, AccountId: colleagues_like}
FEW_AREAS = 100
CODES: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male", "other"),
    "level": ("nation", "province", "city", "county", "township", "community", "cell", "building"),
    "found_by": ("screening", "contact", "clinic", "port", "coldchain", "self", "other"),
    "setting": ("home", "work", "class", "meal", "ride", "ward", "shop", "leisure", "travel", "funeral", "other"),
    "functions": (
        "office", "reporting", "investigation", "tracing", "sampling", "testing", "isolation", "transport", "treatment",
        "disinfection", "supervision", "zones", "ports", "coldchain", "vaccination", "wards", "supplies",
        "public_information",
    ),
    "language": ("en", "zh-hans"),
}  # fmt: skip
"""Codes offered for a name; a code that is not offered can still be told through the API."""
KINDS = {"Classification": "class", "CourseEvent": "event", "Certainty": "certainty"}
"""Vocabulary -> the first part of its labels' codes."""
LONG = frozenset({"text", "reason", "basis", "evidence", "purpose"})


def bare(hint: Any) -> Any:
    """A type without its None."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def _coded(codes: Sequence[str], kind: str) -> Choices:
    return [(code, label(f"{kind}.{code}")) for code in codes]


def choices_of(here: Page, name: str, hint: Any) -> Choices | None:
    """What can be picked, or None where something is typed."""
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _coded([member.value for member in hint], KINDS.get(hint.__name__, hint.__name__.lower()))
    makers: dict[Any, Callable[[], Choices]] = {
        PlaceId: lambda: [(each.id, each.name) for each in here.ask(areas.places)],
        OutbreakId: lambda: [(each.id, each.title) for each in here.outbreaks],
    }
    if hint in LOOKED_UP:
        return few(here, LOOKED_UP[hint])
    if hint in makers:
        return makers[hint]()
    if hint is JurisdictionId:
        return _areas(here)
    if name == "role":
        return [(role, gettext(said)) for role, (said, _) in ROLES.items()]
    if name == "mays":
        return [(may, gettext(said)) for may, said in MAYS.items() if here.may(may)]
    return _coded(CODES[name], "function" if name == "functions" else name) if name in CODES else None


def _areas(here: Page) -> Choices | None:
    """The places of one's scope as a tree, where there are few enough to pick from."""
    found = here.ask(areas.areas_within, limit=FEW_AREAS + 1)
    if len(found) > FEW_AREAS:
        return None
    return [(each.id, "\u2003" * (each.path.count(".") - 1) + each.name(here.language)) for each in found]


class AreaField(forms.CharField):
    """A place told by its id, code, full path or name."""

    def prepare_value(self, value: Any) -> Any:
        """A place by its name, where the name is enough to find it again."""
        return place_said(value)

    def clean(self, value: Any) -> Any:
        """The id of the place."""
        text = super().clean(value)
        if not text:
            return None
        found = text if areas.path_of(text) is not None else areas.area_called(text)
        if found is None:
            raise forms.ValidationError(gettext("No place is called %(text)s.") % {"text": text})
        return found


class CaseField(forms.CharField):
    """Another case, told by its id, number or code."""

    def __init__(self, here: Page, **more: Any) -> None:
        """Look among the cases that the asker may see."""
        super().__init__(**more)
        self.here = here

    def clean(self, value: Any) -> Any:
        """The id of the case."""
        text = super().clean(value)
        if not text:
            return None
        if cases.place_of_case(text) is not None:
            return text
        try:
            found = self.here.ask(cases.line_list, outbreak=self.here.outbreak_id, code=text).rows
        except Refused:
            found = []
        if len(found) != 1:
            raise forms.ValidationError(gettext("No case, or more than one, is called %(text)s.") % {"text": text})
        return found[0].id


def _dated(kind: str, field: type[forms.Field], **more: Any) -> forms.Field:
    """A day, hour or moment with the browser's own picker."""
    formats = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime-local": "%Y-%m-%dT%H:%M"}
    widgets = {"date": forms.DateInput, "time": forms.TimeInput, "datetime-local": forms.DateTimeInput}
    widget = widgets[kind](format=formats[kind], attrs={"type": kind})
    return field(widget=widget, **more)


def field_of(here: Page, parameter: Parameter, choices: Choices | None = None) -> forms.Field:
    """The form field of one thing told."""
    hint, name = bare(parameter.hint), parameter.name
    told: dict[str, Any] = {"label": label(f"field.{name}"), "required": parameter.required}
    if parameter.default not in (MISSING, None, "", ()):
        told["initial"] = parameter.default
    if typing.get_origin(hint) is tuple:
        several = choices or choices_of(here, name, typing.get_args(hint)[0])
        if several is not None:
            return forms.MultipleChoiceField(choices=several, widget=forms.CheckboxSelectMultiple, **told)
        return forms.CharField(**told)
    offered = choices if choices is not None else choices_of(here, name, hint)
    if offered is not None:
        blank = [] if told.get("initial") else [("", gettext("– choose –") if parameter.required else "–")]
        return forms.ChoiceField(choices=blank + offered, **told)
    return _typed(here, hint, name, parameter, told)


def _typed(here: Page, hint: Any, name: str, parameter: Parameter, told: dict[str, Any]) -> forms.Field:
    if hint is bool:
        if parameter.default is None:
            options = [("", "–"), ("yes", gettext("Yes")), ("no", gettext("No"))]
            return forms.ChoiceField(choices=options, **told)
        return forms.BooleanField(**{**told, "required": False})
    if hint is int:
        return forms.IntegerField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **told)
    if hint is float:
        return forms.FloatField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **told)
    for kind, shape, field in (
        (datetime, "datetime-local", forms.DateTimeField),
        (date, "date", forms.DateField),
        (time, "time", forms.TimeField),
    ):
        if hint is kind:
            return _dated(shape, field, **told)
    if hint is JurisdictionId:
        return AreaField(help_text=gettext("By code or name."), **told)
    if hint in LOOKED_UP:
        return Named(here, LOOKED_UP[hint], **told)
    if hint is CaseId:
        return CaseField(here, help_text=gettext("By case number."), **told)
    widget = forms.Textarea(attrs={"rows": 2}) if name in LONG else forms.TextInput()
    return forms.CharField(max_length=4000, widget=widget, **told)


def read(parameter: Parameter, value: Any) -> Any:
    """A cleaned value as the action wants it; empty means left out, so that the default holds."""
    hint = bare(parameter.hint)
    if value in (None, "", [], ()):
        return () if typing.get_origin(hint) is tuple and parameter.required else None
    if typing.get_origin(hint) is tuple:
        parts = value if isinstance(value, list) else str(value).replace("，", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())
    if hint is bool:
        return value in (True, "yes")
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    return value
