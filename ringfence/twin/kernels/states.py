"""Finding, adding and forgetting the few people who are infected or traced."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.plan import (
    DAILY,
    DAYS,
    EVENT,
    FULL,
    HIT,
    N_AREAS,
    N_CELLS,
    N_EVENTS,
    N_HITS,
    N_STATE,
    NEEDS_TABLE,
    NEVER,
    OVERFLOW,
    STATE,
    Space,
)

SPREAD = np.uint64(0x9E3779B97F4A7C15)
S32 = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
DENSE_FROM = 100
"""One person in so many known, and a table of everybody is quicker than a map of those known."""


@inner
def find(space, person):
    """The state of a person, or -1."""
    if space.table.size:
        return np.int64(space.table[person]) - 1
    mask = np.int64(space.index.size - 1)
    at = np.int64((np.uint64(person) * SPREAD) >> S32) & mask
    while True:
        entry = space.index[at]
        if entry == np.uint64(0):
            return np.int64(-1)
        if np.int64(entry >> S32) == person:
            return np.int64(entry & LOW) - 1
        at = (at + 1) & mask


@inner
def state_of(space, person, people):
    """The state of a person, made where there is none; the last one, with a note, where there is no more room."""
    found = find(space, person)
    if found >= 0:
        return found
    new = space.used[N_STATE]
    if new + 1 >= space.state.size or (2 * (new + 1) >= space.index.size and not space.table.size):
        space.used[OVERFLOW] = FULL
        return new - 1
    if not space.table.size and new * DENSE_FROM > people:
        space.used[OVERFLOW] = NEEDS_TABLE
    space.used[N_STATE] = new + 1
    if space.table.size:
        at = np.int64(person)
        space.table[person] = new + 1
    else:
        mask = np.int64(space.index.size - 1)
        at = np.int64((np.uint64(person) * SPREAD) >> S32) & mask
        while space.index[at] != np.uint64(0):
            at = (at + 1) & mask
        space.index[at] = (np.uint64(person) << S32) | np.uint64(new + 1)
    s = space.state[new]
    s.person, s.slot, s.infector, s.offspring = person, at, -1, 0
    s.infected = s.ready = s.onset = s.detected = s.isolated = s.q_from = s.moved = s.q_until = s.trace = NEVER
    s.last_test = -NEVER
    s.setting = s.order = s.found_as = 0
    return new


@inner
def push_event(space, day, who, kind, other):
    """Keep something for its day; what lies beyond the last day is dropped."""
    if day > DAYS:
        return
    new = space.used[N_EVENTS]
    if new >= space.events.size:
        space.used[OVERFLOW] = FULL
        return
    space.used[N_EVENTS] = new + 1
    e = space.events[new]
    e.next, e.who, e.kind = space.heads[1, day], who, kind
    e["with"] = other
    space.heads[1, day] = new


@inner
def push_hit(space, day, who, layer, slot, chance):
    """Keep a hit for its day."""
    new = space.used[N_HITS]
    if new >= space.hits.size:
        space.used[OVERFLOW] = FULL
        return
    space.used[N_HITS] = new + 1
    h = space.hits[new]
    h.next, h.who, h.layer, h.slot, h.chance = space.heads[0, day], who, layer, slot, chance
    space.heads[0, day] = new


@inner
def forget(space):
    """Undo all that a replicate has written, in time proportional to what it wrote."""
    for n in range(space.used[N_STATE]):
        if space.table.size:
            space.table[space.state[n].slot] = 0
        else:
            space.index[space.state[n].slot] = np.uint64(0)
    for n in range(space.used[N_CELLS]):
        space.zone[space.touched[0, n], 0] = space.zone[space.touched[0, n], 1] = NEVER
    for n in range(space.used[N_AREAS]):
        space.area[space.touched[1, n], 0] = space.area[space.touched[1, n], 1] = NEVER
    space.used[:] = 0
    space.heads[:] = -1
    space.days[:] = 0


def new_space(n_cells: int, n_areas: int, room: int, people: int = 0) -> Space:
    """An empty space for so many states; with a table of everybody where `people` are told (the dense engine)."""
    cells = 1
    while cells < 4 * room:
        cells *= 2
    return Space(
        state=np.zeros(room, STATE),
        index=np.zeros(2 if people else cells, np.uint64),
        table=np.zeros(people, np.int32),
        hits=np.zeros(8 * room, HIT),
        events=np.zeros(8 * room, EVENT),
        used=np.zeros(16, np.int64),
        heads=np.full((2, DAYS + 1), -1, np.int32),
        days=np.zeros((len(DAILY), DAYS + 1), np.int64),
        zone=np.full((n_cells, 2), NEVER, np.int16),
        area=np.full((n_areas, 2), NEVER, np.int16),
        touched=np.zeros((2, n_cells), np.int32),
        floats=np.zeros(9),
        active=np.zeros(room, np.int32),
    )
