"""What comes of a row: a case record, a link between two cases, or the cells that stood in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a bad cell does to its row."""

    ROW_REFUSED = "row refused"
    ROW_REPEATED = "row repeated"  # the same as an earlier row, cell by cell: the two are one
    VALUE_LEFT_OUT = "value left out"
    VALUE_MENDED = "value mended"  # the map said so
    TO_BE_LOOKED_AT = "to be looked at"  # taken, and perhaps on record already


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell, or a whole row (column ""), that was not taken as it stands; `told` are the values of its sentence."""

    row: int  # as the user counts rows in the file
    column: str  # header, "" for the whole row
    value: str
    code: str  # words: label("linelist." + code, **told); codes that begin with "table." are the reader's
    severity: Severity
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A row of a line list with typed values; what has no field here is in `extra`, by column."""

    row: int
    code: str
    code_derived: bool = False  # the file gives none; it was made from the row's content
    person_code: str | None = None
    name: str | None = None
    sex: str | None = None  # female male other
    age: float | None = None  # years
    age_band: tuple[int, int | None] | None = None  # whole years, both within; None: and older
    birth_on: date | None = None
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None
    nationality: str | None = None
    occupation: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    admin3: str | None = None
    classification: str | None = None  # confirmed probable suspect asymptomatic discarded
    symptomatic: bool | None = None
    severity: str | None = None  # asymptomatic mild moderate severe critical fatal
    infected_on: date | None = None
    exposed_from: date | None = None
    exposed_to: date | None = None
    onset_on: date | None = None
    rash_on: date | None = None
    sampled_on: date | None = None
    confirmed_on: date | None = None
    reported_on: date | None = None
    quarantined_on: date | None = None
    quarantined: bool | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    recovered_on: date | None = None
    died_on: date | None = None
    outcome: str | None = None  # died recovered discharged alive ill transferred lost
    outcome_on: date | None = None
    hospital: str | None = None
    infector: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    exposure_setting: str | None = None
    infected_place: str | None = None
    cluster: str | None = None
    household: str | None = None
    imported: bool | None = None
    travel_history: str | None = None
    lat: float | None = None
    lon: float | None = None
    notes: str | None = None
    source: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A pair: who infected whom, as far as the file says."""

    row: int
    infector: str
    infectee: str
    setting: str | None = None
    relation: str | None = None
    household: bool | None = None
    certainty: str | None = None  # certain likely possible
    extra: Mapping[str, str] = field(default_factory=dict)
