"""Time, told. No rule and no memory reads a clock: `ringfence work` tells the time every five minutes."""

from __future__ import annotations

from ringfence.core.fact import Fact
from ringfence.facts.ids import OutbreakId


class TimeStruck(Fact):
    """The clock struck, for one outbreak and its policy, or for what belongs to none."""

    outbreak: OutbreakId | None = None


BITE = 50
"""Facts after which a rule that has more to say to a strike of the clock stops: a strike answered by as many is struck again.

Each concerns a handful of people, so that nobody waits longer than 200 ms for the writer.
"""
