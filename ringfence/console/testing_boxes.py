"""A box on one page: its chain of custody with its clocks, its tubes, and what the laboratory found in it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.asks import ask
from ringfence.console.case_parts import tasks_about, tasks_table
from ringfence.console.context import Page, page
from ringfence.console.custody_parts import steps_table
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Line, Links, Pairs, Part, Section, Sections, Text, table
from ringfence.console.sentences import entries
from ringfence.console.shown import due, label
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.desks.testing.queries.sites import laboratories_offered
from ringfence.desks.testing.queries.tubes import BoxFile, box_chain, box_coded, box_file
from ringfence.facts.ids import BoxId


@page()
def box_page(here: Page, code: str) -> HttpResponse:
    """A box, by its barcode or its id: its chain of custody and its tubes."""
    file: BoxFile | None = here.ask(box_coded, code=code)
    if file is None and code.startswith("box_"):
        file = here.ask(box_file, box=BoxId(code))
    if file is None:
        raise Refused("not_known_here", what="box", id=code)
    row = file.row
    late = row.late and row.state != "received"
    sections = Sections(
        title=_("Box %(code)s") % {"code": row.code},
        chips=[Chip("overdue", _("late")) if late else Chip("started", label(f"boxstate.{row.state}"))],
        lead=" · ".join(filter(None, [
            parts.places_said([row.site]).get(row.site, ""), _("%(n)s tubes packed") % {"n": f"{row.tubes:,}"},
            _trip(file, here),
        ])),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Find a box"), reverse("testing_tubes"))],
        tools=[Choice(_("Why do I have this?"), reverse("why", args=[file.lines[-1]]))],
        main=[
            Section(_("Chain of custody"), [steps_table(box_chain(file, parts.numbers(here), here.now))], "custody"),
            _inside(file),
        ],
        side=[_counted(file), _box_tasks(here, file), _send(here, file)],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _trip(file: BoxFile, here: Page) -> str:
    if file.trip is None or file.trip.expected_at is None or file.row.received_at:
        return ""
    return _("expected %(at)s") % {"at": due(file.trip.expected_at, here.now)}


def _inside(file: BoxFile) -> Section:
    rows = [
        Row(each.id, [
            Cell(each.code, href=reverse("testing_tube", args=[each.code])), Cell(f"{each.people:,}"),
            Cell(at=each.sealed_at), Cell(chip=parts.stage_chip(each.stage)), Cell(chip=parts.result_chip(each.result)),
        ])
        for each in file.tubes[:300]
    ]  # fmt: skip
    heads = [_("Tube"), _("People"), _("Tube sealed"), _("Where"), _("Result")]
    made: list[Part] = [table(_("Tubes in it"), heads, rows, _("No tube is on record in it."))]
    if len(file.tubes) > len(rows):
        made.append(Text(_("The first %(n)s of %(of)s.") % {"n": len(rows), "of": len(file.tubes)}))
    return Section(_("Tubes in it"), made, "tubes")


def _counted(file: BoxFile) -> Section:
    """What the laboratory found when it took the box in."""
    row = file.row
    if row.received_at is None:
        return Section(_("At receipt"), [Text(_("No laboratory has taken it in yet."))], "receipt")
    counts = ((_("Not in the box"), row.missing), (_("Leaking"), row.leaking), (_("Beyond those packed"), row.extra),
              (_("Without a label"), row.unlabelled))  # fmt: skip
    pairs = [(text, Cell(str(n), chip=Chip("breach", _("look")) if n else None)) for text, n in counts]
    return Section(_("At receipt"), [Pairs(pairs)], "receipt")


def _box_tasks(here: Page, file: BoxFile) -> Section:
    return Section(_("Tasks"), [tasks_table(here, tasks_about(here, file.row.id), _("No task about it."))])


def _send(here: Page, file: BoxFile) -> Section:
    if file.row.state == "received":
        return Section(_("History"), [Line(entries(log.lines(file.lines))[::-1], _("Nothing on record."))], "history")
    labs = {"laboratory": here.ask(laboratories_offered)}
    made: list[Part] = []
    if file.row.state == "packed":
        made += ask(
            here, "testing.begin_trip", _("Begin a trip with it"), choices=labs, initial={"boxes": file.row.code}
        )
    made += ask(
        here, "testing.receive_box", _("Take it in at a laboratory"), fixed={"box": file.row.code}, choices=labs
    )
    made.append(Links([Choice(_("The site"), reverse("testing_site", args=[file.row.site]))]))
    return Section(_("Changes"), made, "changes")


urlpatterns = [path("testing/boxes/<str:code>/", box_page, name="testing_box")]
