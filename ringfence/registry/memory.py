"""How the registry remembers its facts."""

from __future__ import annotations

import orjson

from ringfence.core import db
from ringfence.core.declare import keeps
from ringfence.core.fact import Line, to_micros
from ringfence.facts.registry import (
    HouseholdDeclared,
    IdentityErased,
    JurisdictionClosed,
    JurisdictionDeclared,
    ObjectiveSet,
    OutbreakClosed,
    OutbreakDeclared,
    PeopleLoaded,
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
    UnitDeclared,
    ViewDropped,
    ViewSaved,
)
from ringfence.registry.queries import areas


@keeps(JurisdictionDeclared)
def a_jurisdiction(fact: JurisdictionDeclared, line: Line) -> None:
    """Its path is its parent's path and its code; its codes and names are aliases."""
    del line
    above = (areas.path_of(fact.parent) or "") if fact.parent else ""
    path = f"{above}{fact.code}."
    db.write(
        "registry_jurisdiction",
        "INSERT INTO registry_jurisdiction (id, path, code, level, names, parent, zone, population, closed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (id) DO UPDATE SET names = excluded.names,"
        " zone = excluded.zone, population = excluded.population",
        (
            fact.jurisdiction,
            path,
            fact.code,
            fact.level,
            orjson.dumps(fact.names).decode(),
            fact.parent,
            fact.zone,
            fact.population,
        ),
    )
    for called in dict.fromkeys([fact.code, path.rstrip("."), *fact.names.values(), *fact.aliases]):
        _alias("jurisdiction", "any", called, fact.jurisdiction)


def _alias(what: str, source: str, code: str, id_of: str) -> None:
    """The first to be called something keeps the name; a namesake is found by its full path."""
    db.write(
        "registry_alias",
        "INSERT INTO registry_alias (what, source, code, id_of) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (what, source, code) DO NOTHING",
        (what, source, code.strip().lower(), id_of),
    )


@keeps(JurisdictionClosed)
def a_closed_jurisdiction(fact: JurisdictionClosed, line: Line) -> None:
    """It stays in the tree, out of the pickers."""
    del line
    db.write(
        "registry_jurisdiction",
        "UPDATE registry_jurisdiction SET closed = TRUE WHERE id = %s",
        (fact.jurisdiction,),
    )


@keeps(OutbreakDeclared)
def an_outbreak(fact: OutbreakDeclared, line: Line) -> None:
    """With the pack it is handled under."""
    del line
    db.write(
        "registry_outbreak",
        "INSERT INTO registry_outbreak (id, code, title, disease, pack, overlays, jurisdiction, path, begins_on, closed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, FALSE) ON CONFLICT (id) DO UPDATE SET title = excluded.title,"
        " pack = excluded.pack, overlays = excluded.overlays, begins_on = excluded.begins_on",
        (
            fact.outbreak,
            fact.code,
            fact.title,
            fact.disease,
            fact.pack,
            ",".join(fact.overlays),
            fact.jurisdiction,
            areas.path_of(fact.jurisdiction) or "",
            fact.begins_on and fact.begins_on.isoformat(),
        ),
    )


@keeps(ObjectiveSet)
def an_objective(fact: ObjectiveSet, line: Line) -> None:
    """What the response must reach, and by when."""
    del line
    db.write(
        "registry_outbreak",
        "UPDATE registry_outbreak SET by_on = %s, clear_days = coalesce(%s, clear_days) WHERE id = %s",
        (fact.by_on.isoformat(), fact.clear_days, fact.outbreak),
    )


@keeps(OutbreakClosed)
def a_closed_outbreak(fact: OutbreakClosed, line: Line) -> None:
    """It stays on record."""
    del line
    db.write("registry_outbreak", "UPDATE registry_outbreak SET closed = TRUE WHERE id = %s", (fact.outbreak,))


