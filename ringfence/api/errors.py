"""One shape for every error: what is wrong, what is on record, what to do next; in the reader's language."""

from __future__ import annotations

import errno
import logging
import secrets
import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
import psycopg
from django.db import DatabaseError as DjangoDatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from ringfence.core.errors import Refused
from ringfence.core.shown import spoken

logger = logging.getLogger("ringfence.api")

NOT_YOURS = frozenset({"not_allowed", "root_not_yours", "token_beyond", "own_work", "own_account", "forged"})
UNREADABLE = frozenset(
    {"told_unknown", "told_too_little", "key_unreadable", "zone_unknown", "role_unknown", "due_in_past"}
    | {"ends_before_it_begins", "exposure_too_long", "course_in_future", "course_contradicts", "count_negative"}
    | {"findings_empty", "evidence_missing", "reason_missing", "text_missing", "unit_missing", "body_unreadable"}
)
UNREADABLE_ENDS = ("_unfit", "_weak")
NOT_THERE_ENDS = ("_unknown", "_known_here")


def status_of(code: str) -> int:
    """The HTTP status of a refusal: 401, 403 not yours, 404 not there, 422 unreadable, 409 what is on record forbids it."""
    if code == "signed_out":
        return 401
    if code in NOT_YOURS:
        return 403
    if code in UNREADABLE or code.startswith("value_") or code.endswith(UNREADABLE_ENDS):
        return 422
    return 404 if code.endswith(NOT_THERE_ENDS) else 409


def said(refusal: Refused) -> dict[str, Any]:
    """A refusal as an error object."""
    wrong, on_record, then = spoken(refusal, gettext)
    error = {"code": refusal.code, "wrong": wrong, "on_record": on_record, "next": then}
    if "id" in refusal.told and refusal.code == "our_fault":
        error["id"] = refusal.told["id"]
    return {"error": error}


def problem(refusal: Refused, status: int | None = None) -> HttpResponse:
    """A refusal as a response."""
    return HttpResponse(
        orjson.dumps(said(refusal)), content_type="application/json", status=status or status_of(refusal.code)
    )


def from_validation(errors: list[dict[str, Any]], name: str = "") -> Refused:
    """What pydantic found, as the refusal that the other doors would give."""
    last = [(str(each["loc"][-1]) if each.get("loc") else "", each["type"]) for each in errors]
    if strange := sorted(where for where, kind in last if kind == "extra_forbidden"):
        return Refused("told_unknown", action=name, unknown=", ".join(strange))
    if missing := sorted(where for where, kind in last if kind == "missing" and where != "body"):
        return Refused("told_too_little", action=name, missing=", ".join(missing))
    first = errors[0]
    return Refused("body_unreadable", why=f"{'.'.join(map(str, first.get('loc', ())))}: {first.get('msg', '')}")


def our_fault(error: BaseException) -> HttpResponse:
    """Anything that is not a refusal is ours: logged under a number, answered with it."""
    number = secrets.token_hex(6)
    logger.error("fault %s", number, exc_info=error)
    return problem(Refused("our_fault", id=number), 500)


def unanswered(error: BaseException) -> HttpResponse:
    """A fault of the machine that passes (a full disk, a database that is away) is said as such; any other is ours."""
    beneath = error.__cause__ if isinstance(error, DjangoDatabaseError) and error.__cause__ else error
    if _is_full(beneath):
        logger.error("no room left", exc_info=error)
        return problem(Refused("disk_full"), 507)
    if isinstance(beneath, sqlite3.OperationalError | psycopg.OperationalError):
        number = secrets.token_hex(6)
        logger.error("fault %s", number, exc_info=error)
        return problem(Refused("not_now", id=number), 503)
    return our_fault(error)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or "is full" in str(error)
    return isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno == errno.ENOSPC)


def _http(_request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 401:  # noqa: PLR2004
        return problem(Refused("signed_out"))
    if error.status_code == 403:  # noqa: PLR2004
        return problem(Refused("forged"))
    return problem(Refused("body_unreadable", why=str(error)), error.status_code)


def answer_errors(api: NinjaAPI) -> None:
    """Give every error of an API the one shape."""

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(from_validation(error.errors, request.path.rpartition("/")[2]))

    answers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refused: lambda _request, error: problem(error),
        ValidationError: invalid,
        AuthenticationError: lambda _request, _error: problem(Refused("signed_out")),
        HttpError: _http,
        Http404: lambda request, _error: address_unknown(request),
        Exception: lambda _request, error: unanswered(error),
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def address_unknown(request: HttpRequest, **_: str) -> HttpResponse:
    """Nothing is at this address."""
    return problem(Refused("address_unknown", path=request.path))


def with_shape(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A wrong method is answered in the shape of every other error; Django's own answer is plain text."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **told: Any) -> HttpResponse:
        response = view(request, *args, **told)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        refused = problem(Refused("method_unfit", method=request.method, allowed=response["Allow"]), 405)
        refused["Allow"] = response["Allow"]
        return refused

    return answer
