"""For how long visits are kept: days older than every open outbreak's pack asks for are forgotten, and that is a fact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ringfence.desks.tracing.visits.days import days_in
from ringfence.desks.tracing.visits.load import FOLDER
from ringfence.desks.tracing.visits.names import Names
from ringfence.desks.tracing.visits.store import Forgotten, forget
from ringfence.facts.tracing import VisitsForgotten


def outlived(home: Path, keep_for: Iterable[timedelta], now: datetime) -> date | None:
    """The first day that is still kept, where older ones are on record: the longest of the spans counts."""
    folder = home / FOLDER
    on_record = days_in(folder)
    if not on_record:
        return None
    zone = ZoneInfo(Names(folder / "store.json").zone or "UTC")
    first_kept = (now - max(keep_for)).astimezone(zone).date()
    return first_kept if on_record[0] < first_kept else None


def forgotten(home: Path, before: date, now: datetime) -> tuple[Forgotten, VisitsForgotten | None]:
    """Delete every day before one; what it came to, and the fact of it where there was any such day."""
    gone = forget(home, before)
    if not gone.days:
        return gone, None
    told = VisitsForgotten(
        before_on=before, days=len(gone.days), visits=gone.stays, people=gone.people, places=gone.places, at=now
    )
    return gone, told
