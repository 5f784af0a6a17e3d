"""Who of a round is missing: by cell, person by person, excused one by one or many at once, and on paper for grid workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console import views
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page, listing
from ringfence.console.papers import download
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Empty, Number
from ringfence.console.sections import Links, Numbers, Part, Section, Sections, Text
from ringfence.console.sections import List as WholeList
from ringfence.console.shown import label
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.desks.testing.actions.rounds import REASONS, excuse_person, withdraw_excuse
from ringfence.desks.testing.queries.missing import (
    ExcusedRow,
    MissingCount,
    MissingRow,
    excused,
    missing,
    missing_count,
)
from ringfence.desks.testing.queries.rounds import RoundRow, chosen, round_coverage
from ringfence.facts.ids import JurisdictionId, RoundId
from ringfence.registry import registers
from ringfence.registry.queries import areas
from ringfence.reports.dossier import Printed
from ringfence.reports.sheets import SheetColumn, sheet

MOST_PRINTED = 5000
SIGNS = {"female": "♀", "male": "♂"}


def reasons() -> dict[str, list[tuple[str, str]]]:
    """The reasons for which somebody is excused."""
    return {"reason": [(each, label(f"excuse.{each}")) for each in REASONS]}


def lines(here: Page, rows: Sequence[MissingRow]) -> list[Line]:
    """Missing people, drawn: masked."""
    names = here.area_names(each.path for each in rows)
    reveal = here.may("reveal")
    return [
        Line(each.id, {
            "missing_person": Cell(
                f"••• {each.code}", href=reverse("person", args=[each.person]),
                reveal_url=reverse("person", args=[each.person]) if reveal else "",
            ),
            "missing_home": Cell(_home(each)),
            "sex": Cell(SIGNS.get(each.sex or "", "–")),
            "missing_born": Cell(str(each.birth_on.year) if each.birth_on else "–"),
            "missing_group": Cell(each.group or "–"),
            "cell_name": Cell(names.get(each.path, each.path)),
            "missing_roster": Cell(_("on the roster") if each.on_roster else _("registered since")),
        })
        for each in rows
    ]  # fmt: skip


def _home(row: MissingRow) -> str:
    """A household by the end of its id: enough to see who lives together."""
    return row.household[-6:].upper() if row.household else "–"


FIELDS = ("missing_person", "missing_home", "sex", "missing_born", "missing_group", "cell_name", "missing_roster")


def records(here: Page, rows: Sequence[MissingRow]) -> list[list[Any]]:
    """Rows of an export, without identities."""
    names = here.area_names(each.path for each in rows)
    return [
        [each.code, _home(each), each.sex, each.birth_on and each.birth_on.year, each.group, names.get(each.path, ""),
         "roster" if each.on_roster else "since"]
        for each in rows
    ]  # fmt: skip


def _named(here: Page, ids: Sequence[str]) -> dict[str, str]:
    """How missing people are called in a preview."""
    del here
    known = codes(each.split()[-1] for each in ids)
    return {each: f"••• {known.get(each.split()[-1], '')}" for each in ids}


def _empty(_here: Page) -> Empty:
    if not registers.loaded():
        return Empty(
            _("No register is loaded here"),
            _("Without one nobody can be named as missing: there are counts by cell only. Load a register of residents first."),
            _("Coverage by cell"), reverse("testing_cells"),
        )  # fmt: skip
    return Empty(
        _("Nobody is missing here"),
        _("Everybody of the roster gave a swab or is excused, or no round is open for this place."),
        _("Rounds"), reverse("testing_rounds"),
    )  # fmt: skip


MISSING = declare(
    ListPage(
        name="testing_missing",
        title=N_("Missing people"),
        query=missing,
        heads=(
            Head("missing_person", "id"), Head("cell_name"), Head("missing_home"), Head("sex"),
            Head("missing_born", "number"), Head("missing_group", shown=False), Head("missing_roster", shown=False),
        ),
        lines=lines,
        empty=_empty,
        item="round person",
        actions=(excuse_person,),
        fixed=lambda here: {"outbreak": here.outbreak_id},
        fields=FIELDS,
        records=records,
        names=_named,
        choices=reasons,
    )
)  # fmt: skip


def round_of(here: Page) -> RoundRow | None:
    """The round that the address asks for, else the newest open one."""
    told = here.request.GET.get("round", "")
    return chosen(here.who.scope("see"), here.outbreak_id, RoundId(told) if told else None)


def cell_of(here: Page) -> JurisdictionId | None:
    """The cell that the address asks for: by its id, code or name."""
    told = here.request.GET.get("cell", "").strip()
    if not told:
        return None
    found = JurisdictionId(told) if areas.path_of(told) is not None else areas.area_called(told)
    if found is None or not here.who.scope("see").covers(areas.path_of(found) or "?"):
        raise Refused("not_known_here", what="jurisdiction", id=told)
    return found


@page()
def missing_page(here: Page) -> HttpResponse:
    """Who of a round has no swab."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    row, cell = round_of(here), cell_of(here)
    shown = listing(here, MISSING, views.choices(here, MISSING))
    sections = Sections(
        title=_("Missing people"),
        lead=parts.round_said(here, row) if row else _("No round yet."),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Rounds"), reverse("testing_rounds"))],
        tools=parts.ways(here, "testing_missing"),
        main=[
            *([Section(_cell_said(here, cell), _counts(here, row, cell))] if row else []),
            Section("", [WholeList(shown)]),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _cell_said(here: Page, cell: JurisdictionId | None) -> str:
    found = areas.area(cell) if cell else here.under
    return found.name(here.language) if found else _("All your places in this round")


def _counts(here: Page, row: RoundRow, cell: JurisdictionId | None) -> list[Part]:
    """The round's own numbers, and how the list stands to them."""
    asked = {"cell": str(cell)} if cell else {}
    links = [
        Choice(_("Excused, with reasons"), parts.of_round("testing_excused", row, **asked)),
        Choice(_("The round"), reverse("testing_round", args=[row.id])),
    ]
    if cell is None:
        links.append(Choice(_("Cell by cell"), parts.of_round("testing_cells", row)))
        found = here.ask(round_coverage, round=row.id, under=here.under_id)
        return [_numbers(here, found.missing, found.people, found.swabbed, found.excused), Links(links)]
    count: MissingCount | None = here.ask(missing_count, outbreak=row.outbreak, cell=cell, round=row.id)
    if count is None:
        return [Text(_("This round has no roster here.")), Links(links)]
    if registers.loaded():
        url = parts.of_round("testing_missing_sheet", row, **asked)
        links.insert(0, Choice(_("Print for grid workers (PDF)"), url))
    made: list[Part] = [_numbers(here, count.counted, count.people, count.swabbed, count.excused)]
    if not count.register:
        made.append(Text(_("No register is loaded here: these are counts only, and nobody can be named.")))
    elif count.listed != count.counted:
        said = _(
            "The list names %(listed)s of the roster, the round's numbers say %(counted)s: people moved, were registered or swabbed as residents since the roster was drawn."
        )
        made.append(
            Text(
                said % {"listed": f"{count.listed:,}", "counted": f"{count.counted:,}"},
                [Chip("unverified", _("differs"))],
            )
        )
    if count.beyond:
        made.append(
            Text(
                _("%(n)s more were registered here since the roster was drawn; the list names them too.")
                % {"n": f"{count.beyond:,}"}
            )
        )
    return [*made, Links(links)]  # fmt: skip


def _numbers(here: Page, left: int, people: int, swabbed: int, out: int) -> Numbers:
    of: dict[str, Any] = {"of": people, "of_label": _("on the roster"), "as_of": here.now}
    return Numbers([
        Number(_("Missing"), left, **of), Number(_("Swabbed"), swabbed, **of, note=parts.share(swabbed, people)),
        Number(_("Excused"), out, **of),
    ])  # fmt: skip


@page()
def sheet_page(here: Page) -> HttpResponse:
    """The missing people of a cell on paper, household by household, masked; with room to write what was found."""
    row, cell = round_of(here), cell_of(here)
    if row is None or cell is None:
        raise Refused("not_known_here", what="round", id=here.request.GET.get("round", ""))
    rows: list[MissingRow] = []
    after = None
    while len(rows) < MOST_PRINTED:
        found = here.ask(missing, outbreak=row.outbreak, round=row.id, cell=cell, after=after, limit=1000)
        rows += found.rows
        after = found.next
        if after is None:
            break
    rows.sort(key=lambda each: (each.household or "~", each.code))
    name = _cell_said(here, cell)
    columns = [
        SheetColumn("№"), SheetColumn(_("Household")), SheetColumn(_("Person")), SheetColumn(_("Sex")), SheetColumn(_("Born")),
        SheetColumn(_("Swabbed at"), 2), SheetColumn(_("Reason not swabbed"), 3),
    ]  # fmt: skip
    cells = [
        [str(n), _home(each), each.code, SIGNS.get(each.sex or "", ""), str(each.birth_on.year) if each.birth_on else "", "", ""]
        for n, each in enumerate(rows, 1)
    ]  # fmt: skip
    zone = ZoneInfo(areas.zone_at(areas.path_of(cell)))
    made = sheet(
        _("Missing people · %(cell)s") % {"cell": name}, columns, cells, language=here.language, zone=zone,
        audit=Printed(by=here.who.name, at=here.now, purpose=_("to find who has no swab")),
        subtitle=_("%(round)s · %(n)s people") % {"round": parts.round_said(here, row), "n": f"{len(rows):,}"},
    )  # fmt: skip
    return download(made.content, "application/pdf", f"missing-{name}.pdf")


def excused_lines(here: Page, rows: Sequence[ExcusedRow]) -> list[Line]:
    """Excused people, drawn: masked."""
    names = here.area_names(each.path for each in rows)
    known = codes(each.person for each in rows)
    return [
        Line(each.id, {
            "missing_person": parts.person_cell(each.person, known),
            "excuse": Cell(label(f"excuse.{each.reason}")),
            "cell_name": Cell(names.get(each.path, each.path)),
        })
        for each in rows
    ]  # fmt: skip


EXCUSED = declare(
    ListPage(
        name="testing_excused",
        title=N_("Excused people"),
        query=excused,
        heads=(Head("missing_person", "id"), Head("excuse"), Head("cell_name")),
        lines=excused_lines,
        empty=lambda _here: Empty(
            _("Nobody is excused here"), _("Excuse people from the list of those missing, with the reason."),
            _("Missing people"), reverse("testing_missing"),
        ),
        item="round person",
        actions=(withdraw_excuse,),
        fixed=lambda here: {"outbreak": here.outbreak_id},
        fields=("missing_person", "excuse", "cell_name"),
        records=lambda here, rows: [
            [line.cells["missing_person"].text, line.cells["excuse"].text, line.cells["cell_name"].text]
            for line in excused_lines(here, rows)
        ],
        names=_named,
    )
)  # fmt: skip


@page()
def excused_page(here: Page) -> HttpResponse:
    """Who is excused from a round, and why."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    row = round_of(here)
    return list_page(here, EXCUSED, views.choices(here, EXCUSED), lead=parts.round_said(here, row) if row else "")


urlpatterns = [
    path("testing/missing/", missing_page, name="testing_missing"),
    path("testing/missing/sheet.pdf", sheet_page, name="testing_missing_sheet"),
    path("testing/excused/", excused_page, name="testing_excused"),
]
