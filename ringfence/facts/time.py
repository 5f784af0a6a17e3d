"""Time, told. No rule and no memory reads a clock: `ringfence work` tells the time every five minutes."""

from __future__ import annotations

from ringfence.core.fact import Fact
from ringfence.facts.ids import OutbreakId


class TimeStruck(Fact):
    """The clock struck, for one outbreak and its policy, or for what belongs to none."""

    outbreak: OutbreakId | None = None
