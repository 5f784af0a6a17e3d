"""The tracer's day, on a phone: whom to speak to, whom to ask, swab and visit; late ones first, a household at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ringfence.console import tracing_parts as parts
from ringfence.console.asks import safe
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Chip, Choice
from ringfence.console.shown import due, label, local_day, three_parts
from ringfence.console.tracing_board import KINDS, counted, waiting_now
from ringfence.console.tracing_told import symptoms
from ringfence.core.errors import Refused
from ringfence.desks.command.queries import tasks
from ringfence.desks.tracing.actions.follow_up import reach_contact, try_contact
from ringfence.desks.tracing.actions.reports import report_day, report_days
from ringfence.desks.tracing.queries.lists import Need, contacts_listed, contacts_named, household_of
from ringfence.desks.tracing.queries.rows import ContactRow
from ringfence.facts.ids import AccountId, ContactId
from ringfence.registry.queries import units
from ringfence.registry.queries.accounts import teams_of

SHOWN = 8  # contacts of one need on the page; the rest are in the list
NEEDS = (Need.SYMPTOMS, Need.UNREACHED, Need.MISSED, Need.UNHEARD, Need.SWAB)
TASKS_OF = {
    "reach_contact": Need.UNREACHED, "visit_contact": Need.MISSED, "swab_contact": Need.SWAB, "look_into_symptoms": Need.SYMPTOMS,
}  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """A contact on the page."""

    row: ContactRow
    person: Cell
    chip: Chip
    closeness: Chip
    note: str


@dataclass
class Home:
    """People who live together and need the same thing; `first` names the household in what is told."""

    first: str
    name: str
    place: str
    due: str
    late: bool
    url: str
    people: list[Somebody] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """One kind of thing to do: its households, and where the others are."""

    need: str
    title: str
    said: str
    homes: list[Home]
    more_url: str
    act: bool
    of: str  # how many there are in all

    @property
    def late(self) -> bool:
        """Whether somebody among them cannot wait."""
        return any(each.late for each in self.homes)


@page("work")
def day_page(here: Page) -> HttpResponse:
    """What a tracer has to do today."""
    if (answer := parts.need_outbreak(here)) is not None:
        return answer
    whose = here.request.GET.get("whose", "")
    found = _of_tasks(here, whose) if whose else _of_office(here)
    base = reverse("tracing_day")
    tabs = [
        Choice(_("All of my office"), base, current=not whose),
        Choice(_("Mine"), f"{base}?whose=me", current=whose == "me"),
    ]
    teams = teams_of(AccountId(here.who.id))
    known = units.team_names(teams)
    tabs += [Choice(known.get(each, each), f"{base}?whose={each}", current=whose == each) for each in teams]
    return here.render(
        "console/tracing_day.html",
        title=_("Today"),
        lead=_("Late ones first, a household at a time. What you tell is on record at once."),
        tabs=tabs, works=found, tools=parts.ways(here, "tracing_day"), told_url=reverse("tracing_day_told"),
        back=here.request.get_full_path(), as_of=here.now, nothing=not any(each.homes for each in found),
        all_url=reverse("tracing_contacts"),
    )  # fmt: skip


def _of_office(here: Page) -> list[Work]:
    """Everybody at the asker's places, by need."""
    waiting = waiting_now(here)
    counts = {
        Need.SYMPTOMS: waiting.ill, Need.UNREACHED: waiting.unreached, Need.MISSED: waiting.missed,
        Need.UNHEARD: waiting.unheard, Need.SWAB: waiting.swab,
    }  # fmt: skip
    asked = {"outbreak": here.outbreak_id, "under": here.under_id, "day": local_day(here.now)}
    return [
        _work(here, need, here.ask(contacts_listed, **asked, need=need, limit=SHOWN).rows, counted(counts[need]))
        for need in NEEDS
    ]


def _of_tasks(here: Page, whose: str) -> list[Work]:
    """Those about whom a person or a team has a task."""
    asked: dict[str, Any] = {"account": here.who.id} if whose == "me" else {"team": whose}
    found = here.ask(tasks, **asked, kinds=KINDS, outbreak=here.outbreak_id, under=here.under_id, limit=200).rows
    by_need: dict[Need, list[ContactId]] = {}
    for each in found:
        if each.kind in TASKS_OF and each.about.startswith("contact_"):
            by_need.setdefault(TASKS_OF[each.kind], []).append(ContactId(each.about))
    made = []
    for need in NEEDS:
        rows = here.ask(contacts_named, contacts_asked=tuple(by_need.get(need, [])))
        made.append(_work(here, need, rows[:SHOWN], f"{len(rows):,}"))
    return made


def _title(need: Need) -> str:
    return {
        Need.SYMPTOMS: _("Look into symptoms"),
        Need.UNREACHED: _("Speak to them"),
        Need.MISSED: _("Nobody heard of them: call, else go there"),
        Need.UNHEARD: _("Ask how they are today"),
        Need.SWAB: _("Swab them"),
    }[need]


