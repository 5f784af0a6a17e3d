"""Accounts, their grants and their teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.facts.ids import AccountId, TeamId
from ringfence.registry.queries.units import called


def grants_of(account: AccountId) -> list[tuple[str, str, int, int | None]]:
    """An account's grants: role, path, from, until (microseconds)."""
    rows = db.ask("SELECT role, path, begins_at, ends_at FROM registry_grant WHERE account = %s", (account,))
    return [(role, path, begins_at, ends_at) for role, path, begins_at, ends_at in rows]


@query(may="admit")
def accounts(scope: Scope) -> list[dict[str, Any]]:
    """Accounts with a role at the asker's places."""
    condition, values = scope.sql("g.path")
    rows = db.ask(
        "SELECT a.id, a.name, a.shown_name, a.is_active, g.role, g.path, g.ends_at FROM registry_account a"
        f" JOIN registry_grant g ON g.account = a.id WHERE {condition} ORDER BY a.name, g.path LIMIT 1000",
        values,
    )
    return [
        dict(zip(("id", "name", "shown_name", "active", "role", "path", "ends_at"), row, strict=True)) for row in rows
    ]


def teams_of(account: AccountId) -> list[TeamId]:
    """The teams an account works in."""
    return [TeamId(row[0]) for row in db.ask("SELECT team FROM registry_team_member WHERE account = %s", (account,))]


def holds_token(account: AccountId, token: str) -> bool:
    """Whether a token acts for an account."""
    return db.ask_one("SELECT 1 FROM registry_token WHERE id = %s AND account = %s", (token, account)) is not None


def account_names(ids: Sequence[str]) -> dict[str, str]:
    """Account id -> the name shown for it."""
    wanted = sorted({each for each in ids if each})
    marks = ", ".join(["%s"] * len(wanted))
    return dict(db.ask(f"SELECT id, shown_name FROM registry_account WHERE id IN ({marks})", wanted)) if wanted else {}


@query(may="assign")
def colleagues(scope: Scope, *, text: str | None = None, limit: int = 500) -> list[tuple[str, str]]:
    """Open accounts with a role at the asker's places, as (id, shown name): whom work can be handed to.

    With a text, those whose id it is or whose shown name holds it.
    """
    condition, values = scope.sql("g.path")
    like, told = called("a.id", "a.shown_name", text)
    rows = db.ask(
        "SELECT DISTINCT a.id, a.shown_name FROM registry_account a JOIN registry_grant g ON g.account = a.id"
        f" WHERE a.is_active = TRUE AND {condition} AND {like} ORDER BY a.shown_name LIMIT {int(limit)}",
        (*values, *told),
    )
    return [(id_, name) for id_, name in rows]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A programme's token; its secret is not kept."""

    id: str
    mays: tuple[str, ...]
    ends_at: datetime
    withdrawn: bool


def tokens_of(account: AccountId) -> list[TokenRow]:
    """The tokens that act for an account, the newest end first."""
    rows = db.ask(
        "SELECT id, mays, ends_at, withdrawn FROM registry_token WHERE account = %s ORDER BY ends_at DESC LIMIT 100",
        (account,),
    )
    return [TokenRow(id_, tuple(mays.split(",")), from_micros(ends), bool(gone)) for id_, mays, ends, gone in rows]


def views_of(account: AccountId, listed: str) -> list[tuple[str, str]]:
    """An account's saved views of a list: name and filters."""
    rows = db.ask(
        "SELECT name, asked FROM registry_view WHERE account = %s AND listed = %s ORDER BY name LIMIT 50",
        (account, listed),
    )
    return [(name, asked) for name, asked in rows]
