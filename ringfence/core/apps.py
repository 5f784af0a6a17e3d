"""The engine as a Django app: its four tables, and the triggers that guard the log."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """The log, its seals, the hand-ins and the quarantine."""

    name = "ringfence.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lay the log's triggers again after every migration, as SQLite drops them when a table is altered."""
        post_migrate.connect(_lay_triggers)


def _lay_triggers(sender: AppConfig, **_: Any) -> None:
    """After the last app only: each of them that has tables sends this signal."""
    if sender.name != [each.name for each in apps.get_app_configs() if each.models_module is not None][-1]:
        return
    from ringfence.core.triggers import lay  # noqa: PLC0415 (models are not loaded when apps are)

    lay()
