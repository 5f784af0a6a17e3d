"""The search for contacts, held against a plain comparison of every stay with every other."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ncls import NCLS

from ringfence.science.contacts import City, by_person, city, first_order, followed, least_minutes, second_order
from ringfence.science.contacts_index import LONGEST_STAY, day_of

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "60"))
DAY = 1440


class Stay(NamedTuple):
    person: int
    place: int
    start: int
    end: int


Row = tuple[int, int, int, int, int, int]  # person, place, minutes, encounters, first, last


def joined(stays: list[Stay]) -> list[Stay]:
    """Stays of one person at one place that begin on one day and overlap, as one."""
    kept: dict[tuple[int, int, int], list[list[int]]] = defaultdict(list)
    for stay in sorted(stays, key=lambda each: (each.start, each.end)):
        own = kept[stay.person, stay.place, stay.start // DAY]
        if own and (stay.start < own[-1][1] or stay.start == own[-1][0]):
            own[-1][1] = max(own[-1][1], stay.end)
        else:
            own.append([stay.start, stay.end])
    return [Stay(person, place, start, end) for (person, place, _), spans in kept.items() for start, end in spans]


def plainly(stays: list[Stay], sources: dict[int, tuple[int, int]], least: dict[int, int], out: set[int]) -> set[Row]:
    """Every stay of each source against every other stay."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for one in stays:
        if one.person not in sources:
            continue
        begin, end = max(one.start, sources[one.person][0]), min(one.end, sources[one.person][1])
        for other in stays:
            need = least.get(one.place, -1)
            met, parted = max(begin, other.start), min(end, other.end)
            if other.place != one.place or other.person in out | {one.person} or need < 0 or begin > end:
                continue
            if parted - met >= need:
                found[other.person, one.place].append((met, parted))
    return {
        (person, place, sum(b - a for a, b in met), len(met), min(met)[0], max(b for _, b in met))
        for (person, place), met in found.items()
    }


