"""The visits of an installation, open to be searched: who shared a place and a time with whom."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ringfence.core.errors import Refused
from ringfence.desks.tracing.categories import Categories, base_categories, category_of, least_by_kind
from ringfence.desks.tracing.visits import days, ids
from ringfence.desks.tracing.visits.again import indexes_again, numbering_lost
from ringfence.desks.tracing.visits.ahead import Ahead
from ringfence.desks.tracing.visits.files import only_one
from ringfence.desks.tracing.visits.ids import Ids
from ringfence.desks.tracing.visits.load import FOLDER, GONE, swept
from ringfence.desks.tracing.visits.names import JOINT, Names
from ringfence.science.contacts import (
    City,
    Followed,
    People,
    Shared,
    by_person,
    city,
    first_order,
    followed,
    least_minutes,
    second_order,
)
from ringfence.science.contacts_index import H_BEGINS, H_LAST, H_PRESENT, H_ROWS, I64
from ringfence.science.dense_ids import GONE as GONE_ID

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone who shared a place and a time with the person searched for, or with one of their contacts."""

    person: str
    minutes: int  # summed over encounters
    encounters: int
    category: str  # of the places where most of the minutes were spent
    first_at: datetime
    last_at: datetime
    places: tuple[str, ...]  # where most minutes were spent first
    order: int = 1
    through: str | None = None  # second order: the contact who met them first


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a search asks: encounters with `person` from one moment to another, and what counts as one."""

    person: str
    begins_at: datetime
    ends_at: datetime
    order: int = 1
    minutes: int | None = None  # from which an encounter counts; None: as the table of categories says
    kinds: tuple[str, ...] = ()  # kinds of place or categories; none: all
    close: int | None = None  # second order: contacts of at least so many minutes in all are followed
    cap: int | None = None  # second order: at most so many, the closest
    categories: Categories = field(default_factory=base_categories)

    def window(self) -> tuple[int, int]:
        """Minutes since 1970 UTC. Refused: `visits_window_empty`."""
        if self.begins_at >= self.ends_at:
            raise Refused("visits_window_empty", begins=self.begins_at, ends=self.ends_at)
        return int(self.begins_at.timestamp() // 60), int(self.ends_at.timestamp() // 60)

    def follow(self, contacts: People) -> Followed:
        """The contacts of first order whose own contacts are searched for. Refused: `visits_second_order_open`."""
        if self.close is None and self.cap is None:
            raise Refused("visits_second_order_open")
        return followed(contacts, minutes=self.close, most=self.cap)


class Visits:
    """The visits of an installation as they are now; days loaded or forgotten later are seen by opening again."""

    def __init__(self, folder: Path, names: Names, people: Ids, places: Ids, opened: dict[date, Any]) -> None:
        """Take what `open` found."""
        self.folder, self.names, self.people, self.places = folder, names, people, places
        self.days = opened
        arrays = [index for index, _ in opened.values()]
        self.city: City = city(arrays, places.kinds)
        self._ahead = Ahead(self.city, [held for _, held in opened.values()])

    @classmethod
    def open(cls, home: Path) -> Self:
        """Open the visits of an installation; a day whose index is missing or not its own gets one first.

        Refused: `visits_day_broken`, `visits_store_broken`, `visits_store_older`.
        """
        folder = home / FOLDER
        if (folder / "store.json").exists() and (numbering_lost(folder) or None in cls._indexes(folder).values()):
            with only_one(folder):
                swept(folder)
                indexes_again(folder)
        return cls._as_found(folder)

    @classmethod
    def _as_found(cls, folder: Path) -> Self:
        found = cls._indexes(folder)
        whole = {day: index for day, index in found.items() if index is not None}
        names = Names(folder / "store.json")  # after the days: ids are only ever added, so none of theirs is missing
        people, places = Ids.open(folder / "people.ids", "people"), Ids.open(folder / "places.ids", "places")
        return cls(folder, names, people, places, whole)

    @staticmethod
    def _indexes(folder: Path) -> dict[date, Any]:
        numbering = Names(folder / "store.json").ids
        return {day: days.opened(days.folder_of(folder, day), numbering) for day in days.days_in(folder)}

    # -- searching ----------------------------------------------------------------------------------------------------

    def code(self, person: str) -> int:
        """The number of a person. Refused: `visits_person_unknown`."""
        code = self.people.code(person)
        if code is None:
            raise Refused("visits_person_unknown", person=person, days=len(self.days))
        return code

    def least(self, asked: Asked) -> npt.NDArray[np.int32]:
        """Minutes from which an encounter counts, by kind of place. Refused: `visits_kind_unknown`."""
        known = {*asked.categories, *(kind.lower() for kind in self.names.kinds)}
        for kind in asked.kinds:
            if kind.strip().lower() not in known:
                raise Refused("visits_kind_unknown", kind=kind, known=", ".join(sorted(known - {""})))
        return least_minutes(least_by_kind(self.names.kinds, asked.kinds, asked.minutes, asked.categories))

    def ranks(self, categories: Categories) -> I64:
        """The place of each kind's category in the list, int64[256]."""
        listed = list(categories)
        told = [listed.index(category_of(kind, categories)) for kind in self.names.kinds]
        return np.array(told + [len(listed)] * (256 - len(told)), np.int64)

    def shared(
        self, people: npt.NDArray[np.uint32], begins: I64, ends: I64, least: npt.NDArray[np.int32], *, by_kind: bool = False
    ) -> Shared:  # fmt: skip
        """What each of these people shared with others, each in a window of their own; see `science.contacts`."""
        self._ahead.people(people, begins, ends)
        return first_order(self.city, people, begins, ends, least, by_kind=by_kind)

    def shared_second(  # noqa: PLR0913 (each says what is counted)
        self, case: int, contacts: People, close: Followed, end: int, least: npt.NDArray[np.int32], *, by_kind: bool = False
    ) -> Shared:  # fmt: skip
        """What the followed contacts of a case shared with others, each from their first exposure on."""
        self._ahead.people(close.person, close.since, np.full(len(close.person), end))
        cases = np.array([case], np.uint32)
        return second_order(self.city, cases, contacts.person, close, end, least, by_kind=by_kind)

    def contacts(self, asked: Asked) -> list[Contact]:
        """The contacts of a person, most minutes first; those of second order after those of first.

        Refused: `visits_person_unknown`, `visits_window_empty`, `visits_kind_unknown`, `visits_order_unknown`,
        `visits_second_order_open`.
        """
        first, second, close = self.found(asked)
        told = self._told(asked, *first, 1, None)
        return told + self._told(asked, *second, 2, close) if second is not None and close is not None else told

    def found(self, asked: Asked) -> tuple[tuple[Shared, People], tuple[Shared, People] | None, Followed | None]:
        """The same as arrays: contacts of first order, those of second where asked, and who was followed to find them."""
        if asked.order not in {1, 2}:
            raise Refused("visits_order_unknown", order=asked.order)
        if asked.order == 2 and asked.close is None and asked.cap is None:  # noqa: PLR2004 (second order)
            raise Refused("visits_second_order_open")
        code, (begin, end), least = self.code(asked.person), asked.window(), self.least(asked)
        rank = self.ranks(asked.categories)
        shared = self.shared(np.array([code], np.uint32), np.array([begin]), np.array([end]), least)
        contacts = by_person(shared, self.places.kinds, rank)
        if asked.order == 1:
            return (shared, contacts), None, None
        close = asked.follow(contacts)
        further = self.shared_second(code, contacts, close, end, least)
        return (shared, contacts), (further, by_person(further, self.places.kinds, rank)), close

    def _told(
        self, asked: Asked, shared: Shared, contacts: People, order: int, close: Followed | None
    ) -> list[Contact]:
        """Contacts with ids in place of numbers."""
        self._ahead.ids(contacts.person, self.people)
        people = self.people.shown(contacts.person)
        by_minutes = np.lexsort((shared.place, -shared.minutes, contacts.row))
        places = self.places.shown(shared.place[by_minutes])
        limits = np.searchsorted(contacts.row[by_minutes], np.arange(len(people) + 1)).tolist()
        through = self.people.shown(close.person[contacts.through]) if close is not None and len(people) else None
        categories = {code: category_of(kind, asked.categories) for code, kind in enumerate(self.names.kinds)}
        told = zip(*(column.tolist() for column in contacts[2:7]), strict=True)
        return [
            Contact(
                people[i], minutes, encounters, categories.get(kind, "other"), _moment(first), _moment(last),
                tuple(places[limits[i] : limits[i + 1]]), order, through[i] if through else None,
            )
            for i, (minutes, encounters, first, last, kind) in enumerate(told)
        ]  # fmt: skip

    # -- keeping ------------------------------------------------------------------------------------------------------

    def on_record(self, first: int, last: int) -> tuple[int, int]:
        """(days, stays) among which a search from one minute to another looks: those of the day before reach into it."""
        begins = self.city.table[:, H_BEGINS]
        days_within = (begins > first - 2 * DAY) & (begins <= last)
        return int(days_within.sum()), int(self.city.table[days_within, H_ROWS].sum())

    def status(self) -> dict[str, Any]:
        """Days, stays, people, places, sources and bytes on record here."""
        heads = dict(zip(sorted(self.days), self.city.table.tolist(), strict=True))
        listed = [
            {"day": day.isoformat(), "stays": head[H_ROWS], "people": head[H_PRESENT], **self._bytes(day)}
            for day, head in heads.items()
        ]
        return {
            "days": listed, "stays": sum(each["stays"] for each in listed), "people": int(np.count_nonzero(self.people.heads != GONE_ID)),
            "places": int(np.count_nonzero(self.places.heads != GONE_ID)), "zone": self.names.zone or "UTC",
            "sources": [name for name in self.names.sources if name and JOINT not in name], "kinds": [name for name in self.names.kinds if name],
            "first_at": _moment(int(self.city.table[0, H_BEGINS])) if heads else None,
            "last_at": _moment(int(self.city.table[:, H_LAST].max())) if heads else None,
        }  # fmt: skip

    def _bytes(self, day: date) -> dict[str, int]:
        folder = days.folder_of(self.folder, day)
        parquet = sum(path.stat().st_size for path in folder.glob("*.parquet"))
        return {"parquet_bytes": parquet, "index_bytes": (folder / days.INDEX).stat().st_size}


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(60 * minute, UTC)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a forgetting came to."""

    days: tuple[date, ...]
    stays: int
    people: int  # ids erased, as no day that is kept has them
    places: int


def forget(home: Path, before: date) -> Forgotten:
    """Delete every day before one, and the ids that no other day has. Days that are gone do not come back by the same file."""
    folder = home / FOLDER
    if not folder.exists():
        return Forgotten((), 0, 0, 0)
    with only_one(folder):
        swept(folder)
        indexes_again(folder, before)
        store = Visits._as_found(folder)  # noqa: SLF001 (under the lock that `open` would wait for)
        gone = [day for day in days.days_in(folder) if day < before]
        heads = dict(zip(sorted(store.days), store.city.table[:, H_ROWS].tolist(), strict=True))
        for day in gone:
            days.folder_of(folder, day).rename(folder / f"{GONE}{day.isoformat()}")
        for left in folder.glob(f"{GONE}*"):
            shutil.rmtree(left)
        kept = {day: index for day, index in store.days.items() if day not in gone}
        people, places = _erase_unused(store, list(kept.values())) if gone else (0, 0)
    return Forgotten(tuple(gone), sum(heads.get(day, 0) for day in gone), people, places)


def _erase_unused(store: Visits, kept: Sequence[Any]) -> tuple[int, int]:
    """Erase the ids that no kept day has."""
    people, places = np.zeros(len(store.people), bool), np.zeros(len(store.places), bool)
    for index, _ in kept:
        own_people, own_places = present(index)
        people[: len(own_people)] |= own_people[: len(people)]
        places[: len(own_places)] |= own_places[: len(places)]
    return (
        ids.erased(store.people, store.folder / "people.ids", people),
        ids.erased(store.places, store.folder / "places.ids", places),
    )


def present(index: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which people and which places a day has."""
    from ringfence.science import contacts_index as ci  # noqa: PLC0415 (named by its columns here only)

    head = index[: ci.HEAD * 8].view(np.int64)
    at, n = int(head[ci.AT_PEOPLE]), int(head[ci.H_PEOPLE])
    blocks = index[at : at + n // 4].view(np.uint32)[::2]  # the low half of each word
    people = np.unpackbits(np.ascontiguousarray(blocks).view(np.uint8), bitorder="little").astype(bool)
    return people, np.diff(ci.offsets_of(index)) > 0
