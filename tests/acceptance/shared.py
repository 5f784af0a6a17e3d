"""Where the shared folder of real data is: RINGFENCE_SHARED_DATA, or `shared/data` beside the repository or above it."""

from __future__ import annotations

import os
from pathlib import Path


def shared() -> Path | None:
    """The folder, or None on a machine that has none."""
    told = os.environ.get("RINGFENCE_SHARED_DATA")
    places = [Path(told)] if told else [above / "shared" / "data" for above in Path(__file__).resolve().parents]
    return next((place for place in places if place.is_dir()), None)
