"""Building a city: people into households, households into cells, people into classes, wards and workplaces."""

from __future__ import annotations

import math

import numpy as np

from ringfence.twin.kernels.compiled import kernel
from ringfence.twin.kernels.keyed import below, high, key, low, mix, placed, unit
from ringfence.twin.kernels.layout import CLASS, MALE, NONE, WARD, WORK, YEARS, Array

RAW = 16
"""Steps of a raw age in a year."""
OLDEST = 100
BINS = (OLDEST + 11) * RAW
LARGEST = 15
"""People in one household: four bits hold the size."""
FORM, AGED, SEXED, ENROLLED, EMPLOYED, GOES, MIXED, SIZED, STANDS = range(9)
SEATS = 0xFFFF


@kernel
def _bell(bits):
    """A number of mean 0 and standard deviation 1 (four uniform ones added up)."""
    a, b = np.uint64(0xFFFF), np.uint64(16)
    total = (
        np.int64(bits & a) + np.int64((bits >> b) & a) + np.int64((bits >> (b + b)) & a) + np.int64(bits >> (b + b + b))
    )
    return (total / 65536.0 - 2.0) * 1.7320508


@kernel
def _picked(u, shares):
    """The index whose cumulative share holds u."""
    n = 0
    while n < shares.size - 1 and u >= shares[n]:
        n += 1
    return n


@kernel
def _household(base, size, generations, gap, spread, parents_age, ages):
    """Raw ages (years) of a household into `ages`: who is whose parent keeps its order when ages are fitted."""
    u = unit(key(base, 1, FORM))
    z = _bell(key(base, 2, FORM))
    born = gap + spread * _bell(key(base, 3, FORM))
    if size == 1:
        ages[0] = 20.0 + 18.0 * u * 2.5 if u < 0.4 else 45.0 + 45.0 * (u - 0.4) / 0.6
    elif generations == 1:
        first = 22.0 + 20.0 * u / 0.3 if u < 0.3 else 48.0 + 37.0 * (u - 0.3) / 0.7
        for m in range(size):
            ages[m] = first + 2.5 * _bell(key(base, 4 + m, FORM)) - 1.0 * m
    elif generations == 2:
        parent = parents_age + 10.0 * z
        parents = 1 if size == 2 else 2
        for m in range(size):
            if m < parents:
                ages[m] = parent + 2.0 * m * _bell(key(base, 4 + m, FORM))
            else:
                ages[m] = parent - born - 3.0 * (m - parents)
    else:
        child = 22.0 * u
        elders = 1 if size <= 4 else 2
        parents = 1 if size == 3 else 2
        for m in range(size):
            if m < parents:
                ages[m] = child + born + 2.0 * m * _bell(key(base, 4 + m, FORM))
            elif m < parents + elders:
                ages[m] = child + 2.0 * gap - 1.0 + spread * z + 2.0 * m
            else:
                ages[m] = child - 3.0 * (m - parents - elders)
    for m in range(size):
        if ages[m] < 0.0:
            ages[m] = -ages[m] % 6.0
        if m == 0 and ages[m] < 22.0:  # whoever a household begins with is grown up
            ages[m] = 22.0 + (22.0 - ages[m]) % 8.0


