"""Sampling sites: lanes, queue and wait, what lies there, what they sent, and who is asked to come when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ringfence.console import charts
from ringfence.console import testing_parts as parts
from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.forms import rounds_offered
from ringfence.console.lists import Head, Line, ListPage, declare, listing
from ringfence.console.pieces import Cell, Chip, Choice, Empty, Number, Row
from ringfence.console.sections import Drawn, Numbers, Part, Section, Sections, Text, table
from ringfence.console.sections import List as WholeList
from ringfence.console.shown import how_long, label
from ringfence.console.templatetags.console import clock
from ringfence.core.errors import Refused
from ringfence.core.words import N_
from ringfence.desks.testing.queries.sites import SiteFile, SiteRow, laboratories_offered, site_file, sites
from ringfence.facts.ids import PlaceId


def wait_chip(here: Page, row: SiteRow) -> Cell:
    """The queue and its wait, against the policy's limit; by text and sign."""
    if row.wait is None:
        return Cell(chip=Chip("unknown", _("not counted")))
    limit = parts.numbers(here).queue_at_most
    long = row.wait > limit
    said = _("%(span)s, limit %(limit)s") % {
        "span": how_long(row.wait.total_seconds()), "limit": how_long(limit.total_seconds())
    }  # fmt: skip
    chip = Chip("overdue", _("too long")) if long else Chip("done", _("in time"))
    return Cell(_("%(n)s people") % {"n": f"{row.queue:,}"}, chip=chip, note=said)


def lying(here: Page, row: SiteRow) -> Cell:
    """What lies there without a box."""
    if not row.unpacked:
        return Cell("0")
    late = row.oldest_at is not None and here.now - row.oldest_at > parts.numbers(here).pack_within
    said = _("oldest %(span)s") % {"span": parts.age(row.oldest_at, here.now)}
    return Cell(f"{row.unpacked:,}", chip=Chip("overdue", _("late")) if late else None, note=said)


def lines(here: Page, rows: Sequence[SiteRow]) -> list[Line]:
    """Sites, drawn."""
    names = parts.places_said(each.id for each in rows)
    areas = here.area_names(each.path for each in rows)
    made = []
    for each in rows:
        url = reverse("testing_site", args=[each.id])
        queue, left = wait_chip(here, each), lying(here, each)
        late = any(cell.chip is not None and cell.chip.kind == "overdue" for cell in (queue, left))
        cells = {
            "site_name": Cell(names.get(each.id, each.id), href=url, note=_("mobile") if each.mobile else ""),
            "site_place": Cell(areas.get(each.path, each.path)),
            "waiting": queue,
            "unpacked": left,
            "lanes": Cell(f"{each.lanes:,}", note=_("and a separate one") if each.separate_lane else ""),
            "capacity": Cell(f"{each.people_per_hour:,}"),
            "open_hours": Cell(_hours(each)),
        }
        made.append(Line(each.id, cells, url, act=late))
    return made


def _hours(row: SiteRow) -> str:
    ends = [f"{timezone.localtime(at):%m-%d %H:%M}" if at else "…" for at in (row.opens_at, row.closes_at)]
    return " – ".join(ends) if row.opens_at or row.closes_at else _("until closed")


FIELDS = ("site_name", "site_place", "lanes", "capacity", "waiting", "unpacked", "open_hours")


def records(here: Page, rows: Sequence[SiteRow]) -> list[list[Any]]:
    """Rows of an export."""
    drawn = lines(here, rows)
    return [
        [line.cells["site_name"].text, line.cells["site_place"].text, row.lanes, row.people_per_hour, row.queue, row.unpacked,
         line.cells["open_hours"].text]
        for row, line in zip(rows, drawn, strict=True)
    ]  # fmt: skip


