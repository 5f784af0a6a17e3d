"""Policy packs: numbers with sources, one pack per disease, place and period, laid over each other.

The type says what a number is (`desks/<desk>/policy.py`), the pack says where it comes from (`policies/*.toml`).
A number seen once (F3) or unverified (K) never overrides a better founded one and never reaches a `Policy`: it is kept
as advice, for pages to show, until an overlay states it again with `signed_off`, the name of who answers for it. The
product's own settings are K too; they claim no published rule, and are in force.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ringfence.core.errors import Refused
from ringfence.core.policy_file import Kind, Pack, Steps, read_pack
from ringfence.core.policy_layers import (
    check_fit,
    fits,
    gaps,
    kind_of,
    laid,
    missing,
    policy_of,
)
from ringfence.core.policy_values import (
    NOTHING_NEAR,
    WORDING,
    Between,
    Certainty,
    Number,
    nearest,
    parse_span,
    slots,
    weakest,
    write_span,
)

__all__ = [
    "NOTHING_NEAR",
    "WORDING",
    "Between",
    "Book",
    "Certainty",
    "Kind",
    "Number",
    "Pack",
    "Row",
    "check",
    "nearest",
    "parse_span",
    "reference_rows",
    "slots",
    "write_span",
]

SHIPPED = Path(__file__).resolve().parent.parent / "policies"
"""The packs that come with the product; a user's own folder may stand beside it."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    """The numbers of one desk under a pack and its overlays."""

    policy: Any
    numbers: Mapping[Steps, Number]
    advice: Mapping[Steps, Number]


