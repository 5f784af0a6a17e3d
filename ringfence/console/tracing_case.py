"""The contacts of one case: as a table, on a map, and along the hours at the places they shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, listing
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Empty, Number, Row
from ringfence.console.place_map import Spot, places_drawn
from ringfence.console.sections import Drawn, Links, Numbers, Part, Section, Sections, Text, Why, table
from ringfence.console.sections import List as WholeList
from ringfence.console.sentences import abouts, because, case_said
from ringfence.console.shown import how_long, label, local_day
from ringfence.console.stay_chart import DrawnStay, stays_drawn
from ringfence.console.tracing_lists import named
from ringfence.console.tracing_told import BULK, choices
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.desks.cases.queries import case_file
from ringfence.desks.tracing.queries.file import SourceRow, case_traced
from ringfence.desks.tracing.queries.lists import CaseContactRow, contacts_of_case, people_of
from ringfence.desks.tracing.queries.shared import PlacesShared, places_shared
from ringfence.facts.ids import CaseId
from ringfence.registry.queries.areas import place_names, place_points

VIEWS = ("table", "map", "timeline")


def lines(here: Page, rows: Sequence[CaseContactRow]) -> list[Line]:
    """Contacts of a case, drawn: masked."""
    people = parts.people_cells(here, [each.contact for each in rows])
    places = here.area_names(each.contact.path for each in rows)
    through = codes(each.met for each in rows if each.order > 1)
    return [
        Line(each.id, {
            "contact": people[each.id],
            "standing": Cell(chip=parts.standing_chip(here, each.contact)),
            "next_step": Cell(parts.next_said(here, each.contact)),
            "closeness": Cell(chip=parts.closeness_chip(each.closeness)),
            "category": Cell(parts.category_said(here, each.category), note=_through(each, through)),
            "minutes": Cell(f"{each.minutes:,}" if each.minutes else "–", note=_meetings(each)),
            "first_exposure": Cell(at=each.first_at) if each.first_at else Cell("–"),
            "last_exposure": Cell(at=each.last_at) if each.last_at else Cell("–"),
            "how_known": Cell(label(f"evidence.{each.evidence}"), href=reverse("why", args=[each.seq]), note=label(f"certainty.{each.certainty}")),
            "lives_with": Cell(parts.home_said(each.contact.household)),
            "area": Cell(places.get(each.contact.path, each.contact.path), note=_("handed over") if each.contact.away else ""),
        }, reverse("tracing_contact", args=[each.id]), act=parts.late(here, each.contact))
        for each in rows
    ]  # fmt: skip


def _through(row: CaseContactRow, known: dict[str, str]) -> str:
    return _("through ••• %(person)s") % {"person": known.get(row.met, "")} if row.order > 1 else ""


def _meetings(row: CaseContactRow) -> str:
    return _("%(n)s meetings") % {"n": row.encounters} if row.encounters > 1 else ""


HEADS = (
    Head("contact", "id"), Head("standing"), Head("next_step"), Head("closeness"), Head("category"), Head("minutes", "number"),
    Head("first_exposure", "time", shown=False), Head("last_exposure", "time"), Head("how_known"), Head("lives_with"), Head("area"),
)  # fmt: skip
FIELDS = (
    "contact",
    "closeness",
    "category",
    "minutes",
    "meetings",
    "first_exposure",
    "last_exposure",
    "how_known",
    "lives_with",
    "area",
)


def records(here: Page, rows: Sequence[CaseContactRow]) -> list[list[Any]]:
    """Rows of an export, without identities."""
    made = []
    for row, line in zip(rows, lines(here, rows), strict=True):
        text = {name: each.text for name, each in line.cells.items()}
        first, last = (moment and moment.astimezone(here.zone) for moment in (row.first_at, row.last_at))
        made.append([
            text["contact"], row.closeness, text["category"], row.minutes, row.encounters, first, last, text["how_known"],
            text["lives_with"], text["area"],
        ])  # fmt: skip
    return made


CASE_CONTACTS = declare(
    ListPage(
        name="case_contacts_list",
        title=N_("Contacts of the case"),
        query=contacts_of_case,
        heads=HEADS,
        lines=lines,
        empty=lambda _here: Empty(
            _("No contact of this case is listed"), _("See above what became of the search; contacts told of in an interview are named below.")
        ),
        item="contact",
        actions=BULK,
        choices=choices,
        fixed=lambda here: {"day": local_day(here.now)},
        kept=("case",),
        fields=FIELDS,
        records=records,
        names=named,
    )
)  # fmt: skip


@page()
def listed_page(here: Page) -> HttpResponse:
    """Where saved views, exports and bulk edits of the list come back to: the case stands in the address."""
    told = here.request.GET
    if not told.get("case"):
        raise Refused("not_known_here", what="case", id="")
    return HttpResponseRedirect(f"{reverse('case_contacts', args=[told['case']])}?{told.urlencode()}")


@page()
def contacts_page(here: Page, case: str) -> HttpResponse:
    """A case's contacts."""
    file = here.ask(case_file, case=CaseId(case))
    if file is None:
        raise Refused("not_known_here", what="case", id=case)
    row: SourceRow | None = here.ask(case_traced, case=CaseId(case))
    told = here.request.GET.copy()
    told["case"] = case
    here.request.GET = told  # type: ignore[assignment]  # the list's own address names the case
    view = here.request.GET.get("view", VIEWS[0])
    shown = {"map": _map, "timeline": _timeline}.get(view, _table)
    base = reverse("case_contacts", args=[case])
    said = {"table": _("Table"), "map": _("Map"), "timeline": _("Hours at shared places")}
    tabs = [Choice(said[each], f"{base}?view={each}", current=each == view) for each in VIEWS]
    name = case_said(here, file.row)
    sections = Sections(
        title=_("Contacts of %(case)s") % {"case": name},
        lead=_lead(here, row),
        chips=_chips(row),
        way=[Choice(_("Line list"), reverse("cases")), Choice(name, reverse("case", args=[case]))],
        tools=[each for each in tabs if not each.current] + parts.ways(here, "")[:3],
        main=[
            Section("", _numbers(here, row)),
            Section(said.get(view, said["table"]), shown(here, case, row)),
            Section(_("Why are they on the list?"), _why(here, row), "why"),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _chips(row: SourceRow | None) -> list[Chip]:
    if row is None:
        return [Chip("open", _("not confirmed: not searched"))]
    return [Chip(parts.SEARCH_CHIPS[row.search], label(f"search.{row.search}"))]


def _lead(here: Page, row: SourceRow | None) -> str:
    if row is None:
        return _("Contacts are searched for once a case is confirmed.")
    until = row.infectious_until.astimezone(here.zone).strftime("%m-%d %H:%M") if row.infectious_until else _("now")
    return _("infectious from %(first)s to %(last)s") % {
        "first": (row.searched_from or row.infectious_from).astimezone(here.zone).strftime("%m-%d %H:%M"), "last": until,
    }  # fmt: skip


def _numbers(here: Page, row: SourceRow | None) -> list[Part]:
    if row is None:
        return [Text(_("Contacts are searched for once a case is confirmed, or found without symptoms by a test."))]
    took = row.listed_at - row.confirmed_at if row.listed_at else None
    reached = here.ask(contacts_of_case, case=row.case, order=1, standing="listed", limit=1000)
    unreached = len({each.id for each in reached.rows})
    listed = max(row.contacts, unreached)
    numbers = [
        Number(_("Contacts listed"), row.contacts, as_of=here.now, note=_("first order; those who live elsewhere are counted here and shown to the place that answers for them")),
        Number(_("Not reached yet"), unreached, listed, _("contacts"), here.now, "?need=unreached", act=unreached > 0),
        Number(_("Listed after"), how_long(max(took.total_seconds(), 0)) if took is not None else "–", as_of=here.now,
               note=_("clock: %(limit)s") % {"limit": parts.limit_said(here, "list_within")}),
    ]  # fmt: skip
    made: list[Part] = [Numbers(numbers)]
    if row.search == "left_open":
        made.append(Text(label(f"left_open.{row.search_reason}"), [Chip("overdue", _("The search was left open"))]))
    if here.may("investigate"):
        url = f"{reverse('tracing_search')}?case={row.case}"
        made.append(Links([Choice(_("Search again, with other terms"), url)]))
    return made


def _table(here: Page, case: str, row: SourceRow | None) -> list[Part]:
    del row
    made: list[Part] = [WholeList(listing(here, CASE_CONTACTS))]
    if "tracing.name_contact" in here.centre.actions:
        fixed = {"case": case, "outbreak": here.outbreak_id}
        known = set(here.centre.actions["tracing.name_contact"].named)
        made += ask(here, "tracing.name_contact", _("Name a contact told of in the interview"), fixed={key: value for key, value in fixed.items() if key in known})  # fmt: skip
    return made


# -- where they met -----------------------------------------------------------------------------------------------------


def _shared(here: Page, case: str) -> PlacesShared | None:
    if not here.may("investigate"):
        raise Refused("not_allowed", what="investigate")
    found: PlacesShared | None = here.ask(places_shared, case=CaseId(case), now=here.now)
    return found


def _stays(here: Page, case: str, found: PlacesShared | None) -> list[DrawnStay]:
    """The stays from records of visits, and those that the case told of."""
    file = here.ask(case_file, case=CaseId(case))
    told = [each for each in file.exposures if each.infectious] if file else []
    stays = found.stays if found else ()
    names = place_names([*(each.place for each in stays), *(each.place for each in told if each.place)])
    people = people_of(met.contact for each in stays for met in each.met)
    said = codes(people.values())
    made = [
        DrawnStay(
            names.get(each.place, each.place), each.begins_at, each.ends_at,
            tuple((met.first_at, met.last_at) for met in each.met),
            ", ".join(f"••• {said.get(people.get(met.contact, ''), '?')} ({met.minutes} min)" for met in each.met[:12])
            + (" …" if len(each.met) > 12 else ""),  # noqa: PLR2004 (a dozen fit a cell)
        )
        for each in stays
    ]  # fmt: skip
    for each in told:
        name = names.get(each.place or "", label(f"setting.{each.kind}"))
        made.append(DrawnStay(name, each.begins_at, each.ends_at, (), _("told in the interview"), told=True))
    return made


def _nothing(found: PlacesShared | None) -> list[Part]:
    if found is None:
        return [Text(_("Not confirmed yet: there is no window to look through."))]
    if found.why_not:
        return [Text(label(f"left_open.{found.why_not}").capitalize() + ".")]
    return []


def _timeline(here: Page, case: str, row: SourceRow | None) -> list[Part]:
    del row
    found = _shared(here, case)
    stays = _stays(here, case, found)
    made = _nothing(found)
    if not stays:
        return made or [Text(_("No stay of the case is on record in its window."))]
    begins = min([found.begins_at] if found else [each.begins_at for each in stays])
    ends = max([found.ends_at] if found else [each.ends_at for each in stays])
    return [*made, Drawn(stays_drawn(stays, begins, ends))]


def _map(here: Page, case: str, row: SourceRow | None) -> list[Part]:
    del row
    found = _shared(here, case)
    made = _nothing(found)
    stays = found.stays if found else ()
    points, names = place_points([each.place for each in stays]), place_names([each.place for each in stays])
    met: dict[str, set[str]] = {}
    hours: dict[str, float] = {}
    for each in stays:
        met.setdefault(each.place, set()).update(one.contact for one in each.met)
        hours[each.place] = hours.get(each.place, 0.0) + (each.ends_at - each.begins_at).total_seconds() / 3600
    spots = [
        Spot(names.get(place, place), *points[place], len(contacts), hours[place])
        for place, contacts in met.items()
        if place in points
    ]
    without = len(met) - len(spots)
    if spots:
        made.append(Drawn(places_drawn(spots)))
    if without:
        said = _(
            "%(n)s of %(of)s places of the case have no coordinates on record: they are in the table of hours, not on the map."
        )
        made.append(Text(said % {"n": without, "of": len(met)}, [Chip("unknown", _("without coordinates"))]))
    return made or [Text(_("No stay of the case is on record in its window."))]


# -- why ----------------------------------------------------------------------------------------------------------------


def _why(here: Page, row: SourceRow | None) -> list[Part]:
    """The chain from the first finding of contacts back to what began it."""
    if row is None:
        return [Text(_("Nobody is on it by a search yet."))]
    first = here.ask(contacts_of_case, case=row.case, limit=1).rows
    chain = log.why(first[0].seq) if first else log.why(row.seq)
    window = _("The window is searched from %(first)s.") % {
        "first": (row.searched_from or row.infectious_from).astimezone(here.zone).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return [Text(window), Why(because(here, chain))]


def contacts_card(here: Page, case: CaseId) -> Section:
    """The card of a case file: its closest contacts, how they stand, and the way to all of them."""
    row: SourceRow | None = here.ask(case_traced, case=case)
    if row is None:
        return Section(_("Contacts"), [Text(_("Contacts are searched for once a case is confirmed, or found without symptoms by a test."))], "contacts")  # fmt: skip
    found = here.ask(contacts_of_case, case=case, limit=8)
    drawn = lines(here, found.rows)
    rows = [Row(each.id, [each.cells[name] for name in ("contact", "standing", "category", "minutes", "last_exposure")], act=each.act) for each in drawn]  # fmt: skip
    heads = [_("Contact"), _("Where it stands"), _("Category"), _("Minutes together"), _("Last exposure")]
    url = reverse("case_contacts", args=[case])
    said = _("%(n)s contacts of first order, closest first") % {"n": f"{row.contacts:,}"}
    if row.search == "left_open":
        said = label(f"left_open.{row.search_reason}").capitalize() + "."
    links = [
        Choice(_("All contacts"), url),
        Choice(_("Map"), f"{url}?view=map"),
        Choice(_("Hours at shared places"), f"{url}?view=timeline"),
    ]
    made: list[Part] = [Text(said, _chips(row))]
    if row.was_contact is not None:
        before = abouts(here, [row.met_case])[row.met_case].text if row.met_case else ""
        known = (
            _("was in quarantine before the diagnosis")
            if row.was_quarantined
            else _("was known as a contact, not in quarantine")
        )
        made.append(
            Text(f"{known} {before}".strip(), [Chip("done" if row.was_quarantined else "soon", _("known before"))])
        )
        links.append(Choice(_("Its own file as a contact"), reverse("tracing_contact", args=[row.was_contact])))
    made.append(table(_("Contacts"), heads, rows, _("No contact of this case is listed.")))
    return Section(_("Contacts"), [*made, Links(links)], "contacts")


urlpatterns = [
    path("cases/<str:case>/contacts/", contacts_page, name="case_contacts"),
    path("tracing/case-contacts/", listed_page, name="case_contacts_list"),
]
