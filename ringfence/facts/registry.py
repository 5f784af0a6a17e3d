"""The registry's facts: places and their tree, outbreaks, units and teams, people (as ids), accounts and their roles."""

from __future__ import annotations

from datetime import date, datetime

from ringfence.core.fact import Fact, Sealed
from ringfence.facts.ids import (
    AccountId,
    CaseId,
    HouseholdId,
    JurisdictionId,
    OutbreakId,
    PersonId,
    PlaceId,
    TeamId,
    UnitId,
)


class JurisdictionDeclared(Fact):
    """A place in the tree of command: a nation, province, city, …, grid cell or building. Its path never changes."""

    jurisdiction: JurisdictionId
    code: str  # lower-case letters, digits, - and _; its last step in the path
    level: str  # nation, province, city, county, township, community, cell, building, …
    names: dict[str, str]  # by language
    parent: JurisdictionId | None = None
    zone: str = "UTC"  # IANA time zone in which its days and deadlines count
    aliases: tuple[str, ...] = ()  # other people's codes and names for it
    population: int | None = None


class JurisdictionClosed(Fact):
    """A place is no longer used for new records; a successor is declared as a place of its own."""

    jurisdiction: JurisdictionId
    successor: JurisdictionId | None = None


class OutbreakDeclared(Fact):
    """A disease, in an area, from a day on, under a policy pack with its overlays."""

    outbreak: OutbreakId
    code: str  # short, upper case: the first part of its case numbers
    title: str
    disease: str
    pack: str
    jurisdiction: JurisdictionId
    overlays: tuple[str, ...] = ()
    begins_on: date | None = None


class ObjectiveSet(Fact):
    """A named person sets what the response must reach: so many days without a community case, by a day."""

    outbreak: OutbreakId
    by_on: date
    was_by_on: date | None = None
    clear_days: int | None = None


class OutbreakClosed(Fact):
    """The response to an outbreak is over."""

    outbreak: OutbreakId
    reason: str = ""


class UnitDeclared(Fact):
    """A unit of a command: an office or group, the functions it carries, and the unit above it."""

    unit: UnitId
    jurisdiction: JurisdictionId
    names: dict[str, str]
    functions: tuple[str, ...]  # investigation, tracing, sampling, isolation, supervision, …
    above: UnitId | None = None


class TeamDeclared(Fact):
    """A team within a unit."""

    team: TeamId
    unit: UnitId
    name: str


class TeamJoined(Fact):
    """An account works in a team."""

    team: TeamId
    account: AccountId


class TeamLeft(Fact):
    """An account no longer works in a team."""

    team: TeamId
    account: AccountId


class PlaceDeclared(Fact):
    """A place where people meet, are tested or stay: a shop, ward, site, school, restaurant and so on."""

    place: PlaceId
    jurisdiction: JurisdictionId
    name: str
    kind: str
    lat: float | None = None
    lon: float | None = None


class HouseholdDeclared(Fact):
    """People who live together."""

    household: HouseholdId
    jurisdiction: JurisdictionId
    people: tuple[PersonId, ...] = ()


class PersonRegistered(Fact):
    """Someone is known to the response. Residence, place of stay and responsible office are three things."""

    person: PersonId
    source: str  # whose code it is
    code: str  # their code for the person
    sex: str | None = None  # female, male, other
    birth_on: date | None = None
    age_years: float | None = None  # where only an age was given, at `at`
    residence: JurisdictionId | None = None
    stay: JurisdictionId | None = None
    office: JurisdictionId | None = None
    household: HouseholdId | None = None
    occupation: str | None = None
    note: Sealed | None = None  # what was said of somebody without papers


class PersonMoved(Fact):
    """A person's residence, stay or responsible office changed; None leaves one as it was."""

    person: PersonId
    residence: JurisdictionId | None = None
    was_residence: JurisdictionId | None = None
    stay: JurisdictionId | None = None
    was_stay: JurisdictionId | None = None
    office: JurisdictionId | None = None
    was_office: JurisdictionId | None = None


class IdentityKept(Fact):
    """Name, number, telephone or address of a person were kept, under the person's own key. No content here."""

    person: PersonId
    fields: tuple[str, ...]


class IdentityRevealed(Fact):
    """Someone was shown who a person is, for a purpose."""

    person: PersonId
    purpose: str
    fields: tuple[str, ...] = ()


class IdentityErased(Fact):
    """A person's key was destroyed: what was sealed with it can no longer be read by anyone."""

    person: PersonId
    reason: str


class PeopleMerged(Fact):
    """Two records are one person. Raw ids stay as they are; queries join through the kept one."""

    kept: PersonId
    merged: PersonId
    reason: str = ""


class PeopleParted(Fact):
    """A merge was wrong."""

    kept: PersonId
    merged: PersonId
    reason: str = ""


class PeopleToldApart(Fact):
    """Two alike records were looked at: they are two people."""

    one: PersonId
    other: PersonId


class PeopleLookedFor(Fact):
    """Someone asked whom on record a person may be: by a number, or by all that is known of them. No content here."""

    how: str  # id_number, phone, likeness
    people: tuple[PersonId, ...]  # found at the asker's places, likeliest first
    purpose: str = ""
    probabilities: tuple[float, ...] = ()  # of being one person, beside `people`; only by likeness


class KeptRowSettled(Fact):
    """A person dealt with something that could not be accepted and was kept as it came. No content here."""

    row: int
    door: str
    code: str  # why it was not accepted
    reason: str  # how it was dealt with


class PeopleLoaded(Fact):
    """A register's people were loaded from a file; the columnar file with this SHA-256 holds them."""

    sha256: str
    source: str
    people: int
    refused: int
    jurisdiction: JurisdictionId | None = None


class DossierOpened(Fact):
    """Someone opened or printed a whole file, for a purpose."""

    case: CaseId
    purpose: str
    revealed: bool = False


class ListExported(Fact):
    """Someone took a list out, for a purpose."""

    query: str
    rows: int
    purpose: str
    form: str = "csv"
    asked: tuple[str, ...] = ()  # the filters, as name=value


class FileKept(Fact):
    """A file was attached to something; its content lies encrypted beside the log, named by the hash of the ciphertext."""

    file: str
    about: str
    media_type: str
    bytes: int


class AccountOpened(Fact):
    """Someone may sign in."""

    account: AccountId
    language: str = "en"


class AccountClosed(Fact):
    """Someone may no longer sign in."""

    account: AccountId
    reason: str = ""


class OwnAccountChanged(Fact):
    """Someone changed how their own account signs in or reads. No content here."""

    account: AccountId
    what: str  # language, password


class RoleGranted(Fact):
    """An account has a role over a place and all beneath it."""

    account: AccountId
    role: str
    jurisdiction: JurisdictionId
    begins_at: datetime
    ends_at: datetime | None = None


class RoleWithdrawn(Fact):
    """An account no longer has a role over a place."""

    account: AccountId
    role: str
    jurisdiction: JurisdictionId


class TokenIssued(Fact):
    """A programme may act for an account, in part of its scope, until a moment. The secret itself is not here."""

    token: str
    account: AccountId
    ends_at: datetime
    mays: tuple[str, ...]


class TokenWithdrawn(Fact):
    """A programme may no longer act."""

    token: str


class ViewSaved(Fact):
    """Someone keeps the filters of a list under a name; saved again, the newer filters hold."""

    account: AccountId
    listed: str  # the list's name
    name: str
    asked: str  # the filters, as an address carries them


class ViewDropped(Fact):
    """Someone no longer wants a saved view."""

    account: AccountId
    listed: str
    name: str
