"""What the pages of laboratories call their questions."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {}

LABELS: dict[str, str] = {
    "query.testing.laboratories": N_("Laboratories and what waits in them"),
    "query.testing.laboratory_file": N_("A laboratory and what waits in it"),
    "query.testing.laboratory_hours": N_("A laboratory hour by hour"),
    "query.testing.laboratory_shares": N_("A laboratory's results beside those of all the others"),
    "query.testing.turnarounds": N_("From receipt to result, by laboratory"),
    "query.testing.boxes_bound_for": N_("Boxes on their way to a laboratory"),
    "query.testing.plates": N_("Plates of a laboratory and their controls"),
    "query.testing.result_files": N_("Files of results that a laboratory handed in"),
    "field.hours": N_("Hours"),
    "field.since": N_("Since"),
}
