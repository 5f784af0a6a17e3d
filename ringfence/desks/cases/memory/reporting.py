"""The reporting clocks: positives waiting for a report, and units that must report every day."""

from __future__ import annotations

import orjson

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.memory.history import about
from ringfence.facts.cases import (
    DailyReportMade,
    FacilityEnrolled,
    FacilityFellSilent,
    PositiveHeard,
    ReportFoundLate,
    ReportMissed,
)
from ringfence.registry.queries import areas


@keeps(PositiveHeard)
def a_positive(fact: PositiveHeard, line: Line) -> None:
    """The first one starts the clock; a case already on the list has answered it."""
    case = queries.case_of_person(fact.person, fact.outbreak)
    db.write(
        "cases_positive",
        "INSERT INTO cases_positive (person, outbreak, path, jurisdiction, laboratory, at, state, case_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person, outbreak) DO NOTHING",
        (
            fact.person,
            fact.outbreak,
            areas.path_of(fact.jurisdiction) or line.jurisdiction or "",
            fact.jurisdiction,
            fact.laboratory,
            to_micros(fact.at),
            "reported" if case else "waiting",
            case,
        ),
    )


@keeps(ReportMissed)
def a_missed_report(fact: ReportMissed, line: Line) -> None:
    """It stays missed until a report comes."""
    del line
    db.write(
        "cases_positive",
        "UPDATE cases_positive SET state = 'missed' WHERE person = %s AND outbreak = %s AND state = 'waiting'",
        (fact.person, fact.outbreak),
    )


@keeps(ReportFoundLate)
def a_late_report(fact: ReportFoundLate, line: Line) -> None:
    """By how much is kept with the case."""
    db.write(
        "cases_case",
        "UPDATE cases_case SET report_due_at = %s WHERE id = %s",
        (to_micros(fact.due_at), fact.case),
    )
    about(fact.case, line)


@keeps(FacilityEnrolled)
def a_reporting_unit(fact: FacilityEnrolled, line: Line) -> None:
    """Heard of from the day it was enrolled."""
    db.write(
        "cases_facility",
        "INSERT INTO cases_facility (facility, outbreak, jurisdiction, path, names, heard_at, silent)"
        " VALUES (%s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (outbreak, facility) DO UPDATE SET names = excluded.names",
        (
            fact.facility,
            fact.outbreak,
            fact.jurisdiction,
            areas.path_of(fact.jurisdiction) or line.jurisdiction or "",
            orjson.dumps(fact.names).decode(),
            to_micros(fact.at),
        ),
    )


@keeps(DailyReportMade)
def a_daily_report(fact: DailyReportMade, line: Line) -> None:
    """Zero counts as being heard of."""
    del line
    db.write(
        "cases_facility",
        "UPDATE cases_facility SET last_on = %s, heard_at = %s, silent = FALSE WHERE outbreak = %s AND facility = %s",
        (fact.on.isoformat(), to_micros(fact.at), fact.outbreak, fact.facility),
    )


@keeps(FacilityFellSilent)
def a_silent_unit(fact: FacilityFellSilent, line: Line) -> None:
    """Until it is heard of again."""
    del line
    db.write(
        "cases_facility",
        "UPDATE cases_facility SET silent = TRUE WHERE outbreak = %s AND facility = %s",
        (fact.outbreak, fact.facility),
    )
