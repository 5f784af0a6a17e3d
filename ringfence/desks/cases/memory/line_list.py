"""The line list, the course of each case, and the curve by day and place."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from ringfence.core import db
from ringfence.core.access import above
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.memory.history import about
from ringfence.facts.cases import (
    CaseClassified,
    CaseCorrected,
    CaseDescribed,
    CaseMoved,
    CaseReported,
    CaseRestored,
    CaseSetAside,
    CourseEvent,
    CourseNoted,
    CourseStruck,
    FindingsNoted,
    LineListRead,
)
from ringfence.registry.queries import areas

_CASE = (
    "INSERT INTO cases_case (id, seq, number, outbreak, person, jurisdiction, path, residence, stay, code, source,"
    " classification, sex, age_years, facility, found_by, imported, quarantined_before, cluster, listed_on, listed_at,"
    " investigation, completeness, set_aside) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
    " %s, %s, %s, %s, 'none', 0, FALSE) ON CONFLICT (id) DO NOTHING"
)
_COUNT = (
    "INSERT INTO cases_day_count (outbreak, event, path, day, classification, n) VALUES (%s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (outbreak, event, path, day, classification) DO UPDATE SET n = cases_day_count.n + excluded.n"
)
_COLUMN = {  # stations that the line list shows as columns
    CourseEvent.ONSET: "onset_on",
    CourseEvent.POSITIVE: "positive_on",
    CourseEvent.REPORTED: "reported_on",
    CourseEvent.ADMITTED: "admitted_on",
}
_ENDS = {CourseEvent.RECOVERED: "recovered", CourseEvent.DISCHARGED: "discharged", CourseEvent.DIED: "died"}
_COUNTED = (CourseEvent.ONSET, CourseEvent.POSITIVE, CourseEvent.REPORTED)


def _count(case: queries.CaseKey, event: str, day: date, by: int) -> None:
    for path in above(case.path):
        db.write("cases_day_count", _COUNT, (case.outbreak, event, path, day.isoformat(), case.classification, by))


@keeps(CaseReported)
def a_case(fact: CaseReported, line: Line) -> None:
    """A row of the line list, numbered within its outbreak."""
    if queries.key(fact.case) is not None:
        about(fact.case, line)
        return
    number = queries.cases_so_far(fact.outbreak) + 1
    path = areas.path_of(fact.jurisdiction) or line.jurisdiction or ""
    listed_on = fact.at.astimezone(ZoneInfo(areas.zone_at(path))).date()
    row = (
        fact.case, line.seq, number, fact.outbreak, fact.person, fact.jurisdiction, path,
        areas.path_of(fact.residence) if fact.residence else None, areas.path_of(fact.stay) if fact.stay else None,
        fact.code, fact.source, fact.classification.value, fact.sex, fact.age_years, fact.facility, fact.found_by,
        fact.imported, fact.quarantined_before, fact.cluster, listed_on.isoformat(), to_micros(fact.at),
    )  # fmt: skip
    db.write("cases_case", _CASE, row)
    db.write(
        "cases_count",
        "INSERT INTO cases_count (outbreak, n) VALUES (%s, %s) ON CONFLICT (outbreak) DO UPDATE SET n = excluded.n",
        (fact.outbreak, number),
    )
    key = queries.CaseKey(fact.case, fact.outbreak, path, fact.classification.value, set_aside=False)
    _count(key, "listed", listed_on, 1)
    db.write(
        "cases_positive",
        "UPDATE cases_positive SET state = 'reported', case_id = %s WHERE person = %s AND outbreak = %s",
        (fact.case, fact.person, fact.outbreak),
    )
    about(fact.case, line)


@keeps(CaseClassified)
def a_class(fact: CaseClassified, line: Line) -> None:
    """The curve's days move with it from one class to the other."""
    key = queries.key(fact.case)
    if key is None:
        return
    _counts_of(key, -1)
    db.write(
        "cases_case",
        "UPDATE cases_case SET classification = %s WHERE id = %s",
        (fact.classification.value, fact.case),
    )
    _counts_of(key.classed(fact.classification.value), 1)
    about(fact.case, line)


def _counts_of(key: queries.CaseKey, by: int) -> None:
    """Every day on which the case is counted."""
    if key.set_aside:
        return
    for event, day in queries.counted_days(key.id):
        _count(key, event, day, by)


@keeps(FindingsNoted)
def findings(fact: FindingsNoted, line: Line) -> None:
    """All that was ever found."""
    for each in fact.findings:
        db.write(
            "cases_finding",
            "INSERT INTO cases_finding (case_id, finding) VALUES (%s, %s) ON CONFLICT (case_id, finding) DO NOTHING",
            (fact.case, each),
        )
    about(fact.case, line)


