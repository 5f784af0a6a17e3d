"""The `[testing]` numbers of the shipped packs, each against the published fact it was taken from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ringfence.core.policy import SHIPPED, Book, Certainty, Kind, Number, check, slots, with_unit
from ringfence.desks.cases import policy as cases
from ringfence.desks.command import policy as command
from ringfence.desks.testing import policy as testing
from ringfence.desks.testing.policy_words import LABELS
from ringfence.desks.tracing import policy as tracing

SECTIONS = {"cases": cases.Policy, "command": command.Policy, "testing": testing.Policy, "tracing": tracing.Policy}

PUBLISHED = """
    cn-covid       people_per_site_min             2000     F2  na1.site.min na3.site.min
    cn-covid       people_per_site_max             3000     F2  na1.site.max na3.site.max
    cn-covid       read_within                     24 h     F2  lab.tat.voluntary cn.caisongjianbao.lz.test
    cn-covid       read_within_urgent              6 h      F2  lab.tat.fever
    cn-covid       pool_loss.5                     0.0      F1  pool.valid
    cn-covid       pool_loss.10                    0.0      F1  pool.valid
    cn-covid       pool_loss.20                    0.0      F1  pool.valid
    cn-covid-2021  pool_size                       10       F2  na2.pool.others
    cn-covid-2021  pool_size_most                  10       F2  na2.pool.others
    cn-covid-2021  pool_size_by_zone.sealed        0        F2  na2.pool.sealed
    cn-covid-2021  pool_size_by_group.quarantine   1        F2  na2.pool.single
    cn-covid-2021  pool_size_by_group.key_group    1        F2  na2.pool.single
    cn-covid-2021  round_within                    48 h     F1  na2.time.le5m
    cn-covid-2021  round_within_large              3 d      F1  na2.time.gt5m
    cn-covid-2021  large_from                      5000000  F1  na2.time.gt5m
    cn-covid-2021  rounds_first                    3        F1  na2.rounds.first
    cn-covid-2021  repeat_every                    24 h     F1  na2.rounds.daily
    cn-covid-2021  people_per_table                600      F2  na2.table.min
    cn-covid-2021  site_built_within               6 h      F2  na1.site.build_max na2.site
    cn-covid-2022  pool_size                       20       F2  na3.pool.prevention
    cn-covid-2022  pool_size_most                  20       F2  na3.pool.sizes
    cn-covid-2022  pool_size_by_zone.sealed        0        F2  na3.pool.sealed
    cn-covid-2022  pool_size_by_zone.controlled    10       F2  na3.pool.controlled
    cn-covid-2022  pool_size_by_zone.prevention    20       F2  na3.pool.prevention
    cn-covid-2022  pool_size_by_group.quarantine   1        F2  na3.pool.single
    cn-covid-2022  pool_size_by_group.key_group    1        F2  na3.pool.single
    cn-covid-2022  round_within                    24 h     F1  na3.time
    cn-covid-2022  rounds_clean                    3        F1  nov22.rounds.clean
    cn-covid-2022  rounds_pause                    3 d      F1  nov22.rounds.pause
    cn-covid-2022  repeat_every                    24 h     F1  nov22.rounds.risk
    cn-covid-2022  people_per_site_min             2000     F2  na3.site.min
    cn-covid-2022  people_per_site_max             3000     F2  na3.site.max
    cn-covid-2022  people_per_sampler              360      F2  na3.samplers
    cn-covid-2022  swabs_per_hour                  60       D   d.sampler_rate
    cn-covid-2022  sampling_within                 6 h      F2  na3.sampling
    cn-covid-2022  sampling_within_hard            12 h     F2  na3.sampling.hard
    cn-covid-2022  queue_at_most                   20 min   F2  na3.queue
