"""What the spread's kernels are told and what they remember: records of fixed layout, passed as one pointer each.

Scalars and small tables stand in one record (`PLAN`), not in a tuple: a tuple of sixty values would be copied at every call
of every kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

QUANTILES = 1024
AGES = 101
DAYS = 730
"""The longest run; an index of a day fits everywhere into two bytes."""
NEVER = 32000
"""A day that does not come."""
TESTS = 16
ROUNDS = 64

SETTINGS = ("imported", "home", "class", "work", "ward", "friend", "near", "city")
IMPORTED, NOBODY = np.int64(0), np.int64(-1)
SCHOOL, WORKING, GATHERING, TRANSIT, MASKS = (np.int64(each) for each in range(5))
MEASURES = 5
"""Rows of `measures`: shares of contacts left (the first four) or of transmission left (masks), by day."""

PLAN = np.dtype(
    [
        # the run
        ("days", "i8"), ("first", "i8"), ("stop_above", "i8"), ("seeds", "i8"), ("seed_areas", "i8"), ("seed_area", "i4", ROUNDS), ("imports", "f8"),
        # natural history
        ("rate", "f8"), ("weight", "f8", 8), ("home_exponent", "f8"), ("asymptomatic_infectious", "f8"),
        ("latent", "i2", QUANTILES), ("gap", "i2", QUANTILES), ("profile", "i2", QUANTILES), ("heat", "f8", QUANTILES),
        ("asymptomatic", "f8", AGES), ("susceptible", "f8", AGES), ("severe", "f8", AGES), ("fatal", "f8", AGES),
        ("hospital_after", "i8"), ("hospital_days", "i8"),
        ("sensitivity", "f8", 64), ("specificity", "f8"),
        # vaccines
        ("covered", "f8", AGES), ("ve_infection", "f8"), ("ve_transmission", "f8"), ("ve_severe", "f8"),
        # people's own part
        ("sick_at_home", "f8"),
        # testing of the ill
        ("tested", "f8"), ("tested_before", "f8"), ("test_after", "i2", QUANTILES), ("turnaround", "i8"), ("background", "f8"),
        # mass testing
        ("rounds", "i8"), ("round_first", "i8"), ("round_every", "i8"), ("round_takes", "i8"), ("participation", "f8"),
        ("pool", "i8"), ("pooled", "f8"), ("retest_after", "i8"), ("round_local", "i8"), ("round_absolute", "i8"),
        # tracing
        ("traced", "f8", 8), ("trace_after", "i8"), ("lookback", "i8"), ("trace_cases", "i8"),
        ("second", "f8"), ("second_days", "i8"), ("notice_after", "i8"),
        # quarantine and isolation
        ("q_days", "i8"), ("central", "f8"), ("rooms", "i8"), ("moves", "i8"), ("home_leak", "f8"), ("central_leak", "f8"),
        ("q_tests", "i8"), ("q_test", "i8", TESTS), ("isolate_after", "i8"), ("isolation_days", "i8"), ("isolation_leak", "f8"),
        # zones
        ("zones", "i8"), ("zone_after", "i8"), ("zone_days", "i8"), ("cell_open", "f8"), ("area_open", "f8"),
        ("zone_test_every", "i8"), ("area_zones", "i8"),
        # measures
        ("measures_absolute", "i8"), ("measures", "f8", (MEASURES, DAYS + 1)),
        # laboratories: people a day through sampling; tubes a day through delivery, testing and reporting
        ("stages", "f8", 4),
    ]
)  # fmt: skip

STATE = np.dtype(
    [
        ("person", "u4"), ("slot", "i4"), ("infector", "i4"), ("offspring", "i4"),
        ("infected", "i2"), ("ready", "i2"), ("onset", "i2"), ("detected", "i2"), ("isolated", "i2"),
        ("q_from", "i2"), ("moved", "i2"), ("q_until", "i2"), ("trace", "i2"), ("last_test", "i2"),
        ("setting", "u1"), ("order", "u1"), ("found_as", "u1"), ("unused", "u1"),
    ]
)  # fmt: skip
"""What is known of somebody who is infected or has been traced."""

HIT = np.dtype([("next", "i4"), ("who", "i4"), ("chance", "u4"), ("layer", "u1"), ("slot", "u1"), ("unused", "u2")])
"""A contact that infects where nothing prevents it; kept until its day."""
EVENT = np.dtype([("next", "i4"), ("who", "i4"), ("kind", "i4"), ("with", "i4")])
DUE = np.dtype([("day", "i4"), ("who", "i4"), ("kind", "i4"), ("with", "i4")])
"""Something that is due on a day for somebody of `Start.people`, by their place there."""

SWAB_ILL, SWAB_QUARANTINE, SWAB_ZONE, SWAB_MASS, SWAB_MATE, FOUND, POOL, TRACE, ADMITTED = (
    np.int64(each) for each in range(9)
)
"""Kinds of events. Why not plain numbers: a kernel would be compiled anew for every constant it is called with."""
NOTHING, ONE, FIRST_ORDER, SECOND_ORDER = np.int64(0), np.int64(1), np.int64(1), np.int64(2)
AS_ILL, AS_CONTACT, AS_ZONE, AS_MASS = 1, 2, 3, 4
"""How somebody was found."""

COUNTS = (
    "infections", "detected", "found_ill", "found_in_quarantine", "found_in_zone", "found_in_rounds", "imported",
    "symptomatic", "admitted", "deaths", "tests", "tubes", "contacts", "second_contacts", "quarantine_days",
    "isolation_days", "zone_days", "hold_days", "rooms_most", "beds_most", "first_detected", "last_community",
    "false_tubes", "late_results", "waited_for_tracing", "without_room", "states", "hits", "area_days",
)  # fmt: skip
C = {name: place for place, name in enumerate(COUNTS)}


class Start(NamedTuple):
    """Who is infected, found or in quarantine when a run begins on a later day than 0; nobody twice."""

    people: npt.NDArray[np.void]  # STATE[n]: `slot`, `offspring` and `unused` are not read
    due: npt.NDArray[np.void]  # DUE[m]: what is due from the first day on; tracing also before it, done as of then


class Space(NamedTuple):
    """What one replicate writes to; cleared by undoing, so that its size costs nothing."""

    state: npt.NDArray[np.void]  # STATE[room]
    index: npt.NDArray[
        np.uint64
    ]  # shadows the tuple's own search; person << 32 | state + 1, open addressing; 0 is empty
    table: npt.NDArray[np.int32]  # state + 1 of every person, or empty: the dense engine's
    hits: npt.NDArray[np.void]  # HIT[room]
    events: npt.NDArray[np.void]  # EVENT[room]
    used: npt.NDArray[np.int64]  # [16]: how much of the others is used; overflow; today; rooms and beds taken now
    heads: npt.NDArray[np.int32]  # [2, DAYS + 1]: first hit and first event of each day
    days: npt.NDArray[np.int64]  # [len(DAILY), DAYS + 1]: of rooms and beds the changes, and how many are taken
    zone: npt.NDArray[np.int16]  # [n_cells, 2]: sealed from, until
    area: npt.NDArray[np.int16]  # [n_areas, 2]: controlled from, until
    touched: npt.NDArray[np.int32]  # [2, n_cells]: cells and areas with an entry
    floats: npt.NDArray[np.float64]  # [9]: the laboratories' queue, then weights of layers
    active: npt.NDArray[np.int32]  # states that may still be found by a round or in a zone


DAILY = (
    "infections", "detected", "community", "rooms", "moves", "traced", "beds", "onsets", "tests", "rooms_taken", "beds_taken",
)  # fmt: skip
INFECTED_ON, DETECTED_ON, COMMUNITY_ON, ROOMS_ON, MOVES_ON, TRACED_ON, BEDS_ON, ONSETS_ON = range(8)
TESTS_ON, ROOMS_TAKEN, BEDS_TAKEN = range(8, 11)
N_STATE, N_HITS, N_EVENTS, N_CELLS, N_AREAS, N_ACTIVE, OVERFLOW, TODAY, ROOMS_NOW, BEDS_NOW = range(10)
FITS, FULL, NEEDS_TABLE = 0, 1, 2
