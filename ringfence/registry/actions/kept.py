"""Dealing with what could not be accepted."""

from __future__ import annotations

from datetime import datetime

from ringfence.core import quarantine
from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.registry import KeptRowSettled
from ringfence.registry.queries.kept import told_within


@action(may="import")
def settle_kept_row(who: Who, *, row: int, reason: str, at: datetime) -> Facts:
    """Put on record that something which could not be accepted has been dealt with, and how."""
    known = quarantine.open_row(row)
    if known is None or not (known.told_by == who.by or told_within(who.scope("import"), known.told_by)):
        raise Refused("kept_row_unknown", row=row)
    if not reason.strip():
        raise Refused("reason_missing", what="settle_kept_row")
    quarantine.settle_row(row, at)
    yield KeptRowSettled(row=row, door=known.door, code=known.code, reason=reason.strip(), at=at)
