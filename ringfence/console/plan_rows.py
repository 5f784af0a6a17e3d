"""Who does what in a plan: laboratories, sites and trips by the hour, the long lists a piece at a time."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.curve import Labels
from ringfence.console.lab_chart import Hour, hours_chart
from ringfence.console.pieces import Cell, Choice, Row
from ringfence.console.plan_parts import Shown
from ringfence.console.sections import Drawn, Links, Part, Section, Text, table
from ringfence.desks.testing.plans.answer import LabPlan, SitePlan, Trip

LABS_DRAWN = 3
AT_ONCE = 20


def labs(shown: Shown) -> Section:
    """Each laboratory's load and queue; the busiest drawn."""
    plan = shown.plan
    ranked = sorted(plan.labs, key=lambda each: (-each.tubes, shown.name(each.id)))
    rows = [_lab(shown, each) for each in ranked]
    heads = [
        _("Laboratory"), _("Tubes"), _("Of what it can begin"), _("Sites"), _("Vehicles"), _("First"), _("Last"), _("Ends"),
        _("Longest queue"),
    ]  # fmt: skip
    title = _("By laboratory")
    drawn: list[Part] = [_lab_drawn(shown, each) for each in ranked[:LABS_DRAWN] if each.tubes]
    return Section(title, [table(title, heads, rows, ""), *drawn], "labs")


def _lab(shown: Shown, lab: LabPlan) -> Row:
    can = sum(lab.capacity)
    longest = max(lab.waiting, default=0)
    hour = lab.waiting.index(longest) + 1 if longest else None
    note = _("at %(at)s") % {"at": shown.at(hour)} if hour is not None else ""
    counts = (lab.sites, lab.vehicles)
    return Row(lab.id, [
        shown.laboratory(lab.id), Cell(f"{lab.tubes:,}"), Cell(f"{can:,}", note=parts.share(min(lab.tubes, can), can)),
        *(Cell(f"{each:,}") for each in counts), Cell(shown.at(lab.first_h)), Cell(shown.at(lab.last_h)),
        Cell(shown.at(lab.finish_h)), Cell(f"{longest:,}", note=note),
    ])  # fmt: skip


def _lab_drawn(shown: Shown, lab: LabPlan) -> Part:
    first = math.floor(shown.plan.now_h)
    hours = [
        Hour(shown.at(n), lab.received[n], lab.results[n], lab.waiting[n]) for n in range(first, len(lab.received))
    ]
    title = _("%(lab)s: tubes that come and results, by the hour") % {"lab": shown.name(lab.id)}
    return Drawn(hours_chart(hours, max(lab.capacity, default=0), Labels(title=title, description=title)))


def sites(shown: Shown, after: int) -> Section:
    """Who samples where and when."""
    every = shown.plan.sites
    rows = [_site(shown, n, each) for n, each in enumerate(every[after : after + AT_ONCE], after)]
    heads = [
        _("Site"), _("Cell"), _("Samplers"), _("From"), _("Until"), _("People"), _("Tubes"), _("To call in each slot"), _("Tubes go to"),
    ]  # fmt: skip
    title = _("By site: who samples where and when")
    minutes = next(each.value for each in shown.plan.figures if each.name == "queue_minutes")
    said = _("A slot is %(n)s minutes, the longest queue allowed: no more people than that are called at once.") % {
        "n": f"{minutes:g}"
    }
    return Section(
        title,
        [Text(said), table(title, heads, rows, _("No site.")), *_pager("sites", after, len(every))],
        "sites",
    )


def _site(shown: Shown, n: int, site: SitePlan) -> Row:
    team = _("team %(n)s") % {"n": site.team} if site.team is not None else ""
    waiting = _("%(n)s lie there now") % {"n": f"{site.waiting:,}"} if site.waiting else ""
    return Row(f"site-{n}", [
        shown.place(site.site), Cell(shown.cells.get(site.cell, site.cell), note=_("%(n)s to a tube") % {"n": f"{site.pool:g}"}),
        Cell(f"{site.samplers:,}", note=team), Cell(shown.at(site.from_h)), Cell(shown.at(site.until_h)),
        Cell(f"{site.people:,}"), Cell(f"{site.tubes:,}", note=waiting), Cell(f"{site.slot_people:,}"),
        Cell(", ".join(shown.name(each) for each in site.labs) or "–"),
    ])  # fmt: skip


def trips(shown: Shown, after: int) -> Section:
    """Which vehicle fetches which boxes when."""
    every = shown.plan.trips
    rows = [_trip(shown, each) for each in every[after : after + AT_ONCE]]
    heads = [_("Trip"), _("Vehicle"), _("Departs"), _("Stops"), _("Laboratory"), _("Unloaded"), _("Boxes"), _("Tubes")]
    title = _("Trips")
    made = [table(title, heads, rows, _("No trip: nothing is left to fetch.")), *_pager("trips", after, len(every))]
    return Section(title, made, "trips")


def _trip(shown: Shown, trip: Trip) -> Row:
    stops = "; ".join(
        _("%(site)s %(reach)s to %(leave)s, %(boxes)s")
        % {
            "site": shown.name(stop.site), "reach": shown.at(stop.reach_h), "leave": shown.at(stop.leave_h),
            "boxes": _boxes(stop.first_box, stop.boxes, stop.tubes),
        }
        for stop in trip.stops
    )  # fmt: skip
    return Row(f"trip-{trip.trip}", [
        Cell(str(trip.trip)), Cell(str(trip.vehicle)), Cell(shown.at(trip.begin_h)), Cell(stops), shown.laboratory(trip.lab),
        Cell(shown.at(trip.arrive_h)), Cell(f"{trip.boxes:,}"), Cell(f"{trip.tubes:,}"),
    ])  # fmt: skip


def _boxes(first: int, n: int, tubes: int) -> str:
    told = {"first": first, "last": first + n - 1, "tubes": f"{tubes:,}"}
    if n == 1:
        return _("box %(first)s (%(tubes)s tubes)") % told
    return _("boxes %(first)s to %(last)s (%(tubes)s tubes)") % told


def _pager(what: str, after: int, count: int) -> list[Part]:
    """`51 to 100 of 240`, with the way back and on; the rest of the address is kept by the page."""
    last = min(after + AT_ONCE, count)
    if not after and last == count:
        return []
    said = _("%(first)s to %(last)s of %(of)s") % {"first": f"{after + 1:,}", "last": f"{last:,}", "of": f"{count:,}"}
    links = [Choice(_("Back to the start"), f"{what}:0")] if after else []
    if last < count:
        links.append(Choice(_("Next %(n)s") % {"n": min(AT_ONCE, count - last)}, f"{what}:{last}"))
    return [Text(said), Links(links)]
