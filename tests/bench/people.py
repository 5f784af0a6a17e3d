"""Loading a register of N people: seconds, people a second, memory. `python -m tests.bench.people 1000000`."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ringfence.core.vault import Vault
from ringfence.registry.register.load import load_people
from ringfence.registry.register.segments import Register
from tests.bench.measure import Row, below

ON = date(2021, 9, 24)
GROUP = 200_000
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "单仇区解查盖缪"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红兰燕梅建国志文斌鑫宇浩轩子涵梓萱思雨欣怡一诺晨俊博雅婷雪莹佳琪嘉懿煜城皓晓东海波辉鹏飞龙庆春凤云峰山林森旭阳光亮天成宝贵福"
    "德义仁信家安乐康宁世昌永胜利"
)
LATIN_FIRST = (
    "Anna",
    "John",
    "Maria",
    "José",
    "Pyotr",
    "Olga",
    "Ahmed",
    "Fatima",
    "Jörg",
    "Stephen",
    "Yuki",
    "Linh",
    "Ivan",
    "Chloé",
)
LATIN_LAST = (
    "Smith",
    "Müller",
    "Ivanov",
    "García",
    "Nguyen",
    "Schmidt",
    "Kowalski",
    "Rossi",
    "Andersson",
    "O'Brien",
    "Haddad",
    "Silva",
)
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])


def write_people(path: Path, n: int, seed: int = 1) -> Path:
    """A Parquet file of N made-up people, the same for the same N and seed; one in twelve has a Latin name."""
    schema = pa.schema(
        [
            (name, pa.string())
            for name in (
                "code",
                "name",
                "sex",
                "birth_on",
                "id_number",
                "phone",
                "address",
                "household",
                "jurisdiction",
                "stay",
                "occupation",
            )
        ]
    )
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for begin in range(0, n, GROUP):
            writer.write_table(
                _group(np.random.default_rng([seed, begin]), begin, min(GROUP, n - begin), n).cast(schema)
            )
    return path


def _joined(*parts: object) -> pa.Array:
    return pc.binary_join_element_wise(
        *[pa.array(part) if isinstance(part, np.ndarray) else part for part in parts], ""
    )


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def _group(random: np.random.Generator, begin: int, n: int, total: int) -> pa.Table:
    rows = np.arange(begin, begin + n)
    days = random.integers(-18_000, 18_700, n)
    male = random.random(n) < 0.5
    births = days.astype("datetime64[D]")
    serials = random.integers(0, 500, n) * 2 + male
    ids = _id_numbers(random.integers(230_100, 230_128, n), births, serials)
    places = _padded(rows * max(total // 2500, 1) // total, 6)
    stays = pc.if_else(
        pa.array(random.random(n) < 0.08), _padded(random.integers(0, max(total // 2500, 1), n), 6), None
    )
    return pa.table(
        {
            "code": _joined("P", _padded(rows, 9)),
            "name": _names(random, n),
            "sex": np.where(male, "男", "女"),
            "birth_on": np.datetime_as_string(births),
            "id_number": pc.if_else(pa.array(random.random(n) < 0.97), ids, None),
            "phone": pc.if_else(
                pa.array(random.random(n) < 0.8), _joined("13", _padded(random.integers(0, 10**9, n), 9)), None
            ),
            "address": _joined(places, "社区", _padded(rows // 300 % 9 + 1, 1), "号楼", _padded(rows % 300, 3), "室"),
            "household": _joined("H", _padded(rows * 2 // 5, 9)),
            "jurisdiction": _joined("2301", places),
            "stay": _joined("2301", stays),
            "occupation": np.array(["retail", "school", "health", "farm", "none"])[random.integers(0, 5, n)],
        }
    )


def _names(random: np.random.Generator, n: int) -> pa.Array:
    surnames, given = np.array(list(SURNAMES)), np.array(list(GIVEN))
    weights = 1 / np.arange(1, len(surnames) + 1)
    surname = surnames[random.choice(len(surnames), n, p=weights / weights.sum())]
    second = np.where(random.random(n) < 0.75, given[random.integers(0, len(given), n)], "")
    chinese = _joined(surname, given[random.integers(0, len(given), n)], second)
    first, last = np.array(LATIN_FIRST), np.array(LATIN_LAST)
    latin = _joined(first[random.integers(0, len(first), n)], " ", last[random.integers(0, len(last), n)])
    return pc.if_else(pa.array(random.random(n) < 1 / 12), latin, chinese)


def _id_numbers(counties: np.ndarray, births: np.ndarray, serials: np.ndarray) -> pa.Array:
    days = pc.replace_substring(pa.array(np.datetime_as_string(births)), "-", "")
    bodies = _joined(_padded(counties, 6), days, _padded(serials, 3))
    digits = np.frombuffer("".join(bodies.to_pylist()).encode(), np.uint8).reshape(-1, 17) - ord("0")
    checks = np.array(list("10X98765432"))[digits @ WEIGHTS % 11]
    return _joined(bodies, checks)


class Memory:
    """The most memory this process and its children held at once, sampled: sum of resident sets, in bytes."""

    def __enter__(self) -> Self:
        """Begin sampling."""
        self.peak, self.own_peak, self._over = 0, 0, threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._over.set()
        self._sampler.join()

    def _sample(self) -> None:
        while not self._over.is_set():
            held = np.array([_resident(process) for process in _family()]).sum(axis=0)
            self.peak, self.own_peak = max(self.peak, int(held[0])), max(self.own_peak, int(held[0] - held[1]))
            sleep(0.1)


def _family() -> list[int]:
    """The process itself and its descendants."""
    found = [0]
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(told[1]), []).append(int(path.parent.name))
    found = [int(Path("/proc/self").resolve().name)]
    for one in found:
        found += parents.get(one, [])
    return found


def _resident(process: int) -> tuple[int, int]:
    """(resident bytes of a process, those of them that are pages of files, which the disk cache can drop)."""
    try:
        told = Path(f"/proc/{process}/statm").read_text().split()
        return int(told[1]) * 4096, int(told[2]) * 4096
    except (OSError, IndexError):
        return 0, 0


NAME = "people"
WANTED = 10_000_000


def run(quick: bool) -> list[Row]:
    """10,000,000 people loaded; in quick mode 200,000, from which the time of ten million is reckoned in proportion."""
    n = 200_000 if quick else WANTED
    found = loaded(n)
    seconds = WANTED * found["seconds"] / n
    told = f"{n:,} people, {found['people_per_s']:,} a second; 10,000,000 in proportion" if quick else f"{n:,} people"
    note = f"{told}; {found['bytes_per_person']} bytes a person"
    return [
        below("load 10,000,000 people", seconds / 60, 8, "min", note=note),
        below("memory while loading", found["peak_gib"], 4, "GiB", note=f"{n:,} people, all processes"),
    ]


def loaded(n: int, workers: int = 2) -> dict[str, float]:
    """Make N people, load them, look some up: seconds, people/s, peak GiB of all processes, microseconds a look-up."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        file = write_people(home / "people.parquet", n)
        vault = Vault.open(home / "keys")
        before = _cpu_seconds()
        with Memory() as memory:
            loaded = load_people([file], home=home, vault=vault, source="bench", on=ON, workers=workers)
        spent = _cpu_seconds() - before
        size = sum(path.stat().st_size for path in (home / "people" / loaded.sha256).iterdir())
        return {
            "people": loaded.people,
            "seconds": round(loaded.seconds, 1),
            "cpu_seconds": round(spent, 1),
            "people_per_s": round(loaded.people / loaded.seconds),
            "peak_gib": round(memory.peak / 2**30, 2),
            "peak_gib_without_file_pages": round(memory.own_peak / 2**30, 2),
            "bytes_per_person": round(size / n),
            **look_ups(home, vault),
        }


