"""The testing desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TestingConfig(AppConfig):
    """The testing desk."""

    name = "ringfence.desks.testing"
    label = "testing"
    default_auto_field = "django.db.models.BigAutoField"
