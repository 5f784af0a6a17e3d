"""What investigations found: interviews, exposures, links of transmission."""

from __future__ import annotations

import orjson

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.cases.memory.history import about
from ringfence.facts.cases import (
    ExposureNoted,
    ExposureStruck,
    InfectorNamed,
    InfectorWithdrawn,
    InterviewKept,
    InvestigationCompleted,
    InvestigationOpened,
)
from ringfence.facts.registry import DossierOpened, FileKept


@keeps(InvestigationOpened)
def an_open_investigation(fact: InvestigationOpened, line: Line) -> None:
    """And its officer."""
    db.write(
        "cases_case",
        "UPDATE cases_case SET investigation = 'open', officer = coalesce(%s, officer) WHERE id = %s",
        (fact.officer, fact.case),
    )
    about(fact.case, line)


@keeps(InvestigationCompleted)
def a_finished_investigation(fact: InvestigationCompleted, line: Line) -> None:
    """Done."""
    db.write("cases_case", "UPDATE cases_case SET investigation = 'done' WHERE id = %s", (fact.case,))
    about(fact.case, line)


@keeps(InterviewKept)
def an_interview(fact: InterviewKept, line: Line) -> None:
    """The newest answers of each form."""
    db.write(
        "cases_interview",
        "INSERT INTO cases_interview (case_id, form, version, answers, sealed, completeness, at, told_by)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (case_id, form) DO UPDATE SET version = excluded.version, answers = excluded.answers,"
        " sealed = excluded.sealed, completeness = excluded.completeness, at = excluded.at, told_by = excluded.told_by",
        (
            fact.case,
            fact.form,
            fact.version,
            orjson.dumps(fact.answers, option=orjson.OPT_SORT_KEYS).decode(),
            fact.sealed,
            fact.completeness,
            to_micros(fact.at),
            line.by,
        ),
    )
    db.write("cases_case", "UPDATE cases_case SET completeness = %s WHERE id = %s", (fact.completeness, fact.case))
    about(fact.case, line)


@keeps(ExposureNoted)
def an_exposure(fact: ExposureNoted, line: Line) -> None:
    """Told again under its id, it is corrected."""
    db.write(
        "cases_exposure",
        "INSERT INTO cases_exposure (id, case_id, infectious, begins_at, ends_at, kind, place, told_place, protection,"
        " certainty) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET"
        " infectious = excluded.infectious, begins_at = excluded.begins_at, ends_at = excluded.ends_at,"
        " kind = excluded.kind, place = excluded.place, told_place = excluded.told_place,"
        " protection = excluded.protection, certainty = excluded.certainty",
        (
            fact.exposure,
            fact.case,
            fact.infectious,
            to_micros(fact.begins_at),
            to_micros(fact.ends_at),
            fact.kind,
            fact.place,
            fact.told_place,
            fact.protection,
            fact.certainty.value,
        ),
    )
    about(fact.case, line)


@keeps(ExposureStruck)
def a_struck_exposure(fact: ExposureStruck, line: Line) -> None:
    """Gone from the file; the log still knows it."""
    db.write("cases_exposure", "DELETE FROM cases_exposure WHERE id = %s", (fact.exposure,))
    about(fact.case, line)


@keeps(InfectorNamed)
def a_link(fact: InfectorNamed, line: Line) -> None:
    """Beside its rivals."""
    db.write(
        "cases_link",
        "INSERT INTO cases_link (case_id, infector, certainty, setting, evidence) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (case_id, infector) DO UPDATE SET certainty = excluded.certainty, setting = excluded.setting,"
        " evidence = excluded.evidence",
        (fact.case, fact.infector, fact.certainty.value, fact.setting, fact.evidence),
    )
    about(fact.case, line)
    about(fact.infector, line)


@keeps(InfectorWithdrawn)
def a_withdrawn_link(fact: InfectorWithdrawn, line: Line) -> None:
    """No longer drawn."""
    db.write("cases_link", "DELETE FROM cases_link WHERE case_id = %s AND infector = %s", (fact.case, fact.infector))
    about(fact.case, line)


@keeps(FileKept)
def an_attached_file(fact: FileKept, line: Line) -> None:
    """Part of the history of the case that it is about."""
    if fact.about.startswith("case_"):
        about(fact.about, line)


@keeps(DossierOpened)
def an_opened_dossier(fact: DossierOpened, line: Line) -> None:
    """Who read a case is part of its history."""
    about(fact.case, line)
