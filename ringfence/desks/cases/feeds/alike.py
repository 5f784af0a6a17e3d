"""Whether a new row may be someone who is on record already: told in the report, never merged by itself."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.desks.cases import queries
from ringfence.desks.cases.feeds.told import CaseTold, Terms, described
from ringfence.desks.cases.linelist.records import BadCell, Severity
from ringfence.facts.ids import CaseId
from ringfence.registry import identities
from ringfence.science.matching import REVIEW

OPENED = 10
"""Identities opened for one row, the most telling blocks first: a number, a telephone, the name with the birth."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that may be a person on record: by their case where they have one, else by their id."""

    row: int
    code: str
    on_record: str

    def as_cell(self) -> BadCell:
        """A line of the report."""
        told = {"other": self.on_record}
        return BadCell(self.row, "", self.code, "possible_duplicate", Severity.TO_BE_LOOKED_AT, told)


def duplicates_of(case: CaseTold, terms: Terms) -> list[Duplicate]:
    """By identity where the row has one; else cases of other sources with the same sex, age, onset and place."""
    row, code = case.record.row, case.record.code
    if case.identity.name or case.identity.id_number or case.identity.phone:
        found = identities.alike(described(case), OPENED)
        people = [each.person for each in found if each.match.weight >= REVIEW and each.person != case.person]
        return [
            Duplicate(row, code, _named(queries.case_of_person(person, terms.outbreak), person))
            for person in people[:5]
        ]
    record = case.record
    if record.sex is None or record.age is None or record.onset_on is None:
        return []
    alike = queries.cases_alike(terms.outbreak, case.path, record.sex, record.age, record.onset_on)
    return [Duplicate(row, code, _named(other, other)) for other, source in alike if source != terms.source][:5]


def _named(case: CaseId | None, otherwise: str) -> str:
    row = queries.case_row(case) if case else None
    return f"{row.number} ({row.source}: {row.code})" if row else otherwise
