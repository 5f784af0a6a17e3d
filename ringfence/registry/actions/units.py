"""What people do about units and teams."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import AccountId, JurisdictionId, TeamId, UnitId, derive
from ringfence.facts.registry import TeamDeclared, TeamJoined, TeamLeft, UnitDeclared
from ringfence.registry.queries import units


@action(may="arrange", many=False)
def declare_unit(  # noqa: PLR0913 (a unit has these fields)
    who: Who,
    *,
    jurisdiction: JurisdictionId,
    code: str,
    name_en: str,
    name_zh: str = "",
    functions: tuple[str, ...] = (),
    above: UnitId | None = None,
    at: datetime,
) -> Facts:
    """Declare a unit of a command, with the functions it carries and the unit above it."""
    del who
    unit = UnitId(derive("unit", jurisdiction, code))
    if above == unit:
        raise Refused("unit_above_itself", code=code)
    names = {"en": name_en, **({"zh": name_zh} if name_zh else {})}
    yield UnitDeclared(unit=unit, jurisdiction=jurisdiction, names=names, functions=functions, above=above, at=at)


@action(may="arrange", many=False)
def declare_team(who: Who, *, unit: UnitId, name: str, at: datetime) -> Facts:
    """Declare a team within a unit."""
    del who
    yield TeamDeclared(team=TeamId(derive("team", unit, name)), unit=unit, name=name, at=at)


@action(may="arrange")
def leave_team(who: Who, *, team: TeamId, account: AccountId, at: datetime) -> Facts:
    """Take an account out of a team."""
    del who
    yield TeamLeft(team=team, account=account, at=at)


@action(may="arrange", undo=leave_team)
def join_team(who: Who, *, team: TeamId, account: AccountId, at: datetime) -> Facts:
    """Put an account into a team."""
    del who
    if units.place_of_team(team) is None:
        raise Refused("team_unknown", team=team)
    yield TeamJoined(team=team, account=account, at=at)
