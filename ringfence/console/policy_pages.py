"""The numbers in force with their sources, and how the reporting clocks stand."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Chip, Choice, Number, Row
from ringfence.console.sections import Links, Numbers, Part, Section, Sections, Text, table
from ringfence.console.sentences import case_said
from ringfence.console.shown import due, how_long, label
from ringfence.core.policy import Number as Figure
from ringfence.core.policy import with_unit
from ringfence.core.policy_values import Certainty
from ringfence.desks.cases import queries as cases
from ringfence.registry.queries import people

MOST = 50
"""So many rows of each table; a link leads to the rest."""


@page()
def policy_page(here: Page) -> HttpResponse:
    """Every number of a pack: value, unit, source, certainty, and the pack that gave it."""
    book = here.centre.book
    asked = here.request.GET.get("pack", "")
    mine = here.outbreak
    overlays: tuple[str, ...] = ()
    if asked:
        pack = asked
    elif mine is not None:
        pack, overlays = mine.pack, mine.overlays
    else:
        pack = "base"
    version = book.version(pack, overlays)
    sections = [Section(label(f"desk.{desk}"), [_numbers(here, desk, pack, overlays)]) for desk in book.sections]
    advice = [(desk, each) for desk in book.sections for each in book.advice(desk, pack, overlays)]
    if advice:
        rows = [_number_row(each, n, desk) for n, (desk, each) in enumerate(advice)]
        said = Text(_("Seen once or unverified, and signed off by nobody: shown here, never enforced."))
        sections.append(Section(_("Only advice"), [said, table(_("Only advice"), _heads(), rows, "–")]))
    packs = [
        Choice(each.version, f"?pack={each.id}", current=each.version == version)
        for each in book.packs()
        if not each.problems
    ]
    page_made = Sections(
        title=_("Policy"),
        lead=_("In force: %(version)s. Every number says where it comes from and how sure that is.")
        % {"version": version},
        main=[*sections, Section(_("All packs"), [Links(packs)])],
    )
    return here.render("console/sections.html", sections=page_made)


def _heads() -> list[str]:
    return [_("Number"), _("Value"), _("Certainty"), _("Source"), _("Pack")]


def _numbers(here: Page, desk: str, pack: str, overlays: tuple[str, ...]) -> Part:
    found = here.centre.book.all_numbers(desk, pack, overlays)
    rows = [_number_row(each, n, desk) for n, each in enumerate(found)]
    return table(label(f"desk.{desk}"), _heads(), rows, _("This desk takes no numbers."))


def _number_row(each: Figure, n: int, desk: str) -> Row:
    value, unit = with_unit(each.field, each.value)
    sure = each.certainty
    weak = sure in (Certainty.SEEN_ONCE, Certainty.UNVERIFIED)
    text = label(f"certainty.{sure.value}") if sure else "–"
    kind = "unverified" if weak else "done"
    note = _("signed off by %(name)s") % {"name": each.signed_off} if each.signed_off else ""
    return Row(
        f"{desk}-{n}",
        [
            Cell(label(f"policy.{each.field}"), note=each.field),
            Cell(f"{value} {unit}".strip()),
            Cell(chip=Chip(kind, f"{_('unverified')}: {text}" if sure is Certainty.SEEN_ONCE else text), note=note),
            Cell(each.source, note=each.formula or ""),
            Cell(each.from_pack),
        ],
    )


@page()
def reporting_page(here: Page) -> HttpResponse:
    """Positives without a report, late reports, silent units."""
    outbreak = here.outbreak_id
    clocks = here.ask(cases.report_clocks, outbreak=outbreak)
    limit = here.policy("cases").report_within
    numbers = [
        Number(_("Waiting for a report"), clocks.waiting, None, "", here.now, act=clocks.waiting > 0),
        Number(_("Missed"), clocks.missed, None, "", here.now, act=clocks.missed > 0),
        Number(_("Reported late"), clocks.late, None, "", here.now, "/cases/?report=late"),
        Number(_("Silent units"), clocks.silent, clocks.facilities, _("units"), here.now, act=clocks.silent > 0),
    ]
    changes = ask(
        here, "cases.make_daily_report", _("Make the daily report"), fixed={"outbreak": outbreak}, choices=_units(here)
    )
    changes += ask(here, "cases.enrol_facility", _("Enrol a reporting unit"), fixed={"outbreak": outbreak})
    changes += ask(here, "cases.hear_positive", _("Take note of a positive result"), fixed={"outbreak": outbreak})
    positives = [_positives(here, state) for state in ("missed", "waiting")]
    sections = Sections(
        title=_("Reporting"),
        lead=_("From a positive result to the report: at most %(limit)s.") % {"limit": how_long(limit.total_seconds())},
        main=[
            Section("", [Numbers(numbers)]),
            Section(
                _("Positives without a report"), [*positives, *_more("positives", max(clocks.missed, clocks.waiting))]
            ),
            Section(_("Late reports"), [_late(here), *_more("line_list", clocks.late)]),
            Section(_("Reporting units"), [_facilities(here), *_more("facilities", clocks.facilities)]),
            *([Section(_("Changes"), changes)] if changes else []),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _more(query: str, n: int) -> list[Part]:
    """Where the rest is, of more than fit a page."""
    if n <= MOST:
        return []
    where = "/cases/?report=late" if query == "line_list" else reverse("ask", args=["cases", query])
    return [Links([Choice(_("All %(n)s") % {"n": f"{n:,}"}, where)])]


def _units(here: Page) -> dict[str, list[tuple[str, str]]]:
    """The units to pick from, where they fit a select; else their code is typed."""
    found = here.ask(cases.facilities, outbreak=here.outbreak_id, limit=MOST + 1)
    return {} if len(found) > MOST else {"facility": [(each["facility"], _named(here, each)) for each in found]}


def _named(here: Page, each: dict[str, object]) -> str:
    names: dict[str, str] = each["names"]  # type: ignore[assignment]
    return names.get(here.language) or next(iter(names.values()), str(each["facility"]))


def _positives(here: Page, state: str) -> Part:
    found = here.ask(cases.positives, outbreak=here.outbreak_id, state=state, limit=MOST)
    codes = people.codes_of([each.person for each in found])
    places = here.area_names(each.path for each in found)
    within = here.policy("cases").report_within
    rows = [
        Row(
            f"{state}-{each.person}",
            [
                Cell(f"••• {codes.get(each.person) or each.person[-8:].upper()}"),
                Cell(places.get(each.path, each.path)),
                Cell(each.laboratory),
                Cell(at=each.found_at),
                Cell(due(each.found_at + within, here.now)),
            ],
            act=state == "missed",
        )
        for each in found
    ]
    title = _("Missed") if state == "missed" else _("Waiting")
    columns = [title, _("Place"), _("Laboratory"), _("Found"), _("Due")]
    return table(title, columns, rows, f"{title}: {_('none')}")


def _late(here: Page) -> Part:
    found = here.ask(cases.line_list, outbreak=here.outbreak_id, report="late", under=here.under_id).rows
    rows = [
        Row(
            each.id,
            [
                Cell(case_said(here, each), href=reverse("case", args=[each.id])),
                Cell(at=each.found_at),
                Cell(at=each.reported_at),
                Cell(
                    how_long((each.reported_at - each.report_due_at).total_seconds())
                    if each.reported_at and each.report_due_at
                    else "–"
                ),
            ],
        )
        for each in found
    ]
    return table(
        _("Late reports"), [_("Case"), _("Found"), _("Reported"), _("Late by")], rows, _("No report came late.")
    )


def _facilities(here: Page) -> Part:
    found = here.ask(cases.facilities, outbreak=here.outbreak_id, limit=MOST)
    places = here.area_names(each["path"] for each in found)
    rows = [
        Row(
            each["facility"],
            [
                Cell(_named(here, each), note=each["facility"]),
                Cell(places.get(each["path"], each["path"])),
                Cell(each["last_on"].isoformat() if each["last_on"] else "–"),
                Cell(at=each["heard_at"]),
                Cell(chip=Chip("overdue", _("Silent")) if each["silent"] else Chip("done", _("Heard of"))),
            ],
            act=each["silent"],
        )
        for each in found
    ]
    columns = [_("Unit"), _("Place"), _("Last report for"), _("Heard of"), _("State")]
    return table(_("Reporting units"), columns, rows, _("No unit must report every day yet."))


urlpatterns = [
    path("policy/", policy_page, name="policy"),
    path("reporting/", reporting_page, name="reporting"),
]
