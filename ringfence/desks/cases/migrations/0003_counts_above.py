"""The curve's counts are kept at each place and at all above it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import migrations

from ringfence.core.access import above


def count_above(apps: Any, editor: Any) -> None:
    """From the counts at each place itself."""
    del apps
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT outbreak, event, path, day, classification, n FROM cases_day_count")
        counted: Counter[tuple[Any, ...]] = Counter()
        for outbreak, event, path, day, classification, n in cursor.fetchall():
            for step in above(path):
                counted[outbreak, event, step, str(day), classification] += n
        cursor.execute("DELETE FROM cases_day_count")
        cursor.executemany(
            "INSERT INTO cases_day_count (outbreak, event, path, day, classification, n) VALUES (%s, %s, %s, %s, %s, %s)",
            [(*key, n) for key, n in counted.items()],
        )


class Migration(migrations.Migration):
    """No column changes."""

    dependencies = [("cases", "0002_imports")]

    operations = [migrations.RunPython(count_above, migrations.RunPython.noop, elidable=True)]
