"""What people do about the tree of command and the sites in it."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringfence.core.access import Who
from ringfence.core.declare import action
from ringfence.core.errors import Refused
from ringfence.core.fact import Facts
from ringfence.facts.ids import JurisdictionId, PlaceId, derive
from ringfence.facts.registry import JurisdictionClosed, JurisdictionDeclared, PlaceDeclared
from ringfence.registry.queries import areas

_CODE = re.compile(r"[a-z0-9_-]{1,40}\Z")


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
