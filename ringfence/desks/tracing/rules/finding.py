"""A confirmed case's contacts are found: at home, in visits, where the case says it was; and followed up."""

from __future__ import annotations

from datetime import timedelta

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.tracing import found
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.queries import keys, links
from ringfence.desks.tracing.queries.links import SourceRow
from ringfence.desks.tracing.rules import listing
from ringfence.facts.cases import CaseConfirmed, CaseUnconfirmed, ExposureNoted
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet, task_of
from ringfence.facts.ids import CaseId, ContactId
from ringfence.facts.time import TimeStruck
from ringfence.facts.tracing import (
    ContactClassed,
    ContactNamed,
    ContactReturned,
    ContactsFound,
    SearchLeftOpen,
    contact_of,
)
from ringfence.registry.queries import areas, people

STILL_WARM = timedelta(days=30)
"""Whoever stopped meeting people longer ago than this is history: nobody is sent out for them."""

SEARCHES = 20  # of one strike: two seconds of work at most, so that others are heard between
LEFT_OPEN = "find_contacts"


@when(CaseConfirmed)
def a_confirmed_cases_contacts_are_found(confirmed: CaseConfirmed, line: Line, policy: Policy) -> Facts:
    """Every hour between the confirmation and the list of contacts is an hour in which they meet others."""
    source = links.source(confirmed.case)
    until = confirmed.infectious_until or line.heard_at
    if source is None or line.heard_at - until > STILL_WARM or _searched(source, line):
        return
    yield from found.contacts_of(source, line.heard_at, policy)


def _searched(source: SourceRow, line: Line) -> bool:
    """Whether the window was searched whole before."""
    if source.search != "done" or source.searched_from is None or source.searched_until is None:
        return False
    until = to_micros(line.heard_at) if source.infectious_until is None else source.infectious_until
    return source.searched_from <= source.infectious_from and until <= source.searched_until


@when(TimeStruck)
def visits_loaded_later_are_searched_too(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Agencies hand their records in when they can: whom these name has waited long enough."""
    del struck
    if line.outbreak is None:
        return
    for source in links.to_search_again(line.outbreak, SEARCHES):
        was_open = source.search == "left_open"
        yield from found.contacts_of(source, line.heard_at, policy)
        now = links.source(source.case)
        if was_open and now is not None and now.search == "done":
            yield TaskDone(task=task_of(LEFT_OPEN, source.case), evidence="search", at=line.heard_at)


@when(ExposureNoted)
def a_place_told_in_the_interview_is_searched(noted: ExposureNoted, line: Line, policy: Policy) -> Facts:
    """What somebody remembers is in no record of theirs; who else was there may be in the records of the place."""
    source = links.source(noted.case)
    if source is None or not source.confirmed or not noted.infectious or noted.place is None:
        return
    if line.heard_at - noted.ends_at <= STILL_WARM and policy.search_by_itself:
        yield from found.at_places(source, [noted.exposure], line.heard_at, policy)


@when(SearchLeftOpen)
def a_search_left_open_is_made_by_a_person(left: SearchLeftOpen, line: Line, policy: Policy) -> Facts:
    """What a rule cannot know, or may not do by itself, somebody asks, looks up and decides."""
    source = links.source(left.case)
    since = source.confirmed_at if source else to_micros(left.at)
    area = areas.area_at(source.path) if source else None
    yield TasksSet(
        kind=LEFT_OPEN,
        about=(left.case,),
        unit="tracing",
        due_at=max(from_micros(since), line.heard_at - policy.list_within) + policy.list_within,
        reason=f"search_{left.reason}",
        outbreak=left.outbreak,
        jurisdiction=area.id if area else None,
        at=left.at,
    )


@when(ContactsFound, ContactNamed)
def contacts_told_by_a_person_answer_the_task(told: ContactsFound | ContactNamed, line: Line) -> Facts:
    """The list was asked for, and somebody has made it."""
    if told.case is not None and not line.by_rule and links.source(told.case) is not None:
        yield TaskDone(task=task_of(LEFT_OPEN, told.case), evidence="contacts", at=told.at)


@when(CaseUnconfirmed)
def a_case_that_is_none_needs_no_search(told: CaseUnconfirmed, line: Line) -> Facts:
    """Nobody looks for the contacts of somebody who infects nobody."""
    del line
    for kind in (LEFT_OPEN, "name_infector"):
        yield TaskDropped(task=task_of(kind, told.case), reason="case_unconfirmed", at=told.at)


@when(ContactsFound)
def a_contact_is_followed_up(told: ContactsFound, line: Line, policy: Policy) -> Facts:
    """Who was exposed may fall ill until the incubation is over: reached at once, watched until then."""
    if told.outbreak is not None:
        ids = [contact_of(told.outbreak, person) for person in told.contacts]
        yield from listing.followed_up(ids, line, policy, told.at)


@when(ContactNamed, ContactReturned)
def a_contact_named_is_followed_up(told: ContactNamed | ContactReturned, line: Line, policy: Policy) -> Facts:
    """A name told on the telephone is worth as much as one found in a file."""
    yield from listing.followed_up([told.contact], line, policy, told.at)


@when(CaseUnconfirmed)
def somebody_taken_for_a_case_is_followed_up(told: CaseUnconfirmed, line: Line, policy: Policy) -> Facts:
    """Others met them while they were taken for ill: whoever met a case is its contact after all."""
    contact = contact_of(told.outbreak, people.canonical(told.person))
    row = keys.contact(contact)
    if row is not None and row.case is None and row.until_at is None:
        yield from listing.followed_up([contact], line, policy, told.at)


@when(ContactClassed)
def another_kind_of_contact_is_followed_otherwise(classed: ContactClassed, line: Line, policy: Policy) -> Facts:
    """How long and how closely somebody is watched follows from what kind of contact they are."""
    yield from listing.followed_up([ContactId(classed.contact)], line, policy, classed.at, anew=True)


@when(ContactsFound)
def a_case_found_among_contacts_may_be_linked(told: ContactsFound, line: Line, policy: Policy) -> Facts:
    """Two cases who met belong to one chain, or to none: a person says who infected whom."""
    if told.case is None or told.outbreak is None:
        return
    own = contact_of(told.outbreak, people.canonical(told.person))
    known = {link.case for link in links.links_of([own]).get(own, []) if not link.struck}
    for source in links.sources_of(told.contacts, told.outbreak).values():
        if source.case not in {told.case, *known} and told.case not in links.infectors(source.case):
            yield _infector_task(source, told.case, line, policy)


def _infector_task(source: SourceRow, met: CaseId, line: Line, policy: Policy) -> TasksSet:
    area = areas.area_at(source.path)
    return TasksSet(
        kind="name_infector",
        about=(source.case,),
        unit="investigation",
        due_at=line.heard_at + policy.list_within,
        key=met,
        reason="met_a_case",
        jurisdiction=area.id if area else None,
        at=line.heard_at,
    )
