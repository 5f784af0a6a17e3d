"""One benchmark in a process of its own: `python -m tests.bench record --quick`; its rows as JSON on standard output."""

from __future__ import annotations

import dataclasses
import importlib
import sys

import orjson

from ringfence.app import start

if __name__ == "__main__":
    start()
    rows = importlib.import_module(f"tests.bench.{sys.argv[1]}").run("--quick" in sys.argv[2:])
    sys.stdout.buffer.write(orjson.dumps([dataclasses.asdict(row) for row in rows]) + b"\n")
