"""Who is to be tested in a round, and how many share a tube where."""

from __future__ import annotations

from ringfence.core import db
from ringfence.core.access import above
from ringfence.desks.testing.queries.keys import RoundKey
from ringfence.facts.ids import JurisdictionId, PersonId, PlaceId, RoundId
from ringfence.registry import registers
from ringfence.registry.queries import areas


def roster(path: str, groups: tuple[str, ...] = ()) -> tuple[list[tuple[JurisdictionId, int]], bool]:
    """((cell, people) of an area, whether a register counted them): else the population on record of its lowest places."""
    counted = registers.counts_under(path, groups)
    if counted:
        by_place: dict[JurisdictionId, int] = {}
        for place, people in sorted(counted.items()):
            found = areas.area_at(place)
            if found is not None:
                by_place[found.id] = by_place.get(found.id, 0) + people
        return list(by_place.items()), True
    return [(area.id, area.population) for area in areas.lowest(path) if area.population], False


def pool_size_at(known: RoundKey, path: str) -> int:
    """How many share a tube at a place in a round: as set for it or for the nearest place above."""
    places = above(path)
    marks = ", ".join(["%s"] * len(places))
    row = db.ask_one(
        f"SELECT size FROM testing_pool_size WHERE round = %s AND path IN ({marks}) ORDER BY length(path) DESC",
        (known.id, *places),
    )
    return int(row[0]) if row else known.pool_size


def excused(round_id: RoundId, person: PersonId) -> bool:
    """Whether somebody is excused from a round."""
    return db.ask_one("SELECT 1 FROM testing_excuse WHERE round = %s AND person = %s", (round_id, person)) is not None


def slot_left(site: PlaceId, begins_at: int) -> int | None:
    """How many people a site can still take in a slot; None where it gives no slots."""
    row = db.ask_one("SELECT lanes, swabs_per_hour, slot_minutes FROM testing_site WHERE id = %s", (site,))
    if row is None or row[2] is None:
        return None
    given = db.ask_one(
        "SELECT coalesce(sum(people), 0) FROM testing_slot WHERE site = %s AND begins_at = %s", (site, begins_at)
    )
    return int(row[0] * row[1] * row[2] // 60) - int(given[0] if given else 0)


def rounds_ending(outbreak: str | None, until: int) -> list[tuple[RoundId, int]]:
    """(round, due at) of open rounds that end by a moment and whose missing people have not been called yet."""
    rows = db.ask(
        "SELECT id, due_at FROM testing_round WHERE outbreak = %s AND closed_at IS NULL AND due_at <= %s AND NOT EXISTS"
        " (SELECT 1 FROM testing_flag WHERE about = testing_round.id AND what = 'missing_called') ORDER BY seq",
        (outbreak or "", until),
    )
    return [(RoundId(round_id), int(due_at)) for round_id, due_at in rows]


def cells_with_missing(round_id: RoundId, limit: int) -> list[tuple[JurisdictionId, int]]:
    """(cell, people) of the cells of a round in which somebody is missing without an excuse, most missing first."""
    rows = db.ask(
        "SELECT path, people - swabbed - excused FROM testing_cover WHERE round = %s AND people > swabbed + excused"
        f" ORDER BY people - swabbed - excused DESC, path LIMIT {limit}",
        (round_id,),
    )
    found = ((areas.area_at(path), n) for path, n in rows)
    return [(area.id, n) for area, n in found if area is not None]
