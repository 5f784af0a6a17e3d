"""The days of follow-up: how contacts were, that nobody heard of them, and what their swabs said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ringfence.core import db
from ringfence.core.access import above
from ringfence.core.declare import keeps
from ringfence.core.fact import Line
from ringfence.desks.tracing.memory.follow_up import change, changed, known, said
from ringfence.desks.tracing.queries import keys
from ringfence.desks.tracing.queries.days import was_heard
from ringfence.desks.tracing.queries.keys import ContactKey
from ringfence.facts.follow_up import ContactTested, DaysMissed, SymptomsFound, SymptomsReported
from ringfence.facts.ids import ContactId
from ringfence.facts.tracing import ContactReturned

_DAY = (
    'INSERT INTO tracing_day (contact, "on", missed, symptoms, temp_c, channel, tube, result, seq)'
    ' VALUES (%s, %s, {missed}, %s, %s, %s, %s, %s, %s) ON CONFLICT (contact, "on") DO UPDATE SET {sets}'
)
_HEARD = _DAY.format(
    missed="FALSE",
    sets="missed = FALSE, symptoms = excluded.symptoms, temp_c = excluded.temp_c, channel = excluded.channel,"
    " seq = excluded.seq",
)
_MISSED = _DAY.format(missed="TRUE", sets="missed = TRUE, seq = excluded.seq")
_TESTED = _DAY.format(missed="FALSE", sets="tube = excluded.tube, result = excluded.result, seq = excluded.seq")
_COUNT = (
    'INSERT INTO tracing_heard (outbreak, path, "on", heard, missed) VALUES (%s, %s, %s, %s, %s)'
    ' ON CONFLICT (outbreak, path, "on") DO UPDATE SET heard = tracing_heard.heard + excluded.heard,'
    " missed = tracing_heard.missed + excluded.missed"
)
_STATE = 'SELECT missed, channel FROM tracing_day WHERE contact = %s AND "on" = %s'


def _count(row: ContactKey, on: date, heard: int, missed: int) -> None:
    for path in above(row.path):
        db.count("tracing_heard", _COUNT, (row.outbreak, path, on), (heard, missed))


def _state(contact: ContactId, on: date) -> tuple[bool, bool]:
    """Whether a day was counted missed, and whether it was heard of."""
    rows = db.ask_about("tracing_day", (contact,), _STATE, (contact, on))
    return (bool(rows[0][0]), bool(rows[0][1])) if rows else (False, False)


@keeps(SymptomsReported)
def reported_days(fact: SymptomsReported, line: Line) -> None:
    """Told again, the day is as told last; a day counted missed is mended by it."""
    rows = {row.id: row for row in known(fact.contacts)}
    for n, contact in enumerate(fact.contacts):
        row = rows.get(contact)
        if row is None:
            continue
        missed, heard = _state(row.id, fact.on)
        temp = fact.temps_c[n] if n < len(fact.temps_c) else None
        symptoms = fact.symptoms[n] if n < len(fact.symptoms) else ""
        told = (row.id, fact.on, symptoms, temp, fact.channel.value, "", "", line.seq)
        db.write("tracing_day", _HEARD, told)
        _count(row, fact.on, 0 if heard else 1, -1 if missed else 0)
        newest = row.heard_on is None or fact.on >= row.heard_on
        changes: dict[str, Any] = {"heard_on": fact.on} if newest else {}
        if missed:
            changes["missed"] = row.missed - 1
        if row.due_on is not None and fact.on == row.due_on:
            changes["due_on"] = _next_due(row, row.due_on)
        changes["missed_in_row"] = _in_row(row, fact.on)
        changed(row, line, **changes)


def _next_due(row: ContactKey, settled: date) -> date:
    """The first day after one that is settled of which nothing was heard ahead of its time."""
    due = settled + timedelta(days=1)
    while row.heard_on is not None and due <= row.heard_on and was_heard(row.id, due):
        due += timedelta(days=1)
    return due


def _in_row(row: ContactKey, on: date) -> int:
    """Days missed in a row up to now, once a day was heard of: those after it."""
    if row.due_on is None or on >= row.due_on:
        return 0
    return min(row.missed_in_row, (row.due_on - on).days - 1)


@keeps(DaysMissed)
def missed_days(fact: DaysMissed, line: Line) -> None:
    """One that was heard of after all is not missed."""
    for row in known(fact.contacts):
        missed, heard = _state(row.id, fact.on)
        changes: dict[str, Any] = {}
        if not missed and not heard:
            db.write("tracing_day", _MISSED, (row.id, fact.on, "", None, "", "", "", line.seq))
            _count(row, fact.on, 0, 1)
            later = row.heard_on is not None and row.heard_on > fact.on
            changes = {"missed": row.missed + 1, "missed_in_row": 0 if later else row.missed_in_row + 1}
        if row.due_on is not None and fact.on >= row.due_on:
            changes["due_on"] = _next_due(row, fact.on)
        changed(row, line, **changes)


@keeps(ContactTested)
def a_swab_of_the_protocol(fact: ContactTested, line: Line) -> None:
    """It answers its day and those before it; what it says comes later, or is mended."""
    row = keys.contact(fact.contact)
    if row is None:
        return
    told = (row.id, fact.on, "", None, "", fact.tube, fact.result or "", line.seq)
    db.write("tracing_day", _TESTED, told)
    left = [day for day in map(date.fromisoformat, row.test_on.split()) if day > fact.on]
    swab_on = row.swab_on if row.swab_on is None or row.swab_on > fact.on else next(iter(left), None)
    changed(
        row, line, test_on=said(left), next_test_on=next(iter(left), None), swab_on=swab_on,
        tested=fact.result or "waiting",
    )  # fmt: skip


@keeps(SymptomsFound)
def found_symptoms(fact: SymptomsFound, line: Line) -> None:
    """The first day of them stands until they are explained."""
    row = keys.contact(fact.contact)
    if row is not None:
        first = fact.on if row.symptoms_on is None else min(row.symptoms_on, fact.on)
        changed(row, line, symptoms_on=first)


@keeps(ContactReturned)
def explained_symptoms(fact: ContactReturned, line: Line) -> None:
    """They were looked into, and it was something else."""
    change(fact.contact, line, symptoms_on=None)
