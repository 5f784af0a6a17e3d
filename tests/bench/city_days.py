"""Days of an invented city: stays of every person from counters and a seed, the same on every machine; nothing is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ringfence.science.compiled import compiled

KINDS = ("home", "work", "meal", "ride", "shop", "leisure", "hospital")
FIRST_DAY = 18_900  # 2021-09-30, in days since 1970
FULL, SPARSE = True, False
"""Stays a person and day: about six, with rides and meals, or about three."""


def places_of(n_people: int) -> np.ndarray:
    """int64[8]: where the places of each kind begin, and how many there are in all."""
    sizes = (n_people * 2 // 5, n_people // 25, n_people // 250, n_people // 400, n_people // 150, n_people // 400, n_people // 20_000)  # fmt: skip
    return np.concatenate(([0], np.cumsum([max(each, 1) for each in sizes]))).astype(np.int64)


@compiled
def _chance(seed: int, person: int, day: int, k: int) -> float:
    """A number from 0 to 1 for a counter: splitmix64 of the four."""
    word = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(person) * np.uint64(0xD1B54A32D192ED03)
    word += np.uint64(day) * np.uint64(0x8CB92BA72F3D8DD7) + np.uint64(k) * np.uint64(0x2545F4914F6CDD1D)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((word ^ (word >> np.uint64(31))) >> np.uint64(11)) / 9007199254740992.0


@compiled
def stays_of_day(
    begin: int, end: int, n_people: int, step: int, at: np.ndarray, day: int, full: bool, out: np.ndarray
) -> int:
    """Stays of the people begin to end on a day: rows of (person, place, start, end) in minutes; returns how many.

    `step` permutes the people, so that those of one household have ids far apart.
    """
    n = 0
    for p in range(begin, end):
        person = (p * step + 7) % n_people
        home = p * 2 // 5 % (at[1] - at[0])
        work = at[1] + np.int64((at[2] - at[1]) * _chance(1, p, 0, 0) ** 1.6)
        now = 390 + np.int64(120 * _chance(2, p, day, 1))
        goes = _chance(2, p, day, 2) < (0.85 if full else 0.7)
        if goes:
            if full:
                ride = 15 + np.int64(30 * _chance(2, p, day, 3))
                out[n] = person, at[3] + np.int64((at[4] - at[3]) * _chance(2, p, day, 4)), now, now + ride
                n, now = n + 1, now + ride + 3
            length = 180 + np.int64(60 * _chance(2, p, day, 5)) if full else 420 + np.int64(120 * _chance(2, p, day, 5))
            out[n] = person, work, now, now + length
            n, now = n + 1, now + length + 5
            if full:
                if _chance(2, p, day, 6) < 0.7:
                    meal = 20 + np.int64(40 * _chance(2, p, day, 7))
                    out[n] = person, at[2] + np.int64((at[3] - at[2]) * _chance(2, p, day, 8) ** 2), now, now + meal
                    n, now = n + 1, now + meal + 5
                length = 180 + np.int64(60 * _chance(2, p, day, 9))
                out[n] = person, work, now, now + length
                n, now = n + 1, now + length + 5
                ride = 15 + np.int64(30 * _chance(2, p, day, 10))
                out[n] = person, at[3] + np.int64((at[4] - at[3]) * _chance(2, p, day, 11)), now, now + ride
                n, now = n + 1, now + ride + 3
        for k in range(2):
            if _chance(2, p, day, 20 + k) < (0.55 if full else 0.4):
                own = np.int64(5 * _chance(2, p, day, 30 + k))
                rank = _chance(3, p, own, 0) if _chance(2, p, day, 40 + k) < 0.7 else _chance(2, p, day, 50 + k)
                length = 5 + np.int64(60 * _chance(2, p, day, 60 + k) ** 2)
                out[n] = person, at[4] + np.int64((at[5] - at[4]) * rank * rank), now, now + length
                n, now = n + 1, now + length + 10
        if _chance(2, p, day, 70) < 0.25:
            length = 40 + np.int64(80 * _chance(2, p, day, 71))
            out[n] = person, at[5] + np.int64((at[6] - at[5]) * _chance(2, p, day, 72) ** 2), now, now + length
            n, now = n + 1, now + length + 10
        if _chance(2, p, day, 80) < 0.012:
            length = 30 + np.int64(180 * _chance(2, p, day, 81))
            out[n] = person, at[6] + np.int64((at[7] - at[6]) * _chance(2, p, day, 82)), now, now + length
            n, now = n + 1, now + length + 10
        now = min(max(now, 1020), 1380)
        out[n] = person, home, now, 1440 + 390 + np.int64(90 * _chance(2, p, day + 1, 1))
        n += 1
    return n


SCHEMA = pa.schema(
    [("person", pa.int64()), ("place", pa.int64()), ("start", pa.timestamp("ms", "UTC")), ("end", pa.timestamp("ms", "UTC")),
     ("source", pa.dictionary(pa.int32(), pa.string())), ("kind", pa.dictionary(pa.int32(), pa.string()))]
)  # fmt: skip


TEXTS = SCHEMA.set(0, pa.field("person", pa.string())).set(1, pa.field("place", pa.string()))


def write_day(path: Path, n_people: int, day: int, full: bool, *, texts: bool = False) -> int:
    """A Parquet file of one day's stays, person by person, with whole numbers or texts as ids; returns how many."""
    schema = TEXTS if texts else SCHEMA
    at, total = places_of(n_people), 0
    step = next(each for each in range(n_people * 7 // 11 | 1, n_people * 2, 2) if np.gcd(each, n_people) == 1)
    out = np.empty((20 * 65_536, 4), np.int64)
    midnight = (FIRST_DAY + day) * 1440
    with pa.parquet.ParquetWriter(path, schema, compression="snappy", use_dictionary=["source", "kind"]) as file:
        for begin in range(0, n_people, 65_536):
            n = stays_of_day(begin, min(begin + 65_536, n_people), n_people, step, at, day, full, out)
            rows = out[:n]
            kind = (np.searchsorted(at, rows[:, 1], "right") - 1).astype(np.int32)
            ms = (rows[:, 2:] + midnight) * 60_000
            columns = [
                *(_ids(rows[:, k], letter, texts=texts) for k, letter in enumerate("pv")),
                pa.array(ms[:, 0].copy()).cast(SCHEMA.field("start").type), pa.array(ms[:, 1].copy()).cast(SCHEMA.field("end").type),
                pa.DictionaryArray.from_arrays(np.zeros(n, np.int32), ["check-ins"]), pa.DictionaryArray.from_arrays(kind, list(KINDS)),
            ]  # fmt: skip
            file.write_table(pa.table(columns, schema=schema))
            total += n
    return total


def _ids(numbers: np.ndarray, letter: str, *, texts: bool) -> pa.Array:
    told = pa.array(numbers.copy())
    return pc.binary_join_element_wise(letter, told.cast(pa.string()), "-") if texts else told
