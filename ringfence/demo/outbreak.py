"""An invented outbreak of a fast respiratory virus: chains of transmission, found late at first and then ever sooner.

The numbers are those of the Delta variant in China in 2021, near enough for a demonstration: incubation 4.4 days
(SD 1.9), generation interval 3.2 days (SD 1.4), reproduction number about 4.5 before anybody knew and falling as the response
takes hold (Zhang et al. 2021, China CDC Weekly 3(27): 584-586; Li 2022, doi:10.1371/journal.pntd.0010048).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta

from ringfence.demo.draws import between, happens, lognormal, pick, poisson, weighted

DAYS = 18
"""From the first case found until now."""

UNSEEN = timedelta(days=6)
"""From the first infection until anybody knew."""

TAKES_HOLD = ((3.0, 0.8), (7.0, 0.45), (99.0, 0.35))
"""Days since the first case was found -> what is left of transmission."""

SETTINGS = (
    ("home", 30.0),
    ("work", 20.0),
    ("meal", 16.0),
    ("leisure", 16.0),
    ("shop", 8.0),
    ("class", 6.0),
    ("ward", 4.0),
)
COMMUNITIES = 36
MOST = 170


@dataclass(frozen=True, slots=True)
class Infection:
    """One person's infection; moments are aware."""

    n: int
    infector: int | None
    infected_at: datetime
    setting: str
    community: int  # 0 to 35, six to a district
    onset_at: datetime | None  # None: without symptoms
    found_by: str  # clinic, contact, screening
    sampled_at: datetime
    positive_at: datetime
    reported_at: datetime
    quarantined_at: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether its report came after more than two hours."""
        return self.reported_at - self.positive_at > timedelta(hours=2)


def infections(now: datetime) -> list[Infection]:
    """Every infection with a positive result by `now`, by the moment of that result."""
    found_first = now - timedelta(days=DAYS)
    waiting: list[tuple[datetime, int, int | None]] = [(found_first - UNSEEN, 0, None)]
    born, known = 1, dict[int, Infection]()
    while waiting and len(known) < MOST:
        infected_at, n, infector = heapq.heappop(waiting)
        each = _one(n, known[infector] if infector is not None else None, infected_at, found_first)
        known[n] = each
        for moment in _next(each, found_first):
            if moment < min(each.quarantined_at or each.positive_at, each.positive_at) and moment < now:
                heapq.heappush(waiting, (moment, born, n))
                born += 1
    there = [each for each in known.values() if each.positive_at < now]
    return sorted(there, key=lambda each: (each.positive_at, each.n))


def _one(n: int, infector: Infection | None, infected_at: datetime, found_first: datetime) -> Infection:
    symptoms = infector is None or not happens(0.14, n, "without symptoms")
    onset_at = infected_at + timedelta(days=lognormal(4.4, 1.9, n, "incubation")) if symptoms else None
    setting = weighted(SETTINGS, n, "setting") if infector else "work"
    found_by, sampled_at, quarantined_at = _found(n, infector, infected_at, onset_at, found_first)
    positive_at = sampled_at + timedelta(hours=between(5, 12, n, "laboratory"))
    delay = between(2.6, 9, n, "late") if happens(0.07, n, "is late") else between(0.3, 1.8, n, "in time")
    return Infection(
        n=n,
        infector=infector.n if infector else None,
        infected_at=infected_at,
        setting=setting,
        community=_community(n, infector, setting),
        onset_at=onset_at if onset_at is not None and onset_at < sampled_at + timedelta(days=6) else None,
        found_by=found_by,
        sampled_at=sampled_at,
        positive_at=positive_at,
        reported_at=positive_at + timedelta(hours=delay),
        quarantined_at=quarantined_at,
    )


def _found(
    n: int, infector: Infection | None, infected_at: datetime, onset_at: datetime | None, found_first: datetime
) -> tuple[str, datetime, datetime | None]:
    """How, when sampled, and since when in quarantine: whichever came first."""
    if infector is None:
        return "clinic", found_first - timedelta(hours=9), None
    detectable = infected_at + timedelta(hours=between(36, 72, n, "detectable"))
    ways: list[tuple[datetime, str]] = []
    if onset_at is not None:
        ways.append((max(onset_at + timedelta(days=lognormal(2.6, 1.5, n, "clinic")), found_first), "clinic"))
    traced = infector.positive_at + timedelta(hours=between(6, 30, n, "traced"))
    if happens(0.72, n, "is traced"):
        ways.append((max(traced, detectable), "contact"))
    rounds = found_first + timedelta(days=2 + int(between(0, 4, n, "round")))
    while rounds < detectable:
        rounds += timedelta(days=2)
    ways.append((rounds + timedelta(hours=between(0, 10, n, "queue")), "screening"))
    sampled_at, found_by = min(ways)
    return found_by, sampled_at, traced if found_by == "contact" else None


def _next(each: Infection, found_first: datetime) -> list[datetime]:
    """When it would infect others, if nobody stops it."""
    strength = lognormal(4.5, 4.2, each.n, "strength") if each.infector is not None else 9.0
    moments = []
    for k in range(poisson(min(strength, 24.0), each.n, "others")):
        moment = each.infected_at + timedelta(days=max(1.0, lognormal(3.2, 1.4, each.n, k, "generation")))
        days = (moment - found_first) / timedelta(days=1)
        if happens(next(left for until, left in TAKES_HOLD if days < until), each.n, k, "takes hold"):
            moments.append(moment)
    return moments


def _community(n: int, infector: Infection | None, setting: str) -> int:
    """Those of a household live together, others mostly in the same district."""
    if infector is None:
        return 18
    if setting == "home":
        return infector.community
    if happens(0.6, n, "same district"):
        return infector.community // 6 * 6 + int(between(0, 6, n, "near"))
    return pick(range(COMMUNITIES), n, "far")