def _work(here: Page, need: Need, rows: Sequence[ContactRow], of: str) -> Work:
    """Households of one need, in the order of their first member."""
    people = parts.people_cells(here, rows)
    places = here.area_names(each.path for each in rows)
    homes: dict[str, Home] = {}
    for each in rows:
        late = parts.late(here, each)
        home = homes.setdefault(each.household or each.id, Home(
            each.id, parts.home_said(each.household) if each.household else "", places.get(each.path, each.path),
            _due(here, need, each), late, reverse("tracing_home", args=[each.id]),
        ))  # fmt: skip
        home.people.append(Somebody(each, people[each.id], parts.standing_chip(here, each), parts.closeness_chip(each.closeness), _tried(each)))  # fmt: skip
    said = _("%(shown)s of %(of)s contacts") % {"shown": len(rows), "of": of}
    url = f"{reverse('tracing_contacts')}?{urlencode({'need': need.value})}"
    return Work(need.value, _title(need), said, list(homes.values()), url, need in {Need.SYMPTOMS, Need.MISSED}, of)


def _due(here: Page, need: Need, row: ContactRow) -> str:
    if need is Need.UNREACHED:
        return due(parts.reach_by(here, row), here.now)
    if need is Need.SWAB and row.next_test_on:
        return _("due %(day)s") % {"day": row.next_test_on}
    if need is Need.SYMPTOMS and row.symptoms_on:
        return _("since %(day)s") % {"day": row.symptoms_on}
    if row.missed_in_row:
        return ngettext("%(n)s day unheard of", "%(n)s days unheard of", row.missed_in_row) % {"n": row.missed_in_row}
    return _("heard of last on %(day)s") % {"day": row.heard_on} if row.heard_on else _("never heard of yet")


def _tried(row: ContactRow) -> str:
    if not row.tries or row.reached_at is not None:
        return ""
    why = label(f"tried.{row.tried_reason}") if row.tried_reason else label("tried.no_answer")
    return _("tried %(n)s times, last: %(why)s") % {"n": row.tries, "why": why}


@require_POST
@page("work")
def told_page(here: Page) -> HttpResponse:
    """One button of the day: reached, no answer, or well; of a household, or of those ticked."""
    posted = here.request.POST
    what = posted.get("what", "")
    contacts = [ContactId(each) for each in posted.getlist("contact")]
    following = safe(here, posted.get("next", reverse("tracing_day")))
    done = 0
    for each in contacts:
        try:
            _tell(here, what, each)
            done += 1
        except Refused as refusal:
            messages.error(here.request, " ".join(three_parts(refusal)))
    if done:
        told = ngettext("On record for %(n)s contact.", "On record for %(n)s contacts.", done) % {"n": done}
        messages.success(here.request, told)
    elif not contacts:
        messages.error(here.request, _("Nobody was ticked: tick at least one person of the household."))
    return redirect(following)


def _tell(here: Page, what: str, contact: ContactId) -> None:
    if what == "reached":
        here.tell(reach_contact, contact=contact)
    elif what in {"no_answer", "wrong_number"}:
        here.tell(try_contact, contact=contact, reason=what)
    elif what == "well":
        here.tell(report_day, contact=contact, symptoms=())
    else:
        raise Refused("no_such_thing", name=what)


# -- a household --------------------------------------------------------------------------------------------------------


@page("work")
def home_page(here: Page, contact: str) -> HttpResponse:
    """How everybody of a household is today: one page, one button."""
    rows: list[ContactRow] = here.ask(household_of, contact=ContactId(contact))
    if not rows:
        raise Refused("not_known_here", what="contact", id=contact)
    alive = [each for each in rows if each.alive]
    refused, status = None, 200
    if here.request.method == "POST" and alive:
        try:
            n = _report(here, alive)
        except Refused as refusal:
            refused, status = three_parts(refusal), 409
        else:
            said = ngettext("On record for %(n)s contact.", "On record for %(n)s contacts.", n) % {"n": n}
            messages.success(here.request, said)
            return redirect(safe(here, here.request.POST.get("next", reverse("tracing_day"))))
    people = parts.people_cells(here, rows)
    places = here.area_names([rows[0].path])
    shown = [Somebody(each, people[each.id], parts.standing_chip(here, each), parts.closeness_chip(each.closeness), "") for each in alive]  # fmt: skip
    return here.render(
        "console/tracing_home.html", status=status,
        title=_("How everybody is today"),
        lead=ngettext("%(place)s · household %(home)s · %(n)s person", "%(place)s · household %(home)s · %(n)s people", len(alive)) % {
            "place": places.get(rows[0].path, rows[0].path), "home": parts.home_said(rows[0].household), "n": len(alive),
        },
        people=shown, symptoms=symptoms(here), refused=refused, back=reverse("tracing_day"),
        next=here.request.GET.get("next", reverse("tracing_day")),
    )  # fmt: skip


def _report(here: Page, alive: Sequence[ContactRow]) -> int:
    """The answers of those who were asked; whoever was not reached is told of first."""
    posted = here.request.POST
    told = [each for each in alive if posted.get(f"asked.{each.id}")]
    if not told:
        raise Refused("nobody_answered")
    for each in told:
        if each.reached_at is None:
            here.tell(reach_contact, contact=each.id)
    here.tell(
        report_days,
        contacts=tuple(each.id for each in told),
        symptoms=tuple(" ".join(posted.getlist(f"symptoms.{each.id}")) for each in told),
        temps_c=tuple(_temp(posted.get(f"temp.{each.id}", "")) for each in told),
    )
    return len(told)


def _temp(text: str) -> float | None:
    """A temperature as typed on a phone, with a point or a comma."""
    text = text.strip().replace(",", ".").replace("，", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Refused("temperature_unreadable", told=text) from None


urlpatterns = [
    path("tracing/day/", day_page, name="tracing_day"),
    path("tracing/day/told/", told_page, name="tracing_day_told"),
    path("tracing/home/<str:contact>/", home_page, name="tracing_home"),
]
