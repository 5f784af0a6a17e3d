"""What the loop asks of the registry: paths of jurisdictions, and the policy of an outbreak at a place."""

from __future__ import annotations

from ringfence.registry.queries.areas import forget_paths as forget
from ringfence.registry.queries.areas import path_of
from ringfence.registry.queries.outbreaks import place

__all__ = ["forget", "path_of", "place"]
