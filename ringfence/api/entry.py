"""Who is at the door: a token, or a session with the proof that its own page sent the request."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from ringfence.app import centre
from ringfence.core.access import Who
from ringfence.facts.ids import AccountId
from ringfence.registry.account_keeping import who_holds, who_is


class Token(HttpBearer):
    """`Authorization: Bearer rf_…`: acts for an account, in part of what that account may do."""

    def authenticate(self, request: HttpRequest, token: str) -> Who | None:
        """Who the token acts for, or nobody."""
        del request
        return who_holds(token, centre().clock.now())


class Session(APIKeyCookie):
    """The session of the console; what changes anything needs the page's own token (CSRF)."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Who | None:
        """Who is signed in, or nobody."""
        del key
        user = request.user
        return who_is(AccountId(str(user.pk)), centre().clock.now()) if user.is_authenticated else None
