"""What follows for the line list once a contact falls ill."""

from __future__ import annotations

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line
from ringfence.desks.cases import queries
from ringfence.desks.cases.rules.opening import reported
from ringfence.facts.cases import CaseRestored, CourseEvent, CourseNoted, FindingsNoted
from ringfence.facts.follow_up import SymptomsFound
from ringfence.facts.ids import CaseId, derive
from ringfence.registry.queries import people


@when(SymptomsFound)
def a_contact_with_symptoms_is_a_suspect_case(found: SymptomsFound, line: Line) -> Facts:
    """Exposed and ill is enough to look into it at once; what it is, findings and the laboratory say."""
    del line
    case = queries.case_of_person(people.canonical(found.person), found.outbreak)
    if case is None:
        case = CaseId(derive("case", found.outbreak, "contact", found.person))
        where = (found.person, found.outbreak, found.jurisdiction)
        yield from reported(case, *where, source="tracing", found_by="contact", code=found.contact, at=found.at)
        yield CourseNoted(case=case, events=(CourseEvent.ONSET,), days=(found.on,), moments=(None,), at=found.at)
    elif (known := queries.key(case)) is not None and known.set_aside:
        yield CaseRestored(case=case, at=found.at)
    yield FindingsNoted(case=case, findings=("epi_link", *found.symptoms), at=found.at)
