"""The register on disk: what is loaded is found, what is erased is gone, and a killed load leaves nothing half-done."""

from __future__ import annotations

import csv
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.errors import Refused
from ringfence.core.vault import DESTROYED, Vault
from ringfence.facts.ids import HouseholdId, PersonId, derive
from ringfence.registry import checks
from ringfence.registry.blocks import KINDS, Described, blocks
from ringfence.registry.register.erase import erase, rewrap
from ringfence.registry.register.load import Loaded, load_people
from ringfence.registry.register.segments import Register
from tests.bench.people import ON, write_people

N = 600


@dataclasses.dataclass(frozen=True)
class Town:
    """A loaded register with the rows it came from."""

    home: Path
    file: Path
    vault: Vault
    loaded: Loaded
    rows: list[dict[str, str | None]]

    @property
    def register(self) -> Register:
        return Register.open(self.home)


def make_town(home: Path, n: int = N, workers: int = 0) -> Town:
    file, vault = write_people(home / "people.parquet", n), Vault.open(home / "keys")
    loaded = load_people([file], home=home, vault=vault, source="police", on=ON, workers=workers, batch=128)
    return Town(home, file, vault, loaded, pyarrow.parquet.read_table(file).to_pylist())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def own_town(tmp_path: Path) -> Town:
    return make_town(tmp_path, 40)


def load(home: Path, columns: Mapping[str, Sequence[str]], **more: object) -> Loaded:
    """Load a small table from CSV."""
    file = home / "small.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(columns)
        lines.writerows(zip(*columns.values(), strict=True))
    asked = {"home": home, "vault": Vault.open(home / "keys"), "source": "s", "on": ON, "workers": 0} | more
    return load_people([file], **asked)  # type: ignore[arg-type]


def described(row: dict[str, str | None]) -> Described:
    """What the file says of a person, by the slow checks."""
    number = checks.id_number(row["id_number"]).normal if row["id_number"] else None
    return Described(
        name=row["name"] or "",
        birth_on=date.fromisoformat(row["birth_on"] or ""),
        sex=checks.sex(row["sex"] or ""),
        id_number=number,
        phone=checks.phone_by_library(row["phone"], "CN") if row["phone"] else None,
        address=row["address"],
        jurisdiction=row["jurisdiction"],
    )


# -- found again ------------------------------------------------------------------------------------------------------


def test_every_person_is_found_by_id_and_opens(town: Town) -> None:
    register = town.register
    assert register.people == town.loaded.people == N
    for row in town.rows:
        person = PersonId(derive("person", "police", row["code"]))
        dense = register.dense_of(person)
        assert dense is not None
        assert register.person_of(dense) == person
        assert register.known(dense, town.vault) == described(row)
        assert register.identity(dense, town.vault).code == row["code"]
        told = register.public(dense)
        assert told.household == derive("household", "police", row["household"])
        assert (told.jurisdiction, told.occupation, told.group) == (row["jurisdiction"], row["occupation"], None)
        assert told.stay == (row["stay"] or row["jurisdiction"])


def test_look_ups_are_those_of_a_dictionary(town: Town) -> None:
    register, twin = town.register, defaultdict(set)
    for row in town.rows:
        dense = register.dense_of(PersonId(derive("person", "police", row["code"])))
        for kind, text in blocks(described(row)):
            twin[kind, town.vault.blind(kind, text)].add(dense)
    assert {kind for kind, _ in twin} == set(KINDS)
    for (kind, blind), denses in twin.items():
        assert set(register.holding(kind, blind).tolist()) == denses


@given(kind=st.sampled_from(KINDS), blind=st.integers(-(2**63), 2**63 - 1))
def test_an_unknown_hash_finds_nobody(town: Town, kind: str, blind: int) -> None:
    assert not len(town.register.holding(kind, blind))


