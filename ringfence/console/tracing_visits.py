"""What visits are on record, what searched them, and forgetting; who searched for whom, when and what for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Choice, Number, Row
from ringfence.console.sections import Ask, Line, Links, Numbers, Part, Section, Sections, Text, table
from ringfence.console.sentences import entries, told_by
from ringfence.console.shown import label
from ringfence.core import db, log
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.facts.tracing import ContactsSearched, VisitsForgotten
from ringfence.registry.queries.history import LogPage, log_lines

NEWEST = 20


@page()
def visits_page(here: Page) -> HttpResponse:
    """Days of visits, from whom, and how much."""
    from ringfence.desks.tracing.visits.meetings import visits_here  # noqa: PLC0415 (loads the compiled loops)

    visits = visits_here()
    known: dict[str, Any] = visits.status() if visits else {"days": []}
    first = known["days"][0]["day"] if known["days"] else None
    sections = Sections(
        title=_("Visits"),
        lead=_("Who was where, from when to when, as agencies told it: what searches look through."),
        tools=parts.ways(here, "tracing_visits"),
        main=[
            Section(_("On record"), _on_record(here, known), "on-record"),
            Section(_("Days"), [_days(known["days"])], "days"),
            *(_forget(here, date.fromisoformat(first)) if first else []),
            Section(_("Loads and forgettings"), [_history()], "history"),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _on_record(here: Page, known: dict[str, Any]) -> list[Part]:
    days = known["days"]
    if not days:
        return [
            Text(_("No visits are on record: no case's contacts can be found by themselves.")),
            Text(_("Load them on the server: ringfence visits load FILE, with the columns person, place, start, end and source.")),
        ]  # fmt: skip
    keep = parts.limit_said(here, "keep_visits_for") if here.outbreak else ""
    spent = sum(each["parquet_bytes"] + each["index_bytes"] for each in days)
    made: list[Part] = [
        Numbers([
            Number(_("Stays"), known["stays"], as_of=here.now, note=_("%(first)s to %(last)s") % {"first": days[0]["day"], "last": days[-1]["day"]}),
            Number(_("Days"), len(days), as_of=here.now, note=_("kept for %(limit)s") % {"limit": keep} if keep else ""),
            Number(_("People named"), known["people"], as_of=here.now, note=_("by the ids of those who told them")),
            Number(_("Places"), known["places"], as_of=here.now),
            Number(_("On disk"), f"{spent / 1e6:,.1f} MB", as_of=here.now),
        ]),
        Text(_("Told by: %(sources)s") % {"sources": ", ".join(known["sources"]) or "–"}),
        Text(_("Kinds of place: %(kinds)s") % {"kinds": ", ".join(known["kinds"]) or "–"}),
    ]  # fmt: skip
    return made


def _days(days: list[dict[str, Any]]) -> Part:
    rows = [
        Row(each["day"], [
            Cell(each["day"]), Cell(f"{each['stays']:,}"), Cell(f"{each['people']:,}"),
            Cell(f"{(each['parquet_bytes'] + each['index_bytes']) / 1e6:,.1f} MB"),
        ])
        for each in reversed(days)
    ]  # fmt: skip
    return table(_("Days"), [_("Day"), _("Stays"), _("People"), _("On disk")], rows, _("No day yet."))


class Before(forms.Form):
    """The first day that is kept."""

    def __init__(self, data: Any, first: date) -> None:
        """Days before it are deleted."""
        super().__init__(data, auto_id="forget_%s")
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.fields["before"] = forms.DateField(
            label=_("Keep from this day on"), widget=widget, help_text=_("The first day on record is %(day)s.") % {"day": first}
        )  # fmt: skip
        self.fields["sure"] = forms.BooleanField(label=_("I know that there is no way back"))


def _forget(here: Page, first: date) -> list[Section]:
    """Deleting days, for those who may erase."""
    if not here.may("erase"):
        return []
    said = _("Every day before it is deleted, and the ids that no other day names. Contacts already listed stay.")
    asked = Ask(
        _("Forget days"), Before(None, first), reverse("tracing_visits_forget"), submit=_("Forget them"), danger=True
    )
    return [Section(_("Forget"), [Text(said), asked], "forget")]


@page("erase")
def forget_page(here: Page) -> HttpResponse:
    """Delete days of visits; that it was done goes on record."""
    from ringfence.desks.tracing.visits import store  # noqa: PLC0415 (loads the compiled loops)

    if "" not in here.who.scope("erase").paths and not _answers_for_all(here):
        raise Refused("not_allowed", what="erase")
    form = Before(here.request.POST if here.request.method == "POST" else None, here.now.date())
    if not form.is_valid():
        return here.render(
            "console/form_page.html", status=422 if form.is_bound else 200, title=_("Forget days of visits"), form=form, danger=True,
            submit_label=_("Forget them"), cancel_url=reverse("tracing_visits"),
        )  # fmt: skip
    gone = store.forget(home(), form.cleaned_data["before"])
    if gone.days:
        fact = VisitsForgotten(
            before_on=form.cleaned_data["before"], days=len(gone.days), visits=gone.stays, people=gone.people,
            places=gone.places, at=here.centre.clock.now(),
        )  # fmt: skip
        here.centre.hear(here.who, [fact])
    return redirect("tracing_visits")


def _answers_for_all(here: Page) -> bool:
    """Whether the asker may erase at every top of the tree: visits belong to the whole installation."""
    tops = [row[0] for row in db.ask("SELECT path FROM registry_jurisdiction WHERE parent IS NULL")]
    return all(here.who.scope("erase").covers(each) for each in tops)


def _history() -> Part:
    """The newest loads and forgettings: counts, never whose."""
    rows = db.ask(
        f"SELECT {log.COLUMNS} FROM log WHERE kind IN ('VisitsLoaded', 'VisitsForgotten') ORDER BY seq DESC LIMIT {NEWEST}"
    )
    return Line(entries([log.told(row) for row in rows]), _("Nothing was loaded yet."))


# -- searches made ------------------------------------------------------------------------------------------------------


@page("audit")
def searches_page(here: Page) -> HttpResponse:
    """Every search for contacts: who, whose, which window, what for, and how many it named."""
    before = here.request.GET.get("before", "")
    found: LogPage = here.ask(
        log_lines, kind="ContactsSearched", under=here.under_id, before=int(before) if before.isdigit() else None
    )
    facts = [each for each in found.lines if isinstance(each.fact, ContactsSearched)]
    names, known = told_by(each.line.by for each in facts), codes(each.fact.person for each in facts)  # type: ignore[attr-defined]
    rows = []
    for each in facts:
        fact: Any = each.fact
        begins, ends = (
            moment.astimezone(here.zone).strftime("%m-%d %H:%M") for moment in (fact.begins_at, fact.ends_at)
        )
        rows.append(Row(str(each.line.seq), [
            Cell(at=fact.at, href=reverse("why", args=[each.line.seq]), text=_("line %(n)s") % {"n": each.line.seq}),
            Cell(names[each.line.by]), Cell(f"••• {known.get(fact.person, '')}", href=reverse("person", args=[fact.person])),
            Cell(f"{begins} – {ends}"), Cell(str(fact.order), note=_terms(fact)), Cell(f"{fact.named:,}"), Cell(fact.purpose or "–"),
        ]))  # fmt: skip
    heads = [
        _("When"),
        _("Who searched"),
        _("Whose contacts"),
        _("Window"),
        _("Order of contact"),
        _("People named"),
        _("Purpose"),
    ]
    empty = _("No search by a person is on record here.")
    main: list[Part] = [table(_("Searches made"), heads, rows, empty, _("Rules' own searches stand with their case."))]
    if found.next:
        main.append(Links([Choice(_("Older ones"), f"?before={found.next}")]))
    sections = Sections(
        title=_("Searches made"),
        lead=_("A search names people who did nothing but meet somebody: each one is on record, with its purpose."),
        tools=parts.ways(here, "tracing_searches"),
        main=[Section("", main)],
    )
    return here.render("console/sections.html", sections=sections)


def _terms(fact: ContactsSearched) -> str:
    told = []
    if fact.minutes is not None:
        told.append(_("from %(n)s min") % {"n": fact.minutes})
    if fact.place_kinds:
        told.append(", ".join(label(f"category.{each}") for each in fact.place_kinds))
    if fact.close is not None:
        told.append(_("through contacts of %(n)s min") % {"n": fact.close})
    if fact.cap is not None:
        told.append(_("through the %(n)s closest") % {"n": fact.cap})
    return " · ".join(told)


urlpatterns = [
    path("tracing/visits/", visits_page, name="tracing_visits"),
    path("tracing/visits/forget/", forget_page, name="tracing_visits_forget"),
    path("tracing/searches/", searches_page, name="tracing_searches"),
]
