"""The console as a Django app: pages only, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Pages."""

    name = "ringfence.console"
    label = "console"
