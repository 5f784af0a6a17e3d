"""Units, teams and colleagues to pick from; where there are more than fit a list, they are typed and looked up by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext

from ringfence.console.shown import names_language
from ringfence.facts.ids import JurisdictionId
from ringfence.registry.queries import accounts, areas, units

if TYPE_CHECKING:
    from ringfence.console.context import Page

Choices = list[tuple[str, str]]
MOST = 100
"""Up to this many stand in a select: each select of a page is drawn whole, however few of them are used."""


def place_said(value: Any) -> Any:
    """A place's id as its name, where the name is enough to find it again; anything else as it is."""
    found = areas.area(JurisdictionId(value)) if isinstance(value, str) and value.startswith("place_") else None
    if found is None:
        return value
    name = found.name(names_language())
    return name if areas.area_called(name) == found.id else value


Look = Callable[["Page", str | None, int], Choices]


def units_like(here: Page, text: str | None, limit: int) -> Choices:
    """Units as (id, name): all, or those whose name holds a text."""
    return [(each.id, each.name(here.language)) for each in here.ask(units.units, text=text, limit=limit)]


def teams_like(here: Page, text: str | None, limit: int) -> Choices:
    """Teams as (id, name): all, or those whose name holds a text."""
    return [(each.id, each.name) for each in here.ask(units.teams, text=text, limit=limit)]


def colleagues_like(here: Page, text: str | None, limit: int) -> Choices:
    """Whom work can be handed to, as (id, name); who may not assign work can name only themselves."""
    if here.may("assign"):
        return list(here.ask(accounts.colleagues, text=text, limit=limit))
    own = (here.who.id, here.who.name)
    return [own] if not text or text.lower() in own[1].lower() or text == own[0] else []


def few(here: Page, look: Look) -> Choices | None:
    """All there are, where they fit a select; else None."""
    found = look(here, None, MOST + 1)
    return found if len(found) <= MOST else None


class Named(forms.CharField):
    """One of many, told by its name or id."""

    def __init__(self, here: Page, look: Look, **more: Any) -> None:
        """`look` finds those whose id or name is like a text."""
        super().__init__(**{"help_text": gettext("By name."), **more})
        self.here, self.look = here, look

    def clean(self, value: Any) -> Any:
        """Its id; a part of a name will do where only one thing is called so."""
        text = super().clean(value)
        if not text:
            return None
        found = self.look(self.here, text, MOST)
        same = [each for each in found if text in each] or found
        if len(same) != 1:
            raise forms.ValidationError(
                gettext("Nothing, or more than one thing, is called %(text)s.") % {"text": text}
            )
        return same[0][0]

    def prepare_value(self, value: Any) -> Any:
        """An id from an address is shown by its name, where the name is enough to find it again."""
        if not value:
            return value
        name = next((said for each, said in self.look(self.here, str(value), 1) if each == value), None)
        if name is None:
            return value
        return name if sum(said == name for _, said in self.look(self.here, name, MOST)) == 1 else value


class Search(forms.Form):
    """Places, units or teams by their name: `q` in the address."""

    def __init__(self, here: Page, called: str) -> None:
        """One field, called so."""
        super().__init__(here.request.GET)
        self.fields["q"] = forms.CharField(label=called, required=False)
