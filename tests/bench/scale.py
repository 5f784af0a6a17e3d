"""A nation in the fourth month of a large outbreak: 1,000,000 people, 300,000 cases, 1,000,000 tasks, made once and kept.

Places, units, outbreaks and accounts are told to the loop; people, cases, tasks, their counts and their log lines are
then put into the tables directly, as telling two million facts one by one would take half an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from ringfence.app import open_centre
from ringfence.core.access import ROLES, above, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import Clock
from ringfence.core.fact import to_micros
from ringfence.core.home import home
from ringfence.facts.ids import derive
from ringfence.registry import actions as registry
from tests.bench.installation import area_id, areas_and_units, migrated, outbreak

CITIES, DISTRICTS, COMMUNITIES, CELLS = 4, 10, 15, 4
DAYS = 120
PASSWORD = "a benchmark, not a secret"
HOUR, DAY = 3_600_000_000, 86_400_000_000  # microseconds
KINDS = ("investigate_case", "report_case", "trace_contacts", "sample_person", "check_home", "explain_late_report")
STATES = ("open", "started", "done", "verified", "dropped")


@dataclass(frozen=True)
class Scale:
    """How many of each."""

    people: int
    cases: int
    tasks: int


FULL, QUICK = Scale(1_000_000, 300_000, 1_000_000), Scale(20_000, 6_000, 20_000)


def scopes() -> dict[str, list[str]]:
    """What an account may stand over, from the nation to one grid cell, and several places at once."""
    return {
        "nation": ["n."],
        "city": ["n.c0."],
        "district": ["n.c0.d0."],
        "community": ["n.c0.d0.m0."],
        "cell": ["n.c0.d0.m0.g0."],
        "several": ["n.c0.d1.", "n.c1.d2.m3.", "n.c2.d4.m1.g2.", "n.c3."],
    }


def paths() -> list[str]:
    """Every place, parents first."""
    found = ["n."]
    for prefix, n in (("c", CITIES), ("d", DISTRICTS), ("m", COMMUNITIES), ("g", CELLS)):
        depth = found[-1].count(".")
        found += [f"{above}{prefix}{i}." for above in found if above.count(".") == depth for i in range(n)]
    return found


def account(scope: str, role: str) -> str:
    """The sign-in name of the account with this role over this scope."""
    return f"{role}-{scope}"


def kept(scale: Scale) -> Centre:
    """The nation where it was made before, under RINGFENCE_HOME, else made now."""
    migrated()
    centre = open_centre(Clock(), home())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_outbreak")
        if not cursor.fetchone()[0]:
            return make(scale)
    return centre


def make(scale: Scale) -> Centre:
    """The nation in the database that the environment names."""
    migrated()
    centre = open_centre(Clock(), home())
    god = feed("bench")
    facts = [*areas_and_units(paths(), carrying=4), outbreak("n."), outbreak("n.", "FLU")]
    for begin in range(0, len(facts), 1000):
        centre.hear(god, facts[begin : begin + 1000])
    _accounts(centre)
    _Nation(scale).fill()
    return centre


def _accounts(centre: Centre) -> None:
    secret = make_password(PASSWORD)
    pairs = (
        {(scope, "duty_officer") for scope in scopes()} | {("city", role) for role in ROLES} | {("cell", "grid_worker")}
    )
    for scope, role in sorted(pairs):
        first, *rest = scopes()[scope]
        answer = centre.tell(
            feed("bench"), registry.open_account, name=account(scope, role), shown_name=f"{role} {scope}",
            password_hash=secret, role=role, jurisdiction=area_id(first), language="en", email=f"{scope}@example.org",
        )  # fmt: skip
        for path in rest:
            centre.tell(
                feed("bench"), registry.grant_role, account=answer.facts[0].account, role=role,  # type: ignore[attr-defined]
                jurisdiction=area_id(path),
            )  # fmt: skip


class _Nation:
    """Rows at random, the same each time but for the moment they hang on."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.random = np.random.default_rng(7)
        self.now = to_micros(datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        self.today = datetime.now(UTC).date()
        self.cells = [path for path in paths() if path.count(".") == 5]
        weights = (
            1 / np.arange(1, len(self.cells) + 1) ** 0.7
        )  # the first city, district and community are the worst hit
        self.weights = weights / weights.sum()
        self.outbreaks = [outbreak("n.").outbreak, outbreak("n.", "FLU").outbreak]

    def fill(self) -> None:
        with transaction.atomic():
            _put("registry_person", self.people())
            _put("cases_case", self.cases())
            _put("cases_day_count", self.counted)
            _put("cases_count", [{"outbreak": each, "n": self.scale.cases} for each in self.outbreaks])
            _put("cases_positive", self.positives())
            _put("cases_facility", self.facilities())
            _put("command_task", self.tasks())
            _put("command_load", self.load)
            _put("log", self.lines())

    def places(self, n: int) -> list[str]:
        return [self.cells[i] for i in self.random.choice(len(self.cells), n, p=self.weights)]

    def picked(self, options: Sequence[Any], shares: Sequence[float], n: int) -> list[Any]:
        return [options[i] for i in self.random.choice(len(options), n, p=np.array(shares) / sum(shares))]

    def people(self) -> Iterator[dict[str, Any]]:
        for n, path in enumerate(self.places(self.scale.people)):
            yield {
                "id": f"person_{n:016x}", "source": "bench", "code": f"P{n:07d}", "sex": ("female", "male")[n % 2],
                "age_years": float(n % 90), "residence": path, "stay": path, "office": path,
                "canonical": f"person_{n:016x}", "registered_at": self.now - DAYS * DAY,
            }  # fmt: skip

    def cases(self) -> Iterator[dict[str, Any]]:
        n = self.scale.cases
        classes = self.picked(
            ["confirmed", "asymptomatic", "suspect", "discarded", "probable"], [60, 20, 12, 7.8, 0.2], n
        )
        paths_, ages = self.places(n), np.sort(self.random.integers(0, DAYS * 24, n))[::-1]
        investigations = self.picked(["done", "open", "none"], [70, 25, 5], n)
        found = self.picked(["screening", "contact", "clinic", "port", "self"], [50, 30, 15, 0.5, 4.5], n)
        dice = self.random.random((n, 8))
        counts: Counter[tuple[str, str, str, str, str]] = Counter()
        for i in range(n):
            row = self.case(i, classes[i], paths_[i], int(ages[i]), dice[i].tolist())
            row |= {"investigation": investigations[i], "found_by": found[i]}
            if not row["set_aside"]:
                for event in ("onset", "positive", "reported", "listed"):
                    if row[f"{event}_on"]:
                        for place in above(row["path"]):
                            counts[row["outbreak"], event, place, row[f"{event}_on"], row["classification"]] += 1
            yield row
        names = ("outbreak", "event", "path", "day", "classification")
        self.counted = [{**dict(zip(names, key, strict=True)), "n": n} for key, n in counts.items()]

    def case(self, i: int, classification: str, path: str, hours: int, dice: list[float]) -> dict[str, Any]:
        listed_at = self.now - hours * HOUR
        listed = self.today - timedelta(days=hours // 24)
        onset = (listed - timedelta(days=int(dice[0] * 7))).isoformat() if dice[1] < 0.7 else None
        late = dice[2] < 0.03
        return {
            "id": f"case_{derive('c', i)[2:]}", "seq": i + 1, "number": i + 1, "outbreak": self.outbreaks[dice[3] < 0.15],
            "person": f"person_{i:016x}", "jurisdiction": area_id(path), "path": path, "code": f"C{i}", "source": "bench",
            "classification": classification, "sex": ("female", "male")[i % 2], "age_years": float(i % 90),
            "cluster": f"K{int(dice[4] * 300)}" if dice[5] < 0.02 else None,
            "onset_on": onset, "positive_on": listed.isoformat(), "reported_on": listed.isoformat() if dice[6] < 0.95 else None,
            "listed_on": listed.isoformat(), "listed_at": listed_at, "found_at": listed_at - HOUR,
            "reported_at": listed_at if dice[6] < 0.95 else None, "report_due_at": listed_at - HOUR if late else None,
            "outcome": "died" if dice[7] < 0.004 else "recovered" if hours > 500 else None,
            "completeness": round(dice[1], 2), "set_aside": dice[7] > 0.995,
        }  # fmt: skip

    def positives(self) -> Iterator[dict[str, Any]]:
        n = self.scale.cases // 10
        states = self.picked(["reported", "waiting", "missed"], [95, 3, 2], n)
        for i, path in enumerate(self.places(n)):
            yield {
                "person": f"person_{i:016x}", "outbreak": self.outbreaks[0], "path": path, "jurisdiction": area_id(path),
                "laboratory": "lab", "at": self.now - i % (DAYS * 24) * HOUR, "state": states[i],
            }  # fmt: skip

    def facilities(self) -> Iterator[dict[str, Any]]:
        for i, path in enumerate(self.cells):
            yield {
                "facility": f"F{i}", "outbreak": self.outbreaks[0], "jurisdiction": area_id(path), "path": path,
                "names": '{"en":"Clinic"}', "heard_at": self.now - i % 48 * HOUR, "silent": i % 20 == 0,
            }  # fmt: skip

    def tasks(self) -> Iterator[dict[str, Any]]:
        n = self.scale.tasks
        kinds = self.picked(KINDS, [25, 10, 30, 25, 9.9, 0.1], n)
        states = self.picked(STATES, [20, 5, 35, 30, 10], n)
        paths_, hours = self.places(n), self.random.integers(0, DAYS * 24, n)
        slack, dice = self.random.integers(-72, 48, n), self.random.random((n, 3))
        counts: Counter[tuple[str, str, str, str]] = Counter()
        for i in range(n):
            alive, path = states[i] in STATES[:2], paths_[i]
            unit = derive("unit", ".".join(path.split(".")[:4]) + ".")
            team = f"team_{int(dice[i, 0] * 5)}" if dice[i, 1] < 0.3 else ""
            due = self.now + int(slack[i]) * HOUR + i if alive else self.now - int(hours[i]) * HOUR + i
            for place in above(path):
                counts[unit, team, place, states[i]] += 1
            yield {
                "id": f"task_{derive('t', i)[2:]}", "seq": self.scale.cases + i + 1, "kind": kinds[i],
                "about": f"case_{derive('c', i % self.scale.cases)[2:]}", "outbreak": self.outbreaks[int(dice[i, 2] < 0.15)],
                "path": path, "function": "investigation", "unit": unit, "team": team or None,
                "account": f"account_{i % 500}" if states[i] != "open" else None, "state": states[i], "alive": bool(alive),
                "urgent": i % 10 == 0, "reason": "case_reported", "set_at": due - 24 * HOUR, "due_at": due,
                "next_at": due + 2 * HOUR, "midnight_at": due - due % DAY, "level": int(alive and i % 40 == 0),
                "done_at": None if alive else due - HOUR, "done_by": None if alive else f"account:account_{i % 500}",
                "evidence": "" if alive else "visited", "reopened": 0,
            }  # fmt: skip
        names = ("unit", "team", "path", "state")
        self.load = [{**dict(zip(names, key, strict=True)), "n": n} for key, n in counts.items()]

    def lines(self) -> Iterator[dict[str, Any]]:
        row = connection.cursor()
        row.execute("SELECT max(seq) FROM log")
        first = int(row.fetchone()[0]) + 1
        for i, path in enumerate(self.places(self.scale.cases + self.scale.tasks // 2)):
            yield {
                "seq": first + i, "kind": ("TaskDone", "TaskVerified")[i % 2], "at": self.now, "heard_at": self.now,
                "told_by": f"account:account_{i % 500}", "because": first + i - 1 if i % 3 else None,
                "outbreak": self.outbreaks[0], "jurisdiction": path, "pack": "cn-covid-2021@1", "body": f'{{"task":"task_{derive("t", i)[2:]}"}}',
            }  # fmt: skip


def _put(table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows into a table, fast."""
    rows = iter(rows)
    first = next(rows)
    names = ", ".join(f'"{name}"' for name in first)
    values = _values(first, rows)
    with connection.cursor() as cursor:
        raw = cursor.cursor
        if connection.vendor == "sqlite":
            marks = ", ".join("?" for _ in first)
            connection.connection.executemany(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})', values)
            return
        with raw.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for each in values:
                copy.write_row(each)


def _values(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    yield tuple(first.values())
    names = tuple(first)
    for row in rows:
        yield tuple(row[name] for name in names)
