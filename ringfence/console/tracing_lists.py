"""Contacts of an outbreak, and the cases whose contacts they are, in lists: with filters, pages, exports and bulk edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console import views
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Empty
from ringfence.console.sentences import abouts
from ringfence.console.shown import how_long, label, local_day
from ringfence.console.tracing_told import BULK, choices
from ringfence.core.words import N_
from ringfence.desks.tracing.queries.board import contact_counts
from ringfence.desks.tracing.queries.file import SourceRow, cases_traced
from ringfence.desks.tracing.queries.lists import COUNTED, contacts_listed, contacts_matching, people_of
from ringfence.desks.tracing.queries.rows import ContactRow

HEADS = (
    Head("contact", "id"),
    Head("standing"),
    Head("next_step"),
    Head("closeness"),
    Head("category"),
    Head("case"),
    Head("last_exposure", "time"),
    Head("minutes", "number", shown=False),
    Head("lives_with"),
    Head("kept_apart", shown=False),
    Head("heard_on", shown=False),
    Head("followed_until", "time", shown=False),
    Head("listed_at", "time", shown=False),
    Head("reached_at", "time", shown=False),
    Head("area"),
)


def lines(here: Page, rows: Sequence[ContactRow]) -> list[Line]:
    """A page of contacts, drawn: masked."""
    people = parts.people_cells(here, rows)
    cases = abouts(here, [each.first_case for each in rows if each.first_case])
    places = here.area_names(each.path for each in rows)
    return [
        Line(each.id, cells(here, each, people[each.id], cases, places), reverse("tracing_contact", args=[each.id]),
             act=parts.late(here, each))
        for each in rows
    ]  # fmt: skip


def cells(here: Page, row: ContactRow, person: Cell, cases: dict[str, Cell], places: dict[str, str]) -> dict[str, Cell]:
    """The cells of one contact."""
    return {
        "contact": person,
        "standing": Cell(chip=parts.standing_chip(here, row)),
        "next_step": Cell(parts.next_said(here, row), note=_tried(row)),
        "closeness": Cell(chip=parts.closeness_chip(row.closeness), note=_("set by hand") if row.set_by_hand else ""),
        "category": Cell(parts.category_said(here, row.category), note=_("%(n)s min") % {"n": f"{row.minutes:,}"}),
        "case": _met(row, cases),
        "last_exposure": Cell(at=row.last_at) if row.last_at else Cell("–"),
        "minutes": Cell(f"{row.minutes:,}"),
        "lives_with": Cell(
            parts.home_said(row.household), href=f"{reverse('tracing_contacts')}?household={row.household}" if row.household else ""
        ),
        "kept_apart": parts.kept_said(row),
        "heard_on": Cell(str(row.heard_on) if row.heard_on else "–"),
        "followed_until": Cell(at=row.until_at) if row.until_at else Cell("–"),
        "listed_at": Cell(at=row.listed_at),
        "reached_at": Cell(at=row.reached_at) if row.reached_at else Cell("–"),
        "area": Cell(places.get(row.path, row.path), note=_("handed over") if row.away else ""),
    }  # fmt: skip


def _met(row: ContactRow, cases: dict[str, Cell]) -> Cell:
    if row.first_case is None:
        return Cell("–")
    found = cases[row.first_case]
    more = row.links - 1
    return Cell(found.text, href=found.href, note=_("and %(n)s more") % {"n": more} if more > 0 else "")


def _tried(row: ContactRow) -> str:
    if not row.tries or row.reached_at is not None:
        return ""
    why = label(f"tried.{row.tried_reason}") if row.tried_reason else _("no answer")
    return _("tried %(n)s times, last: %(why)s") % {"n": row.tries, "why": why}


FIELDS = (
    "contact", "standing", "closeness", "category", "case", "first_exposure", "last_exposure", "minutes", "lives_with",
    "listed_at", "reached_at", "kept_apart", "heard_on", "followed_until", "area",
)  # fmt: skip


def records(here: Page, rows: Sequence[ContactRow]) -> list[list[Any]]:
    """Rows of an export, without identities."""
    made = []
    for row, line in zip(rows, lines(here, rows), strict=True):
        times = {
            name: moment and moment.astimezone(here.zone)
            for name, moment in (
                ("first_exposure", row.first_at), ("last_exposure", row.last_at), ("listed_at", row.listed_at),
                ("reached_at", row.reached_at), ("followed_until", row.until_at),
            )
        }  # fmt: skip
        said = {"standing": parts.standing_chip(here, row).text, "closeness": row.closeness, "minutes": row.minutes}
        values = {**{name: line.cells[name].text for name in FIELDS if name in line.cells}, **said, **times}
        made.append([values[name] for name in FIELDS])
    return made


def named(here: Page, ids: Sequence[str]) -> dict[str, str]:
    """How contacts are called in a preview."""
    del here
    known = people_of(ids)
    said = codes(known.values())
    return {each: f"••• {said.get(known.get(each, ''), each[-8:].upper())}" for each in ids}


def count(here: Page, wanted: dict[str, Any]) -> tuple[int, bool]:
    """How many match: from the kept counts where nothing narrows the list, else counted up to a bound."""
    narrowed = {name: value for name, value in wanted.items() if name not in {"outbreak", "under", "day"}}
    if not narrowed:
        return sum(
            each.alive for each in here.ask(contact_counts, outbreak=here.outbreak_id, under=here.under_id)
        ), False
    if "household" in narrowed:
        return len(here.ask(contacts_listed, **wanted, limit=1000).rows), False
    found = here.ask(contacts_matching, **wanted, most=COUNTED + 1)
    return min(found, COUNTED), found > COUNTED


def count_all(here: Page, wanted: dict[str, Any]) -> int:
    """How many match, to the last one."""
    if "household" in wanted:
        return count(here, wanted)[0]
    return int(here.ask(contacts_matching, **wanted, most=10**9))


def empty(here: Page) -> Empty:
    """Before the first contact."""
    return Empty(
        _("No contact here yet"),
        _("A confirmed case's contacts are listed by themselves where visits are on record; others are searched for, or told by hand."),
        _("Search for contacts") if here.may("investigate") else _("Cases searched"),
        reverse("tracing_search") if here.may("investigate") else reverse("tracing_cases"),
    )  # fmt: skip


CONTACTS = declare(
    ListPage(
        name="tracing_contacts",
        title=N_("Contacts"),
        query=contacts_listed,
        heads=HEADS,
        lines=lines,
        empty=empty,
        item="contact",
        actions=BULK,
        choices=choices,
        fixed=lambda here: {"outbreak": here.outbreak_id, "day": local_day(here.now)},
        hidden=("listed_before",),
        count=count,
        count_all=count_all,
        fields=FIELDS,
        records=records,
        names=named,
    )
)


@page()
def contacts_page(here: Page) -> HttpResponse:
    """Contacts of the outbreak."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    asked = here.request.GET
    base = reverse("tracing_contacts")
    tabs = [Choice(_("Followed up now"), base, current=not asked.get("need") and not asked.get("standing"))]
    tabs += [
        Choice(label(f"need.{each}"), f"{base}?need={each}", current=asked.get("need") == each)
        for each in ("symptoms", "unreached", "missed", "unheard", "swab")
    ]
    tabs += [
        Choice(label(f"standing.{each}"), f"{base}?standing={each}", current=asked.get("standing") == each)
        for each in ("kept_apart", "became_case", "closed")
    ]
    lead = _("Everybody who met a case, one row each however many cases they met.")
    return list_page(here, CONTACTS, [*tabs, *views.choices(here, CONTACTS)], lead=lead, tools=parts.ways(here, "tracing_contacts"))  # fmt: skip


