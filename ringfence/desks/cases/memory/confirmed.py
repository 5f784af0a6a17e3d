"""What was told last of a case's being an infection, so that the same is never told twice."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.cases.memory.history import about
from ringfence.facts.cases import CaseConfirmed, CaseUnconfirmed

_CONFIRMED = (
    "INSERT INTO cases_confirmed (case_id, classification, infectious_from, infectious_until, counted_from, positive_at,"
    " confirmed) VALUES (%s, %s, %s, %s, %s, %s, TRUE) ON CONFLICT (case_id) DO UPDATE SET"
    " classification = excluded.classification, infectious_from = excluded.infectious_from,"
    " infectious_until = excluded.infectious_until, counted_from = excluded.counted_from,"
    " positive_at = excluded.positive_at, confirmed = TRUE"
)


@keeps(CaseConfirmed)
def a_confirmation(fact: CaseConfirmed, line: Line) -> None:
    """The newest telling counts."""
    until = to_micros(fact.infectious_until) if fact.infectious_until else None
    positive_at = to_micros(fact.positive_at) if fact.positive_at else None
    begins_at = to_micros(fact.infectious_from)
    row = (fact.case, fact.classification.value, begins_at, until, fact.counted_from.value, positive_at)
    db.write("cases_confirmed", _CONFIRMED, row)
    about(fact.case, line)


@keeps(CaseUnconfirmed)
def a_confirmation_taken_back(fact: CaseUnconfirmed, line: Line) -> None:
    """Should it be confirmed after all, that is told anew."""
    db.write("cases_confirmed", "UPDATE cases_confirmed SET confirmed = FALSE WHERE case_id = %s", (fact.case,))
    about(fact.case, line)
