"""What follows from a contact's days: unheard of, ill, swabbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros
from ringfence.desks.tracing.policy import Policy
from ringfence.desks.tracing.queries import days, keys
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.desks.tracing.rules.follow_up import by_place
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet
from ringfence.facts.follow_up import ContactTested, DaysMissed, FollowUpsBegun, SymptomsFound, SymptomsReported
from ringfence.facts.ids import ContactId, JurisdictionId, OutbreakId, TaskId
from ringfence.facts.testing import TubeCorrected, TubeRead, TubeSealed, TubeVoided
from ringfence.facts.time import BITE, TimeStruck
from ringfence.registry.queries import areas

PAGES = 100
"""Pages of a thousand contacts that a strike looks through."""

Due = Callable[[ContactKey], date | None]
Page = Callable[[ContactKey | None], list[ContactKey]]


def _due(page: Page, day_of: Due) -> Iterator[tuple[date, list[tuple[str, ContactId]]]]:
    """Contacts whose day has come where they stay, by day: (path, contact) by place. A zone behind ours waits for its own."""
    after = None
    for _ in range(PAGES):
        rows = page(after)
        found: dict[date, list[tuple[str, ContactId]]] = {}
        for row in rows:
            day = day_of(row)
            if day is not None:
                found.setdefault(day, []).append((row.path, row.id))
        yield from sorted(found.items())
        if len(rows) < days.AT_ONCE:
            return
        after = rows[-1]


@when(TimeStruck)
def a_contact_unheard_of_has_missed_the_day(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Silence is not health: by the hour of the pack each has been asked, or it is on record that nobody did."""
    if line.outbreak is None:
        return
    outbreak, hour = OutbreakId(line.outbreak), policy.report_by_hour
    latest = max(days.overdue_day(struck.at, path, hour) for path in areas.a_place_of_each_zone())
    asked = {name for name, each in policy.protocols.items() if each.reports_a_day}

    def missed(row: ContactKey) -> date | None:
        if row.due_on is None or row.closeness not in asked or row.due_on > days.overdue_day(struck.at, row.path, hour):
            return None
        ended = row.until_at is not None and row.due_on > days.local_day(from_micros(row.until_at), row.path)
        return None if ended else row.due_on

    told = 0
    for on, found in _due(lambda after: days.unheard(outbreak, latest, after), missed):
        for contacts in by_place(found):
            yield DaysMissed(outbreak=outbreak, contacts=contacts, on=on, at=struck.at)
            told += 1
            if told == BITE:
                return


@when(DaysMissed)
def a_contact_silent_for_days_is_visited(missed: DaysMissed, line: Line, policy: Policy) -> Facts:
    """Whoever does not answer may be ill, away or afraid: somebody goes and sees, today."""
    del line
    found = keys.contacts(missed.contacts)
    sent = {contact for contact, *_ in days.errands_of(missed.contacts, kinds=("visit_contact",))}
    silent = [
        (row.path, row.id)
        for row in map(found.get, missed.contacts)
        if row is not None and row.missed_in_row >= policy.missed_alarm and row.id not in sent
    ]
    for contacts in by_place(silent):
        path = found[contacts[0]].path
        yield _task("visit_contact", contacts, "tracing", missed.on.isoformat(), "days_missed", path, missed.at)


def _task(  # noqa: PLR0913 (a task has these fields)
    kind: str, about: tuple[ContactId, ...], unit: str, key: str, reason: str, path: str, at: datetime
) -> TasksSet:
    """A task for today at a place."""
    area = areas.area_at(path)
    return TasksSet(
        kind=kind,
        about=about,
        unit=unit,
        due_at=days.day_ends(days.local_day(at, path), path),
        key=key,
        reason=reason,
        jurisdiction=area.id if area else None,
        urgent=True,
        at=at,
    )


@when(SymptomsReported)
def a_day_heard_of_needs_no_visit(reported: SymptomsReported, line: Line) -> Facts:
    """They answered: whoever was to go and see is free for the next one."""
    del line
    for _, task, _, key, *_rest in days.errands_of(reported.contacts, kinds=("visit_contact",)):
        if key[:10] <= reported.on.isoformat():
            yield TaskDone(task=TaskId(task), evidence="day_reported", at=reported.at)


@when(SymptomsReported)
def alarming_symptoms_are_looked_into(reported: SymptomsReported, line: Line, policy: Policy) -> Facts:
    """A contact who falls ill is the next case until a laboratory says otherwise; every hour of doubt infects others."""
    del line
    found = keys.contacts(reported.contacts)
    for n, contact in enumerate(reported.contacts):
        row = found.get(contact)
        if row is None or not row.alive or row.symptoms_on is not None:
            continue
        symptoms = _alarming(reported, n, policy)
        area = areas.area_at(row.path)
        if symptoms and area is not None:
            yield SymptomsFound(
                contact=contact,
                outbreak=reported.outbreak,
                person=row.person,
                jurisdiction=area.id,
                symptoms=symptoms,
                on=reported.on,
                at=reported.at,
            )


