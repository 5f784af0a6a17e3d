"""What follows from the facts of the cases desk."""

from __future__ import annotations

from datetime import timedelta

STILL_WARM = timedelta(days=30)
"""A case heard of later than this after its report is history, not an order: it is listed, and nobody is sent out."""
