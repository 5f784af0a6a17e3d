"""Every page of testing for a city's duty officer and a district's sampler: server time with 1,000,000 tubes on record."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection
from django.test import Client

from ringfence.registry.models import Account
from tests.bench import testing_city as city
from tests.bench.lists import _timed
from tests.bench.measure import Row, below, percentile

NAME = "testing_pages"
BOTH = True
KEPT = True  # its installation is made once and used again
BAR = 200.0  # milliseconds, p95 of each page
ROUNDS, QUICK_ROUNDS = 12, 3


def run(quick: bool) -> list[Row]:
    """The p95 of every page, for each account."""
    size = city.QUICK if quick else city.FULL
    city.kept(size)
    rows = []
    for name in ("officer", "sampler"):
        client = Client()
        client.force_login(Account.objects.get(name=name), "django.contrib.auth.backends.ModelBackend")
        times: dict[str, list[float]] = defaultdict(list)
        for label, address in addresses().items():
            _timed(client, address, times[label], QUICK_ROUNDS if quick else ROUNDS)
        for label, spent in times.items():
            what = f"{label}, {name}, {connection.vendor}"
            rows.append(below(what, percentile(spent, 0.95), BAR, "ms", note=f"{size.tubes:,} tubes"))
    return rows


def addresses() -> dict[str, str]:
    """Every page of testing; the cell has a register and 3,000 people."""
    cell, round_id = city.cell_id("c.d0.t0.g1."), city.ROUND
    return {
        "four stages": "/testing/",
        "four stages, wall": "/testing/?density=wall",
        "rounds": "/testing/rounds/?density=compact",
        "open a round": "/testing/rounds/new/",
        "a round": f"/testing/rounds/{round_id}/",
        "coverage by cell": f"/testing/cells/?round={round_id}",
        "missing, all cells": f"/testing/missing/?round={round_id}",
        "missing of a cell of 3,000": f"/testing/missing/?round={round_id}&cell={cell}",
        "excused": f"/testing/excused/?round={round_id}",
        "sites": "/testing/sites/",
        "a site": f"/testing/sites/{city.site_id('c.d0.t0.g1.')}/",
        "find a tube": "/testing/tubes/",
        "a tube": "/testing/tubes/T1400/",
        "a box": "/testing/boxes/B1-0/",
        "held": "/testing/holds/",
        "released": "/testing/holds/?state=released",
    }
