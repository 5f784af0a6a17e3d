"""The register of an invented sub-district: who lives in which cell, in which household."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringfence.core.access import feed
from ringfence.demo.city import CELLS, tables
from ringfence.demo.days import Days
from ringfence.demo.draws import between, pick
from ringfence.demo.names import somebody
from ringfence.demo.staff import HOME_DISTRICT
from ringfence.facts.ids import JurisdictionId, PersonId, derive
from ringfence.registry.actions.loads import note_people_loaded
from ringfence.registry.queries import areas
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import site_vault

SOURCE = "Yunting residents 云汀户籍"
HOUSEHOLDS = (1, 1, 2, 2, 2, 3, 3, 3, 4, 5)
COMMUNITIES = (6 * HOME_DISTRICT, 6 * HOME_DISTRICT + 1)
"""The two communities of the sub-district, counted through the city."""

SHARE = 0.5  # of the people on record: a demonstration is told in seconds


def area() -> JurisdictionId:
    """The sub-district."""
    told = tables()
    district = told["districts"][HOME_DISTRICT]
    path = ".".join((told["province"]["code"], told["city"]["code"], district["code"], district["streets"][0][0]))
    return JurisdictionId(derive("place", f"{path}."))


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the register."""

    code: str
    cell: JurisdictionId

    @property
    def id(self) -> PersonId:
        """As the log names them."""
        return PersonId(derive("person", SOURCE, self.code))


def residents(days: Days) -> list[Resident]:
    """Everybody of the sub-district, cell by cell, household by household."""
    return [Resident(code, cell) for code, _, cell in _listed(days)]


ELSEWHERE = "Yunting check-in accounts 云汀场所码用户"
"""Whose accounts name people of the other communities: their telephones are known, and where they live."""

ACCOUNTS_EACH = 16  # of a community


def listed(days: Days) -> Iterator[tuple[str, str, int, str]]:
    """(code, household, community, source) of everybody on record of either kind."""
    for code, household, _ in _listed(days):
        yield code, household, int(household[1:3]), SOURCE
    for code, household, community, _ in _elsewhere(days):
        yield code, household, community, ELSEWHERE


def _elsewhere(days: Days) -> Iterator[tuple[str, str, int, JurisdictionId]]:
    """(code, household, community, cell) of the holders of check-in accounts."""
    for community in range(len(days.city.communities)):
        if community in COMMUNITIES:
            continue
        n = household = 0
        while n < ACCOUNTS_EACH:
            cell = days.city.cells[community][household % CELLS]
            for _ in range(min(pick(HOUSEHOLDS, "elsewhere", community, household), ACCOUNTS_EACH - n)):
                yield f"Q{community:02d}{n:03d}", f"Q{community:02d}{household:03d}", community, cell
                n += 1
            household += 1


def _listed(days: Days) -> Iterator[tuple[str, str, JurisdictionId]]:
    """(code, household, cell) of each."""
    for community in COMMUNITIES:
        for k in range(CELLS):
            cell = days.city.cells[community][k]
            found = areas.area(cell)
            people = int((found.population or 0 if found else 0) * SHARE)
            n = household = 0
            while n < people:
                size = min(pick(HOUSEHOLDS, community, k, household), people - n)
                for _ in range(size):
                    yield f"Y{community:02d}{k + 1}{n:04d}", f"H{community:02d}{k + 1}{household:04d}", cell
                    n += 1
                household += 1


def load(days: Days) -> None:
    """Load the register from a file, as its owner would."""
    _load(days, SOURCE, [(code, household, cell) for code, household, cell in _listed(days)], area())


def load_accounts(days: Days) -> None:
    """Load the holders of check-in accounts of the other communities, as the operator of the check-ins hands them in."""
    told = [(code, household, cell) for code, household, _, cell in _elsewhere(days)]
    _load(days, ELSEWHERE, told, days.city.city)


def _load(days: Days, source: str, told: Sequence[tuple[str, str, JurisdictionId]], where: JurisdictionId) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "residents.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(("code", "name", "sex", "age", "phone", "household", "jurisdiction", "occupation"))
            for code, household, cell in told:
                who = somebody("resident", code)
                rows.writerow((code, who.name, who.sex, who.age_years, _phone(code), household, cell, who.occupation))
        done = load_people(
            [file], home=days.centre.home, vault=site_vault(), source=source, on=days.now.date(), workers=0,
            places={cell: areas.path_of(cell) or "" for _, _, cell in told},
        )  # fmt: skip
    days.centre.tell(
        feed("demo"), note_people_loaded, sha256=done.sha256, source=source, people=done.people, refused=done.refused,
        jurisdiction=where, at=days.now,
    )  # fmt: skip


def _phone(code: str) -> str:
    return f"1990000{int(between(0, 10_000, code, 'phone')):04d}"
