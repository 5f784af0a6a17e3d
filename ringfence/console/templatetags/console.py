"""Filters that the console's templates use: `{% load console %}`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def moment(value: datetime | date | None) -> str:
    """`2026-11-21 23:05` in the active time zone: read the same way in both languages, and in any year."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


@register.filter
def clock(value: datetime | None) -> str:
    """`23:05` in the active time zone."""
    return moment(value)[-5:] if value else ""


@register.filter
def grouped(value: Any) -> str:
    """`12,345` in both languages (Django would group Chinese by four digits); other things as they are."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


@register.filter
def is_checkbox(field: Any) -> bool:
    """Whether a bound field is one checkbox, whose label stands behind it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset
