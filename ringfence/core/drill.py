"""A drill's workspace: a home of its own, with a mark that says so, and a clock that runs faster than the wall.

The mark and the clock are two small files beside the database; every process of the workspace reads them.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ringfence.core.clock import Clock
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.home import DRILL_MARK, home

MARK = DRILL_MARK
CLOCK = "drill-clock.json"
BEGUN = "DrillBegun"
"""The kind of the first fact in the log of a drill, and of no other."""
FASTEST = 3600.0
COLUMN = "drill"
"""The column that every exported row of a drill ends with."""


@dataclass(frozen=True)
class Mark:
    """What a workspace says of itself; whatever else the twin needs to go on with the drill stands in `told`."""

    titles: dict[str, str]
    form: str  # table-top, functional, full-scale
    told: dict[str, Any] = field(default_factory=dict)

    def title(self, language: str) -> str:
        """Its title in a language, or in whichever it has."""
        return self.titles.get("zh" if language.startswith("zh") else "en") or next(iter(self.titles.values()), "")


@dataclass(frozen=True)
class Pace:
    """A clock: at the wall's `wall_at` it showed `told_at`, and since then it has run `speed` times as fast, or stood."""

    told_at: datetime
    wall_at: datetime
    speed: float
    running: bool  # as the controller wishes
    served: bool = False  # whether a worker is there to tell what happens; without one it stands

    def at(self, wall: datetime) -> datetime:
        """What it shows at a moment of the wall; it never runs backwards."""
        if not (self.running and self.served):
            return self.told_at
        return self.told_at + max(wall - self.wall_at, timedelta()) * self.speed


def here() -> Mark | None:
    """The mark of this process's own home; None where it is a real one."""
    return mark_of(home())


def export_mark() -> str:
    """What every exported row of a drill ends with; empty where the log is real."""
    mark = here()
    return f"DRILL 演练 · {mark.title('en')}" if mark is not None else ""


_read: dict[Path, tuple[tuple[int, int, int], Any]] = {}


def _json(path: Path) -> Any:
    """A file's content, read again only when it has changed; None where there is none."""
    try:
        told = os.stat(path)  # noqa: PTH116 (asked at every page: a Path's own stat costs twice as much)
    except FileNotFoundError:
        return None
    state = (told.st_mtime_ns, told.st_size, told.st_ino)
    known = _read.get(path)
    if known is None or known[0] != state:
        known = _read[path] = (state, orjson.loads(path.read_bytes()))
    return known[1]


def _write(path: Path, told: Any) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    unfinished.replace(path)


def mark_of(folder: Path) -> Mark | None:
    """The mark of a drill's workspace; None for a home that is none."""
    told = _json(folder / MARK)
    return Mark(**told) if told is not None else None


def write_mark(folder: Path, mark: Mark) -> None:
    """Mark a folder as a drill's workspace."""
    _write(folder / MARK, asdict(mark))


def pace_of(folder: Path) -> Pace | None:
    """How the workspace's clock goes; None where it has none."""
    told = _json(folder / CLOCK)
    if told is None:
        return None
    moments = (from_micros(told["told_at"]), from_micros(told["wall_at"]))
    return Pace(*moments, float(told["speed"]), bool(told["running"]), bool(told["served"]))


def set_pace(  # noqa: PLR0913 (what of a clock can be set)
    folder: Path,
    wall: datetime,
    *,
    speed: float | None = None,
    running: bool | None = None,
    served: bool | None = None,
    forward: timedelta = timedelta(),
    begin_at: datetime | None = None,
) -> Pace:
    """Change how the clock goes from now on, or put it forward; it is never put back. Refused: a speed out of bounds.

    `begin_at` is what a new clock shows; told of one that goes, what it shows from now on: for a worker that finds that
    the one before it went away without stopping the clock.
    """
    known = pace_of(folder)
    if speed is not None and not 0 < speed <= FASTEST:
        raise Refused("drill_speed_unfit", speed=speed, most=FASTEST)
    if forward < timedelta():
        raise Refused("drill_clock_back", span=str(forward))
    told_at = begin_at or (known.at(wall) if known is not None else wall)
    made = Pace(
        told_at + forward,
        wall,
        speed if speed is not None else known.speed if known else 1.0,
        running if running is not None else known.running if known else False,
        served if served is not None else known.served if known else False,
    )
    told = asdict(made) | {"told_at": to_micros(made.told_at), "wall_at": to_micros(made.wall_at)}
    _write(folder / CLOCK, told)
    return made


class DrillClock(Clock):
    """The clock of a drill's workspace: as told by its file, which any process may change."""

    def __init__(self, folder: Path, wall: Clock | None = None) -> None:
        """Follow the file of this workspace; `wall` is the machine's clock."""
        self._folder = folder
        self._wall = wall or Clock()

    def now(self) -> datetime:
        """The moment of the drill."""
        pace = pace_of(self._folder)
        return pace.at(self._wall.now()) if pace is not None else self._wall.now()

    @property
    def speed(self) -> float:
        """How many seconds of the drill pass in one of the wall's; 0 while it stands."""
        pace = pace_of(self._folder)
        return pace.speed if pace is not None and pace.running and pace.served else 0.0


def clock_of(folder: Path) -> Clock:
    """The clock of a home: its own where it is a drill's, else the machine's."""
    return DrillClock(folder) if mark_of(folder) is not None else Clock()


def agree(folder: Path, first_kind: str | None) -> None:
    """Refuse a home whose mark and log do not agree, by the kind of the log's first line (None: an empty log).

    A real log is never opened as a drill, whatever file lies beside it; a drill that has lost its mark is never
    opened as real.
    """
    marked = mark_of(folder) is not None
    if marked and first_kind not in {None, BEGUN}:
        raise Refused("drill_home_real", home=str(folder), mark=MARK)
    if not marked and first_kind == BEGUN:
        raise Refused("drill_mark_lost", home=str(folder), mark=MARK)
