"""The whole line list with every column, in pages: for exports of any size, in constant memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.fact import from_micros
from ringfence.facts.ids import OutbreakId
from ringfence.registry.queries.people import public_columns

AT_A_TIME = 4_000

_CASE = (
    "id, seq, number, person, path, residence, code, source, classification, sex, age_years, facility, found_by, imported,"
    " quarantined_before, cluster, outcome, ended_on, listed_at, investigation"
)


@dataclass(slots=True)
class WholeCase:
    """A case with all that hangs on it; days are ISO texts, identities are left out."""

    id: str
    number: int
    person: str
    path: str
    residence: str | None
    code: str
    source: str
    classification: str
    sex: str | None
    age_years: float | None
    facility: str | None
    found_by: str | None
    imported: bool | None
    quarantined_before: bool | None
    cluster: str | None
    outcome: str | None
    ended_on: str | None
    listed_on: str
    investigation: str
    birth_on: str | None = None
    occupation: str | None = None
    course: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    infectors: list[tuple[str, str, str, str]] = field(default_factory=list)  # code, certainty, setting, evidence


def whole_list(scope: Scope, outbreak: OutbreakId) -> Iterator[list[WholeCase]]:
    """Every case on the list at the asker's places, in the order of the list, a page at a time."""
    condition, values = scope.sql("path")
    after = 0
    while True:
        rows = db.ask(
            f"SELECT {_CASE} FROM cases_case WHERE outbreak = %s AND set_aside = %s AND seq > %s AND {condition}"
            f" ORDER BY seq LIMIT {AT_A_TIME}",
            (outbreak, False, after, *values),
        )
        if not rows:
            return
        yield _page(outbreak, rows, after, rows[-1][1])
        after = rows[-1][1]


def _page(outbreak: str, rows: Sequence[Sequence[Any]], after: int, last: int) -> list[WholeCase]:
    beside = (outbreak, after, last)
    course: dict[str, dict[str, str]] = defaultdict(dict)
    for case, event, day in db.ask(_COURSE, beside):
        course[case][event] = str(day)
    extras: dict[str, dict[str, str]] = defaultdict(dict)
    for case, name, value in db.ask(_EXTRA, beside):
        extras[case][name] = value
    infectors: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for case, *link in db.ask(_LINK, beside):
        infectors[case].append((link[0], link[1], link[2], link[3]))
    people = public_columns([row[3] for row in rows])
    made = []
    for id_, _, number, person, *told in rows:
        *columns, listed_at, investigation = told
        columns[8 + 1] = None if columns[9] is None else bool(columns[9])
        columns[10] = None if columns[10] is None else bool(columns[10])
        columns[13] = None if columns[13] is None else str(columns[13])
        birth, occupation = people.get(person, (None, None))
        beside_it = (birth, occupation, course.get(id_, {}), extras.get(id_, {}), infectors.get(id_, []))
        listed_on = from_micros(listed_at).date().isoformat()
        whole: tuple[Any, ...] = (id_, number, person, *columns, listed_on, investigation, *beside_it)
        made.append(WholeCase(*whole))
    return made


_RANGE = "JOIN cases_case c ON c.id = x.case_id WHERE c.outbreak = %s AND c.seq > %s AND c.seq <= %s"
_COURSE = f"SELECT x.case_id, x.event, x.day FROM cases_course x {_RANGE}"
_EXTRA = f"SELECT x.case_id, x.name, x.value FROM cases_extra x {_RANGE} ORDER BY x.name"
_LINK = (
    "SELECT x.case_id, i.code, x.certainty, x.setting, x.evidence FROM cases_link x JOIN cases_case i ON i.id = x.infector"
    " JOIN cases_case c ON c.id = x.case_id WHERE c.outbreak = %s AND c.seq > %s AND c.seq <= %s ORDER BY i.seq"
)


def extra_names(outbreak: OutbreakId) -> list[str]:
    """The columns that any case of an outbreak has beside the terms of the list."""
    rows = db.ask(
        "SELECT DISTINCT x.name FROM cases_extra x JOIN cases_case c ON c.id = x.case_id WHERE c.outbreak = %s ORDER BY 1",
        (outbreak,),
    )
    return [name for (name,) in rows]
