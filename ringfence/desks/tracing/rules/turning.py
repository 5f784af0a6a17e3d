"""A contact becomes a case, a case turns out to be none, and what that means for whom they met."""

from __future__ import annotations

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, to_micros
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.queries import keys, links
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.cases import CaseConfirmed, CaseUnconfirmed
from ringfence.facts.command import TasksSet
from ringfence.facts.follow_up import FollowUpsClosed, FollowUpsReopened
from ringfence.facts.ids import ContactId, OutbreakId, PersonId
from ringfence.facts.tracing import ContactBecameCase, ContactLinkStruck, ContactReturned, contact_of
from ringfence.registry.queries import areas, people

MOST = 1000


def _as_contact(person: PersonId, outbreak: str) -> list[ContactKey]:
    """A person's records as a contact in an outbreak: one, or several where records of one person were merged later."""
    records = {row.id for row in people.records_of(person)} | {person, people.canonical(person)}
    found = keys.contacts([contact_of(outbreak, each) for each in sorted(records)])
    return sorted(found.values(), key=lambda row: row.seq)


@when(CaseConfirmed)
def a_contact_who_is_confirmed_became_a_case(confirmed: CaseConfirmed, line: Line) -> Facts:
    """Whether they kept apart before is the number that says if control holds; from here on they are treated as a case."""
    del line
    found_at = to_micros(confirmed.positive_at or confirmed.at)
    for row in _as_contact(confirmed.person, confirmed.outbreak):
        if row.case is None and row.links:
            apart = row.stay is not None and row.quarantined_at is not None and row.quarantined_at <= found_at
            yield ContactBecameCase(
                contact=row.id,
                case=confirmed.case,
                outbreak=confirmed.outbreak,
                in_quarantine=apart,
                first_case=row.first_case if row.first_case != confirmed.case else None,
                at=confirmed.at,
            )


@when(ContactBecameCase)
def who_infected_a_contact_is_said_by_a_person(became: ContactBecameCase, line: Line, policy: Policy) -> Facts:
    """To have met a case is not to be infected by it: rivals are weighed by somebody who knows both."""
    source = links.source(became.case)
    if source is None or became.first_case is None or links.infectors(became.case):
        return
    area = areas.area_at(source.path)
    yield TasksSet(
        kind="name_infector",
        about=(became.case,),
        unit="investigation",
        due_at=line.heard_at + policy.list_within,
        reason="was_contact",
        jurisdiction=area.id if area else None,
        at=became.at,
    )


@when(CaseUnconfirmed)
def a_case_that_is_none_is_a_contact_again(told: CaseUnconfirmed, line: Line) -> Facts:
    """They were not infected yet: whom they met may still have infected them, and their days are counted to the end."""
    for row in _as_contact(told.person, told.outbreak):
        if row.case != told.case:
            continue
        yield ContactReturned(contact=row.id, case=told.case, at=told.at)
        if _goes_on(row, line) and row.closed_reason == "became_case" and row.links:
            yield FollowUpsReopened(outbreak=told.outbreak, contacts=(row.id,), at=told.at)


def _goes_on(row: ContactKey, line: Line) -> bool:
    """Whether the days of a follow-up are not over, whatever became of it."""
    return not row.alive and row.until_at is not None and row.until_at > to_micros(line.heard_at)


@when(CaseUnconfirmed)
def contacts_of_a_discarded_case_are_let_go(told: CaseUnconfirmed, line: Line) -> Facts:
    """Who met nobody else was exposed to nothing; who met another case is watched for that one."""
    del line
    rows = keys.contacts({link.contact for link in links.links_of_case(told.case)})
    yield from _closed(
        [row for row in rows.values() if row.alive and not row.links], told.outbreak, "case_discarded", told
    )


@when(ContactLinkStruck)
def a_contact_who_met_nobody_is_let_go(struck: ContactLinkStruck, line: Line) -> Facts:
    """It was somebody else whom the case met; and whom they met in turn is no contact through them."""
    del line
    beyond = {link.contact for link in links.links_of_case(struck.case)} | {struck.contact}
    rows = [row for row in keys.contacts(beyond).values() if row.alive and not row.links]
    if rows:
        yield from _closed(rows, rows[0].outbreak, "link_struck", struck)


def _closed(rows: list[ContactKey], outbreak: str, reason: str, told: CaseUnconfirmed | ContactLinkStruck) -> Facts:
    ids = sorted(row.id for row in rows)
    for begin in range(0, len(ids), MOST):
        some: tuple[ContactId, ...] = tuple(ids[begin : begin + MOST])
        yield FollowUpsClosed(outbreak=OutbreakId(outbreak), contacts=some, reason=reason, at=told.at)


@when(CaseConfirmed)
def contacts_of_a_case_confirmed_after_all_are_followed_again(confirmed: CaseConfirmed, line: Line) -> Facts:
    """They were let go because nobody was ill; somebody is."""
    rows = keys.contacts({link.contact for link in links.links_of_case(confirmed.case)})
    again = sorted(
        row.id for row in rows.values() if row.closed_reason == "case_discarded" and row.links and _goes_on(row, line)
    )
    for begin in range(0, len(again), MOST):
        some = tuple(again[begin : begin + MOST])
        yield FollowUpsReopened(outbreak=confirmed.outbreak, contacts=some, at=confirmed.at)
