"""The outbreak that a file belongs to: named, the only one, or declared with the file."""

from __future__ import annotations

import re
from typing import NoReturn

from anyascii import anyascii

from ringfence.core.access import Who
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.facts.ids import JurisdictionId, OutbreakId, derive
from ringfence.registry import actions
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area
from ringfence.registry.queries.outbreaks import OutbreakRow, outbreak_row, outbreaks

UNKNOWN = "unknown-pathogen"
"""The pack for a disease that nobody has named yet."""


def outbreak_called(centre: Centre, who: Who, name: str, *, zone: str = "UTC", pack: str = "") -> OutbreakRow:
    """The outbreak with this title, code or id, or the only one; a new name is declared.

    Its pack is the one told, else one whose name stands in the title, else that of an unknown pathogen. Where no place
    is on record yet, a root is declared first. Raises Refused (`outbreak_not_named`).
    """
    found = _found(centre, who, name)
    if found is not None or not name.strip():
        return found or _nameless(centre, who)
    pack = pack or pack_named(centre, name)
    told = centre.tell(
        who, actions.declare_outbreak, jurisdiction=_root(centre, who, zone), code=_code(name), title=name.strip(),
        disease=pack if pack != UNKNOWN else name.strip(), pack=pack,
    )  # fmt: skip
    declared = outbreak_row(OutbreakId(getattr(told.facts[0], "outbreak")))  # noqa: B009 (facts are told apart at run time)
    assert declared is not None  # noqa: S101 (it was declared in the line above)
    return declared


def outbreak_known(centre: Centre, who: Who, name: str) -> OutbreakRow:
    """The outbreak with this title, code or id, or the only one. Raises Refused (`outbreak_not_named`)."""
    return _found(centre, who, name) or _nameless(centre, who)


def _found(centre: Centre, who: Who, name: str) -> OutbreakRow | None:
    known: list[OutbreakRow] = centre.ask(who, outbreaks, closed=True)
    wanted = name.strip().lower()
    if not wanted:
        return known[0] if len(known) == 1 else None
    return next((each for each in known if wanted in (each.title.lower(), each.code.lower(), each.id)), None)


def _nameless(centre: Centre, who: Who) -> NoReturn:
    known = ", ".join(each.title for each in centre.ask(who, outbreaks, closed=True))
    raise Refused("outbreak_not_named", known=known or "–")


def pack_named(centre: Centre, title: str) -> str:
    """The policy pack whose name, or its first word, stands in a title."""
    words = set(re.findall(r"[a-z0-9]+", title.lower()))
    for pack in sorted({each.id for each in centre.book.packs()}):
        first = pack.partition("-")[0]
        if pack.lower() == title.lower() or (first in words and len(first) > 3 and first not in ("base", "unknown")):  # noqa: PLR2004
            return pack
    return UNKNOWN


def _root(centre: Centre, who: Who, zone: str) -> JurisdictionId:
    tops: list[Area] = centre.ask(who, areas.jurisdictions)
    if tops:
        return tops[0].id
    told = centre.tell(
        who, actions.declare_jurisdiction, code="all", level="area", name_en="Whole area", name_zh="全域", zone=zone
    )
    return JurisdictionId(getattr(told.facts[0], "jurisdiction"))  # noqa: B009


def _code(name: str) -> str:
    """A short code from a title, made its own by a hash where another outbreak has it."""
    plain = re.sub(r"[^A-Z0-9]", "", anyascii(name).upper())[:12]
    taken = outbreak_row(OutbreakId(derive("outbreak", plain))) is not None
    return plain if len(plain) > 1 and not taken else f"{plain[:6]}{derive('o', name)[-4:].upper()}"


def area_named(text: str, outbreak: OutbreakRow) -> Area:
    """A place by its path, code, name or id; the outbreak's own where none is told. Raises Refused (`place_not_known`)."""
    if not text.strip():
        found = areas.area(outbreak.jurisdiction)
    else:
        path = text.strip().rstrip(".") + "."
        called = areas.area_called(text)
        found = areas.area(JurisdictionId(text)) or areas.area_at(path) or (areas.area(called) if called else None)
    if found is None:
        raise Refused("place_not_known", place=text)
    return found
