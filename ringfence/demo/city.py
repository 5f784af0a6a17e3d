"""The invented city: its places, its command, the units that report and the accounts of those who work there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ringfence.core.fact import Fact
from ringfence.demo.draws import between
from ringfence.facts.ids import JurisdictionId, PlaceId, TeamId, UnitId, derive
from ringfence.facts.registry import JurisdictionDeclared, PlaceDeclared, TeamDeclared, UnitDeclared

ZONE = "Asia/Shanghai"
CELLS = 4
MIDDLE = (36.2, 98.4)
"""Latitude and longitude about which the invented places lie: a plain without a city."""


@cache
def tables() -> dict[str, Any]:
    """The city's names, as in `city.toml`."""
    return tomllib.loads(Path(__file__).with_name("city.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class City:
    """Where everything is, once declared."""

    province: JurisdictionId
    city: JurisdictionId
    neighbour: JurisdictionId  # another city of the province
    districts: tuple[JurisdictionId, ...]
    communities: tuple[JurisdictionId, ...]  # six to a district
    cells: tuple[tuple[JurisdictionId, ...], ...]  # four to a community
    units: dict[str, UnitId]  # "investigation" of the city, "investigation:2" of its third district
    teams: dict[str, TeamId]
    venues: tuple[tuple[PlaceId, str], ...]  # with the kind of exposure
    facts: tuple[Fact, ...] = field(repr=False)


@dataclass
class _Drawing:
    """A city on its way."""

    at: datetime
    facts: list[Fact] = field(default_factory=list)

    def area(  # noqa: PLR0913 (a place has these fields)
        self, path: str, level: str, en: str, zh: str, parent: JurisdictionId | None, population: int
    ) -> JurisdictionId:
        """Declare a place; its code is the last step of its path."""
        place = JurisdictionId(derive("place", path))
        self.facts.append(
            JurisdictionDeclared(
                jurisdiction=place,
                code=path.split(".")[-2],
                level=level,
                names={"en": en, "zh": zh},
                parent=parent,
                zone=ZONE,
                population=population,
                at=self.at,
            )
        )
        return place

    def unit(self, place: JurisdictionId, told: dict[str, Any], above: UnitId | None, **words: str) -> UnitId:
        """Declare a unit; names may hold the place's own."""
        unit = UnitId(derive("unit", place, told["code"]))
        names = {language: told[language].format(place=words.get(language, "")) for language in ("en", "zh")}
        functions = tuple(told["functions"])
        self.facts.append(
            UnitDeclared(unit=unit, jurisdiction=place, names=names, functions=functions, above=above, at=self.at)
        )
        return unit


def drawn(at: datetime) -> City:
    """The whole city as facts, declared at a moment."""
    told, drawing = tables(), _Drawing(at)
    province, city = told["province"], told["city"]
    top = drawing.area(f"{province['code']}.", "province", province["en"], province["zh"], None, 21_000_000)
    prefix = f"{province['code']}.{city['code']}."
    middle = drawing.area(prefix, "city", city["en"], city["zh"], top, 3_400_000)
    other = told["neighbour"]
    neighbour = drawing.area(f"{province['code']}.{other['code']}.", "city", other["en"], other["zh"], top, 1_900_000)
    drawing.unit(neighbour, told["neighbour_group"], None)
    districts, communities, cells = [], [], []
    for d, row in enumerate(told["districts"]):
        district = drawing.area(f"{prefix}{row['code']}.", "county", row["en"], row["zh"], middle, 566_000)
        districts.append(district)
        for s, street in enumerate(row["streets"]):
            for community, of_it in _street(drawing, f"{prefix}{row['code']}.", street, district, 3 * d + s):
                communities.append(community)
                cells.append(of_it)
    units, teams = _command(drawing, middle, districts)
    venues = tuple(_venues(drawing, districts))
    facts = tuple(drawing.facts)
    return City(top, middle, neighbour, tuple(districts), tuple(communities), tuple(cells), units, teams, venues, facts)


def _street(
    drawing: _Drawing, prefix: str, street: list[str], district: JurisdictionId, n: int
) -> Iterator[tuple[JurisdictionId, tuple[JurisdictionId, ...]]]:
    """A sub-district with its two communities, and their grid cells."""
    code, en, zh = street
    path = f"{prefix}{code}."
    here = drawing.area(path, "township", f"{en} Sub-district", f"{zh}街道", district, 188_000)
    first, second = tables()["communities"]["first"], tables()["communities"]["second"]
    for c in (2 * n, 2 * n + 1):
        (one, one_zh), (two, two_zh) = first[c % len(first)], second[c // len(first)]
        there, name = f"{path}{one}{two}.", f"{one}{two}".capitalize()
        people = int(between(3_000, 9_000, "people", c))
        community = drawing.area(there, "community", f"{name} Community", f"{one_zh}{two_zh}社区", here, people)
        yield (
            community,
            tuple(
                drawing.area(
                    f"{there}{k}.",
                    "cell",
                    f"{name}, cell {k}",
                    f"{one_zh}{two_zh}第{k}网格",
                    community,
                    people // CELLS,
                )
                for k in range(1, CELLS + 1)
            ),
        )


def _command(
    drawing: _Drawing, city: JurisdictionId, districts: list[JurisdictionId]
) -> tuple[dict[str, UnitId], dict[str, TeamId]]:
    """One office and sixteen groups in the city, four units in each district, and their teams."""
    told = tables()
    units: dict[str, UnitId] = {}
    for group in told["groups"]:
        units[group["code"]] = drawing.unit(city, group, units.get("office"))
    for d, district in enumerate(districts):
        words = {language: told["districts"][d][language] for language in ("en", "zh")}
        for group in told["district_groups"]:
            above = units.get(f"office:{d}", units["office"])
            units[f"{group['code']}:{d}"] = drawing.unit(district, group, above, **words)
    teams: dict[str, TeamId] = {}
    for d in range(len(districts)):
        for team in "AB":
            teams[f"{team}:{d}"] = _team(drawing, units[f"investigation:{d}"], f"流调{team}组 Team {team}")
    teams["city"] = _team(drawing, units["investigation"], "溯源组 Source team")
    teams["supervision"] = _team(drawing, units["supervision"], "督导一组 Supervision team 1")
    return units, teams


def _team(drawing: _Drawing, unit: UnitId, name: str) -> TeamId:
    team = TeamId(derive("team", unit, name))
    drawing.facts.append(TeamDeclared(team=team, unit=unit, name=name, at=drawing.at))
    return team


def _more_venues(districts: int) -> Iterator[dict[str, Any]]:
    """Shops, canteens, halls and bus lines as every city has them, numbered through it."""
    for each in tables()["more_venues"]:
        for n in range(1, each["how_many"] + 1):
            named = {"en": f"{each['en']} {n}", "zh": f"{each['zh']}{n}号"}
            yield {**named, "kind": each["kind"], "district": int(between(0, districts, each["en"], n))}


def _venues(drawing: _Drawing, districts: list[JurisdictionId]) -> Iterator[tuple[PlaceId, str]]:
    for told in (*tables()["venues"], *_more_venues(len(districts))):
        district, name = districts[told["district"]], f"{told['zh']} {told['en']}"
        place = PlaceId(derive("site", district, told["kind"], name))
        drawing.facts.append(
            PlaceDeclared(
                place=place,
                jurisdiction=district,
                name=name,
                kind=told["kind"],
                at=drawing.at,
                lat=round(MIDDLE[0] + between(-0.08, 0.08, name, "lat"), 4),
                lon=round(MIDDLE[1] + between(-0.1, 0.1, name, "lon"), 4),
            )
        )
        yield place, told["kind"]
