"""Loads are kept at each place and at all above it, and no longer by kind."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import migrations, models

from ringfence.core.access import above


def count_again(apps: Any, editor: Any) -> None:
    """From the tasks themselves."""
    del apps
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT unit, team, path, state, count(*) FROM command_task GROUP BY unit, team, path, state")
        counted: Counter[tuple[str, str, str, str]] = Counter()
        for unit, team, path, state, n in cursor.fetchall():
            for step in above(path):
                counted[unit or "", team or "", step, state] += n
        cursor.executemany(
            "INSERT INTO command_load (unit, team, path, state, n) VALUES (%s, %s, %s, %s, %s)",
            [(*key, n) for key, n in counted.items()],
        )


class Migration(migrations.Migration):
    """The table is made anew, as a composite key cannot be altered."""

    dependencies = [("command", "0001_initial")]

    operations = [
        migrations.DeleteModel("Load"),
        migrations.CreateModel(
            name="Load",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "path", "unit", "team", "state", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.TextField()),
                ("team", models.TextField()),
                ("path", models.TextField()),
                ("state", models.TextField()),
                ("n", models.IntegerField()),
            ],
            options={"db_table": "command_load"},
        ),
        migrations.RunPython(count_again, migrations.RunPython.noop, elidable=True),
    ]
