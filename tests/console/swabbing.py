"""A round under way in the small world: a register, cells, sites, tubes on their way, one positive pool."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ringfence.core.home import home
from ringfence.desks.testing.actions import laboratories as labs
from ringfence.desks.testing.actions import rounds, stations
from ringfence.facts.ids import JurisdictionId, PersonId, PlaceId, RoundId
from ringfence.facts.testing import Lane, Result
from ringfence.registry import actions as registry
from ringfence.registry import registers
from ringfence.registry.queries import areas
from ringfence.registry.register.load import load_people
from ringfence.registry.vaults import site_vault
from tests.console.world import World

EACH = 30  # people to a cell


class Swabbing:
    """`cells`: two in the north, one in the south, 30 people each; a site in each county, a laboratory in the north."""

    def __init__(self, world: World) -> None:
        """Tell it."""
        self.world = world
        self.cells = {name: self._cell(above, name) for name, above in (
            ("n1", world.north), ("n2", world.north), ("s1", world.south))}  # fmt: skip
        self._register()
        self.people = {name: self._people(cell) for name, cell in self.cells.items()}
        self.site = {
            name: self._place(area, f"{name} gate", "site")
            for name, area in (("north", self.cells["n1"]), ("south", self.cells["s1"]))
        }
        self.lab = self._place(world.north, "First laboratory", "laboratory")
        for site, lanes in (("north", 2), ("south", 1)):
            self.tell(rounds.open_site, site=self.site[site], lanes=lanes, swabs_per_hour=60, slot_minutes=30)
        self.tell(labs.enrol_laboratory, laboratory=self.lab, tubes_per_hour=40)
        opened = self.tell(
            rounds.open_round, outbreak=world.outbreak, jurisdiction=world.province, pool_size=10, title="First",
            due_at=world.clock.now() + timedelta(days=2),
        )  # fmt: skip
        self.round = RoundId(opened.round)

    def tell(self, action: Any, **told: Any) -> Any:
        """Tell an action now; its first fact."""
        return self.world.centre.tell(self.world.god, action, at=self.world.clock.now(), **told).facts[0]

    def _cell(self, above: JurisdictionId, name: str) -> JurisdictionId:
        told = {"parent": above, "code": name, "level": "cell", "name_en": f"Cell {name}", "name_zh": f"网格{name}"}
        return JurisdictionId(self.world.centre.tell(
            self.world.god, registry.declare_jurisdiction, zone="Asia/Shanghai", **told).facts[0].jurisdiction)  # fmt: skip

    def _place(self, area: JurisdictionId, name: str, kind: str) -> PlaceId:
        told = self.world.centre.tell(self.world.god, registry.declare_place, jurisdiction=area, name=name, kind=kind)
        return PlaceId(told.facts[0].place)

    def _register(self) -> None:
        file = home() / "register.csv"
        lines = [
            f"{cell}-{n},Person {cell} {n},{'female' if n % 2 else 'male'},1980-01-{n % 28 + 1:02d},H{cell}{n // 3},{cell}"
            for cell in self.cells for n in range(EACH)
        ]  # fmt: skip
        file.write_text("code,name,sex,birth_on,household,jurisdiction\n" + "\n".join(lines) + "\n")
        load_people(
            [file], home=home(), vault=site_vault(), source="census", on=date(2021, 9, 25), workers=0,
            places=areas.paths_by_code("census"),
        )  # fmt: skip

    def _people(self, cell: JurisdictionId) -> list[PersonId]:
        held = registers.register()
        return [held.person_of(int(dense)) for dense in registers.living_at(areas.path_of(cell) or "").denses]

    def tube(self, code: str, cell: str, first: int, n: int = 10, **more: Any) -> None:
        """Seal a tube with so many people of a cell."""
        site = self.site["south" if cell.startswith("s") else "north"]
        told = {"round": self.round, "people": tuple(self.people[cell][first : first + n])} | more
        self.tell(stations.seal_tube, code=code, site=site, **told)

    def pass_by(self, **span: float) -> None:
        """Time passes."""
        self.world.clock.pass_by(timedelta(**span))

    def a_day(self) -> None:
        """n1: 20 swabbed, 10 of them read positive and held; n2: 10 swabbed, packed; s1: 10 swabbed, lying there."""
        self.tube("T1", "n1", 0)
        self.tube("T2", "n1", 10)
        self.pass_by(minutes=20)
        self.tube("T3", "n2", 0)
        self.tube("S1", "s1", 0)
        self.pass_by(minutes=20)
        self.tell(stations.pack_box, code="B1", site=self.site["north"], tubes=("T1", "T2"))
        self.tell(stations.pack_box, code="B2", site=self.site["north"], tubes=("T3",))
        self.tell(stations.begin_trip, vehicle="V7", laboratory=self.lab, boxes=("B1",))
        self.pass_by(hours=1)
        self.tell(labs.receive_box, laboratory=self.lab, box="B1")
        self.pass_by(hours=2)
        self.tell(labs.read_tube, laboratory=self.lab, tube="T1", result=Result.POSITIVE, ct=31.5)
        self.pass_by(hours=1)
        self.tube("A1", "n1", 0, 1, alone=True, lane=Lane.SEPARATE, round=None, outbreak=self.world.outbreak)
        self.tell(rounds.count_queue, site=self.site["north"], people=100)
        self.tell(rounds.excuse_person, round=self.round, person=self.people["n2"][29], reason="away")
