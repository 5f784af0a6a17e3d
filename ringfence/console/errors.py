"""Refusals and apologies as pages. A refusal says three things; anything else is ours, logged with the id that is shown."""

from __future__ import annotations

import logging
import secrets
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ringfence.core.errors import Refused

FORBIDDEN = frozenset({"not_allowed"})
NOT_FOUND = frozenset({"not_known_here", "no_such_thing", "plan_no_round"})


def status_of(refusal: Refused) -> int:
    """403 where the asker may not, 404 where there is nothing for them, 409 for everything else."""
    if refusal.code in FORBIDDEN:
        return 403
    return 404 if refusal.code in NOT_FOUND or refusal.code.endswith("_unknown") else 409


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own refusals, such as a form from another site."""
    del exception
    return render(request, "console/error.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that names nothing."""
    del exception
    return render(request, "console/error.html", {"status": 404}, status=404)


def apology(request: HttpRequest) -> HttpResponse:
    """An error of ours: logged under the id that is shown."""
    error_id = "E-" + secrets.token_hex(4).upper()
    logging.getLogger("ringfence").error("%s %s", error_id, request.path, exc_info=sys.exc_info())
    return render(request, "console/error.html", {"error_id": error_id}, status=500)
