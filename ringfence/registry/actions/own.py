"""What an account changes about itself, and what a reader puts on record."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import AccountId
from ringfence.facts.registry import ListExported, OwnAccountChanged, ViewDropped, ViewSaved
from ringfence.registry import account_keeping
from ringfence.registry.queries import accounts

LANGUAGES = ("en", "zh-hans")
LONGEST_NAME = 60
LONGEST_ASKED = 2000


@action(may="see", many=False)
def choose_language(who: Who, *, language: str, at: datetime) -> Facts:
    """Choose the language in which one reads."""
    if language not in LANGUAGES:
        raise Refused("language_unknown", language=language, known=", ".join(LANGUAGES))
    account_keeping.keep_language(AccountId(who.id), language)
    yield OwnAccountChanged(account=AccountId(who.id), what="language", at=at)


@action(may="see", many=False)
def change_password(who: Who, *, password_hash: str, at: datetime) -> Facts:
    """Change one's own password; it arrives already hashed."""
    account_keeping.keep_password(AccountId(who.id), password_hash)
    yield OwnAccountChanged(account=AccountId(who.id), what="password", at=at)


@action(may="export", many=False)
def note_export(  # noqa: PLR0913 (an export has these fields)
    who: Who, *, query: str, rows: int, purpose: str, form: str = "csv", asked: tuple[str, ...] = (), at: datetime
) -> Facts:
    """Put on record that a list was taken out, and for what purpose."""
    del who
    if not purpose.strip():
        raise Refused("purpose_missing", what="note_export")
    yield ListExported(query=query, rows=rows, purpose=purpose.strip(), form=form, asked=asked, at=at)


@action(may="see", many=False)
def drop_view(who: Who, *, listed: str, name: str, at: datetime) -> Facts:
    """Drop one of one's own saved views."""
    if name not in dict(accounts.views_of(AccountId(who.id), listed)):
        raise Refused("view_unknown", name=name)
    yield ViewDropped(account=AccountId(who.id), listed=listed, name=name, at=at)


@action(may="see", many=False)
def save_view(who: Who, *, listed: str, name: str, asked: str, at: datetime) -> Facts:
    """Keep the filters of a list under a name."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or len(asked) > LONGEST_ASKED:
        raise Refused("view_unfit", name=name, longest=LONGEST_NAME)
    yield ViewSaved(account=AccountId(who.id), listed=listed, name=name, asked=asked, at=at)
