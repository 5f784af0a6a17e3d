"""Cases by id, person and code; what memory and rules look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ringfence.core import db
from ringfence.core.declare import belongs, locates
from ringfence.facts.ids import CaseId
from ringfence.registry.queries.outbreaks import as_day


@dataclass(frozen=True, slots=True)
class CaseKey:
    """What the counts of a case hang on."""

    id: str
    outbreak: str
    path: str
    classification: str
    set_aside: bool

    def classed(self, classification: str) -> CaseKey:
        """The same case in another class."""
        return replace(self, classification=classification)

    def at(self, path: str) -> CaseKey:
        """The same case at another place."""
        return replace(self, path=path)

    def shown(self) -> CaseKey:
        """The same case on the lists."""
        return replace(self, set_aside=False)


@dataclass(frozen=True, slots=True)
class Station:
    """A station of a course: the day, and the moment in microseconds where the hour is known."""

    event: str
    day: date
    moment: int | None
    seq: int = 0  # the line that told it


@locates(CaseId)
def place_of_case(case: str) -> str | None:
    """Where a case is handled."""
    row = db.ask_one("SELECT path FROM cases_case WHERE id = %s", (case,))
    return str(row[0]) if row else None


def key(case: str) -> CaseKey | None:
    """What a case's counts hang on, or None."""
    sql = "SELECT outbreak, path, classification, set_aside FROM cases_case WHERE id = %s"
    rows = db.ask_about("cases_case", (case,), sql, (case,))
    if not rows:
        return None
    outbreak, path, classification, set_aside = rows[0]
    return CaseKey(case, outbreak, path, classification, bool(set_aside))


@belongs(CaseId)
def outbreak_of_case(case: str) -> str | None:
    """The outbreak that a case was reported to."""
    found = key(case)
    return found.outbreak if found else None


def numbers_of(cases: Sequence[str]) -> dict[str, int]:
    """Case id -> its number within its outbreak, for a page of rows."""
    wanted = sorted(set(cases))
    marks = ", ".join(["%s"] * len(wanted))
    return dict(db.ask(f"SELECT id, number FROM cases_case WHERE id IN ({marks})", wanted)) if wanted else {}


def cases_so_far(outbreak: str) -> int:
    """How many cases an outbreak has had, those set aside included."""
    row = db.ask_one("SELECT n FROM cases_count WHERE outbreak = %s", (outbreak,))
    return int(row[0]) if row else 0


def course(case: str) -> dict[str, Station]:
    """The stations of a case's course, by event."""
    sql = "SELECT event, day, moment, seq FROM cases_course WHERE case_id = %s"
    rows = db.ask_about("cases_course", (case,), sql, (case,))
    return {event: Station(event, as_day(day) or date.min, moment, seq) for event, day, moment, seq in rows}


def counted_days(case: str) -> list[tuple[str, date]]:
    """The days on which a case is counted, by event."""
    row = db.ask_one("SELECT onset_on, positive_on, reported_on, listed_on FROM cases_case WHERE id = %s", (case,))
    names = ("onset", "positive", "reported", "listed")
    days = [(name, as_day(day)) for name, day in zip(names, row or (), strict=False)]
    return [(name, day) for name, day in days if day is not None]


def case_of_person(person: str, outbreak: str) -> CaseId | None:
    """The newest case of a person in an outbreak."""
    row = db.ask_one(
        "SELECT id FROM cases_case WHERE person = %s AND outbreak = %s ORDER BY seq DESC LIMIT 1", (person, outbreak)
    )
    return CaseId(row[0]) if row else None


def case_coded(source: str, code: str, outbreak: str) -> CaseId | None:
    """The case that a source calls by this code."""
    row = db.ask_one(
        "SELECT id FROM cases_case WHERE source = %s AND code = %s AND outbreak = %s LIMIT 1", (source, code, outbreak)
    )
    return CaseId(row[0]) if row else None


def extras_of(case: str) -> dict[str, str]:
    """The columns of a case that have no term of their own."""
    sql = "SELECT name, value FROM cases_extra WHERE case_id = %s"
    return dict(db.ask_about("cases_extra", (case,), sql, (case,)))


def cases_alike(outbreak: str, path: str, sex: str, age_years: float, onset_on: date) -> list[tuple[CaseId, str]]:
    """(case, source) of cases on the list at a place with the same sex, age and day of onset, at most 20."""
    rows = db.ask(
        "SELECT id, source FROM cases_case WHERE outbreak = %s AND set_aside = %s AND onset_on = %s AND path = %s"
        " AND sex = %s AND age_years = %s ORDER BY seq LIMIT 20",
        (outbreak, False, onset_on.isoformat(), path, sex, age_years),
    )
    return [(CaseId(case), source) for case, source in rows]


def cases_in(outbreak: str) -> int:
    """How many cases of an outbreak are on the list."""
    row = db.ask_one("SELECT count(*) FROM cases_case WHERE outbreak = %s AND set_aside = %s", (outbreak, False))
    return int(row[0]) if row else 0
