"""What a case, its findings and its end set off in the investigation."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line
from ringfence.desks.cases import queries
from ringfence.desks.cases.policy import Policy
from ringfence.desks.cases.rules import STILL_WARM
from ringfence.desks.cases.rules.opening import reported
from ringfence.facts.cases import (
    CaseClassified,
    CaseReported,
    CaseRestored,
    CaseSetAside,
    Classification,
    CourseEvent,
    CourseNoted,
    FindingsNoted,
    InvestigationCompleted,
    InvestigationOpened,
)
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet, task_of
from ringfence.facts.ids import CaseId, derive
from ringfence.facts.testing import FindingMended, PersonFound
from ringfence.registry.queries import areas, people

LOOKED_INTO = (Classification.SUSPECT, Classification.PROBABLE, Classification.CONFIRMED, Classification.ASYMPTOMATIC)


@when(CaseReported)
def a_reported_case_is_investigated(reported: CaseReported, line: Line, policy: Policy) -> Facts:
    """Every chain that is not followed up is one that goes on: somebody finds out how, where and whom."""
    if reported.classification not in LOOKED_INTO or line.heard_at - reported.at > STILL_WARM:
        return
    yield InvestigationOpened(case=reported.case, at=reported.at)
    yield TasksSet(
        kind="investigate_case",
        about=(reported.case,),
        unit="investigation",
        due_at=reported.at + policy.investigate_within,
        reason="case_reported",
        outbreak=reported.outbreak,
        jurisdiction=reported.jurisdiction,
        at=reported.at,
    )


@when(FindingsNoted)
def criteria_make_the_class(noted: FindingsNoted, line: Line, policy: Policy) -> Facts:
    """The same findings give the same class whoever writes them down; a person may still set another, by name."""
    del line
    key = queries.key(noted.case)
    if key is None:
        return
    met = policy.criterion_met(queries.findings_of(noted.case))
    if met is None or met.gives.value == key.classification:
        return
    yield CaseClassified(
        case=noted.case,
        classification=Classification(met.gives.value),
        was_classification=Classification(key.classification),
        findings=noted.findings,
        basis=met.name,
        at=noted.at,
    )


@when(InvestigationCompleted)
def a_finished_investigation_closes_its_task(completed: InvestigationCompleted, line: Line) -> Facts:
    """What is done once is not asked for twice."""
    del line
    yield TaskDone(task=task_of("investigate_case", completed.case), evidence="investigation", at=completed.at)


@when(CaseSetAside)
def a_case_set_aside_needs_no_work(aside: CaseSetAside, line: Line) -> Facts:
    """Nobody drives out for a row that was entered by mistake."""
    del line
    for kind in ("investigate_case", "report_case", "explain_late_report"):
        yield TaskDropped(task=task_of(kind, aside.case), reason="case_set_aside", at=aside.at)


@when(CaseClassified)
def a_discarded_case_needs_no_work(classified: CaseClassified, line: Line) -> Facts:
    """Looked into, and not a case: the people who were on it are free for the next one."""
    del line
    if classified.classification is Classification.DISCARDED:
        for kind in ("investigate_case", "report_case"):
            yield TaskDropped(task=task_of(kind, classified.case), reason="case_discarded", at=classified.at)


@when(PersonFound)
def a_person_found_becomes_a_case(found: PersonFound, line: Line) -> Facts:
    """Whoever a tube names is looked into at once; whether it is a case by the book is classified, not guessed."""
    case = CaseId(derive("case", found.outbreak, "tube", found.person, found.tube))
    there = queries.case_of_person(people.canonical(found.person), found.outbreak)
    if there is not None:
        known_case = queries.key(there)
        if there == case and known_case is not None and known_case.set_aside:
            yield CaseRestored(case=case, at=found.at)
        yield _positive_noted(CaseId(there), found, line)
        return
    where = (found.person, found.outbreak, found.jurisdiction)
    yield from reported(case, *where, source="testing", found_by="screening", code=found.tube, at=found.at)
    yield _positive_noted(case, found, line)
    yield FindingsNoted(case=case, findings=("pcr_positive",), at=found.at)


def _positive_noted(case: CaseId, found: PersonFound, line: Line) -> CourseNoted:
    zone = ZoneInfo(areas.zone_at(line.jurisdiction))
    moments = (found.sampled_at, found.at)
    return CourseNoted(
        case=case,
        events=(CourseEvent.SAMPLED, CourseEvent.POSITIVE),
        days=tuple(each.astimezone(zone).date() for each in moments),
        moments=moments,
        at=found.at,
    )


@when(FindingMended)
def a_mended_finding_sets_its_case_aside(mended: FindingMended, line: Line) -> Facts:
    """Whoever was a case only by a tube that was misread is none; what was learnt of them stays on record."""
    del line
    case = CaseId(derive("case", mended.outbreak, "tube", mended.person, mended.tube))
    if queries.key(case) is not None:
        yield CaseSetAside(case=case, reason="finding_mended", at=mended.at)
