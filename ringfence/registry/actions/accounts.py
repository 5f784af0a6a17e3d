"""What people do about accounts, their roles and their tokens."""

from __future__ import annotations

import re
from datetime import datetime

from ringfence.core.access import MAYS, ROLES, Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import AccountId, JurisdictionId, derive
from ringfence.facts.registry import (
    AccountClosed,
    AccountOpened,
    RoleGranted,
    RoleWithdrawn,
    TokenIssued,
    TokenWithdrawn,
)
from ringfence.registry import account_keeping
from ringfence.registry.queries import accounts, areas


@action(may="admit", many=False)
def withdraw_role(who: Who, *, account: AccountId, role: str, jurisdiction: JurisdictionId, at: datetime) -> Facts:
    """Withdraw a role from an account."""
    del who
    path = areas.path_of(jurisdiction)
    if (role, path) not in {(held, where) for held, where, _, _ in accounts.grants_of(account)}:
        raise Refused("role_not_held", account=account, role=role)
    yield RoleWithdrawn(account=account, role=role, jurisdiction=jurisdiction, at=at)


@action(may="admit", undo=withdraw_role)
def grant_role(  # noqa: PLR0913 (a grant has these fields)
    who: Who,
    *,
    account: AccountId,
    role: str,
    jurisdiction: JurisdictionId,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Grant an account a role over a place and all beneath it, for a time."""
    del who
    if role not in ROLES:
        raise Refused("role_unknown", role=role, roles=", ".join(ROLES))
    if ends_at is not None and ends_at <= (begins_at or at):
        raise Refused("ends_before_it_begins", begins_at=begins_at or at, ends_at=ends_at)
    yield RoleGranted(
        account=account, role=role, jurisdiction=jurisdiction, begins_at=begins_at or at, ends_at=ends_at, at=at
    )


@action(may="admit", many=False)
def open_account(  # noqa: PLR0913 (an account has these fields)
    who: Who,
    *,
    name: str,
    shown_name: str,
    password_hash: str,
    role: str,
    jurisdiction: JurisdictionId,
    language: str = "en",
    email: str = "",
    ends_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Open an account with a role over a place; the password arrives already hashed."""
    name = name.strip().lower()
    if not re.fullmatch(r"[a-z0-9._@-]{2,64}", name):
        raise Refused("account_name_unfit", name=name)
    if account_keeping.account_named(name) is not None:
        raise Refused("account_there", name=name)
    account = AccountId(derive("account", name))
    account_keeping.keep_account(account, name, shown_name, password_hash, language, email)
    yield AccountOpened(account=account, language=language, at=at)
    yield from grant_role(who, account=account, role=role, jurisdiction=jurisdiction, ends_at=ends_at, at=at)


@action(may="admit")
def close_account(who: Who, *, account: AccountId, reason: str, at: datetime) -> Facts:
    """Close an account: nobody signs in with it any more."""
    if account == who.id:
        raise Refused("own_account", account=account)
    if not all(who.scope("admit").covers(path) for _, path, _, _ in accounts.grants_of(account)):
        raise Refused("account_beyond", account=account)
    account_keeping.close_account(account)
    yield AccountClosed(account=account, reason=reason, at=at)


@action(may="see", many=False)
def issue_token(who: Who, *, secret_hash: str, mays: tuple[str, ...], ends_at: datetime, at: datetime) -> Facts:
    """Let a programme act for one's own account, in part of what one may do, until a moment."""
    if ends_at <= at:
        raise Refused("ends_before_it_begins", begins_at=at, ends_at=ends_at)
    if beyond := [may for may in mays if may not in MAYS or not who.scope(may).paths]:
        raise Refused("token_beyond", mays=", ".join(beyond))
    token = derive("token", secret_hash)
    account_keeping.keep_token(token, secret_hash, AccountId(who.id), mays, ends_at)
    yield TokenIssued(token=token, account=AccountId(who.id), ends_at=ends_at, mays=mays, at=at)


@action(may="see", many=False)
def withdraw_token(who: Who, *, token: str, at: datetime) -> Facts:
    """Take a programme's token back."""
    if not accounts.holds_token(AccountId(who.id), token):
        raise Refused("token_unknown", token=token)
    account_keeping.withdraw_token(token)
    yield TokenWithdrawn(token=token, at=at)
