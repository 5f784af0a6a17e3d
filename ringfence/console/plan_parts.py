"""The parts of a plan's page: what it comes to, and who does what by the hour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from ringfence.console import testing_parts as parts
from ringfence.console.curve import Labels
from ringfence.console.pieces import Cell, Chip, Number, Row
from ringfence.console.plan_chart import Lane, Mark, stages_chart
from ringfence.console.sections import Drawn, Numbers, Part, Section, Text, table
from ringfence.console.shown import how_long, label
from ringfence.core.words import LABELS
from ringfence.desks.testing.plans import Plan
from ringfence.desks.testing.plans.answer import HourRow, Need
from ringfence.desks.testing.plans.standing import Remark, Standing


@dataclass(frozen=True)
class Folded(Part):
    """A long part that opens when it is wanted."""

    summary: str
    part: Part
    template: ClassVar[str] = "console/parts/folded.html"


@dataclass(frozen=True)
class Shown:
    """A plan with what its page knows around it. `begins` is hour 0 on the place's own clock; None where it was not told.

    `names`: site or laboratory -> how it is called; `cells`: cell -> how it is called; `live`: made from what is on record.
    """

    plan: Plan
    begins: datetime | None
    as_of: datetime
    names: Mapping[str, str]
    cells: Mapping[str, str]
    standing: Standing | None = None
    remarks: Sequence[Remark] = ()
    live: bool = False
    round: str = ""

    def at(self, hours: float | None) -> str:
        """An hour of the plan as a clock shows it; with the day, where it is not the plan's own."""
        if hours is None:
            return "–"
        if self.begins is None:
            return _("hour %(h)s") % {"h": f"{hours:.2f}"}
        moment = self.begins + timedelta(hours=hours)
        here = self.begins + timedelta(hours=self.plan.now_h)
        return f"{moment:%H:%M}" if moment.date() == here.date() else f"{moment:%m-%d %H:%M}"

    def name(self, id_: str) -> str:
        """What a site or laboratory is called."""
        return self.names.get(id_, id_)

    def place(self, id_: str) -> Cell:
        """A site, linked where it is on record."""
        return Cell(
            self.name(id_),
            href=reverse("testing_site", args=[id_]) if self.live and self.standing and self.standing.sites else "",
        )

    def laboratory(self, id_: str) -> Cell:
        """A laboratory, linked where it is on record."""
        return Cell(self.name(id_), href=parts.laboratory_url(id_) if self.live and id_ in self.names else "")


def span(hours: float) -> str:
    """Hours as `3 h 20 min`, to the nearest minute."""
    return how_long(60 * round(60 * hours))


def percent(share: float) -> str:
    """`0.2 %`."""
    return f"{100 * share:.1f} %"


# -- what it comes to -------------------------------------------------------------------------------------------------


def summary(shown: Shown) -> Section:
    """Finish, deadline and bottleneck in words, then in numbers."""
    plan = shown.plan
    saves = max(each.saves_h for each in plan.stages)
    said = [
        _("The round ends at %(finish)s. With what there is no plan can end before %(bound)s; this one is within %(gap)s of that.")
        % {"finish": shown.at(plan.finish_h), "bound": shown.at(plan.bound_h), "gap": percent(plan.gap)},
        _deadline_said(shown),
        _("The bottleneck is %(stage)s: without its limit the round would end %(span)s sooner.")
        % {"stage": label(f"four.{plan.bottleneck}").lower(), "span": span(saves)}
        if plan.bottleneck
        else _("No stage alone holds the round up: the times of filling a tube, driving and testing do."),
    ]  # fmt: skip
    chip = Chip("done", _("in time")) if plan.on_time else Chip("overdue", _("too late"))
    texts = [Text(said[0], chips=[chip]), *(Text(each) for each in said[1:])]
    return Section(_("What it comes to"), [*texts, Numbers(_numbers(shown))], "comes-to")


def _deadline_said(shown: Shown) -> str:
    plan = shown.plan
    told = {"at": shown.at(plan.deadline_h), "span": span(abs(plan.finish_h - plan.deadline_h))}
    if plan.on_time:
        return _("The deadline, %(at)s, is met with %(span)s to spare.") % told
    return _("The deadline, %(at)s, is missed by %(span)s.") % told