def test_households_and_places_are_whole(town: Town) -> None:
    register = town.register
    by: dict[str, dict[str | None, set[int | None]]] = {
        column: defaultdict(set) for column in ("household", "jurisdiction", "stay")
    }
    for row in town.rows:
        dense = register.dense_of(PersonId(derive("person", "police", row["code"])))
        for column, groups in by.items():
            groups[row[column] or row["jurisdiction"]].add(dense)
    for code, people in by["jurisdiction"].items():
        assert set(register.of_jurisdiction(code or "").tolist()) == people
    for code, people in by["stay"].items():
        assert set(register.staying_in(code or "").tolist()) == people
    for code, people in by["household"].items():
        assert set(register.of_household(HouseholdId(derive("household", "police", code))).tolist()) == people
    assert register.counts() == {code: len(people) for code, people in by["jurisdiction"].items()}
    assert register.counts("stay") == {code: len(people) for code, people in by["stay"].items()}


@pytest.mark.parametrize("person", ["person_aaaaaaaaaaaaaaaa", "nobody", "", "person_!"])
def test_nobody_else_is_registered(town: Town, person: str) -> None:
    assert town.register.dense_of(PersonId(person)) is None


@pytest.mark.parametrize("dense", [-1, N])
def test_a_number_beyond_the_register_is_refused(town: Town, dense: int) -> None:
    with pytest.raises(Refused, match="person_not_registered"):
        town.register.public(dense)


def test_no_name_lies_open_on_the_disk(town: Town) -> None:
    stored = b"".join(path.read_bytes() for path in sorted((town.home / "people").rglob("*")) if path.is_file())
    for row in town.rows[:50]:
        for secret in ("name", "id_number", "phone", "code", "address"):
            assert (row[secret] or "\0none").encode() not in stored


# -- loading ----------------------------------------------------------------------------------------------------------


def test_processes_load_what_one_process_loads(town: Town, tmp_path: Path) -> None:
    again = make_town(tmp_path, workers=2)
    assert again.loaded.sha256 == town.loaded.sha256
    for column in ("id_head", "birth", "jurisdiction", "stay", "household_head", "source_row"):
        one, other = (each.register.segments[0].column(column) for each in (town, again))
        assert (one == other).all()
    assert again.register.known(N - 1, again.vault) == described(town.rows[-1])


def written(home: Path) -> dict[Path, int]:
    """When each file under the register was last written."""
    return {path: path.stat().st_mtime_ns for path in (home / "people").rglob("*") if path.name != ".lock"}


def test_a_second_load_changes_nothing(own_town: Town) -> None:
    before = written(own_town.home)
    again = load_people([own_town.file], home=own_town.home, vault=own_town.vault, source="police", on=ON, workers=0)
    assert not again.new
    assert (again.sha256, again.people, again.base) == (own_town.loaded.sha256, 40, 0)
    assert {
        path: path.stat().st_mtime_ns for path in (own_town.home / "people").rglob("*") if path.name != ".lock"
    } == before
    with pytest.raises(Refused, match="people_loaded_as_another_source"):
        load_people([own_town.file], home=own_town.home, vault=own_town.vault, source="other", on=ON, workers=0)


