"""A contact's row, written whole; the counts that boards are made of move with it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from operator import attrgetter

from ringfence.core import db
from ringfence.core.access import above
from ringfence.desks.tracing.queries.keys import COLUMNS, NAMES, ContactKey

_SETS = ", ".join(f'"{name}" = excluded."{name}"' for name in COLUMNS if name not in {"id", "seq"})
_KEEP = (
    f"INSERT INTO tracing_contact ({NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    f" ON CONFLICT (id) DO UPDATE SET {_SETS}"
)
_VALUES = attrgetter(*COLUMNS)
_COUNT = (
    "INSERT INTO tracing_count (outbreak, path, closeness, step, n) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (outbreak, path, closeness, step) DO UPDATE SET n = tracing_count.n + excluded.n"
)
_LINE = "INSERT INTO tracing_line (contact, seq) VALUES (%s, %s) ON CONFLICT (contact, seq) DO NOTHING"


def keep(before: ContactKey | None, after: ContactKey, seq: int) -> None:
    """Write a contact as they stand after a line of the log; what boards count moves from how they stood before."""
    if before == after:
        return
    was, now = _counted(before), _counted(after)
    if was != now:
        moves = Counter[tuple[str, str, str]]()
        for counted, by in ((was, -1), (now, 1)):
            for path, closeness, step in counted:
                moves[path, closeness, step] += by
        for (path, closeness, step), by in moves.items():
            for place in _places(path) if by else ():
                db.count("tracing_count", _COUNT, (after.outbreak, place, closeness, step), (by,))
    db.write("tracing_contact", _KEEP, _VALUES(after))
    about(after.id, seq)


def _counted(row: ContactKey | None) -> frozenset[tuple[str, str, str]]:
    return frozenset() if row is None else frozenset((row.path, row.closeness, step) for step in row.steps())


def about(contact: str, seq: int) -> None:
    """A line of the log is about a contact."""
    db.write("tracing_line", _LINE, (contact, seq))


@lru_cache(maxsize=4096)
def _places(path: str) -> tuple[str, ...]:
    return tuple(above(path))
