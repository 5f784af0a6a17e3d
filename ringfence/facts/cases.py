"""The cases desk's facts: who is ill, how sure that is, the course of the illness, and what the investigation found."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from ringfence.core.fact import Fact, Sealed
from ringfence.facts.ids import (
    AccountId,
    CaseId,
    ExposureId,
    JurisdictionId,
    OutbreakId,
    PersonId,
    PlaceId,
)


class Classification(StrEnum):
    """How sure it is. Asymptomatic infections are counted apart and may become confirmed cases."""

    SUSPECT = "suspect"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"
    ASYMPTOMATIC = "asymptomatic"
    DISCARDED = "discarded"  # looked into, and not a case


class CourseEvent(StrEnum):
    """A station of the illness and of its handling."""

    INFECTED = "infected"
    EXPOSED_FROM = "exposed_from"
    EXPOSED_UNTIL = "exposed_until"
    QUARANTINED = "quarantined"
    ONSET = "onset"
    SAMPLED = "sampled"
    POSITIVE = "positive"  # a laboratory found it
    DIAGNOSED = "diagnosed"  # confirmed by the authority
    REPORTED = "reported"  # by network direct report
    ISOLATED = "isolated"
    ADMITTED = "admitted"
    SEVERE = "severe"
    RECOVERED = "recovered"
    DISCHARGED = "discharged"
    DIED = "died"
    REPOSITIVE = "repositive"


class Certainty(StrEnum):
    """How sure a link or an exposure is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class CaseReported(Fact):
    """A case, or somebody who may become one, was reported to this outbreak."""

    case: CaseId
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId  # the responsible office
    code: str  # the reporter's own number
    source: str  # whose number that is
    classification: Classification = Classification.SUSPECT
    residence: JurisdictionId | None = None
    stay: JurisdictionId | None = None
    sex: str | None = None
    age_years: float | None = None
    facility: str | None = None  # the reporting unit
    found_by: str | None = None  # screening, contact, clinic, port, coldchain, self, …
    imported: bool | None = None
    quarantined_before: bool | None = None  # in quarantine before diagnosis
    cluster: str | None = None


class CaseClassified(Fact):
    """A case's class was set by criteria or by a person."""

    case: CaseId
    classification: Classification
    was_classification: Classification
    findings: tuple[str, ...] = ()
    basis: str = ""  # the criterion met, or a person's reason


class CaseConfirmed(Fact):
    """A case is an infection, and since when it may have infected others is known; told again when that changes."""

    case: CaseId
    outbreak: OutbreakId
    person: PersonId
    jurisdiction: JurisdictionId  # the responsible office
    classification: Classification
    infectious_from: datetime  # contacts and places count from here
    infectious_until: datetime | None = None  # isolated, or dead; None: still among people
    counted_from: CourseEvent = CourseEvent.ONSET  # the station that the look-back was counted from
    positive_at: datetime | None = None  # when a laboratory found it, for the delays


class CaseUnconfirmed(Fact):
    """A case that was confirmed is none after all, or was set aside: what followed from it is looked at again."""

    case: CaseId
    outbreak: OutbreakId
    person: PersonId
    reason: str  # discarded, set_aside


class FindingsNoted(Fact):
    """What was found of a person, in the pack's codes; criteria make a class of it."""

    case: CaseId
    findings: tuple[str, ...]


class CourseNoted(Fact):
    """Stations of the illness, in columns; a later telling of the same station corrects it."""

    case: CaseId
    events: tuple[CourseEvent, ...]
    days: tuple[date, ...]
    moments: tuple[datetime | None, ...] = ()  # where the hour is known


class CourseStruck(Fact):
    """A station was told wrongly and never happened."""

    case: CaseId
    event: CourseEvent
    was_day: date | None = None
    reason: str = ""


class CaseDescribed(Fact):
    """Further columns of a line list that have no term of their own; nothing of an import is lost."""

    case: CaseId
    columns: tuple[str, ...]
    values: tuple[str, ...]


