"""Pages by key, 50 rows at a time. A page costs the same at the millionth row as at the first.

A list is narrowed to a scope and sorted. When few rows lie in scope they are gathered by place and sorted; when many do,
the list's own order is walked and rows outside are skipped. The count that decides stops at `FEW`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.errors import Refused

T = TypeVar("T")
FEW = 3000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the key from which the next ones follow (None: these were the last)."""

    rows: list[T] = field(default_factory=list)
    next: str | None = None


@dataclass(frozen=True)
class Sort:
    """Columns of a key, the last of them unique; absent values come last."""

    columns: tuple[str, ...]
    descending: bool = False

    def __init__(self, *columns: str, descending: bool = False) -> None:
        """Sort by these columns."""
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "descending", descending)

    def beyond(self) -> str:
        """The condition of lying beyond a key: one `%s` a column."""
        sign = "<" if self.descending else ">"
        if len(self.columns) == 1:
            return f"{self.columns[0]} {sign} %s"
        return f"({', '.join(self.columns)}) {sign} ({', '.join(['%s'] * len(self.columns))})"

    def order(self) -> str:
        """The ORDER BY list."""
        way = " DESC" if self.descending else ""
        return ", ".join(column + way for column in self.columns)


def narrowed(scope: Scope, path: str, roots: str, values: Sequence[Any] = ()) -> tuple[str, list[Any]]:
    """The condition of lying in a scope, so worded that few rows are gathered by place and many by the list's own order.

    `roots` is `TABLE WHERE …` with the conditions that the index by place begins with; `values` are theirs. Whether rows
    are few is decided without the other filters, as a rare one would have every row of a wide scope looked at.
    """
    within, ends = scope.sql(path)
    if "" in scope.paths or not scope.paths:
        return within, list(ends)
    counted = db.ask_one(f"SELECT count(*) FROM (SELECT 1 FROM {roots} AND {within} LIMIT {FEW}) few", (*values, *ends))
    few = counted is not None and counted[0] < FEW
    return (within if few else within.replace(path, f"{path} || ''")), list(ends)


def page(  # noqa: PLR0913 (a page is asked for in one place in each query)
    select: str,
    values: Sequence[Any],
    *,
    scope: Scope,
    path: str,
    roots: tuple[str, Sequence[Any]],
    sort: Sort,
    after: str | None,
    limit: int,
    read: Callable[[Sequence[Any]], T],
    columns: Sequence[str],
) -> Page[T]:
    """The rows of a SELECT … WHERE … that lie in scope, in order, after a key; `roots` as `narrowed` takes them."""
    limit = max(1, min(limit, 1000))
    conditions, told = [], list(values)
    within, ends = narrowed(scope, path, *roots)
    conditions.append(within)
    told += ends
    if len(sort.columns) > 1:
        conditions.append(f"{sort.columns[0]} IS NOT NULL")
    if after:
        conditions.append(sort.beyond())
        told += _key(after, len(sort.columns))
    where = "".join(f" AND {condition}" for condition in conditions)
    order = sort.order()
    rows = db.ask(f"{select}{where} ORDER BY {order} LIMIT {limit + 1}", told)
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = _as_key([last[columns.index(column)] for column in sort.columns])
    return Page([read(row) for row in rows[:limit]], following)


def _as_key(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([str(v) if not isinstance(v, int) else v for v in values])).decode()


def _key(text: str, length: int) -> list[Any]:
    """A key as told by `next`; anything else is refused, as it would skip rows silently."""
    try:
        told = orjson.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError:
        told = None
    if not isinstance(told, list) or len(told) != length:
        raise Refused("key_unreadable", key=text)
    return told
