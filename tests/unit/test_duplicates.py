"""Who may already be on record."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.vault import Vault
from ringfence.facts.ids import PersonId, derive
from ringfence.registry.blocks import Described, blocks
from ringfence.registry.duplicates import (
    AT_MOST,
    Holder,
    Registered,
    block_pairs,
    candidates,
    compare,
    find_duplicates,
    likely_duplicates,
)
from ringfence.registry.register.erase import erase
from ringfence.registry.register.load import load_people
from ringfence.registry.register.segments import Register
from ringfence.science import matching
from tests.bench.people import ON, write_people

WANG = Described(
    name="王小明",
    birth_on=date(1980, 3, 2),
    sex=1,
    phone="+8613912345678",
    id_number="230103198003020010",
    jurisdiction="道里",
)


class Rows:
    """People entered one by one, as a `Holder`: a plain list, and every block of each."""

    def __init__(self, vault: Vault, people: dict[str, Described]) -> None:
        self.vault, self.people, self.opened = vault, people, 0

    def having(self, kind: str, blinds: Sequence[int], at_most: int) -> Iterable[PersonId]:
        found = 0
        for person, one in self.people.items():
            if found < at_most and any(
                own == kind and self.vault.blind(own, text) in blinds for own, text in blocks(one)
            ):
                found += 1
                yield PersonId(person)

    def described(self, people: Sequence[PersonId]) -> Iterable[tuple[PersonId, Described]]:
        self.opened += len(people)
        return [(person, self.people[person]) for person in people]


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return Vault.open(tmp_path_factory.mktemp("site") / "keys")


BARE = dataclasses.replace(WANG, phone=None, id_number=None)


@pytest.mark.parametrize(
    "entered",
    [
        WANG,
        BARE,
        dataclasses.replace(BARE, name="Wang Xiaoming"),
        dataclasses.replace(BARE, name="王晓明"),
        dataclasses.replace(BARE, birth_on=date(1980, 2, 3)),
        dataclasses.replace(BARE, birth_on=date(1981, 1, 1), birth_exact=False),
        dataclasses.replace(BARE, birth_on=date(1981, 1, 1), birth_exact=False, jurisdiction=None),
        dataclasses.replace(BARE, birth_on=date(1979, 1, 1), birth_exact=False, jurisdiction=None),
        dataclasses.replace(BARE, birth_on=None),
        dataclasses.replace(BARE, jurisdiction=None),
        dataclasses.replace(BARE, sex=0),
        dataclasses.replace(WANG, name="小王", birth_on=None, id_number=None),
        dataclasses.replace(WANG, name="?", birth_on=None, phone=None),
    ],
    ids=lambda one: f"{one.name} {one.birth_on} {one.jurisdiction} {one.sex}",
)
def test_someone_entered_again_is_found(vault: Vault, entered: Described) -> None:
    rows = Rows(vault, {"w": WANG, "l": Described(name="李四", birth_on=date(1980, 3, 2), sex=2, jurisdiction="南岗")})
    assert [found.person for found in candidates(entered, vault=vault, holders=[rows])] == ["w"]


def test_a_stranger_is_not_offered(vault: Vault) -> None:
    entered = Described(name="李娜", birth_on=date(1980, 3, 2), sex=2, jurisdiction="道里", phone="+8613900000000")
    assert not candidates(entered, vault=vault, holders=[Rows(vault, {"w": WANG})])


def test_at_most_so_many_are_opened_and_numbers_come_first(vault: Vault) -> None:
    namesakes = {
        f"n{place}": dataclasses.replace(BARE, birth_on=date(1980, 1, 1 + place % 28)) for place in range(3 * AT_MOST)
    }
    crowd, other = Rows(vault, namesakes), Rows(vault, {"w": WANG})
    found = candidates(WANG, vault=vault, holders=[crowd, other])
    assert found[0].person == "w"
    assert found[0].probability > 0.999
    assert crowd.opened + other.opened == AT_MOST


def test_registers_and_rows_are_asked_together(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "keys")
    load_people([write_people(tmp_path / "p.parquet", 300)], home=tmp_path, vault=vault, source="s", on=ON, workers=0)
    register = Register.open(tmp_path)
    entered = register.known(123, vault)
    holders: list[Holder] = [
        Registered(register, vault),
        Rows(vault, {"again": dataclasses.replace(entered, phone=None)}),
    ]
    found = [one.person for one in candidates(entered, vault=vault, holders=holders)]
    assert found[:2] == [register.person_of(123), "again"]
    erase(tmp_path, register.person_of(123))
    assert [one.person for one in candidates(entered, vault=vault, holders=holders)][:1] == ["again"]


# -- in bulk ----------------------------------------------------------------------------------------------------------


def _register_with_doubles(home: Path) -> tuple[Vault, Register]:
    """300 people, of whom ten are told again under another code in another script or with a slip."""
    vault, file = Vault.open(home / "keys"), write_people(home / "p.parquet", 300)
    table = pyarrow.parquet.read_table(file)
    again = table.slice(0, 10).to_pylist()
    for row in again:
        row["code"] += "-again"
        row["id_number"] = None
    lines = pa.Table.from_pylist(table.to_pylist() + again, schema=table.schema)
    pyarrow.parquet.write_table(lines, file)
    load_people([file], home=home, vault=vault, source="s", on=ON, workers=0)
    return vault, Register.open(home)


def test_the_list_holds_each_double_once_and_the_likeliest_first(tmp_path: Path) -> None:
    vault, register = _register_with_doubles(tmp_path)
    counts = find_duplicates(register, vault, tmp_path)
    shown = likely_duplicates(tmp_path, register, vault, limit=100)
    doubles = {frozenset((register.person_of(row), register.person_of(300 + row))) for row in range(10)}
    assert doubles <= {frozenset((one, other)) for one, other, _ in shown}
    assert counts["listed"] == len(shown) == len({frozenset((one, other)) for one, other, _ in shown})
    weights = [match.weight for _, _, match in shown]
    assert weights == sorted(weights, reverse=True)
    assert len(shown) <= counts["opened"] < counts["pairs"]
    erase(tmp_path, PersonId(derive("person", "s", "P000000000")))
    assert len(likely_duplicates(tmp_path, Register.open(tmp_path), vault, limit=100)) < len(shown)


def test_a_row_that_a_later_load_replaced_is_in_no_pair(tmp_path: Path) -> None:
    vault, register = _register_with_doubles(tmp_path)
    table = pyarrow.parquet.read_table(tmp_path / "p.parquet")
    replaced = [0, 1, 2, 307, 308, 309]
    pyarrow.parquet.write_table(table.take(replaced), tmp_path / "again.parquet")
    load_people([tmp_path / "again.parquet"], home=tmp_path, vault=vault, source="s", on=ON, workers=0)
    before, after = (block_pairs(each.segments[0]) for each in (register, Register.open(tmp_path)))
    pairs = set(zip(before.one.tolist(), before.other.tolist(), strict=True))
    left = {pair for pair in pairs if not set(pair) & set(replaced)}
    assert {(0, 300), (7, 307)} <= pairs - left
    assert set(zip(after.one.tolist(), after.other.tolist(), strict=True)) == left


def test_pairs_of_blocks_are_those_of_a_double_loop(tmp_path: Path) -> None:
    vault, register = _register_with_doubles(tmp_path)
    members: dict[tuple[str, str], list[int]] = {}
    for dense in range(310):
        for block in blocks(register.known(dense, vault)):
            members.setdefault(block, []).append(dense)
    for largest in (2, 3, 60):
        slow = {
            pair for people in members.values() if len(people) <= largest for pair in itertools.combinations(people, 2)
        }
        pairs = block_pairs(register.segments[0], largest=largest)
        assert set(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True)) == slow
        assert sum(pairs.too_large.values()) == sum(len(people) for people in members.values() if len(people) > largest)


# -- weights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", matching.TABLES)
def test_the_levels_of_a_field_share_out_all_pairs(name: str) -> None:
    levels = matching.TABLES[name].values()
    assert sum(level.m for level in levels) == pytest.approx(1, abs=0.001)
    assert sum(level.u for level in levels) == pytest.approx(1, abs=0.01)


BORN = st.none() | st.dates(date(1950, 1, 1), date(1951, 12, 31))
PEOPLE = st.builds(
    Described,
    name=st.sampled_from(["王伟", "Wang Wei", "李四"]),
    birth_on=BORN,
    birth_exact=st.booleans(),
    sex=st.sampled_from([0, 1, 2]),
    jurisdiction=st.sampled_from(["x", "y"]),
)


@given(one=PEOPLE, other=PEOPLE)
def test_what_public_columns_allow_is_never_less_than_what_opening_finds(one: Described, other: Described) -> None:
    none = np.iinfo(np.int32).min
    days = [
        np.array([(each.birth_on - date(1970, 1, 1)).days if each.birth_on else none], np.int32)
        for each in (one, other)
    ]
    exact = [np.array([each.birth_exact]) for each in (one, other)]
    sexes = [np.array([each.sex], np.uint8) for each in (one, other)]
    most = matching.most_it_can_be(
        (days[0], days[1]),
        (exact[0], exact[1]),
        (sexes[0], sexes[1]),
        np.array([one.jurisdiction == other.jurisdiction]),
        np.zeros(1),
    )[0]
    found = compare(one, other)
    assert found.weight <= most + 1e-9
    assert {name: bits for name, _, bits in found.fields}["name"] + most - matching.NAME[
        "same"
    ].weight == pytest.approx(found.weight)


def test_slips_of_the_pen() -> None:
    assert matching.birth_level((1980, 3, 2), (1980, 2, 3)) == "slip"
    assert matching.birth_level((1980, 3, 2), (1980, 3, 12)) == "slip"
    assert matching.birth_level((1980, 3, 2), (1981, 4, 5)) == "year"
    assert matching.number_level("12345", "12354") == "slip"
    assert matching.number_level("12345", "12245") == "slip"
    assert matching.number_level("12345", "13254") == "other"
    assert matching.number_level("12345", "1234") == "other"


def test_probability_follows_the_weight() -> None:
    even = matching.match({"sex": "same"})
    assert even.probability(0.5) == pytest.approx(0.985 / (0.985 + 0.5))
