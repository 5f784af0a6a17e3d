"""`ringfence serve` and `ringfence migrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from ringfence.commands.speaking import as_json, speak
from ringfence.core.home import home


def migrate(
    *, json: Annotated[bool, typer.Option("--json", help="Print one JSON object, nothing else.")] = False
) -> None:
    """Bring the database up to date."""
    speak()
    (home() / "static").mkdir(parents=True, exist_ok=True)  # looked for at every start
    from django.core.management import call_command  # noqa: PLC0415 (needs Django set up)
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    waiting = [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if waiting:
        call_command("migrate", verbosity=0)
    if json:
        as_json({"applied": waiting})


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; one is enough beside SQLite.")] = 1,
    threads: Annotated[int, typer.Option(min=1, max=128, help="Threads of each process.")] = 8,
) -> None:
    """Bring the database up to date, then serve the console and the API until stopped."""
    migrate(json=False)
    from django.db import connections  # noqa: PLC0415 (needs Django set up)
    from granian.constants import Interfaces  # noqa: PLC0415 (only a server needs it)
    from granian.server import Server  # noqa: PLC0415

    connections.close_all()  # a connection must not be carried into the workers
    Server(
        "ringfence.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
    ).serve()
