"""Cases as they stand towards tracing: whether they count as infections, and what was told of that last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.core import db
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, PersonId

Confirmation = tuple[str, int, int | None, str, int | None]
"""Class, infectious from and until, the station it is counted from, the moment of the positive: as told last."""

_CASE = (
    "SELECT outbreak, person, jurisdiction, path, classification, set_aside, listed_at FROM cases_case WHERE id = %s"
)
_TOLD = (
    "SELECT classification, infectious_from, infectious_until, counted_from, positive_at FROM cases_confirmed"
    " WHERE case_id = %s AND confirmed = %s"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A case, and what was told of its being an infection; `told` is None where it was not, or is so no more."""

    id: CaseId
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId
    path: str
    classification: str
    set_aside: bool
    listed_at: int
    told: Confirmation | None


def standing(case: CaseId) -> Standing | None:
    """A case with the last confirmation told of it."""
    rows = db.ask_about("cases_case", (case,), _CASE, (case,))
    if not rows:
        return None
    outbreak, person, jurisdiction, path, classification, set_aside, listed_at = rows[0]
    told = db.ask_about("cases_confirmed", (case,), _TOLD, (case, True))
    last: Confirmation | None = (told[0][0], told[0][1], told[0][2], told[0][3], told[0][4]) if told else None
    return Standing(
        case, outbreak, person, jurisdiction, path, classification, bool(set_aside), listed_at, last
    )  # fmt: skip


def never_confirmed(outbreak: str, classes: Sequence[str], since: int, limit: int) -> list[CaseId]:
    """The newest cases of these classes, reported since a moment, of which no confirmation was ever told."""
    marks = ", ".join(["%s"] * len(classes))
    rows = db.ask(
        "SELECT c.id FROM (SELECT id, seq, listed_at FROM cases_case WHERE outbreak = %s AND set_aside = FALSE"
        f" AND classification IN ({marks}) ORDER BY seq DESC LIMIT {10 * limit}) c"
        " WHERE c.listed_at >= %s AND NOT EXISTS (SELECT 1 FROM cases_confirmed t WHERE t.case_id = c.id)"
        f" ORDER BY c.seq LIMIT {limit}",
        (outbreak, *classes, since),
    )
    return [CaseId(row[0]) for row in rows]
