"""Searching for a case's contacts by hand: what it would cost stands first, then it runs, then a person lists all or some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ringfence.console import tracing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.fields import CaseField
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Number
from ringfence.console.sections import Ask, Numbers, Section, Sections, Text
from ringfence.console.sentences import abouts
from ringfence.console.shown import label, three_parts
from ringfence.core.errors import Refused
from ringfence.desks.tracing.actions.searching import list_found, search_contacts
from ringfence.desks.tracing.queries.file import SourceRow, case_traced
from ringfence.desks.tracing.queries.searching import Cost, Hit, search_cost, search_result, search_row
from ringfence.facts.ids import CaseId, PersonId
from ringfence.registry.queries.areas import place_names

SHOWN = 500  # people of an answer drawn on one page


class Terms(forms.Form):
    """What is searched: whose contacts, from when to when, what counts, and what for."""

    use_required_attribute = False

    def __init__(self, here: Page, data: Any = None, initial: Any = None) -> None:
        """The window comes from the case, what counts from the pack."""
        super().__init__(data, initial=initial, auto_id="search_%s")
        policy = parts.numbers(here)
        moment: dict[str, Any] = {
            "widget": forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
            "input_formats": ["%Y-%m-%dT%H:%M"],
        }
        figure: dict[str, Any] = {
            "widget": forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
            "required": False,
        }
        by_pack = ", ".join(f"{name} {policy.settings[code].minutes}" for code, name in parts.categories(here))
        self.fields["case"] = CaseField(here, label=_("Whose contacts"), help_text=_("By case number."))
        self.fields["begins_at"] = forms.DateTimeField(
            label=_("From"), help_text=_("When they began to infect, as the case has it."), **moment
        )
        self.fields["ends_at"] = forms.DateTimeField(label=_("Until"), **moment)
        self.fields["kinds"] = forms.MultipleChoiceField(
            label=_("Only these categories"), choices=parts.categories(here), required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: all of them."),
        )  # fmt: skip
        self.fields["min_minutes"] = forms.IntegerField(
            label=_("An encounter counts from, minutes"), min_value=1, help_text=_("Empty: as the pack says (%(minutes)s).") % {"minutes": by_pack}, **figure
        )  # fmt: skip
        orders = [("1", _("Contacts of the case")), ("2", _("Their contacts too (second order)"))]
        self.fields["order"] = forms.ChoiceField(label=_("How far"), choices=orders, widget=forms.RadioSelect)
        self.fields["close"] = forms.IntegerField(
            label=_("Second order: through contacts of so many minutes"), min_value=1, help_text=_("Without it or the cap it would name most of a city."), **figure
        )  # fmt: skip
        self.fields["cap"] = forms.IntegerField(
            label=_("Second order: through the so many closest"), min_value=1, **figure
        )
        self.fields["purpose"] = forms.CharField(
            label=_("What for"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Who searched, for whom and what for goes on record and is read by supervision."),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Second order needs a threshold or a cap."""
        told = super().clean() or {}
        if told.get("order") == "2" and not told.get("close") and not told.get("cap"):
            said = _("Second order needs a threshold or a cap: without one it names most of a city.")
            self.add_error("close", said)
        return told

    def terms(self) -> dict[str, Any]:
        """What the query and the action are asked."""
        told = self.cleaned_data
        second = told["order"] == "2"
        return {
            "case": CaseId(told["case"]), "begins_at": told["begins_at"], "ends_at": told["ends_at"], "order": int(told["order"]),
            "min_minutes": told["min_minutes"], "kinds": tuple(told["kinds"]),
            "close": told["close"] if second else None, "cap": told["cap"] if second else None,
        }  # fmt: skip


@page("investigate")
def search_page(here: Page) -> HttpResponse:
    """Ask, see what it would cost, then search."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    told = here.request.POST if here.request.method == "POST" else None
    form = Terms(here, told, _prefilled(here))
    cost: Cost | None = None
    refused, status = None, 200
    if told is not None:
        try:
            if form.is_valid():
                if "search" in told:
                    return _searched(here, form)
                cost = here.ask(search_cost, **form.terms())
            else:
                status = 422
        except Refused as refusal:
            refused, status = three_parts(refusal), 409
            if "search" in told and refusal.code == "purpose_missing":
                form.add_error("purpose", refused[0])
                cost = here.ask(search_cost, **form.terms())
    asked = Ask(_("What to search"), form, here.request.path, submit=_("Show what it would cost"), opened=True)
    main = [Section("", [asked])]
    if cost is not None:
        main.insert(0, _cost(here, form, cost))
    sections = Sections(
        title=_("Search for contacts"),
        lead=_(
            "What it would cost is shown first: how many people it would name. Nobody is named before the purpose is on record."
        ),
        tools=parts.ways(here, "tracing_search"),
        main=main,
    )
    return here.render(
        "console/tracing_search.html", status=status, sections=sections, refused=refused, ready=cost is not None
    )


def _prefilled(here: Page) -> dict[str, Any]:
    """The case's own window, where the address names a case."""
    made: dict[str, Any] = {"order": "1"}
    case = here.request.GET.get("case", "")
    row: SourceRow | None = here.ask(case_traced, case=CaseId(case)) if case else None
    if row is None:
        return made
    until = min(row.infectious_until or here.now, here.now)
    said = abouts(here, [row.case])[row.case].text
    return {**made, "case": said, "begins_at": timezone.localtime(row.infectious_from), "ends_at": timezone.localtime(max(until, row.infectious_from))}  # fmt: skip


