"""The tree of places, the units and teams of the command, and outbreaks."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.picked import Search
from ringfence.console.pieces import Cell, Chip, Choice, Column, Empty, Listing, Row
from ringfence.console.sections import List, Part, Section, Sections, Table, table
from ringfence.console.shown import label, pack_said
from ringfence.core.errors import Refused
from ringfence.core.policy import Kind
from ringfence.core.policy_layers import kind_of
from ringfence.desks.cases.queries import cases_at, cases_of
from ringfence.facts.ids import JurisdictionId, UnitId
from ringfence.registry.queries import areas, outbreaks, units
from ringfence.registry.queries.areas import Area, jurisdictions, jurisdictions_named

MOST_UNITS = 100
"""More units than this are shown a level at a time, or as far as a search finds them."""


def way_to(area: Area) -> list[Area]:
    """The places above an area, outermost first."""
    steps = area.path.split(".")[:-2]
    above = (areas.area_at(".".join(steps[:n]) + ".") for n in range(1, len(steps) + 1))
    return [each for each in above if each is not None]


@page()
def places_page(here: Page, place: str | None = None) -> HttpResponse:
    """One level of the tree: a place and what lies one step beneath it; or what a search finds."""
    area = areas.area(JurisdictionId(place)) if place else None
    if place and (area is None or not here.who.scope("see").covers(area.path)):
        raise Refused("not_known_here", what="jurisdiction", id=place)
    form = Search(here, _("Name, code or another system's code"))
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = (
        here.ask(jurisdictions_named, text=text) if text else here.ask(jurisdictions, under=area.id if area else None)
    )
    listing = Listing(
        caption=_("Places"),
        columns=[
            Column("name", _("Place")),
            Column("level", _("Level")),
            Column("population", _("Population"), "number"),
            Column("units", _("Units"), "number"),
            Column("cases", _("Cases"), "number"),
        ],
        rows=_place_rows(here, found),
        empty=Empty(_("No place here"), _("Nothing lies beneath this place, or nothing is called that.")),
        filters=form,
        as_of=here.now,
    )
    sections = Sections(
        title=area.name(here.language) if area else _("Jurisdictions"),
        lead=label(f"level.{area.level}") if area else _("The tree of places, one level at a time."),
        way=[Choice(_("Jurisdictions"), reverse("jurisdictions"))]
        + [
            Choice(each.name(here.language), reverse("place", args=[each.id]))
            for each in (way_to(area) if area else [])
        ],
        chips=[Chip("discarded", _("Closed"))] if area and area.closed else [],
        main=[Section("", [List(listing)]), *_declare(here, area)],
    )
    return here.render("console/sections.html", sections=sections)


def _place_rows(here: Page, found: list[Area]) -> list[Row]:
    counted: dict[JurisdictionId, int] = {}
    if here.outbreak is not None and found:
        counted = here.ask(cases_at, outbreak=here.outbreak.id, places=tuple(each.id for each in found))
    carried = units.units_at([each.path for each in found])
    return [
        Row(
            area.id,
            [
                Cell(area.name(here.language), href=reverse("place", args=[area.id]), note=area.code),
                Cell(label(f"level.{area.level}"), note=area.zone),
                Cell(f"{area.population:,}" if area.population is not None else "–"),
                Cell(f"{carried.get(area.path, 0):,}"),
                Cell(f"{counted.get(area.id, 0):,}", href=f"/cases/?{urlencode({'under': area.id})}"),
            ],
            href=reverse("place", args=[area.id]),
        )
        for area in found
    ]


def _declare(here: Page, area: Area | None) -> list[Section]:
    parts: list[Part] = []
    parent = {"parent": area.id} if area else {}
    parts += ask(
        here, "registry.declare_jurisdiction", _("Declare a place beneath this one") if area else _("Declare a place"),
        fixed=parent, leave=() if area else ("parent",) if "" in here.who.scope("arrange").paths else (),
    )  # fmt: skip
    if area is not None:
        parts += ask(
            here, "registry.declare_place", _("Declare a place of meeting here"), fixed={"jurisdiction": area.id}
        )
        if not area.closed:
            parts += ask(
                here, "registry.close_jurisdiction", _("Close this place"), fixed={"jurisdiction": area.id}, danger=True
            )
    return [Section(_("Changes"), parts)] if parts else []


@page()
def units_page(here: Page) -> HttpResponse:
    """The units as a tree, the functions they carry, their teams and members; a level at a time where there are many."""
    told = here.request.GET
    text, above = told.get("q", "").strip(), UnitId(told.get("above", ""))
    found, whole = _units(here, text, above)
    teams = here.ask(units.teams, text=text or None, limit=MOST_UNITS)
    asked = (("declare_unit", _("Declare a unit")), ("declare_team", _("Declare a team")),
             ("join_team", _("Put someone into a team")), ("leave_team", _("Take someone out of a team")))  # fmt: skip
    changes = [each for name, title in asked for each in ask(here, f"registry.{name}", title)]
    search = Search(here, _("Name"))
    part = List(_unit_listing(here, found, search)) if text or not whole else Table(_unit_listing(here, found, None))
    sections = Sections(
        title=_("Units and teams"),
        lead=_("A task goes to the nearest unit that carries its function."),
        way=[Choice(_("Units and teams"), reverse("units"))] if text or above else [],
        tools=[Choice(_("Workload"), reverse("workload"))],
        main=[
            Section(_("Units"), [part]),
            Section(_("Teams"), [table(_("Teams"), [_("Team"), _("Unit"), _("Members")], _team_rows(here, teams), _("No team yet."))]),
            *([Section(_("Changes"), changes)] if changes else []),
        ],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _units(here: Page, text: str, above: UnitId) -> tuple[list[units.UnitRow], bool]:
    """The units to show, and whether they are all: those that a search names, those beneath one, or as many as fit."""
    if text:
        return here.ask(units.units, text=text, limit=MOST_UNITS), False
    if above:
        itself = here.ask(units.units, text=above, limit=1)
        return [*itself, *here.ask(units.units, beneath=above, limit=MOST_UNITS)], False
    found = here.ask(units.units, limit=MOST_UNITS + 1)
    if len(found) <= MOST_UNITS:
        return found, True
    return here.ask(units.top_units, limit=MOST_UNITS), False


def _unit_listing(here: Page, found: list[units.UnitRow], search: forms.Form | None) -> Listing:
    names = units.unit_names([*(each.above or "" for each in found), *(each.id for each in found)], here.language)
    places = here.area_names(each.path for each in found)
    teams = units.teams_of_units([each.id for each in found])
    beneath = units.beneath_units([each.id for each in found])
    rows = [
        Row(
            each.id,
            [
                Cell("\u2003" * depth + names[each.id], href=f"/tasks/?unit={each.id}"),
                Cell(places.get(each.path, each.path)),
                Cell(", ".join(label(f"function.{name}") for name in each.functions) or "–"),
                Cell(names.get(each.above or "", "–")),
                Cell(f"{beneath.get(each.id, 0):,}", href=f"{reverse('units')}?above={each.id}" if each.id in beneath else ""),
                Cell(f"{teams.get(each.id, 0):,}"),
            ],
        )
        for depth, each in _tree(found)
    ]  # fmt: skip
    heads = [_("Unit"), _("Place"), _("Functions"), _("Unit above"), _("Units beneath"), _("Teams")]
    empty = Empty(_("No unit yet.") if search is None else _("No unit here is called that."))
    columns = [Column(str(n), head) for n, head in enumerate(heads)]
    return Listing(caption=_("Units"), columns=columns, rows=rows, empty=empty, filters=search)


def _team_rows(here: Page, teams: list[units.TeamRow]) -> list[Row]:
    members = here.ask(units.team_members, teams=tuple(each.id for each in teams)) if teams else {}
    names = units.unit_names([each.unit for each in teams], here.language)
    return [
        Row(
            each.id,
            [
                Cell(each.name, href=f"/tasks/?team={each.id}"),
                Cell(names.get(each.unit, "–")),
                Cell(", ".join(name for _id, name in members.get(each.id, ())) or _("nobody yet")),
            ],
        )
        for each in teams
    ]


def _tree(found: list[units.UnitRow]) -> list[tuple[int, units.UnitRow]]:
    """Units beneath the unit above them, with their depth; each once, even where two stand above each other."""
    known = {each.id for each in found}
    below: dict[str, list[units.UnitRow]] = {}
    for each in found:
        below.setdefault(each.above if each.above in known else "", []).append(each)
    ordered: list[tuple[int, units.UnitRow]] = []
    waiting = [(0, each) for each in reversed(below.get("", []))]
    seen: set[str] = set()
    while waiting:
        depth, unit = waiting.pop()
        if unit.id in seen:
            continue
        seen.add(unit.id)
        ordered.append((depth, unit))
        waiting += [(depth + 1, each) for each in reversed(below.get(unit.id, []))]
    return ordered + [(0, each) for each in found if each.id not in seen]


@page()
def outbreaks_page(here: Page) -> HttpResponse:
    """Outbreaks, the policy they are handled under, and their objectives."""
    found = here.ask(outbreaks.outbreaks, closed=True)
    counted = here.ask(cases_of, outbreaks=tuple(each.id for each in found))
    rows = [_outbreak_row(here, each, counted.get(each.id, 0)) for each in found]
    columns = [_("Outbreak"), _("State"), _("Policy"), _("Begins"), _("Objective"), _("Cases")]
    packs = [
        (pack.id, pack_said(pack, here.language)) for pack in here.centre.book.packs() if kind_of(pack) is Kind.DISEASE
    ]
    over = [
        (pack.id, pack_said(pack, here.language)) for pack in here.centre.book.packs() if kind_of(pack) is Kind.OVERLAY
    ]
    changes = ask(
        here, "registry.declare_outbreak", _("Declare an outbreak"), choices={"pack": packs, "overlays": over}
    )
    if here.outbreak is not None and not here.outbreak.closed:
        fixed = {"outbreak": here.outbreak.id}
        named = {"title": here.outbreak.title}
        changes += ask(here, "registry.set_objective", _("Set the objective of %(title)s") % named, fixed=fixed)
        changes += ask(here, "registry.close_outbreak", _("Close %(title)s") % named, fixed=fixed, danger=True)
    sections = Sections(
        title=_("Outbreaks"),
        lead=_("A disease in an area, under a policy pack whose every number has a source."),
        tools=[Choice(_("Policy"), reverse("policy"))],
        main=[
            Section("", [table(_("Outbreaks"), columns, rows, _("No outbreak declared yet."))]),
            *([Section(_("Changes"), changes)] if changes else []),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _outbreak_row(here: Page, each: outbreaks.OutbreakRow, cases: int) -> Row:
    weak = len(here.centre.book.unverified(each.pack, each.overlays))
    return Row(
        each.id,
        [
            Cell(each.title, href=f"/?outbreak={each.id}", note=f"{each.code} · {each.disease}"),
            Cell(chip=Chip("done" if each.closed else "started", _("Closed") if each.closed else _("Under way"))),
            Cell(
                here.centre.book.version(each.pack, each.overlays),
                href=f"{reverse('policy')}?pack={each.pack}",
                note=_("%(n)s numbers unverified") % {"n": weak} if weak else "",
            ),
            Cell(each.begins_on.isoformat() if each.begins_on else "–"),
            Cell(each.by_on.isoformat() if each.by_on else "–", note=str(each.clear_days or "")),
            Cell(f"{cases:,}", href=f"/cases/?outbreak={each.id}"),
        ],
    )


urlpatterns = [
    path("places/", places_page, name="jurisdictions"),
    path("places/<str:place>/", places_page, name="place"),
    path("units/", units_page, name="units"),
    path("outbreaks/", outbreaks_page, name="outbreaks"),
]
