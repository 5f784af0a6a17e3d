"""What r0 means here: the mean number of hits of a case where everybody is susceptible and nothing is done."""

from __future__ import annotations

import numpy as np

from ringfence.twin.kernels.compiled import door
from ringfence.twin.kernels.contacts import WEEK, Habits, partner, slots_of
from ringfence.twin.kernels.infection import weigh
from ringfence.twin.kernels.keyed import below, key
from ringfence.twin.kernels.layout import YEARS, Array, Map

ASKED = 20_000
CHOSEN = 211


@door
def reach(city: Map, habits: Habits, plan: Array, rep: np.uint64, weights: Array, out: Array) -> None:
    """Weighted contacts of a case at rate 1, and mean infectiousness, into float[2]; over 20,000 people asked on days of one week.

    The chance that a hit finds its contact (weekends, thinning by sociability) and the susceptibility of whom it finds
    are both in the first number.
    """
    p = plan[0]
    met = infectious = 0.0
    for n in range(ASKED):
        bits = key(rep, n, CHOSEN)
        person = below(bits, city.people.size)
        day = n % WEEK
        age = city.people[person].age & YEARS
        infectious += 1.0 - p.asymptomatic[age] * (1.0 - p.asymptomatic_infectious)
        before = 0.0
        weigh(city, habits, plan, person, weights)
        for layer in range(6):
            slots = slots_of(city, habits, person, layer)
            share = (weights[layer] - before) / max(slots, 1)
            before = weights[layer]
            for slot in range(slots):
                other, _ = partner(city, habits, rep, person, layer, slot, day)
                if other >= 0:
                    met += share * p.susceptible[city.people[other].age & YEARS]
    out[0], out[1] = met / ASKED, infectious / ASKED
