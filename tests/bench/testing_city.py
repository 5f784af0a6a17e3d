"""A city of ten million in the twelfth hour of a round: 1,000,000 tubes of ten, made once and kept.

Places, units, the outbreak and accounts are told to the loop, people of ten cells are loaded as a register; tubes, boxes,
their flow and holds are put into the tables directly, as telling a million tubes one by one would take too long here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from ringfence.app import open_centre
from ringfence.core.access import above, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import Clock
from ringfence.core.fact import to_micros
from ringfence.core.home import home
from ringfence.facts.ids import derive, number_of
from ringfence.registry import actions as registry
from ringfence.registry import registers
from ringfence.registry.queries import areas
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import site_vault
from tests.bench.installation import area_id, areas_and_units, migrated, outbreak
from tests.bench.scale import PASSWORD, _put

HOUR = 3_600_000_000
DISTRICTS, TOWNS, TENTH = 10, 33, 10
EACH = 3000  # people of a cell
REGISTERED = 10  # cells with a register
LABORATORIES = 60
STAGES = ("sealed", "packed", "underway", "received", "read")
WAYS = {"city": "c.", "district": "c.d0."}
ROUND = derive("round", "bench")


@dataclass(frozen=True)
class Size:
    """How many tubes, and how many cells they come from."""

    tubes: int
    towns: int


FULL, QUICK = Size(1_000_000, TOWNS), Size(20_000, 2)


def paths(size: Size) -> list[str]:
    """Every place, parents first: districts, towns, cells."""
    found = ["c."]
    for prefix, n in (("d", DISTRICTS), ("t", size.towns), ("g", TENTH)):
        depth = found[-1].count(".")
        found += [f"{above}{prefix}{i}." for above in found if above.count(".") == depth for i in range(n)]
    return found


def kept(size: Size) -> Centre:
    """The city where it was made before, under RINGFENCE_HOME, else made now."""
    migrated()
    centre = open_centre(Clock(), home())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM testing_tube")
        if cursor.fetchone()[0]:
            return centre
    facts = [*areas_and_units(paths(size), carrying=3), outbreak("c.")]
    for begin in range(0, len(facts), 1000):
        centre.hear(feed("bench"), facts[begin : begin + 1000])
    _accounts(centre)
    cells = [path for path in paths(size) if path.count(".") == 4]
    _register(cells[:REGISTERED])
    _City(size, cells).fill()
    return centre


def _accounts(centre: Centre) -> None:
    for name, role, path in (("officer", "duty_officer", "c."), ("sampler", "sampler", "c.d0.")):
        centre.tell(
            feed("bench"), registry.open_account, name=name, shown_name=name, password_hash=make_password(PASSWORD), role=role,
            jurisdiction=area_id(path), language="en", email=f"{name}@example.org",
        )  # fmt: skip


def _register(cells: list[str]) -> None:
    file = home() / "register.csv"
    with file.open("w") as out:
        out.write("code,name,sex,birth_on,household,jurisdiction\n")
        for cell in cells:
            for n in range(EACH):
                born = f"19{30 + n % 70}-0{n % 9 + 1}-1{n % 9}"
                out.write(f"{cell}{n},P {n},{'female' if n % 2 else 'male'},{born},{cell}{n // 3},{area_id(cell)}\n")
    known = {area_id(cell): cell for cell in cells}
    load_people([file], home=home(), vault=site_vault(), source="bench", on=date(2021, 9, 25), places=known, workers=0)


class _City:
    """Rows at random, the same each time but for the moment they hang on."""

    def __init__(self, size: Size, cells: list[str]) -> None:
        self.size, self.cells = size, cells
        self.random = np.random.default_rng(11)
        self.now = to_micros(datetime.now(UTC))
        self.outbreak = outbreak("c.").outbreak
        self.each = size.tubes // len(cells)
        self.flow: Counter[tuple[str, str, int, int]] = Counter()
        self.boxes: list[dict[str, Any]] = []
        self.known = {path: self._known(path) for path in cells[:REGISTERED]}

    def _known(self, path: str) -> list[str]:
        """People of a registered cell who were swabbed: as many as its tubes hold, but a tenth stays missing."""
        held = registers.register()
        people = [held.person_of(int(dense)) for dense in registers.living_at(path).denses]
        return people[: min(len(people) * 9 // 10, self.each * 10)]

    def fill(self) -> None:
        with transaction.atomic():
            _put("testing_round", [self.round()])
            _put("registry_place", self.places())
            _put("testing_site", self.sites())
            _put("testing_laboratory", self.laboratories())
            _put("testing_tube", self.tubes())
            _put("testing_box", self.boxes)
            _put("testing_flow", self.flows())
            _put("testing_cover", self.cover())
            _put("testing_member", self.members())
            _put("testing_hold", self.holds())
        connection.cursor().execute("ANALYZE")

    def round(self) -> dict[str, Any]:
        return {
            "id": ROUND, "seq": 5, "outbreak": self.outbreak, "path": "c.", "number": 1, "title": "All", "campaign": "",
            "groups": "", "pool_size": 10, "opened_at": self.now - 12 * HOUR, "due_at": self.now + 24 * HOUR, "counted": True,
        }  # fmt: skip

    def places(self) -> Iterator[dict[str, Any]]:
        for n, path in enumerate(self.cells):
            yield self._place(site_id(path), path, f"Site {n}", "site")
        for n in range(LABORATORIES):
            yield self._place(laboratory_id(n), f"c.d{n % DISTRICTS}.", f"Laboratory {n}", "laboratory")

    def _place(self, id_: str, path: str, name: str, kind: str) -> dict[str, Any]:
        return {"id": id_, "jurisdiction": area_id(path), "path": path, "name": name, "kind": kind}

    def sites(self) -> Iterator[dict[str, Any]]:
        for n, path in enumerate(self.cells):
            yield {
                "id": site_id(path), "path": path, "lanes": 4, "swabs_per_hour": 60, "serves": path, "separate_lane": True,
                "mobile": False, "queue": n % 120, "queue_lanes": 4, "queue_at": self.now - HOUR // 2, "closed": False,
            }  # fmt: skip

    def laboratories(self) -> Iterator[dict[str, Any]]:
        for n in range(LABORATORIES):
            yield {"id": laboratory_id(n), "path": f"c.d{n % DISTRICTS}.", "tubes_per_hour": 1500, "mobile": False}

    def tubes(self) -> Iterator[dict[str, Any]]:
        seq = 1000
        for n, path in enumerate(self.cells):
            people = self.known.get(path, [])
            sealed = np.sort(self.random.integers(0, int(11.5 * HOUR), self.each)) + self.now - 12 * HOUR
            for k, at in enumerate(sealed.tolist()):
                seq += 1
                own = people[10 * k : 10 * k + 10] if people else [f"person_{seq * 10 + i:016x}" for i in range(10)]
                if own:
                    yield self.tube(seq, n, k, path, at, own)

    def tube(self, seq: int, n: int, k: int, path: str, at: int, people: list[str]) -> dict[str, Any]:
        """A tube on its way: packed within the hour with fifty others, read some hours later."""
        packed = at + int((0.3 + 0.7 * ((seq * 7919) % 1000) / 1000) * HOUR)
        passed = [at, packed, packed + HOUR // 2, packed + 2 * HOUR, packed + 5 * HOUR]
        stood = sum(moment <= self.now for moment in passed) - 1
        for before, (stage, moment) in enumerate(zip(STAGES, passed, strict=True)):
            if before <= stood:
                self.flow[path, stage, moment // HOUR, 0] += len(people)
                if before:
                    self.flow[path, STAGES[before - 1], moment // HOUR, 1] += len(people)
        box = derive("box", f"B{n}-{k // 50}") if stood else None
        if box and k % 50 == 0:
            self.boxes.append(self.box(box, seq, n, k, path, packed, stood))
        odd = k % 997 == 3
        return {
            "seq": seq, "id": tube_id(seq), "code": f"T{seq}", "round": ROUND, "outbreak": self.outbreak, "site": site_id(path),
            "path": path, "people": " ".join(people), "n": len(people), "cells": f"{path}={len(people)}", "alone": False,
            "lane": "general", "station": "s1", "told_by": "account:x", "sealed_at": at, "stage": STAGES[stood],
            "since": passed[stood], "box": box, "laboratory": laboratory_id(n % LABORATORIES) if stood > 1 else None,
            "received_at": passed[3] if stood > 2 else None, "read_at": passed[4] if stood > 3 else None,
            "result": ("positive" if odd else "negative") if stood > 3 else None,
        }  # fmt: skip

    def box(self, box: str, seq: int, n: int, k: int, path: str, packed: int, stood: int) -> dict[str, Any]:
        state = ("packed", "packed", "underway", "received", "received")[stood]
        return {
            "id": box, "seq": seq, "code": f"B{n}-{k // 50}", "site": site_id(path), "path": path, "outbreak": self.outbreak,
            "tubes": 50, "state": state, "packed_at": packed, "late": False, "missing": 0, "leaking": 0, "extra": 0,
            "unlabelled": 0, "received_at": packed + 2 * HOUR if state == "received" else None,
            "laboratory": laboratory_id(n % LABORATORIES) if stood > 1 else None,
        }  # fmt: skip

    def flows(self) -> Iterator[dict[str, Any]]:
        kept: dict[tuple[str, str, int], list[int]] = {}
        for (path, stage, hour, way), people in self.flow.items():
            for place in above(path):
                kept.setdefault((place, stage, hour), [0, 0])[way] += people
        for (path, stage, hour), (came, went) in kept.items():
            yield {
                "round": ROUND, "path": path, "stage": stage, "hour": hour, "came": came // 10, "went": went // 10,
                "people_came": came, "people_went": went,
            }  # fmt: skip

    def cover(self) -> Iterator[dict[str, Any]]:
        for n, path in enumerate(self.cells):
            swabbed = len(self.known[path]) if path in self.known else min(self.each * 10, EACH - n % 400)
            yield {"round": ROUND, "path": path, "people": EACH, "swabbed": swabbed, "excused": 0}

    def members(self) -> Iterator[dict[str, Any]]:
        """In the order of the key, so that the index grows at its end."""
        real = {
            number_of(person) >> 17: seq for path in self.known for seq, person in enumerate(self.known[path], 1001)
        }
        made = self.random.integers(0, 2**62, self.size.tubes * 10 - len(real), dtype=np.int64)
        for number in np.sort(np.concatenate([made, np.array(list(real), np.int64)])).tolist():
            yield {"person": number, "round": 5, "tube": real.get(number, 1001)}

    def holds(self) -> Iterator[dict[str, Any]]:
        states = ("held", "swabbed", "released", "found")
        for n in range(self.size.tubes // 200):
            at, state = self.now - n % 300 * HOUR // 50, states[(n % 10 > 2) + (n % 10 > 4) + (n % 10 > 8)]
            over = state in states[2:]
            yield {
                "person": f"person_{n:016x}", "pool": tube_id(1001 + n // 10 * 10), "outbreak": self.outbreak,
                "path": self.cells[n // 10 * 7 % len(self.cells)], "held_at": at, "until": at + 24 * HOUR, "state": state,
                "ended_at": at + HOUR if over else None, "reason": "own_negative" if over else None,
            }  # fmt: skip


def site_id(path: str) -> str:
    """The site of a cell."""
    return derive("site", path)


def laboratory_id(n: int) -> str:
    """The n-th laboratory."""
    return derive("place", "laboratory", n)


def tube_id(seq: int) -> str:
    """The tube sealed by a line."""
    return derive("tube", f"T{seq}")


def cell_id(path: str) -> str:
    """The cell at a path, as addresses carry it."""
    found = areas.area_at(path)
    return found.id if found else ""
