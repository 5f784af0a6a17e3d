"""The command desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """The command desk."""

    name = "ringfence.desks.command"
    label = "command"
    default_auto_field = "django.db.models.BigAutoField"
