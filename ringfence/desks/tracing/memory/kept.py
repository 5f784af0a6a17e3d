"""A contact's row, written whole; the counts that boards are made of move with it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from ringfence.core import db
from ringfence.core.access import above
from ringfence.desks.tracing.queries.keys import COLUMNS, ContactKey

_NAMES = ", ".join(f'"{name}"' if name == "case" else name for name in COLUMNS)
_SETS = ", ".join(f'"{name}" = excluded."{name}"' for name in COLUMNS if name not in {"id", "seq"})
_KEEP = (
    f"INSERT INTO tracing_contact ({_NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    f" ON CONFLICT (id) DO UPDATE SET {_SETS}"
)
_COUNT = (
    "INSERT INTO tracing_count (outbreak, path, closeness, step, n) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (outbreak, path, closeness, step) DO UPDATE SET n = tracing_count.n + excluded.n"
)
_LINE = "INSERT INTO tracing_line (contact, seq) VALUES (%s, %s) ON CONFLICT (contact, seq) DO NOTHING"


def keep(before: ContactKey | None, after: ContactKey, seq: int) -> None:
    """Write a contact as they stand after a line of the log; what boards count moves from how they stood before."""
    if before == after:
        return
    moves = Counter[tuple[str, str, str]]()
    for known, by in ((before, -1), (after, 1)):
        if known is not None:
            for step in known.steps():
                for path in _places(known.path):
                    moves[path, known.closeness, step] += by
    for (path, closeness, step), by in moves.items():
        if by:
            db.count("tracing_count", _COUNT, (after.outbreak, path, closeness, step), (by,))
    db.write("tracing_contact", _KEEP, tuple(getattr(after, name) for name in COLUMNS))
    about(after.id, seq)


def about(contact: str, seq: int) -> None:
    """A line of the log is about a contact."""
    db.write("tracing_line", _LINE, (contact, seq))


@lru_cache(maxsize=4096)
def _places(path: str) -> tuple[str, ...]:
    return tuple(above(path))
