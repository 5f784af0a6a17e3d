"""Who met whom, and cases as the tracing desk knows them: what memory and rules look up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.core import db
from ringfence.core.among import ask_among
from ringfence.facts.ids import CaseId, ContactId, OutbreakId, PersonId, PlaceId
from ringfence.registry.queries import people

LINK_COLUMNS = (
    "contact", "met", "case", "evidence", "outbreak", "order", "closeness", "category", "certainty", "minutes",
    "encounters", "first_at", "last_at", "protection", "struck", "seq",
)  # fmt: skip
QUOTED = ", ".join(f'"{name}"' for name in LINK_COLUMNS)
_LINK = f"SELECT {QUOTED} FROM tracing_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One meeting of a contact with a case, or (second order) with a contact of one: the columns of `tracing_link`."""

    contact: ContactId
    met: PersonId
    evidence: str
    case: CaseId | None
    outbreak: str
    order: int
    closeness: str
    category: str
    certainty: str
    minutes: int
    encounters: int
    first_at: int | None
    last_at: int | None
    protection: str
    struck: bool
    seq: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Its primary key: two cases may be reached through the same person."""
        return self.contact, self.met, self.case or "", self.evidence

    def columns(self) -> tuple[object, ...]:
        """The columns as they are stored: no case is an empty text, as it is part of the key."""
        return tuple((self.case or "") if name == "case" else getattr(self, name) for name in LINK_COLUMNS)


def _link(row: db.Row) -> LinkRow:
    told = dict(zip(LINK_COLUMNS, row, strict=True))
    return LinkRow(**(told | {"case": told["case"] or None, "struck": bool(told["struck"])}))


def links_of(contacts: Iterable[ContactId]) -> dict[ContactId, list[LinkRow]]:
    """The links of each of these contacts, those struck among them, in the order told."""
    found: dict[ContactId, list[LinkRow]] = {}
    for row in ask_among(f"{_LINK} WHERE contact IN ({{marks}})", contacts):
        link = _link(row)
        found.setdefault(link.contact, []).append(link)
    for each in found.values():
        each.sort(key=lambda link: (link.seq, *link.key))
    return found


def links_of_case(case: CaseId) -> list[LinkRow]:
    """Every link that leads to a case, by contact."""
    rows = db.ask(f'{_LINK} WHERE "case" = %s', (case,)) if case else []
    return sorted(map(_link, rows), key=lambda link: link.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A case as the tracing desk needs it; moments in microseconds."""

    case: CaseId
    seq: int
    outbreak: OutbreakId
    path: str
    person: PersonId
    classification: str
    confirmed: bool
    infectious_from: int
    infectious_until: int | None
    confirmed_at: int
    positive_at: int | None
    searched_at: int | None
    search: str
    search_reason: str
    searched_from: int | None
    searched_until: int | None
    again: bool
    contacts: int
    listed_at: int | None
    linked: bool
    was_contact: ContactId | None
    was_quarantined: bool
    met_case: CaseId | None
    category: str


SOURCE_COLUMNS = tuple(SourceRow.__slots__)
SOURCE_QUOTED = ", ".join(f'"{name}"' for name in SOURCE_COLUMNS)
_SOURCE = f"SELECT {SOURCE_QUOTED} FROM tracing_source"


def _source(row: db.Row) -> SourceRow:
    told = dict(zip(SOURCE_COLUMNS, row, strict=True))
    return SourceRow(
        **(told | {name: bool(told[name]) for name in ("confirmed", "again", "linked", "was_quarantined")})
    )


def source(case: CaseId) -> SourceRow | None:
    """A case that was confirmed, whether or not it still is."""
    rows = db.ask_about("tracing_source", (case,), f'{_SOURCE} WHERE "case" = %s', (case,))
    return _source(rows[0]) if rows else None


def sources(cases: Iterable[CaseId]) -> dict[CaseId, SourceRow]:
    """Cases by id; those never confirmed are left out."""
    found = (_source(row) for row in ask_among(f'{_SOURCE} WHERE "case" IN ({{marks}})', cases))
    return {each.case: each for each in found}


def sources_of(persons: Iterable[PersonId], outbreak: str) -> dict[PersonId, SourceRow]:
    """Person as asked -> their newest confirmed case in an outbreak, under whichever of their records it stands."""
    records = people.records_among(persons)
    rows = ask_among(f"{_SOURCE} WHERE person IN ({{marks}}) AND outbreak = %s AND confirmed", records, outbreak)
    found = sorted(map(_source, rows), key=lambda each: each.seq)
    return {asked: each for each in found for asked in records[each.person]}


def infectors(case: CaseId) -> list[CaseId]:
    """Who may have infected a case, as somebody named them."""
    sql = 'SELECT infector FROM tracing_infector WHERE "case" = %s ORDER BY infector'
    return [CaseId(row[0]) for row in db.ask_about("tracing_infector", (case,), sql, (case,))]


def to_search_again(outbreak: str, limit: int) -> list[SourceRow]:
    """Confirmed cases for whose window visits were loaded since they were searched, the earliest first."""
    sql = f"{_SOURCE} WHERE outbreak = %s AND again = TRUE AND confirmed = TRUE ORDER BY seq LIMIT {limit}"
    return [_source(row) for row in db.ask(sql, (outbreak,))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """Where a case was while infectious, as told; moments in microseconds."""

    id: str
    place: PlaceId
    begins_at: int
    ends_at: int
    kind: str
    certainty: str


def exposures(case: CaseId) -> list[ExposureRow]:
    """The places that a case told of having been at while infectious, in order."""
    sql = 'SELECT id, place, begins_at, ends_at, kind, certainty FROM tracing_exposure WHERE "case" = %s ORDER BY begins_at, id'
    return [ExposureRow(**dict(zip(ExposureRow.__slots__, row, strict=True))) for row in db.ask(sql, (case,))]