GOOD = {"code": "1", "name": "王伟", "jurisdiction": "2301"}
BAD = [
    ("name", "", "missing"),
    ("jurisdiction", "", "missing"),
    ("id_number", "110105194912310021", "id_checksum"),
    ("id_number", "?", "id_shape"),
    ("phone", "nil", "phone_invalid"),
    ("birth_on", "soon", "birth_not_a_date"),
    ("birth_on", "2030-01-01", "birth_in_future"),
    ("age", "old", "age_not_a_number"),
    ("sex", "maybe", "sex_unknown_word"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD)
def test_a_bad_value_is_reported_with_its_row_and_reason(tmp_path: Path, column: str, value: str, reason: str) -> None:
    columns = {name: [text, text + "b", text] for name, text in GOOD.items()}
    columns["code"] = ["1", "2", "3"]
    columns[column] = (
        [columns.get(column, [""])[0], value, ""] if column not in GOOD else [GOOD[column], value, GOOD[column]]
    )
    with pytest.raises(Refused, match="people_rows_bad"):
        load(tmp_path, columns)
    assert not Register.open(tmp_path).people
    taken = load(tmp_path, columns, take_good=True)
    assert (taken.people, taken.refused) == (2, 1)
    assert taken.refused_report is not None
    assert taken.refused_report.stat().st_mode & 0o777 == 0o600
    with taken.refused_report.open(encoding="utf-8-sig") as report:
        assert list(csv.DictReader(report)) == [
            {"file": "small.csv", "row": "2", "column": column, "value": value, "reason": reason}
        ]


def test_rows_that_contradict_their_number_are_reported(tmp_path: Path) -> None:
    number = "11010519491231002X"  # a woman born on 1949-12-31
    columns = {
        "code": ["1", "2", "3", "4"],
        "name": ["a", "b", "c", "d"],
        "jurisdiction": ["x"] * 4,
        "id_number": [number] * 4,
        "sex": ["女", "男", "", ""],
        "birth_on": ["1949-12-31", "", "1949-12-30", ""],
    }
    taken = load(tmp_path, columns, take_good=True)
    assert taken.refused_report is not None
    with taken.refused_report.open(encoding="utf-8-sig") as report:
        assert [(line["row"], line["reason"]) for line in csv.DictReader(report)] == [
            ("2", "sex_contradicts_id"),
            ("3", "birth_contradicts_id"),
        ]
    filled = Register.open(tmp_path).public(1)
    assert (filled.birth_on, filled.sex) == (date(1949, 12, 31), checks.FEMALE)


def test_a_code_told_twice_counts_once(tmp_path: Path) -> None:
    columns = {
        "code": ["1", "2", "1"],
        "name": ["a", "b", "c"],
        "jurisdiction": ["x", "x", "y"],
        "phone": ["", "", "13912345678"],
    }
    taken = load(tmp_path, columns, take_good=True)
    register, vault = Register.open(tmp_path), Vault.open(tmp_path / "keys")
    assert (taken.people, taken.refused, register.people) == (2, 1, 2)
    assert register.counts() == {"x": 2}
    assert register.known(0, vault).name == "a"
    assert not len(register.holding("phone", vault.blind("phone", "+8613912345678")))
    assert register.key_of(2)[0] == DESTROYED


def test_a_later_load_replaces_a_person(tmp_path: Path) -> None:
    load(tmp_path, {"code": ["1", "2"], "name": ["王伟", "b"], "jurisdiction": ["x", "x"], "household": ["h", "h"]})
    second = load(
        tmp_path, {"code": ["3", "1"], "name": ["c", "王玮"], "jurisdiction": ["x", "y"], "household": ["g", "h"]}
    )
    register, vault = Register.open(tmp_path), Vault.open(tmp_path / "keys")
    moved = register.dense_of(PersonId(derive("person", "s", "1")))
    assert (second.base, moved, register.people) == (2, 3, 3)
    assert register.known(3, vault).name == "王玮"
    assert register.counts() == register.counts("stay") == {"x": 2, "y": 1}
    assert set(register.of_household(HouseholdId(derive("household", "s", "h"))).tolist()) == {1, 3}
    assert register.of_jurisdiction("x").tolist() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "people.csv"
    lines = [
        ("编号", "姓名", "性别", "手机", "居住地"),
        ("1", "王伟", "男", "13912345678", "道里区"),
        ("2", '"李, 娜"', "女", "", "道里区"),
    ]
    file.write_text("\r\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    vault = Vault.open(tmp_path / "keys")
    load_people([file], home=tmp_path, vault=vault, source="s", on=ON, workers=0)
    register = Register.open(tmp_path)
    assert [register.known(dense, vault).name for dense in (0, 1)] == ["王伟", "李, 娜"]
    assert register.counts() == {"道里区": 2}


def test_a_line_with_too_few_values_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("code,name,jurisdiction\n1,a,x\n2,b\n3,c,x\n")
    taken = load_people(
        [file], home=tmp_path, vault=Vault.open(tmp_path / "keys"), source="s", on=ON, workers=0, take_good=True
    )
    assert (taken.people, taken.refused) == (2, 1)
    assert taken.refused_report is not None
    assert "number_of_values" in taken.refused_report.read_text(encoding="utf-8-sig")


def test_ages_and_own_headings(tmp_path: Path) -> None:
    columns = {"Nr": ["1"], "Who": ["Anna Smith"], "Where": ["x"], "age": ["30"]}
    load(tmp_path, columns, mapping={"code": "Nr", "name": "Who", "jurisdiction": "Where"}, country="GB")
    told = Register.open(tmp_path).public(0)
    assert told.birth_on is not None
    assert (told.birth_on.month, told.birth_on.day, told.birth_exact) == (1, 1, False)
    assert told.birth_on.year in (1990, 1991)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "people_file_broken"),
        (b"PAR1 and nothing else", "people_file_broken"),
        (b"a,b\n1,2\n", "people_column_missing"),
        (b"code,code,name,jurisdiction\n1,2,3,4\n", "people_column_doubled"),
    ],
)
def test_a_file_that_is_no_register_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(Refused, match=code):
        load_people([file], home=tmp_path, vault=Vault.open(tmp_path / "keys"), source="s", on=ON, workers=0)


