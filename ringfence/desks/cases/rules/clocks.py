"""Reporting clocks: a positive is reported, a unit reports every day, and who is late is asked why."""

from __future__ import annotations

from datetime import datetime

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.policy import Policy
from ringfence.desks.cases.rules import STILL_WARM
from ringfence.facts.cases import (
    CaseReported,
    CourseEvent,
    CourseNoted,
    FacilityFellSilent,
    PositiveHeard,
    ReportFoundLate,
    ReportMissed,
)
from ringfence.facts.command import TaskDone, TasksSet, task_of
from ringfence.facts.ids import JurisdictionId, OutbreakId, PersonId
from ringfence.facts.time import TimeStruck


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