def _cpu_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def look_ups(home: Path, vault: Vault) -> dict[str, float]:
    """Microseconds of each kind of look-up, the median of 300 different ones, warm."""
    begun = perf_counter()
    register = Register.open(home)
    register.dense_of(register.person_of(0))
    opened = perf_counter() - begun
    random = np.random.default_rng(2)
    people = [int(dense) for dense in random.integers(0, register.next_dense, 300)]
    known = [register.known(dense, vault) for dense in people]
    public = [register.public(dense) for dense in people]
    asked: dict[str, list[Any]] = {
        "dense_of": [lambda one=one: register.dense_of(one.person) for one in public],
        "public": [lambda dense=dense: register.public(dense) for dense in people],
        "identity": [lambda dense=dense: register.identity(dense, vault) for dense in people],
        "by_phone": [lambda one=one: register.holding("phone", vault.blind("phone", one.phone or "")) for one in known],
        "household": [lambda one=one: register.of_household(one.household) for one in public],
        "jurisdiction": [lambda one=one: register.of_jurisdiction(one.jurisdiction) for one in public],
    }
    return {"open_ms": round(1e3 * opened, 1)} | {f"{name}_us": _median_us(calls) for name, calls in asked.items()}


def _median_us(calls: list[Any]) -> float:
    spent = []
    for warm in (False, True):
        for call in calls:
            begun = perf_counter()
            call()
            spent += [perf_counter() - begun] * warm
    return round(1e6 * float(np.median(spent)), 1)


if __name__ == "__main__":
    print(json.dumps(loaded(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000), indent=1))
