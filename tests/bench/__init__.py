"""Benchmarks: each beside its yardstick, in one run. `ringfence bench` runs them; they are not timed tests."""
