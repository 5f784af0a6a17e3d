"""A tracer's contacts of the day on paper: to reach, to order apart, to ask, to swab, to visit; and the households' links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console.context import Page, page
from ringfence.console.papers import download
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Number, Row
from ringfence.console.report_links import link_url
from ringfence.console.sections import Ask, Links, Numbers, Part, Section, Sections, table
from ringfence.console.shown import due, local_day
from ringfence.core.centre import Item
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.desks.tracing.queries.follow_up import (
    ErrandRow,
    contacts_to_ask,
    contacts_to_quarantine,
    contacts_to_reach,
    contacts_to_visit,
    swabs_due,
)
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.desks.tracing.queries.report_links import links_of
from ringfence.facts.ids import ContactId
from ringfence.registry import identities
from ringfence.registry.actions.people import reveal_identity
from ringfence.registry.queries import people
from ringfence.reports.dossier import Printed
from ringfence.reports.tracing import Listed, csv_of, paper

MOST_PRINTED = 2000
MOST_REVEALED = 300
SHOWN = 100
SIGNS = {"female": "♀", "male": "♂"}


@dataclass
class Work:
    """What is to be done for one contact today, with the deadline of each where it has one."""

    row: ContactKey
    kinds: dict[str, datetime | None] = field(default_factory=dict)

    def late(self, now: datetime) -> bool:
        """Whether something of it is overdue."""
        return any(at is not None and at < now for at in self.kinds.values())


def kinds() -> dict[str, str]:
    """What can be to do, in the order of a day's work."""
    return {
        "reach": _("Reach"), "apart": _("Order apart"), "ask": _("Ask"), "swab": _("Swab"), "visit": _("Visit"),
    }  # fmt: skip


ERRANDS: dict[str, Callable[..., Any]] = {
    "reach": contacts_to_reach,
    "apart": contacts_to_quarantine,
    "swab": swabs_due,
    "visit": contacts_to_visit,
}


def works(here: Page, most: int = MOST_PRINTED) -> list[Work]:
    """Each contact of the place looked at with what is to be done today, those who are late first, homes together."""
    asked: dict[str, Any] = {"outbreak": here.outbreak_id, "under": here.under_id}
    ends = timezone.localtime(here.now).replace(hour=23, minute=59, second=59)
    found: dict[ContactId, Work] = {}
    for kind, listed in ERRANDS.items():
        for errand in _all(here, listed, most, **asked, due_before=ends):
            if isinstance(errand, ErrandRow) and errand.row is not None:
                found.setdefault(errand.contact, Work(errand.row)).kinds[kind] = errand.due_at
    for row in _all(here, contacts_to_ask, most, **asked, on=local_day(here.now)):
        found.setdefault(row.id, Work(row)).kinds["ask"] = None
    return sorted(
        found.values(),
        key=lambda each: (not each.late(here.now), each.row.path, each.row.household or "~", each.row.id),
    )[:most]


def _all(here: Page, query: Callable[..., Any], most: int, **asked: Any) -> Iterable[Any]:
    """The rows of a list, so many at most."""
    after, n = None, 0
    while n < most:
        found = here.ask(query, **asked, after=after, limit=min(1000, most - n))
        yield from found.rows
        n += len(found.rows)
        after = found.next
        if after is None:
            return


def said(here: Page, work: Work) -> str:
    """What is to do, each with the hour of its deadline; ▲ what is late."""
    names = kinds()
    parts = []
    for kind, at in sorted(work.kinds.items(), key=lambda each: list(names).index(each[0])):
        hour = f" {timezone.localtime(at):%d.%m. %H:%M}" if at else ""
        parts.append(f"{'▲ ' if at and at < here.now else ''}{names[kind]}{hour}")
    return "; ".join(parts)


