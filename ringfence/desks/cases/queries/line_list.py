"""The line list: filters, sorts and pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.core.paging import Page, Sort, narrowed, page
from ringfence.facts.cases import Classification
from ringfence.facts.ids import CaseId, JurisdictionId, OutbreakId, PersonId
from ringfence.registry.queries.areas import narrowed_to
from ringfence.registry.queries.outbreaks import as_day

COLUMNS = (
    "id",
    "seq",
    "number",
    "outbreak",
    "person",
    "jurisdiction",
    "path",
    "residence",
    "stay",
    "code",
    "source",
    "classification",
    "sex",
    "age_years",
    "facility",
    "found_by",
    "imported",
    "quarantined_before",
    "cluster",
    "onset_on",
    "positive_on",
    "reported_on",
    "admitted_on",
    "ended_on",
    "outcome",
    "listed_at",
    "found_at",
    "report_due_at",
    "reported_at",
    "investigation",
    "officer",
    "completeness",
    "set_aside",
)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row of the line list; paths are places, moments are aware, None is not known."""

    id: CaseId
    seq: int
    number: int
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId
    path: str
    residence: str | None
    stay: str | None
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
    onset_on: date | None
    positive_on: date | None
    reported_on: date | None
    admitted_on: date | None
    ended_on: date | None
    outcome: str | None
    listed_at: datetime
    found_at: datetime | None
    report_due_at: datetime | None
    reported_at: datetime | None
    investigation: str
    officer: str | None
    completeness: float
    set_aside: bool

    @property
    def report_state(self) -> str:
        """on_time, late, waiting (found, not reported) or unknown (the hours are not on record)."""
        if self.report_due_at is not None:
            return "late"
        if self.found_at is None:
            return "unknown"
        return "on_time" if self.reported_at is not None else "waiting"


_SELECT = f"SELECT {', '.join(COLUMNS)} FROM cases_case"
_DAYS = [COLUMNS.index(name) for name in COLUMNS if name.endswith("_on")]
_MOMENTS = [COLUMNS.index(name) for name in COLUMNS if name.endswith("_at")]
_FLAGS = [COLUMNS.index(name) for name in ("imported", "quarantined_before", "set_aside")]


def _row(stored: Sequence[Any]) -> CaseRow:
    values = list(stored)
    for i in _DAYS:
        values[i] = as_day(values[i])
    for i in _MOMENTS:
        values[i] = None if values[i] is None else from_micros(values[i])
    for i in _FLAGS:
        values[i] = None if values[i] is None else bool(values[i])
    return CaseRow(*values)


def case_row(case: CaseId) -> CaseRow | None:
    """One row of the line list."""
    rows = db.ask_about("cases_case", (case,), f"{_SELECT} WHERE id = %s", (case,))
    return _row(rows[0]) if rows else None


_ROOTS = "cases_case WHERE outbreak = %s AND set_aside = %s"
SORTS = {
    "newest": Sort("seq", descending=True),
    "oldest": Sort("seq"),
    "onset": Sort("onset_on", "seq", descending=True, gaps=True),
    "reported": Sort("reported_on", "seq", descending=True, gaps=True),
}


@query(may="see")
def line_list(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    classification: Classification | None = None,
    investigation: str | None = None,
    sex: str | None = None,
    found_by: str | None = None,
    cluster: str | None = None,
    outcome: str | None = None,
    report: str | None = None,
    onset_from: date | None = None,
    onset_until: date | None = None,
    reported_from: date | None = None,
    reported_until: date | None = None,
    code: str | None = None,
    set_aside: bool = False,
    sort: str = "newest",
    after: str | None = None,
    limit: int = 50,
) -> Page[CaseRow]:
    """The line list of an outbreak, filtered, a page at a time by key."""
    asked = locals()
    where, values = _filters(asked)
    scope = narrowed_to(scope, under)
    return page(
        f"{_SELECT} WHERE {where}",
        values,
        scope=scope,
        path="path",
        roots=(_ROOTS, (outbreak, set_aside)),
        sort=SORTS.get(sort, SORTS["newest"]),
        after=after,
        limit=limit,
        read=_row,
        columns=COLUMNS,
    )


def _filters(asked: dict[str, Any]) -> tuple[str, list[Any]]:
    """The conditions of a line list and their values."""
    parts, values = ["outbreak = %s", "set_aside = %s"], [asked["outbreak"], asked["set_aside"]]
    for name in ("classification", "investigation", "sex", "found_by", "cluster", "outcome"):
        if asked[name]:
            parts.append(f"{name} = %s")
            values.append(str(asked[name]))
    for name, column, sign in (
        ("onset_from", "onset_on", ">="),
        ("onset_until", "onset_on", "<="),
        ("reported_from", "reported_on", ">="),
        ("reported_until", "reported_on", "<="),
    ):
        if asked[name]:
            parts.append(f"{column} {sign} %s")
            values.append(asked[name].isoformat())
    if asked["report"]:
        parts.append(_REPORT.get(asked["report"], "1 = 0"))
    if asked["code"]:
        found = _called(asked["outbreak"], asked["code"].strip())
        parts.append(f"seq IN ({', '.join(['%s'] * len(found))})" if found else "1 = 0")
        values += found
    return " AND ".join(parts), values


def _called(outbreak: OutbreakId, text: str) -> list[int]:
    """The cases of an outbreak with a code or a number, by their place in the list: read first, as few are meant."""
    number = text.rpartition("-")[2]
    known = int(number) if number.isdigit() and len(number) < 10 else -1  # noqa: PLR2004 (what an integer column holds)
    rows = db.ask(
        "SELECT seq FROM cases_case WHERE outbreak = %s AND code = %s"
        " UNION SELECT seq FROM cases_case WHERE outbreak = %s AND number = %s ORDER BY 1 LIMIT 500",
        (outbreak, text, outbreak, known),
    )
    return [seq for (seq,) in rows]


_REPORT = {
    "late": "report_due_at IS NOT NULL",
    "waiting": "found_at IS NOT NULL AND reported_at IS NULL",
    "on_time": "reported_at IS NOT NULL AND report_due_at IS NULL",
}


@query(may="see")
def cases_matching(  # noqa: PLR0913 (the filters of the line list)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    under: JurisdictionId | None = None,
    classification: Classification | None = None,
    investigation: str | None = None,
    sex: str | None = None,
    found_by: str | None = None,
    cluster: str | None = None,
    outcome: str | None = None,
    report: str | None = None,
    onset_from: date | None = None,
    onset_until: date | None = None,
    reported_from: date | None = None,
    reported_until: date | None = None,
    code: str | None = None,
    set_aside: bool = False,
    at_most: int = 10_001,
) -> int:
    """How many cases the filters of the line list match, counted no further than a bound."""
    where, values = _filters(locals())
    scope = narrowed_to(scope, under)
    within, ends = narrowed(scope, "path", _ROOTS, (outbreak, set_aside))
    row = db.ask_one(
        f"SELECT count(*) FROM (SELECT 1 FROM cases_case WHERE {where} AND {within} LIMIT {int(at_most)}) matching",
        (*values, *ends),
    )
    return int(row[0]) if row else 0
