"""Time, told. No rule and no memory reads a clock: `ringfence work` tells the time every five minutes."""

from __future__ import annotations

from ringfence.core.fact import Fact


class TimeStruck(Fact):
    """The clock struck. What is late by now follows from this."""
