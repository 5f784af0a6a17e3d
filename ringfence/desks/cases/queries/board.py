"""Curves, counts and clocks: what the board shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros
from ringfence.core.paging import narrowed
from ringfence.desks.cases.queries.case_file import LinkRow
from ringfence.facts.cases import Classification
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.registry.queries.areas import narrowed_to, path_of
from ringfence.registry.queries.outbreaks import as_day
from ringfence.registry.queries.units import called


@query(may="see")
def curve(
    scope: Scope, *, outbreak: OutbreakId, event: str = "onset", under: JurisdictionId | None = None
) -> list[tuple[date, str, int]]:
    """Cases by day and class, for the epidemic curve: (day, class, n), oldest first."""
    scope = narrowed_to(scope, under)
    condition, values = scope.kept("path")
    rows = db.ask(
        f"SELECT day, classification, sum(n) FROM cases_day_count WHERE outbreak = %s AND event = %s AND {condition}"
        " GROUP BY day, classification HAVING sum(n) > 0 ORDER BY day, classification",
        (outbreak, event, *values),
    )
    return [(as_day(day) or date.min, classification, int(n)) for day, classification, n in rows]


@query(may="see")
def case_numbers(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> dict[str, int]:
    """Cases on the list by class, and in all."""
    numbers: dict[str, int] = {}
    for _, classification, n in curve(scope, outbreak=outbreak, event="listed", under=under):
        numbers[classification] = numbers.get(classification, 0) + n
    numbers["all"] = sum(n for name, n in numbers.items() if name != Classification.DISCARDED)
    return numbers


@query(may="see")
def cases_at(scope: Scope, *, outbreak: OutbreakId, places: tuple[JurisdictionId, ...]) -> dict[JurisdictionId, int]:
    """How many cases are on the list at each of several places and beneath it, discarded ones left out."""
    at = {path: place for place in places if (path := path_of(place)) is not None and scope.covers(path)}
    if not at:
        return {}
    marks = ", ".join(["%s"] * len(at))
    rows = db.ask(
        "SELECT path, sum(n) FROM cases_day_count WHERE outbreak = %s AND event = 'listed' AND classification <> %s"
        f" AND path IN ({marks}) GROUP BY path",
        (outbreak, Classification.DISCARDED.value, *at),
    )
    return {at[path]: int(n) for path, n in rows}


@query(may="see")
def cases_of(scope: Scope, *, outbreaks: tuple[OutbreakId, ...]) -> dict[OutbreakId, int]:
    """How many cases of each of several outbreaks are on the list at the asker's places, discarded ones left out."""
    condition, values = scope.kept("path")
    marks = ", ".join(["%s"] * len(outbreaks))
    if not outbreaks:
        return {}
    rows = db.ask(
        f"SELECT outbreak, sum(n) FROM cases_day_count WHERE outbreak IN ({marks}) AND event = 'listed'"
        f" AND classification <> %s AND {condition} GROUP BY outbreak",
        (*outbreaks, Classification.DISCARDED.value, *values),
    )
    return {OutbreakId(outbreak): int(n) for outbreak, n in rows}


