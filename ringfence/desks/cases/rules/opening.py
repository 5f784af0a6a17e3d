"""The step from somebody who was found to a case of the line list, for every rule that takes it."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.fact import Facts
from ringfence.facts.cases import CaseReported
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, PersonId
from ringfence.registry import enrolment
from ringfence.registry.queries import people


def reported(  # noqa: PLR0913 (a case begins with these)
    case: CaseId,
    person: PersonId,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    *,
    source: str,
    found_by: str,
    code: str,
    at: datetime,
) -> Facts:
    """The report of somebody found; who stands in a register alone is registered first. `code` is for one without any."""
    if people.person(person) is None and (registered := enrolment.as_fact(person, at)) is not None:
        yield registered
    known = people.person(person)
    yield CaseReported(
        case=case,
        outbreak=outbreak,
        person=person,
        jurisdiction=jurisdiction,
        code=known.code if known else code,
        source=source,
        sex=known.sex if known else None,
        age_years=known.age_years if known else None,
        found_by=found_by,
        at=at,
    )
