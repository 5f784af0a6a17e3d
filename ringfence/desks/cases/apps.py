"""The cases desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The cases desk."""

    name = "ringfence.desks.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