class CaseCorrected(Fact):
    """Columns of the line list were told anew by whoever reported the case; what is None stays as it was."""

    case: CaseId
    sex: str | None = None
    was_sex: str | None = None
    age_years: float | None = None
    was_age_years: float | None = None
    facility: str | None = None
    was_facility: str | None = None
    imported: bool | None = None
    was_imported: bool | None = None
    quarantined_before: bool | None = None
    was_quarantined_before: bool | None = None
    cluster: str | None = None
    was_cluster: str | None = None


class CaseMoved(Fact):
    """The responsible office changed: handed over to another jurisdiction."""

    case: CaseId
    jurisdiction: JurisdictionId
    was_jurisdiction: JurisdictionId
    reason: str = ""


class CaseSetAside(Fact):
    """A case was removed from the lists, with a reason; it stays on record."""

    case: CaseId
    reason: str


class CaseRestored(Fact):
    """A case set aside is back on the lists."""

    case: CaseId


class InvestigationOpened(Fact):
    """Somebody is to find out how the case was infected and whom it met."""

    case: CaseId
    unit: str = "investigation"
    officer: AccountId | None = None


class InterviewKept(Fact):
    """Answers to an interview form. Personal answers are sealed with the person's key, the rest are plain codes."""

    case: CaseId
    form: str
    version: int
    answers: dict[str, str]
    sealed: Sealed | None = None
    completeness: float = 0.0


class InvestigationCompleted(Fact):
    """The investigation is done; what it concluded is sealed where it names people."""

    case: CaseId
    source_found: bool | None = None
    conclusion: Sealed | None = None


class ExposureNoted(Fact):
    """Where and when the case may have been infected, or was while infectious."""

    exposure: ExposureId
    case: CaseId
    infectious: bool  # True: visited while infectious; False: may have been infected there
    begins_at: datetime
    ends_at: datetime
    kind: str = "other"  # home, work, class, meal, ride, ward, shop, leisure, travel, funeral, other
    place: PlaceId | None = None
    told_place: Sealed | None = None  # the place in the person's own words
    protection: str | None = None
    certainty: Certainty = Certainty.LIKELY


class ExposureStruck(Fact):
    """An exposure was noted wrongly."""

    exposure: ExposureId
    case: CaseId
    reason: str = ""


class InfectorNamed(Fact):
    """A case may have been infected by another; several may be named, as rivals."""

    case: CaseId
    infector: CaseId
    certainty: Certainty = Certainty.LIKELY
    setting: str = ""
    evidence: str = ""


class InfectorWithdrawn(Fact):
    """A link of transmission was dropped."""

    case: CaseId
    infector: CaseId
    reason: str = ""


class PositiveHeard(Fact):
    """A laboratory found someone positive. From here the reporting clock runs, whether or not anybody reports."""

    person: PersonId
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    laboratory: str


class ReportMissed(Fact):
    """A positive result stands without a report after the limit."""

    person: PersonId
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    laboratory: str
    due_at: datetime


class ReportFoundLate(Fact):
    """A case was reported after the limit."""

    case: CaseId
    due_at: datetime
    reported_at: datetime


class FacilityEnrolled(Fact):
    """A unit that must report every day, if only zero."""

    facility: str
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    names: dict[str, str]


class DailyReportMade(Fact):
    """A reporting unit's count for a day, zero included."""

    facility: str
    outbreak: OutbreakId
    on: date
    count: int


class FacilityFellSilent(Fact):
    """A reporting unit let its limit pass without a report, not even zero."""

    facility: str
    outbreak: OutbreakId
    jurisdiction: JurisdictionId
    since: datetime


class LineListRead(Fact):
    """A line list was read in: how many rows, and what became of them. The file itself is kept by its hash."""

    sha256: str
    outbreak: OutbreakId
    rows: int
    new: int
    unchanged: int
    refused: int
    mapping: str = ""
    source: str = ""  # whose case codes the file uses
    changed: int = 0
    links: int = 0  # links of transmission told anew
