"""The words of the stations' hand-in."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "handed_in_unfit": (
        N_("The field {field} cannot be read."),
        N_("What came there: {told} (a length, a count or a kind; not the content)."),
        N_("Look at the paper slip and the tube, and mend it from the list of what was kept."),
    ),
    "hand_in_too_long": (
        N_("Too much at once: {things} things of one kind."),
        N_("A station hands in at most {most} tubes, voids, boxes or counts in one request."),
        N_("Hand in fewer at a time; nothing of this request was recorded."),
    ),
    "disk_full": (
        N_("There is no room left to record this."),
        N_("What was acknowledged before is on record; nothing of what failed is."),
        N_("Make room on the server's disk; what waits on the device is handed in again by itself."),
    ),
    "not_now": (
        N_("This cannot be recorded at the moment."),
        N_("The database does not take it; the fault is logged as {id}. What was acknowledged before is on record."),
        N_("Try again shortly; what waits on the device is handed in again by itself."),
    ),
}

LABELS: dict[str, str] = {}
