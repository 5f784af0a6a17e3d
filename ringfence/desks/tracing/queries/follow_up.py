"""A tracer's day: whom to reach, to order apart, to ask, to swab and to visit; and what one contact's days were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.desks.tracing.queries import keys, report_links
from ringfence.desks.tracing.queries.keys import COLUMNS, CONTACT, ContactKey, read_contact
from ringfence.facts.ids import ContactId, JurisdictionId, OutbreakId, ReportLinkId, TaskId
from ringfence.registry.queries.areas import narrowed_to, path_of
from ringfence.registry.queries.outbreaks import as_day

ERRANDS = ("task", "contact", "kind", "key", "path", "due_at")


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """Something to be done for a contact, by when, and the contact as they stand."""

    task: TaskId
    contact: ContactId
    kind: str
    key: str
    path: str
    due_at: datetime
    row: ContactKey | None

    @property
    def id(self) -> str:
        """How a list names it: by the contact, so that actions can be told of it."""
        return self.contact


def _as_it_is(row: Sequence[Any]) -> Sequence[Any]:
    return row


def _errands(  # noqa: PLR0913 (what each of the lists below is asked)
    scope: Scope,
    kind: str,
    outbreak: OutbreakId,
    under: JurisdictionId | None,
    due_before: datetime | None,
    after: str | None,
    limit: int,
) -> Page[ErrandRow]:
    late, moment = ("", []) if due_before is None else (" AND due_at < %s", [to_micros(due_before)])
    found: Page[Sequence[Any]] = page(
        f"SELECT {', '.join(ERRANDS)} FROM tracing_errand WHERE outbreak = %s AND kind = %s AND alive = TRUE{late}",
        (outbreak, kind, *moment),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_errand WHERE outbreak = %s", (outbreak,)),
        sort=Sort("due_at", "task"),
        after=after,
        limit=limit,
        read=_as_it_is,
        columns=ERRANDS,
    )
    known = keys.contacts(ContactId(row[1]) for row in found.rows)
    rows = [
        ErrandRow(task, contact, of, key, path, from_micros(due_at), known.get(contact))
        for task, contact, of, key, path, due_at in found.rows
    ]
    return Page(rows, found.next)


@query(may="see")
def contacts_to_reach(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    due_before: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ErrandRow]:
    """Contacts to be spoken to for the first time, the most overdue first."""
    return _errands(scope, "reach_contact", outbreak, under, due_before, after, limit)


@query(may="see")
def contacts_to_quarantine(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    due_before: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ErrandRow]:
    """Contacts whom the pack wants kept apart and for whom no order stands yet, the most overdue first."""
    return _errands(scope, "quarantine_contact", outbreak, under, due_before, after, limit)


@query(may="see")
def contacts_to_visit(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    due_before: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ErrandRow]:
    """Contacts who did not answer and whom somebody goes to see, the most overdue first."""
    return _errands(scope, "visit_contact", outbreak, under, due_before, after, limit)


@query(may="see")
def swabs_due(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    due_before: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ErrandRow]:
    """Contacts to be swabbed, the most overdue first."""
    return _errands(scope, "swab_contact", outbreak, under, due_before, after, limit)


@query(may="see")
def contacts_to_ask(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    on: date,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ContactKey]:
    """Contacts of whom nothing was heard on a day yet, place by place."""
    return page(
        f"{CONTACT} WHERE alive = TRUE AND outbreak = %s AND due_on <= %s AND (heard_on IS NULL OR heard_on < %s)",
        (outbreak, on, on),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_contact WHERE outbreak = %s AND alive = TRUE", (outbreak,)),
        sort=Sort("path", "id"),
        after=after,
        limit=limit,
        read=read_contact,
        columns=COLUMNS,
    )


@query(may="see")
def missed_contacts(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    days: int = 1,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ContactKey]:
    """Contacts unheard of for so many days in a row or more, the longest first."""
    return page(
        f"{CONTACT} WHERE outbreak = %s AND missed_in_row >= %s",
        (outbreak, max(1, days)),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_contact WHERE outbreak = %s", (outbreak,)),
        sort=Sort("missed_in_row", "seq", "id", descending=True),
        after=after,
        limit=limit,
        read=read_contact,
        columns=COLUMNS,
    )


# -- one contact ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayRow:
    """How a contact was on a day; `missed`: nobody heard; `tube` and `result` of a swab of the protocol."""

    on: date
    missed: bool
    symptoms: tuple[str, ...]
    temp_c: float | None
    channel: str
    tube: str
    result: str
    seq: int


def _day(row: Sequence[Any]) -> DayRow:
    on, missed, symptoms, temp_c, channel, tube, result, seq = row
    return DayRow(as_day(on) or date.min, bool(missed), tuple(symptoms.split()), temp_c, channel, tube, result, seq)


@query(may="see")
def days_of(*, contact: ContactId) -> list[DayRow]:
    """A contact's days, in order."""
    return days_among([contact]).get(contact, [])


