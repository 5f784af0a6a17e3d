"""Who may already be on record: at entry among at most 200 opened identities, in bulk over pairs of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.core.vault import Vault
from ringfence.facts.ids import PersonId
from ringfence.registry.blocks import KINDS, Described, probes
from ringfence.registry.register.segments import Register, Segment
from ringfence.science import matching
from ringfence.science.matching import POSSIBLE, REVIEW, Match
from ringfence.science.names import likeness

AT_MOST = 200
"""Identities opened for one question."""

LARGEST_BLOCK = 60
"""A block of more people is too common a name to tell anyone apart by; in bulk it is passed over and counted."""


class Holder(Protocol):
    """Somewhere identities are held: the registers, or the rows of people entered one by one."""

    def having(self, kind: str, blinds: Sequence[int], at_most: int) -> Iterable[PersonId]:
        """The people under any of these keyed hashes of a kind, at most so many."""

    def described(self, people: Sequence[PersonId]) -> Iterable[tuple[PersonId, Described]]:
        """Those people unsealed; whoever was erased is left out."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone on record who may be the person asked about."""

    person: PersonId
    match: Match
    probability: float
    described: Described  # unsealed: whoever shows it records the reading


@dataclass(frozen=True, slots=True)
class Registered:
    """The registers as a `Holder`."""

    register: Register
    vault: Vault

    def having(self, kind: str, blinds: Sequence[int], at_most: int) -> Iterable[PersonId]:
        """As `Holder.having`."""
        if not self.register.segments:
            return []
        found = [int(dense) for blind in blinds for dense in self.register.holding(kind, blind)[:at_most]]
        return [self.register.person_of(dense) for dense in found[:at_most]]

    def described(self, people: Sequence[PersonId]) -> Iterable[tuple[PersonId, Described]]:
        """As `Holder.described`."""
        for person in people:
            dense = self.register.dense_of(person)
            if dense is not None and (described := self.opened(dense)) is not None:
                yield person, described

    def opened(self, dense: int) -> Described | None:
        """One person unsealed; None for one who was erased."""
        try:
            return self.register.known(dense, self.vault)
        except Refused as refused:
            if refused.code == "identity_erased":
                return None
            raise


# -- at entry ---------------------------------------------------------------------------------------------------------


def candidates(
    asked: Described, *, vault: Vault, holders: Sequence[Holder], at_most: int = AT_MOST, prior: float = 0.01
) -> list[Candidate]:
    """People on record who may be the one described, likeliest first.

    Blocks are looked into from the most telling on, until `at_most` people are found; only they are unsealed and
    compared. `prior` is the probability that someone entered is on record already, shared among those compared.
    """
    blinds: dict[str, list[int]] = {}
    for kind, text in probes(asked):
        blinds.setdefault(kind, []).append(vault.blind(kind, text))
    found: dict[PersonId, Holder] = {}
    for kind in KINDS:
        for holder in holders:
            room = at_most - len(found)
            if kind in blinds and room > 0:
                for person in list(holder.having(kind, blinds[kind], at_most))[:at_most]:
                    if len(found) < at_most:
                        found.setdefault(person, holder)
    each = prior / max(len(found), 1)
    compared = [
        Candidate(person, told := compare(asked, described), told.probability(each), described)
        for holder in holders
        for person, described in holder.described([person for person, at in found.items() if at is holder])
    ]
    likely = [one for one in compared if one.match.weight >= POSSIBLE]
    return sorted(likely, key=lambda one: (-one.match.weight, one.person))


def compare(one: Described, other: Described) -> Match:
    """The weight of two descriptions being one person, over the fields that both tell."""
    levels = {"name": matching.name_level(likeness(one.name, other.name))}
    if one.birth_on and other.birth_on:
        if one.birth_exact and other.birth_exact:
            dates = [(born.year, born.month, born.day) for born in (one.birth_on, other.birth_on)]
            levels["birth"] = matching.birth_level(dates[0], dates[1])
        else:
            apart = abs(one.birth_on.year - other.birth_on.year)
            levels["birth_year"] = ("same", "year")[apart] if apart <= 1 else "other"
    if one.sex and other.sex:
        levels["sex"] = "same" if one.sex == other.sex else "other"
    if one.id_number and other.id_number:
        levels["id_number"] = matching.number_level(one.id_number, other.id_number)
    if one.phone and other.phone:
        levels["phone"] = matching.number_level(one.phone, other.phone)
    if one.jurisdiction and other.jurisdiction:
        levels["place"] = "same" if one.jurisdiction == other.jurisdiction else "other"
    return matching.match(levels)


# -- in bulk ----------------------------------------------------------------------------------------------------------


class Pairs(NamedTuple):
    """Pairs of dense integers that share a block, and what was passed over."""

    one: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    certain: npt.NDArray[np.float64]  # bits of equal numbers
    too_large: dict[str, int]  # kind -> people in blocks above the cap


