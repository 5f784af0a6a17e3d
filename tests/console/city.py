"""A small command with an outbreak under way, told through the product's own actions: what pages are tested over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from ringfence.core.access import ROLES, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.desks.cases import actions as cases
from ringfence.desks.command import actions as command
from ringfence.facts.cases import CourseEvent
from ringfence.facts.time import TimeStruck
from ringfence.registry import actions as registry

PASSWORD = "a long enough password"


@dataclass
class City:
    """What was told, by name."""

    centre: Centre
    ids: dict[str, Any] = field(default_factory=dict)

    def tell(self, action: Any, **told: Any) -> Any:
        """Tell an action as the installation itself; returns its first fact."""
        return self.centre.tell(feed("test"), action, **told).facts[0]


def build(centre: Centre, clock: ToldClock) -> City:
    """A province with two counties, an account for every role, six cases, their tasks, some of them late."""
    city = City(centre)
    ids = city.ids
    ids["province"] = city.tell(
        registry.declare_jurisdiction, code="hlj", level="province", name_en="Northland", name_zh="北方省",
        zone="Asia/Shanghai", population=3_200_000,
    ).jurisdiction  # fmt: skip
    for code, en, zh in (("bayan", "Bayan", "巴彦"), ("limin", "Limin", "利民")):
        ids[code] = city.tell(
            registry.declare_jurisdiction, parent=ids["province"], code=code, level="county", name_en=en, name_zh=zh,
            population=400_000,
        ).jurisdiction  # fmt: skip
    for role in ROLES:
        opened = city.tell(
            registry.open_account, name=role, shown_name=role.replace("_", " ").title(),
            password_hash=make_password(PASSWORD), role=role, jurisdiction=ids["province"],
        )  # fmt: skip
        ids[role] = opened.account
    ids["narrow"] = city.tell(
        registry.open_account, name="narrow", shown_name="Narrow", password_hash=make_password(PASSWORD),
        role="duty_officer", jurisdiction=ids["limin"],
    ).account  # fmt: skip
    ids["office"] = city.tell(
        registry.declare_unit, jurisdiction=ids["province"], code="office", name_en="Command office", name_zh="指挥部办公室",
        functions=("office", "supervision", "reporting"),
    ).unit  # fmt: skip
    ids["unit"] = city.tell(
        registry.declare_unit, jurisdiction=ids["bayan"], code="inv", name_en="Investigation group", name_zh="流调组",
        functions=("investigation",), above=ids["office"],
    ).unit  # fmt: skip
    ids["team"] = city.tell(registry.declare_team, unit=ids["unit"], name="Team 3").team
    city.tell(registry.join_team, team=ids["team"], account=ids["investigator"])
    ids["outbreak"] = city.tell(
        registry.declare_outbreak, jurisdiction=ids["province"], code="BY21", title="Bayan 2021", disease="covid-19",
        pack="cn-covid-2021", overlays=("hlj-2021",), begins_on=date(2021, 9, 21),
    ).outbreak  # fmt: skip
    city.tell(registry.set_objective, outbreak=ids["outbreak"], by_on=date(2021, 10, 20), clear_days=14)
    ids["place"] = city.tell(registry.declare_place, jurisdiction=ids["bayan"], name="East market", kind="market").place
    _cases(city, clock)
    return city


def _cases(city: City, clock: ToldClock) -> None:
    ids, now = city.ids, clock.now()
    ids["cases"] = []
    for n in range(6):
        person = city.tell(
            registry.register_person, office=ids["bayan"], residence=ids["bayan"], sex=("female", "male")[n % 2],
            age_years=30.0 + n, code=f"P{n}", name=f"Wang Xiao{'ming'[: n % 4]}n", phone=f"1380013800{n}",
        ).person  # fmt: skip
        case = city.tell(
            cases.report_case, outbreak=ids["outbreak"], person=person, jurisdiction=ids["bayan"],
            onset_on=date(2021, 9, 20 + n % 3), positive_at=now - timedelta(hours=1 + n), found_by="screening",
        ).case  # fmt: skip
        ids["cases"].append(case)
    first, second, third = ids["cases"][:3]
    city.tell(cases.note_course, case=first, event=CourseEvent.ADMITTED, day=date(2021, 9, 24))
    city.tell(cases.name_infector, case=second, infector=first, evidence="Same table")
    city.tell(cases.name_infector, case=second, infector=third, evidence="Same bus")
    city.tell(
        cases.note_exposure, case=first, begins_at=now - timedelta(days=3), ends_at=now - timedelta(days=3, hours=-2),
        infectious=True, kind="shop", place=ids["place"],
    )  # fmt: skip
    city.tell(
        cases.enrol_facility,
        outbreak=ids["outbreak"],
        jurisdiction=ids["bayan"],
        facility="H1",
        name_en="First Hospital",
        name_zh="第一医院",
    )
    city.tell(
        command.make_decision,
        outbreak=ids["outbreak"],
        text="Swab Bayan town in one day.",
        reason="Six cases, no source.",
    )
    clock.pass_by(timedelta(hours=30))
    for outbreak in (None, ids["outbreak"]):
        city.centre.hear(
            feed("clock"), [TimeStruck(outbreak=outbreak, at=clock.now())], city.centre.geography.place(outbreak, None)
        )
    ids["tasks"] = [row.id for row in _tasks(city)]


def _tasks(city: City) -> list[Any]:
    from ringfence.desks.command.queries import tasks

    return city.centre.ask(feed("test"), tasks, state="alive").rows  # type: ignore[no-any-return]