def _alarming(reported: SymptomsReported, n: int, policy: Policy) -> tuple[str, ...]:
    """What of a contact's answer the pack takes for a sign of the disease; fever is measured, or told."""
    told = reported.symptoms[n].split() if n < len(reported.symptoms) else []
    temp_c = reported.temps_c[n] if n < len(reported.temps_c) else None
    if temp_c is not None and temp_c >= policy.fever_from_c:
        told.append("fever")
    return tuple(dict.fromkeys(each for each in told if each in policy.alarming or each == "fever"))


@when(SymptomsFound)
def a_contact_with_symptoms_is_swabbed(found: SymptomsFound, line: Line, policy: Policy) -> Facts:
    """Only a laboratory can say whether it is the disease."""
    yield TasksSet(
        kind="swab_contact",
        about=(found.contact,),
        unit="sampling",
        due_at=line.heard_at + (policy.quarantine_contact_within or policy.reach_within),
        key=f"symptoms:{found.on.isoformat()}",
        reason="contact_symptoms",
        jurisdiction=JurisdictionId(found.jurisdiction),
        urgent=True,
        at=found.at,
    )


@when(TimeStruck)
def a_day_of_the_protocol_sends_for_a_swab(struck: TimeStruck, line: Line) -> Facts:
    """The days are chosen to find it before it is passed on: each is somebody's task on its morning."""
    if line.outbreak is None:
        return
    outbreak = line.outbreak
    latest = max(days.local_day(struck.at, path) for path in areas.a_place_of_each_zone())

    def due(row: ContactKey) -> date | None:
        return row.swab_on if row.swab_on is not None and row.swab_on <= days.local_day(struck.at, row.path) else None

    told = 0
    for on, found in _due(lambda after: days.to_be_sent_for(outbreak, latest, after), due):
        paths = {contact: path for path, contact in found}
        for contacts in by_place(found):
            path = paths[contacts[0]]
            yield _task("swab_contact", contacts, "sampling", on.isoformat(), "protocol_day", path, struck.at)
            told += 1
            if told == BITE:
                return


@when(TubeSealed)
def a_swab_answers_its_day_of_the_protocol(sealed: TubeSealed, line: Line) -> Facts:
    """Taken anywhere, in a round or at the door: one swab is enough for the day it was due, and for those before."""
    del line
    for row in days.contacts_among(sealed.people, sealed.outbreak):
        today = days.local_day(sealed.at, row.path)
        on = _answered(row, sealed, today)
        if on is None:
            continue
        yield ContactTested(contact=row.id, on=on, tube=sealed.tube, at=sealed.at)
        for _, task, _, key, *_rest in days.errands_of([row.id], kinds=("swab_contact",)):
            if key.removeprefix("symptoms:")[:10] <= today.isoformat():
                yield TaskDone(task=TaskId(task), evidence=sealed.code, at=sealed.at)


def _answered(row: ContactKey, sealed: TubeSealed, today: date) -> date | None:
    """The day that a swab answers: the last one due, the one a tube without a clear result was for, or one asked for."""
    due = [day for day in map(date.fromisoformat, row.test_on.split()) if day <= today]
    if due:
        return due[-1]
    before = days.newest_swab(row.id)
    alone = sealed.alone or len(sealed.people) == 1
    if before is not None and (before[1] in sealed.instead_of or (alone and before[2] != "negative")):
        return before[0]
    return today if days.errands_of([row.id], kinds=("swab_contact",)) else None


@when(ContactTested)
def a_swab_told_without_its_tube_answers_the_task(tested: ContactTested, line: Line) -> Facts:
    """Another place's laboratory swabbed them: nobody need go for a day that is answered."""
    del line
    if tested.tube:
        return
    for _, task, _, key, *_rest in days.errands_of([tested.contact], kinds=("swab_contact",)):
        if key.removeprefix("symptoms:")[:10] <= tested.on.isoformat():
            yield TaskDone(task=TaskId(task), evidence="swab_told", at=tested.at)


@when(FollowUpsBegun)
def a_day_no_longer_in_the_protocol_sends_nobody(begun: FollowUpsBegun, line: Line) -> Facts:
    """A later exposure counts the days anew: a swab for one of the old days finds nothing that a new one would not."""
    del line
    asked = dict(zip(begun.contacts, begun.test_on, strict=False))
    for contact, task, _, key, *_rest in days.errands_of(begun.contacts, kinds=("swab_contact",)):
        on = key.partition("@")[0]
        if not on.startswith("symptoms:") and on not in {day.isoformat() for day in asked.get(contact, ())}:
            yield TaskDropped(task=TaskId(task), reason="days_counted_anew", at=begun.at)


@when(TubeRead, TubeCorrected)
def a_result_says_how_the_contact_stands(read: TubeRead | TubeCorrected, line: Line) -> Facts:
    """A day of the protocol is passed when its swab is read, not when it is taken."""
    del line
    for contact, on, result in days.days_of_tube(read.tube):
        if result != read.result.value:
            yield ContactTested(contact=contact, on=on, tube=read.tube, result=read.result.value, at=read.at)


@when(TubeVoided)
def a_lost_swab_answers_no_day(voided: TubeVoided, line: Line) -> Facts:
    """It will never be read: the day stays open until the next swab."""
    del line
    for contact, on, result in days.days_of_tube(voided.tube):
        if not result:
            yield ContactTested(contact=contact, on=on, tube=voided.tube, result="invalid", at=voided.at)
