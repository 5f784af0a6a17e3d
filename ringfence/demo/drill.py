"""A drill's workspace is filled: the synthetic city as jurisdictions and a register, its command, its sites, and accounts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ringfence.core.access import feed
from ringfence.core.centre import Centre, Item
from ringfence.core.drill import Mark, write_mark
from ringfence.core.fact import Fact, to_micros
from ringfence.demo.city import ZONE, tables
from ringfence.demo.names import somebody
from ringfence.demo.staff import ACCOUNTS, Account
from ringfence.desks.testing.actions.laboratories import enrol_laboratory
from ringfence.desks.testing.actions.rounds import open_site
from ringfence.facts.drill import DrillBegun, DrillForm
from ringfence.facts.ids import JurisdictionId, OutbreakId, PlaceId, UnitId, derive
from ringfence.facts.registry import JurisdictionDeclared, PlaceDeclared, UnitDeclared
from ringfence.registry.actions import declare_outbreak, open_account
from ringfence.registry.actions.loads import note_people_loaded
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import site_vault
from ringfence.twin.city import City
from ringfence.twin.city_export import write_people
from ringfence.twin.drill.plan import Drill
from ringfence.twin.drill.visits import BEFORE as BEFORE_DAYS
from ringfence.twin.drill.visits import load_days
from ringfence.twin.drill.workspace import DRILL, REGISTER, Workspace

BEFORE = timedelta(hours=2)
"""So long before the drill begins stands all that it finds in place."""
CONTROLLER = Account("control", "Drill control 导演组", "drill_controller", "city", "en")
PLAYERS = ACCOUNTS
LANES = 2
TRIES = 8


@dataclass
class _Town:
    """A city on its way into facts."""

    city: City
    at: datetime
    facts: list[Fact]

    def area(self, path: str, level: str, names: tuple[str, str], parent: str | None, people: int) -> JurisdictionId:
        place = JurisdictionId(derive("place", path))
        self.facts.append(
            JurisdictionDeclared(
                jurisdiction=place, code=path.split(".")[-2], level=level, names={"en": names[0], "zh": names[1]},
                parent=JurisdictionId(parent) if parent else None, zone=ZONE, population=people, at=self.at,
            )
        )  # fmt: skip
        return place

    def place(self, area: JurisdictionId, name: str, kind: str) -> PlaceId:
        place = PlaceId(derive("site", area, kind, name))
        self.facts.append(PlaceDeclared(place=place, jurisdiction=area, name=name, kind=kind, at=self.at))
        return place


def fill(  # noqa: PLR0913 (each is chosen at the door)
    centre: Centre, drill: Drill, form: DrillForm, city: City, begins_at: datetime, password_hash: str
) -> Mark:
    """Tell everything that stands when a drill begins, and mark the workspace; its log must be empty.

    The first fact is that this is a drill. `begins_at` is aware; the centre's clock shows two hours before it.
    """
    us, at = feed(DRILL), centre.clock.now()
    first = DrillBegun(
        names=drill.titles, form=form, scenario=drill.path.name, sha256=drill.sha256, people=city.people, seed=city.seed, at=at
    )  # fmt: skip
    town = _Town(city, at, [first])
    top, townships, of_each = _areas(town)
    cells = [cell for some in of_each for cell in some]
    _units(town, top)
    clinics, sites, laboratories = _places(town, top, townships)
    centre.hear(us, town.facts)
    _open(centre, clinics, list(zip(sites, of_each, strict=True)), laboratories, drill.settings.tubes_per_hour)
    _accounts(centre, top, townships[0], password_hash)
    _register(centre, city, top, cells)
    code = f"DR{begins_at:%y}"
    centre.tell(
        us, declare_outbreak, jurisdiction=top, code=code, title=f"{drill.titles['en']} · {drill.titles['zh']}",
        disease="covid-19", pack=drill.settings.pack, begins_on=begins_at.date(),
    )  # fmt: skip
    mark = Mark(drill.titles, form.value, {
        "begins_at": to_micros(begins_at), "zone": ZONE, "seed": city.seed, "outbreak": OutbreakId(derive("outbreak", code)),
        "town": top, "townships": townships, "cells": [path for _, path in cells], "clinics": clinics, "sites": sites,
        "laboratories": laboratories, "people": city.people, "scenario": drill.path.name,
    })  # fmt: skip
    write_mark(centre.home, mark)
    _visits(centre, Workspace(centre.home, mark, drill))
    return mark


def _visits(centre: Centre, workspace: Workspace) -> None:
    """The visits of the week before."""
    us, begun = feed(DRILL), workspace.drill.settings.smoulders_days
    load_days(
        workspace,
        workspace.world(),
        range(begun - BEFORE_DAYS, begun),
        lambda facts: centre.hear(us, facts),
        centre.clock.now(),
    )


Cell = tuple[JurisdictionId, str]


def _areas(town: _Town) -> tuple[JurisdictionId, list[JurisdictionId], list[list[Cell]]]:
    """The town, its townships, and the cells of each (with their paths), as the synthetic city has them."""
    told = tables()["city"]
    top_path = f"{told['code']}."
    top = town.area(top_path, "county", (told["en"], told["zh"]), None, town.city.people)
    streets = [street for district in tables()["districts"] for street in district["streets"]]
    townships: list[JurisdictionId] = []
    cells: list[list[Cell]] = []
    for n, area in enumerate(town.city.map.areas):
        code, en, zh = streets[n % len(streets)]
        path = f"{top_path}{code}{n // len(streets) or ''}."
        township = town.area(path, "township", (f"{en} Sub-district", f"{zh}街道"), top, int(area["people"]))
        townships.append(township)
        cells.append([])
        for k in range(int(area["cells"])):
            people = int(town.city.map.cells[int(area["first_cell"]) + k]["people"])
            names = (f"{en}, cell {k + 1}", f"{zh}第{k + 1}网格")
            cells[-1].append((town.area(f"{path}{k + 1}.", "cell", names, township, people), f"{path}{k + 1}."))
    return top, townships, cells


def _units(town: _Town, top: JurisdictionId) -> None:
    """One office and sixteen groups."""
    office = UnitId(derive("unit", top, "office"))
    for told in tables()["groups"]:
        unit = UnitId(derive("unit", top, told["code"]))
        town.facts.append(
            UnitDeclared(
                unit=unit, jurisdiction=top, names={"en": told["en"], "zh": told["zh"]},
                functions=tuple(told["functions"]), above=None if unit == office else office, at=town.at,
            )
        )  # fmt: skip


def _places(
    town: _Town, top: JurisdictionId, townships: list[JurisdictionId]
) -> tuple[list[PlaceId], list[PlaceId], list[PlaceId]]:
    """Two fever clinics, a sampling site in each township, two laboratories."""
    clinics = [
        town.place(townships[0], "县医院发热门诊 County hospital fever clinic", "sampling_site"),
        town.place(townships[-1], "中医院发热门诊 Second hospital fever clinic", "sampling_site"),
    ]
    sites = [town.place(each, f"第{n}采样点 Sampling site {n}", "sampling_site") for n, each in enumerate(townships, 1)]
    laboratories = [
        town.place(top, "疾控中心实验室 CDC laboratory", "laboratory"),
        town.place(top, "县医院检验科 County hospital laboratory", "laboratory"),
    ]
    return clinics, sites, laboratories


def _open(
    centre: Centre,
    clinics: list[PlaceId],
    sites: list[tuple[PlaceId, list[Cell]]],
    laboratories: list[PlaceId],
    tubes_per_hour: int,
) -> None:
    """Clinics and sites take swabs, each site those of its township; laboratories take part."""
    us = feed(DRILL)
    for clinic in clinics:
        centre.tell(us, open_site, site=clinic, lanes=1)
    for site, some in sites:
        centre.tell(us, open_site, site=site, lanes=LANES, serves=tuple(cell for cell, _ in some))
    for laboratory in laboratories:
        centre.tell(us, enrol_laboratory, laboratory=laboratory, tubes_per_hour=tubes_per_hour)


def _accounts(centre: Centre, top: JurisdictionId, township: JurisdictionId, password_hash: str) -> None:
    """One account for each role, and the controller's."""
    items = [
        Item({
            "name": each.name, "shown_name": each.shown_name, "password_hash": password_hash, "role": each.role,
            "jurisdiction": township if each.where == "community" else top, "language": each.language,
        })
        for each in (*PLAYERS, CONTROLLER)
    ]  # fmt: skip
    for _, refusal in centre.tell_many(feed(DRILL), open_account, items).refused:
        raise refusal


