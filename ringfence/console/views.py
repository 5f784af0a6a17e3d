"""Saved views: the filters of a list under a name, one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from ringfence.console.context import Page, page
from ringfence.console.lists import list_named
from ringfence.console.pieces import Choice
from ringfence.facts.ids import AccountId
from ringfence.registry.actions import own
from ringfence.registry.queries import accounts

if TYPE_CHECKING:
    from ringfence.console.lists import ListPage

PASSING = ("after", "outbreak", "under", "density")


class ViewName(forms.Form):
    """The name of a view."""

    name = forms.CharField(max_length=own.LONGEST_NAME)


def choices(here: Page, listed: ListPage) -> list[Choice]:
    """One's saved views of a list, the one in the address marked."""
    now = _lasting(here)
    base = reverse(listed.name)
    saved = accounts.views_of(AccountId(here.who.id), listed.name)
    if not saved:
        return []
    made = [Choice(gettext("All"), base, current=not now)]
    return made + [Choice(name, f"{base}?{told}", current=told == now) for name, told in saved]


def _lasting(here: Page) -> str:
    """What of an address is kept in a view: its filters, columns and order."""
    told = here.request.GET.copy()
    for name in PASSING:
        told.pop(name, None)
    for name in [name for name, values in told.lists() if not any(values)]:
        del told[name]
    return told.urlencode()


@page()
def save_view(here: Page, listed: str) -> HttpResponse:
    """Name the filters in the address, or drop a view by its name."""
    chosen = list_named(listed)
    told = _lasting(here)
    post = here.request.POST
    if here.request.method == "POST" and post.get("drop"):
        here.tell(own.drop_view, listed=listed, name=post["drop"])
        return redirect("save_view", listed=listed)
    form = ViewName(post or None)
    form.fields["name"].label = gettext("Name of the view")
    if here.request.method == "POST" and form.is_valid():
        here.tell(own.save_view, listed=listed, name=form.cleaned_data["name"], asked=told)
        return HttpResponseRedirect(f"{reverse(chosen.name)}?{told}")
    return here.render(
        "console/save_view.html",
        title=gettext("Save this view"),
        form=form,
        told=told,
        cancel_url=f"{reverse(chosen.name)}?{told}",
        saved=accounts.views_of(AccountId(here.who.id), listed),
    )


urlpatterns = [path("views/<slug:listed>/", save_view, name="save_view")]
