"""What people do at the registry: places, outbreaks, units, people and accounts."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringfence.core.access import MAYS, ROLES, Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts, to_micros
from ringfence.facts.ids import (
    AccountId,
    HouseholdId,
    JurisdictionId,
    OutbreakId,
    PersonId,
    PlaceId,
    TeamId,
    UnitId,
    derive,
)
from ringfence.facts.registry import (
    AccountClosed,
    AccountOpened,
    IdentityErased,
    IdentityKept,
    IdentityRevealed,
    JurisdictionClosed,
    JurisdictionDeclared,
    ObjectiveSet,
    OutbreakClosed,
    OutbreakDeclared,
    PeopleMerged,
    PeopleParted,
    PeopleToldApart,
    PersonMoved,
    PersonRegistered,
    PlaceDeclared,
    RoleGranted,
    RoleWithdrawn,
    TeamDeclared,
    TeamJoined,
    TeamLeft,
    TokenIssued,
    TokenWithdrawn,
    UnitDeclared,
)
from ringfence.registry import account_keeping, identities
from ringfence.registry.identities import Identity
from ringfence.registry.queries import accounts, areas, outbreaks, people, units

_CODE = re.compile(r"[a-z0-9_-]{1,40}\Z")


# -- places -----------------------------------------------------------------------------------------------------------


@action(may="arrange", many=False)
def declare_jurisdiction(  # noqa: PLR0913 (a place has these fields)
    who: Who,
    *,
    parent: JurisdictionId | None = None,
    code: str,
    level: str,
    name_en: str,
    name_zh: str = "",
    zone: str = "",
    population: int | None = None,
    at: datetime,
) -> Facts:
    """Declare a place in the tree of command."""
    if not _CODE.match(code):
        raise Refused("code_unfit", code=code)
    above = areas.area(parent) if parent else None
    if parent is None and "" not in who.scope("arrange").paths:
        raise Refused("root_not_yours", code=code)
    zone = zone or (above.zone if above else "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused("zone_unknown", zone=zone) from error
    path = f"{above.path if above else ''}{code}."
    if (there := areas.area_at(path)) is not None:
        raise Refused("jurisdiction_there", path=path, name=there.name())
    yield JurisdictionDeclared(
        jurisdiction=JurisdictionId(derive("place", path)),
        code=code,
        level=level,
        names={"en": name_en, **({"zh": name_zh} if name_zh else {})},
        parent=parent,
        zone=zone,
        population=population,
        at=at,
    )


@action(may="arrange", many=False)
def close_jurisdiction(who: Who, *, jurisdiction: JurisdictionId, at: datetime) -> Facts:
    """Close a place: it stays on record, out of the pickers."""
    del who
    yield JurisdictionClosed(jurisdiction=jurisdiction, at=at)


@action(may="arrange", many=False)
def declare_place(  # noqa: PLR0913 (a place has these fields)
    who: Who,
    *,
    jurisdiction: JurisdictionId,
    name: str,
    kind: str,
    lat: float | None = None,
    lon: float | None = None,
    at: datetime,
) -> Facts:
    """Declare a place where people meet, are tested or stay."""
    del who
    place = PlaceId(derive("site", jurisdiction, kind, name))
    yield PlaceDeclared(place=place, jurisdiction=jurisdiction, name=name, kind=kind, lat=lat, lon=lon, at=at)


# -- outbreaks --------------------------------------------------------------------------------------------------------


@action(may="decide", many=False)
def declare_outbreak(  # noqa: PLR0913 (an outbreak has these fields)
    who: Who,
    *,
    jurisdiction: JurisdictionId,
    code: str,
    title: str,
    disease: str,
    pack: str,
    overlays: tuple[str, ...] = (),
    begins_on: date | None = None,
    at: datetime,
) -> Facts:
    """Declare an outbreak: a disease, in an area, under a policy pack."""
    del who
    code = code.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{2,12}", code):
        raise Refused("outbreak_code_unfit", code=code)
    outbreak = OutbreakId(derive("outbreak", code))
    if outbreaks.outbreak_row(outbreak) is not None:
        raise Refused("outbreak_there", code=code)
    yield OutbreakDeclared(
        outbreak=outbreak,
        code=code,
        title=title,
        disease=disease,
        pack=pack,
        jurisdiction=jurisdiction,
        overlays=overlays,
        begins_on=begins_on,
        at=at,
    )


@action(may="decide", many=False)
def set_objective(who: Who, *, outbreak: OutbreakId, by_on: date, clear_days: int | None = None, at: datetime) -> Facts:
    """Set what the response must reach: so many days without a community case, by a day."""
    row = _own(who, outbreak)
    yield ObjectiveSet(outbreak=outbreak, by_on=by_on, was_by_on=row.by_on, clear_days=clear_days, at=at)


@action(may="decide", many=False)
def close_outbreak(who: Who, *, outbreak: OutbreakId, reason: str, at: datetime) -> Facts:
    """Close an outbreak: the response is over."""
    _own(who, outbreak)
    yield OutbreakClosed(outbreak=outbreak, reason=reason, at=at)


def _own(who: Who, outbreak: OutbreakId) -> outbreaks.OutbreakRow:
    """An outbreak whose whole area lies within the decider's places."""
    row = outbreaks.outbreak_row(outbreak)
    if row is None or not who.scope("decide").covers(row.path):
        raise Refused("outbreak_unknown", outbreak=outbreak)
    return row


