"""Pages by key, 50 rows at a time. A page costs the same at the millionth row as at the first.

A list is narrowed to a scope and sorted. When few rows lie in scope they are gathered by place and sorted; when many do,
the list's own order is walked and rows outside are skipped. The count that decides stops at `FEW`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
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
    """Columns of a key, the last of them unique; where the first may be absent (`gaps`), rows without it come last."""

    columns: tuple[str, ...]
    descending: bool = False
    gaps: bool = False

    def __init__(self, *columns: str, descending: bool = False, gaps: bool = False) -> None:
        """Sort by these columns."""
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "descending", descending)
        object.__setattr__(self, "gaps", gaps)

    def phases(self, key: Sequence[Any] | None) -> Iterator[tuple[str, Sequence[Any], str]]:
        """What is read one after the other from beyond a key: a condition, its values and the ORDER BY list.

        Rows without the first column are a list of their own behind the others: the databases disagree on where an
        absent value sorts, and no comparison with one is true.
        """
        first = self.columns[0]
        there = f"{first} IS NOT NULL" if self.gaps else "1 = 1"
        if key is None:
            yield there, (), self._order(self.columns)
        elif key[0] is not None:
            yield f"{there} AND {self._beyond(self.columns)}", key, self._order(self.columns)
        if not self.gaps:
            return
        rest = self.columns[1:]
        if key is None or key[0] is not None:
            yield f"{first} IS NULL", (), self._order(rest)
        else:
            yield f"{first} IS NULL AND {self._beyond(rest)}", key[1:], self._order(rest)

    def _beyond(self, columns: Sequence[str]) -> str:
        """The condition of lying beyond a key: one `%s` a column."""
        sign = "<" if self.descending else ">"
        if len(columns) == 1:
            return f"{columns[0]} {sign} %s"
        return f"({', '.join(columns)}) {sign} ({', '.join(['%s'] * len(columns))})"

    def _order(self, columns: Sequence[str]) -> str:
        way = " DESC" if self.descending else ""
        return ", ".join(column + way for column in columns)


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
    key = _key(after, sort) if after else None
    within, ends = narrowed(scope, path, *roots)
    rows: list[Sequence[Any]] = []
    for condition, told, order in sort.phases(key):
        rows += db.ask(
            f"{select} AND {within} AND {condition} ORDER BY {order} LIMIT {limit + 1 - len(rows)}",
            (*values, *ends, *told),
        )
        if len(rows) > limit:
            break
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = _as_key([last[columns.index(column)] for column in sort.columns])
    return Page([read(row) for row in rows[:limit]], following)


def _as_key(values: Sequence[Any]) -> str:
    told = [value if value is None or isinstance(value, int) else str(value) for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(told)).decode()


def _key(text: str, sort: Sort) -> list[Any]:
    """A key as told by `next`; anything else is refused, as it would skip rows silently."""
    try:
        told = orjson.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError:
        told = None
    if not isinstance(told, list) or len(told) != len(sort.columns):
        raise Refused("key_unreadable", key=text)
    absent = [n for n, value in enumerate(told) if value is None]
    if absent and not (sort.gaps and absent == [0]):
        raise Refused("key_unreadable", key=text)
    return told
