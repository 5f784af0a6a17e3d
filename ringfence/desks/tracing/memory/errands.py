"""What has to be done for contacts, as the command desk's tasks say; and the links by which households tell of their days."""

from __future__ import annotations

from datetime import date

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.tracing.memory.follow_up import changed, known
from ringfence.desks.tracing.memory.kept import about
from ringfence.desks.tracing.queries import keys
from ringfence.facts.command import TaskDone, TaskDropped, TaskDueChanged, TaskReopened, TasksSet
from ringfence.facts.follow_up import ReportLinkGiven, ReportLinkWithdrawn
from ringfence.facts.ids import ContactId

ERRANDS = ("reach_contact", "quarantine_contact", "visit_contact", "swab_contact")
"""Kinds of task that are about a contact."""
_ERRAND = (
    "INSERT INTO tracing_errand (task, contact, kind, key, outbreak, path, due_at, alive, seq)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, TRUE, %s) ON CONFLICT (task) DO NOTHING"
)
_LINK = (
    "INSERT INTO tracing_report_link (id, seq, outbreak, contacts, path, given_at, until_at, withdrawn)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (id) DO UPDATE SET contacts = excluded.contacts,"
    " until_at = excluded.until_at"
)


@keeps(TasksSet)
def errands(fact: TasksSet, line: Line) -> None:
    """Told twice, an errand is one; whoever is sent to swab somebody need not be sent again for that day."""
    if fact.kind not in ERRANDS:
        return
    where = (line.outbreak or "", line.jurisdiction or "", to_micros(fact.due_at), line.seq)
    for task, contact in zip(fact.tasks(), fact.about, strict=True):
        db.write("tracing_errand", _ERRAND, (task, contact, fact.kind, fact.key, *where))
    if fact.kind == "swab_contact":
        for row in known(map(ContactId, fact.about)):
            _sent_for(row, fact.key, line)


def _sent_for(row: keys.ContactKey, key: str, line: Line) -> None:
    try:
        on = date.fromisoformat(key)
    except ValueError:
        return
    if row.swab_on is not None and row.swab_on <= on:
        later = (day for day in map(date.fromisoformat, row.test_on.split()) if day > on)
        changed(row, line, swab_on=next(later, None))


@keeps(TaskDone, TaskDropped)
def an_errand_over(fact: TaskDone | TaskDropped, line: Line) -> None:
    """Done, or not needed any more."""
    del line
    db.write("tracing_errand", "UPDATE tracing_errand SET alive = FALSE WHERE task = %s", (fact.task,))


@keeps(TaskReopened)
def an_errand_again(fact: TaskReopened, line: Line) -> None:
    """To be done after all."""
    del line
    db.write("tracing_errand", "UPDATE tracing_errand SET alive = TRUE WHERE task = %s", (fact.task,))


@keeps(TaskDueChanged)
def an_errand_put_off(fact: TaskDueChanged, line: Line) -> None:
    """Its deadline is the task's."""
    del line
    db.write(
        "tracing_errand", "UPDATE tracing_errand SET due_at = %s WHERE task = %s", (to_micros(fact.due_at), fact.task)
    )


@keeps(ReportLinkGiven)
def a_report_link(fact: ReportLinkGiven, line: Line) -> None:
    """For whom, and until when."""
    first = keys.contact(fact.contacts[0]) if fact.contacts else None
    path = first.path if first else line.jurisdiction or ""
    row = (
        fact.link,
        line.seq,
        fact.outbreak,
        " ".join(fact.contacts),
        path,
        to_micros(fact.at),
        to_micros(fact.until_at),
    )
    db.write("tracing_report_link", _LINK, row)
    for contact in fact.contacts:
        sql = "INSERT INTO tracing_report_for (contact, link) VALUES (%s, %s) ON CONFLICT (contact, link) DO NOTHING"
        db.write("tracing_report_for", sql, (contact, fact.link))
        about(contact, line.seq)


@keeps(ReportLinkWithdrawn)
def a_withdrawn_link(fact: ReportLinkWithdrawn, line: Line) -> None:
    """It says what to do instead."""
    del line
    db.write("tracing_report_link", "UPDATE tracing_report_link SET withdrawn = TRUE WHERE id = %s", (fact.link,))
