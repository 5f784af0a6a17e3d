"""A city as the product's own files: registers of people and places, and visits, in Parquet.

Visits follow the contacts: whoever meets in the neighbourhood or across the city, by the same hash that spread and tracing
use, is in the same shop or on the same line at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringfence.twin.city import City
from ringfence.twin.kernels.keyed import key, mix
from ringfence.twin.kernels.layout import KINDS, MALE, NONE, YEARS
from ringfence.twin.kernels.visits import visits_of_day
from ringfence.twin.spread import habits

PIECE = 500_000
"""People written at a time."""
VISIT_KINDS = ("home", "class", "work", "ward", "shop", "transit")
SOURCE = "twin"
BORN, STAYS = 223, 229
SCHEMA = pa.schema(
    [("person", pa.string()), ("place", pa.string()), ("start", pa.timestamp("s", "UTC")), ("end", pa.timestamp("s", "UTC")),
     ("source", pa.dictionary(pa.int32(), pa.string())), ("kind", pa.dictionary(pa.int32(), pa.string()))]
)  # fmt: skip


def write_all(city: City, folder: Path, begins: date, days: int) -> dict[str, int]:
    """Write people.parquet, places.parquet and visits.parquet; returns how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "people": write_people(city, folder / "people.parquet", begins),
        "places": write_places(city, folder / "places.parquet"),
        "visits": write_visits(city, folder / "visits.parquet", begins, days),
    }


def _codes(prefix: str, numbers: npt.NDArray[Any]) -> pa.Array:
    texts = pc.utf8_lpad(pc.cast(pa.array(numbers.astype(np.int64)), pa.string()), 9, "0")
    return pc.binary_join_element_wise(prefix, texts, "")


def _group(total: int, first: int) -> slice:
    return slice(first, min(first + PIECE, total))


def write_people(city: City, path: Path, on: date) -> int:
    """The register: code, name, sex, birth, household, jurisdiction (cell), occupation; one row a person."""
    parts = [_group(city.people, first) for first in range(0, city.people, PIECE)]
    begun = _people(city, parts[0], on)
    with pq.ParquetWriter(path, begun.schema, compression="zstd") as writer:
        writer.write_table(begun)
        for part in parts[1:]:
            writer.write_table(_people(city, part, on))
    return city.people


def _people(city: City, part: slice, on: date) -> pa.Table:
    rows = city.map.people[part]
    numbers = np.arange(part.start, part.stop)
    codes = _codes("P", numbers)
    ages = (rows["age"] & YEARS).astype(np.int64)
    days = np.random.default_rng([city.seed, BORN, part.start]).integers(0, 365, len(rows))
    births = np.datetime64(on) - ages * 365 - ages // 4 - days
    team = rows["team"]
    kinds = np.where(team == NONE, len(KINDS), city.map.teams["kind"][np.where(team == NONE, 0, team)])
    pupil = (kinds == 0) & (ages < 22)  # noqa: PLR2004 (the oldest in a class who is no teacher)
    work = np.array(["teacher", "employee", "ward staff", "none"], object)[kinds]
    return pa.table({
        "code": codes, "name": pc.binary_join_element_wise("Person ", codes, ""),
        "sex": pa.array(np.where(rows["age"] >= MALE, "male", "female")),
        "birth_on": pa.array(births.astype("datetime64[D]").astype(str)),
        "household": _codes("H", numbers - (rows["home"] & 15)), "jurisdiction": _codes("C", rows["cell"]),
        "occupation": pa.array(np.where(pupil, "pupil", work).astype(object), pa.string()),
    })  # fmt: skip


