"""What could not be accepted and is kept as it came.

A row that was refused has no place of its own yet, so it belongs where whoever handed it in may import; what a feed or a
command of this installation handed in belongs to whoever has all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ringfence.core import db
from ringfence.core.access import ROLES, Scope
from ringfence.core.declare import query
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.facts.ids import AccountId
from ringfence.registry.queries import accounts
from ringfence.registry.vaults import opened_apart

MOST = 100  # rows of a page


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Something that was not accepted; `content` is None for those who may not import."""

    id: int
    door: str
    code: str
    content: str | None
    told_by: str
    heard_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptPage:
    """Some of them, the open ones first, newest first; `after` is the key of the next page, empty on the last."""

    rows: list[KeptRow]
    after: str


@query(may="audit")
def quarantined(scope: Scope, *, door: str | None = None, after: str | None = None, row: int | None = None) -> KeptPage:
    """What could not be accepted, without its content, unsettled first."""
    return _page(scope, door, after, row, opened=False)


@query(may="import")
def kept_rows(scope: Scope, *, door: str | None = None, after: str | None = None, row: int | None = None) -> KeptPage:
    """What could not be accepted, with its content, unsettled first."""
    return _page(scope, door, after, row, opened=True)


def _page(scope: Scope, door: str | None, after: str | None, row: int | None, *, opened: bool) -> KeptPage:
    parts: list[str] = ["1 = 1"]
    told: list[object] = []
    if row is not None:
        parts.append("id = %s")
        told.append(row)
    if door:
        parts.append("(door >= %s AND door < %s)")
        told += [f"{door}:", f"{door};"]  # `;` follows `:`
    settled, _, number = (after or "").partition("-")
    if number.isdigit():
        parts.append(
            "(settled_at IS NOT NULL AND id < %s)" if settled == "1" else "(settled_at IS NOT NULL OR id < %s)"
        )
        told.append(int(number))
    rows = db.ask(
        "SELECT id, door, code, content, told_by, heard_at, settled_at FROM quarantine"
        f" WHERE {' AND '.join(parts)} ORDER BY settled_at IS NOT NULL, id DESC LIMIT {MOST}",
        told,
    )
    seen = {by: told_within(scope, by) for by in {row[4] for row in rows}}
    shown = [
        KeptRow(
            row[0], row[1], row[2], _content(row[1], row[3]) if opened else None, row[4], from_micros(row[5]),
            from_micros(row[6]) if row[6] else None,
        )
        for row in rows
        if seen[row[4]]
    ]  # fmt: skip
    last = rows[-1] if len(rows) == MOST else None
    return KeptPage(shown, f"{int(last[6] is not None)}-{last[0]}" if last else "")


def _content(door: str, sealed: str) -> str:
    """What came, opened; one that no longer opens says nothing."""
    try:
        return opened_apart(door, sealed)
    except (Refused, ValueError):
        return ""


def told_within(scope: Scope, told_by: str) -> bool:
    """Whether all places where the one who handed something in may import lie within."""
    kind, _, account = told_by.partition(":")
    grants = accounts.grants_of(AccountId(account)) if kind == "account" else []
    places = [path for role, path, *_ in grants if role in ROLES and "import" in ROLES[role][1]]
    return all(scope.covers(path) for path in places or _roots()) and bool(scope.paths)


def _roots() -> list[str]:
    return [path for (path,) in db.ask("SELECT path FROM registry_jurisdiction WHERE parent IS NULL")]


def kept_doors() -> list[str]:
    """The kinds of door by which something was kept: the part of each before its colon."""
    found: list[str] = []
    last = ""
    while (row := db.ask_one("SELECT min(door) FROM quarantine WHERE door >= %s", (last,))) and row[0] is not None:
        kind = str(row[0]).partition(":")[0]
        found.append(kind)
        last = f"{kind};"
    return found
