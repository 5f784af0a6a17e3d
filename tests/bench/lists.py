"""Every list page and the board, for every role over every size of place: server time on a nation's tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from html import unescape
from time import perf_counter
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from ringfence.core.access import ROLES
from ringfence.facts.ids import derive
from ringfence.registry.models import Account
from tests.bench import scale
from tests.bench.installation import area_id
from tests.bench.measure import Row, below, percentile

NAME = "lists"
BOTH = True
KEPT = True  # its installation is made once and used again
BOARD, LIST = 300.0, 200.0  # milliseconds, p95
ROUNDS, QUICK_ROUNDS = 5, 2
_NEXT = re.compile(r'href="\?([^"]*\bafter=[^"]+)"')


def run(quick: bool) -> list[Row]:
    """The slowest page for each account, and the p95 of all."""
    scale.kept(scale.QUICK if quick else scale.FULL)
    size = "20,000 people" if quick else "1,000,000 people, 300,000 cases, 1,000,000 tasks"
    times: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for scope, role in accounts():
        measure(scope, role, times[scope, role], quick=quick)
    rows = []
    for kind, bar in (("board", BOARD), ("lists", LIST)):
        for (scope, role), pages in times.items():
            spent = {page: each for page, each in pages.items() if (kind == "board") == (page in BOARDS)}
            worst = max(spent, key=lambda page: percentile(spent[page], 0.95))
            every = [one for each in spent.values() for one in each]
            note = f"slowest {percentile(spent[worst], 0.95):,.0f} ms: {worst}; {len(spent)} pages × {QUICK_ROUNDS if quick else ROUNDS}; {size}"
            what = f"{kind} p95, {role} over {scope}, {connection.vendor}"
            rows.append(below(what, percentile(every, 0.95) * 1.0, bar, "ms", note=note))
    return rows


def accounts() -> list[tuple[str, str]]:
    """(scope, role): the duty officer everywhere, every role in a city, and a grid worker in a cell."""
    officers = [(scope, "duty_officer") for scope in scale.scopes()]
    return [*officers, *(("city", role) for role in ROLES if role != "duty_officer"), ("cell", "grid_worker")]


BOARDS = ("/", "/board/now/")


def addresses() -> list[str]:
    """Every page that lists or counts, with the filters that people use and those that find little."""
    cases = [
        {}, {"sort": "oldest"}, {"sort": "onset"}, {"sort": "reported"}, {"classification": "confirmed"},
        {"classification": "probable"}, {"investigation": "open"}, {"found_by": "port"}, {"found_by": "contact"},
        {"cluster": "K1"}, {"outcome": "died"}, {"outcome": "recovered"}, {"report": "late"}, {"report": "waiting"},
        {"report": "on_time"}, {"sex": "female", "classification": "probable"}, {"code": "C77"}, {"set_aside": "on"},
        {"found_by": "port", "outcome": "died", "sex": "male"}, {"classification": "suspect", "sort": "onset"},
        {"under": area_id("n.c0.d3.")}, {"under": area_id("n.c0.d3."), "investigation": "open"}, {"under": ""},
    ]  # fmt: skip
    tasks = [
        {}, {"state": "done"}, {"state": "verified"}, {"state": "open"}, {"state": "started"}, {"kind": "trace_contacts"},
        {"kind": "explain_late_report"}, {"kind": "explain_late_report", "state": "done"}, {"level": "1"},
        {"level": "3"}, {"urgent": "true"}, {"account": "account_7"}, {"team": "team_1"}, {"unit": derive("unit", "n.c0.d0.m0.")},
        {"unit": derive("unit", "n.c3.d9.m9."), "state": "done"}, {"urgent": "true", "kind": "explain_late_report"},
        {"due_before": "2035-01-01T00:00:00+00:00"}, {"due_after": "2035-01-01T00:00:00+00:00"},
    ]  # fmt: skip
    return [
        *BOARDS, *_asked(reverse("cases"), cases), *_asked(_tasks(), tasks), *_asked(reverse("log"), [{}, {"kind": "TaskDone"},
        {"kind": "TaskVerified", "under": area_id("n.c0.d3.")}, {"under": ""}, {"by": "nobody"}]), "/workload/", "/units/", "/places/",
        "/outbreaks/", "/reporting/", "/decisions/", "/log/seals/", "/quarantine/", "/accounts/", "/everything/", "/me/",
        *_asked("/ask/cases/positives/", [{}, {"state": "waiting"}]), "/ask/cases/facilities/", "/ask/cases/curve/",
    ]  # fmt: skip


def _tasks() -> str:
    try:
        return reverse("tasks")
    except NoReverseMatch:
        return reverse("ask", args=["command", "tasks"])


def _asked(base: str, filters: Iterable[dict[str, str]]) -> list[str]:
    return [f"{base}?{urlencode(each)}" if each else base for each in filters]


def measure(scope: str, role: str, times: dict[str, list[float]], *, quick: bool) -> None:
    """Open each page, and the one that follows it, some times; the first time warms up. Milliseconds.

    When it must be quick, only the duty officers try every filter; the other roles open each page as it is.
    """
    rounds = QUICK_ROUNDS if quick else ROUNDS
    client = Client()
    user = Account.objects.get(name=scale.account(scope, role))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for address in addresses():
        if quick and role != "duty_officer" and "?" in address:
            continue
        following = _timed(client, address, times[address], rounds)
        if following and not quick:
            _timed(client, following, times[f"{address} (page 2)"], rounds)


def _timed(client: Client, address: str, spent: list[float], rounds: int) -> str | None:
    for n in range(rounds + 1):
        begun = perf_counter()
        answer = client.get(address)
        took = 1000 * (perf_counter() - begun)
        if n:
            spent.append(took)
    if answer.status_code >= 500:
        message = f"{address} answered {answer.status_code}"
        raise AssertionError(message)
    found = _NEXT.search(answer.content.decode()) if answer.get("Content-Type", "").startswith("text/html") else None
    return f"{address.partition('?')[0]}?{unescape(found[1])}" if found else None