def block_pairs(segment: Segment, kinds: Sequence[str] = KINDS, largest: int = LARGEST_BLOCK) -> Pairs:
    """Every pair of rows of a segment that share a block of at most `largest` people, each pair once."""
    bits = {"id_number": matching.ID_NUMBER["same"].weight, "phone": matching.PHONE["same"].weight}
    keys, certain, too_large = [], [], {}
    for kind in kinds:
        one, other, too_large[kind] = _pairs_of(*segment.index(kind), largest)
        keys.append(one.astype(np.int64) << 32 | other)
        certain.append(np.full(len(one), bits.get(kind, 0.0)))
    unique, place = np.unique(np.concatenate(keys), return_inverse=True)
    summed = np.bincount(place, np.concatenate(certain), minlength=len(unique)).astype(np.float64)
    first, second = unique >> 32, unique & 0xFFFFFFFF
    shown = ~(np.isin(first, segment.hidden) | np.isin(second, segment.hidden))
    return Pairs(segment.base + first[shown], segment.base + second[shown], summed[shown], too_large)


def _pairs_of(
    values: npt.NDArray[np.int64], rows: npt.NDArray[np.int32], largest: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int]:
    """(smaller rows, larger rows, people in blocks above the cap): each entry with each later one of its run."""
    edges = (
        np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1], [True]])) if len(values) else np.zeros(1, int)
    )
    sizes = np.diff(edges)
    ends = np.repeat(edges[1:], sizes)
    passed = int(sizes[sizes > largest].sum())
    open_to = np.repeat(sizes <= largest, sizes)
    ones, others = [], []
    for step in range(1, largest):
        place = np.flatnonzero(
            open_to[: len(values) - step] & (np.arange(len(values) - step) + step < ends[: len(values) - step])
        )
        if not len(place):
            break
        ones.append(rows[place])
        others.append(rows[place + step])
    one = np.concatenate([np.empty(0, np.int32), *ones])
    other = np.concatenate([np.empty(0, np.int32), *others])
    kept = (one >= 0) & (other >= 0) & (one != other)
    return np.minimum(one, other)[kept], np.maximum(one, other)[kept], passed


def worth_opening(segment: Segment, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs can still reach REVIEW by their public columns, were their names the same: bool[n_pairs]."""
    rows = pairs.one - segment.base, pairs.other - segment.base
    birth, exact, sex, place = (
        tuple(segment.column(name)[row] for row in rows) for name in ("birth", "birth_exact", "sex", "jurisdiction")
    )
    to_day = exact[0] == 3, exact[1] == 3  # noqa: PLR2004
    most = matching.most_it_can_be(birth, to_day, sex, place[0] == place[1], pairs.certain)  # type: ignore[arg-type]
    return most >= REVIEW


FOUND = np.dtype([("one", "<i8"), ("other", "<i8"), ("bits", "<f4")])
"""A pair in the list of likely duplicates: dense integers and the weight."""


def find_duplicates(
    register: Register, vault: Vault, home: Path, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Compare the pairs of every segment and write the list of likely duplicates, likeliest first.

    Pairs across two segments are not compared here: those of the same source and code are one person already, and
    others are found at entry. Returns counts: pairs sharing a block, opened, listed, and people in blocks passed over
    as too large.
    """
    counts = {"pairs": 0, "opened": 0, "listed": 0, "too_large": 0}
    found = []
    for segment in register.segments:
        pairs = block_pairs(segment)
        worth = np.flatnonzero(worth_opening(segment, pairs))
        counts["pairs"] += len(pairs.one)
        counts["opened"] += len(worth)
        counts["too_large"] += sum(pairs.too_large.values())
        found.append(_compared(register, vault, pairs.one[worth], pairs.other[worth], progress))
    listed = np.concatenate([np.empty(0, FOUND), *found])
    listed = listed[np.lexsort((listed["other"], listed["one"], -listed["bits"]))]
    counts["listed"] = len(listed)
    write_list(home, listed)
    return counts


def _compared(
    register: Register,
    vault: Vault,
    ones: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    progress: Callable[[int, int], None] | None,
) -> npt.NDArray[np.void]:
    found, kept = np.empty(len(ones), FOUND), 0
    held = Registered(register, vault)
    last: tuple[int, Described | None] = -1, None
    for place, (one, other) in enumerate(zip(ones.tolist(), others.tolist(), strict=True)):
        if last[0] != one:  # pairs come sorted by their first person
            last = one, held.opened(one)
        both = last[1], held.opened(other)
        if both[0] and both[1] and (weight := compare(both[0], both[1]).weight) >= REVIEW:
            found[kept] = one, other, weight
            kept += 1
        if progress and place % 10_000 == 0:
            progress(place, len(ones))
    return found[:kept]


def write_list(home: Path, listed: npt.NDArray[np.void]) -> None:
    """Put the list of likely duplicates in place of the one before, whole or not at all."""
    path = home / "people" / "duplicates.npy"
    building = path.with_suffix(".building.npy")
    np.save(building, listed)
    building.replace(path)


def likely_duplicates(
    home: Path, register: Register, vault: Vault, *, begin: int = 0, limit: int = 50
) -> list[tuple[PersonId, PersonId, Match]]:
    """A page of the list last written, likeliest first, without pairs of which one was erased since."""
    path = home / "people" / "duplicates.npy"
    if not path.exists():
        return []
    page = np.load(path, mmap_mode="r")[begin : begin + limit]
    held, shown = Registered(register, vault), []
    for one, other, _ in page.tolist():
        both = held.opened(one), held.opened(other)
        if both[0] and both[1]:
            shown.append((register.person_of(one), register.person_of(other), compare(both[0], both[1])))
    return shown
