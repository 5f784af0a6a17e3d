"""Where things are: the console at the root, the allauth pages that sign-in needs under it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ringfence.api.addresses import addresses

urlpatterns: list[URLPattern | URLResolver] = [
    *addresses(),
    path("", include("ringfence.console.urls")),
]

handler403 = "ringfence.console.errors.forbidden"
handler404 = "ringfence.console.errors.not_found"
handler500 = "ringfence.console.errors.apology"
