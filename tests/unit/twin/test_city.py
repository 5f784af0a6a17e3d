"""A synthetic city is what its file says, and its people meet as published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ringfence.core.errors import Refused
from ringfence.twin import city_check
from ringfence.twin.city import build, load, write
from ringfence.twin.city_file import SHIPPED, household_shares, read_city, wanted_ages
from ringfence.twin.kernels.contacts import LAYERS, contacts_of
from ringfence.twin.kernels.layout import MALE, NONE, YEARS
from ringfence.twin.spread import habits
from tests.unit.twin.places import city

CHINA = SHIPPED / "china.toml"


def test_the_pyramid_is_met_to_the_person_and_households_and_sexes_by_chance() -> None:
    file, made = read_city(CHINA).sized(200_000), city()
    ages = np.bincount(made.map.people["age"] & YEARS, minlength=101)
    assert (ages == wanted_ages(file.ages, 200_000)).all()
    assert (made.map.people["age"] >= MALE).mean() == pytest.approx(file.ages.male, abs=4 * 0.5 / 200_000**0.5)
    told = city_check.people(made)
    wanted = household_shares(file.households)
    tolerance = 4 * np.sqrt(wanted * (1 - wanted) / told["households"]) + 1e-4
    assert (np.abs(np.array(told["household_sizes"][: len(wanted)]) - wanted) < tolerance).all()


def test_children_live_with_adults_and_parents_are_older() -> None:
    people = city().map.people
    first = np.flatnonzero((people["home"] & 15) == 0)
    ages = (people["age"] & YEARS).astype(int)
    oldest = np.maximum.reduceat(ages, first)
    youngest = np.minimum.reduceat(ages, first)
    assert (oldest[youngest < 15] >= 18).mean() > 0.995
    gap = oldest - youngest
    assert 22 < np.median(gap[(youngest < 15) & (oldest < 60)]) < 34


def test_everybody_sits_where_the_record_says() -> None:
    arrays = city().map
    busy = np.flatnonzero(arrays.people["team"] != NONE)
    rows = arrays.people[busy]
    team = arrays.teams[rows["team"]]
    assert (arrays.members[team["start"] + rows["seat"]] == busy).all()
    assert (arrays.members[arrays.sites[team["site"]]["start"] + rows["site_seat"]] == busy).all()
    assert len(np.unique(arrays.members)) == len(arrays.members) == len(busy)
    assert arrays.cells["people"].sum() == arrays.areas["people"].sum() == len(arrays.people)


def test_the_same_seed_builds_the_same_city_and_another_another() -> None:
    file = read_city(CHINA).sized(50_000)
    one, same, other = build(file), build(file), build(file, seed=2)
    assert all((a == b).all() for a, b in zip(one.map, same.map, strict=True))
    assert not (one.map.people["age"] == other.map.people["age"]).all()
    assert one.digest != other.digest


def test_a_written_city_is_the_city(tmp_path: Path) -> None:
    made = city()
    found = load(write(made, tmp_path / "town"))
    assert all((a == b).all() for a, b in zip(made.map, found.map, strict=True))
    assert (found.contacts, found.households, found.digest) == (made.contacts, made.households, made.digest)
    assert city_check.people(found)["megabytes"] < 25 * found.people / 1e6
    (tmp_path / "town" / "city.json").unlink()
    with pytest.raises(Refused) as refused:
        load(tmp_path / "town")
    assert refused.value.code == "city_not_there"


def _met(person: int, day: int, rep: int) -> set[tuple[int, int, int]]:
    made = city()
    found, where, bits = np.zeros(256, np.int64), np.zeros(256, np.int64), np.zeros(256, np.uint64)
    n = contacts_of(made.map, habits(made, 0), np.uint64(rep), person, day, found, where, bits)
    return set(zip(found[:n].tolist(), where[:n].tolist(), bits[:n].tolist(), strict=True))


def test_a_contact_is_the_same_from_both_sides() -> None:
    random = np.random.default_rng(7)
    seen = np.zeros(len(LAYERS), int)
    for n, person in enumerate(random.integers(0, 200_000, 400).tolist()):
        for other, layer, bits in _met(person, n % 9, 5):
            assert other != person
            assert (person, layer, bits) in _met(other, n % 9, 5)
            seen[layer] += 1
    assert (seen > 100).all()


def test_contacts_are_as_many_and_as_mixed_as_published() -> None:
    """Mistry et al. 2021: 4.11 contacts at home, 8.07 at work, 11.41 at school for who has them, 2.79 in the community."""
    met = city_check.meetings(city(), asked=4000)
    made = city().map.people
    pupil = ((made["age"] & YEARS) < 18) & ((made["age"] & YEARS) >= 6)
    random = np.random.default_rng(3)
    at_school = [
        sum(layer in {1, 2} for _, layer, _ in _met(person, day, 9))
        for day in range(7)
        for person in random.choice(np.flatnonzero(pupil & (made["team"] != NONE)), 60).tolist()
    ]
    assert np.mean(at_school) == pytest.approx(11.4, abs=0.8)
    assert met.by_layer["friend"] + met.by_layer["near"] + met.by_layer["city"] == pytest.approx(2.79, abs=0.2)
    assert met.degree_sd > np.sqrt(met.degree)  # more unlike than a Poisson number
    assert 0.05 < met.clustering < 0.5
    assert 0.4 < met.repeated < 0.9
    bands = met.mixing
    assert bands[2, 2] == bands[2].max()  # pupils of 10 to 14 meet each other most
    assert bands[1:3, 5:9].sum() > bands[1:3, 10:].sum()  # and then their parents' generation
    assert 0.3 < city_check.assortativity(bands) < 0.6


def test_strangers_are_met_once_and_friends_again() -> None:
    again = {layer: [0, 0] for layer in range(6)}
    for person in range(0, 20_000, 50):
        today, later = _met(person, 0, 3), _met(person, 1, 3)
        for layer in range(6):
            mine = {other for other, where, _ in today if where == layer}
            again[layer][0] += len(mine)
            again[layer][1] += len(mine & {other for other, where, _ in later if where == layer})
    assert again[0][1] == again[0][0]  # the household, every day
    assert again[5][1] == 0  # across the city, never
    assert again[4][1] <= 0.01 * again[4][0]
    assert 0.2 < again[3][1] / again[3][0] < 0.55  # friends: on a third of the days


def test_households_do_not_meet_whole_households() -> None:
    """An affine pairing would lead the second of a household to the neighbour of whom the first meets."""
    together = 0
    for person in range(0, 40_000, 20):
        one = {other for other, layer, _ in _met(person, 2, 11) if layer >= 4}
        two = {other for other, layer, _ in _met(person + 1, 2, 11) if layer >= 4}
        together += any(abs(a - b) <= 2 for a in one for b in two)
    assert together < 15


@pytest.mark.parametrize(
    ("line", "instead", "code", "key"),
    [
        ("male = 0.5124", "male = 1.2", "twin_value_unfit", "ages.male"),
        ("male = 0.5124", "mail = 0.5", "twin_key_unknown", "ages.mail"),
        ("cell_people = 1000", "", "twin_key_missing", "space.cell_people"),
        (
            'team_size = "chosen: the colleagues met every day; see contacts"',
            "",
            "twin_source_missing",
            "work.team_size",
        ),
        ("[schools]", "[schoolz]", "twin_key_unknown", "[schoolz]"),
        ("generation_gap = 27.5", "generation_gap = -3", "twin_value_unfit", "households.generation_gap"),
        ("[0, 4, 77.88]", "[9, 4, 77.88]", "twin_value_unfit", "ages.bands[0]"),
    ],
)
def test_a_bad_city_file_is_refused_by_the_key(tmp_path: Path, line: str, instead: str, code: str, key: str) -> None:
    text = CHINA.read_text(encoding="utf-8")
    assert line in text
    path = tmp_path / "CITY.toml"
    path.write_text(text.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_city(path)
    assert (refused.value.code, refused.value.told["key"]) == (code, key)


def test_marginals_that_cannot_be_met_are_refused(tmp_path: Path) -> None:
    text = CHINA.read_text(encoding="utf-8")
    path = tmp_path / "CITY.toml"
    old = "\n".join(line for line in text.splitlines() if line.startswith(("  [", "bands", "]")))
    start, end = text.index("bands = ["), text.index("male = ")
    assert old
    path.write_text(text[:start] + "bands = [[0, 17, 80], [18, 80, 20]]\n" + text[end:], encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_city(path)
    assert refused.value.code == "city_marginals_unmet"
    with pytest.raises(Refused, match="city_too_small"):
        read_city(CHINA).sized(1000)
    with pytest.raises(Refused, match="city_too_fine"):
        read_city(CHINA).sized(90_000_000)