# -- units and teams --------------------------------------------------------------------------------------------------


@action(may="arrange", many=False)
def declare_unit(  # noqa: PLR0913 (a unit has these fields)
    who: Who,
    *,
    jurisdiction: JurisdictionId,
    code: str,
    name_en: str,
    name_zh: str = "",
    functions: tuple[str, ...] = (),
    above: UnitId | None = None,
    at: datetime,
) -> Facts:
    """Declare a unit of a command, with the functions it carries and the unit above it."""
    del who
    unit = UnitId(derive("unit", jurisdiction, code))
    if above == unit:
        raise Refused("unit_above_itself", code=code)
    names = {"en": name_en, **({"zh": name_zh} if name_zh else {})}
    yield UnitDeclared(unit=unit, jurisdiction=jurisdiction, names=names, functions=functions, above=above, at=at)


@action(may="arrange", many=False)
def declare_team(who: Who, *, unit: UnitId, name: str, at: datetime) -> Facts:
    """Declare a team within a unit."""
    del who
    yield TeamDeclared(team=TeamId(derive("team", unit, name)), unit=unit, name=name, at=at)


@action(may="arrange")
def leave_team(who: Who, *, team: TeamId, account: AccountId, at: datetime) -> Facts:
    """Take an account out of a team."""
    del who
    yield TeamLeft(team=team, account=account, at=at)


@action(may="arrange", undo=leave_team)
def join_team(who: Who, *, team: TeamId, account: AccountId, at: datetime) -> Facts:
    """Put an account into a team."""
    del who
    if units.place_of_team(team) is None:
        raise Refused("team_unknown", team=team)
    yield TeamJoined(team=team, account=account, at=at)


# -- people -----------------------------------------------------------------------------------------------------------


@action(may="report", many=False)
def register_person(  # noqa: PLR0913 (a person has these fields)
    who: Who,
    *,
    office: JurisdictionId,
    residence: JurisdictionId | None = None,
    stay: JurisdictionId | None = None,
    sex: str | None = None,
    birth_on: date | None = None,
    age_years: float | None = None,
    household: HouseholdId | None = None,
    occupation: str | None = None,
    code: str = "",
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    at: datetime,
) -> Facts:
    """Register someone, as an id; who they are is kept apart, under their own key."""
    code = code.strip() or derive("P", who.by, to_micros(at)).rpartition("_")[2][:8].upper()
    if people.person_coded(who.by, code) is not None:
        raise Refused("person_there", code=code)
    person = PersonId(derive("person", who.by, code))
    yield PersonRegistered(
        person=person,
        source=who.by,
        code=code,
        sex=sex,
        birth_on=birth_on,
        age_years=age_years,
        residence=residence,
        stay=stay,
        office=office,
        household=household,
        occupation=occupation,
        at=at,
    )
    told = Identity(name, id_number or None, phone or None, address or None)
    if told.fields():
        yield IdentityKept(person=person, fields=identities.keep(person, told).fields(), at=at)


