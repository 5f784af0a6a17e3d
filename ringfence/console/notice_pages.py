"""Notices between places: received and sent, their clocks and answers; each as a document for places without this system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console.asks import ask
from ringfence.console.context import Page, page
from ringfence.console.lists import Head, Line, ListPage, declare, list_page
from ringfence.console.papers import download
from ringfence.console.people_codes import codes
from ringfence.console.pieces import Cell, Chip, Choice, Empty, Row
from ringfence.console.sections import Ask, Links, Pairs, Part, Section, Sections, Text, table
from ringfence.console.sentences import told_by
from ringfence.console.shown import due, label
from ringfence.core.centre import Item
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.core.words import N_
from ringfence.desks.cases import queries as cases
from ringfence.desks.command.actions.notices import take_notice
from ringfence.desks.command.queries.notices import BOXES, NoticeFile, NoticeRow, notice_file, notices
from ringfence.desks.tracing.queries import keys
from ringfence.facts.ids import CaseId, ContactId, NoticeId, PersonId
from ringfence.registry import identities
from ringfence.registry.actions.people import reveal_identity
from ringfence.registry.queries import people
from ringfence.registry.vaults import opened_apart
from ringfence.reports.dossier import Printed
from ringfence.reports.tracing import Listed, csv_of, paper

CHIPS = {"sent": "open", "taken": "started", "answered": "done", "withdrawn": "discarded"}
SIGNS = {"female": "♀", "male": "♂"}


def chip(here: Page, row: NoticeRow) -> Chip:
    """How a notice stands; late is late."""
    late = row.open and row.due_at is not None and row.due_at < here.now
    return Chip("overdue" if late else CHIPS[row.state], label(f"notice.{row.state}"))


def asked_place(row: NoticeRow, names: dict[str, str]) -> str:
    """Who is asked: a place of the tree by its name, another as it was told."""
    if row.told_place is None:
        return names.get(row.path, row.path)
    try:
        return opened_apart(row.id, row.told_place)
    except (Refused, ValueError):
        return "•••"


def answer_said(row: NoticeRow) -> str:
    """The answer in numbers."""
    if row.answered_at is None:
        return "–"
    told = {"found": row.found, "apart": row.kept_apart, "not": row.not_found}
    return _("%(found)s found, %(apart)s kept apart, %(not)s not found") % told


def lines(here: Page, rows: Sequence[NoticeRow]) -> list[Line]:
    """Notices, drawn."""
    names = here.area_names([*(each.path for each in rows), *(each.from_path for each in rows)])
    return [
        Line(each.id, {
            "notice_sent_at": Cell(at=each.sent_at, href=reverse("notice", args=[each.id])),
            "notice_from": Cell(names.get(each.from_path, each.from_path)),
            "notice_to": Cell(asked_place(each, names)),
            "notice_kind": Cell(label(f"notice.{each.kind}")),
            "notice_people": Cell(f"{each.people:,}"),
            "notice_state": Cell(chip=chip(here, each)),
            "notice_due": Cell(at=each.due_at, note=due(each.due_at, here.now) if each.open and each.due_at else ""),
            "notice_answer": Cell(answer_said(each)),
        }, href=reverse("notice", args=[each.id]), act=chip(here, each).kind == "overdue")
        for each in rows
    ]  # fmt: skip


def _box(here: Page) -> str:
    told = here.request.GET.get("box", "")
    return told if told in BOXES else BOXES[0]


FIELDS = (
    "notice_sent_at", "notice_from", "notice_to", "notice_kind", "notice_people", "notice_state", "notice_due",
    "notice_answer",
)  # fmt: skip


def records(here: Page, rows: Sequence[NoticeRow]) -> list[list[Any]]:
    """Rows of an export."""
    names = here.area_names([*(each.path for each in rows), *(each.from_path for each in rows)])
    return [
        [each.sent_at.astimezone(here.zone), names.get(each.from_path), asked_place(each, names), each.kind, each.people,
         each.state, each.due_at and each.due_at.astimezone(here.zone), answer_said(each)]
        for each in rows
    ]  # fmt: skip


NOTICES = declare(
    ListPage(
        name="notices",
        title=N_("Notices"),
        query=notices,
        heads=(
            Head("notice_sent_at", "time"), Head("notice_from"), Head("notice_to"), Head("notice_kind"),
            Head("notice_people", "number"), Head("notice_state"), Head("notice_due", "time"), Head("notice_answer"),
        ),
        lines=lines,
        empty=lambda here: Empty(
            _("No notice here"),
            _("A notice asks another place to find people, to check them and to keep them apart where they are now."),
            _("Contacts of the day"), reverse("tracing_sheet"),
        ) if here.may("work") else Empty(_("No notice here")),
        item="notice",
        actions=(take_notice,),
        fixed=lambda here: {"outbreak": here.outbreak_id, "box": _box(here)},
        fields=FIELDS,
        records=records,
    )
)  # fmt: skip


@page()
def notices_page(here: Page) -> HttpResponse:
    """Received, or sent."""
    box = _box(here)
    base = reverse("notices")
    tabs = [Choice(label(f"notice.{each}"), f"{base}?box={each}", current=each == box) for each in BOXES]
    lead = _("One place asks another for help: people who are there now are found, checked and kept apart.")
    return list_page(here, NOTICES, tabs, lead=lead)


def _file(here: Page, notice: str) -> NoticeFile:
    found: NoticeFile | None = here.ask(notice_file, notice=notice)
    if found is None:
        raise Refused("notice_unknown", notice=notice)
    return found


@page()
def notice_page(here: Page, notice: str) -> HttpResponse:
    """One notice: whom it is about, its clock, its answer, and what can be done."""
    found = _file(here, notice)
    row = found.row
    names = here.area_names([row.path, row.from_path])
    by = told_by(each for each in (row.sent_by, row.taken_by, row.answered_by) if each)
    pairs = [
        (_("From"), Cell(names.get(row.from_path, row.from_path))),
        (_("To"), Cell(asked_place(row, names))),
        (_("State"), Cell(chip=chip(here, row))),
        (_("Sent"), Cell(at=row.sent_at, note=by.get(row.sent_by, ""))),
        (_("Answer due"), Cell(at=row.due_at, note=due(row.due_at, here.now) if row.open and row.due_at else "")),
    ]
    if row.taken_at:
        pairs.append((_("Taken in hand"), Cell(at=row.taken_at, note=by.get(row.taken_by, ""))))
    if row.answered_at:
        pairs += [
            (_("Answered"), Cell(at=row.answered_at, note=by.get(row.answered_by, ""))),
            (_("Answer"), Cell(answer_said(row), note=row.text)),
        ]
    sections = Sections(
        title=_("Notice: %(kind)s") % {"kind": label(f"notice.{row.kind}")},
        way=[Choice(_("Notices"), reverse("notices"))],
        main=[Section(_("Whom it is about"), [_about(found)])],
        side=[
            Section(_("How it stands"), [Pairs(pairs), *_asks(here, found)]),
            Section(_("As a document"), _papers(here, row)),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _asks(here: Page, found: NoticeFile) -> list[Part]:
    """What the place that is asked may do, and the place that asks."""
    row, parts = found.row, list[Part]()
    if row.state == "withdrawn":
        return parts
    if found.asked:
        if row.state == "sent" and not row.outside:
            parts += ask(here, "command.take_notice", _("Take in hand"), fixed={"notice": row.id})
        parts += ask(
            here, "command.answer_notice", _("Answer"), fixed={"notice": row.id}, initial={"found": row.people}
        )
    if found.asks and row.open:
        parts += ask(here, "command.withdraw_notice", _("Withdraw"), fixed={"notice": row.id}, danger=True)
    return parts


def _people(found: NoticeFile) -> list[tuple[str, PersonId]]:
    """(id, person) of contacts and cases that the notice is about."""
    known = keys.contacts(ContactId(each) for each in found.about)
    told: list[tuple[str, PersonId]] = []
    for each in found.about:
        if each in known:
            told.append((each, known[ContactId(each)].person))
        elif (case := cases.case_row(CaseId(each))) is not None:
            told.append((each, case.person))
    return told


def _about(found: NoticeFile) -> Part:
    told = _people(found)
    known = codes(person for _id, person in told)
    rows = [
        Row(each, [Cell(f"••• {known.get(person, '')}", href=reverse("person", args=[person]))])
        for each, person in told
    ]
    return table(
        _("Whom it is about"), [_("Person")], rows, _("Nobody by name"), _("What is asked stands in the document.")
    )


class Purpose(forms.Form):
    """What identities are needed for."""

    purpose = forms.CharField(max_length=400)


def _papers(here: Page, row: NoticeRow) -> list[Part]:
    text = _(
        "For a place without this system: print it, or send the table. Identities are in it only where the purpose is on record."
    )
    url = reverse("notice_paper", args=[row.id])
    parts: list[Part] = [Text(text), Links([Choice(_("Without identities (PDF)"), f"{url}?form=pdf"), Choice(_("Without identities (CSV)"), f"{url}?form=csv")])]  # fmt: skip
    if here.may("reveal"):
        form = Purpose(auto_id="notice_%s")
        form.fields["purpose"].label = _("What do you need the identities for?")
        for kind in ("pdf", "csv"):
            title = _("With identities (%(form)s)") % {"form": kind.upper()}
            send = reverse("notice_revealed", args=[row.id, kind])
            parts.append(Ask(title, form, send, submit=_("Record the purpose and download"), key=f"notice_{kind}"))
    return parts


@page()
def notice_paper(here: Page, notice: str) -> HttpResponse:
    """The notice as a document, without identities."""
    return _document(here, _file(here, notice), {}, here.request.GET.get("form", "pdf"), _("to ask for help"))


@require_POST
@page("reveal")
def notice_revealed(here: Page, notice: str, form: str) -> HttpResponse:
    """The notice with identities: each person's reading is put on record first."""
    found = _file(here, notice)
    sent = Purpose(here.request.POST)
    if not sent.is_valid():
        raise Refused("purpose_missing", what=_("With identities (%(form)s)") % {"form": form.upper()})
    purpose = sent.cleaned_data["purpose"]
    told = _people(found)
    items = [Item({"person": person, "purpose": purpose, "at": here.now}) for _id, person in told]
    outcome = here.tell_many(reveal_identity, items, batch=f"notice:{NoticeId(notice)}:{here.now.isoformat()}")
    shown = {
        person: known
        for (_id, person), answer in zip(told, outcome.answers, strict=True)
        if not isinstance(answer, Refused) and (known := identities.opened(person)) is not None
    }
    return _document(here, found, shown, form, purpose)


