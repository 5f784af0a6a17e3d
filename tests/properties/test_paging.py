"""A list read page by page is the plain sort of its rows: none missing, none twice, absent days last; on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from operator import itemgetter

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.paging import Sort, page

Stored = tuple[int, str | None, str]
DAY = date(2021, 9, 1)
days = st.none() | st.integers(0, 3).map(lambda n: (DAY + timedelta(days=n)).isoformat())
stored = st.lists(st.tuples(days, st.sampled_from(["a.", "a.b.", "c."])), max_size=24)


def plain_sort(rows: list[Stored], *, descending: bool) -> list[int]:
    """The obvious twin: two lists, each sorted whole."""
    there = sorted(((day, n) for n, day, _ in rows if day is not None), reverse=descending)
    absent = sorted((n for n, day, _ in rows if day is None), reverse=descending)
    return [n for _, n in there] + absent


def paged(sort: Sort, scope: Scope, limit: int) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        answer = page(
            "SELECT n, day FROM paged WHERE 1 = 1", (), scope=scope, path="path", roots=("paged WHERE 1 = 1", ()),
            sort=sort, after=after, limit=limit, read=itemgetter(0), columns=("n", "day"),
        )  # fmt: skip
        assert len(answer.rows) <= limit
        found += answer.rows
        after = answer.next
        if after is None:
            return found


@pytest.fixture
def table(on_both: Centre) -> None:
    del on_both
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE paged (n integer PRIMARY KEY, day date, path text NOT NULL)")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=stored, descending=st.booleans(), limit=st.integers(1, 7), wide=st.booleans())
def test_pages_are_the_plain_sort(
    table: None, told: list[tuple[str | None, str]], descending: bool, limit: int, wide: bool
) -> None:
    del table
    db.run("DELETE FROM paged")
    rows = [(n, day, path) for n, (day, path) in enumerate(told)]
    if rows:
        db.send("INSERT INTO paged (n, day, path) VALUES (%s, %s, %s)", rows)
    seen = [row for row in rows if wide or row[2].startswith("a.")]
    sort = Sort("day", "n", descending=descending, gaps=True)
    assert paged(sort, Scope(("",) if wide else ("a.",)), limit) == plain_sort(seen, descending=descending)


def test_a_key_of_another_order_is_refused(table: None) -> None:
    del table
    db.send("INSERT INTO paged (n, day, path) VALUES (%s, %s, %s)", [(n, None, "a.") for n in range(3)])
    told = {"scope": Scope(("",)), "path": "path", "roots": ("paged WHERE 1 = 1", ()), "limit": 1,
            "read": itemgetter(0), "columns": ("n", "day")}  # fmt: skip
    with_gaps = page("SELECT n, day FROM paged WHERE 1 = 1", (), sort=Sort("day", "n", gaps=True), after=None, **told)  # type: ignore[arg-type]
    for sort in (Sort("n"), Sort("day", "n")):
        with pytest.raises(Refused, match="key_unreadable"):
            page("SELECT n, day FROM paged WHERE 1 = 1", (), sort=sort, after=with_gaps.next, **told)  # type: ignore[arg-type]