"""
"""pack, number, value, certainty, the rows of the fact tables; where those give a range, the end that asks for more."""

MISSED = {1: 1.00, 4: 0.67, 5: 0.38, 8: 0.20, 21: 0.66}  # test.fn.d1 .d4 .d5 .d8 .d21, F1
OWN_CHOICES = ("base",)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shipped() -> Book:
    return Book([SHIPPED], SECTIONS)


def _own(book: Book, pack: str) -> list[Number]:
    return list(book.load(pack).numbers.get("testing", {}).values())


def _said(number: Number) -> str:
    return " ".join(with_unit(number.field, number.value)).strip()


def test_every_pack_is_complete_with_the_testing_desk() -> None:
    assert check([SHIPPED], SECTIONS) == []


def test_every_number_outside_the_base_is_a_published_one_and_none_is_left_out(shipped: Book) -> None:
    rows = [line.split(maxsplit=2) for line in PUBLISHED.strip().splitlines()]
    wanted = set()
    for pack, field, rest in rows:
        *value, certainty = [word for word in rest.split() if "." not in word or word[0].isdigit()]
        wanted.add((pack, field, " ".join(value), certainty))
    found = {
        (pack.id, number.field, _said(number), number.certainty.value if number.certainty else "")
        for pack in shipped.packs()
        for number in _own(shipped, pack.id)
        if pack.id not in OWN_CHOICES and number.field != "missed_by_day"
    }
    assert found == wanted


def test_false_negatives_by_day_are_those_of_kucirka_and_stand_in_the_covid_packs_alone(shipped: Book) -> None:
    for pack in (each for each in shipped.packs() if each.header and each.header.kind is Kind.DISEASE):
        missed = {each.day: each.missed for each in shipped.numbers("testing", pack.id).missed_by_day}
        assert missed == (MISSED if pack.header and pack.header.disease == "covid-19" else {}), pack.id
    number = shipped.number("testing", "missed_by_day", "cn-covid-2021")
    assert (number.certainty, "10.7326/M20-1495" in number.source) == (Certainty.OFFICIAL, True)
    assert _said(number) == "1: 1, 4: 0.67, 5: 0.38, 8: 0.2, 21: 0.66"


def test_the_base_claims_no_published_rule_and_is_in_force(shipped: Book) -> None:
    for number in _own(shipped, "base"):
        assert (number.certainty, number.own_choice, number.off) == (Certainty.UNVERIFIED, True, False), number.field
    needed = {key for key, slot in slots(testing.Policy).items() if not slot.optional}
    assert {number.field for number in _own(shipped, "base")} == needed


def test_a_pace_that_is_derived_is_the_quotient_it_names(shipped: Book) -> None:
    numbers = shipped.numbers("testing", "cn-covid-2022")
    assert numbers.swabs_per_hour == numbers.people_per_sampler / (numbers.sampling_within / HOUR)
    assert shipped.number("testing", "swabs_per_hour", "cn-covid-2022").formula


@pytest.mark.parametrize(
    ("pack", "people", "hours"),
    [
        ("cn-covid-2021", 5_000_000, 48),
        ("cn-covid-2021", 5_000_001, 72),
        ("cn-covid-2022", 12_000_000, 24),
        ("measles", 900_000, 48),
    ],
)
def test_a_round_has_the_time_that_its_edition_gives_it(shipped: Book, pack: str, people: int, hours: int) -> None:
    assert shipped.numbers("testing", pack).round_limit(people) == hours * HOUR


@pytest.mark.parametrize(
    ("pack", "zone", "group", "size"),
    [
        ("cn-covid-2021", None, None, 10),
        ("cn-covid-2021", "sealed", None, 0),
        ("cn-covid-2021", "sealed", "quarantine", 1),
        ("cn-covid-2022", "controlled", None, 10),
        ("cn-covid-2022", "prevention", "key_group", 1),
        ("cn-covid-2022", None, None, 20),
        ("ebola", None, None, 1),
    ],
)
def test_a_tube_takes_as_many_as_zone_and_group_allow(
    shipped: Book, pack: str, zone: Any, group: Any, size: int
) -> None:
    assert shipped.numbers("testing", pack).pool_size_for(zone, group) == size


@pytest.mark.parametrize("pack", ["base", "cn-covid-2021", "cn-covid-2022"])
def test_the_clocks_of_a_positive_tube_fit_into_each_other(shipped: Book, pack: str) -> None:
    """Swab, box, way and reading of somebody's own tube end before their hold does."""
    own = shipped.numbers("testing", pack)
    needed = own.retest_within + own.pack_within + own.transport_within + own.read_within_urgent
    assert own.tell_within < own.retest_within < needed <= own.hold_at_most


def test_every_number_has_a_name_in_words(shipped: Book) -> None:
    fields = {number.field for pack in shipped.packs() for number in _own(shipped, pack.id)}
    assert not {f"policy.{field}" for field in fields} - set(LABELS)
    assert {key.split(".")[1] for key in LABELS} == set(slots(testing.Policy))
