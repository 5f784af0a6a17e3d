"""What cannot both be true of one case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NOT_AFTER: tuple[tuple[str, str, str], ...] = (
    ("onset_on", "died_on", "onset_after_death"),
    ("onset_on", "recovered_on", "recovered_before_onset"),
    ("onset_on", "outcome_on", "outcome_before_onset"),
    ("infected_on", "onset_on", "infected_after_onset"),
    ("exposed_from", "exposed_to", "exposure_ends_before_it_begins"),
    ("admitted_on", "discharged_on", "admitted_after_discharge"),
    ("admitted_on", "died_on", "admitted_after_death"),
    ("sampled_on", "confirmed_on", ""),
    ("birth_on", "onset_on", "born_after_onset"),
    ("birth_on", "confirmed_on", "born_after_confirmation"),
    ("birth_on", "reported_on", "born_after_report"),
    ("birth_on", "died_on", "born_after_death"),
    ("discharged_on", "died_on", ""),
    ("rash_on", "died_on", "onset_after_death"),
)
"""(earlier, later, code of the contradiction). Without a code the order is usual but not needed: a confirmed patient is
sampled again, a discharged one may die at home or be brought back dead."""

_CHECKED = tuple(triple for triple in NOT_AFTER if triple[2])
_TOLD_ALIVE = frozenset({"recovered", "alive", "ill"})


def contradictions(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(code, one field, other field) for each contradiction in the values of a row."""
    for earlier, later, code in _CHECKED:
        one, other = told.get(earlier), told.get(later)
        if one is not None and other is not None and one > other:
            yield code, earlier, later
    if told.get("died_on") is not None and told.get("outcome") in _TOLD_ALIVE:
        yield "outcome_denies_death", "outcome", "died_on"