@page("work")
def sheet_page(here: Page) -> HttpResponse:
    """What is to be done today, and its papers."""
    found = works(here)
    names = kinds()
    counted = {kind: sum(kind in each.kinds for each in found) for kind in names}
    late = sum(each.late(here.now) for each in found)
    numbers = [Number(said_, counted[kind], as_of=here.now) for kind, said_ in names.items()]
    parts: list[Part] = [Numbers([*numbers, Number(_("Something overdue"), late, as_of=here.now, act=late > 0)])]
    parts.append(Links([
        Choice(_("Print without identities (PDF)"), reverse("tracing_sheet_pdf")),
        Choice(_("Links of the households (PDF)"), f"{reverse('tracing_links')}?form=pdf"),
        Choice(_("Links of the households (CSV)"), f"{reverse('tracing_links')}?form=csv"),
    ]))  # fmt: skip
    if here.may("reveal"):
        form = Purpose(auto_id="sheet_%s")
        form.fields["purpose"].label = _("What do you need the identities for?")
        parts.append(Ask(
            _("Print with names, telephone numbers and addresses"), form, reverse("tracing_sheet_revealed"),
            submit=_("Record the purpose and print"), key="sheet",
        ))  # fmt: skip
    where = here.under.name(here.language) if here.under else _("All your places")
    sections = Sections(
        title=_("Today's contacts"), lead=where,
        main=[Section("", parts), Section(_("To be done today"), [_table(here, found)])],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _table(here: Page, found: Sequence[Work]) -> Part:
    known = codes(each.row.person for each in found[:SHOWN])
    places = here.area_names(each.row.path for each in found[:SHOWN])
    rows = []
    for each in found[:SHOWN]:
        first = min((at for at in each.kinds.values() if at), default=None)
        cells = [
            Cell(f"••• {known.get(each.row.person, '')}", href=reverse("person", args=[each.row.person])),
            Cell(said(here, each)),
            Cell(chip=Chip("overdue", due(first, here.now))) if first and first < here.now else Cell(),
            Cell(places.get(each.row.path, "")),
        ]
        rows.append(Row(each.row.id, cells, act=each.late(here.now)))
    heads = (_("Contact"), _("To do"), _("Deadline"), _("Place"))
    text = _("Nobody is to be reached, asked, swabbed or visited here today.")
    return table(_("To be done today"), heads, rows, _("Nothing to be done"), text)


class Purpose(forms.Form):
    """What identities are needed for."""

    purpose = forms.CharField(max_length=400)


@page("work")
def sheet_pdf(here: Page) -> HttpResponse:
    """The sheet without identities."""
    return _printed(here, works(here), {}, _("to follow contacts up"))


@require_POST
@page("reveal")
def sheet_revealed(here: Page) -> HttpResponse:
    """The sheet with identities: each person's reading is put on record first; those one may not see stay masked."""
    form = Purpose(here.request.POST)
    if not form.is_valid():
        raise Refused("purpose_missing", what=_("Print with names, telephone numbers and addresses"))
    purpose = form.cleaned_data["purpose"]
    found = works(here, MOST_REVEALED)
    told = [Item({"person": each.row.person, "purpose": purpose, "at": here.now}) for each in found]
    outcome = here.tell_many(reveal_identity, told, batch=f"sheet:{here.who.id}:{here.now.isoformat()}")
    shown = {
        each.row.person: known
        for each, answer in zip(found, outcome.answers, strict=True)
        if not isinstance(answer, Refused) and (known := identities.opened(each.row.person)) is not None
    }
    return _printed(here, found, shown, purpose)


def _printed(here: Page, found: Sequence[Work], shown: dict[Any, identities.Identity], purpose: str) -> HttpResponse:
    known = codes(each.row.person for each in found)
    places = here.area_names(each.row.path for each in found)
    heads = [("n", "№"), ("home", _("Household")), ("code", _("Person")), ("sex", _("Sex")), ("born", _("Born"))]
    if shown:
        heads += [("who", _("Name")), ("contact", _("Telephone")), ("address", _("Address"))]
    heads += [("what", _("To do")), ("place", _("Place")), ("temp", "°C"), ("note", _("Symptoms, remarks"))]
    rows = []
    for n, each in enumerate(found, 1):
        person = people.known_person(each.row.person)
        home = each.row.household[-6:].upper() if each.row.household else "–"
        sex = SIGNS.get((person.sex if person else "") or "", "")
        born = str(person.birth_on.year) if person and person.birth_on else ""
        row = [str(n), home, known.get(each.row.person, ""), sex, born]
        if shown:
            identity = shown.get(each.row.person)
            row += (
                [getattr(identity, name) or "" for name in ("name", "phone", "address")]
                if identity
                else ["•••", "", ""]
            )
        rows.append([*row, said(here, each), places.get(each.row.path, ""), "", ""])
    day = f"{timezone.localtime(here.now):%Y-%m-%d}"
    made = paper(
        _("Contacts of %(day)s") % {"day": day}, Listed(heads, rows), language=here.language, zone=here.zone,
        audit=Printed(by=here.who.name, at=here.now, purpose=purpose),
        subtitle=_("%(place)s · %(n)s contacts") % {"place": _where(here), "n": f"{len(found):,}"},
    )  # fmt: skip
    return download(made.content, "application/pdf", f"contacts-{day}.pdf")


def _where(here: Page) -> str:
    return here.under.name(here.language) if here.under else _("All your places")


@page("work")
def links_page(here: Page) -> HttpResponse:
    """The links of the households of today's contacts, to be handed out or sent: no identity beside them."""
    heads = [
        ("code", _("Person")),
        ("home", _("Household")),
        ("place", _("Place")),
        ("until", _("Until")),
        ("link", _("Link")),
    ]
    found = [each.row for each in works(here)]
    known = codes(each.person for each in found)
    places = here.area_names(each.path for each in found)
    rows, seen = [], set()
    for each in found:
        link = next((one for one in links_of(each.id) if one.good(here.now)), None)
        if link is None or link.id in seen:
            continue
        seen.add(link.id)
        home = each.household[-6:].upper() if each.household else "–"
        until = f"{timezone.localtime(from_micros(link.until_at)):%Y-%m-%d}"
        rows.append([known.get(each.person, ""), home, places.get(each.path, ""), until, link_url(here.request, link)])
    listed = Listed(heads, rows)
    if here.request.GET.get("form") == "csv":
        return download(csv_of(listed).encode(), "text/csv; charset=utf-8", "links.csv")
    made = paper(
        _("Links of the households"), listed, language=here.language, zone=here.zone, subtitle=_where(here),
        audit=Printed(by=here.who.name, at=here.now, purpose=_("to hand out the links")),
    )  # fmt: skip
    return download(made.content, "application/pdf", "links.pdf")


urlpatterns = [
    path("tracing/sheet/", sheet_page, name="tracing_sheet"),
    path("tracing/sheet/contacts.pdf", sheet_pdf, name="tracing_sheet_pdf"),
    path("tracing/sheet/revealed.pdf", sheet_revealed, name="tracing_sheet_revealed"),
    path("tracing/sheet/links/", links_page, name="tracing_links"),
]
