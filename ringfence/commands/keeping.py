"""`ringfence rebuild`, `verify` and `seal`: the log, and what is made from it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ringfence.commands.speaking import as_json, opened
from ringfence.core.clock import elapsed
from ringfence.core.errors import Refused

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")]


def rebuild(*, json: Json = False) -> None:
    """Make every desk's tables again from the log; rules are not rerun, as their conclusions are in the log."""
    from rich.progress import Progress  # noqa: PLC0415 (only here)

    centre = opened()
    begun = elapsed()
    from rich.console import Console  # noqa: PLC0415

    with Progress(console=Console(stderr=True), disable=json or not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=None)
        facts = centre.rebuild(lambda done, of: progress.update(bar, completed=done, total=of))
    seconds = round(elapsed() - begun, 3)
    if json:
        as_json({"facts": facts, "seconds": seconds})
    else:
        typer.echo(f"{facts} facts, {seconds} s")


def verify(*, json: Json = False) -> None:
    """Prove the log whole against its seals, or name the first bad line and end with 1."""
    from ringfence.core import seal as seals  # noqa: PLC0415 (needs Django set up)

    proof = seals.verify(opened().home)
    if json:
        as_json({"whole": proof.whole, **{name: getattr(proof, name) for name in type(proof).__slots__}})
    if not proof.whole:
        refusal = Refused("log_not_whole", fault=proof.fault, seq=proof.fault_seq, lines=proof.lines)
        raise refusal
    if not json:
        typer.echo(f"{proof.lines} lines under {proof.seals} seals, {proof.unsealed} not sealed yet")


def seal(*, json: Json = False) -> None:
    """Seal the lines of the log that are not sealed yet."""
    centre = opened()
    from ringfence.core import seal as seals  # noqa: PLC0415 (needs Django set up)

    lines = seals.seal(centre.home, centre.clock.now())
    if json:
        as_json({"sealed": lines})
    else:
        typer.echo(f"{lines} lines")
