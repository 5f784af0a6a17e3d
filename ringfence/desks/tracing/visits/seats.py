"""Seats told in files of visits: kept beside a day's stays.

Hardly a stay has one, so the index carries none: `day=2021-09-25/seats.parquet` has the person, place, start, end and seat of
those that have, and goes when its day is forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ringfence.desks.tracing.visits import days
from ringfence.desks.tracing.visits.files import replaced

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.reading import Rows

SEATS = "seats.parquet"


def lay_aside(rows: Rows, good: npt.NDArray[np.uint8], work: Path) -> None:
    """Keep the rows of a batch that tell a seat until the load is whole."""
    if "seat" not in rows.told.schema.names:
        return
    seat = pc.utf8_trim_whitespace(rows.told.column("seat").cast(pa.string()))
    told = pc.and_(pa.array(good > 0), pc.fill_null(pc.greater(pc.utf8_length(seat), 0), fill_value=False))
    start, end = (pa.array(column).view(days.TIME) for column in (rows.start, rows.end))
    ids = {"person": rows.person.cast(pa.string()), "place": rows.place.cast(pa.string())}
    table = pa.table({**ids, "start": start, "end": end, "seat": seat}).filter(told)
    if len(table):
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        pyarrow.parquet.write_table(table, work / f"{rows.first:015d}.{SEATS}", compression="zstd")


def put(work: Path, visits: Path, zone: str) -> None:
    """Put what was laid aside beside its days; told again, a seat is told once."""
    parts = sorted(work.glob(f"*.{SEATS}"))
    if not parts:
        return
    told = pl.scan_parquet(parts).with_columns(day=pl.col("start").dt.convert_time_zone(zone).dt.date())
    for day in told.select(pl.col("day").unique()).collect()["day"].to_list():
        new = told.filter(pl.col("day") == day).drop("day").collect()
        path = days.folder_of(visits, day) / SEATS
        if path.exists():
            new = pl.concat((pl.read_parquet(path), new))
        with replaced(path) as file:
            new.unique(maintain_order=True).sort("place", "start").write_parquet(file, compression="zstd")
