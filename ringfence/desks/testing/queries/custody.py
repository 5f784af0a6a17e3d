"""What lies too long on its way, and which laboratory is unlike the others: what the clock asks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from ringfence.core import db
from ringfence.desks.testing.policy import Policy
from ringfence.desks.testing.queries import keys
from ringfence.facts.ids import BoxId, TubeId

HOUR = 3_600_000_000
ONCE_A_DAY = 24 * HOUR


def left_unpacked(outbreak: str | None, until: int, limit: int) -> list[tuple[str, str, int, int]]:
    """(site, path, tubes, since when the oldest) of sites with tubes that lie there unpacked; each oldest one named once."""
    if outbreak is None:
        return []
    rows = db.ask(
        "SELECT t.site, t.path, count(*), min(t.since) FROM testing_site s JOIN testing_tube t"
        " ON t.site = s.id AND t.stage = 'sealed' AND t.since <= %s WHERE t.outbreak = %s"
        " GROUP BY t.site, t.path ORDER BY min(t.since), t.site",
        (until, outbreak),
    )
    fresh = [tuple(row) for row in rows if keys.flagged_at(row[0], f"unpacked:{row[3]}") is None]
    return fresh[:limit]


def boxes_late(outbreak: str | None, until: int, limit: int) -> list[tuple[str, str, int]]:
    """(box, path of its site, packed at) of boxes not yet received and not yet named late, oldest first."""
    rows = db.ask(
        "SELECT id, path, packed_at FROM testing_box WHERE state IN ('packed', 'underway') AND packed_at <= %s"
        f" AND outbreak = %s AND late = FALSE ORDER BY packed_at, id LIMIT {limit}",
        (until, outbreak or ""),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def waiting_long(until: int, limit: int) -> list[tuple[str, str, int, int]]:
    """(laboratory, path, tubes, since when the oldest) of laboratories with tubes that wait; each oldest one named once."""
    rows = db.ask(
        "SELECT l.id, l.path, count(*), min(t.since) FROM testing_laboratory l JOIN testing_tube t"
        " ON t.laboratory = l.id AND t.stage = 'received' AND t.since <= %s GROUP BY l.id, l.path"
        " ORDER BY min(t.since), l.id",
        (until,),
    )
    fresh = [tuple(row) for row in rows if keys.flagged_at(row[0], f"waiting:{row[3]}") is None]
    return fresh[:limit]


def packed_twice(box: BoxId) -> list[TubeId]:
    """Tubes told to be in this box that another box held before: their last box is this one, their first is on record."""
    rows = db.ask(
        "SELECT l.about FROM testing_line l JOIN testing_tube t ON t.id = l.about AND t.box = %s"
        " WHERE l.seq IN (SELECT seq FROM testing_box WHERE id <> %s)",
        (box, box),
    )
    return [TubeId(tube) for (tube,) in rows]


def wait(people: int, lanes: int, swabs_per_hour: int) -> timedelta:
    """How long the last of so many people waits at so many lanes."""
    return timedelta(hours=people / max(lanes * swabs_per_hour, 1))


@dataclass(frozen=True, slots=True)
class OutOfLine:
    """A laboratory whose share of a kind of result is unlike that of all others."""

    laboratory: str
    path: str
    what: str
    found: int
    of: int
    expected: float


def out_of_line(since: int, policy: Policy) -> list[OutOfLine]:
    """Laboratories to be looked at, by what they read since a moment; each reason at most once a day."""
    rows = db.ask(
        "SELECT h.laboratory, l.path, sum(h.negative), sum(h.positive) + sum(h.unclear), sum(h.invalid)"
        " FROM testing_laboratory_hour h JOIN testing_laboratory l ON l.id = h.laboratory WHERE h.hour >= %s"
        " GROUP BY h.laboratory, l.path ORDER BY h.laboratory",
        (since // HOUR,),
    )
    read = [(lab, path, int(neg), int(pos), int(bad)) for lab, path, neg, pos, bad in rows]
    found: list[OutOfLine] = []
    for n, (laboratory, path, negative, positive, invalid) in enumerate(read):
        of = negative + positive + invalid
        if of < policy.out_of_line_from:
            continue
        rest = [row for m, row in enumerate(read) if m != n]
        for what, own, others in (
            ("positive", positive, sum(row[3] for row in rest)),
            ("invalid", invalid, sum(row[4] for row in rest)),
        ):
            total = sum(sum(row[2:]) for row in rest)
            many = what == "invalid" and own > of * policy.invalid_share_most
            unlike = many or _unlike(own, of, others, total, policy.out_of_line_z)
            if unlike and _not_today(laboratory, what, since):
                found.append(OutOfLine(laboratory, path, what, own, of, of * others / total if total else 0.0))
    return found


def _unlike(own: int, of: int, others: int, total: int, z: float) -> bool:
    """Whether a count lies further from what the others' share lets expect than so many standard deviations."""
    if total == 0:
        return False
    share = (others + 0.5) / (total + 1)
    spread = math.sqrt(of * share * (1 - share) * (1 + of / total))
    return abs(own - of * share) > z * spread + 0.5


def _not_today(laboratory: str, what: str, since: int) -> bool:
    at = keys.flagged_at(laboratory, f"out_of_line:{what}")
    return at is None or at <= since
