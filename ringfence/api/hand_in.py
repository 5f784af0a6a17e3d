"""Where sampling stations fetch what they must know before they go out, and hand in what they did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.cache import never_cache
from ninja import NinjaAPI

from ringfence.api import hand_in_shapes, shapes
from ringfence.api.entry import Session, Token
from ringfence.api.errors import problem, said, unanswered
from ringfence.app import centre
from ringfence.core.access import Who
from ringfence.core.errors import Refused
from ringfence.core.shown import json_value
from ringfence.desks.testing.feeds.hand_in import Answered, hand_in
from ringfence.desks.testing.queries import keys, stations
from ringfence.facts.ids import PlaceId

TOO_LARGE = 413
ERRORS = frozenset({400, 401, 403, 413, 422, 500, 503, 507})


def add_hand_in(api: NinjaAPI) -> None:
    """Describe and open the door of the hand-in; its body is read by hand, as it may hold ten thousand codes."""
    post: Callable[..., Any] = api.post(
        "/testing/hand-in", operation_id="testing_hand_in", tags=["testing"],
        response={200: hand_in_shapes.HandedIn, ERRORS: shapes.Problem},
        summary="Hand in what a sampling station did: tubes, voids, boxes, queues",
        description="Needs: `sample`. Each thing stands alone, under its own key; what cannot be taken is kept.",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": hand_in_shapes.LETTER}}}},
    )  # fmt: skip
    post(take_hand_in)


def take_hand_in(request: HttpRequest) -> HttpResponse:
    """Take in one request of a station."""
    try:
        body = orjson.loads(request.body)
    except RequestDataTooBig:
        return problem(Refused("hand_in_too_long", things=0, most=0), TOO_LARGE)
    except (ValueError, UnreadablePostError):
        raise Refused("body_unreadable", why="") from None
    who: Who = request.auth  # type: ignore[attr-defined]
    try:
        taken = hand_in(centre(), who, body)
    except Refused as refusal:
        return problem(refusal, TOO_LARGE if refusal.code == "hand_in_too_long" else None)
    told = {
        "server_now": taken.now.isoformat(),
        "clock_off_s": round(taken.fast_by.total_seconds(), 1),
        "answers": [_answer(each) for each in taken.answers],
    }
    return HttpResponse(orjson.dumps(told), content_type="application/json")


def _answer(each: Answered) -> dict[str, Any]:
    if each.problem is not None:
        return {"key": each.key, "ok": False, "kept": True, "problem": said(each.problem)["error"]}
    warnings = [{"code": one.code, "what": one.what, "tube": one.tube} for one in each.warnings]
    return {"key": each.key, "ok": True, "again": each.again, "warnings": warnings}


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """What a station must know before it goes where there is no network."""
    try:
        who = _who(request)
        if who is None:
            return problem(Refused("signed_out"))
        told = _set_up(who, request.GET.get("site", ""))
    except Refused as refusal:
        return problem(refusal)
    except Exception as error:  # noqa: BLE001 (the last door)
        return unanswered(error)
    return HttpResponse(orjson.dumps(told), content_type="application/json")


def _who(request: HttpRequest) -> Who | None:
    """By a token where one is sent, else by the session."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Token().authenticate(request, token.strip())
    return Session().authenticate(request, None)


def _set_up(who: Who, asked: str) -> dict[str, Any]:
    scope = who.scope("sample")
    if not scope.paths:
        raise Refused("not_allowed", what="may.sample")
    now = centre().clock.now()
    sites = stations.sites_within(scope)
    site = keys.site(PlaceId(asked)) if asked and "\x00" not in asked else None
    if asked and (site is None or not scope.covers(site.path)):
        raise Refused("site_unknown", site=asked)
    rounds = stations.rounds_open(scope, site.path if site else None)
    names = dict(sites)
    return {
        "sites": [{"id": id_, "name": name} for id_, name in sites],
        "site": {"id": site.id, "name": names.get(site.id, site.id)} if site else None,
        "rounds": [json_value(each) for each in rounds],
        "lanes": site.lanes if site else 0,
        "queue_minutes": stations.queue_minutes(site, now) if site else None,
        "measures": stations.measures(site.id) if site else [],
        "server_now": now.isoformat(),
    }
