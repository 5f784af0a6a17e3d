"""Every page of tracing for a city's duty officer and a district's tracer: server time with 1,000,000 contacts on record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client

from ringfence.app import open_centre
from ringfence.core.access import above, feed
from ringfence.core.clock import Clock
from ringfence.core.fact import to_micros
from ringfence.core.home import home
from ringfence.desks.tracing.models import Contact, Link, Source
from ringfence.facts.ids import derive
from ringfence.registry import actions as registry
from ringfence.registry.models import Account
from tests.bench.installation import area_id, areas_and_units, migrated, outbreak
from tests.bench.lists import _timed
from tests.bench.measure import Row, below, percentile
from tests.bench.scale import PASSWORD, _put

NAME = "tracing_pages"
BOTH = True
KEPT = True  # its installation is made once and used again
BAR, INDICATORS = 200.0, 1500.0  # milliseconds, p95 of each page; indicators count every contact
ROUNDS, QUICK_ROUNDS = 10, 3
FULL, QUICK = 1_000_000, 20_000
HOUR = 3_600_000_000
CLOSENESS = ("close", "secondary", "general")
CATEGORIES = ("home", "work", "meal", "ride", "shop", "class", "leisure", "ward")


def run(quick: bool) -> list[Row]:
    """The p95 of every page, for each account."""
    n = QUICK if quick else FULL
    kept(n)
    rows = []
    for name in ("officer", "tracer"):
        client = Client()
        client.force_login(Account.objects.get(name=name), "django.contrib.auth.backends.ModelBackend")
        times: dict[str, list[float]] = defaultdict(list)
        for label, address in addresses().items():
            _timed(client, address, times[label], QUICK_ROUNDS if quick else ROUNDS)
        for label, spent in times.items():
            bar = INDICATORS if label == "indicators" else BAR
            what = f"{label}, {name}, {connection.vendor}"
            rows.append(below(what, percentile(spent, 0.95), bar, "ms", note=f"{n:,} contacts"))
    return rows


def addresses() -> dict[str, str]:
    """Every page of tracing, with the filters that people use."""
    contacts = "/tracing/contacts/"
    return {
        "board": "/tracing/",
        "contacts": contacts,
        **{
            f"contacts, {each}": f"{contacts}?need={each}"
            for each in ("symptoms", "unreached", "missed", "unheard", "swab")
        },
        "contacts, became a case": f"{contacts}?standing=became_case",
        "contacts, closed": f"{contacts}?standing=closed",
        "contacts, rare category": f"{contacts}?category=lift",
        "contacts of a district, close": f"{contacts}?under={area_id('c.d0.')}&closeness=close",
        "contacts, everywhere": f"{contacts}?under=",
        "a contact": f"{contacts}{contact_id(17)}/",
        "a case's contacts": f"/ask/tracing/contacts_of_case/?case={case_id(3)}",
        "cases": "/tracing/cases/",
        "day": "/tracing/day/",
        "indicators": "/tracing/indicators/?days=all",
    }


def contact_id(n: int) -> str:
    """The n-th contact."""
    return derive("contact", "bench", n)


def case_id(n: int) -> str:
    """The n-th case."""
    return derive("case", "bench", n)


def kept(n: int) -> None:
    """The city where it was made before, under RINGFENCE_HOME, else made now."""
    migrated()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracing_contact")
        if cursor.fetchone()[0]:
            return
    centre = open_centre(Clock(), home())
    paths = ["c."] + [f"c.d{d}." for d in range(10)] + [f"c.d{d}.t{t}." for d in range(10) for t in range(20)]
    facts = [*areas_and_units(paths), outbreak("c.")]
    for begin in range(0, len(facts), 1000):
        centre.hear(feed("bench"), facts[begin : begin + 1000])
    for name, role, path in (("officer", "duty_officer", "c."), ("tracer", "tracer", "c.d0.")):
        centre.tell(
            feed("bench"), registry.open_account, name=name, shown_name=name, password_hash=make_password(PASSWORD), role=role,
            jurisdiction=area_id(path), language="en", email=f"{name}@example.org",
        )  # fmt: skip
    with transaction.atomic():
        made = _Contacts(n, [path for path in paths if path.count(".") == 3])
        _put("tracing_contact", made.contacts())
        _put("tracing_link", made.links())
        _put("tracing_source", made.sources())
        _put("tracing_count", made.counts())
    connection.cursor().execute("ANALYZE")


@cache
def _plain(model: Any) -> dict[str, Any]:
    """Every column that has a default, as it stands in a row that tells nothing of it."""
    columns = [each for each in model._meta.get_fields() if each.name != "pk"]
    return {each.name: each.default for each in columns if each.has_default()}


class _Contacts:
    """Rows at random, the same each time but for the moment they hang on; 50 contacts to a case."""

    def __init__(self, n: int, places: list[str]) -> None:
        self.n, self.places = n, places
        self.random = np.random.default_rng(12)
        self.now, self.today = to_micros(datetime.now(UTC)), datetime.now(UTC).date()
        self.outbreak = outbreak("c.").outbreak
        self.counted: Counter[tuple[str, str, str]] = Counter()

    def contacts(self) -> Iterator[dict[str, Any]]:
        draws = self.random.random((self.n, 4))
        for k in range(self.n):
            yield self._contact(k, *draws[k].tolist())

    def _contact(self, k: int, one: float, two: float, three: float, four: float) -> dict[str, Any]:
        alive, reached = one < 0.7, two < 0.9
        state = "closed" if not alive else "reached" if reached else "listed"
        closeness, path = CLOSENESS[int(three * 3)], self.places[int(four * len(self.places))]
        listed_at = self.now - int(14 * 24 * HOUR * (1 - k / self.n))
        became = derive("case", "was", k) if three < 0.01 else None
        steps = {"listed": True, "alive": alive, "reached": reached, "quarantined": alive and two < 0.5,
                 "became_case": became is not None, "completed": not alive, "closed": not alive}  # fmt: skip
        for place in above(path):
            for step, holds in steps.items():
                self.counted[place, closeness, step] += holds
        due = alive and reached and four < 0.3
        return {
            **_plain(Contact), "id": contact_id(k), "seq": 10 + k // 200, "outbreak": self.outbreak, "person": derive("person", "bench", k),
            "household": derive("household", k // 3), "path": path, "closeness": closeness, "set_by_hand": False,
            "category": CATEGORIES[int(two * 8)], "minutes": int(one * 600), "links": 1, "first_case": case_id(k // 50),
            "first_at": listed_at - 48 * HOUR, "last_at": listed_at - 20 * HOUR, "state": state, "alive": alive, "away": False,
            "listed_at": listed_at, "reached_at": listed_at + int(one * 9 * HOUR) if reached else None,
            "stay": "home" if alive and two < 0.5 else None, "quarantined_at": listed_at + 12 * HOUR if two < 0.5 else None,
            "until_at": listed_at + 14 * 24 * HOUR, "next_test_on": self.today if alive and four < 0.05 else None,
            "due_on": self.today if due else self.today + timedelta(days=1) if alive else None,
            "heard_on": None if due else self.today, "missed": 0, "missed_in_row": int(alive and one < 0.004),
            "symptoms_on": self.today if alive and two < 0.001 else None, "case": became,
            "closed_at": None if alive else self.now, "closed_reason": "" if alive else "completed",
        }  # fmt: skip

    def links(self) -> Iterator[dict[str, Any]]:
        for k in range(self.n):
            yield {
                **_plain(Link), "contact": contact_id(k), "met": derive("person", "index", k // 50), "evidence": "visits", "case": case_id(k // 50),
                "outbreak": self.outbreak, "order": 1, "closeness": "close", "category": CATEGORIES[k % 8], "certainty": "likely",
                "minutes": k % 600, "encounters": 1, "first_at": self.now, "last_at": self.now, "struck": False, "seq": 10 + k // 200,
            }  # fmt: skip

    def sources(self) -> Iterator[dict[str, Any]]:
        for k in range(self.n // 50):
            at = self.now - int(14 * 24 * HOUR * (1 - 50 * k / self.n))
            yield {
                **_plain(Source), "case": case_id(k), "seq": 10 + k, "outbreak": self.outbreak, "path": self.places[k % len(self.places)],
                "person": derive("person", "index", k), "classification": "confirmed", "confirmed": True,
                "infectious_from": at - 72 * HOUR, "confirmed_at": at, "search": "done", "contacts": 50, "listed_at": at + HOUR,
                "linked": k % 9 > 0, "was_contact": contact_id(k) if k % 3 else None, "was_quarantined": k % 3 == 1,
            }  # fmt: skip

    def counts(self) -> Iterator[dict[str, Any]]:
        for (path, closeness, step), n in self.counted.items():
            yield {"outbreak": self.outbreak, "path": path, "closeness": closeness, "step": step, "n": n}
