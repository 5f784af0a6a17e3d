"""The counts that boards are made of: how many tubes and people came to a stage and left it, by hour."""

from __future__ import annotations

from functools import lru_cache

from ringfence.core import db
from ringfence.core.access import above
from ringfence.desks.testing.queries.keys import TubeKey

HOUR = 3_600_000_000  # microseconds

_FLOW = (
    "INSERT INTO testing_flow (round, path, stage, hour, came, went, people_came, people_went)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (round, path, stage, hour) DO UPDATE SET"
    " came = testing_flow.came + excluded.came, went = testing_flow.went + excluded.went,"
    " people_came = testing_flow.people_came + excluded.people_came,"
    " people_went = testing_flow.people_went + excluded.people_went"
)
_COUNTERS = ("received", "negative", "positive", "unclear", "invalid", "minutes", "timed", "came", "went")
_LABORATORY_HOUR = (
    f"INSERT INTO testing_laboratory_hour (laboratory, hour, {', '.join(_COUNTERS)})"
    f" VALUES ({', '.join(['%s'] * (len(_COUNTERS) + 2))}) ON CONFLICT (laboratory, hour) DO UPDATE SET "
    + ", ".join(f"{name} = testing_laboratory_hour.{name} + excluded.{name}" for name in _COUNTERS)
)
_WAIT = (
    "INSERT INTO testing_laboratory_wait (laboratory, hour, quarters, tubes) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (laboratory, hour, quarters) DO UPDATE SET tubes = testing_laboratory_wait.tubes + excluded.tubes"
)
_LINE = "INSERT INTO testing_line (about, seq) VALUES (%s, %s) ON CONFLICT (about, seq) DO NOTHING"


def came(round_id: str | None, path: str, stage: str, at: int, people: int) -> None:
    """A tube of so many people came to a stage: counted at its site's place and at each above, so that boards add nothing up."""
    for place in _places(path):
        db.count("testing_flow", _FLOW, (round_id or "", place, stage, at // HOUR), (1, 0, people, 0))


def went(round_id: str | None, path: str, stage: str, at: int, people: int) -> None:
    """A tube of so many people left a stage."""
    for place in _places(path):
        db.count("testing_flow", _FLOW, (round_id or "", place, stage, at // HOUR), (0, 1, 0, people))


@lru_cache(maxsize=4096)
def _places(path: str) -> tuple[str, ...]:
    return tuple(above(path))


def laboratory_hour(laboratory: str, at: int, **counts: int) -> None:
    """Add to the counters of a laboratory's hour."""
    told = tuple(counts.get(name, 0) for name in _COUNTERS)
    db.count("testing_laboratory_hour", _LABORATORY_HOUR, (laboratory, at // HOUR), told)


def waited(laboratory: str, at: int, micros: int) -> None:
    """A tube waited so long in a laboratory."""
    laboratory_hour(laboratory, at, minutes=micros // 60_000_000, timed=1)
    db.count("testing_laboratory_wait", _WAIT, (laboratory, at // HOUR, micros // (HOUR // 4)), (1,))


def moved(  # noqa: PLR0913 (a move has these parts)
    tube: TubeKey, stage: str, at: int, sets: str = "", values: tuple[object, ...] = (), *, laboratory: str = ""
) -> None:
    """Move a tube to a stage, and the counts with it; to `laboratory`, where it begins to wait in one."""
    if tube.stage == "received" and tube.laboratory:
        laboratory_hour(tube.laboratory, at, went=1)
    if laboratory:
        laboratory_hour(laboratory, at, came=1)
    if stage != tube.stage:
        went(tube.round, tube.path, tube.stage, at, len(tube.people))
        came(tube.round, tube.path, stage, at, len(tube.people))
    sql = f"UPDATE testing_tube SET stage = %s, since = %s{sets} WHERE id = %s"
    db.write("testing_tube", sql, (stage, at, *values, tube.id))


def about(what: str, seq: int) -> None:
    """A line of the log is about a tube or a box."""
    db.write("testing_line", _LINE, (what, seq))