def days_among(contacts: Sequence[ContactId]) -> dict[ContactId, list[DayRow]]:
    """The days of each of a few contacts, in order."""
    found: dict[ContactId, list[DayRow]] = {}
    if contacts:
        marks = ", ".join(["%s"] * len(contacts))
        sql = 'SELECT contact, "on", missed, symptoms, temp_c, channel, tube, result, seq FROM tracing_day'
        for contact, *row in db.ask(f'{sql} WHERE contact IN ({marks}) ORDER BY contact, "on"', tuple(contacts)):
            found.setdefault(ContactId(contact), []).append(_day(row))
    return found


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """A try to speak to a contact, and why it failed."""

    seq: int
    at: datetime
    channel: str
    reason: str


@query(may="see")
def attempts_of(*, contact: ContactId) -> list[AttemptRow]:
    """The tries to speak to a contact, newest first."""
    rows = db.ask(
        "SELECT seq, at, channel, reason FROM tracing_attempt WHERE contact = %s ORDER BY seq DESC LIMIT 400",
        (contact,),
    )
    return [AttemptRow(seq, from_micros(at), channel, reason) for seq, at, channel, reason in rows]


@dataclass(frozen=True, slots=True)
class ReportLinkRow:
    """A link by which a household tells of its days; never its secret."""

    id: ReportLinkId
    contacts: tuple[ContactId, ...]
    given_at: datetime
    until_at: datetime
    withdrawn: bool


@query(may="see")
def links_of_household(*, contact: ContactId) -> list[ReportLinkRow]:
    """The links that tell for a contact and who lives with them, the newest first."""
    return [
        ReportLinkRow(each.id, each.contacts, from_micros(each.given_at), from_micros(each.until_at), each.withdrawn)
        for each in report_links.links_of(contact)
    ]


# -- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeardRow:
    """Of a day: contacts heard of, and those who should have been and were not, once the hour has passed."""

    on: date
    heard: int
    missed: int

    @property
    def due(self) -> int:
        """All of them."""
        return self.heard + self.missed


@query(may="see")
def heard_by_day(
    scope: Scope, *, outbreak: OutbreakId, since_on: date, until_on: date, under: JurisdictionId | None = None
) -> list[HeardRow]:
    """How many of those due were heard of, day by day."""
    kept, places = narrowed_to(scope, under).kept("path")
    rows = db.ask(
        'SELECT "on", sum(heard), sum(missed) FROM tracing_heard'
        f' WHERE outbreak = %s AND {kept} AND "on" >= %s AND "on" <= %s GROUP BY "on" ORDER BY "on"',
        (outbreak, *places, since_on, until_on),
    )
    return [HeardRow(as_day(on) or date.min, int(heard), int(missed)) for on, heard, missed in rows]


@query(may="see")
def heard_by_place(
    scope: Scope, *, outbreak: OutbreakId, on: date, places: tuple[JurisdictionId, ...]
) -> dict[str, HeardRow]:
    """Place -> how many of those due there on a day were heard of; places outside one's own are left out."""
    paths = {path: place for place in places if (path := path_of(place)) is not None and scope.covers(path)}
    marks = ", ".join(["%s"] * len(paths))
    rows = db.ask(
        f'SELECT path, heard, missed FROM tracing_heard WHERE outbreak = %s AND "on" = %s AND path IN ({marks})',
        (outbreak, on, *paths),
    ) if paths else []  # fmt: skip
    return {paths[path]: HeardRow(on, heard, missed) for path, heard, missed in rows}
