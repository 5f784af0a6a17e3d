"""Covasim as its makers advise for a large city: 100,000 agents that stand for ten million, rescaled as it grows.

Run by `tests/bench/twin.py` with an interpreter that has Covasim: for each seed on standard input, one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time

import covasim as cv


def main() -> None:
    cv.options(verbose=0)
    for line in sys.stdin:
        seed = int(line)
        test = cv.test_prob(symp_prob=0.8, symp_quar_prob=0.9, asymp_quar_prob=0.5, sensitivity=0.95, test_delay=1)
        trace = cv.contact_tracing(
            trace_probs={"h": 1.0, "s": 0.8, "w": 0.8, "c": 0.2}, trace_time={"h": 0, "s": 1, "w": 1, "c": 1}
        )
        sim = cv.Sim(
            pop_size=100_000, pop_scale=100, rescale=True, pop_type="hybrid", pop_infected=20, n_days=60,
            rand_seed=seed, interventions=[test, trace], verbose=0,
        )  # fmt: skip
        sim.initialize()  # people and network: set-up, not counted
        begun = time.process_time()
        sim.run()
        spent = time.process_time() - begun
        print(json.dumps({"cpu": spent, "infections": float(sim.results["cum_infections"][-1])}), flush=True)


if __name__ == "__main__":
    main()
