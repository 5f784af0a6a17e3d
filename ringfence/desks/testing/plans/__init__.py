"""The plan of a whole-city testing round (采送检报): `make(read_file(path))`, or `make(Told(...))` from a live round."""

from __future__ import annotations

from ringfence.desks.testing.plans.answer import Plan
from ringfence.desks.testing.plans.figures import DEFAULTS, Figure
from ringfence.desks.testing.plans.reading import EXAMPLE, read_file, read_text
from ringfence.desks.testing.plans.told import Told

__all__ = ["DEFAULTS", "EXAMPLE", "Figure", "Plan", "Told", "make", "read_file", "read_text"]


def make(told: Told, *, seed: int | None = None, replicates: int = 200) -> Plan:
    """Make a plan (see `making`); the solvers are loaded with the first one."""
    from ringfence.desks.testing.plans.making import make as made  # noqa: PLC0415

    return made(told, seed=seed, replicates=replicates)