def _numbers(shown: Shown) -> list[Number]:
    plan, total, at = shown.plan, shown.plan.totals, shown.as_of
    made = [
        Number(_("Finish"), shown.at(plan.finish_h), as_of=at, act=not plan.on_time,
               note=_("in %(span)s") % {"span": span(plan.finish_h - plan.now_h)}),
        Number(_("People left to swab"), total.people_left, of=total.people, of_label=_("to be tested"), as_of=at),
        Number(_("Tubes to fetch"), total.tubes, as_of=at, note=_("sealed already or still to be")),
        Number(_("Samplers"), total.samplers, as_of=at,
               note=_("%(n)s by the guide's formula") % {"n": f"{total.samplers_by_formula:,}"}),
        Number(_("Vehicles used"), total.vehicles_used, of=total.vehicles, as_of=at),
        Number(_("Laboratories used"), total.labs_used, of=total.labs, as_of=at,
               note=_("%(n)s tubes an hour together") % {"n": f"{total.lab_tubes_per_hour:,}"}),
    ]  # fmt: skip
    if total.late_tubes:
        made.append(
            Number(
                _("Tubes too long on their way"), total.late_tubes, of=total.tubes, as_of=at, act=True,
                note=_("the slowest: %(span)s") % {"span": span(total.slowest_tube_h)},
            )
        )  # fmt: skip
    return made


def helps(shown: Shown) -> Section:
    """What would bring a late round under its deadline."""
    plan, title = shown.plan, _("What would bring it under the deadline")
    if plan.on_time:
        return Section(title, [Text(_("Nothing more is needed: it is in time."))], "helps")
    if plan.mix is None:
        said = _(
            "More samplers, vehicles or laboratory capacity alone do not: open more places, or set a later deadline."
        )
        return Section(title, [Text(said)], "helps")
    rows = [_need(shown, str(n), each, _("alone")) for n, each in enumerate(plan.alone)]
    rows.append(_need(shown, "mix", plan.mix, _("cheapest")))
    heads = [_("What more"), _("How"), _("Finish then"), _("Cost")]
    cost = _("Costs are weights in the plan's own units: see the figures used.")
    return Section(title, [table(title, heads, rows, ""), Text(cost)], "helps")


def _need(shown: Shown, key: str, need: Need, how: str) -> Row:
    said = ", ".join(
        label(f"plan.{name}", n=f"{n:,}")
        for name in ("samplers", "vehicles", "lab_tubes_per_hour")
        if (n := getattr(need, name))
    )
    return Row(key, [Cell(said), Cell(how), Cell(shown.at(need.finish_h)), Cell(f"{need.cost:g}")])


# -- the four stages --------------------------------------------------------------------------------------------------


def stages(shown: Shown) -> Section:
    """The stages drawn, when each ends, and what it costs."""
    plan = shown.plan
    hours = list(plan.hours[math.floor(plan.now_h) :])
    first = math.floor(plan.now_h)
    tubes = _("tubes")
    lanes = [
        Lane(label("four.sampling"), _("people"), tuple(row.people for row in hours)),
        Lane(label("four.delivery"), tubes, tuple(row.received for row in hours)),
        Lane(label("four.testing"), tubes, tuple(row.results for row in hours)),
        Lane(label("four.reporting"), tubes, tuple(row.reported for row in hours)),
    ]
    marks = [
        Mark(plan.now_h - first, _("now, %(at)s") % {"at": shown.at(plan.now_h)}, "2 3"),
        Mark(plan.finish_h - first, _("finish, %(at)s") % {"at": shown.at(plan.finish_h)}),
        Mark(plan.deadline_h - first, _("deadline, %(at)s") % {"at": shown.at(plan.deadline_h)}, "8 4"),
    ]
    title = _("The four stages by the hour")
    words = Labels(title=title, description=_("One lane a stage; bars are what is done in each hour."))
    drawn = stages_chart(lanes, [shown.at(row.hour) for row in hours], marks, words)
    return Section(title, [Drawn(drawn), _ends(shown), _hours(shown, hours)], "stages")


def _ends(shown: Shown) -> Part:
    plan = shown.plan
    rows = [
        Row(each.stage, [
            Cell(label(f"four.{each.stage}"), chip=Chip("overdue", _("bottleneck")) if each.stage == plan.bottleneck else None),
            Cell(shown.at(each.finish_h)), Cell(shown.at(each.without_limit_h)),
            Cell(span(each.saves_h) if each.saves_h * 60 >= 1 else "–"),
        ])
        for each in plan.stages
    ]  # fmt: skip
    heads = [_("Stage"), _("Ends"), _("The round, without its limit"), _("Sooner by")]
    return table(_("Stages"), heads, rows, "")


def _hours(shown: Shown, hours: Sequence[HourRow]) -> Part:
    heads = [
        _("From"), _("Samplers"), _("People"), _("Sealed"), _("Wait at sites"), _("On the road"), _("Reached laboratories"),
        _("In laboratories"), _("Results"), _("Reported"),
    ]  # fmt: skip
    names = ("samplers", "people", "sealed", "at_sites", "on_road", "received", "in_labs", "results", "reported")
    rows = [
        Row(str(row.hour), [Cell(shown.at(row.hour)), *(Cell(f"{getattr(row, name):,}") for name in names)])
        for row in hours
    ]
    title = _("Hour by hour, in tubes but for samplers and people")
    return Folded(title, table(title, heads, rows, ""))


