"""What every page knows: who asks, which outbreak and place they look at, in which language, and as of when."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from ringfence import app
from ringfence.console import errors
from ringfence.console.asker import Asker
from ringfence.console.nav import shell_of
from ringfence.console.pieces import Shell
from ringfence.console.shown import three_parts
from ringfence.core import log
from ringfence.core.access import Who
from ringfence.core.clock import Clock
from ringfence.core.drill import here
from ringfence.core.errors import Refused
from ringfence.core.fact import to_micros
from ringfence.facts.ids import AccountId, JurisdictionId, OutbreakId
from ringfence.registry import account_keeping
from ringfence.registry.queries import areas
from ringfence.registry.queries.areas import Area
from ringfence.registry.queries.outbreaks import OutbreakRow, outbreaks

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Page(Asker):
    """An asker with the bars around the page: pages take it as `here`."""

    def shell(self) -> Shell:
        """The bars around the page."""
        return shell_of(self)

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page inside the bars."""
        return render(self.request, template, {"here": self, "shell": self.shell(), **context}, status=status)


def page(may: str = "see") -> Callable[[View], View]:
    """A view for signed-in accounts that may do this somewhere; it gets a `Page` instead of the request.

    A refusal is shown in its three parts; anything else as an apology with an id, and logged.
    """

    def declare(view: View) -> View:
        @functools.wraps(view)
        def shown(request: HttpRequest, **captured: Any) -> HttpResponseBase:
            here = page_of(request)
            if here is None:
                if request.user.is_authenticated:  # closed, or out of time; a half-done sign-in is left alone
                    logout(request)
                return redirect_to_login(request.get_full_path())
            with timezone.override(here.zone):
                try:
                    _allowed(here, may)
                    return view(here, **captured)
                except Refused as refusal:
                    return _refused(here, refusal)

        return shown

    return declare


def _allowed(here: Page, may: str) -> None:
    if not here.may(may):
        raise Refused("not_allowed", what=may)


def page_of(request: HttpRequest) -> Page | None:
    """What a request knows; None where nobody is signed in, or their account was closed."""
    if not request.user.is_authenticated or not _in_time(request):
        return None
    centre = app.centre()
    now = centre.clock.now()
    who = account_keeping.who_is(AccountId(request.user.pk), now)
    if who is None:
        return None
    _speak(request, who)
    known = tuple(centre.ask(who, outbreaks)) if who.scope("see").paths else ()
    outbreak = _chosen_outbreak(request, known)
    under = _chosen_area(request, who)
    path = under.path if under else _home_path(who, outbreak)
    return Page(
        request=request,
        who=who,
        centre=centre,
        outbreaks=known,
        outbreak=outbreak,
        under=under,
        zone=ZoneInfo(areas.zone_at(path)),
        now=now,
        line=log.last_seq(),
    )


def bars(request: HttpRequest) -> dict[str, Any]:
    """The context processor: bars for pages that are not ours (allauth's; ours pass their own), and whose drill this is."""

    def shell() -> Shell | None:
        found = page_of(request) if getattr(request, "user", None) is not None else None
        return found.shell() if found else None

    mark = here()
    return {"shell": SimpleLazyObject(shell), "drill": mark.titles if mark is not None else None}


def _in_time(request: HttpRequest) -> bool:
    """Whether the session is not over: it ends a fixed time after signing in, however busy it was."""
    now = to_micros(Clock().now())
    begun = request.session.setdefault("begun_at", now)
    return now - int(begun) < settings.SESSION_COOKIE_AGE * 1_000_000


def _speak(request: HttpRequest, who: Who) -> None:
    """The account's own language, until another one was picked on this device."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        language = "zh-hans" if who.language.startswith("zh") else "en"
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _chosen_outbreak(request: HttpRequest, known: tuple[OutbreakRow, ...]) -> OutbreakRow | None:
    """The outbreak picked in the address or earlier in the session, else the newest one; never one out of scope."""
    by_id = {each.id: each for each in known}
    asked = request.GET.get("outbreak", "")
    if asked in by_id:
        request.session["outbreak"] = asked
    return by_id.get(OutbreakId(request.session.get("outbreak", ""))) or next(iter(known), None)


def _chosen_area(request: HttpRequest, who: Who) -> Area | None:
    """The place picked in the address or earlier in the session, if it lies in scope; `under=` alone picks everything."""
    if "under" in request.GET:
        request.session["under"] = request.GET["under"]
    chosen = request.session.get("under", "")
    area = areas.area(JurisdictionId(chosen)) if chosen else None
    if area is None or not who.scope("see").covers(area.path):
        return None
    return area


def _home_path(who: Who, outbreak: OutbreakRow | None) -> str | None:
    """Whose clock the page shows where no place was picked: the asker's only place, else the outbreak's."""
    paths = who.scope("see").paths
    return paths[0] if len(paths) == 1 and paths[0] else outbreak.path if outbreak else None


def _refused(here: Page, refusal: Refused) -> HttpResponse:
    """A refusal as a page inside the bars, or as the box alone where a fragment was asked for."""
    context = {"refused": three_parts(refusal)}
    if here.request.headers.get("HX-Request"):
        return render(here.request, "console/parts/refused.html", context, status=errors.status_of(refusal))
    return here.render("console/refused.html", status=errors.status_of(refusal), **context)
