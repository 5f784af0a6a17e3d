"""Contacts in lists, 50 rows at a time: of an outbreak, of a case, of a household; and what a tracer has to do today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.among import ask_among
from ringfence.core.declare import query
from ringfence.core.fact import to_micros
from ringfence.core.paging import Page, Sort, narrowed, page
from ringfence.desks.tracing.queries.keys import COLUMNS, CONTACT, contacts, contacts_of_household, read_contact
from ringfence.desks.tracing.queries.rows import ContactRow, moment, row_of
from ringfence.facts.ids import CaseId, ContactId, HouseholdId, JurisdictionId, OutbreakId, PersonId
from ringfence.facts.tracing import Closeness
from ringfence.registry.queries.areas import narrowed_to


class Need(StrEnum):
    """What a contact needs from somebody, most urgent first."""

    SYMPTOMS = "symptoms"  # has some that the pack asks about
    UNREACHED = "unreached"  # nobody has spoken to them yet
    MISSED = "missed"  # was not heard of on the last day due
    UNHEARD = "unheard"  # to be asked today
    SWAB = "swab"  # to be swabbed today or before


NEWEST, OLDEST = Sort("seq", "id", descending=True), Sort("seq", "id")
SILENT_LONGEST = Sort("due_on", "path", "id")
SWAB_FIRST = Sort("next_test_on", "path", "id")


def _read(row: Sequence[Any]) -> ContactRow:
    return row_of(read_contact(row))


@query(may="see")
def contacts_listed(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    standing: str = "",
    closeness: Closeness | None = None,
    category: str = "",
    need: Need | None = None,
    household: HouseholdId | None = None,
    listed_before: datetime | None = None,
    day: date | None = None,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ContactRow]:
    """Contacts of an outbreak, newest first; those who need something by how long they have needed it.

    `need` narrows to those followed up who need it: `unheard` and `swab` as of `day` (all, where none is told).
    """
    where, values, sort = _asked(outbreak, standing, need, day)
    more: tuple[tuple[str, Any], ...] = (
        ("closeness = %s", closeness.value if closeness else None),
        ("category = %s", category or None),
        ("household = %s", household),
        ("listed_at < %s", to_micros(listed_before) if listed_before else None),
    )
    told = [(text, value) for text, value in more if value is not None]
    where = " AND ".join([where, *(text for text, _ in told)])
    return page(
        f"{CONTACT} WHERE {where}",
        (*values, *(value for _, value in told)),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_contact WHERE outbreak = %s", (outbreak,)),
        sort=sort,
        after=after,
        limit=limit,
        read=_read,
        columns=COLUMNS,
    )


def _asked(outbreak: str, standing: str, need: Need | None, day: date | None) -> tuple[str, list[Any], Sort]:
    """The condition, its values and the order of a list that one index serves."""
    alive = "outbreak = %s AND alive = TRUE"
    if need is None:
        return (*_of_state(outbreak, standing), NEWEST)
    if need is Need.UNREACHED:
        return "outbreak = %s AND state = 'listed'", [outbreak], OLDEST
    if need is Need.SYMPTOMS:
        return f"{alive} AND symptoms_on IS NOT NULL", [outbreak], NEWEST
    if need is Need.MISSED:
        return f"{alive} AND missed_in_row > 0", [outbreak], OLDEST
    last = (day or date.max).isoformat()
    if need is Need.SWAB:
        return f"{alive} AND next_test_on <= %s", [outbreak, last], SWAB_FIRST
    return f"{alive} AND due_on <= %s AND state = 'reached'", [outbreak, last], SILENT_LONGEST


def _of_state(outbreak: str, standing: str) -> tuple[str, list[Any]]:
    told = {
        "listed": "outbreak = %s AND state = 'listed'",
        "reached": "outbreak = %s AND state = 'reached'",
        "closed": "outbreak = %s AND alive = FALSE",
        "kept_apart": "outbreak = %s AND alive = TRUE AND stay IS NOT NULL",
        "became_case": 'outbreak = %s AND "case" IS NOT NULL',
    }
    return told.get(standing, "outbreak = %s AND alive = TRUE"), [outbreak]


COUNTED = 10_000


@query(may="see")
def contacts_matching(  # noqa: PLR0913 (the filters of the list)
    scope: Scope,
    *,
    outbreak: OutbreakId,
    standing: str = "",
    closeness: Closeness | None = None,
    category: str = "",
    need: Need | None = None,
    day: date | None = None,
    listed_before: datetime | None = None,
    under: JurisdictionId | None = None,
    most: int = COUNTED,
) -> int:
    """How many contacts match, counted up to `most`."""
    scope = narrowed_to(scope, under)
    where, values, _ = _asked(outbreak, standing, need, day)
    within, ends = narrowed(scope, "path", "tracing_contact WHERE outbreak = %s", (outbreak,))
    for text, value in (
        ("closeness = %s", closeness.value if closeness else None),
        ("category = %s", category or None),
        ("listed_at < %s", to_micros(listed_before) if listed_before else None),
    ):
        if value is not None:
            where, values = f"{where} AND {text}", [*values, value]
    row = db.ask_one(
        f"SELECT count(*) FROM (SELECT 1 FROM tracing_contact WHERE {where} AND {within} LIMIT {int(most)}) AS few",
        (*values, *ends),
    )
    return int(row[0]) if row else 0


# -- of a case ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseContactRow:
    """A contact as one case met them: the encounter, and how the contact stands."""

    contact: ContactRow
    case: CaseId
    met: PersonId
    order: int
    closeness: str
    category: str
    certainty: str
    evidence: str
    minutes: int
    encounters: int
    first_at: datetime | None
    last_at: datetime | None
    protection: str
    struck: bool
    seq: int

    @property
    def id(self) -> str:
        """How a list names it."""
        return self.contact.id


_LINKS = (
    "met", "order", "closeness", "category", "certainty", "evidence", "minutes", "encounters", "first_at", "last_at",
    "protection", "struck", "seq", "contact",
)  # fmt: skip
_LINK = ", ".join(f'l."{name}"' for name in _LINKS)
_MET = (
    f'SELECT {_LINK}, l.minutes - 10000000 * l."order" AS nearness, c.path AS path, c.id AS of'
    " FROM tracing_link l JOIN tracing_contact c ON c.id = l.contact"
)
_COLUMNS = (*_LINKS, "nearness", "path", "of")
_OF_CASE = ", ".join(f'"{name}"' if name in {"order", "of"} else name for name in _COLUMNS)
CLOSEST = Sort("nearness", "contact", "met", "evidence", descending=True)
"""First order before second, and in each most minutes first."""


@query(may="see")
def contacts_of_case(  # noqa: PLR0913 (each is a filter that a page offers)
    scope: Scope,
    *,
    case: CaseId,
    order: int | None = None,
    standing: str = "",
    closeness: Closeness | None = None,
    category: str = "",
    household: HouseholdId | None = None,
    need: Need | None = None,
    day: date | None = None,
    under: JurisdictionId | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[CaseContactRow]:
    """Contacts of a case, first order before second, most minutes first; those whom another place answers for are its own to see."""
    told: list[tuple[str, Any]] = [('l."case" = %s', case)]
    if order is not None:
        told.append(('l."order" = %s', order))
    for name, value in (("category", category), ("household", household), ("closeness", closeness and closeness.value)):
        if value:
            told.append((f"c.{name} = %s", value))
    where = " AND ".join(["l.struck = FALSE", *(text for text, _ in told), *_standing(standing, need)])
    values = [value for _, value in told]
    if need in {Need.UNHEARD, Need.SWAB}:
        values.append((day or date.max).isoformat())
    found = page(
        f"SELECT {_OF_CASE} FROM ({_MET} WHERE {where}) q WHERE 1 = 1",
        values,
        scope=narrowed_to(scope, under),
        path="path",
        roots=("tracing_contact WHERE 1 = 0", ()),
        sort=CLOSEST,
        after=after,
        limit=limit,
        read=lambda row: row,
        columns=_COLUMNS,
    )
    known = contacts([row[-1] for row in found.rows])
    return Page([_of_case(row, row_of(known[row[-1]]), case) for row in found.rows], found.next)


def _standing(standing: str, need: Need | None) -> list[str]:
    """How a contact of a case must stand; a case has few enough of them to look at each."""
    states = {
        "alive": "c.alive = TRUE", "listed": "c.state = 'listed'", "reached": "c.state = 'reached'",
        "closed": "c.alive = FALSE", "kept_apart": "c.stay IS NOT NULL", "became_case": 'c."case" IS NOT NULL',
    }  # fmt: skip
    needs = {
        Need.SYMPTOMS: "c.alive = TRUE AND c.symptoms_on IS NOT NULL", Need.UNREACHED: "c.state = 'listed'",
        Need.MISSED: "c.alive = TRUE AND c.missed_in_row > 0",
        Need.UNHEARD: "c.alive = TRUE AND c.state = 'reached' AND c.due_on <= %s",
        Need.SWAB: "c.alive = TRUE AND c.next_test_on <= %s",
    }  # fmt: skip
    return [*([states[standing]] if standing in states else []), *([needs[need]] if need else [])]


def _of_case(row: Sequence[Any], contact: ContactRow, case: CaseId) -> CaseContactRow:
    told = dict(zip(_LINKS, row, strict=False))
    told.pop("contact")
    told |= {"first_at": moment(told["first_at"]), "last_at": moment(told["last_at"]), "struck": bool(told["struck"])}
    return CaseContactRow(contact=contact, case=case, **told)


@query(may="see")
def household_of(scope: Scope, *, contact: ContactId) -> list[ContactRow]:
    """A contact and all contacts who live with them, as far as the asker may see them."""
    found = contacts([contact]).get(contact)
    if found is None or not scope.covers(found.path):
        return []
    if found.household is None:
        return [row_of(found)]
    together = contacts_of_household(found.household, found.outbreak)
    return [row_of(each) for each in together if scope.covers(each.path)]


@query(may="see")
def contacts_named(scope: Scope, *, contacts_asked: tuple[ContactId, ...]) -> list[ContactRow]:
    """These contacts, in the order asked, as far as the asker may see them."""
    known = contacts(contacts_asked)
    return [row_of(known[each]) for each in contacts_asked if each in known and scope.covers(known[each].path)]


def people_of(ids: Iterable[str]) -> dict[str, PersonId]:
    """Contact -> the person they are."""
    return dict(ask_among("SELECT id, person FROM tracing_contact WHERE id IN ({marks})", list(dict.fromkeys(ids))))
