"""The registry as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Places, people, units and accounts."""

    name = "ringfence.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
