"""The days of the demonstration: what happens is queued by its moment and told with the clock at that moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ringfence.core.access import Who
from ringfence.core.centre import Answer, Centre
from ringfence.core.clock import ToldClock
from ringfence.core.fact import Facts
from ringfence.demo.city import City
from ringfence.facts.ids import AccountId, OutbreakId
from ringfence.registry.account_keeping import who_is


@dataclass
class Days:
    """A centre whose clock is told, and what is still to happen in it."""

    centre: Centre
    clock: ToldClock
    city: City
    outbreak: OutbreakId
    until: datetime
    _queue: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _queued: int = 0
    _staff: dict[AccountId, Who] = field(default_factory=dict)

    def at(self, moment: datetime, happens: Callable[[], object]) -> None:
        """Let something happen at a moment; what lies beyond the present does not."""
        if moment < self.until:
            self._queued += 1
            heapq.heappush(self._queue, (moment, self._queued, happens))

    def pass_by(self) -> None:
        """Tell everything in the order in which it happened."""
        while self._queue:
            moment, _, happens = heapq.heappop(self._queue)
            self.clock.set(max(moment, self.clock.now()))
            happens()

    @property
    def now(self) -> datetime:
        """The moment told."""
        return self.clock.now()

    def who(self, account: AccountId) -> Who:
        """Someone of the staff, as of now."""
        if account not in self._staff:
            who = who_is(account, self.now)
            if who is None:
                raise LookupError(account)
            self._staff[account] = who
        return self._staff[account]

    def tell(self, account: AccountId, action: Callable[..., Facts], **told: Any) -> Answer:
        """Someone of the staff does something, now."""
        return self.centre.tell(self.who(account), action, **told)