def _document(
    here: Page, found: NoticeFile, shown: dict[PersonId, identities.Identity], form: str, purpose: str
) -> HttpResponse:
    listed = _listed(found, shown)
    row = found.row
    names = here.area_names([row.path, row.from_path])
    name = f"notice-{row.id[-6:]}"
    if form == "csv":
        return download(csv_of(listed).encode(), "text/csv; charset=utf-8", f"{name}.csv")
    told = {
        "from": names.get(row.from_path, ""), "to": asked_place(row, names),
        "due": f"{row.due_at.astimezone(here.zone):%Y-%m-%d %H:%M}" if row.due_at else "–",
    }  # fmt: skip
    made = paper(
        _("Request for help: %(kind)s") % {"kind": label(f"notice.{row.kind}")}, listed, language=here.language,
        zone=here.zone, audit=Printed(by=here.who.name, at=here.now, purpose=purpose),
        subtitle=_("From %(from)s to %(to)s. Please find these people, check them and keep them apart; answer by %(due)s.") % told,
    )  # fmt: skip
    return download(made.content, "application/pdf", f"{name}.pdf")


def _listed(found: NoticeFile, shown: dict[PersonId, identities.Identity]) -> Listed:
    """Whom the notice is about, with columns for the answer."""
    heads = [("n", "№"), ("code", _("Person")), ("sex", _("Sex")), ("born", _("Born"))]
    if shown:
        heads += [
            ("who", _("Name")),
            ("id", _("Identity number")),
            ("contact", _("Telephone")),
            ("address", _("Address")),
        ]
    heads += [("last", _("Last exposure")), ("found", _("Found")), ("apart", _("Kept apart")), ("note", _("Remarks"))]
    told = _people(found)
    known, contacts = codes(person for _id, person in told), keys.contacts(ContactId(each) for each, _person in told)
    rows = []
    for n, (each, person) in enumerate(told, 1):
        public, contact = people.known_person(person), contacts.get(ContactId(each))
        born = str(public.birth_on.year) if public and public.birth_on else ""
        row = [str(n), known.get(person, ""), SIGNS.get((public.sex if public else "") or "", ""), born]
        if shown:
            who = shown.get(person)
            row += (
                [getattr(who, name) or "" for name in ("name", "id_number", "phone", "address")]
                if who
                else ["•••", "", "", ""]
            )
        rows.append([*row, _last(contact), "", "", ""])
    return Listed(heads, rows)


def _last(contact: keys.ContactKey | None) -> str:
    if contact is None or contact.last_at is None:
        return ""
    return f"{timezone.localtime(from_micros(contact.last_at)):%Y-%m-%d %H:%M}"


urlpatterns = [
    path("notices/", notices_page, name="notices"),
    path("notices/<str:notice>/", notice_page, name="notice"),
    path("notices/<str:notice>/paper/", notice_paper, name="notice_paper"),
    path("notices/<str:notice>/revealed.<str:form>", notice_revealed, name="notice_revealed"),
]
