"""What every command shares: an open installation, and refusals told in three parts with exit code 1."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import typer

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.errors import Refused
from ringfence.core.home import home
from ringfence.core.words import told_as

F = TypeVar("F", bound=Callable[..., None])


def centre_here() -> Centre:
    """The centre of this installation; a fresh one gets its folder and its tables first."""
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    app.start()
    from django.core.management import call_command  # noqa: PLC0415 (Django must be set up first)
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    return app.open_centre()


def refusing(command: F) -> F:
    """Tell a refusal on standard error, in three parts."""

    @functools.wraps(command)
    def told(*args: object, **more: object) -> None:
        try:
            command(*args, **more)
        except Refused as refusal:
            app.learn_words()
            for part in told_as(refusal):
                typer.echo(part, err=True)
            raise typer.Exit(1) from None

    return told  # type: ignore[return-value]
