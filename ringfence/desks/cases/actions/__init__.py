"""What people do at the cases desk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.desks.cases import queries
from ringfence.desks.cases.actions.report import check_course, course_noted
from ringfence.desks.cases.actions.report import report_case as report_case
from ringfence.desks.cases.actions.report import report_new_case as report_new_case
from ringfence.facts.cases import (
    CaseClassified,
    CaseMoved,
    CaseRestored,
    CaseSetAside,
    Certainty,
    Classification,
    CourseEvent,
    CourseStruck,
    DailyReportMade,
    ExposureNoted,
    ExposureStruck,
    FacilityEnrolled,
    FindingsNoted,
    InfectorNamed,
    InfectorWithdrawn,
    InvestigationCompleted,
    InvestigationOpened,
    PositiveHeard,
)
from ringfence.facts.ids import (
    AccountId,
    CaseId,
    ExposureId,
    JurisdictionId,
    OutbreakId,
    PersonId,
    PlaceId,
    derive,
)
from ringfence.registry.queries import areas, outbreaks


@action(may="investigate")
def strike_course(who: Who, *, case: CaseId, event: CourseEvent, reason: str = "", at: datetime) -> Facts:
    """Strike a station that was told wrongly."""
    del who
    known = queries.course(case)
    if event.value not in known:
        raise Refused("station_unknown", event=event.value, case=case)
    yield CourseStruck(case=case, event=event, was_day=known[event.value].day, reason=reason, at=at)


@action(may="investigate", undo=strike_course)
def note_course(  # noqa: PLR0913 (each is told by name)
    who: Who, *, case: CaseId, event: CourseEvent, day: date, hour: time | None = None, at: datetime
) -> Facts:
    """Note a station of the illness: onset, sampling, admission, recovery, death."""
    del who
    key = queries.key(case)
    if key is None:
        raise Refused("case_unknown", case=case)
    zone = ZoneInfo(areas.zone_at(key.path))
    days = {CourseEvent(name): station.day for name, station in queries.course(case).items()}
    check_course({**days, event: day}, today=at.astimezone(zone).date())
    moment = datetime.combine(day, hour, zone) if hour is not None else None
    if moment is not None and moment > at:
        raise Refused("course_in_future", event=event.value, day=moment, today=at)
    yield course_noted(case, [(event, day, moment)], at)


@action(may="investigate")
def note_findings(who: Who, *, case: CaseId, findings: tuple[str, ...], at: datetime) -> Facts:
    """Note what was found; the pack's criteria make a class of it."""
    del who
    if not findings:
        raise Refused("findings_empty", case=case)
    yield FindingsNoted(case=case, findings=findings, at=at)


@action(may="investigate", undo="itself")
def classify_case(who: Who, *, case: CaseId, classification: Classification, basis: str = "", at: datetime) -> Facts:
    """Classify a case by name: suspect, probable, confirmed, asymptomatic or discarded."""
    del who
    key = queries.key(case)
    if key is None:
        raise Refused("case_unknown", case=case)
    was = Classification(key.classification)
    if was is classification:
        raise Refused("class_already", case=case, classification=classification.value)
    yield CaseClassified(case=case, classification=classification, was_classification=was, basis=basis, at=at)


@action(may="assign", undo="itself")
def move_case(who: Who, *, case: CaseId, jurisdiction: JurisdictionId, reason: str = "", at: datetime) -> Facts:
    """Hand a case over to another responsible office."""
    del who
    row = queries.case_row(case)
    if row is None:
        raise Refused("case_unknown", case=case)
    if row.jurisdiction == jurisdiction:
        raise Refused("case_already_there", case=case)
    yield CaseMoved(case=case, jurisdiction=jurisdiction, was_jurisdiction=row.jurisdiction, reason=reason, at=at)


@action(may="investigate")
def restore_case(who: Who, *, case: CaseId, at: datetime) -> Facts:
    """Put a case that was set aside back on the lists."""
    del who
    key = queries.key(case)
    if key is None or not key.set_aside:
        raise Refused("case_not_aside", case=case)
    yield CaseRestored(case=case, at=at)


@action(may="investigate", undo=restore_case)
def set_case_aside(who: Who, *, case: CaseId, reason: str, at: datetime) -> Facts:
    """Take a case off the lists, with a reason; it stays on record."""
    del who
    key = queries.key(case)
    if key is None or key.set_aside:
        raise Refused("case_unknown", case=case)
    if not reason.strip():
        raise Refused("reason_missing", what="set_case_aside")
    yield CaseSetAside(case=case, reason=reason, at=at)


# -- investigation ----------------------------------------------------------------------------------------------------


@action(may="investigate")
def open_investigation(who: Who, *, case: CaseId, officer: AccountId | None = None, at: datetime) -> Facts:
    """Open the investigation of a case, or name its officer."""
    del who
    yield InvestigationOpened(case=case, officer=officer, at=at)


