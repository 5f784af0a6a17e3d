"""The tracing numbers of an outbreak, for whoever is not handed them: actions and queries that search visits."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ringfence.core.home import home
from ringfence.core.policy import SHIPPED, Book
from ringfence.desks.tracing.policy import Policy
from ringfence.facts.ids import OutbreakId
from ringfence.registry.queries.outbreaks import outbreak_row


@lru_cache(maxsize=4)
def _book(own: Path) -> Book:
    return Book([SHIPPED, own] if own.is_dir() else [SHIPPED], {"tracing": Policy}, alone=True)


def policy_of(outbreak: str | None) -> Policy:
    """The numbers in force for an outbreak; those of the pack `base` where there is none."""
    row = outbreak_row(OutbreakId(outbreak)) if outbreak else None
    pack, overlays = (row.pack, row.overlays) if row else ("base", ())
    found: Policy = _book(home() / "policies").numbers("tracing", pack, overlays)
    return found
