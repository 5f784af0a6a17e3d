"""One invented case, from the swab to the end of its investigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ringfence.core.access import feed
from ringfence.demo.city import ZONE
from ringfence.demo.days import Days
from ringfence.demo.draws import between, happens, pick
from ringfence.demo.names import Somebody, somebody
from ringfence.demo.outbreak import Infection
from ringfence.demo.staff import ACCOUNTS
from ringfence.desks.cases.actions import (
    classify_case,
    complete_investigation,
    hear_positive,
    name_infector,
    note_course,
    note_exposure,
    note_findings,
    report_case,
)
from ringfence.desks.command.actions import finish_task, hand_over, reopen_task, start_task, verify_task
from ringfence.facts.cases import Certainty, Classification, CourseEvent, InterviewKept
from ringfence.facts.command import task_of
from ringfence.facts.ids import AccountId, CaseId, PersonId, derive
from ringfence.registry.actions import register_person

NAMED = {each.name: each.id for each in ACCOUNTS}
LABORATORIES = ("Yunting CDC laboratory 云汀市疾控检测中心", "Lanqiao Central Hospital 岚桥中心医院检验科")
HOUR = timedelta(hours=1)


@dataclass
class Course:
    """A case on its way through the response."""

    days: Days
    infection: Infection
    cases: dict[int, CaseId]  # infection -> case, as far as reported
    person: PersonId | None = None
    case: CaseId | None = None

    def begin(self) -> None:
        """Queue the swab, the result and the report."""
        n, days = self.infection.n, self.days
        days.at(self.infection.sampled_at, self._register)
        days.at(self.infection.positive_at, self._found)
        if not happens(0.035, n, "concealed"):
            days.at(self.infection.reported_at, self._report)

    # -- who does it, and when ----------------------------------------------------------------------------------------

    @property
    def district(self) -> int:
        """The district of residence, 0 to 5."""
        return self.infection.community // 6

    @property
    def team(self) -> str:
        """The team that investigates it."""
        return pick("AB", self.infection.n, "team")

    @property
    def officer(self) -> AccountId:
        """The investigator."""
        k = pick((1, 2), self.infection.n, "officer")
        return AccountId(derive("account", f"team-{self.team.lower()}{k}-d{self.district + 1}"))

    def _after(self, low: float, high: float, what: str) -> datetime:
        """Between so many hours after the report."""
        return self.infection.reported_at + HOUR * between(low, high, self.infection.n, what)

    def _local(self, moment: datetime) -> tuple[datetime, time]:
        local = moment.astimezone(ZoneInfo(ZONE))
        return local, local.time().replace(second=0, microsecond=0)

    # -- found and reported -------------------------------------------------------------------------------------------

    @property
    def somebody(self) -> Somebody:
        """The invented person."""
        return somebody(self.infection.n)

    def _register(self) -> None:
        city, who = self.days.city, self.somebody
        community = city.communities[self.infection.community]
        answer = self.days.tell(
            NAMED["lab"],
            register_person,
            office=community,
            residence=pick(city.cells[self.infection.community], self.infection.n, "cell"),
            sex=who.sex,
            age_years=float(who.age_years),
            occupation=who.occupation,
            code=f"R{self.infection.n:05d}",
            name=who.name,
            phone=who.phone,
        )
        self.person = answer.facts[0].person  # type: ignore[attr-defined]

    def _found(self) -> None:
        self.days.tell(
            NAMED["lab"],
            hear_positive,
            outbreak=self.days.outbreak,
            person=self.person,
            jurisdiction=self.days.city.communities[self.infection.community],
            laboratory=pick(LABORATORIES, self.infection.n, "laboratory"),
        )

    def _report(self) -> None:
        each = self.infection
        ill = each.onset_at is not None and each.onset_at < each.reported_at
        answer = self.days.tell(
            self.officer,
            report_case,
            outbreak=self.days.outbreak,
            person=self.person,
            jurisdiction=self.days.city.communities[each.community],
            code=f"{each.n:04d}",
            onset_on=self._local(each.onset_at)[0].date() if ill and each.onset_at else None,
            sampled_on=self._local(each.sampled_at)[0].date(),
            positive_at=each.positive_at,
            facility=f"H{2 * self.district + 1:02d}" if each.found_by == "clinic" else None,
            found_by=each.found_by,
            imported=each.infector is None,
            quarantined_before=each.quarantined_at is not None and each.quarantined_at < each.sampled_at,
        )
        self.case = answer.facts[0].case  # type: ignore[attr-defined]
        self.cases[each.n] = self.case
        self._follow()

    def _follow(self) -> None:
        """Queue what follows a report."""
        days, n = self.days, self.infection.n
        days.at(self._after(0.2, 1.2, "findings"), self._findings)
        days.at(self._after(0.3, 2.0, "given"), self._give)
        days.at(self._after(2, 7, "admitted"), lambda: self._station(CourseEvent.ADMITTED))
        if happens(0.07, n, "severe"):
            days.at(self._after(50, 110, "severe at"), lambda: self._station(CourseEvent.SEVERE))
        days.at(self._after(290, 390, "discharged"), lambda: self._station(CourseEvent.DISCHARGED))
        if self.infection.onset_at is not None and self.infection.onset_at > self.infection.reported_at:
            days.at(self.infection.onset_at + 6 * HOUR, self._fall_ill)
        if self.infection.late and happens(0.6, n, "explained"):
            days.at(self._after(6, 30, "explained at"), self._explain)

    def _findings(self) -> None:
        each = self.infection
        if each.onset_at is None or each.onset_at > self.days.now:
            found = ["pcr_positive", "no_symptoms"]
        else:
            found = ["pcr_positive", "fever", "wbc_normal_or_low", "ct_typical"]
            found += ["cough"] if happens(0.7, each.n, "cough") else []
        found.append("contact_positive" if each.infector is not None else "travel_affected")
        self.days.tell(self.officer, note_findings, case=self.case, findings=tuple(found))

    def _station(self, event: CourseEvent) -> None:
        local, hour = self._local(self.days.now)
        self.days.tell(self.officer, note_course, case=self.case, event=event, day=local.date(), hour=hour)

    def _fall_ill(self) -> None:
        if self.infection.onset_at is None:
            return
        day = self._local(self.infection.onset_at)[0].date()
        self.days.tell(self.officer, note_course, case=self.case, event=CourseEvent.ONSET, day=day)
        self.days.tell(
            self.officer,
            classify_case,
            case=self.case,
            classification=Classification.CONFIRMED,
            basis="fell ill after the report",
        )

    # -- investigated -------------------------------------------------------------------------------------------------

    def _give(self) -> None:
        """The duty officer gives it to a team; how far that gets depends on how busy the team is."""
        days, n = self.days, self.infection.n
        team = days.city.teams[f"{self.team}:{self.district}"]
        days.tell(NAMED["duty"], hand_over, task=task_of("investigate_case", self._case()), team=team)
        if happens(0.05, n, "never started"):
            return
        days.at(self._after(2.1, 5, "started"), self._start)
        days.at(self._after(5, 10, "interviewed"), self._interview)
        days.at(self._after(6, 14, "infector"), self._infector)
        if not happens(0.06, n, "stuck"):
            busy = 34.0 if happens(0.2, n, "busy") else 22.0
            days.at(self._after(14.1, busy, "completed"), self._complete)

    def _start(self) -> None:
        self.days.tell(self.officer, start_task, task=task_of("investigate_case", self._case()))

    def _interview(self) -> None:
        n = self.infection.n
        answers = {
            "informant": "self",
            "occupation": self.somebody.occupation,
            "found_by": {"clinic": "fever_clinic"}.get(self.infection.found_by, self.infection.found_by),
            "symptoms_any": "yes" if self.infection.onset_at else "no",
            "doses": str(int(between(0, 4, n, "doses"))),
            "household_size": str(int(between(1, 6, n, "household"))),
        }
        kept = InterviewKept(
            case=self._case(),
            form="covid",
            version=1,
            answers=answers,
            completeness=round(between(0.55, 0.98, n, "completeness"), 2),
            at=self.days.now,
        )
        place = self.days.centre.geography.place(self.days.outbreak, None)
        self.days.centre.hear(feed("interviews"), [kept], place)
        for k in range(int(between(1, 4, n, "exposures"))):
            self._expose(k)

    def _expose(self, k: int) -> None:
        """Where the case was while infectious, and first of all where it was infected."""
        each, city = self.infection, self.days.city
        infectious = k > 0
        begins = each.infected_at if not infectious else each.sampled_at - HOUR * between(12, 70, each.n, k, "when")
        kind = each.setting if not infectious else pick(("home", "shop", "meal", "ride"), each.n, k, "kind")
        there = [place for place, place_kind in city.venues if place_kind == kind]
        self.days.tell(
            NAMED["duty"],  # places lie in every district
            note_exposure,
            case=self.case,
            begins_at=begins,
            ends_at=begins + HOUR * between(0.5, 4, each.n, k, "stay"),
            infectious=infectious,
            kind=kind,
            place=pick(there, each.n, k, "place") if there else None,
            protection=pick(("mask", "none", "unknown"), each.n, k, "protection"),
            certainty=pick((Certainty.CERTAIN, Certainty.LIKELY, Certainty.LIKELY), each.n, k, "certainty"),
        )

    def _infector(self) -> None:
        each = self.infection
        infector = self.cases.get(each.infector) if each.infector is not None else None
        if infector is None or happens(0.12, each.n, "source unknown"):
            return
        sure = Certainty.CERTAIN if each.setting == "home" else Certainty.LIKELY
        told = {"case": self._case(), "setting": each.setting}
        lead = NAMED["duty"]
        self.days.tell(lead, name_infector, infector=infector, certainty=sure, evidence="interview", **told)
        others = [case for n, case in self.cases.items() if n not in {each.n, each.infector}]
        if others and happens(0.08, each.n, "rival"):
            rival = pick(others, each.n, "which rival")
            self.days.tell(lead, name_infector, infector=rival, certainty=Certainty.POSSIBLE, evidence="places", **told)

    def _complete(self) -> None:
        each, task = self.infection, task_of("investigate_case", self._case())
        found = each.infector in self.cases and not happens(0.12, each.n, "source unknown")
        self.days.tell(self.officer, complete_investigation, case=self.case, source_found=found)
        if happens(0.8, each.n, "verified"):
            self.days.at(
                self.days.now + HOUR * between(1, 9, each.n, "verified at"),
                lambda: self._verify(task, back=happens(0.05, each.n, "sent back")),
            )

    def _verify(self, task: str, *, back: bool) -> None:
        if back:
            self.days.tell(NAMED["supervisor"], reopen_task, task=task, reason="places of two days are missing")
        else:
            self.days.tell(NAMED["supervisor"], verify_task, task=task)

    def _explain(self) -> None:
        task = task_of("explain_late_report", self._case())
        self.days.tell(self.officer, finish_task, task=task, evidence="result came during the change of shifts")

    def _case(self) -> CaseId:
        if self.case is None:
            raise LookupError(self.infection.n)
        return self.case