@query(may="see")
def last_community_day(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> date | None:
    """The newest day of report of a case that was not in quarantine before; None where there was none."""
    scope = narrowed_to(scope, under)
    condition, values = narrowed(scope, "path", "cases_case WHERE outbreak = %s AND set_aside = FALSE", (outbreak,))
    row = db.ask_one(
        "SELECT reported_on FROM cases_case WHERE outbreak = %s AND set_aside = FALSE AND reported_on IS NOT NULL"
        f" AND quarantined_before IS NOT TRUE AND classification <> 'discarded' AND {condition}"
        " ORDER BY reported_on DESC LIMIT 1",
        (outbreak, *values),
    )
    return as_day(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class ReportClocks:
    """How the reporting clocks stand: positives without a report, late reports, silent units."""

    waiting: int
    missed: int
    late: int
    silent: int
    facilities: int


@query(may="see")
def report_clocks(scope: Scope, *, outbreak: OutbreakId, under: JurisdictionId | None = None) -> ReportClocks:
    """How the reporting clocks stand at the asker's places."""
    scope = narrowed_to(scope, under)
    condition, values = scope.sql("path")
    states: dict[str, int] = dict(
        db.ask(
            f"SELECT state, count(*) FROM cases_positive WHERE outbreak = %s AND {condition} GROUP BY state",
            (outbreak, *values),
        )
    )
    late, _ = narrowed(scope, "path", "cases_case WHERE outbreak = %s AND set_aside = FALSE", (outbreak,))
    late_row = db.ask_one(
        f"SELECT count(*) FROM cases_case WHERE outbreak = %s AND set_aside = FALSE AND report_due_at IS NOT NULL AND {late}",
        (outbreak, *values),
    )
    silent: dict[bool, int] = dict(
        db.ask(
            f"SELECT silent, count(*) FROM cases_facility WHERE outbreak = %s AND {condition} GROUP BY silent",
            (outbreak, *values),
        )
    )
    return ReportClocks(
        waiting=states.get("waiting", 0),
        missed=states.get("missed", 0),
        late=late_row[0] if late_row else 0,
        silent=silent.get(True, 0),
        facilities=sum(silent.values()),
    )


@dataclass(frozen=True, slots=True)
class PositiveRow:
    """A positive result and what became of its report: waiting, missed or reported."""

    person: str
    path: str
    laboratory: str
    found_at: datetime
    state: str
    case: str | None


@query(may="see")
def positives(scope: Scope, *, outbreak: OutbreakId, state: str = "waiting", limit: int = 200) -> list[PositiveRow]:
    """Positive results by what became of their report, the oldest first."""
    condition, values = scope.sql("path")
    rows = db.ask(
        "SELECT person, path, laboratory, at, state, case_id FROM cases_positive"
        f" WHERE outbreak = %s AND state = %s AND {condition} ORDER BY at LIMIT {int(limit)}",
        (outbreak, state, *values),
    )
    return [PositiveRow(person, path, lab, from_micros(at), held, case) for person, path, lab, at, held, case in rows]


def positives_waiting(outbreak: str, since: int, limit: int) -> list[tuple[str, str, str, int]]:
    """Positives from before a moment whose report has not come: person, jurisdiction, laboratory, when found."""
    rows = db.ask(
        "SELECT person, jurisdiction, laboratory, at FROM cases_positive"
        " WHERE outbreak = %s AND state = 'waiting' AND at <= %s ORDER BY at LIMIT %s",
        (outbreak, since, limit),
    )
    return [(person, jurisdiction, laboratory, at) for person, jurisdiction, laboratory, at in rows]


def positive_of(person: str, outbreak: str) -> tuple[int, str] | None:
    """A person's positive result: when it was found, and what became of its report."""
    row = db.ask_one("SELECT at, state FROM cases_positive WHERE person = %s AND outbreak = %s", (person, outbreak))
    return (row[0], row[1]) if row else None


def facilities_unheard(outbreak: str, since: int, limit: int) -> list[tuple[str, str, int]]:
    """Reporting units not heard of since a moment: facility, jurisdiction, last heard of."""
    rows = db.ask(
        "SELECT facility, jurisdiction, heard_at FROM cases_facility"
        " WHERE outbreak = %s AND silent = FALSE AND heard_at <= %s ORDER BY heard_at LIMIT %s",
        (outbreak, since, limit),
    )
    return [(facility, jurisdiction, heard_at) for facility, jurisdiction, heard_at in rows]


def place_of_facility(facility: str, outbreak: str) -> str | None:
    """Where a unit lies that must report every day in this outbreak; None if it need not."""
    row = db.ask_one("SELECT path FROM cases_facility WHERE facility = %s AND outbreak = %s", (facility, outbreak))
    return str(row[0]) if row else None


@query(may="see")
def facilities(
    scope: Scope, *, outbreak: OutbreakId, text: str | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """The units that report every day, silent ones first: all, or those that a text names."""
    condition, values = scope.sql("path")
    like, told = called("facility", "names", text)
    rows = db.ask(
        "SELECT facility, path, names, last_on, heard_at, silent FROM cases_facility"
        f" WHERE outbreak = %s AND {condition} AND {like} ORDER BY silent DESC, heard_at LIMIT {int(limit)}",
        (outbreak, *values, *told),
    )
    return [
        {
            "facility": facility,
            "path": path,
            "names": orjson.loads(names),
            "last_on": as_day(last_on),
            "heard_at": from_micros(heard_at),
            "silent": bool(silent),
        }
        for facility, path, names, last_on, heard_at, silent in rows
    ]


@query(may="see")
def imports(*, outbreak: OutbreakId) -> list[dict[str, Any]]:
    """Line lists that were read in, newest first."""
    names = ("sha256", "rows", "new", "unchanged", "refused", "changed", "links", "source", "at", "by")
    rows = db.ask(
        "SELECT sha256, rows, new, unchanged, refused, changed, links, source, at, told_by FROM cases_import"
        " WHERE outbreak = %s ORDER BY at DESC, sha256 LIMIT 50",
        (outbreak,),
    )
    return [dict(zip(names, (*row[:8], from_micros(row[8]), row[9]), strict=True)) for row in rows]


def was_read(sha256: str, outbreak: str) -> bool:
    """Whether a line list with this hash was read into an outbreak before."""
    return bool(db.ask("SELECT 1 FROM cases_import WHERE outbreak = %s AND sha256 = %s LIMIT 1", (outbreak, sha256)))


@query(may="see")
def chain(scope: Scope, *, outbreak: OutbreakId) -> list[LinkRow]:
    """Links of transmission between cases at the asker's places."""
    condition, values = scope.sql("c.path")
    rows = db.ask(
        "SELECT l.case_id, l.infector, l.certainty, l.setting, l.evidence FROM cases_case c"
        f" JOIN cases_link l ON l.case_id = c.id WHERE c.outbreak = %s AND c.set_aside = FALSE AND {condition}"
        " ORDER BY c.seq LIMIT 20000",
        (outbreak, *values),
    )
    return [LinkRow(*row) for row in rows]