def test_a_missing_file_and_a_wrong_mapping_are_refused(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "keys")
    with pytest.raises(Refused, match="people_file_missing"):
        load_people([tmp_path / "gone"], home=tmp_path, vault=vault, source="s", on=ON)
    for mapping, code in (({"nam": "name"}, "people_field_unknown"), ({"name": "gone"}, "people_column_missing")):
        with pytest.raises(Refused, match=code):
            load(tmp_path, {"code": ["1"], "name": ["a"], "jurisdiction": ["x"]}, mapping=mapping)


def test_numbers_and_dates_of_parquet_are_read_as_text(tmp_path: Path) -> None:
    table = pa.table({"code": [7], "name": ["a"], "jurisdiction": [2301], "birth_on": [date(1980, 2, 3)]})
    pyarrow.parquet.write_table(table, tmp_path / "p.parquet")
    load_people(
        [tmp_path / "p.parquet"], home=tmp_path, vault=Vault.open(tmp_path / "keys"), source="s", on=ON, workers=0
    )
    register = Register.open(tmp_path)
    assert register.dense_of(PersonId(derive("person", "s", 7))) == 0
    assert (register.public(0).birth_on, register.public(0).jurisdiction) == (date(1980, 2, 3), "2301")


def test_places_become_ours_and_an_unknown_one_is_reported(tmp_path: Path) -> None:
    columns = {
        "code": ["1", "2", "3", "4"],
        "name": ["a", "b", "c", "d"],
        "jurisdiction": ["230102", "230103", "999999", "230102"],
        "stay": ["", "230102", "", "x"],
    }
    places = {"230102": "cn.23.01.02.", "230103": "cn.23.01.03."}
    taken = load(tmp_path, columns, places=places, take_good=True)
    assert taken.refused_report is not None
    with taken.refused_report.open(encoding="utf-8-sig") as report:
        assert [(line["row"], line["column"], line["value"], line["reason"]) for line in csv.DictReader(report)] == [
            ("3", "jurisdiction", "999999", "place_unknown"),
            ("4", "stay", "x", "place_unknown"),
        ]
    register, vault = Register.open(tmp_path), Vault.open(tmp_path / "keys")
    assert register.counts("stay") == {"cn.23.01.02.": 2}
    assert register.residing_under("cn.23.").tolist() == [0, 1]
    assert register.residing_under("cn.23.01.03.").tolist() == [1]
    assert register.staying_under("cn.23.01.02.").tolist() == [0, 1]
    assert not len(register.residing_under("cn.24."))
    sought = Described(name="b", jurisdiction="cn.23.01.03.")
    assert [register.holding(kind, vault.blind(kind, text)).tolist() for kind, text in blocks(sought)] == [[1]]


def test_a_file_of_nobody(tmp_path: Path) -> None:
    assert load(tmp_path, {"code": [], "name": [], "jurisdiction": []}).people == 0
    assert Register.open(tmp_path).counts() == {}


# -- killed -----------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from ringfence.core.vault import Vault
from ringfence.registry.register.load import load_people

