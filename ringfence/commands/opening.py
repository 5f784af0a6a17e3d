"""What commands share: an open installation."""

from __future__ import annotations

from ringfence import app
from ringfence.core.centre import Centre
from ringfence.core.home import home


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
