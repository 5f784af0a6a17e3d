"""Registers of people that were loaded from files."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.fact import Facts
from ringfence.facts.ids import JurisdictionId
from ringfence.facts.registry import PeopleLoaded


@action(may="import", many=False)
def note_people_loaded(  # noqa: PLR0913 (a load has these fields)
    who: Who,
    *,
    sha256: str,
    source: str,
    people: int,
    refused: int,
    jurisdiction: JurisdictionId | None = None,
    at: datetime,
) -> Facts:
    """Put on record that a register's people were loaded, by the hash of their file."""
    del who
    yield PeopleLoaded(sha256=sha256, source=source, people=people, refused=refused, jurisdiction=jurisdiction, at=at)
