"""Searching for a case's contacts by hand: for a purpose, in a window, and deciding which of those found are listed."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.desks.tracing import found
from ringfence.desks.tracing.queries import searching
from ringfence.facts.cases import Certainty
from ringfence.facts.ids import CaseId, PersonId
from ringfence.facts.tracing import ContactLinkStruck, ContactsSearched, Evidence, contact_of

LONGEST_PURPOSE = 400  # characters


@action(may="investigate", many=False)
def search_contacts(  # noqa: PLR0913 (a search is told by these)
    who: Who,
    *,
    case: CaseId,
    begins_at: datetime,
    ends_at: datetime,
    purpose: str,
    order: int = 1,
    min_minutes: int | None = None,
    kinds: tuple[str, ...] = (),
    close: int | None = None,
    cap: int | None = None,
    at: datetime,
) -> Facts:
    """Search for the contacts of a case in a window, for a purpose on record; whom it found is asked for with its number."""
    del who
    if len(purpose.strip()) < 3:  # noqa: PLR2004 (a word)
        raise Refused("purpose_missing", what="search_contacts")
    source = searching.source_of(case)
    told = searching.Terms(
        begins_at=begins_at, ends_at=ends_at, order=order, min_minutes=min_minutes, kinds=kinds, close=close, cap=cap
    )
    counted = searching.made(source, told, most=0).counted
    if max(counted.first, counted.second) > searching.MOST_LISTED:
        raise Refused("search_too_wide", named=counted.first + counted.second, most=searching.MOST_LISTED)
    yield ContactsSearched(
        person=source.person, begins_at=begins_at, ends_at=ends_at, purpose=purpose.strip()[:LONGEST_PURPOSE],
        order=order, named=counted.first + counted.second, minutes=min_minutes, place_kinds=kinds, close=close, cap=cap,
        case=case, outbreak=source.outbreak, at=at,
    )  # fmt: skip


@action(may="investigate", many=False)
def unlist_found(who: Who, *, case: CaseId, contacts: tuple[PersonId, ...], reason: str = "", at: datetime) -> Facts:
    """Strike people from a case's list who were listed by mistake; what else is known of them stands."""
    del who
    source = searching.source_of(case)
    for person in contacts:
        contact = contact_of(source.outbreak, person)
        yield ContactLinkStruck(contact=contact, case=case, reason=reason.strip() or "listed_by_mistake", at=at)


@action(may="investigate", undo=unlist_found, many=False)
def list_found(who: Who, *, case: CaseId, search: int, people: tuple[PersonId, ...] = (), at: datetime) -> Facts:
    """List those whom a search on record found as contacts of its case: the people named, or all of them."""
    del who
    row = searching.search_row(search)
    if row is None or row.case != case:
        raise Refused("search_unknown", search=search)
    source = searching.source_of(case)
    hits = searching.hits(row)
    wanted = set(people)
    if unknown := wanted - {each.person for each in hits}:
        raise Refused("search_found_others", search=search, person=min(unknown))
    chosen = [each for each in hits if not wanted or each.person in wanted]
    yield from found.enrolled({each.person: each.told for each in chosen}, at)
    for by_seat, unsure, order in ((False, False, 1), (False, True, 1), (True, False, 1), (False, False, 2)):
        certainty = Certainty.POSSIBLE if unsure else Certainty.LIKELY
        manner = found.Manner(Evidence.SEATS if by_seat else Evidence.VISITS, order, certainty)
        rows = [
            found.Listed(
                each.person, each.minutes, each.encounters, each.category, each.first_at, each.last_at, each.closeness,
                each.through,
            )
            for each in chosen
            if (each.by_seat, each.unsure, each.order) == (by_seat, unsure, order)
        ]  # fmt: skip
        yield from found.told(source, rows, manner, at)
