"""Infections: a case's hits are drawn at once and kept for their days; each is then thinned by what prevents it.

A hit is a contact that would infect with nothing in its way. Hits are drawn at the natural rate, so that two policies see
the same hits and differ only in which of them they stop.
"""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import inner
from ringfence.twin.kernels.contacts import CITY, HOME, partner, setting_of, slots_of
from ringfence.twin.kernels.keyed import S32, below, high, key, low, mix, poisson, unit
from ringfence.twin.kernels.layout import YEARS
from ringfence.twin.kernels.measures import left_open, measure, presence
from ringfence.twin.kernels.plan import (
    ADMITTED,
    IMPORTED,
    INFECTED_ON,
    MASKS,
    N_ACTIVE,
    NEVER,
    NOBODY,
    NOTHING,
    ONSETS_ON,
    OVERFLOW,
    QUANTILES,
    SWAB_ILL,
    C,
)
from ringfence.twin.kernels.response import swabs_to_come
from ringfence.twin.kernels.states import find, push_event, push_hit, state_of

COURSE, STRENGTH, HITS, VACCINE, ILLNESS, SEEDED, ARRIVED = 11, 13, 17, 19, 23, 29, 31
TEN, TWENTY, FORTY = np.uint64(10), np.uint64(20), np.uint64(40)
MASK_10 = np.uint64(QUANTILES - 1)
INFECTIONS, SYMPTOMATIC, SEVERE, DEATHS, IMPORTS, ALL_HITS = (
    C["infections"], C["symptomatic"], C["admitted"], C["deaths"], C["imported"], C["hits"],
)  # fmt: skip
UNIT_32 = 1.0 / 4294967296.0


@inner
def vaccinated(habits, plan, person, age):
    """Whether somebody is vaccinated: the same in every replicate."""
    return low(key(habits.town, person, VACCINE)) < plan[0].covered[age]


@inner
def susceptibility(city, habits, plan, person):
    """The share of hits that infect somebody, by age and vaccination."""
    p = plan[0]
    age = city.people[person].age & YEARS
    share = p.susceptible[age]
    if p.ve_infection > 0.0 and vaccinated(habits, plan, person, age):
        share *= 1.0 - p.ve_infection
    return share


@inner
def weigh(city, habits, plan, person, weights):
    """Cumulative weight of somebody's slots by layer into float[6]; returns their sum."""
    p = plan[0]
    total = 0.0
    for layer in range(6):
        slots = slots_of(city, habits, person, layer)
        if slots > 0:
            weight = p.weight[setting_of(city, person, layer)]
            total += weight * (slots ** (1.0 - p.home_exponent) if layer == HOME and p.home_exponent > 0.0 else slots)
        weights[layer] = total
    return total


@inner
def infect(city, habits, space, plan, out, rep, day, person, infector, setting, weights):
    """Somebody is infected: the course of illness is drawn, and all hits to come."""
    p = plan[0]
    who = state_of(space, person, city.people.size)
    if space.used[OVERFLOW]:
        return
    s = space.state[who]
    age = city.people[person].age & YEARS
    bits = key(rep, person, COURSE)
    s.infected, s.infector, s.setting = day, infector, setting
    s.ready = day + max(np.int64(1), np.int64(p.latent[np.int64(bits & MASK_10)]))
    jab = p.covered[age] > 0.0 and vaccinated(habits, plan, person, age)
    ill = unit(mix(bits)) >= p.asymptomatic[age]
    if ill:
        s.onset = max(day + 1, s.ready + np.int64(p.gap[np.int64((bits >> TEN) & MASK_10)]))
        out[SYMPTOMATIC] += 1
        if s.onset <= p.days:
            space.days[ONSETS_ON, s.onset] += 1
        fall_ill(space, plan, out, rep, person, who, age, jab)
    out[INFECTIONS] += 1
    space.days[INFECTED_ON, day] += 1
    if infector >= 0:
        space.state[infector].offspring += 1
    space.active[space.used[N_ACTIVE]] = who
    space.used[N_ACTIVE] += 1
    swabs_to_come(space, plan, who, day)
    spread_from(city, habits, space, plan, out, rep, who, weights)