def write_places(city: City, path: Path) -> int:
    """Sites, shops, transit lines and quarantine sites: place, kind, jurisdiction (cell), longitude, latitude, rooms."""
    cells, areas, sites = city.map.cells, city.map.areas, city.map.sites
    shops = shops_of(city)
    where = np.concatenate([np.repeat(areas["first_cell"], shops) + _within(shops, areas["cells"])])
    sited = np.repeat(areas["first_cell"], city.sites_per_area) + np.tile(np.arange(city.sites_per_area), len(areas))
    sited = np.minimum(sited, len(cells) - 1)
    parts = [
        (_codes("S", np.arange(len(sites))), np.array(KINDS, object)[sites["kind"]], sites["cell"], 0),
        (_codes("M", np.arange(len(where))), np.full(len(where), "shop", object), where, 0),
        (_codes("L", np.arange(city.lines)), np.full(city.lines, "transit", object), np.arange(city.lines) % len(cells), 0),
        (_codes("Q", np.arange(len(sited))), np.full(len(sited), "quarantine", object), sited, city.site_rooms),
    ]  # fmt: skip
    at = np.concatenate([part[2].astype(np.int64) for part in parts])
    table = pa.table({
        "place": pa.concat_arrays([part[0].combine_chunks() if isinstance(part[0], pa.ChunkedArray) else part[0] for part in parts]),
        "kind": pa.array(np.concatenate([part[1] for part in parts]), pa.string()),
        "jurisdiction": _codes("C", at), "lon": pa.array(cells["lon"][at]), "lat": pa.array(cells["lat"][at]),
        "rooms": pa.array(np.concatenate([np.full(len(part[2]), part[3]) for part in parts])),
    })  # fmt: skip
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)


def shops_of(city: City) -> npt.NDArray[np.int64]:
    """How many shops each area has: int64[n_areas], one at least."""
    return np.maximum(1, np.round(city.map.areas["people"] * city.shops_per_thousand / 1000)).astype(np.int64)


def _within(counts: npt.NDArray[np.int64], cells: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The cells, counted from an area's first, over which its shops are spread."""
    starts = np.cumsum(counts) - counts
    order = np.arange(counts.sum()) - np.repeat(starts, counts)
    found: npt.NDArray[np.int64] = order % np.repeat(np.maximum(cells.astype(np.int64), 1), counts)
    return found


def write_visits(city: City, path: Path, begins: date, days: int, seed: int = 1) -> int:
    """Visits of everybody on so many days, person, place, start, end, source, kind; returns the number of rows."""
    rep = np.uint64(key(np.uint64(mix(np.uint64(seed))), STAYS, 0))
    dated = [begins + timedelta(days=day) for day in range(days)]
    midnights = [(day, int(datetime.combine(on, time(), UTC).timestamp())) for day, on in enumerate(dated)]
    return write_days(city, path, midnights, rep, begins.weekday())


def write_days(city: City, path: Path, days: Sequence[tuple[int, int]], rep: np.uint64, first_weekday: int) -> int:
    """Visits of everybody on days of a run, each told with the second of its midnight; returns the number of rows.

    With the replicate's own key, whoever met in it is in the same place at the same time here.
    """
    told = habits(city, first_weekday)
    shop_first = np.concatenate([[0], np.cumsum(shops_of(city))])
    room = np.zeros((min(PIECE, city.people) * (3 + told.near + told.city), 5), np.int64)
    total = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for day, zero in days:
            for first in range(0, city.people, PIECE):
                until = min(first + PIECE, city.people)
                n = visits_of_day(city.map, told, rep, first, until, day, shop_first, city.lines, room)
                writer.write_table(_visits(room[:n], zero))
                total += n
    return total


def _visits(rows: npt.NDArray[np.int64], zero: int) -> pa.Table:
    kinds, letters = rows[:, 1], np.array(["H", "S", "S", "S", "M", "L"], object)
    places = pc.binary_join_element_wise(
        pa.array(letters[kinds], pa.string()), pc.utf8_lpad(pc.cast(pa.array(rows[:, 2]), pa.string()), 9, "0"), ""
    )
    kind = pa.DictionaryArray.from_arrays(pa.array(kinds.astype(np.int32)), pa.array(VISIT_KINDS))
    source = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(rows), np.int32)), pa.array([SOURCE]))
    moments = [pa.array(zero + rows[:, column] * 60).cast(pa.timestamp("s", "UTC")) for column in (3, 4)]
    return pa.table([_codes("P", rows[:, 0]), places, *moments, source, kind], schema=SCHEMA)
