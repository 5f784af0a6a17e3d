"""What people do about outbreaks and their objectives."""

from __future__ import annotations

import re
from datetime import date, datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import JurisdictionId, OutbreakId, derive
from ringfence.facts.registry import ObjectiveSet, OutbreakClosed, OutbreakDeclared
from ringfence.registry.queries import outbreaks


@action(may="decide", many=False)
def declare_outbreak(  # noqa: PLR0913 (an outbreak has these fields)
    who: Who,
    *,
    jurisdiction: JurisdictionId,
    code: str,
    title: str,
    disease: str,
    pack: str,
    overlays: tuple[str, ...] = (),
    begins_on: date | None = None,
    at: datetime,
) -> Facts:
    """Declare an outbreak: a disease, in an area, under a policy pack."""
    del who
    code = code.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{2,12}", code):
        raise Refused("outbreak_code_unfit", code=code)
    outbreak = OutbreakId(derive("outbreak", code))
    if outbreaks.outbreak_row(outbreak) is not None:
        raise Refused("outbreak_there", code=code)
    yield OutbreakDeclared(
        outbreak=outbreak,
        code=code,
        title=title,
        disease=disease,
        pack=pack,
        jurisdiction=jurisdiction,
        overlays=overlays,
        begins_on=begins_on,
        at=at,
    )


@action(may="decide", many=False)
def set_objective(who: Who, *, outbreak: OutbreakId, by_on: date, clear_days: int | None = None, at: datetime) -> Facts:
    """Set what the response must reach: so many days without a community case, by a day."""
    row = _own(who, outbreak)
    yield ObjectiveSet(outbreak=outbreak, by_on=by_on, was_by_on=row.by_on, clear_days=clear_days, at=at)


@action(may="decide", many=False)
def close_outbreak(who: Who, *, outbreak: OutbreakId, reason: str, at: datetime) -> Facts:
    """Close an outbreak: the response is over."""
    _own(who, outbreak)
    yield OutbreakClosed(outbreak=outbreak, reason=reason, at=at)


def _own(who: Who, outbreak: OutbreakId) -> outbreaks.OutbreakRow:
    """An outbreak whose whole area lies within the decider's places."""
    row = outbreaks.outbreak_row(outbreak)
    if row is None or not who.scope("decide").covers(row.path):
        raise Refused("outbreak_unknown", outbreak=outbreak)
    return row