def against_plain(shown: Shown) -> Section:
    """The plan beside the plain rule."""
    plan, plain = shown.plan, shown.plan.plain
    most = max(plan.labs, key=lambda each: each.tubes)
    rows = [
        Row(each.stage, [Cell(_("%(stage)s ends") % {"stage": label(f"four.{each.stage}")}), Cell(shown.at(each.finish_h)),
                         Cell(shown.at(plain.stages_h[each.stage])), Cell(_sooner(plain.stages_h[each.stage] - each.finish_h))])
        for each in plan.stages
    ] + [
        Row("round", [Cell(_("The round ends")), Cell(shown.at(plan.finish_h)), Cell(shown.at(plain.finish_h)),
                      Cell(_sooner(plain.finish_h - plan.finish_h))]),
        Row("trips", [Cell(_("Trips")), Cell(f"{len(plan.trips):,}"), Cell(f"{plain.trips:,}"), Cell("")]),
        Row("busiest", [Cell(_("Tubes in the busiest laboratory")), Cell(f"{most.tubes:,}", note=shown.name(most.id)),
                        Cell(f"{plain.busiest_lab_tubes:,}", note=shown.name(plain.busiest_lab)), Cell("")]),
    ]  # fmt: skip
    title = _("Beside the plain rule")
    said = _(
        "The plain rule sends each box to the nearest laboratory, first come, first served; both go through the same simulator."
    )
    heads = [_("What"), _("This plan"), _("Plain rule"), _("This plan is sooner by")]
    return Section(title, [Text(said), table(title, heads, rows, "")], "plain")


def _sooner(hours: float) -> str:
    return "–" if abs(hours) * 60 < 1 else span(hours) if hours > 0 else f"−{span(hours)}"


def noise(shown: Shown) -> Section | None:
    """How sure the finish is."""
    plan, told = shown.plan, shown.plan.noise
    if told is None:
        return None
    rows = [
        Row(name, [Cell(_("%(n)s of 100 end by") % {"n": int(name[1:])}), Cell(shown.at(at))]) for name, at in told.finish_h.items()
    ]  # fmt: skip
    title = _("With noise")
    said = _(
        "%(n)s replays with uncertain sampling, roads, stops in laboratories and invalid runs: %(share)s of them are in time"
        " for %(deadline)s. Without noise it ends at %(finish)s."
    ) % {
        "n": f"{told.replicates:,}", "share": percent(told.on_time), "deadline": shown.at(plan.deadline_h),
        "finish": shown.at(told.without_noise_h),
    }  # fmt: skip
    return Section(title, [Text(said), table(title, [_("Replays"), _("Time")], rows, "")], "noise")


# -- what it rests on -------------------------------------------------------------------------------------------------


def figures(shown: Shown) -> Section:
    """Every figure with its source and how sure it is."""
    rows = [
        Row(each.name, [
            Cell(_said(f"planfigure.{each.name}", each.name)),
            Cell(f"{each.value:g} {_said(f'planunit.{each.unit}', each.unit)}"),
            Cell(each.source), _sure(each.certainty),
        ])
        for each in shown.plan.figures
    ]  # fmt: skip
    title = _("Figures used")
    unsure = sum(each.certainty == "K" for each in shown.plan.figures)
    said = _("%(n)s of %(of)s figures have no published source: they are marked as unverified.") % {
        "n": unsure, "of": len(rows),
    }  # fmt: skip
    listed = table(title, [_("Figure"), _("Value"), _("Source"), _("Certainty")], rows, "")
    return Section(title, [Text(said), Folded(_("All figures with their sources"), listed)], "figures")


def _said(code: str, else_: str) -> str:
    return label(code) if code in LABELS else else_


def _sure(certainty: str) -> Cell:
    if certainty == "K":
        return Cell(chip=Chip("unverified", label("certainty.K")))
    return Cell(label(f"certainty.{certainty}") if certainty != "-" else _("as told"))


def rests_on(shown: Shown) -> Section:
    """Where the round stood when it was planned, and what must be known of that."""
    made: list[Part] = []
    if (told := shown.standing) is not None:
        at = shown.as_of
        roster: dict[str, Any] = {"of": told.roster, "of_label": _("on the roster"), "as_of": at}
        made.append(Numbers([
            Number(_("Swabbed"), told.swabbed, **roster), Number(_("Excused"), told.excused, **roster),
            Number(_("Tubes at sites"), told.tubes_at_sites, as_of=at), Number(_("Tubes on the road"), told.tubes_on_road, as_of=at),
            Number(_("Tubes waiting in laboratories"), told.tubes_in_laboratories, as_of=at),
        ]))  # fmt: skip
    made += [Text(label(f"planremark.{each.code}", **each.told)) for each in shown.remarks]
    return Section(_("What it rests on"), made or [Text(_("On the file alone."))], "rests-on")
