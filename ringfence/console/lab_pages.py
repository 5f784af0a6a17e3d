"""Laboratories: the list, and one laboratory with its queue, its hours, its boxes, plates and files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringfence.console import testing_parts as parts
from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.curve import Labels
from ringfence.console.lab_chart import Hour, hours_chart
from ringfence.console.lab_results import upload_part
from ringfence.console.pieces import Cell, Chip, Choice, Number, Row
from ringfence.console.sections import Drawn, Numbers, Part, Section, Sections, Text, table
from ringfence.console.shown import how_long
from ringfence.core.errors import Refused
from ringfence.desks.testing.queries import files
from ringfence.desks.testing.queries import laboratories as queries
from ringfence.desks.testing.queries.laboratories import LaboratoryRow, SharesRow, Turnaround
from ringfence.facts.ids import PlaceId

A_DAY = timedelta(days=1)
HOURS = 48


@page()
def laboratories_page(here: Page) -> HttpResponse:
    """Every laboratory: what it can read, what waits there, how long it takes, and whether it is out of line."""
    found: list[LaboratoryRow] = here.ask(queries.laboratories, under=here.under_id, now=here.now)
    took = here.ask(queries.turnarounds, since=here.now - A_DAY, under=here.under_id)
    names = parts.places_said(each.id for each in found)
    areas = here.area_names(each.path for each in found)
    limit = parts.numbers(here).read_within
    rows = [_row(here, each, names, areas, took.get(each.id), limit) for each in found]
    heads = [_("Laboratory"), _("Reads an hour"), _("Waiting"), _("Oldest"), _("Needs for these"),
             _("Receipt to result, 24 h"), _("Called out, 24 h")]  # fmt: skip
    enrol = ask(here, "testing.enrol_laboratory", _("Enrol a laboratory"))
    n, waiting = len(found), sum(each.waiting for each in found)
    lead = ngettext("%(n)s laboratory; %(waiting)s tubes wait for a result.",
                    "%(n)s laboratories; %(waiting)s tubes wait for a result.", n)  # fmt: skip
    sections = Sections(
        title=_("Laboratories"),
        lead=lead % {"n": f"{n:,}", "waiting": f"{waiting:,}"},
        way=[Choice(_("Testing"), reverse("testing"))],
        tools=parts.ways(here, "laboratories"),
        main=[
            Section("", [table(_("Laboratories"), heads, rows, _("No laboratory takes part yet."))]),
            *([Section(_("Changes"), enrol)] if enrol else []),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _row(  # noqa: PLR0913 (what a row is made of)
    here: Page,
    each: LaboratoryRow,
    names: dict[str, str],
    areas: dict[str, str],
    took: Turnaround | None,
    limit: timedelta,
) -> Row:
    late = each.oldest_at is not None and here.now - each.oldest_at > limit
    needs = each.hours_to_read
    url, flags = reverse("laboratory", args=[each.id]), _flags(each)
    return Row(
        each.id,
        [
            Cell(names.get(each.id, "–"), href=url, note=_where(each, areas)),
            Cell(f"{each.tubes_per_hour:,}") if each.tubes_per_hour else Cell(chip=Chip("breach", _("down"))),
            Cell(f"{each.waiting:,}"),
            Cell(parts.age(each.oldest_at, here.now), chip=Chip("overdue", _("late")) if late else None),
            Cell(_("it is down") if needs is None else how_long(3600 * needs) if each.waiting else "–"),
            Cell(_took(took), note=_of(took)),
            Cell(chip=flags[0], note=" · ".join(each.text for each in flags[1:])) if flags else Cell(_("nothing")),
        ],
        href=url,
        act=late,
    )


def _where(each: LaboratoryRow, areas: dict[str, str]) -> str:
    where = areas.get(each.path, each.path)
    return f"{where} · {_('mobile')}" if each.mobile else where


def _took(took: Turnaround | None) -> str:
    """`median 3 h 15 min · nine in ten 5 h`."""
    if took is None or took.median_minutes is None or took.p90_minutes is None:
        return "–"
    told = {"median": how_long(60 * took.median_minutes), "p90": how_long(60 * took.p90_minutes)}
    return _("half within %(median)s, nine in ten within %(p90)s") % told


def _of(took: Turnaround | None) -> str:
    return _("of %(n)s tubes") % {"n": f"{took.tubes:,}"} if took else ""


def _flags(each: LaboratoryRow) -> list[Chip]:
    """What a laboratory was called out for within a day, in words."""
    said = {"positive": _("positives out of line"), "invalid": _("invalid tubes out of line")}
    return [Chip("unverified", said.get(flag, flag)) for flag in each.flags]


# -- one laboratory ---------------------------------------------------------------------------------------------------


@page()
def laboratory_page(here: Page, laboratory: str) -> HttpResponse:
    """One laboratory."""
    place = PlaceId(laboratory)
    row: LaboratoryRow | None = here.ask(queries.laboratory_file, laboratory=place, now=here.now)
    if row is None:
        raise Refused("laboratory_unknown", laboratory=laboratory)
    name = parts.places_said([row.id]).get(row.id, "–")
    down = [] if row.tubes_per_hour else [Chip("breach", _("down"))]
    sections = Sections(
        title=name,
        lead=_where(row, here.area_names([row.path])),
        chips=[*down, *_flags(row)],
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Laboratories"), reverse("laboratories"))],
        main=[
            Section(_("Now"), [Numbers(_now(here, row))]),
            Section(_("Hour by hour"), [Drawn(_chart(here, row))]),
            Section(_("Against the other laboratories, 24 hours"), _against(here, row)),
            Section(_("Boxes on their way here"), [_boxes(here, row)]),
            Section(_("Plates and their controls"), [_plates(here, row)]),
            Section(_("Files read in"), [_files(here, row)]),
        ],
        side=_doing(here, row),
    )
    return here.render("console/sections.html", sections=sections)


def _now(here: Page, row: LaboratoryRow) -> list[Number]:
    limit = parts.numbers(here).read_within
    late = row.oldest_at is not None and here.now - row.oldest_at > limit
    took = here.ask(queries.turnarounds, since=here.now - A_DAY, laboratory=row.id).get(row.id)
    needs = row.hours_to_read
    return [
        Number(_("Waiting"), f"{row.waiting:,}", as_of=here.now, note=_("tubes")),
        Number(_("Oldest"), parts.age(row.oldest_at, here.now), as_of=here.now, act=late,
               note=_("at most %(span)s") % {"span": how_long(limit.total_seconds())}),
        Number(_("Reads"), f"{row.tubes_per_hour:,}", note=_("tubes an hour"), act=not row.tubes_per_hour),
        Number(_("Needs for these"), "–" if needs is None or not row.waiting else how_long(3600 * needs)),
        Number(_("Half read within"), _minutes(took and took.median_minutes), note=_of(took)),
        Number(_("Nine in ten within"), _minutes(took and took.p90_minutes), note=_of(took)),
    ]  # fmt: skip


def _minutes(minutes: int | None) -> str:
    return "–" if minutes is None else how_long(60 * minutes)


def _chart(here: Page, row: LaboratoryRow) -> Any:
    found = here.ask(queries.laboratory_hours, laboratory=row.id, now=here.now, hours=HOURS)
    hours = [
        Hour(f"{timezone.localtime(each.hour, here.zone):%d %H:00}", each.received, each.read, each.waiting)
        for each in found
    ]
    came, read = sum(each.came for each in hours), sum(each.read for each in hours)
    told = {"came": f"{came:,}", "read": f"{read:,}", "hours": HOURS}
    said = _("In %(hours)s hours %(came)s tubes came and %(read)s were read.") % told
    return hours_chart(hours, row.tubes_per_hour, Labels(title=said, description=said))


def _against(here: Page, row: LaboratoryRow) -> list[Part]:
    found = here.ask(queries.laboratory_shares, laboratory=row.id, since=here.now - A_DAY)
    least = parts.numbers(here).out_of_line_from
    said = {"positive": _("Positive or unclear"), "invalid": _("Invalid")}
    rows = [
        Row(each.what, [
            Cell(said[each.what]),
            Cell(f"{each.found:,} / {each.of:,}", note=parts.share(each.found, each.of)),
            Cell(f"{each.others_found:,} / {each.others_of:,}", note=parts.share(each.others_found, each.others_of)),
            Cell(f"{each.of * each.others_found / each.others_of:,.1f}" if each.others_of else "–"),
            _judged(each, row, least),
        ])
        for each in found
    ]  # fmt: skip
    heads = [_("Result"), _("Here"), _("All the others"), _("Expected here"), _("Judged")]
    note = _(
        "Judged every few minutes from %(n)s tubes on, by how much the other laboratories differ among themselves. Out of line is a reason to look, no proof."
    )
    return [table(_("Against the other laboratories"), heads, rows, "–"), Text(note % {"n": least})]


def _judged(each: SharesRow, row: LaboratoryRow, least: int) -> Cell:
    """Out of line, in line, or too few to tell."""
    if each.what in row.flags:
        return Cell(chip=Chip("unverified", _("out of line")))
    return Cell(_("in line") if each.of >= least else _("too few to judge"))


def _boxes(here: Page, row: LaboratoryRow) -> Part:
    found = here.ask(queries.boxes_bound_for, laboratory=row.id)
    sites = parts.places_said(each.site for each in found)
    rows = [
        Row(each.id, [
            Cell(each.code, href=reverse("testing_box", args=[each.code])), Cell(f"{each.tubes:,}"),
            Cell(sites.get(each.site, "–"), href=reverse("testing_site", args=[each.site])), Cell(each.vehicle or "–"),
            Cell(at=each.left_at) if each.left_at else Cell("–"),
            Cell(at=each.expected_at) if each.expected_at else Cell(_("not told")),
            Cell(chip=Chip("overdue", _("late"))) if each.late else Cell(_("in time")),
        ], act=each.late)
        for each in found
    ]  # fmt: skip
    heads = [_("Box"), _("Tubes"), _("Sampling site"), _("Vehicle"), _("Left"), _("Expected"), _("In time")]
    return table(_("Boxes on their way"), heads, rows, _("No box is on its way here."))


def _plates(here: Page, row: LaboratoryRow) -> Part:
    found = here.ask(queries.plates, laboratory=row.id)

    def run(valid: bool | None) -> Chip:  # noqa: FBT001 (as the plate has it)
        if valid is None:
            return Chip("open", _("not run"))
        return Chip("done", _("controls held")) if valid else Chip("breach", _("controls failed"))

    rows = [
        Row(each.id, [
            Cell(each.id), Cell(f"{each.tubes:,}"), Cell(at=each.run_at or each.loaded_at), Cell(chip=run(each.valid)),
            Cell(_ct(each.negative_control_ct)), Cell(_ct(each.positive_control_ct)), Cell(each.instrument or "–"),
        ])
        for each in found
    ]  # fmt: skip
    heads = [_("Plate"), _("Tubes"), _("When"), _("Run"), _("Negative control, Ct"), _("Positive control, Ct"), _("Instrument")]  # fmt: skip
    return table(_("Plates"), heads, rows, _("No plate is on record."))


def _ct(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _files(here: Page, row: LaboratoryRow) -> Part:
    rows = [
        Row(str(n), [
            Cell(at=each.read_at), Cell(f"{each.rows:,}"), Cell(f"{each.new:,}"), Cell(f"{each.unchanged:,}"),
            Cell(f"{each.corrected:,}"), Cell(f"{each.stray:,}"), Cell(f"{each.refused:,}"), Cell(each.sha256[:12]),
        ])
        for n, each in enumerate(here.ask(files.result_files, laboratory=row.id))
    ]  # fmt: skip
    heads = [
        _("When"),
        _("Rows"),
        _("New"),
        _("Unchanged"),
        _("Corrected"),
        _("Without a tube"),
        _("Not taken"),
        "SHA-256",
    ]
    return table(_("Files"), heads, rows, _("No file was read in yet."))


def _doing(here: Page, row: LaboratoryRow) -> list[Section]:
    """What can be told here, for those who may."""
    fixed = {"laboratory": row.id}
    asked = (
        ("receive_box", _("Take a box in")), ("receive_tubes", _("Take in tubes without a box")),
        ("load_plate", _("Load a plate")), ("run_plate", _("Report a plate's run")),
        ("read_tube", _("Report one tube")), ("correct_tube", _("Correct a reading")),
    )  # fmt: skip
    made: list[Part] = []
    if here.may("lab"):
        made += upload_part(row.id)
    for name, title in asked:
        leave = ("outbreak",) if name == "read_tube" and here.outbreak is None else ()
        more = {"outbreak": here.outbreak.id} if name == "read_tube" and here.outbreak else {}
        made += ask(here, f"testing.{name}", title, fixed={**fixed, **more}, leave=leave)
    sections = [Section(_("Results and boxes"), made)] if made else []
    change = ask(here, "testing.change_capacity", _("Change the capacity"), fixed=fixed, initial={"tubes_per_hour": row.tubes_per_hour})  # fmt: skip
    return [*sections, *([Section(_("Capacity"), change)] if change else [])]


urlpatterns = [
    path("testing/labs/", laboratories_page, name="laboratories"),
    path("testing/labs/<str:laboratory>/", laboratory_page, name="laboratory"),
]