def _cost(here: Page, form: Terms, cost: Cost) -> Section:
    """How many people it would name, out of how much."""
    second = form.cleaned_data["order"] == "2"
    numbers = [
        Number(_("People it would name"), cost.first + cost.second, as_of=here.now, act=cost.first + cost.second > parts.numbers(here).name_at_most,
               note=_("a rule by itself names at most %(n)s") % {"n": f"{parts.numbers(here).name_at_most:,}"}),
        Number(_("Contacts of the case"), cost.first, as_of=here.now),
        *([Number(_("Contacts of contacts"), cost.second, as_of=here.now, note=_("through %(n)s contacts") % {"n": f"{cost.followed:,}"})] if second else []),
        Number(_("Looked through"), cost.visits, as_of=here.now, note=ngettext("stays of %(n)s day", "stays of %(n)s days", cost.days) % {"n": cost.days}),
    ]  # fmt: skip
    said = _("Nobody was named yet. To see who they are, say below what it is for, and search.")
    if not cost.first + cost.second:
        said = _("It would name nobody: widen the window, or let shorter encounters count.")
    return Section(_("What it would cost"), [Numbers(numbers), Text(said)], "cost")


def _searched(here: Page, form: Terms) -> HttpResponse:
    answer = here.tell(search_contacts, **form.terms(), purpose=form.cleaned_data["purpose"])
    return redirect("tracing_found", search=answer.told[0].line.seq)


# -- what it found ------------------------------------------------------------------------------------------------------


@page("investigate")
def found_page(here: Page, search: int) -> HttpResponse:
    """Whom a search on record found; all or some of them are listed as contacts."""
    hits: list[Hit] = here.ask(search_result, search=search)
    row = search_row(search)
    if row is None or row.case is None:
        raise Refused("search_unknown", search=search)
    case = abouts(here, [row.case])[row.case]
    rows = _rows(here, hits[:SHOWN])
    left = sum(not each.listed for each in hits)
    begins, ends = (moment.astimezone(here.zone).strftime("%m-%d %H:%M") for moment in (row.begins_at, row.ends_at))
    return here.render(
        "console/tracing_found.html",
        title=_("Found for %(case)s") % {"case": case.text},
        lead=_("%(first)s – %(last)s · purpose: %(purpose)s") % {"first": begins, "last": ends, "purpose": row.purpose},
        way=[Choice(_("Search"), f"{reverse('tracing_search')}?case={row.case}"), Choice(case.text, case.href)],
        numbers=[
            Number(_("People found"), len(hits), as_of=here.now),
            Number(_("Not on the list yet"), left, len(hits), _("found"), here.now, act=left > 0),
        ],
        heads=[_("Person"), _("Kind of contact"), _("Category"), _("Minutes"), _("First exposure"), _("Last exposure"), _("Where"), _("On the list")],
        rows=rows, more=max(len(hits) - SHOWN, 0), left=left, list_url=reverse("tracing_list_found", args=[search]),
        case_url=reverse("case_contacts", args=[row.case]), why_url=reverse("why", args=[search]),
    )  # fmt: skip


def _rows(here: Page, hits: Sequence[Hit]) -> list[tuple[str, bool, list[Cell]]]:
    """(person, listed, cells) of each."""
    known = codes([*(each.person for each in hits), *(each.through for each in hits if each.through)])
    names = place_names([place for each in hits for place in each.places[:3]])
    made: list[tuple[str, bool, list[Cell]]] = []
    for each in hits:
        note = _("through ••• %(person)s") % {"person": known.get(each.through, "")} if each.through else ""
        where = ", ".join(names.get(place, place) for place in each.places[:3])
        made.append((each.person, each.listed, [
            Cell(f"••• {known.get(each.person, '')}", note=note), Cell(chip=parts.closeness_chip(each.closeness.value)),
            Cell(parts.category_said(here, each.category)), Cell(f"{each.minutes:,}", note=_("%(n)s meetings") % {"n": each.encounters} if each.encounters > 1 else ""),
            Cell(at=each.first_at), Cell(at=each.last_at), Cell(where + (" …" if len(each.places) > 3 else "")),  # noqa: PLR2004 (three fit a cell)
            Cell(chip=Chip("done", _("listed"))) if each.listed else Cell(chip=Chip("open", _("not listed"))),
        ]))  # fmt: skip
    return made


@require_POST
@page("investigate")
def list_page(here: Page, search: int) -> HttpResponse:
    """List all that a search found, or those ticked."""
    row = search_row(search)
    if row is None or row.case is None:
        raise Refused("search_unknown", search=search)
    picked = () if "all" in here.request.POST else tuple(PersonId(each) for each in here.request.POST.getlist("person"))
    if "all" not in here.request.POST and not picked:
        raise Refused("nothing_picked", what=label("action.tracing.list_found"))
    here.tell(list_found, case=row.case, search=search, people=picked)
    messages.success(here.request, _("They are on the list of contacts, and followed up from now on."))
    return redirect("case_contacts", case=row.case)


urlpatterns = [
    path("tracing/search/", search_page, name="tracing_search"),
    path("tracing/search/<int:search>/", found_page, name="tracing_found"),
    path("tracing/search/<int:search>/list/", list_page, name="tracing_list_found"),
]
