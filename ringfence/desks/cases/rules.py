"""What follows from the facts of the cases desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.policy import Policy
from ringfence.facts.cases import (
    CaseClassified,
    CaseReported,
    CaseRestored,
    CaseSetAside,
    Classification,
    CourseEvent,
    CourseNoted,
    FacilityFellSilent,
    FindingsNoted,
    InvestigationCompleted,
    InvestigationOpened,
    PositiveHeard,
    ReportFoundLate,
    ReportMissed,
)
from ringfence.facts.command import TaskDone, TaskDropped, TasksSet, task_of
from ringfence.facts.follow_up import SymptomsFound
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, PersonId, derive
from ringfence.facts.testing import FindingMended, PersonFound
from ringfence.facts.time import TimeStruck
from ringfence.registry import enrolment
from ringfence.registry.queries import areas, people

STILL_WARM = timedelta(days=30)
"""A case heard of later than this after its report is history, not an order: it is listed, and nobody is sent out."""

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


@when(CourseNoted)
def a_finding_must_be_reported_in_time(noted: CourseNoted, line: Line, policy: Policy) -> Facts:
    """Hours lost before the report are lost for everything after it; the clock runs from the laboratory's hour."""
    found = _moment(noted, CourseEvent.POSITIVE) or _moment(noted, CourseEvent.DIAGNOSED)
    if found is None or line.heard_at - found > STILL_WARM or CourseEvent.REPORTED.value in queries.course(noted.case):
        return
    yield TasksSet(
        kind="report_case",
        about=(noted.case,),
        unit="reporting",
        due_at=found + policy.report_within,
        reason="positive_without_report",
        urgent=True,
        at=found,
    )


@when(CourseNoted)
def a_report_answers_its_clock(noted: CourseNoted, line: Line, policy: Policy) -> Facts:
    """Late is late by the hour, and is put on record with the case."""
    if CourseEvent.REPORTED not in noted.events:
        return
    course = queries.course(noted.case)
    found = [course[event.value] for event in (CourseEvent.POSITIVE, CourseEvent.DIAGNOSED) if event.value in course]
    if all(station.moment is None for station in found):
        return  # no hour, no clock
    if any(station.moment is not None and station.seq < line.seq for station in found):
        yield TaskDone(task=task_of("report_case", noted.case), evidence="reported", at=noted.at)
    row = queries.case_row(noted.case)
    if row is None or row.found_at is None or row.reported_at is None or row.report_due_at is not None:
        return
    due_at = row.found_at + policy.report_within
    if row.reported_at > due_at:
        yield ReportFoundLate(case=noted.case, due_at=due_at, reported_at=row.reported_at, at=noted.at)


@when(ReportFoundLate)
def a_late_report_is_explained(late: ReportFoundLate, line: Line, policy: Policy) -> Facts:
    """A limit that nobody asks about is no limit."""
    if line.heard_at - late.reported_at > STILL_WARM:
        return
    yield TasksSet(
        kind="explain_late_report",
        about=(late.case,),
        unit="supervision",
        due_at=late.at + policy.verify_within,
        reason="report_late",
        at=late.at,
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


@when(PositiveHeard)
def a_positive_calls_for_a_report(heard: PositiveHeard, line: Line, policy: Policy) -> Facts:
    """The laboratory knows; until the report is in, nobody else does."""
    if line.heard_at - heard.at > STILL_WARM:
        return
    known = queries.positive_of(heard.person, heard.outbreak)
    if known is not None and known[1] != "waiting":
        return
    yield TasksSet(
        kind="report_positive",
        about=(heard.person,),
        unit="reporting",
        due_at=heard.at + policy.report_within,
        key=heard.outbreak,
        reason="positive_without_report",
        urgent=True,
        at=heard.at,
    )


@when(CaseReported)
def a_report_answers_the_laboratory(reported: CaseReported, line: Line) -> Facts:
    """The positive that waited for this report waits no longer."""
    del line
    if queries.positive_of(reported.person, reported.outbreak) is not None:
        task = task_of("report_positive", reported.person, reported.outbreak)
        yield TaskDone(task=task, evidence="reported", at=reported.at)


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
    if people.person(found.person) is None and (registered := enrolment.as_fact(found.person, found.at)) is not None:
        yield registered
    known = people.person(found.person)
    yield CaseReported(
        case=case,
        outbreak=found.outbreak,
        person=found.person,
        jurisdiction=found.jurisdiction,
        code=known.code if known else found.tube,
        source="testing",
        sex=known.sex if known else None,
        age_years=known.age_years if known else None,
        found_by="screening",
        at=found.at,
    )
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


@when(SymptomsFound)
def a_contact_with_symptoms_is_a_suspect_case(found: SymptomsFound, line: Line) -> Facts:
    """Exposed and ill is enough to look into it at once; what it is, findings and the laboratory say."""
    del line
    case = CaseId(derive("case", found.outbreak, "contact", found.person))
    there = queries.case_of_person(people.canonical(found.person), found.outbreak)
    if there is None:
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
    known_case = queries.key(there or case)
    if known_case is not None and known_case.set_aside:
        yield CaseRestored(case=CaseId(there or case), at=found.at)
    yield FindingsNoted(case=CaseId(there or case), findings=("epi_link", *found.symptoms), at=found.at)


@when(TimeStruck)
def a_positive_without_a_report_is_missed(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Late, forgotten or concealed look the same from outside; all three are asked about."""
    if line.outbreak is None:
        return
    since = to_micros(struck.at - policy.report_within)
    for person, jurisdiction, laboratory, found_at in queries.positives_waiting(line.outbreak, since, 100):
        yield ReportMissed(
            person=PersonId(person),
            outbreak=OutbreakId(line.outbreak),
            jurisdiction=JurisdictionId(jurisdiction),
            laboratory=laboratory,
            due_at=from_micros(found_at) + policy.report_within,
            at=struck.at,
        )


@when(ReportMissed)
def a_missed_report_is_looked_into(missed: ReportMissed, line: Line, policy: Policy) -> Facts:
    """Supervision goes to see, as whoever should have reported has not answered."""
    del line
    yield TasksSet(
        kind="find_missing_report",
        about=(missed.person,),
        unit="supervision",
        due_at=missed.at + policy.verify_within,
        key=missed.outbreak,
        reason="report_missed",
        urgent=True,
        at=missed.at,
    )


@when(TimeStruck)
def a_unit_unheard_of_fell_silent(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """No news is not zero: a unit that must report every day is asked when it does not."""
    if line.outbreak is None:
        return
    since = to_micros(struck.at - (policy.silent_unit_after))
    for facility, jurisdiction, heard_at in queries.facilities_unheard(line.outbreak, since, 100):
        yield FacilityFellSilent(
            facility=facility,
            outbreak=OutbreakId(line.outbreak),
            jurisdiction=JurisdictionId(jurisdiction),
            since=from_micros(heard_at),
            at=struck.at,
        )


@when(FacilityFellSilent)
def a_silent_unit_is_asked_why(silent: FacilityFellSilent, line: Line, policy: Policy) -> Facts:
    """Somebody calls, today."""
    del line
    yield TasksSet(
        kind="ask_silent_unit",
        about=(silent.facility,),
        unit="supervision",
        due_at=silent.at + policy.verify_within,
        key=str(to_micros(silent.since)),
        reason="unit_silent",
        at=silent.at,
    )


def _moment(noted: CourseNoted, event: CourseEvent) -> datetime | None:
    """The hour of a station in this telling, where it is known."""
    if event not in noted.events:
        return None
    n = noted.events.index(event)
    return noted.moments[n] if n < len(noted.moments) else None