@keeps(CourseNoted)
def a_course(fact: CourseNoted, line: Line) -> None:
    """The newest telling of a station counts."""
    key = queries.key(fact.case)
    if key is None:
        return
    before = queries.course(fact.case)
    for n, event in enumerate(fact.events):
        day, moment = fact.days[n], fact.moments[n] if n < len(fact.moments) else None
        hour = to_micros(moment) if moment is not None else None
        db.write(
            "cases_course",
            "INSERT INTO cases_course (case_id, event, day, moment, seq) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (case_id, event) DO UPDATE SET day = excluded.day, moment = excluded.moment, seq = excluded.seq",
            (fact.case, event.value, day.isoformat(), hour, line.seq),
        )
        if event in _COUNTED and not key.set_aside:
            if event.value in before:
                _count(key, event.value, before[event.value].day, -1)
            _count(key, event.value, day, 1)
        before[event.value] = queries.Station(event.value, day, hour, line.seq)
        _show(fact.case, event, day)
    _clock(fact.case, before)
    about(fact.case, line)


def _show(case: str, event: CourseEvent, day: date | None) -> None:
    """The line list's own columns."""
    told = day and day.isoformat()
    if event in _COLUMN:
        db.write("cases_case", f"UPDATE cases_case SET {_COLUMN[event]} = %s WHERE id = %s", (told, case))
    elif event in _ENDS:
        db.write(
            "cases_case",
            "UPDATE cases_case SET ended_on = %s, outcome = %s WHERE id = %s",
            (told, _ENDS[event] if day else None, case),
        )


def _clock(case: str, known: dict[str, queries.Station]) -> None:
    """When it was found and when it was reported, where the hours of its course are known."""
    found = [
        moment
        for event in (CourseEvent.POSITIVE.value, CourseEvent.DIAGNOSED.value)
        if event in known and (moment := known[event].moment) is not None
    ]
    reported = known.get(CourseEvent.REPORTED.value)
    db.write(
        "cases_case",
        "UPDATE cases_case SET found_at = %s, reported_at = %s WHERE id = %s",
        (min(found) if found else None, reported.moment if reported else None, case),
    )


@keeps(CourseStruck)
def a_struck_station(fact: CourseStruck, line: Line) -> None:
    """It never happened."""
    key, before = queries.key(fact.case), queries.course(fact.case)
    if key is None or fact.event.value not in before:
        return
    if fact.event in _COUNTED and not key.set_aside:
        _count(key, fact.event.value, before[fact.event.value].day, -1)
    db.write(
        "cases_course",
        "DELETE FROM cases_course WHERE case_id = %s AND event = %s",
        (fact.case, fact.event.value),
    )
    _show(fact.case, fact.event, None)
    del before[fact.event.value]
    _clock(fact.case, before)
    about(fact.case, line)


@keeps(CaseDescribed)
def further_columns(fact: CaseDescribed, line: Line) -> None:
    """As the file had them."""
    for name, value in zip(fact.columns, fact.values, strict=True):
        db.write(
            "cases_extra",
            "INSERT INTO cases_extra (case_id, name, value) VALUES (%s, %s, %s)"
            " ON CONFLICT (case_id, name) DO UPDATE SET value = excluded.value",
            (fact.case, name, value),
        )
    about(fact.case, line)


@keeps(CaseCorrected)
def corrected_columns(fact: CaseCorrected, line: Line) -> None:
    """The newest telling of a column counts."""
    told = [(name, getattr(fact, name)) for name in _CORRECTED if getattr(fact, name) is not None]
    for name, value in told:
        db.write("cases_case", f"UPDATE cases_case SET {name} = %s WHERE id = %s", (value, fact.case))
    about(fact.case, line)


_CORRECTED = ("sex", "age_years", "facility", "imported", "quarantined_before", "cluster")


@keeps(CaseMoved)
def a_moved_case(fact: CaseMoved, line: Line) -> None:
    """It is counted where it is handled."""
    key = queries.key(fact.case)
    if key is None:
        return
    path = areas.path_of(fact.jurisdiction) or key.path
    _counts_of(key, -1)
    db.write(
        "cases_case",
        "UPDATE cases_case SET jurisdiction = %s, path = %s WHERE id = %s",
        (fact.jurisdiction, path, fact.case),
    )
    _counts_of(key.at(path), 1)
    about(fact.case, line)


@keeps(CaseSetAside, CaseRestored)
def a_case_set_aside(fact: CaseSetAside | CaseRestored, line: Line) -> None:
    """Off the lists and out of the counts, or back."""
    key, aside = queries.key(fact.case), isinstance(fact, CaseSetAside)
    if key is None or key.set_aside == aside:
        return
    if aside:
        _counts_of(key, -1)
    db.write("cases_case", "UPDATE cases_case SET set_aside = %s WHERE id = %s", (aside, fact.case))
    if not aside:
        _counts_of(key.shown(), 1)
    about(fact.case, line)


@keeps(LineListRead)
def an_import(fact: LineListRead, line: Line) -> None:
    """How many rows, and what became of them."""
    db.write(
        "cases_import",
        "INSERT INTO cases_import (sha256, outbreak, rows, new, unchanged, refused, changed, links, source, mapping, at,"
        " told_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (outbreak, at, sha256) DO NOTHING",
        (
            fact.sha256,
            fact.outbreak,
            fact.rows,
            fact.new,
            fact.unchanged,
            fact.refused,
            fact.changed,
            fact.links,
            fact.source,
            fact.mapping,
            to_micros(fact.at),
            line.by,
        ),
    )
