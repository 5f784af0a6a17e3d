"""Days of follow-up: which day it is where a contact stays, who is due, and what was heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.core import db
from ringfence.core.among import ask_among
from ringfence.core.declare import foretells
from ringfence.desks.tracing.queries.keys import ContactKey, contacts
from ringfence.facts.ids import ContactId, PersonId
from ringfence.facts.testing import TubeSealed
from ringfence.registry.queries import areas, people
from ringfence.registry.queries.outbreaks import as_day

AT_ONCE = 1000


def local_day(moment: datetime, path: str) -> date:
    """The day that it is at a place."""
    return moment.astimezone(ZoneInfo(areas.zone_at(path))).date()


def day_ends(day: date, path: str) -> datetime:
    """The end of a day at a place."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(areas.zone_at(path)))


def overdue_day(moment: datetime, path: str, hour: int) -> date:
    """The newest day by whose reporting hour a contact at a place must have been heard of."""
    local = moment.astimezone(ZoneInfo(areas.zone_at(path)))
    return local.date() if local.hour >= hour else local.date() - timedelta(days=1)


def was_heard(contact: ContactId, on: date) -> bool:
    """Whether a contact told of a day."""
    sql = 'SELECT channel FROM tracing_day WHERE contact = %s AND "on" = %s'
    rows = db.ask_about("tracing_day", (contact,), sql, (contact, on))
    return bool(rows and rows[0][0])


def _ids(sql: str, *values: object) -> list[ContactId]:
    return [ContactId(row[0]) for row in db.ask(sql, values)]


def unheard(outbreak: str, until: date, after: ContactKey | None = None) -> list[ContactKey]:
    """Contacts with a day up to this one that was neither heard of nor counted missed, by day and place."""
    beyond, key = _beyond("due_on", after, after.due_on if after else None)
    sql = "SELECT id FROM tracing_contact WHERE alive = TRUE AND outbreak = %s AND due_on <= %s"
    return _in_order(_ids(f"{sql}{beyond} ORDER BY due_on, path, id LIMIT {AT_ONCE}", outbreak, until, *key))


def to_be_sent_for(outbreak: str, until: date, after: ContactKey | None = None) -> list[ContactKey]:
    """Contacts with a day of the protocol up to this one for which nobody was sent yet, by day and place."""
    beyond, key = _beyond("swab_on", after, after.swab_on if after else None)
    sql = "SELECT id FROM tracing_contact WHERE alive = TRUE AND outbreak = %s AND swab_on <= %s"
    return _in_order(_ids(f"{sql}{beyond} ORDER BY swab_on, path, id LIMIT {AT_ONCE}", outbreak, until, *key))


def _beyond(column: str, after: ContactKey | None, day: date | None) -> tuple[str, tuple[object, ...]]:
    if after is None:
        return "", ()
    return f" AND ({column}, path, id) > (%s, %s, %s)", (day, after.path, after.id)


def _in_order(ids: list[ContactId]) -> list[ContactKey]:
    found = contacts(ids)
    return [found[each] for each in ids]


_FINISHED = (
    "next_test_on IS NULL AND symptoms_on IS NULL AND tested IN ('', 'negative')"
    " AND alive = TRUE AND outbreak = %s AND until_at <= %s"
)
"""A follow-up that ends by itself: the last swab is taken and read negative, and no symptom is left unexplained."""


def finished(outbreak: str, at: int) -> list[tuple[str, ContactId]]:
    """(path, contact) of follow-ups that end by themselves by now, by place."""
    rows = db.ask(
        f"SELECT path, id FROM tracing_contact WHERE {_FINISHED} ORDER BY path, id LIMIT {AT_ONCE}", (outbreak, at)
    )
    return [(path, ContactId(id_)) for path, id_ in rows]


def served(outbreak: str, at: int) -> list[tuple[str, ContactId]]:
    """(path, contact) of those whose order to keep apart is over by now, by place."""
    rows = db.ask(
        "SELECT path, id FROM tracing_contact WHERE outbreak = %s AND quarantined_until <= %s"
        f" ORDER BY path, id LIMIT {AT_ONCE}",
        (outbreak, at),
    )
    return [(path, ContactId(id_)) for path, id_ in rows]


# -- swabs ------------------------------------------------------------------------------------------------------------


def _among(wanted: Sequence[str]) -> str:
    return f"SELECT id, outbreak, alive FROM tracing_contact WHERE person IN ({', '.join(['%s'] * len(wanted))})"


@foretells(TubeSealed)
def tubes_ahead(told: Sequence[Mapping[str, Any]]) -> None:
    """What many sealed tubes will ask: who of their people is a contact, under any of their records."""
    tubes = [tuple(each.get("people", ())) for each in told]
    people.together_ahead(person for tube in tubes for person in tube)
    asked = [people.together(tube) for tube in tubes if tube]
    found: dict[str, list[db.Row]] = {}
    everybody = sorted({person for tube in asked for person in tube})
    for person, *row in ask_among(
        "SELECT person, id, outbreak, alive FROM tracing_contact WHERE person IN ({marks})", everybody
    ):
        found.setdefault(person, []).append(tuple(row))
    for tube in asked:
        rows = [row for person in tube for row in found.get(person, ())]
        db.foretell("tracing_contact", _among(tube), {tube: rows})


def contacts_among(asked: Iterable[PersonId], outbreak: str) -> list[ContactKey]:
    """Contacts followed up in an outbreak among the people of a tube, under whichever of their records they are listed."""
    wanted = people.together(asked)
    rows = db.ask_about("tracing_contact", wanted, _among(wanted), wanted) if wanted else []
    ids = sorted(ContactId(id_) for id_, there, alive in rows if alive and there == outbreak)
    return list(contacts(ids).values()) if ids else []


def days_of_tube(tube: str) -> list[tuple[ContactId, date, str]]:
    """(contact, day of the protocol, result) of the swabs in a tube."""
    sql = 'SELECT contact, "on", result FROM tracing_day WHERE tube = %s AND tube <> %s'
    rows = db.ask_about("tracing_day", (tube,), sql, (tube, ""))
    return sorted((ContactId(contact), as_day(on) or date.min, result) for contact, on, result in rows)


def newest_swab(contact: ContactId) -> tuple[date, str, str] | None:
    """(day of the protocol, tube, result) of a contact's newest swab."""
    sql = 'SELECT "on", tube, result FROM tracing_day WHERE contact = %s AND tube <> %s ORDER BY "on" DESC LIMIT 1'
    row = db.ask_one(sql, (contact, ""))
    return (as_day(row[0]) or date.min, row[1], row[2]) if row else None


# -- errands ----------------------------------------------------------------------------------------------------------


def errands_of(
    ids: Iterable[ContactId], *, kinds: tuple[str, ...] = ()
) -> list[tuple[ContactId, str, str, str, int, str]]:
    """(contact, task, kind, key, due, path) of what is still to be done for these contacts."""
    rows = ask_among(
        "SELECT contact, task, kind, key, due_at, path FROM tracing_errand WHERE contact IN ({marks}) AND alive = TRUE",
        ids,
    )
    return sorted((row for row in rows if not kinds or row[2] in kinds), key=lambda row: (row[0], row[4], row[1]))
