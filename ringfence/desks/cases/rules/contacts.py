"""What follows for the line list once a contact falls ill."""

from __future__ import annotations

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line
from ringfence.desks.cases import queries
from ringfence.facts.cases import CaseReported, CaseRestored, CourseEvent, CourseNoted, FindingsNoted
from ringfence.facts.follow_up import SymptomsFound
from ringfence.facts.ids import CaseId, derive
from ringfence.registry import enrolment
from ringfence.registry.queries import people


@when(SymptomsFound)
def a_contact_with_symptoms_is_a_suspect_case(found: SymptomsFound, line: Line) -> Facts:
    """Exposed and ill is enough to look into it at once; what it is, findings and the laboratory say."""
    del line
    case = queries.case_of_person(people.canonical(found.person), found.outbreak)
    if case is None:
        case = CaseId(derive("case", found.outbreak, "contact", found.person))
        yield from _reported(case, found)
    elif (known := queries.key(case)) is not None and known.set_aside:
        yield CaseRestored(case=case, at=found.at)
    yield FindingsNoted(case=case, findings=("epi_link", *found.symptoms), at=found.at)


def _reported(case: CaseId, found: SymptomsFound) -> Facts:
    """A suspect case, ill since the day on which they told of it, until somebody asks them."""
    if people.person(found.person) is None and (registered := enrolment.as_fact(found.person, found.at)) is not None:
        yield registered
    known = people.person(found.person)
    yield CaseReported(
        case=case,
        outbreak=found.outbreak,
        person=found.person,
        jurisdiction=found.jurisdiction,
        code=known.code if known else found.contact,
        source="tracing",
        sex=known.sex if known else None,
        age_years=known.age_years if known else None,
        found_by="contact",
        at=found.at,
    )
    yield CourseNoted(case=case, events=(CourseEvent.ONSET,), days=(found.on,), moments=(None,), at=found.at)