class Book:
    """All packs of some folders, and the numbers they give each desk.

    A pack with a problem is kept, but asking it for anything raises that problem; the others stay usable. Where a pack
    is there in several versions, its bare id means the newest, and `id@version` any.
    """

    def __init__(self, folders: Sequence[Path], sections: Mapping[str, type], *, alone: bool = False) -> None:
        """Read every `*.toml` of the folders against the `Policy` types of the desks.

        `alone`: one desk reads its own numbers; the sections of others are passed over, neither read nor refused.
        """
        self.sections = dict(sections)
        self._packs: dict[str, Pack] = {}
        self._unreadable: list[Pack] = []
        self._doubles: list[Refused] = []
        for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
            self._take(read_pack(file, self.sections, alone=alone))
        self._newest: dict[str, str] = {}
        for version, pack in sorted(self._packs.items(), key=lambda item: item[1].header.version):  # type: ignore[union-attr]
            self._newest[pack.id] = version
        self._resolved: dict[tuple[str, str, tuple[str, ...]], _Resolved] = {}
        self._versions: dict[tuple[str, tuple[str, ...]], str] = {}

    def _take(self, pack: Pack) -> None:
        if pack.header is None:
            self._unreadable.append(pack)
        elif pack.version in self._packs:
            other = self._packs[pack.version].file.name
            self._doubles.append(Refused("policy_pack_twice", pack=pack.version, file=pack.file.name, other=other))
        else:
            self._packs[pack.version] = pack

    # -- packs --

    def packs(self) -> list[Pack]:
        """Every readable pack, in the order of their ids and versions; each may still have problems."""
        return [self._packs[version] for version in sorted(self._packs)]

    def load(self, pack_id: str) -> Pack:
        """One pack by `id` (the newest) or `id@version`; raises its first problem, or refuses an unknown id."""
        pack = self._find(pack_id)
        for member in self._chain(pack):
            if member.problems:
                raise member.problems[0]
        return pack

    def _find(self, pack_id: str) -> Pack:
        pack = self._packs.get(self._newest.get(pack_id, pack_id))
        if pack is not None:
            return pack
        for broken in self._unreadable:
            if broken.id == pack_id:
                raise broken.problems[0]
        known = sorted({*self._newest})
        near = nearest(pack_id.partition("@")[0], known)
        raise Refused("policy_pack_unknown", pack=pack_id, nearest=near, known=", ".join(known))

    def _chain(self, pack: Pack) -> list[Pack]:
        """The pack and all it extends, the furthest first; refuses a cycle, a gap and a chain of unlike kinds."""
        chain = [pack]
        while (header := chain[-1].header) is not None and header.extends:
            told = {"pack": chain[-1].version, "extends": header.extends}
            above = self._packs.get(self._newest.get(header.extends, header.extends))
            if above is None:
                known = sorted(self._packs)
                raise Refused("policy_extends_unknown", **told, nearest=nearest(header.extends, known))
            if above in chain:
                raise Refused("policy_extends_cycle", **told, chain=" → ".join(p.version for p in [*chain, above]))
            if (kind_of(above) is Kind.OVERLAY) != (header.kind is Kind.OVERLAY):
                raise Refused("policy_extends_unlike", **told, kind=header.kind.value, other=kind_of(above).value)
            chain.append(above)
        return chain[::-1]

    def _layers(self, pack_id: str, overlays: Iterable[str]) -> list[Pack]:
        """Every pack that has a say, in the order in which they are laid: later ones override."""
        pack = self.load(pack_id)
        if kind_of(pack) is Kind.OVERLAY:
            raise Refused("policy_overlay_alone", pack=pack.version)
        layers = self._chain(pack)
        for overlay_id in overlays:
            overlay = self.load(overlay_id)
            check_fit(pack, overlay)
            layers += [member for member in self._chain(overlay) if member not in layers]
        return layers

    # -- versions --

    def version(self, pack_id: str, overlays: Sequence[str] = ()) -> str:
        """What a decision stores: `cn-covid-2021@3+hlj-2021@1`, enough to find the same numbers again."""
        key = (pack_id, tuple(overlays))
        if key not in self._versions:
            self._layers(pack_id, overlays)
            self._versions[key] = "+".join(self._find(name).version for name in (pack_id, *overlays))
        return self._versions[key]

    def numbers_of(self, version: str, desk: str) -> Any:
        """The numbers under a stored version; refuses by name when one of its packs is no longer in the folders."""
        first, *rest = version.split("+")
        for part in (first, *rest):
            if part not in self._packs:
                held = [known for known in sorted(self._packs) if known.partition("@")[0] == part.partition("@")[0]]
                raise Refused("policy_version_gone", version=version, part=part, held=", ".join(held) or NOTHING_NEAR)
        return self.numbers(desk, first, tuple(rest))

    # -- numbers --

    def numbers(self, desk: str, pack_id: str, overlays: Sequence[str] = ()) -> Any:
        """A desk's `Policy`, complete, or refused by the name of what is missing or wrong."""
        known = self._resolved.get((desk, pack_id, tuple(overlays)))
        return known.policy if known is not None else self._resolve(desk, pack_id, tuple(overlays)).policy

    def number(self, desk: str, field: str, pack_id: str, overlays: Sequence[str] = ()) -> Number:
        """One number with its source. A table as a whole has the sources of its entries and the weakest certainty."""
        resolved = self._resolve(desk, pack_id, tuple(overlays))
        found = {**resolved.advice, **resolved.numbers}
        steps = tuple(field.split("."))
        if steps in found:
            return found[steps]
        within = [number for path, number in found.items() if path[: len(steps)] == steps]
        if not within:
            near = nearest(field, [".".join(path) for path in found])
            raise Refused("policy_number_unknown", desk=desk, field=field, pack=pack_id, nearest=near)
        return Number(
            field=field,
            value={number.field: number.value for number in within},
            source="; ".join(dict.fromkeys(number.source for number in within)),
            certainty=weakest(number.certainty for number in within if number.certainty is not None),
            from_pack=", ".join(dict.fromkeys(number.from_pack for number in within)),
        )

    def all_numbers(self, desk: str, pack_id: str, overlays: Sequence[str] = ()) -> list[Number]:
        """Every number in force for a desk under a pack, wording left out, in the order of the desk's fields."""
        return self._in_order(desk, self._resolve(desk, pack_id, tuple(overlays)).numbers)

    def advice(self, desk: str, pack_id: str, overlays: Sequence[str] = ()) -> list[Number]:
        """The numbers that are only shown: seen once or unverified, and not signed off by a named person."""
        return self._in_order(desk, self._resolve(desk, pack_id, tuple(overlays)).advice)

    def _in_order(self, desk: str, numbers: Mapping[Steps, Number]) -> list[Number]:
        order = list(slots(self._section(desk)))
        ordered = sorted(numbers.items(), key=lambda item: (order.index(item[0][0]), item[0]))
        return [number for _, number in ordered if number.certainty is not None]

    def unverified(self, pack_id: str, overlays: Sequence[str] = ()) -> list[tuple[str, Number]]:
        """(desk, number) for each number without a published source, in force or advice: pages say so beside it."""
        return [
            (desk, number)
            for desk in self.sections
            for ask in (self.all_numbers, self.advice)
            for number in ask(desk, pack_id, overlays)
            if number.unverified
        ]

    # -- resolution --

    def _section(self, desk: str) -> type:
        if desk not in self.sections:
            raise Refused(
                "policy_desk_unknown",
                desk=desk,
                nearest=nearest(desk, self.sections),
                known=", ".join(sorted(self.sections)),
            )
        return self.sections[desk]

    def _resolve(self, desk: str, pack_id: str, overlays: tuple[str, ...]) -> _Resolved:
        key = (desk, pack_id, overlays)
        if key not in self._resolved:
            kind = self._section(desk)
            numbers, advice = laid(self._layers(pack_id, overlays), desk)
            version = self.version(pack_id, overlays)
            self._resolved[key] = _Resolved(policy_of(kind, numbers, version, desk), numbers, advice)
        return self._resolved[key]

    def problems(self) -> list[Refused]:
        """Everything wrong with every pack: what is in the files, and what shows only when they are laid together."""
        found = [problem for pack in (*self._unreadable, *self.packs()) for problem in pack.problems]
        found += self._doubles
        whole = []
        for pack in self.packs():
            try:
                chain = self._chain(pack)
            except Refused as refusal:
                found.append(refusal)
                continue
            if not any(member.problems for member in chain):
                whole.append((pack, chain))
        overlays = [(pack, chain) for pack, chain in whole if kind_of(pack) is Kind.OVERLAY]
        for pack, chain in whole:
            if kind_of(pack) is Kind.DISEASE:
                fitting = [over for other, over in overlays if fits(pack, other)]
                found += self._together(pack, chain, fitting)
        return found

    def _together(self, pack: Pack, chain: list[Pack], overlays: list[list[Pack]]) -> Iterator[Refused]:
        for desk, kind in self.sections.items():
            numbers, _ = laid(chain, desk)
            absent = [missing(pack.version, desk, gap) for gap in gaps(kind, numbers)]
            yield from absent
            if absent:
                continue
            for over in ([], *overlays):
                numbers, _ = laid([*chain, *over], desk)
                try:
                    policy_of(kind, numbers, "+".join([pack.version, *(member.version for member in over[-1:])]), desk)
                except Refused as refusal:
                    yield refusal


