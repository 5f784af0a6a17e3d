"""What follows once contacts are spoken to, kept apart, let go, or answered for by another place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.tracing.queries import days, keys
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet
from ringfence.facts.follow_up import (
    Channel,
    ContactsHandedOver,
    ContactsQuarantined,
    ContactsReached,
    ContactsSetFree,
    FollowUpsClosed,
    SymptomsReported,
)
from ringfence.facts.ids import ContactId, JurisdictionId, OutbreakId, TaskId
from ringfence.facts.time import BITE, TimeStruck
from ringfence.facts.tracing import ContactBecameCase

TOGETHER = 5  # contacts in one fact
FREED = {
    "completed": "ended",
    "link_struck": "case_discarded",
    "case_discarded": "case_discarded",
    "by_hand": "by_hand",
}
"""Why a follow-up was closed -> why nobody is kept apart for it any longer; other reasons leave the order as it is."""


@when(ContactsReached)
def a_contact_reached_answers_its_task(reached: ContactsReached, line: Line) -> Facts:
    """Whoever was spoken to is not called again to be told the same."""
    del line
    there = reached.channel in {Channel.VISIT, Channel.SITE}
    kinds = ("reach_contact", "visit_contact") if there else ("reach_contact",)
    for _, task, *_rest in days.errands_of(reached.contacts, kinds=kinds):
        yield TaskDone(task=TaskId(task), evidence="reached", at=reached.at)


@when(SymptomsReported)
def an_answer_means_they_were_reached(reported: SymptomsReported, line: Line) -> Facts:
    """Whoever says how they are has been spoken to, or has read what we wrote."""
    del line
    found = keys.contacts(reported.contacts)
    new = tuple(each for each in reported.contacts if each in found and found[each].reached_at is None)
    if new:
        yield ContactsReached(contacts=new, channel=reported.channel, at=reported.at)


@when(ContactsQuarantined)
def an_order_answers_its_task(ordered: ContactsQuarantined, line: Line) -> Facts:
    """They are apart: the clock from finding to quarantine stops here."""
    del line
    for _, task, *_rest in days.errands_of(ordered.contacts, kinds=("quarantine_contact",)):
        yield TaskDone(task=TaskId(task), evidence="quarantined", at=ordered.at)


@when(ContactBecameCase)
def a_contact_who_became_a_case_is_followed_as_one(became: ContactBecameCase, line: Line) -> Facts:
    """From here on they are investigated and treated; nobody calls them as a contact as well."""
    del line
    known = keys.contact(became.contact)
    if known is not None and known.alive:
        yield FollowUpsClosed(outbreak=became.outbreak, contacts=(became.contact,), reason="became_case", at=became.at)


@when(FollowUpsClosed)
def a_closed_follow_up_needs_no_work(closed: FollowUpsClosed, line: Line) -> Facts:
    """Nobody drives out to somebody who is no longer followed up."""
    del line
    for _, task, *_rest in days.errands_of(closed.contacts):
        yield TaskDropped(task=TaskId(task), reason="follow_up_closed", at=closed.at)


@when(FollowUpsClosed)
def nobody_is_kept_apart_without_a_cause(closed: FollowUpsClosed, line: Line) -> Facts:
    """An order rests on the exposure: where that is over, or never was, so is the order."""
    del line
    reason = FREED.get(closed.reason)
    found = keys.contacts(closed.contacts) if reason else {}
    apart = tuple(each for each in closed.contacts if each in found and found[each].stay is not None)
    if apart and reason:
        yield ContactsSetFree(outbreak=closed.outbreak, contacts=apart, reason=reason, at=closed.at)


@when(TimeStruck)
def a_follow_up_ends_by_itself(struck: TimeStruck, line: Line) -> Facts:
    """After its last day nobody is watched for no reason; a swab not taken, not read, or a symptom not explained is one."""
    if line.outbreak is None:
        return
    for contacts in by_place(days.finished(line.outbreak, to_micros(struck.at))):
        yield FollowUpsClosed(outbreak=OutbreakId(line.outbreak), contacts=contacts, reason="completed", at=struck.at)


@when(TimeStruck)
def an_order_to_keep_apart_ends_by_itself(struck: TimeStruck, line: Line) -> Facts:
    """It was ordered until a moment: to prolong it takes a named person again, and not somebody's delay."""
    if line.outbreak is None:
        return
    for contacts in by_place(days.served(line.outbreak, to_micros(struck.at))):
        yield ContactsSetFree(outbreak=OutbreakId(line.outbreak), contacts=contacts, reason="ended", at=struck.at)


def by_place(found: Iterable[tuple[str, ContactId]]) -> Iterator[tuple[ContactId, ...]]:
    """(path, contact) by place -> the contacts of one place together, so many at most; so many of these for one strike."""
    waiting: list[ContactId] = []
    here, told = "", 0
    for path, contact in found:
        if waiting and (path != here or len(waiting) == TOGETHER):
            yield tuple(waiting)
            waiting, told = [], told + 1
            if told == BITE:
                return
        here = path
        waiting.append(contact)
    if waiting:
        yield tuple(waiting)


@when(ContactsHandedOver)
def whoever_answers_for_them_does_the_work(handed: ContactsHandedOver, line: Line) -> Facts:
    """The place that has them now has their tasks too, by the same deadlines: a hand-over stops no clock."""
    del line
    for contact, task, kind, key, due_at, _ in days.errands_of(handed.contacts):
        yield TaskDropped(task=TaskId(task), reason="handed_over", at=handed.at)
        yield TasksSet(
            kind=kind,
            about=(contact,),
            unit="sampling" if kind == "swab_contact" else "tracing",
            due_at=from_micros(due_at),
            key=f"{key.partition('@')[0]}@{to_micros(handed.at)}",
            reason="handed_over",
            jurisdiction=JurisdictionId(handed.jurisdiction),
            at=handed.at,
        )
