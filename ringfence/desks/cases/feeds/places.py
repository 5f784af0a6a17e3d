"""The places that a file names, found among the jurisdictions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from anyascii import anyascii

from ringfence.desks.cases.linelist.records import CaseRecord
from ringfence.facts.ids import JurisdictionId, derive
from ringfence.facts.registry import JurisdictionDeclared
from ringfence.registry.queries import areas

LEVELS = (("admin1", "province"), ("admin2", "district"), ("admin3", "township"))
"""Field and the level of a place declared from it, the widest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where someone lives: the place, whether it lies in the area asked about, and the texts that no place has."""

    area: JurisdictionId | None = None
    inside: bool = False
    left: tuple[tuple[str, str], ...] = ()


@dataclass
class Places:
    """Finds the places that a source names within an area, each distinct text once."""

    path: str
    source: str
    _known: dict[tuple[str | None, ...], Found] = field(default_factory=dict)

    def of(self, record: CaseRecord) -> Found:
        """Where a record's person lives: the narrowest place that can be found, and what is left unfound."""
        told = tuple(getattr(record, name) for name, _ in LEVELS)
        if told not in self._known:
            self._known[told] = self._find(told)
        return self._known[told]

    def _find(self, told: Sequence[str | None]) -> Found:
        at: str = self.path
        area, inside, left = None, False, []
        for (name, _), text in zip(LEVELS, told, strict=True):
            if not text:
                continue
            found = self._called(text, at)
            path = areas.path_of(found) if found else None
            if found is None or path is None:
                left.append((name, text))
                continue
            area, inside, at = found, path.startswith(self.path), path
        return Found(area, inside, tuple(left))

    def _called(self, text: str, above: str) -> JurisdictionId | None:
        """Beneath the place found so far, then in the area, then by whatever name the source or anyone gives it."""
        code = code_of(text)
        for path in dict.fromkeys((f"{above}{code}.", f"{self.path}{code}.")):
            there = areas.area_at(path)
            if there is not None and not there.closed:
                return there.id
        return areas.area_called(text, self.source)

    def missing(self, records: Sequence[CaseRecord], zone: str, at: datetime) -> Iterator[JurisdictionDeclared]:
        """The places to declare so that every text is found, the widest first, each once."""
        new: dict[str, JurisdictionId] = {}
        home = areas.area_at(self.path)
        for told in dict.fromkeys(tuple(getattr(record, name) for name, _ in LEVELS) for record in records):
            path, parent = self.path, home.id if home else None
            for (_, level), text in zip(LEVELS, told, strict=True):
                if not text:
                    continue
                found = new.get(f"{path}{code_of(text)}.") or self._called(text, path)
                if found is None:
                    code = code_of(text)
                    found = new[f"{path}{code}."] = JurisdictionId(derive("place", f"{path}{code}."))
                    yield JurisdictionDeclared(
                        jurisdiction=found, code=code, level=level, names={"en": text}, parent=parent, zone=zone, at=at
                    )
                    path = f"{path}{code}."
                else:
                    path = areas.path_of(found) or next(own for own, id_ in new.items() if id_ == found)
                parent = found
        self._known.clear()


def code_of(text: str) -> str:
    """A code for a place of this name: `Kissi Teng` is kissi-teng; one too long for a code ends in its hash."""
    plain = re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")
    if plain and len(plain) <= 40:  # noqa: PLR2004
        return plain
    return f"{plain[:30]}-{blake2b(text.encode(), digest_size=4).hexdigest()}".strip("-")