SITES = declare(
    ListPage(
        name="testing_sites",
        title=N_("Sampling sites"),
        query=sites,
        heads=(
            Head("site_name", "id"), Head("site_place"), Head("waiting"), Head("unpacked", "number"), Head("lanes", "number"),
            Head("capacity", "number"), Head("open_hours"),
        ),
        lines=lines,
        empty=lambda _here: Empty(
            _("No sampling site is open here"),
            _("Declare the place on the page of its jurisdiction, then open it as a site."),
            _("Jurisdictions"), reverse("jurisdictions"),
        ),
        fields=FIELDS,
        records=records,
        names=lambda _here, ids: parts.places_said(ids),
    )
)  # fmt: skip


@page()
def sites_page(here: Page) -> HttpResponse:
    """The sampling sites, place by place, and the form to open one."""
    opening = ask(here, "testing.open_site", _("Open a sampling site"), initial={
        "swabs_per_hour": parts.numbers(here).swabs_per_hour if here.outbreak else 60}, following=here.request.path)  # fmt: skip
    source = parts.limit_said(here, "swabs_per_hour") if here.outbreak else ""
    told = [Text(_("Swabs an hour of one sampler: %(said)s") % {"said": source})] if opening and source else []
    sections = Sections(
        title=_("Sampling sites"),
        lead=_("Queues are counted by the sites; the wait follows from the lanes that are open."),
        way=[Choice(_("Testing"), reverse("testing"))],
        tools=parts.ways(here, "testing_sites"),
        main=[
            Section("", [WholeList(listing(here, SITES))]),
            *([Section(_("Changes"), [*opening, *told])] if opening else []),
        ],
    )
    return here.render("console/sections.html", sections=sections)


