"""A command of the program that serves until it is stopped, as a user starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson


@contextmanager
def served(folder: Path, *words: str, **environment: str) -> Iterator[dict[str, Any]]:
    """What the command prints as JSON once it listens; it is stopped as by Ctrl-C at the end."""
    with (folder / "messages").open("w") as messages:
        command = subprocess.Popen(
            [sys.executable, "-m", "ringfence.cli", *words, "--json"],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=messages,
        )
        assert command.stdout is not None
        try:
            line = command.stdout.readline()
            assert line, (folder / "messages").read_text()
            yield orjson.loads(line)
        finally:
            command.send_signal(signal.SIGINT)
            command.wait(30)
            command.stdout.close()
