"""How a benchmark measures: what it found beside its yardstick, and medians of interleaved runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: ours beside the yardstick, their ratio, and the bar that we mean to hold.

    `ratio` is ours / yardstick where there is a yardstick. `bar` says in words what must hold; `held` whether it does
    (None: no bar). `unit` is the unit of ours and of the yardstick.
    """

    what: str
    ours: float
    yardstick: float | None
    ratio: float | None
    bar: str
    unit: str
    note: str = ""
    held: bool | None = None


def at_least(what: str, ours: float, yardstick: float, bar: float, unit: str, note: str = "") -> Row:
    """A rate that must be at least a share (0..1) of the yardstick's rate."""
    ratio = ours / yardstick
    return Row(what, ours, yardstick, ratio, f"≥ {bar:.0%} of the yardstick", unit, note, ratio >= bar)


def faster_than(what: str, ours: float, bar: float, unit: str, yardstick: float | None = None, note: str = "") -> Row:
    """A rate that must be at least so much."""
    ratio = None if yardstick is None else ours / yardstick
    return Row(what, ours, yardstick, ratio, f"≥ {bar:,.0f} {unit}", unit, note, ours >= bar)


def below(what: str, ours: float, bar: float, unit: str, yardstick: float | None = None, note: str = "") -> Row:
    """A time or a size that must be less than so much."""
    ratio = None if yardstick is None else ours / yardstick
    return Row(what, ours, yardstick, ratio, f"< {bar:,.0f} {unit}", unit, note, ours < bar)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work took."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def interleaved(ours: Callable[[], float], yardstick: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of both, measured turn by turn so that a noisy neighbour troubles both alike."""
    pairs = [(ours(), yardstick()) if n % 2 else (yardstick(), ours())[::-1] for n in range(rounds)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share (0..1) of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, max(0, round(share * len(values) + 0.5) - 1))]
