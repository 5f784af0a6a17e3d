"""Ready before the first case: visits opened and the compiled loops loaded, while a server is listening already."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from ringfence.core.home import home

A_FEW = 1000  # ids among which one is looked for that was not erased
logger = logging.getLogger("ringfence.visits")


def warm() -> None:
    """Open the visits of this installation and search once, in the order and by the loops that a case is searched by."""
    if not (home() / "visits" / "store.json").exists():
        return
    import numpy as np  # noqa: PLC0415

    from ringfence.desks.tracing.visits import meetings  # noqa: PLC0415 (loads the compiled loops: two seconds)
    from ringfence.science.contacts_index import H_LAST  # noqa: PLC0415

    visits = meetings.visits_here()
    if visits is None:
        return
    codes = np.arange(min(len(visits.people), A_FEW))
    somebody = next((each for each in visits.people.shown(codes) if each), None)
    if somebody is None:
        return
    ends_at = meetings.moment(int(visits.city.table[:, H_LAST].max()))
    begins_at = ends_at - timedelta(days=1)
    asked = meetings.Search(called=(somebody,), begins_at=begins_at, ends_at=ends_at, until=ends_at, order=2, cap=1)
    meetings.search(visits, asked, most=0)


def warm_aside() -> threading.Thread:
    """The same in a thread of its own; what goes wrong is logged, and the first search does it all by itself."""

    def run() -> None:
        try:
            warm()
        except Exception:
            logger.exception("visits could not be opened ahead")

    thread = threading.Thread(target=run, name="visits", daemon=True)
    thread.start()
    return thread
