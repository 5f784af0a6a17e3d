"""The plan of a testing round: when it ends, what holds it up, what would help, and who does what by the hour."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import plan_parts, plan_rows, uploads
from ringfence.console import testing_parts as parts
from ringfence.console.context import Page, page
from ringfence.console.errors import status_of
from ringfence.console.pieces import Choice
from ringfence.console.plan_parts import Shown
from ringfence.console.sections import Ask, Links, Part, Section, Sections, Text
from ringfence.console.shown import three_parts
from ringfence.core.errors import Refused
from ringfence.desks.testing.planned import REPLAYS, SEED, plan_of_round, small_enough
from ringfence.desks.testing.plans import Plan, make, read_text
from ringfence.desks.testing.queries.rounds import RoundRow, rounds
from ringfence.facts.ids import RoundId

MOST_BYTES = 4 << 20
"""Of a file that a page reads; a city of ten million is about half of it."""
UNTOLD = datetime(2001, 1, 1)  # noqa: DTZ001 (a file that tells no start begins before it)
KEPT, KEPT_FOR = 8, timedelta(minutes=5)


@dataclass(frozen=True)
class Asked(Part):
    """The form of what a plan is asked with; it is sent in the address."""

    form: forms.Form
    url: str
    submit: str
    template: ClassVar[str] = "console/parts/plan_form.html"


class AskedForm(forms.Form):
    """Which round, with how many vehicles, held against what."""

    def __init__(self, here: Page, found: list[RoundRow]) -> None:
        """Its rounds are the open ones."""
        super().__init__(here.request.GET or None)
        names = here.area_names([each.path for each in found])
        options = [(each.id, parts.round_said(here, each, names)) for each in found]
        picked = forms.Select(choices=options)  # a closed round told in the address is refused by the plan itself
        self.fields["round"] = forms.CharField(label=_("Round"), widget=picked, required=False, max_length=80)
        self.fields["vehicles"] = forms.IntegerField(
            label=_("Vehicles"), required=False, min_value=1, max_value=10_000,
            help_text=_("Left empty: as many as began a trip within the last day."),
        )  # fmt: skip
        self.fields["within_hours"] = forms.FloatField(
            label=_("Held against so many hours from now"), required=False, min_value=0.1, max_value=240,
            help_text=_("Left empty: the round's own deadline."),
        )  # fmt: skip


class PlanFile(forms.Form):
    """A plan's file."""

    def __init__(self, *given: object) -> None:
        """One field."""
        super().__init__(*given)  # type: ignore[arg-type]
        hint = _("PLAN.toml, as `ringfence plan example` prints one.")
        self.fields["file"] = forms.FileField(label=_("File"), help_text=hint)


@page()
def plan_page(here: Page) -> HttpResponse:
    """The plan of the round chosen, else of the newest open one; or of a file brought before."""
    if here.request.GET.get("file"):
        return _of_file(here, here.request.GET["file"])
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    found: list[RoundRow] = here.ask(rounds, outbreak=here.outbreak_id, under=here.under_id, open_only=True)
    form = AskedForm(here, found)
    asked, file = _asking(form, found), _from_file(opened=not found)
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if form.is_bound and form.errors:
        return _shown(here, _("The plan of a round"), [*asked, file], status=422)
    try:
        shown = _of_round(here, told.get("round") or None, told.get("vehicles"), told.get("within_hours"))
    except Refused as refusal:
        return _refused(here, refusal, [*asked, file])
    row = next((each for each in found if each.id == shown.round), None)
    title = _("Plan · %(round)s") % {"round": parts.round_said(here, row) if row else shown.plan.name}
    return _shown(here, title, [*_first(shown), *asked, *_rest(here, shown), file])


def _of_round(here: Page, round_id: str | None, vehicles: int | None, hours: float | None) -> Shown:
    def plan() -> Shown:
        made = here.ask(
            plan_of_round, outbreak=here.outbreak_id, round=RoundId(round_id) if round_id else None, under=here.under_id,
            now=here.now, vehicles=vehicles, within_hours=hours,
        )  # fmt: skip
        return Shown(
            plan=made.plan, begins=made.begins_at.astimezone(here.zone), as_of=made.as_of, names={}, cells={},
            standing=made.standing, remarks=made.remarks, live=True, round=made.round,
        )  # fmt: skip

    key = (here.who.scope("see").paths, here.outbreak_id, here.under_id, here.line, round_id, vehicles, hours)
    shown = _kept(key, here.now, plan)
    cells = here.area_names({each.cell for each in shown.plan.sites})
    places = parts.places_said({each.site for each in shown.plan.sites} | {each.id for each in shown.plan.labs})
    for each in shown.plan.sites:  # a site that the plan places is called by its cell
        cell, _sign, number = each.site.rpartition("-")
        if each.site not in places and cell in cells:
            places[each.site] = f"{cells[cell]} {number}"
    return replace(shown, names=places, cells=cells)


