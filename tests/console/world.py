"""A small world for the console's tests: two counties under one province, one outbreak, an account for every role."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from ringfence.core.access import ROLES, Who, feed
from ringfence.core.centre import Centre
from ringfence.core.clock import ToldClock
from ringfence.desks.cases import actions as cases
from ringfence.facts.cases import Classification
from ringfence.facts.ids import AccountId, CaseId, JurisdictionId, OutbreakId, PersonId, UnitId
from ringfence.registry import account_keeping
from ringfence.registry import actions as registry
from ringfence.registry.models import Account

PASSWORD = "a long enough secret"
FUNCTIONS = ("investigation", "reporting", "sampling", "isolation", "transport", "command")


class World:
    """`north` and `south` are counties of `province`; each has a unit and accounts `ROLE` (north) and `south_ROLE`."""

    def __init__(self, centre: Centre, clock: ToldClock) -> None:
        """Tell it."""
        self.centre, self.clock = centre, clock
        self.god = feed("test")
        self.province = self._area(None, "p", "Province", "省")
        self.north = self._area(self.province, "n", "North County", "北县")
        self.south = self._area(self.province, "s", "South County", "南县")
        self.units: dict[str, UnitId] = {
            name: self._unit(area, name) for name, area in (("north", self.north), ("south", self.south))
        }
        self.outbreak = OutbreakId(
            self._tell(
                registry.declare_outbreak, jurisdiction=self.province, code="FLU", title="Flu 2021", disease="covid-19",
                pack="cn-covid-2021", begins_on=date(2021, 9, 20),
            ).outbreak
        )  # fmt: skip
        self.cases = {"north": [self.case(self.north, n) for n in range(3)], "south": [self.case(self.south, 10)]}
        for role in ROLES:
            self.account(role, role, self.north)

    def _tell(self, action: object, **told: object) -> object:
        return self.centre.tell(self.god, action, **told).facts[0]

    def _area(self, parent: JurisdictionId | None, code: str, en: str, zh: str) -> JurisdictionId:
        zone = "Asia/Shanghai"
        return self._tell(
            registry.declare_jurisdiction, parent=parent, code=code, level="county", name_en=en, name_zh=zh, zone=zone
        ).jurisdiction

    def _unit(self, area: JurisdictionId, name: str) -> UnitId:
        return self._tell(
            registry.declare_unit, jurisdiction=area, code="cdc", name_en=f"CDC {name}", name_zh=f"疾控{name}",
            functions=FUNCTIONS,
        ).unit  # fmt: skip

    def person(self, area: JurisdictionId, n: int) -> PersonId:
        """Someone registered in a county."""
        return self._tell(
            registry.register_person,
            office=area,
            sex="female" if n % 2 else "male",
            age_years=30.0 + n,
            code=f"P{n:04d}",
        ).person

    def case(self, area: JurisdictionId, n: int, classification: Classification = Classification.SUSPECT) -> CaseId:
        """A case reported in a county."""
        return self._tell(
            cases.report_case, outbreak=self.outbreak, person=self.person(area, n), jurisdiction=area,
            classification=classification, onset_on=self.clock.now().date() - timedelta(days=2),
        ).case  # fmt: skip

    def account(self, name: str, role: str, area: JurisdictionId, language: str = "en") -> AccountId:
        """An account with a role over a county."""
        return self._tell(
            registry.open_account, name=name, shown_name=f"{name} shown", password_hash=make_password(PASSWORD),
            role=role, jurisdiction=area, language=language, email=f"{name}@example.org",
        ).account  # fmt: skip

    def who(self, name: str) -> Who:
        """An account as one who tells and asks."""
        account = account_keeping.account_named(name)
        assert account is not None
        found = account_keeping.who_is(account, self.clock.now())
        assert found is not None
        return found

    def browser(self, name: str = "duty_officer", language: str = "en") -> Client:
        """A browser in which an account is signed in."""
        client = Client()
        client.force_login(Account.objects.get(name=name), "django.contrib.auth.backends.ModelBackend")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client
