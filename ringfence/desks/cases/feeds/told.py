"""A row of a line list in the terms of facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.desks.cases.feeds.places import Places
from ringfence.desks.cases.linelist.fields import CASES
from ringfence.desks.cases.linelist.records import BadCell, CaseRecord, Severity
from ringfence.facts.cases import Classification, CourseEvent
from ringfence.facts.ids import CaseId, HouseholdId, JurisdictionId, OutbreakId, PersonId, derive
from ringfence.registry import checks
from ringfence.registry.blocks import Described
from ringfence.registry.identities import SEXES, Identity
from ringfence.registry.queries import areas

STATIONS: tuple[tuple[str, CourseEvent], ...] = (
    ("infected_on", CourseEvent.INFECTED),
    ("exposed_from", CourseEvent.EXPOSED_FROM),
    ("exposed_to", CourseEvent.EXPOSED_UNTIL),
    ("quarantined_on", CourseEvent.QUARANTINED),
    ("onset_on", CourseEvent.ONSET),
    ("sampled_on", CourseEvent.SAMPLED),
    ("confirmed_on", CourseEvent.DIAGNOSED),
    ("reported_on", CourseEvent.REPORTED),
    ("admitted_on", CourseEvent.ADMITTED),
    ("recovered_on", CourseEvent.RECOVERED),
    ("discharged_on", CourseEvent.DISCHARGED),
    ("died_on", CourseEvent.DIED),
)
"""Field and station, in the order in which they are told: death last, as the last end is the outcome."""

OUTCOMES = {
    "recovered": CourseEvent.RECOVERED,
    "discharged": CourseEvent.DISCHARGED,
    "died": CourseEvent.DIED,
}

DESCRIBED = (
    "nationality", "country", "symptomatic", "severity", "rash_on", "exposure_setting", "infected_place",
    "travel_history", "lat", "lon", "notes", "household",
)  # fmt: skip
"""Fields without a term of their own among the facts: kept as columns under these names."""

IDENTITY = ("name", "id_number", "phone", "address")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every row of an import."""

    outbreak: OutbreakId
    source: str
    area: JurisdictionId  # where rows belong whose place is not told or not found
    path: str
    zone: ZoneInfo
    now: datetime
    places: Places

    def case(self, code: str) -> CaseId:
        """The id of the case that the source calls by this code."""
        return CaseId(derive("case", self.outbreak, self.source, code))


@dataclass(frozen=True, slots=True)
class CaseTold:
    """What a row tells, in the terms of facts."""

    record: CaseRecord
    case: CaseId
    person: PersonId
    person_code: str
    at: datetime
    classification: Classification
    classified: bool  # the row gives the class itself, or what it follows from
    jurisdiction: JurisdictionId
    path: str
    residence: JurisdictionId | None
    household: HouseholdId | None
    stations: dict[CourseEvent, date]
    described: dict[str, str]
    identity: Identity
    bad: tuple[BadCell, ...] = field(default=())


def told(record: CaseRecord, terms: Terms) -> CaseTold:
    """A record in the terms of facts; numbers and telephones that cannot be right are left out, and named."""
    found = terms.places.of(record)
    inside = found.area if found.inside else None
    stations, used = _stations(record)
    classification = _class(record)
    identity, bad = _identity(record)
    code = record.person_code or record.code
    household = f"{terms.outbreak}/{terms.source}/{record.household}" if record.household else None
    return CaseTold(
        record=record,
        case=terms.case(record.code),
        person=PersonId(derive("person", terms.source, code)),
        person_code=code,
        at=_moment(record, terms),
        classification=classification or Classification.SUSPECT,
        classified=classification is not None,
        jurisdiction=inside or terms.area,
        path=(areas.path_of(inside) if inside else None) or terms.path,
        residence=found.area,
        household=HouseholdId(derive("household", household)) if household else None,
        stations=stations,
        described={**_described(record, used=used), **dict(found.left)},
        identity=identity,
        bad=bad,
    )


def _moment(record: CaseRecord, terms: Terms) -> datetime:
    """Noon of the day of the report; else of confirmation, sampling or onset; else the moment of the telling."""
    day = record.reported_on or record.confirmed_on or record.sampled_on or record.onset_on
    if day is None:
        return terms.now
    return min(datetime.combine(day, time(12), terms.zone), terms.now)


def _class(record: CaseRecord) -> Classification | None:
    """The class given; else what a day of confirmation says: a case, or an infection without symptoms."""
    if record.classification:
        return Classification(record.classification)
    if record.confirmed_on is None:
        return None
    return Classification.ASYMPTOMATIC if record.symptomatic is False else Classification.CONFIRMED


def _stations(record: CaseRecord) -> tuple[dict[CourseEvent, date], bool]:
    """The days of the course; whether the outcome is told by one of them."""
    days = {event: day for name, event in STATIONS if (day := getattr(record, name)) is not None}
    end = OUTCOMES.get(record.outcome or "")
    if end is not None and end not in days and record.outcome_on is not None:
        days[end] = record.outcome_on
    return days, end is not None and end in days


def _described(record: CaseRecord, *, used: bool) -> dict[str, str]:
    """Every value of a row that no fact has a field for; columns of the file that share a field's name are marked."""
    columns = {(f"{name} (column)" if name in CASES else name): text for name, text in record.extra.items()}
    told_too = {name: _text(value) for name in DESCRIBED if (value := getattr(record, name)) is not None}
    if record.source:
        told_too["source"] = record.source
    if record.age_band is not None:
        first, last = record.age_band
        told_too["age_band"] = f"{first}+" if last is None else f"{first}-{last}"
    if record.outcome and not used:
        told_too["outcome"] = record.outcome
    if record.outcome_on and not used:
        told_too["outcome_on"] = record.outcome_on.isoformat()
    return columns | told_too


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _identity(record: CaseRecord) -> tuple[Identity, tuple[BadCell, ...]]:
    """Who the person is, in normal form; a number that cannot be right is left out, with its reason."""
    kept: dict[str, str | None] = {"id_number": None, "phone": None}
    bad = []
    for name, check in (("id_number", _id_number), ("phone", checks.phone)):
        text = getattr(record, name)
        if not text:
            continue
        try:
            kept[name] = check(text)
        except checks.Unfit as unfit:
            bad.append(BadCell(record.row, name, text, unfit.reason, Severity.VALUE_LEFT_OUT))
    name = " ".join((record.name or "").split())
    return Identity(name, kept["id_number"], kept["phone"], record.address or None), tuple(bad)


def _id_number(text: str) -> str:
    return checks.id_number(text).normal


def described(case: CaseTold) -> Described:
    """A row as duplicates are looked for."""
    record = case.record
    birth, exact = record.birth_on, record.birth_on is not None
    if birth is None and record.age is not None:
        birth = date(case.at.year - int(record.age), 1, 1)
    return Described(
        name=case.identity.name,
        birth_on=birth,
        birth_exact=exact,
        sex=SEXES.get(record.sex or "", 0),
        id_number=case.identity.id_number,
        phone=case.identity.phone,
        address=case.identity.address,
        jurisdiction=(areas.path_of(case.residence) if case.residence else None) or case.path,
    )
