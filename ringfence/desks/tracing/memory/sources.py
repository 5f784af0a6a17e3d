"""Cases as the tracing desk needs them: since when they infect, what became of the search, how they were known before."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.tracing.memory import contacts
from ringfence.desks.tracing.queries import links
from ringfence.facts.cases import CaseConfirmed, CaseMoved, CaseUnconfirmed, InfectorNamed, InfectorWithdrawn
from ringfence.facts.tracing import ContactBecameCase, ContactReturned, ContactsFound, SearchLeftOpen
from ringfence.registry.queries import areas

_SOURCE = (
    'INSERT INTO tracing_source ("case", seq, outbreak, path, person, classification, confirmed, infectious_from,'
    " infectious_until, confirmed_at, positive_at, linked, search, search_reason, contacts, was_quarantined, category)"
    " VALUES (%s, %s, %s, %s, %s, %s, TRUE, %s, %s, %s, %s, %s, 'none', '', 0, FALSE, '')"
    ' ON CONFLICT ("case") DO UPDATE SET path = excluded.path, classification = excluded.classification, confirmed = TRUE,'
    " infectious_from = excluded.infectious_from, infectious_until = excluded.infectious_until,"
    " positive_at = excluded.positive_at"
)
_SEARCHED = (
    "UPDATE tracing_source SET search = %s, search_reason = %s, searched_at = %s, searched_from = %s, searched_until = %s"
    ' WHERE "case" = %s'
)
_KNOWN_AS = (
    "UPDATE tracing_source SET was_contact = %s, was_quarantined = %s, met_case = %s, category = %s, linked = %s"
    ' WHERE "case" = %s'
)


@keeps(CaseConfirmed)
def a_source(fact: CaseConfirmed, line: Line) -> None:
    """Since when the case infects; what became of its search stays as it was."""
    until = to_micros(fact.infectious_until) if fact.infectious_until else None
    row = (
        fact.case, line.seq, fact.outbreak, areas.path_of(fact.jurisdiction) or line.jurisdiction or "", fact.person,
        fact.classification.value, to_micros(fact.infectious_from), until, to_micros(fact.at),
        to_micros(fact.positive_at) if fact.positive_at else None, bool(links.infectors(fact.case)),
    )  # fmt: skip
    db.write("tracing_source", _SOURCE, row)
    contacts.counted_again(fact.case, line)


@keeps(CaseMoved)
def a_moved_source(fact: CaseMoved, line: Line) -> None:
    """It is handled elsewhere."""
    path = areas.path_of(fact.jurisdiction) or line.jurisdiction or ""
    db.write("tracing_source", 'UPDATE tracing_source SET path = %s WHERE "case" = %s', (path, fact.case))


@keeps(CaseUnconfirmed)
def a_source_no_more(fact: CaseUnconfirmed, line: Line) -> None:
    """It stays on record, and counts for nothing."""
    db.write("tracing_source", 'UPDATE tracing_source SET confirmed = FALSE WHERE "case" = %s', (fact.case,))
    contacts.counted_again(fact.case, line)
    contacts.listed_after_all(fact.person, fact.outbreak, to_micros(fact.at), line)


@keeps(ContactsFound)
def a_search_done(fact: ContactsFound, line: Line) -> None:
    """When it was searched, over which window, and when the first contact was listed."""
    known = links.source(fact.case) if fact.case else None
    if known is None:
        return
    if line.by_rule or known.search != "done":
        at = to_micros(fact.at)
        until = at if known.infectious_until is None else known.infectious_until
        told = ("done", "", at, known.infectious_from, until, fact.case)
        db.write("tracing_source", _SEARCHED, told)
    if fact.contacts and known.listed_at is None:
        listed_at = (to_micros(fact.at), fact.case)
        db.write("tracing_source", 'UPDATE tracing_source SET listed_at = %s WHERE "case" = %s', listed_at)


@keeps(SearchLeftOpen)
def a_search_left_open(fact: SearchLeftOpen, line: Line) -> None:
    """Why, and when it was tried."""
    del line
    told = ("left_open", fact.reason, to_micros(fact.at), None, None, fact.case)
    db.write("tracing_source", _SEARCHED, told)


@keeps(ContactBecameCase)
def a_source_known_before(fact: ContactBecameCase, line: Line) -> None:
    """It was somebody's contact: the number that says whether control holds is made of these."""
    del line
    met = [each for each in links.links_of([fact.contact]).get(fact.contact, []) if not each.struck]
    category = next((each.category for each in met if each.case == fact.first_case), "")
    told = (fact.contact, fact.in_quarantine, fact.first_case, category, True, fact.case)
    db.write("tracing_source", _KNOWN_AS, told)


@keeps(ContactReturned)
def a_source_not_known_before(fact: ContactReturned, line: Line) -> None:
    """It is no case any more, so nobody knew of it."""
    del line
    told = (None, False, None, "", bool(links.infectors(fact.case)), fact.case)
    db.write("tracing_source", _KNOWN_AS, told)


@keeps(InfectorNamed)
def a_named_infector(fact: InfectorNamed, line: Line) -> None:
    """Named before the case is confirmed as often as after."""
    del line
    sql = 'INSERT INTO tracing_infector ("case", infector) VALUES (%s, %s) ON CONFLICT ("case", infector) DO NOTHING'
    db.write("tracing_infector", sql, (fact.case, fact.infector))
    db.write("tracing_source", 'UPDATE tracing_source SET linked = TRUE WHERE "case" = %s', (fact.case,))


@keeps(InfectorWithdrawn)
def a_withdrawn_infector(fact: InfectorWithdrawn, line: Line) -> None:
    """Where no other is left and nobody knew it as a contact, the case is unlinked again."""
    del line
    sql = 'DELETE FROM tracing_infector WHERE "case" = %s AND infector = %s'
    db.write("tracing_infector", sql, (fact.case, fact.infector))
    known = links.source(fact.case)
    if known is not None and known.was_contact is None and not links.infectors(fact.case):
        db.write("tracing_source", 'UPDATE tracing_source SET linked = FALSE WHERE "case" = %s', (fact.case,))