@inner
def spread_from(city, habits, space, plan, out, rep, who, weights):
    """All hits to come of somebody whose course is known; those before the run's first day have had their effect."""
    p = plan[0]
    s = space.state[who]
    person = np.int64(s.person)
    age = city.people[person].age & YEARS
    bits = key(rep, person, COURSE)
    ill = s.onset != NEVER
    jab = p.covered[age] > 0.0 and vaccinated(habits, plan, person, age)
    heat = p.heat[np.int64((bits >> TWENTY) & MASK_10)]
    strength = p.rate * heat * (1.0 if ill else p.asymptomatic_infectious) * (1.0 - p.ve_transmission * jab)
    total = weigh(city, habits, plan, person, weights)
    n = poisson(key(rep, person, STRENGTH), strength * total)
    out[ALL_HITS] += n
    base = key(rep, person, HITS)
    for hit in range(n):
        one = mix(base + np.uint64(2 * hit))
        two = mix(base + np.uint64(2 * hit + 1))
        at = s.ready + np.int64(p.profile[np.int64(one & MASK_10)])
        if at >= p.days or at < p.first:
            continue
        pick = high(one) * total
        layer = 0
        while layer < CITY and pick >= weights[layer]:
            layer += 1
        slots = max(slots_of(city, habits, person, layer), 1)
        push_hit(space, max(at, np.int64(s.infected) + 1), who, layer, below(two, slots), np.int64(mix(two) >> S32))


@inner
def fall_ill(space, plan, out, rep, person, who, age, jab):
    """Symptoms: some seek a test, some come to need a hospital."""
    p = plan[0]
    s = space.state[who]
    bits = key(rep, person, ILLNESS)
    if low(bits) < p.tested:
        push_event(space, s.onset + p.test_after[np.int64((bits >> FORTY) & MASK_10)], who, SWAB_ILL, NOTHING)
    u = unit(mix(bits))
    shield = 1.0 - p.ve_severe * jab
    if u < p.severe[age] * shield:
        out[SEVERE] += 1
        push_event(space, s.onset + p.hospital_after, who, ADMITTED, NOTHING)
    if u < p.fatal[age] * shield:
        out[DEATHS] += 1


@inner
def seeks_test_unwarned(space, plan, rep, who):
    """Whether somebody ill who would seek a test does so while nobody knows of the outbreak: by the draw of `fall_ill`."""
    return low(key(rep, np.int64(space.state[who].person), ILLNESS)) < plan[0].tested_before


@inner
def strike(city, habits, space, plan, out, rep, day, hit, weights):
    """A hit on its day: infects, unless something prevents it. The cheap questions come before the dear ones."""
    p = plan[0]
    h = space.hits[hit]
    chance = np.int64(h.chance) * UNIT_32
    layer = np.int64(h.layer)
    who = np.int64(h.who)
    i = space.state[who]
    left = presence(space, plan, who, layer, day)
    if layer != HOME:
        left *= measure(plan, out, MASKS, day)
        if day >= i.onset:
            left *= 1.0 - p.sick_at_home
    if chance >= left:
        return
    person = np.int64(i.person)
    other, bits = partner(city, habits, rep, person, layer, np.int64(h.slot), day)
    if other < 0 or high(bits) >= left_open(city, space, plan, out, person, other, layer, day):
        return
    left *= susceptibility(city, habits, plan, other)
    if chance >= left:
        return
    there = find(space, other)
    if there >= 0:
        if space.state[there].infected != NEVER:
            return
        theirs = presence(space, plan, there, layer, day)
        if theirs < 1.0 and chance >= left * theirs:
            return
    infect(city, habits, space, plan, out, rep, day, other, who, setting_of(city, person, layer), weights)


@inner
def arrive(city, habits, space, plan, out, rep, day, weights):
    """The infections at the start, in the areas named or anywhere; later those brought in from outside."""
    p = plan[0]
    n = p.seeds if day == 0 else poisson(key(rep, day, ARRIVED), p.imports)
    for each in range(n):
        bits = key(rep, day * 1000003 + each, SEEDED)
        if day == 0 and p.seed_areas > 0:
            area = city.areas[p.seed_area[each % p.seed_areas]]
            person = np.int64(area.start) + below(bits, np.int64(area.people))
        else:
            person = below(bits, city.people.size)
        there = find(space, person)
        if there >= 0 and space.state[there].infected != NEVER:
            continue
        out[IMPORTS] += 1
        infect(city, habits, space, plan, out, rep, day, person, NOBODY, IMPORTED, weights)
