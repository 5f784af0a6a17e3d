"""Accounts and tokens, beside the log: how people and programmes sign in. Only this module writes them.

Each write happens inside a telling, in the telling's transaction, and leaves a fact without content. Outside a telling
`db.write` refuses, so that a preview changes nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from ringfence.core import db
from ringfence.core.access import MAYS, ROLES, Grant, Who
from ringfence.core.fact import from_micros, to_micros
from ringfence.facts.ids import AccountId
from ringfence.registry.queries import accounts


def keep_account(account: AccountId, name: str, shown_name: str, password_hash: str, language: str, email: str) -> None:  # noqa: PLR0913 (each is told by name)
    """Open an account, or change how it signs in."""
    db.write(
        "registry_account",
        "INSERT INTO registry_account (id, name, shown_name, email, language, is_active, password)"
        " VALUES (%s, %s, %s, %s, %s, TRUE, %s) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " shown_name = excluded.shown_name, email = excluded.email, language = excluded.language, is_active = TRUE,"
        " password = excluded.password",
        (account, name.lower(), shown_name, email, language, password_hash),
    )


def close_account(account: AccountId) -> None:
    """Nobody signs in with it any more."""
    db.write("registry_account", "UPDATE registry_account SET is_active = FALSE WHERE id = %s", (account,))


def keep_language(account: AccountId, language: str) -> None:
    """The language in which an account reads."""
    db.write("registry_account", "UPDATE registry_account SET language = %s WHERE id = %s", (language, account))


def new_secret() -> str:
    """A token's secret, shown once."""
    return "rf_" + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is kept of a token's secret; it is long and random, so a plain hash gives nothing away."""
    return sha256(secret.encode()).hexdigest()


def keep_token(token: str, hashed: str, account: AccountId, mays: tuple[str, ...], ends_at: datetime) -> None:
    """Let a programme act for an account."""
    db.write(
        "registry_token",
        "INSERT INTO registry_token (id, secret_hash, account, mays, ends_at, withdrawn) VALUES (%s, %s, %s, %s, %s, FALSE)"
        " ON CONFLICT (id) DO NOTHING",
        (token, hashed, account, ",".join(mays), to_micros(ends_at)),
    )


def withdraw_token(token: str) -> None:
    """No longer."""
    db.write("registry_token", "UPDATE registry_token SET withdrawn = TRUE WHERE id = %s", (token,))


def who_is(account: AccountId, now: datetime) -> Who | None:
    """Who an account is at this moment, with the grants in force; None if it is closed or unknown."""
    row = db.ask_one("SELECT shown_name, language, is_active FROM registry_account WHERE id = %s", (account,))
    if row is None or not row[2]:
        return None
    grants = (
        Grant(role, path, from_micros(begins), from_micros(ends) if ends is not None else None)
        for role, path, begins, ends in accounts.grants_of(account)
        if role in ROLES
    )
    return Who(id=account, name=row[0], grants=tuple(grant for grant in grants if grant.holds(now)), language=row[1])


def who_holds(secret: str, now: datetime) -> Who | None:
    """Who a token acts for, with what it may do; None if it is unknown, withdrawn or past its time."""
    row = db.ask_one(
        "SELECT account, mays, ends_at, withdrawn FROM registry_token WHERE secret_hash = %s", (secret_hash(secret),)
    )
    if row is None or row[3] or row[2] <= to_micros(now):
        return None
    who = who_is(AccountId(row[0]), now)
    return who and who.limited_to(frozenset(row[1].split(",")) & frozenset(MAYS))


def account_named(name: str) -> AccountId | None:
    """The account that signs in with a name."""
    row = db.ask_one("SELECT id FROM registry_account WHERE name = %s", (name.strip().lower(),))
    return AccountId(row[0]) if row else None


def keep_password(account: AccountId, password_hash: str) -> None:
    """How an account signs in from now on."""
    db.write("registry_account", "UPDATE registry_account SET password = %s WHERE id = %s", (password_hash, account))