def _of_file(here: Page, upload: str) -> HttpResponse:
    file = _from_file(opened=False)
    file = replace(
        file, parts=[*file.parts, Links([Choice(_("Plan the round under way instead"), reverse("testing_plan"))])]
    )
    try:
        job = uploads.upload(upload, here.who.id)
        told = read_text(job.file.read_text(encoding="utf-8-sig", errors="replace"), job.name)
        small_enough(told)

        def plan() -> Shown:
            made: Plan = make(told, seed=SEED, replicates=REPLAYS)
            begins = None if told.round.start < UNTOLD else told.round.start
            return Shown(plan=made, begins=begins, as_of=here.now, names={}, cells={})

        shown = _kept(("file", job.id), here.now, plan)
    except Refused as refusal:
        return _refused(here, refusal, [file])
    title = _("Plan · %(round)s") % {"round": shown.plan.name}
    return _shown(here, title, [*_first(shown), *_rest(here, shown), file])


@page()
def bring_plan(here: Page) -> HttpResponse:
    """Take a plan's file and show what comes of it."""
    form = PlanFile(here.request.POST or None, here.request.FILES or None)
    if here.request.method != "POST" or not form.is_valid():
        return here.render(
            "console/form_page.html", status=422 if form.is_bound else 200, title=_("Plan from a file"), form=form,
            submit_label=_("Plan it"), cancel_url=reverse("testing_plan"),
        )  # fmt: skip
    file = form.cleaned_data["file"]
    if file.size > MOST_BYTES:
        raise Refused("plan_file_too_large", name=file.name, bytes=file.size, most=MOST_BYTES)
    job = uploads.take(here.who.id, file.name or "PLAN.toml", file.chunks(), here.now)
    return HttpResponseRedirect(f"{reverse('testing_plan')}?{urlencode({'file': job.id})}")


# -- the page ---------------------------------------------------------------------------------------------------------


def _first(shown: Shown) -> list[Section]:
    return [plan_parts.summary(shown), plan_parts.helps(shown)]


def _rest(here: Page, shown: Shown) -> list[Section]:
    cards = [
        plan_parts.stages(shown), plan_rows.labs(shown),
        plan_rows.sites(shown, _after(here, "sites")), plan_rows.trips(shown, _after(here, "trips")),
        plan_parts.against_plain(shown), plan_parts.noise(shown), plan_parts.rests_on(shown), plan_parts.figures(shown),
    ]  # fmt: skip
    return [replace(each, parts=[_linked(here, part, each.id) for part in each.parts]) for each in cards if each]


def _after(here: Page, what: str) -> int:
    told = here.request.GET.get(what, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0  # noqa: PLR2004 (a million rows)


def _linked(here: Page, part: Part, anchor: str) -> Part:
    """The way to other rows of a table, with the rest of the address kept."""
    if not isinstance(part, Links):
        return part
    made = []
    for link in part.links:
        name, _sign, value = link.url.partition(":")
        asked = here.request.GET.copy()
        asked[name] = value
        made.append(Choice(link.label, f"?{asked.urlencode()}#{anchor}"))
    return Links(made)


def _asking(form: AskedForm, found: list[RoundRow]) -> list[Section]:
    if not found:
        return []
    text = _("It is planned anew from what is on record now, each time something was told.")
    return [Section(_("What is planned"), [Asked(form, reverse("testing_plan"), _("Plan it")), Text(text)], "asked")]


def _from_file(*, opened: bool) -> Section:
    url, title = reverse("testing_plan_file"), _("Plan from a file")
    return Section(
        _("Another plan"), [Ask(title=title, form=PlanFile(), url=url, submit=_("Plan it"), opened=opened)], "file"
    )


def _shown(here: Page, title: str, main: list[Section], status: int = 200) -> HttpResponse:
    sections = Sections(
        title=title,
        lead=_("who swabs where and when, which box goes to which laboratory, and when it is over"),
        way=[Choice(_("Testing"), reverse("testing")), Choice(_("Rounds"), reverse("testing_rounds"))],
        tools=parts.ways(here, "testing_plan"),
        main=main,
    )
    return here.render("console/sections.html", status=status, sections=sections)


def _refused(here: Page, refusal: Refused, others: list[Section]) -> HttpResponse:
    """The refusal in its three parts, with the forms that may help beneath it."""
    wrong, record, do = three_parts(refusal)
    links: list[Choice] = []
    if refusal.code == "plan_no_round" and here.may("decide"):
        links = [Choice(_("Open a round"), reverse("testing_round_new"))]
    if refusal.code == "plan_no_laboratory":
        links = [Choice(_("Laboratories"), reverse("laboratories"))]
    first = [Section(wrong, [Text(record), Text(do), *([Links(links)] if links else [])], "refused")]
    return _shown(here, _("The plan of a round"), [*first, *others], status=status_of(refusal))


# -- plans kept for a while -------------------------------------------------------------------------------------------

_plans: OrderedDict[Hashable, Shown] = OrderedDict()
_lock = threading.Lock()


def _kept(key: Hashable, now: datetime, plan: Callable[[], Shown]) -> Shown:
    """The plan made before for the same question over the same log, while it is fresh; else a new one."""
    with _lock:
        known = _plans.get(key)
    if known is not None and timedelta() <= now - known.as_of < KEPT_FOR:
        return known
    made = plan()
    with _lock:
        _plans[key] = made
        while len(_plans) > KEPT:
            _plans.popitem(last=False)
    return made


urlpatterns = [
    path("testing/plan/", plan_page, name="testing_plan"),
    path("testing/plan/file/", bring_plan, name="testing_plan_file"),
]
