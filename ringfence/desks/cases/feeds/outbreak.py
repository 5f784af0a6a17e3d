"""The outbreak that a file belongs to: named, the only one, or declared with the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
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

ROOT = {"en": "Whole area", "zh": "全域"}
"""The first place of an empty installation."""

UNKNOWN = "unknown-pathogen"
"""The pack for a disease that nobody has named yet."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where the rows of a file belong. While `planned`, nothing is on record of the outbreak; `declared` puts it there."""

    outbreak: OutbreakRow
    area: Area
    planned: bool = False

    def declared(self, centre: Centre, who: Who, key: str | None = None) -> Belonging:
        """The same, with the outbreak (and the first place of an empty installation) on record.

        Told again under the same key, it is answered with the outbreak that it declared. Refused as the actions are.
        """
        if not self.planned:
            return self
        row = self.outbreak
        if areas.area(row.jurisdiction) is None:
            names = {"name_en": ROOT["en"], "name_zh": ROOT["zh"]}
            centre.tell(who, actions.declare_jurisdiction, code="all", level="area", zone=self.area.zone, **names)
        centre.tell(
            who, actions.declare_outbreak, key=key, jurisdiction=row.jurisdiction, code=row.code, title=row.title,
            disease=row.disease, pack=row.pack,
        )  # fmt: skip
        return Belonging(row, self.area)


def belonging(  # noqa: PLR0913 (what a person may say of it)
    centre: Centre, who: Who, name: str, *, at: str = "", zone: str = "UTC", pack: str = ""
) -> Belonging:
    """The outbreak with this title, code or id, or the only one, and a place in it; a new name is planned.

    Where no place is on record yet, a root is planned with it. Raises Refused (`outbreak_not_named`, `place_not_known`).
    """
    found = _found(centre, who, name)
    if found is not None or not name.strip():
        row = found or _nameless(centre, who)
        return Belonging(row, area_named(at, row))
    root = _root(centre, who, zone)
    row = planned(centre, name, root, pack)
    return Belonging(row, area_named(at, row) if at.strip() else root, planned=True)


def planned(centre: Centre, title: str, area: Area, pack: str = "", code: str = "") -> OutbreakRow:
    """An outbreak that is not on record yet, as it will be declared.

    Its pack is the one told, else one whose name stands in the title, else that of an unknown pathogen. Refused:
    `policy_pack_unknown`.
    """
    title = " ".join(title.split())
    pack = centre.book.load(pack).id if pack else pack_named(centre, title)
    code = code or _code(title)
    disease = pack if pack != UNKNOWN else title
    id_ = OutbreakId(derive("outbreak", code))
    return OutbreakRow(id_, code, title, disease, pack, (), area.id, area.path, None, None, None, closed=False)


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


def _root(centre: Centre, who: Who, zone: str) -> Area:
    """The asker's own top place; on an empty installation the one that will be declared."""
    tops: list[Area] = centre.ask(who, areas.jurisdictions)
    if tops:
        return tops[0]
    path = "all."
    return Area(JurisdictionId(derive("place", path)), path, "all", "area", dict(ROOT), None, zone, None, closed=False)


def _code(name: str) -> str:
    """A short code from a title, made its own by a hash where another outbreak has it."""
    plain = re.sub(r"[^A-Z0-9]", "", anyascii(name).upper())[:12]
    taken = outbreak_row(OutbreakId(derive("outbreak", plain))) is not None
    return plain if len(plain) > 1 and not taken else f"{plain[:6]}{derive('o', name)[-4:].upper()}"


def area_named(text: str, outbreak: OutbreakRow) -> Area:
    """A place by its path, code, name or id; the outbreak's own where none is told. Raises Refused (`place_not_known`)."""
    return area_called(text if text.strip() else outbreak.jurisdiction)


def area_called(text: str) -> Area:
    """A place by its path, code, name or id. Raises Refused (`place_not_known`)."""
    path = text.strip().rstrip(".") + "."
    called = areas.area_called(text)
    found = areas.area(JurisdictionId(text)) or areas.area_at(path) or (areas.area(called) if called else None)
    if found is None:
        raise Refused("place_not_known", place=text)
    return found
