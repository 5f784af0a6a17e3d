"""Signing in and out, the second factor and the language: allauth's own views, mounted where the console wants them."""

from __future__ import annotations

from allauth.account import views as account
from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("account_login")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show this device the pages in another language."""
    wanted = request.POST.get("language", "")
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure()):
        following = "/"
    answer = redirect(following)
    if wanted in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )
    return answer


urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", sign_out, name="sign_out"),
    path("sign-out/", sign_out, name="account_logout"),
    path("language/", language, name="language"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/sign-up/", account.signup, name="account_signup"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/second/", include("allauth.mfa.urls")),
    path("account/provider/", include("allauth.socialaccount.urls")),
    path("account/provider/", include(build_provider_urlpatterns())),
]
