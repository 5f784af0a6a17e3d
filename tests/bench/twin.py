"""The twin: seconds of CPU for one future of a city of ten million, beside Covasim at as many infections.

Covasim is found in the interpreter named by RINGFENCE_PEERS, or in this one (`uv pip install --group peers`); without it
the rows stand without a yardstick.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from time import process_time

from ringfence.twin.city import City, build
from ringfence.twin.city_file import SHIPPED, read_city
from ringfence.twin.scenario import SHIPPED as SCENARIOS
from ringfence.twin.scenario import Scenario, read_scenario
from ringfence.twin.spread import Replicate, Twin
from ringfence.twin.spread import run as futures
from tests.bench.measure import Row, below, faster_than, seconds

NAME = "twin"
FULL, QUICK = 10_000_000, 1_000_000
TURNS = 5
BATCH = 40
CORES = 2
COVASIM_BAR, EVERYTHING_BAR, FLAT_BAR, BUILD_BAR = 500, 100, 1.2, 60.0
EXPECTED = 363  # infections of Covasim's run (mean of seeds 1 to 3), where it is not at hand


class Covasim:
    """Covasim in a process of its own, its imports and compiling behind it."""

    def __init__(self) -> None:
        python = os.environ.get("RINGFENCE_PEERS", sys.executable)
        self.there = subprocess.run([python, "-c", "import covasim"], capture_output=True, check=False).returncode == 0
        if self.there:
            self.process = subprocess.Popen(
                [python, "-P", str(Path(__file__).parent / "peer_covasim.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.run(0)  # compiles

    def run(self, seed: int) -> tuple[float, float]:
        """(seconds of CPU, infections) of one run."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{seed}\n")
        self.process.stdin.flush()
        line = next(line for line in self.process.stdout if line.startswith("{"))
        told = json.loads(line)
        return told["cpu"], told["infections"]


def matched(city: City, scenario: Scenario, wanted: float, turns: int = 16) -> tuple[Twin, float]:
    """The scenario with the r0 at which it has as many infections as wanted, and how many it has on average."""
    r0, step, found = 5.0, 1.25, 0.0
    for _ in range(turns):
        twin = Twin(city, scenario.but(scenario={"r0": r0}))
        before, found = found, mean(each.infections for each in futures(twin, BATCH))
        if abs(found / wanted - 1) < 0.06:
            break
        if before and (before < wanted) != (found < wanted):
            step = step**0.5  # stepped over it
        r0 *= step if found < wanted else 1 / step
    return twin, found


def cpu(twin: Twin, first: int = 0) -> tuple[float, list[Replicate]]:
    """Seconds of CPU for a replicate, of a batch."""
    begun = process_time()
    runs = [twin.one(number) for number in range(first, first + BATCH)]
    return (process_time() - begun) / BATCH, runs


def scenario(name: str) -> Scenario:
    return read_scenario(SCENARIOS / f"{name}.toml")


def run(quick: bool) -> list[Row]:
    """The city, one future beside Covasim, everything on, and what four times as many people cost."""
    people = QUICK if quick else FULL
    file = read_city(SHIPPED / "china.toml")
    build(file.sized(50_000))
    spent = seconds(lambda: build(file.sized(people)))
    city = build(file.sized(people))
    size = f"{city.bytes / 1e6:,.0f} MB"
    rows = [below(f"building a city of {people:,}", spent, BUILD_BAR, "s", note=size)]
    rows += [_beside_covasim(city), _everything(city, quick)]
    rows.append(_flat(city, build(file.sized(4 * people))))
    return rows


def _beside_covasim(city: City) -> Row:
    peer = Covasim()
    first = [peer.run(seed) for seed in range(1, TURNS + 1)] if peer.there else []
    wanted = mean(infections for _, infections in first) if first else EXPECTED
    twin, found = matched(city, scenario("test-trace-isolate"), wanted)
    ours, theirs = [], []
    for turn in range(TURNS):
        ours.append(cpu(twin, turn * BATCH)[0])
        if peer.there:
            theirs.append(peer.run(turn + 1)[0])
    what = f"test, trace, isolate, {city.people:,} people, 60 days: CPU of a future"
    note = f"{found:.0f} infections"
    if not theirs:
        return Row(
            what, median(ours) * 1000, None, None, f"≥ {COVASIM_BAR} × Covasim", "ms", f"{note}; Covasim not installed"
        )
    times = median(theirs) / median(ours)
    note += f"; Covasim, rescaled 100-fold, {wanted:.0f}: {times:,.0f} times ours"
    return Row(
        what,
        median(ours) * 1000,
        median(theirs) * 1000,
        1 / times,
        f"≥ {COVASIM_BAR} × Covasim",
        "ms",
        note,
        times >= COVASIM_BAR,
    )


def _everything(city: City, quick: bool) -> Row:
    twin, found = matched(city, scenario("everything"), 200 if quick else 1000)
    rate = median(CORES / cpu(twin, turn * BATCH)[0] for turn in range(TURNS))
    return faster_than(
        f"everything on, {city.people:,} people: futures a second on {CORES} cores",
        rate,
        EVERYTHING_BAR,
        "/s",
        note=f"{found:.0f} infections",
    )


def _flat(city: City, larger: City) -> Row:
    told = scenario("test-trace-isolate")
    (one, _), (other, _) = matched(city, told, EXPECTED), matched(larger, told, EXPECTED)

    def each(twin: Twin) -> Callable[[int], float]:
        def cost(turn: int) -> float:
            spent, runs = cpu(twin, turn * BATCH)
            return spent * 1e6 / mean(each.infections for each in runs)

        return cost

    small, large = each(one), each(other)
    pairs = [(small(turn), large(turn)) for turn in range(TURNS)]
    ours, yardstick = median(b for _, b in pairs), median(a for a, _ in pairs)
    what = f"CPU of an infection, {larger.people:,} people beside {city.people:,}"
    return Row(what, ours, yardstick, ours / yardstick, f"≤ {FLAT_BAR} ×", "µs", "", ours / yardstick <= FLAT_BAR)
