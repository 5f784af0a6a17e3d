"""Rounds of testing: opened with the pack's numbers, followed cell by cell, closed by people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console import views
from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.pieces import Cell, Choice, Empty, Row
from ringfence.console.round_parts import expected_card, stop_card
from ringfence.console.sections import Links, Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import due, label
from ringfence.console.testing_board import coverage_numbers, finish_said
from ringfence.console.testing_missing import round_of
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.desks.testing.queries.board import four_stages
from ringfence.desks.testing.queries.forecast import forecast_of
from ringfence.desks.testing.queries.rounds import (
    CellRow,
    RoundFile,
    RoundRow,
    round_cells,
    round_coverage,
    round_file,
    rounds,
)
from ringfence.facts.ids import RoundId
from ringfence.registry import registers
from ringfence.registry.queries import areas

TOP_CELLS = 15
NEWEST = 8
"""Rounds whose coverage the list counts; older ones have it on their own page."""


@page()
def rounds_page(here: Page) -> HttpResponse:
    """The rounds of the outbreak, newest first."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    found: list[RoundRow] = here.ask(rounds, outbreak=here.outbreak_id, under=here.under_id)
    names = here.area_names([each.path for each in found])
    rows = [_round_row(here, each, names, counted=n < NEWEST) for n, each in enumerate(found)]
    heads = [_("Round"), _("State"), _("Results due"), _("Swabbed"), _("Missing"), _("People to a tube")]
    empty = _("No round yet.")
    first = _("Open one: its roster comes from the register, its pool size and deadline from the policy pack.")
    sections = Sections(
        title=_("Rounds of testing"),
        lead=here.outbreak.title if here.outbreak else "",
        way=[Choice(_("Testing"), reverse("testing"))],
        tools=[*_opening(here), *parts.ways(here, "testing_rounds")],
        main=[Section("", [table(_("Rounds of testing"), heads, rows, empty, first)])],
    )
    return here.render("console/sections.html", sections=sections)


def _opening(here: Page) -> list[Choice]:
    return [Choice(_("Open a round"), reverse("testing_round_new"))] if here.may("decide") else []


def _round_row(here: Page, row: RoundRow, names: dict[str, str], *, counted: bool) -> Row:
    url = reverse("testing_round", args=[row.id])
    state = parts.round_chip(here, row)
    swabbed, missing = Cell("–"), Cell("–")
    if counted:
        found = here.ask(round_coverage, round=row.id, under=here.under_id)
        said = _("%(n)s of %(of)s") % {"n": f"{found.swabbed:,}", "of": f"{found.people:,}"}
        swabbed = Cell(said, note=parts.share(found.swabbed, found.people))
        missing = Cell(f"{found.missing:,}", href=parts.of_round("testing_missing", row))
    return Row(
        row.id,
        [
            Cell(parts.round_said(here, row, names), href=url),
            Cell(chip=state, at=row.closed_at),
            Cell(at=row.due_at, note="" if row.closed_at else due(row.due_at, here.now)),
            swabbed, missing, Cell(_size(row.pool_size)),
        ],
        href=url, act=state.kind == "overdue",
    )  # fmt: skip


def _size(size: int) -> str:
    return _("a household") if size == 0 else str(size)


@page("decide")
def new_round(here: Page) -> HttpResponse:
    """Open a round: pool size and deadline stand there as the pack gives them, with their source."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    policy = parts.numbers(here)
    people = _people(here)
    large = policy.large_from is not None and people > policy.large_from and policy.round_within_large is not None
    key = "round_within_large" if large else "round_within"
    due_at = (here.now + policy.round_limit(people)).astimezone(here.zone).replace(second=0, microsecond=0)
    forms = ask(
        here, "testing.open_round", _("Open the round"), fixed={"outbreak": here.outbreak_id},
        initial={
            "jurisdiction": here.under_id or _own_place(here), "due_at": due_at.strftime("%Y-%m-%dT%H:%M"),
            "pool_size": policy.pool_size,
        },
        following=reverse("testing_rounds"), opened=True,
    )  # fmt: skip
    sourced = [
        Text(_("People to a tube: %(said)s") % {"said": parts.limit_said(here, "pool_size")}),
        Text(_("Results within: %(said)s") % {"said": parts.limit_said(here, key)}),
        Text(_by_zone(here)),
        Text(_("%(n)s people are on record for the place looked at, %(how)s.") % {
            "n": f"{people:,}", "how": _("by the register") if registers.loaded() else _("by the population on record")}),
    ]  # fmt: skip
    sections = Sections(
        title=_("Open a round"),
        lead=_("Everybody who lives in an area is tested once, by a deadline."),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Rounds"), reverse("testing_rounds"))],
        main=[Section("", forms)],
        side=[Section(_("Where these numbers come from"), [each for each in sourced if each.text])],
    )
    return here.render("console/sections.html", sections=sections)


def _people(here: Page) -> int:
    """How many people the place looked at has, by the register, else by the population on record."""
    where = here.under.path if here.under else (here.outbreak.path if here.outbreak else "")
    counted = sum(registers.counts_under(where).values()) if registers.loaded() else 0
    return counted or sum(each.population or 0 for each in areas.lowest(where))


def _own_place(here: Page) -> str | None:
    """The asker's only place, else that of the outbreak where it is theirs."""
    paths = here.who.scope("decide").paths
    where = paths[0] if len(paths) == 1 and paths[0] else (here.outbreak.path if here.outbreak else "")
    found = areas.area_at(where)
    return found.id if found else None


