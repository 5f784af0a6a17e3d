"""A round of testing for the benchmarks: a register of people in cells, sites that serve them, and letters of stations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from ringfence.app import open_centre
from ringfence.core.access import feed
from ringfence.core.clock import Clock
from ringfence.core.home import home
from ringfence.facts.ids import AccountId, OutbreakId, PlaceId, RoundId, derive
from ringfence.facts.registry import PlaceDeclared
from ringfence.facts.rounds import RosterDrawn, RoundOpened, SiteOpened
from ringfence.registry import account_keeping, actions
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import site_vault
from tests.bench.installation import area_id, areas_and_units, migrated, outbreak
from tests.bench.people import ON, write_people
from tests.bench.stations import STATIONS

IN_A_TUBE = 10
SOURCE = "bench"
ROUNDS = 4
ROUND = tuple(RoundId(derive("round", "bench", n)) for n in range(ROUNDS))


@dataclass(frozen=True, slots=True)
class City:
    """What the stations need to know."""

    people: int
    sites: tuple[PlaceId, ...]
    secret: str  # a token that may sample


def city(people: int) -> City:
    """A city with so many people on its register, fifty sites, rounds that are open, and an account for the stations."""
    migrated()
    centre = open_centre(Clock(), home())
    now, god = datetime.now(UTC) - timedelta(days=1), feed("bench")
    cells = [f"c.d{n % 8}.g{n:04d}." for n in range(max(people // 2500, 1))]
    paths = ["c.", *sorted({cell[:5] for cell in cells}), *cells]
    facts = [*areas_and_units(paths, carrying=2), outbreak("c.")]
    sites = tuple(PlaceId(derive("place", "site", n)) for n in range(STATIONS))
    for n, site in enumerate(sites):
        where = {"jurisdiction": area_id(cells[n % len(cells)]), "at": now}
        facts.append(PlaceDeclared(place=site, name=f"Site {n}", kind="site", **where))
        facts.append(SiteOpened(site=site, lanes=4, swabs_per_hour=60, **where))
    for n, round_ in enumerate(ROUND):
        told = {"round": round_, "outbreak": OutbreakId(derive("outbreak", "COV")), "jurisdiction": area_id("c.")}
        facts.append(RoundOpened(**told, number=n + 1, due_at=now + timedelta(days=3), at=now))
        each = tuple(people // len(cells) for _ in cells)
        facts.append(RosterDrawn(round=round_, cells=tuple(map(area_id, cells)), people=each, at=now))
    for begin in range(0, len(facts), 1000):
        centre.hear(god, facts[begin : begin + 1000])
    file = write_people(home() / "register.parquet", people)
    places = {f"2301{n:06d}": cell for n, cell in enumerate(cells)}
    load_people([file], home=home(), vault=site_vault(), source=SOURCE, on=ON, places=places)
    told = {
        "name": "stations",
        "shown_name": "S",
        "password_hash": "!",
        "role": "sampler",
        "jurisdiction": area_id("c."),
    }
    account: AccountId = centre.tell(god, actions.open_account, **told).facts[0].account
    secret = account_keeping.new_secret()
    who = account_keeping.who_is(account, centre.clock.now())
    ends_at = datetime.now(UTC) + timedelta(days=2)
    hashed = account_keeping.secret_hash(secret)
    centre.tell(who, actions.issue_token, secret_hash=hashed, mays=("sample",), ends_at=ends_at)
    return City(people, sites, secret)


def letters(where: City, first_tube: int, tubes: int, in_a_letter: int) -> list[bytes]:
    """Letters of stations in turn: tubes from the n-th on, whose people follow each other through the register."""
    now = datetime.now(UTC).isoformat()
    found = []
    for n, begin in enumerate(range(first_tube, first_tube + tubes, in_a_letter)):
        site = where.sites[n % STATIONS]
        told = [_tube(where, tube, site, now) for tube in range(begin, min(begin + in_a_letter, first_tube + tubes))]
        found.append(orjson.dumps({"station": f"phone-{n % STATIONS}", "sent_at": now, "tubes": told}))
    return found


def _tube(where: City, n: int, site: PlaceId, now: str) -> dict[str, object]:
    in_register = where.people // IN_A_TUBE
    turn, first = n // in_register, n % in_register * IN_A_TUBE
    people = [{"code": f"P{each:09d}"} for each in range(first, first + IN_A_TUBE)]
    return {
        "key": f"tube-{n}", "tube": f"T-{n:08d}", "site": site, "round": ROUND[turn % ROUNDS], "sealed_at": now,
        "people": people, "alone": False, "lane": "general",
    }  # fmt: skip
