"""Cases as the tracing desk needs them: since when they infect, what became of the search, how they were known before."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.tracing.memory import contacts
from ringfence.desks.tracing.queries import links
from ringfence.facts.cases import (
    CaseConfirmed,
    CaseMoved,
    CaseUnconfirmed,
    ExposureNoted,
    ExposureStruck,
    InfectorNamed,
    InfectorWithdrawn,
)
from ringfence.facts.tracing import (
    ContactBecameCase,
    ContactReturned,
    ContactsFound,
    ContactsSearched,
    SearchLeftOpen,
    VisitsLoaded,
)
from ringfence.registry.queries import areas

_SOURCE = (
    'INSERT INTO tracing_source ("case", seq, outbreak, path, person, classification, confirmed, infectious_from,'
    " infectious_until, confirmed_at, positive_at, linked, search, search_reason, contacts, was_quarantined, category,"
    " again)"
    " VALUES (%s, %s, %s, %s, %s, %s, TRUE, %s, %s, %s, %s, %s, 'none', '', 0, FALSE, '', FALSE)"
    ' ON CONFLICT ("case") DO UPDATE SET path = excluded.path, classification = excluded.classification, confirmed = TRUE,'
    " infectious_from = excluded.infectious_from, infectious_until = excluded.infectious_until,"
    " positive_at = excluded.positive_at"
)
_SEARCHED = (
    "UPDATE tracing_source SET search = %s, search_reason = %s, searched_at = %s, searched_from = %s, searched_until = %s,"
    " again = FALSE"
    ' WHERE "case" = %s'
)
_KNOWN_AS = (
    "UPDATE tracing_source SET was_contact = %s, was_quarantined = %s, met_case = %s, category = %s, linked = %s"
    ' WHERE "case" = %s'
)


_EXPOSURE = (
    'INSERT INTO tracing_exposure (id, "case", place, begins_at, ends_at, kind, certainty) VALUES (%s, %s, %s, %s, %s, %s, %s)'
    " ON CONFLICT (id) DO UPDATE SET place = excluded.place, begins_at = excluded.begins_at, ends_at = excluded.ends_at,"
    " kind = excluded.kind, certainty = excluded.certainty"
)
_SEARCH = (
    'INSERT INTO tracing_search (seq, "case", outbreak, path, person, begins_at, ends_at, "order", minutes, kinds, close,'
    " cap, purpose, named, at, told_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (seq) DO NOTHING"
)
A_DAY = timedelta(days=1)
OF_LATE = timedelta(days=30)
"""A case confirmed longer ago than this is not searched again by itself."""


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


@keeps(VisitsLoaded)
def sources_to_search_again(fact: VisitsLoaded, line: Line) -> None:
    """Those of late whose window the visits reach; they are searched when the clock strikes, not while the load waits."""
    del line
    if fact.first_on is None or fact.last_on is None:
        return
    first = to_micros(datetime.combine(fact.first_on, time(), UTC) - A_DAY)  # days begin in the zone of the store
    last = to_micros(datetime.combine(fact.last_on, time(), UTC) + 3 * A_DAY)  # and a stay may end on the next one
    sql = (
        "UPDATE tracing_source SET again = TRUE WHERE confirmed = TRUE AND infectious_from < %s"
        " AND (infectious_until IS NULL OR infectious_until > %s) AND confirmed_at > %s"
    )
    db.write("tracing_source", sql, (last, first, to_micros(fact.at - OF_LATE)))


@keeps(ExposureNoted)
def a_place_to_search(fact: ExposureNoted, line: Line) -> None:
    """Where the case was while infectious; told again, it was as told last."""
    del line
    if fact.place is None or not fact.infectious:
        db.write("tracing_exposure", "DELETE FROM tracing_exposure WHERE id = %s", (fact.exposure,))
        return
    row = (
        fact.exposure, fact.case, fact.place, to_micros(fact.begins_at), to_micros(fact.ends_at), fact.kind,
        fact.certainty.value,
    )  # fmt: skip
    db.write("tracing_exposure", _EXPOSURE, row)


@keeps(ExposureStruck)
def a_place_struck(fact: ExposureStruck, line: Line) -> None:
    """They were never there; whom a search there found is struck by a person."""
    del line
    db.write("tracing_exposure", "DELETE FROM tracing_exposure WHERE id = %s", (fact.exposure,))


@keeps(ContactsSearched)
def a_search_by_hand(fact: ContactsSearched, line: Line) -> None:
    """Whoever looks for people leaves their name and their purpose."""
    known = links.source(fact.case) if fact.case else None
    row = (
        line.seq, fact.case, fact.outbreak, known.path if known else line.jurisdiction or "", fact.person,
        to_micros(fact.begins_at), to_micros(fact.ends_at), fact.order, fact.minutes, " ".join(fact.place_kinds),
        fact.close, fact.cap, fact.purpose, fact.named, to_micros(fact.at), line.by,
    )  # fmt: skip
    db.write("tracing_search", _SEARCH, row)
