"""Where the API is: `/api/v1/`, with an answer in its own shape for every address beneath it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from ringfence.api.doors import build
from ringfence.api.errors import address_unknown, with_shape
from ringfence.api.hand_in import set_up


def addresses() -> list[URLPattern | URLResolver]:
    """The addresses beneath /api/v1/."""
    patterns, app, namespace = build().urls
    for each in patterns:
        if each.callback is not None:
            each.callback = with_shape(each.callback)
    return [
        path("api/v1/", (patterns, app, namespace)),
        path("api/v1/<path:rest>", address_unknown),
        path("testing/station/set-up/", set_up, name="station_set_up"),
    ]