def indexed(stays: list[Stay], kinds: dict[int, int]) -> City:
    days = defaultdict(list)
    for stay in stays:
        days[stay.start // DAY].append(stay)
    packed = []
    for day, own in days.items():
        columns = np.array(own, np.int64).reshape(-1, 4).T
        packed.append(day_of(day * DAY, columns[0].astype(np.uint32), columns[1].astype(np.uint32), *columns[2:]))
    return city(packed, np.array([kinds.get(place, 0) for place in range(8)], np.uint8))


def rows(shared: object) -> set[Row]:
    columns = [getattr(shared, name).tolist() for name in ("person", "place", "minutes", "encounters", "first", "last")]
    told = list(zip(*columns, strict=True))
    assert len(set(told)) == len(told)
    return set(told)


def by_ncls(stays: list[Stay], person: int, window: tuple[int, int], minutes: int) -> set[Row]:
    """The same by the nested containment lists of the library ncls: each place has a stretch of one line of minutes to itself.

    `minutes` is 1 or more: to these lists intervals that only touch do not overlap.
    """
    place, start, end = (
        np.array([getattr(each, name) for each in stays], np.int64) for name in ("place", "start", "end")
    )
    low, high = place * 10 * DAY + start, place * 10 * DAY + end
    own = np.array([each.person == person for each in stays])
    came, left = np.maximum(start, window[0]), np.minimum(end, window[1])
    asked = np.flatnonzero(own & (left > came))
    line = NCLS(low, high, np.arange(len(stays), dtype=np.int64))
    stretch = place[asked] * 10 * DAY
    which, other = line.all_overlaps_both(came[asked] + stretch, left[asked] + stretch, asked)
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for one, two in zip(which.tolist(), other.tolist(), strict=True):
        met, parted = max(came[one], start[two]), min(left[one], end[two])
        if stays[two].person != person and parted - met >= minutes:
            found[stays[two].person, stays[two].place].append((int(met), int(parted)))
    return {
        (who, where, sum(b - a for a, b in met), len(met), min(met)[0], max(b for _, b in met))
        for (who, where), met in found.items()
    }


STAYS = st.lists(
    st.builds(
        lambda person, place, start, length: Stay(person, place, start, start + length),
        st.sampled_from([0, 1, 2, 3, 31, 32, 33, 70, 4095, 4096, 70_000]),
        st.integers(0, 4),
        st.one_of(st.integers(0, 3 * DAY), st.sampled_from([0, 600, DAY - 1, DAY, 2 * DAY - 10])),
        st.one_of(st.integers(0, 90), st.integers(0, DAY), st.just(0), st.just(DAY)),
    ),
    max_size=40,
)
WINDOW = st.tuples(st.integers(-10, 3 * DAY), st.integers(0, 4 * DAY)).map(lambda w: (w[0], w[0] + w[1]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(STAYS, WINDOW, st.sampled_from([0, 1, 10, 60]), st.sampled_from([-1, 0, 15]))
def test_first_order_is_what_comparing_all_stays_finds(
    stays: list[Stay], window: tuple[int, int], minutes: int, other: int
) -> None:
    kinds = {0: 1, 1: 1, 2: 2}
    where = indexed(stays, kinds)
    least = least_minutes([minutes, minutes, other])
    need = {place: other if kinds.get(place) == 2 else minutes for place in range(5)}
    plain = joined(stays)
    asked = sorted({0, 31, 32, 99_999} | {stay.person for stay in stays[:2]})
    n = len(asked)
    told = first_order(where, np.array(asked, np.uint32), np.full(n, window[0]), np.full(n, window[1]), least)
    for i, person in enumerate(asked):
        own = told._replace(**{name: getattr(told, name)[told.case == i] for name in told._fields})
        assert rows(own) == plainly(plain, {person: window}, need, set())


@pytest.mark.parametrize("minutes", [1, 10, 45])
def test_first_order_is_what_nested_containment_lists_find(minutes: int) -> None:
    rng, n = np.random.default_rng(11), 600
    columns = rng.integers(0, 40, n), rng.integers(0, 8, n), rng.integers(0, 3 * DAY, n), rng.integers(0, 300, n)
    stays = joined(
        [Stay(person, place, start, start + length) for person, place, start, length in np.stack(columns, 1).tolist()]
    )
    stays += [Stay(40, 3, DAY - 600, DAY + 600)]  # all night
    where, found = indexed(stays, {}), 0
    for person, window in ((0, (0, 5 * DAY)), (7, (900, 2 * DAY)), (31, (DAY, DAY + 600)), (40, (0, 5 * DAY))):
        told = first_order(
            where, np.array([person], np.uint32), np.array(window[:1]), np.array(window[1:]), least_minutes(minutes)
        )
        assert rows(told) == by_ncls(stays, person, window, minutes)
        found += len(told.person)
    assert found > 60


@settings(max_examples=EXAMPLES, deadline=None)
@given(STAYS, WINDOW, st.sampled_from([0, 10]), st.sampled_from([0, 30]), st.sampled_from([None, 2]))
def test_second_order_begins_with_each_contacts_first_exposure(
    stays: list[Stay], window: tuple[int, int], minutes: int, close: int, most: int | None
) -> None:
    where, least = indexed(stays, {}), least_minutes(minutes)
    plain, need = joined(stays), dict.fromkeys(range(5), minutes)
    case = np.array([stays[0].person if stays else 0], np.uint32)
    first = first_order(where, case, np.array(window[:1]), np.array(window[1:]), least)
    contacts = by_person(first, where.kinds, np.arange(256))
    own: dict[int, list[int]] = {}
    for person, _, spent, _, since, _ in plainly(plain, {int(case[0]): window}, need, set()):
        known = own.setdefault(person, [0, since])
        own[person] = [known[0] + spent, min(known[1], since)]
    assert {
        p: [m, f]
        for p, m, f in zip(
            *(x.tolist() for x in contacts[1:5:1][:1]), contacts.minutes.tolist(), contacts.first.tolist(), strict=True
        )
    } == own
    ranked = sorted(own, key=lambda person: (-own[person][0], person))
    sources = {person: (own[person][1], window[1]) for person in [p for p in ranked if own[p][0] >= close][:most]}
    told = second_order(where, case, contacts.person, followed(contacts, minutes=close, most=most), window[1], least)
    assert rows(told) == plainly(plain, sources, need, {int(case[0]), *own})


def test_many_encounters_are_summed_in_parts() -> None:
    rng = np.random.default_rng(3)
    n = 60_000
    person, place = rng.integers(0, 500, n).astype(np.uint32), rng.integers(0, 3, n).astype(np.uint32)
    start = rng.integers(0, DAY, n)
    end = start + rng.integers(0, 300, n)
    where = city([day_of(0, person, place, start, end)], np.zeros(0, np.uint8))
    least = least_minutes(1)
    told = first_order(where, np.array([7], np.uint32), np.array([0]), np.array([5000]), least)
    stays = joined([Stay(*map(int, each)) for each in zip(person, place, start, end, strict=True)])
    assert told.encounters.sum() > 1000
    assert rows(told) == plainly(stays, {7: (0, 5000)}, {0: 1, 1: 1, 2: 1}, set())
    by_kind = first_order(where, np.array([7], np.uint32), np.array([0]), np.array([5000]), least, by_kind=True)
    assert by_kind.minutes.sum() == told.minutes.sum()
    assert set(by_kind.person.tolist()) == set(told.person.tolist())
    everyone = np.arange(500, dtype=np.uint32)
    all_of_them = first_order(where, everyone, np.zeros(500, np.int64), np.full(500, 5000), least)
    both = set(
        zip(everyone[all_of_them.case].tolist(), all_of_them.person.tolist(), all_of_them.minutes.tolist(), strict=True)
    )
    assert {(b, a, m) for a, b, m in both} == both


def test_the_longest_stay_of_a_day_can_be_packed() -> None:
    day = day_of(
        0,
        np.array([1, 1, 2], np.uint32),
        np.zeros(3, np.uint32),
        np.array([0, 1439, 2000 - 1440]),
        np.array([1440, 1439 + 1440, 2000]),
    )
    where = city([day], np.zeros(0, np.uint8))
    told = first_order(where, np.array([2], np.uint32), np.array([0]), np.array([9000]), least_minutes(1))
    assert rows(told) == {(1, 0, 1440, 1, 560, 2000)}
    assert LONGEST_STAY == 2879
