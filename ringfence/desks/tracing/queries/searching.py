"""Searches by hand: what one would cost and name, what one that is on record found, and who searched for whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.desks.tracing.queries import links, named
from ringfence.desks.tracing.queries.links import SourceRow
from ringfence.desks.tracing.queries.numbers import policy_of
from ringfence.facts.ids import CaseId, ContactId, OutbreakId, PersonId
from ringfence.facts.tracing import Closeness, contact_of

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.meetings import Found, Met, Search

MOST_LISTED = 20_000  # people of one answer; a wider search is made narrower


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a search by hand asks for."""

    begins_at: datetime
    ends_at: datetime
    order: int = 1
    min_minutes: int | None = None
    kinds: tuple[str, ...] = ()
    close: int | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a search would come to; it names nobody."""

    first: int  # people of first order
    second: int
    followed: int  # contacts whose own contacts would be searched for
    days: int  # looked through
    visits: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody whom a search found."""

    person: PersonId
    minutes: int
    encounters: int
    category: str
    first_at: datetime
    last_at: datetime
    places: tuple[str, ...]
    closeness: Closeness
    by_seat: bool
    order: int
    through: PersonId | None
    listed: bool  # on record as a contact of this case already
    told: str  # the id that visits have
    unsure: bool = False  # a seat would have decided it, and none is told that can be read


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A search that is on record: who searched for whose contacts, in which window, why, and how many it named."""

    seq: int
    case: CaseId | None
    outbreak: OutbreakId | None
    person: PersonId
    begins_at: datetime
    ends_at: datetime
    order: int
    min_minutes: int | None
    kinds: tuple[str, ...]
    close: int | None
    cap: int | None
    purpose: str
    named: int
    at: datetime
    told_by: str


@query(may="investigate")
def search_cost(  # noqa: PLR0913 (each says what is counted)
    scope: Scope,
    *,
    case: CaseId,
    begins_at: datetime,
    ends_at: datetime,
    order: int = 1,
    min_minutes: int | None = None,
    kinds: tuple[str, ...] = (),
    close: int | None = None,
    cap: int | None = None,
) -> Cost:
    """How many people a search would name and how much it would look through; nobody is named."""
    del scope
    told = Terms(
        begins_at=begins_at, ends_at=ends_at, order=order, min_minutes=min_minutes, kinds=kinds, close=close, cap=cap
    )
    return Cost(*made(source_of(case), told, most=0).counted)


@query(may="investigate")
def search_result(scope: Scope, *, search: int) -> list[Hit]:
    """Whom a search on record found, as visits have it now; searches leave a trace before they name anybody."""
    row = search_row(search)
    if row is None or row.case is None or not scope.covers(source_of(row.case).path):
        raise Refused("search_unknown", search=search)
    return hits(row)


@query(may="audit")
def searches(scope: Scope, *, outbreak: OutbreakId, before: int | None = None) -> list[SearchRow]:
    """The newest searches for contacts, with their purpose: at most 50, older than a line of the log where one is told."""
    condition, values = scope.sql("path")
    older = "AND seq < %s" if before is not None else ""
    rows = db.ask(
        f"{_SEARCH} WHERE outbreak = %s AND {condition} {older} ORDER BY seq DESC LIMIT 50",
        (outbreak, *values, *([before] if before is not None else [])),
    )
    return [_search(row) for row in rows]


_SEARCH = (
    'SELECT seq, "case", outbreak, person, begins_at, ends_at, "order", minutes, kinds, close, cap, purpose, named, at,'
    " told_by FROM tracing_search"
)


def search_row(search: int) -> SearchRow | None:
    """A search by the line that put it on record."""
    row = db.ask_one(f"{_SEARCH} WHERE seq = %s", (search,))
    return _search(row) if row else None


def _search(row: db.Row) -> SearchRow:
    seq, case, outbreak, person, begins_at, ends_at, order, minutes, kinds, close, cap, purpose, named_, at, by = row
    return SearchRow(
        seq, case, outbreak, person, from_micros(begins_at), from_micros(ends_at), order, minutes, tuple(kinds.split()),
        close, cap, purpose, named_, from_micros(at), by,
    )  # fmt: skip


def hits(row: SearchRow) -> list[Hit]:
    """Whom a search on record finds, under our ids."""
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    source = source_of(row.case or CaseId(""))
    told = Terms(
        begins_at=row.begins_at, ends_at=row.ends_at, order=row.order, min_minutes=row.min_minutes, kinds=row.kinds,
        close=row.close, cap=row.cap,
    )  # fmt: skip
    found = made(source, told, most=MOST_LISTED)
    visits = meetings.visits_here()
    told_by = meetings.sources_told(visits) if visits is not None else ()
    persons = named.stand_for(list({each.person for each in (*found.first, *found.second)}), told_by)
    listed = {link.contact for link in links.links_of_case(source.case) if not link.struck}
    return [
        _hit(each, order, persons, source, listed)
        for order, some in ((1, found.first), (2, found.second))
        for each in some
    ]


def _hit(each: Met, order: int, persons: dict[str, PersonId], source: SourceRow, listed: set[ContactId]) -> Hit:
    person = persons[each.person]
    through = persons.get(each.through) if each.through else None
    return Hit(
        person, each.minutes, each.encounters, each.category, each.first_at, each.last_at, each.places, each.closeness,
        each.by_seat, order, through, contact_of(source.outbreak, person) in listed, each.person,
        each.unsure,
    )  # fmt: skip


def source_of(case: CaseId) -> SourceRow:
    """A case that counts as an infection. Refused: `case_not_confirmed`."""
    source = links.source(case)
    if source is None or not source.confirmed:
        raise Refused("case_not_confirmed", case=case)
    return source


def made(source: SourceRow, told: Terms, most: int | None) -> Found:
    """The search itself. Refused: `visits_none`, `visits_order_unknown` and as `meetings.search`."""
    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops)

    visits = meetings.visits_here()
    if visits is None:
        raise Refused("visits_none")
    return meetings.search(visits, asked_of(source, told, meetings.sources_told(visits)), most)


def asked_of(source: SourceRow, told: Terms, told_by: tuple[str, ...]) -> Search:
    """A search by hand, by the definition of the pack that the case is handled under."""
    from ringfence.desks.tracing.visits.meetings import Search  # noqa: PLC0415 (loads the compiled loops)

    if told.min_minutes is not None and told.min_minutes < 0:
        raise Refused("visits_minutes_negative", minutes=told.min_minutes)
    return Search(
        called=named.called(source.person, told_by), begins_at=told.begins_at, ends_at=told.ends_at, until=told.ends_at,
        policy=policy_of(source.outbreak), order=told.order, minutes=told.min_minutes, kinds=told.kinds,
        close=told.close, cap=told.cap,
    )  # fmt: skip
