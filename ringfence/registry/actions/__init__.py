"""What people do at the registry: places, outbreaks, units, people and accounts."""

from ringfence.registry.actions.accounts import (
    close_account,
    grant_role,
    issue_token,
    open_account,
    withdraw_role,
    withdraw_token,
)
from ringfence.registry.actions.outbreaks import close_outbreak, declare_outbreak, set_objective
from ringfence.registry.actions.people import (
    erase_identity,
    keep_identity,
    merge_people,
    move_person,
    part_people,
    register_person,
    reveal_identity,
    tell_apart,
)
from ringfence.registry.actions.places import close_jurisdiction, declare_jurisdiction, declare_place
from ringfence.registry.actions.units import declare_team, declare_unit, join_team, leave_team

__all__ = [
    "close_account",
    "close_jurisdiction",
    "close_outbreak",
    "declare_jurisdiction",
    "declare_outbreak",
    "declare_place",
    "declare_team",
    "declare_unit",
    "erase_identity",
    "grant_role",
    "issue_token",
    "join_team",
    "keep_identity",
    "leave_team",
    "merge_people",
    "move_person",
    "open_account",
    "part_people",
    "register_person",
    "reveal_identity",
    "set_objective",
    "tell_apart",
    "withdraw_role",
    "withdraw_token",
]
