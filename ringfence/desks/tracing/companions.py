"""Grid companions (时空伴随) of a case: whose stays lay in the same squares of the map for long enough. Weak evidence.

A pack switches it on. Visits carry no coordinates: squares are those of the places on record that have a point, which
visits name by id or by name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ringfence.desks.tracing.visits import days, meetings
from ringfence.facts.tracing import Closeness
from ringfence.registry.queries import areas
from ringfence.science.contacts_search import stays_of
from ringfence.science.grid import LONGEST, METRES_A_DEGREE, Stays, cells, companions, metres

if TYPE_CHECKING:
    from ringfence.desks.tracing.visits.store import Visits

Point = tuple[float, float]
CATEGORY = "other"


def companions_of(visits: Visits, asked: meetings.Search) -> list[meetings.Met]:
    """Who shared a square with the case for longer than the pack says, most minutes first; nobody where it has no numbers."""
    policy = asked.policy
    if policy.grid_side_m is None or policy.grid_minutes is None:
        return []
    end = meetings.minute(asked.ends_at)
    within = policy.grid_within
    begin = meetings.minute(asked.begins_at if within is None else asked.ends_at - within)
    squares = _squares(visits, asked, begin, end, policy.grid_side_m)
    told = _stays(visits, list(squares), begin, end) if squares else pl.DataFrame()
    if told.is_empty():
        return []
    own = set(asked.called)
    everybody = sorted({*told["person"].unique().to_list()} - own)
    number = {**{person: n for n, person in enumerate(everybody, 1)}, **dict.fromkeys(own, 0)}
    points = np.array([squares[place] for place in told["place"].to_list()], np.float64)
    stays = Stays(
        np.array([number[each] for each in told["person"].to_list()], np.uint32), points[:, 0].copy(),
        points[:, 1].copy(), told["start"].to_numpy(), told["end"].to_numpy(),
    )  # fmt: skip
    stay = int((policy.grid_stay or timedelta()).total_seconds() // 60)
    found = companions(stays, 0, begin, end, side_m=policy.grid_side_m, minutes=policy.grid_minutes, stay_minutes=stay)
    return [
        meetings.Met(
            everybody[person - 1], minutes, n, CATEGORY, meetings.moment(first), meetings.moment(last), (),
            Closeness.COMPANION,
        )
        for person, minutes, first, last, n in zip(*(column.tolist() for column in found), strict=True)
    ]  # fmt: skip


def _squares(visits: Visits, asked: meetings.Search, begin: int, end: int, side_m: float) -> dict[str, Point]:
    """Each place in the squares where the case was, as visits may call it -> metres east and north of one point.

    That point is the whole degree nearest to where the case was most, so that squares stay where they are.
    """
    codes = meetings.codes_of(visits, asked.called)
    window = np.full(len(codes), begin), np.full(len(codes), end)
    _, place, _, _ = stays_of(visits.city.table, codes, *window)
    points = list(areas.points_called(visits.places.shown(np.unique(place))).values())
    if not points:
        return {}
    lat, lon = np.array(points).T
    around = float(np.round(np.median(lat))), float(np.round(np.median(lon)))
    wanted = cells(*metres(lat, lon, around), side_m)
    north = side_m / METRES_A_DEGREE
    east = north / max(float(np.cos(np.radians(np.abs(lat).max()))), 0.01)
    corners = float(lat.min() - north), float(lon.min() - east), float(lat.max() + north), float(lon.max() + east)
    near = areas.places_between(*corners)
    x_m, y_m = metres(np.array([row[2] for row in near]), np.array([row[3] for row in near]), around)
    inside = np.isin(cells(x_m, y_m, side_m), wanted)
    names = [row[1] for row in near]
    found: dict[str, Point] = {}
    for n in np.flatnonzero(inside).tolist():
        id_, name = near[n][:2]
        found[id_] = float(x_m[n]), float(y_m[n])
        if names.count(name) == 1:
            found[name] = found[id_]
    return found


def _stays(visits: Visits, places: list[str], begin: int, end: int) -> pl.DataFrame:
    """(person, place, start, end) of every stay at these places that meets a window, in minutes since 1970 UTC."""
    first, last = (datetime.fromtimestamp(60 * minute, UTC) for minute in (begin, end))
    parts = []
    for day in sorted(visits.days):
        if not first.date() - timedelta(days=2) <= day <= last.date() + timedelta(days=1):
            continue
        rows = pl.scan_parquet(days.folder_of(visits.folder, day) / days.PARQUET).filter(
            pl.col("place").cast(pl.String).is_in(places), pl.col("start") < last, pl.col("end") > first
        )
        start, stop = (pl.col(name).dt.epoch("s") // 60 for name in ("start", "end"))
        whole = pl.min_horizontal(stop, start + LONGEST).alias("end")
        parts.append(rows.select(pl.col("person", "place").cast(pl.String), start.alias("start"), whole).collect())
    return pl.concat(parts) if parts else pl.DataFrame()
