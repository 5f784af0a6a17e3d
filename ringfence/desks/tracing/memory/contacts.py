"""Contacts and whom they met. A contact's row is what its links come to; links of discarded cases count for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.desks.tracing.memory.kept import about, keep
from ringfence.desks.tracing.queries import keys, links
from ringfence.desks.tracing.queries.keys import NEAREST_FIRST, ContactKey
from ringfence.desks.tracing.queries.links import LINK_COLUMNS, QUOTED, LinkRow
from ringfence.facts.cases import CaseReported, CaseSetAside
from ringfence.facts.ids import CaseId, ContactId, OutbreakId, PersonId
from ringfence.facts.tracing import (
    Closeness,
    ContactBecameCase,
    ContactClassed,
    ContactLinkStruck,
    ContactNamed,
    ContactReturned,
    ContactsFound,
    contact_of,
)
from ringfence.registry.queries import areas, people

_MARKS = ", ".join(["%s"] * len(LINK_COLUMNS))
_SETS = ", ".join(f'"{name}" = excluded."{name}"' for name in LINK_COLUMNS[4:-1])
_LINK = (
    f"INSERT INTO tracing_link ({QUOTED}) VALUES ({_MARKS})"
    f' ON CONFLICT (contact, met, "case", evidence) DO UPDATE SET {_SETS}'
)
_CASE_COUNT = 'UPDATE tracing_source SET contacts = %s WHERE "case" = %s'
_LATE = 1 << 62


@keeps(ContactsFound)
def found_contacts(fact: ContactsFound, line: Line) -> None:
    """A row for each person, whoever met them; one who is a case already is linked, and not listed."""
    if fact.outbreak is None:
        return
    told = [_found(fact, n, line.seq) for n in range(len(fact.contacts))]
    _met(told, dict(zip((each.contact for each in told), fact.contacts, strict=True)), fact, line)


def _found(fact: ContactsFound, n: int, seq: int) -> LinkRow:
    closeness = fact.closeness[n] if fact.closeness else Closeness.SECONDARY if fact.order > 1 else Closeness.CLOSE
    return LinkRow(
        contact=contact_of(fact.outbreak or "", fact.contacts[n]), met=fact.through[n] if fact.through else fact.person,
        evidence=fact.evidence.value, case=fact.case, outbreak=fact.outbreak or "", order=fact.order,
        closeness=closeness.value, category=fact.categories[n], certainty=fact.certainty.value, minutes=fact.minutes[n],
        encounters=fact.encounters[n], first_at=to_micros(fact.first_at[n]), last_at=to_micros(fact.last_at[n]),
        protection="", struck=False, seq=seq,
    )  # fmt: skip


@keeps(ContactNamed)
def a_named_contact(fact: ContactNamed, line: Line) -> None:
    """As somebody told it; named again, what was struck stands again."""
    met = fact.through or _person_of_case(fact.case)
    link = LinkRow(
        contact=fact.contact, met=met, evidence=fact.evidence.value, case=fact.case, outbreak=fact.outbreak,
        order=fact.order, closeness=fact.closeness.value, category=fact.category, certainty=fact.certainty.value,
        minutes=fact.minutes or 0, encounters=1, first_at=_micros(fact.first_at), last_at=_micros(fact.last_at),
        protection=fact.protection or "", struck=False, seq=line.seq,
    )  # fmt: skip
    _met([link], {fact.contact: fact.person}, fact, line)


def _micros(moment: object) -> int | None:
    return to_micros(moment) if moment is not None else None  # type: ignore[arg-type]


def _person_of_case(case: CaseId | None) -> PersonId:
    known = links.source(case) if case else None
    return known.person if known else PersonId("")


def _met(
    told: Sequence[LinkRow], persons: dict[ContactId, PersonId], fact: ContactsFound | ContactNamed, line: Line
) -> None:
    """Keep these links, and the rows of those who met."""
    before = links.links_of(persons)
    rows = keys.contacts(persons)
    new = {contact: person for contact, person in persons.items() if contact not in rows}
    told_path = areas.path_of(fact.jurisdiction) if isinstance(fact, ContactNamed) else None
    rows |= {row.id: row for row in _listed(new, fact.outbreak or "", to_micros(fact.at), told_path, line)}
    known = {link.key: link for each in before.values() for link in each}
    for link in told:
        was = known.get(link.key)
        struck = was is not None and was.struck and isinstance(fact, ContactsFound)
        kept = replace(link, struck=struck, seq=was.seq if was else link.seq)
        db.write("tracing_link", _LINK, kept.columns())
        known[link.key] = kept
    _stand({id_: row for id_, row in rows.items() if id_ not in new}, known.values(), line, rows.values())
    if fact.case is not None:
        _counted(fact.case)


def _listed(new: dict[ContactId, PersonId], outbreak: str, at: int, path: str | None, line: Line) -> list[ContactKey]:
    """A new row for each person who is no case already; where they stay answers for them, else where they were found."""
    cases = links.sources_of(new.values(), outbreak) if new else {}
    paths = {} if path else people.own_paths_of(list(new.values()))
    households = people.households_among(new.values())
    return [
        ContactKey(
            id=contact, seq=line.seq, outbreak=OutbreakId(outbreak), person=person, household=households.get(person),
            path=path or paths.get(person) or line.jurisdiction or "", closeness=Closeness.GENERAL.value,
            category="other", listed_at=at,
        )
        for contact, person in new.items()
        if person not in cases
    ]  # fmt: skip


def _stand(
    before: dict[ContactId, ContactKey], told: Iterable[LinkRow], line: Line, rows: Iterable[ContactKey]
) -> None:
    """Each row anew, from the links that count."""
    by_contact: dict[ContactId, list[LinkRow]] = {}
    for link in told:
        by_contact.setdefault(link.contact, []).append(link)
    cases = links.sources({link.case for each in by_contact.values() for link in each if link.case})
    gone = {case for case, row in cases.items() if not row.confirmed}
    for row in rows:
        counted = [link for link in by_contact.get(row.id, ()) if not link.struck and link.case not in gone]
        after = standing(row, counted)
        if before.get(row.id) == after:
            about(row.id, line.seq)
        else:
            keep(before.get(row.id), after, line.seq)


def standing(row: ContactKey, counted: Sequence[LinkRow]) -> ContactKey:
    """A contact as these links make them: the nearest kind, the category of most minutes, the first and last exposure."""
    if not counted:
        return replace(row, links=0)
    nearest = min((link.closeness for link in counted), key=[each.value for each in NEAREST_FIRST].index)
    first = min(counted, key=lambda link: (link.first_at or _LATE, link.seq, link.key))
    most = max(counted, key=lambda link: (link.minutes, -link.seq, link.key))
    minutes: dict[str, int] = {}
    for link in counted:  # two sources that tell of one meeting are not two meetings
        minutes[link.met] = max(minutes.get(link.met, 0), link.minutes)
    return replace(
        row, closeness=row.closeness if row.set_by_hand else nearest, category=most.category,
        minutes=sum(minutes.values()), links=len(minutes), first_case=first.case, first_at=first.first_at,
        last_at=max((link.last_at for link in counted if link.last_at is not None), default=None),
    )  # fmt: skip


@keeps(ContactLinkStruck)
def a_struck_link(fact: ContactLinkStruck, line: Line) -> None:
    """They never met; whom the contact met in turn is no contact of that case through them either."""
    row = keys.contact(fact.contact)
    beyond = [link for link in links.links_of_case(fact.case) if row is not None and link.met == row.person]
    own = [link for link in links.links_of([fact.contact]).get(fact.contact, []) if (link.case or "") == fact.case]
    for link in (*own, *beyond):
        sql = 'UPDATE tracing_link SET struck = TRUE WHERE contact = %s AND met = %s AND "case" = %s AND evidence = %s'
        db.write("tracing_link", sql, link.key)
    again({fact.contact, *(link.contact for link in beyond)}, line)
    _counted(fact.case)


def counted_again(case: CaseId, line: Line) -> None:
    """The contacts of a case that was confirmed or discarded: what it told counts, or counts no more."""
    again({link.contact for link in links.links_of_case(case)}, line)


def listed_after_all(person: PersonId, outbreak: str, at: int, line: Line) -> None:
    """Somebody who was no contact because they were a case is one, where the case is none and others met them."""
    contact = contact_of(outbreak, people.canonical(person))
    if keys.contact(contact) is None and (met := links.links_of([contact])):
        _stand({}, met[contact], line, _listed({contact: people.canonical(person)}, outbreak, at, None, line))


def again(contacts: Iterable[ContactId], line: Line) -> None:
    """The rows of these contacts anew, from their links as they stand."""
    wanted = sorted(set(contacts))
    if not wanted:
        return
    rows = keys.contacts(wanted)
    told = links.links_of(wanted)
    _stand(
        rows, [link for each in told.values() for link in each], line, [rows[each] for each in wanted if each in rows]
    )


def _counted(case: CaseId) -> None:
    """How many contacts of first order a case has."""
    sql = 'SELECT count(DISTINCT contact) FROM tracing_link WHERE "case" = %s AND struck = FALSE AND "order" = 1'
    row = db.ask_one(sql, (case,))
    db.write("tracing_source", _CASE_COUNT, (int(row[0]) if row else 0, case))


@keeps(ContactClassed)
def a_class_set_by_hand(fact: ContactClassed, line: Line) -> None:
    """Searches do not change it again."""
    before = keys.contact(fact.contact)
    if before is not None:
        keep(before, replace(before, closeness=fact.closeness.value, set_by_hand=True), line.seq)


@keeps(ContactBecameCase)
def a_contact_turned_case(fact: ContactBecameCase, line: Line) -> None:
    """Their record leads to the case."""
    before = keys.contact(fact.contact)
    if before is not None:
        keep(before, replace(before, case=fact.case), line.seq)


@keeps(ContactReturned)
def a_contact_again(fact: ContactReturned, line: Line) -> None:
    """Their record leads nowhere."""
    before = keys.contact(fact.contact)
    if before is not None:
        keep(before, replace(before, case=None), line.seq)


@keeps(CaseReported, CaseSetAside)
def a_contact_reported(fact: CaseReported | CaseSetAside, line: Line) -> None:
    """As a case, sure or not; one set aside may be reported anew."""
    if isinstance(fact, CaseReported):
        for before in keys.contacts_of_person(fact.person):
            if before.outbreak == fact.outbreak:
                keep(before, replace(before, reported=fact.case), line.seq)
        return
    for before in keys.contacts_reported(fact.case):
        keep(before, replace(before, reported=None), line.seq)
