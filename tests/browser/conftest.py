"""Fixtures of this folder."""

from tests.console.gallery.serving import gallery

__all__ = ["gallery"]
