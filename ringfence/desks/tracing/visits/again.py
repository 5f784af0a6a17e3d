"""What was made from the days, made anew: their indexes, and the numbering of people and places."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet

from ringfence.desks.tracing.visits import days
from ringfence.desks.tracing.visits.ids import Growing, Ids
from ringfence.desks.tracing.visits.names import Names, Tells


def numbering_lost(folder: Path) -> bool:
    """Whether there are days, but not the numbering of their people or places."""
    return any(not (folder / f"{name}.ids").exists() for name in ("people", "places")) and bool(days.days_in(folder))


def indexes_again(folder: Path, since: date = date.min) -> None:
    """Make every index from a day on that is missing or not its day's own; where the numbering itself is gone, that first.

    Refused: `visits_day_broken`.
    """
    names = Names(folder / "store.json")
    people, places = (Ids.open(folder / f"{name}.ids", name) for name in ("people", "places"))
    listed = [day for day in days.days_in(folder) if day >= since]
    if not len(people) or not len(places):
        names.ids += 1
    wrong = [day for day in listed if days.opened(days.folder_of(folder, day), names.ids) is None]
    growing = Growing(people), Growing(places)
    terms = days.Terms(names, people, places, Tells())
    for day in wrong:
        days.index_again(days.folder_of(folder, day), day, terms, *growing)
    if wrong:
        _kinds_again(folder, names, growing[1])
        for name, grown in zip(("people", "places"), growing, strict=True):
            if grown.n > grown.known:
                grown.written(folder / f"{name}.ids")
        names.write()


def _kinds_again(folder: Path, names: Names, places: Growing) -> None:
    """The kinds of places from their Parquet file, where the numbering had to be made anew."""
    if places.n > places.known and (folder / "places.parquet").exists():
        table = pyarrow.parquet.read_table(folder / "places.parquet").combine_chunks()
        codes = places.codes(table["place"].combine_chunks(), np.ones(len(table), np.uint8))
        kinds = [names.code(names.kinds, kind) for kind in table["kind"].to_pylist()]
        places.kinds = np.zeros(places.n, np.uint8)
        places.kinds[codes] = kinds
