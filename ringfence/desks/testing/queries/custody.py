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


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a laboratory read since a moment; `positive` with the unclear."""

    laboratory: str
    path: str
    negative: int
    positive: int
    invalid: int

    @property
    def of(self) -> int:
        """All of them."""
        return self.negative + self.positive + self.invalid


def read_since(since: int) -> list[ReadRow]:
    """What each laboratory read since a moment."""
    rows = db.ask(
        "SELECT h.laboratory, l.path, sum(h.negative), sum(h.positive) + sum(h.unclear), sum(h.invalid)"
        " FROM testing_laboratory l JOIN testing_laboratory_hour h ON h.laboratory = l.id AND h.hour >= %s"
        " GROUP BY h.laboratory, l.path ORDER BY h.laboratory",
        (since // HOUR,),
    )
    return [ReadRow(lab, path, int(neg), int(pos), int(bad)) for lab, path, neg, pos, bad in rows]


def out_of_line(since: int, policy: Policy) -> list[OutOfLine]:
    """Laboratories to be looked at, by what they read since a moment; each reason at most once a day.

    Out of line is whose share lies further from the others' than chance and their usual differences explain, with the
    number of laboratories allowed for; and whoever has more invalid tubes than the pack allows.
    """
    read = [row for row in read_since(since) if row.of]
    found: list[OutOfLine] = []
    for what in ("positive", "invalid"):
        counts = [row.positive if what == "positive" else row.invalid for row in read]
        unlike = _unlike(counts, [row.of for row in read], policy)
        for n, row in enumerate(read):
            others, total = sum(counts) - counts[n], sum(each.of for each in read) - row.of
            many = (
                what == "invalid"
                and row.of >= policy.out_of_line_from
                and counts[n] > row.of * policy.invalid_share_most
            )
            if (many or n in unlike) and _not_today(row.laboratory, what, since):
                expected = row.of * others / total if total else 0.0
                found.append(OutOfLine(row.laboratory, row.path, what, counts[n], row.of, expected))
    return found


FALSE_ALARMS = 0.05
"""Of the laboratories called out, so many may be false alarms."""


def _unlike(counts: list[int], totals: list[int], policy: Policy) -> set[int]:
    """Which are unlike all the others together; where not even chance alone is exceeded, nothing more is computed."""
    if not any(_far(n, counts, totals, policy.out_of_line_z) for n in range(len(counts))):
        return set()
    from ringfence.science.out_of_line import compare_shares  # noqa: PLC0415 (SciPy takes a second to load)

    made = compare_shares(counts, totals, least=policy.out_of_line_from)
    return {
        n
        for n, (z, q) in enumerate(zip(made.z, made.q, strict=True))
        if abs(z) > policy.out_of_line_z and q < FALSE_ALARMS
    }


def _far(n: int, counts: list[int], totals: list[int], z: float) -> bool:
    """Whether a count lies further from what the others' share lets expect than so many standard deviations of chance."""
    own, of, rest = counts[n], totals[n], sum(totals) - totals[n]
    if rest == 0:
        return False
    share = (sum(counts) - own + 0.5) / (rest + 1)
    return abs(own - of * share) > 0.8 * z * math.sqrt(of * share * (1 - share) * (1 + of / rest))


def _not_today(laboratory: str, what: str, since: int) -> bool:
    at = keys.flagged_at(laboratory, f"out_of_line:{what}")
    return at is None or at <= since
