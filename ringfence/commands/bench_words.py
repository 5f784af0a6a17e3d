"""What `ringfence bench` says when it cannot."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "bench_no_clone": (
        N_("Benchmarks run in a clone of the repository only."),
        N_("There is no folder {folder}: an installed package does not bring them."),
        N_("Clone the repository and run ./go bench there."),
    ),
    "bench_unknown": (
        N_("No benchmark is called {name}."),
        N_("There are: {names}."),
        N_("Name one of these, or none to run them all."),
    ),
    "bench_failed": (
        N_("The benchmark {name} stopped before it was done."),
        N_("It ended with code {status}; what it printed stands above."),
        N_("Run it alone with --quick to see where it stops."),
    ),
}

LABELS: dict[str, str] = {}
