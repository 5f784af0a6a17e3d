"""Notices between places (协查): received, sent, whom they are about, and by when they must be answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import locates, query
from ringfence.core.fact import from_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.facts.ids import JurisdictionId, NoticeId, OutbreakId
from ringfence.registry.queries.areas import narrowed_to, path_of

COLUMNS = (
    "id", "seq", "outbreak", "kind", "path", "from_path", "told_place", "sent_by", "sent_at", "due_at", "state", "people",
    "taken_at", "taken_by", "answered_at", "answered_by", "found", "kept_apart", "not_found", "text", "asked",
)  # fmt: skip
STATES = ("open", "sent", "taken", "answered", "withdrawn")
BOXES = ("received", "sent")
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM command_notice"
_MOMENTS = [COLUMNS.index(name) for name in ("sent_at", "due_at", "taken_at", "answered_at")]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice; moments are aware. `told_place` is sealed; `asked` tells apart the tasks set for it."""

    id: NoticeId
    seq: int
    outbreak: OutbreakId
    kind: str
    path: str
    from_path: str
    told_place: str | None
    sent_by: str
    sent_at: datetime
    due_at: datetime | None
    state: str
    people: int
    taken_at: datetime | None
    taken_by: str
    answered_at: datetime | None
    answered_by: str
    found: int
    kept_apart: int
    not_found: int
    text: str
    asked: str

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in {"sent", "taken"}

    @property
    def outside(self) -> bool:
        """Whether the place that is asked is not in the tree."""
        return self.told_place is not None


def _row(stored: Sequence[Any]) -> NoticeRow:
    values = list(stored)
    for n in _MOMENTS:
        values[n] = None if values[n] is None else from_micros(values[n])
    return NoticeRow(*values)


def notice_row(notice: NoticeId) -> NoticeRow | None:
    """A notice by its id."""
    row = db.ask_one(f"{_SELECT} WHERE id = %s", (notice,))
    return _row(row) if row else None


def about(notice: NoticeId) -> list[str]:
    """Ids of those whom a notice is about."""
    return [
        id_ for (id_,) in db.ask("SELECT about FROM command_notice_about WHERE notice = %s ORDER BY about", (notice,))
    ]


@locates(NoticeId)
def place_of_notice(notice: str) -> str | None:
    """The place that is asked: it acts on the notice."""
    row = db.ask_one("SELECT path FROM command_notice WHERE id = %s", (notice,))
    return str(row[0]) if row else None


@query(may="see")
def notices(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId | None = None,
    box: str = "received",
    state: str = "",
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[NoticeRow]:
    """Notices to the asker's places (`box` received) or from them (`sent`), newest first."""
    path = "from_path" if box == "sent" else "path"
    parts = ["outbreak = %s"]
    values: list[str | None] = [outbreak]
    if state == "open":
        parts.append("state IN ('sent', 'taken')")
    elif state:
        parts.append("state = %s")
        values.append(state)
    if box != "sent":
        parts.append("told_place IS NULL")
    return page(
        f"{_SELECT} WHERE {' AND '.join(parts)}",
        values,
        scope=narrowed_to(scope, under),
        path=path,
        roots=("command_notice WHERE outbreak = %s", (outbreak,)),
        sort=Sort("seq", descending=True),
        after=after,
        limit=limit,
        read=_row,
        columns=COLUMNS,
    )


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice, whom it is about, and whether the asker's side asks or is asked."""

    row: NoticeRow
    about: list[str]
    asks: bool
    asked: bool


@query(may="see")
def notice_file(scope: Scope, *, notice: str) -> NoticeFile | None:
    """A notice with those whom it is about, for the place that asks and the one that is asked; else None."""
    row = notice_row(NoticeId(notice))
    if row is None:
        return None
    asks, asked = scope.covers(row.from_path), scope.covers(row.path)
    return NoticeFile(row, about(row.id), asks, asked) if asks or asked else None


@query(may="see")
def notices_about(scope: Scope, *, about: str) -> list[NoticeRow]:
    """Notices that somebody or something is in, newest first, to the asker's places or from them."""
    sql = f"{_SELECT} WHERE id IN (SELECT notice FROM command_notice_about WHERE about = %s) ORDER BY seq DESC"
    rows = [_row(each) for each in db.ask(sql, (about,))]
    return [each for each in rows if scope.covers(each.from_path) or scope.covers(each.path)]


def sent_about(ids: Sequence[str], *, to: JurisdictionId, by: JurisdictionId) -> list[NoticeId]:
    """The notices from one place to another that are about any of these."""
    marks = ", ".join(["%s"] * len(ids))
    rows = db.ask(
        "SELECT DISTINCT n.id FROM command_notice_about a JOIN command_notice n ON n.id = a.notice"
        f" WHERE a.about IN ({marks}) AND n.path = %s AND n.from_path = %s ORDER BY n.id",
        (*ids, path_of(to) or "", path_of(by) or ""),
    )
    return [NoticeId(id_) for (id_,) in rows]