@kernel
def settle(
    people: Array, raw: Array, cells: Array, areas: Array, n_cells: int, sizes: Array, generations: Array, gap: float,
    spread: float, parents_age: float, cell_people: int, area_cells: int, seed: np.uint64,
) -> tuple[int, int, int]:  # fmt: skip
    """Fill the city with households; raw ages into uint16[n_people], in sixteenths of a year.

    sizes: cumulative shares float[15] of households by size; generations: cumulative shares float[15, 3] of one, two
    and three generations for each size. Returns (cells, areas, households) that were made.
    """
    n = people.size
    ages = np.zeros(LARGEST)
    person = household = 0
    cell = area = -1
    cell_end = 0
    while person < n:
        if person >= cell_end:
            cell += 1
            if (cell % area_cells == 0 and n_cells - cell >= area_cells // 2) or area < 0:
                area += 1
                areas[area].start = person
                areas[area].first_cell = cell
            cells[cell].start = person
            cells[cell].area = area
            cell_end = min(n, (cell + 1) * cell_people) if cell < n_cells - 1 else n
        base = key(seed, household, AGED)
        size = 1 + _picked(unit(mix(base)), sizes)
        size = min(size, n - person)
        kind = 1 + _picked(unit(key(base, 0, FORM)), generations[size - 1])
        _household(base, size, kind, gap, spread, parents_age, ages)
        for m in range(size):
            p = people[person + m]
            p.home = (size << 4) | m
            p.cell = cell
            p.team = NONE
            raw[person + m] = min(BINS - 1, int(ages[m] * RAW))
            cells[cell].people += 1
            areas[area].people += 1
        person += size
        household += 1
    for c in range(cell + 1):
        areas[cells[c].area].cells += 1
    return cell + 1, area + 1, household


@kernel
def give_ages(people: Array, raw: Array, wanted: Array, seed: np.uint64) -> None:
    """Fit raw ages to the wanted counts int64[101] without changing anybody's rank.

    The map from raw to true age is monotone (ties broken by chance), so that the pyramid is met to the person and a
    parent stays older than the child.
    """
    held = np.zeros(BINS, np.int64)
    for person in range(people.size):
        held[raw[person]] += 1
    before = np.zeros(BINS, np.int64)
    for each in range(1, BINS):
        before[each] = before[each - 1] + held[each - 1]
    until = np.cumsum(wanted)
    at = np.zeros(BINS, np.int64)
    age = 0
    for each in range(BINS):
        while age < OLDEST and before[each] >= until[age]:
            age += 1
        at[each] = age
    taken = np.zeros(BINS, np.int64)
    for person in range(people.size):
        bin_ = raw[person]
        rank = before[bin_] + placed(taken[bin_], held[bin_], key(seed, np.int64(bin_), AGED))
        taken[bin_] += 1
        age = at[bin_]
        while age < OLDEST and rank >= until[age]:
            age += 1
        people[person].age = age


@kernel
def _second_of_a_couple(people, person):
    home = people[person].home
    return home & 15 == 1 and home >> 4 <= 4 and (people[person].age & YEARS) > 20


@kernel
def give_sexes(people: Array, male: float, seed: np.uint64) -> None:
    """A sex for everybody, so that couples are of two sexes and the share `male` of all is met."""
    seconds = 0
    for person in range(people.size):
        seconds += _second_of_a_couple(people, person)
    paired = 2.0 * seconds / people.size
    others = min(1.0, max(0.0, (male - 0.5 * paired) / max(1.0 - paired, 1e-9)))
    for person in range(people.size):
        is_male = high(key(seed, person, SEXED)) < (
            0.5 if person + 1 < people.size and _second_of_a_couple(people, person + 1) else others
        )
        if _second_of_a_couple(people, person):
            is_male = (people[person - 1].age & MALE) == 0
        if is_male:
            people[person].age |= MALE


@kernel
def place_cells(
    cells: Array, areas: Array, n_cells: int, n_areas: int, lon: float, lat: float, area_km: float, district_areas: int,
    seed: np.uint64,
) -> int:  # fmt: skip
    """Coordinates (degrees): areas lie on a square grid of side `area_km`, cells scattered within them."""
    side = max(1, math.ceil(math.sqrt(n_areas)))
    block = max(1, int(math.sqrt(district_areas)))
    blocks = (side + block - 1) // block
    per_degree = 111.32
    narrow = per_degree * math.cos(math.radians(lat))
    for area in range(n_areas):
        areas[area].x = area % side
        areas[area].y = area // side
        areas[area].district = (areas[area].y // block) * blocks + areas[area].x // block
    for cell in range(n_cells):
        here = areas[cells[cell].area]
        bits = key(seed, cell, STANDS)
        cells[cell].lon = lon + (here.x - side / 2.0 + low(bits)) * area_km / narrow
        cells[cell].lat = lat + (here.y - side / 2.0 + high(bits)) * area_km / per_degree
    return side


@kernel
def occupations(
    people: Array, cells: Array, areas: Array, enrolled: Array, employed: Array, side: int, local: float, reach: float,
    doing: Array, seed: np.uint64,
) -> None:  # fmt: skip
    """What everybody does by day, into uint32[n_people]: 0 nothing, 1 learning here, 2 + the area of one's work.

    enrolled, employed: float[101], shares by age. Work elsewhere lies a two-sided geometric number of areas away in
    each direction, `reach` of them on average.
    """
    n_areas = areas.size
    stay = reach / (1.0 + reach)
    for person in range(people.size):
        age = people[person].age & YEARS
        u = unit(key(seed, person, ENROLLED))
        if u < enrolled[age]:
            doing[person] = 1
        elif u < enrolled[age] + (1.0 - enrolled[age]) * employed[age]:
            here = cells[people[person].cell].area
            there = here
            if unit(key(seed, person, EMPLOYED)) >= local:
                bits = key(seed, person, GOES)
                u, v = max(low(bits), 1e-9), max(high(bits), 1e-9)
                turn = mix(bits)
                dx = int(math.log(u) / math.log(stay)) if stay > 0 else 0
                dy = int(math.log(v) / math.log(stay)) if stay > 0 else 0
                x = areas[here].x + (dx if turn & np.uint64(1) else -dx)
                y = areas[here].y + (dy if turn & np.uint64(2) else -dy)
                x = min(max(x, 0), side - 1)
                there = min(max(y, 0) * side + x, n_areas - 1)
            doing[person] = 2 + there
        else:
            doing[person] = 0


@kernel
def _shuffle(members, start, end, base):
    for at in range(end - 1, start, -1):
        other = start + below(key(base, at, MIXED), at - start + 1)
        members[at], members[other] = members[other], members[at]


@kernel
def gather(doing: Array, areas: Array, people: Array, starts: Array, members: Array, seed: np.uint64) -> int:
    """Workers of each area together, shuffled, then its pupils by age: positions int64[n_areas, 2] of both, and where they end."""
    n_areas = areas.size
    counts = np.zeros((n_areas, 2), np.int64)
    for area in range(n_areas):
        for person in range(areas[area].start, areas[area].start + areas[area].people):
            if doing[person] == 1:
                counts[area, 1] += 1
            elif doing[person] > 1:
                counts[doing[person] - 2, 0] += 1
    total = 0
    for area in range(n_areas):
        starts[area, 0] = total
        starts[area, 1] = total + counts[area, 0]
        total += counts[area, 0] + counts[area, 1]
    starts[n_areas, 0] = total
    fill = starts.copy()
    by_age = np.zeros(OLDEST + 2, np.int64)
    for area in range(n_areas):
        first, end = areas[area].start, areas[area].start + areas[area].people
        by_age[:] = 0
        for person in range(first, end):
            if doing[person] == 1:
                by_age[(people[person].age & YEARS) + 1] += 1
        for age in range(1, OLDEST + 2):
            by_age[age] += by_age[age - 1]
        for person in range(first, end):
            if doing[person] == 1:
                age = people[person].age & YEARS
                members[starts[area, 1] + by_age[age]] = person
                by_age[age] += 1
            elif doing[person] > 1:
                there = doing[person] - 2
                members[fill[there, 0]] = person
                fill[there, 0] += 1
    for area in range(n_areas):
        _shuffle(members, starts[area, 0], starts[area, 1], key(seed, area, MIXED))
        at = starts[area, 1]
        until = starts[area + 1, 0]
        while at < until:
            age = people[members[at]].age & YEARS
            end = at
            while end < until and (people[members[end]].age & YEARS) == age:
                end += 1
            _shuffle(members, at, end, key(seed, at, MIXED))
            at = end
    return total


@kernel
def _open_site(sites, site, start, kind, stage, area, areas, seed):
    sites[site].start = start
    sites[site].size = 0
    sites[site].kind = kind
    sites[site].stage = stage
    here = areas[area]
    sites[site].cell = here.first_cell + below(key(seed, site, STANDS), here.cells)


@kernel
def _seat(people, out, at, person, team, teams, sites):
    t = teams[team]
    s = sites[t.site]
    p = people[person]
    p.team = team
    p.seat = t.size
    p.site_seat = s.size
    out[at] = person
    t.size += 1
    s.size += 1


@kernel
def seat_everybody(
    people: Array, areas: Array, starts: Array, gathered: Array, out: Array, teams: Array, sites: Array, stages: Array,
    class_size: int, school_classes: int, teachers: int, ward_share: float, ward_size: int, hospital_wards: int,
    team_size: int, site_sizes: Array, seed: np.uint64,
) -> tuple[int, int, int]:  # fmt: skip
    """Cut each area's pupils into classes and its workers into teachers, wards and teams.

    stages: int64[101], the stage of schooling at each age. site_sizes: float[1024], quantiles of the size of a
    workplace. Returns (teams, sites, members) that were made.
    """
    team = site = at = 0
    for area in range(areas.size):
        worker, workers_end = starts[area, 0], starts[area, 1]
        pupil, pupils_end = starts[area, 1], starts[area + 1, 0]
        stage = -1
        classes = school_classes
        while pupil < pupils_end:
            age = people[gathered[pupil]].age & YEARS
            end = pupil
            while end < pupils_end and (people[gathered[end]].age & YEARS) == age:
                end += 1
            n = max(1, math.ceil((end - pupil) / class_size))
            for c in range(n):
                if stages[age] != stage or classes >= school_classes:
                    stage, classes = stages[age], 0
                    _open_site(sites, site, at, CLASS, stage, area, areas, seed)
                    site += 1
                classes += 1
                teams[team].start, teams[team].size, teams[team].kind = at, 0, CLASS
                teams[team].stage, teams[team].site = stage, site - 1
                for each in range(pupil + (end - pupil) * c // n, pupil + (end - pupil) * (c + 1) // n):
                    _seat(people, out, at, gathered[each], team, teams, sites)
                    at += 1
                for _ in range(teachers):
                    if worker < workers_end:
                        _seat(people, out, at, gathered[worker], team, teams, sites)
                        worker += 1
                        at += 1
                team += 1
            pupil = end
        wards_end = worker + int((workers_end - worker) * ward_share)
        wards = hospital_wards
        while worker < workers_end:
            kind, size = WORK, 0
            if worker < wards_end:
                kind, size = WARD, min(ward_size, wards_end - worker)
                if wards >= hospital_wards:
                    wards = 0
                    _open_site(sites, site, at, WARD, 0, area, areas, seed)
                    site += 1
                wards += 1
            else:
                quantile = np.int64(unit(key(seed, site, SIZED)) * site_sizes.size)
                size = min(int(site_sizes[quantile]), workers_end - worker, SEATS)
                _open_site(sites, site, at, WORK, 0, area, areas, seed)
                site += 1
            n = max(1, round(size / team_size)) if kind == WORK else 1
            for c in range(n):
                teams[team].start, teams[team].size, teams[team].kind = at, 0, kind
                teams[team].stage, teams[team].site = 0, site - 1
                for each in range(worker + size * c // n, worker + size * (c + 1) // n):
                    _seat(people, out, at, gathered[each], team, teams, sites)
                    at += 1
                team += 1
            worker += size
    return team, site, at