# -- checking and documenting -----------------------------------------------------------------------------------------


def check(folders: Sequence[Path], sections: Mapping[str, type]) -> list[Refused]:
    """Every problem of every pack at once, for `ringfence policy check`; an empty list is a clean bill."""
    return Book(folders, sections).problems()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the reference of numbers."""

    pack: str
    desk: str
    field: str
    value: str
    unit: str
    source: str
    certainty: str


_UNITS = {"_days": "d", "_m": "m", "_km": "km", "_c": "°C"}
_TWO_DAYS = timedelta(days=2)
_SHORT_SPANS = (("h", timedelta(hours=1)), ("min", timedelta(minutes=1)), ("s", timedelta(seconds=1)))


def with_unit(field: str, value: Any) -> tuple[str, str]:
    """(value, unit) as a page shows them: a span of more than two days in days, else in the largest whole unit."""
    if isinstance(value, timedelta):
        if value > _TWO_DAYS:
            return f"{value / timedelta(days=1):g}", "d"
        for unit, size in _SHORT_SPANS:
            if value % size == timedelta():
                return str(value // size), unit
        return write_span(value), "ISO 8601"
    if isinstance(value, tuple):
        whole = all(isinstance(item, str | int | float | date) for item in value)
        return ", ".join(str(item) if whole else getattr(item, "name", str(item)) for item in value), ""
    if dataclasses.is_dataclass(value):
        return "; ".join(f"{key} {part}" for key, part in vars(value).items()), ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text, next((unit for ending, unit in _UNITS.items() if field.endswith(ending)), "")


def reference_rows(book: Book) -> list[Row]:
    """The numbers each pack itself gives, in the order of packs and desks, for the generated reference."""
    rows = []
    for pack, desk in itertools.product(book.packs(), book.sections):
        for number in pack.numbers.get(desk, {}).values():
            if number.certainty is None:
                continue
            value, unit = with_unit(number.field, number.value)
            source = number.source + (f" [{number.formula}]" if number.formula else "")
            told = {"field": number.field, "value": value, "unit": unit, "source": source}
            rows.append(Row(pack=pack.version, desk=desk, **told, certainty=number.certainty.value))
    return rows
