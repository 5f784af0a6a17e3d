"""Follow-up: contacts listed for it, tried, reached, kept apart, set free, let go, and handed over to another place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.tracing.memory.kept import about, keep
from ringfence.desks.tracing.queries import keys
from ringfence.desks.tracing.queries.days import local_day
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.follow_up import (
    ContactsHandedOver,
    ContactsQuarantined,
    ContactsReached,
    ContactsSetFree,
    ContactTried,
    FollowUpsBegun,
    FollowUpsClosed,
    FollowUpsReopened,
)
from ringfence.facts.ids import ContactId
from ringfence.registry.queries import areas, people
from ringfence.registry.queries.outbreaks import as_day

_ATTEMPT = (
    "INSERT INTO tracing_attempt (seq, contact, at, channel, reason) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (seq) DO NOTHING"
)


def change(contact: ContactId, line: Line, **changes: Any) -> ContactKey | None:
    """Write a contact with some columns changed; one not on record is left alone."""
    before = keys.contact(contact)
    if before is None:
        return None
    return changed(before, line, **changes)


def changed(before: ContactKey, line: Line, **changes: Any) -> ContactKey:
    """The same for one that was read already, and not written since."""
    after = replace(before, **changes)
    if after == before:
        about(before.id, line.seq)
    else:
        keep(before, after, line.seq)
    return after


def known(contacts: Iterable[ContactId]) -> list[ContactKey]:
    """These contacts as they stand, each once, read in few statements; those not on record are left out."""
    wanted = tuple(dict.fromkeys(contacts))
    keys.contacts_ahead(wanted)
    return [found for each in wanted if (found := keys.contact(each)) is not None]


@keeps(FollowUpsBegun)
def a_begun_follow_up(fact: FollowUpsBegun, line: Line) -> None:
    """Until when, and which days they are swabbed on; one who was not listed before is."""
    keys.contacts_ahead(fact.contacts)
    for n, contact in enumerate(fact.contacts):
        before = keys.contact(contact)
        row = before or _listed(fact, n, line)
        today = local_day(max(fact.at, line.heard_at), row.path)  # nobody is asked about days before we knew
        tests = _still_to_come(fact.test_on[n] if fact.test_on else (), today, row)
        after = replace(
            row, alive=True, state="reached" if row.reached_at else "listed", until_at=to_micros(fact.until_at[n]),
            test_on=said(tests), next_test_on=next(iter(tests), None), swab_on=next(iter(tests), None),
            due_on=row.due_on or today + timedelta(days=1), closed_at=None, closed_reason="",
        )  # fmt: skip
        keep(before, after, line.seq)
        about(contact, line.seq)


def _listed(fact: FollowUpsBegun, n: int, line: Line) -> ContactKey:
    person = people.person(fact.people[n])
    return ContactKey(
        id=fact.contacts[n], seq=line.seq, outbreak=fact.outbreak, person=fact.people[n],
        household=person.household if person else None, path=(fact.paths[n] if n < len(fact.paths) else "") or line.jurisdiction or "",
        closeness=fact.closeness[n].value, category="other", last_at=to_micros(fact.last_at[n]),
        listed_at=to_micros(fact.at),
    )  # fmt: skip


def _still_to_come(told: Sequence[date], today: date, row: ContactKey) -> list[date]:
    """The days of the protocol that are left: of those gone by, the last one is made up for at once."""
    days = sorted(set(told))
    done = answered_on(row.id)
    gone = [day for day in days if day < today]
    return [day for day in (*gone[-1:], *(day for day in days if day >= today)) if done is None or day > done]


def answered_on(contact: ContactId) -> date | None:
    """The newest day of the protocol for which a swab was taken."""
    sql = 'SELECT max("on") FROM tracing_day WHERE contact = %s AND tube <> %s'
    row = db.ask_one(sql, (contact, ""))
    return as_day(row[0]) if row else None


def said(days: Iterable[date]) -> str:
    """Days as they are kept: ISO, space between."""
    return " ".join(day.isoformat() for day in days)


@keeps(ContactTried)
def a_try(fact: ContactTried, line: Line) -> None:
    """Each stays on record; the newest says why."""
    row = keys.contact(fact.contact)
    if row is None:
        return
    at = to_micros(fact.at)
    db.write("tracing_attempt", _ATTEMPT, (line.seq, fact.contact, at, fact.channel.value, fact.reason))
    newest = row.tried_at is None or at >= row.tried_at
    told = {"tried_at": at, "tried_reason": fact.reason} if newest else {}
    changed(row, line, tries=row.tries + 1, **told)


@keeps(ContactsReached)
def reached_contacts(fact: ContactsReached, line: Line) -> None:
    """The first time counts, also where it is told after a later one."""
    at = to_micros(fact.at)
    for row in known(fact.contacts):
        first = at if row.reached_at is None else min(row.reached_at, at)
        changed(row, line, reached_at=first, state="reached" if row.alive else row.state)


@keeps(ContactsQuarantined)
def quarantined_contacts(fact: ContactsQuarantined, line: Line) -> None:
    """Ordered again, the order told last holds; they have been apart since the first."""
    at = to_micros(fact.at)
    for row in known(fact.contacts):
        first = at if row.quarantined_at is None else min(row.quarantined_at, at)
        changed(row, line, stay=fact.stay.value, quarantined_at=first, quarantined_until=to_micros(fact.until_at))


@keeps(ContactsSetFree)
def freed_contacts(fact: ContactsSetFree, line: Line) -> None:
    """No order stands; since when they were apart stays on record."""
    for row in known(fact.contacts):
        changed(row, line, stay=None, quarantined_until=None)


@keeps(FollowUpsClosed)
def closed_follow_ups(fact: FollowUpsClosed, line: Line) -> None:
    """Nobody asks them any more; what was learnt stays."""
    closed = {"alive": False, "state": "closed", "closed_at": to_micros(fact.at), "closed_reason": fact.reason}
    for row in known(fact.contacts):
        if row.alive:
            changed(row, line, **closed, due_on=None, swab_on=None, missed_in_row=0)


@keeps(FollowUpsReopened)
def reopened_follow_ups(fact: FollowUpsReopened, line: Line) -> None:
    """They are asked again from the next day on."""
    for row in known(fact.contacts):
        if row.alive:
            continue
        tomorrow = local_day(max(fact.at, line.heard_at), row.path) + timedelta(days=1)
        changed(
            row, line, alive=True, state="reached" if row.reached_at else "listed", closed_at=None, closed_reason="",
            due_on=tomorrow, swab_on=row.next_test_on,
        )  # fmt: skip


@keeps(ContactsHandedOver)
def contacts_handed_over(fact: ContactsHandedOver, line: Line) -> None:
    """Another place answers for them; called back, the first one does again."""
    path, was = areas.path_of(fact.jurisdiction) or "", areas.path_of(fact.was_jurisdiction) or ""
    for row in known(fact.contacts):
        back = row.from_path == path and row.away
        changed(row, line, path=path, away=not back, from_path="" if back else was or row.path)
