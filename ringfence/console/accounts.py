"""Signing in and out, the second factor, the password and the language; allauth's views where it has them."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, account_inactive, reauthenticate, signup
from allauth.socialaccount.adapter import get_adapter
from allauth.urls import build_provider_urlpatterns
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ringfence.console.context import Page, page, page_of
from ringfence.console.pieces import Choice
from ringfence.registry.actions import own
from ringfence.registry.models import Account


class SignIn(LoginView):  # type: ignore[misc]
    """Name and password; allauth asks for the second factor where one is set up."""

    template_name = "console/login.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """With the providers of this installation."""
        providers = [
            Choice(provider.app.name or provider.name, provider.get_login_url(self.request))
            for provider in get_adapter().list_providers(self.request)
        ]
        following = self.request.POST.get("next") or self.request.GET.get("next", "")
        return {**super().get_context_data(**told), "providers": providers, "next": following}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("account_login")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language: on this device, and for a signed-in account from now on."""
    wanted = request.POST.get("language", "")
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure()):
        following = "/"
    answer = redirect(following)
    if wanted not in dict(settings.LANGUAGES):
        return answer
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS, httponly=True
    )
    here = page_of(request)
    if here is not None and here.may("see") and here.who.language != wanted:
        here.tell(own.choose_language, language=wanted, at=here.now)
    return answer


class NewPassword(forms.Form):
    """The old password, and the new one twice."""

    old = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    new = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        """For one account."""
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["old"].label = gettext("Present password")
        self.fields["new"].label = gettext("New password")
        self.fields["again"].label = gettext("New password again")
        self.fields["new"].help_text = " ".join(str(text) for text in password_validators_help_texts())

    def clean_old(self) -> str:
        """The present one, or nothing is changed."""
        told: str = self.cleaned_data["old"]
        if not self.account.check_password(told):
            raise forms.ValidationError(gettext("This is not your present password."))
        return told

    def clean(self) -> dict[str, Any]:
        """Twice the same, and fit."""
        told = super().clean() or {}
        if told.get("new") and told.get("new") != told.get("again"):
            self.add_error("again", gettext("The two new passwords differ."))
        elif told.get("new"):
            try:
                validate_password(told["new"], self.account)
            except forms.ValidationError as error:
                self.add_error("new", error)
        return told


@page()
def change_password(here: Page) -> HttpResponse:
    """Change one's own password; other sessions of the account end."""
    account = Account.objects.get(pk=here.who.id)
    form = NewPassword(account, here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        here.tell(own.change_password, password_hash=make_password(form.cleaned_data["new"]), at=here.now)
        account.refresh_from_db()
        update_session_auth_hash(here.request, account)
        messages.success(here.request, gettext("The password was changed."))
        return redirect("board")
    return here.render("console/form_page.html", title=gettext("Change the password"), form=form, cancel_url="/")


urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("sign-out/", sign_out, name="sign_out"),
    path("sign-out/", sign_out, name="account_logout"),
    path("language/", language, name="language"),
    path("account/closed/", account_inactive, name="account_inactive"),
    path("account/sign-up/", signup, name="account_signup"),
    path("account/again/", reauthenticate, name="account_reauthenticate"),
    path("account/password/", change_password, name="account_change_password"),
    path("account/second/", include("allauth.mfa.urls")),
    path("account/provider/", include("allauth.socialaccount.urls")),
    path("account/provider/", include(build_provider_urlpatterns())),
]
