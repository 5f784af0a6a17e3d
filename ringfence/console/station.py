"""The sampling station: a shell that a phone keeps. It asks for its set-up and hands in by itself; nothing is looked up here."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import orjson
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext

from ringfence.console.context import Page, page
from ringfence.console.station_words import SAID, SHOWN

MAY = "sample"
SET_UP = "/testing/station/set-up/"
HAND_IN = "/api/v1/testing/hand-in"
CAMERA = "vendor/zxing.min.js"
MODULES = (
    "page",
    "show",
    "station",
    "rack",
    "codes",
    "check_digits",
    "store",
    "secrets",
    "hand_in",
    "signals",
    "camera",
)
FILES = (
    "vendor/bootstrap.min.css",
    "ringfence/ringfence.css",
    "ringfence/station/station.css",
    "ringfence/mark.svg",
    CAMERA,
    *(f"ringfence/station/{module}.js" for module in MODULES),
)
"""What the phone keeps beside the page, so that it opens, and scans with the camera, without a network."""


@cache
def version() -> str:
    """Changes with any of the files that the phone keeps, and with what the page says."""
    told = hashlib.sha256(repr((SAID, SHOWN)).encode())
    for name in (*FILES, "ringfence/station/sw.js"):
        told.update(_content(name))
    return told.hexdigest()[:16]


def _content(name: str) -> bytes:
    found = finders.find(name)
    if not found:
        message = f"the static file {name} is missing"
        raise LookupError(message)
    return Path(str(found)).read_bytes()


@page(MAY)
def station(here: Page) -> HttpResponse:
    """The shell. What it shows comes from the phone."""
    shell = reverse("station")
    answer = here.render(
        "console/station.html",
        texts={code: gettext(text) for code, text in {**SAID, **SHOWN}.items()},
        account_name=here.who.name,
        addresses={
            "set_up": SET_UP,
            "hand_in": HAND_IN,
            "sign_in": f"{reverse('account_login')}?next={shell}",
            "worker": reverse("station_worker"),
            "zxing": static(CAMERA),
        },
    )
    answer["X-Station-Version"] = version()
    answer["Cache-Control"] = "private, no-cache"
    return answer


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told which files of which version to keep. It holds no secret: a signed-out phone may update."""
    del request
    told = {"VERSION": version(), "SHELL": reverse("station"), "FILES": [static(name) for name in FILES]}
    head = "\n".join(f"const {name} = {orjson.dumps(value).decode()};" for name, value in told.items())
    answer = HttpResponse(head.encode() + b"\n" + _content("ringfence/station/sw.js"), content_type="text/javascript")
    answer["Service-Worker-Allowed"] = reverse("station")
    answer["Cache-Control"] = "no-cache"
    return answer


def manifest(request: HttpRequest) -> HttpResponse:
    """So that the page can be put on the phone's home screen."""
    del request
    shell = reverse("station")
    told = {
        "name": gettext("Sampling station"),
        "short_name": gettext("Sampling"),
        "id": shell,
        "start_url": shell,
        "scope": shell,
        "display": "standalone",
        "background_color": "#14202e",
        "theme_color": "#14202e",
        "icons": [{"src": static("ringfence/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return HttpResponse(orjson.dumps(told), content_type="application/manifest+json")


urlpatterns = [
    path("testing/station/", station, name="station"),
    path("testing/station/sw.js", worker, name="station_worker"),
    path("testing/station/manifest.webmanifest", manifest, name="station_manifest"),
]
