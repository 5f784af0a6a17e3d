"""The board: what needs me now."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from ringfence.console.context import Page, page


@page()
def board(here: Page) -> HttpResponse:
    """What needs me now."""
    return here.render("console/board.html")


urlpatterns = [path("", board, name="board")]
