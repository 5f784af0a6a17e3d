"""A contact's file, and a case as the tracing desk knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.among import ask_among
from ringfence.core.declare import query
from ringfence.core.paging import Page, Sort, page
from ringfence.desks.tracing.queries.follow_up import AttemptRow, DayRow, attempts_of, days_of
from ringfence.desks.tracing.queries.keys import contact as contact_known
from ringfence.desks.tracing.queries.keys import contacts_of_household, contacts_of_person
from ringfence.desks.tracing.queries.rows import ContactRow, moment, row_of
from ringfence.facts.ids import CaseId, ContactId, JurisdictionId, OutbreakId, PersonId
from ringfence.registry.queries.areas import narrowed_to

MOST = 400


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A contact met somebody: a case, or (second order) a contact of one."""

    contact: ContactId
    met: PersonId
    case: CaseId | None
    order: int
    closeness: str
    category: str
    certainty: str
    evidence: str
    minutes: int
    encounters: int
    first_at: datetime | None
    last_at: datetime | None
    protection: str
    struck: bool
    seq: int


@dataclass(frozen=True, slots=True)
class ContactFile:
    """All that is on record of a contact; `lines` are those of the log about them, `away` other outbreaks' records."""

    row: ContactRow
    links: list[MeetingRow]
    led_to: list[MeetingRow]
    days: list[DayRow]
    attempts: list[AttemptRow]
    household: list[ContactRow]
    elsewhere: list[ContactRow]
    lines: list[int]


_LINKS = tuple(MeetingRow.__slots__)
_QUOTED = ", ".join(f'"{name}"' for name in _LINKS)
_LINK = f"SELECT {_QUOTED} FROM tracing_link"


def _link(row: Sequence[Any]) -> MeetingRow:
    told = dict(zip(_LINKS, row, strict=True))
    told |= {"first_at": moment(told["first_at"]), "last_at": moment(told["last_at"]), "struck": bool(told["struck"])}
    return MeetingRow(**told)


@query(may="see")
def contact_file(scope: Scope, *, contact: ContactId) -> ContactFile | None:
    """All that is on record of a contact: whom they met, days, attempts, their household, the lines of the log."""
    key = contact_known(contact)
    if key is None or not scope.covers(key.path):
        return None
    together = contacts_of_household(key.household, key.outbreak) if key.household else []
    others = [each for each in together if each.id != key.id and scope.covers(each.path)]
    elsewhere = [each for each in contacts_of_person(key.person) if each.id != key.id and scope.covers(each.path)]
    links = db.ask(f"{_LINK} WHERE contact = %s ORDER BY struck, minutes DESC, met LIMIT {MOST}", (contact,))
    led_to = db.ask(
        f"{_LINK} WHERE met = %s AND outbreak = %s AND struck = FALSE ORDER BY minutes DESC, contact LIMIT {MOST}",
        (key.person, key.outbreak),
    )
    seqs = db.ask(f"SELECT seq FROM tracing_line WHERE contact = %s ORDER BY seq DESC LIMIT {MOST}", (contact,))
    return ContactFile(
        row_of(key), [_link(row) for row in links], [_link(row) for row in led_to], days_of(contact=contact)[::-1],
        attempts_of(contact=contact),
        [row_of(each) for each in others], [row_of(each) for each in elsewhere], sorted(seq for (seq,) in seqs),
    )  # fmt: skip


# -- cases --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A case as the tracing desk knows it: since when it infects, what became of the search, how it was known before."""

    case: CaseId
    seq: int
    outbreak: OutbreakId
    path: str
    person: PersonId
    classification: str
    confirmed: bool
    infectious_from: datetime
    infectious_until: datetime | None
    confirmed_at: datetime
    positive_at: datetime | None
    searched_at: datetime | None
    search: str
    search_reason: str
    searched_from: datetime | None
    searched_until: datetime | None
    contacts: int
    listed_at: datetime | None
    linked: bool
    was_contact: ContactId | None
    was_quarantined: bool
    met_case: CaseId | None
    category: str

    @property
    def id(self) -> CaseId:
        """How a list names it."""
        return self.case


SOURCES = tuple(SourceRow.__slots__)
_OF_SOURCE = ", ".join(f'"{name}"' for name in SOURCES)
_SOURCE = f"SELECT {_OF_SOURCE} FROM tracing_source"
_MOMENTS = (
    "infectious_from",
    "infectious_until",
    "confirmed_at",
    "positive_at",
    "searched_at",
    "searched_from",
    "searched_until",
    "listed_at",
)


def source_row(row: Sequence[Any]) -> SourceRow:
    """A row of all columns, in their order."""
    told = dict(zip(SOURCES, row, strict=True))
    told |= {name: moment(told[name]) for name in _MOMENTS}
    told |= {name: bool(told[name]) for name in ("confirmed", "linked", "was_quarantined")}
    return SourceRow(**told)


@query(may="see")
def case_traced(scope: Scope, *, case: CaseId) -> SourceRow | None:
    """A case as the tracing desk knows it; None where it was never confirmed, or lies elsewhere."""
    row = db.ask_one(f'{_SOURCE} WHERE "case" = %s', (case,))
    found = source_row(row) if row else None
    return found if found and scope.covers(found.path) else None


@query(may="see")
def cases_traced(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    search: str = "",
    unlinked: bool = False,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[SourceRow]:
    """Confirmed cases with what became of the search for their contacts, newest first.

    `search` is none, done or left_open; `unlinked` narrows to those that nobody is known to have infected.
    """
    told = [("search = %s", search)] if search else []
    where = " AND ".join(["outbreak = %s AND confirmed = TRUE", *(text for text, _ in told)])
    where += " AND linked = FALSE" if unlinked else ""
    return page(
        f"SELECT {', '.join(_plain(name) for name in SOURCES)} FROM (SELECT {', '.join(_named(name) for name in SOURCES)}"
        f" FROM tracing_source WHERE {where}) s WHERE 1 = 1",
        (outbreak, *(value for _, value in told)),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_source WHERE outbreak = %s AND confirmed = TRUE", (outbreak,)),
        sort=Sort("seq", "of_case", descending=True),
        after=after,
        limit=limit,
        read=source_row,
        columns=tuple(_plain(name) for name in SOURCES),
    )


def _plain(name: str) -> str:
    """A column as the list sorts by it: CASE is a word of the language itself."""
    return "of_case" if name == "case" else name


def _named(name: str) -> str:
    return '"case" AS of_case' if name == "case" else name


def sources(cases: Sequence[str]) -> dict[str, SourceRow]:
    """Case -> what the tracing desk knows of it."""
    rows = ask_among(f'{_SOURCE} WHERE "case" IN ({{marks}})', list(dict.fromkeys(cases)))
    return {each.case: each for each in map(source_row, rows)}
