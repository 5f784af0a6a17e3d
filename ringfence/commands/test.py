"""`ringfence test`: every check of the house in one command, the tests last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ringfence.core.clock import elapsed

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    ("lint", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("walls", ["lint-imports"]),
)


def test(
    only: Annotated[
        list[str] | None, typer.Argument(help="What pytest should run; then nothing else is checked.")
    ] = None,  # noqa: PT028 (the command is called so)
) -> None:
    """Check the house: lint, format, types, import walls, then the tests. Ends with pytest's own line."""
    for name, command in () if only else CHECKS:
        begun = elapsed()
        done = subprocess.run(_as_module(command), cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        typer.echo(f"{name:<8} {'ok' if done.returncode == 0 else 'FAILED'}  {elapsed() - begun:.0f} s")
        if done.returncode:
            typer.echo(done.stdout + done.stderr)
            raise typer.Exit(1)
    tests = subprocess.run([sys.executable, "-m", "pytest", *(only or ())], cwd=ROOT, check=False)  # noqa: S603
    raise typer.Exit(tests.returncode)


def _as_module(command: list[str]) -> list[str]:
    """The tool of this very environment, whatever else is on the path."""
    if command[0] == "lint-imports":
        return [str(Path(sys.executable).with_name("lint-imports"))]
    return [sys.executable, "-m", *command]
