"""Sampling sites: lanes, queues, what lies there, what they sent, and who was asked to come when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ringfence.core import db
from ringfence.core.access import Scope
from ringfence.core.declare import query
from ringfence.core.fact import from_micros, to_micros
from ringfence.core.paging import Page, Sort, page
from ringfence.desks.testing.queries import custody, rosters
from ringfence.facts.ids import JurisdictionId, PlaceId
from ringfence.registry.queries.areas import narrowed_to, place_names

COLUMNS = (
    "id", "path", "lanes", "swabs_per_hour", "serves", "separate_lane", "mobile", "opens_at", "closes_at", "slot_minutes",
    "queue", "queue_lanes", "queue_at", "closed",
)  # fmt: skip
HOUR = 3_600_000_000
NEWEST = 20


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site. `unpacked`: tubes that lie there without a box, `oldest_at` since when; `wait`: of the last in the queue."""

    id: PlaceId
    path: str
    lanes: int
    swabs_per_hour: int
    serves: tuple[str, ...]
    separate_lane: bool
    mobile: bool
    opens_at: datetime | None
    closes_at: datetime | None
    slot_minutes: int | None
    queue: int | None
    queue_lanes: int | None
    queue_at: datetime | None
    closed: bool
    unpacked: int = 0
    oldest_at: datetime | None = None

    @property
    def people_per_hour(self) -> int:
        """How many people its open lanes take in an hour."""
        return self.lanes * self.swabs_per_hour

    @property
    def wait(self) -> timedelta | None:
        """How long the last of those counted waits; None where nobody counted."""
        if self.queue is None:
            return None
        return custody.wait(self.queue, self.queue_lanes or self.lanes, self.swabs_per_hour)


_SITE = f"SELECT {', '.join(COLUMNS)} FROM testing_site"


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _read(row: Sequence[Any], lying: dict[str, tuple[int, int]] | None = None) -> SiteRow:
    told = dict(zip(COLUMNS, row, strict=True))
    told["serves"] = tuple(told["serves"].split())
    for name in ("separate_lane", "mobile", "closed"):
        told[name] = bool(told[name])
    for name in ("opens_at", "closes_at", "queue_at"):
        told[name] = _moment(told[name])
    n, since = (lying or {}).get(told["id"], (0, None))
    return SiteRow(**told, unpacked=n, oldest_at=_moment(since))


def _lying(ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Site -> (tubes that lie there unpacked, since when the oldest does)."""
    marks = ", ".join(["%s"] * len(ids))
    rows = db.ask(
        "SELECT site, count(*), min(since) FROM testing_tube WHERE stage = 'sealed'"
        f" AND site IN ({marks}) GROUP BY site",
        tuple(ids),
    )
    return {site: (int(n), since) for site, n, since in rows}


@query(may="see")
def sites(
    scope: Scope,
    *,
    under: JurisdictionId | None = None,
    closed: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[SiteRow]:
    """Sampling sites, place by place."""
    found = page(
        f"{_SITE} WHERE closed = %s",
        (closed,),
        scope=narrowed_to(scope, under),
        path="path",
        roots=("testing_site WHERE closed = %s", (closed,)),
        sort=Sort("path", "id"),
        after=after,
        limit=limit,
        read=tuple,
        columns=COLUMNS,
    )
    lying = _lying([row[0] for row in found.rows]) if found.rows else {}
    return Page([_read(row, lying) for row in found.rows], found.next)


@dataclass(frozen=True, slots=True)
class SentRow:
    """A box that a site sent."""

    id: str
    code: str
    tubes: int
    state: str
    packed_at: datetime
    left_at: datetime | None
    received_at: datetime | None
    laboratory: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A time slot: how many people were asked, and how many more it takes (None where the site gives no slots)."""

    begins_at: datetime
    people: int
    asked: int
    left: int | None


@dataclass(frozen=True, slots=True)
class SiteHour:
    """What was sealed at a site in an hour."""

    hour: datetime
    tubes: int
    people: int


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A site, its newest boxes, its slots from now on, its last day by the hour, and tubes that lie there longest."""

    row: SiteRow
    boxes: list[SentRow]
    slots: list[SlotRow]
    hours: list[SiteHour]
    lying: list[tuple[str, str, datetime]]


@query(may="see")
def site_file(scope: Scope, *, site: PlaceId, now: datetime) -> SiteFile | None:
    """A sampling site: its queue, what lies there, what it sent, who was asked to come."""
    row = db.ask_one(f"{_SITE} WHERE id = %s", (site,))
    if row is None or not scope.covers(row[1]):
        return None
    return SiteFile(_read(row, _lying([site])), _sent(site), slots(site, now), _hours(site, now), _longest(site))


def _sent(site: PlaceId) -> list[SentRow]:
    rows = db.ask(
        "SELECT id, code, tubes, state, packed_at, left_at, received_at, laboratory, late FROM testing_box"
        f" WHERE site = %s ORDER BY packed_at DESC LIMIT {NEWEST}",
        (site,),
    )
    return [
        SentRow(id_, code, n, state, from_micros(packed), _moment(left), _moment(received), laboratory, bool(late))
        for id_, code, n, state, packed, left, received, laboratory, late in rows
    ]


def slots(site: PlaceId, now: datetime) -> list[SlotRow]:
    """The slots of a site for which somebody was asked, from an hour ago on."""
    rows = db.ask(
        "SELECT begins_at, sum(people), count(*) FROM testing_slot WHERE site = %s AND begins_at >= %s GROUP BY begins_at"
        " ORDER BY begins_at LIMIT 50",
        (site, to_micros(now) - HOUR),
    )
    return [SlotRow(from_micros(at), int(n), int(asked), rosters.slot_left(site, at)) for at, n, asked in rows]


def _hours(site: PlaceId, now: datetime) -> list[SiteHour]:
    since = (to_micros(now) // HOUR - 23) * HOUR
    rows = db.ask(
        "SELECT sealed_at, n FROM testing_tube WHERE site = %s AND stage IN ('sealed', 'packed', 'underway', 'received',"
        " 'read') AND since >= %s AND sealed_at >= %s LIMIT 20000",
        (site, since, since),
    )
    counted: dict[int, list[int]] = {}
    for sealed_at, n in rows:
        kept = counted.setdefault(sealed_at // HOUR, [0, 0])
        kept[0] += 1
        kept[1] += n
    return [SiteHour(from_micros(hour * HOUR), *told) for hour, told in sorted(counted.items())]


def _longest(site: PlaceId) -> list[tuple[str, str, datetime]]:
    rows = db.ask(
        "SELECT id, code, since FROM testing_tube WHERE site = %s AND stage = 'sealed' ORDER BY since LIMIT 5", (site,)
    )
    return [(id_, code, from_micros(since)) for id_, code, since in rows]


@query(may="see")
def laboratories_offered(scope: Scope) -> list[tuple[PlaceId, str]]:
    """The laboratories that take part, with their names, to choose where a box goes."""
    within, ends = scope.sql("path")
    ids = [
        row[0] for row in db.ask(f"SELECT id FROM testing_laboratory WHERE {within} ORDER BY path, id LIMIT 300", ends)
    ]
    names = place_names(ids)
    return [(each, names.get(each, each)) for each in ids]