@action(may="investigate")
def complete_investigation(who: Who, *, case: CaseId, source_found: bool | None = None, at: datetime) -> Facts:
    """Complete the investigation of a case."""
    del who
    row = queries.case_row(case)
    if row is None:
        raise Refused("case_unknown", case=case)
    if row.investigation == "done":
        raise Refused("investigation_done", case=case)
    yield InvestigationCompleted(case=case, source_found=source_found, at=at)


@action(may="investigate")
def strike_exposure(who: Who, *, exposure: ExposureId, case: CaseId, reason: str = "", at: datetime) -> Facts:
    """Strike an exposure that was noted wrongly."""
    del who
    if queries.exposure_case(exposure) != case:
        raise Refused("exposure_unknown", exposure=exposure)
    yield ExposureStruck(exposure=exposure, case=case, reason=reason, at=at)


@action(may="investigate", undo=strike_exposure)
def note_exposure(  # noqa: PLR0913 (an exposure has these fields)
    who: Who,
    *,
    case: CaseId,
    begins_at: datetime,
    ends_at: datetime,
    infectious: bool = False,
    kind: str = "other",
    place: PlaceId | None = None,
    protection: str | None = None,
    certainty: Certainty = Certainty.LIKELY,
    at: datetime,
) -> Facts:
    """Note where and when a case may have been infected, or was while infectious."""
    del who
    if ends_at < begins_at:
        raise Refused("ends_before_it_begins", begins_at=begins_at, ends_at=ends_at)
    if ends_at - begins_at > LONGEST_EXPOSURE:
        raise Refused("exposure_too_long", begins_at=begins_at, ends_at=ends_at, days=LONGEST_EXPOSURE.days)
    exposure = ExposureId(derive("exposure", case, to_micros(begins_at), to_micros(ends_at), kind, place or ""))
    yield ExposureNoted(
        exposure=exposure,
        case=case,
        infectious=infectious,
        begins_at=begins_at,
        ends_at=ends_at,
        kind=kind,
        place=place,
        protection=protection,
        certainty=certainty,
        at=at,
    )


LONGEST_EXPOSURE = timedelta(days=60)


@action(may="investigate")
def withdraw_infector(who: Who, *, case: CaseId, infector: CaseId, reason: str = "", at: datetime) -> Facts:
    """Drop a link of transmission."""
    del who
    if infector not in {link.infector for link in queries.infectors_of(case)}:
        raise Refused("link_unknown", case=case, infector=infector)
    yield InfectorWithdrawn(case=case, infector=infector, reason=reason, at=at)


@action(may="investigate", undo=withdraw_infector)
def name_infector(  # noqa: PLR0913 (a link has these fields)
    who: Who,
    *,
    case: CaseId,
    infector: CaseId,
    certainty: Certainty = Certainty.LIKELY,
    setting: str = "",
    evidence: str = "",
    at: datetime,
) -> Facts:
    """Name who may have infected a case; rivals stand side by side."""
    del who
    if case == infector:
        raise Refused("own_infector", case=case)
    yield InfectorNamed(case=case, infector=infector, certainty=certainty, setting=setting, evidence=evidence, at=at)


# -- reporting --------------------------------------------------------------------------------------------------------


@action(may="lab", many=False)
def hear_positive(  # noqa: PLR0913 (each is told by name)
    who: Who, *, outbreak: OutbreakId, person: PersonId, jurisdiction: JurisdictionId, laboratory: str, at: datetime
) -> Facts:
    """A laboratory found someone positive: the reporting clock starts."""
    del who
    if outbreaks.outbreak_row(outbreak) is None:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    known = queries.positive_of(person, outbreak)
    if known is not None:
        raise Refused("positive_already_heard", person=person, laboratory=laboratory)
    yield PositiveHeard(person=person, outbreak=outbreak, jurisdiction=jurisdiction, laboratory=laboratory, at=at)


@action(may="arrange", many=False)
def enrol_facility(  # noqa: PLR0913 (a unit has these fields)
    who: Who,
    *,
    outbreak: OutbreakId,
    jurisdiction: JurisdictionId,
    facility: str,
    name_en: str,
    name_zh: str = "",
    at: datetime,
) -> Facts:
    """Enrol a unit that must report every day, if only zero."""
    del who
    if outbreaks.outbreak_row(outbreak) is None:
        raise Refused("outbreak_unknown", outbreak=outbreak)
    names = {"en": name_en, "zh": name_zh or name_en}
    yield FacilityEnrolled(facility=facility, outbreak=outbreak, jurisdiction=jurisdiction, names=names, at=at)


@action(may="report", many=False)
def make_daily_report(who: Who, *, outbreak: OutbreakId, facility: str, on: date, count: int, at: datetime) -> Facts:  # noqa: PLR0913 (each is told by name)
    """Report a unit's count for a day, zero included."""
    where = queries.place_of_facility(facility, outbreak)
    if where is None or not who.scope("report").covers(where):
        raise Refused("facility_unknown", facility=facility)
    if count < 0:
        raise Refused("count_negative", count=count)
    yield DailyReportMade(facility=facility, outbreak=outbreak, on=on, count=count, at=at)
