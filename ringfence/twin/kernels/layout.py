"""How a synthetic city lies in memory and on disk: five arrays of fixed records, and the members of all groups.

People are numbered through the city: cell after cell, household after household. Area, cell and household of a person are
ranges of numbers, so that one record of 12 bytes holds all that the spread asks about a person in one visit to memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FORMAT = 1
NONE = 0xFFFFFFFF
"""The team of who has none."""
MALE = 0x80
"""The bit of `age` that says the sex; the other seven are years of age."""
YEARS = 0x7F

CLASS, WORK, WARD = 0, 1, 2
KINDS = ("class", "work", "ward")
"""Kinds of teams and of their sites (schools, workplaces, hospitals)."""

PERSON = np.dtype(
    [
        ("age", "u1"),
        ("home", "u1"),  # place in the household (low 4 bits) and its size (high 4 bits)
        ("cell", "u2"),
        ("team", "u4"),
        ("seat", "u2"),  # place in the team
        ("site_seat", "u2"),  # place in the site
    ]
)
TEAM = np.dtype([("start", "u4"), ("size", "u2"), ("kind", "u1"), ("stage", "u1"), ("site", "u4")])
"""A school class, a team at work, a ward: a range of `members`."""
SITE = np.dtype([("start", "u4"), ("size", "u4"), ("cell", "u4"), ("kind", "u1"), ("stage", "u1"), ("unused", "u2")])
"""A school, a workplace, a hospital: a range of `members` that holds its teams."""
CELL = np.dtype([("start", "u4"), ("people", "u4"), ("area", "u4"), ("lon", "f4"), ("lat", "f4")])
"""A compound or a village: some hundred households, a range of people."""
AREA = np.dtype(
    [
        ("start", "u4"),
        ("people", "u4"),
        ("first_cell", "u4"),
        ("cells", "u4"),
        ("district", "u4"),
        ("x", "i4"),
        ("y", "i4"),
    ]
)
"""A street or a township: a range of people and of cells."""


class Map(NamedTuple):
    """A city as its kernels see it."""

    people: npt.NDArray[np.void]  # PERSON[n_people]
    teams: npt.NDArray[np.void]  # TEAM[n_teams]
    sites: npt.NDArray[np.void]  # SITE[n_sites]
    cells: npt.NDArray[np.void]  # CELL[n_cells]
    areas: npt.NDArray[np.void]  # AREA[n_areas]
    members: npt.NDArray[np.uint32]  # people, team after team


DTYPES = {"people": PERSON, "teams": TEAM, "sites": SITE, "cells": CELL, "areas": AREA, "members": np.dtype("u4")}
