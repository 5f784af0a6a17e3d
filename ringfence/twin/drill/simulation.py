"""What troubles and files need of the simulation that tells them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from ringfence.core.centre import Answer
from ringfence.core.fact import Facts
from ringfence.twin.drill.heard import Heard
from ringfence.twin.drill.workspace import Workspace
from ringfence.twin.drill.world import World


class Simulation(Protocol):
    """A drill's simulation, under way."""

    workspace: Workspace
    heard: Heard
    world: World

    def tell(self, action: Callable[..., Facts], **told: Any) -> Answer:
        """The simulation does something."""

    def hear(self, facts: list[Any]) -> None:
        """Facts that no action tells, and hear them at once."""

    def reading(self, laboratory: str, tube: str, at: datetime) -> dict[str, Any]:
        """What a laboratory finds in a tube."""