# -- cases --------------------------------------------------------------------------------------------------------------


def case_lines(here: Page, rows: Sequence[SourceRow]) -> list[Line]:
    """Cases with what became of their search."""
    cases = abouts(here, [each.case for each in rows])
    met = abouts(here, [each.met_case for each in rows if each.met_case])
    places = here.area_names(each.path for each in rows)
    limit = parts.numbers(here).list_within
    made = []
    for each in rows:
        url = reverse("case_contacts", args=[each.case])
        overdue = each.search != "done" and here.now - each.confirmed_at > limit
        chip = Chip("overdue" if overdue else parts.SEARCH_CHIPS[each.search], label(f"search.{each.search}"))
        took = each.listed_at - each.confirmed_at if each.listed_at else None
        made.append(Line(each.id, {
            "case": Cell(cases[each.case].text, href=reverse("case", args=[each.case])),
            "search": Cell(chip=chip, note=label(f"left_open.{each.search_reason}") if each.search_reason else ""),
            "contacts": Cell(f"{each.contacts:,}", href=url),
            "confirmed_at": Cell(at=each.confirmed_at),
            "listed_after": Cell(how_long(max(took.total_seconds(), 0)) if took is not None else "–"),
            "known_before": _known(each, met),
            "area": Cell(places.get(each.path, each.path)),
        }, url, act=overdue or each.search == "left_open"))  # fmt: skip
    return made


def _known(row: SourceRow, met: dict[str, Cell]) -> Cell:
    """How the case was known before its diagnosis."""
    if row.was_contact is None:
        return Cell(chip=Chip("done", _("linked")) if row.linked else Chip("soon", _("linked to nobody")))
    said = _("contact, in quarantine") if row.was_quarantined else _("contact, not in quarantine")
    chip = Chip("done" if row.was_quarantined else "soon", said)
    return Cell(chip=chip, text=met[row.met_case].text if row.met_case in met else "", href=reverse("tracing_contact", args=[row.was_contact]))  # fmt: skip


CASES = declare(
    ListPage(
        name="tracing_cases",
        title=N_("Cases and their contacts"),
        query=cases_traced,
        heads=(
            Head("case", "id"), Head("search"), Head("contacts", "number"), Head("confirmed_at", "time"),
            Head("listed_after"), Head("known_before"), Head("area"),
        ),
        lines=case_lines,
        empty=lambda _here: Empty(
            _("No confirmed case yet"),
            _("Contacts are searched for once a case is confirmed, or found without symptoms by a test."),
            _("Line list"), reverse("cases"),
        ),
        fixed=lambda here: {"outbreak": here.outbreak_id},
    )
)  # fmt: skip


@page()
def cases_page(here: Page) -> HttpResponse:
    """Cases, and what became of the search for their contacts."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    now, base = here.request.GET.get("search", ""), reverse("tracing_cases")
    tabs = [Choice(_("All"), base, current=not now)]
    tabs += [
        Choice(label(f"search.{each}"), f"?search={each}", current=now == each)
        for each in ("left_open", "none", "done")
    ]
    lead = _("Contacts are to be listed within %(limit)s") % {"limit": parts.limit_said(here, "list_within")}
    return list_page(here, CASES, tabs, lead=lead, tools=parts.ways(here, "tracing_cases"))


urlpatterns = [
    path("tracing/contacts/", contacts_page, name="tracing_contacts"),
    path("tracing/cases/", cases_page, name="tracing_cases"),
]
