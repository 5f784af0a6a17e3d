"""Contacts in the small world: visits on record, two confirmed cases in the north, one in the south, tracers at work."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import Any

from ringfence.core.home import home
from ringfence.desks.cases import actions as cases
from ringfence.desks.tracing.queries.lists import contacts_listed
from ringfence.desks.tracing.queries.rows import ContactRow
from ringfence.desks.tracing.visits.load import load_visits
from ringfence.facts.cases import Classification
from ringfence.facts.ids import CaseId, PersonId, PlaceId
from ringfence.registry import actions as registry
from tests.console.world import World

HEADS = ("person", "place", "start", "end", "source", "kind")


class Tracing:
    """`case` met `people` (four in the north, the last of them living in the south) at a shop and at home."""

    def __init__(self, world: World) -> None:
        """Tell it."""
        self.world = world
        self.index = world.person(world.north, 50)
        self.people = [world.person(world.north, 60 + n) for n in range(3)] + [world.person(world.south, 70)]
        self.shop = PlaceId(world._tell(
            registry.declare_place, jurisdiction=world.north, name="Corner shop", kind="shop", lat=36.2, lon=98.4
        ).place)  # fmt: skip
        self._visits()
        self.case = self.confirmed(self.index, world.north)

    def _visits(self) -> None:
        noon = self.world.clock.now() - timedelta(days=1)
        stays: list[tuple[PersonId, str, datetime, float, str]] = [
            (self.index, self.shop, noon, 2.0, "meal"), (self.index, "home 1", noon + timedelta(hours=6), 8.0, "home"),
            (self.people[0], "home 1", noon + timedelta(hours=6), 8.0, "home"),
            *((each, self.shop, noon + timedelta(minutes=20), 1.0, "meal") for each in self.people[1:]),
        ]  # fmt: skip
        file = home() / "visits.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(HEADS)
            for person, place, start, hours, kind in stays:
                end = start + timedelta(hours=hours)
                rows.writerow((person, place, start.isoformat(), end.isoformat(), "check-ins", kind))
        load_visits(file, home=home(), now=self.world.clock.now(), zone="Asia/Shanghai")

    def confirmed(self, person: PersonId, area: Any) -> CaseId:
        """A confirmed case reported now."""
        found = self.world._tell(
            cases.report_case, outbreak=self.world.outbreak, person=person, jurisdiction=area,
            classification=Classification.CONFIRMED, onset_on=self.world.clock.now().date() - timedelta(days=1),
        )  # fmt: skip
        return CaseId(found.case)  # type: ignore[attr-defined]

    def tell(self, action: Any, **told: Any) -> Any:
        """Tell an action now."""
        return self.world.centre.tell(self.world.god, action, **told)

    def rows(self, **more: Any) -> list[ContactRow]:
        """Contacts on record."""
        found: list[ContactRow] = self.world.centre.ask(
            self.world.god, contacts_listed, outbreak=self.world.outbreak, **more
        ).rows
        return found

    def row(self, person: PersonId) -> ContactRow:
        """One contact."""
        return next(each for each in (*self.rows(), *self.rows(standing="closed")) if each.person == person)
