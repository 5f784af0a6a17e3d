"""One case: all that is on record of it, identities apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.desks.cases.queries.keys import Station, course
from ringfence.desks.cases.queries.line_list import CaseRow, case_row
from ringfence.facts.ids import CaseId, OutbreakId, PersonId
from ringfence.registry.queries import people


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Who may have infected whom."""

    case: CaseId
    infector: CaseId
    certainty: str
    setting: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """A place and time of a case; `told_place` is sealed."""

    id: str
    infectious: bool
    begins_at: datetime
    ends_at: datetime
    kind: str
    place: str | None
    told_place: str | None
    protection: str | None
    certainty: str


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """The newest answers to a form."""

    form: str
    version: int
    answers: dict[str, str]
    sealed: str | None
    completeness: float
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that is on record of a case, identities apart."""

    row: CaseRow
    course: list[Station]
    findings: list[str]
    extras: dict[str, str]
    infectors: list[LinkRow]
    infected: list[LinkRow]
    exposures: list[ExposureRow]
    interviews: list[InterviewRow]
    lines: list[int]  # of the log, oldest first


@query(may="see")
def case_file(*, case: CaseId) -> CaseFile | None:
    """All that is on record of a case, identities apart."""
    row = case_row(case)
    if row is None:
        return None
    stations = sorted(course(case).values(), key=lambda each: (each.day, each.moment or 0))
    return CaseFile(
        row=row,
        course=stations,
        findings=findings_of(case),
        extras=dict(db.ask("SELECT name, value FROM cases_extra WHERE case_id = %s ORDER BY name", (case,))),
        infectors=infectors_of(case),
        infected=_links("infector", case),
        exposures=exposures_of(case),
        interviews=interviews_of(case),
        lines=[seq for (seq,) in db.ask("SELECT seq FROM cases_line WHERE case_id = %s ORDER BY seq", (case,))],
    )


def findings_of(case: str) -> list[str]:
    """What was found of a case."""
    return [
        each for (each,) in db.ask("SELECT finding FROM cases_finding WHERE case_id = %s ORDER BY finding", (case,))
    ]


def _links(end: str, case: str) -> list[LinkRow]:
    rows = db.ask(
        "SELECT case_id, infector, certainty, setting, evidence FROM cases_link"
        f" WHERE {end} = %s ORDER BY infector, case_id LIMIT 500",
        (case,),
    )
    return [LinkRow(*each) for each in rows]


def infectors_of(case: str) -> list[LinkRow]:
    """Who may have infected a case."""
    return _links("case_id", case)


def exposures_of(case: str) -> list[ExposureRow]:
    """Where a case was, earliest first."""
    rows = db.ask(
        "SELECT id, infectious, begins_at, ends_at, kind, place, told_place, protection, certainty"
        " FROM cases_exposure WHERE case_id = %s ORDER BY begins_at",
        (case,),
    )
    return [
        ExposureRow(id_, bool(infectious), from_micros(begins), from_micros(ends), *rest)
        for id_, infectious, begins, ends, *rest in rows
    ]


def exposure_case(exposure: str) -> CaseId | None:
    """The case that an exposure belongs to."""
    row = db.ask_one("SELECT case_id FROM cases_exposure WHERE id = %s", (exposure,))
    return CaseId(row[0]) if row else None


def interviews_of(case: str) -> list[InterviewRow]:
    """The newest answers of each form."""
    rows = db.ask(
        "SELECT form, version, answers, sealed, completeness, at, told_by FROM cases_interview"
        " WHERE case_id = %s ORDER BY at DESC",
        (case,),
    )
    return [
        InterviewRow(form, version, orjson.loads(answers), sealed, completeness, from_micros(at), by)
        for form, version, answers, sealed, completeness, at, by in rows
    ]


@dataclass(frozen=True, slots=True)
class NearCase:
    """What a link to another case shows of it."""

    id: CaseId
    number: int
    path: str
    classification: str


def near_cases(cases: Sequence[str]) -> dict[str, NearCase]:
    """Case id -> what a link to it shows, for a page of links."""
    if not cases:
        return {}
    marks = ", ".join(["%s"] * len(cases))
    rows = db.ask(f"SELECT id, number, path, classification FROM cases_case WHERE id IN ({marks})", tuple(cases))
    return {row[0]: NearCase(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class PersonCase:
    """A case of a person, as a link to it shows it."""

    id: CaseId
    number: int
    outbreak: OutbreakId
    path: str
    classification: str
    set_aside: bool


@query(may="see")
def cases_of_person(scope: Scope, *, person: PersonId) -> list[PersonCase]:
    """The cases of a person, under each record that is joined with theirs, newest first."""
    condition, values = scope.sql("path")
    joined = {person, *(each.id for each in people.records_of(person))}
    marks = ", ".join(["%s"] * len(joined))
    rows = db.ask(
        "SELECT id, number, outbreak, path, classification, set_aside FROM cases_case"
        f" WHERE person IN ({marks}) AND {condition} ORDER BY seq DESC LIMIT 100",
        (*sorted(joined), *values),
    )
    return [
        PersonCase(CaseId(id_), number, OutbreakId(outbreak), path, classification, bool(aside))
        for id_, number, outbreak, path, classification, aside in rows
    ]