def _by_zone(here: Page) -> str:
    """The sizes that the pack gives zones and groups."""
    policy = parts.numbers(here)
    said = [f"{label(f'zone.{name}')}: {_size(size)}" for name, size in policy.pool_size_by_zone.items()]
    said += [f"{label(f'zone.{name}')}: {_size(size)}" for name, size in policy.pool_size_by_group.items()]
    return _("The pack, by zone and group: %(said)s.") % {"said": ", ".join(said)} if said else ""


def file_of(here: Page, round_id: str) -> RoundFile:
    """A round, or a refusal that says it is not known here."""
    file: RoundFile | None = here.ask(round_file, round=RoundId(round_id), under=here.under_id)
    if file is None:
        raise Refused("not_known_here", what="round", id=round_id)
    return file


@page()
def round_page(here: Page, round_id: str) -> HttpResponse:
    """A round: how far it is, where people are missing, what it is expected to find, and when it may stop."""
    file = file_of(here, round_id)
    row = file.row
    sections = Sections(
        title=parts.round_said(here, row),
        chips=[parts.round_chip(here, row)],
        lead=_("results due %(at)s, %(left)s") % {"at": f"{row.due_at.astimezone(here.zone):%m-%d %H:%M}", "left": due(row.due_at, here.now)},
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Rounds"), reverse("testing_rounds"))],
        tools=[*_plan_of(row), *parts.ways(here, "testing_plan")],
        main=[_how_far(here, file), _cells(here, row), expected_card(here, file)],
        side=[_sizes(here, file), stop_card(here, row), _changes(here, row)],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _plan_of(row: RoundRow) -> list[Choice]:
    return [Choice(_("Plan what is left"), parts.of_round("testing_plan", row))] if row.closed_at is None else []


def _how_far(here: Page, file: RoundFile) -> Section:
    """Coverage with its denominator, and when it is through."""
    row = file.row
    found = here.ask(four_stages, round=row.id, under=here.under_id)
    forecast = forecast_of(here.who.scope("see"), row, found, file.coverage, here.now, here.under_id)
    said, based = finish_said(row, forecast)
    where = here.under.name(here.language) if here.under else _("all your places in this round")
    made: list[Part] = [
        Text(_("Counted for: %(where)s.") % {"where": where}),
        Numbers(coverage_numbers(here, row, file.coverage)),
    ]
    if row.closed_at is None:
        made += [Text(said), Text(based)]
    if not row.counted:
        made.append(
            Text(
                _(
                    "No register counts these people: the roster is the population on record, so nobody can be named as missing."
                )
            )
        )
    if row.groups:
        made.append(Text(_("Only these groups: %(groups)s.") % {"groups": ", ".join(row.groups)}))
    return Section(_("How far it is"), made, "far")  # fmt: skip


def _cells(here: Page, row: RoundRow) -> Section:
    """The cells with the most missing people."""
    asked = {"outbreak": row.outbreak, "round": row.id, "under": here.under_id}
    found = here.ask(round_cells, **asked, limit=TOP_CELLS)
    drawn = cell_lines(here, found.rows, row)
    keys = ("cell_name", "still_missing", "roster", "swabbed", "covered", "excused")
    rows = [Row(each.id, [each.cells[key] for key in keys], act=each.act) for each in drawn]
    heads = [label(f"field.{key}") for key in keys]
    made: list[Part] = [table(_("Coverage by cell"), heads, rows, _("This round has no roster here."))]
    more = [Choice(_("All cells, to filter and export"), parts.of_round("testing_cells", row))]
    return Section(_("Coverage by cell, most missing first"), [*made, Links(more)], "cells")


def cell_lines(here: Page, rows: Sequence[CellRow], row: RoundRow | None = None) -> list[Line]:
    """Cells of a round, drawn."""
    names = here.area_names(each.path for each in rows)
    row = row or round_of(here)
    told = row.id if row else ""
    late = row is not None and parts.round_chip(here, row).kind == "overdue"
    made = []
    for each in rows:
        found = areas.area_at(each.path)
        asked = {"round": told, "cell": found.id if found else ""}
        url = f"{reverse('testing_missing')}?{urlencode({key: value for key, value in asked.items() if value})}"
        cells = {
            "cell_name": Cell(names.get(each.path, _("place of residence not known")), href=url if found else ""),
            "still_missing": Cell(f"{each.missing:,}", href=url if found else ""),
            "roster": Cell(f"{each.people:,}" if each.people else _("none")),
            "swabbed": Cell(f"{each.swabbed:,}"),
            "covered": Cell(parts.share(min(each.swabbed, each.people), each.people)),
            "excused": Cell(f"{each.excused:,}"),
        }
        made.append(Line(each.path, cells, act=late and each.missing > 0))
    return made


CELL_FIELDS = ("cell_name", "roster", "swabbed", "excused", "still_missing")


def cell_records(here: Page, rows: Sequence[CellRow]) -> list[list[Any]]:
    """Rows of an export."""
    names = here.area_names(each.path for each in rows)
    return [[names.get(each.path, ""), each.people, each.swabbed, each.excused, each.missing] for each in rows]


CELLS = declare(
    ListPage(
        name="testing_cells",
        title=N_("Coverage by cell"),
        query=round_cells,
        heads=(
            Head("cell_name"), Head("still_missing", "number"), Head("roster", "number"), Head("swabbed", "number"),
            Head("covered", "number"), Head("excused", "number"),
        ),
        lines=cell_lines,
        empty=lambda _here: Empty(
            _("No cell here"), _("Open a round first, or look at a larger place."), _("Rounds"), reverse("testing_rounds")
        ),
        fixed=lambda here: {"outbreak": here.outbreak_id},
        fields=CELL_FIELDS,
        records=cell_records,
        id_of=lambda row: row.path,
    )
)  # fmt: skip


@page()
def cells_page(here: Page) -> HttpResponse:
    """Every cell of a round, those with the most missing people first."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    lead = _("The newest open round unless another is chosen; a cell leads to its missing people.")
    return list_page(here, CELLS, views.choices(here, CELLS), lead=lead)


def _sizes(here: Page, file: RoundFile) -> Section:
    """How many share a tube, where; and the form to set it."""
    row = file.row
    names = here.area_names(each.path for each in file.sizes)
    rows = [
        Row(each.path, [Cell(names.get(each.path, each.path)), Cell(_size(each.size)), Cell(label(f"zone.{each.zone}") if each.zone else "–")])
        for each in file.sizes
    ]  # fmt: skip
    zones = [
        (name, label(f"zone.{name}"))
        for name in ("sealed", "controlled", "prevention", "quarantine", "key_group", "high_risk")
    ]
    made: list[Part] = [
        Text(_("%(n)s people to a tube where nothing else is set.") % {"n": _size(row.pool_size)}),
        table(
            _("People to a tube, by place"),
            [_("Place"), _("People to a tube"), _("Because of")],
            rows,
            _("Nothing else is set."),
        ),
    ]
    if said := _by_zone(here):
        made.append(Text(said))
    if row.closed_at is None:
        made += ask(
            here,
            "testing.set_pool_size",
            _("Set people to a tube for a place"),
            fixed={"round": row.id},
            choices={"zone": zones},
        )
    return Section(_("People to a tube"), made, "sizes")  # fmt: skip


def _changes(here: Page, row: RoundRow) -> Section:
    fixed = {"round": row.id}
    if row.closed_at is None:
        made = ask(here, "testing.close_round", _("Close the round"), fixed=fixed, danger=True)
        text = _("What comes late still counts for it.")
    else:
        made = ask(here, "testing.reopen_round", _("Reopen the round"), fixed=fixed)
        text = _("It was closed at %(at)s.") % {"at": f"{row.closed_at.astimezone(here.zone):%m-%d %H:%M}"}
    return Section(_("Closing"), [Text(text), *made], "closing")


urlpatterns = [
    path("testing/rounds/", rounds_page, name="testing_rounds"),
    path("testing/rounds/new/", new_round, name="testing_round_new"),
    path("testing/rounds/<str:round_id>/", round_page, name="testing_round"),
    path("testing/cells/", cells_page, name="testing_cells"),
]
