"""When a case counts as an infection, and since when it may have infected others: what tracing goes by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ringfence.core.declare import when
from ringfence.core.fact import Facts, Line, from_micros, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.policy import Anchor, Policy
from ringfence.desks.cases.queries.confirmed import Standing
from ringfence.desks.cases.rules import STILL_WARM
from ringfence.facts.cases import (
    CaseClassified,
    CaseConfirmed,
    CaseReported,
    CaseRestored,
    CaseSetAside,
    CaseUnconfirmed,
    Classification,
    CourseEvent,
    CourseNoted,
    CourseStruck,
)
from ringfence.facts.ids import CaseId
from ringfence.facts.time import TimeStruck
from ringfence.registry.queries import areas

BEGINS = (CourseEvent.ONSET, CourseEvent.SAMPLED, CourseEvent.POSITIVE, CourseEvent.DIAGNOSED, CourseEvent.REPORTED)
"""Day 0: the onset, else the first positive sample; where neither is known, the nearest later station."""

ENDS = (CourseEvent.ISOLATED, CourseEvent.ADMITTED, CourseEvent.DIED)
"""From here on nobody else is met."""

A_STRIKE = 200

Course = Mapping[str, queries.Station]
Told = CaseReported | CaseClassified | CourseNoted | CourseStruck | CaseRestored


class Window(NamedTuple):
    """When a case may have infected others."""

    begins_at: datetime
    ends_at: datetime | None
    counted_from: CourseEvent


@when(CaseReported, CaseClassified, CourseNoted, CourseStruck, CaseRestored)
def an_infection_is_confirmed_with_its_window(told: Told, line: Line, policy: Policy) -> Facts:
    """Contacts are looked for as soon as it is known since when; when that changes, they are looked for again."""
    if line.heard_at - told.at > STILL_WARM:
        return  # history: the line list has it, and nobody is to be found any more
    case = queries.standing(told.case)
    if case is None or case.set_aside:
        return
    course = queries.course(told.case)
    if not _infects(Classification(case.classification), course, policy):
        return
    by_course = isinstance(told, (CourseNoted, CourseStruck))
    if by_course and case.told is None and line.heard_at - from_micros(case.listed_at) > STILL_WARM:
        return
    window = _window(course, policy, case.path)
    if window is not None:
        yield from _confirmed(case, window, told.at)


def _infects(classification: Classification, course: Course, policy: Policy) -> bool:
    """Whether contacts are owed a call: by the class, or as a laboratory found it and the class waits for symptoms only."""
    found = CourseEvent.POSITIVE.value in course and classification is not Classification.DISCARDED
    return found or classification in policy.infected


@when(TimeStruck)
def a_case_without_a_course_counts_from_its_report(struck: TimeStruck, line: Line, policy: Policy) -> Facts:
    """Whoever reports nothing but the case has said at least that there is one: its contacts cannot wait for the rest."""
    if line.outbreak is None:
        return
    since = to_micros(struck.at - STILL_WARM)
    for case_id in queries.never_confirmed(line.outbreak, [each.value for each in policy.infected], since, A_STRIKE):
        case = queries.standing(case_id)
        if case is None:
            continue
        zone = ZoneInfo(areas.zone_at(case.path))
        day = from_micros(case.listed_at).astimezone(zone).date()
        course = {CourseEvent.REPORTED.value: queries.Station(CourseEvent.REPORTED.value, day, case.listed_at)}
        window = _window(course | queries.course(case_id), policy, case.path)
        if window is not None:
            yield from _confirmed(case, window, struck.at)


@when(CaseClassified, CaseSetAside)
def a_case_that_is_none_is_told_to_whoever_acted_on_it(
    told: CaseClassified | CaseSetAside, line: Line, policy: Policy
) -> Facts:
    """People keep apart because of it: they are owed the news as fast as they were found."""
    del line
    case = queries.standing(told.case)
    if case is None or case.told is None:
        return
    if isinstance(told, CaseClassified) and _infects(told.classification, queries.course(told.case), policy):
        return
    discarded = isinstance(told, CaseClassified) and told.classification is Classification.DISCARDED
    reason = "set_aside" if isinstance(told, CaseSetAside) else "discarded" if discarded else "reclassified"
    yield CaseUnconfirmed(case=case.id, outbreak=case.outbreak, person=case.person, reason=reason, at=told.at)


def _confirmed(case: Standing, window: Window, at: datetime) -> Facts:
    """The confirmation, unless the same was told last."""
    positive = queries.course(case.id).get(CourseEvent.POSITIVE.value)
    until = to_micros(window.ends_at) if window.ends_at else None
    positive_at = positive.moment if positive else None
    now = (case.classification, to_micros(window.begins_at), until, window.counted_from.value, positive_at)
    if case.told == now:
        return
    yield CaseConfirmed(
        case=CaseId(case.id),
        outbreak=case.outbreak,
        person=case.person,
        jurisdiction=case.jurisdiction,
        classification=Classification(case.classification),
        infectious_from=window.begins_at,
        infectious_until=window.ends_at,
        counted_from=window.counted_from,
        positive_at=from_micros(positive_at) if positive_at is not None else None,
        at=at,
    )


def _window(course: Course, policy: Policy, path: str) -> Window | None:
    """Since when a case with this course infects, counted in whole days of the place; None where no station is known.

    A rash has no station of its own: the onset, some days before it, stands for it, so that nobody is left out.
    """
    day_0 = next((event for event in BEGINS if event.value in course), None)
    if day_0 is None:
        return None
    zone = ZoneInfo(areas.zone_at(path))
    first = _day(course[day_0.value].day, zone)
    begins_at = first - policy.lookback
    ends = [_end(course[event.value], zone) for event in ENDS if event.value in course]
    if policy.infectious_after_onset and policy.infectious_anchor is Anchor.ONSET and day_0 is CourseEvent.ONSET:
        ends.append(first + policy.infectious_after_onset + timedelta(days=1))
    return Window(begins_at, max(begins_at, min(ends)) if ends else None, day_0)


def _day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _end(station: queries.Station, zone: ZoneInfo) -> datetime:
    """The hour where it is known, else the end of the day."""
    if station.moment is not None:
        return from_micros(station.moment)
    return _day(station.day, zone) + timedelta(days=1)