@page()
def site_page(here: Page, site: str) -> HttpResponse:
    """A sampling site."""
    file: SiteFile | None = here.ask(site_file, site=PlaceId(site), now=here.now)
    if file is None:
        raise Refused("not_known_here", what="site", id=site)
    row = file.row
    names = parts.places_said([row.id])
    sections = Sections(
        title=names.get(row.id, row.id),
        chips=[Chip("discarded", _("Closed")) if row.closed else Chip("started", _("Takes swabs"))],
        lead=" · ".join(filter(None, [here.area_names([row.path]).get(row.path, ""), _hours(row), _("mobile") if row.mobile else ""])),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Sampling sites"), reverse("testing_sites"))],
        tools=parts.ways(here, ""),
        main=[_now(here, file), _boxes(file), _work(here, file)],
        side=[_slots(here, file), _changes(here, row)],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _now(here: Page, file: SiteFile) -> Section:
    row = file.row
    queue, left = wait_chip(here, row), lying(here, row)
    counted = _("counted %(span)s ago") % {"span": parts.age(row.queue_at, here.now)} if row.queue_at else ""
    sign = f"{queue.chip.text} · " if queue.chip else ""
    numbers = [
        Number(_("Queue"), row.queue if row.queue is not None else "–", as_of=row.queue_at, note=counted or _("not counted yet"),
               act=queue.chip is not None and queue.chip.kind == "overdue"),
        Number(_("Wait of the last one"), how_long(row.wait.total_seconds()) if row.wait is not None else "–", as_of=row.queue_at,
               note=sign + queue.note if row.wait is not None else "", act=queue.chip is not None and queue.chip.kind == "overdue"),
        Number(_("Lanes open"), row.lanes, as_of=here.now, note=_("and a separate one") if row.separate_lane else ""),
        Number(_("People an hour"), row.people_per_hour, as_of=here.now, note=_("%(n)s at each lane") % {"n": row.swabs_per_hour}),
        Number(_("Tubes lying unpacked"), row.unpacked, as_of=here.now, note=left.note,
               act=left.chip is not None),
    ]  # fmt: skip
    longest = [
        Row(id_, [Cell(code, href=reverse("testing_tube", args=[code])), Cell(at=at, note=parts.age(at, here.now))])
        for id_, code, at in file.lying
    ]
    made: list[Part] = [Numbers(numbers)]
    if longest:
        made.append(table(_("Lying longest"), [_("Tube"), _("Tube sealed")], longest, ""))
    serves = here.area_names(row.serves)
    if serves:
        made.append(
            Text(
                _("Serves: %(places)s.") % {"places": ", ".join(serves[each] for each in row.serves if each in serves)}
            )
        )
    return Section(_("Now"), made, "now")  # fmt: skip


def _boxes(file: SiteFile) -> Section:
    laboratories = parts.places_said(each.laboratory for each in file.boxes)
    chips = {"packed": "open", "underway": "handed_over", "received": "done"}
    rows = [
        Row(each.id, [
            Cell(each.code, href=reverse("testing_box", args=[each.code])),
            Cell(chip=Chip("overdue", _("late")) if each.late and each.state != "received" else Chip(chips[each.state], label(f"boxstate.{each.state}"))),
            Cell(f"{each.tubes:,}"), Cell(at=each.packed_at),
            Cell(at=each.left_at) if each.left_at else Cell("–"),
            Cell(laboratories.get(each.laboratory or "", "–"), href=parts.laboratory_url(each.laboratory), at=each.received_at),
        ], act=each.late and each.state != "received")
        for each in file.boxes
    ]  # fmt: skip
    heads = [_("Box"), _("State"), _("Tubes"), _("Packed"), _("Left"), _("Taken in")]
    return Section(_("Newest boxes"), [table(_("Newest boxes"), heads, rows, _("No box sent yet."))], "boxes")


def _work(here: Page, file: SiteFile) -> Section:
    most = file.row.people_per_hour
    bars = [
        charts.Bar(f"{timezone.localtime(each.hour):%m-%d %H:%M}", each.people, most or None) for each in file.hours
    ]
    as_of = _("as of %(at)s") % {"at": clock(here.now)}
    title = _("People swabbed in each hour, of what the open lanes can take")
    labels = charts.Labels(title, as_of=as_of, total=_("People"), no_data=_("Nobody was swabbed in the last day"))
    return Section(_("The last day"), [Drawn(charts.bars(bars, labels))], "hours")


def _slots(here: Page, file: SiteFile) -> Section:
    row = file.row
    rows = [
        Row(each.begins_at.isoformat(), [
            Cell(at=each.begins_at), Cell(f"{each.people:,}", note=_("%(n)s asked") % {"n": each.asked}),
            Cell(_("full") if each.left is not None and each.left <= 0 else "–" if each.left is None else f"{each.left:,}"),
        ])
        for each in file.slots
    ]  # fmt: skip
    none = _("No slot was given yet.") if row.slot_minutes else _("This site gives no slots: people come as they are.")
    made: list[Part] = [table(_("Slots"), [_("Begins"), _("People"), _("Room for")], rows, none)]
    if not row.closed and here.outbreak is not None:
        choices = {"round": rounds_offered(here)}
        made += ask(here, "testing.give_slot", _("Give a time slot"), fixed={"site": row.id}, choices=choices)
    return Section(_("Slots"), made, "slots")


def _changes(here: Page, row: SiteRow) -> Section:
    fixed = {"site": row.id}
    if row.closed:
        made = ask(here, "testing.open_site", _("Open the site again"), fixed=fixed, initial={
            "lanes": row.lanes or 1, "swabs_per_hour": row.swabs_per_hour})  # fmt: skip
        return Section(_("Changes"), made, "changes")
    made = ask(here, "testing.count_queue", _("Count the queue"), fixed=fixed, initial={"lanes": row.lanes})
    made += ask(here, "testing.change_lanes", _("Open or close lanes"), fixed=fixed, initial={"lanes": row.lanes})
    made += ask(here, "testing.pack_box", _("Pack a box"), fixed=fixed)
    labs = {"laboratory": here.ask(laboratories_offered)}
    made += ask(here, "testing.begin_trip", _("Begin a trip to a laboratory"), choices=labs)
    made += ask(here, "testing.close_site", _("Close the site"), fixed=fixed, danger=True)
    return Section(_("Changes"), made, "changes")


urlpatterns = [
    path("testing/sites/", sites_page, name="testing_sites"),
    path("testing/sites/<str:site>/", site_page, name="testing_site"),
]
