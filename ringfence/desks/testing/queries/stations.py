"""What a sampling station is told: where it may stand, which rounds run, how long the queue is, whom to send to the other lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from ringfence.core import db
from ringfence.core.access import Scope, ends
from ringfence.core.among import ask_among
from ringfence.core.fact import from_micros, to_micros
from ringfence.desks.testing.queries import custody, keys, rosters
from ringfence.facts.ids import OutbreakId, PlaceId
from ringfence.facts.testing import TubeSealed
from ringfence.registry import scanned
from ringfence.registry.queries import areas, outbreaks

MOST_SITES = 500
MOST_HELD = 20_000
QUEUE_HOLDS = timedelta(hours=2)
"""A count of the queue older than this says nothing about it."""


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that a station seals tubes for."""

    id: str
    title: str
    pool_size: int
    closes_at: datetime


def sites_within(scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the open sites of a scope, by name."""
    condition, values = scope.sql("path")
    rows = db.ask(
        f"SELECT id FROM testing_site WHERE closed = FALSE AND {condition} ORDER BY path, id LIMIT {MOST_SITES}", values
    )
    names: dict[str, str] = areas.place_names([id_ for (id_,) in rows])
    return sorted(((str(id_), names.get(id_, str(id_))) for (id_,) in rows), key=lambda pair: pair[1])


def rounds_open(scope: Scope, path: str | None) -> list[OpenRound]:
    """Open rounds whose area holds a site, or those that touch a scope; the newest first."""
    rows = db.ask("SELECT id, path, title FROM testing_round WHERE closed_at IS NULL ORDER BY seq DESC LIMIT 500")
    found = []
    for id_, area, title in rows:
        known = keys.round_key(id_)
        if known is not None and (path.startswith(area) if path is not None else scope.touches(area)):
            size = known.pool_size if path is None else rosters.pool_size_at(known, path)
            found.append(OpenRound(id_, title or str(known.number), size, from_micros(known.due_at)))
    return found


def queue_minutes(site: keys.SiteKey, now: datetime) -> float | None:
    """How long the last in the queue waits, by the newest count; None where there is none of late."""
    row = db.ask_one("SELECT queue, queue_lanes, queue_at FROM testing_site WHERE id = %s", (site.id,))
    if row is None or row[0] is None or row[2] < to_micros(now - QUEUE_HOLDS):
        return None
    waited = custody.wait(row[0], row[1] or site.lanes, site.swabs_per_hour)
    return round(waited.total_seconds() / 60, 1)


def measures(site: PlaceId) -> list[str]:
    """The first 16 hex digits of SHA-256 of the id, and of each code, of everybody held whom a site serves."""
    row = db.ask_one("SELECT path, serves FROM testing_site WHERE id = %s", (site,))
    if row is None:
        return []
    held: set[str] = set()
    for path in row[1].split() or [row[0]]:
        sql = (
            "SELECT DISTINCT person FROM testing_hold WHERE ended_at IS NULL AND path >= %s AND path < %s"
            f" LIMIT {MOST_HELD}"
        )
        held |= {person for (person,) in db.ask(sql, ends(path))}
    called = [*held, *scanned.codes_of(sorted(held))]
    return sorted({sha256(text.encode()).hexdigest()[:16] for text in called})


def outbreak_at(path: str) -> OutbreakId | None:
    """The outbreak of the newest open round that holds a place; without one, the outbreak that began last over it."""
    rows = db.ask("SELECT outbreak, path FROM testing_round WHERE closed_at IS NULL ORDER BY seq DESC LIMIT 100")
    found = next((outbreak for outbreak, area in rows if path.startswith(area)), None)
    return OutbreakId(found) if found else outbreaks.newest_over(path)


# -- what a tube is warned of -----------------------------------------------------------------------------------------


def tubes_before(tubes: Sequence[TubeSealed]) -> dict[tuple[str, str], str]:
    """(person, tube) -> the barcode of the first tube of the round in which that person is too."""
    found: dict[tuple[str, str], str] = {}
    for fact in tubes:
        known = keys.round_key(fact.round) if fact.round else None
        for person in fact.again:
            rows = db.ask(
                "SELECT t.id, t.code FROM testing_member m JOIN testing_tube t ON t.seq = m.tube"
                " WHERE m.person = %s AND m.round = %s ORDER BY m.tube",
                (keys.person_number(person), known.seq if known else 0),
            )
            found[person, fact.tube] = next((code for id_, code in rows if id_ != fact.tube), "")
    return found


def held_when(tubes: Sequence[TubeSealed]) -> set[tuple[str, str]]:
    """(person, tube) of everybody who was held when their tube was sealed."""
    if db.ask_one("SELECT 1 FROM testing_hold LIMIT 1") is None:
        return set()
    wanted = sorted({person for fact in tubes for person in fact.people})
    holds: dict[str, list[tuple[int, int | None]]] = {}
    sql = "SELECT person, held_at, ended_at FROM testing_hold WHERE person IN ({marks})"
    for person, since, ended in ask_among(sql, wanted):
        holds.setdefault(person, []).append((since, ended))
    return {
        (person, fact.tube)
        for fact in tubes
        for person in fact.people
        if any(since <= to_micros(fact.at) and (end is None or end > to_micros(fact.at)) for since, end in holds.get(person, ()))
    }  # fmt: skip