@keeps(UnitDeclared)
def a_unit(fact: UnitDeclared, line: Line) -> None:
    """And the functions it carries at its place."""
    del line
    path = areas.path_of(fact.jurisdiction) or ""
    db.write(
        "registry_unit",
        "INSERT INTO registry_unit (id, jurisdiction, path, names, above) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET names = excluded.names, above = excluded.above",
        (fact.unit, fact.jurisdiction, path, orjson.dumps(fact.names).decode(), fact.above),
    )
    db.write("registry_unit_function", "DELETE FROM registry_unit_function WHERE unit = %s", (fact.unit,))
    for function in fact.functions:
        db.write(
            "registry_unit_function",
            "INSERT INTO registry_unit_function (function, path, unit) VALUES (%s, %s, %s)",
            (function, path, fact.unit),
        )


@keeps(TeamDeclared)
def a_team(fact: TeamDeclared, line: Line) -> None:
    """Within its unit."""
    del line
    db.write(
        "registry_team",
        "INSERT INTO registry_team (id, unit, name) VALUES (%s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, name = excluded.name",
        (fact.team, fact.unit, fact.name),
    )


@keeps(TeamJoined)
def a_team_member(fact: TeamJoined, line: Line) -> None:
    """Once, however often told."""
    del line
    db.write(
        "registry_team_member",
        "INSERT INTO registry_team_member (team, account) VALUES (%s, %s) ON CONFLICT (account, team) DO NOTHING",
        (fact.team, fact.account),
    )


@keeps(TeamLeft)
def a_former_team_member(fact: TeamLeft, line: Line) -> None:
    """No longer listed."""
    del line
    db.write(
        "registry_team_member",
        "DELETE FROM registry_team_member WHERE team = %s AND account = %s",
        (fact.team, fact.account),
    )


@keeps(PlaceDeclared)
def a_place(fact: PlaceDeclared, line: Line) -> None:
    """Where it lies."""
    del line
    db.write(
        "registry_place",
        "INSERT INTO registry_place (id, jurisdiction, path, name, kind, lat, lon) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, lat = excluded.lat, lon = excluded.lon",
        (
            fact.place,
            fact.jurisdiction,
            areas.path_of(fact.jurisdiction) or "",
            fact.name,
            fact.kind,
            fact.lat,
            fact.lon,
        ),
    )


@keeps(HouseholdDeclared)
def a_household(fact: HouseholdDeclared, line: Line) -> None:
    """And who lives in it."""
    del line
    db.write(
        "registry_household",
        "INSERT INTO registry_household (id, path) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING",
        (fact.household, areas.path_of(fact.jurisdiction) or ""),
    )
    for each in fact.people:
        db.write("registry_person", "UPDATE registry_person SET household = %s WHERE id = %s", (fact.household, each))


def _path(jurisdiction: str | None) -> str | None:
    return areas.path_of(jurisdiction) if jurisdiction else None


_GUESSED = (
    ", office = CASE WHEN registry_person.residence IS NULL AND registry_person.stay IS NULL"
    " THEN excluded.office ELSE registry_person.office END"
)
"""Nobody knew where they live or stay: whoever met them was taken for answering for them."""


@keeps(PersonRegistered)
def a_person(fact: PersonRegistered, line: Line) -> None:
    """A second registration fills in what was not known; an office that was only guessed gives way to one told."""
    residence, stay = _path(fact.residence), _path(fact.stay)
    told = _path(fact.office) or stay or residence
    given_way = _GUESSED if told else ""
    db.write(
        "registry_person",
        "INSERT INTO registry_person (id, source, code, sex, birth_on, age_years, residence, stay, office, household,"
        " occupation, canonical, registered_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET sex = coalesce(excluded.sex, registry_person.sex),"
        " birth_on = coalesce(excluded.birth_on, registry_person.birth_on),"
        " age_years = coalesce(excluded.age_years, registry_person.age_years),"
        " residence = coalesce(excluded.residence, registry_person.residence),"
        " stay = coalesce(excluded.stay, registry_person.stay),"
        " household = coalesce(excluded.household, registry_person.household),"
        f" occupation = coalesce(excluded.occupation, registry_person.occupation){given_way}",
        (
            fact.person,
            fact.source,
            fact.code,
            fact.sex,
            fact.birth_on and fact.birth_on.isoformat(),
            fact.age_years,
            residence,
            stay,
            told or line.jurisdiction,
            fact.household,
            fact.occupation,
            fact.person,
            to_micros(fact.at),
        ),
    )