def _register(centre: Centre, city: City, top: JurisdictionId, cells: list[Cell]) -> None:
    """Everybody who lives there, as a register that was loaded."""
    with tempfile.TemporaryDirectory(dir=centre.home) as folder:
        file = Path(folder) / "residents.parquet"
        write_people(city, file, centre.clock.now().date())
        pq.write_table(_named(pq.read_table(file)), file, compression="zstd")
        done = load_people(
            [file], home=centre.home, vault=site_vault(), source=REGISTER, on=centre.clock.now().date(), workers=0,
            places={f"C{n:09d}": path for n, (_, path) in enumerate(cells)},
        )  # fmt: skip
    centre.tell(
        feed(DRILL), note_people_loaded, sha256=done.sha256, source=REGISTER, people=done.people, refused=done.refused,
        jurisdiction=top,
    )  # fmt: skip


def _named(rows: Any) -> pa.Table:
    """The register with invented names and telephone numbers instead of codes."""
    told = zip(rows["code"].to_pylist(), rows["sex"].to_pylist(), strict=True)
    names = pa.array([_name(code, sex) for code, sex in told])
    phones = pa.array([f"1990{n:07d}" for n in range(rows.num_rows)])
    return rows.set_column(rows.schema.get_field_index("name"), "name", names).append_column("phone", phones)


def _name(code: str, sex: str) -> str:
    """An invented name for this sex."""
    tried = (somebody("drill", code, n) for n in range(TRIES))
    first = somebody("drill", code, 0)
    return next((each.name for each in tried if each.sex == sex), first.name)


def signed_in() -> Iterator[Account]:
    """Who can sign in: the players, then the controller."""
    yield from PLAYERS
    yield CONTROLLER