@action(may="investigate", many=False)
def keep_identity(  # noqa: PLR0913 (an identity has these fields)
    who: Who,
    *,
    person: PersonId,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    at: datetime,
) -> Facts:
    """Keep or correct who a person is; what is left empty stays as it was."""
    del who
    told = Identity(name, id_number or None, phone or None, address or None)
    if not told.fields():
        raise Refused("identity_empty", person=person)
    identities.keep(person, told)
    yield IdentityKept(person=person, fields=told.fields(), at=at)


@action(may="reveal", many=False)
def reveal_identity(who: Who, *, person: PersonId, purpose: str, at: datetime) -> Facts:
    """Look at who a person is; the purpose goes on record first."""
    del who
    if len(purpose.strip()) < 3:  # noqa: PLR2004 (a word)
        raise Refused("purpose_missing", what="reveal_identity")
    known = identities.opened(person)
    if known is None:
        raise Refused("identity_unknown", person=person)
    yield IdentityRevealed(person=person, purpose=purpose.strip(), fields=known.fields(), at=at)


@action(may="erase", many=False)
def erase_identity(who: Who, *, person: PersonId, reason: str, at: datetime) -> Facts:
    """Destroy a person's key: nobody can read who they are any more. There is no way back."""
    del who
    if not reason.strip():
        raise Refused("reason_missing", what="erase_identity")
    if identities.opened(person) is None:
        raise Refused("identity_unknown", person=person)
    identities.erase(person)
    yield IdentityErased(person=person, reason=reason.strip(), at=at)


@action(may="investigate", undo="itself")
def move_person(  # noqa: PLR0913 (three fields and what stood before)
    who: Who,
    *,
    person: PersonId,
    residence: JurisdictionId | None = None,
    stay: JurisdictionId | None = None,
    office: JurisdictionId | None = None,
    at: datetime,
) -> Facts:
    """Change where a person lives, stays, or which office is responsible."""
    del who
    known = people.person(person)
    if known is None:
        raise Refused("person_unknown", person=person)
    yield PersonMoved(
        person=person,
        residence=residence,
        was_residence=_id_at(known.residence),
        stay=stay,
        was_stay=_id_at(known.stay),
        office=office,
        was_office=_id_at(known.office),
        at=at,
    )


def _id_at(path: str | None) -> JurisdictionId | None:
    there = areas.area_at(path) if path else None
    return there.id if there else None


@action(may="merge")
def part_people(who: Who, *, kept: PersonId, merged: PersonId, reason: str = "", at: datetime) -> Facts:
    """Part two records that were merged wrongly."""
    del who
    if people.canonical(merged) != kept:
        raise Refused("not_merged", kept=kept, merged=merged)
    yield PeopleParted(kept=kept, merged=merged, reason=reason, at=at)


@action(may="merge", undo=part_people)
def merge_people(who: Who, *, kept: PersonId, merged: PersonId, reason: str = "", at: datetime) -> Facts:
    """Merge two records of one person; raw ids stay as they are."""
    del who
    if kept == merged or people.canonical(kept) == people.canonical(merged):
        raise Refused("already_one", kept=kept, merged=merged)
    yield PeopleMerged(kept=people.canonical(kept), merged=people.canonical(merged), reason=reason, at=at)


@action(may="merge")
def tell_apart(who: Who, *, one: PersonId, other: PersonId, at: datetime) -> Facts:
    """Put on record that two alike records are two people."""
    del who
    yield PeopleToldApart(one=one, other=other, at=at)