def count(read, total):
    print(read, flush=True)

if __name__ == "__main__":
    home = Path(sys.argv[1])
    load_people([home / "people.parquet"], home=home, vault=Vault.open(home / "keys"), source="police",
                on=date(2021, 9, 24), workers=int(sys.argv[2]), batch=50, progress=count)
"""


@pytest.mark.parametrize("workers", [0, 1])
def test_a_killed_load_leaves_nothing_and_the_next_one_is_whole(tmp_path: Path, workers: int) -> None:
    write_people(tmp_path / "people.parquet", 2000)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, script, tmp_path, str(workers)], stdout=subprocess.PIPE, env=here
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == 50
        workers_left = list(_children(process.pid))
        process.send_signal(signal.SIGKILL)
    assert Register.open(tmp_path).people == 0
    assert [path.name[:9] for path in (tmp_path / "people").iterdir() if path.is_dir()] == [".building"]
    deadline = time.monotonic() + 20
    while any(_alive(worker) for worker in workers_left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [worker for worker in workers_left if _alive(worker)]
    again = load_people(
        [tmp_path / "people.parquet"],
        home=tmp_path,
        vault=Vault.open(tmp_path / "keys"),
        source="police",
        on=ON,
        workers=0,
    )
    assert (again.new, again.people, Register.open(tmp_path).people) == (True, 2000, 2000)
    assert sorted(path.name for path in (tmp_path / "people").iterdir()) == [".lock", again.sha256]


def _children(process: int) -> Iterator[int]:
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        yield from map(int, path.read_text().split())


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# -- erased -----------------------------------------------------------------------------------------------------------


def test_an_erased_person_opens_for_nobody_and_is_found_by_no_hash(own_town: Town) -> None:
    open_before, row = own_town.register, own_town.rows[7]
    person = PersonId(derive("person", "police", row["code"]))
    dense = open_before.dense_of(person)
    assert dense is not None
    key, owner = open_before.key_of(dense)
    note = own_town.vault.seal(key, "an interview note", owner)
    folder = open_before.segments[0].folder
    begin, end = open_before.segments[0].sealed_span(7)
    sealed = (folder / "identities.bin").read_bytes()[begin:end]
    hashes = [(kind, own_town.vault.blind(kind, text)) for kind, text in blocks(described(row))]
    found_before = [set(open_before.holding(kind, blind).tolist()) for kind, blind in hashes]
    assert erase(own_town.home, person) == 1
    for register in (open_before, own_town.register):
        with pytest.raises(Refused, match="identity_erased"):
            register.identity(dense, own_town.vault)
        with pytest.raises(Refused, match="identity_erased"):
            own_town.vault.unseal(register.key_of(dense)[0], note, owner)
        for (kind, blind), before in zip(hashes, found_before, strict=True):
            assert set(register.holding(kind, blind).tolist()) == before - {dense}
        told = register.public(dense)
        assert (told.birth_exact, told.jurisdiction) == (False, row["jurisdiction"])
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert sealed not in stored
    assert key not in stored
    assert own_town.register.people == 40
    assert own_town.register.known(8, own_town.vault) == described(own_town.rows[8])
    assert erase(own_town.home, person) == 1
    assert erase(own_town.home, PersonId("person_aaaaaaaaaaaaaaaa")) == 0


def test_rewrapping_keeps_everyone_and_brings_nobody_back(own_town: Town) -> None:
    gone = PersonId(derive("person", "police", own_town.rows[3]["code"]))
    erase(own_town.home, gone)
    own_town.vault.turn_wrapping_key()
    assert rewrap(own_town.home, own_town.vault) == 39
    assert rewrap(own_town.home, own_town.vault) == 0
    own_town.vault.retire_wrapping_keys()
    vault, register = Vault.open(own_town.home / "keys"), own_town.register
    for dense, row in enumerate(own_town.rows):
        if dense == 3:
            with pytest.raises(Refused, match="identity_erased"):
                register.known(dense, vault)
        else:
            assert register.known(dense, vault) == described(row)