@keeps(PersonMoved)
def a_moved_person(fact: PersonMoved, line: Line) -> None:
    """Only what was told changes."""
    del line
    db.write(
        "registry_person",
        "UPDATE registry_person SET residence = coalesce(%s, residence), stay = coalesce(%s, stay),"
        " office = coalesce(%s, office) WHERE id = %s",
        (_path(fact.residence), _path(fact.stay), _path(fact.office), fact.person),
    )


@keeps(PeopleMerged)
def a_merged_person(fact: PeopleMerged, line: Line) -> None:
    """Whoever was merged into them before follows."""
    del line
    db.write(
        "registry_person",
        "UPDATE registry_person SET canonical = %s WHERE canonical = %s",
        (fact.kept, fact.merged),
    )


@keeps(PeopleParted)
def a_parted_person(fact: PeopleParted, line: Line) -> None:
    """The merged record stands for itself again."""
    del line
    db.write("registry_person", "UPDATE registry_person SET canonical = id WHERE id = %s", (fact.merged,))


@keeps(PeopleToldApart)
def two_people(fact: PeopleToldApart, line: Line) -> None:
    """They are not asked about again."""
    del line
    one, other = sorted((fact.one, fact.other))
    db.write(
        "registry_told_apart",
        "INSERT INTO registry_told_apart (one, other) VALUES (%s, %s) ON CONFLICT (one, other) DO NOTHING",
        (one, other),
    )


@keeps(IdentityErased)
def an_erased_identity(fact: IdentityErased, line: Line) -> None:
    """So that a register loaded later does not bring it back."""
    del line
    db.write(
        "registry_erased",
        "INSERT INTO registry_erased (person) VALUES (%s) ON CONFLICT (person) DO NOTHING",
        (fact.person,),
    )


@keeps(PeopleLoaded)
def a_loaded_file(fact: PeopleLoaded, line: Line) -> None:
    """Whose columns lie beside the log, named by hash."""
    del line
    db.write(
        "registry_loaded_file",
        "INSERT INTO registry_loaded_file (sha256, source, people, path, loaded_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (sha256) DO NOTHING",
        (fact.sha256, fact.source, fact.people, _path(fact.jurisdiction), to_micros(fact.at)),
    )


@keeps(RoleGranted)
def a_grant(fact: RoleGranted, line: Line) -> None:
    """The newest telling of a role at a place counts."""
    del line
    db.write(
        "registry_grant",
        "INSERT INTO registry_grant (account, role, jurisdiction, path, begins_at, ends_at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (account, role, jurisdiction) DO UPDATE SET begins_at = excluded.begins_at, ends_at = excluded.ends_at",
        (
            fact.account,
            fact.role,
            fact.jurisdiction,
            areas.path_of(fact.jurisdiction) or "",
            to_micros(fact.begins_at),
            fact.ends_at and to_micros(fact.ends_at),
        ),
    )


@keeps(RoleWithdrawn)
def a_withdrawn_grant(fact: RoleWithdrawn, line: Line) -> None:
    """Gone from now on; the log still knows it."""
    del line
    db.write(
        "registry_grant",
        "DELETE FROM registry_grant WHERE account = %s AND role = %s AND jurisdiction = %s",
        (fact.account, fact.role, fact.jurisdiction),
    )


@keeps(ViewSaved)
def a_saved_view(fact: ViewSaved, line: Line) -> None:
    """The newest filters under a name."""
    del line
    db.write(
        "registry_view",
        "INSERT INTO registry_view (account, listed, name, asked) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (account, listed, name) DO UPDATE SET asked = excluded.asked",
        (fact.account, fact.listed, fact.name, fact.asked),
    )


@keeps(ViewDropped)
def a_dropped_view(fact: ViewDropped, line: Line) -> None:
    """Gone from the list's head."""
    del line
    db.write(
        "registry_view",
        "DELETE FROM registry_view WHERE account = %s AND listed = %s AND name = %s",
        (fact.account, fact.listed, fact.name),
    )
