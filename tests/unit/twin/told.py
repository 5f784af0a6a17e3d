"""A small outbreak told through the desks' own actions, for the twin to begin from."""

from __future__ import annotations

from datetime import date, timedelta

from ringfence.core.access import feed
from ringfence.core.centre import Centre
from ringfence.desks.cases.actions import report_case
from ringfence.facts.cases import Classification
from ringfence.facts.ids import JurisdictionId, OutbreakId
from ringfence.registry import actions as registry

GOD = feed("test")
PEOPLE = 60_000


class Told:
    """`top` holds two counties; `n` confirmed cases, one a day and more, the newest today."""

    def __init__(
        self,
        centre: Centre,
        *,
        cases: int = 24,
        people: int | None = PEOPLE,
        by: int | None = 20,
        disease: str = "covid-19",
    ) -> None:
        self.centre = centre
        self.today: date = centre.clock.now().date()
        self.top = self._area(None, "p", people)
        self.counties = [self._area(self.top, code, people and people // 3) for code in ("n", "s")]
        self.outbreak = OutbreakId(
            self._tell(
                registry.declare_outbreak, jurisdiction=self.top, code="TW", title="Twin 2021", disease=disease,
                pack="cn-covid-2021", begins_on=self.today - timedelta(days=30),
            ).outbreak
        )  # fmt: skip
        if by is not None:
            self._tell(
                registry.set_objective, outbreak=self.outbreak, by_on=self.today + timedelta(days=by), clear_days=3
            )
        for n in range(cases):
            self.case(n, days_ago=(cases - 1 - n) * 20 // max(cases, 1))

    def _tell(self, action: object, **told: object) -> object:
        return self.centre.tell(GOD, action, **told).facts[0]

    def _area(self, parent: JurisdictionId | None, code: str, people: int | None) -> JurisdictionId:
        return self._tell(
            registry.declare_jurisdiction, parent=parent, code=code, level="county", name_en=f"Place {code}", name_zh=f"地{code}",
            zone="Asia/Shanghai", population=people,
        ).jurisdiction  # fmt: skip

    def case(self, n: int, days_ago: int, classification: Classification = Classification.CONFIRMED) -> None:
        """A case found so many days ago; each third was in quarantine, each fifth fell ill after it was found."""
        found = self.centre.clock.now() - timedelta(days=days_ago)
        area = self.counties[n % 2]
        person = self._tell(registry.register_person, office=area, age_years=20.0 + n, code=f"T{n:04d}").person
        onset = None if n % 5 == 0 else found.date() - timedelta(days=1 + n % 3)
        self._tell(
            report_case, outbreak=self.outbreak, person=person, jurisdiction=area, classification=classification,
            code=f"{n:04d}", onset_on=onset, positive_at=found, quarantined_before=n % 3 == 0,
        )  # fmt: skip
