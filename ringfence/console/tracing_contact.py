"""A contact's file: why they are on the list, whom they met, their days, attempts, swabs and tasks."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ringfence.console import tracing_parts as parts
from ringfence.console.case_parts import tasks_about, tasks_table
from ringfence.console.context import Page, page
from ringfence.console.nav import address
from ringfence.console.notice_pages import asked_place, chip
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.report_links import link_card
from ringfence.console.sections import Line, Links, Pairs, Part, Section, Sections, Text, Why, table
from ringfence.console.sentences import abouts, because, entries
from ringfence.console.shown import due, label
from ringfence.console.tracing_told import offered
from ringfence.core import log
from ringfence.core.errors import Refused
from ringfence.desks.command.queries.notices import NoticeRow, notices_about
from ringfence.desks.tracing.queries.file import ContactFile, MeetingRow, contact_file
from ringfence.desks.tracing.queries.rows import ContactRow
from ringfence.facts.ids import ContactId
from ringfence.facts.tracing import ContactNamed, ContactsFound

NEWEST = 60


@page()
def contact_page(here: Page, contact: str) -> HttpResponse:
    """Everything on record of one contact."""
    file: ContactFile | None = here.ask(contact_file, contact=ContactId(contact))
    if file is None:
        raise Refused("not_known_here", what="contact", id=contact)
    row = file.row
    known = codes([row.person])
    places = here.area_names([row.path])
    sections = Sections(
        title=f"••• {known.get(row.person, '')}",
        chips=[parts.standing_chip(here, row), parts.closeness_chip(row.closeness)],
        lead=_("%(place)s · next: %(next)s") % {"place": places.get(row.path, row.path), "next": parts.next_said(here, row)},
        way=[Choice(_("Tracing"), reverse("tracing")), Choice(_("Contacts"), reverse("tracing_contacts"))],
        main=[
            _what_to_do(here, row),
            Section(_("Why are they on this list?"), _why(here, file), "why"),
            Section(_("Whom they met"), [_met(here, file.links)], "met"),
            Section(_("Day by day"), _days(here, file), "days"),
            *_led_to(here, file),
            *_done(here, row),
            Section(_("History"), [Line(entries(log.lines(file.lines)[-NEWEST:])[::-1], _("Nothing on record."))], "history"),
        ],
        side=[_clock(here, row), _person(here, row), *_household(here, file), link_card(here, row), *_notices(here, row), _attempts(file)],
    )  # fmt: skip
    return here.render("console/sections.html", sections=sections)


def _what_to_do(here: Page, row: ContactRow) -> Section:
    """Tasks about them that wait, and what can be told: first, for whoever opens this with them on the telephone."""
    found = [each for each in tasks_about(here, row.id) if each.alive]
    made: list[Part] = [tasks_table(here, found, _("No task about this contact waits."))]
    return Section(_("What to do"), [*made, *offered(here, row)], "tasks")


def _done(here: Page, row: ContactRow) -> list[Section]:
    found = [each for each in tasks_about(here, row.id) if not each.alive]
    return [Section(_("What was done"), [tasks_table(here, found, "")], "done")] if found else []


def _notices(here: Page, row: ContactRow) -> list[Section]:
    """Letters between places that they stand in."""
    found: list[NoticeRow] = here.ask(notices_about, about=row.id)
    if not found:
        return []
    places = here.area_names([path for each in found for path in (each.path, each.from_path)])
    rows = [
        Row(each.id, [
            Cell(f"{places.get(each.from_path, each.from_path)} → {asked_place(each, places)}", href=reverse("notice", args=[each.id])),
            Cell(chip=chip(here, each), note=due(each.due_at, here.now) if each.open and each.due_at else ""), Cell(at=each.sent_at),
        ])
        for each in found
    ]  # fmt: skip
    heads = [_("Notice"), _("State"), _("Sent")]
    return [Section(_("Notices"), [table(_("Notices"), heads, rows, "")], "notices")]


def _why(here: Page, file: ContactFile) -> list[Part]:
    """In a sentence for somebody who is tired, then the chain of the log."""
    row = file.row
    standing = [each for each in file.links if not each.struck]
    if not standing:
        return [Text(_("No meeting with a case stands any more: it was struck, or the case was discarded."))]
    nearest = standing[0]
    cases = abouts(here, [nearest.case]) if nearest.case else {}
    case = cases[nearest.case].text if nearest.case in cases else _("somebody")
    how = label(f"evidence.{nearest.evidence}")
    if nearest.order > 1:
        through = codes([nearest.met]).get(nearest.met, "")
        said = _("They met ••• %(through)s, a contact of %(case)s, after that contact was exposed; known by %(how)s.")
        text = said % {"through": through, "case": case, "how": how}
    else:
        said = _("They and %(case)s: %(category)s, %(minutes)s minutes together, last on %(last)s; known by %(how)s.")
        last = (
            nearest.last_at.astimezone(here.zone).strftime("%Y-%m-%d %H:%M")
            if nearest.last_at
            else _("a day not known")
        )
        text = said % {"case": case, "category": parts.category_said(here, nearest.category), "minutes": f"{nearest.minutes:,}", "last": last, "how": how}  # fmt: skip
    more = len({(each.met, each.case) for each in standing}) - 1
    if more > 0:
        text += " " + _("And %(n)s more meetings, below.") % {"n": more}
    made: list[Part] = [Text(text)]
    listed = next((each for each in log.lines(file.lines) if isinstance(each.fact, ContactsFound | ContactNamed)), None)
    chain = log.why(listed.line.seq if listed else row.seq)
    return [*made, Why(because(here, chain))]


def _met(here: Page, links: Sequence[MeetingRow]) -> Part:
    cases = abouts(here, [each.case for each in links if each.case])
    known = codes(each.met for each in links)
    rows = []
    for each in links:
        case = cases.get(each.case or "", Cell("–"))
        whom = case if each.order == 1 else Cell(f"••• {known.get(each.met, '')}", href=reverse("person", args=[each.met]), note=_("a contact of %(case)s") % {"case": case.text})  # fmt: skip
        evidence = Cell(label(f"evidence.{each.evidence}"), href=reverse("why", args=[each.seq]), note=label(f"certainty.{each.certainty}"))  # fmt: skip
        chip = Chip("discarded", _("struck")) if each.struck else parts.closeness_chip(each.closeness)
        rows.append(Row(f"{each.met}-{each.evidence}", [
            whom, Cell(chip=chip), Cell(parts.category_said(here, each.category)),
            Cell(f"{each.minutes:,}", note=_("%(n)s meetings") % {"n": each.encounters} if each.encounters > 1 else ""),
            Cell(at=each.first_at) if each.first_at else Cell("–"), Cell(at=each.last_at) if each.last_at else Cell("–"), evidence,
            Cell(each.protection or "–"),
        ]))  # fmt: skip
    heads = [
        _("Met"),
        _("Kind of contact"),
        _("Category"),
        _("Minutes"),
        _("First exposure"),
        _("Last exposure"),
        _("How it is known"),
        _("Protection"),
    ]
    return table(_("Whom they met"), heads, rows, _("Nobody any more."))


def _days(here: Page, file: ContactFile) -> list[Part]:
    findings = {code: getattr(each, here.language) for code, each in here.policy("cases").findings.items()}
    rows = [
        Row(str(each.on), [
            Cell(str(each.on), href=reverse("why", args=[each.seq])),
            Cell(chip=_day_chip(each.missed, bool(each.symptoms), each.channel)),
            Cell(", ".join(findings.get(code, code) for code in each.symptoms) or ("–" if each.missed or not each.channel else _("none"))),
            Cell(f"{each.temp_c:.1f}" if each.temp_c is not None else "–"),
            Cell(label(f"channel.{each.channel}") if each.channel else "–"),
            Cell(chip=Chip(each.result, label(f"result.{each.result}"))) if each.result else Cell(_("taken") if each.tube else "–"),
        ], act=bool(each.symptoms))
        for each in file.days
    ]  # fmt: skip
    heads = [_("Day"), _("Heard of"), _("Symptoms"), _("°C"), _("How"), _("Swab")]
    told = len([each for each in file.days if each.channel])
    said = _("%(told)s of %(all)s days told of; %(missed)s missed.") % {
        "told": told, "all": told + file.row.missed, "missed": file.row.missed,
    }  # fmt: skip
    return [Text(said), table(_("Day by day"), heads, rows, _("No day told of yet."))]


def _day_chip(missed: bool, ill: bool, channel: str) -> Chip:  # noqa: FBT001 (values, not switches)
    if ill:
        return Chip("overdue", _("symptoms"))
    if channel:
        return Chip("done", _("well"))
    return Chip("escalated", _("nobody heard")) if missed else Chip("unknown", _("not asked"))


def _clock(here: Page, row: ContactRow) -> Section:
    """Listed, reached, apart, until: each against its clock."""
    limit = "reach_secondary_within" if row.closeness == "secondary" else "reach_within"
    reached = Cell(at=row.reached_at) if row.reached_at else Cell(_("not yet"), note=due(parts.reach_by(here, row), here.now) if row.alive else "")  # fmt: skip
    tests = ", ".join(str(day) for day in row.test_on)
    pairs = [
        (_("Last exposure"), Cell(at=row.last_at) if row.last_at else Cell("–")),
        (_("Listed"), Cell(at=row.listed_at)),
        (_("Reached"), reached),
        (_("Clock"), Cell(parts.limit_said(here, limit))),
        (_("In quarantine"), parts.kept_said(row)),
        (_("Followed until"), Cell(at=row.until_at) if row.until_at else Cell("–")),
        (_("Swabs to come"), Cell(tests or "–")),
    ]
    if row.case:
        pairs.append((_("Became a case"), abouts(here, [row.case])[row.case]))
    if row.closed_at:
        pairs.append((_("Closed"), Cell(at=row.closed_at, note=label(f"closed.{row.closed_reason}"))))
    return Section(_("Clocks"), [Pairs(pairs)], "clock")


def _person(here: Page, row: ContactRow) -> Section:
    links = [Choice(_("The person's page"), reverse("person", args=[row.person]))]
    if here.may("reveal"):
        links.append(Choice(_("Reveal who this is"), reverse("reveal_person", args=[row.person])))
    if url := address("tracing_sheet"):
        links.append(Choice(_("Today on paper"), url))
    said = _("Handed over: another place answers for them.") if row.away else ""
    told: list[Part] = [Text(said, [Chip("handed_over", _("elsewhere"))])] if said else []
    return Section(_("Person"), [*told, Links(links)], "person")


def _household(here: Page, file: ContactFile) -> list[Section]:
    if not file.household:
        return []
    people = parts.people_cells(here, file.household)
    rows = [Row(each.id, [people[each.id], Cell(chip=parts.standing_chip(here, each))]) for each in file.household]
    url = f"{reverse('tracing_home', args=[file.row.id])}"
    made: list[Part] = [table(_("Lives with"), [_("Contact"), _("Where it stands")], rows, "")]
    if here.may("work"):
        made.append(Links([Choice(_("Answer for the whole household"), url)]))
    return [Section(_("Lives with"), made, "household")]


def _attempts(file: ContactFile) -> Section:
    rows = [
        Row(str(each.seq), [
            Cell(at=each.at, href=reverse("why", args=[each.seq])), Cell(label(f"channel.{each.channel}")),
            Cell(label(f"tried.{each.reason}") if each.reason else "–"),
        ])
        for each in file.attempts
    ]  # fmt: skip
    return Section(
        _("Attempts"), [table(_("Attempts"), [_("When"), _("How"), _("Why not")], rows, _("Nobody had to try twice."))]
    )


def _led_to(here: Page, file: ContactFile) -> list[Section]:
    """Whom they met in turn: contacts of second order."""
    if not file.led_to:
        return []
    people = abouts(here, [each.contact for each in file.led_to])
    rows = [
        Row(each.contact, [people.get(each.contact, Cell("–")), Cell(parts.category_said(here, each.category)), Cell(f"{each.minutes:,}"),
                           Cell(at=each.last_at) if each.last_at else Cell("–")])
        for each in file.led_to[:50]
    ]  # fmt: skip
    heads = [_("Contact"), _("Category"), _("Minutes"), _("Last exposure")]
    said = _("%(n)s people met them after they were exposed.") % {"n": f"{len(file.led_to):,}"}
    return [
        Section(_("Whom they met in turn"), [Text(said), table(_("Whom they met in turn"), heads, rows, "")], "led-to")
    ]


urlpatterns = [path("tracing/contacts/<str:contact>/", contact_page, name="tracing_contact")]