# -- accounts ---------------------------------------------------------------------------------------------------------


@action(may="admit", many=False)
def withdraw_role(who: Who, *, account: AccountId, role: str, jurisdiction: JurisdictionId, at: datetime) -> Facts:
    """Withdraw a role from an account."""
    del who
    path = areas.path_of(jurisdiction)
    if (role, path) not in {(held, where) for held, where, _, _ in accounts.grants_of(account)}:
        raise Refused("role_not_held", account=account, role=role)
    yield RoleWithdrawn(account=account, role=role, jurisdiction=jurisdiction, at=at)


@action(may="admit", undo=withdraw_role)
def grant_role(  # noqa: PLR0913 (a grant has these fields)
    who: Who,
    *,
    account: AccountId,
    role: str,
    jurisdiction: JurisdictionId,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Grant an account a role over a place and all beneath it, for a time."""
    del who
    if role not in ROLES:
        raise Refused("role_unknown", role=role, roles=", ".join(ROLES))
    if ends_at is not None and ends_at <= (begins_at or at):
        raise Refused("ends_before_it_begins", begins_at=begins_at or at, ends_at=ends_at)
    yield RoleGranted(
        account=account, role=role, jurisdiction=jurisdiction, begins_at=begins_at or at, ends_at=ends_at, at=at
    )


@action(may="admit", many=False)
def open_account(  # noqa: PLR0913 (an account has these fields)
    who: Who,
    *,
    name: str,
    shown_name: str,
    password_hash: str,
    role: str,
    jurisdiction: JurisdictionId,
    language: str = "en",
    email: str = "",
    ends_at: datetime | None = None,
    at: datetime,
) -> Facts:
    """Open an account with a role over a place; the password arrives already hashed."""
    name = name.strip().lower()
    if not re.fullmatch(r"[a-z0-9._@-]{2,64}", name):
        raise Refused("account_name_unfit", name=name)
    if account_keeping.account_named(name) is not None:
        raise Refused("account_there", name=name)
    account = AccountId(derive("account", name))
    account_keeping.keep_account(account, name, shown_name, password_hash, language, email)
    yield AccountOpened(account=account, language=language, at=at)
    yield from grant_role(who, account=account, role=role, jurisdiction=jurisdiction, ends_at=ends_at, at=at)


@action(may="admit")
def close_account(who: Who, *, account: AccountId, reason: str, at: datetime) -> Facts:
    """Close an account: nobody signs in with it any more."""
    if account == who.id:
        raise Refused("own_account", account=account)
    if not all(who.scope("admit").covers(path) for _, path, _, _ in accounts.grants_of(account)):
        raise Refused("account_beyond", account=account)
    account_keeping.close_account(account)
    yield AccountClosed(account=account, reason=reason, at=at)


@action(may="see", many=False)
def issue_token(who: Who, *, secret_hash: str, mays: tuple[str, ...], ends_at: datetime, at: datetime) -> Facts:
    """Let a programme act for one's own account, in part of what one may do, until a moment."""
    if ends_at <= at:
        raise Refused("ends_before_it_begins", begins_at=at, ends_at=ends_at)
    if beyond := [may for may in mays if may not in MAYS or not who.scope(may).paths]:
        raise Refused("token_beyond", mays=", ".join(beyond))
    token = derive("token", secret_hash)
    account_keeping.keep_token(token, secret_hash, AccountId(who.id), mays, ends_at)
    yield TokenIssued(token=token, account=AccountId(who.id), ends_at=ends_at, mays=mays, at=at)


@action(may="see", many=False)
def withdraw_token(who: Who, *, token: str, at: datetime) -> Facts:
    """Take a programme's token back."""
    if not accounts.holds_token(AccountId(who.id), token):
        raise Refused("token_unknown", token=token)
    account_keeping.withdraw_token(token)
    yield TokenWithdrawn(token=token, at=at)
